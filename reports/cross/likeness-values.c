/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/likeness-values.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "reports/comparison.h"

/* MemTotal is what the kernel left over, which moves a little from boot to boot. */
#define MEMORY_TOLERANCE 0.01

#define BETWEEN_VALUES " | " /* of boots that differ, in a fact of an arm */

/* Vary between the boots of one machine, so one common value makes two campaigns alike. */
static const char *const unsteady[] = {
	"*:clocksource.*",
	"*:device.link.speed", /* a link that idles may have been slowed down */
	NULL,
};

/* Words of a kernel's command line that say where things are, or are the harness's own. */
static const char *const idle_words[] = {
	"nn.*", "BOOT_IMAGE=*", "initrd=*", "root=*", "rootflags=*", "resume=*", NULL,
};

bool nn_globs_match(const char *const *globs, const char *key)
{
	for (; *globs; globs++) {
		if (fnmatch(*globs, key, 0) == 0)
			return true;
	}
	return false;
}

static void split(const char *text, const char *between, struct nn_strings *ret_parts)
{
	size_t between_len = strlen(between);

	for (;;) {
		const char *end = strstr(text, between);
		size_t len = end ? (size_t)(end - text) : strlen(text);

		if (len)
			nn_strings_add(ret_parts, nn_strndup(text, len));
		if (!end)
			return;
		text = end + between_len;
	}
}

static bool are_subset(const struct nn_strings *some, const struct nn_strings *all)
{
	for (size_t i = 0; i < some->nr; i++) {
		if (!nn_strings_have(all, some->items[i]))
			return false;
	}
	return true;
}

static bool have_common(const struct nn_strings *a, const struct nn_strings *b)
{
	for (size_t i = 0; i < a->nr; i++) {
		if (nn_strings_have(b, a->items[i]))
			return true;
	}
	return false;
}

/* A command line without its idle words and those of @other (NULL: with all the rest). */
static char *command_line(const char *line, const char *other)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct nn_strings words = {0}, others = {0};

	split(line, " ", &words);
	split(other ? other : "", " ", &others);
	for (size_t i = 0; i < words.nr; i++) {
		const char *word = words.items[i];

		if (!nn_globs_match(idle_words, word) && !nn_strings_have(&others, word))
			nn_strbuf_addf(&sb, "%s%s", sb.len ? " " : "", word);
	}
	nn_strings_release(&words);
	nn_strings_release(&others);
	return nn_strdup(nn_strbuf_str(&sb));
}

static bool is_command_line(const char *name)
{
	return strcmp(name, "kernel.cmdline") == 0;
}

/* The values that boots had of a fact, without what must not count. */
static void values_of(const char *name, const char *text, struct nn_strings *ret_values)
{
	struct nn_strings raw = {0};

	split(text, BETWEEN_VALUES, &raw);
	for (size_t i = 0; i < raw.nr; i++)
		nn_strings_add(ret_values, is_command_line(name) ? command_line(raw.items[i], NULL)
								 : nn_strdup(raw.items[i]));
	nn_strings_release(&raw);
}

static bool leading_number(const char *text, double *ret_value)
{
	NN_AUTO(free) char *number = nn_strndup(text, strcspn(text, " "));

	return !nn_parse_double(number, ret_value, NULL);
}

static bool is_near(const char *a, const char *b)
{
	double x, y;

	return leading_number(a, &x) && leading_number(b, &y) &&
	       fabs(x - y) <= MEMORY_TOLERANCE * fmax(fabs(x), fabs(y));
}

bool nn_values_are_alike(const char *key, const char *a, const char *b)
{
	const char *name = strchr(key, ':') + 1;
	struct nn_strings of_a = {0}, of_b = {0};
	bool is_same;

	if (!a || !b)
		return a == b;
	if (strcmp(name, "memory.total") == 0 && is_near(a, b))
		return true;
	values_of(name, a, &of_a);
	values_of(name, b, &of_b);
	is_same = (are_subset(&of_a, &of_b) && are_subset(&of_b, &of_a)) ||
		  (nn_globs_match(unsteady, key) && have_common(&of_a, &of_b));
	nn_strings_release(&of_a);
	nn_strings_release(&of_b);
	return is_same;
}

char *nn_value_shown(const char *name, const char *value, const char *other)
{
	bool is_plain = !value || !other || !is_command_line(name) ||
			strstr(value, BETWEEN_VALUES) || strstr(other, BETWEEN_VALUES);

	return is_plain ? nn_strdup(value) : command_line(value, other);
}
