/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spelling of a PCI address, apart from any machine: plans check it without looking at sysfs.
 */
#ifndef NN_BASE_BDF_H
#define NN_BASE_BDF_H

#include "harness/base/compat.h"
#include "harness/base/err.h"

/**
 * Normalise "1:0.0", "01:00.0" or "0000:01:00.0" to the form of sysfs, "0000:01:00.0".
 * Domains may have up to six digits: Intel VMD numbers its own from 10000 up.
 * Return: 0, or -EINVAL with what was expected.
 */
int nn_bdf_parse(const char *text, char ret_bdf[NN_BDF_CAP], struct nn_err *err);

#endif
