/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/side.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"

int nn_cross_side_new(struct nn_store *store, int64_t campaign, const char *label,
		      struct nn_cross_side **ret_side, struct nn_err *err)
{
	NN_AUTO(cross_side) struct nn_cross_side *side = nn_calloc(1, sizeof(*side));
	struct nn_comparison *out = nn_calloc(1, sizeof(*out));
	int rc;

	side->label = label;
	side->build = (struct nn_build){.store = store, .campaign = campaign, .out = out};
	rc = nn_build_gather(&side->build, err);
	if (!rc)
		rc = nn_build_validity(&side->build, err);
	if (rc)
		return nn_err_prefix(err, "read campaign %s", label);
	nn_build_verify_claims(out); /* emulation is allowed by the plan, or not at all */
	nn_build_remarks(&side->build);
	/* Counted instructions are the same whatever executes them. */
	if (out->is_virtual_time)
		out->allow_emulated = true;
	*ret_side = NN_STEAL(side);
	return 0;
}

void nn_cross_side_free(struct nn_cross_side *side)
{
	if (!side)
		return;
	nn_comparison_free(side->build.out);
	nn_build_release(&side->build);
	free(side);
}

const struct nn_comparison *nn_cross_side_campaign(const struct nn_cross_side *side)
{
	return side->build.out;
}

void nn_cross_arms(const struct nn_cross_side *a, const struct nn_cross_side *b,
		   struct nn_strings *ret_arms)
{
	const struct nn_comparison *const campaigns[] = {a->build.out, b->build.out};

	for (size_t s = 0; s < 2; s++) {
		for (size_t i = 0; i < campaigns[s]->nr_arms; i++)
			nn_strings_add(ret_arms, nn_strdup(campaigns[s]->arms[i].name));
	}
}

void nn_cross_ratios(const struct nn_cross_side *a, const struct nn_cross_side *b,
		     struct nn_strings *ret_arms)
{
	const char *base = a->build.out->summary[NN_SUMMARY_BASE_ARM];

	if (!base || !nn_comparison_arm(a->build.out, base) ||
	    !nn_comparison_arm(b->build.out, base))
		return;
	for (size_t i = 0; i < a->build.out->nr_arms; i++) {
		const char *arm = a->build.out->arms[i].name;

		if (strcmp(arm, base) != 0 && nn_comparison_arm(b->build.out, arm))
			nn_strings_add(ret_arms, nn_asprintf("%s/%s", arm, base));
	}
}

/* ---- into the comparison ---- */

void nn_cross_join_texts(const struct nn_cross_side *const sides[2],
			 const struct nn_strings texts[2], struct nn_strings *ret_joined)
{
	for (size_t s = 0; s < 2; s++) {
		for (size_t i = 0; i < texts[s].nr; i++) {
			const char *text = texts[s].items[i];

			nn_strings_add(ret_joined,
				       nn_strings_have(&texts[1 - s], text)
					       ? nn_strdup(text)
					       : nn_asprintf("%s: %s", sides[s]->label, text));
		}
	}
}

static char *labelled(const struct nn_cross_side *side, const char *name)
{
	return nn_asprintf("%s:%s", side->label, name);
}

static void copy_arms(const struct nn_cross_side *side, struct nn_comparison *out)
{
	const struct nn_comparison *from = side->build.out;

	for (size_t i = 0; i < from->nr_arms; i++) {
		const struct nn_report_arm *arm = &from->arms[i];
		struct nn_report_arm *copy =
			NN_ARRAY_APPEND(out->arms, out->nr_arms, out->cap_arms);

		*copy = *arm;
		copy->name = labelled(side, arm->name);
		copy->target = nn_strdup(arm->target);
		copy->facts = (struct nn_pairs){0};
		for (size_t f = 0; f < arm->facts.nr; f++)
			nn_pairs_add(&copy->facts, arm->facts.items[f].name,
				     arm->facts.items[f].value);
	}
}

static void copy_events(const struct nn_cross_side *side, struct nn_comparison *out)
{
	const struct nn_comparison *from = side->build.out;

	for (size_t i = 0; i < from->nr_events; i++) {
		const struct nn_report_event *event = &from->events[i];
		struct nn_report_event *copy =
			NN_ARRAY_APPEND(out->events, out->nr_events, out->cap_events);

		copy->arm = labelled(side, event->arm ? event->arm : "");
		copy->block = nn_strdup(event->block);
		copy->severity = nn_strdup(event->severity);
		copy->kind = nn_strdup(event->kind);
		copy->message = nn_strdup(event->message);
		copy->count = event->count;
	}
}

static void copy_skips(const struct nn_cross_side *side, struct nn_comparison *out)
{
	const struct nn_comparison *from = side->build.out;

	for (size_t i = 0; i < from->nr_skips; i++) {
		const struct nn_report_skip *skip = &from->skips[i];
		struct nn_report_skip *copy =
			NN_ARRAY_APPEND(out->skips, out->nr_skips, out->cap_skips);

		copy->arm = labelled(side, skip->arm);
		copy->workload = nn_strdup(skip->workload);
		copy->outcome = nn_strdup(skip->outcome);
		copy->reason = nn_strdup(skip->reason);
		copy->count = skip->count;
	}
}

static void add_title(struct nn_strbuf *sb, const struct nn_cross_side *side)
{
	char *const *summary = side->build.out->summary;

	nn_strbuf_addf(sb, "%s: %s %.8s", side->label, summary[NN_SUMMARY_NAME],
		       summary[NN_SUMMARY_UUID]);
	if (summary[NN_SUMMARY_STARTED])
		nn_strbuf_addf(sb, " of %.10s", summary[NN_SUMMARY_STARTED]);
}

void nn_cross_describe(const struct nn_cross_side *const sides[2], struct nn_comparison *out)
{
	const struct nn_comparison *const of[] = {sides[0]->build.out, sides[1]->build.out};
	const struct nn_strings remarks[] = {of[0]->remarks, of[1]->remarks};
	NN_AUTO(strbuf) struct nn_strbuf title = NN_STRBUF_INIT;

	out->source = NN_SOURCE_CROSS;
	out->nr_campaigns = 1; /* of which rows are told apart by their arms alone */
	add_title(&title, sides[1]);
	nn_strbuf_add(&title, " against ");
	add_title(&title, sides[0]);
	out->title = nn_strbuf_detach(&title);
	out->is_emulated = of[0]->is_emulated || of[1]->is_emulated;
	out->allow_emulated = of[0]->allow_emulated && of[1]->allow_emulated;
	out->is_virtual_time = of[0]->is_virtual_time && of[1]->is_virtual_time;
	out->banner = nn_strdup(of[0]->banner ? of[0]->banner : of[1]->banner);
	nn_cross_join_texts(sides, remarks, &out->remarks);
	for (size_t s = 0; s < 2; s++) {
		out->boot_s += of[s]->boot_s;
		out->workloads_s += of[s]->workloads_s;
		out->own_s += of[s]->own_s;
		copy_arms(sides[s], out);
		copy_events(sides[s], out);
		copy_skips(sides[s], out);
	}
}
