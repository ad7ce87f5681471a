/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON through jansson: checked getters that name the key and the type they wanted, so that a
 * message from the network or a file can be taken apart without trust. Getters borrow: strings
 * live as long as their object.
 */
#ifndef NN_BASE_JSON_H
#define NN_BASE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"

NN_AUTO_DEFINE(json, json_t *, json_decref(*p))

/** Parse @len bytes of text into a new reference; -EBADMSG with line and column when it is none. */
int nn_json_parse(const char *text, size_t len, json_t **ret_root, struct nn_err *err);

/** Compact text of @root, of the caller's; reals with 17 digits so that they round-trip. */
char *nn_json_text(const json_t *root);

/** The same, indented by two, with a newline at the end. */
char *nn_json_pretty(const json_t *root);

/* Required members: -EBADMSG when missing or of another type. */
int nn_json_get_str(const json_t *obj, const char *key, const char **ret_s, struct nn_err *err);
int nn_json_get_u64(const json_t *obj, const char *key, uint64_t *ret_value, struct nn_err *err);
int nn_json_get_double(const json_t *obj, const char *key, double *ret_value, struct nn_err *err);
int nn_json_get_array(const json_t *obj, const char *key, json_t **ret_array, struct nn_err *err);
int nn_json_get_object(const json_t *obj, const char *key, json_t **ret_object, struct nn_err *err);

/** A string member, or NULL when absent, null or no string. */
const char *nn_json_opt_str(const json_t *obj, const char *key);

/** @s as a new JSON string, or null for NULL; bytes that are not UTF-8 become '?'. */
json_t *nn_json_str_or_null(const char *s);

/** @value as a new JSON real, or null when it is not finite. */
json_t *nn_json_real_or_null(double value);

#endif
