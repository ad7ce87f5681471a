/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plan may say of a VM beyond words and numbers. The first line: pin, extra or overlay. */
#include "ci/fuzz/fuzz.h"

#include "harness/device/group.h"
#include "harness/target/domain-overlay.h"
#include "harness/target/vm-pin.h"

#define NR_VCPUS 4
#define UUID     "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"

/* What a target writes, but for what plays no part here. */
static const char domain[] =
	"<domain type='kvm'><name>nearnative-a70bdd71</name><uuid>" UUID "</uuid>"
	"<vcpu>4</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>"
	"<sysinfo type='fwcfg'><entry name='opt/x' file='/tmp/credentials'/></sysinfo>"
	"<features><acpi/></features><clock offset='utc'><timer name='hpet' present='no'/></clock>"
	"<on_reboot>destroy</on_reboot><devices><hostdev mode='subsystem' type='pci' managed='no'>"
	"<source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>"
	"<serial type='file'><source path='/tmp/console.log'/></serial></devices></domain>";

static void read_pins(const char *text)
{
	NN_AUTO(name_list) struct nn_name_list vcpus = {0};
	NN_AUTO(free) char *written = NULL;
	NN_AUTO(name_list) struct nn_name_list again = {0};
	struct nn_err err = {0};
	int rc = nn_vm_pins_parse(text, NR_VCPUS, &vcpus, &err);

	if (rc) {
		fuzz_check_failure(rc, &err);
		return;
	}
	fuzz_require(vcpus.nr == NR_VCPUS, "%zu vCPUs", vcpus.nr);
	written = nn_vm_pins_text(&vcpus);
	fuzz_require(nn_vm_pins_parse(written, NR_VCPUS, &again, &err) == 0, "'%s': %s", written,
		     err.message);
}

static void read_extra(const char *text)
{
	NN_AUTO(group_extra) struct nn_group_extra extra = {0};
	struct nn_err err = {0};
	int rc = nn_group_extra_parse(text, &extra, &err);

	if (rc)
		fuzz_check_failure(rc, &err);
	else
		fuzz_require(extra.is_whole_group || extra.bdfs.nr, "nothing of '%s'", text);
}

static void merge(const struct fuzz_input *input)
{
	NN_AUTO(fuzz_file) struct fuzz_file file = fuzz_file_new(input->text, input->len);
	NN_AUTO(free) char *xml = nn_strdup(domain);
	struct nn_err err = {0};
	int rc = nn_domain_overlay(file.path, &xml, &err);

	if (rc) {
		fuzz_check_failure(rc, &err);
		return;
	}
	fuzz_require(strstr(xml, "<uuid>" UUID "</uuid>"), "it is another domain");
	fuzz_require(strstr(xml, "managed=\"no\""), "libvirt manages the device");
	fuzz_require(strstr(xml, "file=\"/tmp/credentials\""), "the credentials are others");
	(void)nn_domain_overlay_find(file.path, xml, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(fuzz_input) struct fuzz_input input = fuzz_split(bytes, size);

	if (strcmp(input.word, "pin") == 0)
		read_pins(input.text);
	else if (strcmp(input.word, "extra") == 0)
		read_extra(input.text);
	else if (strcmp(input.word, "overlay") == 0)
		merge(&input);
	return 0;
}
