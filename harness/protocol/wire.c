/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/protocol/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/json.h"

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool nn_wire_is_uuid(const char *text)
{
	if (strlen(text) != NN_UUID_CAP - 1)
		return false;
	for (size_t i = 0; i < NN_UUID_CAP - 1; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text[i] != '-' : !is_hex_digit(text[i]))
			return false;
	}
	return true;
}

int nn_wire_get_uuid(const json_t *obj, const char *key, char ret_uuid[NN_UUID_CAP],
		     struct nn_err *err)
{
	const char *text;
	int rc = nn_json_get_str(obj, key, &text, err);

	if (rc)
		return rc;
	if (!nn_wire_is_uuid(text))
		return nn_err_set(err, -EBADMSG, "member '%s': '%.40s' is no UUID", key, text);
	memcpy(ret_uuid, text, NN_UUID_CAP);
	return 0;
}

int nn_wire_get_text(const json_t *obj, const char *key, size_t max, char **ret_text,
		     struct nn_err *err)
{
	const char *text;
	int rc = nn_json_get_str(obj, key, &text, err);

	if (rc)
		return rc;
	if (strlen(text) > max)
		return nn_err_set(err, -EBADMSG, "member '%s': %zu bytes, expected at most %zu",
				  key, strlen(text), max);
	*ret_text = nn_strdup(text);
	return 0;
}

int nn_wire_opt_text(const json_t *obj, const char *key, size_t max, char **ret_text,
		     struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	if (value && !json_is_null(value))
		return nn_wire_get_text(obj, key, max, ret_text, err);
	*ret_text = NULL;
	return 0;
}

json_t *nn_wire_hex64(uint64_t value)
{
	return json_sprintf("%016" PRIx64, value);
}

int nn_wire_get_hex64(const json_t *obj, const char *key, uint64_t *ret_value, struct nn_err *err)
{
	const char *text;
	int rc = nn_json_get_str(obj, key, &text, err);
	uint64_t value = 0;

	if (rc)
		return rc;
	for (size_t i = 0; i < 16; i++) {
		if (!is_hex_digit(text[i]))
			return nn_err_set(err, -EBADMSG,
					  "member '%s': '%.20s', expected 16 hexadecimal digits",
					  key, text);
		value = value << 4 |
			(uint64_t)(text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
	}
	if (text[16])
		return nn_err_set(err, -EBADMSG,
				  "member '%s': '%.20s', expected 16 hexadecimal digits", key,
				  text);
	*ret_value = value;
	return 0;
}

int nn_wire_get_uint(const json_t *obj, const char *key, uint64_t max, unsigned int *ret_value,
		     struct nn_err *err)
{
	uint64_t value;
	int rc = nn_json_get_u64(obj, key, &value, err);

	if (rc)
		return rc;
	if (value > max)
		return nn_err_set(err, -EBADMSG,
				  "member '%s': %" PRIu64 ", expected at most %" PRIu64, key, value,
				  max);
	*ret_value = (unsigned int)value;
	return 0;
}

int nn_wire_get_bool(const json_t *obj, const char *key, bool *ret_value, struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_boolean(value))
		return nn_err_set(err, -EBADMSG, "member '%s': %s, expected true or false", key,
				  value ? "wrong type" : "missing");
	*ret_value = json_is_true(value);
	return 0;
}

int nn_wire_get_list(const json_t *obj, const char *key, size_t max, json_t **ret_list,
		     struct nn_err *err)
{
	json_t *list;
	int rc = nn_json_get_array(obj, key, &list, err);

	if (rc)
		return rc;
	if (json_array_size(list) > max)
		return nn_err_set(err, -EBADMSG, "member '%s': %zu entries, expected at most %zu",
				  key, json_array_size(list), max);
	*ret_list = list;
	return 0;
}

int nn_wire_get_batch(const json_t *obj, bool is_run_optional, char ret_run[NN_UUID_CAP],
		      uint64_t *ret_batch, struct nn_err *err)
{
	const char *run = nn_json_opt_str(obj, "run");
	char uuid[NN_UUID_CAP] = "";
	int rc = 0;

	if (!is_run_optional || !run || *run)
		rc = nn_wire_get_uuid(obj, "run", uuid, err);
	if (!rc)
		rc = nn_json_get_u64(obj, "batch", ret_batch, err);
	if (rc)
		return rc;
	memcpy(ret_run, uuid, sizeof(uuid));
	return 0;
}

int nn_wire_unknown_word(const char *key, const char *word, struct nn_err *err)
{
	return nn_err_set(err, -EBADMSG, "member '%s': unknown word '%.40s'", key, word);
}
