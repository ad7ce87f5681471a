/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/csv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* Write @len bytes to a file of their own and open it as CSV. */
static struct nn_csv *open_bytes(const char *bytes, size_t len, char path[32])
{
	struct nn_csv *csv = NULL;
	struct nn_err err = {0};
	int fd;

	memcpy(path, "/tmp/nn-test-csv-XXXXXX", sizeof("/tmp/nn-test-csv-XXXXXX"));
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
	assert_int_equal(nn_csv_open(path, &csv, &err), 0);
	return csv;
}

static void fields_are_cut_as_rfc_4180_says(void **state)
{
	static const char text[] = "\xef\xbb\xbf"
				   "a,b\r\n"
				   "\n"
				   "\"x, \"\"y\"\"\",\n"
				   "\"two\nlines\"\"\",\xc3\xa4\n"
				   "last,";
	static const char *const expected[][2] = {
		{"a", "b"}, {"x, \"y\"", ""}, {"two\nlines\"", "\xc3\xa4"}, {"last", ""}};
	static const uint64_t lines[] = {1, 3, 4, 6};
	struct nn_csv_record record;
	struct nn_err err = {0};
	char path[32];
	NN_AUTO(csv) struct nn_csv *csv = open_bytes(text, sizeof(text) - 1, path);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(expected); i++) {
		assert_int_equal(nn_csv_next(csv, &record, &err), 1);
		assert_int_equal(record.nr, 2);
		assert_string_equal(record.fields[0], expected[i][0]);
		assert_string_equal(record.fields[1], expected[i][1]);
		assert_int_equal(record.line, lines[i]);
	}
	assert_int_equal(nn_csv_next(csv, &record, &err), 0);
	(void)unlink(path);
}

static void bad_text_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *message;
	} cases[] = {
		{"a,b\nc,d\"e\n", 10, ":2:4: a quote within an unquoted field"},
		{"\"a\"b,c\n", 7, ":1:4: text after a closing quote"},
		{"a\n\"b\nc\n", 7, ":2:1: the file ends within quotes"},
		{"a\nb,\"c\nd\n", 9, ":2:3: the file ends within quotes"},
		{"a,\"b\"\"\",\"c\n\"\"d", 14, ":1:9: the file ends within quotes"},
		{"a,\"b\nc\",d,\"e\n", 13, ":2:6: the file ends within quotes"},
		{"a\nb\0c\n", 6, ":2:2: a NUL byte"},
		{"a\xff\n", 3, ":1:2: not UTF-8"},
		{"\xc0\x80\n", 3, ":1:1: not UTF-8"},
		{"\xed\xa0\x80\n", 4, ":1:1: not UTF-8"},
		{"a\xe2\x82\n", 4, ":1:2: not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		struct nn_csv_record record;
		struct nn_err err = {0};
		char path[32];
		NN_AUTO(csv) struct nn_csv *csv = open_bytes(cases[i].text, cases[i].len, path);
		int rc;

		do
			rc = nn_csv_next(csv, &record, &err);
		while (rc > 0);
		assert_int_equal(rc, -EINVAL);
		assert_non_null(strstr(err.message, cases[i].message));
		(void)unlink(path);
	}
}

/* Of the lines after a stray quote each is looked at once, and not without end. */
static void a_quote_left_open_is_told_by_its_line(void **state)
{
	struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_csv_record record;
	struct nn_err err = {0};
	char path[32];
	struct nn_csv *csv;

	(void)state;
	nn_strbuf_add(&text, "a,b\n0,\"c\n");
	while (text.len < 1200000)
		nn_strbuf_add(&text, "d,2\n");
	csv = open_bytes(text.data, text.len, path);
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_int_equal(nn_csv_next(csv, &record, &err), -EINVAL);
	assert_non_null(strstr(err.message, ":2:3: more than 1 MiB within quotes"));
	nn_csv_close(csv);
	nn_strbuf_release(&text);
	(void)unlink(path);
}

/* A file without a line end is not taken into memory whole to be told that it is none. */
static void an_endless_line_is_refused(void **state)
{
	struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_csv_record record;
	struct nn_err err = {0};
	char path[32];
	struct nn_csv *csv;

	(void)state;
	nn_strbuf_add(&text, "a,b\n");
	for (size_t i = 0; i < 1024 * 1024 - 1; i++)
		nn_strbuf_addc(&text, 'x');
	nn_strbuf_add(&text, "y\nz");
	csv = open_bytes(text.data, text.len, path);
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_int_equal(strlen(record.fields[0]), 1024 * 1024);
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_string_equal(record.fields[0], "z");
	assert_int_equal(nn_csv_next(csv, &record, &err), 0);
	nn_csv_close(csv);
	(void)unlink(path);
	text.data[text.len - 2] = 'y';
	csv = open_bytes(text.data, text.len, path);
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_int_equal(nn_csv_next(csv, &record, &err), -EINVAL);
	assert_non_null(strstr(err.message, ":2:1: a line of more than 1 MiB"));
	nn_csv_close(csv);
	nn_strbuf_release(&text);
	(void)unlink(path);
}

static void an_error_names_the_column_of_a_field(void **state)
{
	struct nn_csv_record record;
	struct nn_err err = {0};
	char path[32];
	NN_AUTO(csv) struct nn_csv *csv = open_bytes("one,two\n", 8, path);

	(void)state;
	assert_int_equal(nn_csv_next(csv, &record, &err), 1);
	assert_int_equal(nn_csv_error(csv, &record, 1, &err, "value '%s'", "two"), -EINVAL);
	assert_non_null(strstr(err.message, ":1:5: value 'two'"));
	assert_int_equal(nn_csv_error(csv, &record, 0, &err, "value '%s'", "\033[2J"), -EINVAL);
	assert_non_null(strstr(err.message, ":1:1: value ' [2J'"));
	(void)unlink(path);
}

static void an_absent_file_is_named(void **state)
{
	struct nn_csv *csv = NULL;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_csv_open("/nonexistent.csv", &csv, &err), -ENOENT);
	assert_null(csv);
	assert_non_null(strstr(err.message, "/nonexistent.csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_cut_as_rfc_4180_says),
		cmocka_unit_test(bad_text_is_refused_with_its_place),
		cmocka_unit_test(a_quote_left_open_is_told_by_its_line),
		cmocka_unit_test(an_endless_line_is_refused),
		cmocka_unit_test(an_error_names_the_column_of_a_field),
		cmocka_unit_test(an_absent_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
