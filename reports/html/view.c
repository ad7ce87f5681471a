/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/view.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/html/notes.h"
#include "reports/words.h"

enum { TIER_NONE = 4, TIER_NO_RATIO };

/* How much a verdict matters. */
static unsigned int tier(const char *verdict)
{
	static const struct {
		const char *verdict;
		unsigned int tier;
	} tiers[] = {
		{"REFUTED", 0}, {"REGRESSION", 0},    {"INCONCLUSIVE", 1},
		{"PROVEN", 3},  {"NO REGRESSION", 3},
	};

	if (!verdict)
		return TIER_NONE;
	for (size_t i = 0; i < NN_ARRAY_SIZE(tiers); i++) {
		if (strcmp(tiers[i].verdict, verdict) == 0)
			return tiers[i].tier;
	}
	return 2;
}

/* What rows and claims are sorted by, small first. */
struct key {
	size_t index;
	unsigned int tier;
	double distance; /* of the claim's lower bound from its margin, as a logarithm */
	double performance;
};

static struct key row_key(const struct nn_comparison *c, size_t i)
{
	const struct nn_report_row *row = &c->rows[i];
	struct key key = {.index = i, .tier = tier(row->verdict)};
	double distance = log(row->performance_lower95 / row->margin);

	if (!row->verdict && !isfinite(row->performance_ratio))
		key.tier = TIER_NO_RATIO;
	key.distance = isfinite(distance) ? distance : INFINITY;
	key.performance = isfinite(row->performance_ratio) ? row->performance_ratio : INFINITY;
	return key;
}

static int by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->tier != y->tier)
		return x->tier < y->tier ? -1 : 1;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->performance != y->performance)
		return x->performance < y->performance ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static struct key claim_key(const struct nn_report_claim *claim, size_t i)
{
	double distance = log(claim->lower95 / claim->margin);

	return (struct key){.index = i,
			    .tier = tier(claim->verdict),
			    .distance = isfinite(distance) ? distance : INFINITY};
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_arms(const struct nn_report_row *a, const struct nn_report_row *b)
{
	return is_same_text(a->base_arm, b->base_arm) && is_same_text(a->arm, b->arm);
}

bool nn_html_is_same_pairing(const struct nn_report_row *a, const struct nn_report_row *b)
{
	return a && b && is_same_text(a->campaign, b->campaign) && is_same_arms(a, b);
}

bool nn_html_is_same_workload(const struct nn_report_row *a, const struct nn_report_row *b)
{
	return nn_html_is_same_pairing(a, b) && is_same_text(a->workload, b->workload);
}

/* A group is as early as its most important row; groups of groups likewise. */
struct order {
	size_t campaign;
	size_t pairing;
	size_t workload;
};

static struct order find_order(const struct nn_html_view *view, size_t place)
{
	const struct nn_report_row *row = nn_html_view_row(view, place);
	struct order order = {SIZE_MAX, SIZE_MAX, SIZE_MAX};

	/* places are still in the order of rank: the first hit is the most important one */
	for (size_t i = view->nr; i-- > 0;) {
		const struct nn_report_row *other = nn_html_view_row(view, i);

		if (is_same_text(row->campaign, other->campaign))
			order.campaign = i;
		if (nn_html_is_same_pairing(row, other))
			order.pairing = i;
		if (nn_html_is_same_workload(row, other))
			order.workload = i;
	}
	return order;
}

struct ordered {
	struct nn_html_place place;
	struct order order;
	const char *metric; /* of a row without a verdict, else NULL */
};

/* What is judged comes first and worst first; the rest is looked up by name. */
static int by_metric(const struct ordered *x, const struct ordered *y)
{
	if (x->metric && y->metric)
		return nn_words_compare(x->metric, y->metric);
	return (x->metric != NULL) - (y->metric != NULL);
}

static int by_order(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	if (x->order.campaign != y->order.campaign)
		return x->order.campaign < y->order.campaign ? -1 : 1;
	if (x->order.pairing != y->order.pairing)
		return x->order.pairing < y->order.pairing ? -1 : 1;
	if (x->order.workload != y->order.workload)
		return x->order.workload < y->order.workload ? -1 : 1;
	if (by_metric(x, y) != 0)
		return by_metric(x, y);
	return (x->place.rank > y->place.rank) - (x->place.rank < y->place.rank);
}

static void group(struct nn_html_view *view)
{
	NN_AUTO(free) struct ordered *items = nn_calloc(view->nr + 1, sizeof(*items));

	for (size_t i = 0; i < view->nr; i++) {
		const struct nn_report_row *row = nn_html_view_row(view, i);

		items[i] = (struct ordered){.place = view->places[i],
					    .order = find_order(view, i),
					    .metric = row->verdict ? NULL : row->metric};
	}
	qsort(items, view->nr, sizeof(*items), by_order);
	for (size_t i = 0; i < view->nr; i++)
		view->places[i] = items[i].place;
}

static void choose_rows(struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;
	NN_AUTO(free) struct key *keys = nn_calloc(c->nr_rows + 1, sizeof(*keys));

	for (size_t i = 0; i < c->nr_rows; i++)
		keys[i] = row_key(c, i);
	qsort(keys, c->nr_rows, sizeof(*keys), by_key);
	view->nr = c->nr_rows < NN_HTML_ROWS ? c->nr_rows : NN_HTML_ROWS;
	view->nr_detailed = view->nr < NN_HTML_SECTIONS ? view->nr : NN_HTML_SECTIONS;
	view->places = nn_calloc(view->nr + 1, sizeof(*view->places));
	for (size_t i = 0; i < view->nr; i++)
		view->places[i] = (struct nn_html_place){
			.row = keys[i].index, .rank = i, .is_detailed = i < view->nr_detailed};
	group(view);
}

/* A few claims stay in the order of the plan. */
static void choose_claims(struct nn_html_view *view)
{
	const struct nn_comparison *c = view->c;
	NN_AUTO(free) struct key *keys = nn_calloc(c->nr_claims + 1, sizeof(*keys));

	for (size_t i = 0; i < c->nr_claims; i++)
		keys[i] = claim_key(&c->claims[i], i);
	if (c->nr_claims > NN_HTML_CLAIMS)
		qsort(keys, c->nr_claims, sizeof(*keys), by_key);
	view->nr_claims = c->nr_claims < NN_HTML_CLAIMS ? c->nr_claims : NN_HTML_CLAIMS;
	view->claims = nn_calloc(view->nr_claims + 1, sizeof(*view->claims));
	for (size_t i = 0; i < view->nr_claims; i++)
		view->claims[i] = keys[i].index;
}

void nn_html_view_init(struct nn_html_view *view, const struct nn_comparison *comparison)
{
	*view = (struct nn_html_view){.c = comparison};
	choose_rows(view);
	choose_claims(view);
	for (size_t i = 1; i < view->nr; i++)
		view->has_pairings = view->has_pairings || !is_same_arms(nn_html_view_row(view, 0),
									 nn_html_view_row(view, i));
	nn_html_note_all(view);
}

void nn_html_view_release(struct nn_html_view *view)
{
	free(view->places);
	free(view->claims);
	nn_strings_release(&view->notes);
	*view = (struct nn_html_view){0};
}

const struct nn_report_row *nn_html_view_row(const struct nn_html_view *view, size_t place)
{
	return place < view->nr ? &view->c->rows[view->places[place].row] : NULL;
}

char *nn_html_pairing_name(const struct nn_report_row *row)
{
	if (!row->arm)
		return nn_asprintf("%s alone", row->base_arm);
	return nn_asprintf("%s against %s", row->arm, row->base_arm);
}

char *nn_html_block(const struct nn_comparison *comparison, uint64_t block)
{
	bool is_stored = comparison->source != NN_SOURCE_FILE;

	return nn_asprintf("%" PRIu64, block + is_stored);
}

char *nn_html_row_link(const struct nn_html_view *view, size_t row)
{
	for (size_t i = 0; i < view->nr; i++) {
		if (view->places[i].row == row && view->places[i].is_detailed)
			return nn_asprintf("#r%zu", row);
	}
	return NULL;
}
