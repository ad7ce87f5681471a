/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boots as a file that the page carries within itself. Private to the HTML report. */
#ifndef NN_REPORTS_HTML_DOWNLOAD_H
#define NN_REPORTS_HTML_DOWNLOAD_H

#include "reports/html/view.h"

/**
 * The section on raw data with a link to a CSV file of the view's boots, one row a boot, which
 * `nearnative analyse` reads. Nothing when there are no boots.
 */
void nn_html_download(struct nn_html *html, const struct nn_html_view *view);

#endif
