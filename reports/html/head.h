/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head of the page: what it may load, which is nothing. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_HEAD_H
#define NN_REPORTS_HTML_HEAD_H

#include "reports/html/writer.h"

/** The head element with the style sheet and a policy that allows that very sheet and no more. */
void nn_html_head(struct nn_html *html, const char *title);

#endif
