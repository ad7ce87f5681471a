/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>

#include "collectors/collector.h"
#include "harness/base/json.h"
#include "harness/cmd/command.h"
#include "harness/import/import.h"
#include "harness/target/target.h"
#include "reports/report.h"
#include "workloads/workload.h"

struct list_options {
	bool is_json;
};

static const struct nn_option list_options[] = {
	NN_OPTION("json", NN_OPTION_FLAG, struct list_options, is_json, NULL, "write JSON"),
	NN_OPTION_END,
};

/* Each kind of plug-in is a row of this table; every descriptor begins with a struct nn_plugin. */
struct list_kind {
	const char *name;
	const void *const *registry;
	size_t nr;
};

static json_t *list_plugin_json(const struct nn_plugin *plugin)
{
	json_t *settings = json_array();

	for (const struct nn_setting *s = plugin->settings; s && s->name; s++)
		(void)json_array_append_new(
			settings, json_pack("{s:s, s:o, s:s}", "name", s->name, "default",
					    nn_json_str_or_null(s->default_text), "help", s->help));
	return json_pack("{s:s, s:s, s:o, s:o}", "name", plugin->name, "summary", plugin->summary,
			 "unavailable", nn_json_str_or_null(plugin->unavailable), "settings",
			 settings);
}

static void list_json(const struct list_kind *kinds, size_t nr_kinds, struct nn_strbuf *sb)
{
	NN_AUTO(json) json_t *root = json_object();
	NN_AUTO(free) char *text = NULL;

	for (size_t k = 0; k < nr_kinds; k++) {
		json_t *array = json_array();

		for (size_t i = 0; i < kinds[k].nr; i++)
			(void)json_array_append_new(array, list_plugin_json(kinds[k].registry[i]));
		(void)json_object_set_new(root, kinds[k].name, array);
	}
	text = nn_json_pretty(root);
	nn_strbuf_add(sb, text);
}

static void list_settings(const struct nn_plugin *plugin, struct nn_strbuf *sb)
{
	const struct nn_workload *workload = nn_workload_find(plugin->name);

	for (size_t i = 0; workload && i < workload->nr_metrics; i++)
		nn_strbuf_addf(sb, "%s%s (%s)", i ? ", " : "      measures ",
			       workload->metrics[i].name, workload->metrics[i].unit);
	if (workload)
		nn_strbuf_addc(sb, '\n');
	for (const struct nn_setting *s = plugin->settings; s && s->name; s++)
		nn_strbuf_addf(sb, "      %s%s%s: %s\n", s->name, s->default_text ? " = " : "",
			       s->default_text ? s->default_text : "", s->help);
}

static void list_text(const struct list_kind *kinds, size_t nr_kinds, struct nn_strbuf *sb)
{
	for (size_t k = 0; k < nr_kinds; k++) {
		nn_strbuf_addf(sb, "%s%s\n", k ? "\n" : "", kinds[k].name);
		for (size_t i = 0; i < kinds[k].nr; i++) {
			const struct nn_plugin *plugin = kinds[k].registry[i];

			nn_strbuf_addf(sb, "  %-24s  %s\n", plugin->name, plugin->summary);
			if (plugin->unavailable)
				nn_strbuf_addf(sb, "  %-24s  not available: %s\n", "",
					       plugin->unavailable);
			list_settings(plugin, sb);
		}
	}
}

static int list_execute(const struct nn_cmd *cmd, int argc, char *const *argv);

const struct nn_command nn_command_list = {
	.name = "list",
	.operands = "",
	.summary = "List workloads, collectors, targets, report formats and importers",
	.options = list_options,
	.execute = list_execute,
};

static int list_execute(const struct nn_cmd *cmd, int argc, char *const *argv)
{
	const struct list_kind kinds[] = {
		{"workloads", (const void *const *)nn_workloads, nn_nr_workloads},
		{"collectors", (const void *const *)nn_collectors, nn_nr_collectors},
		{"targets", (const void *const *)nn_targets, nn_nr_targets},
		{"reports", (const void *const *)nn_reports, nn_nr_reports},
		{"importers", (const void *const *)nn_importers, nn_nr_importers},
	};
	NN_AUTO(operands) struct nn_operands operands = {0};
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	struct list_options options = {0};
	int rc = nn_command_parse(cmd, &nn_command_list, argc, argv, &options, &operands,
				  (const size_t[]){0, 0});

	if (rc)
		return rc;
	if (options.is_json)
		list_json(kinds, NN_ARRAY_SIZE(kinds), &sb);
	else
		list_text(kinds, NN_ARRAY_SIZE(kinds), &sb);
	return nn_command_print(cmd, &sb);
}
