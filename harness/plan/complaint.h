/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libcyaml has against a text, in one line. libcyaml says why it refuses a text only through
 * its log: a reason, then a backtrace of the fields that it was in, whose lines are those of
 * whatever it read last. A complaint collects both during one load, follows the backtrace to the
 * value meant, takes the line from there, and says from the schema what was expected instead.
 */
#ifndef NN_PLAN_COMPLAINT_H
#define NN_PLAN_COMPLAINT_H

#include <cyaml/cyaml.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/plan/lines.h"

struct nn_complaint {
	const char *path;                   /* of the file, for messages */
	const struct nn_lines *lines;       /* of the same text */
	const cyaml_schema_value_t *schema; /* of the whole text */
	struct nn_strbuf log;               /* one line a message */
};

static inline void nn_auto_complaint(struct nn_complaint *p)
{
	nn_strbuf_release(&p->log);
}

/** cyaml_log_fn_t for a configuration whose log_ctx is a struct nn_complaint. */
void nn_complaint_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args);

/**
 * Say what was wrong.
 * @fallback: libcyaml's general word for the error.
 * Return: -EINVAL; @err reads "PATH:LINE: what is wrong, what was expected".
 */
int nn_complaint_report(const struct nn_complaint *complaint, const char *fallback,
			struct nn_err *err);

#endif
