/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/opencl.h"

#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/leaks.h"
#include "workloads/common/opencl-api.h"

static struct nn_opencl *open_any(void)
{
	const struct nn_device_wish wish = {.kind = NN_WISH_AUTO};
	struct nn_opencl *cl = NULL;
	struct nn_err err = {0};
	int rc = nn_opencl_new(&wish, &cl, &err);

	if (rc == -EOPNOTSUPP) {
		print_message("skipped: %s\n", err.message);
		skip();
	}
	if (rc)
		fail_msg("%s", err.message);
	return cl;
}

static void an_nvidia_slot_is_device_and_function(void **state)
{
	char bdf[NN_BDF_CAP];

	(void)state;
	nn_opencl_nvidia_bdf(0, 0x41, 0, bdf);
	assert_string_equal(bdf, "0000:41:00.0");
	nn_opencl_nvidia_bdf(0x10000, 0xe1, 0x1f << 3 | 5, bdf);
	assert_string_equal(bdf, "10000:e1:1f.5");
}

static void a_gpu_that_is_not_there_is_a_skip(void **state)
{
	/* No function has this address, and no other GPU may stand in. */
	const struct nn_device_wish wish = {
		.kind = NN_WISH_GPU, .is_gpu_under_test = true, .bdf = "ffff:ff:1f.7"};
	struct nn_err err = {0};
	int rc = nn_opencl_probe(&wish, &err);

	(void)state;
	if (!rc)
		skip(); /* a GPU whose driver does not tell its address may be it */
	assert_int_equal(rc, -EOPNOTSUPP);
	assert_true(strstr(err.message, "no OpenCL") == err.message);
}

static void a_kernel_that_does_not_compile_says_why(void **state)
{
	struct nn_opencl_kernel *kernel = NULL;
	struct nn_opencl *cl = open_any();
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(
		nn_opencl_kernel_new(cl, "__kernel void k() { no such thing }", "k", &kernel, &err),
		-EIO);
	assert_true(strstr(err.message, "OpenCL: build a kernel: error -11: ") == err.message);
	assert_null(kernel);
	nn_opencl_free(cl);
}

static void copies_carry_whole_buffers(void **state)
{
	struct nn_opencl_buffer *near;
	struct nn_opencl_buffer *far;
	struct nn_opencl *cl = open_any();
	const uint32_t from[4] = {1, 2, 3, 4};
	uint32_t to[4] = {0};
	struct nn_err err = {0};

	(void)state;
	assert_true(nn_opencl_description(cl)[0] != '\0');
	assert_int_equal(nn_opencl_buffer_new(cl, sizeof(from), &near, &err), 0);
	assert_int_equal(nn_opencl_buffer_new(cl, sizeof(from), &far, &err), 0);
	assert_int_equal(nn_opencl_write(cl, near, from, &err), 0);
	assert_int_equal(nn_opencl_copy(cl, near, far, &err), 0);
	assert_int_equal(nn_opencl_read(cl, far, to, &err), 0);
	assert_memory_equal(from, to, sizeof(from));
	nn_opencl_free(cl);
}

static void pocl_keeps_its_cache_where_the_other_arm_finds_it(void **state)
{
	struct nn_opencl_api api;
	struct nn_err err = {0};

	(void)state;
	unsetenv("XDG_CACHE_HOME");
	unsetenv("POCL_CACHE_DIR");
	setenv("HOME", "/somewhere", 1);
	if (nn_opencl_api_load(&api, &err))
		skip();
	assert_null(getenv("POCL_CACHE_DIR"));
	setenv("HOME", "/", 1); /* as the kernel gives it to init */
	assert_int_equal(nn_opencl_api_load(&api, &err), 0);
	if (getenv("POCL_CACHE_DIR")) /* unless the account has no home to write to */
		assert_non_null(strstr(getenv("POCL_CACHE_DIR"), "/.cache/pocl/kcache"));
	setenv("POCL_CACHE_DIR", "/chosen", 1);
	assert_int_equal(nn_opencl_api_load(&api, &err), 0);
	assert_string_equal(getenv("POCL_CACHE_DIR"), "/chosen");
}

static void freeing_nothing_is_harmless(void **state)
{
	(void)state;
	nn_opencl_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_nvidia_slot_is_device_and_function),
		cmocka_unit_test(a_gpu_that_is_not_there_is_a_skip),
		cmocka_unit_test(a_kernel_that_does_not_compile_says_why),
		cmocka_unit_test(copies_carry_whole_buffers),
		cmocka_unit_test(freeing_nothing_is_harmless),
		/* last: it changes the environment */
		cmocka_unit_test(pocl_keeps_its_cache_where_the_other_arm_finds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
