/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Figures as the page shows them: with the digits that their interval supports and no more. Texts
 * are returned whole, so that nn_html_value(x, h).text may stand among the arguments of a call.
 * Private to the HTML report.
 */
#ifndef NN_REPORTS_HTML_NUMBER_H
#define NN_REPORTS_HTML_NUMBER_H

#include <stdint.h>

#include "reports/comparison.h"

struct nn_html_figure {
	char text[96];
};

/** @value so that @half_width of its interval has two digits; unknown: four significant digits. */
struct nn_html_figure nn_html_value(double value, double half_width);

/** "0.961–0.985"; an en dash when a bound is unknown. */
struct nn_html_figure nn_html_range(const double bounds[2]);

/** @ratio in per cent, "97.3 %", by the precision of @bounds. */
struct nn_html_figure nn_html_share(double ratio, const double bounds[2]);

/** "96.1 to 98.5 %", for running text. */
struct nn_html_figure nn_html_share_range(const double bounds[2]);

/** A plain share with two significant digits: "0.33 %". */
struct nn_html_figure nn_html_part(double share);

/** A number that stands in per cent already: "1.3 %". */
struct nn_html_figure nn_html_pct(double pct);

/** Up to four digits and no zeros behind them: "0", "0.01", "21180". */
struct nn_html_figure nn_html_short(double value);

/** "0.012", "< 0.0001". */
struct nn_html_figure nn_html_p_value(double p);

struct nn_html_figure nn_html_count(uint64_t count);

/** Half of the distance between the bounds; NaN when one is unknown. */
double nn_html_half_width(const double bounds[2]);

/** About the half width of the 95 % interval of one arm's value, of @nr boots that vary by @sd_log.
 */
double nn_html_value_half_width(double value, double sd_log, size_t nr);

#endif
