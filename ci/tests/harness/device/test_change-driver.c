/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/kernel.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/device/change.h"

#define BDF       KERNEL_BDF
#define DEVICE    "/sys/bus/pci/devices/" BDF
#define PLENTY_NS (nn_clock_ns() + 10 * NN_NS_PER_S)
#define SOON_NS   (nn_clock_ns() + 200 * NN_NS_PER_MS)
#define LATER_NS                                                                        \
	(nn_clock_ns() + 2 * NN_NS_PER_S) /* of a kernel that answers on a busy machine \
					   */

static void assert_driver(const struct tree *tree, const char *driver)
{
	NN_AUTO(free) char *now = nn_sysfs_link_name(&tree->root, DEVICE "/driver");

	assert_string_equal(now ? now : "none", driver);
}

/* What is there, as the journal would keep it. */
static void assert_snapshot(const struct tree *tree, const char *bdf, const char *wanted)
{
	NN_AUTO(json) json_t *before = NULL;
	NN_AUTO(free) char *text = NULL;

	assert_int_equal(nn_change_driver.snapshot(&tree->root, bdf, &before, NULL), 0);
	text = nn_json_text(before);
	assert_string_equal(text, wanted);
}

static int apply(const struct tree *tree, const char *driver, uint64_t deadline_ns,
		 struct nn_err *err)
{
	return nn_change_driver.apply(&tree->root, BDF, driver, deadline_ns, err);
}

static int undo(const struct tree *tree, const char *before, uint64_t deadline_ns,
		struct nn_err *err)
{
	NN_AUTO(json) json_t *parsed = NULL;

	assert_int_equal(nn_json_parse(before, strlen(before), &parsed, NULL), 0);
	return nn_change_driver.undo(&tree->root, BDF, parsed, deadline_ns, err);
}

static void a_snapshot_tells_absent_from_set(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *none = NULL;
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	/* The kernel prints "(null)". */
	assert_snapshot(&tree, BDF, "{\"driver\":\"nvme\",\"driver_override\":null}");
	tree_add_function(&tree, &(struct tree_function){"0000:00:05.0", "0xff0000", "0x1234",
							 "0x11e8", NULL, NULL});
	tree_attribute(&tree, "0000:00:05.0", "driver_override", "vfio-pci\n");
	assert_snapshot(&tree, "0000:00:05.0",
			"{\"driver\":null,\"driver_override\":\"vfio-pci\"}");
	assert_int_equal(nn_change_driver.snapshot(&tree.root, "0000:09:00.0", &none, &err),
			 -ENODEV);
	assert_string_equal(err.message, "there is no PCI device '0000:09:00.0'");
}

static void a_function_goes_to_the_driver_and_back(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	int nr_requests;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(apply(&tree, "vfio-pci", PLENTY_NS, NULL), 0);
	assert_driver(&tree, "vfio-pci");
	assert_snapshot(&tree, BDF, "{\"driver\":\"vfio-pci\",\"driver_override\":\"vfio-pci\"}");
	assert_int_equal(
		undo(&tree, "{\"driver\":\"nvme\",\"driver_override\":null}", PLENTY_NS, NULL), 0);
	assert_snapshot(&tree, BDF, "{\"driver\":\"nvme\",\"driver_override\":null}");
	/* Twice is harmless: it asks the kernel for nothing. */
	nr_requests = atomic_load(&kernel.nr_requests);
	assert_int_equal(
		undo(&tree, "{\"driver\":\"nvme\",\"driver_override\":null}", PLENTY_NS, NULL), 0);
	assert_int_equal(atomic_load(&kernel.nr_requests), nr_requests);
}

static void a_function_can_be_without_driver(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(apply(&tree, "", PLENTY_NS, NULL), 0);
	assert_driver(&tree, "none");
	assert_int_equal(apply(&tree, "", PLENTY_NS, NULL), 0);
	assert_int_equal(apply(&tree, "vfio-pci", PLENTY_NS, NULL), 0);
	assert_int_equal(
		undo(&tree, "{\"driver\":null,\"driver_override\":\"my-driver\"}", PLENTY_NS, NULL),
		0);
	assert_snapshot(&tree, BDF, "{\"driver\":null,\"driver_override\":\"my-driver\"}");
}

static void a_driver_that_is_not_loaded_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(apply(&tree, "xe-vfio-pci", PLENTY_NS, &err), -ENOENT);
	assert_string_equal(err.message,
			    "bind '" BDF "' to xe-vfio-pci: driver 'xe-vfio-pci' is not loaded");
	assert_driver(&tree, "nvme");
	assert_int_equal(atomic_load(&kernel.nr_requests), 0);
}

static void a_probe_that_fails_is_found_out(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {.refused = "vfio-pci"};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	assert_int_equal(apply(&tree, "vfio-pci", LATER_NS, &err), -ETIMEDOUT);
	assert_string_equal(err.message, "bind '" BDF "' to vfio-pci: driver of '" BDF
					 "' is none, expected vfio-pci");
}

static void a_driver_that_does_not_let_go_does_not_hold_us(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(free) char *fifo = NULL;
	struct nn_err err = {0};
	uint64_t started_ns;

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "nvidia");
	kernel_start(&kernel, &tree);
	fifo = nn_asprintf("%s/sys/bus/pci/drivers/nvidia/unbind", tree.folder);
	assert_int_equal(mkfifo(fifo, 0600), 0); /* nobody reads: the write never returns */
	started_ns = nn_clock_ns();
	assert_int_equal(apply(&tree, "vfio-pci", SOON_NS, &err), -ETIMEDOUT);
	assert_true(nn_clock_ns() - started_ns < 5 * NN_NS_PER_S);
	assert_non_null(strstr(err.message, "bind '" BDF "' to vfio-pci: nvidia does not let go of "
					    "it, something still uses it: write '" BDF "' to"));
	assert_non_null(strstr(err.message, "no answer, it hangs"));
	assert_driver(&tree, "nvidia");
}

/* The kernel gives the override under the lock that such an unbind holds. */
static void an_override_that_cannot_be_had_does_not_hold_us(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {0};
	NN_AUTO(free) char *override = NULL;
	struct nn_err err = {0};
	uint64_t started_ns = nn_clock_ns();

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	kernel_start(&kernel, &tree);
	override = nn_asprintf("%s" DEVICE "/driver_override", tree.folder);
	assert_int_equal(unlink(override), 0);
	assert_int_equal(mkfifo(override, 0600), 0);
	assert_int_equal(apply(&tree, "vfio-pci", SOON_NS, &err), -ETIMEDOUT);
	assert_non_null(strstr(err.message, "bind '" BDF "' to vfio-pci: write 'vfio-pci' to '"));
	assert_non_null(strstr(err.message, "/driver_override': no answer, it hangs"));
	assert_int_equal(
		undo(&tree, "{\"driver\":\"vfio-pci\",\"driver_override\":null}", SOON_NS, &err),
		-ETIMEDOUT);
	assert_non_null(strstr(err.message, "bring '" BDF "' back to vfio-pci: read '"));
	assert_non_null(strstr(err.message, "/driver_override': no answer, it hangs"));
	assert_true(nn_clock_ns() - started_ns < 5 * NN_NS_PER_S);
	assert_driver(&tree, "nvme");
	assert_int_equal(atomic_load(&kernel.nr_requests), 0);
}

static void undo_that_fails_says_what_was_wanted(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {.refused = "nvme"};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "vfio-pci");
	kernel_start(&kernel, &tree);
	assert_int_equal(
		undo(&tree, "{\"driver\":\"nvme\",\"driver_override\":null}", LATER_NS, &err),
		-ETIMEDOUT);
	assert_string_equal(err.message, "bring '" BDF "' back to nvme: driver of '" BDF
					 "' is none, expected nvme");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_tells_absent_from_set),
		cmocka_unit_test(a_function_goes_to_the_driver_and_back),
		cmocka_unit_test(a_function_can_be_without_driver),
		cmocka_unit_test(a_driver_that_is_not_loaded_is_named),
		cmocka_unit_test(a_probe_that_fails_is_found_out),
		cmocka_unit_test(a_driver_that_does_not_let_go_does_not_hold_us),
		cmocka_unit_test(an_override_that_cannot_be_had_does_not_hold_us),
		cmocka_unit_test(undo_that_fails_says_what_was_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
