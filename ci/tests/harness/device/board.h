/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine that ci/tests/record-tree wrote down, played back into a tree. What the lines mean is
 * told there.
 */
#ifndef NN_TESTS_DEVICE_BOARD_H
#define NN_TESTS_DEVICE_BOARD_H

#include "ci/tests/harness/device/tree.h"
#include "harness/base/units.h"

static inline char *board_unescape(const char *text)
{
	struct nn_strbuf out = NN_STRBUF_INIT;

	for (const char *c = text; *c; c++) {
		if (c[0] == '\\' && c[1] == 'n')
			nn_strbuf_addc(&out, '\n');
		else if (c[0] == '\\' && c[1] == '\\')
			nn_strbuf_addc(&out, '\\');
		else
			nn_strbuf_addc(&out, *c);
		c += c[0] == '\\';
	}
	return nn_strbuf_detach(&out);
}

/* "SIZE AT:HEX AT:HEX…" */
static inline void board_bytes(const struct tree *tree, const char *path, char *text)
{
	NN_AUTO(free) char *full = nn_asprintf("%s%s", tree->folder, path);
	unsigned char bytes[4096] = {0};
	char *rest = text;
	uint64_t size = 0;
	FILE *file;

	assert_int_equal(nn_parse_u64(strsep(&rest, " "), &size, NULL), 0);
	assert_true(size <= sizeof(bytes));
	while (rest) {
		unsigned int at = 0;
		unsigned int byte = 0;
		int used = 0;
		const char *row = strsep(&rest, " ");

		assert_int_equal(sscanf(row, "%u:%n", &at, &used), 1);
		for (row += used; sscanf(row, "%2x", &byte) == 1; row += 2)
			bytes[at++] = (unsigned char)byte;
	}
	tree_parents(tree, path);
	file = fopen(full, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline void board_line(const struct tree *tree, char *line)
{
	char *rest = line;
	const char *kind = strsep(&rest, " ");
	const char *path = strsep(&rest, " ");
	NN_AUTO(free) char *text = rest ? board_unescape(rest) : nn_asprintf("%s", "");

	if (*kind == 'l')
		tree_link(tree, path, text);
	else if (*kind == 't')
		tree_file(tree, path, text);
	else if (*kind == 'x')
		board_bytes(tree, path, text);
	else
		fail_msg("what is a line '%s'?", kind);
}

/* @name: of a file in ci/tests/fixtures/boards, without its ending. */
static inline void board_play(const struct tree *tree, const char *name)
{
	NN_AUTO(free) char *path = nn_asprintf("ci/tests/fixtures/boards/%s.tree", name);
	NN_AUTO(file) FILE *file = fopen(path, "re");
	NN_AUTO(free) char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	assert_non_null(file);
	while ((len = getline(&line, &cap, file)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		board_line(tree, line);
	}
}

#endif
