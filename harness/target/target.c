/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/target.h"

#include <errno.h>
#include <string.h>

#include "harness/base/units.h"

#define MIB_BYTES (UINT64_C(1) << 20)

const struct nn_target *const nn_targets[] = {
#define NN_TARGET(symbol) &nn_target_##symbol,
#include "harness/target/list.h"
#undef NN_TARGET
};
const size_t nn_nr_targets = NN_ARRAY_SIZE(nn_targets);

const struct nn_target *nn_target_find(const char *name)
{
	return nn_plugin_find((const void *const *)nn_targets, nn_nr_targets, name);
}

void nn_target_proof_release(struct nn_target_proof *proof)
{
	nn_pairs_release(&proof->host);
	nn_pairs_release(&proof->system);
}

void nn_target_tell(struct nn_pairs *facts, const char *kind, const char *setting,
		    const char *value)
{
	NN_AUTO(free) char *name = nn_asprintf("%s.%s", kind, setting);

	nn_pairs_add(facts, name, value);
}

int nn_target_parse_memory(const char *text, uint64_t *ret_bytes, struct nn_err *err)
{
	uint64_t bytes = 0; /* below 2^63, so that rounding up cannot overflow */
	int rc = nn_parse_bytes(text, &bytes, err);

	if (rc)
		return rc;
	if (!bytes)
		return nn_err_set(err, -EINVAL, "'%s', expected more than nothing", text);
	*ret_bytes = (bytes + MIB_BYTES - 1) / MIB_BYTES * MIB_BYTES;
	return 0;
}

const char *nn_target_setting(const struct nn_target *target, const struct nn_plan_arm *arm,
			      const char *name)
{
	const char *given = nn_pairs_get(&arm->settings, name);

	for (const struct nn_setting *s = target->plugin.settings; !given && s && s->name; s++) {
		if (strcmp(s->name, name) == 0)
			given = s->default_text;
	}
	return given;
}
