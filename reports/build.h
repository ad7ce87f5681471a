/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a comparison is built, step by step; private to this folder. nn_comparison_new() calls the
 * steps in the order in which they stand here, each needs those before it.
 */
#ifndef NN_REPORTS_BUILD_H
#define NN_REPORTS_BUILD_H

#include "reports/comparison.h"

/* One arm losing this much more of what was to be measured than the other is a bias, §1.3. */
#define NN_DISCARD_LIMIT 0.10

/* How the doubt begins that concerns native against virtual alone, not software against software.
 */
#define NN_METAL_DOUBT "no bare metal:"

/* How the runs of one workload went in one arm. */
struct nn_run_tally {
	char *arm;
	char *workload;
	uint64_t nr_ok;
	uint64_t nr_discarded; /* failed or broken */
	bool is_software;
	char *software_note; /* or NULL */
};

/* What the clock checks of an arm's boots could have seen. */
struct nn_clock_tally {
	char *arm;
	double worst_bound; /* of the rate error, as a share */
	uint64_t shortest_ns;
	bool has_mismatch;
};

/* A setting of an arm that was not in effect in some boots, or was not seen to be. */
struct nn_setting_tally {
	char *arm;
	char *setting;
	char *requested;
	char *effective; /* NULL: unknown, */
	char *reason;    /* because of this, or NULL */
};

/* What speaks against figures, gathered before rows are made. */
struct nn_evidence {
	struct nn_run_tally *tallies;
	size_t nr_tallies, cap_tallies;
	struct nn_clock_tally *clocks;
	size_t nr_clocks, cap_clocks;
	struct nn_setting_tally *settings;
	size_t nr_settings, cap_settings;
	struct nn_strings conflicting_workloads; /* results differ between arms or runs */
};

struct nn_build {
	struct nn_store *store;
	int64_t campaign;
	struct nn_comparison *out;
	struct nn_evidence evidence;
};

void nn_build_release(struct nn_build *build);

/** Summary, arms, facts, events, skips and the claims' texts. */
int nn_build_gather(struct nn_build *build, struct nn_err *err);

/** Fill the evidence and the banner. */
int nn_build_validity(struct nn_build *build, struct nn_err *err);

/** Gather settings that are not in effect or unproved; a step of nn_build_validity(). */
int nn_build_settings(struct nn_build *build, struct nn_err *err);

/** Append to @reasons which settings of @arm are not in effect. */
void nn_build_doubt_settings(const struct nn_evidence *evidence, const char *arm,
			     struct nn_strings *reasons);

/** Tell which settings could not be proved; a step of nn_build_remarks(). */
void nn_build_remark_settings(struct nn_build *build);

void nn_setting_tallies_release(struct nn_evidence *evidence);

/** Tell once what concerns several workloads or the whole campaign. */
void nn_build_remarks(struct nn_build *build);

/**
 * Append to @reasons why figures of @workload in @arm against @base cannot be trusted.
 * @arm: NULL for figures of @base alone.
 */
void nn_build_doubts(const struct nn_build *build, const char *workload, const char *base,
		     const char *arm, struct nn_strings *reasons);

/** Rows from boot values; verdicts are left for the claims. */
int nn_build_rows(struct nn_build *build, struct nn_err *err);

/**
 * Claims of the store that its plan does not bear out are invalid, and say so; those that the store
 * has lost come back as such. So does whatever else of the plan verdicts rest on.
 */
void nn_build_verify_claims(struct nn_comparison *comparison);

/** Beside each row what the newest A/A campaigns of the machine gave. */
int nn_build_aa(struct nn_build *build, struct nn_err *err);

/** Telemetry and the spans of runs. */
int nn_build_telemetry(struct nn_build *build, struct nn_err *err);

/** Verdicts of rows and claims. Rows of one campaign stand together, and so do claims. */
void nn_build_claims(struct nn_comparison *comparison);

/** Workloads of an arm taken together, per campaign and pair of arms. */
void nn_build_aggregates(struct nn_comparison *comparison);

#endif
