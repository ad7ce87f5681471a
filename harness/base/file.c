/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/file.h"

#include <errno.h>
#include <stdio.h>

#include "harness/base/cleanup.h"

#define READ_BYTES 65536

int nn_file_read(const char *path, size_t max_bytes, struct nn_strbuf *ret_text, struct nn_err *err)
{
	NN_AUTO(file) FILE *file = fopen(path, "re");
	size_t before = ret_text->len;

	if (!file)
		return nn_err_errno(err, errno, "open '%s'", path);
	while (ret_text->len - before <= max_bytes) {
		char *room = nn_strbuf_reserve(ret_text, READ_BYTES);
		size_t len = fread(room, 1, READ_BYTES, file);

		nn_strbuf_advance(ret_text, len);
		if (ferror(file))
			return nn_err_errno(err, errno, "read '%s'", path);
		if (!len)
			return 0;
	}
	return 0;
}
