/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/command.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "harness/base/wrap.h"
#include "harness/target/target.h"
#include "workloads/workload.h"

#define BUILD_ID_DIGITS 16

#define NN_COMMAND(symbol) extern const struct nn_command nn_command_##symbol;
#include "harness/cmd/list.h"
#undef NN_COMMAND

#define NN_COMMAND(symbol) &nn_command_##symbol,
const struct nn_command *const nn_commands[] = {
#include "harness/cmd/list.h"
};
#undef NN_COMMAND

const size_t nn_nr_commands = NN_ARRAY_SIZE(nn_commands);

const struct nn_command *nn_command_find(int argc, char *const *argv, int *ret_nr_words)
{
	for (size_t i = 0; argc > 0 && i < nn_nr_commands; i++) {
		const char *name = nn_commands[i]->name;
		size_t len = strcspn(name, " ");
		bool has_second = name[len] == ' ';

		if (strlen(argv[0]) != len || memcmp(name, argv[0], len) != 0)
			continue;
		if (has_second && (argc < 2 || strcmp(name + len + 1, argv[1]) != 0))
			continue;
		*ret_nr_words = has_second ? 2 : 1;
		return nn_commands[i];
	}
	return NULL;
}

void nn_operands_release(struct nn_operands *operands)
{
	free(operands->values);
	*operands = (struct nn_operands){0};
}

int nn_command_parse(const struct nn_cmd *cmd, const struct nn_command *self, int argc,
		     char *const *argv, void *values, struct nn_operands *ret_operands,
		     const size_t nr_min_max[2])
{
	struct nn_err err = {0};
	int rc = nn_options_parse(self->options, argc, argv, values, ret_operands, &err);

	if (!rc && ret_operands->nr < nr_min_max[0])
		rc = nn_err_set(&err, -EINVAL, "'%s' needs %s", self->name, self->operands);
	if (!rc && ret_operands->nr > nr_min_max[1])
		rc = nn_err_set(&err, -EINVAL, "'%s': unexpected operand '%s'", self->name,
				ret_operands->values[nr_min_max[1]]);
	if (!rc)
		return 0;
	nn_log_err(&cmd->log, &err);
	nn_log_line(&cmd->log, NN_LOG_INFO, "try 'nearnative help %s'", self->name);
	return NN_EXIT_USAGE;
}

int nn_command_fail(const struct nn_cmd *cmd, const struct nn_err *err)
{
	nn_log_err(&cmd->log, err);
	switch (err->code) {
	case -EINVAL:
	case -EBADMSG:
		return NN_EXIT_USAGE;
	case -EINTR:
		return NN_EXIT_INTERRUPTED;
	default:
		return NN_EXIT_INFRASTRUCTURE;
	}
}

/* Every registry is an array of pointers to structs that begin with a plug-in. */
static int catalog_unknown(const char *what, const char *name, const void *const *registry,
			   size_t nr, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf known = NN_STRBUF_INIT;

	for (size_t i = 0; i < nr; i++)
		nn_strbuf_addf(&known, "%s%s", i ? ", " : "",
			       ((const struct nn_plugin *)registry[i])->name);
	return nn_err_set(err, -EINVAL, "unknown %s '%s', expected one of %s", what, name,
			  nn_strbuf_str(&known));
}

static int catalog_check_workload(const char *name, struct nn_err *err)
{
	if (nn_workload_find(name))
		return 0;
	return catalog_unknown("workload", name, (const void *const *)nn_workloads, nn_nr_workloads,
			       err);
}

static int catalog_check_workload_setting(const char *workload, const char *name, const char *text,
					  struct nn_err *err)
{
	return nn_plugin_check_setting(&nn_workload_find(workload)->plugin, name, text, err);
}

static bool catalog_has_metric(const char *name, const char *glob)
{
	const struct nn_workload *workload = nn_workload_find(name);

	for (size_t i = 0; workload && i < workload->nr_metrics; i++) {
		if (fnmatch(glob, workload->metrics[i].name, 0) == 0)
			return true;
	}
	return false;
}

static int catalog_check_target(const char *name, struct nn_err *err)
{
	if (nn_target_find(name))
		return 0;
	return catalog_unknown("target", name, (const void *const *)nn_targets, nn_nr_targets, err);
}

static int catalog_check_target_setting(const char *target, const char *name, const char *text,
					struct nn_err *err)
{
	return nn_plugin_check_setting(&nn_target_find(target)->plugin, name, text, err);
}

static int catalog_check_arm(const struct nn_plan_arm *arm, struct nn_err *err)
{
	const struct nn_target *target = nn_target_find(arm->target);

	return target->check_settings ? target->check_settings(arm, err) : 0;
}

static const struct nn_plan_catalog catalog = {
	.check_workload = catalog_check_workload,
	.check_workload_setting = catalog_check_workload_setting,
	.has_metric = catalog_has_metric,
	.check_target = catalog_check_target,
	.check_target_setting = catalog_check_target_setting,
	.check_arm = catalog_check_arm,
};

const struct nn_plan_catalog *nn_command_catalog(void)
{
	return &catalog;
}

const char *nn_command_db(const char *given)
{
	const char *from_env = getenv("NEARNATIVE_DB");

	if (given)
		return given;
	return from_env && *from_env ? from_env : "nearnative.db";
}

int nn_command_build_id(char ret_id[NN_SHA256_HEX_CAP], struct nn_err *err)
{
	int rc = nn_sha256_file("/proc/self/exe", ret_id, err);

	ret_id[BUILD_ID_DIGITS] = '\0';
	return rc;
}

int nn_command_write(const struct nn_cmd *cmd, const struct nn_strbuf *text)
{
	struct nn_err err = {0};

	if (fwrite(nn_strbuf_str(text), 1, text->len, stdout) == text->len && !fflush(stdout))
		return NN_EXIT_OK;
	if (errno == EPIPE) /* the reader has seen enough, which is no news to anybody */
		return NN_EXIT_INFRASTRUCTURE;
	(void)nn_err_errno(&err, errno, "write to the standard output");
	return nn_command_fail(cmd, &err);
}

int nn_command_print(const struct nn_cmd *cmd, struct nn_strbuf *text)
{
	if (text->len)
		nn_blank_controls(text->data, "\n\t");
	return nn_command_write(cmd, text);
}

void nn_command_usage(const struct nn_command *self, size_t width, struct nn_strbuf *sb)
{
	NN_AUTO(free)
	char *text = nn_asprintf("usage: nearnative %s%s%s%s\n\n%s.%s%s", self->name,
				 self->options->name ? " [OPTIONS]" : "",
				 self->operands[0] ? " " : "", self->operands, self->summary,
				 self->details ? "\n\n" : "", self->details ? self->details : "");

	nn_strbuf_add_wrapped(sb, text, width);
	if (self->options->name) {
		nn_strbuf_add(sb, "\nOptions:\n");
		nn_options_help(self->options, width, sb);
	}
}
