/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libvirt makes of our XML: for a matrix of settings its schema accepts it, and the command
 * line it would start QEMU with is that of ci/tests/fixtures/qemu-argv. libvirt runs inside virsh
 * (qemu:///embed), so neither a daemon nor a device is needed. NN_WRITE_FIXTURES=1 writes the
 * command lines anew; look at the difference before it is committed.
 */
#include <errno.h>

#include "ci/tests/harness/target/plan.h"
#include "harness/base/subprocess.h"
#include "harness/target/domain-overlay.h"
#include "harness/target/domain-xml.h"
#include "harness/target/kvm-probe.h"
#include "harness/target/vm-pin.h"

#define FIXTURES "ci/tests/fixtures/qemu-argv"

/* The versions that the fixtures are of: Debian 12's. */
#define LIBVIRT "9.0."
#define QEMU    "version 7.2."

#define VIRSH_MAX_NS (120 * NN_NS_PER_S) /* the first asks QEMU for its capabilities */

static const struct row {
	const char *name;
	const char *given[8]; /* "setting=value" */
} rows[] = {
	{"plain", {NULL}},
	{"hugepages-2m", {"hugepages=2MiB"}},
	{"hugepages-numa", {"hugepages=2MiB", "numa=0"}},
	{"pin", {"topology=1x2x2", "pin=0:0,1:1,2:2,3:3", "emulator_pin=4-5"}},
	{"ovmf", {"firmware=ovmf"}},
	{"secure-boot", {"firmware=ovmf", "secure_boot=yes"}},
	{"rom-off", {"rom=off"}},
	{"rom-file", {"rom=/srv/card.rom"}},
	{"kvm-hidden", {"kvm_hidden=yes"}},
	{"hyperv", {"hyperv=yes"}},
	{"ioapic-qemu", {"ioapic=qemu"}},
	{"viommu-intel", {"viommu=intel"}},
	{"viommu-virtio", {"viommu=virtio"}},
	{"cache-passthrough", {"cpu_cache=passthrough", "topoext=yes"}},
	{"cache-emulate", {"cpu_cache=emulate", "invtsc=yes"}},
	{"cache-disable", {"cpu_cache=disable", "invtsc=no"}},
	{"paravirtual", {"pv_eoi=no", "poll_control=yes", "hint_dedicated=yes", "pin=0:1"}},
	{"poll-control-off", {"poll_control=no", "xml=" FIXTURES "/overlay.xml"}},
	{"disks", {"disks=/srv/a.qcow2,/srv/b.raw", "iothreads=2", "iothread_pin=1"}},
	{"disk-image", {"disk=/srv/guest.qcow2", "iothreads=1"}},
	{"tcg", {"accel=tcg", "machine=pc-q35-7.1"}},
	{"overlay", {"xml=" FIXTURES "/overlay.xml"}},
};

struct place {
	char *folder;
	bool has_kvm;
	bool has_hugetlbfs;
	bool is_versions; /* the fixtures' */
};

/* ---- the domain ---- */

static char *domain_of(const struct row *row)
{
	static char *const bdfs[] = {(char *)"0000:01:00.0", (char *)"0000:01:00.1"};
	static const struct nn_name_list functions = {.names = (char **)bdfs, .nr = 2};
	const struct nn_sysroot nowhere = {.prefix = "/nonexistent"};
	NN_AUTO(vm_settings) struct nn_vm_settings settings = {0};
	NN_AUTO(vm_pins) struct nn_vm_pins pins = {0};
	struct nn_plan_arm arm = {.name = (char *)"vm"};
	struct nn_domain domain = {.boot = TEST_UUID,
				   .vm = &settings,
				   .pins = &pins,
				   .node = -1,
				   .initrd = "/work/initramfs.cpio",
				   .cmdline = "console=ttyS0",
				   .nvram_path = "/work/nvram.fd",
				   .console_path = "/work/console.log",
				   .functions = &functions,
				   .device = "0000:01:00.0"};
	struct nn_err err = {0};
	char *xml = NULL;

	nn_pairs_add(&arm.settings, "kernel", "/boot/vmlinuz");
	for (size_t i = 0; row->given[i]; i++) {
		const char *equals = strchr(row->given[i], '=');
		NN_AUTO(free)
		char *name = nn_strndup(row->given[i], (size_t)(equals - row->given[i]));

		nn_pairs_add(&arm.settings, name, equals + 1);
	}
	assert_int_equal(nn_vm_settings_read(nn_target_find("libvirt"), &arm, &settings, &err), 0);
	assert_int_equal(nn_vm_pins_resolve(&nowhere, &settings, NULL, &pins, &err), 0);
	if (strcmp(settings.numa, "none") != 0)
		domain.node = 0;
	assert_int_equal(nn_domain_xml(&domain, &xml, &err), 0);
	if (settings.overlay)
		assert_int_equal(nn_domain_overlay(settings.overlay, &xml, &err), 0);
	nn_pairs_release(&arm.settings);
	return xml;
}

/* ---- virsh ---- */

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Run a shell command and give its output; *@ret_is_ok: did it end well? */
static char *shell(const char *command, bool *ret_is_ok)
{
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	const char *const argv[] = {"sh", "-c", command, NULL};
	const struct nn_subprocess_spec spec = {.argv = argv, .deadline_ns = VIRSH_MAX_NS};

	assert_int_equal(nn_subprocess_run(&spec, &result, NULL), 0);
	*ret_is_ok = result.exit_status == 0;
	if (!*ret_is_ok)
		print_error("%s", nn_strbuf_str(&result.err_out));
	return nn_strdup(nn_strbuf_str(&result.out));
}

static bool output_has(const char *command, const char *text)
{
	bool is_ok;
	NN_AUTO(free) char *out = shell(command, &is_ok);

	return is_ok && strstr(out, text);
}

/* QEMU's user is ours: else libvirt cannot open /dev/kvm and asks QEMU anew each time. */
static int setup(void **state)
{
	struct place *place = nn_calloc(1, sizeof(*place));
	NN_AUTO(free) char *conf = NULL;
	NN_AUTO(free) char *path = NULL;

	assert_int_equal(nn_scratch_new(&place->folder, NULL), 0);
	path = nn_asprintf("mkdir -p %s/root/etc %s/huge", place->folder, place->folder);
	assert_true(output_has(path, ""));
	free(path);
	path = nn_asprintf("%s/root/etc/qemu.conf", place->folder);
	conf = nn_asprintf("user = \"root\"\ngroup = \"root\"\nsecurity_driver = \"none\"\n"
			   "hugetlbfs_mount = \"%s/huge\"\n",
			   place->folder);
	write_text(path, conf);
	free(path);
	path = nn_asprintf("unshare -m mount -t hugetlbfs none %s/huge 2>/dev/null", place->folder);
	place->has_hugetlbfs = output_has(path, "");
	place->has_kvm = nn_kvm_probe(NN_KVM_PROBE_DEADLINE_NS, NULL) == 0;
	place->is_versions = output_has("virsh --version", LIBVIRT) &&
			     output_has("qemu-system-x86_64 --version", QEMU);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	nn_scratch_remove(place->folder);
	free(place->folder);
	free(place);
	return 0;
}

/* What follows these differs from time to time, as long as it is one of these characters. */
static const struct {
	const char *start;
	const char *accepted;
} chances[] = {
	{"\"mac\":\"", "0123456789abcdef:"},
	{"\"fd\":\"", "0123456789"},
	{"/qemu-embed-", "0123456789abcdef"},
};

/* How long is what differs at @at, behind *@ret_start of it? */
static size_t chance_len(const char *at, size_t *ret_start)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(chances); i++) {
		*ret_start = strlen(chances[i].start);
		if (strncmp(at, chances[i].start, *ret_start) == 0)
			return strspn(at + *ret_start, chances[i].accepted);
	}
	return 0;
}

/* One option and its value a line, without what differs between machines. */
static char *normal_argv(const struct place *place, const char *native)
{
	struct nn_strbuf lines = NN_STRBUF_INIT;
	const char *at = strstr(native, " /usr/bin/qemu-system-x86_64");
	size_t folder_len = strlen(place->folder);
	bool is_quoted = false;

	assert_non_null(at);
	for (at++; *at && *at != '\n'; at++) {
		size_t start_len;
		size_t len = chance_len(at, &start_len);

		is_quoted ^= *at == '\'';
		if (*at == ' ' && !is_quoted && at[1] == '-') {
			nn_strbuf_addc(&lines, '\n');
		} else if (strncmp(at, place->folder, folder_len) == 0) {
			nn_strbuf_add(&lines, "/scratch");
			at += folder_len - 1;
		} else if (len) {
			nn_strbuf_addn(&lines, at, start_len);
			nn_strbuf_addc(&lines, '?');
			at += start_len + len - 1;
		} else {
			nn_strbuf_addc(&lines, *at);
		}
	}
	nn_strbuf_addc(&lines, '\n');
	return nn_strbuf_detach(&lines);
}

static char *native_of(const struct place *place, const char *xml_path)
{
	NN_AUTO(free)
	char *virsh = nn_asprintf("virsh -q -c 'qemu:///embed?root=%s/root' domxml-to-native "
				  "qemu-argv %s",
				  place->folder, xml_path);
	NN_AUTO(free)
	char *command = place->has_hugetlbfs
				? nn_asprintf("exec unshare -m sh -c \"mount -t hugetlbfs none "
					      "%s/huge && exec %s\"",
					      place->folder, virsh)
				: nn_strdup(virsh);
	bool is_ok;
	char *out = shell(command, &is_ok);

	assert_true(is_ok);
	return out;
}

/* ---- tests ---- */

/* Why libvirt would refuse a row on this machine, or NULL. */
static const char *obstacle(const struct place *place, const struct row *row)
{
	const char *first = row->given[0] ? row->given[0] : "";

	if (strncmp(first, "hugepages", 9) == 0 && !place->has_hugetlbfs)
		return "no right to mount hugetlbfs";
	return strcmp(first, "accel=tcg") != 0 && !place->has_kvm ? "no KVM" : NULL;
}

static void expect_fixture(const struct row *row, const char *argv)
{
	NN_AUTO(free) char *path = nn_asprintf(FIXTURES "/%s.argv", row->name);
	struct nn_sysroot live = NN_SYSROOT_LIVE;
	NN_AUTO(free) char *wanted = NULL;

	if (getenv("NN_WRITE_FIXTURES"))
		write_text(path, argv);
	wanted = nn_sysfs_text(&live, path);
	if (!wanted || strncmp(argv, wanted, strlen(wanted)) != 0)
		print_error("%s differs, QEMU would be started with\n%s", path, argv);
	assert_non_null(wanted);
	assert_int_equal(strlen(argv), strlen(wanted) + 1); /* it ends with a newline */
	assert_memory_equal(argv, wanted, strlen(wanted));
}

static void libvirts_schema_accepts_every_setting(void **state)
{
	const struct place *place = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s/%s.xml", place->folder, rows[i].name);
		NN_AUTO(free) char *xml = domain_of(&rows[i]);
		NN_AUTO(free) char *command = nn_asprintf("virt-xml-validate %s domain", path);

		write_text(path, xml);
		assert_true(output_has(command, ""));
	}
}

static void libvirt_starts_qemu_as_the_fixtures_say(void **state)
{
	const struct place *place = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free) char *path = nn_asprintf("%s/%s.xml", place->folder, rows[i].name);
		NN_AUTO(free) char *xml = domain_of(&rows[i]);
		NN_AUTO(free) char *native = NULL;
		NN_AUTO(free) char *argv = NULL;

		if (obstacle(place, &rows[i])) {
			print_message("%s left out: %s\n", rows[i].name, obstacle(place, &rows[i]));
			continue;
		}
		write_text(path, xml);
		native = native_of(place, path);
		argv = normal_argv(place, native);
		if (place->is_versions)
			expect_fixture(&rows[i], argv);
	}
	if (!place->is_versions)
		print_message("not compared: the fixtures are of libvirt " LIBVIRT
			      "x and QEMU " QEMU "x\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libvirts_schema_accepts_every_setting),
		cmocka_unit_test(libvirt_starts_qemu_as_the_fixtures_say),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
