/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/runner.h"

#include "ci/tests/harness/device/tree.h"
#include "ci/tests/harness/store/fixture.h"

static int accept_name(const char *name, struct nn_err *err)
{
	(void)name;
	(void)err;
	return 0;
}

static const struct nn_plan_catalog catalog = {.check_workload = accept_name,
					       .check_target = accept_name};

static const char plan_text[] = "name: pair\n"
				"arms:\n"
				"  - name: one\n"
				"    target: local\n"
				"  - name: two\n"
				"    target: local\n"
				"workloads:\n"
				"  - name: null\n"
				"claims:\n"
				"  - two >= 97% of one\n";

/* No plan that was read has two arms of one name: with them a campaign fails half-way through. */
static void campaign_is_recorded_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_runner_params params = {
		.store = f->store, .sysroot = &tree.root, .build_id = "build"};
	int64_t campaign = 0;

	tree_init(&tree);
	assert_ok(f, nn_plan_parse(plan_text, "plan.yaml", &catalog, &plan, &f->err));
	params.plan = plan;
	memcpy(plan->arms[1].name, "one", 3);
	assert_int_not_equal(nn_runner_begin(&params, &campaign, &f->err), 0);
	assert_int_equal(campaign, 0);
	assert_sql(f, "SELECT count(*) FROM campaign WHERE name = 'pair'", "0");
	memcpy(plan->arms[1].name, "two", 3);
	assert_ok(f, nn_runner_begin(&params, &campaign, &f->err));
	assert_sql(f,
		   "SELECT count(DISTINCT arm.id) || ' ' || count(DISTINCT claim.id) FROM campaign"
		   " JOIN arm ON arm.campaign = campaign.id"
		   " JOIN claim ON claim.campaign = campaign.id WHERE campaign.name = 'pair'",
		   "2 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(campaign_is_recorded_whole_or_not_at_all,
						fixture_setup_begun, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
