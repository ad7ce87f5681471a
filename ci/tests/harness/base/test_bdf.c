/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/bdf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void addresses_become_what_sysfs_calls_them(void **state)
{
	static const struct {
		const char *text;
		const char *bdf;
	} cases[] = {
		{"1:0.0", "0000:01:00.0"},          {"01:00.0", "0000:01:00.0"},
		{"0000:01:00.0", "0000:01:00.0"},   {"0:AF:1F.7", "0000:af:1f.7"},
		{"10000:e1:00.0", "10000:e1:00.0"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		char bdf[NN_BDF_CAP] = "";

		assert_int_equal(nn_bdf_parse(cases[i].text, bdf, NULL), 0);
		assert_string_equal(bdf, cases[i].bdf);
	}
}

static void what_is_no_address_is_refused_with_the_form_expected(void **state)
{
	static const char *const texts[] = {
		"",          "01:00",    "01:00.",   ":00.0",         "01:20.0",         "01:00.8",
		"01:00.0 ",  " 01:00.0", "0x1:00.0", "0000:01:00.00", "0000000:01:00.0", "001:00.0",
		"1:2:3:4.0", "-1:00.0",  "nvme0n1",
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		char bdf[NN_BDF_CAP] = "kept";
		struct nn_err err = {0};

		assert_int_equal(nn_bdf_parse(texts[i], bdf, &err), -EINVAL);
		assert_string_equal(bdf, "kept");
		assert_non_null(strstr(err.message, "expected domain:bus:device.function"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_become_what_sysfs_calls_them),
		cmocka_unit_test(what_is_no_address_is_refused_with_the_form_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
