/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/base/units.h"
#include "harness/base/wrap.h"

#define SIGNIFICANT_DIGITS 4

/* Ratios are never told finer than this: the fifth digit of a benchmark is noise. */
#define MAX_DECIMALS 4

/* Nor is a percentage beyond this: two or three boots that scatter widely leave anything open. */
#define MAX_PCT 999

/* Three centuries, which fit in nanoseconds. */
#define MAX_SECONDS 1e10

static void add_number(struct nn_strbuf *sb, char *text)
{
	for (char *c = text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	nn_strbuf_add(sb, text);
}

void nn_words_number(struct nn_strbuf *sb, double value)
{
	double size = fabs(value);
	char text[40];
	int magnitude;
	double unit;

	if (!isfinite(value)) {
		nn_strbuf_add(sb, NN_EN_DASH);
		return;
	}
	magnitude = size > 0 ? (int)floor(log10(size)) : 0;
	if (magnitude >= 7 || magnitude < -4) {
		(void)snprintf(text, sizeof(text), "%.*e", SIGNIFICANT_DIGITS - 1, value);
	} else if (magnitude >= SIGNIFICANT_DIGITS) {
		unit = pow(10, magnitude - SIGNIFICANT_DIGITS + 1);
		(void)snprintf(text, sizeof(text), "%.0f", round(value / unit) * unit);
	} else {
		(void)snprintf(text, sizeof(text), "%.*f", SIGNIFICANT_DIGITS - 1 - magnitude,
			       value);
	}
	add_number(sb, text);
}

void nn_words_fixed(struct nn_strbuf *sb, double value, int decimals)
{
	char text[400]; /* DBL_MAX has 309 digits before the point */

	if (!isfinite(value)) {
		nn_strbuf_add(sb, NN_EN_DASH);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.*f", decimals, value);
	add_number(sb, text);
}

static bool has_bounds(const double bounds[2])
{
	return isfinite(bounds[0]) && isfinite(bounds[1]);
}

/* So many that half the width shows two digits. */
static int ratio_decimals(const double bounds[2])
{
	double half_width = (bounds[1] - bounds[0]) / 2;
	int decimals;

	if (half_width <= 0)
		return MAX_DECIMALS;
	decimals = 1 - (int)floor(log10(half_width));
	if (decimals < 1)
		return 1;
	return decimals < MAX_DECIMALS ? decimals : MAX_DECIMALS;
}

/* Ratios far from 1 (a thousandth, a thousand) are not well told by decimals. */
static bool is_near_one(double ratio)
{
	return ratio >= 0.1 && ratio < 1000;
}

void nn_words_ratio(struct nn_strbuf *sb, double ratio, const double bounds[2])
{
	if (has_bounds(bounds) && is_near_one(ratio))
		nn_words_fixed(sb, ratio, ratio_decimals(bounds));
	else
		nn_words_number(sb, ratio);
}

void nn_words_ratio_interval(struct nn_strbuf *sb, const double bounds[2])
{
	if (!has_bounds(bounds) || !is_near_one(bounds[0]) || !is_near_one(bounds[1])) {
		nn_words_interval(sb, bounds);
		return;
	}
	nn_words_fixed(sb, bounds[0], ratio_decimals(bounds));
	nn_strbuf_add(sb, NN_EN_DASH);
	nn_words_fixed(sb, bounds[1], ratio_decimals(bounds));
}

void nn_words_pct(struct nn_strbuf *sb, double pct)
{
	int decimals = 0;

	if (isfinite(pct) && pct > MAX_PCT) {
		nn_strbuf_addf(sb, "> %d %%", MAX_PCT);
		return;
	}
	if (fabs(pct) < 0.995)
		decimals = 2;
	else if (fabs(pct) < 9.95)
		decimals = 1;
	nn_words_fixed(sb, pct, decimals);
	if (isfinite(pct))
		nn_strbuf_add(sb, " %");
}

void nn_words_p(struct nn_strbuf *sb, double p_value)
{
	if (isnan(p_value))
		return;
	if (p_value < 0.0001) {
		nn_strbuf_add(sb, "p < 0.0001");
		return;
	}
	nn_strbuf_add(sb, "p = ");
	nn_words_fixed(sb, p_value, p_value < 0.0995 ? 4 : 2);
}

void nn_words_interval(struct nn_strbuf *sb, const double bounds[2])
{
	if (!has_bounds(bounds)) {
		nn_strbuf_add(sb, NN_EN_DASH);
		return;
	}
	nn_words_number(sb, bounds[0]);
	nn_strbuf_add(sb, NN_EN_DASH);
	nn_words_number(sb, bounds[1]);
}

void nn_words_seconds(struct nn_strbuf *sb, double seconds)
{
	double believed = fmin(fmax(seconds, 0), MAX_SECONDS); /* a database may say anything */

	nn_strbuf_add_duration(sb, (uint64_t)(believed * (double)NN_NS_PER_S));
}

void nn_words_count(struct nn_strbuf *sb, uint64_t count, const char *noun)
{
	nn_strbuf_addf(sb, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

void nn_words_join(struct nn_strbuf *sb, const struct nn_strings *strings, const char *between)
{
	for (size_t i = 0; i < strings->nr; i++)
		nn_strbuf_addf(sb, "%s%s", i ? between : "", strings->items[i]);
}

void nn_words_unit(struct nn_strbuf *sb, const struct nn_comparison *comparison,
		   const struct nn_report_row *row)
{
	/* of a ratio it does not matter what clock its parts were taken with */
	bool is_virtual = comparison->is_virtual_time && strcmp(row->unit, "ratio") != 0;

	nn_strbuf_addf(sb, "%s%s", is_virtual ? "virt. " : "", row->unit);
}

void nn_words_verdict(struct nn_strbuf *sb, const char *verdict, uint64_t boots_needed)
{
	nn_strbuf_add(sb, verdict ? verdict : NN_EN_DASH);
	if (!boots_needed)
		return;
	nn_strbuf_addf(sb, " (%" PRIu64 " more boot%s)", boots_needed,
		       boots_needed == 1 ? "" : "s");
}

void nn_words_block(struct nn_strbuf *sb, const char *stored_block)
{
	uint64_t block;

	if (!nn_parse_u64(stored_block, &block, NULL))
		nn_strbuf_addf(sb, "%" PRIu64, block + 1);
	else
		nn_strbuf_add(sb, stored_block);
}

/* ---- the order of names ---- */

static const struct {
	const char *name;
	double factor;
} size_units[] = {
	{"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0},
	{"kB", 1e3},     {"MB", 1e6},        {"GB", 1e9},           {"TB", 1e12},
	{"K", 1024.0},   {"k", 1e3},         {"M", 1048576.0},      {"G", 1073741824.0},
	{"B", 1.0},      {"ns", 1e-9},       {"us", 1e-6},          {"ms", 1e-3},
	{"s", 1.0},
};

/* Take digits, and a unit that no letter or digit follows, off the start of @text. */
static double take_size(const char **text)
{
	double value = 0;
	const char *c = *text;

	for (; isdigit((unsigned char)*c); c++)
		value = 10 * value + (*c - '0');
	for (size_t i = 0; i < NN_ARRAY_SIZE(size_units); i++) {
		size_t len = strlen(size_units[i].name);

		if (strncmp(c, size_units[i].name, len) == 0 && !isalnum((unsigned char)c[len])) {
			value *= size_units[i].factor;
			c += len;
			break;
		}
	}
	*text = c;
	return value;
}

/* Each name is read on its own as characters and sizes, so the order is transitive. */
int nn_words_compare(const char *a, const char *b)
{
	const char *x = a, *y = b;

	while (*x && *y) {
		if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
			double size_x = take_size(&x), size_y = take_size(&y);

			if (size_x != size_y)
				return size_x < size_y ? -1 : 1;
		} else if (*x != *y) {
			break;
		} else {
			x++;
			y++;
		}
	}
	if (*x != *y)
		return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
	return strcmp(a, b); /* "1024KiB" and "1MiB" */
}

size_t nn_words_width(const char *text)
{
	return nn_columns(text);
}
