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
#include "reports/series.h"

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

/* The boots of one arm on which a row rests. */
struct nn_report_side {
	struct nn_cells boots;    /* by block */
	double value;             /* geometric mean over all of them, paired or not */
	double sd_log;            /* between boots; NaN with fewer than 2 */
	double variation;         /* within boots: geometric mean of SD ÷ mean of iterations */
	double effective_samples; /* of a run, mean over all; NaN: too few iterations to tell */
	double outlier_share;     /* of iterations; reported, never deleted */
	double trimmed_value;     /* the arm's value, had 10 % been cut at either end of each run */
	uint64_t nr_runs;
	uint64_t nr_samples;
	uint64_t nr_judged;      /* runs with enough iterations to tell: of these … */
	uint64_t nr_unsteady;    /* … those without a steady state, averaged whole, */
	uint64_t nr_warmup;      /* … that began worse than they settled, which is left out, */
	uint64_t nr_slowdown;    /* … and better, which is left out */
	bool is_bimodal;         /* flagged: a prompt to look */
	bool is_clearly_bimodal; /* nothing is proven of it with fewer than 20 boots */
	double drift_pct; /* Theil–Sen over the blocks, from the first to the last, in percent */
	double drift_p_value; /* Mann–Kendall */
};

/* One quantile of the iterations, compared over boots as the mean is. */
struct nn_report_tail {
	double probability; /* 0.95 */
	double base_value;
	double value;
	double ratio;
	double ratio_ci95[2];
	double p_adjusted; /* over the tails of the row */
	char *reason;      /* why there is no figure, or NULL */
};

/* The same arm against itself on this machine, at another time: what "no difference" looks like. */
struct nn_report_aa {
	char *campaign; /* NULL: the machine has no A/A campaign with this metric */
	char *started;
	double ratio;
	double ratio_ci95[2];
	uint64_t nr_boots;
};

struct nn_report_row {
	char *campaign; /* UUID, or what a CSV file calls it */
	char *workload;
	char *metric;
	char *unit;
	enum nn_direction direction;
	char *base_arm;
	char *arm;    /* NULL: the campaign has one arm only, @base_arm */
	bool is_lone; /* one arm alone has values: there is nothing to compare and no verdict */
	bool is_paired;
	const char *method; /* "paired t on log ratios", "Welch t on logs", or NULL: no interval */
	uint64_t nr_boots;  /* pairs; unpaired the smaller arm's; of a lone row the one arm's */
	uint64_t nr_blocks; /* in which either arm has a value, */
	uint64_t nr_pairs;  /* and those in which both have */
	double base_value;  /* geometric mean over boots, in @unit */
	double value;
	double ratio; /* arm ÷ base */
	double ratio_ci95[2];
	double ratio_ci90[2];             /* what TOST looks at: the one-sided 95 % bounds */
	double ratio_ci95_bootstrap_t[2]; /* cross-check */
	double hodges_lehmann;            /* of arm ÷ base, robust against wild boots */
	double hodges_lehmann_ci95[2];
	double p_value;               /* two-sided, of "the ratio is 1" */
	double p_adjusted;            /* Benjamini–Hochberg over the rows of the campaign */
	double mde_pct;               /* smallest change that would have been seen: power 0.8 */
	double equivalent_within_pct; /* smallest e for which TOST shows equivalence at ±e */
	double performance_ratio;     /* turned so that higher is better */
	double performance_lower95;   /* one-sided bounds: what claims are judged by */
	double performance_upper95;
	double performance_ci95[2]; /* @ratio_ci95 turned the same way */
	double margin;              /* of the strictest claim that covers the row */
	double sd_log; /* of the pair log ratios; unpaired: of what a pair would have */
	double se_log; /* standard error of the log ratio, and its degrees of freedom */
	double df;
	double slow_share_upper95; /* boot-mode guard: share of boots of @arm below the margin */
	uint64_t nr_slow_boots;    /* boots of @arm below margin × median of the base's */
	double ceiling;            /* physical, in @unit */
	char *ceiling_source;      /* "PCIe 16 GT/s x16, MPS 256", or NULL: none is known */
	struct nn_report_side base_side;
	struct nn_report_side side; /* of @arm; empty in a lone row of @base_arm */
	struct nn_report_tail tails[NN_NR_TAILS];
	struct nn_report_aa aa;
	struct nn_strings flags; /* "bimodal: …", "drift: …": prompts to look, beside the verdict */
	char *verdict;           /* PROVEN, REFUTED, INCONCLUSIVE, INVALID; a gate's REGRESSION, NO
				  * REGRESSION;	   or NULL: nothing is claimed */
	struct nn_strings reasons; /* why INVALID, or why there is no verdict */
};

/* One claim about one row. */
struct nn_report_check {
	size_t row;
	char *verdict;
	double lower95; /* of the performance ratio */
	double upper95;
	uint64_t boots_needed; /* beyond those there are; 0: unknown or none would do */
	struct nn_strings reasons;
};

/* A claim about one campaign: all its checks must hold (intersection-union), at no correction. */
struct nn_report_claim {
	char *campaign;
	char *text;
	char *arm;
	char *base;
	char *workload; /* globs */
	char *metric;
	double margin;
	bool is_void;   /* altered, or contradicted by another: nothing is judged by it */
	bool is_late;   /* given after the data: not in the plan whose hash was stored */
	char *verdict;  /* PROVEN, REFUTED, INCONCLUSIVE, INVALID */
	double lower95; /* of @worst */
	double upper95;
	size_t worst;          /* the row that decides; SIZE_MAX: the claim covers none */
	uint64_t boots_needed; /* 0: unknown or none would do */
	struct nn_strings reasons;
	struct nn_report_check *checks;
	size_t nr_checks, cap_checks;
};

/* Workloads of one arm pair taken together: geometric mean per boot, then the same interval. */
struct nn_report_aggregate {
	char *campaign;
	char *base_arm;
	char *arm;
	uint64_t nr_boots;
	uint64_t nr_rows;
	double performance_ratio;
	double performance_ci95[2];
};

/* Telemetry of one boot, thinned to at most NN_REPORT_POINTS means. */
#define NN_REPORT_POINTS 240
struct nn_report_telemetry {
	char *arm;
	uint64_t block;
	char *name;
	char *unit;
	double *elapsed_s; /* since the agent's hello */
	double *values;
	size_t nr;
};

/* When a run was on, by the same clock; from the telemetry beside it. */
struct nn_report_span {
	char *arm;
	uint64_t block;
	char *workload;
	uint64_t run;
	double from_s;
	double to_s;
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

/* Where the numbers come from. */
enum nn_report_source {
	NN_SOURCE_STORE, /* one campaign of a database */
	NN_SOURCE_FILE,  /* a CSV file of any number of campaigns: nothing is known of machines */
	NN_SOURCE_CROSS, /* two campaigns side by side: arms are "A:vm" and "B:vm" */
};

struct nn_comparison {
	enum nn_report_source source;
	char *title;                          /* of a file or two campaigns; else NULL */
	char *summary[NN_SUMMARY_NR_COLUMNS]; /* of the campaign; all NULL but for a store */
	size_t nr_campaigns;
	bool is_aa;   /* one arm against itself */
	char *banner; /* what must be read before any figure, or NULL: not emulated */
	bool is_emulated;
	bool allow_emulated;
	bool is_virtual_time; /* figures are path length, not speed */
	bool is_unverified;   /* the store is not what its plan says, or none can tell */
	double boot_s, workloads_s, own_s;
	struct nn_report_arm *arms;
	size_t nr_arms, cap_arms;
	struct nn_report_row *rows;
	size_t nr_rows, cap_rows;
	struct nn_report_claim *claims;
	size_t nr_claims, cap_claims;
	struct nn_report_aggregate *aggregates;
	size_t nr_aggregates, cap_aggregates;
	struct nn_report_telemetry *telemetry; /* by arm, block, name */
	size_t nr_telemetry, cap_telemetry;
	struct nn_report_span *spans;
	size_t nr_spans, cap_spans;
	struct nn_report_event *events;
	size_t nr_events, cap_events;
	struct nn_report_skip *skips;
	size_t nr_skips, cap_skips;
	struct nn_strings remarks; /* sentences: virtual time, sessions, software devices, clocks */
};

/* A claim as its text was taken apart; borrowed. */
struct nn_claim_request {
	const char *text;
	const char *arm;
	const char *base;
	const char *workload; /* globs */
	const char *metric;
	double margin;
};

struct nn_claim_requests {
	const struct nn_claim_request *items;
	size_t nr;
};

/**
 * Build from a campaign (UUID, prefix, name; NULL: the latest).
 * @late_claims: claims beside the plan's, marked as given after the data; or NULL.
 * Return: 0; -EINVAL when a late claim names an arm that the campaign does not have; -errno.
 */
int nn_comparison_new(struct nn_store *store, const char *campaign,
		      const struct nn_claim_requests *late_claims,
		      struct nn_comparison **ret_comparison, struct nn_err *err);
void nn_comparison_free(struct nn_comparison *comparison);
NN_AUTO_DEFINE(comparison, struct nn_comparison *, nn_comparison_free(*p))

/** Append a claim about @campaign; verdicts come with nn_build_claims(). */
struct nn_report_claim *nn_comparison_add_claim(struct nn_comparison *comparison,
						const char *campaign,
						const struct nn_claim_request *request);

void nn_strings_release(struct nn_strings *strings);
/** Append @take_s, which is the list's from here on; a text that is already there is dropped. */
void nn_strings_add(struct nn_strings *strings, char *take_s);
bool nn_strings_have(const struct nn_strings *strings, const char *s);

/** The arm called @name, or NULL. */
const struct nn_report_arm *nn_comparison_arm(const struct nn_comparison *comparison,
					      const char *name);

/** Do both rows compare the same two arms, and so belong into one table? */
bool nn_report_row_is_alike(const struct nn_report_row *a, const struct nn_report_row *b);

#endif
