/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/hash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Test vector: FIPS 180-2, "abc". */
static void sha256_matches_its_standard(void **state)
{
	char hex[NN_SHA256_HEX_CAP];

	(void)state;
	nn_sha256_hex("abc", 3, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(nn_sha256_file("/no/such/file", hex, NULL), -ENOENT);
}

/* Test vector: FNV-1a 64-bit of "foobar", from the draft's table. */
static void fnv1a_matches_its_draft(void **state)
{
	(void)state;
	assert_true(nn_fnv1a(NN_FNV_INIT, "foobar", 6) == 0x85944171f73967e8ULL);
	assert_true(nn_fnv1a(nn_fnv1a(NN_FNV_INIT, "foo", 3), "bar", 3) == 0x85944171f73967e8ULL);
}

static void uuids_have_their_version_and_differ(void **state)
{
	char a[NN_UUID_CAP];
	char b[NN_UUID_CAP];

	(void)state;
	nn_uuid_new(a);
	nn_uuid_new(b);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[14], '4');
	assert_non_null(strchr("89ab", a[19]));
	assert_string_not_equal(a, b);
}

static void secrets_are_compared_whole(void **state)
{
	(void)state;
	assert_true(nn_secret_equal("abc", "abc"));
	assert_false(nn_secret_equal("abc", "abd"));
	assert_false(nn_secret_equal("abc", "ab"));
	assert_false(nn_secret_equal("", "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_matches_its_standard),
		cmocka_unit_test(fnv1a_matches_its_draft),
		cmocka_unit_test(uuids_have_their_version_and_differ),
		cmocka_unit_test(secrets_are_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
