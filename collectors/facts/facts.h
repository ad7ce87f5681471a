/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorthands shared by the collectors of facts. What cannot be read is not reported. */
#ifndef NN_COLLECTORS_FACTS_FACTS_H
#define NN_COLLECTORS_FACTS_FACTS_H

#include "collectors/collector.h"

/* A fact that is the content of one file. */
struct nn_file_fact {
	const char *name;
	const char *path;
};

/** Report @value under @name; NULL and "" are absent and ignored. */
void nn_fact(const struct nn_collect *collect, const char *name, const char *value);

/** Report the text of the file @path, its lines joined by spaces. */
void nn_fact_file(const struct nn_collect *collect, const char *name, const char *path);

/** Report each row of a table. */
void nn_fact_files(const struct nn_collect *collect, const struct nn_file_fact *rows, size_t nr);

/** A probe for collectors that are usable everywhere. */
int nn_fact_probe(struct nn_collect *collect, struct nn_err *err);

#endif
