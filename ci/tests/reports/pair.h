/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Simulated campaigns in databases of their own, recorded by the calls that the runner makes, for
 * tests of what sets two campaigns side by side. Boots scatter by a seeded generator: the same on
 * every machine.
 */
#ifndef NN_CI_TESTS_REPORTS_PAIR_H
#define NN_CI_TESTS_REPORTS_PAIR_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/scratch.h"
#include "harness/base/strbuf.h"
#include "harness/stats/random.h"
#include "harness/store/store.h"

#define PAIR_PLAN(memory, claims)                                           \
	"name: nightly\n"                                                   \
	"arms:\n"                                                           \
	"  - {name: native, target: local}\n"                               \
	"  - {name: vm, target: libvirt, settings: {memory: " memory "}}\n" \
	"workloads:\n"                                                      \
	"  - name: iommu/nvme-read\n"                                       \
	"  - name: system/timer\n"                                          \
	"claims: [" claims "]\n"                                            \
	"design: {blocks: 10, base: native}\n"

#define PAIR_CLAIM "vm >= 97% of native for iommu/nvme-read"

#define SIM_SERIES_CAP 6
#define SIM_FACTS_CAP  8

/* What the boots of one arm measure; a workload stands once in an arm. */
struct sim_series {
	const char *arm;
	const char *workload;
	const char *metric;
	enum nn_direction direction;
	double mean;
	double sd;          /* between boots, of the log */
	uint64_t nr_values; /* blocks from the first that have a value; 0: all */
	enum nn_outcome otherwise;
};

/* One that has a value in every block. */
#define SIM_SERIES(of_arm, of_workload, of_metric, better, of_mean, of_sd)         \
	{                                                                          \
		.arm = (of_arm), .workload = (of_workload), .metric = (of_metric), \
		.direction = (better), .mean = (of_mean), .sd = (of_sd)            \
	}

struct sim {
	const char *name;                 /* NULL: "nightly" */
	const char *fingerprint;          /* NULL: "f00d" */
	const char *plan;                 /* NULL: one without claims */
	const char *claim;                /* of the plan, or NULL */
	const char *state;                /* NULL: "done" */
	const char *facts[SIM_FACTS_CAP]; /* "vm kernel.release=6.1"; "host …" of every arm */
	bool is_emulated;
	bool allow_emulated;
	uint64_t nr_blocks;
	uint64_t seed;
	struct sim_series series[SIM_SERIES_CAP];
};

static inline void sim_must(int rc, const struct nn_err *err)
{
	if (rc)
		fail_msg("%s", err->message);
}

/* A database in a folder of its own, removed with the test. */
struct pair {
	char *folder;
	char *path;
	struct nn_store *store; /* NULL: closed, so that a command may open it */
};

static inline int pair_setup(void **state)
{
	struct pair *pair = nn_calloc(1, sizeof(*pair));

	/* every transaction is synced, which in memory costs nothing */
	if (access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	if (nn_scratch_new(&pair->folder, NULL))
		return -1;
	pair->path = nn_asprintf("%s/results.db", pair->folder);
	*state = pair;
	return 0;
}

static inline int pair_teardown(void **state)
{
	struct pair *pair = *state;

	nn_store_close(pair->store);
	nn_scratch_remove(pair->folder);
	free(pair->folder);
	free(pair->path);
	free(pair);
	return 0;
}

static inline void pair_open(struct pair *pair)
{
	struct nn_err err = {0};

	if (!pair->store)
		sim_must(nn_store_open(pair->path, NN_STORE_CREATE, &pair->store, &err), &err);
}

static inline void pair_close(struct pair *pair)
{
	nn_store_close(NN_STEAL(pair->store));
}

static inline void sim_fact(struct nn_store *store, int64_t boot, const char *arm, const char *fact)
{
	const char *space = strchr(fact, ' ');
	const char *equals = strchr(fact, '=');
	NN_AUTO(free) char *side = nn_strndup(fact, (size_t)(space - fact));
	NN_AUTO(free) char *name = nn_strndup(space + 1, (size_t)(equals - space - 1));
	struct nn_pairs facts = {0};
	struct nn_err err = {0};
	bool is_host = strcmp(side, "host") == 0;

	if (!is_host && strcmp(side, arm) != 0)
		return;
	nn_pairs_add(&facts, name, equals + 1);
	sim_must(nn_store_facts_add(store, boot, is_host ? "host" : "system", &facts, &err), &err);
	nn_pairs_release(&facts);
}

static inline void sim_facts(struct nn_store *store, int64_t boot, const char *arm,
			     const struct sim *sim)
{
	static const char *const defaults[] = {
		"host board.name=X870E",      "host cpu.model=Ryzen 9",
		"host kernel.release=6.12.1", "host qemu=QEMU 7.2",
		"host device.id=144d:a80c",   "host build=orchestrator-1",
		"native board.name=X870E",    "native kernel.release=6.12.1",
		"native build=agent-1",       "native hypervisor=none",
		"vm kernel.release=6.12.1",   "vm build=agent-1",
		"vm hypervisor=KVMKVMKVM",    "vm board.name=Q35",
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(defaults); i++)
		sim_fact(store, boot, arm, defaults[i]);
	for (size_t i = 0; i < SIM_FACTS_CAP && sim->facts[i]; i++)
		sim_fact(store, boot, arm, sim->facts[i]);
}

/* One run of three iterations. */
static inline void sim_run(struct nn_store *store, int64_t boot, const struct sim_series *series,
			   uint64_t position, double value)
{
	char metric[64], unit[] = "unit";
	struct nn_sample_batch batch = {0};
	struct nn_finish finish = {.duration_ns = NN_NS_PER_S};
	struct nn_run_row row = {.boot = boot, .workload = series->workload, .position = position};
	struct nn_err err = {0};
	bool is_new;
	int64_t run;

	nn_uuid_new(batch.run);
	row.uuid = batch.run;
	memcpy(finish.run, batch.run, sizeof(finish.run));
	finish.outcome = isnan(value) ? series->otherwise : NN_OUTCOME_OK;
	finish.reason = isnan(value) ? nn_strdup("no such device") : NULL;
	(void)snprintf(metric, sizeof(metric), "%s", series->metric);
	sim_must(nn_store_run_add(store, &row, &run, &err), &err);
	for (uint64_t i = 0; i < 3 && !isnan(value); i++) {
		const struct nn_sample sample = {.metric = metric,
						 .unit = unit,
						 .direction = series->direction,
						 .phase = NN_PHASE_STEADY,
						 .iteration = i,
						 .value = value * (1 + 1e-4 * ((double)i - 1))};

		nn_sample_batch_add(&batch, &sample);
	}
	if (batch.nr)
		sim_must(nn_store_samples_add(store, run, &batch, &is_new, &err), &err);
	sim_must(nn_store_run_finish(store, run, &finish, &err), &err);
	nn_sample_batch_release(&batch);
	nn_finish_release(&finish);
}

static inline void sim_boot(struct nn_store *store, const struct nn_boot_row *row, const char *arm,
			    const struct sim *sim, struct nn_random *random)
{
	char uuid[NN_UUID_CAP];
	struct nn_err err = {0};
	uint64_t position = 0;
	int64_t boot;

	sim_must(nn_store_boot_add(store, row, &boot, uuid, &err), &err);
	sim_facts(store, boot, arm, sim);
	for (size_t i = 0; i < SIM_SERIES_CAP && sim->series[i].arm; i++) {
		const struct sim_series *series = &sim->series[i];
		double value = series->mean * exp(series->sd * nn_random_normal(random));

		if (strcmp(series->arm, arm) != 0)
			continue;
		if (series->nr_values && row->block >= series->nr_values)
			value = NAN;
		sim_run(store, boot, series, position++, value);
	}
	sim_must(nn_store_boot_state(store, boot, "done", NULL, &err), &err);
}

static inline int64_t sim_begin(struct nn_store *store, const struct sim *sim)
{
	const struct nn_machine_row machine = {.fingerprint =
						       sim->fingerprint ? sim->fingerprint : "f00d",
					       .description = "a machine",
					       .is_emulated = sim->is_emulated};
	struct nn_campaign_row row = {.name = sim->name ? sim->name : "nightly",
				      .plan_path = "nightly.yaml",
				      .plan_text = sim->plan ? sim->plan : PAIR_PLAN("1GiB", ""),
				      .build_id = "orchestrator-1",
				      .base_arm = "native",
				      .allow_emulated = sim->allow_emulated,
				      .device_bdf = "0000:01:00.0",
				      .device_driver = "nvme"};
	char hash[NN_SHA256_HEX_CAP];
	struct nn_err err = {0};
	int64_t campaign;

	nn_sha256_hex(row.plan_text, strlen(row.plan_text), hash);
	row.plan_hash = hash;
	sim_must(nn_store_machine(store, &machine, &row.machine, &err), &err);
	sim_must(nn_store_campaign_add(store, &row, &campaign, &err), &err);
	if (sim->claim)
		sim_must(nn_store_claim_add(store, campaign, sim->claim, "vm", "native",
					    "iommu/nvme-read", "*", 0.97, &err),
			 &err);
	return campaign;
}

/* Record a campaign; returns its id. */
static inline int64_t sim_record(struct pair *pair, const struct sim *sim)
{
	static const char *const names[] = {"native", "vm", "vm-hugepages"};
	NN_AUTO(random) struct nn_random *random = nn_random_new(sim->seed);
	struct nn_boot_row row = {0};
	int64_t arms[NN_ARRAY_SIZE(names)] = {0};
	struct nn_err err = {0};

	pair_open(pair);
	row.campaign = sim_begin(pair->store, sim);
	for (size_t i = 0; i < SIM_SERIES_CAP && sim->series[i].arm; i++) {
		for (size_t a = 0; a < NN_ARRAY_SIZE(names); a++) {
			if (arms[a] || strcmp(names[a], sim->series[i].arm) != 0)
				continue;
			sim_must(nn_store_arm_add(pair->store, row.campaign, names[a],
						  a ? "libvirt" : "local", &arms[a], &err),
				 &err);
		}
	}
	for (row.block = 0; row.block < sim->nr_blocks; row.block++) {
		for (size_t a = 0; a < NN_ARRAY_SIZE(names); a++) {
			row.arm = arms[a];
			row.position = a;
			if (arms[a])
				sim_boot(pair->store, &row, names[a], sim, random);
		}
	}
	sim_must(nn_store_campaign_state(pair->store, row.campaign,
					 sim->state ? sim->state : "done", &err),
		 &err);
	return row.campaign;
}

static inline void assert_text(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("'%s' is not in '%s'", expected, text);
}

#endif
