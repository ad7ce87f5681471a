/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/base/subprocess.h"
#include "harness/target/guest-initramfs.h"

#define VERSION "6.1.0-test"
#define MODULES "/lib/modules/" VERSION

/* A kernel whose 9p is built in and whose modules are plain, xz and zstd files. */
static void add_kernel(const struct tree *tree)
{
	tree_file(tree, MODULES "/modules.builtin", "kernel/fs/9p/9p.ko\nkernel/net/9p/9pnet.ko\n");
	tree_file(tree, MODULES "/modules.dep",
		  "kernel/virtio_pci.ko: kernel/virtio_ring.ko kernel/virtio.ko\n"
		  "kernel/virtio_ring.ko:\nkernel/virtio.ko:\n"
		  "kernel/virtio_net.ko:\n"
		  "kernel/9pnet_virtio.ko: kernel/virtio.ko\n"
		  "kernel/overlay.ko:\n"
		  "kernel/qemu_fw_cfg.ko:\n"
		  "kernel/nvme.ko: kernel/nvme-core.ko\nkernel/nvme-core.ko:\n");
	tree_file(tree, MODULES "/kernel/virtio_pci.ko", "virtio_pci bytes");
	tree_file(tree, MODULES "/kernel/virtio_ring.ko", "virtio_ring bytes");
	tree_file(tree, MODULES "/kernel/virtio.ko", "virtio bytes");
	tree_file(tree, MODULES "/kernel/virtio_net.ko", "virtio_net bytes");
	tree_file(tree, MODULES "/kernel/9pnet_virtio.ko", "9pnet_virtio bytes");
	tree_file(tree, MODULES "/kernel/overlay.ko", "overlay bytes");
	tree_file(tree, MODULES "/kernel/qemu_fw_cfg.ko", "qemu_fw_cfg bytes");
	tree_file(tree, MODULES "/kernel/nvme.ko", "nvme bytes");
	tree_file(tree, MODULES "/kernel/nvme-core.ko", "nvme-core bytes");
}

static char *write_archive(const struct tree *tree)
{
	char *modules[] = {(char *)"nvme"};
	const struct nn_name_list extra = {.names = modules, .nr = 1};
	struct nn_guest_initramfs spec = {
		.root = &tree->root, .kernel_version = VERSION, .modules = &extra};
	char *path = nn_asprintf("%s/initramfs.cpio", tree->folder);
	struct nn_err err = {0};
	int rc = nn_guest_initramfs_write(&spec, path, &err);

	assert_string_equal(err.message, "");
	assert_int_equal(rc, 0);
	return path;
}

static void skip_without_busybox(void)
{
	NN_AUTO(free) char *path = NULL;

	if (nn_guest_busybox_find(&path, NULL)) {
		print_message("skipped: no static busybox on this machine\n");
		skip();
	}
}

static void run_cpio(const char *const *argv, struct nn_strbuf *out)
{
	struct nn_subprocess_spec spec = {.argv = argv};
	struct nn_err err = {0};
	int rc = nn_subprocess_check(&spec, out, &err);

	assert_string_equal(err.message, "");
	assert_int_equal(rc, 0);
}

static void cpio_lists_what_was_archived(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(strbuf) struct nn_strbuf listing = NN_STRBUF_INIT;
	NN_AUTO(free) char *path = NULL;

	(void)unused;
	skip_without_busybox();
	tree_init(&tree);
	add_kernel(&tree);
	path = write_archive(&tree);
	run_cpio((const char *const[]){"cpio", "-t", "--quiet", "-F", path, NULL}, &listing);
	assert_string_equal(
		nn_strbuf_str(&listing),
		"bin\ndev\nlower\nmnt\nmodules\nproc\nsys\ndev/console\ninit\n"
		"bin/busybox\nbin/sh\nmodules/virtio.ko\nmodules/virtio_ring.ko\n"
		"modules/virtio_pci.ko\nmodules/virtio_net.ko\nmodules/9pnet_virtio.ko\n"
		"modules/overlay.ko\nmodules/qemu_fw_cfg.ko\nmodules/nvme-core.ko\nmodules/nvme.ko\n"
		"modules/order\n");
}

static void the_content_survives_and_the_init_is_a_script(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(strbuf) struct nn_strbuf order = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf init = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf module = NN_STRBUF_INIT;
	NN_AUTO(free) char *path = NULL;

	(void)unused;
	skip_without_busybox();
	tree_init(&tree);
	add_kernel(&tree);
	path = write_archive(&tree);
	run_cpio((const char *const[]){"cpio", "-i", "--to-stdout", "--quiet", "-F", path,
				       "modules/order", NULL},
		 &order);
	assert_string_equal(nn_strbuf_str(&order),
			    "virtio.ko\nvirtio_ring.ko\nvirtio_pci.ko\nvirtio_net.ko\n"
			    "9pnet_virtio.ko\noverlay.ko\nqemu_fw_cfg.ko\nnvme-core.ko\nnvme.ko\n");
	run_cpio((const char *const[]){"cpio", "-i", "--to-stdout", "--quiet", "-F", path,
				       "modules/nvme-core.ko", NULL},
		 &module);
	assert_string_equal(nn_strbuf_str(&module), "nvme-core bytes");
	run_cpio((const char *const[]){"cpio", "-i", "--to-stdout", "--quiet", "-F", path, "init",
				       NULL},
		 &init);
	assert_int_equal(strncmp(nn_strbuf_str(&init), "#!/bin/sh\n", 10), 0);
	assert_non_null(strstr(nn_strbuf_str(&init), "poweroff -f\n"));
}

static void the_init_is_what_is_in_the_tree_and_parses(void **unused)
{
	const char *const argv[] = {"sh", "-n", "harness/target/guest-init.sh", NULL};
	struct nn_subprocess_spec spec = {.argv = argv};
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(nn_subprocess_check(&spec, NULL, &err), 0);
	assert_string_equal(err.message, "");
}

static void a_kernel_without_overlay_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *path = NULL;
	struct nn_guest_initramfs spec = {.root = &tree.root, .kernel_version = VERSION};
	struct nn_err err = {0};

	(void)unused;
	skip_without_busybox();
	tree_init(&tree);
	add_kernel(&tree);
	tree_file(&tree, MODULES "/modules.dep",
		  "kernel/virtio_pci.ko:\nkernel/virtio_net.ko:\nkernel/9pnet_virtio.ko:\n");
	path = nn_asprintf("%s/initramfs.cpio", tree.folder);
	assert_int_equal(nn_guest_initramfs_write(&spec, path, &err), -ENOENT);
	assert_string_equal(err.message,
			    "make the guest's initramfs: no module 'overlay' in '" MODULES "'");
}

static void a_dynamic_busybox_is_passed_over(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *link = NULL;
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *before = NULL;
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	before = strdup(getenv("PATH"));
	tree_link(&tree, "/bin/busybox", "/proc/self/exe"); /* this test: it has a loader */
	link = nn_asprintf("%s/bin", tree.folder);
	assert_int_equal(setenv("PATH", link, 1), 0);
	assert_int_equal(nn_guest_busybox_find(&path, &err), -ENOENT);
	assert_int_equal(setenv("PATH", before, 1), 0);
	assert_non_null(strstr(err.message, "install busybox-static"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpio_lists_what_was_archived),
		cmocka_unit_test(the_content_survives_and_the_init_is_a_script),
		cmocka_unit_test(the_init_is_what_is_in_the_tree_and_parses),
		cmocka_unit_test(a_kernel_without_overlay_is_named),
		cmocka_unit_test(a_dynamic_busybox_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
