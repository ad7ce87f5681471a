/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/kernel.h"
#include "ci/tests/harness/device/notes.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/device/handover.h"

#define BDF       KERNEL_BDF
#define PLENTY_NS (10 * NN_NS_PER_S)
#define SHORT_NS  (2 * NN_NS_PER_S)
#define POLL      "/sys/module/kvm/parameters/halt_poll_ns"
#define PAGES     "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"

static void assert_file(const struct tree *tree, const char *path, const char *text)
{
	NN_AUTO(free) char *now = nn_sysfs_text(&tree->root, path);

	assert_string_equal(now ? now : "", text);
}

static void steps_are_journalled_before_and_after_each(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};

	(void)unused;
	tree_init(&tree);
	notes_init(&notes);
	tree_file(&tree, POLL, "200000\n");
	tree_file(&tree, PAGES, "0\n");
	nn_binding_add_attribute(&binding, POLL, "0");
	nn_binding_add_attribute(&binding, PAGES, "512");
	nn_binding_add_attribute(&binding, "/sys/not/there", "1");
	assert_int_equal(binding.nr, 2);
	assert_int_equal(notes.nr_opened, 0);
	assert_file(&tree, POLL, "200000"); /* a plan touches nothing */
	assert_int_equal(nn_binding_apply(&binding, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_binding_apply(&binding, PLENTY_NS, NULL), 0); /* nothing is left */
	assert_file(&tree, PAGES, "512");
	assert_int_equal(nn_binding_undo(&binding, PLENTY_NS, NULL), 0);
	assert_int_equal(nn_binding_undo(&binding, PLENTY_NS, NULL), 0);
	assert_file(&tree, POLL, "200000");
	assert_file(&tree, PAGES, "0");
	assert_string_equal(nn_strbuf_str(&notes.text),
			    "open 1 attribute " POLL " -> '0' {\"value\":\"200000\"}\ndone 1\n"
			    "open 2 attribute " PAGES " -> '512' {\"value\":\"0\"}\ndone 2\n"
			    "close 2\nclose 1\n");
}

static void a_step_that_fails_takes_all_before_it_back(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	notes_init(&notes);
	tree_file(&tree, POLL, "200000\n");
	tree_link(&tree, PAGES, "/dev/null");
	nn_binding_add_attribute(&binding, POLL, "0");
	nn_binding_add_attribute(&binding, PAGES, "512");
	assert_int_equal(nn_binding_apply(&binding, PLENTY_NS, &err), -EIO);
	/* What was there of the pages is "", which is there again at once. */
	assert_string_equal(err.message, "wrote '512' to '" PAGES "', which reads '' now");
	assert_file(&tree, POLL, "200000");
	assert_int_equal(notes.nr_opened, 2);
	assert_int_equal(notes.nr_closed, 2);
}

static void a_journal_that_fails_leaves_the_machine_alone(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {.fail_at = 2};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	notes_init(&notes);
	tree_file(&tree, POLL, "200000\n");
	tree_file(&tree, PAGES, "0\n");
	nn_binding_add_attribute(&binding, POLL, "0");
	nn_binding_add_attribute(&binding, PAGES, "512");
	assert_int_equal(nn_binding_apply(&binding, PLENTY_NS, &err), -ENOSPC);
	assert_string_equal(err.message, "journal '" PAGES "': disk full");
	assert_file(&tree, POLL, "200000");
	assert_file(&tree, PAGES, "0");
	assert_string_equal(nn_strbuf_str(&notes.text),
			    "open 1 attribute " POLL " -> '0' {\"value\":\"200000\"}\ndone 1\n"
			    "close 1\n");
}

static void what_cannot_be_taken_back_stays_in_the_journal_and_is_told(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(kernel) struct kernel kernel = {.refused = "nvme"};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	notes_init(&notes);
	tree_add_nvme(&tree);
	tree_file(&tree, POLL, "200000\n");
	tree_link(&tree, PAGES, "/dev/null");
	kernel_start(&kernel, &tree);
	nn_binding_add_attribute(&binding, POLL, "0");
	nn_binding_add(&binding, &nn_change_driver, BDF, "vfio-pci");
	nn_binding_add_attribute(&binding, PAGES, "512");
	assert_int_equal(nn_binding_apply(&binding, SHORT_NS, &err), -EIO);
	assert_string_equal(err.message,
			    "not brought back (bring '" BDF "' back to nvme: driver of '" BDF
			    "' is none, expected nvme; `nearnative restore` tries again) after: "
			    "wrote '512' to '" PAGES "', which reads '' now");
	assert_int_equal(notes.nr_opened - notes.nr_closed, 1);
	assert_file(&tree, POLL, "200000"); /* the others are back all the same */
	/* It comes back once the driver takes it. */
	kernel.refused = NULL;
	assert_int_equal(nn_binding_undo(&binding, PLENTY_NS, NULL), 0);
	assert_int_equal(notes.nr_opened, notes.nr_closed);
}

static void a_display_is_let_go_of_before_its_driver_goes(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};
	const struct tree_function gpu = {"0000:03:00.0", "0x030000", "0x1002",
					  "0x73bf",       "amdgpu",   "9"};
	char *names[] = {(char *)gpu.bdf};
	const struct nn_name_list bdfs = {.names = names, .nr = 1};
	static const char *const subjects[] = {
		"/sys/class/vtconsole/vtcon1/bind",
		"efi-framebuffer.0",
		"/sys/bus/pci/devices/0000:03:00.0/d3cold_allowed",
		"/sys/bus/pci/devices/0000:03:00.0/power/control",
		"0000:03:00.0",
	};

	(void)unused;
	tree_init(&tree);
	tree_add_function(&tree, &gpu);
	tree_attribute(&tree, gpu.bdf, "boot_vga", "1\n");
	tree_attribute(&tree, gpu.bdf, "power/control", "auto\n");
	tree_attribute(&tree, gpu.bdf, "d3cold_allowed", "1\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon0/bind", "0\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	tree_file(&tree, "/sys/class/vtconsole/vtcon1/bind", "1\n");
	tree_folder(&tree, "/sys/bus/platform/devices/efi-framebuffer.0");
	assert_int_equal(nn_handover_plan(&binding, &bdfs, NULL), 0);
	assert_int_equal(binding.nr, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(binding.steps[i].subject, subjects[i]);
}

static void a_function_that_vfio_has_already_keeps_its_driver(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(notes) struct notes notes = {0};
	NN_AUTO(binding)
	struct nn_binding binding = {.root = &tree.root, .journal = &notes.journal};
	char *names[] = {(char *)BDF};
	const struct nn_name_list bdfs = {.names = names, .nr = 1};

	(void)unused;
	tree_init(&tree);
	tree_add_nvme(&tree);
	tree_bind(&tree, BDF, "nvidia"); /* a vGPU's virtual function stays with its vendor */
	tree_folder(&tree, "/sys/devices/pci0000:00/" BDF "/vfio-dev/vfio0");
	assert_int_equal(nn_handover_plan(&binding, &bdfs, NULL), 0);
	assert_int_equal(binding.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_journalled_before_and_after_each),
		cmocka_unit_test(a_step_that_fails_takes_all_before_it_back),
		cmocka_unit_test(a_journal_that_fails_leaves_the_machine_alone),
		cmocka_unit_test(what_cannot_be_taken_back_stays_in_the_journal_and_is_told),
		cmocka_unit_test(a_display_is_let_go_of_before_its_driver_goes),
		cmocka_unit_test(a_function_that_vfio_has_already_keeps_its_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
