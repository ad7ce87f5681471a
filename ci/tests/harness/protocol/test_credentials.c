/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SMBIOS fixtures were recorded in a guest of QEMU 7.2 (q35, SeaBIOS, Linux 6.1) that was
 * started with `-smbios type=11,value=nearnative.url=…,value=…`.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "harness/base/cleanup.h"
#include "harness/base/scratch.h"
#include "harness/protocol/credentials.h"

#define FIXTURES "ci/tests/fixtures/credentials/"
#define BOOT     "0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9"
#define TOKEN    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define PIN      "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static int no_environment(void **state)
{
	(void)state;
	nn_credentials_forget_env();
	return 0;
}

static const struct place_case {
	const char *root;
	const char *file;
	struct nn_credentials expected;
} place_cases[] = {
	{FIXTURES "fw_cfg", NULL, {"https://10.0.2.2:8123", BOOT, TOKEN, PIN, "fw_cfg"}},
	{FIXTURES "smbios-entry", NULL, {"https://10.0.2.2:8123", BOOT, TOKEN, PIN, "smbios"}},
	{FIXTURES "smbios-table", NULL, {"https://10.0.2.2:8123", BOOT, TOKEN, PIN, "smbios"}},
	{FIXTURES "cmdline", NULL, {"http://192.0.2.1:8123", BOOT, "cmdlinetoken", "", "cmdline"}},
	{FIXTURES "file", NULL, {"http://192.0.2.2:8123", BOOT, "filetoken", "", "file"}},
	/* a file that is named is none of the recorded machine's */
	{FIXTURES "absent",
	 FIXTURES "file/etc/nearnative/agent.conf",
	 {"http://192.0.2.2:8123", BOOT, "filetoken", "", "file"}},
	/* and comes last */
	{FIXTURES "cmdline",
	 FIXTURES "file/etc/nearnative/agent.conf",
	 {"http://192.0.2.1:8123", BOOT, "cmdlinetoken", "", "cmdline"}},
};

static void assert_credentials(const struct nn_credentials *cred,
			       const struct nn_credentials *expected)
{
	assert_string_equal(cred->url, expected->url);
	assert_string_equal(cred->boot, expected->boot);
	assert_string_equal(cred->token, expected->token);
	assert_string_equal(cred->pin, expected->pin);
	assert_string_equal(cred->found_in, expected->found_in);
}

static void each_place_on_a_machine_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(place_cases); i++) {
		const struct nn_sysroot root = {.prefix = place_cases[i].root};
		struct nn_credentials cred;
		struct nn_err err = {0};

		if (nn_credentials_find(&root, place_cases[i].file, &cred, &err))
			fail_msg("%s: %s", root.prefix, err.message);
		assert_credentials(&cred, &place_cases[i].expected);
	}
}

static void the_environment_comes_first_and_can_be_forgotten(void **state)
{
	static const struct nn_credentials given = {"http://127.0.0.1:9", BOOT, TOKEN, "",
						    "environment"};
	const struct nn_sysroot root = {.prefix = FIXTURES "cmdline"};
	struct nn_credentials cred;
	const char *token;

	(void)state;
	assert_int_equal(setenv("NEARNATIVE_URL", given.url, 1), 0);
	assert_int_equal(setenv("NEARNATIVE_BOOT", given.boot, 1), 0);
	assert_int_equal(setenv("NEARNATIVE_TOKEN", given.token, 1), 0);
	assert_int_equal(nn_credentials_find(&root, NULL, &cred, NULL), 0);
	assert_credentials(&cred, &given);
	token = getenv("NEARNATIVE_TOKEN");
	nn_credentials_forget_env();
	assert_null(getenv("NEARNATIVE_TOKEN"));
	assert_string_equal(token, ""); /* nor is it in the block that /proc/PID/environ shows */
	assert_int_equal(nn_credentials_find(&root, NULL, &cred, NULL), 0);
	assert_string_equal(cred.found_in, "cmdline");
}

static void an_incomplete_place_is_passed_over(void **state)
{
	const struct nn_sysroot root = {.prefix = FIXTURES "file"};
	struct nn_credentials cred;

	(void)state;
	assert_int_equal(setenv("NEARNATIVE_URL", "http://127.0.0.1:9", 1), 0);
	assert_int_equal(nn_credentials_find(&root, NULL, &cred, NULL), 0);
	assert_string_equal(cred.found_in, "file");
	assert_string_equal(cred.url, "http://192.0.2.2:8123");
}

static void finding_nothing_lists_the_places_and_why(void **state)
{
	const struct nn_sysroot root = {.prefix = FIXTURES "absent"};
	struct nn_credentials cred;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(setenv("NEARNATIVE_URL", "ftp://example", 1), 0);
	assert_int_equal(nn_credentials_find(&root, "/nonexistent", &cred, &err), -ENOENT);
	assert_string_equal(
		err.message,
		"find credentials: environment (the url is neither http:// nor https://), "
		"fw_cfg (read '" FIXTURES "absent/sys/firmware/qemu_fw_cfg/by_name/"
		"opt/example.nearnative/credentials/raw': No such file or directory), "
		"smbios (read '" FIXTURES "absent/sys/firmware/dmi/tables/DMI': "
		"No such file or directory), cmdline (read '" FIXTURES "absent/proc/cmdline': "
		"No such file or directory), file (read '/nonexistent': "
		"No such file or directory)");
}

/* Write the first @len bytes of the recorded table below @root. */
static void write_table(const char *root, const char *bytes, size_t len)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/sys/firmware/dmi/tables/DMI", root);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void a_table_cut_anywhere_is_read_safely(void **state)
{
	static const char *const folders[] = {"/sys", "/sys/firmware", "/sys/firmware/dmi",
					      "/sys/firmware/dmi/tables"};
	const struct nn_sysroot recorded = {.prefix = FIXTURES "smbios-table"};
	NN_AUTO(strbuf) struct nn_strbuf table = NN_STRBUF_INIT;
	NN_AUTO(free) char *root = NULL;
	size_t nr_found = 0;

	(void)state;
	assert_int_equal(nn_sysfs_read(&recorded, "/sys/firmware/dmi/tables/DMI", &table, NULL), 0);
	assert_int_equal(nn_scratch_new(&root, NULL), 0);
	for (size_t i = 0; i < NN_ARRAY_SIZE(folders); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s%s", root, folders[i]);

		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t len = 0; len <= table.len; len++) {
		const struct nn_sysroot cut = {.prefix = root};
		struct nn_credentials cred;

		write_table(root, table.data, len);
		if (!nn_credentials_find(&cut, "/nonexistent", &cred, NULL)) {
			assert_string_equal(cred.url, "https://10.0.2.2:8123");
			nr_found++;
		}
	}
	assert_in_range(nr_found, 1, table.len);
	nn_scratch_remove(root);
}

static void a_written_file_is_ours_alone_and_read_back(void **state)
{
	static const struct nn_credentials cred = {"https://10.0.2.2:1", BOOT, TOKEN, PIN, "file"};
	const struct nn_sysroot absent = {.prefix = FIXTURES "absent"};
	struct nn_credentials back = {0};
	NN_AUTO(free) char *folder = NULL;
	NN_AUTO(free) char *path = NULL;
	NN_AUTO(free) char *other = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(nn_scratch_new(&folder, NULL), 0);
	path = nn_asprintf("%s/credentials", folder);
	other = nn_asprintf("%s/other", folder);
	assert_int_equal(symlink(other, path), 0); /* is replaced, not followed */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(nn_credentials_write(&cred, path, NULL), 0);
		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_mode, S_IFREG | 0600);
		assert_int_equal(nn_credentials_find(&absent, path, &back, NULL), 0);
		assert_credentials(&back, &cred);
	}
	assert_int_equal(access(other, F_OK), -1);
	nn_scratch_remove(folder);
}

static void a_file_that_cannot_be_made_is_named(void **state)
{
	static const struct nn_credentials cred = {.url = "http://127.0.0.1:1"};
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_credentials_write(&cred, "/nonexistent/c", &err), -ENOENT);
	assert_string_equal(err.message, "write credentials to '/nonexistent/c': "
					 "No such file or directory");
}

static void an_empty_member_has_no_variable(void **state)
{
	static const struct nn_credentials cred = {.url = "http://127.0.0.1:1"};
	NN_AUTO(free) char *env = nn_credentials_env(&cred, 0);

	(void)state;
	assert_string_equal(env, "NEARNATIVE_URL=http://127.0.0.1:1");
	assert_null(nn_credentials_env(&cred, 3));
}

static void scan_takes_only_whole_entries_that_fit(void **state)
{
	static const char text[] = "xnearnative.url=a\0nearnative.urls=b\nnearnative.boot=\t"
				   "nearnative.token=0123456789012345678901234567890123456789"
				   "0123456789012345678901234567890 nearnative.pin=p";
	struct nn_credentials cred = {0};

	(void)state;
	nn_credentials_scan(text, sizeof(text) - 1, &cred);
	assert_string_equal(cred.url, "");
	assert_string_equal(cred.boot, "");
	assert_string_equal(cred.token, "");
	assert_string_equal(cred.pin, "p");
	nn_credentials_scan("", 0, &cred);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_place_on_a_machine_is_read, no_environment),
		cmocka_unit_test_setup(the_environment_comes_first_and_can_be_forgotten,
				       no_environment),
		cmocka_unit_test_setup(an_incomplete_place_is_passed_over, no_environment),
		cmocka_unit_test_setup(finding_nothing_lists_the_places_and_why, no_environment),
		cmocka_unit_test_setup(a_table_cut_anywhere_is_read_safely, no_environment),
		cmocka_unit_test_setup(a_written_file_is_ours_alone_and_read_back, no_environment),
		cmocka_unit_test(a_file_that_cannot_be_made_is_named),
		cmocka_unit_test(an_empty_member_has_no_variable),
		cmocka_unit_test(scan_takes_only_whole_entries_that_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
