/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/options.h"

#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/base/wrap.h"

#define LABEL_COLUMNS 24

static const struct nn_option *option_find(const struct nn_option *table, const char *name,
					   size_t len)
{
	for (const struct nn_option *option = table; option->name; option++) {
		if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
			return option;
	}
	return NULL;
}

static int option_store(const struct nn_option *option, const char *text, void *values,
			struct nn_err *err)
{
	void *at = (char *)values + option->offset;
	struct nn_option_list *list = at;

	switch (option->kind) {
	case NN_OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case NN_OPTION_STRING:
		*(const char **)at = text;
		return 0;
	case NN_OPTION_U64:
		return nn_parse_u64(text, at, err);
	case NN_OPTION_DURATION:
		return nn_parse_duration_ns(text, at, err);
	case NN_OPTION_BYTES:
		return nn_parse_bytes(text, at, err);
	case NN_OPTION_SHARE:
		return nn_parse_share(text, at, err);
	case NN_OPTION_LIST:
		*NN_ARRAY_APPEND(list->values, list->nr, list->cap) = text;
		return 0;
	}
	return -EINVAL;
}

/* Take the option at argv[*at], and its value when that is the next word; *at is left on the last.
 */
static int option_take(const struct nn_option *table, int argc, char *const *argv, int *at,
		       void *values, struct nn_err *err)
{
	const char *name = argv[*at] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct nn_option *option = option_find(table, name, len);
	const char *text = equals ? equals + 1 : NULL;
	int rc;

	if (!option)
		return nn_err_set(err, -EINVAL, "unknown option '%s'", argv[*at]);
	if (option->kind == NN_OPTION_FLAG && text)
		return nn_err_set(err, -EINVAL, "option '--%s' takes no value", option->name);
	if (option->kind != NN_OPTION_FLAG && !text) {
		if (*at + 1 >= argc)
			return nn_err_set(err, -EINVAL, "option '--%s' needs %s", option->name,
					  option->arg);
		text = argv[++*at];
	}
	rc = option_store(option, text, values, err);
	return rc ? nn_err_prefix(err, "option '--%s'", option->name) : 0;
}

int nn_options_parse(const struct nn_option *table, int argc, char *const *argv, void *values,
		     struct nn_operands *ret_operands, struct nn_err *err)
{
	bool is_over = false;

	for (int i = 0; i < argc; i++) {
		if (!is_over && strcmp(argv[i], "--") == 0) {
			is_over = true;
		} else if (!is_over && strncmp(argv[i], "--", 2) == 0) {
			int rc = option_take(table, argc, argv, &i, values, err);

			if (rc)
				return rc;
		} else if (!is_over && argv[i][0] == '-' && argv[i][1]) {
			return nn_err_set(err, -EINVAL, "unknown option '%s'", argv[i]);
		} else {
			*NN_ARRAY_APPEND(ret_operands->values, ret_operands->nr,
					 ret_operands->cap) = argv[i];
		}
	}
	return 0;
}

static void option_label(const struct nn_option *option, struct nn_strbuf *sb)
{
	nn_strbuf_addf(sb, "--%s", option->name);
	if (option->arg)
		nn_strbuf_addf(sb, " %s", option->arg);
}

void nn_options_help(const struct nn_option *table, size_t width, struct nn_strbuf *sb)
{
	for (const struct nn_option *option = table; option->name; option++) {
		NN_AUTO(strbuf) struct nn_strbuf label = NN_STRBUF_INIT;

		option_label(option, &label);
		nn_strbuf_add_row(sb, nn_strbuf_str(&label), LABEL_COLUMNS, option->help, width);
	}
}

void nn_roff_text(struct nn_strbuf *sb, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\\')
			nn_strbuf_add(sb, "\\e");
		else if (*c == '-')
			nn_strbuf_add(sb, "\\-");
		else if ((*c == '.' || *c == '\'') && (c == text || c[-1] == '\n'))
			nn_strbuf_addf(sb, "\\&%c", *c);
		else
			nn_strbuf_addc(sb, *c);
	}
}

void nn_options_roff(const struct nn_option *table, struct nn_strbuf *sb)
{
	for (const struct nn_option *option = table; option->name; option++) {
		NN_AUTO(strbuf) struct nn_strbuf label = NN_STRBUF_INIT;

		option_label(option, &label);
		nn_strbuf_add(sb, ".TP\n.B ");
		nn_roff_text(sb, nn_strbuf_str(&label));
		nn_strbuf_addc(sb, '\n');
		nn_roff_text(sb, option->help);
		nn_strbuf_addc(sb, '\n');
	}
}
