/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What /proc/cpuinfo says the CPUs can do. */
#ifndef NN_BASE_CPU_FLAGS_H
#define NN_BASE_CPU_FLAGS_H

#include <stdbool.h>

#include "harness/base/sysfs.h"

/** Is @flag among the flags of the first CPU? */
bool nn_cpu_has_flag(const struct nn_sysroot *root, const char *flag);

#endif
