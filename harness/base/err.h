/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error rule. A fallible function returns 0 or a negative errno and, on failure, fills the
 * struct nn_err that its caller passed last. The message is inline, so reporting an error never
 * fails. Success leaves @err alone; failure leaves the outputs alone. Each layer adds what it knows
 * in front of the message: "boot arm 'vm': bind '0000:01:00.0' to vfio-pci: device busy".
 *
 * Messages are one line, lower case, without a final dot; control characters become blanks. Every
 * function here accepts a NULL @err.
 */
#ifndef NN_BASE_ERR_H
#define NN_BASE_ERR_H

#include "harness/base/compat.h"

#define NN_ERR_MESSAGE_CAP 768

struct nn_err {
	int code; /* negative errno, 0 while nothing failed */
	char message[NN_ERR_MESSAGE_CAP];
};

/**
 * Record a failure.
 * @code: negative errno; what the caller is to return.
 * Return: @code, so that `return nn_err_set(err, -EINVAL, …)` is the normal form.
 */
int nn_err_set(struct nn_err *err, int code, const char *fmt, ...) NN_PRINTF(3, 4);

/**
 * Record a failure of a system call: the message is followed by ": " and strerror().
 * @errnum: positive errno value.
 * Return: -@errnum.
 */
int nn_err_errno(struct nn_err *err, int errnum, const char *fmt, ...) NN_PRINTF(3, 4);

/**
 * Put context and ": " in front of the message.
 * Return: the code already recorded, for `return nn_err_prefix(err, …)`.
 */
int nn_err_prefix(struct nn_err *err, const char *fmt, ...) NN_PRINTF(2, 3);

#endif
