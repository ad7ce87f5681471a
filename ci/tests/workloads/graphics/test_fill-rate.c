/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/graphics/fill-rate.c" /* its state, to spoil it */

#include "ci/tests/workloads/drive.h"
#include "ci/tests/workloads/leaks.h"

#define NAME "graphics/fill-rate"

/* Skips the test where there is no EGL at all; llvmpipe counts as one. */
static void begin_size(struct drive *d, const char *width, const char *height, const char *layers)
{
	drive_init(d, NAME, "");
	drive_set(d, "width", width);
	drive_set(d, "height", height);
	drive_set(d, "layers", layers);
	if (d->workload->probe(&d->run, &d->err)) {
		print_message("skipped: %s\n", d->err.message);
		drive_release(d);
		skip();
	}
}

static void it_runs_here_at_any_size_and_depth(void **state)
{
	static const char *const cases[][3] = {
		{"64", "64", "1"}, {"33", "17", "15"}, {"1", "1", "8"}, {"256", "256", "8"}};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct drive d;

		begin_size(&d, cases[i][0], cases[i][1], cases[i][2]);
		drive_run_well(&d, 2);
		assert_true(d.values[0] > 0);
		assert_true(d.run.note[0] != '\0');
		drive_release(&d);
	}
}

static void software_is_named_as_such(void **state)
{
	struct drive d;

	(void)state;
	begin_size(&d, "16", "16", "1");
	drive_run_well(&d, 1);
	assert_int_equal(d.run.is_software, strstr(d.run.note, " (software)") != NULL);
	drive_release(&d);
}

static void a_missing_or_extra_layer_is_a_wrong_result(void **state)
{
	struct fill_state *fill;
	struct drive d;

	(void)state;
	begin_size(&d, "16", "16", "3");
	assert_int_equal(drive_begin(&d, 1), 0);
	fill = d.run.state;
	assert_int_equal(d.workload->verify(&d.run, &d.err), 0);
	nn_gles_draw_layers(fill->gles, 1);
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "pixel (0, 0) is (64, 32, 16, 4) after 3 layers");
	nn_gles_clear(fill->gles);
	assert_int_equal(d.workload->verify(&d.run, &d.err), -EBADMSG);
	assert_string_equal(d.err.message, "pixel (0, 0) is (0, 0, 0, 0) after 3 layers");
	drive_end(&d);
	drive_release(&d);
}

static void settings_out_of_range_are_refused(void **state)
{
	(void)state;
	drive_expect_refusal(NAME, "layers", "16", "setting 'layers' is 16, expected 1 to 15");
	drive_expect_refusal(NAME, "width", "0", "setting 'width' is 0, expected 1 to 16384");
	drive_expect_refusal(NAME, "height", "16385",
			     "setting 'height' is 16385, expected 1 to 16384");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_runs_here_at_any_size_and_depth),
		cmocka_unit_test(software_is_named_as_such),
		cmocka_unit_test(a_missing_or_extra_layer_is_a_wrong_result),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
