/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include <gnu/libc-version.h>

#include "collectors/facts/facts.h"
#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "harness/base/strbuf.h"

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"
#define SYSTEM_CPU      "/sys/devices/system/cpu"

/* No serial numbers: reports are passed on, and DMI shows serials only to root for that reason. */
static const struct nn_file_fact files[] = {
	{"kernel.release", "/proc/sys/kernel/osrelease"},
	{"kernel.version", "/proc/sys/kernel/version"},
	{"kernel.cmdline", "/proc/cmdline"},
	{"kernel.lockdown", "/sys/kernel/security/lockdown"},
	{"cpu.online", SYSTEM_CPU "/online"},
	{"cpu.smt", SYSTEM_CPU "/smt/active"},
	{"cpu.isolated", SYSTEM_CPU "/isolated"},
	{"cpu.governor", SYSTEM_CPU "/cpu0/cpufreq/scaling_governor"},
	{"board.vendor", "/sys/class/dmi/id/board_vendor"},
	{"board.name", "/sys/class/dmi/id/board_name"},
	{"board.version", "/sys/class/dmi/id/board_version"},
	{"product.vendor", "/sys/class/dmi/id/sys_vendor"},
	{"product.name", "/sys/class/dmi/id/product_name"},
	{"bios.vendor", "/sys/class/dmi/id/bios_vendor"},
	{"bios.version", "/sys/class/dmi/id/bios_version"},
	{"bios.date", "/sys/class/dmi/id/bios_date"},
	{"clocksource.current", "/sys/devices/system/clocksource/clocksource0/current_clocksource"},
	{"clocksource.available",
	 "/sys/devices/system/clocksource/clocksource0/available_clocksource"},
	{"memory.nodes", "/sys/devices/system/node/online"},
	{"memory.thp", "/sys/kernel/mm/transparent_hugepage/enabled"},
};

/* The value of the first line "key<spaces>: value" of @text, of the caller's, or NULL. */
static char *colon_value(const char *text, const char *key)
{
	size_t key_len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *at;

		line += *line == '\n';
		if (strncmp(line, key, key_len) != 0)
			continue;
		at = line + key_len + strspn(line + key_len, " \t");
		if (*at != ':')
			continue;
		at += 1 + strspn(at + 1, " \t");
		return nn_strndup(at, strcspn(at, "\n"));
	}
	return NULL;
}

static void report_cpuinfo(const struct nn_collect *collect)
{
	NN_AUTO(free) char *cpuinfo = nn_sysfs_text(collect->sysroot, "/proc/cpuinfo");
	NN_AUTO(free) char *model = colon_value(cpuinfo, "model name");
	NN_AUTO(free) char *microcode = colon_value(cpuinfo, "microcode");

	nn_fact(collect, "cpu.model", model);
	nn_fact(collect, "cpu.microcode", microcode);
}

static void report_memory(const struct nn_collect *collect)
{
	NN_AUTO(free) char *meminfo = nn_sysfs_text(collect->sysroot, "/proc/meminfo");
	NN_AUTO(free) char *total = colon_value(meminfo, "MemTotal");

	nn_fact(collect, "memory.total", total);
}

/* How many CPUs a list like "0-3,8-11" names; 0 when it is no such list. */
static unsigned int count_cpus(const char *list)
{
	unsigned int nr = 0;

	while (list && *list) {
		unsigned int first, last;
		int used = 0;

		if (sscanf(list, "%u-%u%n", &first, &last, &used) != 2 || !used) {
			if (sscanf(list, "%u%n", &first, &used) != 1)
				return 0;
			last = first;
		}
		if (last < first)
			return 0;
		nr += last - first + 1;
		list += used;
		list += *list == ',';
	}
	return nr;
}

static void report_cpu_count(const struct nn_collect *collect)
{
	NN_AUTO(free) char *list = nn_sysfs_text(collect->sysroot, SYSTEM_CPU "/online");
	unsigned int nr = count_cpus(list);
	NN_AUTO(free) char *text = nr ? nn_asprintf("%u", nr) : NULL;

	nn_fact(collect, "cpu.count", text);
}

/* One fact for all: what matters is whether both arms paid for the same mitigations. */
static void report_mitigations(const struct nn_collect *collect)
{
	NN_AUTO(name_list) struct nn_name_list list = {0};
	NN_AUTO(strbuf) struct nn_strbuf joined = NN_STRBUF_INIT;

	if (nn_sysfs_list(collect->sysroot, VULNERABILITIES, &list, NULL))
		return;
	for (size_t i = 0; i < list.nr; i++) {
		NN_AUTO(free)
		char *path = nn_asprintf("%s/%s", VULNERABILITIES, list.names[i]);
		NN_AUTO(free) char *state = nn_sysfs_text(collect->sysroot, path);

		if (state && strcmp(state, "Not affected") != 0)
			nn_strbuf_addf(&joined, "%s%s: %s", joined.len ? "; " : "", list.names[i],
				       state);
	}
	if (list.nr && !joined.len)
		nn_strbuf_add(&joined, "not affected by any");
	nn_fact(collect, "cpu.mitigations", nn_strbuf_str(&joined));
}

/* Is @word one of the words of a kernel command line? */
static bool cmdline_has(const char *cmdline, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = cmdline; at; at = strchr(at, ' ')) {
		at += strspn(at, " ");
		if (strcspn(at, " \n") == len && strncmp(at, word, len) == 0)
			return true;
	}
	return false;
}

static void report_clock_kind(const struct nn_collect *collect)
{
	NN_AUTO(free) char *cmdline = nn_sysfs_text(collect->sysroot, "/proc/cmdline");
	bool is_virtual = cmdline_has(cmdline, "nn.clock=virtual");

	nn_fact(collect, "clock.kind", is_virtual ? "virtual" : "real");
}

static int facts_system_sample(struct nn_collect *collect, struct nn_err *err)
{
	(void)err;
	nn_fact_files(collect, files, NN_ARRAY_SIZE(files));
	report_cpuinfo(collect);
	report_cpu_count(collect);
	report_memory(collect);
	report_mitigations(collect);
	report_clock_kind(collect);
	/* not a file of the tree: true of this program, wherever it reads */
	nn_fact(collect, "libc", gnu_get_libc_version());
	nn_fact(collect, "build", collect->build_id);
	return 0;
}

const struct nn_collector nn_collector_facts_system = {
	.plugin = {.name = "facts/system",
		   .summary = "kernel, CPU, board, firmware, clock source and memory settings"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_BOTH,
	.probe = nn_fact_probe,
	.sample = facts_system_sample,
};
