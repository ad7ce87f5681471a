/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which settings of a virtual machine do not go together, whatever machine it would run on. */
#ifndef NN_TARGET_VM_RULES_H
#define NN_TARGET_VM_RULES_H

#include "harness/target/vm-settings.h"

/** Return: 0, or -EINVAL that names the settings and says what would do. */
int nn_vm_rules_check(const struct nn_vm_settings *settings, struct nn_err *err);

#endif
