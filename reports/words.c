/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/words.h"

#include <inttypes.h>
#include <math.h>

#include "harness/base/clock.h"
#include "harness/base/units.h"

#define SIGNIFICANT_DIGITS 4

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
	for (char *c = text; *c; c++) {
		if (*c == ',') /* the decimal sign of some locales */
			*c = '.';
	}
	nn_strbuf_add(sb, text);
}

void nn_words_interval(struct nn_strbuf *sb, const double bounds[2])
{
	if (!isfinite(bounds[0]) || !isfinite(bounds[1])) {
		nn_strbuf_add(sb, NN_EN_DASH);
		return;
	}
	nn_words_number(sb, bounds[0]);
	nn_strbuf_add(sb, NN_EN_DASH);
	nn_words_number(sb, bounds[1]);
}

void nn_words_seconds(struct nn_strbuf *sb, double seconds)
{
	nn_strbuf_add_duration(sb, (uint64_t)(fmax(seconds, 0) * (double)NN_NS_PER_S));
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
	nn_strbuf_addf(sb, "%s%s", comparison->is_virtual_time ? "virt. " : "", row->unit);
}

void nn_words_claim(struct nn_strbuf *sb, const struct nn_report_claim *claim)
{
	if (isfinite(claim->lower95)) {
		const double bounds[2] = {claim->lower95, claim->upper95};

		nn_strbuf_add(sb, "performance ratio ");
		nn_words_interval(sb, bounds);
		nn_strbuf_add(sb, " (one-sided 95 % bounds), margin ");
	} else {
		nn_strbuf_add(sb, "margin ");
	}
	nn_words_number(sb, claim->margin);
	if (claim->boots_needed)
		nn_strbuf_addf(sb, "; about %" PRIu64 " more %s of each arm %s needed",
			       claim->boots_needed, claim->boots_needed == 1 ? "boot" : "boots",
			       claim->boots_needed == 1 ? "is" : "are");
}

size_t nn_words_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}
