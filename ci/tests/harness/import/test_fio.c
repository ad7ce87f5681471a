/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

/* A job whose only I/O are @nr reads, with the parts that are read. */
#define NO_IO "{\"total_ios\": 0}"
#define TIMES(n) \
	"{\"N\": " n ", \"mean\": 5.0, \"percentile\": {\"50.000000\": 4, \"99.900000\": 9}}"
#define NO_TIMES "{\"N\": 0, \"mean\": 0}"
#define READ(nr)                                                                          \
	"{\"total_ios\": " nr ", \"bw_bytes\": 100, \"iops\": 2.5, \"lat_ns\": " NO_TIMES \
	", \"clat_ns\": " TIMES(nr) ", \"slat_ns\": " NO_TIMES "}"
#define JOB(name, error, read)                                                                    \
	"{\"jobname\": \"" name "\", \"error\": " error ", \"read\": " read ", \"write\": " NO_IO \
	", \"trim\": " NO_IO "}"
#define FILE_OF(jobs) "{\"fio version\": \"fio-3.33\", \"jobs\": [" jobs "]}"

/* Read from the file by hand; the very rows that a report has, and no more. */
static void what_people_compare_is_told_in_readable_units(void **state)
{
	static const struct expected_value expected[] = {
		{"fio/seq-read/read", "bw", "MB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0,
		 1646.817167},
		{"fio/seq-read/read", "iops", "1/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0,
		 12564.217891},
		{"fio/seq-read/read", "clat_mean", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 76.323016149},
		{"fio/seq-read/read", "clat_p50", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 12.48},
		{"fio/seq-read/read", "clat_p95", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 21.12},
		{"fio/seq-read/read", "clat_p99", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 3260.416},
		{"fio/seq-read/read", "clat_p99.9", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 4816.896},
		{"fio/rand-rw/write", "iops", "1/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0,
		 10234.882559},
	};
	static const char *const left_out[] = {"lat_mean",   "slat_mean",  "clat_p1",
					       "clat_p90",   "clat_p99.5", "clat_p99.95",
					       "clat_p99.99"};
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_fixture(&nn_importer_fio, "fio-3.33.json", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(boot.nr_runs, 3); /* nothing was written by seq-read, nothing trimmed */
	assert_int_equal(run_of(&boot, "fio/seq-read/read")->samples.nr, 7);
	for (size_t i = 0; i < NN_ARRAY_SIZE(left_out); i++)
		assert_null(sample_of(&boot, "fio/seq-read/read", left_out[i], 0));
	assert_fact(&boot, "tool", "fio-3.33");
}

static void a_list_of_percentiles_that_was_asked_for_is_taken_whole(void **state)
{
	static const char text[] = FILE_OF(
		JOB("a", "0",
		    "{\"total_ios\": 1000, \"bw_bytes\": 1, \"iops\": 1, \"lat_ns\": " NO_TIMES
		    ", \"clat_ns\": {\"N\": 1000, \"mean\": 5, \"percentile\": {"
		    "\"90.000000\": 7000, \"97.500000\": 8000}}}"));
	NN_AUTO(import_boot) struct nn_import_boot boot = read_text(&nn_importer_fio, text, NULL);

	(void)state;
	assert_non_null(sample_of(&boot, "fio/a/read", "clat_p90", 0));
	assert_non_null(sample_of(&boot, "fio/a/read", "clat_p97.5", 0));
}

/* disable_clat, and lat_percentiles beside it. */
static void the_total_latency_stands_in_where_completions_were_not_timed(void **state)
{
	static const struct {
		const char *lat;
		const char *clat;
		const char *mean;
		const char *p50;
	} cases[] = {
		{TIMES("1000"), NO_TIMES, "lat_mean", "lat_p50"},
		{TIMES("1000"), "{\"N\": 1000, \"mean\": 5}", "clat_mean", "lat_p50"},
		{TIMES("1000"), TIMES("1000"), "clat_mean", "clat_p50"},
		{NO_TIMES, NO_TIMES, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free)
		char *read = nn_asprintf("{\"total_ios\": 1000, \"bw_bytes\": 1, \"iops\": 1, "
					 "\"lat_ns\": %s, \"clat_ns\": %s}",
					 cases[i].lat, cases[i].clat);
		NN_AUTO(free) char *text = nn_asprintf(FILE_OF(JOB("a", "0", "%s")), read);
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_fio, text, NULL);

		assert_int_equal(run_of(&boot, "fio/a/read")->samples.nr, cases[i].mean ? 4 : 2);
		if (!cases[i].mean)
			continue;
		assert_non_null(sample_of(&boot, "fio/a/read", cases[i].mean, 0));
		assert_non_null(sample_of(&boot, "fio/a/read", cases[i].p50, 0));
	}
}

static void jobs_of_one_name_are_iterations(void **state)
{
	static const struct expected_value expected[] = {
		{"fio/rand/write", "bw", "MB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 946.004139},
		{"fio/rand/write", "bw", "MB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 1, 1574.251156},
		{"fio/rand/write", "clat_p99.99", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME, 1,
		 60.672},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_fixture(&nn_importer_fio, "fio-3.33-plus.json", NULL);

	(void)state;
	assert_int_equal(boot.nr_runs, 1);
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
}

static void percentiles_with_fewer_than_ten_beyond_are_left_out(void **state)
{
	static const struct {
		const char *text;
		bool has_p50;
		bool has_p999;
	} cases[] = {
		{FILE_OF(JOB("a", "0", READ("10000"))), true, true},
		{FILE_OF(JOB("a", "0", READ("9999"))), true, false},
		{FILE_OF(JOB("a", "0", READ("20"))), true, false},
		{FILE_OF(JOB("a", "0", READ("19"))), false, false},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&nn_importer_fio, cases[i].text, NULL);

		assert_non_null(sample_of(&boot, "fio/a/read", "clat_mean", 0));
		assert_int_equal(sample_of(&boot, "fio/a/read", "clat_p50", 0) != NULL,
				 cases[i].has_p50);
		assert_int_equal(sample_of(&boot, "fio/a/read", "clat_p99.9", 0) != NULL,
				 cases[i].has_p999);
	}
}

static void job_that_ended_with_an_error_is_broken(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_fio,
			  FILE_OF(JOB("a", "5", READ("100")) ", " JOB("b", "28", NO_IO)), NULL);

	(void)state;
	assert_outcome(&boot, "fio/a/read", NN_OUTCOME_BROKEN,
		       "the job ended with error 5 (Input/output error)");
	assert_outcome(&boot, "fio/b", NN_OUTCOME_BROKEN,
		       "the job ended with error 28 (No space left on device)");
}

static void notes_before_the_json_are_passed_over(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_fio,
			  "note: both iodepth >= 1 and synchronous I/O engine are selected {\n"
			  "fio: {again}\n" FILE_OF(JOB("a", "0", READ("100"))),
			  NULL);

	(void)state;
	assert_non_null(sample_of(&boot, "fio/a/read", "iops", 0));
}

static void malformed_files_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"{\n \"jobs\": [\n", "dir/t: JSON line 3 column 0: ']' expected near end of file"},
		{"a note\n{\n \"jobs\": ]\n",
		 "dir/t: JSON line 3 column 10: unexpected token near ']'"},
		{"{}", "dir/t: member 'fio version': missing, expected a string"},
		{"[]", "dir/t: member 'fio version': missing, expected a string"},
		{"{\"fio version\": \"fio-2\", \"jobs\": 1}",
		 "dir/t: member 'jobs': wrong type, expected an array"},
		{FILE_OF(""), "dir/t: no figure in it, expected results of fio"},
		{FILE_OF("7"), "dir/t: member 'jobname': missing, expected a string"},
		{FILE_OF("{\"jobname\": \"a\", \"error\": 0}"),
		 "dir/t: job 'a': read: member 'total_ios': missing, expected a number"},
		{FILE_OF(JOB("a", "0", "{\"total_ios\": 1, \"bw\": 1, \"iops\": 1}")),
		 "dir/t: job 'a': read: member 'bw_bytes': missing, expected a number"},
		{FILE_OF(JOB("a", "0", "{\"total_ios\": 1, \"bw_bytes\": 1, \"iops\": 1}")),
		 "dir/t: job 'a': read: clat_ns: member 'N': missing, expected a number"},
		{FILE_OF(JOB(
			 "a", "0",
			 "{\"total_ios\": 1, \"bw_bytes\": 1, \"iops\": 1, \"clat_ns\": {\"N\": "
			 "50, \"mean\": 1, \"percentile\": {\"most\": 1}}}")),
		 "dir/t: job 'a': read: clat percentile 'most' is none"},
		{FILE_OF(JOB(
			 "a", "0",
			 "{\"total_ios\": 1, \"bw_bytes\": 1, \"iops\": 1, \"clat_ns\": {\"N\": "
			 "50, \"mean\": 1, \"percentile\": {\"50\": \"x\"}}}")),
		 "dir/t: job 'a': read: clat percentile '50' has no number"},
	};

	(void)state;
	assert_malformed(&nn_importer_fio, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_people_compare_is_told_in_readable_units),
		cmocka_unit_test(a_list_of_percentiles_that_was_asked_for_is_taken_whole),
		cmocka_unit_test(the_total_latency_stands_in_where_completions_were_not_timed),
		cmocka_unit_test(jobs_of_one_name_are_iterations),
		cmocka_unit_test(percentiles_with_fewer_than_ten_beyond_are_left_out),
		cmocka_unit_test(job_that_ended_with_an_error_is_broken),
		cmocka_unit_test(notes_before_the_json_are_passed_over),
		cmocka_unit_test(malformed_files_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
