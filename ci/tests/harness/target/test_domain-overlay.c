/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/device/tree.h"
#include "harness/base/array.h"
#include "harness/target/domain-overlay.h"
#include "harness/target/domain-xml.h"

#define NS   "xmlns:nn='" NN_DOMAIN_METADATA_URI "'"
#define UUID "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"

/* A domain as the target writes it, with a device. */
static char *domain_text(void)
{
	static char *const bdfs[] = {(char *)"0000:01:00.0"};
	static const struct nn_name_list functions = {.names = (char **)bdfs, .nr = 1};
	const struct nn_vm_settings settings = {.memory_bytes = 1ULL << 30,
						.vcpus = 1,
						.is_host_image = true,
						.machine = "q35",
						.rom = (char *)"default"};
	const struct nn_domain domain = {.boot = UUID,
					 .vm = &settings,
					 .node = -1,
					 .credentials_path = "/tmp/credentials",
					 .console_path = "/tmp/console.log",
					 .functions = &functions};
	char *xml = NULL;

	assert_int_equal(nn_domain_xml(&domain, &xml, NULL), 0);
	return xml;
}

/* Merge @inside, below <domain>; *@ret_xml is the result, of the caller's. */
static int merge(const char *document, char **ret_xml, struct nn_err *err)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *path = NULL;
	int rc;

	tree_init(&tree);
	tree_file(&tree, "/o.xml", document);
	path = nn_asprintf("%s/o.xml", tree.folder);
	*ret_xml = domain_text();
	rc = nn_domain_overlay(path, ret_xml, err);
	return rc;
}

static char *merged(const char *inside)
{
	NN_AUTO(free) char *document = nn_asprintf("<domain " NS ">%s</domain>", inside);
	struct nn_err err = {0};
	char *xml = NULL;
	int rc = merge(document, &xml, &err);

	assert_string_equal(err.message, "");
	assert_int_equal(rc, 0);
	return xml;
}

static void expect_has(const char *xml, const char *text, size_t nr_wanted)
{
	size_t nr = 0;

	for (const char *at = strstr(xml, text); at; at = strstr(at + 1, text))
		nr++;
	if (nr != nr_wanted)
		print_error("%zu times '%s' in\n%s", nr, text, xml);
	assert_int_equal(nr, nr_wanted);
}

static void attributes_and_texts_are_overwritten(void **unused)
{
	NN_AUTO(free)
	char *xml = merged("<vcpu placement='auto'>3</vcpu><clock offset='localtime'>"
			   "<timer name='hpet' present='yes'/><timer name='pit' "
			   "tickpolicy='delay'/></clock>");

	(void)unused;
	expect_has(xml, "<vcpu placement=\"auto\">3</vcpu>", 1);
	expect_has(xml, "<vcpu", 1);
	expect_has(xml, "<clock offset=\"localtime\">", 1);
	expect_has(xml, "<timer name=\"hpet\" present=\"yes\"/>", 1);
	expect_has(xml, "<timer name=\"pit\" tickpolicy=\"delay\"/>", 1);
	expect_has(xml, "<uuid>" UUID "</uuid>", 1);
}

static void keys_tell_elements_of_a_name_apart(void **unused)
{
	NN_AUTO(free)
	char *xml = merged("<devices><controller index='1'><target hotplug='off'/></controller>"
			   "<controller type='scsi' index='9'/></devices>");

	(void)unused;
	expect_has(xml, "<target hotplug=\"off\"/>", 1);
	expect_has(xml, "index=\"1\"", 1);
	expect_has(xml, "<controller type=\"scsi\" index=\"9\"/>", 1);
}

static void two_elements_do_not_become_one(void **unused)
{
	NN_AUTO(free)
	char *xml = merged("<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
			   "<q:arg value='-machine'/><q:arg value='kernel_irqchip=off'/>"
			   "</q:commandline>");

	(void)unused;
	expect_has(xml, "arg value=\"-machine\"", 1);
	expect_has(xml, "arg value=\"kernel_irqchip=off\"", 1);
}

static void it_can_be_told_to_add_and_to_remove(void **unused)
{
	NN_AUTO(free)
	char *xml = merged("<devices><interface type='user' nn:do='add'><model type='e1000e'/>"
			   "</interface><memballoon nn:do='remove'/></devices>");

	(void)unused;
	expect_has(xml, "<interface type=\"user\">", 2);
	expect_has(xml, "memballoon", 0);
	expect_has(xml, "do=", 0);
}

static void namespaces_and_special_characters_survive(void **unused)
{
	NN_AUTO(free)
	char *xml = merged("<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
			   "<q:arg value='-name'/></q:commandline><title>a &amp; &lt;b&gt;</title>"
			   "<devices> <!-- nothing --> </devices>");

	(void)unused;
	expect_has(xml, "http://libvirt.org/schemas/domain/qemu/1.0", 1);
	expect_has(xml, "arg value=\"-name\"", 1);
	expect_has(xml, "<title>a &amp; &lt;b&gt;</title>", 1);
	expect_has(xml, "<hostdev", 1);
}

static void what_keeps_the_vm_apart_cannot_be_changed(void **unused)
{
	const struct {
		const char *inside;
		const char *what;
	} rows[] = {
		{"<name>other</name>", "<name>"},
		{"<name nn:do='add'>other</name>", "<name>"},
		{"<uuid>0</uuid>", "<uuid>"},
		{"<metadata nn:do='remove'/>", "<metadata>"},
		{"<on_reboot>restart</on_reboot>", "<on_reboot>"},
		{"<on_crash nn:do='remove'/>", "<on_crash>"},
		{"<sysinfo><oemStrings><entry>x</entry></oemStrings></sysinfo>",
		 "<sysinfo type='fwcfg'>"},
		{"<sysinfo type='fwcfg'><entry file='/etc/shadow'/></sysinfo>",
		 "<sysinfo type='fwcfg'>"},
		{"<devices><hostdev><source><address bus='0x2'/></source></hostdev></devices>",
		 "<source> of a <hostdev>"},
		{"<devices><hostdev managed='yes'/></devices>", "<source> of a <hostdev>"},
		{"<devices><hostdev mode='subsystem' type='pci' nn:do='add'/></devices>",
		 "<hostdev>"},
		{"<devices><hostdev nn:do='remove'/></devices>", "<hostdev>"},
		{"<devices nn:do='remove'/>", "<hostdev>"},
		{"<devices><interface type='hostdev'/></devices>", "<interface type='hostdev'>"},
		{"<devices><filesystem><readonly nn:do='remove'/></filesystem></devices>",
		 "the share of the host's root"},
		{"<devices><filesystem><source dir='/etc'/></filesystem></devices>",
		 "the share of the host's root"},
		{"<devices><serial><source path='/dev/null'/></serial></devices>", "the console"},
		{"<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
		 "<q:arg value='vfio-pci,host=01:00.0'/></q:commandline>",
		 "a device for VFIO on QEMU's command line"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free)
		char *document = nn_asprintf("<domain " NS ">%s</domain>", rows[i].inside);
		NN_AUTO(free)
		char *message = nn_asprintf("it would change %s, which is not the plan's to change",
					    rows[i].what);
		NN_AUTO(free) char *before = domain_text();
		NN_AUTO(free) char *xml = NULL;
		struct nn_err err = {0};

		assert_int_equal(merge(document, &xml, &err), -EINVAL);
		if (!strstr(err.message, message))
			print_error("%s: %s\n", rows[i].inside, err.message);
		assert_non_null(strstr(err.message, message));
		assert_int_equal(strncmp(err.message, "setting 'xml': '", 16), 0);
		assert_string_equal(xml, before);
	}
}

static void files_that_are_no_overlay_are_refused(void **unused)
{
	const struct {
		const char *document;
		const char *message;
	} rows[] = {
		{"<domain>", "it is no XML"},
		{"hello", "it is no XML"},
		{"<network/>", "its root is <network>, expected <domain>"},
		{"<!DOCTYPE domain [<!ENTITY x 'y'>]><domain>&x;</domain>",
		 "it has a document type, expected none"},
		{"<domain " NS "><clock><timer name='tsc' nn:do='remove'/></clock></domain>",
		 "no <timer> below <clock> to remove"},
	};
	NN_AUTO(free) char *untouched = nn_strdup("<domain/>");
	struct nn_err err = {0};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(free) char *xml = NULL;
		struct nn_err why = {0};

		assert_int_equal(merge(rows[i].document, &xml, &why), -EINVAL);
		assert_non_null(strstr(why.message, rows[i].message));
	}
	assert_int_equal(nn_domain_overlay("/nonexistent/o.xml", &untouched, &err), -ENOENT);
	assert_string_equal(err.message, "setting 'xml': '/nonexistent/o.xml': read "
					 "'/nonexistent/o.xml': No such file or directory");
}

static void depth_is_bounded(void **unused)
{
	NN_AUTO(strbuf) struct nn_strbuf document = NN_STRBUF_INIT;
	NN_AUTO(free) char *xml = NULL;
	struct nn_err err = {0};

	(void)unused;
	nn_strbuf_add(&document, "<domain>");
	for (int i = 0; i < 100; i++)
		nn_strbuf_add(&document, "<a>");
	for (int i = 0; i < 100; i++)
		nn_strbuf_add(&document, "</a>");
	nn_strbuf_add(&document, "</domain>");
	assert_int_equal(merge(nn_strbuf_str(&document), &xml, &err), -EINVAL);
	assert_non_null(strstr(err.message, "elements lie more than 64 deep"));
}

static int find(const char *inside, const char *xml, struct nn_err *err)
{
	NN_AUTO(tree) struct tree tree = {0};
	NN_AUTO(free) char *document = nn_asprintf("<domain " NS ">\n%s</domain>", inside);
	NN_AUTO(free) char *path = NULL;

	tree_init(&tree);
	tree_file(&tree, "/o.xml", document);
	path = nn_asprintf("%s/o.xml", tree.folder);
	return nn_domain_overlay_find(path, xml, err);
}

static void what_was_asked_for_is_found_or_named(void **unused)
{
	static const char resolved[] =
		"<domain><vcpu placement='static'>3</vcpu><devices>"
		"<disk type='block'><target dev='sda'/></disk>"
		"<disk type='file'><target dev='vda' bus='virtio'/></disk></devices></domain>";
	struct nn_err err = {0};

	(void)unused;
	assert_int_equal(find("<vcpu>3</vcpu>", resolved, NULL), 0);
	assert_int_equal(
		find("<devices><disk><target dev='vda'/></disk></devices>", resolved, NULL), 0);
	assert_int_equal(find("<devices><memballoon nn:do='remove'/></devices>", resolved, NULL),
			 0);
	assert_int_equal(find("<devices><disk nn:do='remove'/></devices>", resolved, NULL),
			 -ENOENT);
	assert_int_equal(find("<vcpu>4</vcpu>", resolved, &err), -ENOENT);
	assert_string_equal(err.message, "<vcpu> at line 2");
	assert_int_equal(
		find("<devices>\n<disk><target dev='vdb'/></disk></devices>", resolved, &err),
		-ENOENT);
	assert_string_equal(err.message, "<target> at line 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attributes_and_texts_are_overwritten),
		cmocka_unit_test(keys_tell_elements_of_a_name_apart),
		cmocka_unit_test(two_elements_do_not_become_one),
		cmocka_unit_test(it_can_be_told_to_add_and_to_remove),
		cmocka_unit_test(namespaces_and_special_characters_survive),
		cmocka_unit_test(what_keeps_the_vm_apart_cannot_be_changed),
		cmocka_unit_test(files_that_are_no_overlay_are_refused),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(what_was_asked_for_is_found_or_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
