/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rows the page shows and in what order: those that matter most come first, and a file of
 * ten thousand campaigns still gives a page that a browser opens at once. Borrowed from the
 * comparison, which must outlive it. Private to the HTML report.
 */
#ifndef NN_REPORTS_HTML_VIEW_H
#define NN_REPORTS_HTML_VIEW_H

#include "reports/comparison.h"
#include "reports/html/writer.h"

/* The most rows that the plot and tables show, and the most that have a section with charts. */
#define NN_HTML_ROWS     120
#define NN_HTML_SECTIONS 40
/* More claims than this are counted, and the worst are shown. */
#define NN_HTML_CLAIMS 20

struct nn_html_place {
	size_t row;       /* index into the comparison's rows */
	size_t rank;      /* 0: matters most, then 1 … */
	bool is_detailed; /* has a section of its own */
};

struct nn_html_view {
	const struct nn_comparison *c;
	struct nn_html_place *places; /* grouped by campaign, pair of arms and workload */
	size_t nr;
	size_t nr_detailed;
	bool has_pairings; /* rows of several pairs of arms */
	size_t *claims;    /* those that are shown, all or the worst */
	size_t nr_claims;
	struct nn_strings notes; /* reasons of the shown claims and rows, each once */
};

/** The worst rows by verdict and by distance from their claim. */
void nn_html_view_init(struct nn_html_view *view, const struct nn_comparison *comparison);
void nn_html_view_release(struct nn_html_view *view);
NN_AUTO_DEFINE(html_view, struct nn_html_view, nn_html_view_release(p))

/** The row at @place of the view; NULL beyond either end (SIZE_MAX is before the first). */
const struct nn_report_row *nn_html_view_row(const struct nn_html_view *view, size_t place);

/** Do both rows belong to one campaign and compare the same two arms? Either may be NULL. */
bool nn_html_is_same_pairing(const struct nn_report_row *a, const struct nn_report_row *b);
/** That, and of one workload? */
bool nn_html_is_same_workload(const struct nn_report_row *a, const struct nn_report_row *b);

/** "vm against native". Caller frees. */
char *nn_html_pairing_name(const struct nn_report_row *row);

/** A block's number as people count: stored ones begin at 0, a file's are its own. Caller frees. */
char *nn_html_block(const struct nn_comparison *comparison, uint64_t block);

/** The fragment "#r7" of the row's section, for links; NULL when it has none. Caller frees. */
char *nn_html_row_link(const struct nn_html_view *view, size_t row);

#endif
