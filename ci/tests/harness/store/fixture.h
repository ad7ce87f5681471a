/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database of its own for every test, in a folder that is removed with the test, and short ways
 * to fill it and to look into it with plain SQL.
 */
#ifndef NN_TESTS_STORE_FIXTURE_H
#define NN_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "harness/base/hash.h"
#include "harness/base/scratch.h"
#include "harness/store/store.h"

struct fixture {
	char *dir;
	char *path; /* of the database, not there yet */
	struct nn_store *store;
	struct nn_err err;
	int64_t machine;
	int64_t campaign;
	int64_t arms[2]; /* "native", "vm" */
};

#define assert_ok(f, call)                                                             \
	do {                                                                           \
		int assert_ok_rc = (call);                                             \
		if (assert_ok_rc)                                                      \
			fail_msg("%s: %d: %s", #call, assert_ok_rc, (f)->err.message); \
	} while (0)

#define assert_message(f, phrase)                                                    \
	do {                                                                         \
		if (!strstr((f)->err.message, (phrase)))                             \
			fail_msg("'%s' is not in '%s'", (phrase), (f)->err.message); \
	} while (0)

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_ok(f, nn_scratch_new(&f->dir, &f->err));
	f->path = nn_asprintf("%s/results 100%%#1?.db", f->dir);
	*state = f;
	return 0;
}

static inline void fixture_open(struct fixture *f, enum nn_store_mode mode)
{
	assert_ok(f, nn_store_open(f->path, mode, &f->store, &f->err));
}

static inline void fixture_close(struct fixture *f)
{
	nn_store_close(f->store);
	f->store = NULL;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	nn_store_close(f->store);
	nn_scratch_remove(f->dir);
	free(f->dir);
	free(f->path);
	free(f);
	return 0;
}

static inline int64_t fixture_add_campaign(struct fixture *f, const char *name)
{
	struct nn_campaign_row row = {.machine = f->machine,
				      .name = name,
				      .plan_path = "plan.yaml",
				      .plan_text = "name: x\n",
				      .plan_hash = "abc",
				      .seed = UINT64_MAX - 1,
				      .build_id = "build-1",
				      .base_arm = "native",
				      .device_bdf = "0000:01:00.0",
				      .device_driver = "nvme"};
	int64_t id = 0;

	assert_ok(f, nn_store_campaign_add(f->store, &row, &id, &f->err));
	return id;
}

/* A new database with one campaign of two arms. */
static inline void fixture_begin(struct fixture *f)
{
	struct nn_machine_row machine = {.fingerprint = "f1", .description = "a board"};

	fixture_open(f, NN_STORE_CREATE);
	assert_ok(f, nn_store_machine(f->store, &machine, &f->machine, &f->err));
	f->campaign = fixture_add_campaign(f, "demo");
	assert_ok(f,
		  nn_store_arm_add(f->store, f->campaign, "native", "local", &f->arms[0], &f->err));
	assert_ok(f,
		  nn_store_arm_add(f->store, f->campaign, "vm", "libvirt", &f->arms[1], &f->err));
}

static inline int fixture_setup_begun(void **state)
{
	(void)fixture_setup(state);
	fixture_begin(*state);
	return 0;
}

static inline int64_t fixture_add_boot(struct fixture *f, int arm, uint64_t block, uint64_t attempt)
{
	struct nn_boot_row row = {.campaign = f->campaign,
				  .arm = f->arms[arm],
				  .block = block,
				  .position = (uint64_t)arm,
				  .attempt = attempt};
	char uuid[NN_UUID_CAP];
	int64_t id = 0;

	assert_ok(f, nn_store_boot_add(f->store, &row, &id, uuid, &f->err));
	return id;
}

static inline void fixture_end_boot(struct fixture *f, int64_t boot, const char *state)
{
	assert_ok(f, nn_store_boot_state(f->store, boot, state, NULL, &f->err));
}

static inline int64_t fixture_add_run(struct fixture *f, int64_t boot, const char *workload,
				      uint64_t position, uint64_t run)
{
	char uuid[NN_UUID_CAP];
	struct nn_run_row row = {.boot = boot,
				 .uuid = uuid,
				 .workload = workload,
				 .position = position,
				 .run = run,
				 .seed = 7};
	int64_t id = 0;

	nn_uuid_new(uuid);
	assert_ok(f, nn_store_run_add(f->store, &row, &id, &f->err));
	return id;
}

static inline void fixture_finish_run(struct fixture *f, int64_t run, enum nn_outcome outcome,
				      uint64_t checksum)
{
	struct nn_finish finish = {.outcome = outcome,
				   .reason = outcome == NN_OUTCOME_OK ? NULL : (char *)"because",
				   .note = (char *)"a device",
				   .checksum = checksum,
				   .duration_ns = 5};

	assert_ok(f, nn_store_run_finish(f->store, run, &finish, &f->err));
}

/* Add one batch of samples of "copy" in B/s: @nr values of one phase. */
static inline void fixture_add_samples(struct fixture *f, int64_t run, uint64_t number,
				       enum nn_phase phase, const double *values, size_t nr)
{
	struct nn_sample_batch batch = {.batch = number};
	bool is_new = false;

	for (size_t i = 0; i < nr; i++) {
		struct nn_sample sample = {.metric = (char *)"copy",
					   .unit = (char *)"B/s",
					   .direction = NN_HIGHER_IS_BETTER,
					   .kind = NN_KIND_RATE,
					   .phase = phase,
					   .iteration = i,
					   .value = values[i]};

		nn_sample_batch_add(&batch, &sample);
	}
	assert_ok(f, nn_store_samples_add(f->store, run, &batch, &is_new, &f->err));
	assert_true(is_new);
	nn_sample_batch_release(&batch);
}

/* Look into (or change) the file as somebody with the sqlite3 shell would. */
static inline char *fixture_sql(const struct fixture *f, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	char *text = NULL;
	int rc;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_busy_timeout(db, 5000), SQLITE_OK);
	rc = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(row);
	if (rc == SQLITE_ROW && sqlite3_column_text(row, 0))
		text = strdup((const char *)sqlite3_column_text(row, 0));
	else if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	(void)sqlite3_finalize(row);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return text;
}

/* The first column of the first row is @expected (NULL: NULL or no row). */
static inline void assert_sql(const struct fixture *f, const char *sql, const char *expected)
{
	char *text = fixture_sql(f, sql);

	if (expected && text)
		assert_string_equal(text, expected);
	else if (expected || text)
		fail_msg("%s: '%s' instead of '%s'", sql, text ? text : "NULL",
			 expected ? expected : "NULL");
	free(text);
}

/* For the nn_store_each_ functions: every row as one line "a|b|NULL". */
static inline int fixture_collect(void *user, int nr_columns, const char *const *columns,
				  struct nn_err *err)
{
	struct nn_strbuf *lines = user;

	(void)err;
	for (int i = 0; i < nr_columns; i++) {
		nn_strbuf_add(lines, columns[i] ? columns[i] : "NULL");
		nn_strbuf_addc(lines, i + 1 < nr_columns ? '|' : '\n');
	}
	return 0;
}

#endif
