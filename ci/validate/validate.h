/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The acceptance tests of the statistics: what the numbers and verdicts of nearnative are worth
 * when the truth is known. Each test simulates, asks the built program (or, where a database each
 * would take hours, the functions that it calls) and notes findings beside what is demanded. Every
 * number of findings comes from seeds of the test's own, so a repetition gives the same ones.
 */
#ifndef NN_CI_VALIDATE_VALIDATE_H
#define NN_CI_VALIDATE_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/err.h"

/* What shares are shares of: T1, T2, T3, T6, T7, T11; T4, T5; T8. */
#define VALIDATE_NR_CAMPAIGNS 10000
#define VALIDATE_NR_GATES     4000
#define VALIDATE_NR_HISTORIES 2000

enum finding_kind {
	FINDING_PASSED,
	FINDING_FAILED,
	FINDING_TOLD, /* nothing is demanded of it */
};

struct finding {
	const char *test; /* "T1" */
	char *name;
	char *demanded;
	char *measured;
	enum finding_kind kind;
};

struct validate {
	const char *nearnative; /* the built program */
	const char *unit_tests; /* folder of built unit tests */
	char folder[64];        /* for files; removed at the end */
	const char *test;       /* that runs */
	struct finding *findings;
	size_t nr_findings, cap_findings;
};

/* What a measured figure has to be. */
struct demand {
	double least;
	double most;
	int decimals;
};

#define AT_LEAST(limit, digits) \
	((struct demand){.least = (limit), .most = 1e300, .decimals = (digits)})
#define AT_MOST(limit, digits) \
	((struct demand){.least = -1e300, .most = (limit), .decimals = (digits)})
#define WITHIN(low, high, digits) \
	((struct demand){.least = (low), .most = (high), .decimals = (digits)})

/** Note a figure that must meet @demand. @name: printf-like. */
void validate_figure(struct validate *validate, double value, struct demand demand,
		     const char *name, ...) __attribute__((format(printf, 4, 5)));
/** Note a figure of which nothing is demanded. */
void validate_tell(struct validate *validate, double value, int decimals, const char *name, ...)
	__attribute__((format(printf, 4, 5)));
/** Note something that is right or not. @measured: what was seen. */
void validate_fact(struct validate *validate, bool is_right, const char *demanded,
		   const char *measured, const char *name, ...)
	__attribute__((format(printf, 5, 6)));
/** Note that a test could not be carried out: a failure. */
void validate_broken(struct validate *validate, const struct nn_err *err);

/** How often @needle stands in @text. */
size_t validate_count(const char *text, const char *needle);

/** The findings as a table in Markdown. Return: 0 or -errno. */
int validate_write_markdown(const struct validate *validate, const char *path, struct nn_err *err);
void validate_release(struct validate *validate);

/* A test notes findings; what keeps it from going on is its error. */
typedef int (*validate_fn)(struct validate *validate, struct nn_err *err);

int validate_coverage(struct validate *validate, struct nn_err *err);
int validate_verdict_size(struct validate *validate, struct nn_err *err);
int validate_verdict_power(struct validate *validate, struct nn_err *err);
int validate_gate_alarms(struct validate *validate, struct nn_err *err);
int validate_gate_power(struct validate *validate, struct nn_err *err);
int validate_drift(struct validate *validate, struct nn_err *err);
int validate_modes(struct validate *validate, struct nn_err *err);
int validate_detector(struct validate *validate, struct nn_err *err);
int validate_numbers(struct validate *validate, struct nn_err *err);
int validate_determinism(struct validate *validate, struct nn_err *err);
int validate_naive_trap(struct validate *validate, struct nn_err *err);
int validate_refusals(struct validate *validate, struct nn_err *err);

#endif
