/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model that all renderers share: what the store knows of one campaign, reduced to comparisons,
 * claims and what explains them. Built once by nn_comparison_new(), then read only. Absent numbers
 * are NaN, absent strings NULL; strings belong to the comparison.
 */
#ifndef NN_REPORTS_COMPARISON_H
#define NN_REPORTS_COMPARISON_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/message.h"
#include "harness/store/store.h"

struct nn_strings {
	char **items;
	size_t nr;
	size_t cap;
};

struct nn_report_arm {
	char *name;
	char *target;
	uint64_t nr_boots;
	uint64_t nr_failed_boots;
	uint64_t nr_sessions;
	/*
	 * What is true of the arm's own system by its name ("kernel.release"), of the machine that
	 * owns the device under "host."; "a | b" when boots differ.
	 */
	struct nn_pairs facts;
};

struct nn_report_row {
	char *workload;
	char *metric;
	char *unit;
	enum nn_direction direction;
	char *base_arm;
	char *arm;    /* NULL: the campaign has one arm only, @base_arm */
	bool is_lone; /* one arm alone has values: there is nothing to compare and no verdict */
	uint64_t nr_boots; /* pairs; of a lone row the boots of the arm that has values */
	double base_value; /* geometric mean over boots, in @unit */
	double value;
	double ratio; /* arm ÷ base */
	double ratio_ci95[2];
	double performance_ratio;   /* turned so that higher is better */
	double performance_lower95; /* one-sided bounds: what claims are judged by */
	double performance_upper95;
	double performance_ci95[2]; /* @ratio_ci95 turned the same way */
	double margin;              /* of the strictest claim that covers the row */
	double sd_log;
	char *verdict; /* PROVEN, REFUTED, INCONCLUSIVE, INVALID, or NULL: nothing is claimed */
	struct nn_strings reasons; /* why INVALID, or why there is no verdict */
};

struct nn_report_claim {
	char *text;
	char *arm;
	char *base;
	char *workload;
	char *metric;
	double margin;
	char *verdict;  /* PROVEN, REFUTED, INCONCLUSIVE, INVALID */
	double lower95; /* of the worst row the claim covers */
	double upper95;
	uint64_t boots_needed; /* 0: unknown or none would do */
	struct nn_strings reasons;
};

struct nn_report_event {
	char *arm; /* or NULL */
	char *block;
	char *severity;
	char *kind;
	char *message;
	uint64_t count;
};

struct nn_report_skip {
	char *arm;
	char *workload;
	char *outcome; /* skipped, failed, broken */
	char *reason;
	uint64_t count;
};

struct nn_comparison {
	char *summary[NN_SUMMARY_NR_COLUMNS];
	char *banner; /* what must be read before any figure, or NULL: not emulated */
	bool is_emulated;
	bool allow_emulated;
	bool is_virtual_time; /* figures are path length, not speed */
	double boot_s, workloads_s, own_s;
	struct nn_report_arm *arms;
	size_t nr_arms, cap_arms;
	struct nn_report_row *rows;
	size_t nr_rows, cap_rows;
	struct nn_report_claim *claims;
	size_t nr_claims, cap_claims;
	struct nn_report_event *events;
	size_t nr_events, cap_events;
	struct nn_report_skip *skips;
	size_t nr_skips, cap_skips;
	struct nn_strings remarks; /* sentences: virtual time, sessions, software devices, clocks */
};

/** Build from a campaign (UUID, prefix, name; NULL: the latest). */
int nn_comparison_new(struct nn_store *store, const char *campaign,
		      struct nn_comparison **ret_comparison, struct nn_err *err);
void nn_comparison_free(struct nn_comparison *comparison);
NN_AUTO_DEFINE(comparison, struct nn_comparison *, nn_comparison_free(*p))

void nn_strings_release(struct nn_strings *strings);
/** Append @take_s, which is the list's from here on; a text that is already there is dropped. */
void nn_strings_add(struct nn_strings *strings, char *take_s);
bool nn_strings_have(const struct nn_strings *strings, const char *s);

/** The arm called @name, or NULL. */
const struct nn_report_arm *nn_comparison_arm(const struct nn_comparison *comparison,
					      const char *name);

/** Do both rows compare the same two arms, and so belong into one table? */
bool nn_report_row_is_alike(const struct nn_report_row *a, const struct nn_report_row *b);

/** Is row @i the first of its two arms? */
bool nn_comparison_is_first(const struct nn_comparison *comparison, size_t i);

/** The reasons that every row alike @first gives; none where it is the only such row. */
void nn_comparison_shared_reasons(const struct nn_comparison *comparison,
				  const struct nn_report_row *first,
				  struct nn_strings *ret_reasons);

#endif
