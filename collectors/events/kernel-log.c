/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/events/kernel-log.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "collectors/collector.h"
#include "harness/base/array.h"

#define MESSAGE_CAP 512
#define RECORD_CAP  8192 /* what the kernel needs to give any record whole */
#define EVENTS_CAP  256  /* reported by one sample; a storm of faults must not fill the database */
#define RECORDS_CAP 65536

struct rule {
	const char *needle;
	const char *also; /* a second needle that must be there too, or NULL */
	const char *kind;
	enum nn_severity severity;
};

/*
 * The first match counts, so what is specific stands before what is general.
 * Source: drivers/iommu/intel/dmar.c, drivers/iommu/amd/iommu.c, drivers/pci/pcie/aer.c,
 * drivers/vfio/pci, NVIDIA Xid catalogue
 */
static const struct rule rules[] = {
	{"DMAR", "Request device", "iommu-fault", NN_SEVERITY_ERROR},
	{"DMAR: DRHD: handling fault", NULL, "iommu-fault", NN_SEVERITY_ERROR},
	{"dmar_fault:", "suppressed", "iommu-fault", NN_SEVERITY_ERROR},
	{"AMD-Vi: Event logged [", NULL, "iommu-fault", NN_SEVERITY_ERROR},
	{"IOMMU event log overflow", NULL, "iommu-fault", NN_SEVERITY_ERROR},
	{"AMD-Vi: Completion-Wait loop timed out", NULL, "iommu-fault", NN_SEVERITY_ERROR},
	{"PCIe Bus Error", "severity=Correct", "aer", NN_SEVERITY_WARNING},
	{"PCIe Bus Error", NULL, "aer", NN_SEVERITY_ERROR},
	{"AER: enabled", NULL, "aer", NN_SEVERITY_INFO},
	{"AER: Correct", NULL, "aer", NN_SEVERITY_WARNING},
	{"AER: Multiple Correct", NULL, "aer", NN_SEVERITY_WARNING},
	{"AER: device recovery successful", NULL, "aer", NN_SEVERITY_WARNING},
	{"AER:", NULL, "aer", NN_SEVERITY_ERROR},
	{"NVRM: Xid", NULL, "xid", NN_SEVERITY_ERROR},
	{"[Hardware Error]", NULL, "mce", NN_SEVERITY_ERROR},
	{"mce:", "Machine check", "mce", NN_SEVERITY_ERROR},
	{"mce:", NULL, "mce", NN_SEVERITY_INFO},
	{"vfio_bar_restore", NULL, "vfio", NN_SEVERITY_WARNING},
	{"Relaying device request to user", NULL, "vfio", NN_SEVERITY_WARNING},
	{"not ready", "waiting", "reset", NN_SEVERITY_WARNING},
	{"not ready", "giving up", "reset", NN_SEVERITY_ERROR},
	{"timeout, reset controller", NULL, "reset", NN_SEVERITY_ERROR},
	{"GPU reset", NULL, "reset", NN_SEVERITY_ERROR},
	{"GPU HANG", NULL, "reset", NN_SEVERITY_ERROR},
	{"pciehp", "Link Down", "link", NN_SEVERITY_ERROR},
	{"available PCIe bandwidth, limited by", NULL, "link", NN_SEVERITY_WARNING},
	{"vfio", "fail", "vfio", NN_SEVERITY_ERROR},
	{"vfio", NULL, "vfio", NN_SEVERITY_INFO},
	{"VFIO", NULL, "vfio", NN_SEVERITY_INFO},
	{"DMAR:", NULL, "iommu", NN_SEVERITY_INFO},
	{"DMAR-IR:", NULL, "iommu", NN_SEVERITY_INFO},
	{"AMD-Vi:", NULL, "iommu", NN_SEVERITY_INFO},
	{"iommu:", NULL, "iommu", NN_SEVERITY_INFO},
	{"iommu group", NULL, "iommu", NN_SEVERITY_INFO},
};

struct state {
	int fd;
};

bool nn_kernel_log_message(const char *record, size_t len, struct nn_strbuf *ret_message)
{
	const char *text = memchr(record, ';', len);
	const char *end;
	size_t text_len;

	if (!len || record[0] < '0' || record[0] > '9' || !text)
		return false;
	text++;
	end = memchr(text, '\n', len - (size_t)(text - record));
	text_len = end ? (size_t)(end - text) : len - (size_t)(text - record);
	if (text_len > MESSAGE_CAP) {
		text_len = MESSAGE_CAP;
		/* not in the middle of a UTF-8 sequence */
		while (text_len && ((unsigned char)text[text_len] & 0xc0) == 0x80)
			text_len--;
	}
	nn_strbuf_addn(ret_message, text, text_len);
	return true;
}

bool nn_kernel_log_classify(const char *message, enum nn_severity *ret_severity,
			    const char **ret_kind)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];

		if (!strstr(message, rule->needle))
			continue;
		if (rule->also && !strstr(message, rule->also))
			continue;
		*ret_severity = rule->severity;
		*ret_kind = rule->kind;
		return true;
	}
	return false;
}

static int open_log(const struct nn_collect *collect, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_sysfs_path(collect->sysroot, "/dev/kmsg");
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EPERM || errno == EACCES)
		return nn_err_errno(err, errno,
				    "open /dev/kmsg (needs CAP_SYSLOG or kernel.dmesg_restrict=0)");
	return nn_err_errno(err, errno, "open /dev/kmsg");
}

static int events_kernel_log_probe(struct nn_collect *collect, struct nn_err *err)
{
	NN_AUTO(fd) int fd = open_log(collect, err);
	char record[RECORD_CAP];

	if (fd < 0)
		return -EOPNOTSUPP;
	/* sandboxes exist whose /dev/kmsg opens and then refuses to be read */
	if (read(fd, record, sizeof(record)) < 0 && errno != EAGAIN && errno != EPIPE) {
		(void)nn_err_errno(err, errno, "read /dev/kmsg");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int events_kernel_log_start(struct nn_collect *collect, struct nn_err *err)
{
	struct state *state = nn_calloc(1, sizeof(*state));

	collect->state = state;
	state->fd = open_log(collect, err);
	if (state->fd < 0)
		return state->fd;
	/* a pipe, as tests give, has no past to skip */
	if (lseek(state->fd, 0, SEEK_END) < 0 && errno != ESPIPE)
		return nn_err_errno(err, errno, "seek to the end of /dev/kmsg");
	return 0;
}

/* Report a record when it is of interest. Return: was it? */
static bool report_record(const struct nn_sink *sink, const char *record, size_t len)
{
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;
	enum nn_severity severity;
	const char *kind;

	if (!nn_kernel_log_message(record, len, &message))
		return false;
	if (!nn_kernel_log_classify(nn_strbuf_str(&message), &severity, &kind))
		return false;
	sink->event(sink->user, severity, kind, nn_strbuf_str(&message));
	return true;
}

static int events_kernel_log_sample(struct nn_collect *collect, struct nn_err *err)
{
	const struct state *state = collect->state;
	const struct nn_sink *sink = collect->sink;
	char record[RECORD_CAP];
	size_t nr_events = 0;

	for (size_t nr = 0; nr < RECORDS_CAP; nr++) {
		ssize_t len = read(state->fd, record, sizeof(record));

		if (len > 0) {
			nr_events += report_record(sink, record, (size_t)len);
		} else if (len == 0 || errno == EAGAIN) {
			return 0;
		} else if (errno == EPIPE) {
			sink->event(sink->user, NN_SEVERITY_WARNING, "kernel-log",
				    "the kernel overwrote records before they were read");
		} else if (errno != EINTR) {
			return nn_err_errno(err, errno, "read /dev/kmsg");
		}
		if (nr_events == EVENTS_CAP) {
			sink->event(sink->user, NN_SEVERITY_WARNING, "kernel-log",
				    "too many events in one run: the rest was dropped");
			(void)lseek(state->fd, 0, SEEK_END); /* worked at start */
			return 0;
		}
	}
	return 0;
}

static void events_kernel_log_stop(struct nn_collect *collect)
{
	struct state *state = NN_STEAL(collect->state);

	if (state && state->fd >= 0)
		(void)close(state->fd); /* read only */
	free(state);
}

const struct nn_collector nn_collector_events_kernel_log = {
	.plugin = {.name = "events/kernel-log",
		   .summary = "kernel messages about IOMMU, PCIe errors, VFIO, GPU faults, resets"},
	.kind = NN_COLLECT_EVENTS,
	.sides = NN_SIDE_BOTH,
	.probe = events_kernel_log_probe,
	.start = events_kernel_log_start,
	.sample = events_kernel_log_sample,
	.stop = events_kernel_log_stop,
};
