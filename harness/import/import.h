/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An importer: a parser of one tool's result files. It is pure: it gets a text and tells a sink
 * what stands in it, and never reads, prints or stores. Every value is one measured figure of one
 * metric of one workload, in the tool's own unit or in that which our own workloads have for it,
 * with the direction that the tool means; figures that were not measured (a direction without I/O,
 * "N/A") are not told.
 *
 * The n-th value of a workload's metric in a file is its iteration n. Names are the tool's own;
 * nn_import_read() turns white space and colons in them into '_', because claims are written as
 * "for WORKLOAD:METRIC".
 */
#ifndef NN_IMPORT_IMPORT_H
#define NN_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"
#include "harness/base/plugin.h"
#include "harness/protocol/message.h"
#include "harness/store/import.h"

/* The largest file that is read; far above what these tools write. */
#define NN_IMPORT_MAX_BYTES (16u << 20)

struct nn_import_value {
	const char *workload; /* "fio/rand-read/read" */
	const char *metric;   /* "iops" */
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	double value;
};

/* How a workload went, where that is more than "it has values". */
struct nn_import_about {
	const char *workload;
	enum nn_outcome outcome;
	const char *reason; /* unless ok */
	const char *note;   /* what it ran on, or NULL */
	bool is_software;   /* a software device stood in where hardware is meant */
};

/* Where an importer tells what it reads. Strings are borrowed for the call. */
struct nn_import_sink {
	void *user;
	/* The device or system whose values are wanted; NULL: the file is to hold just one. */
	const char *only;
	/* Return: 0, or -errno, which the importer passes on at once. */
	int (*value)(void *user, const struct nn_import_value *value, struct nn_err *err);
	/* At most once a workload; what is told later replaces it. */
	void (*about)(void *user, const struct nn_import_about *about);
	/* Something true of the system, under the names that collectors use where they have one. */
	void (*fact)(void *user, const char *name, const char *value);
};

struct nn_importer {
	struct nn_plugin plugin; /* .name is the tool's */
	/*
	 * Required. Called once a file.
	 * @text: @len bytes without a NUL, and a NUL behind them.
	 * @path: only for messages.
	 * Return: 0 when the whole text was understood; -EBADMSG or -EINVAL with "PATH:LINE:COLUMN:
	 * what is wrong", as much of that as the format's parser knows; or the sink's -errno.
	 */
	int (*read)(const char *text, size_t len, const char *path,
		    const struct nn_import_sink *sink, struct nn_err *err);
};

#define NN_IMPORTER(symbol) extern const struct nn_importer nn_importer_##symbol;
#include "harness/import/list.h"
#undef NN_IMPORTER

/** All importers, sorted by name. */
extern const struct nn_importer *const nn_importers[];
extern const size_t nn_nr_importers;

/** The importer of @tool; -EINVAL lists the tools when there is none. */
int nn_importer_find(const char *tool, const struct nn_importer **ret_importer, struct nn_err *err);

/**
 * Read a file whole into a boot that can be stored.
 * @only: as in the sink.
 * @ret_boot: to be released by the caller.
 * Return: 0; -EBADMSG or -EINVAL when the text is malformed or holds no figure; -EFBIG above
 * NN_IMPORT_MAX_BYTES; -errno of reading. The message begins with @path.
 */
int nn_import_file(const struct nn_importer *importer, const char *path, const char *only,
		   struct nn_import_boot *ret_boot, struct nn_err *err);

/** The same for a text in memory. */
int nn_import_text(const struct nn_importer *importer, const char *text, size_t len,
		   const char *path, const char *only, struct nn_import_boot *ret_boot,
		   struct nn_err *err);

#endif
