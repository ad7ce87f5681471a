/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A comparison with everything in it, for tests of whole renderings: boots with their
 * distributions, tails, cross-checks, ceilings, flags, claims of every verdict, a lone row, an
 * INVALID row, telemetry with runs, events, and hostile text wherever an agent may write. Figures
 * are drawn from a generator of fixed seed; what is computed from them here is simple and only as
 * right as a picture needs: the tests of rows are elsewhere.
 */
#ifndef NN_CI_TESTS_REPORTS_RICH_H
#define NN_CI_TESTS_REPORTS_RICH_H

#include "ci/tests/reports/sample.h"

#define RICH_BLOCKS     10
#define RICH_ITERATIONS 60
#define RICH_HOSTILE    "</svg><script>alert(1)</script>]]>&\"'"

/* Student's t at 9 degrees of freedom: 95 % two-sided, 95 % one-sided. */
#define RICH_T95 2.262157
#define RICH_T90 1.833113

struct rich_row {
	const char *workload;
	const char *metric;
	const char *unit;
	enum nn_direction direction;
	double base;   /* value of the base arm */
	double ratio;  /* of values */
	double boots;  /* SD between boots, as a share */
	double spread; /* SD within a boot, as a share */
	double margin;
	double ceiling;
	const char *ceiling_source;
	const char *verdict;
	const char *reason;
	const char *flag;
	unsigned int slow; /* boots of the arm that are slow, one bit a block */
	bool is_lone;
};

static const struct rich_row rich_rows[] = {
	{"compute/bandwidth", "copy", "GB/s", NN_HIGHER_IS_BETTER, 1843.2, 1.0004, .0016, .004, .97,
	 2039, "HBM 5001 MT/s x 3072 bit", "PROVEN", NULL, NULL, 0, false},
	{"compute/bandwidth", "d2h", "GB/s", NN_HIGHER_IS_BETTER, 25.81, .9931, .004, .01, .97,
	 31.5, "PCIe 16 GT/s x16, MPS 256", "PROVEN", NULL, NULL, 0, false},
	{"compute/bandwidth", "h2d", "GB/s", NN_HIGHER_IS_BETTER, 24.97, .9935, .0035, .012, .97,
	 31.5, "PCIe 16 GT/s x16, MPS 256", "PROVEN", NULL, NULL, 0, false},
	{"compute/gemm", "throughput", "GFLOP/s", NN_HIGHER_IS_BETTER, 18243, .9978, .002, .006,
	 .97, 19456, "64 units x 128 FMA x 2.37 GHz", "PROVEN", NULL, NULL, 0, false},
	{"compute/launch-latency", "roundtrip", "us", NN_LOWER_IS_BETTER, 8.91, 1.262, .012, .04,
	 .97, NAN, NULL, "REFUTED", NULL, NULL, 0, false},
	{"graphics/fill-rate", "fill_rate", "Mpixel/s", NN_HIGHER_IS_BETTER, 204.8, .981, .01, .02,
	 .97, NAN, NULL, "INVALID",
	 "software device: llvmpipe (LLVM 15.0.6, 256 bits): no statement about hardware", NULL, 0,
	 false},
	{"iommu/dma-map", "map_1MiB", "us", NN_LOWER_IS_BETTER, 41.8, NAN, .02, .05, NAN, NAN, NULL,
	 NULL, "measured in arm 'native' only", NULL, 0, true},
	{"iommu/dma-map", "map_4KiB", "us", NN_LOWER_IS_BETTER, 1.412, NAN, .02, .05, NAN, NAN,
	 NULL, NULL, "measured in arm 'native' only", NULL, 0, true},
	{"iommu/nvme-read", "latency", "us", NN_LOWER_IS_BETTER, 81.3, 1.021, .006, .09, NAN, NAN,
	 NULL, NULL, NULL, NULL, 0, false},
	{"iommu/nvme-read", "throughput", "MB/s", NN_HIGHER_IS_BETTER, 6712, .988, .006, .02, .97,
	 7876, "PCIe 16 GT/s x4, MPS 256", "INCONCLUSIVE",
	 "arm 'vm' is bimodal: not called proven below 20 boots",
	 "bimodal: the boots of arm 'vm' fall into two groups 6.1 % apart", 0x48, false},
	{"system/timer", "latency", "us", NN_LOWER_IS_BETTER, 54.1, 1.142, .01, .3, NAN, NAN, NULL,
	 NULL, NULL, "drift: native became 2.3 % slower from the first block to the last (p 0.004)",
	 0, false},
	{"system/timer", "latency_max", "us", NN_LOWER_IS_BETTER, 96.0, 2.71, .35, .8, NAN, NAN,
	 NULL, NULL, NULL, NULL, 0, false},
	{"x/" RICH_HOSTILE, "m" RICH_HOSTILE, "u" RICH_HOSTILE, NN_HIGHER_IS_BETTER, 3.0, .96, .02,
	 .03, NAN, NAN, NULL, NULL, "reason " RICH_HOSTILE, "flag " RICH_HOSTILE, 0, false},
};

struct rich_random {
	uint64_t state;
};

/* SplitMix64. */
static inline uint64_t rich_next(struct rich_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static inline double rich_uniform(struct rich_random *random)
{
	return ((double)(rich_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double rich_normal(struct rich_random *random)
{
	double radius = sqrt(-2 * log(rich_uniform(random)));

	return radius * cos(2 * 3.14159265358979323846 * rich_uniform(random));
}

static inline int rich_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static inline double rich_quantile(const double *sorted, double probability)
{
	double at = probability * (RICH_ITERATIONS - 1);
	size_t low = (size_t)at;

	return low + 1 < RICH_ITERATIONS
		       ? sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low])
		       : sorted[RICH_ITERATIONS - 1];
}

/* A boot around @level whose iterations are skewed to the right, as times are. */
static inline struct nn_digest rich_digest(struct rich_random *random, double level, double spread)
{
	struct nn_digest digest = {.nr_runs = 3,
				   .nr_samples = RICH_ITERATIONS,
				   .nr_judged = 3,
				   .effective_samples = 14.2,
				   .variation = spread};
	double values[RICH_ITERATIONS];
	double sum = 0;

	for (size_t i = 0; i < RICH_ITERATIONS; i++) {
		values[i] = level * exp(spread * rich_normal(random));
		sum += values[i];
	}
	qsort(values, RICH_ITERATIONS, sizeof(*values), rich_compare);
	digest.mean = sum / RICH_ITERATIONS;
	digest.trimmed_mean = rich_quantile(values, 0.5);
	for (size_t i = 0; i < NN_NR_TAILS; i++)
		digest.tails[i] = rich_quantile(values, nn_tail_probabilities[i]);
	for (size_t i = 0; i < NN_NR_CURVE; i++)
		digest.curve[i] = rich_quantile(values, (double)i / (NN_NR_CURVE - 1));
	return digest;
}

static inline void rich_fill_side(struct nn_report_side *side, struct rich_random *random,
				  const struct rich_row *from, size_t arm)
{
	double level = arm ? from->base * from->ratio : from->base;

	for (uint64_t block = 0; block < RICH_BLOCKS; block++) {
		struct nn_cell *cell =
			NN_ARRAY_APPEND(side->boots.items, side->boots.nr, side->boots.cap);
		double boot = level * exp(from->boots * rich_normal(random));

		if (arm && from->slow >> block & 1)
			boot *= 0.94;
		cell->arm = arm;
		cell->block = block;
		cell->boot = nn_asprintf("00000000-0000-4000-8000-%06x%06x", (unsigned int)arm,
					 (unsigned int)block);
		cell->digest = rich_digest(random, boot, from->spread);
	}
	side->variation = from->spread;
	side->effective_samples = 14.2;
	side->outlier_share = 0.0033;
	side->nr_runs = 3 * RICH_BLOCKS;
	side->nr_samples = RICH_BLOCKS * RICH_ITERATIONS;
	side->nr_judged = 3 * RICH_BLOCKS;
	side->nr_unsteady = arm;
	side->is_bimodal = arm && from->slow;
	side->drift_pct = 0.4;
	side->drift_p_value = 0.31;
}

/* Mean and SD of the logarithms. */
static inline void rich_moments(const double *logs, double *ret_mean, double *ret_sd)
{
	double mean = 0, sum = 0;

	for (size_t i = 0; i < RICH_BLOCKS; i++)
		mean += logs[i] / RICH_BLOCKS;
	for (size_t i = 0; i < RICH_BLOCKS; i++)
		sum += (logs[i] - mean) * (logs[i] - mean);
	*ret_mean = mean;
	*ret_sd = sqrt(sum / (RICH_BLOCKS - 1));
}

static inline double rich_summarise(struct nn_report_side *side)
{
	double logs[RICH_BLOCKS], trimmed[RICH_BLOCKS], mean, sd;

	for (size_t i = 0; i < RICH_BLOCKS; i++) {
		logs[i] = log(side->boots.items[i].digest.mean);
		trimmed[i] = log(side->boots.items[i].digest.trimmed_mean);
	}
	rich_moments(trimmed, &mean, &sd);
	side->trimmed_value = exp(mean);
	rich_moments(logs, &mean, &sd);
	side->sd_log = sd;
	return exp(mean);
}

static inline void rich_around(double bounds[2], double mean, double half_width)
{
	bounds[0] = exp(mean - half_width);
	bounds[1] = exp(mean + half_width);
}

static inline void rich_fill_tails(struct nn_report_row *row, const struct rich_row *from,
				   double half_width)
{
	for (size_t i = 0; i < NN_NR_TAILS; i++) {
		struct nn_report_tail *tail = &row->tails[i];
		double wider = half_width * (double)(i + 1);

		if (tail->probability > 0.98) {
			tail->reason = nn_strdup("fewer than 10 iterations beyond it in a boot");
			continue;
		}
		tail->base_value = from->base * (1 + 1.6 * from->spread * (double)i);
		tail->value = tail->base_value * from->ratio;
		tail->ratio = from->ratio;
		rich_around(tail->ratio_ci95, log(from->ratio), wider);
		tail->p_adjusted = 0.012 * (double)(i + 1);
	}
}

static inline void rich_compare_sides(struct nn_report_row *row, const struct rich_row *from)
{
	bool is_turned = row->direction == NN_LOWER_IS_BETTER;
	double logs[RICH_BLOCKS], mean, half_width;

	for (size_t i = 0; i < RICH_BLOCKS; i++)
		logs[i] = log(row->side.boots.items[i].digest.mean /
			      row->base_side.boots.items[i].digest.mean);
	rich_moments(logs, &mean, &row->sd_log);
	half_width = row->sd_log / sqrt(RICH_BLOCKS);
	row->ratio = exp(mean);
	rich_around(row->ratio_ci95, mean, RICH_T95 * half_width);
	rich_around(row->ratio_ci90, mean, RICH_T90 * half_width);
	rich_around(row->ratio_ci95_bootstrap_t, mean, 2.31 * half_width);
	row->hodges_lehmann = exp(mean + 0.1 * half_width);
	rich_around(row->hodges_lehmann_ci95, mean, 2.4 * half_width);
	row->p_value = fabs(mean) > 5 * half_width ? 0.00004 : 0.0312;
	row->p_adjusted = 1.6 * row->p_value;
	row->mde_pct = 100 * half_width * 3.16;
	row->equivalent_within_pct = 100 * (fabs(mean) + RICH_T90 * half_width);
	mean = is_turned ? -mean : mean;
	row->performance_ratio = exp(mean);
	rich_around(row->performance_ci95, mean, RICH_T95 * half_width);
	row->performance_lower95 = exp(mean - RICH_T90 * half_width);
	row->performance_upper95 = exp(mean + RICH_T90 * half_width);
	rich_fill_tails(row, from, RICH_T95 * half_width);
}

static inline void rich_fill_row(struct nn_report_row *row, const struct rich_row *from,
				 size_t index)
{
	struct rich_random random = {.state = 7 + index};

	sample_blank_row(row);
	row->campaign = nn_strdup(SAMPLE_CAMPAIGN);
	row->workload = nn_strdup(from->workload);
	row->metric = nn_strdup(from->metric);
	row->unit = nn_strdup(from->unit);
	row->direction = from->direction;
	row->base_arm = nn_strdup("native");
	row->arm = nn_strdup("vm");
	row->nr_boots = RICH_BLOCKS;
	row->is_lone = from->is_lone;
	row->margin = from->margin;
	row->ceiling = from->ceiling;
	row->ceiling_source = nn_strdup(from->ceiling_source);
	row->verdict = nn_strdup(from->verdict);
	if (from->reason)
		nn_strings_add(&row->reasons, nn_strdup(from->reason));
	if (from->flag)
		nn_strings_add(&row->flags, nn_strdup(from->flag));
	rich_fill_side(&row->base_side, &random, from, 0);
	row->base_value = rich_summarise(&row->base_side);
	if (from->is_lone)
		return;
	row->is_paired = true;
	row->method = "paired t on log ratios";
	rich_fill_side(&row->side, &random, from, 1);
	row->value = rich_summarise(&row->side);
	rich_compare_sides(row, from);
	row->nr_slow_boots = from->slow ? 2 : 0;
	row->slow_share_upper95 = from->slow ? 0.556 : 0.259;
	row->aa.campaign = nn_strdup("0d7c2f5e-1b7a-4a55-8a3e-5f0c3f2c7d99");
	row->aa.started = nn_strdup("2025-11-20T08:12:00Z");
	row->aa.ratio = 1.0007;
	row->aa.ratio_ci95[0] = 0.9979;
	row->aa.ratio_ci95[1] = 1.0035;
	row->aa.nr_boots = RICH_BLOCKS;
}

static inline void rich_add_claims(struct nn_comparison *c)
{
	const struct nn_report_row *rows = c->rows;

	sample_add_claim(c, "vm >= 97% of native for compute/bandwidth", "PROVEN",
			 rows[1].performance_lower95, rows[1].performance_upper95, 1, NULL);
	sample_add_check(&c->claims[0], 0);
	sample_add_check(&c->claims[0], 2);
	sample_add_claim(c, "vm >= 97% of native for compute/launch-latency", "REFUTED",
			 rows[4].performance_lower95, rows[4].performance_upper95, 4, NULL);
	sample_add_claim(c, "vm >= 97% of native for iommu/nvme-read:throughput", "INCONCLUSIVE",
			 rows[9].performance_lower95, rows[9].performance_upper95, 9,
			 rich_rows[9].reason);
	c->claims[2].boots_needed = c->claims[2].checks[0].boots_needed = 14;
	sample_add_claim(c, "vm >= 97% of native for graphics/*", "INVALID", NAN, NAN, 5,
			 rich_rows[5].reason);
	sample_add_claim(c, "vm >= 99% of native for raytracing/* " RICH_HOSTILE, "INVALID", NAN,
			 NAN, SIZE_MAX, "nothing measured");
	sample_add_claim(c, "vm >= 97% of native for compute/gemm", "PROVEN",
			 rows[3].performance_lower95, rows[3].performance_upper95, 3, NULL);
	c->claims[5].is_late = true;
}

static inline void rich_add_telemetry(struct nn_comparison *c, size_t arm, uint64_t block)
{
	static const struct {
		const char *name;
		const char *unit;
		double level;
		double swing;
		bool is_vm_only;
	} series[] = {
		{"cpu.guest", "s", 4, 3, true},
		{"cpu.user", "s", 2, 1.5, false},
		{"gpu.clock", "MHz", 1410, 60, false},
		{"gpu.power " RICH_HOSTILE, "W", 212, 60, false},
	};
	struct rich_random random = {.state = 1000 + 50 * arm + block};

	for (size_t s = 0; s < NN_ARRAY_SIZE(series); s++) {
		struct nn_report_telemetry *telemetry;

		if (series[s].is_vm_only && !arm)
			continue;
		telemetry = NN_ARRAY_APPEND(c->telemetry, c->nr_telemetry, c->cap_telemetry);
		telemetry->arm = nn_strdup(arm ? "vm" : "native");
		telemetry->block = block;
		telemetry->name = nn_strdup(series[s].name);
		telemetry->unit = nn_strdup(series[s].unit);
		telemetry->nr = NN_REPORT_POINTS;
		telemetry->elapsed_s = nn_calloc(telemetry->nr, sizeof(double));
		telemetry->values = nn_calloc(telemetry->nr, sizeof(double));
		for (size_t i = 0; i < telemetry->nr; i++) {
			bool is_on = i / 30 % 2;

			telemetry->elapsed_s[i] = 0.5 * (double)i;
			telemetry->values[i] = series[s].level + (is_on ? series[s].swing : 0) +
					       0.1 * series[s].swing * rich_normal(&random);
		}
	}
}

static inline void rich_add_spans(struct nn_comparison *c, size_t arm, uint64_t block)
{
	static const char *const workloads[] = {"compute/bandwidth", "compute/gemm",
						"iommu/nvme-read", "x/" RICH_HOSTILE};

	for (size_t i = 0; i < NN_ARRAY_SIZE(workloads); i++) {
		struct nn_report_span *span = NN_ARRAY_APPEND(c->spans, c->nr_spans, c->cap_spans);

		span->arm = nn_strdup(arm ? "vm" : "native");
		span->block = block;
		span->workload = nn_strdup(workloads[i]);
		span->run = 0;
		span->from_s = 15 + 30 * (double)i;
		span->to_s = span->from_s + 14;
	}
}

static inline void rich_add_beside(struct nn_comparison *c)
{
	struct nn_report_event *event = NN_ARRAY_APPEND(c->events, c->nr_events, c->cap_events);
	struct nn_report_aggregate *aggregate;

	event->severity = nn_strdup("warning");
	event->kind = nn_strdup("guest " RICH_HOSTILE);
	event->message = nn_strdup("the guest says " RICH_HOSTILE " \033[31m \xff\xfe");
	event->arm = nn_strdup("vm");
	event->block = nn_strdup("7");
	event->count = 1;
	for (size_t arm = 0; arm < 2; arm++) {
		for (uint64_t block = 0; block < RICH_BLOCKS; block++) {
			rich_add_telemetry(c, arm, block);
			rich_add_spans(c, arm, block);
		}
	}
	aggregate = NN_ARRAY_APPEND(c->aggregates, c->nr_aggregates, c->cap_aggregates);
	aggregate->campaign = nn_strdup(SAMPLE_CAMPAIGN);
	aggregate->base_arm = nn_strdup("native");
	aggregate->arm = nn_strdup("vm");
	aggregate->nr_boots = RICH_BLOCKS;
	aggregate->nr_rows = 10;
	aggregate->performance_ratio = 0.9412;
	aggregate->performance_ci95[0] = 0.9301;
	aggregate->performance_ci95[1] = 0.9525;
	nn_pairs_add(&c->arms[1].facts, "qemu", "QEMU 7.2.17 " RICH_HOSTILE);
	nn_pairs_add(&c->arms[1].facts, "memory.total", "64 GiB | 63 GiB");
	nn_pairs_add(&c->arms[0].facts, "memory.total", "64 GiB");
}

/* Drop what the small sample claims and measures. */
static inline void rich_clear(struct nn_comparison *c)
{
	struct nn_comparison old = {.rows = c->rows,
				    .nr_rows = c->nr_rows,
				    .claims = c->claims,
				    .nr_claims = c->nr_claims};
	struct nn_comparison *dropped = nn_calloc(1, sizeof(*dropped));

	*dropped = old;
	nn_comparison_free(dropped);
	c->rows = NULL;
	c->nr_rows = c->cap_rows = 0;
	c->claims = NULL;
	c->nr_claims = c->cap_claims = 0;
}

static inline struct nn_comparison *rich_comparison(void)
{
	struct nn_comparison *c = sample_comparison();

	rich_clear(c);
	for (size_t i = 0; i < NN_ARRAY_SIZE(rich_rows); i++)
		rich_fill_row(NN_ARRAY_APPEND(c->rows, c->nr_rows, c->cap_rows), &rich_rows[i], i);
	rich_add_claims(c);
	rich_add_beside(c);
	return c;
}

#endif
