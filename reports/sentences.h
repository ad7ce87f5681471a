/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sentences about rows and claims, the same in every report that people read. Each function appends
 * to @sb and says whether it had anything to say; nothing is appended otherwise. "Not significant"
 * is never worded as "same".
 */
#ifndef NN_REPORTS_SENTENCES_H
#define NN_REPORTS_SENTENCES_H

#include "harness/base/strbuf.h"
#include "reports/comparison.h"

/** "compute/bandwidth copy". */
void nn_sentence_row_name(struct nn_strbuf *sb, const struct nn_report_row *row);

/**
 * What the data say of the difference between the arms: "0.65 % worse (p = 0.0003), yet equivalent
 * within ±0.8 %", or "no significant difference (p = 0.41); up to 0.9 % cannot be excluded (90 %
 * interval, as for equivalence)", which is narrower than the 95 % interval that stands beside it.
 * The p-value is the adjusted one where there is one. Silent about lone rows and without a p-value.
 */
bool nn_sentence_difference(struct nn_strbuf *sb, const struct nn_report_row *row);

/** "A/A on this machine: 0.998–1.004 (10 boots, 2025-11-20)". */
bool nn_sentence_aa(struct nn_strbuf *sb, const struct nn_report_row *row);

/**
 * Boot-mode guard: "0 of 10 vm boots below the margin: at most 26 % of boots can be that slow".
 * Silent without a margin.
 * Source: reference statistics, §2.5.
 */
bool nn_sentence_guard(struct nn_strbuf *sb, const struct nn_report_row *row);
/** The same for the margin of a claim, which need not be the strictest about @row. */
bool nn_sentence_margin_guard(struct nn_strbuf *sb, const struct nn_report_row *row, double margin);

/** "24.1 of 31.5 GB/s, 77 % of the ceiling (PCIe 16 GT/s x16, MPS 256)". */
bool nn_sentence_ceiling(struct nn_strbuf *sb, const struct nn_report_row *row);

/** All of these but the guard, and the minimum detectable effect, behind one another. */
bool nn_sentence_row(struct nn_strbuf *sb, const struct nn_report_row *row);

/**
 * "rests on compute/bandwidth d2h, the worst of 3 rows: performance ratio 0.991–0.996 (one-sided
 * 95 % bounds), margin 0.97".
 */
bool nn_sentence_claim(struct nn_strbuf *sb, const struct nn_comparison *comparison,
		       const struct nn_report_claim *claim);

/** "vm against native, all 12 workload metrics together: performance ratio 0.941 (0.930–0.953)". */
bool nn_sentence_aggregate(struct nn_strbuf *sb, const struct nn_report_aggregate *aggregate);

/** "9512 PROVEN, 12 REFUTED, 476 INCONCLUSIVE, 3 without a verdict" of @verdicts, NULLs included.
 */
bool nn_sentence_verdicts(struct nn_strbuf *sb, const char *const *verdicts, size_t nr_verdicts);

#endif
