/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/validate/recording.h"

#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/hash.h"
#include "harness/base/strbuf.h"
#include "harness/stats/random.h"

#define BUILD "validate-build"

static const char *const targets[MODEL_NR_ARMS] = {"local", "libvirt"};

static const struct {
	const char *name;
	const char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
} metrics[RECORDING_NR_METRICS] = {
	{"throughput", "MB/s", NN_HIGHER_IS_BETTER, NN_KIND_RATE},
	{"latency", "us", NN_LOWER_IS_BETTER, NN_KIND_TIME},
};

/* What is at hand while a campaign is recorded. */
struct session {
	const struct recording *recording;
	struct nn_store *store;
	struct nn_random *random;
	int64_t campaign;
	int64_t arms[MODEL_NR_ARMS];
};

/* One boot of one arm, and how it performs: the log of its speed. */
struct boot {
	int64_t id;
	size_t arm;
	size_t block;
	double speed;
};

/* ---- runs ---- */

static void add_samples(const struct session *session, double speed, struct nn_sample_batch *batch)
{
	const struct recording *recording = session->recording;

	for (size_t m = 0; m < RECORDING_NR_METRICS; m++) {
		double sign = metrics[m].direction == NN_HIGHER_IS_BETTER ? 1 : -1;

		for (size_t i = 0; i < recording->nr_iterations; i++) {
			double noise = recording->iteration_sd * nn_random_normal(session->random);
			struct nn_sample sample = {
				.metric = (char *)metrics[m].name, /* copied by the callee */
				.unit = (char *)metrics[m].unit,
				.direction = metrics[m].direction,
				.kind = metrics[m].kind,
				.phase = NN_PHASE_STEADY,
				.iteration = i,
				.value = 100 * exp(sign * (speed + noise)),
			};

			nn_sample_batch_add(batch, &sample);
		}
	}
}

static int record_run(struct session *session, const struct boot *boot, size_t workload, size_t run,
		      struct nn_err *err)
{
	const struct recording *recording = session->recording;
	bool has_failed = boot->block * recording->nr_runs + run < recording->nr_failed[boot->arm];
	NN_AUTO(free) char *name = nn_asprintf("compute/w%02zu", workload);
	NN_AUTO(sample_batch) struct nn_sample_batch batch = {0};
	struct nn_run_row row = {.boot = boot->id,
				 .uuid = batch.run,
				 .workload = name,
				 .position = workload * recording->nr_runs + run,
				 .run = run,
				 .seed = 1};
	struct nn_finish finish = {.outcome = has_failed ? NN_OUTCOME_FAILED : NN_OUTCOME_OK,
				   .reason = has_failed ? (char *)"wrong result" : NULL,
				   .duration_ns = NN_NS_PER_S};
	double lost = workload < recording->nr_slower ? log1p(-recording->slowdown) : 0;
	bool is_new;
	int64_t id;
	int rc;

	nn_uuid_new(batch.run);
	(void)snprintf(finish.run, sizeof(finish.run), "%s", batch.run);
	rc = nn_store_run_add(session->store, &row, &id, err);
	add_samples(session, boot->speed + lost, &batch);
	if (!rc && !has_failed)
		rc = nn_store_samples_add(session->store, id, &batch, &is_new, err);
	return rc ? rc : nn_store_run_finish(session->store, id, &finish, err);
}

/* ---- boots ---- */

static int record_facts(struct session *session, int64_t boot, struct nn_err *err)
{
	struct nn_pairs facts = {0};
	int rc;

	nn_pairs_add(&facts, "build", BUILD);
	nn_pairs_add(&facts, "kernel.release", "6.1.0");
	rc = nn_store_facts_add(session->store, boot, "system", &facts, err);
	nn_pairs_release(&facts);
	return rc;
}

static int record_boot(struct session *session, size_t block, size_t arm, struct nn_err *err)
{
	const struct recording *recording = session->recording;
	const struct nn_boot_row row = {.campaign = session->campaign,
					.arm = session->arms[arm],
					.block = block,
					.position = arm};
	struct boot boot = {.arm = arm, .block = block};
	char uuid[NN_UUID_CAP];
	int rc = nn_store_boot_add(session->store, &row, &boot.id, uuid, err);

	boot.speed = (arm == MODEL_VM ? log(recording->ratio) : 0) +
		     recording->boot_sd * nn_random_normal(session->random);
	if (!rc)
		rc = record_facts(session, boot.id, err);
	for (size_t workload = 0; !rc && workload < recording->nr_workloads; workload++) {
		for (size_t run = 0; !rc && run < recording->nr_runs; run++)
			rc = record_run(session, &boot, workload, run, err);
	}
	return rc ? rc : nn_store_boot_state(session->store, boot.id, "done", NULL, err);
}

/* ---- campaigns ---- */

static char *plan_of(const struct recording *recording)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_strbuf_add(&sb, "name: simulated\narms:\n");
	for (size_t arm = 0; arm < MODEL_NR_ARMS; arm++)
		nn_strbuf_addf(&sb, "  - {name: %s, target: %s}\n", model_arm_names[arm],
			       targets[arm]);
	/* one stands for all: there may be more than a plan can list */
	nn_strbuf_add(&sb, "workloads: [{name: compute/w00}]\n");
	if (recording->claim)
		nn_strbuf_addf(&sb, "claims: [\"%s\"]\n", recording->claim);
	return nn_strbuf_detach(&sb);
}

static int record_campaign(struct session *session, struct nn_err *err)
{
	const struct nn_machine_row machine = {.fingerprint = "f00d", .description = "simulated"};
	const struct recording *recording = session->recording;
	NN_AUTO(free) char *plan = plan_of(recording);
	char hash[NN_SHA256_HEX_CAP];
	struct nn_campaign_row row = {.name = recording->name,
				      .plan_path = "plan.yaml",
				      .plan_text = plan,
				      .plan_hash = hash,
				      .seed = 1,
				      .build_id = BUILD,
				      .base_arm = model_arm_names[MODEL_NATIVE]};
	int rc = nn_store_machine(session->store, &machine, &row.machine, err);

	nn_sha256_hex(plan, strlen(plan), hash);
	if (!rc)
		rc = nn_store_campaign_add(session->store, &row, &session->campaign, err);
	for (size_t arm = 0; !rc && arm < MODEL_NR_ARMS; arm++)
		rc = nn_store_arm_add(session->store, session->campaign, model_arm_names[arm],
				      targets[arm], &session->arms[arm], err);
	if (!rc && recording->claim)
		rc = nn_store_claim_add(session->store, session->campaign, recording->claim,
					model_arm_names[MODEL_VM], model_arm_names[MODEL_NATIVE],
					"*", "*", recording->margin, err);
	return rc;
}

int recording_add(struct nn_store *store, const struct recording *recording, struct nn_err *err)
{
	NN_AUTO(random)
	struct nn_random *random = nn_random_new(nn_random_seed_of(recording->name));
	struct session session = {.recording = recording, .store = store, .random = random};
	int rc = record_campaign(&session, err);

	for (size_t block = 0; !rc && block < recording->nr_blocks; block++) {
		for (size_t arm = 0; !rc && arm < MODEL_NR_ARMS; arm++)
			rc = record_boot(&session, block, arm, err);
	}
	return rc ? rc : nn_store_campaign_state(store, session.campaign, "done", err);
}

int recording_write(const char *path, const struct recording *recordings, size_t nr,
		    struct nn_err *err)
{
	NN_AUTO(store) struct nn_store *store = NULL;
	int rc = nn_store_open(path, NN_STORE_CREATE, &store, err);

	for (size_t i = 0; !rc && i < nr; i++)
		rc = recording_add(store, &recordings[i], err);
	return rc;
}

uint64_t recording_nr_samples(const struct recording *recording)
{
	return (uint64_t)MODEL_NR_ARMS * recording->nr_blocks * recording->nr_workloads *
	       recording->nr_runs * RECORDING_NR_METRICS * recording->nr_iterations;
}
