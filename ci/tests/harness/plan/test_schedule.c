/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/clock.h"

#define NR_ARMS      3
#define NR_WORKLOADS 2
#define NR_JOBS      5

static struct nn_plan_arm arms[NR_ARMS] = {
	{.name = (char *)"native", .target = (char *)"local"},
	{.name = (char *)"vm", .target = (char *)"libvirt"},
	{.name = (char *)"other", .target = (char *)"some-new-target"},
};

static struct nn_plan_workload workloads[NR_WORKLOADS] = {
	{.name = (char *)"null", .runs = 2},
	{.name = (char *)"system/timer", .runs = 3},
};

static struct nn_plan plan_of(uint64_t blocks)
{
	return (struct nn_plan){.arms = arms,
				.nr_arms = NR_ARMS,
				.workloads = workloads,
				.nr_workloads = NR_WORKLOADS,
				.blocks = blocks};
}

static void assert_same_block(const struct nn_scheduled_block *a,
			      const struct nn_scheduled_block *b)
{
	for (size_t i = 0; i < NR_ARMS; i++)
		assert_int_equal(a->arms[i], b->arms[i]);
	assert_int_equal(a->nr_jobs, b->nr_jobs);
	for (size_t i = 0; i < a->nr_jobs; i++) {
		assert_int_equal(a->jobs[i].workload, b->jobs[i].workload);
		assert_int_equal(a->jobs[i].run, b->jobs[i].run);
		assert_true(a->jobs[i].seed == b->jobs[i].seed);
	}
}

static void every_block_boots_every_arm_once_and_runs_every_run_once(void **state)
{
	const struct nn_plan plan = plan_of(200);
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 42);

	(void)state;
	assert_int_equal(schedule->seed, 42);
	assert_int_equal(schedule->nr_blocks, 200);
	assert_int_equal(schedule->nr_arms, NR_ARMS);
	for (size_t i = 0; i < schedule->nr_blocks; i++) {
		const struct nn_scheduled_block *block = &schedule->blocks[i];
		unsigned int arms_seen = 0;
		unsigned int runs_seen = 0;

		assert_int_equal(block->nr_jobs, NR_JOBS);
		for (size_t j = 0; j < NR_ARMS; j++)
			arms_seen |= 1U << block->arms[j];
		for (size_t j = 0; j < NR_JOBS; j++)
			runs_seen |= 1U << (block->jobs[j].workload * 2 + block->jobs[j].run);
		assert_int_equal(arms_seen, (1U << NR_ARMS) - 1);
		assert_int_equal(runs_seen, (1U << NR_JOBS) - 1);
	}
}

static void the_same_seed_gives_the_same_schedule(void **state)
{
	const struct nn_plan plan = plan_of(50);
	NN_AUTO(schedule) struct nn_schedule *first = nn_schedule_new(&plan, 7);
	NN_AUTO(schedule) struct nn_schedule *second = nn_schedule_new(&plan, 7);

	(void)state;
	for (size_t i = 0; i < 50; i++)
		assert_same_block(&first->blocks[i], &second->blocks[i]);
}

static void a_block_does_not_depend_on_how_many_there_are(void **state)
{
	const struct nn_plan few = plan_of(3);
	const struct nn_plan many = plan_of(30);
	NN_AUTO(schedule) struct nn_schedule *short_one = nn_schedule_new(&few, 7);
	NN_AUTO(schedule) struct nn_schedule *long_one = nn_schedule_new(&many, 7);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_same_block(&short_one->blocks[i], &long_one->blocks[i]);
}

/*
 * Worked out once by a separate program in Python from the published algorithm; another machine,
 * compiler or version that gave other numbers could not resume a campaign.
 */
static void schedules_stay_as_they_were(void **state)
{
	static const struct {
		size_t arms[NR_ARMS];
		struct nn_scheduled_job jobs[NR_JOBS];
	} golden[] = {
		{{0, 1, 2},
		 {{1, 2, 1801800113242201786ULL},
		  {0, 0, 4485782713077629401ULL},
		  {1, 0, 6243445696754518940ULL},
		  {1, 1, 622673004089118811ULL},
		  {0, 1, 621266908633099348ULL}}},
		{{0, 2, 1},
		 {{0, 0, 4673939398991103322ULL},
		  {1, 2, 7161571344532554646ULL},
		  {0, 1, 6316838673264683500ULL},
		  {1, 0, 5377543739763857461ULL},
		  {1, 1, 3490536955288987520ULL}}},
	};
	const struct nn_plan plan = plan_of(NN_ARRAY_SIZE(golden));
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 42);

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(golden); i++) {
		const struct nn_scheduled_block *block = &schedule->blocks[i];

		for (size_t j = 0; j < NR_ARMS; j++)
			assert_int_equal(block->arms[j], golden[i].arms[j]);
		for (size_t j = 0; j < NR_JOBS; j++) {
			assert_int_equal(block->jobs[j].workload, golden[i].jobs[j].workload);
			assert_int_equal(block->jobs[j].run, golden[i].jobs[j].run);
			assert_true(block->jobs[j].seed == golden[i].jobs[j].seed);
		}
	}
}

static void repeats_have_seeds_of_their_own(void **state)
{
	const struct nn_plan plan = plan_of(2);
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 42);
	uint64_t seeds[8];
	size_t nr = 0;

	(void)state;
	for (size_t block = 0; block < 2; block++) {
		for (size_t workload = 0; workload < 2; workload++) {
			for (uint64_t run = 3; run < 5; run++) {
				struct nn_scheduled_job job =
					nn_schedule_repeat(schedule, block, workload, run);

				assert_int_equal(job.workload, workload);
				assert_int_equal(job.run, run);
				for (size_t i = 0; i < nr; i++)
					assert_true(seeds[i] != job.seed);
				seeds[nr++] = job.seed;
			}
		}
	}
	/* Asked again, and so in the other arm, it is the same. */
	assert_true(nn_schedule_repeat(schedule, 0, 0, 3).seed == seeds[0]);
}

static void other_seeds_give_other_schedules(void **state)
{
	const struct nn_plan plan = plan_of(20);
	NN_AUTO(schedule) struct nn_schedule *first = nn_schedule_new(&plan, 1);
	NN_AUTO(schedule) struct nn_schedule *second = nn_schedule_new(&plan, 2);
	size_t nr_same_seeds = 0;
	size_t nr_same_firsts = 0;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		nr_same_seeds += first->blocks[i].jobs[0].seed == second->blocks[i].jobs[0].seed;
		nr_same_firsts += first->blocks[i].arms[0] == second->blocks[i].arms[0];
	}
	assert_int_equal(nr_same_seeds, 0);
	assert_in_range(nr_same_firsts, 1, 15); /* 1 of 3 by chance */
}

static size_t permutation_index(const size_t *order)
{
	return order[0] * 2 + (order[1] > order[2]);
}

static void every_order_of_arms_is_equally_likely(void **state)
{
	const struct nn_plan plan = plan_of(6000);
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 20240607);
	size_t counts[6] = {0};

	(void)state;
	for (size_t i = 0; i < schedule->nr_blocks; i++)
		counts[permutation_index(schedule->blocks[i].arms)]++;
	/* 1000 expected, standard deviation 29: five of them either way */
	for (size_t i = 0; i < 6; i++)
		assert_in_range(counts[i], 855, 1145);
}

static void every_job_comes_first_equally_often(void **state)
{
	const struct nn_plan plan = plan_of(5000);
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 99);
	size_t counts[NR_JOBS] = {0};

	(void)state;
	for (size_t i = 0; i < schedule->nr_blocks; i++) {
		const struct nn_scheduled_job *job = &schedule->blocks[i].jobs[0];

		counts[job->workload * 2 + job->run]++;
	}
	/* 1000 expected, standard deviation 28 */
	for (size_t i = 0; i < NR_JOBS; i++)
		assert_in_range(counts[i], 860, 1140);
}

static void seeds_of_jobs_differ_and_fit_the_database(void **state)
{
	const struct nn_plan plan = plan_of(40);
	NN_AUTO(schedule) struct nn_schedule *schedule = nn_schedule_new(&plan, 5);
	uint64_t seeds[40 * NR_JOBS];
	size_t nr = 0;

	(void)state;
	for (size_t i = 0; i < schedule->nr_blocks; i++) {
		for (size_t j = 0; j < NR_JOBS; j++) {
			uint64_t seed = schedule->blocks[i].jobs[j].seed;

			assert_true(seed > 0 && seed <= INT64_MAX);
			for (size_t k = 0; k < nr; k++)
				assert_true(seeds[k] != seed);
			seeds[nr++] = seed;
		}
	}
}

static void the_estimate_counts_boots_and_runs(void **state)
{
	const struct nn_plan one = plan_of(1);
	const struct nn_plan ten = plan_of(10);
	NN_AUTO(schedule) struct nn_schedule *short_one = nn_schedule_new(&one, 1);
	NN_AUTO(schedule) struct nn_schedule *long_one = nn_schedule_new(&ten, 1);
	uint64_t block_ns = nn_schedule_estimate_ns(short_one, &one);

	(void)state;
	/* three arms with five runs of 3 s; boots of 1, 45 and, not knowing better, 60 s */
	assert_int_equal(block_ns, (3 * 5 * 3 + 1 + 45 + 60) * NN_NS_PER_S);
	assert_int_equal(nn_schedule_estimate_ns(long_one, &ten), 10 * block_ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_boots_every_arm_once_and_runs_every_run_once),
		cmocka_unit_test(the_same_seed_gives_the_same_schedule),
		cmocka_unit_test(a_block_does_not_depend_on_how_many_there_are),
		cmocka_unit_test(schedules_stay_as_they_were),
		cmocka_unit_test(repeats_have_seeds_of_their_own),
		cmocka_unit_test(other_seeds_give_other_schedules),
		cmocka_unit_test(every_order_of_arms_is_equally_likely),
		cmocka_unit_test(every_job_comes_first_equally_often),
		cmocka_unit_test(seeds_of_jobs_differ_and_fit_the_database),
		cmocka_unit_test(the_estimate_counts_boots_and_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
