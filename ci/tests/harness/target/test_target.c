/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/target/target.h"

static void every_target_is_complete_and_sorted(void **unused)
{
	(void)unused;
	assert_true(nn_nr_targets >= 2);
	for (size_t i = 0; i < nn_nr_targets; i++) {
		const struct nn_target *target = nn_targets[i];

		assert_non_null(target->plugin.name);
		assert_non_null(target->plugin.summary);
		assert_non_null(target->check);
		assert_non_null(target->prepare);
		assert_non_null(target->boot);
		assert_non_null(target->is_alive);
		assert_non_null(target->shutdown);
		assert_non_null(target->restore);
		if (i > 0)
			assert_true(strcmp(nn_targets[i - 1]->plugin.name, target->plugin.name) <
				    0);
	}
}

static void every_setting_is_documented_and_its_default_valid(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < nn_nr_targets; i++) {
		const struct nn_plugin *plugin = &nn_targets[i]->plugin;

		for (const struct nn_setting *s = plugin->settings; s && s->name; s++) {
			struct nn_err err = {0};

			assert_non_null(s->help);
			if (s->default_text)
				assert_int_equal(nn_plugin_check_setting(plugin, s->name,
									 s->default_text, &err),
						 0);
			assert_string_equal(err.message, "");
		}
	}
}

static void targets_are_found_by_name(void **unused)
{
	(void)unused;
	assert_string_equal(nn_target_find("local")->plugin.name, "local");
	assert_true(nn_target_find("local")->is_session);
	assert_false(nn_target_find("libvirt")->is_session);
	assert_null(nn_target_find("locale"));
}

static void a_setting_is_the_arms_or_the_default(void **unused)
{
	const struct nn_target *target = nn_target_find("libvirt");
	struct nn_plan_arm arm = {0};

	(void)unused;
	nn_pairs_add(&arm.settings, "vcpus", "4");
	assert_string_equal(nn_target_setting(target, &arm, "vcpus"), "4");
	assert_string_equal(nn_target_setting(target, &arm, "memory"), "1GiB");
	assert_null(nn_target_setting(target, &arm, "disk"));
	nn_pairs_release(&arm.settings);
}

static void memory_is_whole_mebibytes(void **unused)
{
	const struct {
		const char *text;
		uint64_t bytes; /* 0: refused */
		const char *message;
	} rows[] = {
		{"1GiB", 1ULL << 30, ""},
		{"1GB", 954ULL << 20, ""},
		{"1B", 1ULL << 20, ""},
		{"0B", 0, "'0B', expected more than nothing"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		struct nn_err err = {0};
		uint64_t bytes = 0;
		int rc = nn_target_parse_memory(rows[i].text, &bytes, &err);

		assert_string_equal(err.message, rows[i].message);
		assert_int_equal(rc, rows[i].bytes ? 0 : -EINVAL);
		assert_true(bytes == rows[i].bytes);
	}
}

static void restore_without_a_boot_is_harmless(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < nn_nr_targets; i++) {
		struct nn_target_boot boot = {0};

		assert_int_equal(nn_targets[i]->restore(&boot, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_target_is_complete_and_sorted),
		cmocka_unit_test(every_setting_is_documented_and_its_default_valid),
		cmocka_unit_test(targets_are_found_by_name),
		cmocka_unit_test(a_setting_is_the_arms_or_the_default),
		cmocka_unit_test(memory_is_whole_mebibytes),
		cmocka_unit_test(restore_without_a_boot_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
