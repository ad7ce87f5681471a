/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What differs between compilers, libc and kernel headers is settled here, so that no other file
 * carries an #if for it.
 */
#ifndef NN_BASE_COMPAT_H
#define NN_BASE_COMPAT_H

#include <stddef.h>

#define NN_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))
#define NN_NONNULL(arg)            __attribute__((nonnull(arg)))
#define NN_UNUSED                  __attribute__((unused))
#define NN_MUST_CHECK              __attribute__((warn_unused_result))

#define NN_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Room for any "0000:00:00.0" PCI address, and for any UUID, with the final NUL. */
#define NN_BDF_CAP  16
#define NN_UUID_CAP 37

#endif
