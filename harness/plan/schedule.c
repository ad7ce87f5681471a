/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/schedule.h"

#include <assert.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"

/*
 * splitmix64: a counter in steps of GAMMA through a mixing function; every seed gives a full
 * period, and any point of the sequence can be reached at once. Source: Steele, Lea, Flood, "Fast
 * splittable pseudorandom number generators", OOPSLA 2014; the constants are those of Vigna's
 * splitmix64.c (public domain, prng.di.unimi.it).
 */
#define GAMMA 0x9e3779b97f4a7c15ULL

struct random {
	uint64_t state;
};

/* Nominal times for a forecast; real ones are known after the first block. */
#define NOMINAL_RUN_NS    (3 * NN_NS_PER_S)
#define UNKNOWN_TARGET_NS (60 * NN_NS_PER_S)

static const struct {
	const char *target;
	uint64_t boot_ns;
} nominal_boots[] = {
	{"libvirt", 45 * NN_NS_PER_S},
	{"local", 1 * NN_NS_PER_S},
	{"redfish", 300 * NN_NS_PER_S},
	{"remote", 5 * NN_NS_PER_S},
};

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static uint64_t random_next(struct random *random)
{
	random->state += GAMMA;
	return mix(random->state);
}

/* A block's own stream: it depends on the seed and the block's number, on nothing else. */
static struct random random_of_block(uint64_t seed, size_t block)
{
	return (struct random){.state = mix(seed + (block + 1) * GAMMA)};
}

/* A number below @bound, all equally likely: draws from the incomplete last stretch are refused. */
static size_t random_below(struct random *random, size_t bound)
{
	uint64_t refused_below = -(uint64_t)bound % bound;
	uint64_t draw;

	do {
		draw = random_next(random);
	} while (draw < refused_below);
	return (size_t)(draw % bound);
}

/* 63 bits, because JSON and SQLite count signed, and never 0, which means "no seed". */
static uint64_t random_seed(struct random *random)
{
	uint64_t seed = random_next(random) >> 1;

	return seed ? seed : 1;
}

/* Fisher–Yates, in Durstenfeld's form: every order is equally likely. */
static void shuffle_arms(size_t *arms, size_t nr, struct random *random)
{
	for (size_t i = nr; i > 1; i--) {
		size_t other = random_below(random, i);
		size_t arm = arms[i - 1];

		arms[i - 1] = arms[other];
		arms[other] = arm;
	}
}

static void shuffle_jobs(struct nn_scheduled_job *jobs, size_t nr, struct random *random)
{
	for (size_t i = nr; i > 1; i--) {
		size_t other = random_below(random, i);
		struct nn_scheduled_job job = jobs[i - 1];

		jobs[i - 1] = jobs[other];
		jobs[other] = job;
	}
}

static size_t count_jobs(const struct nn_plan *plan)
{
	size_t nr = 0;

	for (size_t i = 0; i < plan->nr_workloads; i++)
		nr += plan->workloads[i].runs;
	return nr;
}

static void fill_block(struct nn_scheduled_block *block, const struct nn_plan *plan,
		       struct random random)
{
	size_t nr = 0;

	block->arms = nn_calloc(plan->nr_arms, sizeof(*block->arms));
	for (size_t i = 0; i < plan->nr_arms; i++)
		block->arms[i] = i;
	shuffle_arms(block->arms, plan->nr_arms, &random);

	block->nr_jobs = count_jobs(plan);
	block->jobs = nn_calloc(block->nr_jobs, sizeof(*block->jobs));
	for (size_t i = 0; i < plan->nr_workloads; i++) {
		for (uint64_t run = 0; run < plan->workloads[i].runs; run++)
			block->jobs[nr++] = (struct nn_scheduled_job){
				.workload = i, .run = run, .seed = random_seed(&random)};
	}
	shuffle_jobs(block->jobs, block->nr_jobs, &random);
}

struct nn_schedule *nn_schedule_new(const struct nn_plan *plan, uint64_t seed)
{
	struct nn_schedule *schedule = nn_calloc(1, sizeof(*schedule));

	assert(seed);
	schedule->seed = seed;
	schedule->nr_arms = plan->nr_arms;
	schedule->nr_blocks = plan->blocks;
	schedule->blocks = nn_calloc(schedule->nr_blocks, sizeof(*schedule->blocks));
	for (size_t i = 0; i < schedule->nr_blocks; i++)
		fill_block(&schedule->blocks[i], plan, random_of_block(seed, i));
	return schedule;
}

void nn_schedule_free(struct nn_schedule *schedule)
{
	if (!schedule)
		return;
	for (size_t i = 0; i < schedule->nr_blocks; i++) {
		free(schedule->blocks[i].arms);
		free(schedule->blocks[i].jobs);
	}
	free(schedule->blocks);
	free(schedule);
}

struct nn_scheduled_job nn_schedule_repeat(const struct nn_schedule *schedule, size_t block,
					   size_t workload, uint64_t run)
{
	struct random random = random_of_block(schedule->seed, block);

	/* A stream of its own for each workload and run, apart from the block's. */
	random.state = mix(random.state ^ mix((workload + 1) * GAMMA)) ^ mix(run + 1);
	return (struct nn_scheduled_job){
		.workload = workload, .run = run, .seed = random_seed(&random)};
}

static uint64_t nominal_boot_ns(const char *target)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(nominal_boots); i++) {
		if (strcmp(nominal_boots[i].target, target) == 0)
			return nominal_boots[i].boot_ns;
	}
	return UNKNOWN_TARGET_NS;
}

uint64_t nn_schedule_estimate_ns(const struct nn_schedule *schedule, const struct nn_plan *plan)
{
	uint64_t boots_ns = 0; /* of one block */
	uint64_t nr_jobs = 0;

	for (size_t i = 0; i < plan->nr_arms; i++)
		boots_ns += nominal_boot_ns(plan->arms[i].target);
	for (size_t i = 0; i < schedule->nr_blocks; i++)
		nr_jobs += schedule->blocks[i].nr_jobs;
	return boots_ns * schedule->nr_blocks + nr_jobs * schedule->nr_arms * NOMINAL_RUN_NS;
}
