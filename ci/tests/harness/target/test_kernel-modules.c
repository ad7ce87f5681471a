/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/device/tree.h"

#include <errno.h>

#include "harness/base/subprocess.h"
#include "harness/target/kernel-modules.h"

#define VERSION "6.12-test"
#define MODULES "/lib/modules/" VERSION

/* As Debian 6.1 lists nvme: all it needs, the deepest last. */
static const char modules_dep[] =
	"kernel/drivers/nvme/host/nvme-core.ko.xz: kernel/block/t10-pi.ko.xz kernel/lib/crc.ko\n"
	"kernel/drivers/nvme/host/nvme.ko.xz: kernel/drivers/nvme/host/nvme-core.ko.xz "
	"kernel/block/t10-pi.ko.xz kernel/lib/crc.ko\n"
	"kernel/block/t10-pi.ko.xz: kernel/lib/crc.ko\n"
	"kernel/lib/crc.ko:\n";

static void dependencies_come_first_and_once(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(name_list) struct nn_name_list paths = {0};
	/* '-' and '_' are the same; what is there already is not repeated; ext4 is built in. */
	const char *const names[] = {"nvme", "nvme_core", "ext4"};

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, MODULES "/modules.dep", modules_dep);
	tree_file(&tree, MODULES "/modules.builtin", "kernel/fs/ext4/ext4.ko\n");
	assert_int_equal(nn_kernel_modules_resolve(&tree.root, VERSION, names, 3, &paths, NULL), 0);
	assert_int_equal(paths.nr, 4);
	assert_string_equal(paths.names[0], MODULES "/kernel/lib/crc.ko");
	assert_string_equal(paths.names[1], MODULES "/kernel/block/t10-pi.ko.xz");
	assert_string_equal(paths.names[2], MODULES "/kernel/drivers/nvme/host/nvme-core.ko.xz");
	assert_string_equal(paths.names[3], MODULES "/kernel/drivers/nvme/host/nvme.ko.xz");
}

static void unknown_modules_and_kernels_are_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	struct nn_name_list paths = {0};
	const char *const names[] = {"nvm"};
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, MODULES "/modules.dep", modules_dep);
	assert_int_equal(nn_kernel_modules_resolve(&tree.root, VERSION, names, 1, &paths, &err),
			 -ENOENT);
	assert_string_equal(err.message, "no module 'nvm' in '" MODULES "'");
	assert_int_equal(nn_kernel_modules_resolve(&tree.root, "5.0", names, 1, &paths, &err),
			 -ENOENT);
	assert_int_equal(strncmp(err.message, "modules of kernel 5.0: ", 23), 0);
	assert_null(paths.names);
}

static void compressed_files_are_unpacked(void **unused)
{
	const struct {
		const char *program;
		const char *suffix;
	} rows[] = {{"xz", ".xz"}, {"zstd", ".zst"}, {"gzip", ".gz"}, {NULL, ""}};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(tree) struct tree tree = {0};
		NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;
		NN_AUTO(free) char *plain = NULL;
		NN_AUTO(free) char *path = nn_asprintf("/m/a.ko%s", rows[i].suffix);
		const char *argv[] = {rows[i].program, "-q", NULL, NULL};
		struct nn_subprocess_spec spec = {.argv = argv};

		tree_init(&tree);
		tree_file(&tree, "/m/a.ko", "module bytes\n\n");
		plain = nn_asprintf("%s/m/a.ko", tree.folder);
		argv[2] = plain;
		if (rows[i].program && nn_subprocess_check(&spec, NULL, NULL)) {
			print_message("skipped: no %s on this machine\n", rows[i].program);
			continue;
		}
		assert_int_equal(nn_file_load_unpacked(&tree.root, path, &bytes, NULL), 0);
		assert_string_equal(nn_strbuf_str(&bytes), "module bytes\n\n");
	}
}

static void a_broken_file_is_named(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;
	struct nn_err err = {0};

	(void)unused;
	tree_init(&tree);
	tree_file(&tree, "/m/a.ko.gz", "no gzip");
	assert_true(nn_file_load_unpacked(&tree.root, "/m/a.ko.gz", &bytes, &err) < 0);
	assert_int_equal(strncmp(err.message, "unpack '", 8), 0);
	assert_int_equal(nn_file_load_unpacked(&tree.root, "/m/b.ko", &bytes, &err), -ENOENT);
}

static void the_version_is_in_the_header_or_the_name(void **unused)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *image = NULL;
	NN_AUTO(free) char *from_header = NULL;
	NN_AUTO(free) char *from_name = NULL;
	unsigned char header[0x1000] = {0};
	FILE *file;

	(void)unused;
	tree_init(&tree);
	image = nn_asprintf("%s/bzImage", tree.folder);
	memcpy(header + 0x202, "HdrS", 4);
	header[0x20f] = 0x05; /* 0x500, from 0x200 on */
	memcpy(header + 0x700, "6.1.0-56-amd64 (debian) #1", 26);
	file = fopen(image, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(header, 1, sizeof(header), file), sizeof(header));
	assert_int_equal(fclose(file), 0);
	from_header = nn_kernel_image_version(image);
	assert_string_equal(from_header, "6.1.0-56-amd64");
	from_name = nn_kernel_image_version("/nowhere/vmlinuz-6.18.1");
	assert_string_equal(from_name, "6.18.1");
	assert_null(nn_kernel_image_version("/nowhere/vmlinuz-"));
	assert_null(nn_kernel_image_version("/nowhere/bzImage"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dependencies_come_first_and_once),
		cmocka_unit_test(unknown_modules_and_kernels_are_named),
		cmocka_unit_test(compressed_files_are_unpacked),
		cmocka_unit_test(a_broken_file_is_named),
		cmocka_unit_test(the_version_is_in_the_header_or_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
