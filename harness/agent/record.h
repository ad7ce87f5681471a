/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What collectors found, kept in memory until it can be sent: the sink between collectors and
 * messages. Bounded: a run that lasts too long loses its later telemetry, and an event says so.
 */
#ifndef NN_AGENT_RECORD_H
#define NN_AGENT_RECORD_H

#include <stdint.h>

#include "collectors/collector.h"
#include "harness/protocol/message.h"

#define NN_RECORD_POINTS_MAX 50000
#define NN_RECORD_EVENTS_MAX 5000

struct nn_record {
	uint64_t zero_ns; /* from when elapsed time counts */
	struct nn_pairs facts;
	struct nn_telemetry_batch telemetry; /* all of a run: batches are cut from it when sent */
	struct nn_event_batch events;
	uint64_t nr_dropped; /* points and events beyond the bounds */
};

/** A sink that fills @record, which must outlive it. */
struct nn_sink nn_record_sink(struct nn_record *record);

/**
 * End a run: what was dropped becomes an event, and so do facts that came too late to be facts (a
 * collector that failed on the way).
 */
void nn_record_close(struct nn_record *record);

/** Forget everything but the zero. */
void nn_record_clear(struct nn_record *record);

#endif
