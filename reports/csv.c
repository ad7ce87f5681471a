/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/clean.h"
#include "reports/view.h"

/*
 * RFC 4180 with LF: one header, one line a row, every figure with all its digits. Absent is empty.
 * Text that a spreadsheet would take for a formula gets an apostrophe in front.
 */

enum kind {
	TEXT, /* char * */
	REAL,
	INTERVAL, /* two columns from one member */
	COUNT,
	BOOLEAN,
	LIST,      /* struct nn_strings, joined by "; " */
	CAMPAIGN,  /* these need more than one member */
	DIRECTION, /* "higher" or "lower" */
	BOOTS_NEEDED,
	SLOW_BOOTS,
	SHARE_OF_CEILING,
};

struct column {
	const char *name;
	enum kind kind;
	size_t offset;
};

#define AT(member)       offsetof(struct nn_report_row, member)
#define TAIL(nr, member) offsetof(struct nn_report_row, tails[nr].member)

/* Documented in README.md of this folder: add at the end, never rename. */
static const struct column columns[] = {
	{"campaign", CAMPAIGN, 0},
	{"workload", TEXT, AT(workload)},
	{"metric", TEXT, AT(metric)},
	{"unit", TEXT, AT(unit)},
	{"direction", DIRECTION, 0},
	{"base_arm", TEXT, AT(base_arm)},
	{"arm", TEXT, AT(arm)},
	{"method", TEXT, AT(method)},
	{"paired", BOOLEAN, AT(is_paired)},
	{"boots", COUNT, AT(nr_boots)},
	{"base_value", REAL, AT(base_value)},
	{"value", REAL, AT(value)},
	{"ratio", REAL, AT(ratio)},
	{"ratio_ci95", INTERVAL, AT(ratio_ci95)},
	{"ratio_ci90", INTERVAL, AT(ratio_ci90)},
	{"ratio_ci95_bootstrap_t", INTERVAL, AT(ratio_ci95_bootstrap_t)},
	{"hodges_lehmann", REAL, AT(hodges_lehmann)},
	{"hodges_lehmann_ci95", INTERVAL, AT(hodges_lehmann_ci95)},
	{"sd_log", REAL, AT(sd_log)},
	{"p_value", REAL, AT(p_value)},
	{"p_adjusted", REAL, AT(p_adjusted)},
	{"mde_pct", REAL, AT(mde_pct)},
	{"equivalent_within_pct", REAL, AT(equivalent_within_pct)},
	{"performance_ratio", REAL, AT(performance_ratio)},
	{"performance_ci95", INTERVAL, AT(performance_ci95)},
	{"performance_lower95", REAL, AT(performance_lower95)},
	{"performance_upper95", REAL, AT(performance_upper95)},
	{"margin", REAL, AT(margin)},
	{"verdict", TEXT, AT(verdict)},
	{"boots_needed", BOOTS_NEEDED, 0},
	{"slow_boots", SLOW_BOOTS, 0},
	{"slow_share_upper95", REAL, AT(slow_share_upper95)},
	{"base_sd_log", REAL, AT(base_side.sd_log)},
	{"arm_sd_log", REAL, AT(side.sd_log)},
	{"base_variation", REAL, AT(base_side.variation)},
	{"arm_variation", REAL, AT(side.variation)},
	{"base_drift_pct", REAL, AT(base_side.drift_pct)},
	{"arm_drift_pct", REAL, AT(side.drift_pct)},
	{"base_samples", COUNT, AT(base_side.nr_samples)},
	{"arm_samples", COUNT, AT(side.nr_samples)},
	{"base_p50", REAL, TAIL(0, base_value)},
	{"p50", REAL, TAIL(0, value)},
	{"p50_ratio", REAL, TAIL(0, ratio)},
	{"p50_ratio_ci95", INTERVAL, TAIL(0, ratio_ci95)},
	{"base_p95", REAL, TAIL(1, base_value)},
	{"p95", REAL, TAIL(1, value)},
	{"p95_ratio", REAL, TAIL(1, ratio)},
	{"p95_ratio_ci95", INTERVAL, TAIL(1, ratio_ci95)},
	{"base_p99", REAL, TAIL(2, base_value)},
	{"p99", REAL, TAIL(2, value)},
	{"p99_ratio", REAL, TAIL(2, ratio)},
	{"p99_ratio_ci95", INTERVAL, TAIL(2, ratio_ci95)},
	{"aa_ratio", REAL, AT(aa.ratio)},
	{"aa_ratio_ci95", INTERVAL, AT(aa.ratio_ci95)},
	{"ceiling", REAL, AT(ceiling)},
	{"share_of_ceiling", SHARE_OF_CEILING, 0},
	{"flags", LIST, AT(flags)},
	{"reasons", LIST, AT(reasons)},
};

static bool is_formula(const char *text)
{
	return *text && strchr("=+-@", *text);
}

static void add_text(struct nn_strbuf *out, const char *text)
{
	NN_AUTO(free) char *clean = nn_clean_text(text);
	bool is_quoted;

	if (!clean)
		return;
	is_quoted = strpbrk(clean, ",\"") || *clean == ' ' || *clean == '\'';
	if (is_quoted)
		nn_strbuf_addc(out, '"');
	if (is_formula(clean))
		nn_strbuf_addc(out, '\'');
	for (const char *c = clean; *c; c++) {
		if (*c == '"')
			nn_strbuf_addc(out, '"');
		nn_strbuf_addc(out, *c);
	}
	if (is_quoted)
		nn_strbuf_addc(out, '"');
}

static void add_real(struct nn_strbuf *out, double value)
{
	if (isfinite(value))
		nn_strbuf_add_double(out, value);
}

static void add_list(struct nn_strbuf *out, const struct nn_strings *strings)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	for (size_t i = 0; i < strings->nr; i++)
		nn_strbuf_addf(&sb, "%s%s", i ? "; " : "", strings->items[i]);
	add_text(out, nn_strbuf_str(&sb));
}

static double share_of_ceiling(const struct nn_report_row *row)
{
	double value = isfinite(row->value) ? row->value : row->base_value;

	return row->direction == NN_LOWER_IS_BETTER ? row->ceiling / value : value / row->ceiling;
}

static void add_member(struct nn_strbuf *out, const struct nn_report_row *row,
		       const struct column *column)
{
	const char *at = (const char *)row + column->offset;

	switch (column->kind) {
	case TEXT:
		add_text(out, *(char *const *)(const void *)at);
		break;
	case REAL:
		add_real(out, *(const double *)(const void *)at);
		break;
	case INTERVAL:
		add_real(out, ((const double *)(const void *)at)[0]);
		nn_strbuf_addc(out, ',');
		add_real(out, ((const double *)(const void *)at)[1]);
		break;
	case COUNT:
		nn_strbuf_addf(out, "%" PRIu64, *(const uint64_t *)(const void *)at);
		break;
	case BOOLEAN:
		nn_strbuf_add(out, *(const bool *)(const void *)at ? "yes" : "no");
		break;
	case LIST:
		add_list(out, (const void *)at);
		break;
	default:
		break;
	}
}

static void add_cell(const struct nn_view *view, const struct nn_report_row *row,
		     const struct column *column, struct nn_strbuf *out)
{
	uint64_t boots_needed;

	switch (column->kind) {
	case CAMPAIGN:
		add_text(out,
			 row->campaign ? row->campaign : nn_view_campaign(view->comparison, NULL));
		break;
	case DIRECTION:
		nn_strbuf_add(out, nn_direction_name(row->direction));
		break;
	case BOOTS_NEEDED:
		boots_needed = nn_view_boots_needed(view, row);
		if (boots_needed)
			nn_strbuf_addf(out, "%" PRIu64, boots_needed);
		break;
	case SLOW_BOOTS: /* there is no count where there is no share */
		if (isfinite(row->slow_share_upper95))
			nn_strbuf_addf(out, "%" PRIu64, row->nr_slow_boots);
		break;
	case SHARE_OF_CEILING:
		add_real(out, share_of_ceiling(row));
		break;
	default:
		add_member(out, row, column);
	}
}

static void add_header(struct nn_strbuf *out)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(columns); i++) {
		const char *between = i ? "," : "";

		if (columns[i].kind == INTERVAL)
			nn_strbuf_addf(out, "%s%s_lower,%s_upper", between, columns[i].name,
				       columns[i].name);
		else
			nn_strbuf_addf(out, "%s%s", between, columns[i].name);
	}
	nn_strbuf_addc(out, '\n');
}

static int csv_render(const struct nn_comparison *c, const struct nn_report_style *style,
		      struct nn_strbuf *out, struct nn_err *err)
{
	NN_AUTO(view) struct nn_view view = {0};

	(void)style;
	(void)err;
	nn_view_init(&view, c);
	add_header(out);
	for (size_t r = 0; r < c->nr_rows; r++) {
		const struct nn_report_row *row = nn_view_row(&view, r);

		for (size_t i = 0; i < NN_ARRAY_SIZE(columns); i++) {
			if (i)
				nn_strbuf_addc(out, ',');
			add_cell(&view, row, &columns[i], out);
		}
		nn_strbuf_addc(out, '\n');
	}
	return 0;
}

const struct nn_report nn_report_csv = {
	.plugin = {.name = "csv",
		   .summary = "a line for each comparison with every figure, for a "
			      "spreadsheet"},
	.extension = "csv",
	.render = csv_render,
};
