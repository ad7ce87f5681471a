/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/domain-xml.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"
#include "harness/protocol/credentials.h"
#include "harness/target/domain-cpu.h"
#include "harness/target/xml-node.h"

/* Slots of bus 0: root ports for passed functions, then the virtual devices. */
#define FIRST_PORT_SLOT 0x02
#define MAX_PORTS       13
#define SLOT_SHARE      0x10
#define SLOT_NETWORK    0x11
#define SLOT_DISK       0x12

struct address {
	unsigned int domain;
	unsigned int bus;
	unsigned int slot;
	unsigned int function;
};

/* A passed function: where it is on the host, and where in the guest. */
struct placement {
	struct address host;
	struct address guest;
	bool has_siblings; /* other functions share its guest slot */
};

/* ---- building blocks ---- */

static xmlNode *add_address(xmlNode *parent, const struct address *address)
{
	xmlNode *node = nn_xml_add(parent, "address");

	nn_xml_set_hex(node, "domain", address->domain);
	nn_xml_set_hex(node, "bus", address->bus);
	nn_xml_set_hex(node, "slot", address->slot);
	nn_xml_set_hex(node, "function", address->function);
	return node;
}

static void add_bus0_address(xmlNode *parent, unsigned int slot)
{
	nn_xml_set(add_address(parent, &(struct address){.slot = slot}), "type", "pci");
}

/* ---- parts of the domain ---- */

static void add_identity(xmlNode *root, const struct nn_domain *domain)
{
	NN_AUTO(free) char *name = nn_domain_name(domain->boot);
	xmlNode *metadata;
	xmlNode *mark;

	(void)nn_xml_add_text(root, "name", name);
	(void)nn_xml_add_text(root, "uuid", domain->boot);
	metadata = nn_xml_add(root, "metadata");
	mark = nn_xml_add(metadata, "boot");
	xmlSetNs(mark, xmlNewNs(mark, BAD_CAST NN_DOMAIN_METADATA_URI, BAD_CAST "nearnative"));
	nn_xml_set(mark, "id", domain->boot);
}

/* Firmware is libvirt's to find; "no" must be said too, or it takes one with Secure Boot. */
static void add_firmware(xmlNode *os, const struct nn_domain *domain)
{
	const char *wanted = domain->vm->has_secure_boot ? "yes" : "no";
	xmlNode *firmware;

	if (!domain->vm->is_ovmf)
		return;
	nn_xml_set(os, "firmware", "efi");
	firmware = nn_xml_add(os, "firmware");
	nn_xml_set(nn_xml_add_with(firmware, "feature", "enabled", wanted), "name", "secure-boot");
	if (domain->vm->has_secure_boot)
		nn_xml_set(nn_xml_add_with(firmware, "feature", "enabled", "yes"), "name",
			   "enrolled-keys");
	nn_xml_add_text_if(os, "nvram", domain->nvram_path);
}

static void add_boot(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *os = nn_xml_add(root, "os");
	xmlNode *type = nn_xml_add_text(os, "type", "hvm");

	nn_xml_set(type, "arch", "x86_64");
	nn_xml_set(type, "machine", domain->vm->machine);
	add_firmware(os, domain);
	if (domain->vm->kernel) {
		(void)nn_xml_add_text(os, "kernel", domain->vm->kernel);
		nn_xml_add_text_if(os, "initrd", domain->initrd);
		nn_xml_add_text_if(os, "cmdline", domain->cmdline);
	}
}

/* By the name of a file: neither this text nor QEMU's command line shows what is in it. */
static void add_credentials(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *entry;

	if (!domain->credentials_path)
		return;
	entry = nn_xml_add(nn_xml_add_with(root, "sysinfo", "type", "fwcfg"), "entry");
	nn_xml_set(entry, "name", NN_CREDENTIALS_FW_CFG);
	nn_xml_set(entry, "file", domain->credentials_path);
}

static void add_endings(xmlNode *root)
{
	(void)nn_xml_add_text(root, "on_poweroff", "destroy");
	(void)nn_xml_add_text(root, "on_reboot", "destroy");
	(void)nn_xml_add_text(root, "on_crash", "destroy");
}

static void add_host_root(xmlNode *devices)
{
	xmlNode *share = nn_xml_add_with(devices, "filesystem", "type", "mount");

	nn_xml_set(share, "accessmode", "passthrough");
	nn_xml_set(share, "multidevs",
		   "remap"); /* inode numbers of several file systems may collide */
	(void)nn_xml_add_with(share, "source", "dir", "/");
	(void)nn_xml_add_with(share, "target", "dir", "nnroot");
	(void)nn_xml_add(share, "readonly");
	add_bus0_address(share, SLOT_SHARE);
}

static void add_network(xmlNode *devices)
{
	xmlNode *interface = nn_xml_add_with(devices, "interface", "type", "user");

	(void)nn_xml_add_with(interface, "model", "type", "virtio");
	(void)nn_xml_add_with(interface, "rom", "enabled", "no"); /* nobody boots from it */
	add_bus0_address(interface, SLOT_NETWORK);
}

static const char *disk_format(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && strcmp(dot, ".qcow2") == 0 ? "qcow2" : "raw";
}

/* The @index-th disk; I/O threads take turns. */
static xmlNode *add_disk(xmlNode *devices, const struct nn_domain *domain, const char *path,
			 unsigned int index)
{
	NN_AUTO(free) char *name = nn_asprintf("vd%c", 'a' + index);
	xmlNode *disk = nn_xml_add_with(devices, "disk", "type", "file");
	xmlNode *driver = nn_xml_add_with(disk, "driver", "name", "qemu");

	nn_xml_set(disk, "device", "disk");
	nn_xml_set(driver, "type", disk_format(path));
	if (domain->vm->iothreads)
		nn_xml_set_number(driver, "iothread", 1 + index % domain->vm->iothreads);
	(void)nn_xml_add_with(disk, "source", "file", path);
	nn_xml_set(nn_xml_add_with(disk, "target", "dev", name), "bus", "virtio");
	(void)nn_xml_add(disk, "transient"); /* every boot starts from the same bytes */
	add_bus0_address(disk, SLOT_DISK + index);
	return disk;
}

static void add_disks(xmlNode *devices, const struct nn_domain *domain)
{
	const struct nn_vm_settings *vm = domain->vm;
	unsigned int index = 0;
	xmlNode *disk;

	if (vm->disk) {
		disk = add_disk(devices, domain, vm->disk, index++);
		if (!vm->kernel)
			(void)nn_xml_add_with(disk, "boot", "order", "1");
	}
	for (size_t i = 0; i < vm->disks.nr; i++) {
		NN_AUTO(free) char *serial = nn_asprintf(NN_DOMAIN_DISK_SERIAL "%zu", i + 1);

		disk = add_disk(devices, domain, vm->disks.names[i], index++);
		(void)nn_xml_add_text(disk, "serial", serial);
	}
}

static void add_port(xmlNode *devices, unsigned int index)
{
	NN_AUTO(free) char *text = nn_asprintf("%u", index);
	xmlNode *port = nn_xml_add_with(devices, "controller", "type", "pci");

	nn_xml_set(port, "index", text);
	nn_xml_set(port, "model", "pcie-root-port");
	add_bus0_address(port, FIRST_PORT_SLOT + index - 1);
}

/* A file is for the device under test; functions that go along keep their own. */
static void add_rom(xmlNode *hostdev, const struct nn_domain *domain, const char *bdf)
{
	const char *rom = domain->vm->rom;
	bool is_device = domain->device && strcmp(domain->device, bdf) == 0;

	if (strcmp(rom, "off") == 0)
		(void)nn_xml_add_with(hostdev, "rom", "bar", "off");
	else if (strcmp(rom, "default") != 0 && is_device)
		nn_xml_set(nn_xml_add_with(hostdev, "rom", "bar", "on"), "file", rom);
}

static void add_function(xmlNode *devices, const struct nn_domain *domain, size_t index,
			 const struct placement *placement)
{
	xmlNode *hostdev = nn_xml_add_with(devices, "hostdev", "mode", "subsystem");
	xmlNode *guest;

	nn_xml_set(hostdev, "type", "pci");
	nn_xml_set(hostdev, "managed", "no"); /* drivers are ours to change, see device/binding.h */
	(void)nn_xml_add_with(hostdev, "driver", "name", "vfio");
	(void)add_address(nn_xml_add(hostdev, "source"), &placement->host);
	add_rom(hostdev, domain, domain->functions->names[index]);
	guest = add_address(hostdev, &placement->guest);
	nn_xml_set(guest, "type", "pci");
	if (placement->has_siblings && placement->guest.function == 0)
		nn_xml_set(guest, "multifunction", "on");
}

/* caching_mode: VFIO must hear of every mapping that the guest makes. */
static void add_iommu(xmlNode *devices, const char *model)
{
	xmlNode *iommu;
	xmlNode *driver;

	if (!model)
		return;
	iommu = nn_xml_add_with(devices, "iommu", "model", model);
	if (strcmp(model, "intel") != 0)
		return;
	driver = nn_xml_add_with(iommu, "driver", "intremap", "on");
	nn_xml_set(driver, "caching_mode", "on");
}

/* Source: https://libvirt.org/formatdomain.html, hostdev mdev */
static void add_mediated(xmlNode *devices, const char *uuid)
{
	xmlNode *hostdev = nn_xml_add_with(devices, "hostdev", "mode", "subsystem");

	nn_xml_set(hostdev, "type", "mdev");
	nn_xml_set(hostdev, "model", "vfio-pci");
	(void)nn_xml_add_with(nn_xml_add(hostdev, "source"), "address", "uuid", uuid);
	nn_xml_set(add_address(hostdev, &(struct address){.bus = 1}), "type", "pci");
}

static void add_devices(xmlNode *root, const struct nn_domain *domain,
			const struct placement *placements, size_t nr)
{
	xmlNode *devices = nn_xml_add(root, "devices");
	unsigned int nr_ports = nr ? placements[nr - 1].guest.bus : domain->mediated != NULL;
	xmlNode *serial;

	nn_xml_add_text_if(devices, "emulator", domain->vm->emulator);
	add_disks(devices, domain);
	nn_xml_set(nn_xml_add_with(devices, "controller", "type", "usb"), "model", "none");
	for (unsigned int i = 1; i <= nr_ports; i++)
		add_port(devices, i);
	if (domain->vm->is_host_image)
		add_host_root(devices);
	add_network(devices);
	serial = nn_xml_add_with(devices, "serial", "type", "file");
	(void)nn_xml_add_with(serial, "source", "path", domain->console_path);
	for (size_t i = 0; i < nr; i++)
		add_function(devices, domain, i, &placements[i]);
	if (domain->mediated)
		add_mediated(devices, domain->mediated);
	(void)nn_xml_add_with(devices, "memballoon", "model", "none");
	add_iommu(devices, domain->vm->viommu);
}

/* ---- placement ---- */

static int parse_address(const char *bdf, struct address *ret_address, struct nn_err *err)
{
	char normal[NN_BDF_CAP];
	int rc = nn_bdf_parse(bdf, normal, err);

	if (rc)
		return rc;
	(void)sscanf(normal, "%x:%x:%x.%x", &ret_address->domain, &ret_address->bus,
		     &ret_address->slot, &ret_address->function); /* parsed: all four are there */
	return 0;
}

static bool same_slot(const struct address *a, const struct address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot;
}

/*
 * One root port for each slot of the host, in address order, so that the guest finds equal
 * functions in the host's order. Function numbers are kept where function 0 is passed too; without
 * one a slot would look empty, so then they are counted from 0.
 */
static int place_functions(const struct nn_name_list *bdfs, struct placement *places,
			   struct nn_err *err)
{
	unsigned int bus = 0;
	size_t first = 0; /* of the present slot */

	for (size_t i = 0; i < bdfs->nr; i++) {
		struct placement *place = &places[i];
		int rc = parse_address(bdfs->names[i], &place->host, err);

		if (rc)
			return rc;
		if (i == 0 || !same_slot(&place->host, &places[first].host)) {
			first = i;
			bus++;
		}
		if (bus > MAX_PORTS)
			return nn_err_set(err, -E2BIG,
					  "more than %d slots to pass through with '%s'", MAX_PORTS,
					  bdfs->names[i]);
		place->guest.bus = bus;
		place->guest.function = places[first].host.function == 0
						? place->host.function
						: (unsigned int)(i - first);
		place->has_siblings = i > first;
		places[first].has_siblings = i > first;
	}
	return 0;
}

/* ---- public ---- */

char *nn_domain_name(const char *boot)
{
	return nn_asprintf(NN_DOMAIN_PREFIX "%s", boot);
}

int nn_domain_xml(const struct nn_domain *domain, char **ret_xml, struct nn_err *err)
{
	const struct nn_name_list none = {0};
	const struct nn_name_list *functions = domain->functions ? domain->functions : &none;
	NN_AUTO(free) struct placement *places = nn_calloc(functions->nr + 1, sizeof(*places));
	int rc = place_functions(functions, places, err);
	xmlDoc *doc;
	xmlNode *root;

	if (rc)
		return rc;
	doc = xmlNewDoc(BAD_CAST "1.0");
	root = xmlNewNode(NULL, BAD_CAST "domain");
	xmlDocSetRootElement(doc, root);
	nn_xml_set(root, "type", domain->vm->is_emulated ? "qemu" : "kvm");
	add_identity(root, domain);
	nn_domain_add_resources(root, domain);
	add_boot(root, domain);
	add_credentials(root, domain);
	nn_domain_add_processor(root, domain);
	add_endings(root);
	add_devices(root, domain, places, functions->nr);
	nn_domain_add_arguments(root, domain);
	*ret_xml = nn_xml_text(doc);
	xmlFreeDoc(doc);
	return 0;
}

/* ---- what libvirt says ---- */

char *nn_domain_emulator(const char *xml)
{
	xmlDoc *doc = nn_xml_parse(xml);
	NN_AUTO(free) char *path = doc ? nn_xml_string(doc, "/domain/devices/emulator") : NULL;

	xmlFreeDoc(doc);
	return path && path[0] ? NN_STEAL(path) : NULL;
}
