/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the finished campaigns of a database say over time: a series for each machine, arm,
 * workload, metric and what the plan set arm and workload to, oldest campaign first, with the
 * points at which it changed. Each ratio of an arm to its campaign's base arm is a series too
 * ("vm/native"), in which drift of the hardware cancels. A/A campaigns give their one arm and no
 * ratio. Reference statistics §3.7.
 *
 * A change that was found once is kept in the database with the detector's version and never
 * rewritten: it stays as it was decided, also when more campaigns let it be found elsewhere or not
 * at all. One of settings that are not known, or of which there is no series any more, is told with
 * the series that its campaign is in now. Built once by nn_history_new(), changed by
 * nn_history_keep() alone. Absent numbers are NaN, absent strings NULL; strings belong to the
 * history.
 */
#ifndef NN_REPORTS_HISTORY_H
#define NN_REPORTS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/protocol/message.h"
#include "harness/store/store.h"
#include "reports/comparison.h"

/* With fewer points nothing is said of changes: two segments of the least length. */
#define NN_HISTORY_MIN_POINTS 10

/* A change this near to a decided one is that one. */
#define NN_HISTORY_SAME_WITHIN 2

/* Smaller changes are not looked for: the logarithm of 1.01. */
#define NN_HISTORY_MIN_EFFECT_LOG 0.00995033085316809

/* What a fact is called that labels points, and whose it is by default. */
#define NN_HISTORY_VERSION_FACT "kernel.release"
#define NN_HISTORY_HOST_PREFIX  "host:"

/*
 * What the plan of a campaign set arms and workloads to, as "plan.arm.vm" and the like; false: that
 * is not known. Given by the command, because plans lie beside this folder.
 */
typedef bool (*nn_history_plan_fn)(const struct nn_campaign *campaign, struct nn_pairs *ret_facts);

struct nn_history_options {
	const char *arm;      /* "vm", "vm/native"; NULL: all */
	const char *workload; /* glob, or NULL */
	const char *metric;   /* glob, or NULL */
	const char *machine;  /* the beginning of a fingerprint, or NULL */
	const char *version;  /* name of a fact, "host:" in front for the host's; NULL: default */
	nn_history_plan_fn plan_facts; /* NULL: no settings are known */
};

struct nn_history_campaign {
	int64_t id;
	char *uuid;
	char *name;
	char *started; /* ISO 8601 UTC */
};

struct nn_history_point {
	size_t campaign;     /* index into the history's campaigns */
	const char *version; /* of the arm's boots */
	double log_mean;     /* mean over boots of ln(boot mean); of a ratio over blocks */
	double se_log;       /* NaN: one boot */
	uint64_t nr_boots;   /* of a ratio: pairs */
};

enum nn_change_state {
	NN_CHANGE_NEW,   /* found now, not decided before */
	NN_CHANGE_KNOWN, /* decided before and found again, here or at most two points away */
	NN_CHANGE_LOST,  /* decided before and no longer found */
};

struct nn_history_change {
	size_t index;       /* first point of the new regime; the number of points: beyond all */
	size_t found_index; /* where it is found now; SIZE_MAX: it is not */
	enum nn_change_state state;
	size_t test;       /* its number among the history's tests; SIZE_MAX: not found */
	bool is_stored;    /* decided before, or kept now */
	int64_t campaign;  /* row id of the last campaign before the change */
	char *detector;    /* "e-divisive/1" */
	char *decided;     /* when, ISO 8601 UTC; NULL: now */
	char *settings;    /* that were known when it was decided */
	double p_value;    /* when it was decided */
	double p_adjusted; /* now, by Benjamini–Hochberg over all tests; NaN: not found */
	double effect_log; /* after ÷ before */
	double before;     /* levels, in the series' unit */
	double after;
};

/* Points between changes that are found. */
struct nn_history_regime {
	size_t first;
	size_t nr;
	double log_mean;
};

/* Points at the end that stand apart but are too few to decide on. */
struct nn_history_suspicion {
	size_t index; /* the first of them; 0: there is none */
	double effect_log;
	double p_value; /* two-sided t against the regime before, for the places it may begin at */
};

struct nn_history_series {
	struct nn_series_key key; /* borrowed */
	const char *machine_description;
	bool is_emulated;
	bool is_ratio;
	bool is_told_by_settings; /* another series differs in nothing else */
	enum nn_direction direction;
	struct nn_history_point *points;
	size_t nr, cap;
	size_t nr_left_out; /* campaigns with a value of which there is no log */
	double pooled_se;   /* of a point; NaN: no point has more than one boot */
	double min_effect_log;
	char *parameters;                  /* what the detector went by; NULL: too few points */
	struct nn_history_change *changes; /* by index */
	size_t nr_changes, cap_changes;
	struct nn_history_regime *regimes;
	size_t nr_regimes, cap_regimes;
	struct nn_history_suspicion suspicion;
};

struct nn_history {
	char *version_fact;
	struct nn_history_campaign *campaigns; /* of every state, oldest first */
	size_t nr_campaigns, cap_campaigns;
	size_t nr_finished;               /* that were looked at */
	struct nn_history_series *series; /* by machine, arm, workload, settings, metric */
	size_t nr_series, cap_series;
	size_t nr_tests;         /* that p_adjusted is adjusted for */
	struct nn_strings texts; /* what keys and versions borrow */
};

/** Read the campaigns, find changes and compare them with what was decided. Changes nothing. */
int nn_history_new(struct nn_store *store, const struct nn_history_options *options,
		   struct nn_history **ret_history, struct nn_err *err);
void nn_history_free(struct nn_history *history);
NN_AUTO_DEFINE(history, struct nn_history *, nn_history_free(*p))

/** How many changes are new and not stored yet. */
size_t nn_history_count_unstored(const struct nn_history *history);

/** Store every new change as decided. @store: the same database, open for writing. */
int nn_history_keep(struct nn_history *history, struct nn_store *store, struct nn_err *err);

/* ---- renderers: pure, the same history gives the same bytes ---- */

/** @name: of the database, for the title. Lines are at most 100 columns. */
void nn_history_text(const struct nn_history *history, const char *name, bool use_colour,
		     struct nn_strbuf *out);
/** nearnative.history/1, see schema/nearnative.history.1.schema.json. */
int nn_history_json(const struct nn_history *history, struct nn_strbuf *out, struct nn_err *err);
void nn_history_html(const struct nn_history *history, const char *name, struct nn_strbuf *out);

#endif
