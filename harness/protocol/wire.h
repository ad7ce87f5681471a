/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the messages of message.h share on their way to and from JSON. For this folder, and for who
 * must recognise a UUID. Getters fail with -EBADMSG and name the member; outputs are then
 * untouched.
 */
#ifndef NN_PROTOCOL_WIRE_H
#define NN_PROTOCOL_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/base/compat.h"
#include "harness/base/err.h"
#include "harness/protocol/message.h"

/* No text of a message may be longer; a kernel command line or a driver's complaint fits. */
#define NN_WIRE_TEXT_MAX 16384
#define NN_WIRE_NAME_MAX 256

/** Is it 8-4-4-4-12 hexadecimal digits? */
bool nn_wire_is_uuid(const char *text);

int nn_wire_get_uuid(const json_t *obj, const char *key, char ret_uuid[NN_UUID_CAP],
		     struct nn_err *err);

/** A copy of a string of at most @max bytes. */
int nn_wire_get_text(const json_t *obj, const char *key, size_t max, char **ret_text,
		     struct nn_err *err);

/** The same where null or absence means none: *@ret_text is NULL then. */
int nn_wire_opt_text(const json_t *obj, const char *key, size_t max, char **ret_text,
		     struct nn_err *err);

/** A number as 16 hexadecimal digits, because JSON's integers are signed. */
json_t *nn_wire_hex64(uint64_t value);
int nn_wire_get_hex64(const json_t *obj, const char *key, uint64_t *ret_value, struct nn_err *err);

/** A whole number of at most @max. */
int nn_wire_get_uint(const json_t *obj, const char *key, uint64_t max, unsigned int *ret_value,
		     struct nn_err *err);

int nn_wire_get_bool(const json_t *obj, const char *key, bool *ret_value, struct nn_err *err);

/** An array of at most @max members. */
int nn_wire_get_list(const json_t *obj, const char *key, size_t max, json_t **ret_list,
		     struct nn_err *err);

/** What every batch begins with: its run (which may be "" with @is_run_optional) and number. */
int nn_wire_get_batch(const json_t *obj, bool is_run_optional, char ret_run[NN_UUID_CAP],
		      uint64_t *ret_batch, struct nn_err *err);

/** Names and values as [{name, value}]. */
json_t *nn_wire_pairs(const struct nn_pairs *pairs);
int nn_wire_get_pairs(const json_t *obj, const char *key, struct nn_pairs *ret_pairs,
		      struct nn_err *err);

/** -EBADMSG: member @key holds a word that is not in the list. */
int nn_wire_unknown_word(const char *key, const char *word, struct nn_err *err);

#endif
