/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include <ctype.h>
#include <errno.h>

#include "collectors/facts/facts.h"
#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "harness/base/cpu-flags.h"
#include "harness/base/strbuf.h"

#define SYSTEM_CPU "/sys/devices/system/cpu"
#define CACHES     SYSTEM_CPU "/cpu0/cache"

/* Flags of /proc/cpuinfo that a VM may or may not be given. */
static const struct {
	const char *fact;
	const char *flag;
} flags[] = {
	{"cpu.invtsc", "nonstop_tsc"},
	{"cpu.topoext", "topoext"},
};

/* Different texts, each once. */
static void add_different(struct nn_name_list *list, char *take_text)
{
	NN_AUTO(free) char *text = take_text;

	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(list->names[i], text) == 0)
			return;
	}
	*NN_ARRAY_APPEND(list->names, list->nr, list->cap) = NN_STEAL(text);
}

static char *topology_text(const struct nn_collect *collect, const char *cpu, const char *attribute)
{
	NN_AUTO(free) char *path = nn_asprintf(SYSTEM_CPU "/%s/topology/%s", cpu, attribute);

	return nn_sysfs_text(collect->sysroot, path);
}

static bool is_cpu(const char *name)
{
	return strncmp(name, "cpu", 3) == 0 && isdigit((unsigned char)name[3]);
}

/* Sockets x cores x threads, where all sockets and all cores are alike. */
static void report_topology(const struct nn_collect *collect)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(name_list) struct nn_name_list packages = {0};
	NN_AUTO(name_list) struct nn_name_list cores = {0};
	NN_AUTO(free) char *text = NULL;
	size_t nr = 0;

	if (nn_sysfs_list(collect->sysroot, SYSTEM_CPU, &names, NULL))
		return;
	for (size_t i = 0; i < names.nr; i++) {
		NN_AUTO(free) char *package = NULL;
		NN_AUTO(free) char *siblings = NULL;

		if (!is_cpu(names.names[i]))
			continue;
		package = topology_text(collect, names.names[i], "physical_package_id");
		siblings = topology_text(collect, names.names[i], "thread_siblings_list");
		if (!package || !siblings) /* it is offline */
			continue;
		add_different(&packages, NN_STEAL(package));
		add_different(&cores, NN_STEAL(siblings));
		nr++;
	}
	if (!nr || cores.nr % packages.nr || nr % cores.nr)
		return;
	text = nn_asprintf("%zux%zux%zu", packages.nr, cores.nr / packages.nr, nr / cores.nr);
	nn_fact(collect, "cpu.topology", text);
}

static char *cache_text(const struct nn_collect *collect, const char *index, const char *attribute)
{
	NN_AUTO(free) char *path = nn_asprintf(CACHES "/%s/%s", index, attribute);

	return nn_sysfs_text(collect->sysroot, path);
}

static void report_caches(const struct nn_collect *collect)
{
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;

	if (nn_sysfs_list(collect->sysroot, CACHES, &names, NULL))
		return;
	for (size_t i = 0; i < names.nr; i++) {
		NN_AUTO(free) char *level = cache_text(collect, names.names[i], "level");
		NN_AUTO(free) char *type = cache_text(collect, names.names[i], "type");
		NN_AUTO(free) char *size = cache_text(collect, names.names[i], "size");

		if (level && type && size)
			nn_strbuf_addf(&text, "%sL%s %s %s", text.len ? ", " : "", level, type,
				       size);
	}
	nn_fact(collect, "cpu.caches", nn_strbuf_str(&text));
}

static void report_flags(const struct nn_collect *collect)
{
	if (!nn_sysfs_exists(collect->sysroot, "/proc/cpuinfo"))
		return;
	for (size_t i = 0; i < NN_ARRAY_SIZE(flags); i++) {
		bool has_flag = nn_cpu_has_flag(collect->sysroot, flags[i].flag);

		nn_fact(collect, flags[i].fact, has_flag ? "yes" : "no");
	}
}

static int facts_cpu_sample(struct nn_collect *collect, struct nn_err *err)
{
	(void)err;
	report_topology(collect);
	report_caches(collect);
	report_flags(collect);
	return 0;
}

const struct nn_collector nn_collector_facts_cpu = {
	.plugin = {.name = "facts/cpu",
		   .summary = "sockets, cores and threads, caches, features that VMs may lack"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_BOTH,
	.probe = nn_fact_probe,
	.sample = facts_cpu_sample,
};
