/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What workloads, collectors, targets and reports have in common: the first member of every
 * descriptor. Descriptors are const objects named in one line of their folder's list.h (an X-macro,
 * sorted by name); a registry array of pointers is built from it. No constructors, so nothing
 * vanishes at link time.
 */
#ifndef NN_BASE_PLUGIN_H
#define NN_BASE_PLUGIN_H

#include <stddef.h>

#include "harness/base/err.h"

enum nn_setting_kind {
	NN_SETTING_U64,
	NN_SETTING_BYTES,
	NN_SETTING_DURATION,
	NN_SETTING_SHARE,
	NN_SETTING_BOOL,
	NN_SETTING_STRING,
};

/* A setting a plan may give to a plug-in, as text; the table ends with a NULL name. */
struct nn_setting {
	const char *name;
	enum nn_setting_kind kind;
	const char *default_text; /* NULL: there is none, the plug-in decides */
	const char *help;
};

struct nn_plugin {
	const char *name;                  /* "iommu/nvme-read" */
	const char *summary;               /* one sentence, no final dot */
	const char *unavailable;           /* why this build cannot offer it, or NULL */
	const struct nn_setting *settings; /* or NULL */
};

/** Find a descriptor in a registry of @nr pointers to structs that begin with a plug-in. */
const void *nn_plugin_find(const void *const *registry, size_t nr, const char *name);

/** Check @text against the setting @name of @plugin; -EINVAL says what is known or expected. */
int nn_plugin_check_setting(const struct nn_plugin *plugin, const char *name, const char *text,
			    struct nn_err *err);

#endif
