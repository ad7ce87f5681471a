/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series over simulated campaigns, their changes, and what stays of decisions. */
#include "reports/history/history.h"

#include <errno.h>

#include "ci/tests/reports/history/nights.h"
#include "harness/base/json.h"
#include "reports/words.h"

#define HOSTILE "</svg><script>alert(1)</script>\033[31m"

static void a_step_is_found_between_its_versions(void **state)
{
	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(history->nr_series, 3);
	assert_int_equal(vm->nr, 16);
	assert_int_equal(vm->points[3].nr_boots, 6);
	assert_true(vm->points[3].se_log > 0.0005 && vm->points[3].se_log < 0.005);
	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].index, 8);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_NEW);
	assert_true(fabs(vm->changes[0].effect_log - log(0.9)) < 0.01);
	assert_true(vm->changes[0].p_value <= 0.01);
	assert_int_equal(vm->nr_regimes, 2);
	assert_int_equal(find_series(history, "native")->nr_changes, 0);
	assert_text(text, "6.7 \xe2\x86\x92 6.8: 1"); /* 10 % or so */
	assert_text(text, " % worse (19");
	assert_text(text, "new, not stored; between nightly ");
}

static void ratio_has_a_series_of_its_own(void **state)
{
	record_nights(*state, 0, 12, 0.5);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *ratio = find_series(history, "vm/native");

	assert_true(ratio->is_ratio);
	assert_string_equal(ratio->key.unit, "ratio");
	assert_int_equal(ratio->nr, 12);
	assert_true(fabs(exp(ratio->points[0].log_mean) - 0.49) < 0.01);
	assert_string_equal(ratio->points[2].version, "6.2");
}

static void versions_may_be_another_fact_of_the_host(void **state)
{
	const struct nn_history_options options = {.version = "host:qemu", .arm = "vm"};

	record_nights(*state, 0, 1, 1);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &options);

	assert_int_equal(history->nr_series, 1);
	assert_string_equal(history->series[0].points[0].version, "QEMU 7.2");
}

static void few_campaigns_are_not_judged(void **state)
{
	record_nights(*state, 0, 5, 1);
	record_nights(*state, 5, 4, 0.5);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(find_series(history, "vm")->nr_changes, 0);
	assert_int_equal(find_series(history, "vm")->suspicion.index, 0);
	assert_text(text, "too few campaigns to look for changes: 9, at least 10");
	assert_text(text, "3 with fewer than 10 campaigns");
}

static void unfinished_campaigns_are_left_out(void **state)
{
	record_nights(*state, 0, 2, 1);
	record_night(*state, 2, 1, "failed");
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);

	assert_int_equal(history->nr_finished, 2);
	assert_int_equal(history->nr_campaigns, 3);
	assert_int_equal(find_series(history, "vm")->nr, 2);
}

static void fresh_shift_asks_for_more_boots(void **state)
{
	record_nights(*state, 0, 12, 1);
	record_nights(*state, 12, 2, 0.9);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm->nr_changes, 0);
	assert_int_equal(vm->suspicion.index, 12);
	assert_true(vm->suspicion.p_value < 0.001);
	assert_text(text, "suspicion: since nightly ");
	assert_text(text, "5 are needed");
	assert_text(text, "6.11 and 6.12");
	assert_int_equal(find_series(history, "native")->suspicion.index, 0);
}

static void shift_is_not_decided_before_its_place_is_known(void **state)
{
	static const struct {
		size_t nr_fresh;
		size_t nr_changes;
		size_t suspicion;
	} cases[] = {{3, 0, 30}, {1, 0, 30}, {1, 1, 0}};
	size_t night = 30;

	record_nights(*state, 0, 30, 1);
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		record_nights(*state, night, cases[i].nr_fresh, 0.8);
		night += cases[i].nr_fresh;
		NN_AUTO(history)
		struct nn_history *history = read_history(*state, &everything);
		const struct nn_history_series *vm = find_series(history, "vm");

		assert_int_equal(vm->nr_changes, cases[i].nr_changes);
		assert_int_equal(vm->suspicion.index, cases[i].suspicion);
		if (vm->nr_changes)
			assert_int_equal(vm->changes[0].index, 30);
	}
}

/* What stood for long is seen although the last nights, which shifted again, cannot be placed. */
static void fresh_shift_hides_no_older_change(void **state)
{
	record_nights(*state, 0, 10, 1);
	record_nights(*state, 10, 12, 0.9);
	record_nights(*state, 22, 2, 0.85);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");

	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].index, 10);
	assert_int_equal(vm->suspicion.index, 22);
}

/* ---- decisions ---- */

static void a_decision_is_made_once(void **state)
{
	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	keep(*state);
	record_nights(*state, 16, 3, 0.9);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_KNOWN);
	assert_int_equal(vm->changes[0].found_index, 8);
	assert_non_null(vm->changes[0].decided);
	assert_int_equal(nn_history_count_unstored(history), 0);
	assert_text(text, "decided on ");
	assert_text(text, " by e-divisive/1; between");
}

static void a_decision_that_is_no_longer_found_is_shown(void **state)
{
	record_nights(*state, 0, 14, 1);
	decide(*state, 6, "e-divisive/1", SETTINGS);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_LOST);
	assert_int_equal(vm->changes[0].index, 6);
	assert_int_equal(vm->nr_regimes, 1);
	assert_true(isnan(vm->changes[0].p_adjusted));
	assert_text(text, "by e-divisive/1, no longer found");
}

static void a_change_two_campaigns_away_is_the_decided_one(void **state)
{
	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	decide(*state, 6, "e-divisive/0", SETTINGS);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");
	NN_AUTO(free) char *text = as_text(history);

	assert_int_equal(vm->nr_changes, 1);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_KNOWN);
	assert_int_equal(vm->changes[0].index, 6);
	assert_int_equal(vm->changes[0].found_index, 8);
	assert_true(fabs(vm->changes[0].p_value - 0.002) < 1e-12); /* as it was decided */
	assert_text(text, "by e-divisive/0, now found 2 campaigns later");
}

static void a_change_three_campaigns_away_is_another(void **state)
{
	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	decide(*state, 5, "e-divisive/1", SETTINGS);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	const struct nn_history_series *vm = find_series(history, "vm");

	assert_int_equal(vm->nr_changes, 2);
	assert_int_equal(vm->changes[0].state, NN_CHANGE_LOST);
	assert_int_equal(vm->changes[1].state, NN_CHANGE_NEW);
}

/* ---- A/A ---- */

static void record_aa(struct pair *pair)
{
	const struct nn_machine_row machine = {.fingerprint = "f00d"};
	struct nn_campaign_row row = {.name = "aa",
				      .plan_path = "aa.yaml",
				      .plan_text = "",
				      .plan_hash = "0",
				      .build_id = "b",
				      .base_arm = "native",
				      .is_aa = true};
	static const char *const arms[] = {"native", "native-again"};
	struct nn_err err = {0};
	int64_t campaign;

	pair_open(pair);
	sim_must(nn_store_machine(pair->store, &machine, &row.machine, &err), &err);
	sim_must(nn_store_campaign_add(pair->store, &row, &campaign, &err), &err);
	for (size_t a = 0; a < 2; a++) {
		const struct sim_series series = {.arm = arms[a],
						  .workload = WORKLOAD,
						  .metric = "throughput",
						  .direction = NN_HIGHER_IS_BETTER};
		struct nn_boot_row boot = {.campaign = campaign, .position = a};
		char uuid[NN_UUID_CAP];
		int64_t id;

		sim_must(nn_store_arm_add(pair->store, campaign, arms[a], "local", &boot.arm, &err),
			 &err);
		sim_must(nn_store_boot_add(pair->store, &boot, &id, uuid, &err), &err);
		sim_run(pair->store, id, &series, 0, 100);
		sim_must(nn_store_boot_state(pair->store, id, "done", NULL, &err), &err);
	}
	sim_must(nn_store_campaign_state(pair->store, campaign, "done", &err), &err);
}

static void an_arm_beside_itself_counts_once(void **state)
{
	record_aa(*state);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);

	assert_int_equal(history->nr_series, 1);
	assert_string_equal(history->series[0].key.arm, "native");
	assert_int_equal(history->series[0].points[0].nr_boots, 1);
	assert_true(isnan(history->series[0].points[0].se_log));
}

/* ---- what is asked for ---- */

static void filters_choose_series(void **state)
{
	static const struct {
		struct nn_history_options options;
		size_t nr;
	} cases[] = {
		{{.arm = "vm"}, 1},
		{{.arm = "vm/native"}, 1},
		{{.arm = "v"}, 0},
		{{.workload = "iommu/*"}, 3},
		{{.workload = "compute/*"}, 0},
		{{.metric = "through*", .arm = "native"}, 1},
		{{.machine = "f0"}, 3},
		{{.machine = "beef"}, 0},
	};

	record_nights(*state, 0, 1, 1);
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(history)
		struct nn_history *history = read_history(*state, &cases[i].options);

		assert_int_equal(history->nr_series, cases[i].nr);
	}
}

/* ---- renderers ---- */

static void lines_fit_and_hostile_names_do_nothing(void **state)
{
	struct sim sim = {.name = HOSTILE,
			  .nr_blocks = 3,
			  .facts = {"native kernel.release=" HOSTILE},
			  .series = {{.arm = "native",
				      .workload = "w/" HOSTILE,
				      .metric = HOSTILE,
				      .direction = NN_LOWER_IS_BETTER,
				      .mean = 5,
				      .sd = 0.01}}};
	NN_AUTO(strbuf) struct nn_strbuf html = NN_STRBUF_INIT;

	for (size_t i = 0; i < 70; i++) {
		sim.seed = i;
		sim.series[0].mean = i < 30 ? 5 : 6;
		(void)sim_record(*state, &sim);
	}
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);
	NN_AUTO(free) char *text = as_text(history);

	assert_null(strchr(text, '\033'));
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		assert_true(nn_words_width(line) <= 100);
	}
	nn_history_html(history, HOSTILE, &html);
	assert_null(strstr(nn_strbuf_str(&html), "<script"));
	assert_null(strchr(nn_strbuf_str(&html), '\033'));
	assert_text(nn_strbuf_str(&html), "default-src &#39;none&#39;");
	assert_text(nn_strbuf_str(&html), "<polyline class=\"mean arm\"");
}

/* Members the schema tells of, and only those. */
static void check_members(const json_t *value, const json_t *schema)
{
	const json_t *properties = json_object_get(schema, "properties");
	const char *key;
	const json_t *member;

	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++)
			check_members(json_array_get(value, i), json_object_get(schema, "items"));
		return;
	}
	if (!json_is_object(value))
		return;
	assert_int_equal(json_object_size(properties), json_object_size(value));
	json_object_foreach ((json_t *)value, key, member) {
		const json_t *described = json_object_get(properties, key);

		if (!described || !json_object_get(described, "description"))
			fail_msg("'%s' has no description", key);
		check_members(member, described);
	}
}

static void json_is_what_its_schema_tells(void **state)
{
	NN_AUTO(json)
	json_t *schema = json_load_file("reports/schema/nearnative.history.1.schema.json", 0, NULL);
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *root = NULL;
	struct nn_err err = {0};
	json_t *vm;

	record_nights(*state, 0, 10, 1);
	record_nights(*state, 10, 12, 0.9);
	record_nights(*state, 22, 2, 0.85);
	NN_AUTO(history) struct nn_history *history = read_history(*state, &everything);

	sim_must(nn_history_json(history, &out, &err), &err);
	sim_must(nn_json_parse(nn_strbuf_str(&out), out.len, &root, &err), &err);
	assert_non_null(schema);
	check_members(root, schema);
	vm = json_array_get(json_object_get(root, "series"), 1);
	assert_string_equal(nn_json_opt_str(vm, "arm"), "vm");
	assert_int_equal(json_array_size(json_object_get(vm, "points")), 24);
	assert_int_equal(json_array_size(json_object_get(vm, "changes")), 1);
	assert_true(json_is_object(json_object_get(vm, "suspicion")));
}

static void the_same_database_gives_the_same_bytes(void **state)
{
	record_nights(*state, 0, 8, 1);
	record_nights(*state, 8, 8, 0.9);
	NN_AUTO(history) struct nn_history *a = read_history(*state, &everything);
	NN_AUTO(history) struct nn_history *b = read_history(*state, &everything);
	NN_AUTO(free) char *x = as_text(a);
	NN_AUTO(free) char *y = as_text(b);

	assert_string_equal(x, y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(a_step_is_found_between_its_versions),
		HISTORY_TEST(ratio_has_a_series_of_its_own),
		HISTORY_TEST(versions_may_be_another_fact_of_the_host),
		HISTORY_TEST(few_campaigns_are_not_judged),
		HISTORY_TEST(unfinished_campaigns_are_left_out),
		HISTORY_TEST(fresh_shift_asks_for_more_boots),
		HISTORY_TEST(shift_is_not_decided_before_its_place_is_known),
		HISTORY_TEST(fresh_shift_hides_no_older_change),
		HISTORY_TEST(a_decision_is_made_once),
		HISTORY_TEST(a_decision_that_is_no_longer_found_is_shown),
		HISTORY_TEST(a_change_two_campaigns_away_is_the_decided_one),
		HISTORY_TEST(a_change_three_campaigns_away_is_another),
		HISTORY_TEST(an_arm_beside_itself_counts_once),
		HISTORY_TEST(filters_choose_series),
		HISTORY_TEST(lines_fit_and_hostile_names_do_nothing),
		HISTORY_TEST(json_is_what_its_schema_tells),
		HISTORY_TEST(the_same_database_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
