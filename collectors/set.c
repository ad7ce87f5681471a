/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include <errno.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

/* One collector at work: its own copy of the parameters, because @state differs. */
struct member {
	const struct nn_collector *collector; /* NULL once it was dropped */
	struct nn_collect collect;
};

struct nn_collector_set {
	const struct nn_sink *sink;
	struct member *members;
	size_t nr;
	size_t cap;
};

static void tell(const struct nn_sink *sink, const struct nn_collector *collector, const char *what,
		 const struct nn_err *why)
{
	NN_AUTO(free) char *name = nn_asprintf("collector.%s", collector->plugin.name);
	NN_AUTO(free) char *value = nn_asprintf("%s: %s", what, why->message);

	sink->fact(sink->user, name, value);
}

static int begin(const struct nn_collector *collector, struct nn_collect *collect,
		 struct nn_err *err)
{
	int rc;

	if (collector->plugin.unavailable)
		return nn_err_set(err, -EOPNOTSUPP, "%s", collector->plugin.unavailable);
	rc = collector->probe(collect, err);
	if (rc)
		return rc;
	if (!collector->start)
		return 0;
	rc = collector->start(collect, err);
	if (rc && collector->stop)
		collector->stop(collect);
	return rc;
}

static void end(struct member *member)
{
	if (member->collector && member->collector->stop)
		member->collector->stop(&member->collect);
	member->collector = NULL;
}

struct nn_collector_set *nn_collector_set_start(enum nn_collector_side side,
						const struct nn_collect *params)
{
	struct nn_collector_set *set = nn_calloc(1, sizeof(*set));

	set->sink = params->sink;
	for (size_t i = 0; i < nn_nr_collectors; i++) {
		const struct nn_collector *collector = nn_collectors[i];
		struct nn_collect collect = *params;
		struct nn_err err = {0};
		struct member *member;

		if (!(collector->sides & (unsigned int)side))
			continue;
		collect.state = NULL;
		if (begin(collector, &collect, &err)) {
			tell(set->sink, collector, "unavailable", &err);
			continue;
		}
		member = NN_ARRAY_APPEND(set->members, set->nr, set->cap);
		member->collector = collector;
		member->collect = collect;
	}
	return set;
}

void nn_collector_set_sample(struct nn_collector_set *set, enum nn_collector_kind kind)
{
	for (size_t i = 0; i < set->nr; i++) {
		struct member *member = &set->members[i];
		struct nn_err err = {0};

		if (!member->collector || member->collector->kind != kind)
			continue;
		if (!member->collector->sample(&member->collect, &err))
			continue;
		tell(set->sink, member->collector, "failed", &err);
		end(member);
	}
}

unsigned int nn_collector_set_period_ms(const struct nn_collector_set *set)
{
	unsigned int shortest_ms = 0;

	for (size_t i = 0; i < set->nr; i++) {
		const struct nn_collector *collector = set->members[i].collector;

		if (!collector || collector->kind != NN_COLLECT_TELEMETRY || !collector->period_ms)
			continue;
		if (!shortest_ms || collector->period_ms < shortest_ms)
			shortest_ms = collector->period_ms;
	}
	return shortest_ms;
}

void nn_collector_set_stop(struct nn_collector_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->nr; i++)
		end(&set->members[i]);
	free(set->members);
	free(set);
}
