/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/strbuf.h"
#include "reports/history/build.h"

static bool add_fact(struct nn_strbuf *sb, const struct nn_pairs *facts, const char *kind,
		     const char *name)
{
	NN_AUTO(free) char *fact = nn_asprintf("plan.%s.%s", kind, name);
	const char *value = nn_pairs_get(facts, fact);

	if (!value)
		return false;
	nn_strbuf_addf(sb, "%s%s: %s", sb->len ? "; " : "", name, value);
	return true;
}

static void add_function(struct nn_strbuf *sb, const struct nn_pairs *facts, const char *name)
{
	NN_AUTO(free) char *fact = nn_asprintf("plan.%s", name);
	const char *bdf = nn_pairs_get(facts, fact);

	if (bdf)
		nn_strbuf_addf(sb, "; %s: %s", name, bdf);
}

char *nn_history_settings(const struct nn_pairs *facts, const char *arm, const char *base,
			  const char *workload)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;

	if (!add_fact(&sb, facts, "arm", arm) || (base && !add_fact(&sb, facts, "arm", base)) ||
	    !add_fact(&sb, facts, "workload", workload))
		return NULL;
	add_function(&sb, facts, "device");
	add_function(&sb, facts, "spare");
	return nn_strbuf_detach(&sb);
}
