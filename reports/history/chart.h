/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chart of a series over campaigns, and figures that it shares with the page around it. Private
 * to the history. */
#ifndef NN_REPORTS_HISTORY_CHART_H
#define NN_REPORTS_HISTORY_CHART_H

#include "reports/history/history.h"
#include "reports/html/writer.h"

/** Points with 95 % intervals, changes and the means between them; nothing without points. */
void nn_history_chart(struct nn_html *html, const struct nn_history *history,
		      const struct nn_history_series *series);

/** The mean of @point for @side 0, its 95 % interval for −1 and 1; of one boot all are the mean. */
double nn_history_level(const struct nn_history_point *point, double side);

/** "6.1.0 → 6.2.0", the versions on both sides of point @index; the caller's. */
char *nn_history_change_name(const struct nn_history_series *series, size_t index);

/** The unit, or "ratio". */
const char *nn_history_unit(const struct nn_history_series *series);

#endif
