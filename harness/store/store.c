/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "harness/base/array.h"
#include "harness/store/connection.h"
#include "harness/store/migrate.h"

/* The lock is a file of its own: SQLite drops its locks when the database is closed by anyone in
 * this process, and the file stays, because removing it would race with another's lock. */
static int take_lock(struct nn_store *store, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s.lock", store->path);
	NN_AUTO(fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return nn_err_errno(err, errno, "open lock file '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		store->lock_fd = NN_STEAL_FD(fd);
		return 0;
	}
	if (errno == EWOULDBLOCK)
		return nn_err_set(
			err, -EBUSY,
			"database '%s' is being written by another nearnative (lock '%s')",
			store->path, path);
	return nn_err_errno(err, errno, "lock '%s'", path);
}

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
	int rc = 0;

	if (version < NN_STORE_VERSION) {
		rc = nn_connection_copy(store, err);
		if (!rc)
			rc = nn_store_migrate(store, version, err);
	}
	return rc ? rc : nn_connection_forbid_changes(store, err);
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

/* Nothing is written before the file is known to be ours and sound. */
static int open_as(struct nn_store *store, enum nn_store_mode mode, enum nn_sharing sharing,
		   struct nn_err *err)
{
	int64_t version = 0;
	int rc = nn_connection_open(store, mode, sharing, err);

	if (!rc)
		rc = identify(store, mode, &version, err);
	if (!rc)
		rc = nn_sql_check(store, "PRAGMA quick_check(1)", err);
	if (rc)
		return rc;
	if (mode == NN_STORE_READ)
		return make_readable(store, version, err);
	return make_writable(store, version, sharing, err);
}

int nn_store_open(const char *path, enum nn_store_mode mode, struct nn_store **ret_store,
		  struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	int rc = 0;

	if (mode != NN_STORE_CREATE && access(path, F_OK) != 0)
		return nn_err_errno(err, errno, "open database '%s'", path);
	store = nn_calloc(1, sizeof(*store));
	store->path = nn_strdup(path);
	store->lock_fd = -1;
	if (mode != NN_STORE_READ)
		rc = take_lock(store, err);
	if (rc)
		return rc;
	rc = open_as(store, mode, NN_SHARING_NORMAL, err);
	if (rc && nn_connection_lacks_sharing(store)) {
		nn_connection_close(store);
		rc = open_as(store, mode, NN_SHARING_NONE, err);
	}
	if (!rc)
		*ret_store = NN_STEAL(store);
	return rc;
}

void nn_store_close(struct nn_store *store)
{
	if (!store)
		return;
	nn_connection_close(store);
	if (store->lock_fd >= 0)
		(void)close(store->lock_fd); /* nothing was written to it */
	free(store->path);
	free(store);
}
