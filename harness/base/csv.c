/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* A record that goes on for so long over line ends began with a stray quote; a line is no text. */
#define MAX_RECORD_BYTES (1024 * 1024)
#define READ_BYTES       65536

struct nn_csv {
	char *path;
	FILE *file;
	char *bytes; /* READ_BYTES of the file, taken up to @at of @nr_bytes */
	size_t at, nr_bytes;
	struct nn_strbuf line;
	struct nn_strbuf record; /* text of the present record; fields are cut out of it */
	const char **fields;
	size_t nr_fields, cap_fields;
	size_t *columns;
	size_t nr_columns, cap_columns;
	uint64_t nr_lines; /* read so far */
};

int nn_csv_open(const char *path, struct nn_csv **ret_csv, struct nn_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	struct nn_csv *csv;

	if (!file)
		return nn_err_errno(err, errno, "open '%s'", path);
	csv = nn_calloc(1, sizeof(*csv));
	csv->file = file;
	csv->bytes = nn_calloc(READ_BYTES, 1);
	csv->path = nn_strdup(is_stdin ? "standard input" : path);
	*ret_csv = csv;
	return 0;
}

void nn_csv_close(struct nn_csv *csv)
{
	if (!csv)
		return;
	if (csv->file != stdin)
		(void)fclose(csv->file); /* only read from */
	free(csv->path);
	free(csv->bytes);
	nn_strbuf_release(&csv->line);
	free(csv->fields);
	free(csv->columns);
	nn_strbuf_release(&csv->record);
	free(csv);
}

static int bad(const struct nn_csv *csv, uint64_t line, size_t column, struct nn_err *err,
	       const char *what)
{
	return nn_err_set(err, -EINVAL, "%s:%llu:%zu: %s", csv->path, (unsigned long long)line,
			  column, what);
}

/* Bytes of the UTF-8 sequence at @s, 0 when it is none. Source: RFC 3629, section 4. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	len = 2 + (s[0] >= 0xe0) + (s[0] >= 0xf0);
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > left)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < len; i++) {
		if (s[i] < low || s[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return len;
}

static int check_text(const struct nn_csv *csv, const char *text, size_t len, struct nn_err *err)
{
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t i = 0; i < len;) {
		size_t step = utf8_len(bytes + i, len - i);

		if (!bytes[i])
			return bad(csv, csv->nr_lines, i + 1, err, "a NUL byte");
		if (!step)
			return bad(csv, csv->nr_lines, i + 1, err, "not UTF-8");
		i += step;
	}
	return 0;
}

/* More of the file. Return: 1, 0 at its end, -errno. */
static int read_more(struct nn_csv *csv, struct nn_err *err)
{
	errno = 0;
	csv->at = 0;
	csv->nr_bytes = fread(csv->bytes, 1, READ_BYTES, csv->file);
	if (ferror(csv->file))
		return nn_err_errno(err, errno ? errno : EIO, "read '%s'", csv->path);
	return csv->nr_bytes > 0;
}

/* Put bytes up to a line end, or the file's, into csv->line. Return: 1, 0 for none, -errno. */
static int take_line(struct nn_csv *csv, struct nn_err *err)
{
	nn_strbuf_clear(&csv->line);
	for (;;) {
		int rc = csv->at == csv->nr_bytes ? read_more(csv, err) : 1;
		const char *from = csv->bytes + csv->at;
		const char *end;
		size_t len;

		if (rc <= 0)
			return rc ? rc : csv->line.len > 0;
		end = memchr(from, '\n', csv->nr_bytes - csv->at);
		len = end ? (size_t)(end - from) : csv->nr_bytes - csv->at;
		if (csv->line.len + len > MAX_RECORD_BYTES)
			return bad(csv, csv->nr_lines + 1, 1, err, "a line of more than 1 MiB");
		nn_strbuf_addn(&csv->line, from, len);
		csv->at += len + (end != NULL);
		if (end)
			return 1;
	}
}

/* The next line without its end. Return: 1, 0 at the end, -errno. */
static int next_line(struct nn_csv *csv, size_t *ret_len, struct nn_err *err)
{
	int rc = take_line(csv, err);
	size_t len = csv->line.len;

	if (rc <= 0)
		return rc;
	csv->nr_lines++;
	if (len && csv->line.data[len - 1] == '\r')
		len--;
	rc = check_text(csv, nn_strbuf_str(&csv->line), len, err);
	if (rc)
		return rc;
	*ret_len = len;
	return 1;
}

/* What follows the quote that closes the field which @at lies in; NULL: it stays open. */
static const char *skip_quoted(const char *at)
{
	for (;;) {
		at = strchr(at, '"');
		if (!at)
			return NULL;
		if (at[1] != '"')
			return at + 1;
		at += 2; /* a doubled quote stands for one */
	}
}

/* Where the quote stands that is open at the end of what was read; column 0: none is. */
struct open_quote {
	uint64_t line;
	size_t column;
};

/*
 * Keep @open up to date over @line. Only a quote at the start of a field opens; a stray one is
 * found when fields are cut.
 */
static void follow_quotes(const char *line, uint64_t number, struct open_quote *open)
{
	const char *at = strchr(line, '"') ? line : NULL;

	while (at) {
		if (!open->column && *at == '"') {
			*open = (struct open_quote){number, (size_t)(at - line) + 1};
			at++;
		}
		if (open->column) {
			at = skip_quoted(at);
			if (!at)
				return;
			open->column = 0;
		}
		at = strchr(at, ',');
		if (at)
			at++;
	}
}

/* A record goes on in the next line while a quote is open. */
static int read_record(struct nn_csv *csv, struct nn_err *err)
{
	struct open_quote open = {0};
	size_t len = 0;
	size_t start;
	int rc = next_line(csv, &len, err);

	if (rc <= 0)
		return rc;
	nn_strbuf_clear(&csv->record);
	nn_strbuf_addn(&csv->record, nn_strbuf_str(&csv->line), len);
	follow_quotes(nn_strbuf_str(&csv->record), csv->nr_lines, &open);
	while (open.column) {
		rc = next_line(csv, &len, err);
		if (rc < 0)
			return rc;
		if (!rc)
			return bad(csv, open.line, open.column, err, "the file ends within quotes");
		if (csv->record.len + len > MAX_RECORD_BYTES)
			return bad(csv, open.line, open.column, err,
				   "more than 1 MiB within quotes: is one left open?");
		nn_strbuf_addc(&csv->record, '\n');
		start = csv->record.len;
		nn_strbuf_addn(&csv->record, nn_strbuf_str(&csv->line), len);
		follow_quotes(csv->record.data + start, csv->nr_lines, &open);
	}
	return 1;
}

static char *add_field(struct nn_csv *csv, char *field)
{
	*NN_ARRAY_APPEND(csv->fields, csv->nr_fields, csv->cap_fields) = field;
	*NN_ARRAY_APPEND(csv->columns, csv->nr_columns, csv->cap_columns) =
		(size_t)(field - csv->record.data) + 1;
	return field;
}

/* Take the quotes off in place. Return: what follows the closing quote. */
static char *unquote(char *field)
{
	char *to = field;
	char *from = field + 1;

	for (; *from; from++) {
		if (*from == '"' && from[1] != '"')
			break;
		if (*from == '"')
			from++;
		*to++ = *from;
	}
	if (*from)
		from++;
	if (to < from)
		*to = '\0';
	return from;
}

/* Cut csv->record into fields, in place. */
static int split(struct nn_csv *csv, uint64_t line, struct nn_err *err)
{
	char *at = csv->record.data;

	csv->nr_fields = csv->nr_columns = 0;
	for (;;) {
		char *field = add_field(csv, at);
		char *end;

		if (*at == '"') {
			end = unquote(field);
			if (*end && *end != ',')
				return bad(csv, line, (size_t)(end - csv->record.data) + 1, err,
					   "text after a closing quote");
		} else {
			end = at + strcspn(at, ",\"");
			if (*end == '"')
				return bad(csv, line, (size_t)(end - csv->record.data) + 1, err,
					   "a quote within an unquoted field");
		}
		if (!*end)
			return 0;
		*end = '\0';
		at = end + 1;
	}
}

static void skip_mark(struct nn_csv *csv)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t len = sizeof(mark) - 1;

	if (csv->record.len < len || memcmp(csv->record.data, mark, len) != 0)
		return;
	memmove(csv->record.data, csv->record.data + len, csv->record.len - len + 1);
	csv->record.len -= len;
}

int nn_csv_next(struct nn_csv *csv, struct nn_csv_record *ret_record, struct nn_err *err)
{
	uint64_t line;
	int rc;

	do {
		line = csv->nr_lines + 1;
		rc = read_record(csv, err);
		if (rc <= 0)
			return rc;
		if (line == 1)
			skip_mark(csv);
	} while (!csv->record.len);
	rc = split(csv, line, err);
	if (rc)
		return rc;
	*ret_record = (struct nn_csv_record){
		.fields = csv->fields, .columns = csv->columns, .nr = csv->nr_fields, .line = line};
	return 1;
}

int nn_csv_error(const struct nn_csv *csv, const struct nn_csv_record *record, size_t field,
		 struct nn_err *err, const char *fmt, ...)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	size_t column = field < record->nr ? record->columns[field] : 1;
	va_list args;

	va_start(args, fmt);
	nn_strbuf_vaddf(&text, fmt, args);
	va_end(args);
	return bad(csv, record->line, column, err, nn_strbuf_str(&text));
}
