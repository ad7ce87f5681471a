/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nights of simulated campaigns, their history, and decisions made of it, for its tests. */
#ifndef NN_CI_TESTS_REPORTS_HISTORY_NIGHTS_H
#define NN_CI_TESTS_REPORTS_HISTORY_NIGHTS_H

#include "ci/tests/reports/pair.h"
#include "reports/history/history.h"

#define HISTORY_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

#define WORKLOAD "iommu/nvme-read"
#define SETTINGS "vm: target=libvirt memory=1GiB; " WORKLOAD ": runs=3; device: 0000:01:00.0"

/* What a plan of record_night() sets the VM to; of another plan nothing is known. */
static inline bool plan_facts(const struct nn_campaign *campaign, struct nn_pairs *ret_facts)
{
	const char *memory = strstr(campaign->plan_text, "{memory: ");
	NN_AUTO(free) char *vm = NULL;

	if (!memory)
		return false;
	memory += strlen("{memory: ");
	vm = nn_asprintf("target=libvirt memory=%.*s", (int)strcspn(memory, "}"), memory);
	nn_pairs_add(ret_facts, "plan.arm.native", "target=local");
	nn_pairs_add(ret_facts, "plan.arm.vm", vm);
	nn_pairs_add(ret_facts, "plan.workload." WORKLOAD, "runs=3");
	nn_pairs_add(ret_facts, "plan.device", "0000:01:00.0");
	return true;
}

static const struct nn_history_options everything = {.plan_facts = plan_facts};

/* One night: native and vm, whose throughput is @share of what it was first. */
static inline void record_night_of(struct pair *pair, size_t night, double share, const char *state,
				   const char *plan)
{
	char kernel[64];
	struct sim sim = {
		.state = state,
		.plan = plan,
		.nr_blocks = 6,
		.seed = night + 1,
		.series = {{.arm = "native",
			    .workload = WORKLOAD,
			    .metric = "throughput",
			    .direction = NN_HIGHER_IS_BETTER,
			    .mean = 200,
			    .sd = 0.004},
			   {.arm = "vm",
			    .workload = WORKLOAD,
			    .metric = "throughput",
			    .direction = NN_HIGHER_IS_BETTER,
			    .mean = 196 * share,
			    .sd = 0.004}},
	};

	(void)snprintf(kernel, sizeof(kernel), "vm kernel.release=6.%zu", night);
	sim.facts[0] = kernel;
	(void)sim_record(pair, &sim);
}

static inline void record_night(struct pair *pair, size_t night, double share, const char *state)
{
	record_night_of(pair, night, share, state, NULL);
}

/* @nr nights from @first on. */
static inline void record_nights(struct pair *pair, size_t first, size_t nr, double share)
{
	for (size_t i = 0; i < nr; i++)
		record_night(pair, first + i, share, NULL);
}

static inline struct nn_history *read_history(struct pair *pair,
					      const struct nn_history_options *options)
{
	struct nn_history *history = NULL;
	struct nn_err err = {0};

	pair_open(pair);
	sim_must(nn_history_new(pair->store, options, &history, &err), &err);
	return history;
}

static inline const struct nn_history_series *find_series(const struct nn_history *history,
							  const char *arm)
{
	for (size_t i = 0; i < history->nr_series; i++) {
		if (strcmp(history->series[i].key.arm, arm) == 0)
			return &history->series[i];
	}
	fail_msg("no series of arm '%s'", arm);
	return NULL;
}

static inline char *as_text(const struct nn_history *history)
{
	struct nn_strbuf out = NN_STRBUF_INIT;

	nn_history_text(history, "results.db", false, &out);
	return nn_strbuf_detach(&out);
}

static inline void keep(struct pair *pair)
{
	NN_AUTO(history) struct nn_history *history = read_history(pair, &everything);
	struct nn_err err = {0};

	sim_must(nn_history_keep(history, pair->store, &err), &err);
	assert_int_equal(nn_history_count_unstored(history), 0);
}

/* A decision of the vm's throughput, made by hand after campaign number @campaign. */
static inline void decide(struct pair *pair, int64_t campaign, const char *detector,
			  const char *settings)
{
	const struct nn_decision decision = {
		.key = {.machine = "f00d",
			.arm = "vm",
			.workload = WORKLOAD,
			.metric = "throughput",
			.unit = "unit",
			.settings = settings},
		.campaign = campaign,
		.detector = detector,
		.parameters = "by hand",
		.p_value = 0.002,
		.effect_log = log(0.9),
		.before = 200,
		.after = 180,
	};
	struct nn_err err = {0};

	pair_open(pair);
	sim_must(nn_store_decision_add(pair->store, &decision, NULL, &err), &err);
}

/* Eight nights of 1 GiB, then eight of 8 GiB, in which the VM is as much slower. */
static inline void record_other_settings(struct pair *pair)
{
	record_nights(pair, 0, 8, 1);
	for (size_t i = 0; i < 8; i++)
		record_night_of(pair, 8 + i, 0.9, NULL, PAIR_PLAN("8GiB", ""));
}

#endif
