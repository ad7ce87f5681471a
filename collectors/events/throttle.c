/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether processors slowed themselves down to stay cool, which makes the figures of a run
 * worthless. Guests cannot see it, so the host is watched for both. Source:
 * Documentation/ABI/testing/sysfs-devices-system-cpu (thermal_throttle)
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "collectors/collector.h"
#include "harness/base/array.h"

#define CPUS "/sys/devices/system/cpu"

/* Counts since the machine was booted, summed over all processors. */
struct counts {
	uint64_t core;
	uint64_t package;
	unsigned int nr_cpus; /* that count */
};

static bool is_cpu(const char *name)
{
	return strncmp(name, "cpu", 3) == 0 && isdigit((unsigned char)name[3]);
}

static bool add_count(const struct nn_sysroot *root, const char *cpu, const char *counter,
		      uint64_t *sum)
{
	NN_AUTO(free) char *path = nn_asprintf(CPUS "/%s/thermal_throttle/%s", cpu, counter);
	uint64_t value;

	if (nn_sysfs_read_u64(root, path, &value, NULL))
		return false;
	*sum += value;
	return true;
}

static int read_counts(const struct nn_sysroot *root, struct counts *ret_counts, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	struct counts counts = {0};
	int rc = nn_sysfs_list(root, CPUS, &names, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < names.nr; i++) {
		if (!is_cpu(names.names[i]))
			continue;
		counts.nr_cpus +=
			add_count(root, names.names[i], "core_throttle_count", &counts.core);
		(void)add_count(root, names.names[i], "package_throttle_count", &counts.package);
	}
	*ret_counts = counts;
	return 0;
}

static int events_throttle_probe(struct nn_collect *collect, struct nn_err *err)
{
	struct counts counts = {0};

	if (read_counts(collect->sysroot, &counts, NULL) || !counts.nr_cpus)
		return nn_err_set(err, -EOPNOTSUPP, "no processor counts its throttling");
	return 0;
}

static int events_throttle_start(struct nn_collect *collect, struct nn_err *err)
{
	struct counts *before = nn_calloc(1, sizeof(*before));

	collect->state = before;
	return read_counts(collect->sysroot, before, err);
}

static int events_throttle_sample(struct nn_collect *collect, struct nn_err *err)
{
	struct counts *before = collect->state;
	struct counts now = {0};
	NN_AUTO(free) char *message = NULL;
	int rc = read_counts(collect->sysroot, &now, err);

	if (rc)
		return rc;
	/* A processor that was taken off line takes its count along. */
	if (now.core > before->core || now.package > before->package) {
		message = nn_asprintf("processors throttled %" PRIu64 " times, packages %" PRIu64
				      " times",
				      now.core - before->core, now.package - before->package);
		collect->sink->event(collect->sink->user, NN_SEVERITY_WARNING, "throttle", message);
	}
	*before = now;
	return 0;
}

static void events_throttle_stop(struct nn_collect *collect)
{
	free(collect->state);
	collect->state = NULL;
}

const struct nn_collector nn_collector_events_throttle = {
	.plugin = {.name = "events/throttle",
		   .summary = "processors that slow down to stay cool, on the machine beneath"},
	.kind = NN_COLLECT_EVENTS,
	.sides = NN_SIDE_HOST,
	.probe = events_throttle_probe,
	.start = events_throttle_start,
	.sample = events_throttle_sample,
	.stop = events_throttle_stop,
};
