/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of change but for drivers: attributes, virtual functions, control groups and others. */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/base/clock.h"
#include "harness/device/change.h"

#define SOON_NS  (nn_clock_ns() + 200 * NN_NS_PER_MS)
#define LATER_NS (nn_clock_ns() + 10 * NN_NS_PER_S)

static json_t *snapshot(const struct tree *tree, const struct nn_change_kind *kind,
			const char *subject)
{
	json_t *before = NULL;

	assert_int_equal(kind->snapshot(&tree->root, subject, &before, NULL), 0);
	return before;
}

static void assert_file(const struct tree *tree, const char *path, const char *text)
{
	NN_AUTO(free) char *now = nn_sysfs_text(&tree->root, path);

	assert_string_equal(now ? now : "", text);
}

static void assert_told(const struct nn_change_kind *kind, const char *subject,
			const json_t *before, const char *words)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	kind->describe(subject, before, &sb);
	assert_string_equal(nn_strbuf_str(&sb), words);
}

static void every_kind_is_found_by_its_name_and_whole(void **unused)
{
	static const char *const names[] = {
		"driver", "attribute",         "virtual-functions", "platform-driver",
		"cgroup", "cgroup-controller", "mediated-device",   "scratch",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct nn_change_kind *kind = nn_change_kind_find(names[i]);

		assert_non_null(kind);
		assert_string_equal(kind->name, names[i]);
		assert_true(kind->is_subject && kind->snapshot && kind->apply && kind->undo &&
			    kind->describe);
	}
	assert_null(nn_change_kind_find("firmware"));
}

/* What the journal of somebody else's database might name. */
static void subjects_that_lead_elsewhere_are_none(void **unused)
{
	static const struct {
		const char *kind;
		const char *subject;
		bool is_subject;
	} cases[] = {
		{"driver", "0000:01:00.0", true},
		{"driver", "../../../../etc", false},
		{"driver", "", false},
		{"virtual-functions", "0000:01:00.0", true},
		{"virtual-functions", "0000:01:00.0/..", false},
		{"attribute", "/sys/module/kvm/parameters/halt_poll_ns", true},
		{"attribute", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", true},
		{"attribute", "/sys/devices/../kernel/uevent_helper", false},
		{"attribute", "/sys/devices/..", false},
		{"attribute", "/sys/kernel/uevent_helper", false},
		{"attribute", "/sys/module/firmware_class/parameters/path", false},
		{"attribute", "/proc/sys/kernel/core_pattern", false},
		{"attribute", "/etc/passwd", false},
		{"platform-driver", "efi-framebuffer.0", true},
		{"platform-driver", "..", false},
		{"platform-driver", "a/b", false},
		{"platform-driver", "", false},
		{"cgroup", "/sys/fs/cgroup/nearnative-1", true},
		{"cgroup", "/sys/fs/cgroup/a.slice/nearnative", true},
		{"cgroup", "/sys/fs/cgroup/system.slice", false},
		{"cgroup", "/sys/fs/cgroup/../../nearnative", false},
		{"cgroup-controller", "/sys/fs/cgroup cpuset", true},
		{"cgroup-controller", "/sys/fs/cgroup/a cpuset", true},
		{"cgroup-controller", "/sys/fs/cgroup/../x cpuset", false},
		{"cgroup-controller", "/etc cpuset", false},
		{"cgroup-controller", "/sys/fs/cgroup ../x", false},
		{"cgroup-controller", "/sys/fs/cgroup", false},
		{"mediated-device", "c70bdd71-6249-4ddc-a756-4ee6dbfac7e5", true},
		{"mediated-device", "../../../0000:01:00.0", false},
		{"scratch", "/tmp/nearnative-abcdef", true},
		{"scratch", "tmp", false},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct nn_change_kind *kind = nn_change_kind_find(cases[i].kind);

		if (kind->is_subject(cases[i].subject) != cases[i].is_subject)
			fail_msg("%s '%s'", cases[i].kind, cases[i].subject);
	}
}

static void an_attribute_changes_and_comes_back(void **unused)
{
	static const char path[] = "/sys/module/kvm/parameters/halt_poll_ns";
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, path, "200000\n");
	before = snapshot(&tree, &nn_change_attribute, path);
	assert_int_equal(nn_change_attribute.apply(&tree.root, path, "0", LATER_NS, NULL), 0);
	assert_file(&tree, path, "0");
	assert_int_equal(nn_change_attribute.undo(&tree.root, path, before, LATER_NS, NULL), 0);
	assert_file(&tree, path, "200000");
	assert_told(&nn_change_attribute, path, before,
		    "'/sys/module/kvm/parameters/halt_poll_ns' = '200000'");
}

static void a_choice_is_kept_by_the_word_in_brackets(void **unused)
{
	static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, path, "always [madvise] never\n");
	before = snapshot(&tree, &nn_change_attribute, path);
	assert_string_equal(nn_json_opt_str(before, "value"), "madvise");
	/* It is so already: nothing is written. */
	assert_int_equal(nn_change_attribute.apply(&tree.root, path, "madvise", LATER_NS, NULL), 0);
	assert_file(&tree, path, "always [madvise] never");
}

static void a_kernel_that_gives_less_is_found_out(void **unused)
{
	static const char path[] = "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages";
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_link(&tree, path, "/dev/null"); /* takes everything, keeps nothing */
	assert_int_equal(nn_change_attribute.apply(&tree.root, path, "4", LATER_NS, &err), -EIO);
	assert_string_equal(err.message,
			    "wrote '4' to "
			    "'/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages', which "
			    "reads '' now");
}

static void a_write_that_hangs_costs_its_deadline(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *fifo = NULL;
	uint64_t started_ns = nn_clock_ns();
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_folder(&tree, "/sys/power");
	fifo = nn_asprintf("%s/sys/power/control", tree.folder);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(
		nn_change_attribute.apply(&tree.root, "/sys/power/control", "on", SOON_NS, &err),
		-ETIMEDOUT);
	assert_true(nn_clock_ns() - started_ns < 5 * NN_NS_PER_S);
	assert_non_null(strstr(err.message, "no answer, it hangs"));
}

#define PF "0000:02:00.0"

static void add_pf(const struct tree *tree, const char *nr)
{
	const struct tree_function pf = {PF, "0x010802", "0x1b36", "0x0010", "nvme", "8"};

	tree_add_function(tree, &pf);
	tree_attribute(tree, PF, "sriov_totalvfs", "2\n");
	tree_attribute(tree, PF, "sriov_numvfs", nr);
	tree_attribute(tree, PF, "sriov_drivers_autoprobe", "1\n");
}

static void virtual_functions_come_without_drivers_and_go(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;
	const struct nn_change_kind *kind = &nn_change_virtual_functions;

	(void)unused;
	tree_init(&tree);
	add_pf(&tree, "0\n");
	before = snapshot(&tree, kind, PF);
	assert_int_equal(kind->apply(&tree.root, PF, "2", SOON_NS, NULL), 0);
	assert_file(&tree, "/sys/bus/pci/devices/" PF "/sriov_numvfs", "2");
	assert_file(&tree, "/sys/bus/pci/devices/" PF "/sriov_drivers_autoprobe", "0");
	assert_int_equal(kind->apply(&tree.root, PF, "2", SOON_NS, NULL), 0);
	assert_int_equal(kind->undo(&tree.root, PF, before, SOON_NS, NULL), 0);
	assert_file(&tree, "/sys/bus/pci/devices/" PF "/sriov_numvfs", "0");
	assert_file(&tree, "/sys/bus/pci/devices/" PF "/sriov_drivers_autoprobe", "1");
	assert_told(kind, PF, before, "'" PF "' with 0 virtual functions");
}

static void virtual_functions_of_others_are_left_alone(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	const struct nn_change_kind *kind = &nn_change_virtual_functions;
	const struct tree_function plain = {"0000:03:00.0", "0x010802", "0x1b36",
					    "0x0010",       "nvme",     "9"};
	json_t *before = NULL;
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	add_pf(&tree, "1\n");
	assert_int_equal(kind->apply(&tree.root, PF, "2", SOON_NS, &err), -EBUSY);
	assert_string_equal(err.message,
			    "'" PF "' has 1 virtual functions already, which are not ours");
	tree_add_function(&tree, &plain);
	assert_int_equal(kind->snapshot(&tree.root, plain.bdf, &before, &err), -ENOTSUP);
	assert_string_equal(err.message, "'0000:03:00.0' has no SR-IOV capability");
}

static void a_frame_buffer_lets_go_and_comes_back(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;
	const struct nn_change_kind *kind = &nn_change_platform_driver;
	static const char device[] = "/sys/bus/platform/devices/efi-framebuffer.0/driver";
	static const char driver[] = "/sys/bus/platform/drivers/efi-framebuffer/unbind";

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, driver, "");
	tree_link(&tree, device, "../../drivers/efi-framebuffer");
	before = snapshot(&tree, kind, "efi-framebuffer.0");
	assert_string_equal(nn_json_opt_str(before, "driver"), "efi-framebuffer");
	assert_int_equal(kind->apply(&tree.root, "efi-framebuffer.0", "", SOON_NS, NULL), 0);
	assert_file(&tree, driver, "efi-framebuffer.0");
	/* It has its driver as before: there is nothing to bind. */
	assert_int_equal(kind->undo(&tree.root, "efi-framebuffer.0", before, SOON_NS, NULL), 0);
	assert_told(kind, "efi-framebuffer.0", before,
		    "'efi-framebuffer.0' bound to efi-framebuffer");
}

static void a_control_group_hands_on_what_it_did_not(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *off = NULL;
	NN_AUTO(json) json_t *on = NULL;
	const struct nn_change_kind *kind = &nn_change_cgroup_controller;
	static const char path[] = "/sys/fs/cgroup/cgroup.subtree_control";

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, path, "cpuset memory\n");
	off = snapshot(&tree, kind, "/sys/fs/cgroup cpu");
	on = snapshot(&tree, kind, "/sys/fs/cgroup memory");
	assert_int_equal(kind->apply(&tree.root, "/sys/fs/cgroup memory", "", SOON_NS, NULL), 0);
	assert_file(&tree, path, "cpuset memory");
	/* "cpu" is not on only because "cpuset" is. */
	assert_int_equal(kind->apply(&tree.root, "/sys/fs/cgroup cpu", "", SOON_NS, NULL), 0);
	assert_file(&tree, path, "+cpu");
	tree_file(&tree, path, "cpuset cpu memory\n");
	assert_int_equal(kind->undo(&tree.root, "/sys/fs/cgroup memory", on, SOON_NS, NULL), 0);
	assert_file(&tree, path, "cpuset cpu memory");
	assert_int_equal(kind->undo(&tree.root, "/sys/fs/cgroup cpu", off, SOON_NS, NULL), 0);
	assert_file(&tree, path, "-cpu");
}

static void a_control_group_of_ours_is_made_and_removed(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;
	const struct nn_change_kind *kind = &nn_change_cgroup;
	json_t *twice = NULL;
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_folder(&tree, "/sys/fs/cgroup");
	before = snapshot(&tree, kind, "/sys/fs/cgroup/ours");
	assert_int_equal(kind->apply(&tree.root, "/sys/fs/cgroup/ours", "", SOON_NS, NULL), 0);
	assert_int_equal(kind->snapshot(&tree.root, "/sys/fs/cgroup/ours", &twice, &err), -EEXIST);
	assert_string_equal(err.message, "control group '/sys/fs/cgroup/ours' exists already");
	assert_int_equal(kind->undo(&tree.root, "/sys/fs/cgroup/ours", before, SOON_NS, NULL), 0);
	assert_false(nn_sysfs_exists(&tree.root, "/sys/fs/cgroup/ours"));
	assert_int_equal(kind->undo(&tree.root, "/sys/fs/cgroup/ours", before, SOON_NS, NULL), 0);
	/* A limit that the kernel does not take. */
	assert_int_equal(
		kind->apply(&tree.root, "/sys/fs/cgroup/ours", "cpuset.cpus 0-99", SOON_NS, &err),
		-ENOENT);
	assert_non_null(
		strstr(err.message, "control group '/sys/fs/cgroup/ours': write '0-99' to"));
}

#define UUID "c70bdd71-6249-4ddc-a756-4ee6dbfac7e5"

static void a_mediated_device_is_created_and_removed(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(json) json_t *before = NULL;
	const struct nn_change_kind *kind = &nn_change_mediated_device;
	static const char create[] = "/sys/class/mdev_bus/mtty/mdev_supported_types/mtty-2/create";
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, create, "");
	before = snapshot(&tree, kind, UUID);
	assert_int_equal(kind->apply(&tree.root, UUID, "mtty mtty-2", SOON_NS, NULL), 0);
	assert_file(&tree, create, UUID);
	assert_int_equal(kind->undo(&tree.root, UUID, before, SOON_NS, NULL), 0); /* is not there */
	tree_file(&tree, "/sys/bus/mdev/devices/" UUID "/remove", "");
	assert_int_equal(kind->undo(&tree.root, UUID, before, SOON_NS, NULL), 0);
	assert_file(&tree, "/sys/bus/mdev/devices/" UUID "/remove", "1");
	assert_int_equal(kind->apply(&tree.root, UUID, "mtty mtty-9", SOON_NS, &err), -ENOENT);
	assert_non_null(strstr(err.message, "create mediated device of type 'mtty-9' on 'mtty': "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_found_by_its_name_and_whole),
		cmocka_unit_test(subjects_that_lead_elsewhere_are_none),
		cmocka_unit_test(an_attribute_changes_and_comes_back),
		cmocka_unit_test(a_choice_is_kept_by_the_word_in_brackets),
		cmocka_unit_test(a_kernel_that_gives_less_is_found_out),
		cmocka_unit_test(a_write_that_hangs_costs_its_deadline),
		cmocka_unit_test(virtual_functions_come_without_drivers_and_go),
		cmocka_unit_test(virtual_functions_of_others_are_left_alone),
		cmocka_unit_test(a_frame_buffer_lets_go_and_comes_back),
		cmocka_unit_test(a_control_group_hands_on_what_it_did_not),
		cmocka_unit_test(a_control_group_of_ours_is_made_and_removed),
		cmocka_unit_test(a_mediated_device_is_created_and_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
