/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of JSON objects in the shapes that reports use: absent texts and numbers are null. Keys
 * are constants. Private to the renderers that write JSON.
 */
#ifndef NN_REPORTS_JSON_MEMBERS_H
#define NN_REPORTS_JSON_MEMBERS_H

#include <jansson.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/strbuf.h"
#include "reports/comparison.h"

void nn_member_set(json_t *object, const char *key, json_t *take_value);
void nn_member_text(json_t *object, const char *key, const char *text);
void nn_member_real(json_t *object, const char *key, double value);
void nn_member_count(json_t *object, const char *key, uint64_t value);
void nn_member_strings(json_t *object, const char *key, const struct nn_strings *strings);

/** [lower, upper], or null when either is not finite. */
void nn_member_interval(json_t *object, const char *key, const double bounds[2]);

/** A stored number that is text ("7") as a number; null when it is none. */
void nn_member_number_text(json_t *object, const char *key, const char *text);

/**
 * Append @value, which is released, indented by two; lines after the first begin with @margin
 * blanks, 8 at most. Reals have 17 digits, so that they round-trip.
 * Return: 0 or -ENOMEM.
 */
int nn_member_dump(json_t *take_value, size_t margin, struct nn_strbuf *out, struct nn_err *err);

#endif
