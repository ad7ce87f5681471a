/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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
				 " UNION ALL SELECT 'journal', count(*) FROM journal"
				 " UNION ALL SELECT 'baseline', count(*) FROM baseline"
				 " UNION ALL SELECT 'baseline_move', count(*) FROM baseline_move"
				 " UNION ALL SELECT 'decision', count(*) FROM decision"
				 " UNION ALL SELECT 'survey', count(*) FROM survey";

static const char arms_sql[] =
	"SELECT arm.name, count(*) FILTER (WHERE boot.state = 'done'),"
	" count(*) FILTER (WHERE boot.state = 'failed')"
	" FROM arm LEFT JOIN boot ON boot.arm = arm.id WHERE arm.campaign = ?"
	" GROUP BY arm.id ORDER BY arm.id";

/* The columns of nn_store_each_campaign() and nn_store_each_baseline() that are told. */
enum { CAMPAIGN_UUID, CAMPAIGN_NAME, CAMPAIGN_STATE, CAMPAIGN_STARTED, CAMPAIGN_FINISHED };
enum { CAMPAIGN_IS_AA = 8, CAMPAIGN_ID = 12 };
enum { BASELINE_NAME, BASELINE_UUID, BASELINE_CAMPAIGN, BASELINE_MOVED, BASELINE_PREVIOUS };

/* As much of a UUID as people need to name a campaign. */
#define SHORT_UUID 8

/* What is told about a file; its tables are an object of names and row numbers. */
struct info {
	struct nn_store *store;
	int64_t version;
	int64_t nr_pages;
	int64_t page_bytes;
	int64_t nr_open_journal;
	bool has_writer;
	json_t *tables;
	json_t *campaigns; /* oldest first */
	json_t *baselines;
};

static void info_init(struct info *info, struct nn_store *store)
{
	*info = (struct info){.store = store,
			      .has_writer = nn_store_has_writer(store),
			      .tables = json_object(),
			      .campaigns = json_array(),
			      .baselines = json_array()};
}

static void info_release(struct info *info)
{
	json_decref(info->tables);
	json_decref(info->campaigns);
	json_decref(info->baselines);
}

NN_AUTO_DEFINE(info, struct info, info_release(p))

static int info_count(struct nn_store *store, json_t *tables, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, counts_sql, &row, err);

	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err))
		(void)json_object_set_new(tables, nn_sql_text(row, 0),
					  json_integer(sqlite3_column_int64(row, 1)));
	return rc;
}

/* {"native": {"done": 5, "failed": 0}, …} */
static int info_arms(struct nn_store *store, int64_t campaign, json_t *arms, struct nn_err *err)
{
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_sql_prepare(store, arms_sql, &row, err);

	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign);
	if (rc)
		return rc;
	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err))
		(void)json_object_set_new(
			arms, nn_sql_text(row, 0),
			json_pack("{s:I, s:I}", "done", (json_int_t)sqlite3_column_int64(row, 1),
				  "failed", (json_int_t)sqlite3_column_int64(row, 2)));
	return rc;
}

static int info_campaign(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct info *info = user;
	json_t *campaign = json_object();
	json_t *arms = json_object();
	const char *state = columns[CAMPAIGN_STATE];

	(void)nr_columns;
	if (strcmp(state, "running") == 0 && !info->has_writer)
		state = "interrupted (crashed)";
	(void)json_array_append_new(info->campaigns, campaign);
	(void)json_object_set_new(campaign, "uuid", nn_json_str_or_null(columns[CAMPAIGN_UUID]));
	(void)json_object_set_new(campaign, "name", nn_json_str_or_null(columns[CAMPAIGN_NAME]));
	(void)json_object_set_new(campaign, "state", json_string(state));
	(void)json_object_set_new(campaign, "started",
				  nn_json_str_or_null(columns[CAMPAIGN_STARTED]));
	(void)json_object_set_new(campaign, "finished",
				  nn_json_str_or_null(columns[CAMPAIGN_FINISHED]));
	(void)json_object_set_new(campaign, "aa",
				  json_boolean(strcmp(columns[CAMPAIGN_IS_AA], "0") != 0));
	(void)json_object_set_new(campaign, "boots", arms);
	return info_arms(info->store, strtoll(columns[CAMPAIGN_ID], NULL, 10), arms, err);
}

static int info_baseline(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	static const char *const keys[] = {
		[BASELINE_NAME] = "name",         [BASELINE_UUID] = "uuid",
		[BASELINE_CAMPAIGN] = "campaign", [BASELINE_MOVED] = "moved",
		[BASELINE_PREVIOUS] = "previous",
	};
	struct info *info = user;
	json_t *baseline = json_object();

	(void)nr_columns;
	(void)err;
	for (size_t i = 0; i < NN_ARRAY_SIZE(keys); i++)
		(void)json_object_set_new(baseline, keys[i], nn_json_str_or_null(columns[i]));
	(void)json_array_append_new(info->baselines, baseline);
	return 0;
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
	if (!rc)
		rc = info_count(store, info->tables, err);
	if (!rc)
		rc = nn_store_each_campaign(store, info_campaign, info, err);
	return rc ? rc : nn_store_each_baseline(store, info_baseline, info, err);
}

static const char *member(const json_t *object, const char *key)
{
	const char *text = nn_json_opt_str(object, key);

	return text ? text : "";
}

/* What was appended from @start on is one line, whatever names the file has. */
static void end_line(struct nn_strbuf *out, size_t start)
{
	nn_blank_controls(out->data + start, "");
	nn_strbuf_addc(out, '\n');
}

static void write_campaign(const json_t *campaign, struct nn_strbuf *out)
{
	size_t start = out->len;
	bool is_first = true;
	const char *arm;
	json_t *boots;

	nn_strbuf_addf(out, "  %-24s %.*s  %-21s %-24s ", member(campaign, "name"), SHORT_UUID,
		       member(campaign, "uuid"), member(campaign, "state"),
		       member(campaign, "started"));
	json_object_foreach (json_object_get(campaign, "boots"), arm, boots) {
		nn_strbuf_addf(out, "%s%s %" JSON_INTEGER_FORMAT, is_first ? "" : ", ", arm,
			       json_integer_value(json_object_get(boots, "done")));
		is_first = false;
	}
	if (json_is_true(json_object_get(campaign, "aa")))
		nn_strbuf_add(out, " (A/A)");
	end_line(out, start);
}

static void write_baseline(const json_t *baseline, struct nn_strbuf *out)
{
	const char *previous = nn_json_opt_str(baseline, "previous");
	size_t start = out->len;

	nn_strbuf_addf(out, "  %-24s %.*s  %s, since %s", member(baseline, "name"), SHORT_UUID,
		       member(baseline, "uuid"), member(baseline, "campaign"),
		       member(baseline, "moved"));
	if (previous)
		nn_strbuf_addf(out, ", before that %.*s", SHORT_UUID, previous);
	end_line(out, start);
}

static void write_lists(const struct info *info, struct nn_strbuf *out)
{
	size_t i;
	json_t *item;

	if (json_array_size(info->campaigns))
		nn_strbuf_add(out, "\ncampaigns, oldest first, with the boots done of each arm:\n");
	json_array_foreach (info->campaigns, i, item)
		write_campaign(item, out);
	if (json_array_size(info->baselines))
		nn_strbuf_add(out, "\nbaselines:\n");
	json_array_foreach (info->baselines, i, item)
		write_baseline(item, out);
}

static void info_write_text(const struct nn_store *store, const struct info *info,
			    struct nn_strbuf *out)
{
	const char *table;
	json_t *nr;

	nn_strbuf_addf(out, "%-14s %s\n", "file", store->path);
	nn_strbuf_addf(out, "%-14s %" PRId64 "\n", "format", info->version);
	nn_strbuf_addf(out, "%-14s %s\n", "sqlite", sqlite3_libversion());
	nn_strbuf_addf(out, "%-14s %" PRId64 "\n", "bytes", info->nr_pages * info->page_bytes);
	nn_strbuf_addf(out, "%-14s %" PRId64 "\n", "to restore", info->nr_open_journal);
	json_object_foreach (info->tables, table, nr)
		nn_strbuf_addf(out, "%-14s %" JSON_INTEGER_FORMAT "\n", table,
			       json_integer_value(nr));
	write_lists(info, out);
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
	(void)json_object_set(root, "campaigns", info->campaigns);
	(void)json_object_set(root, "baselines", info->baselines);
	text = nn_json_pretty(root);
	nn_strbuf_add(out, text);
}

int nn_store_info(struct nn_store *store, bool as_json, struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(info) struct info info;
	int rc;

	info_init(&info, store);
	rc = info_read(store, &info, err);
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
			  store->path, nn_sql_text(row, 0), nn_sql_text(row, 2));
}

int nn_store_check(struct nn_store *store, struct nn_err *err)
{
	int rc = nn_sql_check(store, err, "PRAGMA integrity_check(1)", "");

	return rc ? rc : check_references(store, err);
}
