/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For tests of collectors: a temporary tree to read instead of this machine's, and a sink that
 * remembers what it was told.
 */
#ifndef NN_CI_TESTS_COLLECTORS_RECORDED_H
#define NN_CI_TESTS_COLLECTORS_RECORDED_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collectors/collector.h"
#include "harness/base/array.h"
#include "harness/base/strbuf.h"

struct recorded {
	char prefix[64];
	struct nn_sysroot root;
	struct nn_sink sink;
	struct nn_collect collect;
	struct nn_pairs facts;
	struct nn_strbuf telemetry; /* "name value unit\n" … */
	struct nn_strbuf events;    /* "severity kind message\n" … */
	size_t nr_events;
};

static inline void recorded_fact(void *user, const char *name, const char *value)
{
	struct recorded *recorded = user;

	if (value)
		nn_pairs_add(&recorded->facts, name, value);
}

static inline void recorded_telemetry(void *user, const char *name, const char *unit, double value)
{
	struct recorded *recorded = user;

	nn_strbuf_addf(&recorded->telemetry, "%s ", name);
	nn_strbuf_add_double(&recorded->telemetry, value);
	nn_strbuf_addf(&recorded->telemetry, " %s\n", unit);
}

static inline void recorded_event(void *user, enum nn_severity severity, const char *kind,
				  const char *message)
{
	struct recorded *recorded = user;

	nn_strbuf_addf(&recorded->events, "%s %s %s\n", nn_severity_name(severity), kind, message);
	recorded->nr_events++;
}

static inline int recorded_setup(void **state)
{
	struct recorded *recorded = nn_calloc(1, sizeof(*recorded));

	(void)snprintf(recorded->prefix, sizeof(recorded->prefix), "/tmp/nn-collectors-XXXXXX");
	if (!mkdtemp(recorded->prefix))
		return -1;
	recorded->root.prefix = recorded->prefix;
	recorded->sink = (struct nn_sink){.user = recorded,
					  .fact = recorded_fact,
					  .telemetry = recorded_telemetry,
					  .event = recorded_event};
	recorded->collect = (struct nn_collect){.sysroot = &recorded->root,
						.bdf = "",
						.build_id = "build-1",
						.sink = &recorded->sink};
	*state = recorded;
	return 0;
}

static inline int recorded_remove(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int recorded_teardown(void **state)
{
	struct recorded *recorded = *state;

	(void)nftw(recorded->prefix, recorded_remove, 16, FTW_DEPTH | FTW_PHYS);
	nn_pairs_release(&recorded->facts);
	nn_strbuf_release(&recorded->telemetry);
	nn_strbuf_release(&recorded->events);
	free(recorded);
	return 0;
}

/* The path below the prefix with its folders made; the caller frees. */
static inline char *recorded_path(const struct recorded *recorded, const char *path)
{
	char *full = nn_asprintf("%s%s", recorded->prefix, path);

	for (char *c = full + strlen(recorded->prefix) + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(full, 0755); /* may be there already */
		*c = '/';
	}
	return full;
}

static inline void recorded_write(const struct recorded *recorded, const char *path,
				  const char *text)
{
	NN_AUTO(free) char *full = recorded_path(recorded, path);
	FILE *file = fopen(full, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline void recorded_link(const struct recorded *recorded, const char *path,
				 const char *target)
{
	NN_AUTO(free) char *full = recorded_path(recorded, path);

	assert_int_equal(symlink(target, full), 0);
}

static inline void assert_fact(const struct recorded *recorded, const char *name,
			       const char *expected)
{
	const char *value = nn_pairs_get(&recorded->facts, name);

	if (!expected) {
		assert_null(value);
		return;
	}
	if (!value)
		fail_msg("no fact '%s'", name);
	assert_string_equal(value, expected);
}

#endif
