/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/units.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "harness/base/clock.h"

struct unit {
	const char *name;
	double factor;
};

static const struct unit byte_units[] = {
	{"B", 1},
	{"kB", 1e3},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"KiB", 1024.0},
	{"MiB", 1048576.0},
	{"GiB", 1073741824.0},
	{"TiB", 1099511627776.0},
	{NULL, 0},
};

static const struct unit time_units[] = {
	{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {NULL, 0},
};

int nn_parse_double(const char *text, double *ret_value, struct nn_err *err)
{
	locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	char *end = NULL;
	double value;
	bool is_lost;

	errno = 0;
	value = plain ? strtod_l(text, &end, plain) : strtod(text, &end);
	is_lost = errno == ERANGE && value == 0; /* 1e-400 is not 0, and 1e-310 is no loss */
	if (plain)
		freelocale(plain);
	if (end == text || *end || isspace((unsigned char)text[0]) || !isfinite(value))
		return nn_err_set(err, -EINVAL, "'%s' is no number", text);
	if (is_lost)
		return nn_err_set(err, -EINVAL, "'%s' is too close to 0 for a number", text);
	*ret_value = value;
	return 0;
}

int nn_parse_u64(const char *text, uint64_t *ret_value, struct nn_err *err)
{
	bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, is_hex ? 16 : 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno)
		return nn_err_set(err, -EINVAL, "'%s' is no whole number, 0 or more", text);
	*ret_value = value;
	return 0;
}

/* The number of "16GiB" and a pointer to its unit; NULL when there is no number in front. */
static const char *units_split(const char *text, double *ret_number)
{
	size_t len = strspn(text, "0123456789.");
	const char *unit = text + len;
	char number[32];

	if (!len || len >= sizeof(number))
		return NULL;
	memcpy(number, text, len);
	number[len] = '\0';
	if (nn_parse_double(number, ret_number, NULL))
		return NULL;
	while (*unit == ' ')
		unit++;
	return unit;
}

static int units_parse(const char *text, const struct unit *units, const char *expected,
		       uint64_t *ret_value, struct nn_err *err)
{
	double number = 0;
	const char *name = units_split(text, &number);

	for (const struct unit *unit = units; name && unit->name; unit++) {
		double value = number * unit->factor;

		if (strcmp(name, unit->name) != 0)
			continue;
		if (value >= 0x1p63)
			return nn_err_set(err, -EINVAL, "'%s' is too large", text);
		/* "1.1GB" is a whole number of bytes though no double says so exactly */
		if (fabs(value - round(value)) > 1e-9 * value)
			return nn_err_set(err, -EINVAL, "'%s' is not a whole number of %s", text,
					  units[0].name);
		*ret_value = (uint64_t)round(value);
		return 0;
	}
	return nn_err_set(err, -EINVAL, "'%s': expected %s", text, expected);
}

int nn_parse_bytes(const char *text, uint64_t *ret_bytes, struct nn_err *err)
{
	return units_parse(text, byte_units, "a size such as 4096B, 64KiB or 16GiB", ret_bytes,
			   err);
}

int nn_parse_duration_ns(const char *text, uint64_t *ret_ns, struct nn_err *err)
{
	return units_parse(text, time_units, "a time such as 500us, 30s or 2min", ret_ns, err);
}

int nn_parse_share(const char *text, double *ret_share, struct nn_err *err)
{
	double number = 0;
	const char *unit = units_split(text, &number);
	bool is_pct = unit && strcmp(unit, "%") == 0;

	if (!unit || (*unit && !is_pct))
		return nn_err_set(err, -EINVAL, "'%s': expected a share such as 97%% or 0.97",
				  text);
	*ret_share = is_pct ? number / 100 : number;
	return 0;
}

int nn_parse_bool(const char *text, bool *ret_value, struct nn_err *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"yes", true}, {"true", true},   {"on", true},
		     {"no", false}, {"false", false}, {"off", false}};

	for (size_t i = 0; i < NN_ARRAY_SIZE(words); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*ret_value = words[i].value;
			return 0;
		}
	}
	return nn_err_set(err, -EINVAL, "'%s': expected yes or no", text);
}

void nn_strbuf_add_bytes(struct nn_strbuf *sb, uint64_t bytes)
{
	static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;

	while (unit + 1 < NN_ARRAY_SIZE(names) && bytes >= 1024 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	nn_strbuf_addf(sb, "%llu %s", (unsigned long long)bytes, names[unit]);
}

void nn_strbuf_add_duration(struct nn_strbuf *sb, uint64_t ns)
{
	uint64_t s = ns / NN_NS_PER_S;

	if (ns < 1000 * NN_NS_PER_US - 500)
		nn_strbuf_addf(sb, "%.3g us", (double)ns / 1e3);
	else if (ns < 1000 * NN_NS_PER_MS - NN_NS_PER_MS / 2)
		nn_strbuf_addf(sb, "%.3g ms", (double)ns / 1e6);
	else if (s < 60)
		nn_strbuf_addf(sb, "%.1f s", (double)ns / 1e9);
	else if (s < 3600)
		nn_strbuf_addf(sb, "%llu min %llu s", (unsigned long long)s / 60,
			       (unsigned long long)s % 60);
	else
		nn_strbuf_addf(sb, "%llu h %llu min", (unsigned long long)s / 3600,
			       (unsigned long long)s % 3600 / 60);
}
