/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/agent/record.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/strbuf.h"

static void record_fact(void *user, const char *name, const char *value)
{
	struct nn_record *record = user;

	if (value)
		nn_pairs_add(&record->facts, name, value);
}

static void record_telemetry(void *user, const char *name, const char *unit, double value)
{
	struct nn_record *record = user;
	struct nn_telemetry_batch *telemetry = &record->telemetry;

	if (!isfinite(value))
		return;
	if (telemetry->nr >= NN_RECORD_POINTS_MAX) {
		record->nr_dropped++;
		return;
	}
	*NN_ARRAY_APPEND(telemetry->items, telemetry->nr, telemetry->cap) =
		(struct nn_telemetry_point){
			.name = nn_strdup(name),
			.unit = nn_strdup(unit),
			.elapsed_ns = nn_clock_ns() - record->zero_ns,
			.value = value,
		};
}

static void event_append(struct nn_record *record, enum nn_severity severity, const char *kind,
			 const char *message)
{
	struct nn_event_batch *events = &record->events;

	*NN_ARRAY_APPEND(events->items, events->nr, events->cap) = (struct nn_event){
		.severity = severity,
		.kind = nn_strdup(kind),
		.message = nn_strdup(message),
		.elapsed_ns = nn_clock_ns() - record->zero_ns,
	};
}

static void record_event(void *user, enum nn_severity severity, const char *kind,
			 const char *message)
{
	struct nn_record *record = user;

	if (record->events.nr >= NN_RECORD_EVENTS_MAX) {
		record->nr_dropped++;
		return;
	}
	event_append(record, severity, kind, message);
}

struct nn_sink nn_record_sink(struct nn_record *record)
{
	return (struct nn_sink){
		.user = record,
		.fact = record_fact,
		.telemetry = record_telemetry,
		.event = record_event,
	};
}

void nn_record_close(struct nn_record *record)
{
	NN_AUTO(free) char *message = NULL;

	for (size_t i = 0; i < record->facts.nr; i++) {
		const struct nn_pair *fact = &record->facts.items[i];
		NN_AUTO(free) char *text = nn_asprintf("%s: %s", fact->name, fact->value);

		event_append(record, NN_SEVERITY_WARNING, "collector", text);
	}
	nn_pairs_release(&record->facts);
	if (!record->nr_dropped)
		return;
	message = nn_asprintf("%llu points and events above the agent's bounds were dropped",
			      (unsigned long long)record->nr_dropped);
	event_append(record, NN_SEVERITY_WARNING, "dropped", message);
	record->nr_dropped = 0;
}

void nn_record_clear(struct nn_record *record)
{
	nn_pairs_release(&record->facts);
	nn_telemetry_batch_release(&record->telemetry);
	nn_event_batch_release(&record->events);
	record->nr_dropped = 0;
}
