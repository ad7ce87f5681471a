/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/subprocess.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "harness/base/clock.h"

static int shell(const char *script, const char *input, uint64_t deadline_ns,
		 struct nn_subprocess_result *result, struct nn_err *err)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	const char *const env[] = {"GREETING=hello", NULL};
	struct nn_subprocess_spec spec = {
		.argv = argv, .env_extra = env, .input = input, .deadline_ns = deadline_ns};

	return nn_subprocess_run(&spec, result, err);
}

static void streams_status_and_environment_are_captured(void **state)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};

	(void)state;
	assert_int_equal(
		shell("cat; echo $GREETING; echo oops >&2; exit 3", "in\n", 0, &result, NULL), 0);
	assert_int_equal(result.exit_status, 3);
	assert_string_equal(nn_strbuf_str(&result.out), "in\nhello\n");
	assert_string_equal(nn_strbuf_str(&result.err_out), "oops\n");
}

static void large_output_does_not_block(void **state)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};

	(void)state;
	assert_int_equal(shell("head -c 3000000 /dev/zero; head -c 300000 /dev/zero >&2", NULL, 0,
			       &result, NULL),
			 0);
	assert_int_equal(result.out.len, 3000000);
	assert_int_equal(result.err_out.len, 300000);
}

static void overrunning_child_is_killed_and_reaped(void **state)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	uint64_t started_ns = nn_clock_ns();
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(shell("sleep 60", NULL, 50 * NN_NS_PER_MS, &result, &err), -ETIMEDOUT);
	assert_true(result.is_timed_out);
	assert_int_equal(result.signal, SIGKILL);
	assert_non_null(strstr(err.message, "'sh' did not end within 0.05 s"));
	assert_true(nn_clock_ns() - started_ns < 30 * NN_NS_PER_S);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void missing_program_is_an_error_not_a_status(void **state)
{
	const char *const argv[] = {"no-such-program-here", NULL};
	struct nn_subprocess_spec spec = {.argv = argv};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_subprocess_run(&spec, &result, &err), -ENOENT);
	assert_non_null(strstr(err.message, "start 'no-such-program-here'"));
}

static void check_reports_the_last_line_of_stderr(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo first >&2; echo last >&2; exit 1", NULL};
	struct nn_subprocess_spec spec = {.argv = argv};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_subprocess_check(&spec, NULL, &err), -EIO);
	assert_string_equal(err.message, "'sh' failed (status 1): last");
}

static void background_child_can_be_stopped(void **state)
{
	const char *const argv[] = {"sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60", NULL};
	struct nn_subprocess_spec spec = {.argv = argv};
	struct nn_subprocess child = {0};
	int status;

	(void)state;
	assert_int_equal(nn_subprocess_spawn(&spec, &child, NULL), 0);
	assert_false(nn_subprocess_poll(&child, &status));
	nn_subprocess_stop(&child, 20 * NN_NS_PER_MS);
	assert_int_equal(child.pid, 0);
	nn_subprocess_stop(&child, 0); /* "none" is accepted */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_status_and_environment_are_captured),
		cmocka_unit_test(large_output_does_not_block),
		cmocka_unit_test(overrunning_child_is_killed_and_reaped),
		cmocka_unit_test(missing_program_is_an_error_not_a_status),
		cmocka_unit_test(check_reports_the_last_line_of_stderr),
		cmocka_unit_test(background_child_can_be_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
