/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/plugin.h"

#include <errno.h>
#include <string.h>

#include "harness/base/units.h"

const void *nn_plugin_find(const void *const *registry, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++) {
		const struct nn_plugin *plugin = registry[i];

		if (strcmp(plugin->name, name) == 0)
			return plugin;
	}
	return NULL;
}

static int plugin_check_value(enum nn_setting_kind kind, const char *text, struct nn_err *err)
{
	uint64_t number;
	double share;
	bool flag;

	switch (kind) {
	case NN_SETTING_U64:
		return nn_parse_u64(text, &number, err);
	case NN_SETTING_BYTES:
		return nn_parse_bytes(text, &number, err);
	case NN_SETTING_DURATION:
		return nn_parse_duration_ns(text, &number, err);
	case NN_SETTING_SHARE:
		return nn_parse_share(text, &share, err);
	case NN_SETTING_BOOL:
		return nn_parse_bool(text, &flag, err);
	case NN_SETTING_STRING:
		return text[0] ? 0 : nn_err_set(err, -EINVAL, "empty, expected text");
	}
	return -EINVAL;
}

static int plugin_unknown(const struct nn_plugin *plugin, const char *name, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	for (const struct nn_setting *s = plugin->settings; s && s->name; s++)
		nn_strbuf_addf(&known, "%s%s", known.len ? ", " : "", s->name);
	return nn_err_set(err, -EINVAL, "'%s' has no setting '%s', expected %s", plugin->name, name,
			  known.len ? nn_strbuf_str(&known) : "none");
}

int nn_plugin_check_setting(const struct nn_plugin *plugin, const char *name, const char *text,
			    struct nn_err *err)
{
	const struct nn_setting *setting = plugin->settings;
	int rc;

	while (setting && setting->name && strcmp(setting->name, name) != 0)
		setting++;
	if (!setting || !setting->name)
		return plugin_unknown(plugin, name, err);
	if (!text)
		return 0;
	rc = plugin_check_value(setting->kind, text, err);
	return rc ? nn_err_prefix(err, "setting '%s' of '%s'", name, plugin->name) : 0;
}
