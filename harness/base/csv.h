/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reader of CSV (RFC 4180): comma separated, fields may be quoted, quoted fields may hold commas,
 * doubled quotes and line ends; lines end in LF or CRLF; a byte order mark is skipped. One record
 * is held at a time. Every message names file, line and column.
 */
#ifndef NN_BASE_CSV_H
#define NN_BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"

struct nn_csv;

struct nn_csv_record {
	const char **fields;   /* NUL-terminated; valid until the next call */
	const size_t *columns; /* where each field begins: bytes from the line's start, from 1 */
	size_t nr;
	uint64_t line; /* on which the record begins, from 1 */
};

/** @path: "-" is the standard input. Return: 0 or -errno. */
int nn_csv_open(const char *path, struct nn_csv **ret_csv, struct nn_err *err);
void nn_csv_close(struct nn_csv *csv);
NN_AUTO_DEFINE(csv, struct nn_csv *, nn_csv_close(*p))

/**
 * The next record; empty lines are skipped.
 * Return: 1; 0 at the end; -EINVAL with "FILE:LINE:COLUMN: …" for a stray quote, a NUL byte, text
 * that is not UTF-8 or a file that ends within quotes; -errno when reading failed.
 */
int nn_csv_next(struct nn_csv *csv, struct nn_csv_record *ret_record, struct nn_err *err);

/** Fill @err with "FILE:LINE:COLUMN: " and the message for field @field of @record. -EINVAL. */
int nn_csv_error(const struct nn_csv *csv, const struct nn_csv_record *record, size_t field,
		 struct nn_err *err, const char *fmt, ...) NN_PRINTF(5, 6);

#endif
