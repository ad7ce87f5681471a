/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

#define ROOT(body)                                                                \
	"<PhoronixTestSuite>\n<System><Identifier>s</Identifier></System>\n" body \
	"\n</PhoronixTestSuite>"
#define RESULT(proportion, format, entry)                                                  \
	"<Result><Identifier>pts/a-1.0</Identifier><Description>d: e</Description>"        \
	"<Scale>MB/s</Scale><Proportion>" proportion "</Proportion><DisplayFormat>" format \
	"</DisplayFormat>\n<Data><Entry><Identifier>s</Identifier>" entry                  \
	"</Entry></Data></Result>"

static void runs_of_the_chosen_system_are_iterations(void **state)
{
	static const struct expected_value expected[] = {
		{"pts/clpeak-1.0.1/OpenCL_Test_Global_Memory_Bandwidth", "GBPS", "GBPS",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 843.01},
		{"pts/clpeak-1.0.1/OpenCL_Test_Global_Memory_Bandwidth", "GBPS", "GBPS",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 2, 843.05},
		{"pts/clpeak-1.0.1/OpenCL_Test_Kernel_Latency", "us", "us", NN_LOWER_IS_BETTER,
		 NN_KIND_TIME, 1, 7.23},
		{"pts/openarena-1.5.5/Resolution_1920_x_1080", "Frames_Per_Second",
		 "Frames Per Second", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 2, 652.3},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_phoronix, "phoronix-10.8.4.xml", "native");

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(nr_values_of(&boot), 9);
	assert_outcome(&boot, "OpenArena/Resolution_1920_x_1080_-_Total_Frame_Time",
		       NN_OUTCOME_SKIPPED, "a LINE_GRAPH is no single figure");
	assert_fact(&boot, "tool", "Phoronix Test Suite v10.8.4");
	assert_fact(&boot, "software",
		    "OS: Debian 12, Kernel: 6.1.0-28-amd64 (x86_64), File-System: ext4");
}

static void mean_stands_in_where_runs_were_not_kept_and_no_result_is_a_failure(void **state)
{
	static const struct expected_value expected[] = {
		{"pts/clpeak-1.0.1/OpenCL_Test_Kernel_Latency", "us", "us", NN_LOWER_IS_BETTER,
		 NN_KIND_TIME, 0, 7.4},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_phoronix, "phoronix-10.8.4.xml", "vm");

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(nr_values_of(&boot), 4);
	assert_outcome(&boot, "pts/openarena-1.5.5/Resolution_1920_x_1080", NN_OUTCOME_FAILED,
		       "the test gave no result");
}

static void direction_is_never_guessed(void **state)
{
	static const char *const proportions[] = {"", "ABSTRACT"};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(proportions); i++) {
		NN_AUTO(free)
		char *text = nn_asprintf(ROOT(RESULT("HIB", "BAR_GRAPH", "<Value>1</Value>") RESULT(
						 "%s", "BAR_GRAPH", "<Value>1</Value>")),
					 proportions[i]);
		NN_AUTO(free)
		char *reason = nn_asprintf("the proportion '%s' does not say which is better",
					   proportions[i]);
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_phoronix, text, NULL);

		assert_outcome(&boot, "pts/a-1.0/d_e", NN_OUTCOME_SKIPPED, reason);
	}
}

static void system_must_be_chosen_where_there_are_two(void **state)
{
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_import_file(&nn_importer_phoronix, FIXTURES "phoronix-10.8.4.xml", NULL,
					&boot, &err),
			 -EBADMSG);
	assert_string_equal(err.message,
			    FIXTURES "phoronix-10.8.4.xml:20: a second system 'vm' after 'native', "
				     "choose one with --only NAME");
	assert_int_equal(nn_import_file(&nn_importer_phoronix, FIXTURES "phoronix-10.8.4.xml",
					"metal", &boot, &err),
			 -EINVAL);
	assert_string_equal(err.message,
			    FIXTURES "phoronix-10.8.4.xml: no system 'metal', the file "
				     "has 'native', 'vm'");
}

static void malformed_files_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"<PhoronixTestSuite>\n<System>\n",
		 "dir/t:3:1: no XML: Premature end of data in tag "
		 "System line 2"},
		{"<PhoronixTestSuite>&x;</PhoronixTestSuite>",
		 "dir/t:1:23: no XML: Entity 'x' not defined"},
		{"<!DOCTYPE a SYSTEM 'http://127.0.0.1/x'>\n<PhoronixTestSuite/>",
		 "dir/t:1: a document type, expected a result file without one"},
		{"<?xml version='1.0'?>\n<html/>",
		 "dir/t:2: the document is <html>, expected <PhoronixTestSuite>"},
		{"<PhoronixTestSuite/>", "dir/t:1: no <System>, expected whose results these are"},
		{ROOT(""), "dir/t: no figure in it, expected results of phoronix"},
		{ROOT("<Result/>"),
		 "dir/t:3: <Result> without <Identifier> and <Title>, expected one"},
		{ROOT("<Result><Title>a</Title></Result>"),
		 "dir/t:3: <Result> without <Data>, expected one"},
		{ROOT(RESULT("HIB", "BAR_GRAPH", "<RawString>1.5:fast</RawString>")),
		 "dir/t:4: 'fast' is no number"},
		{ROOT(RESULT("HIB", "BAR_GRAPH", "<RawString>1.5:</RawString>")),
		 "dir/t:4: '' is no number"},
		{ROOT(RESULT("HIB", "BAR_GRAPH", "<Value>1e999</Value>")),
		 "dir/t:4: '1e999' is no number"},
	};

	(void)state;
	assert_malformed(&nn_importer_phoronix, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_the_chosen_system_are_iterations),
		cmocka_unit_test(
			mean_stands_in_where_runs_were_not_kept_and_no_result_is_a_failure),
		cmocka_unit_test(direction_is_never_guessed),
		cmocka_unit_test(system_must_be_chosen_where_there_are_two),
		cmocka_unit_test(malformed_files_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
