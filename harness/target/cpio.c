/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/cpio.h"

#include <string.h>
#include <sys/stat.h>

#define CPIO_ALIGN   4
#define CPIO_TRAILER "TRAILER!!!"
#define DIR_MODE     0755U
#define DEVICE_MODE  0600U
#define LINK_MODE    0777U

struct cpio_entry {
	const char *path;
	unsigned int mode; /* type and permissions */
	unsigned int major;
	unsigned int minor;
	const void *bytes;
	size_t len;
};

void nn_cpio_release(struct nn_cpio *cpio)
{
	nn_strbuf_release(&cpio->archive);
}

static void cpio_pad(struct nn_strbuf *sb)
{
	while (sb->len % CPIO_ALIGN)
		nn_strbuf_addc(sb, '\0');
}

static void cpio_add(struct nn_cpio *cpio, const struct cpio_entry *entry)
{
	struct nn_strbuf *sb = &cpio->archive;
	size_t name_bytes = strlen(entry->path) + 1;

	/* magic ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor
	 * namesize check */
	nn_strbuf_addf(sb, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		       ++cpio->nr_entries, entry->mode, 0U, 0U, 1U, 0U, (unsigned int)entry->len,
		       0U, 0U, entry->major, entry->minor, (unsigned int)name_bytes, 0U);
	nn_strbuf_addn(sb, entry->path, name_bytes);
	cpio_pad(sb);
	nn_strbuf_addn(sb, entry->bytes, entry->len);
	cpio_pad(sb);
}

void nn_cpio_add_folder(struct nn_cpio *cpio, const char *path)
{
	cpio_add(cpio, &(struct cpio_entry){.path = path, .mode = S_IFDIR | DIR_MODE});
}

void nn_cpio_add_file(struct nn_cpio *cpio, const char *path, unsigned int mode, const void *bytes,
		      size_t len)
{
	cpio_add(cpio, &(struct cpio_entry){
			       .path = path, .mode = S_IFREG | mode, .bytes = bytes, .len = len});
}

void nn_cpio_add_link(struct nn_cpio *cpio, const char *path, const char *target)
{
	cpio_add(cpio, &(struct cpio_entry){.path = path,
					    .mode = S_IFLNK | LINK_MODE,
					    .bytes = target,
					    .len = strlen(target)});
}

void nn_cpio_add_char_device(struct nn_cpio *cpio, const char *path, unsigned int major,
			     unsigned int minor)
{
	cpio_add(cpio, &(struct cpio_entry){.path = path,
					    .mode = S_IFCHR | DEVICE_MODE,
					    .major = major,
					    .minor = minor});
}

void nn_cpio_end(struct nn_cpio *cpio)
{
	cpio_add(cpio, &(struct cpio_entry){.path = CPIO_TRAILER});
}
