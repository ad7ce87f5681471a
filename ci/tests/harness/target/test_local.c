/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/device/kernel.h"
#include "ci/tests/harness/target/plan.h"

#define NO_IOMMU                                                                                  \
	"no IOMMU: /sys/kernel/iommu_groups is empty; enable VT-d or AMD-Vi in the firmware and " \
	"boot with intel_iommu=on or amd_iommu=on"

#define GOVERNOR "/sys/devices/system/cpu/cpufreq/policy0/scaling_governor"

static const struct tree_function edu = {"0000:00:05.0", "0x00ff00", "0x1234", "0x11e8", NULL, "3"};

/* An agent for the test: a shell script. */
static char *add_agent(const struct rig *rig, const char *script)
{
	char *path = nn_asprintf("%s/agent", rig->tree.folder);

	tree_file(&rig->tree, "/agent", script);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

/* Wait until the agent has ended; true when it did within the time. */
static bool wait_for_end(struct rig *rig, struct nn_err *err)
{
	uint64_t until_ns = nn_clock_ns() + 5 * NN_NS_PER_S;

	while (nn_target_find("local")->is_alive(&rig->boot, err)) {
		if (nn_clock_ns() > until_ns)
			return false;
		nn_clock_sleep_ns(NN_NS_PER_MS);
	}
	return true;
}

static void check_says_what_is_missing(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	rig_expect_check(&rig, "local", "");
	rig_device(&rig, "0000:01:00.0");
	rig_expect_check(&rig, "local",
			 "the plan's device '0000:01:00.0' does not exist; `nearnative devices` "
			 "lists what there is");
	rig.plan.spare = (char *)"0000:00:05.0";
	rig_expect_check(&rig, "local", NO_IOMMU);
	tree_add_nvme(&rig.tree);
	rig_expect_check(&rig, "local",
			 "the plan's spare '0000:00:05.0' does not exist; `nearnative devices` "
			 "lists what there is");
	tree_add_function(&rig.tree, &edu);
	rig_expect_check(&rig, "local", "");
	rig_device(&rig, "0000:00:05.0");
	rig_expect_check(&rig, "local",
			 "the plan's device '0000:00:05.0' has no driver to measure it with; load "
			 "one or run `nearnative restore`");
	tree_add_driver(&rig.tree, "vfio-pci");
	tree_bind(&rig.tree, "0000:00:05.0", "vfio-pci");
	rig_expect_check(
		&rig, "local",
		"the plan's device '0000:00:05.0' is bound to vfio-pci, so this host cannot use "
		"it; bind its own driver or run `nearnative restore`");
}

static void a_spare_must_be_alone_and_passable(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	const struct tree_function bridge = {"0000:00:1c.0", "0x060400", "0x8086",
					     "0x3420",       "pcieport", "9"};
	const struct tree_function bare = {"0000:00:06.0", "0x00ff00", "0x1234",
					   "0x11e8",       NULL,       NULL};
	const struct tree_function near_nvme = {"0000:00:07.0", "0x00ff00", "0x1234",
						"0x11e8",       NULL,       "7"};

	(void)unused;
	rig_init(&rig);
	tree_add_nvme(&rig.tree);
	tree_add_function(&rig.tree, &bridge);
	tree_add_function(&rig.tree, &bare);
	rig.plan.spare = (char *)bridge.bdf;
	rig_expect_check(&rig, "local",
			 "the plan's spare '0000:00:1c.0' is a bridge; name a function behind it");
	rig.plan.spare = (char *)bare.bdf;
	rig_expect_check(&rig, "local",
			 "'0000:00:06.0' is in no IOMMU group, so it cannot be isolated; use a "
			 "device behind an IOMMU");
	tree_add_function(&rig.tree, &near_nvme);
	rig.plan.spare = (char *)near_nvme.bdf;
	rig_expect_check(
		&rig, "local",
		"the plan's spare '0000:00:07.0' shares its IOMMU group with "
		"'0000:01:00.0', which nvme uses; name a spare that is alone in its group");
}

static void the_agent_gets_its_credentials_and_its_log_is_kept(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *agent = NULL;
	const struct nn_target *local = nn_target_find("local");
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	agent = add_agent(&rig, "#!/bin/sh\necho $NEARNATIVE_URL $NEARNATIVE_BOOT\n"
				"echo $NEARNATIVE_TOKEN >&2\n[ $TMPDIR = ${0%/*} ] && exit 3\n");
	rig.boot.agent_path = agent;
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_int_equal(local->boot(&rig.boot, &rig.cred, NULL), 0);
	assert_true(wait_for_end(&rig, &err));
	assert_string_equal(err.message,
			    "the agent ended with exit status 3, see artifact agent.log");
	/* Asked twice, it says the same. */
	assert_false(local->is_alive(&rig.boot, &err));
	assert_string_equal(err.message,
			    "the agent ended with exit status 3, see artifact agent.log");
	assert_int_equal(local->shutdown(&rig.boot, NULL), 0);
	assert_string_equal(rig.artifact_name, "agent.log");
	assert_string_equal(rig.artifact, "http://127.0.0.1:1 " TEST_UUID "\n" TEST_TOKEN);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
	assert_null(rig.boot.state);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
}

static void an_agent_that_was_not_told_to_stop_is_stopped(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *agent = NULL;
	const struct nn_target *local = nn_target_find("local");
	uint64_t started_ns;

	(void)unused;
	rig_init(&rig);
	agent = add_agent(&rig, "#!/bin/sh\nexec sleep 60\n");
	rig.boot.agent_path = agent;
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_int_equal(local->boot(&rig.boot, &rig.cred, NULL), 0);
	assert_true(local->is_alive(&rig.boot, NULL));
	started_ns = nn_clock_ns();
	assert_int_equal(local->shutdown(&rig.boot, NULL), 0);
	assert_true(nn_clock_ns() - started_ns < 4 * NN_NS_PER_S);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
}

static void an_agent_that_ignores_the_stop_is_overdue(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(free) char *agent = NULL;
	const struct nn_target *local = nn_target_find("local");
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	rig.deadlines.shutdown_ns = 50 * NN_NS_PER_MS;
	agent = add_agent(&rig, "#!/bin/sh\nexec sleep 60\n");
	rig.boot.agent_path = agent;
	rig.boot.is_told_to_stop = true;
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_int_equal(local->boot(&rig.boot, &rig.cred, NULL), 0);
	assert_int_equal(local->shutdown(&rig.boot, &err), -ETIMEDOUT);
	assert_string_equal(err.message,
			    "the agent did not end within 0.05 s after it was told to");
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
}

static void an_agent_that_cannot_start_is_named(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	const struct nn_target *local = nn_target_find("local");
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	rig.boot.agent_path = "/nonexistent/agent";
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_int_equal(local->boot(&rig.boot, &rig.cred, &err), -ENOENT);
	assert_non_null(strstr(err.message, "/nonexistent/agent"));
	assert_int_equal(local->shutdown(&rig.boot, NULL), 0);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
}

static void what_was_prepared_is_proved(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(target_proof) struct nn_target_proof proof = {0};
	NN_AUTO(free) char *agent = NULL;
	NN_AUTO(free) char *after = NULL;
	const struct nn_target *local = nn_target_find("local");

	(void)unused;
	rig_init(&rig);
	tree_file(&rig.tree, GOVERNOR, "powersave\n");
	nn_pairs_add(&rig.arm.settings, "governor", "performance");
	agent = add_agent(&rig, "#!/bin/sh\nexec sleep 60\n");
	rig.boot.agent_path = agent;
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_int_equal(local->boot(&rig.boot, &rig.cred, NULL), 0);
	local->prove(&rig.boot, &(struct nn_pairs){0}, &proof);
	assert_string_equal(nn_pairs_get(&proof.host, "requested.governor"), "performance");
	assert_string_equal(nn_pairs_get(&proof.host, "effective.governor"), "performance");
	assert_int_equal(proof.host.nr, 2);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
	after = nn_sysfs_text(&rig.tree.root, GOVERNOR);
	assert_string_equal(after, "powersave");
}

static void the_spare_goes_to_vfio_and_comes_back(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(free) char *during = NULL;
	NN_AUTO(free) char *after = NULL;
	const struct nn_target *local = nn_target_find("local");

	(void)unused;
	rig_init(&rig);
	tree_add_nvme(&rig.tree);
	kernel_start(&kernel, &rig.tree);
	rig.plan.spare = (char *)KERNEL_BDF;
	assert_int_equal(local->prepare(&rig.boot, NULL), 0);
	assert_string_equal(rig.boot.spare.bdf, KERNEL_BDF);
	assert_int_equal(rig.boot.spare.vendor, 0x1b36);
	assert_int_equal(rig.boot.device.vendor, 0);
	during = nn_sysfs_link_name(&rig.tree.root, "/sys/bus/pci/devices/" KERNEL_BDF "/driver");
	assert_string_equal(during, "vfio-pci");
	assert_int_equal(rig.notes.nr_opened, 1);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
	after = nn_sysfs_link_name(&rig.tree.root, "/sys/bus/pci/devices/" KERNEL_BDF "/driver");
	assert_string_equal(after, "nvme");
	assert_int_equal(rig.notes.nr_closed, 1);
}

static void a_spare_in_use_is_refused_when_it_comes_to_it(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};
	const struct nn_target *local = nn_target_find("local");
	struct nn_err err = {0};

	(void)unused;
	rig_init(&rig);
	tree_add_nvme(&rig.tree);
	tree_file(&rig.tree, "/proc/self/mountinfo", "30 1 259:0 / /d rw - xfs /dev/nvme0n1 rw\n");
	rig.plan.spare = (char *)"0000:01:00.0";
	assert_int_equal(local->prepare(&rig.boot, &err), -EBUSY);
	assert_string_equal(err.message,
			    "device '0000:01:00.0' is in use: 'nvme0n1' is mounted on '/d'");
	assert_int_equal(rig.notes.nr_opened, 0);
	assert_int_equal(local->restore(&rig.boot, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_says_what_is_missing),
		cmocka_unit_test(a_spare_must_be_alone_and_passable),
		cmocka_unit_test(the_agent_gets_its_credentials_and_its_log_is_kept),
		cmocka_unit_test(an_agent_that_was_not_told_to_stop_is_stopped),
		cmocka_unit_test(an_agent_that_ignores_the_stop_is_overdue),
		cmocka_unit_test(an_agent_that_cannot_start_is_named),
		cmocka_unit_test(what_was_prepared_is_proved),
		cmocka_unit_test(the_spare_goes_to_vfio_and_comes_back),
		cmocka_unit_test(a_spare_in_use_is_refused_when_it_comes_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
