/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/connection.h"

#include <errno.h>
#include <sys/stat.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* A reader holds a rollback journal's lock only for moments; a long export may hold it longer. */
#define BUSY_TIMEOUT_MS 10000

/*
 * trusted_schema, cell_size_check: files come from other machines. FULL: a commit is on the disk
 * when it returns, also in WAL, whose default would lose the last ones in a power cut.
 */
static const char settings_sql[] = "PRAGMA foreign_keys = ON;"
				   "PRAGMA trusted_schema = OFF;"
				   "PRAGMA cell_size_check = ON;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA cache_size = -16384;"; /* KiB */

static int open_failed(struct nn_store *store, struct nn_err *err)
{
	int errnum = store->db ? sqlite3_system_errno(store->db) : ENOMEM;

	if (!errnum)
		return nn_sql_fail(store, err);
	return nn_err_errno(err, errnum, "open database '%s'", store->path);
}

static int configure(struct nn_store *store, struct nn_err *err)
{
	if (sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK)
		return nn_sql_fail(store, err);
	return nn_sql_script(store, settings_sql, err);
}

static bool has_wal(const char *path)
{
	NN_AUTO(free) char *wal = nn_asprintf("%s-wal", path);
	struct stat st;

	return stat(wal, &st) == 0 && st.st_size > 0;
}

/* The path as a URI that tells SQLite that nobody changes the file. */
static char *immutable_uri(const char *path)
{
	struct nn_strbuf uri = NN_STRBUF_INIT;

	nn_strbuf_add(&uri, "file:");
	for (const char *c = path; *c; c++) {
		if (*c == '%' || *c == '?' || *c == '#')
			nn_strbuf_addf(&uri, "%%%02x", (unsigned char)*c);
		else
			nn_strbuf_addc(&uri, *c);
	}
	nn_strbuf_add(&uri, "?immutable=1");
	return nn_strbuf_detach(&uri);
}

/*
 * Readers ask for write access too, though they change no row: only then can they roll back or
 * recover what a crashed writer left. A write-protected file is opened read-only all the same.
 */
static int open_database(struct nn_store *store, enum nn_store_mode mode, enum nn_sharing sharing)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX;
	NN_AUTO(free) char *uri = NULL;

	if (mode == NN_STORE_CREATE)
		flags |= SQLITE_OPEN_CREATE;
	if (mode == NN_STORE_READ && sharing == NN_SHARING_NONE && !has_wal(store->path)) {
		uri = immutable_uri(store->path);
		flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_URI;
	}
	return sqlite3_open_v2(uri ? uri : store->path, &store->db, flags, NULL);
}

int nn_connection_open(struct nn_store *store, enum nn_store_mode mode, enum nn_sharing sharing,
		       struct nn_err *err)
{
	int rc = 0;

	if (open_database(store, mode, sharing) != SQLITE_OK)
		return open_failed(store, err);
	if (mode != NN_STORE_READ && sqlite3_db_readonly(store->db, "main"))
		return nn_err_set(err, -EROFS, "database '%s' is write-protected", store->path);
	/*
	 * Locks may not reach another host or a VM that writes the file through a share: to fold
	 * its log in and remove it would lose what it then commits. The next writer does that.
	 */
	if (mode == NN_STORE_READ &&
	    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK)
		return nn_sql_fail(store, err);
	/* Locked from the first access on, and some settings are one, WAL's index stays private. */
	if (sharing == NN_SHARING_NONE)
		rc = nn_sql_script(store, "PRAGMA locking_mode = EXCLUSIVE", err);
	return rc ? rc : configure(store, err);
}

int nn_connection_set_journal(struct nn_store *store, enum nn_sharing sharing, struct nn_err *err)
{
	/*
	 * Without sharing, WAL would lock readers out for the whole campaign, so the file goes back
	 * to a rollback journal, which locks for the moment of a commit only.
	 */
	bool is_normal = sharing == NN_SHARING_NORMAL;
	int rc = nn_sql_script(store,
			       is_normal ? "PRAGMA journal_mode = WAL"
					 : "PRAGMA journal_mode = DELETE;"
					   "PRAGMA locking_mode = NORMAL",
			       err);

	if (rc == -EBUSY && is_normal)
		rc = 0; /* a reader is at a file that has no WAL yet: durable as well, only slower
			 */
	return rc ? rc : nn_sql_script(store, "BEGIN IMMEDIATE; COMMIT", err);
}

bool nn_connection_lacks_sharing(const struct nn_store *store)
{
	int code = sqlite3_extended_errcode(store->db);

	switch (code) {
	case SQLITE_IOERR_SHMMAP:
	case SQLITE_IOERR_SHMOPEN:
	case SQLITE_IOERR_SHMSIZE:
	case SQLITE_IOERR_SHMLOCK:
	case SQLITE_READONLY_CANTINIT:
	case SQLITE_READONLY_CANTLOCK:
	case SQLITE_READONLY_DIRECTORY:
		return true;
	default:
		return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_PROTOCOL;
	}
}

static int copy_all(struct nn_store *store, sqlite3 *copy, struct nn_err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy, "main", store->db, "main");
	int rc;

	if (!backup)
		return nn_err_set(err, -EIO, "copy database '%s': %s", store->path,
				  sqlite3_errmsg(copy));
	do
		rc = sqlite3_backup_step(backup, -1);
	while (rc == SQLITE_BUSY || rc == SQLITE_LOCKED); /* each try waits for the busy timeout */
	if (sqlite3_backup_finish(backup) != SQLITE_OK || rc != SQLITE_DONE)
		return nn_err_set(err, -EIO, "copy database '%s': %s", store->path,
				  sqlite3_errmsg(copy));
	return 0;
}

int nn_connection_copy(struct nn_store *store, struct nn_err *err)
{
	sqlite3 *copy = NULL;
	int rc = 0;

	/* No name: a temporary file, which goes to the disk only when it is large. */
	if (sqlite3_open_v2("", &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK)
		rc = nn_err_set(err, -EIO, "copy database '%s': %s", store->path,
				sqlite3_errmsg(copy));
	if (!rc)
		rc = copy_all(store, copy, err);
	if (rc) {
		(void)sqlite3_close(copy); /* it held nothing yet */
		return rc;
	}
	nn_connection_close(store);
	store->db = copy;
	return configure(store, err);
}

int nn_connection_forbid_changes(struct nn_store *store, struct nn_err *err)
{
	return nn_sql_script(store, "PRAGMA query_only = ON", err);
}

void nn_connection_close(struct nn_store *store)
{
	(void)sqlite3_finalize(store->sample_insert); /* its errors were told when it ran */
	store->sample_insert = NULL;
	/* Every commit is on the disk already; what closing does, the next open would do. */
	(void)sqlite3_close(store->db);
	store->db = NULL;
}
