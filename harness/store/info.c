/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <inttypes.h>

#include "harness/base/json.h"
#include "harness/store/statement.h"

static const char counts_sql[] = "SELECT 'machine', count(*) FROM machine"
				 " UNION ALL SELECT 'device', count(*) FROM device"
				 " UNION ALL SELECT 'campaign', count(*) FROM campaign"
				 " UNION ALL SELECT 'arm', count(*) FROM arm"
				 " UNION ALL SELECT 'block', count(*) FROM block"
				 " UNION ALL SELECT 'boot', count(*) FROM boot"
				 " UNION ALL SELECT 'run', count(*) FROM run"
				 " UNION ALL SELECT 'metric', count(*) FROM metric"
				 " UNION ALL SELECT 'sample', count(*) FROM sample"
				 " UNION ALL SELECT 'fact', count(*) FROM fact"
				 " UNION ALL SELECT 'telemetry', count(*) FROM telemetry"
				 " UNION ALL SELECT 'event', count(*) FROM event"
				 " UNION ALL SELECT 'claim', count(*) FROM claim"
				 " UNION ALL SELECT 'artifact', count(*) FROM artifact"
				 " UNION ALL SELECT 'journal', count(*) FROM journal";

/* What is told about a file; its tables are an object of names and row numbers. */
struct info {
	int64_t version;
	int64_t nr_pages;
	int64_t page_bytes;
	int64_t nr_open_journal;
	json_t *tables;
};

NN_AUTO_DEFINE(info, struct info, json_decref(p->tables))

static int info_count(struct nn_store *store, json_t *tables, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, counts_sql, &row, err);

	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err))
		(void)json_object_set_new(tables, (const char *)sqlite3_column_text(row, 0),
					  json_integer(sqlite3_column_int64(row, 1)));
	return rc;
}

static int info_read(struct nn_store *store, struct info *info, struct nn_err *err)
{
	int rc = nn_sql_query_int(store, &info->version, err, "PRAGMA user_version", "");

	if (!rc)
		rc = nn_sql_query_int(store, &info->nr_pages, err, "PRAGMA page_count", "");
	if (!rc)
		rc = nn_sql_query_int(store, &info->page_bytes, err, "PRAGMA page_size", "");
	if (!rc)
		rc = nn_sql_query_int(store, &info->nr_open_journal, err,
				      "SELECT count(*) FROM journal WHERE closed IS NULL", "");
	return rc ? rc : info_count(store, info->tables, err);
}

static void info_write_text(const struct nn_store *store, const struct info *info,
			    struct nn_strbuf *out)
{
	const char *table;
	json_t *nr;

	nn_strbuf_addf(out, "%-12s %s\n", "file", store->path);
	nn_strbuf_addf(out, "%-12s %" PRId64 "\n", "format", info->version);
	nn_strbuf_addf(out, "%-12s %s\n", "sqlite", sqlite3_libversion());
	nn_strbuf_addf(out, "%-12s %" PRId64 "\n", "bytes", info->nr_pages * info->page_bytes);
	nn_strbuf_addf(out, "%-12s %" PRId64 "\n", "to restore", info->nr_open_journal);
	json_object_foreach (info->tables, table, nr)
		nn_strbuf_addf(out, "%-12s %" JSON_INTEGER_FORMAT "\n", table,
			       json_integer_value(nr));
}

static void info_write_json(const struct nn_store *store, const struct info *info,
			    struct nn_strbuf *out)
{
	NN_AUTO(json) json_t *root = json_object();
	NN_AUTO(free) char *text = NULL;

	(void)json_object_set_new(root, "file", nn_json_str_or_null(store->path));
	(void)json_object_set_new(root, "format", json_integer(info->version));
	(void)json_object_set_new(root, "sqlite", json_string(sqlite3_libversion()));
	(void)json_object_set_new(root, "bytes", json_integer(info->nr_pages * info->page_bytes));
	(void)json_object_set_new(root, "to_restore", json_integer(info->nr_open_journal));
	(void)json_object_set(root, "tables", info->tables);
	text = nn_json_pretty(root);
	nn_strbuf_add(out, text);
}

int nn_store_info(struct nn_store *store, bool as_json, struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(info) struct info info = {.tables = json_object()};
	int rc = info_read(store, &info, err);

	if (rc)
		return rc;
	if (as_json)
		info_write_json(store, &info, out);
	else
		info_write_text(store, &info, out);
	return 0;
}

static int check_references(struct nn_store *store, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, "PRAGMA foreign_key_check", &row, err);

	if (!rc)
		rc = nn_sql_step(store, row, err);
	if (rc <= 0)
		return rc;
	/* Tables without row ids tell none. */
	return nn_err_set(err, -EUCLEAN, "database '%s': a row of '%s' refers to no row of '%s'",
			  store->path, (const char *)sqlite3_column_text(row, 0),
			  (const char *)sqlite3_column_text(row, 2));
}

int nn_store_check(struct nn_store *store, struct nn_err *err)
{
	int rc = nn_sql_check(store, "PRAGMA integrity_check(1)", err);

	return rc ? rc : check_references(store, err);
}
