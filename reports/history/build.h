/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps by which a history is built, in their order, and words that its renderers share.
 * Private to the history.
 */
#ifndef NN_REPORTS_HISTORY_BUILD_H
#define NN_REPORTS_HISTORY_BUILD_H

#include "reports/history/history.h"

/** The campaigns, and a series with its points for whatever the options ask for. */
int nn_history_read(struct nn_history *history, struct nn_store *store,
		    const struct nn_history_options *options, struct nn_err *err);

/**
 * What a plan set an arm and a workload to, of the caller's: "vm: target=libvirt memory=8GiB;
 * iommu/nvme-read: runs=3". NULL: the plan has no such arm or workload.
 * @base: the arm that @arm is divided by, or NULL.
 */
char *nn_history_settings(const struct nn_pairs *facts, const char *arm, const char *base,
			  const char *workload);

/** Give every series the changes that were decided. */
int nn_history_recall(struct nn_history *history, struct nn_store *store, struct nn_err *err);

/** Changes of every series, beside those that were decided; regimes and suspicions. */
void nn_history_detect(struct nn_history *history);

/* ---- words ---- */

/** What the performance became by a change of @effect_log: 0.97 is 3 % worse. */
double nn_history_performance(const struct nn_history_series *series, double effect_log);

/** Append what a series was set to, "unknown" where that is not known. */
void nn_history_words_settings(struct nn_strbuf *sb, const struct nn_history_series *series);

/** Append "3.4 % worse" or "1.2 % better". */
void nn_history_words_effect(struct nn_strbuf *sb, const struct nn_history_series *series,
			     double effect_log);

/** Append the state: "new, stored", "decided on 2025-11-22 by e-divisive/1, no longer found". */
void nn_history_words_state(struct nn_strbuf *sb, const struct nn_history_series *series,
			    const struct nn_history_change *change);

/** Append "nightly 6b1f7c1e of 2025-11-22" for a point; "the end" beyond the last. */
void nn_history_words_campaign(struct nn_strbuf *sb, const struct nn_history *history,
			       const struct nn_history_series *series, size_t point);

/** Append "6.1.0", or "?" where the point has no version. */
void nn_history_words_version(struct nn_strbuf *sb, const struct nn_history_series *series,
			      size_t point);

/** Append what is suspected and what would decide it; nothing when nothing is. */
void nn_history_words_suspicion(struct nn_strbuf *sb, const struct nn_history *history,
				const struct nn_history_series *series);

/** Append "120 campaigns, 2025-01-02 to 2025-11-22, 10 boots each" and what was left out. */
void nn_history_words_extent(struct nn_strbuf *sb, const struct nn_history *history,
			     const struct nn_history_series *series);

/** Append why no change can be told, or "no change found"; nothing when there are some. */
void nn_history_words_quiet(struct nn_strbuf *sb, const struct nn_history_series *series);

/** Append "42 series over 120 campaigns: 3 changes (1 new), 1 suspicion …". */
void nn_history_words_summary(struct nn_strbuf *sb, const struct nn_history *history);

/** "12.4 MB/s" for a level; the unit of a ratio is left out. */
void nn_history_words_value(struct nn_strbuf *sb, const struct nn_history_series *series,
			    double value);

#endif
