/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/runner/disturbance.h"

#include <string.h>

#include "harness/base/array.h"

/* Of what collectors/events report; the others tell what happens in the ordinary course. */
static const char *const kinds[] = {"aer",   "iommu-fault", "link", "mce",
				    "reset", "throttle",    "xid"};

static bool disturbs(const char *severity, const char *kind)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return strcmp(severity, nn_severity_name(NN_SEVERITY_INFO)) != 0;
	}
	return false;
}

static int take_event(void *user, int nr_columns NN_UNUSED, const char *const *columns,
		      struct nn_err *err NN_UNUSED)
{
	char **why = user;

	if (!*why && disturbs(columns[0], columns[1]))
		*why = nn_asprintf("%s: %s", columns[1], columns[2]);
	return 0;
}

int nn_disturbance_find(struct nn_store *store, int64_t run, char **ret_why, struct nn_err *err)
{
	*ret_why = NULL;
	return nn_store_each_run_event(store, run, take_event, ret_why, err);
}
