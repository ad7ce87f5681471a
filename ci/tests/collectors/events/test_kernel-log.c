/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/events/kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_events_kernel_log;

/* Lines that kernels were seen to write; reference/iommu.md. */
static const struct {
	const char *message;
	const char *kind; /* NULL: of no interest */
	enum nn_severity severity;
} lines[] = {
	{"DMAR: DRHD: handling fault status reg 2", "iommu-fault", NN_SEVERITY_ERROR},
	{"DMAR: [DMA Write NO_PASID] Request device [00:01.0] fault addr 0x200000 [fault reason "
	 "0x05] PTE Write access is not set",
	 "iommu-fault", NN_SEVERITY_ERROR},
	{"DMAR: [DMA Read PASID 0x1] Request device [00:02.0] fault addr 9c000000 [fault reason "
	 "06] PTE Read access is not set",
	 "iommu-fault", NN_SEVERITY_ERROR},
	{"DMAR: [INTR-REMAP] Request device [f0:1f.0] fault index 0x0 [fault reason 0x25]",
	 "iommu-fault", NN_SEVERITY_ERROR},
	{"dmar_fault: 893 callbacks suppressed", "iommu-fault", NN_SEVERITY_ERROR},
	{"vfio-pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000b "
	 "address=0x200000 flags=0x0020]",
	 "iommu-fault", NN_SEVERITY_ERROR},
	{"AMD-Vi: Event logged [INVALID_DEVICE_REQUEST device=0000:01:00.0 pasid=0x00000]",
	 "iommu-fault", NN_SEVERITY_ERROR},
	{"pcieport 0000:00:01.1: PCIe Bus Error: severity=Corrected, type=Data Link Layer, "
	 "(Receiver ID)",
	 "aer", NN_SEVERITY_WARNING},
	{"virtio-pci 0000:01:00.0: PCIe Bus Error: severity=Uncorrected (Non-Fatal), "
	 "type=Transaction Layer, (Requester ID)",
	 "aer", NN_SEVERITY_ERROR},
	{"pcieport 0000:00:04.0: AER: enabled with IRQ 24", "aer", NN_SEVERITY_INFO},
	{"pcieport 0000:00:01.1: AER: Corrected error received: 0000:01:00.0", "aer",
	 NN_SEVERITY_WARNING},
	{"pcieport 0000:00:01.1: AER: Uncorrected (Fatal) error received: 0000:01:00.0", "aer",
	 NN_SEVERITY_ERROR},
	{"NVRM: Xid (PCI:0000:01:00): 79, pid='<unknown>', GPU has fallen off the bus.", "xid",
	 NN_SEVERITY_ERROR},
	{"mce: [Hardware Error]: Machine check events logged", "mce", NN_SEVERITY_ERROR},
	{"mce: CPU0: Thermal monitoring enabled (TM1)", "mce", NN_SEVERITY_INFO},
	{"vfio-pci 0000:01:00.0: vfio_bar_restore: reset recovery - restoring BARs", "vfio",
	 NN_SEVERITY_WARNING},
	{"vfio-pci 0000:01:00.0: Relaying device request to user (#0)", "vfio",
	 NN_SEVERITY_WARNING},
	{"vfio-pci 0000:01:00.0: vfio_ecap_init: hiding ecap 0x1e@0x154", "vfio", NN_SEVERITY_INFO},
	{"vfio-pci 0000:01:00.0: not ready 1023ms after FLR; waiting", "reset",
	 NN_SEVERITY_WARNING},
	{"vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up", "reset",
	 NN_SEVERITY_ERROR},
	{"nvme nvme0: I/O 12 QID 1 timeout, reset controller", "reset", NN_SEVERITY_ERROR},
	{"pcieport 0000:00:04.0: pciehp: Slot(0): Link Down", "link", NN_SEVERITY_ERROR},
	{"pci 0000:01:00.0: Adding to iommu group 5", "iommu", NN_SEVERITY_INFO},
	{"DMAR: Intel(R) Virtualization Technology for Directed I/O", "iommu", NN_SEVERITY_INFO},
	{"AMD-Vi: Interrupt remapping enabled", "iommu", NN_SEVERITY_INFO},
	{"iommu: Default domain type: Translated ", "iommu", NN_SEVERITY_INFO},
	{"EXT4-fs (nvme0n1): mounted filesystem", NULL, NN_SEVERITY_INFO},
	{"Linux version 6.1.0-56-amd64", NULL, NN_SEVERITY_INFO},
	{"kauditd: not ready yet", NULL, NN_SEVERITY_INFO},
	{"", NULL, NN_SEVERITY_INFO},
};

static void lines_are_classified_as_kernels_mean_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(lines); i++) {
		enum nn_severity severity;
		const char *kind = "none";
		bool is_known = nn_kernel_log_classify(lines[i].message, &severity, &kind);

		if (is_known != (lines[i].kind != NULL))
			fail_msg("'%s' was classified as %s", lines[i].message, kind);
		if (!is_known)
			continue;
		assert_string_equal(kind, lines[i].kind);
		if (severity != lines[i].severity)
			fail_msg("'%s' has severity %s", lines[i].message,
				 nn_severity_name(severity));
	}
}

static void records_lose_prefix_and_continuation(void **state)
{
	static const struct {
		const char *record;
		const char *message; /* NULL: no record */
	} cases[] = {
		{"6,1234,56789,-;pci 0000:01:00.0: reset\n SUBSYSTEM=pci\n DEVICE=+pci:x\n",
		 "pci 0000:01:00.0: reset"},
		{"3,1,2,-,caller=T1;text with; semicolon\n", "text with; semicolon"},
		{"4,1,2,c;no newline", "no newline"},
		{"4,1,2,-;\n", ""},
		{"no prefix at all\n", NULL},
		{"", NULL},
		{"4,1,2,-\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;
		bool is_record =
			nn_kernel_log_message(cases[i].record, strlen(cases[i].record), &message);

		assert_int_equal(is_record, cases[i].message != NULL);
		if (is_record)
			assert_string_equal(nn_strbuf_str(&message), cases[i].message);
	}
}

static void long_message_is_cut_between_characters(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf record = NN_STRBUF_INIT;
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;

	(void)state;
	nn_strbuf_add(&record, "6,1,2,-;x");
	for (int i = 0; i < 600; i++)
		nn_strbuf_add(&record, "\xc3\xa4");
	assert_true(nn_kernel_log_message(nn_strbuf_str(&record), record.len, &message));
	/* 512 would split the 256th character, which begins at byte 511 */
	assert_int_equal(message.len, 511);
}

/* A pipe in the place of /dev/kmsg: each write is a record, as the kernel gives them. */
static void collector_reports_what_is_new(void **state)
{
	static const char fault[] = "3,7,8,-;DMAR: DRHD: handling fault status reg 2\n";
	static const char boring[] = "6,8,9,-;usb 1-1: new device\n";
	struct recorded *recorded = *state;
	const struct nn_collector *log = &nn_collector_events_kernel_log;
	NN_AUTO(free) char *path = recorded_path(recorded, "/dev/kmsg");
	NN_AUTO(fd) int writer = -1;
	struct nn_err err = {0};

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(log->probe(&recorded->collect, &err), 0);
	assert_int_equal(log->start(&recorded->collect, &err), 0);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(writer >= 0);

	assert_int_equal(log->sample(&recorded->collect, &err), 0);
	assert_int_equal(write(writer, boring, sizeof(boring) - 1), sizeof(boring) - 1);
	assert_int_equal(log->sample(&recorded->collect, &err), 0);
	assert_int_equal(recorded->nr_events, 0);

	assert_int_equal(write(writer, fault, sizeof(fault) - 1), sizeof(fault) - 1);
	assert_int_equal(log->sample(&recorded->collect, &err), 0);
	assert_int_equal(log->sample(&recorded->collect, &err), 0);
	assert_string_equal(nn_strbuf_str(&recorded->events),
			    "error iommu-fault DMAR: DRHD: handling fault status reg 2\n");
	log->stop(&recorded->collect);
}

static void machine_without_kernel_log_is_unsupported_with_the_reason(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	assert_int_equal(nn_collector_events_kernel_log.probe(&recorded->collect, &err),
			 -EOPNOTSUPP);
	assert_string_equal(err.message, "open /dev/kmsg: No such file or directory");
}

static void unreadable_kernel_log_says_what_is_needed(void **state)
{
	struct recorded *recorded = *state;
	struct nn_err err = {0};

	if (geteuid() == 0)
		skip(); /* root may read everything */

	NN_AUTO(free) char *path = recorded_path(recorded, "/dev/kmsg");

	recorded_write(recorded, "/dev/kmsg", "");
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(nn_collector_events_kernel_log.probe(&recorded->collect, &err),
			 -EOPNOTSUPP);
	assert_non_null(strstr(err.message, "kernel.dmesg_restrict=0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_classified_as_kernels_mean_them),
		cmocka_unit_test(records_lose_prefix_and_continuation),
		cmocka_unit_test(long_message_is_cut_between_characters),
		cmocka_unit_test_setup_teardown(collector_reports_what_is_new, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(
			machine_without_kernel_log_is_unsupported_with_the_reason, recorded_setup,
			recorded_teardown),
		cmocka_unit_test_setup_teardown(unreadable_kernel_log_says_what_is_needed,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
