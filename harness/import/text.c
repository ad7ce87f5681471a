/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/import/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"

int nn_import_fail(struct nn_err *err, const char *path, unsigned int line, unsigned int column,
		   const char *fmt, ...)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	va_list args;

	nn_strbuf_add(&sb, path);
	if (line)
		nn_strbuf_addf(&sb, ":%u", line);
	if (line && column)
		nn_strbuf_addf(&sb, ":%u", column);
	nn_strbuf_add(&sb, ": ");
	va_start(args, fmt);
	nn_strbuf_vaddf(&sb, fmt, args);
	va_end(args);
	return nn_err_set(err, -EBADMSG, "%s", nn_strbuf_str(&sb));
}

struct nn_import_lines nn_import_lines(const char *text, size_t len)
{
	return (struct nn_import_lines){.at = text, .end = text + len};
}

bool nn_import_next_line(struct nn_import_lines *lines)
{
	const char *from = lines->at;
	const char *to;

	if (from >= lines->end)
		return false;
	to = memchr(from, '\n', (size_t)(lines->end - from));
	if (!to)
		to = lines->end;
	lines->at = to < lines->end ? to + 1 : to;
	lines->number++;
	while (from < to && isspace((unsigned char)*from))
		from++;
	nn_strbuf_clear(&lines->text);
	nn_strbuf_addn(&lines->text, from, (size_t)(to - from));
	nn_strbuf_rtrim(&lines->text);
	return true;
}

const char *nn_import_after(const char *text, const char *start)
{
	size_t len = strlen(start);

	if (strncmp(text, start, len) != 0)
		return NULL;
	return text + len + strspn(text + len, " \t");
}

int nn_import_number(const char *text, const char *path, unsigned int line, double *ret_value,
		     struct nn_err *err)
{
	if (nn_parse_double(text, ret_value, NULL))
		return nn_import_fail(err, path, line, 0, "'%s' is no number", text);
	return 0;
}

/* Where the JSON begins: at the first line that begins with '{'; at the text's when none does. */
static const char *json_start(const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *line = text; line < end; line++) {
		if (line[strspn(line, " \t\r")] == '{')
			return line;
		line = memchr(line, '\n', (size_t)(end - line));
		if (!line)
			break;
	}
	return text;
}

int nn_import_json(const char *text, size_t len, const char *path, json_t **ret_root,
		   struct nn_err *err)
{
	NN_AUTO(free) char *copy = nn_strndup(text, len);
	const char *start = json_start(text, len);
	int rc;

	/* Blanks instead of notes, so that positions in messages stay those of the file. */
	for (char *c = copy; c < copy + (start - text); c++) {
		if (*c != '\n')
			*c = ' ';
	}
	rc = nn_json_parse(copy, len, ret_root, err);
	return rc ? nn_err_prefix(err, "%s", path) : 0;
}

int nn_import_choose(struct nn_import_choice *choice, const char *name, const char *path,
		     unsigned int line, bool *ret_is_wanted, struct nn_err *err)
{
	bool is_first = !choice->first;
	bool is_wanted;

	if (is_first)
		choice->first = nn_strdup(name);
	else if (!choice->only && strcmp(choice->first, name) != 0)
		return nn_import_fail(err, path, line, 0,
				      "a second %s '%s' after '%s', choose one with --only NAME",
				      choice->what, name, choice->first);
	nn_strbuf_addf(&choice->seen, "%s'%s'", is_first ? "" : ", ", name);
	is_wanted = !choice->only || strcmp(choice->only, name) == 0;
	choice->nr_wanted += is_wanted;
	*ret_is_wanted = is_wanted;
	return 0;
}

int nn_import_check_chosen(const struct nn_import_choice *choice, const char *path,
			   struct nn_err *err)
{
	if (!choice->only || choice->nr_wanted)
		return 0;
	return nn_err_set(err, -EINVAL, "%s: no %s '%s', the file has %s", path, choice->what,
			  choice->only, choice->first ? nn_strbuf_str(&choice->seen) : "none");
}
