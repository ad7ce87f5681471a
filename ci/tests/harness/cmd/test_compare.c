/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/harness/cmd/drive.h"
#include "harness/base/json.h"

extern const struct nn_command nn_command_compare;

static const struct sim before = {
	.name = "before",
	.nr_blocks = 5,
	.seed = 1,
	.series = {SIM_SERIES("native", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 200,
			      0.003),
		   SIM_SERIES("vm", "iommu/nvme-read", "throughput", NN_HIGHER_IS_BETTER, 196,
			      0.003)},
};

static struct sim after(void)
{
	struct sim sim = before;

	sim.name = "after";
	sim.seed = 2;
	return sim;
}

static void equal_machines_are_compared(void **state)
{
	const struct sim other = after();

	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	NN_AUTO(drive) struct drive drive = DRIVE(*state, compare, true, "before", "after");

	drive_expect(&drive, 0, NULL);
	assert_text(drive.output, "A:vm");
	assert_text(drive.output, "B:vm/native");
}

static void another_kernel_is_refused_until_it_is_asked_for(void **state)
{
	struct sim other = after();

	other.facts[0] = "host kernel.release=6.13.0";
	other.facts[1] = "native kernel.release=6.13.0";
	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	NN_AUTO(drive) struct drive refused = DRIVE(*state, compare, true, "before", "after");
	NN_AUTO(drive)
	struct drive wrong = DRIVE(*state, compare, true, "before", "after", "--axis", "gpu,board");
	NN_AUTO(drive)
	struct drive asked = DRIVE(*state, compare, true, "before", "after", "--axis", "gpu",
				   "--axis", "kernel");

	drive_expect(&refused, 4, "not alike: more differs than the axes asked for (none)");
	drive_expect(&wrong, 4, "axes asked for (device, board)");
	assert_text(refused.output, "not like for like (axes asked for: none)\nA  'before' (");
	assert_text(refused.output, "kernel (not asked for)\n"
				    "  kernel.release (host, native): speaks against comparing\n"
				    "    A  6.12.1\n    B  6.13.0\n");
	assert_null(strstr(refused.output, "iommu/nvme-read")); /* no figure at all */
	drive_expect(&asked, 0, NULL);
	assert_text(asked.output, "iommu/nvme-read");
	assert_text(asked.output, "what differs: kernel: kernel.release");
}

static void single_machines_are_compared_with_a_caution(void **state)
{
	struct sim other = after();

	other.fingerprint = "beef";
	other.facts[0] = "host board.name=B650";
	other.facts[1] = "native board.name=B650";
	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	NN_AUTO(drive)
	struct drive drive = DRIVE(*state, compare, true, "before", "after", "--axis", "board");

	drive_expect(&drive, 0, NULL);
	assert_text(drive.output, "these two machines are compared");
}

static void a_refusal_can_be_read_by_programs(void **state)
{
	NN_AUTO(json) json_t *root = NULL;
	struct sim other = after();

	other.facts[0] = "host qemu=QEMU 9";
	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	NN_AUTO(drive)
	struct drive drive = DRIVE(*state, compare, true, "before", "after", "--axis", "kernel",
				   "--format", "json");

	drive_expect(&drive, 4, NULL);
	assert_int_equal(nn_json_parse(drive.output, strlen(drive.output), &root, NULL), 0);
	assert_string_equal(nn_json_opt_str(root, "schema"), "nearnative.differences/1");
	assert_string_equal(nn_json_opt_str(json_object_get(root, "a"), "name"), "before");
	assert_string_equal(json_string_value(json_array_get(json_object_get(root, "axes"), 0)),
			    "kernel");
	assert_string_equal(
		nn_json_opt_str(json_array_get(json_object_get(root, "differences"), 0), "name"),
		"qemu");
}

static void arms_can_be_chosen(void **state)
{
	struct sim other = after();

	other.facts[0] = "vm kernel.release=6.13.0"; /* of an arm that is not compared */
	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	NN_AUTO(drive)
	struct drive native = DRIVE(*state, compare, true, "before", "after", "--arm", "native");
	NN_AUTO(drive)
	struct drive ratio = DRIVE(*state, compare, true, "before", "after", "--arm", "vm/native");

	drive_expect(&native, 0, NULL);
	assert_null(strstr(native.output, "against A:vm"));
	drive_expect(&ratio, 4, NULL); /* in a ratio both its arms are */
}

static void a_bad_command_line_is_usage(void **state)
{
	static const struct {
		const char *const arguments[5];
		const char *log;
	} cases[] = {
		{{NULL}, "needs two campaigns"},
		{{"before", NULL}, "needs two campaigns"},
		{{"before", "after", "third", NULL}, "unexpected operand 'third'"},
		{{"before", "nix", NULL}, "has no campaign 'nix'"},
		{{"before", "before", NULL}, "are the same campaign"},
		{{"before", "after", "--axis", "board,", NULL}, "unknown axis ''"},
		{{"before", "after", "--arm", "vmm", NULL}, "unknown arm 'vmm'"},
		{{"before", "after", "--format", "pdf", NULL}, "unknown format 'pdf'"},
	};
	const struct sim other = after();

	(void)sim_record(*state, &before);
	(void)sim_record(*state, &other);
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(drive)
		struct drive drive =
			drive_command(*state, &nn_command_compare, cases[i].arguments, true);

		drive_expect(&drive, 2, cases[i].log);
		assert_null(drive.output);
	}
}

static void a_missing_database_is_infrastructure(void **state)
{
	NN_AUTO(drive) struct drive drive = DRIVE(*state, compare, true, "before", "after");

	drive_expect(&drive, 3, "results.db");
}

static void b_may_lie_in_another_database(void **state)
{
	const struct sim other = after();
	void *other_state = NULL;
	struct pair *second;

	assert_int_equal(pair_setup(&other_state), 0);
	second = other_state;
	(void)sim_record(*state, &before);
	(void)sim_record(second, &other);
	pair_close(second);
	NN_AUTO(drive)
	struct drive drive =
		DRIVE(*state, compare, true, "before", "after", "--db-b", second->path);

	drive_expect(&drive, 0, NULL);
	(void)pair_teardown(&other_state);
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(equal_machines_are_compared),
		PAIR_TEST(another_kernel_is_refused_until_it_is_asked_for),
		PAIR_TEST(single_machines_are_compared_with_a_caution),
		PAIR_TEST(a_refusal_can_be_read_by_programs),
		PAIR_TEST(arms_can_be_chosen),
		PAIR_TEST(a_bad_command_line_is_usage),
		PAIR_TEST(a_missing_database_is_infrastructure),
		PAIR_TEST(b_may_lie_in_another_database),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
