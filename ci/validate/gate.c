/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * T4 false alarms and T5 power of the regression gate. A database for each of some thousand gates
 * would take hours, so rows are made and judged by the functions that `nearnative gate` calls; two
 * databases show that the command says the same.
 */
#include "reports/cross/gate.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "ci/validate/recording.h"
#include "ci/validate/shards.h"
#include "ci/validate/validate.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/subprocess.h"
#include "harness/stats/random.h"
#include "reports/row.h"

#define NR_WORKLOADS 20
#define NR_BOOTS     10
#define CORRELATION  0.3 /* between workloads of one boot */

/* Two boots of one workload differ by 1 % (SD of the log ratio). */
#define BOOT_SD (0.01 / M_SQRT2)

/* A candidate whose first @nr_slower workloads are slower by @slowdown. */
struct scenario {
	const char *name;
	size_t nr_slower;
	double slowdown;
};

enum count {
	NR_ALARMS,       /* gates with a regression, at the default thresholds */
	NR_ALARMS_PLAIN, /* the same without minimum effect and threshold */
	NR_FOUND,        /* of the workloads that are slower */
	SUM_FALSE,       /* over gates, share of regressions that are none */
	SUM_FALSE_PLAIN,
	NR_CLEAR, /* rows with NO REGRESSION */
	NR_ROWS,
};

/* ---- one gate ---- */

/* The boots of both campaigns: one value for each workload. */
static void draw_boot(const struct scenario *scenario, struct nn_random *random, size_t side,
		      double ret_speeds[NR_WORKLOADS])
{
	double of_boot = nn_random_normal(random);

	for (size_t w = 0; w < NR_WORKLOADS; w++) {
		bool is_slower = side == 1 && w < scenario->nr_slower;

		ret_speeds[w] = BOOT_SD * (sqrt(CORRELATION) * of_boot +
					   sqrt(1 - CORRELATION) * nn_random_normal(random)) +
				(is_slower ? log1p(-scenario->slowdown) : 0);
	}
}

static void add_cell(struct nn_digester *digester, struct nn_series *series, size_t side,
		     size_t block, double speed)
{
	bool is_lower_better = series->direction == NN_LOWER_IS_BETTER;
	double value = 100 * exp(is_lower_better ? -speed : speed);
	struct nn_cell cell = {.arm = side, .block = block, .boot = (char *)"boot"};

	nn_digester_run(digester, &value, 1, is_lower_better);
	cell.digest = nn_digester_finish(digester);
	nn_cells_add(&series->cells, &cell);
}

static struct nn_comparison *draw_comparison(const struct scenario *scenario, size_t number)
{
	NN_AUTO(free) char *name = nn_asprintf("gate/%s/%zu", scenario->name, number);
	NN_AUTO(random) struct nn_random *random = nn_random_new(nn_random_seed_of(name));
	NN_AUTO(digester) struct nn_digester *digester = nn_digester_new();
	struct nn_comparison *comparison = nn_calloc(1, sizeof(*comparison));
	double speeds[2][NR_BOOTS][NR_WORKLOADS];

	for (size_t side = 0; side < 2; side++) {
		for (size_t block = 0; block < NR_BOOTS; block++)
			draw_boot(scenario, random, side, speeds[side][block]);
	}
	for (size_t w = 0; w < NR_WORKLOADS; w++) {
		struct nn_series series = {.campaign = nn_strdup("B"),
					   .workload = nn_asprintf("w%02zu", w),
					   .metric = nn_strdup("value"),
					   .unit = nn_strdup(""),
					   .direction = w % 2 ? NN_LOWER_IS_BETTER
							      : NN_HIGHER_IS_BETTER};

		for (size_t i = 0; i < 2 * NR_BOOTS; i++)
			add_cell(digester, &series, i / NR_BOOTS, i % NR_BOOTS,
				 speeds[i / NR_BOOTS][i % NR_BOOTS][w]);
		/* campaigns have no blocks in common, as in `nearnative gate` */
		nn_row_compare(nn_row_append(comparison, &series, "A:vm", "B:vm"), &series.cells, 0,
			       1, NN_PAIRING_UNPAIRED);
		nn_series_release(&series);
	}
	return comparison;
}

static bool has_verdict(const struct nn_report_row *row, const char *verdict)
{
	return row->verdict && strcmp(row->verdict, verdict) == 0;
}

static void count_rows(const struct scenario *scenario, const struct nn_comparison *comparison,
		       double counts[SHARD_NR_COUNTS])
{
	double nr_found = 0;

	for (size_t w = 0; w < comparison->nr_rows; w++) {
		bool is_alarm = has_verdict(&comparison->rows[w], NN_REGRESSION);

		nr_found += is_alarm && w < scenario->nr_slower;
		counts[NR_CLEAR] += has_verdict(&comparison->rows[w], NN_NO_REGRESSION);
		counts[NR_ROWS]++;
	}
	counts[NR_FOUND] += nr_found;
}

/* Share of regressions that are none. */
static double false_share(const struct scenario *scenario, const struct nn_comparison *comparison)
{
	double nr_all = 0, nr_false = 0;

	for (size_t w = 0; w < comparison->nr_rows; w++) {
		bool is_alarm = has_verdict(&comparison->rows[w], NN_REGRESSION);

		nr_all += is_alarm;
		nr_false += is_alarm && w >= scenario->nr_slower;
	}
	return nr_all > 0 ? nr_false / nr_all : 0;
}

static void simulate_gate(const void *user, size_t number, double counts[SHARD_NR_COUNTS])
{
	static const struct nn_gate_params defaults = {.min_effect = NN_GATE_MIN_EFFECT,
						       .threshold = NN_GATE_THRESHOLD,
						       .tolerance = NN_GATE_TOLERANCE,
						       .fdr = NN_GATE_FDR};
	static const struct nn_gate_params plain = {.tolerance = NN_GATE_TOLERANCE,
						    .fdr = NN_GATE_FDR};
	const struct scenario *scenario = user;
	NN_AUTO(comparison) struct nn_comparison *comparison = draw_comparison(scenario, number);
	struct nn_gate_tally tally = {0};
	struct nn_gate_tally plain_tally = {0};

	nn_gate_judge(comparison, &defaults, &tally);
	count_rows(scenario, comparison, counts);
	counts[SUM_FALSE] += false_share(scenario, comparison);
	counts[NR_ALARMS] += tally.nr_regressions > 0;
	nn_gate_judge(comparison, &plain, &plain_tally);
	counts[SUM_FALSE_PLAIN] += false_share(scenario, comparison);
	counts[NR_ALARMS_PLAIN] += plain_tally.nr_regressions > 0;
}

/* ---- T4 ---- */

int validate_gate_alarms(struct validate *validate, struct nn_err *err)
{
	static const struct scenario unchanged = {.name = "unchanged"};
	double counts[SHARD_NR_COUNTS];
	int rc = shards_run(VALIDATE_NR_GATES, simulate_gate, &unchanged, counts, err);

	if (rc)
		return rc;
	validate_figure(validate, counts[NR_ALARMS_PLAIN] / VALIDATE_NR_GATES, AT_MOST(0.06, 4),
			"gate, %d workloads, nothing changed: any alarm, no minimum effect",
			NR_WORKLOADS);
	validate_figure(validate, counts[NR_ALARMS] / VALIDATE_NR_GATES, AT_MOST(0.01, 4),
			"gate, %d workloads, nothing changed: any alarm, defaults", NR_WORKLOADS);
	validate_tell(validate, counts[NR_CLEAR] / counts[NR_ROWS], 4,
		      "gate, nothing changed: rows with NO REGRESSION");
	return 0;
}

/* ---- T5 ---- */

/* Gate the campaign "candidate" against "baseline" of a database made for it. */
static int gate_database(struct validate *validate, size_t nr_slower, int *ret_status,
			 size_t *ret_nr_regressions, struct nn_err *err)
{
	NN_AUTO(free) char *path = nn_asprintf("%s/gate-%zu.db", validate->folder, nr_slower);
	struct recording recordings[2] = {
		{.name = "baseline",
		 .nr_blocks = NR_BOOTS,
		 .nr_workloads = NR_WORKLOADS,
		 .nr_runs = 1,
		 .nr_iterations = 2,
		 .boot_sd = 0.002,
		 .iteration_sd = 0.0001,
		 .ratio = 0.98},
	};
	const char *argv[] = {validate->nearnative,
			      "gate",
			      "campaign:baseline",
			      "--campaign",
			      "candidate",
			      "--db",
			      path,
			      "--format",
			      "csv",
			      NULL};
	NN_AUTO(subprocess_result) struct nn_subprocess_result result = {0};
	int rc;

	recordings[1] = recordings[0];
	recordings[1].name = "candidate";
	recordings[1].nr_slower = nr_slower;
	recordings[1].slowdown = 0.03;
	rc = recording_write(path, recordings, 2, err);
	if (!rc)
		rc = nn_subprocess_run(&(struct nn_subprocess_spec){.argv = argv}, &result, err);
	if (rc)
		return rc;
	*ret_status = result.exit_status;
	*ret_nr_regressions = validate_count(nn_strbuf_str(&result.out), ",REGRESSION,");
	return 0;
}

static int ask_command(struct validate *validate, size_t nr_slower, int status, struct nn_err *err)
{
	const size_t nr_expected = nr_slower * MODEL_NR_ARMS * RECORDING_NR_METRICS;
	NN_AUTO(free) char *demanded = NULL;
	NN_AUTO(free) char *measured = NULL;
	size_t nr_regressions;
	int seen;
	int rc = gate_database(validate, nr_slower, &seen, &nr_regressions, err);

	if (rc)
		return rc;
	demanded = nn_asprintf("exit %d, %zu rows", status, nr_expected);
	measured = nn_asprintf("exit %d, %zu", seen, nr_regressions);
	validate_fact(validate, seen == status && nr_regressions == nr_expected, demanded, measured,
		      "nearnative gate on databases, %zu of %d workloads 3 %% slower", nr_slower,
		      NR_WORKLOADS);
	return 0;
}

int validate_gate_power(struct validate *validate, struct nn_err *err)
{
	static const struct scenario slower = {.name = "slower", .nr_slower = 2, .slowdown = 0.02};
	double counts[SHARD_NR_COUNTS];
	int rc = shards_run(VALIDATE_NR_GATES, simulate_gate, &slower, counts, err);

	if (rc)
		return rc;
	validate_figure(validate, counts[NR_FOUND] / (VALIDATE_NR_GATES * (double)slower.nr_slower),
			AT_LEAST(0.85, 4), "gate, 2 of %d workloads 2 %% slower: found",
			NR_WORKLOADS);
	validate_figure(validate, counts[SUM_FALSE_PLAIN] / VALIDATE_NR_GATES, AT_MOST(0.06, 4),
			"gate, 2 of %d 2 %% slower: false discoveries, no minimum effect",
			NR_WORKLOADS);
	validate_figure(validate, counts[SUM_FALSE] / VALIDATE_NR_GATES, AT_MOST(0.06, 4),
			"gate, 2 of %d 2 %% slower: false discoveries, defaults", NR_WORKLOADS);
	rc = ask_command(validate, 0, 0, err);
	return rc ? rc : ask_command(validate, 2, 1, err);
}
