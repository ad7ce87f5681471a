/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/domain-overlay.h"
#include "harness/target/domain-xml.h"
#include "harness/target/vm-proof-row.h"

#define HALT_POLL "/sys/module/kvm/parameters/halt_poll_ns"

/* A guest's kernel keeps some of the memory for itself and does not count it, a part at most. */
#define MAX_KEPT_PART  4
#define MAX_KEPT_BYTES (UINT64_C(160) << 20) /* of a small guest */

static int give(const struct nn_err *reason, struct nn_err *why)
{
	return nn_err_set(why, reason->code, "%s", reason->message);
}

static void add_bool(struct nn_strbuf *text, bool value)
{
	nn_strbuf_add(text, value ? "yes" : "no");
}

static int fact_of(const struct nn_vm_view *view, const char *name, const char **ret_value,
		   struct nn_err *why)
{
	*ret_value = nn_pairs_get(view->subject->facts, name);
	return *ret_value ? 0 : nn_err_set(why, -ENODATA, "the agent reports no fact '%s'", name);
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *at;) {
		size_t word_len = strcspn(at, " \n");

		if (word_len == len && strncmp(at, word, len) == 0)
			return true;
		at += word_len;
		at += strspn(at, " \n");
	}
	return false;
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* ---- inside: facts ---- */

int nn_seen_fact(const struct nn_vm_view *view, const struct nn_proof_row *row,
		 struct nn_strbuf *text, struct nn_err *why)
{
	const char *value;
	int rc = fact_of(view, row->key, &value, why);

	if (!rc)
		nn_strbuf_add(text, value);
	return rc;
}

static int seen_word(const struct nn_vm_view *view, const char *fact, const char *word,
		     struct nn_strbuf *text, struct nn_err *why)
{
	const char *value;
	int rc = fact_of(view, fact, &value, why);

	if (!rc)
		add_bool(text, has_word(value, word));
	return rc;
}

int nn_seen_kvm_feature(const struct nn_vm_view *view, const struct nn_proof_row *row,
			struct nn_strbuf *text, struct nn_err *why)
{
	return seen_word(view, "kvm.features", row->key, text, why);
}

int nn_seen_kvm_hint(const struct nn_vm_view *view, const struct nn_proof_row *row,
		     struct nn_strbuf *text, struct nn_err *why)
{
	return seen_word(view, "kvm.hints", row->key, text, why);
}

/* All of the words, or those of them that are there. */
NN_SEEN(cmdline)
{
	const char *value;
	const char *wanted = view->settings->cmdline_extra;
	NN_AUTO(strbuf) struct nn_strbuf found = NN_STRBUF_INIT;
	bool has_all = true;
	int rc = fact_of(view, "kernel.cmdline", &value, why);

	if (rc)
		return rc;
	for (const char *at = wanted + strspn(wanted, " "); *at;) {
		size_t len = strcspn(at, " ");
		NN_AUTO(free) char *word = nn_strndup(at, len);

		if (has_word(value, word))
			nn_strbuf_addf(&found, "%s%s", found.len ? " " : "", word);
		else
			has_all = false;
		at += len;
		at += strspn(at, " ");
	}
	nn_strbuf_add(text, has_all ? wanted : found.len ? nn_strbuf_str(&found) : "none of it");
	return 0;
}

/* Images that the guest has, by the serial numbers that we gave them. */
NN_SEEN(disks)
{
	const struct nn_name_list *disks = &view->settings->disks;
	const char *value;
	int rc = fact_of(view, "block.images", &value, why);

	for (size_t i = 0; !rc && i < disks->nr; i++) {
		NN_AUTO(free) char *serial = nn_asprintf(NN_DOMAIN_DISK_SERIAL "%zu", i + 1);

		if (has_word(value, serial))
			nn_strbuf_addf(text, "%s%s", text->len ? "," : "", disks->names[i]);
	}
	if (!rc && !text->len)
		nn_strbuf_add(text, "none");
	return rc;
}

NN_SEEN(firmware)
{
	const char *value;
	int rc = fact_of(view, "firmware", &value, why);

	if (!rc)
		nn_strbuf_add(text, strcmp(value, "uefi") == 0 ? "ovmf" : value);
	return rc;
}

NN_SEEN(hyperv)
{
	const char *value;
	int rc = fact_of(view, "hypervisor", &value, why);

	if (!rc)
		add_bool(text, starts_with(value, "Microsoft Hv"));
	return rc;
}

NN_SEEN(kvm_hidden)
{
	const char *value;
	int rc = fact_of(view, "hypervisor", &value, why);

	if (!rc)
		add_bool(text, !strstr(value, "KVMKVMKVM"));
	return rc;
}

/* Names of /sys/class/iommu: dmar0 is Intel's, an address is a virtio device. */
static const char *iommu_kind(const char *names)
{
	if (starts_with(names, "dmar"))
		return "intel";
	return strchr(names, ':') ? "virtio" : names;
}

NN_SEEN(viommu)
{
	const char *value;
	int rc = fact_of(view, "iommu", &value, why);
	const char *group = nn_pairs_get(view->subject->facts, "device.iommu.group");

	if (rc)
		return rc;
	nn_strbuf_add(text, iommu_kind(value));
	if (strcmp(value, "none") != 0 && view->subject->device && !group)
		nn_strbuf_add(text, ", but the device is not behind it");
	return 0;
}

/* ---- outside: how QEMU was started ---- */

int nn_seen_option(const struct nn_vm_view *view, const struct nn_proof_row *row,
		   struct nn_strbuf *text, struct nn_err *why)
{
	const char *value = nn_vm_process_option(&view->process, row->key);

	if (view->no_process.code)
		return give(&view->no_process, why);
	nn_strbuf_add(text, value ? value : "none");
	return 0;
}

NN_SEEN(accel)
{
	const struct nn_vm_process *process = &view->process;
	const char *accel = nn_vm_process_option(process, "accel");

	if (view->no_process.code)
		return give(&view->no_process, why);
	if (accel)
		nn_strbuf_addn(text, accel, strcspn(accel, ","));
	else
		nn_strbuf_add(text,
			      nn_vm_process_has(process, "machine", "accel=kvm") ? "kvm" : "tcg");
	return 0;
}

NN_SEEN(cpu_cache)
{
	const struct nn_vm_process *process = &view->process;

	if (view->no_process.code)
		return give(&view->no_process, why);
	if (nn_vm_process_has(process, "cpu", "host-cache-info=on"))
		nn_strbuf_add(text, "passthrough");
	else if (nn_vm_process_has(process, "cpu", "l3-cache=on"))
		nn_strbuf_add(text, "emulate");
	else
		nn_strbuf_add(text, nn_vm_process_has(process, "cpu", "l3-cache=off")
					    ? "disable"
					    : "as QEMU has it");
	return 0;
}

NN_SEEN(disk)
{
	const char *path = view->settings->disk;

	if (view->no_process.code)
		return give(&view->no_process, why);
	nn_strbuf_add(text, nn_vm_process_with(&view->process, "blockdev", path) ? path : "none");
	return 0;
}

NN_SEEN(emulator)
{
	if (view->no_process.code)
		return give(&view->no_process, why);
	nn_strbuf_add(text, view->process.argv.names[0]);
	return 0;
}

NN_SEEN(image)
{
	const struct nn_vm_process *process = &view->process;

	if (view->no_process.code)
		return give(&view->no_process, why);
	nn_strbuf_add(text, nn_vm_process_with(process, "device", "nnroot") ? "host" : "disk");
	return 0;
}

NN_SEEN(ioapic)
{
	bool is_split = nn_vm_process_has(&view->process, "machine", "kernel_irqchip=split");

	if (view->no_process.code)
		return give(&view->no_process, why);
	nn_strbuf_add(text, is_split ? "qemu" : "kvm");
	return 0;
}

/* The plan may leave the version to libvirt. */
NN_SEEN(machine)
{
	const char *value = nn_vm_process_option(&view->process, "machine");
	NN_AUTO(free) char *machine = value ? nn_strndup(value, strcspn(value, ",")) : NULL;
	bool is_any = strcmp(view->settings->machine, "q35") == 0;

	if (view->no_process.code)
		return give(&view->no_process, why);
	if (!machine)
		return nn_err_set(why, -ENODATA, "QEMU was started without -machine");
	nn_strbuf_add(text, is_any && starts_with(machine, "pc-q35-") ? "q35" : machine);
	return 0;
}

/* "-m 1024" is in MiB, "-m size=1048576k" says its unit. */
static uint64_t memory_option(const char *value)
{
	char unit = 'M';
	uint64_t amount = 0;

	if (starts_with(value, "size="))
		value += strlen("size=");
	if (sscanf(value, "%" SCNu64 "%c", &amount, &unit) < 1)
		return 0;
	switch (tolower((unsigned char)unit)) {
	case 'k':
		return amount << 10;
	case 'g':
		return amount << 30;
	default:
		return amount << 20;
	}
}

/* "1014144 kB" */
static uint64_t guest_memory(const struct nn_vm_view *view)
{
	const char *total = nn_pairs_get(view->subject->facts, "memory.total");
	uint64_t kib = 0;

	return total && sscanf(total, "%" SCNu64 " kB", &kib) == 1 ? kib << 10 : 0;
}

/* Is that as much as a guest with @bytes has for use? */
static bool is_plausible(uint64_t inside, uint64_t bytes)
{
	uint64_t kept = bytes - inside;

	return inside <= bytes && (kept <= bytes / MAX_KEPT_PART || kept <= MAX_KEPT_BYTES);
}

NN_SEEN(memory)
{
	const char *value = nn_vm_process_option(&view->process, "m");
	uint64_t bytes = value ? memory_option(value) : 0;
	uint64_t inside = guest_memory(view);

	if (view->no_process.code)
		return give(&view->no_process, why);
	if (!bytes)
		return nn_err_set(why, -ENODATA, "QEMU was started without -m");
	nn_strbuf_add_bytes(text, bytes);
	if (inside && !is_plausible(inside, bytes)) {
		nn_strbuf_add(text, ", of which the guest uses ");
		nn_strbuf_add_bytes(text, inside);
	}
	return 0;
}

/* The value of a member of a device that is given as JSON, the caller's, or NULL. */
static char *json_member(const char *json, const char *name)
{
	NN_AUTO(free) char *start = nn_asprintf("\"%s\":", name);
	const char *at = strstr(json, start);

	if (!at)
		return NULL;
	at += strlen(start);
	if (*at == '"')
		return nn_strndup(at + 1, strcspn(at + 1, "\""));
	return nn_strndup(at, strcspn(at, ",}"));
}

/* In the order of QEMU's command line, which is that of the domain and so of the functions. */
NN_SEEN(extra)
{
	const struct nn_name_list *argv = &view->process.argv;
	size_t nr = 0;

	if (view->no_process.code)
		return give(&view->no_process, why);
	for (size_t i = 1; i < argv->nr; i++) {
		bool is_passed = strcmp(argv->names[i - 1], "-device") == 0 &&
				 strstr(argv->names[i], "\"vfio-pci\"");
		NN_AUTO(free) char *host = is_passed ? json_member(argv->names[i], "host") : NULL;

		if (host)
			nn_strbuf_addf(text, "%s%s", nr++ ? "," : "", host);
	}
	if (!nr)
		nn_strbuf_add(text, "none");
	return 0;
}

NN_SEEN(rom)
{
	const char *device = nn_vm_process_with(&view->process, "device", view->subject->device);
	NN_AUTO(free) char *file = device ? json_member(device, "romfile") : NULL;
	NN_AUTO(free) char *bar = device ? json_member(device, "rombar") : NULL;
	const char *inside = nn_pairs_get(view->subject->facts, "device.rom");

	if (view->no_process.code)
		return give(&view->no_process, why);
	if (!device)
		return nn_err_set(why, -ENODATA, "QEMU was started without the device");
	if (bar && strcmp(bar, "0") == 0)
		nn_strbuf_add(text, inside ? "off, but the guest sees one" : "off");
	else if (file)
		nn_strbuf_addf(text, "%s%s", file, inside ? "" : ", but the guest sees none");
	else
		nn_strbuf_add(text, "default");
	return 0;
}

/* ---- outside: memory and threads ---- */

NN_SEEN(hugepages)
{
	if (view->no_memory.code)
		return give(&view->no_memory, why);
	if (view->memory.bytes < view->settings->memory_bytes)
		return nn_err_set(why, -ENODATA, "no mapping of QEMU is as large as the memory");
	if (view->memory.page_bytes <= (uint64_t)sysconf(_SC_PAGESIZE))
		nn_strbuf_add(text, "no");
	else
		nn_proof_add_page_size(text, view->memory.page_bytes);
	return 0;
}

NN_SEEN(numa)
{
	NN_AUTO(free) char *policy = NULL;
	const char *nodes;
	int rc;

	if (view->no_memory.code)
		return give(&view->no_memory, why);
	rc = nn_vm_process_policy(view->subject->sysroot, &view->process, &view->memory, &policy,
				  why);
	if (rc)
		return rc;
	nodes = starts_with(policy, "bind") ? strrchr(policy, ':') : NULL;
	if (nodes)
		nn_strbuf_add(text, nodes + 1);
	else
		nn_strbuf_add(text, strcmp(policy, "default") == 0 ? "none" : policy);
	return 0;
}

/* Without pins every thread may run where the process may. */
static bool is_unpinned(const struct nn_vm_threads *threads)
{
	for (size_t i = 0; i < threads->vcpus.nr; i++) {
		if (!threads->emulator || strcmp(threads->vcpus.names[i], threads->emulator) != 0)
			return false;
	}
	return true;
}

NN_SEEN(pin)
{
	const struct nn_vm_threads *threads = &view->threads;
	NN_AUTO(free) char *pins = NULL;

	if (view->no_threads.code)
		return give(&view->no_threads, why);
	for (size_t i = 0; i < threads->vcpus.nr; i++) {
		if (!threads->vcpus.names[i])
			return nn_err_set(why, -ENODATA, "vCPU %zu has no thread", i);
	}
	if (!view->subject->pins->vcpus.nr && is_unpinned(threads)) {
		nn_strbuf_add(text, "none");
		return 0;
	}
	pins = nn_vm_pins_text(&threads->vcpus);
	nn_strbuf_add(text, pins);
	return 0;
}

NN_SEEN(emulator_pin)
{
	if (view->no_threads.code)
		return give(&view->no_threads, why);
	if (!view->threads.emulator)
		return nn_err_set(why, -ENODATA, "QEMU's first thread has ended");
	nn_strbuf_add(text, view->threads.emulator);
	return 0;
}

NN_SEEN(iothread_pin)
{
	const struct nn_name_list *lists = &view->threads.iothreads;

	if (view->no_threads.code)
		return give(&view->no_threads, why);
	for (size_t i = 0; i < lists->nr; i++) {
		if (i && strcmp(lists->names[i], lists->names[0]) == 0)
			continue;
		nn_strbuf_addf(text, "%s%s", i ? " and " : "", lists->names[i]);
	}
	if (!lists->nr)
		nn_strbuf_add(text, "none");
	return 0;
}

NN_SEEN(iothreads)
{
	if (view->no_threads.code)
		return give(&view->no_threads, why);
	nn_strbuf_addf(text, "%zu", view->threads.iothreads.nr);
	return 0;
}

/* ---- outside: the host, libvirt ---- */

NN_SEEN(halt_poll)
{
	NN_AUTO(free) char *value = nn_sysfs_text(view->subject->sysroot, HALT_POLL);

	if (!value)
		return nn_err_set(why, -ENOENT, "there is no '" HALT_POLL "'");
	nn_strbuf_add(text, value);
	return 0;
}

NN_SEEN(overlay)
{
	const char *path = view->settings->overlay;
	struct nn_err missing = {0};
	int rc;

	if (!view->subject->xml)
		return nn_err_set(why, -ENODATA, "libvirt did not tell the domain's XML");
	rc = nn_domain_overlay_find(path, view->subject->xml, &missing);
	if (rc && rc != -ENOENT)
		return give(&missing, why);
	if (rc)
		nn_strbuf_addf(text, "%s, but for %s", path, missing.message);
	else
		nn_strbuf_add(text, path);
	return 0;
}
