/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/devices-saved.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/cmd/devices-rows.h"
#include "harness/device/survey-compare.h"
#include "harness/runner/survey.h"
#include "harness/store/store.h"
#include "reports/clean.h"

#define SHORT_ID       12 /* digits of a fingerprint that are shown */
#define FILE_MAX_BYTES (64 << 20)

/* The columns of nn_store_each_survey(). */
enum saved_column {
	SAVED_ID,
	SAVED_UUID,
	SAVED_TAKEN,
	SAVED_FINGERPRINT,
	SAVED_DESCRIPTION,
	SAVED_KERNEL,
	SAVED_FUNCTIONS,
	SAVED_GROUPS,
	SAVED_CARDS,
	SAVED_CARDS_ALONE,
	SAVED_CAMPAIGN,
};

int nn_devices_save(const struct nn_cmd *cmd, const char *db, const struct nn_survey *survey,
		    struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	struct nn_machine machine;
	int64_t id = 0;
	int rc = nn_store_open(nn_command_db(db), NN_STORE_CREATE, &store, err);

	if (rc)
		return rc;
	nn_machine_read(&cmd->sysroot, &machine);
	rc = nn_survey_save(store, survey, &machine, 0, &id, err);
	nn_machine_release(&machine);
	if (!rc)
		nn_log_line(&cmd->log, NN_LOG_INFO, "survey %lld is in '%s'", (long long)id,
			    nn_command_db(db));
	return rc;
}

/* ---- list ---- */

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static int saved_text(void *user, int nr_columns NN_UNUSED, const char *const *columns,
		      struct nn_err *err NN_UNUSED)
{
	NN_AUTO(free) char *description = nn_clean_text(or_dash(columns[SAVED_DESCRIPTION]));
	NN_AUTO(free) char *kernel = nn_clean_text(or_dash(columns[SAVED_KERNEL]));

	nn_strbuf_addf(
		user, "%-6s %-24s %-12.*s  %s of %s cards isolated, %s groups  %s\n       %s%s%s\n",
		columns[SAVED_ID], columns[SAVED_TAKEN], SHORT_ID, columns[SAVED_FINGERPRINT],
		columns[SAVED_CARDS_ALONE], columns[SAVED_CARDS], columns[SAVED_GROUPS], kernel,
		description, columns[SAVED_CAMPAIGN] ? ", campaign " : "",
		columns[SAVED_CAMPAIGN] ? columns[SAVED_CAMPAIGN] : "");
	return 0;
}

static int saved_json(void *user, int nr_columns NN_UNUSED, const char *const *columns,
		      struct nn_err *err NN_UNUSED)
{
	static const char *const texts[] = {
		[SAVED_UUID] = "uuid",           [SAVED_TAKEN] = "taken",
		[SAVED_FINGERPRINT] = "machine", [SAVED_DESCRIPTION] = "description",
		[SAVED_KERNEL] = "kernel",       [SAVED_CAMPAIGN] = "campaign",
	};
	static const char *const numbers[] = {
		[SAVED_ID] = "id",
		[SAVED_FUNCTIONS] = "functions",
		[SAVED_GROUPS] = "groups",
		[SAVED_CARDS] = "cards",
		[SAVED_CARDS_ALONE] = "cards_alone",
	};
	json_t *object = json_object();

	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		if (texts[i])
			(void)json_object_set_new(object, texts[i],
						  nn_json_str_or_null(columns[i]));
		else
			(void)json_object_set_new(object, numbers[i],
						  json_integer(strtoll(columns[i], NULL, 10)));
	}
	(void)json_array_append_new(user, object);
	return 0;
}

int nn_devices_list_saved(const struct nn_cmd *cmd, const char *db, bool is_json)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *array = json_array();
	NN_AUTO(free) char *text = NULL;
	struct nn_err err = {0};
	int rc = nn_store_open(nn_command_db(db), NN_STORE_READ, &store, &err);

	if (!rc && is_json)
		rc = nn_store_each_survey(store, saved_json, array, &err);
	else if (!rc)
		rc = nn_store_each_survey(store, saved_text, &out, &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	if (is_json) {
		text = nn_json_pretty(array);
		nn_strbuf_add(&out, text);
	}
	return nn_command_print(cmd, &out);
}

/* ---- compare ---- */

/* A pipe too, as a shell makes one of another command's output: <(nearnative devices --json). */
static int read_file(const char *path, struct nn_strbuf *ret_text, struct nn_err *err)
{
	struct stat st;
	int rc;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return nn_err_set(err, -EINVAL, "'%s' is neither a file nor a pipe", path);
	rc = nn_file_read(path, FILE_MAX_BYTES, ret_text, err);
	if (!rc && ret_text->len > FILE_MAX_BYTES)
		rc = nn_err_set(err, -EFBIG,
				"file '%s' is too large for a survey, expected at most %d MiB",
				path, FILE_MAX_BYTES >> 20);
	return rc;
}

/* A file of that name goes before whatever the database has. */
static int read_text(const char *db, const char *which, struct nn_strbuf *ret_text,
		     struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	NN_AUTO(free) char *content = NULL;
	int rc;

	if (access(which, F_OK) == 0)
		return read_file(which, ret_text, err);
	rc = nn_store_open(nn_command_db(db), NN_STORE_READ, &store, err);
	if (rc)
		return nn_err_prefix(err, "'%s' is no file", which);
	rc = nn_store_survey_find(store, which, &content, err);
	if (!rc)
		nn_strbuf_add(ret_text, content);
	return rc;
}

static int read_side(const char *db, const char *which, struct nn_board_side *ret_side,
		     struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *json = NULL;
	int rc = read_text(db, which, &text, err);

	if (rc)
		return rc;
	rc = nn_json_parse(nn_strbuf_str(&text), text.len, &json, err);
	if (!rc)
		rc = nn_board_side_read(json, ret_side, err);
	return rc ? nn_err_prefix(err, "survey '%s'", which) : 0;
}

static void put_lines(const struct nn_boards *boards, struct nn_strbuf *out)
{
	for (int i = 0; i < NN_NR_LINES; i++) {
		const char *a = boards->a->lines[i] ? boards->a->lines[i] : "not known";
		const char *b = boards->b->lines[i] ? boards->b->lines[i] : "not known";
		bool is_same = strcmp(a, b) == 0;

		nn_devices_row(out, 0, NN_DEVICES_LABEL, nn_board_line_name((enum nn_board_line)i),
			       is_same ? a : "");
		if (is_same)
			continue;
		nn_devices_row(out, 2, NN_DEVICES_LABEL - 2, "A", a);
		nn_devices_row(out, 2, NN_DEVICES_LABEL - 2, "B", b);
	}
}

/* "0000:01:00.0 NAME, group 7, alone" */
static void put_card(const struct nn_card *card, const char *label, struct nn_strbuf *out)
{
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;

	nn_strbuf_addf(&line, "%s %s", card->bdf, card->name);
	if (card->group)
		nn_strbuf_addf(&line, ", group %s%s", card->group, card->is_alone ? ", alone" : "");
	else
		nn_strbuf_add(&line, ", in no group");
	for (size_t i = 0; i < card->with.nr; i++)
		nn_strbuf_addf(&line, "%s%s", i ? "; " : ", with ", card->with.names[i]);
	nn_devices_row(out, 2, 3, label, nn_strbuf_str(&line));
}

/* The pairs of which A is alone and B is not, or the other way round, or neither differs. */
static void put_pairs(const struct nn_boards *boards, const char *title, bool a_alone, bool b_alone,
		      struct nn_strbuf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < boards->nr_pairs; i++) {
		const struct nn_card *a = &boards->a->cards[boards->pairs[i].a];
		const struct nn_card *b = &boards->b->cards[boards->pairs[i].b];

		if (a->is_alone != a_alone || b->is_alone != b_alone)
			continue;
		if (is_first)
			nn_strbuf_addf(out, "\n%s\n", title);
		is_first = false;
		put_card(a, "A", out);
		put_card(b, "B", out);
	}
}

static void put_only(const struct nn_board_side *side, const size_t *only, size_t nr,
		     const char *label, struct nn_strbuf *out)
{
	if (nr)
		nn_strbuf_addf(out, "\nOnly on %s\n", label);
	for (size_t i = 0; i < nr; i++)
		put_card(&side->cards[only[i]], label, out);
}

static void put_boards(const struct nn_boards *boards, struct nn_strbuf *out)
{
	put_lines(boards, out);
	put_pairs(boards, "Isolated on A, not on B", true, false, out);
	put_pairs(boards, "Isolated on B, not on A", false, true, out);
	put_pairs(boards, "Isolated on neither", false, false, out);
	put_pairs(boards, "Isolated on both", true, true, out);
	put_only(boards->a, boards->only_a, boards->nr_only_a, "A", out);
	put_only(boards->b, boards->only_b, boards->nr_only_b, "B", out);
}

int nn_devices_compare(const struct nn_cmd *cmd, const char *db, const char *const which[2],
		       bool is_json)
{
	NN_AUTO(board_side) struct nn_board_side a = {0};
	NN_AUTO(board_side) struct nn_board_side b = {0};
	NN_AUTO(boards) struct nn_boards boards = {0};
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;
	NN_AUTO(json) json_t *json = NULL;
	NN_AUTO(free) char *text = NULL;
	struct nn_err err = {0};
	int rc = read_side(db, which[0], &a, &err);

	if (!rc)
		rc = read_side(db, which[1], &b, &err);
	if (rc)
		return nn_command_fail(cmd, &err);
	nn_boards_compare(&a, &b, &boards);
	if (is_json) {
		json = nn_boards_json(&boards);
		text = nn_json_pretty(json);
		nn_strbuf_add(&out, text);
	} else {
		put_boards(&boards, &out);
	}
	return nn_command_print(cmd, &out);
}
