/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/telemetry/cpu.h"

#include <errno.h>
#include <unistd.h>

#include "collectors/collector.h"
#include "harness/base/array.h"

#define PERIOD_MS 1000

enum field { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, GUEST, GUEST_NICE, NR_FIELDS };

struct state {
	struct nn_cpu_times last;
	double ticks_per_s;
};

/* Numbers of @line up to its end; old kernels have fewer fields, which stay 0. */
static size_t parse_fields(const char *line, uint64_t fields[NR_FIELDS])
{
	size_t nr = 0;

	while (nr < NR_FIELDS) {
		char *end;

		line += strspn(line, " \t");
		if (*line < '0' || *line > '9')
			break;
		errno = 0;
		fields[nr] = strtoull(line, &end, 10);
		if (errno)
			break;
		nr++;
		line = end;
	}
	return nr;
}

static uint64_t minus(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

int nn_cpu_times_parse(const char *text, struct nn_cpu_times *ret_times, struct nn_err *err)
{
	uint64_t fields[NR_FIELDS] = {0};
	struct nn_cpu_times times;
	const char *ctxt = strstr(text, "\nctxt ");

	if (strncmp(text, "cpu ", 4) != 0 || parse_fields(text + 4, fields) <= IDLE)
		return nn_err_set(err, -EBADMSG, "/proc/stat: no 'cpu' line with times");
	times.guest = fields[GUEST] + fields[GUEST_NICE];
	times.user = minus(fields[USER] + fields[NICE], times.guest);
	times.system = fields[SYSTEM] + fields[IRQ] + fields[SOFTIRQ];
	times.steal = fields[STEAL];
	times.context_switches = ctxt ? strtoull(ctxt + strlen("\nctxt "), NULL, 10) : 0;
	*ret_times = times;
	return 0;
}

static int read_times(const struct nn_collect *collect, struct nn_cpu_times *ret_times,
		      struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(collect->sysroot, "/proc/stat", &text, err);

	if (rc)
		return rc;
	return nn_cpu_times_parse(nn_strbuf_str(&text), ret_times, err);
}

static int telemetry_cpu_probe(struct nn_collect *collect, struct nn_err *err)
{
	struct nn_cpu_times times;

	if (read_times(collect, &times, err)) {
		(void)nn_err_prefix(err, "CPU times"); /* the code changes, the cause stays */
		return -EOPNOTSUPP;
	}
	return 0;
}

static int telemetry_cpu_start(struct nn_collect *collect, struct nn_err *err)
{
	struct state *state = nn_calloc(1, sizeof(*state));

	collect->state = state;
	state->ticks_per_s = (double)sysconf(_SC_CLK_TCK);
	return read_times(collect, &state->last, err);
}

/* A counter that ran backwards (steal and guest do on some kernels) says nothing this time. */
static void report(const struct nn_sink *sink, const char *name, const char *unit,
		   const uint64_t values[2], double per_unit)
{
	if (values[1] >= values[0])
		sink->telemetry(sink->user, name, unit, (double)(values[1] - values[0]) / per_unit);
}

static int telemetry_cpu_sample(struct nn_collect *collect, struct nn_err *err)
{
	struct state *state = collect->state;
	const struct nn_cpu_times last = state->last;
	struct nn_cpu_times now;
	int rc = read_times(collect, &now, err);

	if (rc)
		return rc;
	state->last = now;

	const struct {
		const char *name;
		const char *unit;
		uint64_t values[2];
		double per_unit;
	} rows[] = {
		{"cpu.user", "s", {last.user, now.user}, state->ticks_per_s},
		{"cpu.system", "s", {last.system, now.system}, state->ticks_per_s},
		{"cpu.steal", "s", {last.steal, now.steal}, state->ticks_per_s},
		{"cpu.guest", "s", {last.guest, now.guest}, state->ticks_per_s},
		{"cpu.context-switches", "1", {last.context_switches, now.context_switches}, 1},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++)
		report(collect->sink, rows[i].name, rows[i].unit, rows[i].values, rows[i].per_unit);
	return 0;
}

static void telemetry_cpu_stop(struct nn_collect *collect)
{
	free(NN_STEAL(collect->state));
}

const struct nn_collector nn_collector_telemetry_cpu = {
	.plugin = {.name = "telemetry/cpu",
		   .summary = "CPU time in user, kernel and guest, time stolen, context switches"},
	.kind = NN_COLLECT_TELEMETRY,
	.sides = NN_SIDE_BOTH,
	.period_ms = PERIOD_MS,
	.probe = telemetry_cpu_probe,
	.start = telemetry_cpu_start,
	.sample = telemetry_cpu_sample,
	.stop = telemetry_cpu_stop,
};
