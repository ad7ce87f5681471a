/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/notes.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/sentences.h"

struct note {
	char *text; /* the list's */
	size_t number;
};

static int compare_notes(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	return strcmp(x->text, y->text);
}

void nn_notes_release(struct nn_notes *notes)
{
	tdestroy(notes->tree, free);
	for (size_t i = 0; i < notes->nr; i++)
		free(notes->texts[i]);
	free(notes->texts);
	*notes = (struct nn_notes){0};
}

size_t nn_notes_number(struct nn_notes *notes, const char *text)
{
	struct note *note = nn_calloc(1, sizeof(*note));
	struct note **found;

	note->text = nn_strdup(text);
	found = tsearch(note, &notes->tree, compare_notes);
	if (!found || *found != note) { /* it is there already, or there is no memory for it */
		size_t number = found ? (*found)->number : 0;

		free(note->text);
		free(note);
		return number;
	}
	*NN_ARRAY_APPEND(notes->texts, notes->nr, notes->cap) = note->text;
	note->number = notes->nr;
	return note->number;
}

static int compare_numbers(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

void nn_notes_add_row(struct nn_notes *notes, const struct nn_report_row *row,
		      const struct nn_strings *shared, struct nn_strbuf *sb)
{
	const struct nn_strings *const lists[] = {&row->reasons, &row->flags};
	NN_AUTO(free)
	size_t *numbers = nn_calloc(row->reasons.nr + row->flags.nr + 1, sizeof(*numbers));
	NN_AUTO(strbuf) struct nn_strbuf guard = NN_STRBUF_INIT;
	size_t nr = 0;

	for (size_t l = 0; l < NN_ARRAY_SIZE(lists); l++) {
		for (size_t i = 0; i < lists[l]->nr; i++) {
			if (!nn_strings_have(shared, lists[l]->items[i]))
				numbers[nr++] = nn_notes_number(notes, lists[l]->items[i]);
		}
	}
	if (nn_sentence_guard(&guard, row))
		numbers[nr++] = nn_notes_number(notes, nn_strbuf_str(&guard));
	qsort(numbers, nr, sizeof(*numbers), compare_numbers);
	for (size_t i = 0; i < nr; i++)
		nn_strbuf_addf(sb, "%c%zu", i ? ',' : '[', numbers[i]);
	if (nr)
		nn_strbuf_addc(sb, ']');
}
