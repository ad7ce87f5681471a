/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/compute/bandwidth.c" /* its state, to spoil it */

#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/leaks.h"

#define NAME "compute/bandwidth"

/* Skips the test where there is no OpenCL device at all; PoCL counts as one. */
static void begin_small(struct drive *d, const char *host_memory)
{
	drive_init(d, NAME, "");
	drive_set(d, "size", "256KiB");
	drive_set(d, "host_memory", host_memory);
	if (d->workload->probe(&d->run, &d->err)) {
		print_message("skipped: %s\n", d->err.message);
		drive_release(d);
		skip();
	}
}

static void both_kinds_of_host_memory_run_here(void **state)
{
	uint64_t checksums[2];

	(void)state;
	for (size_t i = 0; host_memory_words[i]; i++) {
		struct drive d;

		begin_small(&d, host_memory_words[i]);
		drive_run_well(&d, 2);
		assert_true(d.run.note[0] != '\0');
		checksums[i] = d.run.checksum;
		drive_release(&d);
	}
	assert_true(checksums[0] == checksums[1]);
}

static void a_size_that_is_no_multiple_of_a_page_works(void **state)
{
	struct drive d;

	(void)state;
	begin_small(&d, "pageable");
	nn_pairs_release(&d.job.settings);
	drive_set(&d, "size", "5000B");
	drive_set(&d, "host_memory", "pageable");
	drive_run_well(&d, 2);
	drive_release(&d);
}

static void stale_or_spoiled_data_is_a_wrong_result(void **state)
{
	struct bandwidth_state *bandwidth;
	struct drive d;

	(void)state;
	begin_small(&d, "pageable");
	assert_int_equal(drive_begin(&d, 2), 0);
	bandwidth = d.run.state;
	assert_int_equal(check_sink(bandwidth, 2, &d.err), 0);
	assert_int_equal(check_sink(bandwidth, 1, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "round trip 1: wrong data at byte 0 of 262144");
	bandwidth->sink[1000] ^= 1;
	assert_int_equal(check_sink(bandwidth, 2, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "round trip 2: wrong data at byte 8000 of 262144");
	drive_end(&d);
	drive_release(&d);
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal(NAME, "size", "1B",
			     "setting 'size' is 1, expected 4096 to 17179869184");
	drive_expect_refusal(NAME, "size", "4097B", "setting 'size' is no multiple of 8 bytes");
	drive_expect_refusal(NAME, "host_memory", "swapped",
			     "setting 'host_memory' is 'swapped', expected one of pageable, "
			     "pinned");
	drive_expect_refusal(NAME, "device", "fpga",
			     "setting 'device' is 'fpga', expected one of auto, gpu, cpu");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds_of_host_memory_run_here),
		cmocka_unit_test(a_size_that_is_no_multiple_of_a_page_works),
		cmocka_unit_test(stale_or_spoiled_data_is_a_wrong_result),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
