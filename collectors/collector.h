/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A collector: what explains a result. It runs beside the workloads, on the side it declares:
 * "system" is whatever is measured (the host in a native arm, the guest in a VM arm; called by the
 * agent), "host" is the machine that owns the device (called by the orchestrator, for every arm).
 *
 *	probe → start → sample × n → stop            one thread; stop follows every start
 *
 * facts: sample once, before the first run of a boot.  telemetry: sample before and after each run
 * and every period_ms beside it.  events: sample after each run; reports what is new since start.
 * Absent is absent: what cannot be read is not reported, never 0. Collectors never print.
 */
#ifndef NN_COLLECTORS_COLLECTOR_H
#define NN_COLLECTORS_COLLECTOR_H

#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/plugin.h"
#include "harness/base/sysfs.h"
#include "harness/protocol/message.h"

enum nn_collector_kind { NN_COLLECT_FACTS, NN_COLLECT_TELEMETRY, NN_COLLECT_EVENTS };

enum nn_collector_side {
	NN_SIDE_SYSTEM = 1,
	NN_SIDE_HOST = 2,
	NN_SIDE_BOTH = NN_SIDE_SYSTEM | NN_SIDE_HOST,
};

/* Where a collector puts what it found; each function copies its arguments. */
struct nn_sink {
	void *user;
	/* @value NULL is ignored, so that a reader's result can be passed on as it is */
	void (*fact)(void *user, const char *name, const char *value);
	void (*telemetry)(void *user, const char *name, const char *unit, double value);
	void (*event)(void *user, enum nn_severity severity, const char *kind, const char *message);
};

struct nn_collect {
	/* in, borrowed */
	const struct nn_sysroot *sysroot;
	const char *bdf;      /* the device under test on this side, "" when there is none */
	const char *build_id; /* of this program */
	const char *vmm;      /* host side: the program that runs the system, or NULL */
	const struct nn_sink *sink;
	/* the collector's own, from start to stop */
	void *state;
};

struct nn_collector {
	struct nn_plugin plugin;
	enum nn_collector_kind kind;
	unsigned int sides;     /* enum nn_collector_side */
	unsigned int period_ms; /* telemetry; 0: only before and after a run */

	/* Required. Usable here? -EOPNOTSUPP with the reason when not. */
	int (*probe)(struct nn_collect *collect, struct nn_err *err);
	/* Optional. */
	int (*start)(struct nn_collect *collect, struct nn_err *err);
	/* Required. */
	int (*sample)(struct nn_collect *collect, struct nn_err *err);
	/* Optional. Releases @state; accepts NULL. */
	void (*stop)(struct nn_collect *collect);
};

/** All collectors, sorted by name. */
extern const struct nn_collector *const nn_collectors[];
extern const size_t nn_nr_collectors;

/*
 * A set of collectors at work on one side: those whose probe succeeded. What is not usable is told
 * to the sink as a fact "collector.<name>" = "unavailable: <reason>".
 */
struct nn_collector_set;

struct nn_collector_set *nn_collector_set_start(enum nn_collector_side side,
						const struct nn_collect *params);
/** Sample the collectors of @kind; one that fails is dropped with a fact, never fatal. */
void nn_collector_set_sample(struct nn_collector_set *set, enum nn_collector_kind kind);
/** The shortest period among the telemetry collectors, 0 when there is none. */
unsigned int nn_collector_set_period_ms(const struct nn_collector_set *set);
void nn_collector_set_stop(struct nn_collector_set *set);

#endif
