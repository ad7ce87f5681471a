/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/store/connection.h"
#include "harness/store/lock.h"
#include "harness/store/migrate.h"
#include "harness/store/shape.h"

/* From this size on readers do not have every sample read before they may ask for a few. */
#define MAX_QUICK_CHECK_BYTES (64LL * 1024 * 1024)

static int judge_identity(const struct nn_store *store, int64_t application, int64_t version,
			  struct nn_err *err)
{
	if (application != NN_STORE_APPLICATION_ID || version < 1)
		return nn_err_set(err, -EUCLEAN,
				  "'%s' is an SQLite database, but none of nearnative's",
				  store->path);
	if (version > NN_STORE_VERSION)
		return nn_err_set(err, -EPROTO,
				  "database '%s' has format %lld, this nearnative knows up to %d: "
				  "use a newer nearnative",
				  store->path, (long long)version, NN_STORE_VERSION);
	return 0;
}

/* Whose file is it, and of which format? 0: empty, and to be made. */
static int identify(struct nn_store *store, enum nn_store_mode mode, int64_t *ret_version,
		    struct nn_err *err)
{
	int64_t nr_objects = 0;
	int64_t application = 0;
	int64_t version = 0;
	int rc =
		nn_sql_query_int(store, &nr_objects, err, "SELECT count(*) FROM sqlite_schema", "");

	if (!rc)
		rc = nn_sql_query_int(store, &application, err, "PRAGMA application_id", "");
	if (!rc)
		rc = nn_sql_query_int(store, &version, err, "PRAGMA user_version", "");
	if (rc)
		return rc;
	if (nr_objects || application || version)
		rc = judge_identity(store, application, version, err);
	else if (mode != NN_STORE_CREATE)
		rc = nn_err_set(err, -EUCLEAN, "database '%s' is empty", store->path);
	if (rc)
		return rc;
	*ret_version = version;
	return 0;
}

/* A file of an older format is read through a copy, so that an archive stays as it is. */
static int make_readable(struct nn_store *store, int64_t version, struct nn_err *err)
{
	int rc;

	if (version == NN_STORE_VERSION)
		return nn_store_check_shape(store, err);
	rc = nn_connection_copy(store, err);
	return rc ? rc : nn_store_migrate(store, version, err);
}

static int make_writable(struct nn_store *store, int64_t version, enum nn_sharing sharing,
			 struct nn_err *err)
{
	int rc = nn_connection_set_journal(store, sharing, err);

	if (!rc && version == 0)
		rc = nn_store_create(store, err);
	else if (!rc && version < NN_STORE_VERSION)
		rc = nn_store_migrate(store, version, err);
	return rc;
}

/* quick_check reads the whole file, and holds every row to what its table promises. */
static bool is_large(const struct nn_store *store)
{
	struct stat st;

	return stat(store->path, &st) == 0 && st.st_size > MAX_QUICK_CHECK_BYTES;
}

static int open_for_reading(struct nn_store *store, int64_t version, struct nn_err *err)
{
	bool is_checked_in_part = is_large(store);
	int rc = 0;

	if (!is_checked_in_part)
		rc = nn_sql_check(store, err, "PRAGMA quick_check(1)", "");
	if (!rc)
		rc = make_readable(store, version, err);
	if (!rc && is_checked_in_part)
		rc = nn_store_check_small(store, err);
	return rc ? rc : nn_connection_forbid_changes(store, err);
}

static int open_for_writing(struct nn_store *store, int64_t version, enum nn_sharing sharing,
			    struct nn_err *err)
{
	int rc = nn_sql_check(store, err, "PRAGMA quick_check(1)", "");

	if (!rc && version == NN_STORE_VERSION)
		rc = nn_store_check_shape(store, err);
	return rc ? rc : make_writable(store, version, sharing, err);
}

/* Nothing is written before the file is known to be ours and sound. */
static int open_as(struct nn_store *store, enum nn_store_mode mode, enum nn_sharing sharing,
		   struct nn_err *err)
{
	int64_t version = 0;
	int rc = nn_connection_open(store, mode, sharing, err);

	if (!rc)
		rc = identify(store, mode, &version, err);
	if (rc)
		return rc;
	return mode == NN_STORE_READ ? open_for_reading(store, version, err)
				     : open_for_writing(store, version, sharing, err);
}

/* Nobody else has written to the files, for the lock has been ours ever since they were made. */
static void discard_files(struct nn_store *store)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

	nn_connection_close(store);
	for (size_t i = 0; i < NN_ARRAY_SIZE(suffixes); i++) {
		NN_AUTO(free) char *name = nn_asprintf("%s%s", store->path, suffixes[i]);

		(void)unlink(name); /* what cannot be removed stays: it holds nothing */
	}
	nn_lock_remove(store->path);
}

static int open_and_lock(struct nn_store *store, enum nn_store_mode mode, struct nn_err *err)
{
	int rc = 0;

	if (mode != NN_STORE_READ)
		rc = nn_lock_take(store->path, &store->lock_fd, err);
	if (rc)
		return rc;
	/* Only now, for the one who had the lock before may just have made the file. */
	store->is_made_here =
		mode == NN_STORE_CREATE && access(store->path, F_OK) != 0 && errno == ENOENT;
	rc = open_as(store, mode, NN_SHARING_NORMAL, err);
	if (rc && nn_connection_lacks_sharing(store)) {
		nn_connection_close(store);
		rc = open_as(store, mode, NN_SHARING_NONE, err);
	}
	if (rc && store->is_made_here)
		discard_files(store);
	return rc;
}

int nn_store_open(const char *path, enum nn_store_mode mode, struct nn_store **ret_store,
		  struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	int rc;

	if (mode != NN_STORE_CREATE && access(path, F_OK) != 0)
		return nn_err_errno(err, errno, "open database '%s'", path);
	store = nn_calloc(1, sizeof(*store));
	store->path = nn_strdup(path);
	store->lock_fd = -1;
	rc = open_and_lock(store, mode, err);
	if (rc)
		return rc;
	store->full_path = realpath(path, NULL);
	*ret_store = NN_STEAL(store);
	return 0;
}

const char *nn_store_path(const struct nn_store *store)
{
	return store->full_path ? store->full_path : store->path;
}

void nn_store_close(struct nn_store *store)
{
	if (!store)
		return;
	nn_connection_close(store);
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd); /* nothing was written to it */
	free(store->path);
	free(store->full_path);
	free(store);
}

void nn_store_abandon(struct nn_store *store)
{
	int64_t nr = 0;

	if (!store)
		return;
	if (store->is_made_here &&
	    !nn_sql_query_int(store, &nr, NULL, "SELECT count(*) FROM campaign", "") && !nr)
		discard_files(store);
	nn_store_close(store);
}

bool nn_store_has_writer(const struct nn_store *store)
{
	return store->lock_fd >= 0 || nn_lock_is_taken(store->path);
}
