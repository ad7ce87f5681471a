/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A comparison as renderers see it, written out by hand: every verdict, absent numbers, hostile
 * text. Tests of what nn_comparison_new() makes of a database are in test_comparison.c.
 */
#ifndef NN_CI_TESTS_REPORTS_SAMPLE_H
#define NN_CI_TESTS_REPORTS_SAMPLE_H

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "reports/comparison.h"

#define SAMPLE_CAMPAIGN "6b1f7c1e-5d0f-4c55-9c0b-0a6f3f2c7d11"
#define SAMPLE_HOSTILE  "<script>alert(\"x\")</script> & 'y'"

struct sample_row {
	const char *workload;
	const char *metric;
	const char *unit;
	enum nn_direction direction;
	uint64_t nr_boots;
	double base_value;
	double value;
	double half_width; /* of the interval, in per cent; NaN: none */
	double margin;
	const char *verdict;
	const char *reason;
};

static const struct sample_row sample_rows[] = {
	{"compute/bandwidth", "copy", "GB/s", NN_HIGHER_IS_BETTER, 10, 12.4218, 12.3981, 0.4, 0.97,
	 "PROVEN", NULL},
	{"compute/launch-latency", "latency", "us", NN_LOWER_IS_BETTER, 10, 8.9126, 11.206, 2.1,
	 0.97, "REFUTED", NULL},
	{"graphics/fill-rate", "fill", "Mpixel/s", NN_HIGHER_IS_BETTER, 10, 204.77, 203.1, 1.8,
	 0.97, "INVALID", "software device: llvmpipe (LLVM 15): no statement about hardware"},
	{"iommu/dma-map", "map-4KiB", "us", NN_LOWER_IS_BETTER, 10, 1.412, NAN, NAN, NAN, NULL,
	 "measured in arm 'native' only"},
	{"iommu/nvme-read", "throughput", "MB/s", NN_HIGHER_IS_BETTER, 10, 123456.0, 119871.0, 3.0,
	 0.97, "INCONCLUSIVE", "the margin 0.97 lies within the interval"},
	{"system/timer", "p50", "us", NN_LOWER_IS_BETTER, 3, 54.1, 61.7, 900.0, NAN, NULL,
	 "fewer than 5 boots: 3"},
};

static inline void sample_set_nan(double *values, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		values[i] = NAN;
}

static inline void sample_blank_side(struct nn_report_side *side)
{
	side->sd_log = side->variation = side->effective_samples = NAN;
	side->outlier_share = side->trimmed_value = NAN;
	side->drift_pct = side->drift_p_value = NAN;
}

/* A row of which nothing is known: every figure absent. */
static inline void sample_blank_row(struct nn_report_row *row)
{
	*row = (struct nn_report_row){0};
	row->base_value = row->value = row->ratio = row->hodges_lehmann = NAN;
	sample_set_nan(row->ratio_ci95, 2);
	sample_set_nan(row->ratio_ci90, 2);
	sample_set_nan(row->ratio_ci95_bootstrap_t, 2);
	sample_set_nan(row->hodges_lehmann_ci95, 2);
	row->p_value = row->p_adjusted = row->mde_pct = row->equivalent_within_pct = NAN;
	row->performance_ratio = row->performance_lower95 = row->performance_upper95 = NAN;
	sample_set_nan(row->performance_ci95, 2);
	row->margin = row->sd_log = row->slow_share_upper95 = row->ceiling = NAN;
	sample_blank_side(&row->base_side);
	sample_blank_side(&row->side);
	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		struct nn_report_tail *tail = &row->tails[i];

		tail->probability = nn_tail_probabilities[i];
		tail->base_value = tail->value = tail->ratio = tail->p_adjusted = NAN;
		sample_set_nan(tail->ratio_ci95, 2);
	}
	row->aa.ratio = NAN;
	sample_set_nan(row->aa.ratio_ci95, 2);
}

static inline void sample_fill_row(struct nn_report_row *row, const struct sample_row *from)
{
	bool is_turned = from->direction == NN_LOWER_IS_BETTER;
	double spread = 1 + from->half_width / 100;

	sample_blank_row(row);
	row->campaign = nn_strdup(SAMPLE_CAMPAIGN);
	row->is_paired = !isnan(from->value);
	row->method = isnan(from->half_width) ? NULL : "paired t on log ratios";
	row->workload = nn_strdup(from->workload);
	row->metric = nn_strdup(from->metric);
	row->unit = nn_strdup(from->unit);
	row->direction = from->direction;
	row->base_arm = nn_strdup("native");
	row->arm = nn_strdup("vm");
	row->nr_boots = from->nr_boots;
	row->base_value = from->base_value;
	row->value = from->value;
	row->ratio = from->value / from->base_value;
	row->ratio_ci95[0] = row->ratio / spread;
	row->ratio_ci95[1] = row->ratio * spread;
	row->performance_ratio = is_turned ? 1 / row->ratio : row->ratio;
	row->performance_ci95[0] = row->performance_ratio / spread;
	row->performance_ci95[1] = row->performance_ratio * spread;
	row->performance_lower95 = row->performance_ci95[0];
	row->performance_upper95 = row->performance_ci95[1];
	row->margin = from->margin;
	row->verdict = nn_strdup(from->verdict);
	row->is_lone = isnan(from->value);
	if (from->reason)
		nn_strings_add(&row->reasons, nn_strdup(from->reason));
}

/* What the claim says of its deciding row. */
static inline void sample_add_check(struct nn_report_claim *claim, size_t row)
{
	struct nn_report_check *check =
		NN_ARRAY_APPEND(claim->checks, claim->nr_checks, claim->cap_checks);

	check->row = row;
	check->verdict = nn_strdup(claim->verdict);
	check->lower95 = claim->lower95;
	check->upper95 = claim->upper95;
}

static inline void sample_add_claim(struct nn_comparison *c, const char *text, const char *verdict,
				    double lower95, double upper95, size_t worst,
				    const char *reason)
{
	struct nn_report_claim *claim = NN_ARRAY_APPEND(c->claims, c->nr_claims, c->cap_claims);

	claim->campaign = nn_strdup(SAMPLE_CAMPAIGN);
	claim->text = nn_strdup(text);
	claim->arm = nn_strdup("vm");
	claim->base = nn_strdup("native");
	claim->workload = nn_strdup("*");
	claim->metric = nn_strdup("*");
	claim->margin = 0.97;
	claim->verdict = nn_strdup(verdict);
	claim->lower95 = lower95;
	claim->upper95 = upper95;
	claim->worst = worst;
	if (worst != SIZE_MAX)
		sample_add_check(claim, worst);
	if (reason)
		nn_strings_add(&claim->reasons, nn_strdup(reason));
}

static inline void sample_add_arm(struct nn_comparison *c, const char *name, const char *target,
				  const char *cmdline)
{
	struct nn_report_arm *arm = NN_ARRAY_APPEND(c->arms, c->nr_arms, c->cap_arms);

	arm->name = nn_strdup(name);
	arm->target = nn_strdup(target);
	arm->nr_boots = 10;
	nn_pairs_add(&arm->facts, "kernel.release", "6.1.0-56-amd64");
	nn_pairs_add(&arm->facts, "kernel.cmdline", cmdline);
	nn_pairs_add(&arm->facts, "cpu.model", "AMD EPYC Processor");
	nn_pairs_add(&arm->facts, "hypervisor",
		     strcmp(name, "vm") == 0 ? "KVMKVMKVM" : "TCGTCGTCGTCG");
	nn_pairs_add(&arm->facts, "host.emulated",
		     "yes: CPUID says TCG, QEMU's software emulation");
}

static inline void sample_add_beside(struct nn_comparison *c)
{
	struct nn_report_event *event = NN_ARRAY_APPEND(c->events, c->nr_events, c->cap_events);
	struct nn_report_skip *skip = NN_ARRAY_APPEND(c->skips, c->nr_skips, c->cap_skips);

	event->arm = nn_strdup("vm");
	event->block = nn_strdup("2");
	event->severity = nn_strdup("error");
	event->kind = nn_strdup("iommu-fault");
	event->message = nn_strdup("DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr "
				   "0x200000 [fault reason 0x05] PTE Write access is not set");
	event->count = 3;
	skip->arm = nn_strdup("vm");
	skip->workload = nn_strdup("iommu/dma-map");
	skip->outcome = nn_strdup("skipped");
	skip->reason = nn_strdup("no function is bound to vfio-pci in this arm " SAMPLE_HOSTILE);
	skip->count = 30;
}

static inline void sample_add_reason(struct nn_comparison *c, const char *reason)
{
	for (size_t i = 0; i < c->nr_rows; i++)
		nn_strings_add(&c->rows[i].reasons, nn_strdup(reason));
}

/* As if the base arm had been the only one. */
static inline void sample_make_lone(struct nn_comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++) {
		struct nn_report_row *row = &c->rows[i];

		free(NN_STEAL(row->arm));
		free(NN_STEAL(row->verdict));
		row->is_lone = true;
		row->is_paired = false;
		row->method = NULL;
		row->value = row->ratio = row->ratio_ci95[0] = row->ratio_ci95[1] = NAN;
		row->performance_ratio = row->margin = NAN;
		row->performance_ci95[0] = row->performance_ci95[1] = NAN;
		row->performance_lower95 = row->performance_upper95 = NAN;
	}
	sample_add_reason(c, "one arm only: nothing to compare");
}

static inline struct nn_comparison *sample_comparison(void)
{
	static const char *const summary[NN_SUMMARY_NR_COLUMNS] = {
		[NN_SUMMARY_UUID] = SAMPLE_CAMPAIGN,
		[NN_SUMMARY_NAME] = "demo",
		[NN_SUMMARY_STATE] = "done",
		[NN_SUMMARY_STARTED] = "2025-11-22T15:34:00Z",
		[NN_SUMMARY_FINISHED] = NULL,
		[NN_SUMMARY_SEED] = "42",
		[NN_SUMMARY_PLAN_HASH] =
			"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		[NN_SUMMARY_BASE_ARM] = "native",
		[NN_SUMMARY_ALLOW_EMULATED] = "1",
		[NN_SUMMARY_BUILD_ID] = "0123456789abcdef",
		[NN_SUMMARY_MACHINE] = "feedface",
		[NN_SUMMARY_MACHINE_DESCRIPTION] = "QEMU Standard PC (Q35 + ICH9, 2009)",
		[NN_SUMMARY_IS_EMULATED] = "1",
		[NN_SUMMARY_DEVICE] = "0000:01:00.0",
		[NN_SUMMARY_DRIVER_BEFORE] = "nvme",
		[NN_SUMMARY_DRIVER_AFTER] = "nvme",
	};
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));

	c->source = NN_SOURCE_STORE;
	c->nr_campaigns = 1;
	for (size_t i = 0; i < NN_SUMMARY_NR_COLUMNS; i++)
		c->summary[i] = nn_strdup(summary[i]);
	c->banner = nn_strdup("EMULATED MACHINE: the figures show that the pipeline works, not how "
			      "fast passthrough is (CPUID says TCG, QEMU's software emulation)");
	c->is_emulated = true;
	c->allow_emulated = true;
	c->boot_s = 212.5;
	c->workloads_s = 148.25;
	c->own_s = 11.5;
	sample_add_arm(c, "native", "local", "console=ttyS0 intel_iommu=on");
	sample_add_arm(c, "vm", "libvirt", "console=ttyS0 note=" SAMPLE_HOSTILE);
	for (size_t i = 0; i < NN_ARRAY_SIZE(sample_rows); i++)
		sample_fill_row(NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows), &sample_rows[i]);
	sample_add_claim(c, "vm >= 97% of native for compute/bandwidth", "PROVEN", 0.9941, 1.0021,
			 0, NULL);
	sample_add_claim(c, "vm >= 97% of native for *", "INCONCLUSIVE", 0.9543, 0.9932, 4,
			 "fewer than 5 boots: system/timer:p50 has 3");
	c->claims[1].boots_needed = c->claims[1].checks[0].boots_needed = 14;
	sample_add_claim(c, "vm >= 99% of native for graphics/*", "INVALID", NAN, NAN, SIZE_MAX,
			 "nothing measured");
	nn_strings_add(&c->remarks, nn_strdup("arm 'native' was not rebooted: 10 sessions"));
	sample_add_beside(c);
	return c;
}

#endif
