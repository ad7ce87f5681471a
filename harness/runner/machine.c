/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/machine.h"

#include <string.h>

#include "collectors/collector.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"

static char *machine_cpu_model(const struct nn_sysroot *sysroot)
{
	NN_AUTO(free) char *text = nn_sysfs_text(sysroot, "/proc/cpuinfo");
	char *line = text ? strstr(text, "model name") : NULL;
	char *colon = line ? strchr(line, ':') : NULL;

	if (!colon)
		return NULL;
	colon += strspn(colon, ": \t");
	return nn_strndup(colon, strcspn(colon, "\n"));
}

static void machine_fact(void *user, const char *name, const char *value)
{
	struct nn_machine *machine = user;

	if (value && strcmp(name, "emulated") == 0 && strncmp(value, "yes", 3) == 0)
		machine->is_emulated = true;
}

static void machine_no_telemetry(void *user NN_UNUSED, const char *name NN_UNUSED,
				 const char *unit NN_UNUSED, double value NN_UNUSED)
{
}

static void machine_no_event(void *user NN_UNUSED, enum nn_severity severity NN_UNUSED,
			     const char *kind NN_UNUSED, const char *message NN_UNUSED)
{
}

static void machine_read_emulation(const struct nn_sysroot *sysroot, struct nn_machine *machine)
{
	const struct nn_sink sink = {.user = machine,
				     .fact = machine_fact,
				     .telemetry = machine_no_telemetry,
				     .event = machine_no_event};
	const struct nn_collect params = {
		.sysroot = sysroot, .bdf = "", .build_id = "", .sink = &sink};
	struct nn_collector_set *set = nn_collector_set_start(NN_SIDE_HOST, &params);

	nn_collector_set_sample(set, NN_COLLECT_FACTS);
	nn_collector_set_stop(set);
}

void nn_machine_read(const struct nn_sysroot *sysroot, struct nn_machine *ret_machine)
{
	static const char *const attributes[] = {"sys_vendor",  "product_name",  "board_vendor",
						 "board_name",  "board_version", "bios_vendor",
						 "bios_version"};
	NN_AUTO(strbuf) struct nn_strbuf identity = NN_STRBUF_INIT;
	NN_AUTO(free) char *cpu = machine_cpu_model(sysroot);
	NN_AUTO(free) char *vendor = nn_sysfs_text(sysroot, "/sys/class/dmi/id/sys_vendor");
	NN_AUTO(free) char *product = nn_sysfs_text(sysroot, "/sys/class/dmi/id/product_name");

	*ret_machine = (struct nn_machine){0};
	for (size_t i = 0; i < NN_ARRAY_SIZE(attributes); i++) {
		NN_AUTO(free) char *path = nn_asprintf("/sys/class/dmi/id/%s", attributes[i]);
		NN_AUTO(free) char *value = nn_sysfs_text(sysroot, path);

		nn_strbuf_addf(&identity, "%s=%s\n", attributes[i], value ? value : "");
	}
	nn_strbuf_addf(&identity, "cpu=%s\n", cpu ? cpu : "");
	nn_sha256_hex(nn_strbuf_str(&identity), identity.len, ret_machine->fingerprint);
	if (vendor || product || cpu)
		ret_machine->description =
			nn_asprintf("%s %s, %s", vendor ? vendor : "unknown vendor",
				    product ? product : "machine", cpu ? cpu : "unknown CPU");
	machine_read_emulation(sysroot, ret_machine);
}

void nn_machine_release(struct nn_machine *machine)
{
	free(machine->description);
	machine->description = NULL;
}
