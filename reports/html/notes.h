/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why there is no verdict, or none that counts: reasons are long and many rows share them, so that
 * they stand once, below the plot, and are referred to by number. Private to the HTML report.
 */
#ifndef NN_REPORTS_HTML_NOTES_H
#define NN_REPORTS_HTML_NOTES_H

#include "reports/html/view.h"

/** Note the reasons of the view's claims and rows; a part of nn_html_view_init(). */
void nn_html_note_all(struct nn_html_view *view);

/** Does a note say @reason of a claim, so that the claim itself need not? */
bool nn_html_is_noted(const struct nn_html_view *view, const char *reason);

/** A small number that leads to the note which says @reason; nothing when no note does. */
void nn_html_note_link(struct nn_html *html, const struct nn_html_view *view, const char *reason);

/** The notes themselves. */
void nn_html_notes(struct nn_html *html, const struct nn_html_view *view);

#endif
