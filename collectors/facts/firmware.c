/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include <errno.h>

#include "collectors/facts/facts.h"

#define EFIVAR      "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define BOOT_PARAMS "/sys/kernel/boot_params/data"

#define EFIVAR_VALUE 4 /* four bytes of attributes come first */

/* What the EFI stub left for the kernel. Source: Documentation/arch/x86/zero-page.rst */
#define AT_SECURE_BOOT       0x1ec
#define SECURE_BOOT_DISABLED 2
#define SECURE_BOOT_ENABLED  3

/* The byte at @offset of a file, or -1. */
static int byte_at(const struct nn_collect *collect, const char *path, size_t offset)
{
	NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;

	if (nn_sysfs_read(collect->sysroot, path, &bytes, NULL) || bytes.len <= offset)
		return -1;
	return (unsigned char)bytes.data[offset];
}

/* The variable, where somebody has mounted efivarfs; else what the kernel was told. */
static void report_secure_boot(const struct nn_collect *collect)
{
	int variable = byte_at(collect, EFIVAR, EFIVAR_VALUE);
	int told = byte_at(collect, BOOT_PARAMS, AT_SECURE_BOOT);

	if (variable >= 0)
		nn_fact(collect, "firmware.secure_boot", variable == 1 ? "yes" : "no");
	else if (told == SECURE_BOOT_ENABLED || told == SECURE_BOOT_DISABLED)
		nn_fact(collect, "firmware.secure_boot",
			told == SECURE_BOOT_ENABLED ? "yes" : "no");
}

static int facts_firmware_sample(struct nn_collect *collect, struct nn_err *err)
{
	(void)err;
	if (nn_sysfs_exists(collect->sysroot, "/sys/firmware/efi")) {
		nn_fact(collect, "firmware", "uefi");
		report_secure_boot(collect);
	} else if (nn_sysfs_exists(collect->sysroot, "/sys/firmware/acpi")) {
		nn_fact(collect, "firmware", "bios"); /* a container may show neither */
	}
	return 0;
}

const struct nn_collector nn_collector_facts_firmware = {
	.plugin = {.name = "facts/firmware", .summary = "BIOS or UEFI, and Secure Boot"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_BOTH,
	.probe = nn_fact_probe,
	.sample = facts_firmware_sample,
};
