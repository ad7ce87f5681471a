/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-settings.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/libvirt.h"
#include "harness/target/vm-rules.h"

#define DEFAULT_WORD "default"

const struct nn_setting nn_vm_setting_table[] = {
	{"uri", NN_SETTING_STRING, NN_LIBVIRT_DEFAULT_URI, "libvirt connection"},
	{"memory", NN_SETTING_BYTES, "1GiB", "memory of the VM, all of it pinned while it runs"},
	{"hugepages", NN_SETTING_STRING, "no",
	 "back the memory with huge pages, reserved on the host for the time of the boot: no, yes "
	 "(of its default size), 2MiB or 1GiB"},
	{"numa", NN_SETTING_STRING, "none",
	 "take the memory from one node of the host only: none, auto (the device's) or its number"},
	{"vcpus", NN_SETTING_U64, "1", "virtual processors"},
	{"topology", NN_SETTING_STRING, NULL,
	 "how the guest sees them, sockets x cores x threads: 1x2x2 (default: each a socket)"},
	{"pin", NN_SETTING_STRING, "none",
	 "where they run: none, auto (cores near the device, one left for QEMU) or pairs of vCPU "
	 "and host CPU such as \"0:2,1:3\""},
	{"emulator_pin", NN_SETTING_STRING, NULL,
	 "host CPUs of QEMU's other threads, such as \"0-1\" (default: pin: auto chooses)"},
	{"iothreads", NN_SETTING_U64, "0", "threads that serve the disk images"},
	{"iothread_pin", NN_SETTING_STRING, NULL, "their host CPUs (default: pin: auto chooses)"},
	{"machine", NN_SETTING_STRING, "q35",
	 "machine type: q35, or a version of it such as pc-q35-7.2"},
	{"firmware", NN_SETTING_STRING, "bios", "bios (SeaBIOS) or ovmf (UEFI)"},
	{"secure_boot", NN_SETTING_BOOL, "no",
	 "Secure Boot with Microsoft's keys, for ovmf; the firmware takes a kernel that is booted "
	 "directly unverified, and the kernel locks itself down"},
	{"image", NN_SETTING_STRING, NULL,
	 "host: this machine's own root, read-only (default); disk: what the setting disk names"},
	{"disk", NN_SETTING_STRING, NULL,
	 "disk image with an agent inside, never changed (.qcow2, else raw)"},
	{"disks", NN_SETTING_STRING, NULL,
	 "further disk images, separated by commas; what the guest writes is thrown away"},
	{"kernel", NN_SETTING_STRING, NULL,
	 "kernel to boot directly (default: the running one's /boot/vmlinuz-…; none for a disk)"},
	{"initrd", NN_SETTING_STRING, NULL, "initramfs for it (default: made for the host image)"},
	{"cmdline_extra", NN_SETTING_STRING, NULL, "more words for the kernel command line"},
	{"accel", NN_SETTING_STRING, "kvm", "kvm, or tcg for software emulation"},
	{"emulator", NN_SETTING_STRING, NULL, "QEMU program (default: libvirt's choice)"},
	{"extra", NN_SETTING_STRING, NULL,
	 "functions of the device's IOMMU group that go along although a driver of the host has "
	 "them: their addresses, or group for all"},
	{"rom", NN_SETTING_STRING, DEFAULT_WORD,
	 "option ROM of the device: default (its own), off, or a file"},
	{"viommu", NN_SETTING_STRING, "none",
	 "an IOMMU for the guest, which the device is put behind: none, intel or virtio"},
	{"ioapic", NN_SETTING_STRING, NULL,
	 "who emulates it: kvm or qemu (default: kvm, qemu with viommu: intel)"},
	{"kvm_hidden", NN_SETTING_BOOL, "no",
	 "hide KVM from the guest, and with it all that makes a guest of KVM fast"},
	{"hyperv", NN_SETTING_BOOL, "no", "Hyper-V's enlightenments, for Windows"},
	{"pv_eoi", NN_SETTING_BOOL, NULL,
	 "let the guest end interrupts without leaving to KVM (default: yes, no with kvm_hidden)"},
	{"hint_dedicated", NN_SETTING_BOOL, NULL,
	 "tell the guest that its vCPUs are pinned (default: as QEMU has it)"},
	{"poll_control", NN_SETTING_BOOL, NULL,
	 "let the guest poll for work instead of KVM (default: as QEMU has it)"},
	{"halt_poll_ns", NN_SETTING_U64, NULL,
	 "how long KVM polls before a vCPU sleeps, on the host and so of every VM there, for the "
	 "time of the boot"},
	{"cpu_cache", NN_SETTING_STRING, NULL,
	 "caches that the guest is shown: passthrough (the host's), emulate or disable (default: "
	 "as QEMU has it)"},
	{"topoext", NN_SETTING_BOOL, NULL,
	 "show threads and caches of AMD's CPUs; a topology with threads needs it there"},
	{"invtsc", NN_SETTING_BOOL, NULL,
	 "show that the TSC never stops (default: as the host has it)"},
	{"xml", NN_SETTING_STRING, NULL,
	 "file with what no setting is for, merged into libvirt's XML (see SETTINGS OF ARMS in the "
	 "manual page)"},
	{.name = NULL},
};

void nn_vm_settings_release(struct nn_vm_settings *settings)
{
	free(settings->disk);
	free(settings->kernel);
	free(settings->initrd);
	free(settings->rom);
	free(settings->overlay);
	nn_name_list_release(&settings->disks);
	nn_group_extra_release(&settings->extra);
	*settings = (struct nn_vm_settings){0};
}

/* "/a/./b//c" is "/a/b/c"; where ".." leads, the machine alone knows. */
static char *tidy(char *path)
{
	NN_AUTO(strbuf) struct nn_strbuf out = NN_STRBUF_INIT;

	for (char *word = strsep(&path, "/"); word; word = strsep(&path, "/")) {
		if (word[0] && strcmp(word, ".") != 0)
			nn_strbuf_addf(&out, "/%s", word);
	}
	return nn_strdup(out.len ? nn_strbuf_str(&out) : "/");
}

/* libvirt wants absolute paths. A file that is not there is found out by who opens it. */
static char *absolute(const char *path)
{
	NN_AUTO(free) char *cwd = NULL;
	NN_AUTO(free) char *full = NULL;

	if (!path)
		return NULL;
	cwd = path[0] == '/' ? NULL : getcwd(NULL, 0);
	full = nn_asprintf("%s/%s", cwd ? cwd : "", path);
	return tidy(full);
}

static char *running_kernel(void)
{
	struct utsname self;

	if (uname(&self))
		return NULL;
	return nn_asprintf("/boot/vmlinuz-%s", self.release);
}

/* ---- by kind ---- */

struct reader {
	const struct nn_target *target;
	const struct nn_plan_arm *arm;
	struct nn_vm_settings *settings;
};

static const char *text_of(const struct reader *reader, const char *name)
{
	return nn_target_setting(reader->target, reader->arm, name);
}

static void *member(const struct reader *reader, size_t offset)
{
	return (char *)reader->settings + offset;
}

/* Settings that are one of some words; "none" and nothing at all leave NULL. */
static const struct choice {
	const char *name;
	const char *expected;
	const char *const *words;
	size_t offset;
} choices[] = {
	{"ioapic", "kvm or qemu", (const char *const[]){"kvm", "qemu", NULL},
	 offsetof(struct nn_vm_settings, ioapic)},
	{"viommu", "none, intel or virtio", (const char *const[]){"intel", "virtio", NULL},
	 offsetof(struct nn_vm_settings, viommu)},
	{"cpu_cache", "passthrough, emulate or disable",
	 (const char *const[]){"passthrough", "emulate", "disable", NULL},
	 offsetof(struct nn_vm_settings, cpu_cache)},
};

static int bad_word(const char *name, const char *text, const char *expected, struct nn_err *err)
{
	return nn_err_set(err, -EINVAL, "setting '%s': '%s', expected %s", name, text, expected);
}

static int read_choice(const struct reader *reader, const struct choice *choice, struct nn_err *err)
{
	const char *text = text_of(reader, choice->name);
	const char **value = member(reader, choice->offset);

	if (!text || (strcmp(text, "none") == 0 && strstr(choice->expected, "none")))
		return 0;
	for (size_t i = 0; choice->words[i]; i++) {
		if (strcmp(choice->words[i], text) == 0)
			*value = choice->words[i];
	}
	return *value ? 0 : bad_word(choice->name, text, choice->expected, err);
}

/* Settings of which one word is true and another false. */
static const struct either {
	const char *name;
	const char *true_word;
	const char *false_word;
	size_t offset;
} eithers[] = {
	{"accel", "tcg", "kvm", offsetof(struct nn_vm_settings, is_emulated)},
	{"firmware", "ovmf", "bios", offsetof(struct nn_vm_settings, is_ovmf)},
};

static int read_either(const struct reader *reader, const struct either *either, struct nn_err *err)
{
	const char *text = text_of(reader, either->name);
	bool *value = member(reader, either->offset);

	*value = strcmp(text, either->true_word) == 0;
	if (*value || strcmp(text, either->false_word) == 0)
		return 0;
	return nn_err_set(err, -EINVAL, "setting '%s': '%s', expected %s or %s", either->name, text,
			  either->false_word, either->true_word);
}

struct named {
	const char *name;
	size_t offset;
};

static const struct named bools[] = {
	{"secure_boot", offsetof(struct nn_vm_settings, has_secure_boot)},
	{"kvm_hidden", offsetof(struct nn_vm_settings, is_kvm_hidden)},
	{"hyperv", offsetof(struct nn_vm_settings, has_hyperv)},
};

static const struct named switches[] = {
	{"topoext", offsetof(struct nn_vm_settings, topoext)},
	{"invtsc", offsetof(struct nn_vm_settings, invtsc)},
	{"poll_control", offsetof(struct nn_vm_settings, poll_control)},
	{"hint_dedicated", offsetof(struct nn_vm_settings, hint_dedicated)},
};

static const struct named numbers[] = {
	{"vcpus", offsetof(struct nn_vm_settings, vcpus)},
	{"iothreads", offsetof(struct nn_vm_settings, iothreads)},
	{"halt_poll_ns", offsetof(struct nn_vm_settings, halt_poll_ns)},
};

static int read_bool(const struct reader *reader, const struct named *row, bool *ret_value,
		     struct nn_err *err)
{
	int rc = nn_parse_bool(text_of(reader, row->name), ret_value, err);

	return rc ? nn_err_prefix(err, "setting '%s'", row->name) : 0;
}

static int read_switch(const struct reader *reader, const struct named *row, struct nn_err *err)
{
	enum nn_switch *value = member(reader, row->offset);
	bool is_on = false;
	int rc;

	if (!text_of(reader, row->name))
		return 0;
	rc = read_bool(reader, row, &is_on, err);
	*value = is_on ? NN_SWITCH_ON : NN_SWITCH_OFF;
	return rc;
}

static int read_number(const struct reader *reader, const struct named *row, struct nn_err *err)
{
	const char *text = text_of(reader, row->name);
	int rc = text ? nn_parse_u64(text, member(reader, row->offset), err) : 0;

	return rc ? nn_err_prefix(err, "setting '%s'", row->name) : 0;
}

static int read_tables(const struct reader *reader, struct nn_err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(choices); i++)
		rc = read_choice(reader, &choices[i], err);
	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(eithers); i++)
		rc = read_either(reader, &eithers[i], err);
	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(bools); i++)
		rc = read_bool(reader, &bools[i], member(reader, bools[i].offset), err);
	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(switches); i++)
		rc = read_switch(reader, &switches[i], err);
	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(numbers); i++)
		rc = read_number(reader, &numbers[i], err);
	return rc;
}

/* ---- one by one ---- */

static int read_memory(const struct reader *reader, struct nn_err *err)
{
	struct nn_vm_settings *settings = reader->settings;
	const char *pages = text_of(reader, "hugepages");
	int rc = nn_target_parse_memory(text_of(reader, "memory"), &settings->memory_bytes, err);

	if (rc)
		return nn_err_prefix(err, "setting 'memory'");
	if (nn_parse_bool(pages, &settings->has_hugepages, NULL) == 0)
		return 0;
	settings->has_hugepages = true;
	if (strcmp(pages, "2MiB") != 0 && strcmp(pages, "1GiB") != 0)
		return bad_word("hugepages", pages, "no, yes, 2MiB or 1GiB", err);
	return nn_parse_bytes(pages, &settings->hugepage_bytes, err);
}

/* "1x2x2" */
static int parse_topology(const char *text, struct nn_vm_topology *topology)
{
	int used = 0;

	/* no signs, no blanks: sscanf() takes both */
	if (text[strspn(text, "0123456789x")] ||
	    sscanf(text, "%" SCNu64 "x%" SCNu64 "x%" SCNu64 "%n", &topology->sockets,
		   &topology->cores, &topology->threads, &used) != 3 ||
	    text[used])
		return -EINVAL;
	return topology->sockets && topology->cores && topology->threads &&
			       topology->sockets <= UINT16_MAX && topology->cores <= UINT16_MAX &&
			       topology->threads <= UINT16_MAX
		       ? 0
		       : -EINVAL;
}

/* A topology says how many vCPUs there are; whoever says both must mean the same. */
static int read_vcpus(const struct reader *reader, struct nn_err *err)
{
	struct nn_vm_settings *settings = reader->settings;
	struct nn_vm_topology *topology = &settings->topology;
	const char *text = text_of(reader, "topology");
	uint64_t nr;

	if (settings->vcpus == 0)
		return nn_err_set(err, -EINVAL, "setting 'vcpus': 0, expected at least 1");
	if (!text)
		return 0;
	if (parse_topology(text, topology))
		return bad_word("topology", text, "sockets x cores x threads such as 1x2x2", err);
	nr = topology->sockets * topology->cores * topology->threads;
	if (nr != settings->vcpus && nn_pairs_get(&reader->arm->settings, "vcpus"))
		return nn_err_set(err, -EINVAL,
				  "setting 'topology: %s' makes %" PRIu64 " processors, but "
				  "'vcpus' is %" PRIu64,
				  text, nr, settings->vcpus);
	settings->vcpus = nr;
	return 0;
}

static int read_image(const char *image, const char *disk, struct nn_vm_settings *settings,
		      struct nn_err *err)
{
	if (!image)
		image = disk ? "disk" : "host";
	settings->is_host_image = strcmp(image, "host") == 0;
	if (!settings->is_host_image && strcmp(image, "disk") != 0)
		return bad_word("image", image, "host or disk", err);
	if (settings->is_host_image && disk)
		return nn_err_set(err, -EINVAL,
				  "setting 'disk' contradicts 'image: host', expected one of them");
	if (!settings->is_host_image && !disk)
		return nn_err_set(err, -EINVAL, "setting 'image: disk' needs a setting 'disk'");
	settings->disk = absolute(disk);
	return 0;
}

static int read_disks(const char *list, struct nn_vm_settings *settings, struct nn_err *err)
{
	struct nn_name_list *disks = &settings->disks;

	while (list && *list) {
		size_t len = strcspn(list, ",");
		NN_AUTO(free) char *path = nn_strndup(list, len);

		if (!len)
			return nn_err_set(err, -EINVAL, "setting 'disks': an empty name in '%s'",
					  list);
		*NN_ARRAY_APPEND(disks->names, disks->nr, disks->cap) = absolute(path);
		list += len + (list[len] == ',');
	}
	if (disks->nr > NN_VM_MAX_DISKS)
		return nn_err_set(err, -EINVAL, "setting 'disks': %zu images, expected at most %d",
				  disks->nr, NN_VM_MAX_DISKS);
	return 0;
}

static int read_extra(const char *text, struct nn_vm_settings *settings, struct nn_err *err)
{
	int rc = text ? nn_group_extra_parse(text, &settings->extra, err) : 0;

	return rc ? nn_err_prefix(err, "setting 'extra'") : 0;
}

static char *read_rom(const char *rom)
{
	bool is_word = strcmp(rom, DEFAULT_WORD) == 0 || strcmp(rom, "off") == 0;

	return is_word ? nn_strdup(rom) : absolute(rom);
}

/* What follows from other settings where the plan says nothing. */
static int derive(const struct reader *reader, struct nn_err *err)
{
	static const struct named pv_eoi = {"pv_eoi", 0};
	struct nn_vm_settings *settings = reader->settings;

	settings->has_halt_poll = text_of(reader, "halt_poll_ns") != NULL;
	settings->has_pv_eoi = !settings->is_kvm_hidden;
	if (!settings->ioapic && settings->viommu && strcmp(settings->viommu, "intel") == 0)
		settings->ioapic = "qemu";
	if (!settings->kernel && settings->is_host_image)
		settings->kernel = running_kernel();
	return text_of(reader, "pv_eoi") ? read_bool(reader, &pv_eoi, &settings->has_pv_eoi, err)
					 : 0;
}

static int read_all(const struct reader *reader, struct nn_err *err)
{
	struct nn_vm_settings *settings = reader->settings;
	int rc = read_tables(reader, err);

	if (!rc)
		rc = read_memory(reader, err);
	if (!rc)
		rc = read_vcpus(reader, err);
	if (!rc)
		rc = read_image(text_of(reader, "image"), text_of(reader, "disk"), settings, err);
	if (!rc)
		rc = read_disks(text_of(reader, "disks"), settings, err);
	if (!rc)
		rc = read_extra(text_of(reader, "extra"), settings, err);
	if (!rc)
		rc = derive(reader, err);
	return rc ? rc : nn_vm_rules_check(settings, err);
}

int nn_vm_settings_read(const struct nn_target *target, const struct nn_plan_arm *arm,
			struct nn_vm_settings *ret_settings, struct nn_err *err)
{
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	const struct reader reader = {.target = target, .arm = arm, .settings = &settings};
	int rc;

	settings = (struct nn_vm_settings){
		.uri = text_of(&reader, "uri"),
		.cmdline_extra = text_of(&reader, "cmdline_extra"),
		.emulator = text_of(&reader, "emulator"),
		.machine = text_of(&reader, "machine"),
		.numa = text_of(&reader, "numa"),
		.pin = text_of(&reader, "pin"),
		.emulator_pin = text_of(&reader, "emulator_pin"),
		.iothread_pin = text_of(&reader, "iothread_pin"),
		.kernel = absolute(text_of(&reader, "kernel")),
		.initrd = absolute(text_of(&reader, "initrd")),
		.overlay = absolute(text_of(&reader, "xml")),
		.rom = read_rom(text_of(&reader, "rom")),
	};
	rc = read_all(&reader, err);
	if (rc)
		return nn_err_prefix(err, "arm '%s'", arm->name);
	*ret_settings = settings;
	settings = (struct nn_vm_settings){0};
	return 0;
}
