/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <jansson.h>

#include "harness/base/json.h"
#include "reports/json-members.h"
#include "reports/json-row.h"
#include "reports/view.h"

#define SCHEMA "nearnative.report/1"

/*
 * The keys are a contract with other programs, told in schema/nearnative.report.1.schema.json: add,
 * never rename. Absent is null. Rows and claims are written one by one, for a file of campaigns may
 * have ten thousands of them.
 */

static json_t *campaign_json(const struct nn_comparison *c)
{
	static const struct {
		const char *key;
		enum nn_summary_column column;
	} texts[] = {
		{"uuid", NN_SUMMARY_UUID},
		{"name", NN_SUMMARY_NAME},
		{"state", NN_SUMMARY_STATE},
		{"started", NN_SUMMARY_STARTED},
		{"finished", NN_SUMMARY_FINISHED},
		{"plan_hash", NN_SUMMARY_PLAN_HASH},
		{"base_arm", NN_SUMMARY_BASE_ARM},
		{"build", NN_SUMMARY_BUILD_ID},
		{"device", NN_SUMMARY_DEVICE},
		{"driver_before", NN_SUMMARY_DRIVER_BEFORE},
		{"driver_after", NN_SUMMARY_DRIVER_AFTER},
	};
	json_t *campaign = json_object();

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		nn_member_text(campaign, texts[i].key, c->summary[texts[i].column]);
	nn_member_number_text(campaign, "seed", c->summary[NN_SUMMARY_SEED]);
	nn_member_set(campaign, "allow_emulated", json_boolean(c->allow_emulated));
	return campaign;
}

static json_t *machine_json(const struct nn_comparison *c)
{
	json_t *machine = json_object();

	nn_member_text(machine, "fingerprint", c->summary[NN_SUMMARY_MACHINE]);
	nn_member_text(machine, "description", c->summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	return machine;
}

static json_t *time_json(const struct nn_comparison *c)
{
	json_t *spent = json_object();

	nn_member_real(spent, "boot", c->boot_s);
	nn_member_real(spent, "workloads", c->workloads_s);
	nn_member_real(spent, "own", c->own_s);
	return spent;
}

static json_t *arms_json(const struct nn_comparison *c)
{
	json_t *arms = json_array();

	for (size_t i = 0; i < c->nr_arms; i++) {
		const struct nn_report_arm *arm = &c->arms[i];
		json_t *object = json_object();
		json_t *facts = json_object();

		for (size_t f = 0; f < arm->facts.nr; f++)
			nn_member_text(facts, arm->facts.items[f].name, arm->facts.items[f].value);
		nn_member_text(object, "name", arm->name);
		nn_member_text(object, "target", arm->target);
		nn_member_count(object, "boots", arm->nr_boots);
		nn_member_count(object, "failed_boots", arm->nr_failed_boots);
		nn_member_count(object, "sessions", arm->nr_sessions);
		nn_member_set(object, "facts", facts);
		(void)json_array_append_new(arms, object);
	}
	return arms;
}

/* ---- claims: an entry for each row that a claim covers ---- */

static json_t *check_json(const struct nn_comparison *c, const struct nn_report_claim *claim,
			  const struct nn_report_check *check)
{
	const struct nn_report_row *row = check ? &c->rows[check->row] : NULL;
	uint64_t boots_needed = check ? check->boots_needed : 0;
	json_t *object = json_object();

	nn_member_text(object, "text", claim->text);
	nn_member_text(object, "campaign", claim->campaign);
	nn_member_text(object, "workload", row ? row->workload : claim->workload);
	nn_member_text(object, "metric", row ? row->metric : claim->metric);
	nn_member_text(object, "base_arm", claim->base);
	nn_member_text(object, "arm", claim->arm);
	nn_member_text(object, "verdict", check ? check->verdict : claim->verdict);
	nn_member_real(object, "margin", claim->margin);
	nn_member_real(object, "lower95", check ? check->lower95 : claim->lower95);
	nn_member_real(object, "upper95", check ? check->upper95 : claim->upper95);
	nn_member_set(object, "boots_needed",
		      boots_needed ? json_integer((json_int_t)boots_needed) : json_null());
	nn_member_strings(object, "reasons", check ? &check->reasons : &claim->reasons);
	nn_member_text(object, "claim_verdict", claim->verdict);
	nn_member_strings(object, "claim_reasons", &claim->reasons);
	nn_member_set(object, "late", json_boolean(claim->is_late));
	return object;
}

static json_t *aggregates_json(const struct nn_comparison *c)
{
	json_t *aggregates = json_array();

	for (size_t i = 0; i < c->nr_aggregates; i++) {
		const struct nn_report_aggregate *aggregate = &c->aggregates[i];
		json_t *object = json_object();

		nn_member_text(object, "campaign", aggregate->campaign);
		nn_member_text(object, "base_arm", aggregate->base_arm);
		nn_member_text(object, "arm", aggregate->arm);
		nn_member_count(object, "boots", aggregate->nr_boots);
		nn_member_count(object, "comparisons", aggregate->nr_rows);
		nn_member_real(object, "performance_ratio", aggregate->performance_ratio);
		nn_member_interval(object, "performance_ci95", aggregate->performance_ci95);
		(void)json_array_append_new(aggregates, object);
	}
	return aggregates;
}

static json_t *events_json(const struct nn_comparison *c)
{
	json_t *events = json_array();

	for (size_t i = 0; i < c->nr_events; i++) {
		const struct nn_report_event *event = &c->events[i];
		json_t *object = json_object();

		nn_member_text(object, "arm", event->arm);
		nn_member_number_text(object, "block", event->block);
		nn_member_text(object, "severity", event->severity);
		nn_member_text(object, "kind", event->kind);
		nn_member_text(object, "message", event->message);
		nn_member_count(object, "count", event->count);
		(void)json_array_append_new(events, object);
	}
	return events;
}

static json_t *skips_json(const struct nn_comparison *c)
{
	json_t *skips = json_array();

	for (size_t i = 0; i < c->nr_skips; i++) {
		const struct nn_report_skip *skip = &c->skips[i];
		json_t *object = json_object();

		nn_member_text(object, "arm", skip->arm);
		nn_member_text(object, "workload", skip->workload);
		nn_member_text(object, "outcome", skip->outcome);
		nn_member_text(object, "reason", skip->reason);
		nn_member_count(object, "runs", skip->count);
		(void)json_array_append_new(skips, object);
	}
	return skips;
}

/* ---- the document ---- */

static const char *source_name(enum nn_report_source source)
{
	switch (source) {
	case NN_SOURCE_FILE:
		return "file";
	case NN_SOURCE_CROSS:
		return "cross";
	case NN_SOURCE_STORE:
		break;
	}
	return "store";
}

static const char *clock_name(const struct nn_comparison *c)
{
	return c->is_virtual_time ? "virtual" : "real";
}

/* All but what is written row by row. */
static json_t *head_json(const struct nn_comparison *c)
{
	bool knows_machine = c->source != NN_SOURCE_FILE;
	json_t *root = json_object();

	nn_member_text(root, "schema", SCHEMA);
	nn_member_text(root, "source", source_name(c->source));
	nn_member_text(root, "title", c->title);
	nn_member_set(root, "campaign", campaign_json(c));
	nn_member_count(root, "campaigns", c->nr_campaigns);
	nn_member_set(root, "aa", json_boolean(c->is_aa));
	nn_member_set(root, "machine", machine_json(c));
	nn_member_set(root, "emulated", knows_machine ? json_boolean(c->is_emulated) : json_null());
	nn_member_text(root, "banner", c->banner);
	nn_member_text(root, "clock", knows_machine ? clock_name(c) : NULL);
	nn_member_set(root, "time_spent_s", time_json(c));
	nn_member_strings(root, "remarks", &c->remarks);
	nn_member_set(root, "arms", arms_json(c));
	nn_member_set(root, "aggregates", aggregates_json(c));
	nn_member_set(root, "events", events_json(c));
	nn_member_set(root, "skipped", skips_json(c));
	return root;
}

/* The next entry of an array that is written element by element. */
static int put_entry(struct nn_strbuf *out, size_t *nr_entries, json_t *take_entry,
		     struct nn_err *err)
{
	nn_strbuf_add(out, *nr_entries ? ",\n    " : "\n    ");
	(*nr_entries)++;
	return nn_member_dump(take_entry, 4, out, err);
}

static int put_rows(const struct nn_comparison *c, struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(view) struct nn_view view = {0};
	size_t nr_entries = 0;
	int rc = 0;

	nn_view_init(&view, c);
	for (size_t i = 0; !rc && i < c->nr_rows; i++) {
		const struct nn_report_row *row = &c->rows[i];

		rc = put_entry(out, &nr_entries,
			       nn_json_row(c, row, nn_view_boots_needed(&view, row)), err);
	}
	nn_strbuf_add(out, nr_entries ? "\n  " : "");
	return rc;
}

static int put_claims(const struct nn_comparison *c, struct nn_strbuf *out, struct nn_err *err)
{
	size_t nr_entries = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < c->nr_claims; i++) {
		const struct nn_report_claim *claim = &c->claims[i];

		for (size_t k = 0; !rc && k < claim->nr_checks; k++)
			rc = put_entry(out, &nr_entries, check_json(c, claim, &claim->checks[k]),
				       err);
		if (!claim->nr_checks)
			rc = put_entry(out, &nr_entries, check_json(c, claim, NULL), err);
	}
	nn_strbuf_add(out, nr_entries ? "\n  " : "");
	return rc;
}

static int put_head(const struct nn_comparison *c, struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(json) json_t *head = head_json(c);
	const char *key;
	json_t *value;
	int rc = 0;

	json_object_foreach (head, key, value) {
		nn_strbuf_addf(out, "  \"%s\": ", key);
		if (!rc)
			rc = nn_member_dump(json_incref(value), 2, out, err);
		nn_strbuf_add(out, ",\n");
	}
	return rc;
}

static int json_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	int rc;

	(void)style;
	nn_strbuf_add(out, "{\n");
	rc = put_head(c, out, err);
	nn_strbuf_add(out, "  \"comparisons\": [");
	if (!rc)
		rc = put_rows(c, out, err);
	nn_strbuf_add(out, "],\n  \"claims\": [");
	if (!rc)
		rc = put_claims(c, out, err);
	nn_strbuf_add(out, "]\n}\n");
	return rc;
}

const struct nn_report nn_report_json = {
	.plugin = {.name = "json", .summary = "every figure, verdict and fact, for other programs"},
	.extension = "json",
	.render = json_render,
};
