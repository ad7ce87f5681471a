/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/html/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/strbuf.h"
#include "reports/words.h"

#define MOST_DECIMALS 6
#define SMALLEST_P    0.0001

static struct nn_html_figure figure(const char *text)
{
	struct nn_html_figure f;

	(void)snprintf(f.text, sizeof(f.text), "%s", text);
	return f;
}

/* Decimals with which @half_width shows two significant digits. */
static int decimals_for(double half_width)
{
	double decimals = 1 - floor(log10(half_width));

	return (int)fmin(fmax(decimals, 0), MOST_DECIMALS);
}

static bool is_precise(double value, double half_width)
{
	return isfinite(value) && isfinite(half_width) && half_width > 0 && fabs(value) < 1e9 &&
	       fabs(value) > 1e-6;
}

static void add_value(struct nn_strbuf *sb, double value, double half_width)
{
	if (is_precise(value, half_width))
		nn_words_fixed(sb, value, decimals_for(half_width));
	else
		nn_words_number(sb, value);
}

double nn_html_half_width(const double bounds[2])
{
	return (bounds[1] - bounds[0]) / 2;
}

double nn_html_value_half_width(double value, double sd_log, size_t nr)
{
	return nr ? 2 * sd_log * fabs(value) / sqrt((double)nr) : NAN;
}

struct nn_html_figure nn_html_value(double value, double half_width)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	add_value(&sb, value, half_width);
	return figure(nn_strbuf_str(&sb));
}

static struct nn_html_figure bounds_between(double low, double high, const char *between,
					    const char *unit)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!isfinite(low) || !isfinite(high))
		return figure(NN_EN_DASH);
	add_value(&sb, low, (high - low) / 2);
	nn_strbuf_add(&sb, between);
	add_value(&sb, high, (high - low) / 2);
	nn_strbuf_add(&sb, unit);
	return figure(nn_strbuf_str(&sb));
}

struct nn_html_figure nn_html_range(const double bounds[2])
{
	return bounds_between(bounds[0], bounds[1], NN_EN_DASH, "");
}

struct nn_html_figure nn_html_share_range(const double bounds[2])
{
	return bounds_between(100 * bounds[0], 100 * bounds[1], " to ", " %");
}

struct nn_html_figure nn_html_share(double ratio, const double bounds[2])
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!isfinite(ratio))
		return figure(NN_EN_DASH);
	add_value(&sb, 100 * ratio, 100 * nn_html_half_width(bounds));
	nn_strbuf_add(&sb, " %");
	return figure(nn_strbuf_str(&sb));
}

struct nn_html_figure nn_html_pct(double pct)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	nn_words_pct(&sb, pct);
	return figure(nn_strbuf_str(&sb));
}

struct nn_html_figure nn_html_part(double share)
{
	return nn_html_pct(100 * share);
}

struct nn_html_figure nn_html_short(double value)
{
	struct nn_html_figure f;
	double size = fabs(value);

	if (!isfinite(value))
		return figure(NN_EN_DASH);
	(void)snprintf(f.text, sizeof(f.text), size >= 1000 && size < 1e7 ? "%.0f" : "%.4g", value);
	for (char *c = f.text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	return f;
}

struct nn_html_figure nn_html_p_value(double p)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!isfinite(p))
		return figure(NN_EN_DASH);
	if (p < SMALLEST_P)
		return figure("< 0.0001");
	nn_words_fixed(&sb, p, (int)fmin(decimals_for(p), 4));
	return figure(nn_strbuf_str(&sb));
}

struct nn_html_figure nn_html_count(uint64_t count)
{
	struct nn_html_figure f;

	(void)snprintf(f.text, sizeof(f.text), "%" PRIu64, count);
	return f;
}
