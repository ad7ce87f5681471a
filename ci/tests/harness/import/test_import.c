/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/import/imported.h"

#include <unistd.h>

#include "harness/base/scratch.h"

/* An importer that tells what its text is: "workload|metric|unit|number", a line each. */
static int told_read(const char *text, size_t len, const char *path,
		     const struct nn_import_sink *sink, struct nn_err *err)
{
	char fields[4][64];

	(void)len;
	(void)path;
	while (*text) {
		struct nn_import_value value = {.workload = fields[0],
						.metric = fields[1],
						.unit = fields[2],
						.direction = NN_LOWER_IS_BETTER,
						.kind = NN_KIND_TIME};
		struct nn_import_about about = {.workload = fields[0], .note = fields[2]};
		int rc;

		for (size_t i = 0; i < 4; i++) {
			size_t field_len = strcspn(text, "|;");

			memcpy(fields[i], text, field_len);
			fields[i][field_len] = '\0';
			text += field_len;
			text += *text != '\0';
		}
		value.value = strtod(fields[3], NULL);
		sink->about(sink->user, &about);
		sink->fact(sink->user, "unit", fields[2]);
		rc = sink->value(sink->user, &value, err);
		if (rc)
			return rc;
	}
	return 0;
}

static const struct nn_importer told = {.plugin = {.name = "told"}, .read = told_read};

static void repeated_figures_are_iterations_of_their_metric(void **state)
{
	static const struct expected_value expected[] = {
		{"a", "m", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 1},
		{"a", "m", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 1, 3},
		{"a", "n", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 2},
		{"b", "m", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 0, 4},
		{"a", "m", "s", NN_LOWER_IS_BETTER, NN_KIND_TIME, 2, 5},
	};
	NN_AUTO(import_boot)
	struct nn_import_boot boot =
		read_text(&told, "a|m|s|1;a|n|s|2;a|m|s|3;b|m|s|4;a|m|s|5", NULL);

	(void)state;
	assert_values(&boot, expected, NN_ARRAY_SIZE(expected));
	assert_int_equal(boot.nr_runs, 2);
}

static void same_name_in_another_unit_is_another_metric(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_text(&told, "a|m|s|1;a|m|ms|2", NULL);

	(void)state;
	assert_int_equal(run_of(&boot, "a")->samples.nr, 2);
	assert_int_equal(run_of(&boot, "a")->samples.items[1].iteration, 0);
}

static void names_become_one_word_that_a_claim_can_name(void **state)
{
	static const struct {
		const char *text;
		const char *workload;
		const char *metric;
	} cases[] = {
		{"a b: c|x:y|s|1", "a_b_c", "x_y"},
		{" a\n\tb |  m|s|1", "a_b", "m"},
		{"::a::|m\x7f|s|1", "a", "m"},
		{"gr\xc3\xbc\xc3\x9f|m|s|1", "gr\xc3\xbc\xc3\x9f", "m"},
		{"gr\xfc\xdf|m|s|1", "gr??", "m"}, /* no UTF-8 */
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(import_boot)
		struct nn_import_boot boot = read_text(&told, cases[i].text, NULL);

		assert_string_equal(boot.runs[0].workload, cases[i].workload);
		assert_string_equal(boot.runs[0].samples.items[0].metric, cases[i].metric);
	}
}

static void notes_and_facts_are_one_line(void **state)
{
	NN_AUTO(import_boot) struct nn_import_boot boot = read_text(&told, "a|m|a\nb\x1b|1", NULL);

	(void)state;
	assert_string_equal(boot.runs[0].note, "a b ");
	assert_fact(&boot, "unit", "a b ");
}

static void figures_without_name_or_value_are_refused(void **state)
{
	static const struct malformed cases[] = {
		{" \n\t ", "dir/t:1: the file is empty"},
		{"|m|s|1", "dir/t: a figure without a name"},
		{"a|:|s|1", "dir/t: a figure without a name"},
		{"a|m|s|nan", "dir/t: m of a is no finite number"},
		{"a|m|s|-inf", "dir/t: m of a is no finite number"},
	};

	(void)state;
	assert_malformed(&told, cases, NN_ARRAY_SIZE(cases));
}

static void nul_byte_is_refused_with_its_line(void **state)
{
	static const char text[] = "a|m|s|1\n\n\0b";
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_import_text(&told, text, sizeof(text) - 1, "t", NULL, &boot, &err),
			 -EBADMSG);
	assert_string_equal(err.message, "t:3: a NUL byte, expected text");
}

static void messages_stay_on_one_line_whatever_the_file_says(void **state)
{
	static const struct malformed cases[] = {
		{"Platform: P\n  Device: A\n    Global \x1b[31m bandwidth (\x07)\n",
		 "dir/t:3: unknown unit ' ' of global_ [31m_bandwidth, expected GBPS, GFLOPS, "
		 "GIOPS or us"},
	};

	(void)state;
	assert_malformed(&nn_importer_clpeak, cases, NN_ARRAY_SIZE(cases));
}

static void file_is_kept_byte_for_byte_under_its_own_name(void **state)
{
	NN_AUTO(import_boot)
	struct nn_import_boot boot = read_fixture(&nn_importer_fio, "fio-3.33.json", NULL);
	NN_AUTO(file) FILE *file = fopen(FIXTURES "fio-3.33.json", "re");
	char head[64] = {0};

	(void)state;
	assert_int_equal(fread(head, 1, sizeof(head), file), sizeof(head));
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	assert_int_equal(boot.len, ftell(file));
	assert_memory_equal(boot.content, head, sizeof(head));
}

static void file_that_is_not_there_or_too_large_is_refused(void **state)
{
	NN_AUTO(free) char *dir = NULL;
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(file) FILE *file = NULL;
	struct nn_import_boot boot = {0};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_import_file(&told, "/nowhere/x", NULL, &boot, &err), -ENOENT);
	assert_string_equal(err.message, "open '/nowhere/x': No such file or directory");
	assert_int_equal(nn_scratch_new(&dir, &err), 0);
	path = nn_asprintf("%s/large", dir);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), NN_IMPORT_MAX_BYTES + 1), 0);
	assert_int_equal(nn_import_file(&told, path, NULL, &boot, &err), -EFBIG);
	assert_non_null(
		strstr(err.message, "/large: the file is too large, expected at most 16 MiB"));
	nn_scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeated_figures_are_iterations_of_their_metric),
		cmocka_unit_test(same_name_in_another_unit_is_another_metric),
		cmocka_unit_test(names_become_one_word_that_a_claim_can_name),
		cmocka_unit_test(notes_and_facts_are_one_line),
		cmocka_unit_test(figures_without_name_or_value_are_refused),
		cmocka_unit_test(nul_byte_is_refused_with_its_line),
		cmocka_unit_test(messages_stay_on_one_line_whatever_the_file_says),
		cmocka_unit_test(file_is_kept_byte_for_byte_under_its_own_name),
		cmocka_unit_test(file_that_is_not_there_or_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
