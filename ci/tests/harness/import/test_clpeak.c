/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

#define DEVICE "Platform: P\n  Device: A\n    Driver version  : 1.2 (Linux x64)\n\n"

static void printed_figures_have_their_units_and_directions(void **state)
{
	static const struct expected_value expected[] = {
		{"clpeak/global_memory_bandwidth", "float16", "GB/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 38.75},
		{"clpeak/single_precision_compute", "float", "GFLOPS", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 2.16},
		{"clpeak/integer_compute", "int2", "GIOPS", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0,
		 7.48},
		{"clpeak/integer_compute_fast", "int16", "GIOPS", NN_HIGHER_IS_BETTER, NN_KIND_RATE,
		 0, 71.27},
		{"clpeak/transfer_bandwidth", "enqueuewritebuffer_nonblocking", "GB/s",
		 NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 11.97},
		{"clpeak/transfer_bandwidth", "memcpy_to_mapped_ptr", "GB/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 12.12},
		{"clpeak/kernel_launch_latency", "latency", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME,
		 0, 35.61},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_fixture(&nn_importer_clpeak, "clpeak-1.1.2.txt", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(nr_values_of(&boot), 34);
	assert_outcome(&boot, "clpeak/half_precision_compute", NN_OUTCOME_SKIPPED,
		       "no half precision support");
}

static void device_is_told_and_a_processor_is_known_as_software(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_fixture(&nn_importer_clpeak, "clpeak-1.1.2.txt", NULL);
	const struct nn_import_run *run = run_of(&boot, "clpeak/transfer_bandwidth");

	(void)state;
	assert_fact(&boot, "opencl.platform", "Portable Computing Language");
	assert_fact(&boot, "opencl.driver", "3.1+debian");
	assert_true(run->is_software);
	assert_string_equal(run->note, "pthread-skylake-avx512-AMD EPYC");
}

static void printed_and_xml_give_the_same_metrics(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot printed = read_fixture(&nn_importer_clpeak, "clpeak-1.1.2.txt", NULL);
	NN_AUTO(import_boot)
	struct nn_import_boot xml = read_fixture(&nn_importer_clpeak, "clpeak-1.1.2.xml", NULL);

	(void)state;
	assert_int_equal(nr_values_of(&xml), nr_values_of(&printed));
	assert_string_equal(nn_pairs_get(&xml.facts, "opencl.driver"),
			    nn_pairs_get(&printed.facts, "opencl.driver"));
	for (size_t i = 0; i < printed.nr_runs; i++) {
		const struct nn_import_run *run = &printed.runs[i];

		for (size_t k = 0; k < run->samples.nr; k++) {
			const struct nn_sample *sample = &run->samples.items[k];
			const struct nn_sample *other =
				sample_of(&xml, run->workload, sample->metric, 0);

			assert_non_null(other);
			assert_string_equal(other->unit, sample->unit);
			assert_int_equal(other->direction, sample->direction);
			/* printed with two decimals, six digits in the XML */
			assert_true(fabs(other->value - sample->value) <=
				    fmax(0.005, 1e-5 * sample->value));
		}
	}
}

static void sections_of_newer_versions_have_the_names_of_the_xml(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_clpeak,
			  DEVICE "    Integer char (8bit) compute (GIOPS)\n      char4  : 4.5\n"
				 "    Half-precision compute (GFLOPS)\n      half   : 1\n",
			  NULL);

	(void)state;
	assert_non_null(sample_of(&boot, "clpeak/integer_compute_char", "char4", 0));
	assert_non_null(sample_of(&boot, "clpeak/half_precision_compute", "half", 0));
	assert_false(run_of(&boot, "clpeak/half_precision_compute")->is_software);
}

static void section_that_opencl_failed_in_is_broken(void **state)
{
	static const char *const texts[] = {
		DEVICE "    Transfer bandwidth (GBPS)\n      enqueueWriteBuffer : 12.0\n"
		       "      enqueueReadBuffer  : clEnqueueReadBuffer (-5)\n"
		       "      Tests skipped\n\n    Kernel launch latency : 7.2 us\n",
		DEVICE "    Transfer bandwidth (GBPS)\n      enqueueWriteBuffer : 12.0\n"
		       "      clEnqueueReadBuffer (-5)\n"
		       "      Tests skipped\n\n    Kernel launch latency : 7.2 us\n",
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_clpeak, texts[i], NULL);

		assert_outcome(&boot, "clpeak/transfer_bandwidth", NN_OUTCOME_BROKEN,
			       "clEnqueueReadBuffer (-5)");
		assert_outcome(&boot, "clpeak/kernel_launch_latency", NN_OUTCOME_OK, NULL);
	}
}

static void xml_section_without_an_end_is_broken_and_the_next_one_is_read(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_text(
		&nn_importer_clpeak,
		"<clpeak><platform name='P'><device name='A' driver_version='1'>"
		"<transfer_bandwidth unit='gbps'><enqueuewritebuffer>12</enqueuewritebuffer>"
		"<kernel_launch_latency unit='us'>7.2</kernel_launch_latency>"
		"</transfer_bandwidth></device></platform></clpeak>",
		NULL);

	(void)state;
	assert_outcome(&boot, "clpeak/transfer_bandwidth", NN_OUTCOME_BROKEN,
		       "the section has no end");
	assert_outcome(&boot, "clpeak/kernel_launch_latency", NN_OUTCOME_OK, NULL);
	assert_true(sample_of(&boot, "clpeak/kernel_launch_latency", "latency", 0)->value == 7.2);
}

static const char two_devices[] = "Platform: P\n  Device: A\n    Kernel launch latency : 1.5 us\n\n"
				  "Platform: Q\n  Device: B\n    Kernel launch latency : 2.5 us\n";

static void one_device_is_chosen_by_its_name(void **state)
{
	static const char xml[] =
		"<clpeak><platform name='P'><device name='A'><kernel_launch_latency unit='us'>1.5"
		"</kernel_launch_latency></device></platform><platform name='Q'><device name='B'>"
		"<kernel_launch_latency unit='us'>2.5</kernel_launch_latency></device></platform>"
		"</clpeak>";
	const char *const texts[] = {two_devices, xml};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_clpeak, texts[i], "B");
		struct nn_import_boot none = {0};
		struct nn_err err = {0};

		assert_int_equal(nr_values_of(&boot), 1);
		assert_true(sample_of(&boot, "clpeak/kernel_launch_latency", "latency", 0)->value ==
			    2.5);
		assert_fact(&boot, "opencl.platform", "Q");
		assert_int_equal(nn_import_text(&nn_importer_clpeak, texts[i], strlen(texts[i]),
						"t", "C", &none, &err),
				 -EINVAL);
		assert_string_equal(err.message, "t: no device 'C', the file has 'A', 'B'");
	}
}

static void malformed_texts_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"", "dir/t:1: the file is empty"},
		{"no platforms found\n", "dir/t: no figure in it, expected results of clpeak"},
		{two_devices,
		 "dir/t:6: a second device 'B' after 'A', choose one with --only NAME"},
		{"Platform: P\n  Device: A\n  Device: A\n",
		 "dir/t:3: a second device is called 'A', expected a file of one"},
		{DEVICE "      float : 1.0\n", "dir/t:5: a figure before any section"},
		{DEVICE "    Global memory bandwidth (GBPS)\n      float : 1,0\n",
		 "dir/t:6: '1,0' is no number"},
		{DEVICE "    Global memory bandwidth (parsec)\n",
		 "dir/t:5: unknown unit 'parsec' of global_memory_bandwidth, expected GBPS, "
		 "GFLOPS, GIOPS or us"},
		{DEVICE "    what is this\n",
		 "dir/t:5: 'what is this': no line of clpeak, expected 'NAME : FIGURE' or "
		 "'SECTION (UNIT)'"},
		{DEVICE "    Build Log: oh\n",
		 "dir/t:5: the kernels of clpeak did not build on 'A'"},
		{"<clpeak>\n <platform>\n</clpeak>\n",
		 "dir/t:3:10: no XML: Opening and ending tag mismatch: platform line 2 and clpeak"},
		{"<other/>", "dir/t:1: the document is <other>, expected <clpeak>"},
		{"<!DOCTYPE clpeak [<!ENTITY a 'x'>]>\n<clpeak/>",
		 "dir/t:1: a document type, expected a result file without one"},
		{"<clpeak><platform name='P'><device name='A'>\n<integer_compute unit='gflops'>\n"
		 "<int>fast</int></integer_compute></device></platform></clpeak>",
		 "dir/t:3: 'fast' is no number"},
		{"<clpeak><platform name='P'><device name='A'>\n<integer_compute>\n"
		 "<int>1</int></integer_compute></device></platform></clpeak>",
		 "dir/t:2: unknown unit '' of integer_compute, expected GBPS, GFLOPS, GIOPS or us"},
	};

	(void)state;
	assert_malformed(&nn_importer_clpeak, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed_figures_have_their_units_and_directions),
		cmocka_unit_test(device_is_told_and_a_processor_is_known_as_software),
		cmocka_unit_test(printed_and_xml_give_the_same_metrics),
		cmocka_unit_test(sections_of_newer_versions_have_the_names_of_the_xml),
		cmocka_unit_test(section_that_opencl_failed_in_is_broken),
		cmocka_unit_test(xml_section_without_an_end_is_broken_and_the_next_one_is_read),
		cmocka_unit_test(one_device_is_chosen_by_its_name),
		cmocka_unit_test(malformed_texts_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
