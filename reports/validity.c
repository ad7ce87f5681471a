/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/build.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"

/* Workloads end the name of such a device so. */
#define SOFTWARE_TAIL " (software)"

void nn_build_release(struct nn_build *build)
{
	struct nn_evidence *evidence = &build->evidence;

	for (size_t i = 0; i < evidence->nr_tallies; i++) {
		free(evidence->tallies[i].arm);
		free(evidence->tallies[i].workload);
		free(evidence->tallies[i].software_note);
	}
	free(evidence->tallies);
	for (size_t i = 0; i < evidence->nr_clocks; i++)
		free(evidence->clocks[i].arm);
	free(evidence->clocks);
	nn_setting_tallies_release(evidence);
	nn_strings_release(&evidence->conflicting_workloads);
	*evidence = (struct nn_evidence){0};
}

static const struct nn_run_tally *find_tally(const struct nn_evidence *evidence, const char *arm,
					     const char *workload)
{
	for (size_t i = 0; i < evidence->nr_tallies; i++) {
		const struct nn_run_tally *tally = &evidence->tallies[i];

		if (strcmp(tally->arm, arm) == 0 && strcmp(tally->workload, workload) == 0)
			return tally;
	}
	return NULL;
}

static struct nn_run_tally *want_tally(struct nn_evidence *evidence, const char *arm,
				       const char *workload)
{
	struct nn_run_tally *tally = (struct nn_run_tally *)find_tally(evidence, arm, workload);

	if (tally)
		return tally;
	tally = NN_ARRAY_APPEND(evidence->tallies, evidence->nr_tallies, evidence->cap_tallies);
	tally->arm = nn_strdup(arm);
	tally->workload = nn_strdup(workload);
	return tally;
}

static uint64_t parse_count(const char *text)
{
	uint64_t value = 0;

	if (text)
		(void)nn_parse_u64(text, &value, NULL); /* the store's own number */
	return value;
}

/* The name of a software device, which is called one wherever it is named. */
static char *device_name(const char *note)
{
	size_t len = note ? strlen(note) : 0;
	size_t tail_len = strlen(SOFTWARE_TAIL);

	if (len > tail_len && strcmp(note + len - tail_len, SOFTWARE_TAIL) == 0)
		len -= tail_len;
	return note ? nn_strndup(note, len) : NULL;
}

static int take_run_note(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_build *build = user;
	struct nn_run_tally *tally = want_tally(&build->evidence, columns[0], columns[1]);

	(void)nr_columns;
	(void)err;
	tally->nr_ok += parse_count(columns[5]);
	if (columns[3] && strcmp(columns[3], "1") == 0) {
		tally->is_software = true;
		if (!tally->software_note)
			tally->software_note = device_name(columns[2]);
	}
	return 0;
}

static void count_discarded(struct nn_build *build)
{
	for (size_t i = 0; i < build->out->nr_skips; i++) {
		const struct nn_report_skip *skip = &build->out->skips[i];

		if (strcmp(skip->outcome, nn_outcome_name(NN_OUTCOME_SKIPPED)) != 0)
			want_tally(&build->evidence, skip->arm, skip->workload)->nr_discarded +=
				skip->count;
	}
}

static int take_conflict(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_build *build = user;

	(void)nr_columns;
	(void)err;
	nn_strings_add(&build->evidence.conflicting_workloads, nn_strdup(columns[0]));
	return 0;
}

static struct nn_clock_tally *find_clock(const struct nn_evidence *evidence, const char *arm)
{
	for (size_t i = 0; i < evidence->nr_clocks; i++) {
		if (strcmp(evidence->clocks[i].arm, arm) == 0)
			return &evidence->clocks[i];
	}
	return NULL;
}

static int take_clock(void *user, int nr_columns, const char *const *columns, struct nn_err *err)
{
	struct nn_evidence *evidence = user;
	struct nn_clock_tally *clock;
	uint64_t span_ns = parse_count(columns[4]);
	double bound = NAN;

	(void)nr_columns;
	if (!columns[3])
		return 0;
	if (nn_parse_double(columns[3], &bound, err))
		return err ? err->code : -EINVAL;
	clock = find_clock(evidence, columns[0]);
	if (!clock) {
		clock = NN_ARRAY_APPEND(evidence->clocks, evidence->nr_clocks,
					evidence->cap_clocks);
		clock->arm = nn_strdup(columns[0]);
		clock->worst_bound = bound;
		clock->shortest_ns = span_ns;
	}
	clock->worst_bound = fmax(clock->worst_bound, bound);
	if (span_ns < clock->shortest_ns)
		clock->shortest_ns = span_ns;
	clock->has_mismatch |= columns[5] && strcmp(columns[5], "1") == 0;
	return 0;
}

static bool fact_is(const struct nn_report_arm *arm, const char *name, const char *prefix)
{
	const char *value = nn_pairs_get(&arm->facts, name);

	return value && strncmp(value, prefix, strlen(prefix)) == 0;
}

/*
 * A guest from which KVM hides looks emulated from inside; its host has seen QEMU run with KVM.
 */
static bool is_known_kvm_guest(const struct nn_report_arm *arm)
{
	return fact_is(arm, "host.effective.accel", "kvm") &&
	       fact_is(arm, "host.requested.kvm_hidden", "yes");
}

/* Why, in the words of the first arm that knows; the machine's own row knows no reason. */
static const char *emulation_reason(const struct nn_comparison *out)
{
	static const char *const names[] = {"host.emulated", "emulated"};

	for (size_t i = 0; i < NN_ARRAY_SIZE(names); i++) {
		for (size_t a = 0; a < out->nr_arms; a++) {
			if (fact_is(&out->arms[a], names[i], "yes") &&
			    (i == 0 || !is_known_kvm_guest(&out->arms[a])))
				return nn_pairs_get(&out->arms[a].facts, names[i]);
		}
	}
	return NULL;
}

static void judge_emulation(struct nn_comparison *out)
{
	const char *why = emulation_reason(out);

	if (!why && !out->is_emulated)
		return;
	out->is_emulated = true;
	if (why && strncmp(why, "yes: ", 5) == 0)
		why += 5;
	out->banner = nn_asprintf("EMULATED MACHINE: the figures show that the pipeline works, "
				  "not how fast passthrough is (%s)",
				  why ? why : "the machine is recorded as emulated");
}

static void judge_virtual_time(struct nn_comparison *out)
{
	for (size_t i = 0; i < out->nr_arms; i++) {
		const struct nn_report_arm *arm = &out->arms[i];

		if (fact_is(arm, "clock.kind", "virtual") ||
		    fact_is(arm, "host.clock.kind", "virtual"))
			out->is_virtual_time = true;
	}
}

int nn_build_validity(struct nn_build *build, struct nn_err *err)
{
	int rc;

	judge_emulation(build->out);
	judge_virtual_time(build->out);
	rc = nn_store_each_run_note(build->store, build->campaign, take_run_note, build, err);
	if (rc)
		return rc;
	count_discarded(build);
	rc = nn_store_each_checksum_conflict(build->store, build->campaign, take_conflict, build,
					     err);
	if (!rc)
		rc = nn_build_settings(build, err);
	if (rc)
		return rc;
	return nn_store_each_clock(build->store, build->campaign, take_clock, &build->evidence,
				   err);
}

/* ---- doubts about one comparison ---- */

static void doubt_builds(const struct nn_comparison *out, const char *base, const char *arm,
			 struct nn_strings *reasons)
{
	const struct nn_report_arm *arms[] = {nn_comparison_arm(out, base),
					      nn_comparison_arm(out, arm)};
	const char *builds[2];

	if (!arms[0] || !arms[1])
		return;
	for (size_t i = 0; i < 2; i++)
		builds[i] = nn_pairs_get(&arms[i]->facts, "build");
	if (!builds[0] || !builds[1])
		return; /* the hello refuses agents that do not say; nothing to compare here */
	if (strcmp(builds[0], builds[1]) != 0 || strstr(builds[0], " | "))
		nn_strings_add(reasons,
			       nn_asprintf("the agent's build differs: %s in '%s', %s in '%s'",
					   builds[0], base, builds[1], arm));
}

static void doubt_software(const struct nn_run_tally *tally, struct nn_strings *reasons)
{
	if (tally && tally->is_software)
		nn_strings_add(reasons,
			       nn_asprintf("software device%s%s: no statement about "
					   "hardware",
					   tally->software_note ? ": " : "",
					   tally->software_note ? tally->software_note : ""));
}

static double discarded_share(const struct nn_run_tally *tally)
{
	uint64_t nr_all = tally ? tally->nr_ok + tally->nr_discarded : 0;

	return nr_all ? (double)tally->nr_discarded / (double)nr_all : 0;
}

static void doubt_discards(const struct nn_run_tally *base, const struct nn_run_tally *arm,
			   struct nn_strings *reasons)
{
	double shares[] = {discarded_share(base), discarded_share(arm)};

	if (base && arm && fabs(shares[0] - shares[1]) > NN_DISCARD_LIMIT)
		nn_strings_add(reasons,
			       nn_asprintf("runs were discarded unevenly: %.0f %% in '%s', "
					   "%.0f %% in '%s'",
					   100 * shares[0], base->arm, 100 * shares[1], arm->arm));
}

/* A session on this machine is the metal only where no hypervisor lies below it. */
static void doubt_metal(const struct nn_report_arm *base, struct nn_strings *reasons)
{
	const char *hypervisor = base ? nn_pairs_get(&base->facts, "hypervisor") : NULL;

	if (base && strcmp(base->target, "local") == 0 && hypervisor &&
	    strcmp(hypervisor, "none") != 0)
		nn_strings_add(reasons, nn_asprintf(NN_METAL_DOUBT
						    " arm '%s' itself runs under a hypervisor (%s)",
						    base->name, hypervisor));
}

void nn_build_doubts(const struct nn_build *build, const char *workload, const char *base,
		     const char *arm, struct nn_strings *reasons)
{
	const struct nn_evidence *evidence = &build->evidence;
	const char *const names[] = {base, arm};
	size_t nr_names = arm ? 2 : 1;

	if (build->out->is_emulated && !build->out->allow_emulated) {
		const char *why = emulation_reason(build->out);

		if (why && strncmp(why, "yes: ", 5) == 0)
			why += 5;
		nn_strings_add(reasons,
			       nn_asprintf("emulated: %s", why ? why : "recorded of the machine"));
	}
	if (!build->out->is_emulated)
		doubt_metal(nn_comparison_arm(build->out, base), reasons);
	for (size_t i = 0; i < nr_names; i++) {
		const struct nn_clock_tally *clock = find_clock(evidence, names[i]);

		if (clock && clock->has_mismatch)
			nn_strings_add(reasons,
				       nn_asprintf("clock mismatch: the clock of arm '%s' runs at "
						   "another rate than the orchestrator's",
						   names[i]));
		nn_build_doubt_settings(evidence, names[i], reasons);
		doubt_software(find_tally(evidence, names[i], workload), reasons);
	}
	if (nn_strings_have(&evidence->conflicting_workloads, workload))
		nn_strings_add(reasons, nn_strdup("results differ: the same job gave another "
						  "checksum in another arm"));
	if (!arm)
		return;
	doubt_builds(build->out, base, arm, reasons);
	doubt_discards(find_tally(evidence, base, workload), find_tally(evidence, arm, workload),
		       reasons);
}
