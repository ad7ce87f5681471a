/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"

static uint64_t column_u64(const char *text)
{
	uint64_t value = 0;

	if (text)
		(void)nn_parse_u64(text, &value, NULL); /* the store's own number; else absent: 0 */
	return value;
}

static bool column_bool(const char *text)
{
	return text && strcmp(text, "1") == 0;
}

static double seconds(const char *ns_text)
{
	return (double)column_u64(ns_text) / (double)NN_NS_PER_S;
}

static int take_summary(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_comparison *out = user;

	if (nr_columns != NN_SUMMARY_NR_COLUMNS)
		return nn_err_set(err, -EPROTO, "summary: %d columns, expected %d", nr_columns,
				  NN_SUMMARY_NR_COLUMNS);
	for (int i = 0; i < nr_columns; i++)
		out->summary[i] = nn_strdup(columns[i]);
	out->is_emulated = column_bool(columns[NN_SUMMARY_IS_EMULATED]);
	out->is_aa = column_bool(columns[NN_SUMMARY_IS_AA]);
	out->allow_emulated = column_bool(columns[NN_SUMMARY_ALLOW_EMULATED]);
	out->boot_s = seconds(columns[NN_SUMMARY_BOOT_NS]);
	out->workloads_s = seconds(columns[NN_SUMMARY_WORKLOADS_NS]);
	out->own_s = seconds(columns[NN_SUMMARY_OWN_NS]);
	return 0;
}

static int take_arm(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_arm *arm = NN_ARRAY_APPEND(out->arms, out->nr_arms, out->cap_arms);

	(void)nr_columns;
	(void)err;
	arm->name = nn_strdup(columns[0]);
	arm->target = nn_strdup(columns[1]);
	arm->nr_boots = column_u64(columns[2]);
	arm->nr_failed_boots = column_u64(columns[3]);
	arm->nr_sessions = column_u64(columns[4]);
	return 0;
}

static struct nn_report_arm *find_arm(struct nn_comparison *out, const char *name)
{
	for (size_t i = 0; name && i < out->nr_arms; i++) {
		if (strcmp(out->arms[i].name, name) == 0)
			return &out->arms[i];
	}
	return NULL;
}

/* Boots of an arm that disagree on a fact give it all their values. */
static void merge_fact(struct nn_pairs *facts, const char *name, const char *value)
{
	for (size_t i = 0; i < facts->nr; i++) {
		struct nn_pair *fact = &facts->items[i];

		if (strcmp(fact->name, name) == 0) {
			char *joined = nn_asprintf("%s | %s", fact->value, value);

			free(fact->value);
			fact->value = joined;
			return;
		}
	}
	nn_pairs_add(facts, name, value);
}

static int take_fact(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_report_arm *arm = find_arm(user, columns[0]);
	bool is_host = columns[1] && strcmp(columns[1], "host") == 0;
	NN_AUTO(free) char *name = nn_asprintf("%s%s", is_host ? "host." : "", columns[2]);

	(void)nr_columns;
	(void)err;
	if (arm)
		merge_fact(&arm->facts, name, columns[3] ? columns[3] : "");
	return 0;
}

static int take_event(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_event *event =
		NN_ARRAY_APPEND(out->events, out->nr_events, out->cap_events);

	(void)nr_columns;
	(void)err;
	event->arm = nn_strdup(columns[0]);
	event->block = nn_strdup(columns[1]);
	event->severity = nn_strdup(columns[2]);
	event->kind = nn_strdup(columns[3]);
	event->message = nn_strdup(columns[4]);
	event->count = column_u64(columns[5]);
	return 0;
}

static int take_skip(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_skip *skip = NN_ARRAY_APPEND(out->skips, out->nr_skips, out->cap_skips);

	(void)nr_columns;
	(void)err;
	skip->arm = nn_strdup(columns[0]);
	skip->workload = nn_strdup(columns[1]);
	skip->outcome = nn_strdup(columns[2]);
	skip->reason = nn_strdup(columns[3]);
	skip->count = column_u64(columns[4]);
	return 0;
}

static int take_claim(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_comparison *out = user;
	struct nn_report_claim *claim =
		NN_ARRAY_APPEND(out->claims, out->nr_claims, out->cap_claims);

	(void)nr_columns;
	claim->campaign = nn_strdup(out->summary[NN_SUMMARY_UUID]);
	claim->text = nn_strdup(columns[0]);
	claim->arm = nn_strdup(columns[1]);
	claim->base = nn_strdup(columns[2]);
	claim->workload = nn_strdup(columns[3]);
	claim->metric = nn_strdup(columns[4] ? columns[4] : "*");
	return nn_parse_double(columns[5] ? columns[5] : "", &claim->margin, err);
}

int nn_build_gather(struct nn_build *build, struct nn_err *err)
{
	int (*const steps[])(struct nn_store *, int64_t, nn_row_fn, void *, struct nn_err *) = {
		nn_store_summary,    nn_store_each_arm,    nn_store_each_fact,
		nn_store_each_event, nn_store_each_not_ok, nn_store_each_claim,
	};
	const nn_row_fn takers[] = {
		take_summary, take_arm, take_fact, take_event, take_skip, take_claim,
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(steps); i++) {
		int rc = steps[i](build->store, build->campaign, takers[i], build->out, err);

		if (rc)
			return rc;
	}
	return 0;
}
