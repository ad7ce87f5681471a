/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <jansson.h>
#include <math.h>

#include "harness/base/json.h"
#include "harness/base/units.h"

#define SCHEMA "nearnative.report/1"

/* The keys are a contract with other programs: add, never rename. Absent is null. */

static void set(json_t *object, const char *key, json_t *take_value)
{
	(void)json_object_set_new(object, key, take_value); /* fails for keys that are no UTF-8 */
}

static void set_text(json_t *object, const char *key, const char *text)
{
	set(object, key, nn_json_str_or_null(text));
}

static void set_real(json_t *object, const char *key, double value)
{
	set(object, key, nn_json_real_or_null(value));
}

static void set_count(json_t *object, const char *key, uint64_t value)
{
	set(object, key, json_integer((json_int_t)value));
}

static json_t *strings_json(const struct nn_strings *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->nr; i++)
		(void)json_array_append_new(array, nn_json_str_or_null(strings->items[i]));
	return array;
}

static json_t *interval_json(const double bounds[2])
{
	json_t *array;

	if (!isfinite(bounds[0]) || !isfinite(bounds[1]))
		return json_null();
	array = json_array();
	(void)json_array_append_new(array, json_real(bounds[0]));
	(void)json_array_append_new(array, json_real(bounds[1]));
	return array;
}

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
	const char *seed_text = c->summary[NN_SUMMARY_SEED];
	json_t *campaign = json_object();
	uint64_t seed;

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++)
		set_text(campaign, texts[i].key, c->summary[texts[i].column]);
	if (seed_text && !nn_parse_u64(seed_text, &seed, NULL))
		set_count(campaign, "seed", seed);
	set(campaign, "allow_emulated", json_boolean(c->allow_emulated));
	return campaign;
}

static json_t *machine_json(const struct nn_comparison *c)
{
	json_t *machine = json_object();

	set_text(machine, "fingerprint", c->summary[NN_SUMMARY_MACHINE]);
	set_text(machine, "description", c->summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	return machine;
}

static json_t *time_json(const struct nn_comparison *c)
{
	json_t *spent = json_object();

	set_real(spent, "boot", c->boot_s);
	set_real(spent, "workloads", c->workloads_s);
	set_real(spent, "own", c->own_s);
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
			set_text(facts, arm->facts.items[f].name, arm->facts.items[f].value);
		set_text(object, "name", arm->name);
		set_text(object, "target", arm->target);
		set_count(object, "boots", arm->nr_boots);
		set_count(object, "failed_boots", arm->nr_failed_boots);
		set_count(object, "sessions", arm->nr_sessions);
		set(object, "facts", facts);
		(void)json_array_append_new(arms, object);
	}
	return arms;
}

static json_t *row_json(const struct nn_comparison *c, const struct nn_report_row *row)
{
	json_t *object = json_object();

	set_text(object, "campaign", c->summary[NN_SUMMARY_UUID]);
	set_text(object, "workload", row->workload);
	set_text(object, "metric", row->metric);
	set_text(object, "unit", row->unit);
	set_text(object, "direction", nn_direction_name(row->direction));
	set_text(object, "base_arm", row->base_arm);
	set_text(object, "arm", row->arm);
	set_count(object, "boots", row->nr_boots);
	set_real(object, "base_value", row->base_value);
	set_real(object, "value", row->value);
	set_real(object, "ratio", row->ratio);
	set(object, "ratio_ci95", interval_json(row->ratio_ci95));
	set_real(object, "performance_ratio", row->performance_ratio);
	set(object, "performance_ci95", interval_json(row->performance_ci95));
	set_real(object, "margin", row->margin);
	set_text(object, "verdict", row->verdict);
	set(object, "reasons", strings_json(&row->reasons));
	return object;
}

static json_t *rows_json(const struct nn_comparison *c)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < c->nr_rows; i++)
		(void)json_array_append_new(rows, row_json(c, &c->rows[i]));
	return rows;
}

static json_t *claims_json(const struct nn_comparison *c)
{
	json_t *claims = json_array();

	for (size_t i = 0; i < c->nr_claims; i++) {
		const struct nn_report_claim *claim = &c->claims[i];
		json_t *object = json_object();

		set_text(object, "text", claim->text);
		set_text(object, "verdict", claim->verdict);
		set_real(object, "margin", claim->margin);
		set_real(object, "lower95", claim->lower95);
		set_real(object, "upper95", claim->upper95);
		set(object, "boots_needed",
		    claim->boots_needed ? json_integer((json_int_t)claim->boots_needed)
					: json_null());
		set(object, "reasons", strings_json(&claim->reasons));
		(void)json_array_append_new(claims, object);
	}
	return claims;
}

static json_t *events_json(const struct nn_comparison *c)
{
	json_t *events = json_array();

	for (size_t i = 0; i < c->nr_events; i++) {
		const struct nn_report_event *event = &c->events[i];
		json_t *object = json_object();
		uint64_t block;

		set_text(object, "arm", event->arm);
		if (event->block && !nn_parse_u64(event->block, &block, NULL))
			set_count(object, "block", block);
		else
			set(object, "block", json_null());
		set_text(object, "severity", event->severity);
		set_text(object, "kind", event->kind);
		set_text(object, "message", event->message);
		set_count(object, "count", event->count);
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

		set_text(object, "arm", skip->arm);
		set_text(object, "workload", skip->workload);
		set_text(object, "outcome", skip->outcome);
		set_text(object, "reason", skip->reason);
		set_count(object, "runs", skip->count);
		(void)json_array_append_new(skips, object);
	}
	return skips;
}

static int json_render(const struct nn_comparison *c, const struct nn_report_style *style,
		       struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(json) json_t *root = json_object();
	NN_AUTO(free) char *text = NULL;

	(void)style;
	(void)err;
	set_text(root, "schema", SCHEMA);
	set(root, "campaign", campaign_json(c));
	set(root, "machine", machine_json(c));
	set(root, "emulated", json_boolean(c->is_emulated));
	set_text(root, "banner", c->banner);
	set_text(root, "clock", c->is_virtual_time ? "virtual" : "real");
	set(root, "time_spent_s", time_json(c));
	set(root, "remarks", strings_json(&c->remarks));
	set(root, "arms", arms_json(c));
	set(root, "comparisons", rows_json(c));
	set(root, "claims", claims_json(c));
	set(root, "events", events_json(c));
	set(root, "skipped", skips_json(c));
	text = nn_json_pretty(root);
	nn_strbuf_add(out, text);
	return 0;
}

const struct nn_report nn_report_json = {
	.plugin = {.name = "json", .summary = "every figure, verdict and fact, for other programs"},
	.extension = "json",
	.render = json_render,
};
