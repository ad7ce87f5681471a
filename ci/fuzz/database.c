/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database file from elsewhere: opened for reading and read by all that reads, then opened for
 * writing, which migrates an older one. Mutations are those of bytes and, more often, those that
 * somebody with an SQL shell could do.
 */
#include "ci/fuzz/fuzz.h"
#include "ci/fuzz/render.h"

#include <sqlite3.h>

#include "harness/base/scratch.h"
#include "harness/device/change.h"
#include "harness/store/store.h"
#include "reports/cross/cross.h"
#include "reports/cross/gate.h"
#include "reports/history/history.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned int seed);

/* ---- mutations ---- */

/* What an SQL shell can make of the tables themselves. */
static const char *const scripts[] = {
	"DROP INDEX boot_of_arm",
	"DROP VIEW v_boot_value; CREATE VIEW v_boot_value AS SELECT 1",
	"CREATE TRIGGER t AFTER UPDATE ON boot BEGIN DELETE FROM sample; END",
	"ALTER TABLE machine RENAME COLUMN description TO other",
	"ALTER TABLE machine ADD COLUMN more TEXT",
	"CREATE TABLE loose AS SELECT * FROM campaign; DROP TABLE campaign;"
	"ALTER TABLE loose RENAME TO campaign",
	"CREATE TABLE loose AS SELECT * FROM journal; DROP TABLE journal;"
	"ALTER TABLE loose RENAME TO journal",
	"DELETE FROM arm",
	"INSERT INTO journal (machine_boot, kind, subject, before, opened)"
	" VALUES ('b', 'scratch', '/', '{}', 'now')",
	"PRAGMA user_version = 1",
	"PRAGMA user_version = 2",
	"PRAGMA user_version = 3",
	"PRAGMA user_version = 4",
	"UPDATE journal SET kind = 'attribute', subject = '/sys/devices/x', before = '{\"value\":1}'",
	"UPDATE journal SET kind = 'cgroup-controller', subject = '/sys/fs/cgroup cpu'",
	"UPDATE journal SET kind = 'mediated-device', subject = (SELECT uuid FROM campaign)",
};

/* SQL of values that are odd somewhere. */
static const char *const values[] = {
	"NULL",
	"0",
	"1",
	"-1",
	"2",
	"9223372036854775807",
	"-9223372036854775808",
	"4294967296",
	"9e999",
	"-9e999",
	"1.7976931348623157e308",
	"5e-324",
	"0.0",
	"-0.5",
	"''",
	"'done'",
	"'ok'",
	"'running'",
	"'native'",
	"'host:x/y:z'",
	"'%s%n | * ` $ <b> \" '''",
	"'</script><script>alert(1)</script>'",
	"'=1+1'",
	"CAST(x'1b5b324a0a0d00ff' AS TEXT)",
	"CAST(x'c328ffe2' AS TEXT)",
	"printf('%0*d', 300, 7)",
	"zeroblob(3)",
	"(SELECT name FROM arm ORDER BY random() LIMIT 1)",
	"abs(random() % 12)",
	"random() / 1e15",
};

static char *query_text(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *row = NULL;
	char *text = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK &&
	    sqlite3_step(row) == SQLITE_ROW)
		text = nn_strdup((const char *)sqlite3_column_text(row, 0));
	(void)sqlite3_finalize(row);
	return text;
}

/* UPDATE "table" SET "column" = value, in some of the rows. */
static void mutate_rows(sqlite3 *db, unsigned int seed)
{
	static const char sql[] =
		"SELECT printf('\"%w\" SET \"%w\" = ', m.name, x.name) FROM sqlite_schema AS m,"
		" pragma_table_info(m.name) AS x WHERE m.type = 'table' ORDER BY random() LIMIT 1";
	NN_AUTO(free) char *place = query_text(db, sql);
	NN_AUTO(free) char *update = NULL;
	bool is_loose = seed & 1;

	if (!place)
		return;
	update = nn_asprintf("PRAGMA ignore_check_constraints = %d;"
			     "UPDATE OR IGNORE %s%s WHERE random() %% %u = 0",
			     is_loose, place, values[(seed >> 1) % NN_ARRAY_SIZE(values)],
			     1 + (seed >> 8) % 5);
	(void)sqlite3_exec(db, update, NULL, NULL, NULL); /* what it refuses stays as it is */
}

static sqlite3 *open_image(const uint8_t *bytes, size_t size)
{
	unsigned char *image = sqlite3_malloc64(size);
	sqlite3 *db = NULL;

	fuzz_require(image, "out of memory");
	memcpy(image, bytes, size);
	fuzz_require(sqlite3_open(":memory:", &db) == SQLITE_OK, "no database in memory");
	(void)sqlite3_deserialize(db, "main", image, (sqlite3_int64)size, (sqlite3_int64)size,
				  SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
	return db;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t max_size, unsigned int seed)
{
	unsigned char *image = NULL;
	sqlite3_int64 len = 0;
	sqlite3 *db;

	if (seed % 5 == 0 || size < 512)
		return LLVMFuzzerMutate(bytes, size, max_size);
	db = open_image(bytes, size);
	seed /= 5;
	if (seed % 16 == 0)
		(void)sqlite3_exec(db, scripts[seed / 16 % NN_ARRAY_SIZE(scripts)], NULL, NULL,
				   NULL);
	else
		mutate_rows(db, seed / 16);
	image = sqlite3_serialize(db, "main", &len, 0);
	if (image && (size_t)len <= max_size) {
		memcpy(bytes, image, (size_t)len);
		size = (size_t)len;
	}
	sqlite3_free(image);
	(void)sqlite3_close(db);
	return size;
}

/* ---- readers ---- */

struct campaigns {
	int64_t ids[2];
	size_t nr;
};

static int on_campaign(void *user, int nr_columns, const char *const *columns,
		       struct nn_err *err NN_UNUSED)
{
	struct campaigns *campaigns = user;
	const char *id = columns[nr_columns - 1];

	if (id && campaigns->nr < NN_ARRAY_SIZE(campaigns->ids))
		campaigns->ids[campaigns->nr++] = strtoll(id, NULL, 10);
	return 0;
}

static void read_cross(struct nn_store *store)
{
	NN_AUTO(cross_side) struct nn_cross_side *a = NULL;
	NN_AUTO(cross_side) struct nn_cross_side *b = NULL;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct campaigns campaigns = {0};
	struct nn_strings arms = {0};
	struct nn_err err = {0};

	if (nn_store_each_campaign(store, on_campaign, &campaigns, &err) || campaigns.nr < 2)
		return;
	if (nn_cross_side_new(store, campaigns.ids[0], "A", &a, &err) == 0 &&
	    nn_cross_side_new(store, campaigns.ids[1], "B", &b, &err) == 0) {
		nn_cross_arms(a, b, &arms);
		nn_cross_ratios(a, b, &arms);
		if (nn_cross_new(a, b, &arms, &comparison, &err) == 0)
			fuzz_render(comparison);
	}
	nn_strings_release(&arms);
}

static void read_history(struct nn_store *store)
{
	static const struct nn_history_options all = {0};
	NN_AUTO(history) struct nn_history *history = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf json = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf html = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (nn_history_new(store, &all, &history, &err))
		return;
	nn_history_text(history, "x.db", false, &text);
	nn_history_html(history, "x.db", &html);
	fuzz_require(nn_history_json(history, &json, &err) == 0, "%s", err.message);
	fuzz_require(!fuzz_has_control(nn_strbuf_str(&text), "\n"), "history with controls");
	fuzz_check_json(&json);
}

static void read_info(struct nn_store *store)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf json = NN_STRBUF_INIT;
	struct nn_err err = {0};

	if (nn_store_info(store, false, &text, &err) == 0)
		fuzz_require(!fuzz_has_control(nn_strbuf_str(&text), "\n"), "info with controls");
	if (nn_store_info(store, true, &json, &err) == 0)
		fuzz_check_json(&json);
	(void)nn_store_check(store, &err);
}

static void read_campaign(struct nn_store *store)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	NN_AUTO(file) FILE *out = fopen("/dev/null", "we");
	struct nn_err err = {0};

	(void)nn_store_export_csv(store, NULL, out, &err);
	if (nn_store_campaign_find(store, NULL, &campaign, &err))
		return;
	fuzz_require(campaign.name && campaign.plan_path && campaign.plan_text && campaign.state,
		     "a campaign of NULLs");
	if (nn_comparison_new(store, campaign.uuid, NULL, &comparison, &err) == 0)
		fuzz_render(comparison);
}

/* As restore would, short of undoing anything. */
static void read_entry(const struct nn_journal_row *row)
{
	const struct nn_change_kind *kind = nn_change_kind_find(row->kind);
	NN_AUTO(json) json_t *before = NULL;
	NN_AUTO(strbuf) struct nn_strbuf words = NN_STRBUF_INIT;

	if (kind && kind->is_subject(row->subject) &&
	    nn_json_parse(row->before, strlen(row->before), &before, NULL) == 0)
		kind->describe(row->subject, before, &words);
}

static void read_journal(struct nn_store *store)
{
	struct nn_journal_rows rows = {0};
	struct nn_err err = {0};

	(void)nn_store_journal_open(store, &rows, &err);
	for (size_t i = 0; i < rows.nr; i++)
		fuzz_require(rows.items[i].kind && rows.items[i].subject && rows.items[i].before &&
				     rows.items[i].machine_boot,
			     "a journal entry of NULLs");
	for (size_t i = 0; i < rows.nr; i++)
		read_entry(&rows.items[i]);
	nn_journal_rows_release(&rows);
}

static void open_and_read(const char *path)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_err err = {0};
	int rc = nn_store_open(path, NN_STORE_READ, &store, &err);

	if (rc) {
		fuzz_require(rc < 0 && err.message[0], "a failure without a message");
		return;
	}
	read_info(store);
	read_campaign(store);
	read_journal(store);
	read_history(store);
	read_cross(store);
}

static void open_and_write(const char *path)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	struct nn_err err = {0};

	if (nn_store_open(path, NN_STORE_WRITE, &store, &err) ||
	    nn_store_campaign_find(store, NULL, &campaign, &err))
		return;
	(void)nn_store_boots_abandon(store, campaign.id, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(free) char *folder = NULL;
	NN_AUTO(free) char *path = NULL;
	struct nn_err err = {0};
	FILE *file;

	fuzz_require(nn_scratch_new(&folder, &err) == 0, "%s", err.message);
	path = nn_asprintf("%s/x.db", folder);
	file = fopen(path, "we");
	fuzz_require(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0,
		     "cannot write '%s'", path);
	open_and_read(path);
	open_and_write(path);
	nn_scratch_remove(folder);
	return 0;
}
