/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/host-side.h"

#include "collectors/collector.h"
#include "harness/base/array.h"
#include "harness/base/clock.h"

struct nn_host_side {
	const struct nn_runner_params *params;
	int64_t boot;
	struct nn_collector_set *set;
	struct nn_sink sink;
	struct nn_pairs facts;
	struct nn_telemetry_batch telemetry;
	struct nn_event_batch events;
	uint64_t started_ns;
	char *vmm; /* or NULL */
};

static void host_fact(void *user, const char *name, const char *value)
{
	struct nn_host_side *host = user;

	if (value)
		nn_pairs_add(&host->facts, name, value);
}

static void host_telemetry(void *user, const char *name, const char *unit, double value)
{
	struct nn_host_side *host = user;
	struct nn_telemetry_batch *batch = &host->telemetry;

	*NN_ARRAY_APPEND(batch->items, batch->nr, batch->cap) =
		(struct nn_telemetry_point){.name = nn_asprintf("host.%s", name),
					    .unit = nn_strdup(unit),
					    .elapsed_ns = nn_clock_ns() - host->started_ns,
					    .value = value};
}

static void host_event(void *user, enum nn_severity severity, const char *kind, const char *message)
{
	struct nn_host_side *host = user;
	struct nn_event_batch *batch = &host->events;

	*NN_ARRAY_APPEND(batch->items, batch->nr, batch->cap) =
		(struct nn_event){.severity = severity,
				  .kind = nn_strdup(kind),
				  .message = nn_strdup(message),
				  .elapsed_ns = nn_clock_ns() - host->started_ns};
}

struct nn_host_side *nn_host_side_new(const struct nn_runner_params *params, int64_t boot)
{
	struct nn_host_side *host = nn_calloc(1, sizeof(*host));

	host->params = params;
	host->boot = boot;
	host->started_ns = nn_clock_ns();
	host->sink = (struct nn_sink){
		.user = host, .fact = host_fact, .telemetry = host_telemetry, .event = host_event};
	/* The agent numbers its own batches from 0; ours keep out of their way. */
	host->telemetry.batch = 1ULL << 32;
	host->events.batch = 1ULL << 32;
	return host;
}

/* Release the items, keep the number: every batch of a boot has its own. */
static void host_side_next_batches(struct nn_host_side *host)
{
	uint64_t telemetry = host->telemetry.batch;
	uint64_t events = host->events.batch;

	nn_telemetry_batch_release(&host->telemetry);
	nn_event_batch_release(&host->events);
	host->telemetry = (struct nn_telemetry_batch){.batch = telemetry + 1};
	host->events = (struct nn_event_batch){.batch = events + 1};
}

static void host_side_flush(struct nn_host_side *host, int64_t run)
{
	struct nn_store *store = host->params->store;

	/* These explain results; a boot goes on without them when the store refuses. */
	if (host->telemetry.nr)
		(void)nn_store_telemetry_add(store, host->boot, run, &host->telemetry, NULL);
	if (host->events.nr)
		(void)nn_store_events_add(store, host->boot, run, "host", &host->events, NULL);
	host_side_next_batches(host);
}

void nn_host_side_start(struct nn_host_side *host, const struct nn_target_boot *boot)
{
	const struct nn_runner_params *params = host->params;
	struct nn_collect collect = {.sysroot = params->sysroot,
				     .bdf = boot->device_bdf,
				     .build_id = params->build_id,
				     .sink = &host->sink};

	host->vmm = nn_strdup(boot->vmm); /* the boot's own ends before the collectors do */
	collect.vmm = host->vmm;
	host->set = nn_collector_set_start(NN_SIDE_HOST, &collect);
	nn_collector_set_sample(host->set, NN_COLLECT_FACTS);
	nn_collector_set_sample(host->set, NN_COLLECT_TELEMETRY);
	(void)nn_store_facts_add(params->store, host->boot, "host", &host->facts, NULL);
}

void nn_host_side_after_run(struct nn_host_side *host, int64_t run)
{
	if (!host->set)
		return;
	nn_collector_set_sample(host->set, NN_COLLECT_TELEMETRY);
	nn_collector_set_sample(host->set, NN_COLLECT_EVENTS);
	host_side_flush(host, run);
}

void nn_host_side_stop(struct nn_host_side *host)
{
	if (!host->set)
		return;
	nn_collector_set_sample(host->set, NN_COLLECT_EVENTS);
	host_side_flush(host, 0);
	nn_collector_set_stop(host->set);
	host->set = NULL;
}

void nn_host_side_free(struct nn_host_side *host)
{
	if (!host)
		return;
	nn_host_side_stop(host);
	nn_pairs_release(&host->facts);
	nn_telemetry_batch_release(&host->telemetry);
	nn_event_batch_release(&host->events);
	free(host->vmm);
	free(host);
}
