/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What surrounds the figures: arms, facts, events, skips, time. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_ENVIRONMENT_H
#define NN_REPORTS_HTML_ENVIRONMENT_H

#include "reports/comparison.h"
#include "reports/html/writer.h"

/** Arms and their facts: those that differ first, the common ones folded away. */
void nn_html_environment(struct nn_html *html, const struct nn_comparison *comparison);

/** Runs that gave no figures; nothing when there are none. */
void nn_html_skips(struct nn_html *html, const struct nn_comparison *comparison);

/** Events, errors first. */
void nn_html_events(struct nn_html *html, const struct nn_comparison *comparison);

/** Where the time of a stored campaign went; nothing for others. */
void nn_html_time(struct nn_html *html, const struct nn_comparison *comparison);

#endif
