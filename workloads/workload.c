/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/workload.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/units.h"

const struct nn_workload *nn_workload_find(const char *name)
{
	return nn_plugin_find((const void *const *)nn_workloads, nn_nr_workloads, name);
}

int nn_workload_check_settings(const struct nn_workload *workload, const struct nn_job *job,
			       struct nn_err *err)
{
	for (size_t i = 0; i < job->settings.nr; i++) {
		const struct nn_pair *pair = &job->settings.items[i];
		int rc = nn_plugin_check_setting(&workload->plugin, pair->name, pair->value, err);

		if (rc)
			return rc;
	}
	return 0;
}

static const struct nn_setting *setting_find(const struct nn_workload *workload, const char *name,
					     enum nn_setting_kind kind)
{
	const struct nn_setting *setting = workload->plugin.settings;

	while (setting && setting->name && strcmp(setting->name, name) != 0)
		setting++;
	/* A hook that reads a setting its own table lacks is our bug, not the plan's. */
	assert(setting && setting->name && setting->kind == kind);
	return setting;
}

typedef int number_parser(const char *text, uint64_t *ret_value, struct nn_err *err);

static uint64_t setting_number(const struct nn_setting *setting, const struct nn_workload_run *run,
			       number_parser *parse)
{
	const char *text = nn_pairs_get(&run->job->settings, setting->name);
	uint64_t value = 0;

	if (text && parse(text, &value, NULL) == 0)
		return value;
	assert(setting->default_text);
	(void)parse(setting->default_text, &value, NULL); /* a test parses every default */
	return value;
}

uint64_t nn_workload_u64(const struct nn_workload *workload, const struct nn_workload_run *run,
			 const char *setting)
{
	return setting_number(setting_find(workload, setting, NN_SETTING_U64), run, nn_parse_u64);
}

uint64_t nn_workload_bytes(const struct nn_workload *workload, const struct nn_workload_run *run,
			   const char *setting)
{
	return setting_number(setting_find(workload, setting, NN_SETTING_BYTES), run,
			      nn_parse_bytes);
}

uint64_t nn_workload_duration_ns(const struct nn_workload *workload,
				 const struct nn_workload_run *run, const char *setting)
{
	return setting_number(setting_find(workload, setting, NN_SETTING_DURATION), run,
			      nn_parse_duration_ns);
}

static int parse_flag(const char *text, uint64_t *ret_value, struct nn_err *err)
{
	bool flag = false;
	int rc = nn_parse_bool(text, &flag, err);

	if (!rc)
		*ret_value = flag;
	return rc;
}

bool nn_workload_bool(const struct nn_workload *workload, const struct nn_workload_run *run,
		      const char *setting)
{
	return setting_number(setting_find(workload, setting, NN_SETTING_BOOL), run, parse_flag);
}

const char *nn_workload_string(const struct nn_workload *workload,
			       const struct nn_workload_run *run, const char *setting)
{
	const struct nn_setting *row = setting_find(workload, setting, NN_SETTING_STRING);
	const char *text = nn_pairs_get(&run->job->settings, setting);

	return text ? text : row->default_text;
}

int nn_workload_not_here(struct nn_err *err)
{
	if (err)
		err->code = -EOPNOTSUPP;
	return -EOPNOTSUPP;
}

double nn_workload_rate(uint64_t work, uint64_t elapsed_ns)
{
	return elapsed_ns ? (double)work / (double)elapsed_ns : (double)NAN;
}

int nn_workload_check_range(const char *setting, uint64_t value, uint64_t min, uint64_t max,
			    struct nn_err *err)
{
	if (value >= min && value <= max)
		return 0;
	return nn_err_set(err, -EINVAL,
			  "setting '%s' is %" PRIu64 ", expected %" PRIu64 " to %" PRIu64, setting,
			  value, min, max);
}

int nn_workload_check_word(const char *setting, const char *value, const char *const *words,
			   size_t *ret_index, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], value) == 0) {
			*ret_index = i;
			return 0;
		}
		nn_strbuf_addf(&known, "%s%s", i ? ", " : "", words[i]);
	}
	return nn_err_set(err, -EINVAL, "setting '%s' is '%s', expected one of %s", setting, value,
			  nn_strbuf_str(&known));
}
