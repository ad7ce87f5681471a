/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/vm-host.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/cpu-flags.h"
#include "harness/base/units.h"
#include "harness/device/host.h"
#include "harness/target/guest-initramfs.h"
#include "harness/target/kernel-modules.h"
#include "harness/target/kvm-probe.h"
#include "harness/target/libvirt-calls.h"
#include "harness/target/vm-pin.h"
#include "harness/target/xml-node.h"

#define CONNECT_MAX_NS  (20 * NN_NS_PER_S)
#define DOMAIN_CAPS     "/domainCapabilities"
#define VIRTIO_IOMMU    "virtio_iommu"
#define FLAG_TOPOEXT    "topoext" /* AMD's only */
#define FLAG_STEADY_TSC "nonstop_tsc"

/* ---- files ---- */

static int check_file(const char *role, const char *path, struct nn_err *err)
{
	if (!path || access(path, R_OK) == 0)
		return 0;
	return nn_err_set(err, -ENOTSUP, "%s '%s' is not readable (%s); name another with '%s'",
			  role, path, strerror(errno), role);
}

static const char *rom_file(const char *rom)
{
	return rom[0] == '/' ? rom : NULL;
}

int nn_vm_check_files(const struct nn_vm_settings *settings, struct nn_err *err)
{
	const struct {
		const char *role;
		const char *path;
	} files[] = {
		{"kernel", settings->kernel},     {"initrd", settings->initrd},
		{"disk", settings->disk},         {"xml", settings->overlay},
		{"rom", rom_file(settings->rom)}, {"emulator", settings->emulator},
	};
	NN_AUTO(free) char *busybox = NULL;
	struct nn_err why = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < NN_ARRAY_SIZE(files); i++)
		rc = check_file(files[i].role, files[i].path, err);
	for (size_t i = 0; !rc && i < settings->disks.nr; i++)
		rc = check_file("disks", settings->disks.names[i], err);
	if (!rc && settings->is_ovmf && settings->kernel &&
	    !nn_kernel_image_is_efi(settings->kernel))
		rc = nn_err_set(err, -ENOTSUP,
				"setting 'firmware: ovmf': kernel '%s' has no EFI stub; name "
				"another with 'kernel'",
				settings->kernel);
	if (rc || settings->initrd || !settings->is_host_image)
		return rc;
	rc = nn_guest_busybox_find(&busybox, &why);
	return rc ? nn_err_set(err, -ENOTSUP, "%s", why.message) : 0;
}

/* ---- KVM, libvirt ---- */

int nn_vm_check_kvm(const struct nn_vm_settings *settings, struct nn_err *err)
{
	struct nn_err why = {0};

	if (settings->is_emulated || nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, &why) == 0)
		return 0;
	return nn_err_set(err, -ENOTSUP,
			  "%s; enable VT-x or AMD-V in the firmware and load kvm_intel or kvm_amd, "
			  "or set 'accel: tcg'",
			  why.message);
}

static int check_capabilities(const struct nn_vm_settings *settings, const char *text,
			      struct nn_err *err)
{
	const char *xpath =
		settings->has_secure_boot
			? "count(" DOMAIN_CAPS "/os/loader/enum[@name='secure']/value[.='yes'])"
			: "count(" DOMAIN_CAPS "/os/enum[@name='firmware']/value[.='efi'])";
	xmlDoc *doc = settings->is_ovmf ? nn_xml_parse(text) : NULL;
	NN_AUTO(free) char *count = doc ? nn_xml_string(doc, xpath) : NULL;

	xmlFreeDoc(doc);
	if (!settings->is_ovmf || (count && strcmp(count, "0") != 0))
		return 0;
	return nn_err_set(err, -ENOTSUP, "libvirt finds no UEFI firmware%s; install ovmf",
			  settings->has_secure_boot ? " with Secure Boot" : "");
}

int nn_vm_check_libvirt(const struct nn_vm_settings *settings, uint64_t allowed_ns,
			struct nn_err *err)
{
	const struct nn_virt_machine machine = {.emulator = settings->emulator,
						.machine = settings->machine,
						.is_emulated = settings->is_emulated};
	NN_AUTO(free) char *capabilities = NULL;
	virConnectPtr connection = NULL;
	struct nn_err why = {0};
	int rc = nn_virt_open(settings->uri, CONNECT_MAX_NS, &connection, &why);

	if (rc)
		return nn_err_set(err, -ENOTSUP,
				  "libvirt does not answer (%s); start libvirtd or name another "
				  "'uri'",
				  why.message);
	rc = nn_virt_capabilities(connection, &machine, allowed_ns, &capabilities, &why);
	if (rc == -ETIMEDOUT) /* the call still has the connection */
		return nn_err_set(err, -ENOTSUP, "%s; restart libvirtd", why.message);
	nn_virt_close(connection, NULL);
	if (rc)
		return nn_err_set(err, -ENOTSUP,
				  "libvirt cannot run such a machine (%s); name another with "
				  "'machine', 'emulator' or 'accel'",
				  why.message);
	return check_capabilities(settings, capabilities, err);
}

/* ---- CPUs ---- */

static int check_cpu(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		     struct nn_err *err)
{
	if (settings->is_emulated)
		return 0;
	if (settings->topoext == NN_SWITCH_ON && !nn_cpu_has_flag(root, FLAG_TOPOEXT))
		return nn_err_set(err, -ENOTSUP,
				  "setting 'topoext': this CPU has no such feature, which is "
				  "AMD's; leave it out");
	if (settings->invtsc == NN_SWITCH_ON && !nn_cpu_has_flag(root, FLAG_STEADY_TSC))
		return nn_err_set(err, -ENOTSUP,
				  "setting 'invtsc': the TSC of this CPU may stop; leave it out");
	if (settings->topology.threads > 1 && settings->topoext != NN_SWITCH_ON &&
	    nn_cpu_has_flag(root, FLAG_TOPOEXT))
		return nn_err_set(err, -ENOTSUP,
				  "setting 'topology': an AMD CPU shows its guest threads with "
				  "'topoext: yes' only; set that");
	return 0;
}

/* Is every CPU of a list one of the machine's? */
static int check_online(const struct nn_sysroot *root, const char *setting, const char *list,
			struct nn_err *err)
{
	NN_AUTO(free) char *online = nn_sysfs_text(root, "/sys/devices/system/cpu/online");

	if (!list || !online || nn_cpu_list_covers(online, list))
		return 0;
	return nn_err_set(err, -ENOTSUP, "setting '%s': CPU %s is not one of this machine's, %s",
			  setting, list, online);
}

static int check_pins(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		      const char *bdf, struct nn_err *err)
{
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	int rc = nn_vm_pins_resolve(root, settings, bdf, &pins, err);

	for (size_t i = 0; !rc && i < pins.vcpus.nr; i++)
		rc = check_online(root, "pin", pins.vcpus.names[i], err);
	if (!rc)
		rc = check_online(root, "emulator_pin", pins.emulator, err);
	return rc ? rc : check_online(root, "iothread_pin", pins.iothreads, err);
}

/* ---- memory ---- */

static int device_node(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/devices/%s/numa_node", bdf);
	uint64_t node;

	/* "-1" where the firmware does not say */
	return nn_sysfs_read_u64(root, path, &node, NULL) ? -1 : (int)node;
}

int nn_vm_node(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
	       const char *bdf, int *ret_node, struct nn_err *err)
{
	NN_AUTO(free) char *path = NULL;
	uint64_t node = 0;

	*ret_node = -1;
	if (strcmp(settings->numa, "none") == 0)
		return 0;
	if (strcmp(settings->numa, "auto") == 0) {
		*ret_node = bdf ? device_node(root, bdf) : -1;
		return 0;
	}
	(void)nn_parse_u64(settings->numa, &node, NULL); /* the rules have seen it */
	path = nn_asprintf("/sys/devices/system/node/node%" PRIu64, node);
	if (!nn_sysfs_exists(root, path))
		return nn_err_set(err, -ENOTSUP,
				  "setting 'numa': this machine has no node %" PRIu64
				  "; `ls -d /sys/devices/system/node/node*` lists them",
				  node);
	*ret_node = (int)node;
	return 0;
}

/* "Hugepagesize:       2048 kB" */
static uint64_t default_hugepage_bytes(const struct nn_sysroot *root)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, "/proc/meminfo");
	const char *at = text ? strstr(text, "Hugepagesize:") : NULL;
	uint64_t kib = 0;

	if (!at || sscanf(at, "Hugepagesize: %" SCNu64 " kB", &kib) != 1)
		return 0;
	return kib << 10;
}

int nn_vm_hugepages_needed(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
			   const char *bdf, struct nn_hugepage_need *ret_need, struct nn_err *err)
{
	struct nn_hugepage_need need = {.page_bytes = settings->hugepage_bytes, .node = -1};
	int rc = nn_vm_node(root, settings, bdf, &need.node, err);

	*ret_need = (struct nn_hugepage_need){.node = -1};
	if (rc || !settings->has_hugepages)
		return rc;
	if (!need.page_bytes)
		need.page_bytes = default_hugepage_bytes(root);
	if (!need.page_bytes)
		return nn_err_set(err, -ENOTSUP,
				  "setting 'hugepages': this kernel has none; leave it out");
	need.nr = (settings->memory_bytes + need.page_bytes - 1) / need.page_bytes;
	*ret_need = need;
	return 0;
}

/* libvirt puts the memory into a file of a hugetlbfs with that page size, which must be mounted. */
static bool is_mounted(const struct nn_sysroot *root, uint64_t page_bytes)
{
	bool is_default = page_bytes == default_hugepage_bytes(root);
	NN_AUTO(free) char *option = nn_asprintf("pagesize=%" PRIu64 "M", page_bytes >> 20);
	NN_AUTO(free) char *mounts = nn_sysfs_text(root, "/proc/mounts");

	for (const char *line = mounts; line && *line;) {
		size_t len = strcspn(line, "\n");
		NN_AUTO(free) char *text = nn_strndup(line, len);

		line += len + (line[len] == '\n');
		if (!strstr(text, " hugetlbfs "))
			continue;
		if (strstr(text, option) || (is_default && !strstr(text, "pagesize=")))
			return true;
	}
	return false;
}

static int check_mount(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		       const char *bdf, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf size = NN_STRBUF_INIT;
	struct nn_hugepage_need need;
	int rc = nn_vm_hugepages_needed(root, settings, bdf, &need, err);

	if (rc || !need.page_bytes || is_mounted(root, need.page_bytes))
		return rc;
	nn_strbuf_add_bytes(&size, need.page_bytes);
	return nn_err_set(err, -ENOTSUP,
			  "setting 'hugepages': no hugetlbfs with pages of %s is mounted; mount -t "
			  "hugetlbfs -o pagesize=%" PRIu64
			  "M none /dev/hugepages-big, and restart libvirtd",
			  nn_strbuf_str(&size), need.page_bytes >> 20);
}

int nn_vm_host_plan(const struct nn_vm_settings *settings, const char *bdf,
		    struct nn_binding *binding, struct nn_err *err)
{
	struct nn_hugepage_need need;
	int rc = nn_vm_hugepages_needed(binding->root, settings, bdf, &need, err);

	if (rc)
		return rc;
	if (need.page_bytes)
		rc = nn_host_plan_hugepages(binding, need.node, need.page_bytes, need.nr, err);
	if (rc)
		return nn_err_prefix(err, "setting 'hugepages'");
	if (settings->has_halt_poll)
		rc = nn_host_plan_halt_poll(binding, settings->halt_poll_ns, err);
	return rc ? nn_err_prefix(err, "setting 'halt_poll_ns'") : 0;
}

/* ---- the rest ---- */

/* A guest whose kernel cannot drive its IOMMU would run without one, and only seem to use it. */
static int check_guest_kernel(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
			      struct nn_err *err)
{
	static const char *const driver[] = {VIRTIO_IOMMU};
	NN_AUTO(free) char *version = NULL;
	NN_AUTO(name_list) struct nn_name_list files = {0};

	if (!settings->viommu || strcmp(settings->viommu, "virtio") != 0 ||
	    !settings->is_host_image)
		return 0;
	version = nn_kernel_image_version(settings->kernel);
	if (!version || nn_kernel_modules_resolve(root, version, driver, 1, &files, NULL) == 0)
		return 0;
	return nn_err_set(err, -ENOTSUP,
			  "setting 'viommu: virtio': kernel %s has no driver " VIRTIO_IOMMU
			  "; choose intel, or another 'kernel'",
			  version);
}

static int check_rom(const struct nn_vm_settings *settings, const char *bdf, struct nn_err *err)
{
	if (bdf || strcmp(settings->rom, "default") == 0)
		return 0;
	return nn_err_set(err, -ENOTSUP,
			  "setting 'rom': the plan has no device whose ROM that could be; leave it "
			  "out");
}

int nn_vm_check_host(const struct nn_sysroot *root, const struct nn_vm_settings *settings,
		     const char *bdf, struct nn_err *err)
{
	NN_AUTO(binding) struct nn_binding trial = {.root = root};
	int rc = check_rom(settings, bdf, err);

	if (!rc)
		rc = check_cpu(root, settings, err);
	if (!rc)
		rc = check_pins(root, settings, bdf, err);
	if (!rc)
		rc = nn_vm_host_plan(settings, bdf, &trial, err);
	if (!rc)
		rc = check_mount(root, settings, bdf, err);
	return rc ? rc : check_guest_kernel(root, settings, err);
}
