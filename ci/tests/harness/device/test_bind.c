/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/kernel.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/device/bind.h"

#define BDF       KERNEL_BDF
#define DEVICE    "/sys/bus/pci/devices/" BDF
#define PLENTY_NS (10 * NN_NS_PER_S)
#define SHORT_NS  (200 * NN_NS_PER_MS)

/* A journal in memory that looks at the machine at the moment of recording. */
struct notes {
	const struct tree *tree;
	struct kernel *kernel;
	unsigned int nr_records;
	unsigned int nr_closes;
	int fail; /* what record returns instead of working */
	char *driver_at_record;
	char *override_at_record;
	int requests_at_record;
};

static int notes_record(void *user, const struct nn_bind_entry *entry, uint64_t *ret_id,
			struct nn_err *err)
{
	struct notes *notes = user;

	if (notes->fail)
		return nn_err_set(err, notes->fail, "disk full");
	assert_string_equal(entry->bdf, BDF);
	notes->driver_at_record = nn_sysfs_link_name(&notes->tree->root, DEVICE "/driver");
	notes->override_at_record = nn_sysfs_text(&notes->tree->root, DEVICE "/driver_override");
	notes->requests_at_record = atomic_load(&notes->kernel->nr_requests);
	*ret_id = 40 + ++notes->nr_records;
	return 0;
}

static int notes_close(void *user, uint64_t id, struct nn_err *err NN_UNUSED)
{
	struct notes *notes = user;

	assert_int_equal(id, 41);
	notes->nr_closes++;
	return 0;
}

static void notes_release(struct notes *notes)
{
	free(notes->driver_at_record);
	free(notes->override_at_record);
}

NN_AUTO_DEFINE(notes, struct notes, notes_release(p))

static struct nn_journal journal_of(struct notes *notes)
{
	return (struct nn_journal){.user = notes, .record = notes_record, .close = notes_close};
}

static void assert_driver(const struct tree *tree, const char *driver)
{
	NN_AUTO(free) char *now = nn_sysfs_link_name(&tree->root, DEVICE "/driver");

	if (!driver) {
		assert_null(now);
		return;
	}
	assert_non_null(now);
	assert_string_equal(now, driver);
}

static void assert_override(const struct tree *tree, const char *override)
{
	NN_AUTO(bind_entry) struct nn_bind_entry entry = {0};

	assert_int_equal(nn_bind_snapshot(&tree->root, BDF, &entry, NULL), 0);
	if (!override) {
		assert_null(entry.driver_override);
		return;
	}
	assert_non_null(entry.driver_override);
	assert_string_equal(entry.driver_override, override);
}

static void a_snapshot_tells_absent_from_set(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(bind_entry) struct nn_bind_entry entry = {0};
	NN_AUTO(bind_entry) struct nn_bind_entry bare = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	assert_int_equal(nn_bind_snapshot(&tree.root, BDF, &entry, NULL), 0);
	assert_string_equal(entry.driver, "nvme");
	assert_null(entry.driver_override); /* the kernel prints "(null)" */
	tree_add_function(&tree, &(struct tree_function){"0000:00:05.0", "0xff0000", "0x1234",
							 "0x11e8", NULL, NULL});
	tree_attribute(&tree, "0000:00:05.0", "driver_override", "vfio-pci\n");
	assert_int_equal(nn_bind_snapshot(&tree.root, "0000:00:05.0", &bare, NULL), 0);
	assert_null(bare.driver);
	assert_string_equal(bare.driver_override, "vfio-pci");
	assert_int_equal(nn_bind_snapshot(&tree.root, "0000:09:00.0", &entry, &err), -ENODEV);
	assert_string_equal(err.message, "there is no PCI device '0000:09:00.0'");
}

static void binding_is_journalled_before_anything_changes(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(notes) struct notes notes = {.tree = &tree, .kernel = &kernel};
	struct nn_journal journal = journal_of(&notes);
	uint64_t id = 0;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(
		nn_bind_driver(&tree.root, BDF, "vfio-pci", &journal, PLENTY_NS, &id, NULL), 0);
	assert_int_equal(id, 41);
	assert_int_equal(notes.nr_records, 1);
	assert_int_equal(notes.nr_closes, 0);
	assert_string_equal(notes.driver_at_record, "nvme");
	assert_string_equal(notes.override_at_record, "(null)");
	assert_int_equal(notes.requests_at_record, 0);
	assert_driver(&tree, "vfio-pci");
	assert_override(&tree, "vfio-pci");
}

static void a_journal_that_fails_leaves_the_function_alone(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(notes) struct notes notes = {.tree = &tree, .kernel = &kernel, .fail = -ENOSPC};
	struct nn_journal journal = journal_of(&notes);
	struct nn_err err = {0};
	uint64_t id = 7;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(
		nn_bind_driver(&tree.root, BDF, "vfio-pci", &journal, PLENTY_NS, &id, &err),
		-ENOSPC);
	assert_string_equal(err.message, "bind '" BDF "' to vfio-pci: disk full");
	assert_int_equal(id, 7);
	assert_driver(&tree, "nvme");
	assert_override(&tree, NULL);
	assert_int_equal(atomic_load(&kernel.nr_requests), 0);
}

static void a_driver_that_is_not_loaded_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(notes) struct notes notes = {.tree = &tree, .kernel = &kernel};
	struct nn_journal journal = journal_of(&notes);
	struct nn_err err = {0};
	uint64_t id;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(
		nn_bind_driver(&tree.root, BDF, "xe-vfio-pci", &journal, PLENTY_NS, &id, &err),
		-ENOENT);
	assert_string_equal(err.message,
			    "bind '" BDF "' to xe-vfio-pci: driver 'xe-vfio-pci' is not loaded");
	assert_int_equal(notes.nr_records, 0);
	assert_driver(&tree, "nvme");
}

static void a_probe_that_fails_is_rolled_back(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {.refused = "vfio-pci"};
	NN_AUTO(notes) struct notes notes = {.tree = &tree, .kernel = &kernel};
	struct nn_journal journal = journal_of(&notes);
	struct nn_err err = {0};
	uint64_t id = 7;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(nn_bind_driver(&tree.root, BDF, "vfio-pci", &journal, SHORT_NS, &id, &err),
			 -ETIMEDOUT);
	assert_string_equal(err.message, "bind '" BDF "' to vfio-pci: driver of '" BDF
					 "' is none, expected vfio-pci");
	assert_int_equal(id, 7);
	assert_driver(&tree, "nvme");
	assert_override(&tree, NULL);
	assert_int_equal(notes.nr_records, 1);
	assert_int_equal(notes.nr_closes, 1);
}

static void a_device_that_is_held_does_not_hold_us(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(notes) struct notes notes = {.tree = &tree, .kernel = &kernel};
	struct nn_journal journal = journal_of(&notes);
	NN_AUTO(free) char *fifo = NULL;
	struct nn_err err = {0};
	uint64_t id;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "nvidia");
	kernel_start(&kernel, &tree);
	fifo = nn_asprintf("%s/sys/bus/pci/drivers/nvidia/unbind", tree.folder);
	assert_int_equal(mkfifo(fifo, 0600), 0); /* nobody reads: the write never returns */
	assert_int_equal(nn_bind_driver(&tree.root, BDF, "vfio-pci", &journal, SHORT_NS, &id, &err),
			 -ETIMEDOUT);
	assert_non_null(strstr(err.message, "no answer, something still uses the device"));
	assert_driver(&tree, "nvidia");
	assert_override(&tree, NULL);
	assert_int_equal(notes.nr_closes, 1);
}

static void undo_brings_back_driver_and_override(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	struct nn_bind_entry entry = {
		.bdf = (char *)BDF, .driver = (char *)"nvme", .driver_override = NULL};
	int nr_requests;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "vfio-pci");
	tree_attribute(&tree, BDF, "driver_override", "vfio-pci\n");
	kernel_start(&kernel, &tree);
	assert_int_equal(nn_bind_undo(&tree.root, &entry, PLENTY_NS, NULL), 0);
	assert_driver(&tree, "nvme");
	assert_override(&tree, NULL);
	/* Twice is harmless: it asks the kernel for nothing. */
	nr_requests = atomic_load(&kernel.nr_requests);
	assert_int_equal(nn_bind_undo(&tree.root, &entry, PLENTY_NS, NULL), 0);
	assert_int_equal(atomic_load(&kernel.nr_requests), nr_requests);
	assert_driver(&tree, "nvme");
}

static void undo_goes_back_to_no_driver_and_to_an_override(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	struct nn_bind_entry entry = {.bdf = (char *)BDF, .driver_override = (char *)"my-driver"};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "vfio-pci");
	kernel_start(&kernel, &tree);
	assert_int_equal(nn_bind_undo(&tree.root, &entry, PLENTY_NS, NULL), 0);
	assert_driver(&tree, NULL);
	assert_override(&tree, "my-driver");
}

static void undo_that_fails_says_what_was_wanted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {.refused = "nvme"};
	struct nn_bind_entry entry = {.bdf = (char *)BDF, .driver = (char *)"nvme"};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "vfio-pci");
	kernel_start(&kernel, &tree);
	assert_int_equal(nn_bind_undo(&tree.root, &entry, SHORT_NS, &err), -ETIMEDOUT);
	assert_string_equal(err.message, "bring '" BDF "' back to nvme: driver of '" BDF
					 "' is none, expected nvme");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_tells_absent_from_set),
		cmocka_unit_test(binding_is_journalled_before_anything_changes),
		cmocka_unit_test(a_journal_that_fails_leaves_the_function_alone),
		cmocka_unit_test(a_driver_that_is_not_loaded_is_named),
		cmocka_unit_test(a_probe_that_fails_is_rolled_back),
		cmocka_unit_test(a_device_that_is_held_does_not_hold_us),
		cmocka_unit_test(undo_brings_back_driver_and_override),
		cmocka_unit_test(undo_goes_back_to_no_driver_and_to_an_override),
		cmocka_unit_test(undo_that_fails_says_what_was_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
