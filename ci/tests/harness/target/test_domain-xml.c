/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "harness/base/scratch.h"
#include "harness/base/subprocess.h"
#include "harness/target/domain-xml.h"

#define UUID "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"

static char *const gpu_and_nvme[] = {(char *)"0000:01:00.0", (char *)"0000:01:00.1",
				     (char *)"0000:81:00.0"};

static const struct nn_name_list passed = {.names = (char **)gpu_and_nvme, .nr = 3};

static const struct nn_vm_settings host_settings = {
	.memory_bytes = 536870912,
	.vcpus = 2,
	.is_host_image = true,
	.kernel = (char *)"/boot/vmlinuz-6.1",
	.machine = "q35",
	.rom = (char *)"default",
	.has_pv_eoi = true,
};

static const struct nn_domain host_image = {
	.boot = UUID,
	.vm = &host_settings,
	.node = -1,
	.initrd = "/tmp/w/initramfs.cpio",
	.cmdline = "console=ttyS0 nn.agent=/usr/bin/nearnative-agent",
	.console_path = "/tmp/w/console.log",
	.credentials_path = "/tmp/w/credentials & <more>",
	.functions = &passed,
	.device = "0000:01:00.0",
};

static const struct nn_vm_settings disk_settings = {
	.memory_bytes = 1073741824,
	.vcpus = 1,
	.disk = (char *)"/srv/my image.qcow2",
	.is_emulated = true,
	.emulator = "/usr/bin/qemu-system-x86_64",
	.machine = "pc-q35-7.1",
	.has_hugepages = true,
	.rom = (char *)"default",
};

static const struct nn_domain disk_image = {
	.boot = UUID,
	.vm = &disk_settings,
	.node = -1,
	.console_path = "/tmp/w/console.log",
	.credentials_path = "/tmp/w/credentials & <more>",
};

static char *const further_disks[] = {(char *)"/srv/a.raw", (char *)"/srv/b.qcow2"};
static char *const two_cpus[] = {(char *)"4", (char *)"5-6"};

/* Everything that a plan can set. */
static const struct nn_vm_settings rich_settings = {
	.memory_bytes = 1ULL << 31,
	.vcpus = 2,
	.topology = {1, 1, 2},
	.is_host_image = true,
	.kernel = (char *)"/boot/vmlinuz-6.1",
	.machine = "q35",
	.is_ovmf = true,
	.has_secure_boot = true,
	.has_hugepages = true,
	.hugepage_bytes = 1ULL << 30,
	.iothreads = 2,
	.disks = {.names = (char **)further_disks, .nr = 2},
	.rom = (char *)"/srv/card.rom",
	.has_hyperv = true,
	.has_pv_eoi = true,
	.ioapic = "qemu",
	.viommu = "intel",
	.cpu_cache = "emulate",
	.topoext = NN_SWITCH_ON,
	.invtsc = NN_SWITCH_OFF,
	.poll_control = NN_SWITCH_OFF,
	.hint_dedicated = NN_SWITCH_ON,
};

static const struct nn_vm_pins rich_pins = {.vcpus = {.names = (char **)two_cpus, .nr = 2},
					    .emulator = (char *)"0-1",
					    .iothreads = (char *)"2"};

static const struct nn_domain rich = {
	.boot = UUID,
	.vm = &rich_settings,
	.pins = &rich_pins,
	.node = 1,
	.initrd = "/tmp/w/initramfs.cpio",
	.nvram_path = "/tmp/w/nvram.fd",
	.console_path = "/tmp/w/console.log",
	.functions = &passed,
	.device = "0000:01:00.0",
};

/* Nothing but a device that the host's driver makes up. */
static const struct nn_domain mediated = {
	.boot = UUID,
	.vm = &host_settings,
	.node = -1,
	.console_path = "/tmp/w/console.log",
	.mediated = UUID,
};

/* What an XPath expression says about a document. */
struct expectation {
	const char *xpath;
	const char *value; /* as string() */
};

static char *xpath_string(const char *xml, const char *expression)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlXPathObject *object;
	xmlChar *text;
	char *copy;

	assert_non_null(doc);
	(void)xmlXPathRegisterNs(context, BAD_CAST "nn", BAD_CAST NN_DOMAIN_METADATA_URI);
	object = xmlXPathEvalExpression(BAD_CAST expression, context);
	assert_non_null(object);
	text = xmlXPathCastToString(object);
	copy = strdup((const char *)text);
	xmlFree(text);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return copy;
}

static void expect_all(const struct nn_domain *domain, const struct expectation *expected,
		       size_t nr)
{
	NN_AUTO(free) char *xml = NULL;

	assert_int_equal(nn_domain_xml(domain, &xml, NULL), 0);
	for (size_t i = 0; i < nr; i++) {
		NN_AUTO(free) char *value = xpath_string(xml, expected[i].xpath);

		if (strcmp(value, expected[i].value) != 0)
			print_error("%s\n", expected[i].xpath);
		assert_string_equal(value, expected[i].value);
	}
}

static void a_host_image_boots_directly_and_ends_for_good(void **unused)
{
	const struct expectation expected[] = {
		{"/domain/@type", "kvm"},
		{"/domain/name", "nearnative-" UUID},
		{"/domain/uuid", UUID},
		{"/domain/metadata/nn:boot/@id", UUID},
		{"/domain/memory", "536870912"},
		{"/domain/memory/@unit", "b"},
		{"/domain/vcpu", "2"},
		{"/domain/os/type/@machine", "q35"},
		{"/domain/os/@firmware", ""},
		{"count(/domain/cputune | /domain/numatune | /domain/iothreads)", "0"},
		{"count(/domain/features/kvm | /domain/features/hyperv)", "0"},
		{"count(/domain/features/ioapic | //iommu | //rom[not(@enabled)])", "0"},
		{"count(/domain/cpu/*)", "0"},
		{"/domain/os/kernel", "/boot/vmlinuz-6.1"},
		{"/domain/os/initrd", "/tmp/w/initramfs.cpio"},
		{"/domain/os/cmdline", "console=ttyS0 nn.agent=/usr/bin/nearnative-agent"},
		{"count(/domain/sysinfo/entry)", "1"},
		{"/domain/sysinfo[@type='fwcfg']/entry[@name='opt/example.nearnative/credentials']"
		 "/@file",
		 "/tmp/w/credentials & <more>"},
		{"/domain/cpu/@mode", "host-passthrough"},
		{"/domain/cpu/@migratable", "off"},
		{"/domain/on_poweroff", "destroy"},
		{"/domain/on_reboot", "destroy"},
		{"/domain/on_crash", "destroy"},
		{"count(/domain/memoryBacking)", "0"},
		{"count(/domain/devices/emulator)", "0"},
		{"count(/domain/devices/disk)", "0"},
		{"/domain/devices/controller[@type='usb']/@model", "none"},
		{"/domain/devices/memballoon/@model", "none"},
		{"count(/domain/devices/video | /domain/devices/graphics)", "0"},
		{"/domain/devices/filesystem/@accessmode", "passthrough"},
		{"/domain/devices/filesystem/@multidevs", "remap"},
		{"/domain/devices/filesystem/source/@dir", "/"},
		{"/domain/devices/filesystem/target/@dir", "nnroot"},
		{"count(/domain/devices/filesystem/readonly)", "1"},
		{"/domain/devices/interface/@type", "user"},
		{"/domain/devices/serial/source/@path", "/tmp/w/console.log"},
	};

	(void)unused;
	expect_all(&host_image, expected, NN_ARRAY_SIZE(expected));
}

static void functions_keep_their_slots_together_behind_root_ports(void **unused)
{
	const struct expectation expected[] = {
		{"count(//hostdev[@managed='no'][@type='pci'])", "3"},
		{"count(//controller[@model='pcie-root-port'])", "2"},
		{"//hostdev[1]/source/address/@bus", "0x1"},
		{"//hostdev[1]/address/@bus", "0x1"},
		{"//hostdev[1]/address/@function", "0x0"},
		{"//hostdev[1]/address/@multifunction", "on"},
		{"//hostdev[2]/source/address/@function", "0x1"},
		{"//hostdev[2]/address/@bus", "0x1"},
		{"//hostdev[2]/address/@function", "0x1"},
		{"//hostdev[2]/address/@multifunction", ""},
		{"//hostdev[3]/source/address/@bus", "0x81"},
		{"//hostdev[3]/address/@bus", "0x2"},
		{"//hostdev[3]/address/@multifunction", ""},
		{"//controller[@index='2']/address/@slot", "0x3"},
	};

	(void)unused;
	expect_all(&host_image, expected, NN_ARRAY_SIZE(expected));
}

static void functions_without_function_0_are_counted_anew(void **unused)
{
	char *const bdfs[] = {(char *)"10000:e1:00.2", (char *)"10000:e1:00.3"};
	const struct nn_name_list list = {.names = (char **)bdfs, .nr = 2};
	const struct expectation expected[] = {
		{"//hostdev[1]/source/address/@domain", "0x10000"},
		{"//hostdev[1]/source/address/@function", "0x2"},
		{"//hostdev[1]/address/@function", "0x0"},
		{"//hostdev[2]/address/@function", "0x1"},
	};
	struct nn_domain domain = host_image;

	(void)unused;
	domain.functions = &list;
	expect_all(&domain, expected, NN_ARRAY_SIZE(expected));
}

static void a_disk_image_boots_by_firmware_and_stays_as_it_is(void **unused)
{
	const struct expectation expected[] = {
		{"/domain/@type", "qemu"},
		{"/domain/os/type/@machine", "pc-q35-7.1"},
		{"count(//hugepages/page)", "0"}, /* of the host's default size */
		{"/domain/features/apic/@eoi", "off"},
		{"/domain/cpu/@mode", "maximum"},
		{"count(/domain/os/kernel)", "0"},
		{"count(/domain/memoryBacking/hugepages)", "1"},
		{"/domain/devices/emulator", "/usr/bin/qemu-system-x86_64"},
		{"//disk/source/@file", "/srv/my image.qcow2"},
		{"//disk/driver/@type", "qcow2"},
		{"//disk/target/@bus", "virtio"},
		{"//disk/boot/@order", "1"},
		{"count(//disk/transient)", "1"},
		{"count(//filesystem | //hostdev)", "0"},
	};

	(void)unused;
	expect_all(&disk_image, expected, NN_ARRAY_SIZE(expected));
}

static void emulator_is_what_libvirt_resolved(void **unused)
{
	static const struct {
		const char *xml;
		const char *emulator;
	} cases[] = {
		{"<domain type='kvm'><name>x</name><devices>\n  <emulator>/usr/bin/qemu</emulator>"
		 "<disk/></devices></domain>",
		 "/usr/bin/qemu"},
		{"<domain><devices><emulator>/opt/a&amp;b</emulator></devices></domain>",
		 "/opt/a&b"},
		{"<domain><devices><emulator/></devices></domain>", NULL},
		{"<domain><emulator>/elsewhere</emulator><devices/></domain>", NULL},
		{"<domain/>", NULL},
		{"no XML", NULL},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(free) char *emulator = nn_domain_emulator(cases[i].xml);

		if (!cases[i].emulator) {
			assert_null(emulator);
			continue;
		}
		assert_non_null(emulator);
		assert_string_equal(emulator, cases[i].emulator);
	}
}

static void every_setting_has_its_place(void **unused)
{
	const struct expectation expected[] = {
		{"/domain/os/@firmware", "efi"},
		{"//firmware/feature[@name='secure-boot']/@enabled", "yes"},
		{"//firmware/feature[@name='enrolled-keys']/@enabled", "yes"},
		{"/domain/os/nvram", "/tmp/w/nvram.fd"},
		{"//hugepages/page/@size", "1073741824"},
		{"//hugepages/page/@unit", "b"},
		{"/domain/numatune/memory/@mode", "strict"},
		{"/domain/numatune/memory/@nodeset", "1"},
		{"/domain/iothreads", "2"},
		{"/domain/cputune/vcpupin[@vcpu='0']/@cpuset", "4"},
		{"/domain/cputune/vcpupin[@vcpu='1']/@cpuset", "5-6"},
		{"/domain/cputune/emulatorpin/@cpuset", "0-1"},
		{"count(/domain/cputune/iothreadpin[@cpuset='2'])", "2"},
		{"/domain/features/hyperv/spinlocks/@retries", "8191"},
		{"count(/domain/features/hyperv/*[@state='on'])", "10"},
		{"//timer[@name='hypervclock']/@present", "yes"},
		{"/domain/features/kvm/hint-dedicated/@state", "on"},
		{"count(/domain/features/kvm/poll-control)", "0"},
		{"//*[local-name()='arg'][2]/@value", "host-x86_64-cpu.kvm-poll-control=off"},
		{"count(/domain/features/kvm/hidden)", "0"},
		{"/domain/features/ioapic/@driver", "qemu"},
		{"/domain/cpu/topology/@threads", "2"},
		{"/domain/cpu/cache/@mode", "emulate"},
		{"/domain/cpu/cache/@level", "3"},
		{"/domain/cpu/feature[@name='topoext']/@policy", "require"},
		{"/domain/cpu/feature[@name='invtsc']/@policy", "disable"},
		{"//disk[1]/source/@file", "/srv/a.raw"},
		{"//disk[1]/serial", "nearnative1"},
		{"//disk[1]/driver/@iothread", "1"},
		{"//disk[2]/target/@dev", "vdb"},
		{"//disk[2]/driver/@type", "qcow2"},
		{"//disk[2]/driver/@iothread", "2"},
		{"count(//disk/transient)", "2"},
		{"//hostdev[1]/rom/@file", "/srv/card.rom"}, /* of the device under test alone */
		{"count(//hostdev/rom)", "1"},
		{"//iommu/@model", "intel"},
		{"//iommu/driver/@caching_mode", "on"},
	};

	(void)unused;
	expect_all(&rich, expected, NN_ARRAY_SIZE(expected));
}

static void switched_off_is_not_left_out(void **unused)
{
	const struct expectation expected[] = {
		{"//firmware/feature[@name='secure-boot']/@enabled", "no"},
		{"count(//firmware/feature)", "1"},
		{"/domain/features/kvm/hidden/@state", "on"},
		{"/domain/features/apic/@eoi", ""},
		{"count(//hostdev/rom[@bar='off'])", "3"},
		{"//iommu/@model", "virtio"},
		{"count(//iommu/*)", "0"},
	};
	struct nn_vm_settings settings = host_settings;
	struct nn_domain domain = host_image;

	(void)unused;
	settings.is_ovmf = true;
	settings.is_kvm_hidden = true;
	settings.has_pv_eoi = false;
	settings.rom = (char *)"off";
	settings.viommu = "virtio";
	domain.vm = &settings;
	expect_all(&domain, expected, NN_ARRAY_SIZE(expected));
}

static void a_mediated_device_is_behind_the_only_port(void **unused)
{
	const struct expectation expected[] = {
		{"count(//hostdev)", "1"},
		{"count(//controller[@model='pcie-root-port'])", "1"},
		{"//controller[@model='pcie-root-port']/@index", "1"},
		{"concat(//hostdev/@mode, ' ', //hostdev/@type, ' ', //hostdev/@model)",
		 "subsystem mdev vfio-pci"},
		{"//hostdev/source/address/@uuid", UUID},
		{"concat(//hostdev/address/@bus, //hostdev/address/@slot)", "0x10x0"},
		{"//hostdev/@managed", ""}, /* we make it, libvirt only passes it */
	};

	(void)unused;
	expect_all(&mediated, expected, NN_ARRAY_SIZE(expected));
}

static void too_many_slots_are_refused(void **unused)
{
	char *bdfs[14];
	char texts[14][NN_BDF_CAP];
	const struct nn_name_list list = {.names = bdfs, .nr = 14};
	struct nn_domain domain = host_image;
	struct nn_err err = {0};
	char *xml = NULL;

	(void)unused;
	for (unsigned int i = 0; i < 14; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "0000:%02x:00.0", i);
		bdfs[i] = texts[i];
	}
	domain.functions = &list;
	assert_int_equal(nn_domain_xml(&domain, &xml, &err), -E2BIG);
	assert_string_equal(err.message, "more than 13 slots to pass through with '0000:0d:00.0'");
	assert_null(xml);
}

static void libvirts_schema_accepts_every_kind(void **unused)
{
	const struct nn_domain *const domains[] = {&host_image, &disk_image, &rich, &mediated};

	(void)unused;
	if (access("/usr/bin/virt-xml-validate", X_OK)) {
		print_message("skipped: no virt-xml-validate (libvirt-clients)\n");
		skip();
	}
	for (size_t i = 0; i < NN_ARRAY_SIZE(domains); i++) {
		NN_AUTO(free) char *folder = NULL;
		NN_AUTO(free) char *path = NULL;
		NN_AUTO(free) char *xml = NULL;
		NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
		struct nn_subprocess_spec spec = {0};
		FILE *file;

		assert_int_equal(nn_scratch_new(&folder, NULL), 0);
		path = nn_asprintf("%s/domain.xml", folder);
		assert_int_equal(nn_domain_xml(domains[i], &xml, NULL), 0);
		file = fopen(path, "we");
		assert_non_null(file);
		assert_true(fputs(xml, file) >= 0);
		assert_int_equal(fclose(file), 0);
		spec.argv = (const char *const[]){"virt-xml-validate", path, "domain", NULL};
		assert_int_equal(nn_subprocess_run(&spec, &result, NULL), 0);
		if (result.exit_status)
			print_error("%s%s\n", nn_strbuf_str(&result.err_out), xml);
		assert_int_equal(result.exit_status, 0);
		nn_scratch_remove(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_image_boots_directly_and_ends_for_good),
		cmocka_unit_test(functions_keep_their_slots_together_behind_root_ports),
		cmocka_unit_test(functions_without_function_0_are_counted_anew),
		cmocka_unit_test(a_disk_image_boots_by_firmware_and_stays_as_it_is),
		cmocka_unit_test(emulator_is_what_libvirt_resolved),
		cmocka_unit_test(every_setting_has_its_place),
		cmocka_unit_test(switched_off_is_not_left_out),
		cmocka_unit_test(a_mediated_device_is_behind_the_only_port),
		cmocka_unit_test(too_many_slots_are_refused),
		cmocka_unit_test(libvirts_schema_accepts_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
