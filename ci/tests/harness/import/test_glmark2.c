/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

static void scenes_and_the_score_have_their_units_and_directions(void **state)
{
	static const struct expected_value expected[] = {
		{"glmark2/build/duration=1_use-vbo=false", "fps", "frames/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 911},
		{"glmark2/build/duration=1_use-vbo=true", "fps", "frames/s", NN_HIGHER_IS_BETTER,
		 NN_KIND_RATE, 0, 1199},
		{"glmark2/desktop/duration=1_effect=blur_passes=1_separable=true_windows=4",
		 "frame_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 3.58},
		{"glmark2", "score", "frames/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 1012},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_glmark2, "glmark2-2023.01.txt", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(boot.nr_runs, 8);
	assert_int_equal(nr_values_of(&boot), 15);
}

static void software_renderer_is_told(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_fixture(&nn_importer_glmark2, "glmark2-2023.01.txt", NULL);

	(void)state;
	assert_true(run_of(&boot, "glmark2/terrain/duration=1")->is_software);
	assert_string_equal(run_of(&boot, "glmark2")->note, "llvmpipe (LLVM 15.0.6, 256 bits)");
	assert_fact(&boot, "gl.renderer", "llvmpipe (LLVM 15.0.6, 256 bits)");
	assert_fact(&boot, "gl.surface", "320x240 windowed");
	assert_fact(&boot, "tool", "glmark2 2023.01");
}

static void further_figures_are_read_where_they_were_asked_for(void **state)
{
	static const struct expected_value expected[] = {
		{"glmark2/build", "fps", "frames/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE, 0, 1896},
		{"glmark2/build", "frame_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 0.527},
		{"glmark2/build", "user_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 0.494},
		{"glmark2/build", "system_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 0.03},
		{"glmark2/build", "shader_compile_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0,
		 2.71},
		{"glmark2/terrain", "frame_time", "ms", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 1.165},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_text(
		&nn_importer_glmark2,
		"    GL_RENDERER:    NVIDIA GeForce RTX 4060/PCIe/SSE2\n"
		"[build] <default>: FPS: 1896 FrameTime: 0.527 ms (User: 0.494 ms, System: 0.030 "
		"ms) CpuBusy: 100% ShaderCompTime: 2.710 ms\n"
		"[terrain] <default>: FrameTime: 1.165 ms (User: 0.696 ms, System: 0.455 ms) "
		"CpuBusy: 99%\n",
		NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_false(run_of(&boot, "glmark2/build")->is_software);
}

static void scenes_without_a_figure_say_why(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&nn_importer_glmark2,
			  "[build] <default>: FPS: 2 FrameTime: 500 ms\n"
			  "[terrain] <default>: Unsupported\n[shadow] <default>: Set up failed\n"
			  "[texture] a=b:c=d: Validation: Failure\n",
			  NULL);

	(void)state;
	assert_outcome(&boot, "glmark2/build", NN_OUTCOME_OK, NULL);
	assert_outcome(&boot, "glmark2/terrain", NN_OUTCOME_SKIPPED,
		       "the scene is not supported here");
	assert_outcome(&boot, "glmark2/shadow", NN_OUTCOME_BROKEN, "setting the scene up failed");
	assert_outcome(&boot, "glmark2/texture/a=b_c=d", NN_OUTCOME_FAILED,
		       "the scene was drawn wrong");
}

static void malformed_texts_are_refused_where_they_are_wrong(void **state)
{
	static const struct malformed cases[] = {
		{"Error: main: Could not initialize canvas\n",
		 "dir/t: no figure in it, expected results of glmark2"},
		{"a\n[build] use-vbo=false\n",
		 "dir/t:2: '[build] use-vbo=false': a scene without results"},
		{"[build\n", "dir/t:1: '[build': a scene without results"},
		{"[build] <default>: FPS: many FrameTime: 1 ms\n", "dir/t:1: 'many' is no number"},
		{"[build] <default>: none\n",
		 "dir/t:1: 'none': no figures of a scene, expected 'FPS: …' or 'FrameTime: …'"},
		{"\n\n  glmark2 Score: \n", "dir/t: no figure in it, expected results of glmark2"},
		{"glmark2 Score: high\n", "dir/t:1: 'high' is no number"},
	};

	(void)state;
	assert_malformed(&nn_importer_glmark2, cases, NN_ARRAY_SIZE(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_and_the_score_have_their_units_and_directions),
		cmocka_unit_test(software_renderer_is_told),
		cmocka_unit_test(further_figures_are_read_where_they_were_asked_for),
		cmocka_unit_test(scenes_without_a_figure_say_why),
		cmocka_unit_test(malformed_texts_are_refused_where_they_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
