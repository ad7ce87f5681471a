/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/guest-initramfs.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/target/cpio.h"
#include "harness/target/kernel-modules.h"

#define FALLBACK_PATH  "/usr/local/bin:/usr/bin:/bin"
#define MAX_ELF_HEADER 4096
#define PROGRAM_MODE   0755U
#define DATA_MODE      0644U

static const char guest_init[] =
#include "harness/target/guest-init.sh.inc"
	;

/* What the image needs: bus, network, the shared root, the overlay, the agent's credentials. */
static const char *const base_modules[] = {"virtio_pci",   "virtio_net", "9p",
					   "9pnet_virtio", "overlay",    "qemu_fw_cfg"};

static const char *const folders[] = {"bin", "dev", "lower", "mnt", "modules", "proc", "sys"};

/* ---- busybox ---- */

/* Does a 64-bit program ask for a dynamic loader? One that does would not start in there. */
static bool wants_loader(const char *bytes, size_t len)
{
	Elf64_Ehdr header;

	if (len < sizeof(header) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return true;
	memcpy(&header, bytes, sizeof(header));
	for (size_t i = 0; i < header.e_phnum; i++) {
		size_t at = header.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr segment;

		if (at > len - sizeof(segment))
			return true;
		memcpy(&segment, bytes + at, sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}

static bool is_static_program(const char *path)
{
	NN_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[MAX_ELF_HEADER];
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	return len > 0 && !wants_loader(bytes, (size_t)len);
}

int nn_guest_busybox_find(char **ret_path, struct nn_err *err)
{
	const char *folder = getenv("PATH");

	if (!folder)
		folder = FALLBACK_PATH;
	while (*folder) {
		size_t len = strcspn(folder, ":");
		NN_AUTO(free) char *path = nn_asprintf("%.*s/busybox", (int)len, folder);

		if (is_static_program(path)) {
			*ret_path = NN_STEAL(path);
			return 0;
		}
		folder += len + (folder[len] == ':');
	}
	return nn_err_set(err, -ENOENT,
			  "no statically linked busybox in PATH: install busybox-static");
}

static int add_busybox(struct nn_cpio *cpio, const char *path, struct nn_err *err)
{
	NN_AUTO(free) char *found = NULL;
	NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;
	struct nn_sysroot live = NN_SYSROOT_LIVE;
	int rc = path ? 0 : nn_guest_busybox_find(&found, err);

	if (!rc)
		rc = nn_file_load_unpacked(&live, path ? path : found, &bytes, err);
	if (rc)
		return rc;
	nn_cpio_add_file(cpio, "bin/busybox", PROGRAM_MODE, bytes.data, bytes.len);
	nn_cpio_add_link(cpio, "bin/sh", "busybox");
	return 0;
}

/* ---- modules ---- */

static int resolve_modules(const struct nn_guest_initramfs *spec, struct nn_name_list *ret_paths,
			   struct nn_err *err)
{
	size_t nr_extra = spec->modules ? spec->modules->nr : 0;
	size_t nr = NN_ARRAY_SIZE(base_modules) + nr_extra;
	NN_AUTO(free) const char **names = nn_calloc(nr, sizeof(*names));

	memcpy(names, base_modules, sizeof(base_modules));
	for (size_t i = 0; i < nr_extra; i++)
		names[NN_ARRAY_SIZE(base_modules) + i] = spec->modules->names[i];
	return nn_kernel_modules_resolve(spec->root, spec->kernel_version, names, nr, ret_paths,
					 err);
}

static int add_modules(struct nn_cpio *cpio, const struct nn_guest_initramfs *spec,
		       struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list paths = {0};
	NN_AUTO(strbuf) struct nn_strbuf order = NN_STRBUF_INIT;
	int rc = resolve_modules(spec, &paths, err);

	for (size_t i = 0; !rc && i < paths.nr; i++) {
		NN_AUTO(free) char *name = nn_kernel_module_name(paths.names[i]);
		NN_AUTO(free) char *entry = nn_asprintf("modules/%s.ko", name);
		NN_AUTO(strbuf) struct nn_strbuf bytes = NN_STRBUF_INIT;

		rc = nn_file_load_unpacked(spec->root, paths.names[i], &bytes, err);
		if (rc)
			break;
		nn_cpio_add_file(cpio, entry, DATA_MODE, bytes.data, bytes.len);
		nn_strbuf_addf(&order, "%s.ko\n", name);
	}
	if (!rc)
		nn_cpio_add_file(cpio, "modules/order", DATA_MODE, nn_strbuf_str(&order),
				 order.len);
	return rc;
}

/* ---- the whole ---- */

static int write_file(const char *path, const struct nn_strbuf *bytes, struct nn_err *err)
{
	NN_AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, DATA_MODE);
	size_t done = 0;

	if (fd < 0)
		return nn_err_errno(err, errno, "write '%s'", path);
	while (done < bytes->len) {
		ssize_t len = write(fd, bytes->data + done, bytes->len - done);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return nn_err_errno(err, len < 0 ? errno : EIO, "write '%s'", path);
		done += (size_t)len;
	}
	if (close(NN_STEAL_FD(fd)))
		return nn_err_errno(err, errno, "write '%s'", path);
	return 0;
}

int nn_guest_initramfs_write(const struct nn_guest_initramfs *spec, const char *path,
			     struct nn_err *err)
{
	NN_AUTO(cpio) struct nn_cpio cpio = {0};
	int rc;

	for (size_t i = 0; i < NN_ARRAY_SIZE(folders); i++)
		nn_cpio_add_folder(&cpio, folders[i]);
	nn_cpio_add_char_device(&cpio, "dev/console", 5,
				1); /* what init speaks to from its start */
	nn_cpio_add_file(&cpio, "init", PROGRAM_MODE, guest_init, sizeof(guest_init) - 1);
	rc = add_busybox(&cpio, spec->busybox, err);
	if (!rc)
		rc = add_modules(&cpio, spec, err);
	if (rc)
		return nn_err_prefix(err, "make the guest's initramfs");
	nn_cpio_end(&cpio);
	return write_file(path, &cpio.archive, err);
}
