/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/kernel.h"
#include "ci/tests/harness/device/notes.h"

#include "harness/base/clock.h"
#include "harness/device/host.h"

#define POLICY(n) "/sys/devices/system/cpu/cpufreq/policy" #n "/"
#define PAGES     "/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define NODE      "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/"
#define TYPE      "/sys/kernel/iommu_groups/7/type"
#define MIB2      (2ULL << 20)

struct host {
	struct tree tree;
	struct notes notes;
	struct nn_binding binding;
	struct nn_err err;
};

static void host_init(struct host *host)
{
	tree_init(&host->tree);
	notes_init(&host->notes);
	host->binding =
		(struct nn_binding){.root = &host->tree.root, .journal = &host->notes.journal};
}

static void host_release(struct host *host)
{
	nn_binding_release(&host->binding);
	nn_strbuf_release(&host->notes.text);
	tree_release(&host->tree);
}

NN_AUTO_DEFINE(host, struct host, host_release(p))

static void assert_step(const struct host *host, size_t i, const char *subject, const char *wanted)
{
	assert_true(i < host->binding.nr);
	assert_string_equal(host->binding.steps[i].subject, subject);
	assert_string_equal(host->binding.steps[i].wanted, wanted);
}

static void every_policy_gets_a_governor_that_there_is(void **unused)
{
	NN_AUTO(host) struct host host = {0};

	(void)unused;
	host_init(&host);
	assert_int_equal(nn_host_plan_governor(&host.binding, "performance", &host.err), -ENOTSUP);
	assert_string_equal(host.err.message, "this host cannot govern the frequency of its CPUs: "
					      "it has no cpufreq driver");
	tree_file(&host.tree, POLICY(0) "scaling_governor", "powersave\n");
	tree_file(&host.tree, POLICY(0) "scaling_available_governors", "performance powersave\n");
	tree_file(&host.tree, POLICY(4) "scaling_governor", "powersave\n");
	assert_int_equal(nn_host_plan_governor(&host.binding, "performance", NULL), 0);
	assert_int_equal(host.binding.nr, 2);
	assert_step(&host, 1, POLICY(4) "scaling_governor", "performance");
	assert_int_equal(nn_host_plan_governor(&host.binding, "power", &host.err), -ENOTSUP);
	assert_string_equal(host.err.message,
			    "this host has no governor 'power', it has performance powersave");
}

static void pages_are_added_to_those_in_use(void **unused)
{
	NN_AUTO(host) struct host host = {0};

	(void)unused;
	host_init(&host);
	assert_int_equal(nn_host_plan_hugepages(&host.binding, -1, MIB2, 8, &host.err), -ENOTSUP);
	assert_string_equal(host.err.message, "this host has no huge pages of 2048 KiB");
	tree_file(&host.tree, PAGES "nr_hugepages", "100\n");
	tree_file(&host.tree, PAGES "free_hugepages", "40\n");
	tree_file(&host.tree, NODE "nr_hugepages", "10\n");
	tree_file(&host.tree, NODE "free_hugepages", "0\n");
	assert_int_equal(nn_host_plan_hugepages(&host.binding, -1, MIB2, 40, NULL), 0);
	assert_int_equal(host.binding.nr, 0);
	assert_int_equal(nn_host_plan_hugepages(&host.binding, -1, MIB2, 64, NULL), 0);
	assert_step(&host, 0, PAGES "nr_hugepages", "124");
	assert_int_equal(nn_host_plan_hugepages(&host.binding, 1, MIB2, 64, NULL), 0);
	assert_step(&host, 1, NODE "nr_hugepages", "74");
	assert_int_equal(nn_host_plan_hugepages(&host.binding, 0, MIB2, 64, &host.err), -ENOTSUP);
	assert_string_equal(host.err.message,
			    "this host has no huge pages of 2048 KiB on that node");
}

static void halt_polling_needs_kvm(void **unused)
{
	NN_AUTO(host) struct host host = {0};
	static const char path[] = "/sys/module/kvm/parameters/halt_poll_ns";

	(void)unused;
	host_init(&host);
	assert_int_equal(nn_host_plan_halt_poll(&host.binding, 0, &host.err), -ENOTSUP);
	tree_file(&host.tree, path, "200000\n");
	assert_int_equal(nn_host_plan_halt_poll(&host.binding, 200000, NULL), 0);
	assert_int_equal(host.binding.nr, 0);
	assert_int_equal(nn_host_plan_halt_poll(&host.binding, 0, NULL), 0);
	assert_step(&host, 0, path, "0");
}

static void a_mode_changes_while_the_driver_is_away(void **unused)
{
	NN_AUTO(host) struct host host = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(free) char *type = NULL;
	NN_AUTO(free) char *driver = NULL;
	enum nn_iommu_mode mode;

	(void)unused;
	host_init(&host);
	tree_add_nvme(&host.tree);
	kernel_start(&kernel, &host.tree);
	assert_int_equal(nn_iommu_mode_of(&host.tree.root, KERNEL_BDF, &mode, NULL), 0);
	assert_int_equal(mode, NN_IOMMU_LAZY);
	assert_int_equal(nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_LAZY, false, NULL),
			 0);
	assert_int_equal(host.binding.nr, 0);
	assert_int_equal(
		nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_STRICT, false, NULL), 0);
	assert_int_equal(host.binding.nr, 3);
	assert_step(&host, 0, KERNEL_BDF, "");
	assert_step(&host, 1, TYPE, "DMA");
	assert_step(&host, 2, KERNEL_BDF, "nvme");
	assert_int_equal(nn_binding_apply(&host.binding, 10 * NN_NS_PER_S, NULL), 0);
	assert_int_equal(nn_iommu_mode_of(&host.tree.root, KERNEL_BDF, &mode, NULL), 0);
	assert_int_equal(mode, NN_IOMMU_STRICT);
	assert_int_equal(nn_binding_undo(&host.binding, 10 * NN_NS_PER_S, NULL), 0);
	type = nn_sysfs_text(&host.tree.root, TYPE);
	assert_string_equal(type, "DMA-FQ");
	driver = nn_sysfs_link_name(&host.tree.root, "/sys/bus/pci/devices/" KERNEL_BDF "/driver");
	assert_string_equal(driver, "nvme");
}

static void what_only_a_reboot_could_change_is_refused(void **unused)
{
	NN_AUTO(host) struct host host = {0};
	const struct tree_function second = {"0000:01:00.1", "0x010802", "0x1b36",
					     "0x0010",       "nvme",     "7"};
	enum nn_iommu_mode mode;

	(void)unused;
	host_init(&host);
	tree_add_nvme(&host.tree);
	assert_int_equal(
		nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_OFF, false, &host.err),
		-ENOTSUP);
	assert_non_null(strstr(host.err.message, "'iommu: off' takes a reboot"));
	tree_add_function(&host.tree, &second);
	assert_int_equal(nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_PASSTHROUGH, false,
					    &host.err),
			 -ENOTSUP);
	assert_string_equal(host.err.message,
			    "'iommu: passthrough' of '0000:01:00.0': its IOMMU group has 2 "
			    "functions, and the kernel changes only groups of one; boot with "
			    "iommu.passthrough= or iommu.strict=");
	assert_int_equal(host.binding.nr, 0);
	assert_int_equal(nn_iommu_mode_parse("on", &mode, &host.err), -EINVAL);
	assert_string_equal(host.err.message, "'on', expected off, passthrough, lazy or strict");
}

/* Its driver would be taken away from under a file system. */
static void a_device_in_use_keeps_its_mode(void **unused)
{
	NN_AUTO(host) struct host host = {0};

	(void)unused;
	host_init(&host);
	tree_add_nvme(&host.tree);
	tree_file(&host.tree, "/proc/self/mountinfo", "30 1 259:0 / /d rw - xfs /dev/nvme0n1 rw\n");
	assert_int_equal(
		nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_LAZY, false, &host.err), 0);
	for (int is_forced = 0; is_forced < 2; is_forced++) {
		assert_int_equal(nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_STRICT,
						    is_forced, &host.err),
				 -EBUSY);
		assert_string_equal(
			host.err.message,
			"device '0000:01:00.0' is in use: 'nvme0n1' is mounted on '/d'");
	}
	assert_int_equal(host.binding.nr, 0);
}

static void a_host_without_iommu_is_off(void **unused)
{
	NN_AUTO(host) struct host host = {0};
	const struct tree_function nvme = {KERNEL_BDF, "0x010802", "0x1b36",
					   "0x0010",   "nvme",     NULL};

	(void)unused;
	host_init(&host);
	tree_add_function(&host.tree, &nvme);
	assert_int_equal(nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_OFF, false, NULL),
			 0);
	assert_int_equal(
		nn_host_plan_iommu(&host.binding, KERNEL_BDF, NN_IOMMU_LAZY, false, &host.err),
		-ENOTSUP);
	assert_string_equal(host.err.message,
			    "'iommu: lazy' needs an IOMMU, and this host runs without one");
}

static void governors_are_told_once(void **unused)
{
	NN_AUTO(host) struct host host = {0};
	NN_AUTO(name_list) struct nn_name_list governors = {0};

	(void)unused;
	host_init(&host);
	assert_int_equal(nn_host_governors(&host.tree.root, &governors, &host.err), -ENODATA);
	assert_string_equal(host.err.message, "no CPU of this host tells its governor");
	tree_file(&host.tree, POLICY(0) "scaling_governor", "powersave\n");
	tree_file(&host.tree, POLICY(1) "scaling_governor", "powersave\n");
	tree_file(&host.tree, POLICY(4) "scaling_governor", "performance\n");
	tree_file(&host.tree, POLICY(6) "related_cpus", "6\n"); /* all offline */
	assert_int_equal(nn_host_governors(&host.tree.root, &governors, NULL), 0);
	assert_int_equal(governors.nr, 2);
	assert_string_equal(governors.names[0], "powersave");
	assert_string_equal(governors.names[1], "performance");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_gets_a_governor_that_there_is),
		cmocka_unit_test(governors_are_told_once),
		cmocka_unit_test(pages_are_added_to_those_in_use),
		cmocka_unit_test(halt_polling_needs_kvm),
		cmocka_unit_test(a_mode_changes_while_the_driver_is_away),
		cmocka_unit_test(what_only_a_reboot_could_change_is_refused),
		cmocka_unit_test(a_device_in_use_keeps_its_mode),
		cmocka_unit_test(a_host_without_iommu_is_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
