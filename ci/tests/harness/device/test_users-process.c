/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/users.h"

/* A device node of a function, as the kernel links it by number. */
static void add_node(const struct tree *tree, const char *kind, const char *number, const char *bdf,
		     const char *below, const char *name)
{
	NN_AUTO(free) char *link = nn_asprintf("/sys/dev/%s/%s", kind, number);
	NN_AUTO(free)
	char *target = nn_asprintf("../../devices/pci0000:00/%s/%s", bdf, below);
	NN_AUTO(free) char *uevent = nn_asprintf("%s/uevent", below);
	NN_AUTO(free) char *text = nn_asprintf("MAJOR=1\nDEVNAME=%s\nDEVMODE=0666\n", name);

	tree_attribute(tree, bdf, uevent, text);
	tree_link(tree, link, target);
}

static void add_process(const struct tree *tree, int pid, const char *comm, int fd,
			const char *target)
{
	NN_AUTO(free) char *link = nn_asprintf("/proc/%d/fd/%d", pid, fd);
	NN_AUTO(free) char *path = nn_asprintf("/proc/%d/comm", pid);

	tree_link(tree, link, target);
	tree_file(tree, path, comm);
}

static void add_card(const struct tree *tree)
{
	tree_add_function(tree, &gpu);
	add_node(tree, "char", "226:0", GPU, "drm/card0", "dri/card0");
	add_node(tree, "char", "226:128", GPU, "drm/renderD128", "dri/renderD128");
	add_node(tree, "char", "116:7", GPU, "sound/card1/controlC1", "snd/controlC1");
	add_node(tree, "char", "116:8", GPU, "sound/card1/pcmC1D3p", "snd/pcmC1D3p");
}

static void open_nodes_are_uses_and_name_the_process(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(device_users) struct nn_device_users users = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	tree_add_nvme(&tree);
	add_node(&tree, "char", "239:0", NVME, "nvme/nvme0", "nvme0");
	add_process(&tree, 7, "init\n", 0, "/dev/null");
	add_process(&tree, 812, "Xorg\n", 3, "/dev/dri/card0");
	add_process(&tree, 812, "Xorg\n", 4, "/dev/dri/card0");
	add_process(&tree, 812, "Xorg\n", 5, "/home/x/dev/dri/card0");
	add_process(&tree, 900, "smartd\n", 9, "/dev/nvme0");
	add_process(&tree, 901, "dd\n", 1, "/dev/nvme0n1p1");
	assert_users(&tree, GPU,
		     "!process /dev/dri/card0: '/dev/dri/card0' is open in Xorg (process 812)\n");
	assert_users(&tree, NVME,
		     "!process /dev/nvme0: '/dev/nvme0' is open in smartd (process 900)\n"
		     "!process /dev/nvme0n1p1: '/dev/nvme0n1p1' is open in dd (process 901)\n");
	assert_int_equal(nn_device_users(&tree.root, GPU, NULL, &users, NULL), 0);
	assert_int_equal(users.items[0].pid, 812);
	assert_string_equal(users.items[0].comm, "Xorg");
	expect(&tree, GPU, "'/dev/dri/card0' is open in Xorg (process 812)");
}

static void a_mixer_lets_go_and_a_stream_does_not(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	add_process(&tree, 50, "wireplumber\n", 12, "/dev/snd/controlC1");
	expect(&tree, GPU, NULL);
	add_process(&tree, 51, "mpv\n", 4, "/dev/snd/pcmC1D3p");
	assert_users(&tree, GPU,
		     "!process /dev/snd/pcmC1D3p: '/dev/snd/pcmC1D3p' is open in mpv (process 51)\n"
		     "process /dev/snd/controlC1: '/dev/snd/controlC1' is open in wireplumber "
		     "(process 50)\n");
}

static void nodes_without_a_class_are_known(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	tree_file(&tree, "/proc/driver/nvidia/gpus/" GPU "/information",
		  "Model: \t\t NVIDIA RTX\nIRQ:   \t\t 99\nDevice Minor: \t 1\n");
	add_process(&tree, 60, "other\n", 4, "/dev/nvidia0");
	expect(&tree, GPU, NULL);
	add_process(&tree, 61, "nvidia-persiste\n", 4, "/dev/nvidia1");
	expect(&tree, GPU, "'/dev/nvidia1' is open in nvidia-persiste (process 61)");
}

/* A VM is seen through the group that its QEMU has open. */
static void a_group_that_is_open_is_a_use_of_every_member(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	tree_add_function(&tree, &nic);
	tree_file(&tree, "/sys/devices/virtual/vfio/8/dev", "511:0\n");
	add_process(&tree, 70, "qemu-system-x86\n", 4, "/dev/vfio/8");
	expect(&tree, GPU, "'/dev/vfio/8' is open in qemu-system-x86 (process 70)");
	expect(&tree, NIC, NULL);
}

static void mapped_bars_are_a_use(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	add_process(&tree, 80, "flashrom\n", 3,
		    "/sys/devices/pci0000:00/0000:00:01.0/" GPU "/resource0");
	expect(&tree, GPU,
	       "'/sys/devices/pci0000:00/0000:00:01.0/" GPU
	       "/resource0' is open in flashrom (process 80)");
}

/* A process without a name, without files, and one that is no process. */
static void processes_that_vanish_are_left_out(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(open_nodes) struct nn_open_nodes nodes = {0};

	(void)unused;
	tree_init(&tree);
	add_card(&tree);
	tree_folder(&tree, "/proc/12");
	tree_file(&tree, "/proc/driver/x", "");
	tree_link(&tree, "/proc/13/fd/3", "/dev/dri/card0");
	tree_link(&tree, "/proc/14/fd/3", "pipe:[55]");
	tree_link(&tree, "/proc/99999999999999999999/fd/3", "/dev/dri/card0");
	assert_int_equal(nn_open_nodes_scan(&tree.root, &nodes, NULL), 0);
	assert_int_equal(nodes.nr, 1);
	assert_int_equal(nodes.nr_hidden, 0);
	assert_null(nodes.items[0].comm);
	expect(&tree, GPU, "'/dev/dri/card0' is open in a process (process 13)");
}

static void others_processes_are_counted_as_hidden(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(open_nodes) struct nn_open_nodes nodes = {0};
	NN_AUTO(free) char *folder = NULL;

	(void)unused;
	if (geteuid() == 0) {
		print_message("skipped: nothing is hidden from root\n");
		skip();
	}
	tree_init(&tree);
	tree_link(&tree, "/proc/13/fd/3", "/dev/dri/card0");
	folder = nn_asprintf("%s/proc/13/fd", tree.folder);
	assert_int_equal(chmod(folder, 0), 0);
	assert_int_equal(nn_open_nodes_scan(&tree.root, &nodes, NULL), 0);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(nodes.nr, 0);
	assert_int_equal(nodes.nr_hidden, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_nodes_are_uses_and_name_the_process),
		cmocka_unit_test(a_mixer_lets_go_and_a_stream_does_not),
		cmocka_unit_test(nodes_without_a_class_are_known),
		cmocka_unit_test(a_group_that_is_open_is_a_use_of_every_member),
		cmocka_unit_test(mapped_bars_are_a_use),
		cmocka_unit_test(processes_that_vanish_are_left_out),
		cmocka_unit_test(others_processes_are_counted_as_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
