/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/named.h"

#include <errno.h>
#include <string.h>

/* In front of a campaign's UUID or name that stands for itself as the baseline. */
#define CAMPAIGN_PREFIX "campaign:"

static int as_usage(int rc, struct nn_err *err)
{
	if (rc == -ENOENT)
		err->code = rc = -EINVAL; /* a name that was mistyped, not a broken machine */
	return rc;
}

int nn_named_campaign(struct nn_store *store, const char *which, struct nn_campaign *ret_campaign,
		      struct nn_err *err)
{
	return as_usage(nn_store_campaign_find(store, which, ret_campaign, err), err);
}

int nn_named_baseline(struct nn_store *store, const char *name, struct nn_campaign *ret_campaign,
		      struct nn_err *err)
{
	size_t len = strlen(CAMPAIGN_PREFIX);

	if (strncmp(name, CAMPAIGN_PREFIX, len) == 0)
		return nn_named_campaign(store, name + len, ret_campaign, err);
	return as_usage(nn_store_baseline_find(store, name, ret_campaign, err), err);
}
