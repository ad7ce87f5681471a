/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/json-members.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/base/json.h"
#include "harness/base/units.h"

void nn_member_set(json_t *object, const char *key, json_t *take_value)
{
	(void)json_object_set_new(object, key, take_value); /* fails for keys that are no UTF-8 */
}

void nn_member_text(json_t *object, const char *key, const char *text)
{
	nn_member_set(object, key, nn_json_str_or_null(text));
}

void nn_member_real(json_t *object, const char *key, double value)
{
	nn_member_set(object, key, nn_json_real_or_null(value));
}

void nn_member_count(json_t *object, const char *key, uint64_t value)
{
	nn_member_set(object, key, json_integer((json_int_t)value));
}

void nn_member_strings(json_t *object, const char *key, const struct nn_strings *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->nr; i++)
		(void)json_array_append_new(array, nn_json_str_or_null(strings->items[i]));
	nn_member_set(object, key, array);
}

void nn_member_interval(json_t *object, const char *key, const double bounds[2])
{
	json_t *array = json_null();

	if (isfinite(bounds[0]) && isfinite(bounds[1])) {
		array = json_array();
		(void)json_array_append_new(array, json_real(bounds[0]));
		(void)json_array_append_new(array, json_real(bounds[1]));
	}
	nn_member_set(object, key, array);
}

void nn_member_number_text(json_t *object, const char *key, const char *text)
{
	uint64_t value;

	if (text && !nn_parse_u64(text, &value, NULL))
		nn_member_count(object, key, value);
	else
		nn_member_set(object, key, json_null());
}

#define MAX_MARGIN 8
static const char blanks[MAX_MARGIN + 1] = "        ";

struct dump {
	struct nn_strbuf *out;
	size_t margin;
};

/* Line ends within strings are escaped, so each that comes along begins a line of the layout. */
static int append(const char *text, size_t len, void *user)
{
	const struct dump *dump = user;

	while (len) {
		const char *line_end = memchr(text, '\n', len);
		size_t nr_bytes = line_end ? (size_t)(line_end - text) + 1 : len;

		nn_strbuf_addn(dump->out, text, nr_bytes);
		if (line_end)
			nn_strbuf_addn(dump->out, blanks, dump->margin);
		text += nr_bytes;
		len -= nr_bytes;
	}
	return 0;
}

int nn_member_dump(json_t *take_value, size_t margin, struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(json) json_t *value = take_value;
	struct dump dump = {.out = out, .margin = margin};

	assert(margin <= MAX_MARGIN);
	if (json_dump_callback(value, append, &dump,
			       JSON_INDENT(2) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY))
		return nn_err_set(err, -ENOMEM, "write a report as JSON: no memory");
	return 0;
}
