/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/store/statement.h"

static const char header[] = "campaign,arm,block,boot,run,phase,iteration,workload,metric,unit,"
			     "direction,value\n";

/* Runs by id, then samples by key: nothing is sorted, and the order is the same every time. */
static const char samples_sql[] =
	"SELECT campaign.uuid, arm.name, block.number, boot.uuid, run.run,"
	" CASE sample.phase WHEN 0 THEN 'warmup' ELSE 'steady' END, sample.iteration,"
	" run.workload, metric.name, metric.unit, metric.direction, sample.value"
	" FROM run CROSS JOIN boot CROSS JOIN block CROSS JOIN arm CROSS JOIN campaign"
	" CROSS JOIN sample CROSS JOIN metric"
	" WHERE boot.id = run.boot AND block.id = boot.block AND arm.id = boot.arm"
	" AND campaign.id = arm.campaign AND campaign.id = ?"
	" AND sample.run = run.id AND metric.id = sample.metric"
	" ORDER BY run.id, sample.metric, sample.phase, sample.iteration";

/* RFC 4180: a field with a comma, a quote or a line end stands in quotes, quotes are doubled. */
static void add_text(struct nn_strbuf *line, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		nn_strbuf_add(line, text);
		return;
	}
	nn_strbuf_addc(line, '"');
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			nn_strbuf_addc(line, '"');
		nn_strbuf_addc(line, *c);
	}
	nn_strbuf_addc(line, '"');
}

static void add_column(struct nn_strbuf *line, sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_FLOAT)
		nn_strbuf_add_double(line, sqlite3_column_double(row, column));
	else if (sqlite3_column_type(row, column) != SQLITE_NULL)
		add_text(line, (const char *)sqlite3_column_text(row, column));
}

static void format_row(struct nn_strbuf *line, sqlite3_stmt *row)
{
	nn_strbuf_clear(line);
	for (int i = 0; i < sqlite3_column_count(row); i++) {
		if (i)
			nn_strbuf_addc(line, ',');
		add_column(line, row, i);
	}
	nn_strbuf_addc(line, '\n');
}

static int write_bytes(FILE *out, const char *bytes, size_t len, struct nn_err *err)
{
	if (fwrite(bytes, 1, len, out) != len)
		return nn_err_errno(err, errno ? errno : EIO, "write CSV");
	return 0;
}

static int write_rows(struct nn_store *store, sqlite3_stmt *row, FILE *out, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf line = NN_STRBUF_INIT;
	int rc;

	for (rc = nn_sql_step(store, row, err); rc > 0; rc = nn_sql_step(store, row, err)) {
		int write_rc;

		format_row(&line, row);
		write_rc = write_bytes(out, line.data, line.len, err);
		if (write_rc)
			return write_rc;
	}
	return rc;
}

int nn_store_export_csv(struct nn_store *store, const char *which, FILE *out, struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(statement) sqlite3_stmt *row = NULL;
	int rc = nn_store_campaign_find(store, which, &campaign, err);

	if (!rc)
		rc = nn_sql_prepare(store, samples_sql, &row, err);
	if (!rc)
		rc = nn_sql_bind(store, row, err, "i", campaign.id);
	if (!rc)
		rc = write_bytes(out, header, sizeof(header) - 1, err);
	if (!rc)
		rc = write_rows(store, row, out, err);
	if (!rc && fflush(out))
		rc = nn_err_errno(err, errno, "write CSV");
	return rc;
}
