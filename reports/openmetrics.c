/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "reports/clean.h"
#include "reports/notes.h"
#include "reports/view.h"

/*
 * OpenMetrics text for the textfile collector of Prometheus' node_exporter. That collector knows
 * neither info nor stateset, so everything is a gauge and the text is valid in both formats.
 * Values are in base units. Ratios and values that may not stand without their doubts are left
 * out; their verdict is there. No time stamps: a campaign is a state of things, not a scrape.
 * Source: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */

static const struct {
	const char *unit;
	const char *base_unit;
	double factor;
} units[] = {
	{"s", "seconds", 1},
	{"ms", "seconds", 1e-3},
	{"us", "seconds", 1e-6},
	{"\xc2\xb5s", "seconds", 1e-6},
	{"ns", "seconds", 1e-9},
	{"B", "bytes", 1},
	{"KiB", "bytes", 1024.0},
	{"MiB", "bytes", 1048576.0},
	{"GiB", "bytes", 1073741824.0},
	{"B/s", "bytes_per_second", 1},
	{"kB/s", "bytes_per_second", 1e3},
	{"MB/s", "bytes_per_second", 1e6},
	{"GB/s", "bytes_per_second", 1e9},
	{"KiB/s", "bytes_per_second", 1024.0},
	{"MiB/s", "bytes_per_second", 1048576.0},
	{"GiB/s", "bytes_per_second", 1073741824.0},
	{"Hz", "hertz", 1},
	{"MHz", "hertz", 1e6},
	{"W", "watts", 1},
	{"J", "joules", 1},
	{"%", "ratio", 0.01},
};

/* The families of values: one for each base unit, and one for units that have none. */
static const char *const value_families[] = {
	"bytes", "bytes_per_second", "hertz", "joules", "ratio", "seconds", "watts", NULL,
};

static const char *const claim_verdicts[] = {"PROVEN", "REFUTED", "INCONCLUSIVE", "INVALID"};
static const char *const gate_verdicts[] = {"NO REGRESSION", "REGRESSION", "INCONCLUSIVE",
					    "INVALID"};

struct page {
	const struct nn_comparison *c;
	struct nn_view view;
	struct nn_strbuf *out;
	char **labels; /* of rows, by position; NULL: another row has the same ones */
};

/* ---- lines ---- */

static void add_label(struct nn_strbuf *sb, const char *name, const char *value)
{
	NN_AUTO(free) char *clean = nn_clean_text(value ? value : "");

	nn_strbuf_addf(sb, "%s%s=\"", sb->len ? "," : "", name);
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\')
			nn_strbuf_addc(sb, '\\');
		nn_strbuf_addc(sb, *c);
	}
	nn_strbuf_addc(sb, '"');
}

static char *row_labels(const struct nn_comparison *c, const struct nn_report_row *row)
{
	struct nn_strbuf sb = NN_STRBUF_INIT;

	add_label(&sb, "campaign", nn_view_campaign(c, row->campaign));
	add_label(&sb, "workload", row->workload);
	add_label(&sb, "metric", row->metric);
	add_label(&sb, "unit", row->unit);
	add_label(&sb, "arm", row->arm);
	add_label(&sb, "base", row->base_arm);
	return nn_strbuf_detach(&sb);
}

/* One file must not give a sample twice: the whole of it would be refused. */
static void collect_labels(struct page *page)
{
	NN_AUTO(notes) struct nn_notes seen = {0};

	page->labels = nn_calloc(page->c->nr_rows + 1, sizeof(*page->labels));
	for (size_t i = 0; i < page->c->nr_rows; i++) {
		char *labels = row_labels(page->c, nn_view_row(&page->view, i));
		size_t nr_seen = seen.nr;

		if (nn_notes_number(&seen, labels) > nr_seen)
			page->labels[i] = labels;
		else
			free(labels);
	}
}

/* @unit: a base unit, which the name ends in, or NULL. */
static void put_family(struct page *page, const char *name, const char *unit, const char *help)
{
	nn_strbuf_addf(page->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
	if (unit)
		nn_strbuf_addf(page->out, "# UNIT %s %s\n", name, unit);
}

static void put_sample(struct page *page, const char *name, const char *labels, double value)
{
	if (!isfinite(value))
		return;
	nn_strbuf_addf(page->out, "%s{%s} ", name, labels);
	nn_strbuf_add_double(page->out, value);
	nn_strbuf_addc(page->out, '\n');
}

/* All states, so that an alert on one is 0 and not absent while another holds. */
static void put_states(struct page *page, const char *name, const char *labels, const char *verdict)
{
	bool is_gate =
		strcmp(verdict, gate_verdicts[0]) == 0 || strcmp(verdict, gate_verdicts[1]) == 0;
	const char *const *states = is_gate ? gate_verdicts : claim_verdicts;

	for (size_t i = 0; i < NN_ARRAY_SIZE(claim_verdicts); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

		nn_strbuf_add(&sb, labels);
		add_label(&sb, "verdict", states[i]);
		put_sample(page, name, nn_strbuf_str(&sb), strcmp(states[i], verdict) == 0);
	}
}

/* ---- families of rows ---- */

static double ratio_of(const struct nn_report_row *row)
{
	return row->performance_ratio;
}

static double lower_of(const struct nn_report_row *row)
{
	return row->performance_ci95[0];
}

static double upper_of(const struct nn_report_row *row)
{
	return row->performance_ci95[1];
}

static const struct {
	const char *name;
	const char *help;
	double (*value)(const struct nn_report_row *row);
} ratio_families[] = {
	{"nearnative_performance_ratio",
	 "Performance of the arm as a share of the base's; more is better.", ratio_of},
	{"nearnative_performance_lower_ratio",
	 "Lower end of the 95 % interval of nearnative_performance_ratio.", lower_of},
	{"nearnative_performance_upper_ratio",
	 "Upper end of the 95 % interval of nearnative_performance_ratio.", upper_of},
};

static void put_ratios(struct page *page)
{
	for (size_t f = 0; f < NN_ARRAY_SIZE(ratio_families); f++) {
		put_family(page, ratio_families[f].name, "ratio", ratio_families[f].help);
		for (size_t i = 0; i < page->c->nr_rows; i++) {
			const struct nn_report_row *row = nn_view_row(&page->view, i);

			if (page->labels[i] && nn_view_is_trusted(page->c, row))
				put_sample(page, ratio_families[f].name, page->labels[i],
					   ratio_families[f].value(row));
		}
	}
}

static const char *base_unit(const char *unit, double *ret_factor)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(units); i++) {
		if (strcmp(units[i].unit, unit) == 0) {
			*ret_factor = units[i].factor;
			return units[i].base_unit;
		}
	}
	*ret_factor = 1;
	return NULL;
}

/* Values of one arm alone are nothing that a doubt about a comparison could touch. */
static bool may_tell_values(const struct nn_comparison *c, const struct nn_report_row *row)
{
	bool is_refused = c->is_emulated && !c->allow_emulated;

	return nn_view_is_trusted(c, row) || (row->is_lone && !is_refused);
}

static bool is_in_family(const struct nn_report_row *row, const char *family, double *ret_factor)
{
	const char *unit = base_unit(row->unit, ret_factor);

	return unit == family || (unit && family && strcmp(unit, family) == 0);
}

static void put_value_family(struct page *page, const char *unit, bool is_base)
{
	NN_AUTO(free)
	char *name = nn_asprintf("nearnative_%svalue%s%s", is_base ? "base_" : "", unit ? "_" : "",
				 unit ? unit : "");
	bool has_family = false;

	for (size_t i = 0; i < page->c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&page->view, i);
		double value = is_base ? row->base_value : row->value;
		double factor;

		if (!page->labels[i] || !isfinite(value) || !may_tell_values(page->c, row) ||
		    !is_in_family(row, unit, &factor))
			continue;
		if (!has_family)
			put_family(page, name, unit,
				   unit ? "Geometric mean over boots, in base units."
					: "Geometric mean over boots, in the unit of the label.");
		has_family = true;
		put_sample(page, name, page->labels[i], factor * value);
	}
}

static void put_values(struct page *page)
{
	for (size_t f = 0; f < NN_ARRAY_SIZE(value_families); f++) {
		put_value_family(page, value_families[f], true);
		put_value_family(page, value_families[f], false);
	}
}

static void put_counts(struct page *page)
{
	put_family(page, "nearnative_boots", NULL, "Boots that the comparison rests on.");
	for (size_t i = 0; i < page->c->nr_rows; i++) {
		if (page->labels[i])
			put_sample(page, "nearnative_boots", page->labels[i],
				   (double)nn_view_row(&page->view, i)->nr_boots);
	}
	put_family(page, "nearnative_flags", NULL,
		   "Prompts to look at the comparison: modes, drift, variance.");
	for (size_t i = 0; i < page->c->nr_rows; i++) {
		if (page->labels[i])
			put_sample(page, "nearnative_flags", page->labels[i],
				   (double)nn_view_row(&page->view, i)->flags.nr);
	}
}

static void put_verdicts(struct page *page)
{
	put_family(page, "nearnative_verdict", NULL,
		   "1 for the verdict of the comparison, 0 for the others.");
	for (size_t i = 0; i < page->c->nr_rows; i++) {
		const struct nn_report_row *row = nn_view_row(&page->view, i);

		if (page->labels[i] && row->verdict)
			put_states(page, "nearnative_verdict", page->labels[i], row->verdict);
	}
}

/* ---- claims and the campaign ---- */

static void put_claims(struct page *page)
{
	NN_AUTO(notes) struct nn_notes seen = {0};

	put_family(page, "nearnative_claim_verdict", NULL,
		   "1 for the verdict of the claim, 0 for the others.");
	for (size_t i = 0; i < page->c->nr_claims; i++) {
		const struct nn_report_claim *claim = &page->c->claims[i];
		NN_AUTO(strbuf) struct nn_strbuf labels = NN_STRBUF_INIT;
		size_t nr_seen = seen.nr;

		add_label(&labels, "campaign", nn_view_campaign(page->c, claim->campaign));
		add_label(&labels, "claim", claim->text);
		if (nn_notes_number(&seen, nn_strbuf_str(&labels)) > nr_seen)
			put_states(page, "nearnative_claim_verdict", nn_strbuf_str(&labels),
				   claim->verdict);
	}
}

static void put_campaign(struct page *page)
{
	char *const *summary = page->c->summary;
	NN_AUTO(strbuf) struct nn_strbuf labels = NN_STRBUF_INIT;

	if (!summary[NN_SUMMARY_UUID])
		return;
	add_label(&labels, "campaign", nn_view_campaign(page->c, NULL));
	add_label(&labels, "uuid", summary[NN_SUMMARY_UUID]);
	add_label(&labels, "state", summary[NN_SUMMARY_STATE]);
	add_label(&labels, "machine", summary[NN_SUMMARY_MACHINE]);
	add_label(&labels, "machine_description", summary[NN_SUMMARY_MACHINE_DESCRIPTION]);
	add_label(&labels, "device", summary[NN_SUMMARY_DEVICE]);
	add_label(&labels, "build", summary[NN_SUMMARY_BUILD_ID]);
	add_label(&labels, "emulated", page->c->is_emulated ? "yes" : "no");
	add_label(&labels, "clock", page->c->is_virtual_time ? "virtual" : "real");
	put_family(page, "nearnative_campaign_info", NULL, "What is known of the campaign.");
	put_sample(page, "nearnative_campaign_info", nn_strbuf_str(&labels), 1);
}

static int openmetrics_render(const struct nn_comparison *c, const struct nn_report_style *style,
			      struct nn_strbuf *out, struct nn_err *err)
{
	struct page page = {.c = c, .out = out};

	(void)style;
	(void)err;
	nn_view_init(&page.view, c);
	collect_labels(&page);
	put_campaign(&page);
	put_ratios(&page);
	put_values(&page);
	put_counts(&page);
	put_verdicts(&page);
	put_claims(&page);
	nn_strbuf_add(out, "# EOF\n");
	for (size_t i = 0; i < c->nr_rows; i++)
		free(page.labels[i]);
	free(page.labels);
	nn_view_release(&page.view);
	return 0;
}

const struct nn_report nn_report_openmetrics = {
	.plugin = {.name = "openmetrics",
		   .summary = "gauges for the textfile collector of Prometheus' node_exporter"},
	.extension = "prom",
	.render = openmetrics_render,
};
