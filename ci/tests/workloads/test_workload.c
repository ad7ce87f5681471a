/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/workloads/drive.h"

static void absent_settings_come_from_the_table(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d, "iommu/nvme-read", "");
	assert_int_equal(nn_workload_bytes(d.workload, &d.run, "block"), 4096);
	assert_int_equal(nn_workload_u64(d.workload, &d.run, "count"), 64);
	drive_release(&d);
	drive_init(&d, "system/timer", "");
	assert_int_equal(nn_workload_duration_ns(d.workload, &d.run, "interval"), 1000000);
	drive_release(&d);
	drive_init(&d, "compute/bandwidth", "");
	assert_string_equal(nn_workload_string(d.workload, &d.run, "device"), "auto");
	drive_release(&d);
}

static void the_jobs_settings_win(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d, "iommu/nvme-read", "");
	drive_set(&d, "block", "64KiB");
	drive_set(&d, "count", "7");
	assert_int_equal(nn_workload_bytes(d.workload, &d.run, "block"), 65536);
	assert_int_equal(nn_workload_u64(d.workload, &d.run, "count"), 7);
	drive_release(&d);
	drive_init(&d, "compute/bandwidth", "");
	drive_set(&d, "device", "cpu");
	assert_string_equal(nn_workload_string(d.workload, &d.run, "device"), "cpu");
	drive_release(&d);
}

static void a_text_that_does_not_parse_counts_as_absent(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d, "iommu/nvme-read", "");
	drive_set(&d, "block", "many");
	assert_int_equal(nn_workload_bytes(d.workload, &d.run, "block"), 4096);
	drive_release(&d);
}

static void settings_are_checked_against_the_table(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		const char *message;
	} cases[] = {
		{"count", "many",
		 "setting 'count' of 'iommu/nvme-read': 'many' is no whole number"},
		{"blok", "4KiB", "'iommu/nvme-read' has no setting 'blok', expected block, blocks"},
		{"block", "4", "setting 'block' of 'iommu/nvme-read': "},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct drive d;

		drive_init(&d, "iommu/nvme-read", "");
		drive_set(&d, "count", "8");
		assert_int_equal(nn_workload_check_settings(d.workload, &d.job, &d.err), 0);
		drive_set(&d, cases[i].name, cases[i].value);
		assert_int_equal(nn_workload_check_settings(d.workload, &d.job, &d.err), -EINVAL);
		assert_memory_equal(d.err.message, cases[i].message, strlen(cases[i].message));
		drive_release(&d);
	}
}

static void ranges_and_words_say_what_was_expected(void **state)
{
	static const char *const words[] = {"auto", "gpu", NULL};
	struct nn_err err = {0};
	size_t index = 9;

	(void)state;
	assert_int_equal(nn_workload_check_range("n", 1, 1, 3, &err), 0);
	assert_int_equal(nn_workload_check_range("n", 3, 1, 3, &err), 0);
	assert_int_equal(nn_workload_check_range("n", 0, 1, 3, &err), -EINVAL);
	assert_string_equal(err.message, "setting 'n' is 0, expected 1 to 3");
	assert_int_equal(nn_workload_check_word("d", "gpu", words, &index, &err), 0);
	assert_int_equal(index, 1);
	assert_int_equal(nn_workload_check_word("d", "tpu", words, &index, &err), -EINVAL);
	assert_string_equal(err.message, "setting 'd' is 'tpu', expected one of auto, gpu");
	assert_int_equal(index, 1);
}

static void a_rate_over_no_time_is_no_sample(void **state)
{
	(void)state;
	assert_true(isnan(nn_workload_rate(5, 0)));
	assert_float_equal(nn_workload_rate(5, 2), 2.5, 0);
}

static void a_failure_can_become_a_skip(void **state)
{
	struct nn_err err = {0};

	(void)state;
	(void)nn_err_set(&err, -ENODEV, "there is none");
	assert_int_equal(nn_workload_not_here(&err), -EOPNOTSUPP);
	assert_int_equal(err.code, -EOPNOTSUPP);
	assert_string_equal(err.message, "there is none");
	assert_int_equal(nn_workload_not_here(NULL), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent_settings_come_from_the_table),
		cmocka_unit_test(the_jobs_settings_win),
		cmocka_unit_test(a_text_that_does_not_parse_counts_as_absent),
		cmocka_unit_test(settings_are_checked_against_the_table),
		cmocka_unit_test(ranges_and_words_say_what_was_expected),
		cmocka_unit_test(a_rate_over_no_time_is_no_sample),
		cmocka_unit_test(a_failure_can_become_a_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
