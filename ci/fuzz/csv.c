/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of CSV: what it understands, written down with quotes everywhere, reads the same. */
#include "ci/fuzz/fuzz.h"

#include "harness/base/csv.h"

struct table {
	char **cells; /* NULL ends a record */
	size_t nr;
	size_t cap;
};

static void table_release(struct table *table)
{
	for (size_t i = 0; i < table->nr; i++)
		free(table->cells[i]);
	free(table->cells);
}

NN_AUTO_DEFINE(table, struct table, table_release(p))

/* Return: 0, or -EINVAL after as many records as there are before what is wrong. */
static int read_table(const char *path, struct table *ret_table)
{
	NN_AUTO(csv) struct nn_csv *csv = NULL;
	struct nn_csv_record record;
	struct nn_err err = {0};
	int rc = nn_csv_open(path, &csv, &err);

	fuzz_require(rc == 0, "%s", err.message);
	for (rc = nn_csv_next(csv, &record, &err); rc > 0; rc = nn_csv_next(csv, &record, &err)) {
		fuzz_require(record.nr > 0, "a record without fields");
		for (size_t i = 0; i < record.nr; i++)
			*NN_ARRAY_APPEND(ret_table->cells, ret_table->nr, ret_table->cap) =
				nn_strdup(record.fields[i]);
		*NN_ARRAY_APPEND(ret_table->cells, ret_table->nr, ret_table->cap) = NULL;
	}
	if (rc)
		fuzz_check_failure(rc, &err);
	return rc;
}

static void write_table(const struct table *table, struct nn_strbuf *ret_text)
{
	for (size_t i = 0; i < table->nr; i++) {
		bool is_last = !table->cells[i + (table->cells[i] != NULL)];

		if (!table->cells[i]) {
			nn_strbuf_addc(ret_text, '\n');
			continue;
		}
		nn_strbuf_addc(ret_text, '"');
		for (const char *c = table->cells[i]; *c; c++) {
			if (*c == '"')
				nn_strbuf_addc(ret_text, '"');
			nn_strbuf_addc(ret_text, *c);
		}
		nn_strbuf_add(ret_text, is_last ? "\"" : "\",");
	}
}

/* Is it the same text? A line end within quotes may have lost its CR on the way. */
static bool is_same(const char *a, const char *b)
{
	for (;;) {
		a += strspn(a, "\r");
		b += strspn(b, "\r");
		if (*a != *b || !*a)
			return *a == *b;
		a++;
		b++;
	}
}

static void check_same(const struct table *a, const struct table *b)
{
	fuzz_require(a->nr == b->nr, "%zu cells became %zu", a->nr, b->nr);
	for (size_t i = 0; i < a->nr; i++)
		fuzz_require(!a->cells[i] == !b->cells[i] &&
				     (!a->cells[i] || is_same(a->cells[i], b->cells[i])),
			     "cell %zu differs", i);
}

static void check_written(const struct table *table, const struct nn_strbuf *text)
{
	NN_AUTO(fuzz_file) struct fuzz_file file = fuzz_file_new(text->data, text->len);
	NN_AUTO(table) struct table again = {0};

	fuzz_require(read_table(file.path, &again) == 0, "what was written does not read");
	check_same(table, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(table) struct table table = {0};
	NN_AUTO(fuzz_file) struct fuzz_file file = fuzz_file_new(bytes, size);
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	(void)read_table(file.path, &table);
	write_table(&table, &text);
	check_written(&table, &text);
	return 0;
}
