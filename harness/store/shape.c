/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/shape.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/store/migrate.h"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* What a comment at @sql takes up, 0: there is none. */
static size_t comment_len(const char *sql)
{
	const char *end;

	if (strncmp(sql, "--", 2) == 0)
		return strcspn(sql, "\n");
	if (strncmp(sql, "/*", 2) != 0)
		return 0;
	end = strstr(sql + 2, "*/");
	return end ? (size_t)(end + 2 - sql) : strlen(sql);
}

/* What a quoted word at @sql takes up, its quotes included, 0: there is none. */
static size_t quoted_len(const char *sql)
{
	const char *end = *sql == '\'' || *sql == '"' ? strchr(sql + 1, *sql) : NULL;

	return end ? (size_t)(end + 1 - sql) : 0;
}

/*
 * A definition without comments and without blanks but between two words. Quotes around a name that
 * needs none go, for ALTER TABLE adds them; around anything else they stay, and what is in them.
 */
static char *normalise(const char *sql)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	bool has_gap = false;

	while (*sql) {
		size_t skipped = isspace((unsigned char)*sql) ? 1 : comment_len(sql);
		size_t quoted = quoted_len(sql);
		size_t len = quoted ? quoted : 1;
		bool is_name = *sql == '"' && quoted > 2;

		if (skipped) {
			has_gap = true;
			sql += skipped;
			continue;
		}
		for (size_t i = 1; is_name && i + 1 < quoted; i++)
			is_name = is_word(sql[i]);
		if (has_gap && text.len && is_word(text.data[text.len - 1]) &&
		    (is_name || is_word(*sql)))
			nn_strbuf_addc(&text, ' ');
		nn_strbuf_addn(&text, sql + is_name, len - 2 * is_name);
		has_gap = false;
		sql += len;
	}
	return nn_strbuf_detach(&text);
}

/* The definition of a thing in @store, normalised, of the caller's; NULL: there is no such thing.
 */
static int find_definition(struct nn_store *store, const char *type, const char *name,
			   char **ret_definition, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, "SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?",
				&row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "ss", type, name);
	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc < 0)
		return rc;
	*ret_definition = rc && nn_sql_text(row, 0) ? normalise(nn_sql_text(row, 0)) : NULL;
	return 0;
}

static int check_definition(struct nn_store *store, sqlite3_stmt *ours, struct nn_err *err)
{
	const char *type = nn_sql_text(ours, 0);
	const char *name = nn_sql_text(ours, 1);
	NN_AUTO(free) char *expected = normalise(nn_sql_text(ours, 2));
	NN_AUTO(free) char *found = NULL;
	int rc = find_definition(store, type, name, &found, err);

	if (rc || (found && strcmp(found, expected) == 0))
		return rc;
	return nn_err_set(err, -EUCLEAN,
			  "database '%s' has %s %s '%s', so its rows cannot be trusted",
			  store->path, found ? "another" : "no", type, name);
}

static int check_no_trigger(struct nn_store *store, struct nn_err *err)
{
	int64_t nr = 0;
	int rc = nn_sql_query_int(store, &nr, err,
				  "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", "");

	if (!rc && nr)
		return nn_err_set(err, -EUCLEAN,
				  "database '%s' has triggers, which would act on what is written",
				  store->path);
	return rc;
}

/* A new database in memory, to compare with. */
static int make_reference(struct nn_store *ret_reference, struct nn_err *err)
{
	*ret_reference = (struct nn_store){.path = (char *)"memory", .lock_fd = -1};
	if (sqlite3_open(":memory:", &ret_reference->db) != SQLITE_OK)
		return nn_sql_fail(ret_reference, err);
	return nn_store_create(ret_reference, err);
}

/* Call @each for the type, name and definition of everything that we make. */
static int each_of_ours(struct nn_store *store,
			int (*each)(struct nn_store *store, sqlite3_stmt *ours, struct nn_err *err),
			struct nn_err *err)
{
	struct nn_store reference;
	sqlite3_stmt *ours = NULL;
	int rc = make_reference(&reference, err);

	if (!rc)
		rc = nn_sql_prepare(&reference,
				    "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL"
				    " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
				    &ours, err);
	while (!rc) {
		rc = nn_sql_step(&reference, ours, err);
		if (rc <= 0)
			break;
		rc = each(store, ours, err);
	}
	(void)sqlite3_finalize(ours);
	(void)sqlite3_close(reference.db);
	return rc;
}

int nn_store_check_shape(struct nn_store *store, struct nn_err *err)
{
	int rc = check_no_trigger(store, err);

	return rc ? rc : each_of_ours(store, check_definition, err);
}

static bool is_small_table(const char *type, const char *name)
{
	static const char *const large[] = {"sample", "telemetry", "artifact"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(large); i++) {
		if (strcmp(name, large[i]) == 0)
			return false;
	}
	return strcmp(type, "table") == 0;
}

static int check_rows(struct nn_store *store, sqlite3_stmt *ours, struct nn_err *err)
{
	const char *name = nn_sql_text(ours, 1);

	if (!is_small_table(nn_sql_text(ours, 0), name))
		return 0;
	return nn_sql_check(store, err, "SELECT * FROM pragma_quick_check(?)", "s", name);
}

int nn_store_check_small(struct nn_store *store, struct nn_err *err)
{
	return each_of_ours(store, check_rows, err);
}
