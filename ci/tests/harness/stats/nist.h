/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIST's reference data sets, from ci/tests/fixtures/nist or from their definition. */
#ifndef NN_TESTS_STATS_NIST_H
#define NN_TESTS_STATS_NIST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/compat.h"
#include "harness/base/strbuf.h"

struct values {
	double *items;
	size_t nr;
	size_t cap;
};

static inline void nn_auto_values(struct values *values)
{
	free(values->items);
}

static inline void add_value(struct values *values, double value)
{
	*NN_ARRAY_APPEND(values->items, values->nr, values->cap) = value;
}

/* The numbers of fixtures/nist/@name.txt, whose first line is a comment. */
static inline struct values read_nist(const char *name)
{
	NN_AUTO(strbuf) struct nn_strbuf path = NN_STRBUF_INIT;
	NN_AUTO(file) FILE *file = NULL;
	struct values values = {0};
	double value;

	nn_strbuf_addf(&path, "ci/tests/fixtures/nist/%s.txt", name);
	file = fopen(nn_strbuf_str(&path), "re");
	if (!file)
		fail_msg("%s cannot be opened", nn_strbuf_str(&path));
	assert_int_equal(fscanf(file, "# NIST%*[^\n]"), 0);
	while (fscanf(file, "%lf", &value) == 1)
		add_value(&values, value);
	assert_true(feof(file));
	return values;
}

#endif
