/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct values {
	bool is_loud;
	const char *name;
	uint64_t count;
	uint64_t wait_ns;
	double share;
	struct nn_option_list tags;
};

static const struct nn_option table[] = {
	NN_OPTION("loud", NN_OPTION_FLAG, struct values, is_loud, NULL, "be loud"),
	NN_OPTION("name", NN_OPTION_STRING, struct values, name, "NAME", "a name"),
	NN_OPTION("count", NN_OPTION_U64, struct values, count, "N", "how many"),
	NN_OPTION("wait", NN_OPTION_DURATION, struct values, wait_ns, "TIME", "how long"),
	NN_OPTION("share", NN_OPTION_SHARE, struct values, share, "SHARE", "how much"),
	NN_OPTION("tag", NN_OPTION_LIST, struct values, tags, "TAG", "again and again"),
	NN_OPTION_END,
};

/* Parse @words, NULL-terminated, as an argv. */
static int parse(const char *const *words, struct values *values, struct nn_operands *operands,
		 struct nn_err *err)
{
	int argc = 0;

	while (words[argc])
		argc++;
	return nn_options_parse(table, argc, (char *const *)words, values, operands, err);
}

static void options_and_operands_may_be_mixed(void **state)
{
	const char *const words[] = {
		"a",     "--loud", "--name=x y", "--count", "3",   "--wait", "2s",     "b",
		"--tag", "t1",     "--tag=t2",   "--share", "97%", "--",     "--loud", NULL};
	struct nn_operands operands = {0};
	struct values values = {0};

	(void)state;
	assert_int_equal(parse(words, &values, &operands, NULL), 0);
	assert_true(values.is_loud);
	assert_string_equal(values.name, "x y");
	assert_int_equal(values.count, 3);
	assert_int_equal(values.wait_ns, 2000000000);
	assert_float_equal(values.share, 0.97, 1e-12);
	assert_int_equal(values.tags.nr, 2);
	assert_string_equal(values.tags.values[1], "t2");
	assert_int_equal(operands.nr, 3);
	assert_string_equal(operands.values[2], "--loud");
	free(values.tags.values);
	free(operands.values);
}

static void bad_options_are_named(void **state)
{
	static const struct {
		const char *words[3];
		const char *phrase;
	} cases[] = {
		{{"--nope", NULL}, "unknown option '--nope'"},
		{{"-x", NULL}, "unknown option '-x'"},
		{{"--name", NULL}, "'--name' needs NAME"},
		{{"--loud=1", NULL}, "'--loud' takes no value"},
		{{"--count", "many", NULL}, "option '--count': 'many' is no whole number"},
		{{"--wait", "3", NULL}, "expected a time"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_operands operands = {0};
		struct values values = {0};
		struct nn_err err = {0};

		assert_int_equal(parse(cases[i].words, &values, &operands, &err), -EINVAL);
		assert_non_null(strstr(err.message, cases[i].phrase));
		free(operands.values);
	}
}

static void help_and_manual_come_from_the_same_rows(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf help = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf roff = NN_STRBUF_INIT;

	(void)state;
	nn_options_help(table, 200, &help);
	nn_options_roff(table, &roff);
	for (const struct nn_option *option = table; option->name; option++) {
		assert_non_null(strstr(nn_strbuf_str(&help), option->help));
		assert_non_null(strstr(nn_strbuf_str(&roff), option->help));
	}
	assert_non_null(strstr(nn_strbuf_str(&roff), "\\-\\-wait TIME"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_operands_may_be_mixed),
		cmocka_unit_test(bad_options_are_named),
		cmocka_unit_test(help_and_manual_come_from_the_same_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
