/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/store/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/array.h"

static void write_at(const char *path, long offset, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, offset), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static void created_file_is_ours_durable_and_referential(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, NN_STORE_CREATE);
	assert_sql(f, "PRAGMA application_id", "1313759604");
	assert_sql(f, "PRAGMA user_version", "4");
	assert_sql(f, "PRAGMA journal_mode", "wal");
	assert_sql(f,
		   "SELECT count(*) FROM pragma_table_list WHERE type = 'table'"
		   " AND NOT strict AND name NOT LIKE 'sqlite_%'",
		   "0");
	assert_int_equal(nn_store_boot_state(f->store, 7, "done", NULL, &f->err), -ENOENT);
	assert_message(f, "has no boot 7");
	assert_int_equal(nn_store_arm_add(f->store, 99, "native", "local", &f->campaign, &f->err),
			 -ENOENT);
	assert_message(f, "FOREIGN KEY");
}

static void reopened_file_keeps_its_rows(void **state)
{
	struct fixture *f = *state;

	fixture_begin(f);
	fixture_close(f);
	fixture_open(f, NN_STORE_CREATE);
	assert_sql(f, "SELECT count(*) FROM arm", "2");
	fixture_close(f);
	fixture_open(f, NN_STORE_WRITE);
	fixture_close(f);
	assert_sql(f, "SELECT count(*) FROM arm", "2");
}

static void absent_file_is_made_only_on_request(void **state)
{
	struct fixture *f = *state;

	for (int mode = NN_STORE_READ; mode <= NN_STORE_WRITE; mode++) {
		assert_int_equal(nn_store_open(f->path, mode, &f->store, &f->err), -ENOENT);
		assert_message(f, f->path);
		assert_message(f, "No such file");
	}
	assert_int_not_equal(access(f->path, F_OK), 0);
}

static void newer_format_is_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	char before[NN_SHA256_HEX_CAP];
	char after[NN_SHA256_HEX_CAP];

	fixture_open(f, NN_STORE_CREATE);
	fixture_close(f);
	free(fixture_sql(f, "PRAGMA user_version = 7"));
	assert_ok(f, nn_sha256_file(f->path, before, &f->err));
	for (int mode = NN_STORE_READ; mode <= NN_STORE_CREATE; mode++) {
		assert_int_equal(nn_store_open(f->path, mode, &f->store, &f->err), -EPROTO);
		assert_message(f, "has format 7, this nearnative knows up to 4: use a newer "
				  "nearnative");
	}
	assert_ok(f, nn_sha256_file(f->path, after, &f->err));
	assert_string_equal(before, after);
}

static void fill(struct fixture *f)
{
	double values[500];
	int64_t boot;

	for (size_t i = 0; i < NN_ARRAY_SIZE(values); i++)
		values[i] = (double)i;
	fixture_begin(f);
	boot = fixture_add_boot(f, 0, 0, 0);
	for (uint64_t run = 0; run < 4; run++)
		fixture_add_samples(f, fixture_add_run(f, boot, "null", run, run), 0,
				    NN_PHASE_STEADY, values, NN_ARRAY_SIZE(values));
	fixture_close(f);
}

static void corrupt_pages_are_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	char before[NN_SHA256_HEX_CAP];
	char after[NN_SHA256_HEX_CAP];
	unsigned char noise[4096];

	fill(f);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (unsigned char)(i * 37 + 11);
	for (long page = 1; page < 20; page += 2)
		write_at(f->path, page * 4096, noise, sizeof(noise));
	assert_ok(f, nn_sha256_file(f->path, before, &f->err));
	for (int mode = NN_STORE_READ; mode <= NN_STORE_CREATE; mode++) {
		assert_int_equal(nn_store_open(f->path, mode, &f->store, &f->err), -EUCLEAN);
		assert_message(f, f->path);
	}
	assert_ok(f, nn_sha256_file(f->path, after, &f->err));
	assert_string_equal(before, after);
}

/* A page of a large file that is corrupt: the header is sound, and the end is a hole. */
static void large_file_is_read_without_a_look_at_every_page(void **state)
{
	struct fixture *f = *state;
	unsigned char noise[4096];
	char *page;

	fill(f);
	page = fixture_sql(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'artifact'");
	memset(noise, 0x5a, sizeof(noise));
	write_at(f->path, (strtoll(page, NULL, 10) - 1) * 4096, noise, sizeof(noise));
	free(page);
	assert_int_equal(nn_store_open(f->path, NN_STORE_READ, &f->store, &f->err), -EUCLEAN);
	assert_int_equal(truncate(f->path, 65 * 1024 * 1024), 0);
	for (int mode = NN_STORE_WRITE; mode <= NN_STORE_CREATE; mode++)
		assert_int_equal(nn_store_open(f->path, mode, &f->store, &f->err), -EUCLEAN);
	fixture_open(f, NN_STORE_READ);
	assert_int_equal(nn_store_check(f->store, &f->err), -EUCLEAN);
	assert_message(f, "is corrupt: ");
}

static void large_file_of_another_program_is_refused_still(void **state)
{
	struct fixture *f = *state;
	static const char text[] = "no database";

	write_at(f->path, 0, text, sizeof(text));
	assert_int_equal(truncate(f->path, 65 * 1024 * 1024), 0);
	assert_int_equal(nn_store_open(f->path, NN_STORE_READ, &f->store, &f->err), -EUCLEAN);
	assert_message(f, "file is not a database");
}

static bool exists(const struct fixture *f, const char *suffix)
{
	char *path = nn_asprintf("%s%s", f->path, suffix);
	bool does_exist = access(path, F_OK) == 0;

	free(path);
	return does_exist;
}

static void abandoned_file_that_was_made_for_nothing_vanishes(void **state)
{
	struct fixture *f = *state;
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal", ".lock"};
	struct nn_machine_row machine = {.fingerprint = "f1"};

	fixture_open(f, NN_STORE_CREATE);
	assert_ok(f, nn_store_machine(f->store, &machine, &f->machine, &f->err));
	nn_store_abandon(f->store);
	f->store = NULL;
	for (size_t i = 0; i < NN_ARRAY_SIZE(suffixes); i++)
		assert_false(exists(f, suffixes[i]));
	nn_store_abandon(NULL);
}

static void abandoned_file_stays_when_it_was_there_or_has_a_campaign(void **state)
{
	struct fixture *f = *state;

	fixture_open(f, NN_STORE_CREATE);
	fixture_close(f);
	fixture_open(f, NN_STORE_CREATE);
	nn_store_abandon(f->store);
	f->store = NULL;
	assert_true(exists(f, ""));
	assert_int_equal(unlink(f->path), 0);
	fixture_begin(f);
	nn_store_abandon(f->store);
	f->store = NULL;
	assert_sql(f, "SELECT count(*) FROM campaign", "1");
}

/* A folder in the way of the journal lets the file be made, but not its tables. */
static void file_whose_tables_cannot_be_made_is_not_left_behind(void **state)
{
	struct fixture *f = *state;
	char *journal = nn_asprintf("%s-journal", f->path);

	assert_int_equal(mkdir(journal, 0755), 0);
	assert_int_not_equal(nn_store_open(f->path, NN_STORE_CREATE, &f->store, &f->err), 0);
	assert_false(exists(f, ""));
	assert_int_equal(rmdir(journal), 0);
	free(journal);
	fixture_open(f, NN_STORE_CREATE);
}

static void file_that_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char text[] =
		"this is a text and long enough to be read as a header of SQLite, "
		"which has one hundred bytes and begins with its name\n";

	write_at(f->path, 0, text, sizeof(text));
	for (int mode = NN_STORE_READ; mode <= NN_STORE_CREATE; mode++) {
		assert_int_equal(nn_store_open(f->path, mode, &f->store, &f->err), -EUCLEAN);
		assert_message(f, "file is not a database");
		assert_message(f, f->path);
	}
}

static void database_of_another_program_is_refused_and_left_alone(void **state)
{
	struct fixture *f = *state;
	char before[NN_SHA256_HEX_CAP];
	char after[NN_SHA256_HEX_CAP];
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_ok(f, nn_sha256_file(f->path, before, &f->err));
	assert_int_equal(nn_store_open(f->path, NN_STORE_CREATE, &f->store, &f->err), -EUCLEAN);
	assert_message(f, "none of nearnative's");
	assert_ok(f, nn_sha256_file(f->path, after, &f->err));
	assert_string_equal(before, after);
}

static void empty_file_becomes_a_database_only_on_request(void **state)
{
	struct fixture *f = *state;

	write_at(f->path, 0, "", 0);
	assert_int_equal(nn_store_open(f->path, NN_STORE_READ, &f->store, &f->err), -EUCLEAN);
	assert_message(f, "is empty");
	fixture_open(f, NN_STORE_CREATE);
	assert_sql(f, "PRAGMA user_version", "4");
}

static void folder_is_refused_with_its_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(nn_store_open(f->dir, NN_STORE_READ, &f->store, &f->err), -EISDIR);
	assert_message(f, f->dir);
}

static void second_writer_is_refused_until_the_first_closes(void **state)
{
	struct fixture *f = *state;
	struct nn_store *second = NULL;

	fixture_begin(f);
	assert_int_equal(nn_store_open(f->path, NN_STORE_WRITE, &second, &f->err), -EBUSY);
	assert_message(f, f->path);
	assert_message(f, "another nearnative");
	assert_null(second);
	assert_true(nn_store_has_writer(f->store));
	fixture_close(f);
	fixture_open(f, NN_STORE_WRITE);
}

static void reader_knows_whether_there_is_a_writer(void **state)
{
	struct fixture *f = *state;
	struct nn_store *reader = NULL;

	fixture_begin(f);
	assert_ok(f, nn_store_open(f->path, NN_STORE_READ, &reader, &f->err));
	assert_true(nn_store_has_writer(reader));
	fixture_close(f);
	assert_false(nn_store_has_writer(reader));
	nn_store_close(reader);
	fixture_open(f, NN_STORE_WRITE); /* asking leaves no lock behind */
}

static void reader_sees_what_the_writer_committed_and_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct nn_store *reader = NULL;
	struct nn_campaign campaign = {0};
	int64_t id;

	fixture_begin(f);
	assert_ok(f, nn_store_open(f->path, NN_STORE_READ, &reader, &f->err));
	(void)fixture_add_campaign(f, "later");
	assert_ok(f, nn_store_campaign_find(reader, "later", &campaign, &f->err));
	assert_string_equal(campaign.name, "later");
	assert_int_equal(nn_store_arm_add(reader, campaign.id, "x", "local", &id, &f->err), -EROFS);
	nn_campaign_release(&campaign);
	nn_store_close(reader);
}

/* Fill the database until killed; tell every acknowledged batch through the pipe. */
static void write_until_killed(const char *path, int64_t run, int out)
{
	struct nn_store *store = NULL;

	if (nn_store_open(path, NN_STORE_WRITE, &store, NULL))
		_exit(1);
	for (uint64_t number = 0;; number++) {
		struct nn_sample_batch batch = {.batch = number};
		bool is_new;

		for (uint64_t i = 0; i < 20; i++)
			nn_sample_batch_add(&batch,
					    &(struct nn_sample){.metric = (char *)"copy",
								.unit = (char *)"B/s",
								.phase = NN_PHASE_STEADY,
								.iteration = number * 20 + i,
								.value = 1});
		if (nn_store_samples_add(store, run, &batch, &is_new, NULL) ||
		    write(out, &number, sizeof(number)) != (ssize_t)sizeof(number))
			_exit(1);
		nn_sample_batch_release(&batch);
	}
}

static void killed_writer_loses_nothing_that_was_acknowledged(void **state)
{
	struct fixture *f = *state;
	uint64_t last = 0;
	uint64_t number;
	int64_t run;
	int ends[2];
	int status;
	pid_t child;
	char *nr;

	fixture_begin(f);
	run = fixture_add_run(f, fixture_add_boot(f, 0, 0, 0), "null", 0, 0);
	fixture_close(f);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_until_killed(f->path, run, ends[1]);
	assert_int_equal(close(ends[1]), 0);
	while (last < 30 && read(ends[0], &number, sizeof(number)) == (ssize_t)sizeof(number))
		last = number;
	assert_int_equal(kill(child, SIGKILL), 0); /* somewhere within the next batch */
	while (read(ends[0], &number, sizeof(number)) == (ssize_t)sizeof(number))
		last = number;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_true(last >= 30);
	assert_int_equal(close(ends[0]), 0);

	fixture_open(f, NN_STORE_WRITE);
	assert_ok(f, nn_store_check(f->store, &f->err));
	nr = fixture_sql(f, "SELECT count(*) FROM sample");
	assert_true(strtoull(nr, NULL, 10) >= (last + 1) * 20);
	assert_int_equal(strtoull(nr, NULL, 10) % 20, 0); /* whole batches only */
	free(nr);
	assert_sql(f, "SELECT (SELECT count(*) FROM sample) = 20 * count(*) FROM sample_batch",
		   "1");
}

/* A kernel that shares no memory between processes on this file system, as on 9p. */
static void *refuse_shared_maps(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (flags & MAP_SHARED) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return mmap(addr, len, prot, flags, fd, offset);
}

static void set_sqlite_mmap(sqlite3_syscall_ptr call)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	assert_int_equal(vfs->xSetSystemCall(vfs, "mmap", call), SQLITE_OK);
}

static int fixture_teardown_mmap(void **state)
{
	set_sqlite_mmap(NULL);
	return fixture_teardown(state);
}

static void without_shared_memory_a_rollback_journal_is_used(void **state)
{
	struct fixture *f = *state;
	struct nn_store *reader = NULL;
	struct nn_campaign campaign = {0};

	set_sqlite_mmap((sqlite3_syscall_ptr)refuse_shared_maps);
	fixture_begin(f);
	assert_sql(f, "PRAGMA journal_mode", "delete");
	assert_ok(f, nn_store_open(f->path, NN_STORE_READ, &reader, &f->err));
	(void)fixture_add_campaign(f, "later");
	assert_ok(f, nn_store_campaign_find(reader, "later", &campaign, &f->err));
	nn_campaign_release(&campaign);
	nn_store_close(reader);
	fixture_close(f);
	fixture_open(f, NN_STORE_WRITE);
	assert_sql(f, "SELECT count(*) FROM campaign", "2");
}

static void wal_file_is_readable_without_shared_memory(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign campaign = {0};

	fixture_begin(f);
	fixture_close(f);
	set_sqlite_mmap((sqlite3_syscall_ptr)refuse_shared_maps);
	fixture_open(f, NN_STORE_READ);
	assert_ok(f, nn_store_campaign_find(f->store, "demo", &campaign, &f->err));
	nn_campaign_release(&campaign);
	fixture_close(f);
	fixture_open(f, NN_STORE_WRITE); /* and writable: it goes back to a rollback journal */
	assert_sql(f, "PRAGMA journal_mode", "delete");
}

static void crashed_writers_file_is_readable_without_shared_memory(void **state)
{
	struct fixture *f = *state;
	struct nn_campaign campaign = {0};
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		fixture_begin(f);
		(void)raise(SIGKILL); /* the rows are in the write-ahead log only */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	set_sqlite_mmap((sqlite3_syscall_ptr)refuse_shared_maps);
	fixture_open(f, NN_STORE_READ);
	assert_ok(f, nn_store_campaign_find(f->store, "demo", &campaign, &f->err));
	nn_campaign_release(&campaign);
}

/* It may be of a writer whose locks do not reach us: in a VM that has the folder as a share. */
static void reader_leaves_the_log_where_it_is(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(free) char *log = nn_asprintf("%s-wal", f->path);
	struct nn_campaign campaign = {0};
	struct stat before, after;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		fixture_begin(f);
		(void)raise(SIGKILL); /* no lock is left */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(stat(log, &before), 0);
	fixture_open(f, NN_STORE_READ);
	assert_ok(f, nn_store_campaign_find(f->store, "demo", &campaign, &f->err));
	nn_campaign_release(&campaign);
	fixture_close(f);
	assert_int_equal(stat(log, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, before.st_size);
}

int main(void)
{
#define TEST(name)      cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define TEST_MMAP(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown_mmap)
	const struct CMUnitTest tests[] = {
		TEST(created_file_is_ours_durable_and_referential),
		TEST(reopened_file_keeps_its_rows),
		TEST(absent_file_is_made_only_on_request),
		TEST(newer_format_is_refused_and_left_alone),
		TEST(corrupt_pages_are_refused_and_left_alone),
		TEST(large_file_is_read_without_a_look_at_every_page),
		TEST(large_file_of_another_program_is_refused_still),
		TEST(abandoned_file_that_was_made_for_nothing_vanishes),
		TEST(abandoned_file_stays_when_it_was_there_or_has_a_campaign),
		TEST(file_whose_tables_cannot_be_made_is_not_left_behind),
		TEST(file_that_is_no_database_is_refused),
		TEST(database_of_another_program_is_refused_and_left_alone),
		TEST(empty_file_becomes_a_database_only_on_request),
		TEST(folder_is_refused_with_its_name),
		TEST(reader_leaves_the_log_where_it_is),
		TEST(second_writer_is_refused_until_the_first_closes),
		TEST(reader_knows_whether_there_is_a_writer),
		TEST(reader_sees_what_the_writer_committed_and_cannot_write),
		TEST(killed_writer_loses_nothing_that_was_acknowledged),
		TEST_MMAP(without_shared_memory_a_rollback_journal_is_used),
		TEST_MMAP(wal_file_is_readable_without_shared_memory),
		TEST_MMAP(crashed_writers_file_is_readable_without_shared_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
