/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/target/vm-settings.h"

/* Settings as a plan gives them: "name=value", up to a NULL. */
#define MAX_GIVEN 6

static int read_given(const char *const *given, struct nn_vm_settings *settings, struct nn_err *err)
{
	struct nn_plan_arm arm = {.name = (char *)"vm"};
	int rc;

	for (; *given; given++) {
		const char *equals = strchr(*given, '=');
		NN_AUTO(free) char *name = nn_strndup(*given, (size_t)(equals - *given));

		nn_pairs_add(&arm.settings, name, equals + 1);
	}
	rc = nn_vm_settings_read(nn_target_find("libvirt"), &arm, settings, err);
	/* Texts are borrowed from the arm: look at them no more. */
	nn_pairs_release(&arm.settings);
	return rc;
}

static void unset_is_told_from_off(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	const char *const given[] = {"topoext=yes", "invtsc=no", NULL};

	(void)unused;
	assert_int_equal(read_given(given, &settings, NULL), 0);
	assert_int_equal(settings.topoext, NN_SWITCH_ON);
	assert_int_equal(settings.invtsc, NN_SWITCH_OFF);
	assert_int_equal(settings.poll_control, NN_SWITCH_UNSET);
	assert_false(settings.has_halt_poll);
	assert_null(settings.viommu);
	assert_null(settings.cpu_cache);
	assert_null(settings.ioapic);
}

static void huge_pages_have_a_size_or_the_hosts(void **unused)
{
	const struct {
		const char *given[2];
		bool has;
		uint64_t bytes;
	} rows[] = {
		{{"hugepages=no", NULL}, false, 0},
		{{"hugepages=yes", NULL}, true, 0},
		{{"hugepages=2MiB", NULL}, true, 1ULL << 21},
		{{"hugepages=1GiB", NULL}, true, 1ULL << 30},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};

		assert_int_equal(read_given(rows[i].given, &settings, NULL), 0);
		assert_int_equal(settings.has_hugepages, rows[i].has);
		assert_int_equal(settings.hugepage_bytes, rows[i].bytes);
	}
}

static void a_topology_says_how_many_vcpus_there_are(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	const char *const given[] = {"topology=2x3x2", NULL};

	(void)unused;
	assert_int_equal(read_given(given, &settings, NULL), 0);
	assert_int_equal(settings.vcpus, 12);
	assert_int_equal(settings.topology.cores, 3);
}

static void an_iommu_of_intels_brings_its_ioapic(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	const char *const given[] = {"viommu=intel", NULL};

	(void)unused;
	assert_int_equal(read_given(given, &settings, NULL), 0);
	assert_string_equal(settings.ioapic, "qemu");
	assert_string_equal(settings.viommu, "intel");
}

static void hidden_kvm_takes_its_end_of_interrupt_along(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings hidden = {0};
	NN_AUTO(vm_settings) struct nn_vm_settings seen = {0};
	const char *const given[] = {"kvm_hidden=yes", NULL};
	const char *const nothing[] = {NULL};

	(void)unused;
	assert_int_equal(read_given(given, &hidden, NULL), 0);
	assert_false(hidden.has_pv_eoi);
	assert_int_equal(read_given(nothing, &seen, NULL), 0);
	assert_true(seen.has_pv_eoi);
}

static void files_get_absolute_paths_and_words_stay(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	NN_AUTO(vm_settings) struct nn_vm_settings off = {0};
	const char *const given[] = {"disks=a.raw,/b.qcow2", "rom=card.rom", "xml=more.xml", NULL};
	const char *const word[] = {"rom=off", NULL};

	(void)unused;
	assert_int_equal(read_given(given, &settings, NULL), 0);
	assert_int_equal(settings.disks.nr, 2);
	assert_int_equal(settings.disks.names[0][0], '/');
	assert_string_equal(settings.disks.names[1], "/b.qcow2");
	assert_int_equal(settings.rom[0], '/');
	assert_int_equal(settings.overlay[0], '/');
	assert_int_equal(read_given(word, &off, NULL), 0);
	assert_string_equal(off.rom, "off");
}

static void functions_that_go_along_are_normalised(void **unused)
{
	NN_AUTO(vm_settings) struct nn_vm_settings named = {0};
	NN_AUTO(vm_settings) struct nn_vm_settings whole = {0};
	const char *const given[] = {"extra=02:00.1, 0000:02:00.2", NULL};
	const char *const group[] = {"extra=group", NULL};

	(void)unused;
	assert_int_equal(read_given(given, &named, NULL), 0);
	assert_int_equal(named.extra.bdfs.nr, 2);
	assert_string_equal(named.extra.bdfs.names[0], "0000:02:00.1");
	assert_false(named.extra.is_whole_group);
	assert_int_equal(read_given(group, &whole, NULL), 0);
	assert_true(whole.extra.is_whole_group);
}

static void values_that_are_none_are_refused(void **unused)
{
	const struct {
		const char *given[MAX_GIVEN];
		const char *message; /* without the arm */
	} rows[] = {
		{{"hugepages=4MiB"}, "setting 'hugepages': '4MiB', expected no, yes, 2MiB or 1GiB"},
		{{"topology=1x2"},
		 "setting 'topology': '1x2', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=1x2x2x1"},
		 "setting 'topology': '1x2x2x1', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=1x0x2"},
		 "setting 'topology': '1x0x2', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=-1x1x2"},
		 "setting 'topology': '-1x1x2', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=+1x2x2"},
		 "setting 'topology': '+1x2x2', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=1x 2x2"},
		 "setting 'topology': '1x 2x2', expected sockets x cores x threads such as 1x2x2"},
		{{"topology=1x2x2", "vcpus=2"},
		 "setting 'topology: 1x2x2' makes 4 processors, but 'vcpus' is 2"},
		{{"firmware=uefi"}, "setting 'firmware': 'uefi', expected bios or ovmf"},
		{{"ioapic=none"}, "setting 'ioapic': 'none', expected kvm or qemu"},
		{{"viommu=amd"}, "setting 'viommu': 'amd', expected none, intel or virtio"},
		{{"cpu_cache=yes"},
		 "setting 'cpu_cache': 'yes', expected passthrough, emulate or disable"},
		{{"memory=0B"}, "setting 'memory': '0B', expected more than nothing"},
		{{"secure_boot=maybe"}, "setting 'secure_boot': 'maybe': expected yes or no"},
		{{"topoext=1"}, "setting 'topoext': '1': expected yes or no"},
		{{"halt_poll_ns=-1"}, "setting 'halt_poll_ns': '-1' is no whole number, 0 or more"},
		{{"disks=a.raw,,b.raw"}, "setting 'disks': an empty name in ',b.raw'"},
		{{"disks=/x/a,/x/./a"}, "setting 'disks': '/x/a' twice"},
		{{"disk=/x/a", "disks=/x//a"}, "setting 'disks': '/x/a' twice"},
		{{"extra=0000:01:00.9"},
		 "setting 'extra': expected 'group' or addresses: '0000:01:00.9' is no PCI "
		 "address, expected domain:bus:device.function such as 0000:01:00.0"},
		{{"extra=,"}, "setting 'extra': expected 'group' or addresses, got ','"},
		{{"disks=1,2,3,4,5,6,7,8,9"}, "setting 'disks': 9 images, expected at most 8"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		struct nn_vm_settings settings = {0};
		struct nn_err err = {0};
		int rc = read_given(rows[i].given, &settings, &err);

		assert_string_equal(err.message + strlen("arm 'vm': "), rows[i].message);
		assert_int_equal(rc, -EINVAL);
		assert_null(settings.rom);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unset_is_told_from_off),
		cmocka_unit_test(huge_pages_have_a_size_or_the_hosts),
		cmocka_unit_test(a_topology_says_how_many_vcpus_there_are),
		cmocka_unit_test(an_iommu_of_intels_brings_its_ioapic),
		cmocka_unit_test(hidden_kvm_takes_its_end_of_interrupt_along),
		cmocka_unit_test(files_get_absolute_paths_and_words_stay),
		cmocka_unit_test(functions_that_go_along_are_normalised),
		cmocka_unit_test(values_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
