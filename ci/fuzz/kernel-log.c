/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record of /dev/kmsg, whose text a device or a guest may have a say in. */
#include "ci/fuzz/fuzz.h"

#include "collectors/events/kernel-log.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(strbuf) struct nn_strbuf message = NN_STRBUF_INIT;
	NN_AUTO(free) char *record = nn_strndup(size ? (const char *)bytes : "", size);
	enum nn_severity severity;
	const char *kind = NULL;

	if (!nn_kernel_log_message(record, size, &message))
		return 0;
	fuzz_require(message.len <= 512, "a message of %zu bytes", message.len);
	fuzz_require(!memchr(nn_strbuf_str(&message), '\n', message.len), "more than a line");
	if (nn_kernel_log_classify(nn_strbuf_str(&message), &severity, &kind))
		fuzz_require(kind && nn_severity_name(severity), "an event of no kind");
	return 0;
}
