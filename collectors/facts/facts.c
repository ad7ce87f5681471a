/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/facts/facts.h"

void nn_fact(const struct nn_collect *collect, const char *name, const char *value)
{
	if (value && value[0])
		collect->sink->fact(collect->sink->user, name, value);
}

void nn_fact_file(const struct nn_collect *collect, const char *name, const char *path)
{
	NN_AUTO(free) char *text = nn_sysfs_text(collect->sysroot, path);

	for (char *c = text; c && *c; c++) {
		if (*c == '\n')
			*c = ' ';
	}
	nn_fact(collect, name, text);
}

void nn_fact_files(const struct nn_collect *collect, const struct nn_file_fact *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		nn_fact_file(collect, rows[i].name, rows[i].path);
}

int nn_fact_probe(struct nn_collect *collect, struct nn_err *err)
{
	(void)collect;
	(void)err;
	return 0;
}
