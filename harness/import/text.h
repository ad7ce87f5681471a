/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What importers share: messages with a position, lines, numbers, and the one device to take. */
#ifndef NN_IMPORT_TEXT_H
#define NN_IMPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"
#include "harness/base/json.h"
#include "harness/base/strbuf.h"
#include "harness/import/import.h"

/**
 * Record "PATH:LINE:COLUMN: what is wrong".
 * @line, @column: from 1; 0 leaves that part away.
 * Return: -EBADMSG.
 */
int nn_import_fail(struct nn_err *err, const char *path, unsigned int line, unsigned int column,
		   const char *fmt, ...) NN_PRINTF(5, 6);

/* The lines of a text, one after the other. */
struct nn_import_lines {
	const char *at;
	const char *end;
	unsigned int number;   /* of the present line, from 1 */
	struct nn_strbuf text; /* the present line, without white space around it */
};

static inline void nn_auto_import_lines(struct nn_import_lines *p)
{
	nn_strbuf_release(&p->text);
}

struct nn_import_lines nn_import_lines(const char *text, size_t len);

/** Step to the next line; false at the end. */
bool nn_import_next_line(struct nn_import_lines *lines);

/** What follows @start in @text, without white space in front, or NULL when it begins otherwise. */
const char *nn_import_after(const char *text, const char *start);

/** A whole text as a number; -EBADMSG names position and text when it is none. */
int nn_import_number(const char *text, const char *path, unsigned int line, double *ret_value,
		     struct nn_err *err);

/**
 * Parse JSON; lines before the first one that begins with '{' are notes that the tool printed.
 * @ret_root: a new reference.
 * Return: 0, or -EBADMSG with "PATH: JSON line … column …".
 */
int nn_import_json(const char *text, size_t len, const char *path, json_t **ret_root,
		   struct nn_err *err);

/* Which of a file's devices (systems) is read; the names met so far. */
struct nn_import_choice {
	const char *what; /* "device" */
	const char *only; /* its name, or NULL: the file is to hold one */
	struct nn_strbuf seen;
	char *first;
	size_t nr_wanted; /* how often the wanted one was met */
};

static inline void nn_auto_import_choice(struct nn_import_choice *p)
{
	nn_strbuf_release(&p->seen);
	free(p->first);
}

/**
 * Is @name the one to read? -EBADMSG when the file turns out to hold another one and none was
 * chosen.
 */
int nn_import_choose(struct nn_import_choice *choice, const char *name, const char *path,
		     unsigned int line, bool *ret_is_wanted, struct nn_err *err);

/** After the last one: -EINVAL, with the names there are, when the chosen one is not among them. */
int nn_import_check_chosen(const struct nn_import_choice *choice, const char *path,
			   struct nn_err *err);

#endif
