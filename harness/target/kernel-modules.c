/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/kernel-modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/subprocess.h"

#define MODULES_FOLDER          "/lib/modules"
#define CAPTURE_LIMIT_BYTES     (16UL << 20) /* of nn_subprocess_run() */
#define BOOT_MAGIC_AT           0x202
#define BOOT_VERSION_POINTER_AT 0x20e
#define BOOT_SECTOR_BYTES       0x200
#define BOOT_HEADER_BYTES       0x4000

/* The two lists of a kernel, as text, while names are resolved. */
struct module_lists {
	const char *folder;
	const char *dep;
	const char *builtin;
};

struct compression {
	const char *suffix;
	const char *program;
};

static const struct compression compressions[] = {
	{".xz", "xz"},
	{".zst", "zstd"},
	{".gz", "gzip"},
};

/* Names that differ in '-' and '_' alone are the same module. */
static bool same_module(const char *a, size_t a_len, const char *b)
{
	for (size_t i = 0; i < a_len; i++, b++) {
		char x = a[i] == '-' ? '_' : a[i];
		char y = *b == '-' ? '_' : *b;

		if (x != y)
			return false;
	}
	return *b == '\0';
}

/* The name's part of a path "kernel/…/nvme-core.ko.xz"; its length goes to @ret_len. */
static const char *module_name_in(const char *path, size_t path_len, size_t *ret_len)
{
	const char *slash = memrchr(path, '/', path_len);
	const char *name = slash ? slash + 1 : path;
	size_t len = path_len - (size_t)(name - path);
	const char *dot = memmem(name, len, ".ko", 3);

	*ret_len = dot ? (size_t)(dot - name) : len;
	return name;
}

char *nn_kernel_module_name(const char *path)
{
	size_t len;
	const char *name = module_name_in(path, strlen(path), &len);

	return nn_strndup(name, len);
}

/* The line of a list whose path, up to ':' or the line's end, is the module's; NULL if none. */
static const char *find_line(const char *list, const char *module)
{
	while (*list) {
		size_t path_len = strcspn(list, ":\n");
		size_t name_len;
		const char *name = module_name_in(list, path_len, &name_len);

		if (same_module(name, name_len, module))
			return list;
		list += strcspn(list, "\n");
		list += *list == '\n';
	}
	return NULL;
}

static void add_path_once(struct nn_name_list *paths, const char *folder, const char *path,
			  size_t len)
{
	NN_AUTO(free) char *full = nn_asprintf("%s/%.*s", folder, (int)len, path);

	for (size_t i = 0; i < paths->nr; i++) {
		if (strcmp(paths->names[i], full) == 0)
			return;
	}
	*NN_ARRAY_APPEND(paths->names, paths->nr, paths->cap) = NN_STEAL(full);
}

/* "a.ko: b.ko c.ko": c goes first, then b, then a; so the kernel's own modprobe reads it. */
static void add_dependencies(struct nn_name_list *paths, const char *folder, const char *line)
{
	size_t module_len = strcspn(line, ":");
	const char *begin = line + module_len + 1;
	const char *end = begin + strcspn(begin, "\n");

	while (end > begin) {
		const char *space = memrchr(begin, ' ', (size_t)(end - begin));
		const char *word = space ? space + 1 : begin;

		if (end > word)
			add_path_once(paths, folder, word, (size_t)(end - word));
		end = space ? space : begin;
	}
	add_path_once(paths, folder, line, module_len);
}

static int resolve_one(const struct module_lists *lists, const char *name,
		       struct nn_name_list *paths, struct nn_err *err)
{
	const char *line = find_line(lists->dep, name);

	if (line) {
		add_dependencies(paths, lists->folder, line);
		return 0;
	}
	if (find_line(lists->builtin, name))
		return 0;
	return nn_err_set(err, -ENOENT, "no module '%s' in '%s'", name, lists->folder);
}

int nn_kernel_modules_resolve(const struct nn_sysroot *root, const char *version,
			      const char *const *names, size_t nr, struct nn_name_list *ret_paths,
			      struct nn_err *err)
{
	NN_AUTO(free) char *folder = nn_asprintf(MODULES_FOLDER "/%s", version);
	NN_AUTO(free) char *dep_path = nn_asprintf("%s/modules.dep", folder);
	NN_AUTO(free) char *builtin_path = nn_asprintf("%s/modules.builtin", folder);
	NN_AUTO(strbuf) struct nn_strbuf dep = NN_STRBUF_INIT;
	NN_AUTO(free) char *builtin = nn_sysfs_text(root, builtin_path);
	NN_AUTO(name_list) struct nn_name_list paths = {0};
	int rc = nn_sysfs_read(root, dep_path, &dep, err);
	struct module_lists lists = {
		.folder = folder, .dep = nn_strbuf_str(&dep), .builtin = builtin ? builtin : ""};

	if (rc)
		return nn_err_prefix(err, "modules of kernel %s", version);
	for (size_t i = 0; i < nr; i++) {
		rc = resolve_one(&lists, names[i], &paths, err);
		if (rc)
			return rc;
	}
	*ret_paths = paths;
	paths = (struct nn_name_list){0};
	return 0;
}

/* The program that unpacks a file of that name, or NULL for a plain one. */
static const char *decompressor(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < NN_ARRAY_SIZE(compressions); i++) {
		size_t suffix_len = strlen(compressions[i].suffix);

		if (len > suffix_len &&
		    strcmp(path + len - suffix_len, compressions[i].suffix) == 0)
			return compressions[i].program;
	}
	return NULL;
}

static int read_plain(const char *path, struct nn_strbuf *ret_bytes, struct nn_err *err)
{
	NN_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return nn_err_errno(err, errno, "read '%s'", path);
	do {
		len = read(fd, nn_strbuf_reserve(ret_bytes, 1 << 16), 1 << 16);
		if (len > 0)
			nn_strbuf_advance(ret_bytes, (size_t)len);
	} while (len > 0 || (len < 0 && errno == EINTR));
	return len < 0 ? nn_err_errno(err, errno, "read '%s'", path) : 0;
}

int nn_file_load_unpacked(const struct nn_sysroot *root, const char *path,
			  struct nn_strbuf *ret_bytes, struct nn_err *err)
{
	NN_AUTO(free) char *full = nn_sysfs_path(root, path);
	const char *program = decompressor(path);
	const char *const argv[] = {program, "-dc", "--", full, NULL};
	struct nn_subprocess_spec spec = {.argv = argv};
	int rc;

	if (!program)
		return read_plain(full, ret_bytes, err);
	rc = nn_subprocess_check(&spec, ret_bytes, err);
	if (rc)
		return nn_err_prefix(err, "unpack '%s'", full);
	if (ret_bytes->len >= CAPTURE_LIMIT_BYTES)
		return nn_err_set(err, -EFBIG, "'%s' is too big for an initramfs", full);
	return 0;
}

/* ---- version of an image ---- */

static char *version_in_header(const char *path)
{
	NN_AUTO(free) char *header = nn_calloc(BOOT_HEADER_BYTES + 1, 1);
	NN_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, header, BOOT_HEADER_BYTES);
	size_t at;

	if (len < BOOT_VERSION_POINTER_AT + 2 || memcmp(header + BOOT_MAGIC_AT, "HdrS", 4) != 0)
		return NULL;
	at = (size_t)(unsigned char)header[BOOT_VERSION_POINTER_AT] |
	     (size_t)(unsigned char)header[BOOT_VERSION_POINTER_AT + 1] << 8;
	if (at == 0)
		return NULL;
	at += BOOT_SECTOR_BYTES; /* the pointer counts from the second one */
	if (at >= (size_t)len)
		return NULL;
	/* "6.1.0-56-amd64 (debian-kernel@…) #1 SMP …" */
	return nn_strndup(header + at, strcspn(header + at, " "));
}

char *nn_kernel_image_version(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *version = version_in_header(path);

	if (version && version[0])
		return version;
	free(version);
	if (strncmp(name, "vmlinuz-", 8) != 0 || !name[8])
		return NULL;
	return nn_strdup(name + 8);
}

bool nn_kernel_image_is_efi(const char *path)
{
	NN_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[2];

	return fd >= 0 && read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
	       memcmp(magic, "MZ", sizeof(magic)) == 0;
}
