/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/reports/render.h"
#include "ci/tests/reports/rich.h"

#define LABELS                                                                             \
	"{campaign=\"demo\",workload=\"compute/bandwidth\",metric=\"copy\",unit=\"GB/s\"," \
	"arm=\"vm\",base=\"native\""

static void set_text(char **ret_text, const char *text)
{
	free(*ret_text);
	*ret_text = nn_strdup(text);
}

static void families_tell_their_kind_and_unit(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(free) char *text = render_as("openmetrics", c);
	size_t len = strlen(text);

	(void)state;
	assert_text(text,
		    "# HELP nearnative_performance_ratio Performance of the arm as a share of "
		    "the base's; more is better.\n"
		    "# TYPE nearnative_performance_ratio gauge\n"
		    "# UNIT nearnative_performance_ratio ratio\n"
		    "nearnative_performance_ratio" LABELS "} 0.998");
	assert_text(text, "\nnearnative_performance_lower_ratio" LABELS "} 0.994");
	assert_text(text, "\nnearnative_boots" LABELS "} 10\n");
	assert_text(text, "\nnearnative_campaign_info{campaign=\"demo\",uuid=\"" SAMPLE_CAMPAIGN
			  "\",state=\"done\"");
	assert_string_equal(text + len - 6, "# EOF\n");
}

static void values_are_in_base_units(void **state)
{
	static const struct {
		const char *unit;
		const char *sample;
	} cases[] = {
		{"GB/s", "nearnative_value_bytes_per_second" LABELS "} 2500000000\n"},
		{"MiB/s", "nearnative_value_bytes_per_second{campaign=\"demo\",workload="
			  "\"compute/bandwidth\",metric=\"copy\",unit=\"MiB/s\",arm=\"vm\",base="
			  "\"native\"} 2621440\n"},
		{"ms", "nearnative_value_seconds{campaign=\"demo\",workload=\"compute/bandwidth\","
		       "metric=\"copy\",unit=\"ms\",arm=\"vm\",base=\"native\"} 0.0025\n"},
		{"%", "nearnative_value_ratio{campaign=\"demo\",workload=\"compute/bandwidth\","
		      "metric=\"copy\",unit=\"%\",arm=\"vm\",base=\"native\"} 0.025\n"},
		{"frames/s", "nearnative_value{campaign=\"demo\",workload=\"compute/bandwidth\","
			     "metric=\"copy\",unit=\"frames/s\",arm=\"vm\",base=\"native\"} 2.5\n"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

		set_text(&c->rows[0].unit, cases[i].unit);
		c->rows[0].value = 2.5;

		NN_AUTO(free) char *text = render_as("openmetrics", c);

		assert_text(text, cases[i].sample);
	}
}

static void every_verdict_is_one_or_nought(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	set_text(&c->rows[1].verdict, "REGRESSION");

	NN_AUTO(free) char *text = render_as("openmetrics", c);

	assert_text(text, "nearnative_verdict" LABELS ",verdict=\"PROVEN\"} 1\n"
			  "nearnative_verdict" LABELS ",verdict=\"REFUTED\"} 0\n"
			  "nearnative_verdict" LABELS ",verdict=\"INCONCLUSIVE\"} 0\n"
			  "nearnative_verdict" LABELS ",verdict=\"INVALID\"} 0\n");
	assert_text(text, ",verdict=\"REGRESSION\"} 1\n");
	assert_text(text, "nearnative_claim_verdict{campaign=\"demo\",claim=\"vm >= 97% of native "
			  "for *\",verdict=\"INCONCLUSIVE\"} 1\n");
}

/* A dashboard shows no doubts, so what is in doubt stays away; that it is INVALID is told. */
static void figures_in_doubt_are_left_out(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	NN_AUTO(comparison) struct nn_comparison *refused = sample_comparison();
	NN_AUTO(free) char *text = render_as("openmetrics", c);

	(void)state;
	assert_no_text(text, "nearnative_performance_ratio{campaign=\"demo\",workload=\"graphics");
	assert_no_text(text, "nearnative_value{campaign=\"demo\",workload=\"graphics");
	assert_text(text, "nearnative_verdict{campaign=\"demo\",workload=\"graphics/fill-rate\","
			  "metric=\"fill\",unit=\"Mpixel/s\",arm=\"vm\",base=\"native\",verdict="
			  "\"INVALID\"} 1\n");
	refused->allow_emulated = false;

	NN_AUTO(free) char *text_refused = render_as("openmetrics", refused);

	assert_no_text(text_refused, "nearnative_performance_ratio{");
	assert_no_text(text_refused, "nearnative_base_value");
	assert_no_text(text, "nan");
}

static void labels_are_escaped(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	set_text(&c->rows[0].metric, "a\"b\\c\nd\xff}");
	set_text(&c->claims[0].text, "\"} 1\nevil 2");

	NN_AUTO(free) char *text = render_as("openmetrics", c);

	assert_text(text, ",metric=\"a\\\"b\\\\c d\xef\xbf\xbd}\",");
	assert_text(text, ",claim=\"\\\"} 1 evil 2\",");
	assert_no_text(text, "\nevil");
}

/* One sample told twice would make a collector refuse the whole file. */
static void no_sample_is_told_twice(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();
	const char *first;

	(void)state;
	set_text(&c->rows[1].workload, "compute/bandwidth");
	set_text(&c->rows[1].metric, "copy");
	set_text(&c->rows[1].unit, "GB/s");
	set_text(&c->claims[1].text, c->claims[0].text);

	NN_AUTO(free) char *text = render_as("openmetrics", c);

	first = strstr(text, "nearnative_boots" LABELS);
	assert_non_null(first);
	assert_null(strstr(first + 1, "nearnative_boots" LABELS));
}

static void file_has_no_campaign_info(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = sample_comparison();

	(void)state;
	c->source = NN_SOURCE_FILE;
	free(NN_STEAL(c->summary[NN_SUMMARY_UUID]));

	NN_AUTO(free) char *text = render_as("openmetrics", c);

	assert_no_text(text, "nearnative_campaign_info");
	assert_text(text, "nearnative_boots{campaign=\"" SAMPLE_CAMPAIGN "\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_tell_their_kind_and_unit),
		cmocka_unit_test(values_are_in_base_units),
		cmocka_unit_test(every_verdict_is_one_or_nought),
		cmocka_unit_test(figures_in_doubt_are_left_out),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(no_sample_is_told_twice),
		cmocka_unit_test(file_has_no_campaign_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
