/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/import/import.h"

#include <errno.h>

#include "harness/base/strbuf.h"

#define NN_IMPORTER(symbol) &nn_importer_##symbol,
const struct nn_importer *const nn_importers[] = {
#include "harness/import/list.h"
};
#undef NN_IMPORTER

const size_t nn_nr_importers = NN_ARRAY_SIZE(nn_importers);

int nn_importer_find(const char *tool, const struct nn_importer **ret_importer, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;
	const struct nn_importer *importer =
		nn_plugin_find((const void *const *)nn_importers, nn_nr_importers, tool);

	if (importer) {
		*ret_importer = importer;
		return 0;
	}
	for (size_t i = 0; i < nn_nr_importers; i++)
		nn_strbuf_addf(&known, "%s%s", i ? ", " : "", nn_importers[i]->plugin.name);
	return nn_err_set(err, -EINVAL, "unknown tool '%s', expected one of %s", tool,
			  nn_strbuf_str(&known));
}
