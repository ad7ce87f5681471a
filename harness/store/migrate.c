/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/migrate.h"

#include <errno.h>

#include "harness/store/shape.h"
#include "harness/store/store.h"

static const char schema_sql[] =
#include "harness/store/schema.sql.inc"
	;

static const char migrate_1_to_2_sql[] =
#include "harness/store/migrate-1-to-2.sql.inc"
	;

static const char migrate_2_to_3_sql[] =
#include "harness/store/migrate-2-to-3.sql.inc"
	;

static const char migrate_3_to_4_sql[] =
#include "harness/store/migrate-3-to-4.sql.inc"
	;

/* Step i leads from format i + 1 to the next; each ends in setting user_version. */
static const char *const steps[NN_STORE_VERSION - 1] = {migrate_1_to_2_sql, migrate_2_to_3_sql,
							migrate_3_to_4_sql};

static int expect_version(struct nn_store *store, struct nn_err *err)
{
	int64_t version = 0;
	int rc = nn_sql_query_int(store, &version, err, "PRAGMA user_version", "");

	if (rc)
		return rc;
	if (version != NN_STORE_VERSION)
		return nn_err_set(err, -EPROTO, "database '%s' came out as format %lld, not %d",
				  store->path, (long long)version, NN_STORE_VERSION);
	return 0;
}

int nn_store_create(struct nn_store *store, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int rc = nn_transaction_begin(store, &transaction, err);

	if (!rc)
		rc = nn_sql_script(store, schema_sql, err);
	if (!rc)
		rc = expect_version(store, err);
	return rc ? rc : nn_transaction_commit(&transaction, err);
}

int nn_store_migrate(struct nn_store *store, int64_t version, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int rc = nn_transaction_begin(store, &transaction, err);

	for (int64_t i = version - 1; !rc && i < NN_STORE_VERSION - 1; i++)
		rc = nn_sql_script(store, steps[i], err);
	if (!rc)
		rc = expect_version(store, err);
	if (!rc)
		rc = nn_store_check_shape(store, err);
	if (!rc)
		rc = nn_transaction_commit(&transaction, err);
	if (rc)
		return nn_err_prefix(err, "migrate from format %lld to %d", (long long)version,
				     NN_STORE_VERSION);
	return 0;
}
