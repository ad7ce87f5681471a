/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words that orchestrator and agent exchange: one struct a message and its JSON form, both
 * ways, so that the two programs cannot disagree. HTTP/1.1, the agent is the client:
 *
 *	POST /v1/<boot>/hello      {protocol, agent_build, credentials_from}  → {protocol,
 *heartbeat_ms} POST /v1/<boot>/facts      {facts: [{name, value}]} POST /v1/<boot>/next       {} →
 *{action: "run", job: {…}} or {action: "shutdown"} POST /v1/<boot>/samples    {run, batch, samples:
 *[…]}   acknowledged after COMMIT, may be resent POST /v1/<boot>/telemetry  {run, batch, telemetry:
 *[…]} POST /v1/<boot>/events     {run, batch, events: […]} POST /v1/<boot>/finish     {run,
 *outcome, reason, checksum, note, is_software, duration_ns} POST /v1/<boot>/heartbeat  {}
 *
 * An answer without a form above is {}; a refusal is {"error": "why"} with status 400 (the message
 * is wrong, never send it again), 401 (this boot is over) or 500 (not now, send it again).
 * Numbers that may need all 64 bits (seed, checksum) cross as 16 hexadecimal digits.
 *
 * Every message also carries "elapsed_ns", the agent's monotonic clock since its hello, and
 * "rtt_ns", the round trip of its previous message (0: none yet), for the clock check. <run> is the
 * run's UUID. Decoders trust nothing: -EBADMSG names the member.
 */
#ifndef NN_PROTOCOL_MESSAGE_H
#define NN_PROTOCOL_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/compat.h"
#include "harness/base/err.h"

#define NN_PROTOCOL_VERSION 1

/* How often an agent shows that it is alive; told in the answer to its hello. */
#define NN_HEARTBEAT_MS 10000ULL
/* The most samples (points, events) an agent puts into one batch, and a decoder accepts. */
#define NN_BATCH_ITEMS     500
#define NN_BATCH_ITEMS_MAX 10000

enum nn_direction { NN_HIGHER_IS_BETTER, NN_LOWER_IS_BETTER };
enum nn_metric_kind { NN_KIND_RATE, NN_KIND_TIME, NN_KIND_COUNT, NN_KIND_RATIO };
enum nn_severity { NN_SEVERITY_INFO, NN_SEVERITY_WARNING, NN_SEVERITY_ERROR };
enum nn_outcome { NN_OUTCOME_OK, NN_OUTCOME_SKIPPED, NN_OUTCOME_FAILED, NN_OUTCOME_BROKEN };
enum nn_phase { NN_PHASE_WARMUP, NN_PHASE_STEADY };

/* Stable spellings for wire, store and reports. The _from functions return -EINVAL for others. */
const char *nn_direction_name(enum nn_direction direction); /* "higher", "lower" */
const char *nn_metric_kind_name(enum nn_metric_kind kind);
const char *nn_severity_name(enum nn_severity severity);
const char *nn_outcome_name(enum nn_outcome outcome); /* ok skipped failed broken */
const char *nn_phase_name(enum nn_phase phase);       /* warmup steady */
int nn_direction_from(const char *name, enum nn_direction *ret_direction);
int nn_metric_kind_from(const char *name, enum nn_metric_kind *ret_kind);
int nn_severity_from(const char *name, enum nn_severity *ret_severity);
int nn_outcome_from(const char *name, enum nn_outcome *ret_outcome);
int nn_phase_from(const char *name, enum nn_phase *ret_phase);

/* A name and a text value: a setting of a job, or a fact. */
struct nn_pair {
	char *name;
	char *value;
};

struct nn_pairs {
	struct nn_pair *items;
	size_t nr;
	size_t cap;
};

void nn_pairs_release(struct nn_pairs *pairs);
/** Append a copy. */
void nn_pairs_add(struct nn_pairs *pairs, const char *name, const char *value);
/** The value of @name, or NULL. */
const char *nn_pairs_get(const struct nn_pairs *pairs, const char *name);

json_t *nn_facts_encode(const struct nn_pairs *facts);
int nn_facts_decode(const json_t *json, struct nn_pairs *ret_facts, struct nn_err *err);

/*
 * How an arm finds a function: on the host by its address; in a guest, where the address differs,
 * by its identity, the @index-th match in address order; a mediated device in a guest by the
 * address there, its identity being known to the guest alone.
 */
struct nn_device_id {
	char bdf[NN_BDF_CAP]; /* "" in a guest, but for a mediated device */
	unsigned int vendor;  /* 0: not known; without an address too: no device */
	unsigned int device;
	unsigned int class_code; /* 24 bits */
	unsigned int index;
};

struct nn_job {
	char run[NN_UUID_CAP];
	char *workload;
	struct nn_pairs settings;
	uint64_t seed;
	uint64_t iterations;
	uint64_t warmup;
	uint64_t deadline_ns;       /* for the whole run */
	struct nn_device_id device; /* under test */
	struct nn_device_id spare;  /* bound to vfio-pci, for IOMMU workloads; vendor 0: none */
};

void nn_job_release(struct nn_job *job);
json_t *nn_job_encode(const struct nn_job *job);
int nn_job_decode(const json_t *json, struct nn_job *ret_job, struct nn_err *err);

/* The answer to "next": a job, or to shut down (@job NULL, @ret_is_shutdown). */
json_t *nn_next_encode(const struct nn_job *job);
int nn_next_decode(const json_t *json, bool *ret_is_shutdown, struct nn_job *ret_job,
		   struct nn_err *err);

struct nn_sample {
	char *metric;
	char *unit;
	enum nn_direction direction;
	enum nn_metric_kind kind;
	enum nn_phase phase;
	uint64_t iteration; /* 0, 1, … within its phase */
	double value;
};

struct nn_sample_batch {
	char run[NN_UUID_CAP];
	uint64_t batch; /* 0, 1, … within the run */
	struct nn_sample *items;
	size_t nr;
	size_t cap;
};

void nn_sample_batch_release(struct nn_sample_batch *batch);
/** Append a sample whose strings are copied. */
void nn_sample_batch_add(struct nn_sample_batch *batch, const struct nn_sample *sample);
json_t *nn_sample_batch_encode(const struct nn_sample_batch *batch);
int nn_sample_batch_decode(const json_t *json, struct nn_sample_batch *ret_batch,
			   struct nn_err *err);

struct nn_telemetry_point {
	char *name;
	char *unit;
	uint64_t elapsed_ns; /* since the hello */
	double value;
};

struct nn_telemetry_batch {
	char run[NN_UUID_CAP]; /* "" between runs */
	uint64_t batch;
	struct nn_telemetry_point *items;
	size_t nr;
	size_t cap;
};

void nn_telemetry_batch_release(struct nn_telemetry_batch *batch);
json_t *nn_telemetry_batch_encode(const struct nn_telemetry_batch *batch);
int nn_telemetry_batch_decode(const json_t *json, struct nn_telemetry_batch *ret_batch,
			      struct nn_err *err);

struct nn_event {
	enum nn_severity severity;
	char *kind; /* "iommu-fault", "aer", "vfio", "clock-mismatch", "bad-token" … */
	char *message;
	uint64_t elapsed_ns;
};

struct nn_event_batch {
	char run[NN_UUID_CAP]; /* "" between runs */
	uint64_t batch;
	struct nn_event *items;
	size_t nr;
	size_t cap;
};

void nn_event_batch_release(struct nn_event_batch *batch);
json_t *nn_event_batch_encode(const struct nn_event_batch *batch);
int nn_event_batch_decode(const json_t *json, struct nn_event_batch *ret_batch, struct nn_err *err);

struct nn_finish {
	char run[NN_UUID_CAP];
	enum nn_outcome outcome;
	char *reason; /* NULL when ok */
	char *note;   /* or NULL */
	uint64_t checksum;
	bool is_software;
	uint64_t duration_ns; /* of the worker process, without its pauses */
};

void nn_finish_release(struct nn_finish *finish);
json_t *nn_finish_encode(const struct nn_finish *finish);
int nn_finish_decode(const json_t *json, struct nn_finish *ret_finish, struct nn_err *err);

struct nn_hello {
	uint64_t protocol;
	char *agent_build;
	char *credentials_from; /* "environment", "fw_cfg", "smbios", "cmdline", "file" */
};

void nn_hello_release(struct nn_hello *hello);
json_t *nn_hello_encode(const struct nn_hello *hello);
int nn_hello_decode(const json_t *json, struct nn_hello *ret_hello, struct nn_err *err);

NN_AUTO_DEFINE(pairs, struct nn_pairs, nn_pairs_release(p))
NN_AUTO_DEFINE(job, struct nn_job, nn_job_release(p))
NN_AUTO_DEFINE(sample_batch, struct nn_sample_batch, nn_sample_batch_release(p))
NN_AUTO_DEFINE(telemetry_batch, struct nn_telemetry_batch, nn_telemetry_batch_release(p))
NN_AUTO_DEFINE(event_batch, struct nn_event_batch, nn_event_batch_release(p))
NN_AUTO_DEFINE(finish, struct nn_finish, nn_finish_release(p))
NN_AUTO_DEFINE(hello, struct nn_hello, nn_hello_release(p))

#endif
