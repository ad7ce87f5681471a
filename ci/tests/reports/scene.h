/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns in a database of their own, recorded by the same calls that the runner makes, for tests
 * of what nn_comparison_new() makes of them.
 */
#ifndef NN_CI_TESTS_REPORTS_SCENE_H
#define NN_CI_TESTS_REPORTS_SCENE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/strbuf.h"
#include "harness/store/statement.h"
#include "reports/comparison.h"

#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

#define ARMS_CAP   3
#define BLOCKS_CAP 8

/* A campaign in a database of its own, made by the same calls that the runner makes. */
struct scene {
	char folder[64];
	char *path;
	struct nn_store *store;
	int64_t campaign;
	int64_t arms[ARMS_CAP];
	const char *plan;         /* NULL: one with these arms and */
	struct nn_strings claims; /* texts */
	bool allow_emulated;
};

/* What the boots of one arm measured. */
struct boots {
	size_t arm;
	const char *workload;
	const char *metric;
	enum nn_direction direction;
	double values[BLOCKS_CAP]; /* NaN: this block's boot measured nothing */
	size_t nr;
	uint64_t checksum;
	bool is_software;
	bool is_session;
	const char *build;
	const char *fact; /* one more fact of the host side, "name=value" */
	enum nn_outcome outcome;
};

static inline void must(int rc, const struct nn_err *err)
{
	if (rc)
		fail_msg("%s", err->message);
}

static inline int scene_setup(void **state)
{
	struct scene *scene = nn_calloc(1, sizeof(*scene));

	(void)snprintf(scene->folder, sizeof(scene->folder), "/tmp/nn-comparison-XXXXXX");
	if (!mkdtemp(scene->folder))
		return -1;
	scene->path = nn_asprintf("%s/results.db", scene->folder);
	*state = scene;
	return 0;
}

static inline int scene_teardown(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-lock", ".lock"};
	struct scene *scene = *state;

	nn_store_close(scene->store);
	for (size_t i = 0; i < NN_ARRAY_SIZE(suffixes); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s%s", scene->path, suffixes[i]);

		(void)unlink(path); /* not all of them exist */
	}
	(void)rmdir(scene->folder);
	nn_strings_release(&scene->claims);
	free(scene->path);
	free(scene);
	return 0;
}

static const char *const scene_arms[ARMS_CAP] = {"native", "vm", "vm-hugepages"};

static inline void scene_arm(struct scene *scene, size_t arm)
{
	struct nn_err err = {0};

	must(nn_store_arm_add(scene->store, scene->campaign, scene_arms[arm],
			      arm ? "libvirt" : "local", &scene->arms[arm], &err),
	     &err);
}

static inline void scene_begin_alone(struct scene *scene, bool allow_emulated)
{
	const struct nn_machine_row machine = {.fingerprint = "f00d", .description = "a machine"};
	struct nn_campaign_row row = {.name = "test",
				      .plan_path = "plan.yaml",
				      .plan_text = "", /* written last: see scene_plan() */
				      .plan_hash = "",
				      .seed = 42,
				      .build_id = "build-1",
				      .base_arm = "native",
				      .allow_emulated = allow_emulated,
				      .device_bdf = "0000:01:00.0",
				      .device_driver = "nvme"};
	struct nn_err err = {0};

	scene->allow_emulated = allow_emulated;
	must(nn_store_open(scene->path, NN_STORE_CREATE, &scene->store, &err), &err);
	must(nn_store_machine(scene->store, &machine, &row.machine, &err), &err);
	must(nn_store_campaign_add(scene->store, &row, &scene->campaign, &err), &err);
	scene_arm(scene, 0);
}

static inline void scene_begin(struct scene *scene, bool allow_emulated)
{
	scene_begin_alone(scene, allow_emulated);
	scene_arm(scene, 1);
}

static inline void scene_claim(struct scene *scene, const char *workload, double margin)
{
	NN_AUTO(free)
	char *text = nn_asprintf("vm >= %g%% of native for %s", 100 * margin, workload);
	struct nn_err err = {0};

	must(nn_store_claim_add(scene->store, scene->campaign, text, "vm", "native", workload, "*",
				margin, &err),
	     &err);
	nn_strings_add(&scene->claims, NN_STEAL(text));
}

/* The plan by which the campaign would have been recorded. */
static inline char *scene_plan(const struct scene *scene)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	if (scene->plan)
		return nn_strdup(scene->plan);
	nn_strbuf_add(&sb, "name: test\narms:\n");
	for (size_t i = 0; i < ARMS_CAP; i++) {
		if (scene->arms[i])
			nn_strbuf_addf(&sb, "  - {name: %s, target: %s}\n", scene_arms[i],
				       i ? "libvirt" : "local");
	}
	nn_strbuf_add(&sb, "workloads: [{name: iommu/nvme-read}, {name: graphics/scene}]\n");
	nn_strbuf_addf(&sb, "allow_emulated: %s\n", scene->allow_emulated ? "yes" : "no");
	nn_strbuf_addf(&sb, "claims:%s\n", scene->claims.nr ? "" : " []");
	for (size_t i = 0; i < scene->claims.nr; i++)
		nn_strbuf_addf(&sb, "  - \"%s\"\n", scene->claims.items[i]);
	return nn_strbuf_detach(&sb);
}

/* Put the plan and its hash where the runner would have before the first boot. */
static inline void scene_store_plan(struct scene *scene)
{
	NN_AUTO(free) char *plan = scene_plan(scene);
	char hash[NN_SHA256_HEX_CAP];
	struct nn_err err = {0};

	nn_sha256_hex(plan, strlen(plan), hash);
	must(nn_sql_execute(scene->store, &err,
			    "UPDATE campaign SET plan_text = ?, plan_hash = ? WHERE id = ?", "ssi",
			    plan, hash, scene->campaign),
	     &err);
}

static inline void add_run(struct scene *scene, int64_t boot, const struct boots *boots,
			   size_t block)
{
	struct nn_sample_batch batch = {0};
	struct nn_finish finish = {.outcome = boots->outcome,
				   .checksum = boots->checksum,
				   .is_software = boots->is_software,
				   .duration_ns = NN_NS_PER_S};
	struct nn_run_row row = {.boot = boot, .workload = boots->workload, .seed = 1000 + block};
	struct nn_sample sample = {.direction = boots->direction,
				   .kind = NN_KIND_RATE,
				   .phase = NN_PHASE_STEADY,
				   .value = boots->values[block]};
	struct nn_err err = {0};
	bool is_new;
	int64_t run;

	nn_uuid_new(batch.run);
	row.uuid = batch.run;
	(void)snprintf(finish.run, sizeof(finish.run), "%s", batch.run);
	finish.reason = boots->outcome == NN_OUTCOME_OK ? NULL : nn_strdup("it went wrong");
	finish.note = boots->is_software ? nn_strdup("llvmpipe (software)") : NULL;
	sample.metric = nn_strdup(boots->metric);
	sample.unit = nn_strdup("MB/s");
	must(nn_store_run_add(scene->store, &row, &run, &err), &err);
	if (boots->outcome == NN_OUTCOME_OK) {
		nn_sample_batch_add(&batch, &sample);
		must(nn_store_samples_add(scene->store, run, &batch, &is_new, &err), &err);
	}
	must(nn_store_run_finish(scene->store, run, &finish, &err), &err);
	nn_sample_batch_release(&batch);
	nn_finish_release(&finish);
	free(sample.metric);
	free(sample.unit);
}

static inline void add_facts(struct scene *scene, int64_t boot, const struct boots *boots)
{
	struct nn_pairs facts = {0};
	struct nn_err err = {0};

	nn_pairs_add(&facts, "build", boots->build ? boots->build : "build-1");
	must(nn_store_facts_add(scene->store, boot, "system", &facts, &err), &err);
	nn_pairs_release(&facts);
	if (!boots->fact)
		return;

	const char *equals = strchr(boots->fact, '=');
	NN_AUTO(free) char *name = nn_strndup(boots->fact, (size_t)(equals - boots->fact));

	nn_pairs_add(&facts, name, equals + 1);
	must(nn_store_facts_add(scene->store, boot, "host", &facts, &err), &err);
	nn_pairs_release(&facts);
}

/* One boot in each block from @first on, with one run of one workload. */
static inline void scene_boots_from(struct scene *scene, const struct boots *boots, size_t first)
{
	struct nn_err err = {0};

	for (size_t block = 0; block < boots->nr; block++) {
		const struct nn_boot_row row = {.campaign = scene->campaign,
						.arm = scene->arms[boots->arm],
						.block = first + block,
						.position = boots->arm,
						.is_session = boots->is_session};
		char uuid[NN_UUID_CAP];
		int64_t boot;

		must(nn_store_boot_add(scene->store, &row, &boot, uuid, &err), &err);
		add_facts(scene, boot, boots);
		if (!isnan(boots->values[block]))
			add_run(scene, boot, boots, block);
		must(nn_store_boot_state(scene->store, boot, "done", NULL, &err), &err);
	}
}

static inline void scene_boots(struct scene *scene, const struct boots *boots)
{
	scene_boots_from(scene, boots, 0);
}

/* Compare what the database holds, with claims that come after the data, or NULL. */
static inline struct nn_comparison *scene_reopen(struct scene *scene,
						 const struct nn_claim_requests *late_claims)
{
	struct nn_comparison *comparison = NULL;
	struct nn_err err = {0};

	must(nn_comparison_new(scene->store, NULL, late_claims, &comparison, &err), &err);
	return comparison;
}

/* The campaign is done; compare it. */
static inline struct nn_comparison *scene_compare_late(struct scene *scene,
						       const struct nn_claim_requests *late_claims)
{
	struct nn_err err = {0};

	scene_store_plan(scene);
	must(nn_store_campaign_state(scene->store, scene->campaign, "done", &err), &err);
	return scene_reopen(scene, late_claims);
}

static inline struct nn_comparison *scene_compare(struct scene *scene)
{
	return scene_compare_late(scene, NULL);
}

static inline const struct nn_report_row *row_of(const struct nn_comparison *comparison,
						 const char *arm)
{
	for (size_t i = 0; i < comparison->nr_rows; i++) {
		const char *name = comparison->rows[i].arm;

		if (name && strcmp(name, arm) == 0)
			return &comparison->rows[i];
	}
	fail_msg("no row for arm '%s'", arm);
	return NULL;
}

static inline void assert_reason(const struct nn_strings *reasons, const char *expected)
{
	for (size_t i = 0; i < reasons->nr; i++) {
		if (strstr(reasons->items[i], expected))
			return;
	}
	fail_msg("no reason says '%s', the first of %zu says '%s'", expected, reasons->nr,
		 reasons->nr ? reasons->items[0] : "");
}

/* A pair of arms whose VM reaches about @share of native, with little spread. */
static inline void two_arms(struct boots pair[2], double share, size_t nr)
{
	static const double wobble[BLOCKS_CAP] = {1.0,   1.002, 0.998, 1.001,
						  0.999, 1.003, 0.997, 1.0};

	for (size_t arm = 0; arm < 2; arm++)
		pair[arm] = (struct boots){.arm = arm,
					   .workload = "iommu/nvme-read",
					   .metric = "throughput",
					   .direction = NN_HIGHER_IS_BETTER,
					   .nr = nr,
					   .checksum = 77};
	for (size_t block = 0; block < nr; block++) {
		pair[0].values[block] = 200 + (double)block;
		pair[1].values[block] = pair[0].values[block] * share * wobble[block];
	}
}

static inline void record_pair(struct scene *scene, const struct boots pair[2])
{
	scene_boots(scene, &pair[0]);
	scene_boots(scene, &pair[1]);
}

#endif
