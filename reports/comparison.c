/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include "harness/base/array.h"
#include "reports/build.h"

void nn_strings_release(struct nn_strings *strings)
{
	for (size_t i = 0; i < strings->nr; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct nn_strings){0};
}

bool nn_strings_have(const struct nn_strings *strings, const char *s)
{
	for (size_t i = 0; i < strings->nr; i++) {
		if (strcmp(strings->items[i], s) == 0)
			return true;
	}
	return false;
}

void nn_strings_add(struct nn_strings *strings, char *take_s)
{
	if (nn_strings_have(strings, take_s)) {
		free(take_s);
		return;
	}
	*NN_ARRAY_APPEND(strings->items, strings->nr, strings->cap) = take_s;
}

const struct nn_report_arm *nn_comparison_arm(const struct nn_comparison *comparison,
					      const char *name)
{
	for (size_t i = 0; i < comparison->nr_arms; i++) {
		if (strcmp(comparison->arms[i].name, name) == 0)
			return &comparison->arms[i];
	}
	return NULL;
}

bool nn_report_row_is_alike(const struct nn_report_row *a, const struct nn_report_row *b)
{
	if (!a->arm || !b->arm)
		return !a->arm && !b->arm && strcmp(a->base_arm, b->base_arm) == 0;
	return strcmp(a->base_arm, b->base_arm) == 0 && strcmp(a->arm, b->arm) == 0;
}

bool nn_comparison_is_first(const struct nn_comparison *comparison, size_t i)
{
	for (size_t before = 0; before < i; before++) {
		if (nn_report_row_is_alike(&comparison->rows[before], &comparison->rows[i]))
			return false;
	}
	return true;
}

static bool all_give(const struct nn_comparison *comparison, const struct nn_report_row *first,
		     const char *reason)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const struct nn_report_row *row = &comparison->rows[i];

		if (nn_report_row_is_alike(row, first) && !nn_strings_have(&row->reasons, reason))
			return false;
	}
	return true;
}

void nn_comparison_shared_reasons(const struct nn_comparison *comparison,
				  const struct nn_report_row *first, struct nn_strings *ret_reasons)
{
	size_t nr_alike = 0;

	for (size_t i = 0; i < comparison->nr_rows; i++)
		nr_alike += nn_report_row_is_alike(&comparison->rows[i], first);
	for (size_t i = 0; nr_alike > 1 && i < first->reasons.nr; i++) {
		const char *reason = first->reasons.items[i];

		if (all_give(comparison, first, reason))
			nn_strings_add(ret_reasons, nn_strdup(reason));
	}
}

int nn_comparison_new(struct nn_store *store, const char *campaign,
		      struct nn_comparison **ret_comparison, struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign found = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_build build = {.store = store};
	int rc = nn_store_campaign_find(store, campaign, &found, err);

	if (rc)
		return rc;
	comparison = nn_calloc(1, sizeof(*comparison));
	build.campaign = found.id;
	build.out = comparison;
	rc = nn_build_gather(&build, err);
	if (!rc)
		rc = nn_build_validity(&build, err);
	if (!rc) {
		nn_build_remarks(&build);
		rc = nn_build_rows(&build, err);
	}
	if (!rc)
		nn_build_claims(comparison);
	nn_build_release(&build);
	if (rc)
		return nn_err_prefix(err, "report on campaign '%s'", found.name);
	*ret_comparison = NN_STEAL(comparison);
	return 0;
}

static void release_arm(struct nn_report_arm *arm)
{
	free(arm->name);
	free(arm->target);
	nn_pairs_release(&arm->facts);
}

static void release_row(struct nn_report_row *row)
{
	free(row->workload);
	free(row->metric);
	free(row->unit);
	free(row->base_arm);
	free(row->arm);
	free(row->verdict);
	nn_strings_release(&row->reasons);
}

static void release_claim(struct nn_report_claim *claim)
{
	free(claim->text);
	free(claim->arm);
	free(claim->base);
	free(claim->workload);
	free(claim->metric);
	free(claim->verdict);
	nn_strings_release(&claim->reasons);
}

static void release_event(struct nn_report_event *event)
{
	free(event->arm);
	free(event->block);
	free(event->severity);
	free(event->kind);
	free(event->message);
}

static void release_skip(struct nn_report_skip *skip)
{
	free(skip->arm);
	free(skip->workload);
	free(skip->outcome);
	free(skip->reason);
}

void nn_comparison_free(struct nn_comparison *comparison)
{
	if (!comparison)
		return;
	for (size_t i = 0; i < NN_SUMMARY_NR_COLUMNS; i++)
		free(comparison->summary[i]);
	for (size_t i = 0; i < comparison->nr_arms; i++)
		release_arm(&comparison->arms[i]);
	for (size_t i = 0; i < comparison->nr_rows; i++)
		release_row(&comparison->rows[i]);
	for (size_t i = 0; i < comparison->nr_claims; i++)
		release_claim(&comparison->claims[i]);
	for (size_t i = 0; i < comparison->nr_events; i++)
		release_event(&comparison->events[i]);
	for (size_t i = 0; i < comparison->nr_skips; i++)
		release_skip(&comparison->skips[i]);
	free(comparison->banner);
	free(comparison->arms);
	free(comparison->rows);
	free(comparison->claims);
	free(comparison->events);
	free(comparison->skips);
	nn_strings_release(&comparison->remarks);
	free(comparison);
}
