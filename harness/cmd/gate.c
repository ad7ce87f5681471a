/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/cmd/contender.h"
#include "harness/cmd/named.h"
#include "harness/cmd/render.h"

struct gate_options {
	const char *db;
	const char *baseline_db;
	const char *campaign;
	struct nn_option_list arms;
	struct nn_option_list allow;
	double min_effect;
	double threshold;
	double tolerance;
	const char *format;
	const char *output;
};

static const struct nn_option gate_options[] = {
	NN_OPTION("db", NN_OPTION_STRING, struct gate_options, db, "FILE",
		  "the database (default $NEARNATIVE_DB or nearnative.db)"),
	NN_OPTION("baseline-db", NN_OPTION_STRING, struct gate_options, baseline_db, "FILE",
		  "the database of the baseline, where it is another one"),
	NN_OPTION("campaign", NN_OPTION_STRING, struct gate_options, campaign, "CAMPAIGN",
		  "the candidate (default: the latest campaign with the name of the baseline's)"),
	NN_OPTION("arm", NN_OPTION_LIST, struct gate_options, arms, "ARM",
		  "only this arm, or ratio of two as vm/native; may be given several times "
		  "(default: every arm)"),
	NN_OPTION("min-effect", NN_OPTION_SHARE, struct gate_options, min_effect, "SHARE",
		  "a slowdown up to it does not matter (default 0.5%)"),
	NN_OPTION("threshold", NN_OPTION_SHARE, struct gate_options, threshold, "SHARE",
		  "an estimate below it is no regression (default 1%)"),
	NN_OPTION("tolerance", NN_OPTION_SHARE, struct gate_options, tolerance, "SHARE",
		  "NO REGRESSION rules a slowdown above it out (default 2%)"),
	NN_OPTION("allow", NN_OPTION_LIST, struct gate_options, allow, "AXIS",
		  "may differ too, see 'nearnative compare --list-axes' (kernel, driver and "
		  "hypervisor always may)"),
	NN_OPTION("format", NN_OPTION_STRING, struct gate_options, format, "FORMAT",
		  "of the report, see 'nearnative list' (default text)"),
	NN_OPTION("output", NN_OPTION_STRING, struct gate_options, output, "FILE",
		  "write there instead of to the standard output"),
	NN_OPTION_END,
};

static int gate_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_gate = {
	.name = "gate",
	.operands = "BASELINE",
	.summary = "Fail when a campaign is slower than a baseline",
	.details =
		"BASELINE is a name given by 'nearnative baseline set', or campaign: and a UUID, "
		"the beginning of one, or a name. Every metric of every workload in every arm gets "
		"a verdict. REGRESSION: slower by more than --min-effect (one-sided t test, "
		"Benjamini-Hochberg at 0.05 over all) and by an estimate of --threshold or more. "
		"NO REGRESSION: a slowdown above --tolerance is ruled out. INCONCLUSIVE: neither, "
		"or fewer than 5 boots; it tells how many more would do. INVALID: figures that "
		"cannot be trusted, an emulated machine in real time, a metric that vanished, a "
		"campaign that is not done, or campaigns that are unlike: kernel, driver and "
		"hypervisor may differ, for that is what a gate is for, but board, CPU, memory, "
		"firmware, device, settings, plan and builds of nearnative must be the same "
		"(--allow names more). Improvements are told and never fail. The claims of the "
		"candidate's plan count too.\n\n"
		"Exit status, the worst finding wins in the order 1, 4, 0: 0 no regression; 1 a "
		"regression, or a claim is refuted; 2 usage, such as an unknown baseline; 3 "
		"infrastructure, such as a database that is missing or corrupt; 4 no verdict: "
		"inconclusive, invalid, vanished, unlike, or nothing compared.",
	.options = gate_options,
	.execute = gate_execute,
};

/* Everything that is open while the gate judges. A is the baseline, B the candidate. */
struct gating {
	const struct gate_options *options;
	const struct nn_report *report;
	struct nn_store *baseline_store; /* NULL: the candidate's too */
	struct nn_store *store;
	struct nn_campaign campaigns[2];
	struct nn_contender sides[2];
	struct nn_strings arms;
	uint32_t axes;
	struct nn_comparison *comparison;
	struct nn_gate_tally tally;
};

static void gating_release(struct gating *gating)
{
	nn_comparison_free(gating->comparison);
	for (size_t i = 0; i < 2; i++) {
		nn_contender_release(&gating->sides[i]);
		nn_campaign_release(&gating->campaigns[i]);
	}
	nn_store_close(gating->store);
	nn_store_close(gating->baseline_store);
	nn_strings_release(&gating->arms);
}

static struct nn_store *baseline_store(const struct gating *gating)
{
	return gating->baseline_store ? gating->baseline_store : gating->store;
}

static int gate_find_candidate(struct gating *gating, struct nn_err *err)
{
	const struct nn_campaign *baseline = &gating->campaigns[0];
	const char *which = gating->options->campaign;
	int rc = nn_named_campaign(gating->store, which ? which : baseline->name,
				   &gating->campaigns[1], err);

	if (rc)
		return rc;
	if (strcmp(gating->campaigns[1].uuid, baseline->uuid) == 0)
		return nn_err_set(err, -EINVAL,
				  "gate: campaign '%s' (%s) is the baseline itself: nothing was "
				  "measured since",
				  baseline->name, baseline->uuid);
	return 0;
}

static int gate_open(struct gating *gating, const char *baseline, struct nn_err *err)
{
	const struct gate_options *options = gating->options;
	int rc = nn_store_open(nn_command_db(options->db), NN_STORE_READ, &gating->store, err);

	if (!rc && options->baseline_db)
		rc = nn_store_open(options->baseline_db, NN_STORE_READ, &gating->baseline_store,
				   err);
	if (!rc)
		rc = nn_named_baseline(baseline_store(gating), baseline, &gating->campaigns[0],
				       err);
	if (!rc)
		rc = gate_find_candidate(gating, err);
	if (!rc)
		rc = nn_contender_open(baseline_store(gating), &gating->campaigns[0], "A",
				       &gating->sides[0], err);
	if (!rc)
		rc = nn_contender_open(gating->store, &gating->campaigns[1], "B", &gating->sides[1],
				       err);
	return rc;
}

static int gate_compare(struct gating *gating, struct nn_err *err)
{
	const struct nn_option_list *asked = &gating->options->arms;

	for (size_t i = 0; i < asked->nr; i++)
		nn_strings_add(&gating->arms, nn_strdup(asked->values[i]));
	if (!asked->nr)
		nn_cross_arms(gating->sides[0].cross, gating->sides[1].cross, &gating->arms);
	return nn_cross_new(gating->sides[0].cross, gating->sides[1].cross, &gating->arms,
			    &gating->comparison, err);
}

/* What makes every figure invalid, whatever it says. */
static void gate_refuse(struct gating *gating)
{
	NN_AUTO(differences) struct nn_differences differences = {0};
	const char *state = gating->campaigns[1].state;

	nn_contender_differences(&gating->sides[0], &gating->sides[1], &gating->arms, gating->axes,
				 &differences);
	nn_differences_remark(&differences, gating->comparison);
	nn_gate_refuse_unlike(gating->comparison, &differences);
	if (strcmp(state, "done") != 0) {
		NN_AUTO(free) char *why = nn_asprintf("the candidate is not done: %s", state);

		nn_gate_refuse(gating->comparison, why);
	}
}

static int gate_claims(struct gating *gating, struct nn_err *err)
{
	NN_AUTO(comparison) struct nn_comparison *candidate = NULL;
	int rc;

	/* The side has back what the plan claims and the store has lost. */
	if (!nn_cross_side_campaign(gating->sides[1].cross)->nr_claims)
		return 0;
	rc = nn_comparison_new(gating->store, gating->campaigns[1].uuid, NULL, &candidate, err);
	if (!rc)
		nn_gate_take_claims(gating->comparison, candidate, &gating->tally);
	return rc;
}

static int gate_judge(struct gating *gating, const char *baseline, struct nn_err *err)
{
	const struct nn_gate_params params = {
		.min_effect = gating->options->min_effect,
		.threshold = gating->options->threshold,
		.tolerance = gating->options->tolerance,
		.fdr = NN_GATE_FDR,
	};
	int rc = nn_gate_params_check(&params, err);

	gating->axes = nn_axes_of_gate();
	if (!rc)
		rc = nn_contender_axes(&gating->options->allow, &gating->axes, err);
	if (!rc)
		rc = nn_render_find(gating->options->format, &gating->report, err);
	if (!rc)
		rc = gate_open(gating, baseline, err);
	if (!rc)
		rc = gate_compare(gating, err);
	if (rc)
		return rc;
	gate_refuse(gating);
	nn_gate_judge(gating->comparison, &params, &gating->tally);
	rc = gate_claims(gating, err);
	if (!rc)
		nn_gate_conclude(gating->comparison, &params, &gating->tally);
	return rc;
}

static int gate_exit(const struct nn_gate_tally *tally)
{
	switch (nn_gate_outcome(tally)) {
	case NN_GATE_PASSED:
		return NN_EXIT_OK;
	case NN_GATE_FAILED:
		return NN_EXIT_REGRESSION;
	case NN_GATE_NO_VERDICT:
		break;
	}
	return NN_EXIT_NO_VERDICT;
}

static int gate_report(const struct nn_cmd *cmd, const struct gating *gating)
{
	NN_AUTO(strbuf) struct nn_strbuf summary = NN_STRBUF_INIT;
	int rc = nn_render_comparison(cmd, gating->report, gating->comparison,
				      gating->options->output);

	if (rc)
		return rc;
	nn_gate_summary(&gating->tally, &summary);
	nn_log_line(&cmd->log, NN_LOG_INFO, "gate: %s", nn_strbuf_str(&summary));
	return gate_exit(&gating->tally);
}

static int gate_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	NN_AUTO(operands) struct nn_operands operands = {0};
	struct gate_options options = {.min_effect = NN_GATE_MIN_EFFECT,
				       .threshold = NN_GATE_THRESHOLD,
				       .tolerance = NN_GATE_TOLERANCE,
				       .format = "text"};
	struct gating gating = {.options = &options};
	struct nn_err err = {0};
	int rc = nn_command_parse(cmd, &nn_command_gate, argc, argv, &options, &operands,
				  (const size_t[]){1, 1});

	if (!rc && gate_judge(&gating, operands.values[0], &err))
		rc = nn_command_fail(cmd, &err);
	if (!rc)
		rc = gate_report(cmd, &gating);
	gating_release(&gating);
	free(options.arms.values);
	free(options.allow.values);
	return rc;
}
