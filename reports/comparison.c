/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "reports/build.h"
#include "reports/row.h"

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
	if (strcmp(a->campaign, b->campaign) != 0)
		return false;
	if (!a->arm || !b->arm)
		return !a->arm && !b->arm && strcmp(a->base_arm, b->base_arm) == 0;
	return strcmp(a->base_arm, b->base_arm) == 0 && strcmp(a->arm, b->arm) == 0;
}

static int want_arm(const struct nn_comparison *comparison, const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	if (nn_comparison_arm(comparison, name))
		return 0;
	for (size_t i = 0; i < comparison->nr_arms; i++)
		nn_strbuf_addf(&known, "%s'%s'", i ? ", " : "", comparison->arms[i].name);
	return nn_err_set(err, -EINVAL, "the campaign has no arm '%s', its arms are %s", name,
			  known.len ? nn_strbuf_str(&known) : "none");
}

/* A plan's claims name arms of the plan; those of a command line may have a slip of the pen. */
static int check_late_claims(const struct nn_comparison *comparison,
			     const struct nn_claim_requests *requests, struct nn_err *err)
{
	for (size_t i = 0; requests && i < requests->nr; i++) {
		int rc = want_arm(comparison, requests->items[i].arm, err);

		if (!rc)
			rc = want_arm(comparison, requests->items[i].base, err);
		if (rc)
			return nn_err_prefix(err, "claim '%s'", requests->items[i].text);
	}
	return 0;
}

static void add_late_claims(struct nn_comparison *comparison,
			    const struct nn_claim_requests *requests)
{
	for (size_t i = 0; requests && i < requests->nr; i++) {
		struct nn_report_claim *claim = nn_comparison_add_claim(
			comparison, comparison->summary[NN_SUMMARY_UUID], &requests->items[i]);

		claim->is_late = true;
	}
	if (requests && requests->nr)
		nn_strings_add(&comparison->remarks,
			       nn_strdup("claims were given after the data: they are not in the "
					 "plan that was stored before the first boot"));
}

static int build_rows(struct nn_build *build, struct nn_err *err)
{
	int rc = nn_build_rows(build, err);

	if (!rc)
		rc = nn_build_aa(build, err);
	if (!rc)
		rc = nn_build_telemetry(build, err);
	if (rc)
		return rc;
	nn_build_claims(build->out);
	nn_build_aggregates(build->out);
	return 0;
}

struct nn_report_claim *nn_comparison_add_claim(struct nn_comparison *comparison,
						const char *campaign,
						const struct nn_claim_request *request)
{
	struct nn_report_claim *claim =
		NN_ARRAY_APPEND(comparison->claims, comparison->nr_claims, comparison->cap_claims);

	claim->campaign = nn_strdup(campaign);
	claim->text = nn_strdup(request->text);
	claim->arm = nn_strdup(request->arm);
	claim->base = nn_strdup(request->base);
	claim->workload = nn_strdup(request->workload);
	claim->metric = nn_strdup(request->metric);
	claim->margin = request->margin;
	return claim;
}

int nn_comparison_new(struct nn_store *store, const char *campaign,
		      const struct nn_claim_requests *late_claims,
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
		rc = check_late_claims(comparison, late_claims, err);
	if (!rc)
		rc = nn_build_validity(&build, err);
	if (!rc) {
		comparison->nr_campaigns = 1;
		add_late_claims(comparison, late_claims);
		nn_build_verify_claims(comparison);
		nn_build_remarks(&build);
		rc = build_rows(&build, err);
	}
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

static void release_claim(struct nn_report_claim *claim)
{
	free(claim->campaign);
	for (size_t i = 0; i < claim->nr_checks; i++) {
		free(claim->checks[i].verdict);
		nn_strings_release(&claim->checks[i].reasons);
	}
	free(claim->checks);
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

static void release_aggregate(struct nn_report_aggregate *aggregate)
{
	free(aggregate->campaign);
	free(aggregate->base_arm);
	free(aggregate->arm);
}

static void release_telemetry(struct nn_report_telemetry *telemetry)
{
	free(telemetry->arm);
	free(telemetry->name);
	free(telemetry->unit);
	free(telemetry->elapsed_s);
	free(telemetry->values);
}

static void release_span(struct nn_report_span *span)
{
	free(span->arm);
	free(span->workload);
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
		nn_row_release(&comparison->rows[i]);
	for (size_t i = 0; i < comparison->nr_claims; i++)
		release_claim(&comparison->claims[i]);
	for (size_t i = 0; i < comparison->nr_events; i++)
		release_event(&comparison->events[i]);
	for (size_t i = 0; i < comparison->nr_skips; i++)
		release_skip(&comparison->skips[i]);
	for (size_t i = 0; i < comparison->nr_aggregates; i++)
		release_aggregate(&comparison->aggregates[i]);
	for (size_t i = 0; i < comparison->nr_telemetry; i++)
		release_telemetry(&comparison->telemetry[i]);
	for (size_t i = 0; i < comparison->nr_spans; i++)
		release_span(&comparison->spans[i]);
	free(comparison->aggregates);
	free(comparison->telemetry);
	free(comparison->spans);
	free(comparison->title);
	free(comparison->banner);
	free(comparison->arms);
	free(comparison->rows);
	free(comparison->claims);
	free(comparison->events);
	free(comparison->skips);
	nn_strings_release(&comparison->remarks);
	free(comparison);
}
