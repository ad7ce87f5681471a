/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/store/import.h"

#include "ci/tests/harness/store/fixture.h"

#include <errno.h>

/* A file of one workload with one figure; its bytes are its name and figure. */
static struct nn_import_boot make_boot(const char *name, double figure)
{
	struct nn_import_boot boot = {.name = nn_asprintf("%s", name),
				      .content = nn_asprintf("%s %g", name, figure)};
	struct nn_sample sample = {.metric = (char *)"time",
				   .unit = (char *)"s",
				   .direction = NN_LOWER_IS_BETTER,
				   .kind = NN_KIND_TIME,
				   .phase = NN_PHASE_STEADY,
				   .value = figure};

	boot.len = strlen(boot.content);
	boot.runs = calloc(1, sizeof(*boot.runs));
	boot.nr_runs = 1;
	boot.runs[0].workload = nn_asprintf("tool/a");
	nn_sample_batch_add(&boot.runs[0].samples, &sample);
	nn_pairs_add(&boot.facts, "tool", "tool 1.0");
	return boot;
}

static struct nn_import make_import(const char *arm)
{
	return (struct nn_import){
		.tool = "tool", .campaign = "imp", .arm = arm, .build_id = "build-1"};
}

/* Import files "NAME1", "NAME2" … with rising figures. */
static int import_files(struct fixture *f, const struct nn_import *how, const char *name, size_t nr,
			struct nn_import_fate *ret_fates)
{
	struct nn_import import = *how;
	struct nn_import_boot boots[8] = {0};
	char uuid[NN_UUID_CAP];
	int rc;

	for (size_t i = 0; i < nr; i++) {
		NN_AUTO(free) char *numbered = nn_asprintf("%s%zu", name, i + 1);

		boots[i] = make_boot(numbered, (double)(i + 1));
	}
	import.boots = boots;
	import.nr_boots = nr;
	f->err = (struct nn_err){0};
	rc = nn_store_import(f->store, &import, ret_fates, uuid, &f->err);
	for (size_t i = 0; i < nr; i++)
		nn_import_boot_release(&boots[i]);
	return rc;
}

static int setup_open(void **state)
{
	(void)fixture_setup(state);
	fixture_open(*state, NN_STORE_CREATE);
	return 0;
}

static void files_of_two_arms_pair_by_their_order(void **state)
{
	struct fixture *f = *state;
	struct nn_import native = make_import("native");
	struct nn_import vm = make_import("vm");
	struct nn_import_fate fates[8];

	assert_ok(f, import_files(f, &native, "n", 2, fates));
	assert_int_equal(fates[1].block, 1);
	assert_ok(f, import_files(f, &vm, "v", 3, fates));
	assert_int_equal(fates[2].block, 2);
	assert_ok(f, import_files(f, &native, "more", 1, fates));
	assert_int_equal(fates[0].block, 2);
	assert_sql(f,
		   "SELECT group_concat(arm || block || '=' || value, ' ') FROM"
		   " (SELECT * FROM v_sample ORDER BY block, arm)",
		   "native0=1.0 vm0=1.0 native1=2.0 vm1=2.0 native2=1.0 vm2=3.0");
	assert_sql(f, "SELECT count(*) FROM campaign", "1");
	assert_sql(f, "SELECT group_concat(position, '') FROM boot ORDER BY id", "001101");
}

static void what_nobody_watched_is_marked(void **state)
{
	struct fixture *f = *state;
	struct nn_import native = make_import("native");
	struct nn_import_fate fates[8];

	assert_ok(f, import_files(f, &native, "n", 1, fates));
	assert_sql(f, "SELECT state || plan_path || '|' || plan_text || base_arm FROM campaign",
		   "doneimport:tool|native");
	assert_sql(f, "SELECT fingerprint || is_emulated FROM machine", "imported0");
	assert_sql(f, "SELECT state || is_session FROM boot", "done1");
	assert_sql(f, "SELECT target FROM arm", "import");
	assert_sql(f, "SELECT outcome FROM run", "ok");
	assert_sql(f, "SELECT value FROM fact WHERE name = 'emulated'",
		   "unknown: the figures were imported");
	assert_sql(f, "SELECT value FROM fact WHERE name = 'tool'", "tool 1.0");
	assert_sql(
		f, "SELECT severity || ': ' || message FROM event WHERE kind = 'imported'",
		"warning: arm 'native' is made of files of tool: whether each came from a boot of "
		"its own, and from which machine, was not watched");
	assert_sql(f, "SELECT name || ': ' || content FROM artifact", "n1: n1 1");
}

static void user_may_say_what_the_machine_is(void **state)
{
	struct fixture *f = *state;
	struct nn_import import = make_import("native");
	struct nn_import_fate fates[8];

	import.machine = "board-7";
	import.is_emulated = true;
	import.base = "metal";
	assert_ok(f, import_files(f, &import, "n", 1, fates));
	assert_sql(f, "SELECT fingerprint || is_emulated FROM machine", "board-70");
	assert_sql(f, "SELECT value FROM fact WHERE name = 'emulated'",
		   "yes: said so at the import");
	assert_sql(f, "SELECT base_arm FROM campaign", "metal");
	import.base = NULL;
	import.machine = NULL;
	assert_ok(f, import_files(f, &import, "m", 1, fates));
	assert_sql(f, "SELECT base_arm FROM campaign", "metal");
	import.base = "native";
	assert_ok(f, import_files(f, &import, "o", 1, fates));
	assert_sql(f, "SELECT base_arm FROM campaign", "native");
	import.machine = "board-8";
	assert_int_equal(import_files(f, &import, "p", 1, fates), -EINVAL);
	assert_message(f, "import: campaign 'imp' is of another machine than 'board-8'");
}

static void campaigns_of_others_are_left_alone(void **state)
{
	struct fixture *f = *state;
	struct nn_import import = make_import("native");
	struct nn_import_fate fates[8];

	import.campaign = "demo";
	assert_int_equal(import_files(f, &import, "n", 1, fates), -EINVAL);
	assert_message(f, "import: campaign 'demo' was measured, not imported; name another one");
	import.campaign = "imp";
	assert_ok(f, import_files(f, &import, "n", 1, fates));
	import.tool = "other";
	assert_int_equal(import_files(f, &import, "n", 1, fates), -EINVAL);
	assert_message(
		f, "import: campaign 'imp' holds files of tool, not of other; name another one");
	assert_sql(f, "SELECT count(*) FROM boot", "1");
	/* a campaign that was measured under the name of an imported one makes the name ambiguous
	 */
	(void)fixture_add_campaign(f, "imp");
	import.tool = "tool";
	assert_int_equal(import_files(f, &import, "m", 1, fates), -EINVAL);
	assert_message(f, "was measured, not imported");
}

static void same_bytes_are_refused_skipped_or_kept(void **state)
{
	struct fixture *f = *state;
	struct nn_import native = make_import("native");
	struct nn_import vm = make_import("vm");
	struct nn_import_fate fates[8];

	assert_ok(f, import_files(f, &native, "n", 2, fates));
	assert_int_equal(import_files(f, &native, "n", 3, fates), -EEXIST);
	assert_message(f, "import: 'n1': the same bytes are block 1 of arm 'native' already");
	assert_sql(f, "SELECT count(*) FROM boot", "2");

	native.again = NN_IMPORT_SKIP;
	assert_ok(f, import_files(f, &native, "n", 3, fates));
	assert_true(fates[1].is_skipped);
	assert_int_equal(fates[1].block, 1);
	assert_false(fates[2].is_skipped);
	assert_int_equal(fates[2].block, 2);
	assert_sql(f, "SELECT count(*) FROM boot", "3");

	/* a copy in another arm would compare it with itself: never skipped without a word */
	vm.again = NN_IMPORT_SKIP;
	assert_int_equal(import_files(f, &vm, "n", 1, fates), -EEXIST);
	assert_message(f, "block 1 of arm 'native' already");

	native.again = NN_IMPORT_KEEP;
	assert_ok(f, import_files(f, &native, "n", 1, fates));
	assert_int_equal(fates[0].block, 3);
	assert_sql(f, "SELECT count(*) FROM boot", "4");
}

static void file_of_two_systems_is_a_file_of_each(void **state)
{
	struct fixture *f = *state;
	struct nn_import native = make_import("native");
	struct nn_import vm = make_import("vm");
	struct nn_import_fate fates[8];

	native.only = "metal";
	vm.only = "guest";
	assert_ok(f, import_files(f, &native, "n", 1, fates));
	assert_ok(f, import_files(f, &vm, "n", 1, fates));
	assert_sql(f,
		   "SELECT group_concat(value, ' ') FROM fact WHERE name = 'import.only'"
		   " ORDER BY boot",
		   "metal guest");
	assert_int_equal(import_files(f, &vm, "n", 1, fates), -EEXIST);
	assert_message(f, "the same bytes are block 1 of arm 'vm' already");
}

static void one_refused_file_leaves_nothing_of_all(void **state)
{
	struct fixture *f = *state;
	struct nn_import import = make_import("native");
	struct nn_import_fate fates[8];
	struct nn_import_boot boots[] = {make_boot("a", 1), make_boot("b", 2), make_boot("a", 1)};
	char uuid[NN_UUID_CAP];

	import.boots = boots;
	import.nr_boots = NN_ARRAY_SIZE(boots);
	assert_int_equal(nn_store_import(f->store, &import, fates, uuid, &f->err), -EEXIST);
	assert_message(f, "'a': the same bytes are block 1 of arm 'native' already");
	assert_sql(f,
		   "SELECT (SELECT count(*) FROM campaign) + (SELECT count(*) FROM boot)"
		   " + (SELECT count(*) FROM machine) + (SELECT count(*) FROM event)",
		   "0");
	for (size_t i = 0; i < NN_ARRAY_SIZE(boots); i++)
		nn_import_boot_release(&boots[i]);
}

static void runs_that_gave_no_figure_keep_their_reason(void **state)
{
	struct fixture *f = *state;
	struct nn_import import = make_import("native");
	struct nn_import_fate fates[1];
	struct nn_import_boot boot = make_boot("a", 1);
	char uuid[NN_UUID_CAP];

	boot.runs[0].outcome = NN_OUTCOME_BROKEN;
	boot.runs[0].reason = nn_asprintf("out of memory");
	boot.runs[0].note = nn_asprintf("llvmpipe");
	boot.runs[0].is_software = true;
	import.boots = &boot;
	import.nr_boots = 1;
	assert_ok(f, nn_store_import(f->store, &import, fates, uuid, &f->err));
	assert_sql(f, "SELECT outcome || reason || note || is_software FROM run",
		   "brokenout of memoryllvmpipe1");
	assert_sql(f, "SELECT count(*) FROM v_boot_value", "0");
	nn_import_boot_release(&boot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_of_two_arms_pair_by_their_order, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(what_nobody_watched_is_marked, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(user_may_say_what_the_machine_is, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(campaigns_of_others_are_left_alone,
						fixture_setup_begun, fixture_teardown),
		cmocka_unit_test_setup_teardown(same_bytes_are_refused_skipped_or_kept, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(file_of_two_systems_is_a_file_of_each, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(one_refused_file_leaves_nothing_of_all, setup_open,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(runs_that_gave_no_figure_keep_their_reason,
						setup_open, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
