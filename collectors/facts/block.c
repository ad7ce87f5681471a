/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include "collectors/facts/facts.h"
#include "harness/base/strbuf.h"

/* How serial numbers begin that we gave; those of other disks are nobody's business. */
#define OUR_SERIAL "nearnative"

/* Images that a plan gave to its VM, by their serial numbers; "none" tells it from not knowing. */
static int facts_block_sample(struct nn_collect *collect, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list disks = {0};
	NN_AUTO(strbuf) struct nn_strbuf images = NN_STRBUF_INIT;
	int rc = nn_sysfs_list(collect->sysroot, "/sys/block", &disks, err);

	for (size_t i = 0; i < disks.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf("/sys/block/%s/serial", disks.names[i]);
		NN_AUTO(free) char *serial = nn_sysfs_text(collect->sysroot, path);

		if (serial && strncmp(serial, OUR_SERIAL, strlen(OUR_SERIAL)) == 0)
			nn_strbuf_addf(&images, "%s%s", images.len ? " " : "", serial);
	}
	if (!rc)
		nn_fact(collect, "block.images", images.len ? nn_strbuf_str(&images) : "none");
	return rc;
}

const struct nn_collector nn_collector_facts_block = {
	.plugin = {.name = "facts/block", .summary = "disk images that the plan gave to the VM"},
	.kind = NN_COLLECT_FACTS,
	.sides = NN_SIDE_SYSTEM,
	.probe = nn_fact_probe,
	.sample = facts_block_sample,
};
