/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/target/local-settings.h"
#include "harness/target/vm-pin.h"

#define GROUP "/sys/fs/cgroup/nearnative-" TEST_UUID
#define NVME  "0000:01:00.0"

static const struct nn_local_session session = {.boot = TEST_UUID, .bdf = ""};

static void with(struct rig *rig, const char *name, const char *value)
{
	nn_pairs_add(&rig->arm.settings, name, value);
}

static void values_that_are_none_are_refused(void **unused)
{
	static const struct {
		const char *name;
		const char *value;
		const char *message;
	} cases[] = {
		{"iommu", "on",
		 "arm 'arm': setting 'iommu': 'on', expected off, passthrough, lazy or strict"},
		{"cpus", "0", "arm 'arm': setting 'cpus': 0, expected at least 1"},
		{"cpus", "0-1", "arm 'arm': setting 'cpus': '0-1' is no whole number, 0 or more"},
		{"memory", "much", "arm 'arm': setting 'memory': "},
		{"memory", "0B", "arm 'arm': setting 'memory': '0B', expected more than nothing"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(rig) struct rig rig = {0};
		struct nn_local_settings settings;
		struct nn_err err = {0};

		rig_init(&rig);
		with(&rig, cases[i].name, cases[i].value);
		assert_int_equal(nn_local_settings_read(&rig.arm, &settings, &err), -EINVAL);
		assert_int_equal(strncmp(err.message, cases[i].message, strlen(cases[i].message)),
				 0);
		assert_int_equal(nn_target_find("local")->check_settings(&rig.arm, &err), -EINVAL);
	}
}

static void nothing_asked_for_takes_no_step(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(binding) struct nn_binding binding = {0};
	struct nn_local_settings settings;
	struct nn_local_limits limits = {0};

	(void)unused;
	rig_init(&rig);
	binding.root = &rig.tree.root;
	assert_int_equal(nn_local_settings_read(&rig.arm, &settings, NULL), 0);
	assert_int_equal(nn_local_settings_plan(&settings, &session, &binding, &limits, NULL), 0);
	assert_int_equal(binding.nr, 0);
	assert_null(limits.cpus);
	assert_null(limits.cgroup);
}

static void limits_become_a_control_group(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(binding) struct nn_binding binding = {0};
	NN_AUTO(local_limits) struct nn_local_limits limits = {0};
	struct nn_local_settings settings;
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	binding.root = &rig.tree.root;
	with(&rig, "memory", "1GiB");
	assert_int_equal(nn_local_settings_read(&rig.arm, &settings, NULL), 0);
	tree_file(&rig.tree, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io\n");
	assert_int_equal(nn_local_settings_plan(&settings, &session, &binding, &limits, &err),
			 -ENOTSUP);
	assert_string_equal(err.message, "this host's control groups (version 2, '/sys/fs/cgroup') "
					 "cannot limit 'memory'");
	nn_binding_release(&binding);
	binding.root = &rig.tree.root;
	tree_file(&rig.tree, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
	assert_int_equal(nn_local_settings_plan(&settings, &session, &binding, &limits, NULL), 0);
	assert_null(limits.cpus);
	assert_string_equal(limits.cgroup, GROUP);
	assert_int_equal(binding.nr, 2);
	assert_string_equal(binding.steps[0].subject, "/sys/fs/cgroup memory");
	assert_string_equal(binding.steps[1].subject, GROUP);
	assert_string_equal(binding.steps[1].wanted, "memory.max 1073741824\nmemory.swap.max 0");
}

/* The one that a VM's vCPU would be pinned to, wherever hwloc finds it on this machine. */
static void cpus_are_those_of_a_vm(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(binding) struct nn_binding binding = {0};
	NN_AUTO(local_limits) struct nn_local_limits limits = {0};
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	NN_AUTO(free) char *wanted = NULL;
	const struct nn_local_session beside_nvme = {.boot = TEST_UUID, .bdf = NVME};
	struct nn_vm_settings vm = plain();
	struct nn_local_settings settings;

	(void)unused;
	rig_init(&rig);
	vm.vcpus = 1;
	vm.pin = "auto";
	tree_attribute(&rig.tree, NVME, "local_cpulist", "0\n");
	assert_int_equal(nn_vm_pins_resolve(&rig.tree.root, &vm, NVME, &pins, NULL), 0);
	binding.root = &rig.tree.root;
	with(&rig, "cpus", "1");
	with(&rig, "memory", "1GiB");
	assert_int_equal(nn_local_settings_read(&rig.arm, &settings, NULL), 0);
	tree_file(&rig.tree, "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory\n");
	assert_int_equal(nn_local_settings_plan(&settings, &beside_nvme, &binding, &limits, NULL),
			 0);
	assert_string_equal(limits.cpus, pins.vcpus.names[0]);
	assert_int_equal(binding.nr, 3);
	assert_string_equal(binding.steps[0].subject, "/sys/fs/cgroup cpuset");
	assert_string_equal(binding.steps[1].subject, "/sys/fs/cgroup memory");
	assert_string_equal(binding.steps[2].subject, GROUP);
	wanted = nn_asprintf("cpuset.cpus %s\nmemory.max 1073741824\nmemory.swap.max 0",
			     pins.vcpus.names[0]);
	assert_string_equal(binding.steps[2].wanted, wanted);
}

static void more_cpus_than_there_are_are_refused(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	with(&rig, "cpus", "100000");
	assert_int_equal(nn_target_find("local")->check(&rig.plan, &rig.arm, &rig.tree.root, &err),
			 -ENOTSUP);
	assert_non_null(strstr(err.message, "setting 'cpus': 100000 CPUs are wanted, but there "
					    "are only "));
	nn_pairs_release(&rig.arm.settings);
	with(&rig, "cpus", "1");
	rig_expect_check(&rig, "local",
			 "this host's control groups (version 2, '/sys/fs/cgroup') "
			 "cannot limit 'cpuset'");
}

static void an_iommu_mode_is_about_the_device(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	with(&rig, "iommu", "strict");
	rig_expect_check(&rig, "local",
			 "setting 'iommu' is about the plan's device, and it has none");
	tree_add_nvme(&rig.tree);
	rig_device(&rig, "0000:01:00.0");
	rig_expect_check(&rig, "local", "");
	nn_pairs_release(&rig.arm.settings);
	with(&rig, "iommu", "off");
	assert_int_equal(nn_target_find("local")->check(&rig.plan, &rig.arm, &rig.tree.root, &err),
			 -ENOTSUP);
	assert_non_null(strstr(err.message, "'iommu: off' takes a reboot"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(nothing_asked_for_takes_no_step),
		cmocka_unit_test(limits_become_a_control_group),
		cmocka_unit_test(cpus_are_those_of_a_vm),
		cmocka_unit_test(more_cpus_than_there_are_are_refused),
		cmocka_unit_test(an_iommu_mode_is_about_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
