/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/device-choice.h"

#include "ci/tests/workloads/drive.h"

#define GPU   "0000:01:00.0"
#define OTHER "0000:02:00.0"

static void the_rank_follows_wish_and_address(void **state)
{
	static const struct {
		struct nn_device_wish wish;
		struct nn_device_candidate candidate;
		unsigned int rank;
	} cases[] = {
		/* nothing named: hardware before software */
		{{NN_WISH_AUTO, false, ""}, {false, ""}, 2},
		{{NN_WISH_AUTO, false, ""}, {false, OTHER}, 2},
		{{NN_WISH_AUTO, false, ""}, {true, ""}, 1},
		/* a GPU under test: it, or one that may be it, or software, but no other GPU */
		{{NN_WISH_AUTO, true, GPU}, {false, GPU}, 3},
		{{NN_WISH_AUTO, true, GPU}, {false, ""}, 2},
		{{NN_WISH_AUTO, true, GPU}, {false, OTHER}, 0},
		{{NN_WISH_AUTO, true, GPU}, {true, ""}, 1},
		{{NN_WISH_AUTO, true, ""}, {false, OTHER}, 0},
		/* another kind of device under test says nothing about GPUs */
		{{NN_WISH_AUTO, false, GPU}, {false, OTHER}, 2},
		/* the plan's word */
		{{NN_WISH_GPU, false, ""}, {true, ""}, 0},
		{{NN_WISH_GPU, true, GPU}, {false, OTHER}, 0},
		{{NN_WISH_GPU, true, GPU}, {false, GPU}, 3},
		{{NN_WISH_CPU, true, GPU}, {false, GPU}, 0},
		{{NN_WISH_CPU, true, GPU}, {true, ""}, 1},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		unsigned int rank = nn_device_wish_rank(&cases[i].wish, &cases[i].candidate);

		if (rank != cases[i].rank)
			fail_msg("case %zu: rank %u, expected %u", i, rank, cases[i].rank);
	}
}

static void refusals_say_what_was_wished_and_seen(void **state)
{
	static const struct {
		struct nn_device_wish wish;
		const char *seen;
		const char *message;
	} cases[] = {
		{{NN_WISH_GPU, false, ""},
		 "pthread, PoCL (no PCI)",
		 "no OpenCL GPU, seen: pthread, PoCL (no PCI)"},
		{{NN_WISH_CPU, true, GPU}, "", "no OpenCL software device, seen: none"},
		{{NN_WISH_AUTO, false, ""}, "", "no OpenCL device, seen: none"},
		{{NN_WISH_GPU, true, GPU},
		 "X (" OTHER ")",
		 "no OpenCL GPU is the GPU under test (" GPU "), seen: X (" OTHER ")"},
		{{NN_WISH_AUTO, true, ""},
		 "",
		 "no OpenCL device is the GPU under test (not visible here), seen: none"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_err err = {0};

		assert_int_equal(
			nn_device_wish_refuse(&cases[i].wish, "OpenCL", cases[i].seen, &err),
			-EOPNOTSUPP);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void software_is_named_and_stands_in_unless_it_was_asked_for(void **state)
{
	static const struct {
		enum nn_device_wish_kind kind;
		struct nn_device_candidate chosen;
		const char *note;
		bool is_software;
	} cases[] = {
		{NN_WISH_AUTO, {true, ""}, "llvmpipe (software)", true},
		{NN_WISH_CPU, {true, ""}, "llvmpipe (software)", false},
		{NN_WISH_AUTO, {false, GPU}, "llvmpipe (" GPU ")", false},
		{NN_WISH_GPU, {false, ""}, "llvmpipe (PCI address unknown)", false},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const struct nn_device_wish wish = {.kind = cases[i].kind};
		struct nn_workload_run run = {0};

		nn_device_wish_report(&wish, &cases[i].chosen, "llvmpipe", &run);
		assert_string_equal(run.note, cases[i].note);
		assert_int_equal(run.is_software, cases[i].is_software);
	}
}

static void the_wish_comes_from_setting_and_job(void **state)
{
	struct nn_device_wish wish;
	struct drive d;

	(void)state;
	drive_init(&d, "graphics/fill-rate", "/nonexistent");
	assert_int_equal(nn_device_wish_read(d.workload, &d.run, &wish, &d.err), 0);
	assert_int_equal(wish.kind, NN_WISH_AUTO);
	assert_false(wish.is_gpu_under_test);

	d.job.device = (struct nn_device_id){.vendor = 0x10de, .class_code = 0x030200};
	drive_set(&d, "device", "gpu");
	assert_int_equal(nn_device_wish_read(d.workload, &d.run, &wish, &d.err), 0);
	assert_int_equal(wish.kind, NN_WISH_GPU);
	assert_true(wish.is_gpu_under_test);
	assert_string_equal(wish.bdf, ""); /* the tree holds no such device */

	d.job.device.class_code = 0x010802;
	assert_int_equal(nn_device_wish_read(d.workload, &d.run, &wish, &d.err), 0);
	assert_false(wish.is_gpu_under_test);
	drive_release(&d);

	drive_init(&d, "graphics/fill-rate", "");
	drive_set(&d, "device", "fpga");
	assert_int_equal(nn_device_wish_read(d.workload, &d.run, &wish, &d.err), -EINVAL);
	assert_string_equal(d.err.message,
			    "setting 'device' is 'fpga', expected one of auto, gpu, cpu");
	drive_release(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rank_follows_wish_and_address),
		cmocka_unit_test(refusals_say_what_was_wished_and_seen),
		cmocka_unit_test(software_is_named_and_stands_in_unless_it_was_asked_for),
		cmocka_unit_test(the_wish_comes_from_setting_and_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
