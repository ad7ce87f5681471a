/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in a plan's text each value stands. libcyaml keeps no line numbers of what it loaded, so
 * one pass of libyaml's event parser (on which libcyaml is built) makes a tree of keys, values and
 * lines beside it. The pass also settles what needs no schema: syntax, duplicate keys, empty and
 * endless files, aliases. The tree owns its strings and is immutable once read.
 */
#ifndef NN_PLAN_LINES_H
#define NN_PLAN_LINES_H

#include <stddef.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/strbuf.h"

enum nn_lines_kind { NN_LINES_SCALAR, NN_LINES_SEQUENCE, NN_LINES_MAPPING };

struct nn_lines_node {
	enum nn_lines_kind kind;
	unsigned int line; /* of the key where there is one, else of the value */
	char *key;         /* in a mapping, else NULL */
	char *text;        /* of a scalar, else NULL */
	size_t nr_children;
	/* places in struct nn_lines; 0 is the root and so means "none" for a child or sibling */
	size_t parent;
	size_t first_child;
	size_t last_child;
	size_t next;
};

struct nn_lines {
	struct nn_lines_node *nodes; /* in the order of the text; nodes[0] is the root */
	size_t nr;
	size_t cap;
};

void nn_lines_release(struct nn_lines *lines);
NN_AUTO_DEFINE(lines, struct nn_lines, nn_lines_release(p))

/**
 * Read @len bytes of YAML: one document of mappings, sequences and scalars.
 * @path: only for messages.
 * Return: 0, or -EINVAL with "PATH:LINE: what is wrong".
 */
int nn_lines_read(const char *text, size_t len, const char *path, struct nn_lines *ret_lines,
		  struct nn_err *err);

/** The value of @key in @mapping, or NULL; NULL also when @mapping is NULL or no mapping. */
const struct nn_lines_node *nn_lines_member(const struct nn_lines *lines,
					    const struct nn_lines_node *mapping, const char *key);

/** The @index-th child of a sequence or mapping, or NULL; NULL also when @parent is NULL. */
const struct nn_lines_node *nn_lines_item(const struct nn_lines *lines,
					  const struct nn_lines_node *parent, size_t index);

/** Append to an empty @sb where @node is: "arms[1].settings.memory"; nothing for the root. */
void nn_lines_add_path(const struct nn_lines *lines, const struct nn_lines_node *node,
		       struct nn_strbuf *sb);

#endif
