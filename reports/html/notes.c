/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/notes.h"

#include "harness/base/array.h"

/* A longer reason of a claim, or one that several claims give, stands among the notes only. */
#define SHORT_REASON 120

bool nn_html_is_noted(const struct nn_html_view *view, const char *reason)
{
	size_t nr = 0;

	for (size_t i = 0; i < view->nr_claims; i++)
		nr += nn_strings_have(&view->c->claims[view->claims[i]].reasons, reason);
	return nr > 1 || strlen(reason) > SHORT_REASON;
}

static void note_claim(struct nn_html_view *view, const struct nn_strings *reasons)
{
	for (size_t i = 0; i < reasons->nr; i++) {
		if (nn_html_is_noted(view, reasons->items[i]))
			nn_strings_add(&view->notes, nn_strdup(reasons->items[i]));
	}
}

static void note_row(struct nn_html_view *view, const struct nn_strings *reasons)
{
	for (size_t i = 0; i < reasons->nr; i++)
		nn_strings_add(&view->notes, nn_strdup(reasons->items[i]));
}

void nn_html_note_link(struct nn_html *html, const struct nn_html_view *view, const char *reason)
{
	for (size_t i = 0; i < view->notes.nr; i++) {
		NN_AUTO(free) char *link = nn_asprintf("#n%zu", i + 1);
		NN_AUTO(free) char *text = nn_asprintf("%zu", i + 1);
		NN_AUTO(free) char *label = nn_asprintf("note %zu", i + 1);

		if (strcmp(view->notes.items[i], reason) == 0)
			nn_html_element(html, "a", text, "href", link, "class", "note",
					"aria-label", label, NULL);
	}
}

void nn_html_notes(struct nn_html *html, const struct nn_html_view *view)
{
	if (!view->notes.nr)
		return;
	nn_html_open(html, "ol", "class", "notes", NULL);
	for (size_t i = 0; i < view->notes.nr; i++) {
		NN_AUTO(free) char *id = nn_asprintf("n%zu", i + 1);

		nn_html_element(html, "li", view->notes.items[i], "id", id, NULL);
	}
	nn_html_close(html, "ol");
}

void nn_html_note_all(struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;

	for (size_t i = 0; i < view->nr_claims; i++)
		note_claim(view, &c->claims[view->claims[i]].reasons);
	for (size_t i = 0; i < view->nr; i++)
		note_row(view, &nn_html_view_row(view, i)->reasons);
}
