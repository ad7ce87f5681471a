/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"

int nn_json_parse(const char *text, size_t len, json_t **ret_root, struct nn_err *err)
{
	json_error_t why;
	json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);

	if (!root)
		return nn_err_set(err, -EBADMSG, "JSON line %d column %d: %s", why.line, why.column,
				  why.text);
	*ret_root = root;
	return 0;
}

static char *json_text_with(const json_t *root, size_t flags)
{
	char *text = json_dumps(root, flags | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY);

	return text ? text : nn_strdup("null");
}

char *nn_json_text(const json_t *root)
{
	return json_text_with(root, JSON_COMPACT);
}

char *nn_json_pretty(const json_t *root)
{
	NN_AUTO(free) char *text = json_text_with(root, JSON_INDENT(2));
	size_t len = strlen(text);

	text = nn_reallocarray(text, len + 2, 1);
	memcpy(text + len, "\n", 2);
	return NN_STEAL(text);
}

static int json_wrong(const json_t *obj, const char *key, const char *wanted, struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	return nn_err_set(err, -EBADMSG, "member '%s': %s, expected %s", key,
			  value ? "wrong type" : "missing", wanted);
}

int nn_json_get_str(const json_t *obj, const char *key, const char **ret_s, struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_string(value))
		return json_wrong(obj, key, "a string", err);
	*ret_s = json_string_value(value);
	return 0;
}

int nn_json_get_u64(const json_t *obj, const char *key, uint64_t *ret_value, struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return json_wrong(obj, key, "a whole number, 0 or more", err);
	*ret_value = (uint64_t)json_integer_value(value);
	return 0;
}

int nn_json_get_double(const json_t *obj, const char *key, double *ret_value, struct nn_err *err)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_number(value))
		return json_wrong(obj, key, "a number", err);
	*ret_value = json_number_value(value);
	return 0;
}

int nn_json_get_array(const json_t *obj, const char *key, json_t **ret_array, struct nn_err *err)
{
	json_t *value = json_object_get(obj, key);

	if (!json_is_array(value))
		return json_wrong(obj, key, "an array", err);
	*ret_array = value;
	return 0;
}

int nn_json_get_object(const json_t *obj, const char *key, json_t **ret_object, struct nn_err *err)
{
	json_t *value = json_object_get(obj, key);

	if (!json_is_object(value))
		return json_wrong(obj, key, "an object", err);
	*ret_object = value;
	return 0;
}

const char *nn_json_opt_str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

json_t *nn_json_str_or_null(const char *s)
{
	json_t *value;

	if (!s)
		return json_null();
	value = json_string(s);
	if (value)
		return value;

	NN_AUTO(free) char *ascii = nn_strdup(s);

	for (char *c = ascii; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return json_string(ascii);
}

json_t *nn_json_real_or_null(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}
