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

void nn_strings_add(struct nn_strings *strings, char *take_s)
{
	for (size_t i = 0; i < strings->nr; i++) {
		if (strcmp(strings->items[i], take_s) == 0) {
			free(take_s);
			return;
		}
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
	if (!rc)
		rc = nn_build_rows(&build, err);
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
