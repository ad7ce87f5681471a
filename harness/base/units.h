/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as people write them (16GiB, 97%, 30s) and back. Parsers take the whole string: trailing
 * characters, an unknown unit, a missing unit where one is needed, or overflow are -EINVAL, and the
 * message says what was expected.
 */
#ifndef NN_BASE_UNITS_H
#define NN_BASE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"

/** A whole number in decimal, or hexadecimal after 0x. */
int nn_parse_u64(const char *text, uint64_t *ret_value, struct nn_err *err);

/** A decimal number with '.' whatever the locale. */
int nn_parse_double(const char *text, double *ret_value, struct nn_err *err);

/** Bytes: a number and B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (1024). */
int nn_parse_bytes(const char *text, uint64_t *ret_bytes, struct nn_err *err);

/** A time: a number and ns, us, ms, s, min or h; "1.5s" is accepted. */
int nn_parse_duration_ns(const char *text, uint64_t *ret_ns, struct nn_err *err);

/** A share: "97%" is 0.97; a plain "0.97" is taken as it is. */
int nn_parse_share(const char *text, double *ret_share, struct nn_err *err);

/** "yes", "true", "on" or "no", "false", "off". */
int nn_parse_bool(const char *text, bool *ret_value, struct nn_err *err);

/** Append @bytes with the largest binary unit that divides it: "64 MiB", "4097 B". */
void nn_strbuf_add_bytes(struct nn_strbuf *sb, uint64_t bytes);

/** Append @ns for people: "850 ms", "12.4 s", "3 min 5 s". */
void nn_strbuf_add_duration(struct nn_strbuf *sb, uint64_t ns);

#endif
