/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/file.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

#define HEADER "campaign,arm,block,boot,run,iteration,workload,metric,unit,direction,value\n"

/* Reference statistics §5.2: native x and VM y, one value a boot. */
static const double golden_x[] = {101.2, 99.8,  100.5, 102.3, 98.7,
				  100.1, 101.9, 99.4,  100.9, 100.3};
static const double golden_y[] = {98.9, 97.1, 99.0, 98.4, 96.8, 99.9, 98.0, 97.6, 98.8, 97.9};

static int read_text(const char *text, const struct nn_file_options *options,
		     struct nn_comparison **ret_comparison, struct nn_err *err)
{
	char path[] = "/tmp/nn-test-file-XXXXXX";
	int fd = mkstemp(path);
	int rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
	rc = nn_comparison_from_file(path, options, ret_comparison, err);
	assert_int_equal(unlink(path), 0);
	return rc;
}

static struct nn_comparison *compare(const char *text, const struct nn_file_options *options)
{
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	int rc = read_text(text, options, &comparison, &err);

	if (rc)
		fail_msg("%s", err.message);
	return comparison;
}

/* Rows of @nr boots of both arms; what is NaN is left out. */
static void add_pairs(struct nn_strbuf *csv, const char *campaign, const double *native,
		      const double *vm, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (!isnan(native[i]))
			nn_strbuf_addf(csv, "%s,native,%zu,n%zu,0,0,w,rate,op/s,higher,%.17g\n",
				       campaign, i, i, native[i]);
		if (!isnan(vm[i]))
			nn_strbuf_addf(csv, "%s,vm,%zu,v%zu,0,0,w,rate,op/s,higher,%.17g\n",
				       campaign, i, i, vm[i]);
	}
}

static void golden_numbers_come_out_of_a_file(void **state)
{
	static const struct nn_claim_request claim = {.text = "vm >= 97% of native",
						      .arm = "vm",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.97};
	static const struct {
		enum nn_pairing pairing;
		double ci95[2];
		double p_value;
		double lower95;
		const char *verdict;
	} cases[] = {
		{NN_PAIRING_AUTO,
		 {0.969823751816992, 0.985090866429624},
		 9.77779990097483e-5,
		 0.971261331048524,
		 "PROVEN"},
		{NN_PAIRING_UNPAIRED,
		 {0.967972501798339, 0.986974866355773},
		 1.10764653423694e-4,
		 0.969619239745208,
		 "INCONCLUSIVE"},
	};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, golden_y, 10);
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const struct nn_file_options options = {.pairing = cases[i].pairing,
							.claims = {&claim, 1}};
		NN_AUTO(comparison)
		struct nn_comparison *comparison = compare(nn_strbuf_str(&csv), &options);
		const struct nn_report_row *row = &comparison->rows[0];

		assert_int_equal(comparison->nr_rows, 1);
		assert_float_equal(row->ratio, 0.977427501128053, 1e-12);
		assert_float_equal(row->ratio_ci95[0], cases[i].ci95[0], 1e-9);
		assert_float_equal(row->p_value, cases[i].p_value, 1e-10);
		assert_float_equal(row->performance_lower95, cases[i].lower95, 1e-9);
		assert_string_equal(row->verdict, cases[i].verdict);
		assert_string_equal(comparison->claims[0].verdict, cases[i].verdict);
		assert_string_equal(comparison->claims[0].campaign, "c");
		assert_int_equal(comparison->claims[0].worst, 0);
	}
}

static void bad_files_are_refused_with_line_and_column(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"", ":1:1: the file is empty, expected a header"},
		{"campaign,arm\n", ":1:1: the header lacks column 'block'"},
		{"arm," HEADER, ":1:14: column 'arm' stands twice in the header"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower\n", ":2:24: 10 fields, the header has 11"},
		{HEADER "c,native,zero,b,0,0,w,m,s,lower,1\n",
		 ":2:10: block 'zero', expected a whole number"},
		{HEADER "c,native,0,b,0,-1,w,m,s,lower,1\n",
		 ":2:16: iteration '-1', expected a whole number"},
		{HEADER "c,native,0,b,0,0,w,m,s,down,1\n",
		 ":2:24: direction 'down', expected 'higher' or 'lower'"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,fast\n",
		 ":2:30: value 'fast', expected a finite number"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,inf\n",
		 ":2:30: value 'inf', expected a finite number"},
		{HEADER "c,,0,b,0,0,w,m,s,lower,1\n", ":2:3: arm '', expected a name"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1\nc,native,0,b,0,1,w,m,ms,lower,1\n",
		 ":3:22: unit 'ms', line 2 of the same run has 's'"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1\nc,vm,0,b,0,1,w,m,s,higher,1\n",
		 ":3:20: direction 'higher', line 2 of the same metric has 'lower'"},
		{HEADER "c,vm,0,b,0,1,w,m,s,lower,1\nc,native,0,b,0,0,w,m,ms,lower,1\n",
		 ":3:22: unit 'ms', line 2 of the same metric has 's'"},
		{HEADER "c,native,1,b,0,0,w,m,s,lower,1\nc,native,0,b,0,0,w,m,ms,lower,1\n",
		 ":3:22: unit 'ms', line 2 of the same metric has 's'"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1\nc,native,0,b,0,1,w,m,s,higher,1\n",
		 ":3:24: direction 'higher', line 2 of the same run has 'lower'"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1e999\n",
		 ":2:30: value '1e999', expected a finite number that a double can hold"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1e-400\n",
		 ":2:30: value '1e-400', expected a finite number that a double can hold"},
		{HEADER "c,native,0,\"b,0,0,w,m,s,lower,1\n", ":2:12: the file ends within quotes"},
		{HEADER "c,native,0,b,0,0,w,m,s,lower,1\nc,native,0,b,0,1,w,m,s,lower,1\n"
			"c,native,0,b,0,0,w,m,s,lower,2\n",
		 ":4:1: iteration 0 of a run that line 2 has already"},
		{HEADER, " holds no value"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const struct nn_file_options options = {0};
		struct nn_comparison *comparison = NULL;
		struct nn_err err = {0};

		assert_int_equal(read_text(cases[i].text, &options, &comparison, &err), -EINVAL);
		assert_null(comparison);
		if (!strstr(err.message, cases[i].message))
			fail_msg("'%s' lacks '%s'", err.message, cases[i].message);
	}
}

static void columns_may_stand_in_any_order_beside_others(void **state)
{
	static const char text[] =
		"value,note,direction,unit,metric,workload,iteration,run,boot,block,arm,campaign\n"
		"2,\"a, b\",lower,s,m,w,0,0,x,0,native,c\n"
		"4,,lower,s,m,w,0,0,y,0,vm,c\n";
	const struct nn_file_options options = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = compare(text, &options);

	(void)state;
	assert_int_equal(comparison->nr_rows, 1);
	assert_float_equal(comparison->rows[0].ratio, 2, 1e-12);
	assert_float_equal(comparison->rows[0].performance_ratio, 0.5, 1e-12);
}

static void warm_up_and_absent_values_are_left_out(void **state)
{
	static const char text[] =
		"campaign,arm,block,boot,run,phase,iteration,workload,metric,unit,direction,value\n"
		"c,native,0,a,0,warmup,0,w,m,s,lower,900\n"
		"c,native,0,a,0,steady,0,w,m,s,lower,2\n"
		"c,native,0,a,0,steady,1,w,m,s,lower,\n"
		"c,vm,0,b,0,steady,0,w,m,s,lower,2\n";
	const struct nn_file_options options = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = compare(text, &options);

	(void)state;
	assert_float_equal(comparison->rows[0].ratio, 1, 1e-12);
	assert_int_equal(comparison->rows[0].base_side.nr_samples, 1);
}

static void a_boot_is_the_mean_over_runs_of_means_over_iterations(void **state)
{
	static const char text[] = HEADER "c,native,0,a,0,0,w,m,s,lower,1\n"
					  "c,native,0,a,0,1,w,m,s,lower,3\n"
					  "c,native,0,a,1,0,w,m,s,lower,6\n"
					  "c,vm,0,b,0,0,w,m,s,lower,4\n";
	const struct nn_file_options options = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = compare(text, &options);

	(void)state;
	assert_float_equal(comparison->rows[0].base_value, 4, 1e-12);
	assert_int_equal(comparison->rows[0].base_side.nr_runs, 2);
}

static void a_missing_pair_leaves_the_claim_open(void **state)
{
	static const struct nn_claim_request claim = {.text = "vm >= 90% of native",
						      .arm = "vm",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.90};
	const struct nn_file_options options = {.claims = {&claim, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	double vm[10];

	(void)state;
	memcpy(vm, golden_y, sizeof(vm));
	vm[4] = NAN;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, vm, 10);
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_true(comparison->rows[0].is_paired);
	assert_string_equal(comparison->claims[0].verdict, "INCONCLUSIVE");
	assert_true(nn_strings_have(&comparison->claims[0].reasons,
				    "missing pairs: only 9 of 10 blocks have a value in both "
				    "arms"));
}

static void two_margins_for_one_subject_are_refused(void **state)
{
	static const struct nn_claim_request claims[] = {
		{.text = "vm >= 97% of native",
		 .arm = "vm",
		 .base = "native",
		 .workload = "*",
		 .metric = "*",
		 .margin = 0.97},
		{.text = "vm >= 90% of native",
		 .arm = "vm",
		 .base = "native",
		 .workload = "*",
		 .metric = "*",
		 .margin = 0.90},
	};
	const struct nn_file_options options = {.claims = {claims, 2}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, golden_y, 10);
	comparison = compare(nn_strbuf_str(&csv), &options);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(comparison->claims[i].verdict, "INVALID");
		assert_non_null(strstr(comparison->claims[i].reasons.items[0], "mixed margins"));
	}
	assert_string_equal(comparison->rows[0].verdict, "INVALID");
	assert_non_null(strstr(comparison->rows[0].reasons.items[0], "mixed margins"));
}

static void campaigns_are_judged_apart(void **state)
{
	static const struct nn_claim_request claim = {.text = "vm >= 97% of native",
						      .arm = "vm",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.97};
	const struct nn_file_options options = {.claims = {&claim, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	double slow[10];

	(void)state;
	for (size_t i = 0; i < 10; i++)
		slow[i] = 0.8 * golden_y[i];
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "z-first", golden_x, golden_y, 10);
	add_pairs(&csv, "a-second", golden_x, slow, 10);
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_int_equal(comparison->nr_campaigns, 2);
	assert_int_equal(comparison->nr_claims, 2);
	assert_string_equal(comparison->claims[0].campaign, "z-first");
	assert_string_equal(comparison->claims[0].verdict, "PROVEN");
	assert_string_equal(comparison->claims[1].campaign, "a-second");
	assert_string_equal(comparison->claims[1].verdict, "REFUTED");
	assert_int_equal(comparison->claims[1].worst, 1);
}

static void unknown_arms_are_refused_by_name(void **state)
{
	static const struct nn_claim_request claim = {.text = "guest >= 97% of native",
						      .arm = "guest",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.97};
	const struct nn_file_options cases[] = {{.base = "metal"},
						{.arm = "metal"},
						{.claims = {&claim, 1}},
						{.base = "vm", .arm = "vm"}};
	static const char *const names[] = {"no arm 'metal', its arms are 'native', 'vm'",
					    "no arm 'metal'", "no arm 'guest'",
					    "arm 'vm' is the base itself"};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, golden_y, 3);
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_comparison *comparison = NULL;
		struct nn_err err = {0};

		assert_int_equal(read_text(nn_strbuf_str(&csv), &cases[i], &comparison, &err),
				 -EINVAL);
		assert_non_null(strstr(err.message, names[i]));
	}
}

static void a_name_that_a_message_quotes_stays_in_its_line(void **state)
{
	const struct nn_file_options options = {.base = "metal"};
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(read_text(HEADER "c,\"na\n\x1b[2Jtive\",0,b,0,0,w,m,s,lower,1\n", &options,
				   &comparison, &err),
			 -EINVAL);
	assert_non_null(strstr(err.message, "no arm 'metal', its arms are 'na  [2Jtive'"));
}

static const struct nn_claim_request every_workload = {.text = "vm >= 97% of native",
						       .arm = "vm",
						       .base = "native",
						       .workload = "*",
						       .metric = "*",
						       .margin = 0.97};

static void add_row(struct nn_strbuf *csv, const char *arm, size_t block, size_t run,
		    const char *workload, const char *value)
{
	nn_strbuf_addf(csv, "c,%s,%zu,%s-%zu,%zu,0,%s,m,s,lower,%s\n", arm, block, arm, block, run,
		       workload, value);
}

/* A claim about every workload is not proven by leaving out what the VM never measured. */
static void a_workload_that_one_arm_lacks_is_not_left_out(void **state)
{
	const struct nn_file_options options = {.claims = {&every_workload, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, golden_y, 10);
	for (size_t i = 0; i < 10; i++)
		add_row(&csv, "native", i, 0, "w2", "5");
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_int_equal(comparison->claims[0].nr_checks, 2);
	assert_non_null(strstr(comparison->claims[0].reasons.items[0], "measured in arm 'native'"));
}

static void a_refuted_workload_refutes_whatever_is_wrong_with_others(void **state)
{
	const struct nn_file_options options = {.claims = {&every_workload, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	for (size_t i = 0; i < 10; i++) {
		add_row(&csv, "native", i, 0, "broken", "0");
		add_row(&csv, "vm", i, 0, "broken", "1");
		add_row(&csv, "native", i, 0, "slow", i % 2 ? "10" : "10.01");
		add_row(&csv, "vm", i, 0, "slow", i % 2 ? "12" : "12.02");
	}
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_string_equal(comparison->claims[0].verdict, "REFUTED");
	assert_string_equal(comparison->rows[comparison->claims[0].worst].workload, "slow");
}

/* Half of the boots lost is more than one boot lost, not another way to pair. */
static void pairs_stay_pairs_however_many_are_missing(void **state)
{
	const struct nn_file_options options = {.claims = {&every_workload, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	double vm[10];

	(void)state;
	for (size_t i = 0; i < 10; i++)
		vm[i] = i < 5 ? golden_x[i] : NAN;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, vm, 10);
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_true(comparison->rows[0].is_paired);
	assert_string_equal(comparison->claims[0].verdict, "INCONCLUSIVE");
}

static void losses_of_one_arm_are_a_bias(void **state)
{
	static const struct {
		const char *value; /* of every fifth run in the VM; NULL: no row */
		const char *reason;
	} cases[] = {
		{"", "values are missing unevenly: 0 % in 'native', 20 % in 'vm'"},
		{NULL, "runs are missing unevenly: 5.0 a boot in 'native', 4.0 in 'vm'"},
	};

	(void)state;
	for (size_t c = 0; c < NN_ARRAY_SIZE(cases); c++) {
		const struct nn_file_options options = {.claims = {&every_workload, 1}};
		NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

		nn_strbuf_add(&csv, HEADER);
		for (size_t i = 0; i < 50; i++) {
			add_row(&csv, "native", i / 5, i % 5, "w", "7");
			if (i % 5 || cases[c].value)
				add_row(&csv, "vm", i / 5, i % 5, "w",
					i % 5 ? "7" : cases[c].value);
		}
		comparison = compare(nn_strbuf_str(&csv), &options);
		assert_string_equal(comparison->claims[0].verdict, "INVALID");
		assert_true(nn_strings_have(&comparison->claims[0].reasons, cases[c].reason));
	}
}

/* exp(log(97) - log(100)) is not 0.97 to the last bit. */
static void a_ratio_that_is_the_margin_is_proven(void **state)
{
	static const struct {
		const char *native;
		const char *vm;
	} cases[] = {{"97", "100"}, {"970", "1000"}, {"194", "200"}, {"0.97", "1"}};

	(void)state;
	for (size_t c = 0; c < NN_ARRAY_SIZE(cases); c++) {
		const struct nn_file_options options = {.claims = {&every_workload, 1}};
		NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

		nn_strbuf_add(&csv, HEADER);
		for (size_t i = 0; i < 6; i++) {
			add_row(&csv, "native", i, 0, "w", cases[c].native);
			add_row(&csv, "vm", i, 0, "w", cases[c].vm);
		}
		comparison = compare(nn_strbuf_str(&csv), &options);
		assert_string_equal(comparison->claims[0].verdict, "PROVEN");
		assert_non_null(strstr(comparison->rows[0].flags.items[0], "constant: "));
	}
}

static void what_no_number_can_hold_is_invalid_with_a_reason(void **state)
{
	static const char *const values[][2] = {{"1e-308", "1e308"}, {"1e308", "1e-308"}};

	(void)state;
	for (size_t c = 0; c < NN_ARRAY_SIZE(values); c++) {
		const struct nn_file_options options = {.claims = {&every_workload, 1}};
		NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

		nn_strbuf_add(&csv, HEADER);
		for (size_t i = 0; i < 6; i++) {
			add_row(&csv, "native", i, 0, "w", values[c][0]);
			add_row(&csv, "vm", i, 0, "w", values[c][1]);
		}
		comparison = compare(nn_strbuf_str(&csv), &options);
		assert_string_equal(comparison->claims[0].verdict, "INVALID");
		assert_true(nn_strings_have(&comparison->claims[0].reasons,
					    "a value or a ratio is beyond what a number can hold"));
	}
}

static size_t count_with(const struct nn_report_row *row, const char *phrase)
{
	size_t nr = 0;

	for (size_t i = 0; i < row->reasons.nr; i++)
		nr += strstr(row->reasons.items[i], phrase) != NULL;
	for (size_t i = 0; i < row->flags.nr; i++)
		nr += strstr(row->flags.items[i], phrase) != NULL;
	return nr;
}

/* What forbids the verdict is a reason, and no flag beside it says so again. */
static void two_groups_of_boots_are_told_once(void **state)
{
	const struct nn_file_options options[] = {{.claims = {&every_workload, 1}}, {0}};
	static const char fact[] = "the boots of 'vm' fall into two groups";
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	for (size_t i = 0; i < 10; i++) {
		NN_AUTO(free) char *vm = nn_asprintf("%g", (i % 2 ? 100 : 102) + 0.01 * (double)i);

		add_row(&csv, "native", i, 0, "w", i % 2 ? "100" : "100.1");
		add_row(&csv, "vm", i, 0, "w", vm);
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(options); i++) {
		NN_AUTO(comparison)
		struct nn_comparison *comparison = compare(nn_strbuf_str(&csv), &options[i]);
		const struct nn_report_row *row = &comparison->rows[0];

		assert_int_equal(count_with(row, fact), 1);
		assert_int_equal(nn_strings_have(&row->flags, "bimodal: the boots of 'vm' fall "
							      "into two groups"),
				 !options[i].claims.nr);
	}
}

static void add_climbing_run(struct nn_strbuf *csv, const char *arm, size_t block, double slope)
{
	for (size_t i = 0; i < 40; i++)
		nn_strbuf_addf(csv, "c,%s,%zu,%s-%zu,0,%zu,w,m,s,lower,%.9g\n", arm, block, arm,
			       block, i, 100 + slope * (double)i + 0.1 * (double)(i * 7 % 5));
}

static void a_run_without_a_steady_state_is_told_once(void **state)
{
	static const struct {
		size_t nr_climbing; /* of 6 runs of the VM */
		const char *told;
	} cases[] = {
		{6, "no steady state in 6 of 6 runs of 'vm'"},
		{1, "no steady state: 1 of 6 runs of 'vm'"},
	};
	const struct nn_file_options options = {0};

	(void)state;
	for (size_t c = 0; c < NN_ARRAY_SIZE(cases); c++) {
		NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

		nn_strbuf_add(&csv, HEADER);
		for (size_t b = 0; b < 6; b++) {
			add_climbing_run(&csv, "native", b, 0);
			add_climbing_run(&csv, "vm", b, b < cases[c].nr_climbing ? 2 : 0);
		}
		comparison = compare(nn_strbuf_str(&csv), &options);
		assert_int_equal(count_with(&comparison->rows[0], cases[c].told), 1);
		assert_int_equal(count_with(&comparison->rows[0], "no steady state"), 1);
	}
}

/* Invalid rows take no part in what is said of all together. */
static void the_aggregate_is_of_valid_rows(void **state)
{
	const struct nn_file_options options = {0};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;

	(void)state;
	nn_strbuf_add(&csv, HEADER);
	for (size_t i = 0; i < 50; i++) {
		for (size_t w = 0; w < 3; w++) {
			static const char *const workloads[] = {"a", "b", "lossy"};
			static const char *const of_vm[] = {"8", "18", "1"};

			add_row(&csv, "native", i / 5, i % 5, workloads[w], "12");
			if (w < 2 || i % 5)
				add_row(&csv, "vm", i / 5, i % 5, workloads[w], of_vm[w]);
		}
	}
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_int_equal(comparison->nr_aggregates, 1);
	assert_int_equal(comparison->aggregates[0].nr_rows, 2);
	assert_float_equal(comparison->aggregates[0].performance_ratio, 1, 1e-12);
}

static void values_without_logs_have_no_verdict(void **state)
{
	static const struct nn_claim_request claim = {.text = "vm >= 97% of native",
						      .arm = "vm",
						      .base = "native",
						      .workload = "*",
						      .metric = "*",
						      .margin = 0.97};
	const struct nn_file_options options = {.claims = {&claim, 1}};
	NN_AUTO(strbuf) struct nn_strbuf csv = NN_STRBUF_INIT;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	double vm[10];

	(void)state;
	memcpy(vm, golden_y, sizeof(vm));
	vm[0] = 0;
	nn_strbuf_add(&csv, HEADER);
	add_pairs(&csv, "c", golden_x, vm, 10);
	comparison = compare(nn_strbuf_str(&csv), &options);
	assert_string_equal(comparison->rows[0].method, "Fieller on means");
	assert_string_equal(comparison->claims[0].verdict, "INVALID");
	assert_true(nn_strings_have(&comparison->claims[0].reasons,
				    "a value is zero or negative, of which there is no log ratio"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_numbers_come_out_of_a_file),
		cmocka_unit_test(bad_files_are_refused_with_line_and_column),
		cmocka_unit_test(columns_may_stand_in_any_order_beside_others),
		cmocka_unit_test(warm_up_and_absent_values_are_left_out),
		cmocka_unit_test(a_boot_is_the_mean_over_runs_of_means_over_iterations),
		cmocka_unit_test(a_missing_pair_leaves_the_claim_open),
		cmocka_unit_test(two_margins_for_one_subject_are_refused),
		cmocka_unit_test(campaigns_are_judged_apart),
		cmocka_unit_test(unknown_arms_are_refused_by_name),
		cmocka_unit_test(a_name_that_a_message_quotes_stays_in_its_line),
		cmocka_unit_test(a_workload_that_one_arm_lacks_is_not_left_out),
		cmocka_unit_test(a_refuted_workload_refutes_whatever_is_wrong_with_others),
		cmocka_unit_test(pairs_stay_pairs_however_many_are_missing),
		cmocka_unit_test(losses_of_one_arm_are_a_bias),
		cmocka_unit_test(a_ratio_that_is_the_margin_is_proven),
		cmocka_unit_test(what_no_number_can_hold_is_invalid_with_a_reason),
		cmocka_unit_test(two_groups_of_boots_are_told_once),
		cmocka_unit_test(a_run_without_a_steady_state_is_told_once),
		cmocka_unit_test(the_aggregate_is_of_valid_rows),
		cmocka_unit_test(values_without_logs_have_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
