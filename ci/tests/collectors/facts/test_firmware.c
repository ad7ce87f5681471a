/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_facts_firmware;

#define EFI         "/sys/firmware/efi"
#define EFIVAR      EFI "/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define BOOT_PARAMS "/sys/kernel/boot_params/data"

static void sample(struct recorded *recorded)
{
	nn_pairs_release(&recorded->facts);
	assert_int_equal(nn_collector_facts_firmware.sample(&recorded->collect, NULL), 0);
}

static void write_bytes(const struct recorded *recorded, const char *path, const char *bytes,
			size_t len)
{
	NN_AUTO(free) char *full = recorded_path(recorded, path);
	FILE *file = fopen(full, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* The kernel's 4 KiB of boot parameters with what the EFI stub left at 0x1ec. */
static void write_boot_params(const struct recorded *recorded, char secure_boot)
{
	char page[4096] = {0};

	page[0x1ec] = secure_boot;
	write_bytes(recorded, BOOT_PARAMS, page, sizeof(page));
}

static void bios_and_uefi_are_told_apart(void **state)
{
	struct recorded *recorded = *state;

	sample(recorded);
	assert_fact(recorded, "firmware", NULL); /* a container that shows neither */
	recorded_write(recorded, "/sys/firmware/acpi/pm_profile", "0\n");
	sample(recorded);
	assert_fact(recorded, "firmware", "bios");
	assert_fact(recorded, "firmware.secure_boot", NULL);
	recorded_write(recorded, EFI "/fw_platform_size", "64\n");
	sample(recorded);
	assert_fact(recorded, "firmware", "uefi");
	assert_fact(recorded, "firmware.secure_boot", NULL);
}

static void secure_boot_is_the_variables_or_what_the_kernel_was_told(void **state)
{
	struct recorded *recorded = *state;

	recorded_write(recorded, EFI "/fw_platform_size", "64\n");
	write_boot_params(recorded, 3);
	sample(recorded);
	assert_fact(recorded, "firmware.secure_boot", "yes");
	write_boot_params(recorded, 2);
	sample(recorded);
	assert_fact(recorded, "firmware.secure_boot", "no");
	write_boot_params(recorded, 1); /* the stub could not find out */
	sample(recorded);
	assert_fact(recorded, "firmware.secure_boot", NULL);
	write_boot_params(recorded, 2);
	write_bytes(recorded, EFIVAR, "\6\0\0\0\1", 5);
	sample(recorded);
	assert_fact(recorded, "firmware.secure_boot", "yes");
	write_bytes(recorded, EFIVAR, "\6\0\0\0\0", 5);
	sample(recorded);
	assert_fact(recorded, "firmware.secure_boot", "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bios_and_uefi_are_told_apart, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(
			secure_boot_is_the_variables_or_what_the_kernel_was_told, recorded_setup,
			recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
