/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/cmd/campaign.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/hash.h"
#include "harness/base/units.h"
#include "harness/cmd/progress.h"
#include "harness/runner/restore.h"
#include "harness/runner/runner.h"
#include "reports/comparison.h"
#include "reports/report.h"

/* nearnative-agent beside this program, unless the user names another. */
static int campaign_agent_path(const char *given, char **ret_path, struct nn_err *err)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	NN_AUTO(free) char *path = NULL;

	if (len <= 0)
		return nn_err_errno(err, errno, "read '/proc/self/exe'");
	self[len] = '\0';
	if (given)
		path = realpath(given, NULL);
	else
		path = nn_asprintf("%.*s/nearnative-agent", (int)(strrchr(self, '/') - self), self);
	if (!path || access(path, X_OK))
		return nn_err_errno(err, errno, "agent '%s'", given ? given : path);
	*ret_path = NN_STEAL(path);
	return 0;
}

static void campaign_say_time(const struct nn_cmd *cmd, const struct nn_time_spent *spent)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	uint64_t total_ns = spent->boot_ns + spent->workloads_ns + spent->own_ns;

	nn_strbuf_add_duration(&sb, total_ns);
	nn_strbuf_add(&sb, ": booting ");
	nn_strbuf_add_duration(&sb, spent->boot_ns);
	nn_strbuf_add(&sb, ", workloads ");
	nn_strbuf_add_duration(&sb, spent->workloads_ns);
	nn_strbuf_add(&sb, ", nearnative itself ");
	nn_strbuf_add_duration(&sb, spent->own_ns);
	nn_log_line(&cmd->log, NN_LOG_INFO, "%s (%.1f %%)", nn_strbuf_str(&sb),
		    total_ns ? 100.0 * (double)spent->own_ns / (double)total_ns : 0.0);
}

static int campaign_print_report(const struct nn_cmd *cmd, struct nn_store *store, int64_t id)
{
	NN_AUTO(campaign) struct nn_campaign campaign = {0};
	NN_AUTO(comparison) struct nn_comparison *comparison = NULL;
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	struct nn_report_style style = {.use_colour = nn_log_wants_colour(stdout)};
	struct nn_err err = {0};
	int rc = nn_store_campaign_get(store, id, &campaign, &err);

	if (!rc)
		rc = nn_comparison_new(store, campaign.uuid, NULL, &comparison, &err);

	if (!rc)
		rc = nn_report_find("text")->render(comparison, &style, &text, &err);
	return rc ? nn_command_fail(cmd, &err) : nn_command_print(cmd, &text);
}

static int campaign_start(const struct nn_runner_params *params, const struct nn_campaign *resumed,
			  int64_t *ret_campaign, struct nn_err *err)
{
	struct nn_restored restored;
	/* First, for a device that a killed campaign left on vfio-pci would fail the check. */
	int rc = nn_runner_restore(params->store, params->sysroot, params->warn, params->user,
				   &restored, err);

	if (!rc)
		rc = nn_runner_check(params, err);
	if (!rc && resumed)
		rc = nn_runner_check_machine(params, resumed->id, err);
	if (!rc)
		rc = nn_runner_check_free(params, err);
	if (rc)
		return rc;
	if (!resumed)
		return nn_runner_begin(params, ret_campaign, err);
	*ret_campaign = resumed->id;
	return 0;
}

int nn_campaign_measure(const struct nn_cmd *cmd, const struct nn_campaign_job *job,
			struct nn_measured *ret_measured, struct nn_err *err)
{
	struct nn_progress_view view;
	NN_AUTO(free) char *agent = NULL;
	char build_id[NN_SHA256_HEX_CAP];
	struct nn_runner_params params = {.store = job->store,
					  .plan = job->plan,
					  .sysroot = &cmd->sysroot,
					  .build_id = build_id,
					  .is_past_guard = job->options->is_again,
					  .stop = cmd->stop,
					  .user = &view,
					  .progress = nn_progress_view_show,
					  .warn = nn_progress_view_warn};
	int rc = campaign_agent_path(job->options->agent, &agent, err);

	*ret_measured = (struct nn_measured){0};
	nn_progress_view_init(&view, &cmd->log, job->options->is_quiet);
	params.agent_path = agent;
	if (!rc)
		rc = nn_command_build_id(build_id, err);
	if (!rc)
		rc = campaign_start(&params, job->resumed, &ret_measured->campaign, err);
	if (!rc)
		rc = nn_runner_execute(&params, ret_measured->campaign, &ret_measured->spent, err);
	nn_progress_view_end(&view);
	return rc;
}

int nn_campaign_execute(const struct nn_cmd *cmd, struct nn_store *store,
			const struct nn_plan *plan, const struct nn_campaign *resumed,
			const struct nn_campaign_options *options)
{
	const struct nn_campaign_job job = {store, plan, resumed, options};
	struct nn_measured measured;
	struct nn_err err = {0};
	int code;
	int rc = nn_campaign_measure(cmd, &job, &measured, &err);

	if (measured.campaign)
		campaign_say_time(cmd, &measured.spent);
	if (rc == -EINTR)
		nn_log_line(&cmd->log, NN_LOG_INFO,
			    "everything is restored; 'nearnative resume' continues the campaign");
	if (rc) {
		code = nn_command_fail(cmd, &err);
		/* The input was good: what fails from here on is the machine. */
		return code == NN_EXIT_USAGE ? NN_EXIT_INFRASTRUCTURE : code;
	}
	code = campaign_print_report(cmd, store, measured.campaign);
	nn_log_line(&cmd->log, NN_LOG_INFO,
		    "stored in '%s'; 'nearnative report --format html --output FILE' renders it",
		    nn_command_db(options->db));
	return code;
}
