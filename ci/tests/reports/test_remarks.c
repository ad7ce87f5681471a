/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/comparison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ci/tests/reports/scene.h"

/* Each list of software runs by arm ('n', 'v') and workload, and the remarks that tell of it. */
static void software_devices_are_remarked_once(void **state)
{
	static const struct {
		const char *runs[4];
		const char *remarks[3];
	} cases[] = {
		{{"n a", "v a"}, {"software device 'llvmpipe' in arms native, vm: a"}},
		{{"n a"}, {"software device 'llvmpipe' in arm native: a"}},
		{{"n a", "n b", "v a", "v b"},
		 {"software device 'llvmpipe' in arms native, vm: a, b"}},
		{{"n a", "n b", "v b"},
		 {"software device 'llvmpipe' in arm native: a, b",
		  "software device 'llvmpipe' in arm vm: b"}},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
		void *own = NULL;
		size_t nr_remarks = 0;

		assert_int_equal(scene_setup(&own), 0);
		scene_begin(own, false);
		for (size_t r = 0; r < NN_ARRAY_SIZE(cases[i].runs) && cases[i].runs[r]; r++) {
			const struct boots boots = {.arm = cases[i].runs[r][0] == 'v',
						    .workload = cases[i].runs[r] + 2,
						    .metric = "rate",
						    .values = {1},
						    .nr = 1,
						    .is_software = true};

			scene_boots_from(own, &boots, r);
		}
		comparison = scene_compare(own);
		while (nr_remarks < 3 && cases[i].remarks[nr_remarks]) {
			assert_reason(&comparison->remarks, cases[i].remarks[nr_remarks]);
			nr_remarks++;
		}
		assert_int_equal(comparison->remarks.nr, nr_remarks);
		assert_int_equal(scene_teardown(&own), 0);
	}
}

static void clocks_that_were_watched_briefly_are_remarked_once(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.99, 5);
	record_pair(scene, pair);
	/* row ids count from 1: 1–5 are native's, 6–10 the VM's */
	must(nn_store_boot_clock(scene->store, 1, 0, 2.6e-3, 8 * NN_NS_PER_S, false, &err), &err);
	must(nn_store_boot_clock(scene->store, 2, 0, 1e-3, 7 * NN_NS_PER_S, false, &err), &err);
	must(nn_store_boot_clock(scene->store, 6, 0, 1e-3, 19 * NN_NS_PER_S, false, &err), &err);
	comparison = scene_compare(scene);
	assert_int_equal(comparison->remarks.nr, 1);
	assert_string_equal(comparison->remarks.items[0],
			    "clocks were watched for only 7.0 s in a boot of arm 'native', 19.0 s "
			    "of arm 'vm': an error of their rate below 0.26 % would not have been "
			    "seen");
}

static void one_session_is_not_called_sessions(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.9, 1);
	pair[0].is_session = true;
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_string_equal(comparison->remarks.items[0],
			    "arm 'native' was not rebooted: 1 session");
}

static void sessions_and_virtual_time_are_remarked(void **state)
{
	struct scene *scene = *state;
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	struct boots pair[2];

	scene_begin(scene, false);
	two_arms(pair, 0.9, 5);
	pair[0].is_session = true;
	pair[1].fact = "clock.kind=virtual";
	record_pair(scene, pair);
	comparison = scene_compare(scene);
	assert_true(comparison->is_virtual_time);
	assert_reason(&comparison->remarks, "arm 'native' was not rebooted: 5 sessions");
	assert_reason(&comparison->remarks, "path length, not speed");
	assert_string_equal(nn_pairs_get(&comparison->arms[1].facts, "host.clock.kind"), "virtual");
	assert_string_equal(nn_pairs_get(&comparison->arms[1].facts, "build"), "build-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(software_devices_are_remarked_once),
		SCENE_TEST(clocks_that_were_watched_briefly_are_remarked_once),
		SCENE_TEST(one_session_is_not_called_sessions),
		SCENE_TEST(sessions_and_virtual_time_are_remarked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
