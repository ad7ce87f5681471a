/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/domain-xml.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "harness/base/array.h"
#include "harness/base/bdf.h"

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

static xmlNode *add(xmlNode *parent, const char *name)
{
	return xmlNewChild(parent, NULL, BAD_CAST name, NULL);
}

/* xmlNewTextChild() escapes, xmlNewChild() would not. */
static xmlNode *add_text(xmlNode *parent, const char *name, const char *text)
{
	return xmlNewTextChild(parent, NULL, BAD_CAST name, BAD_CAST text);
}

static void add_text_if(xmlNode *parent, const char *name, const char *text)
{
	if (text)
		(void)add_text(parent, name, text);
}

static void add_number(xmlNode *parent, const char *name, uint64_t value)
{
	NN_AUTO(free) char *text = nn_asprintf("%" PRIu64, value);

	(void)add_text(parent, name, text);
}

static void set(xmlNode *node, const char *name, const char *value)
{
	(void)xmlNewProp(node, BAD_CAST name, BAD_CAST value);
}

static void set_hex(xmlNode *node, const char *name, unsigned int value)
{
	NN_AUTO(free) char *text = nn_asprintf("0x%x", value);

	set(node, name, text);
}

static xmlNode *add_with(xmlNode *parent, const char *name, const char *attribute,
			 const char *value)
{
	xmlNode *node = add(parent, name);

	set(node, attribute, value);
	return node;
}

static xmlNode *add_address(xmlNode *parent, const struct address *address)
{
	xmlNode *node = add(parent, "address");

	set_hex(node, "domain", address->domain);
	set_hex(node, "bus", address->bus);
	set_hex(node, "slot", address->slot);
	set_hex(node, "function", address->function);
	return node;
}

static void add_bus0_address(xmlNode *parent, unsigned int slot)
{
	set(add_address(parent, &(struct address){.slot = slot}), "type", "pci");
}

/* ---- parts of the domain ---- */

static void add_identity(xmlNode *root, const struct nn_domain *domain)
{
	NN_AUTO(free) char *name = nn_domain_name(domain->boot);
	xmlNode *metadata;
	xmlNode *mark;

	(void)add_text(root, "name", name);
	(void)add_text(root, "uuid", domain->boot);
	metadata = add(root, "metadata");
	mark = add(metadata, "boot");
	xmlSetNs(mark, xmlNewNs(mark, BAD_CAST NN_DOMAIN_METADATA_URI, BAD_CAST "nearnative"));
	set(mark, "id", domain->boot);
}

static void add_memory(xmlNode *root, const struct nn_domain *domain)
{
	NN_AUTO(free) char *bytes = nn_asprintf("%" PRIu64, domain->memory_bytes);
	xmlNode *memory = add_text(root, "memory", bytes);

	set(memory, "unit", "b");
	if (domain->has_hugepages)
		(void)add(add(root, "memoryBacking"), "hugepages");
	add_number(root, "vcpu", domain->vcpus);
}

static void add_boot(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *os = add(root, "os");
	xmlNode *type = add_text(os, "type", "hvm");

	set(type, "arch", "x86_64");
	set(type, "machine", "q35");
	if (domain->kernel) {
		(void)add_text(os, "kernel", domain->kernel);
		add_text_if(os, "initrd", domain->initrd);
		add_text_if(os, "cmdline", domain->cmdline);
	}
	if (domain->oem)
		(void)add_with(os, "smbios", "mode", "sysinfo");
}

static void add_oem_strings(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *strings;

	if (!domain->oem)
		return;
	strings = add(add_with(root, "sysinfo", "type", "smbios"), "oemStrings");
	for (const char *const *oem = domain->oem; *oem; oem++)
		(void)add_text(strings, "entry", *oem);
}

/* migratable=off: else the invariant TSC is hidden from the guest and its clock is another one. */
static void add_processor(xmlNode *root, const struct nn_domain *domain)
{
	xmlNode *features = add(root, "features");
	xmlNode *cpu = add(root, "cpu");
	xmlNode *apic;
	xmlNode *timer;

	(void)add(features, "acpi");
	apic = add(features, "apic");
	if (!domain->has_pv_eoi)
		set(apic, "eoi", "off");
	set(cpu, "mode", domain->is_emulated ? "maximum" : "host-passthrough");
	set(cpu, "check", "none");
	if (!domain->is_emulated)
		set(cpu, "migratable", "off");
	timer = add(add_with(root, "clock", "offset", "utc"), "timer");
	set(timer, "name", "hpet");
	set(timer, "present", "no");
}

static void add_endings(xmlNode *root)
{
	(void)add_text(root, "on_poweroff", "destroy");
	(void)add_text(root, "on_reboot", "destroy");
	(void)add_text(root, "on_crash", "destroy");
}

static void add_host_root(xmlNode *devices)
{
	xmlNode *share = add_with(devices, "filesystem", "type", "mount");

	set(share, "accessmode", "passthrough");
	set(share, "multidevs", "remap"); /* inode numbers of several file systems may collide */
	(void)add_with(share, "source", "dir", "/");
	(void)add_with(share, "target", "dir", "nnroot");
	(void)add(share, "readonly");
	add_bus0_address(share, SLOT_SHARE);
}

static void add_network(xmlNode *devices)
{
	xmlNode *interface = add_with(devices, "interface", "type", "user");

	(void)add_with(interface, "model", "type", "virtio");
	(void)add_with(interface, "rom", "enabled", "no"); /* nobody boots from it */
	add_bus0_address(interface, SLOT_NETWORK);
}

static void add_disk(xmlNode *devices, const struct nn_domain *domain)
{
	xmlNode *disk = add_with(devices, "disk", "type", "file");
	xmlNode *driver = add_with(disk, "driver", "name", "qemu");
	xmlNode *target;

	set(disk, "device", "disk");
	set(driver, "type", domain->disk_format);
	(void)add_with(disk, "source", "file", domain->disk);
	target = add_with(disk, "target", "dev", "vda");
	set(target, "bus", "virtio");
	(void)add(disk, "transient"); /* every boot starts from the same bytes */
	if (!domain->kernel)
		(void)add_with(disk, "boot", "order", "1");
	add_bus0_address(disk, SLOT_DISK);
}

static void add_port(xmlNode *devices, unsigned int index)
{
	NN_AUTO(free) char *text = nn_asprintf("%u", index);
	xmlNode *port = add_with(devices, "controller", "type", "pci");

	set(port, "index", text);
	set(port, "model", "pcie-root-port");
	add_bus0_address(port, FIRST_PORT_SLOT + index - 1);
}

static void add_function(xmlNode *devices, const struct placement *placement)
{
	xmlNode *hostdev = add_with(devices, "hostdev", "mode", "subsystem");
	xmlNode *guest;

	set(hostdev, "type", "pci");
	set(hostdev, "managed", "no"); /* drivers are ours to change, see device/binding.h */
	(void)add_address(add(hostdev, "source"), &placement->host);
	guest = add_address(hostdev, &placement->guest);
	set(guest, "type", "pci");
	if (placement->has_siblings && placement->guest.function == 0)
		set(guest, "multifunction", "on");
}

/* Behind the ports of the functions, on one of its own. Source: formatdomain, hostdev mdev */
static void add_mediated(xmlNode *devices, const char *uuid, unsigned int bus)
{
	xmlNode *hostdev = add_with(devices, "hostdev", "mode", "subsystem");

	set(hostdev, "type", "mdev");
	set(hostdev, "model", "vfio-pci");
	(void)add_with(add(hostdev, "source"), "address", "uuid", uuid);
	set(add_address(hostdev, &(struct address){.bus = bus}), "type", "pci");
}

static void add_devices(xmlNode *root, const struct nn_domain *domain,
			const struct placement *placements, size_t nr)
{
	xmlNode *devices = add(root, "devices");
	unsigned int nr_slots = nr ? placements[nr - 1].guest.bus : 0;
	unsigned int nr_ports = nr_slots + (domain->mediated ? 1 : 0);
	xmlNode *serial;

	add_text_if(devices, "emulator", domain->emulator);
	if (domain->disk)
		add_disk(devices, domain);
	set(add_with(devices, "controller", "type", "usb"), "model", "none");
	for (unsigned int i = 1; i <= nr_ports; i++)
		add_port(devices, i);
	if (domain->has_host_root)
		add_host_root(devices);
	add_network(devices);
	serial = add_with(devices, "serial", "type", "file");
	(void)add_with(serial, "source", "path", domain->console_path);
	for (size_t i = 0; i < nr; i++)
		add_function(devices, &placements[i]);
	if (domain->mediated)
		add_mediated(devices, domain->mediated, nr_ports);
	(void)add_with(devices, "memballoon", "model", "none");
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

static char *document_text(xmlDoc *doc)
{
	xmlChar *text = NULL;
	int len = 0;
	char *copy;

	xmlDocDumpFormatMemoryEnc(doc, &text, &len, "UTF-8", 1);
	copy = nn_strndup((const char *)text, (size_t)len);
	xmlFree(text);
	return copy;
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
	set(root, "type", domain->is_emulated ? "qemu" : "kvm");
	add_identity(root, domain);
	add_memory(root, domain);
	add_boot(root, domain);
	add_oem_strings(root, domain);
	add_processor(root, domain);
	add_endings(root);
	add_devices(root, domain, places, functions->nr);
	*ret_xml = document_text(doc);
	xmlFreeDoc(doc);
	return 0;
}

/* ---- what libvirt says ---- */

static const xmlNode *child(const xmlNode *parent, const char *name)
{
	const xmlNode *node = parent ? parent->children : NULL;

	while (node && (node->type != XML_ELEMENT_NODE || strcmp((const char *)node->name, name)))
		node = node->next;
	return node;
}

char *nn_domain_emulator(const char *xml)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *devices = doc ? child(xmlDocGetRootElement(doc), "devices") : NULL;
	const xmlNode *emulator = child(devices, "emulator");
	xmlChar *text = emulator ? xmlNodeGetContent(emulator) : NULL;
	char *path = text && *text ? nn_strdup((const char *)text) : NULL;

	xmlFree(text);
	xmlFreeDoc(doc);
	return path;
}
