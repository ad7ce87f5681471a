/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/restore.h"

#include <errno.h>

#include "ci/tests/harness/device/kernel.h"
#include "ci/tests/harness/store/fixture.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/device/binding.h"
#include "harness/device/reservation.h"
#include "harness/runner/journal.h"

#define POLL      "/sys/module/kvm/parameters/halt_poll_ns"
#define BOOT_ID   "/proc/sys/kernel/random/boot_id"
#define PLENTY_NS (10 * NN_NS_PER_S)

/* A machine with an NVMe and a setting, and a database beside it. */
struct bench {
	struct tree tree;
	struct kernel kernel;
	struct fixture *f;
	struct nn_store_journal journal;
	struct nn_binding binding;
	struct nn_strbuf said;
	struct nn_restored restored;
};

static void bench_init(struct bench *bench, struct fixture *f)
{
	tree_init(&bench->tree);
	tree_add_nvme(&bench->tree);
	tree_file(&bench->tree, POLL, "200000\n");
	tree_file(&bench->tree, BOOT_ID, "boot-1\n");
	tree_folder(&bench->tree, "/run");
	kernel_start(&bench->kernel, &bench->tree);
	bench->f = f;
	nn_store_journal_init(&bench->journal, f->store, &bench->tree.root);
	bench->binding =
		(struct nn_binding){.root = &bench->tree.root, .journal = &bench->journal.journal};
	nn_binding_add_attribute(&bench->binding, POLL, "0");
	nn_binding_add(&bench->binding, &nn_change_driver, KERNEL_BDF, "vfio-pci");
	assert_ok(f, nn_binding_apply(&bench->binding, PLENTY_NS, &f->err));
}

static void bench_release(struct bench *bench)
{
	nn_binding_release(&bench->binding);
	nn_store_journal_release(&bench->journal);
	kernel_stop(&bench->kernel);
	tree_release(&bench->tree);
	nn_strbuf_release(&bench->said);
}

NN_AUTO_DEFINE(bench, struct bench, bench_release(p))

static void bench_say(void *user, const char *sentence)
{
	nn_strbuf_addf(user, "%s\n", sentence);
}

static int restore(struct bench *bench)
{
	nn_strbuf_clear(&bench->said);
	return nn_runner_restore(bench->f->store, &bench->tree.root, bench_say, &bench->said,
				 &bench->restored, &bench->f->err);
}

static void assert_machine(const struct bench *bench, const char *driver, const char *poll)
{
	NN_AUTO(free)
	char *now =
		nn_sysfs_link_name(&bench->tree.root, "/sys/bus/pci/devices/" KERNEL_BDF "/driver");
	NN_AUTO(free) char *value = nn_sysfs_text(&bench->tree.root, POLL);

	assert_string_equal(now ? now : "none", driver);
	assert_string_equal(value, poll);
}

static void a_crash_is_undone_newest_first_and_told(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};

	bench_init(&bench, f);
	assert_machine(&bench, "vfio-pci", "0");
	assert_ok(f, restore(&bench));
	assert_machine(&bench, "nvme", "200000");
	assert_string_equal(nn_strbuf_str(&bench.said), "restored: '" KERNEL_BDF "' bound to nvme\n"
							"restored: '" POLL "' = '200000'\n");
	assert_int_equal(bench.restored.nr_restored, 2);
	assert_sql(f, "SELECT group_concat(how) FROM journal", "restored,restored");
	assert_ok(f, restore(&bench));
	assert_int_equal(bench.said.len, 0);
	assert_int_equal(bench.restored.nr_restored, 0);
}

static void after_a_reboot_nothing_is_changed_and_differences_are_told(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};

	bench_init(&bench, f);
	tree_file(&bench.tree, BOOT_ID, "boot-2\n");
	tree_file(&bench.tree, POLL, "200000\n");
	assert_ok(f, restore(&bench));
	assert_machine(&bench, "vfio-pci", "200000"); /* as this boot's configuration wants it */
	assert_string_equal(nn_strbuf_str(&bench.said),
			    "rebooted: before the change it was '" KERNEL_BDF
			    "' bound to nvme, which it is not now: the machine booted otherwise\n"
			    "rebooted: '" POLL "' = '200000' as before\n");
	assert_int_equal(bench.restored.nr_rebooted, 2);
	assert_sql(f, "SELECT group_concat(how) FROM journal", "rebooted,rebooted");
}

static void what_does_not_come_back_is_told_and_stays(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	NN_AUTO(free) char *full = NULL;

	bench_init(&bench, f);
	full = nn_asprintf("%s" POLL, bench.tree.folder);
	assert_int_equal(unlink(full), 0); /* the module is gone */
	assert_int_equal(restore(&bench), -ENOENT);
	assert_message(f, "restore '" POLL "': read '");
	assert_int_equal(bench.restored.nr_restored, 1);
	tree_file(&bench.tree, POLL, "0\n");
	assert_machine(&bench, "nvme", "0");
	assert_ok(f, restore(&bench));
	assert_machine(&bench, "nvme", "200000");
}

/* As an IOMMU arm makes them: without driver, the group's mode, the driver again. */
static void after_a_reboot_the_oldest_of_a_subjects_entries_speaks(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	const struct nn_journal_row without = {
		.machine_boot = (char *)"boot-1",
		.kind = (char *)"driver",
		.subject = (char *)KERNEL_BDF,
		.before = (char *)"{\"driver\": null, \"driver_override\": null}"};
	int64_t id;

	bench_init(&bench, f);
	assert_ok(f, nn_store_journal_add(f->store, &without, &id, &f->err));
	tree_file(&bench.tree, BOOT_ID, "boot-2\n");
	tree_file(&bench.tree, POLL, "200000\n");
	tree_bind(&bench.tree, KERNEL_BDF, "nvme");
	tree_attribute(&bench.tree, KERNEL_BDF, "driver_override", "(null)\n");
	assert_ok(f, restore(&bench));
	assert_string_equal(nn_strbuf_str(&bench.said),
			    "rebooted: '" KERNEL_BDF "' bound to nvme as before\n"
			    "rebooted: '" POLL "' = '200000' as before\n");
	assert_int_equal(bench.restored.nr_rebooted, 3);
}

#define GROUP_TYPE "/sys/kernel/iommu_groups/7/type"
#define CONTROL    "/sys/bus/pci/devices/" KERNEL_BDF "/power/control"

static void tree_remove(const struct tree *tree, const char *path)
{
	NN_AUTO(free) char *from = nn_asprintf("%s%s", tree->folder, path);
	NN_AUTO(free) char *to = nn_asprintf("%s/removed-%s", tree->folder, strrchr(path, '/') + 1);

	assert_int_equal(rename(from, to), 0);
}

/* Pulled out, or fallen off the bus: when it comes back, it is as the kernel makes it. */
static void a_device_that_is_gone_blocks_nothing(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	const struct nn_journal_row rows[] = {
		{.machine_boot = (char *)"boot-1",
		 .kind = (char *)"attribute",
		 .subject = (char *)GROUP_TYPE,
		 .before = (char *)"{\"value\": \"DMA\"}"},
		{.machine_boot = (char *)"boot-1",
		 .kind = (char *)"attribute",
		 .subject = (char *)CONTROL,
		 .before = (char *)"{\"value\": \"auto\"}"},
		{.machine_boot = (char *)"boot-1",
		 .kind = (char *)"virtual-functions",
		 .subject = (char *)KERNEL_BDF,
		 .before = (char *)"{\"number\": 0, \"autoprobe\": \"1\"}"},
	};
	int64_t id;

	bench_init(&bench, f);
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++)
		assert_ok(f, nn_store_journal_add(f->store, &rows[i], &id, &f->err));
	tree_remove(&bench.tree, "/sys/bus/pci/devices/" KERNEL_BDF);
	tree_remove(&bench.tree, "/sys/kernel/iommu_groups/7");
	assert_ok(f, restore(&bench));
	assert_string_equal(nn_strbuf_str(&bench.said),
			    "'" KERNEL_BDF "' is gone: nothing to give back\n"
			    "'" CONTROL "' is gone: nothing to give back\n"
			    "'" GROUP_TYPE "' is gone: nothing to give back\n"
			    "'" KERNEL_BDF "' is gone: nothing to give back\n"
			    "restored: '" POLL "' = '200000'\n");
	assert_int_equal(bench.restored.nr_gone, 4);
	assert_int_equal(bench.restored.nr_restored, 1);
	assert_sql(f, "SELECT group_concat(how) FROM (SELECT how FROM journal ORDER BY id)",
		   "restored,gone,gone,gone,gone");
}

/* No PCI at all is no sign that a function is gone: perhaps /sys is not there. */
static void without_pci_no_function_is_taken_for_gone(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};

	bench_init(&bench, f);
	tree_remove(&bench.tree, "/sys/bus/pci/devices");
	assert_int_equal(restore(&bench), -ENODEV);
	assert_int_equal(bench.restored.nr_gone, 0);
	assert_int_equal(bench.restored.nr_failed, 1);
}

static void an_unknown_kind_does_not_stop_the_others(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	const struct nn_journal_row row = {.machine_boot = (char *)"boot-1",
					   .kind = (char *)"firmware",
					   .subject = (char *)"bios",
					   .before = (char *)"{}"};
	int64_t id;

	bench_init(&bench, f);
	assert_ok(f, nn_store_journal_add(f->store, &row, &id, &f->err));
	assert_int_equal(restore(&bench), -EPROTO);
	assert_string_equal(f->err.message,
			    "restore 'bios': journal entry of unknown kind 'firmware'");
	assert_machine(&bench, "nvme", "200000");
	assert_int_equal(bench.restored.nr_restored, 2);
	assert_int_equal(bench.restored.nr_failed, 1);
	assert_non_null(strstr(nn_strbuf_str(&bench.said), "NOT RESTORED: restore 'bios': "));
	/* Whoever comes next is led here. */
	assert_true(nn_sysfs_exists(&bench.tree.root, "/run/nearnative/host"));
}

static void entries_that_lead_elsewhere_are_not_believed(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	NN_AUTO(free) char *kept = NULL;
	const struct nn_journal_row rows[] = {
		{.machine_boot = (char *)"boot-1",
		 .kind = (char *)"attribute",
		 .subject = (char *)"/etc/passwd",
		 .before = (char *)"{\"value\": \"mine\"}"},
		{.machine_boot = (char *)"boot-1",
		 .kind = (char *)"driver",
		 .subject = (char *)KERNEL_BDF,
		 .before = (char *)"{\"driver\": \"../../../../tmp\"}"},
	};
	int64_t id;

	bench_init(&bench, f);
	tree_file(&bench.tree, "/etc/passwd", "root\n");
	for (size_t i = 0; i < 2; i++)
		assert_ok(f, nn_store_journal_add(f->store, &rows[i], &id, &f->err));
	assert_int_equal(restore(&bench), -EPROTO);
	assert_non_null(strstr(nn_strbuf_str(&bench.said),
			       "NOT RESTORED: restore '/etc/passwd': journal entry of kind "
			       "'attribute' that we never write"));
	assert_non_null(strstr(nn_strbuf_str(&bench.said),
			       "the journal says that '" KERNEL_BDF "' had driver '../"));
	assert_int_equal(bench.restored.nr_failed, 2);
	assert_int_equal(bench.restored.nr_restored, 2); /* our own all the same */
	kept = nn_sysfs_text(&bench.tree.root, "/etc/passwd");
	assert_string_equal(kept, "root");
}

static void what_another_orchestrator_has_is_left_alone(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	char *names[] = {(char *)KERNEL_BDF};
	const struct nn_name_list name = {.names = names, .nr = 1};
	struct nn_reservations reservations = {0};

	bench_init(&bench, f);
	assert_ok(f, nn_reservations_take(&bench.tree.root, &name, "/other.db", &reservations,
					  &f->err));
	assert_int_equal(restore(&bench), -EBUSY);
	assert_message(f, "'" KERNEL_BDF "' is in the hands of another nearnative");
	assert_machine(&bench, "vfio-pci", "0");
	nn_reservations_give_back(&reservations, false);
	assert_ok(f, restore(&bench));
	assert_machine(&bench, "nvme", "200000");
}

static void folders_are_removed_even_after_a_reboot(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(bench) struct bench bench = {0};
	NN_AUTO(free) char *folder = NULL;

	bench_init(&bench, f);
	assert_ok(f, nn_journalled_scratch_new(&bench.journal, &folder, &f->err));
	tree_file(&bench.tree, BOOT_ID, "boot-2\n");
	assert_ok(f, restore(&bench));
	assert_int_not_equal(access(folder, F_OK), 0);
	assert_null(strstr(nn_strbuf_str(&bench.said), folder)); /* nobody misses it */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup_begun, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_crash_is_undone_newest_first_and_told),
		TEST(after_a_reboot_nothing_is_changed_and_differences_are_told),
		TEST(what_does_not_come_back_is_told_and_stays),
		TEST(after_a_reboot_the_oldest_of_a_subjects_entries_speaks),
		TEST(a_device_that_is_gone_blocks_nothing),
		TEST(without_pci_no_function_is_taken_for_gone),
		TEST(an_unknown_kind_does_not_stop_the_others),
		TEST(entries_that_lead_elsewhere_are_not_believed),
		TEST(what_another_orchestrator_has_is_left_alone),
		TEST(folders_are_removed_even_after_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
