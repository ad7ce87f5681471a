/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claims with their verdicts. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_CLAIMS_H
#define NN_REPORTS_HTML_CLAIMS_H

#include "reports/html/view.h"

/** Every claim, or of very many a count and the worst. */
void nn_html_claims(struct nn_html *html, const struct nn_html_view *view);

#endif
