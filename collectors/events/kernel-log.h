/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What kernel log lines mean for a passthrough benchmark; pure, apart from the collector that reads
 * them. Only lines about IOMMUs, PCIe errors, VFIO, GPU faults, machine checks, links and resets
 * mean anything here.
 */
#ifndef NN_COLLECTORS_EVENTS_KERNEL_LOG_H
#define NN_COLLECTORS_EVENTS_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/strbuf.h"
#include "harness/protocol/message.h"

/**
 * The message of a record of /dev/kmsg ("6,1234,56789,-;text\n KEY=value\n"), without prefix and
 * continuation lines, appended to an empty @ret_message; long ones are cut at 512 bytes.
 * Return: false when the bytes are no such record.
 * Source: Documentation/ABI/testing/dev-kmsg
 */
bool nn_kernel_log_message(const char *record, size_t len, struct nn_strbuf *ret_message);

/**
 * What a message is about.
 * @ret_kind: a constant: "iommu-fault", "iommu", "aer", "vfio", "xid", "mce", "reset", "link".
 * Return: false for messages that are of no interest.
 */
bool nn_kernel_log_classify(const char *message, enum nn_severity *ret_severity,
			    const char **ret_kind);

#endif
