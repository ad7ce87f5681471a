/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <math.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"
#include "reports/words.h"

/* A clock that was watched for so long is known well enough to say nothing about it. */
#define LONG_WATCH_NS (60 * NN_NS_PER_S)

static void remark(struct nn_build *build, struct nn_strbuf *sb)
{
	nn_strings_add(&build->out->remarks, nn_strbuf_detach(sb));
}

static void remark_on_boots(struct nn_build *build)
{
	for (size_t i = 0; i < build->out->nr_arms; i++) {
		const struct nn_report_arm *arm = &build->out->arms[i];
		struct nn_strbuf sb = NN_STRBUF_INIT;

		if (arm->nr_sessions) {
			nn_strbuf_addf(&sb, "arm '%s' was not rebooted: ", arm->name);
			nn_words_count(&sb, arm->nr_sessions, "session");
			remark(build, &sb);
		}
		if (arm->nr_failed_boots) {
			nn_words_count(&sb, arm->nr_failed_boots, "boot");
			nn_strbuf_addf(&sb, " of arm '%s' failed and %s repeated or given up",
				       arm->name, arm->nr_failed_boots == 1 ? "was" : "were");
			remark(build, &sb);
		}
	}
}

/* ---- software devices ---- */

static bool is_same_device(const struct nn_run_tally *a, const struct nn_run_tally *b)
{
	const char *names[] = {a->software_note ? a->software_note : "",
			       b->software_note ? b->software_note : ""};

	return a->is_software && b->is_software && strcmp(names[0], names[1]) == 0;
}

/* The workloads that ran on the device of @of in its arm. */
static void list_workloads(const struct nn_evidence *evidence, const struct nn_run_tally *of,
			   struct nn_strings *ret_workloads)
{
	for (size_t i = 0; i < evidence->nr_tallies; i++) {
		const struct nn_run_tally *tally = &evidence->tallies[i];

		if (is_same_device(tally, of) && strcmp(tally->arm, of->arm) == 0)
			nn_strings_add(ret_workloads, nn_strdup(tally->workload));
	}
}

static bool has_same_workloads(const struct nn_evidence *evidence, const struct nn_run_tally *a,
			       const struct nn_run_tally *b)
{
	struct nn_strings of_a = {0}, of_b = {0};
	bool is_same;

	list_workloads(evidence, a, &of_a);
	list_workloads(evidence, b, &of_b);
	is_same = of_a.nr == of_b.nr;
	for (size_t i = 0; is_same && i < of_a.nr; i++)
		is_same = nn_strings_have(&of_b, of_a.items[i]);
	nn_strings_release(&of_a);
	nn_strings_release(&of_b);
	return is_same;
}

/* Arms in which the device of @of ran the very same workloads, which one remark then names. */
static void list_arms(const struct nn_evidence *evidence, const struct nn_run_tally *of,
		      struct nn_strings *ret_arms)
{
	for (size_t i = 0; i < evidence->nr_tallies; i++) {
		const struct nn_run_tally *tally = &evidence->tallies[i];

		if (is_same_device(tally, of) && has_same_workloads(evidence, tally, of))
			nn_strings_add(ret_arms, nn_strdup(tally->arm));
	}
}

static void remark_on_software(struct nn_build *build)
{
	for (size_t i = 0; i < build->evidence.nr_tallies; i++) {
		const struct nn_run_tally *tally = &build->evidence.tallies[i];
		struct nn_strings arms = {0}, workloads = {0};
		struct nn_strbuf sb = NN_STRBUF_INIT;

		if (!tally->is_software)
			continue;
		list_arms(&build->evidence, tally, &arms);
		list_workloads(&build->evidence, tally, &workloads);
		nn_strbuf_add(&sb, "software device");
		if (tally->software_note)
			nn_strbuf_addf(&sb, " '%s'", tally->software_note);
		nn_strbuf_add(&sb, arms.nr == 1 ? " in arm " : " in arms ");
		nn_words_join(&sb, &arms, ", ");
		nn_strbuf_add(&sb, ": ");
		nn_words_join(&sb, &workloads, ", ");
		remark(build, &sb); /* the same for every tally that it is about, and kept once */
		nn_strings_release(&arms);
		nn_strings_release(&workloads);
	}
}

/* ---- clocks ---- */

static void remark_on_clocks(struct nn_build *build)
{
	const struct nn_evidence *evidence = &build->evidence;
	NN_AUTO(strbuf) struct nn_strbuf spans = NN_STRBUF_INIT;
	struct nn_strbuf sb = NN_STRBUF_INIT;
	double worst_bound = 0;
	size_t nr_short = 0;

	for (size_t i = 0; i < evidence->nr_clocks; i++) {
		const struct nn_clock_tally *clock = &evidence->clocks[i];

		if (clock->has_mismatch || clock->shortest_ns >= LONG_WATCH_NS)
			continue;
		nn_strbuf_add(&spans, nr_short ? ", " : "");
		nn_strbuf_add_duration(&spans, clock->shortest_ns);
		nn_strbuf_addf(&spans, "%s of arm '%s'", nr_short ? "" : " in a boot", clock->arm);
		worst_bound = fmax(worst_bound, clock->worst_bound);
		nr_short++;
	}
	if (!nr_short)
		return;
	nn_strbuf_addf(&sb,
		       "%s watched for only %s: an error of %s rate below %.2g %% would not have "
		       "been seen",
		       nr_short == 1 ? "the clock was" : "clocks were", nn_strbuf_str(&spans),
		       nr_short == 1 ? "its" : "their", 100 * worst_bound);
	remark(build, &sb);
}

void nn_build_remarks(struct nn_build *build)
{
	if (build->out->is_virtual_time)
		nn_strings_add(
			&build->out->remarks,
			nn_strdup("time is virtual: figures count instructions: path length, "
				  "not speed"));
	remark_on_boots(build);
	remark_on_software(build);
	remark_on_clocks(build);
	nn_build_remark_settings(build);
}
