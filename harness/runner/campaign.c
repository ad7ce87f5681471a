/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/device/device.h"
#include "harness/device/assignability.h"
#include "harness/runner/boot.h"
#include "harness/runner/conversation.h"
#include "harness/runner/machine.h"
#include "harness/runner/survey.h"
#include "harness/store/transaction.h"
#include "harness/target/under-test.h"

#define MAX_REBOOTS 3 /* of this machine during one boot of an arm */

int nn_runner_check(const struct nn_runner_params *params, struct nn_err *err)
{
	for (size_t i = 0; i < params->plan->nr_arms; i++) {
		const struct nn_plan_arm *arm = &params->plan->arms[i];
		int rc =
			nn_target_find(arm->target)->check(params->plan, arm, params->sysroot, err);

		if (rc)
			return nn_err_prefix(err, "arm '%s'", arm->name);
	}
	return 0;
}

static int campaign_add_parts(const struct nn_runner_params *params, int64_t campaign,
			      struct nn_err *err)
{
	const struct nn_plan *plan = params->plan;
	int64_t id;
	int rc = 0;

	for (size_t i = 0; !rc && i < plan->nr_arms; i++)
		rc = nn_store_arm_add(params->store, campaign, plan->arms[i].name,
				      plan->arms[i].target, &id, err);
	for (size_t i = 0; !rc && i < plan->nr_claims; i++) {
		const struct nn_plan_claim *claim = &plan->claims[i];

		rc = nn_store_claim_add(params->store, campaign, claim->text, claim->arm,
					claim->base, claim->workload, claim->metric, claim->margin,
					err);
	}
	return rc;
}

static char *campaign_device_driver(const struct nn_runner_params *params, const char *bdf)
{
	NN_AUTO(free) char *path = NULL;

	if (!bdf || !bdf[0])
		return NULL;
	path = nn_asprintf("/sys/bus/pci/devices/%s/driver", bdf);
	return nn_sysfs_link_name(params->sysroot, path);
}

static int campaign_add_row(const struct nn_runner_params *params, const struct nn_machine *machine,
			    int64_t *ret_campaign, struct nn_err *err)
{
	const struct nn_plan *plan = params->plan;
	char bdf[NN_BDF_CAP];
	NN_AUTO(free) char *driver = NULL;
	struct nn_machine_row machine_row = {.fingerprint = machine->fingerprint,
					     .description = machine->description,
					     .is_emulated = machine->is_emulated};
	struct nn_campaign_row row = {
		.name = plan->name,
		.plan_path = plan->path,
		.plan_text = plan->text,
		.plan_hash = plan->hash,
		.seed = plan->seed ? plan->seed : nn_random_seed(),
		.build_id = params->build_id,
		.base_arm = plan->base,
		.allow_emulated = plan->allow_emulated,
		.is_aa = plan->is_aa,
	};
	int rc = nn_under_test(params->sysroot, plan, bdf, err);

	if (!rc)
		rc = nn_store_machine(params->store, &machine_row, &row.machine, err);
	if (rc)
		return rc;
	driver = campaign_device_driver(params, bdf);
	row.device_driver = driver;
	row.device_bdf = bdf[0] ? bdf : NULL;
	return nn_store_campaign_add(params->store, &row, ret_campaign, err);
}

/* With all arms and claims: one that lacked some would look like a campaign that was altered. */
static int campaign_add(const struct nn_runner_params *params, const struct nn_machine *machine,
			int64_t *ret_campaign, struct nn_err *err)
{
	NN_AUTO(transaction) struct nn_transaction transaction = {0};
	int rc = nn_transaction_begin(params->store, &transaction, err);

	if (!rc)
		rc = campaign_add_row(params, machine, ret_campaign, err);
	if (!rc)
		rc = campaign_add_parts(params, *ret_campaign, err);
	return rc ? rc : nn_transaction_commit(&transaction, err);
}

/* What does not forbid a passthrough but may spoil it, such as a device that cannot be reset. */
static int warn_of_device(const struct nn_runner_params *params, int64_t campaign,
			  struct nn_err *err)
{
	NN_AUTO(assignability) struct nn_assignability assignability = {0};
	NN_AUTO(device) struct nn_device device = {0};
	const char *bdf = nn_under_test_physical(params->plan);
	int rc = bdf ? nn_device_read(params->sysroot, bdf, &device, err) : 0;

	if (!rc && bdf)
		rc = nn_device_assignability(params->sysroot, &device, NULL, &assignability, err);
	for (size_t i = 0; !rc && i < assignability.nr; i++) {
		const struct nn_reason *reason = &assignability.reasons[i];
		NN_AUTO(free) char *message = nn_asprintf("device '%s': %s", bdf, reason->text);

		if (reason->forbids) /* the targets check what they need themselves */
			continue;
		rc = nn_store_event_add(params->store, campaign, 0, NN_SEVERITY_WARNING, "device",
					message, err);
		if (params->warn)
			params->warn(params->user, message);
	}
	return rc;
}

int nn_runner_begin(const struct nn_runner_params *params, int64_t *ret_campaign,
		    struct nn_err *err)
{
	struct nn_machine machine;
	int64_t campaign = 0;
	int rc;

	nn_machine_read(params->sysroot, &machine);
	rc = campaign_add(params, &machine, &campaign, err);
	if (!rc)
		rc = nn_survey_campaign(params->store, params->sysroot, &machine, campaign, err);
	nn_machine_release(&machine);
	if (!rc)
		rc = warn_of_device(params, campaign, err);
	if (!rc)
		*ret_campaign = campaign;
	return rc;
}

static int campaign_tally(struct nn_runner *runner, uint64_t block, size_t arm, int64_t *ret_arm,
			  struct nn_boot_tally *ret_tally, struct nn_err *err)
{
	struct nn_boot_row place = {.campaign = runner->campaign,
				    .block = block,
				    .machine_boot = runner->journal.machine_boot};
	int rc = nn_store_arm_find(runner->params->store, runner->campaign,
				   runner->params->plan->arms[arm].name, &place.arm, err);

	if (!rc)
		rc = nn_store_boot_progress(runner->params->store, &place, ret_tally, err);
	if (!rc)
		*ret_arm = place.arm;
	return rc;
}

/* Boots that are still to be done, for the ETA, and those that failed, for the loop guard. */
static int campaign_count(struct nn_runner *runner, uint64_t *ret_nr_failed, struct nn_err *err)
{
	runner->nr_boots_left = 0;
	for (uint64_t b = 0; b < runner->schedule->nr_blocks; b++) {
		for (size_t a = 0; a < runner->params->plan->nr_arms; a++) {
			struct nn_boot_tally tally;
			int64_t arm;
			int rc = campaign_tally(runner, b, a, &arm, &tally, err);

			if (rc)
				return rc;
			runner->nr_boots_left += !tally.is_done;
		}
	}
	return nn_store_boots_failed(runner->params->store, runner->campaign, ret_nr_failed, err);
}

/*
 * A machine that goes down whenever this boot is under way would be booted for ever by a resume
 * that starts by itself.
 */
static int guard_reboots(const struct nn_runner *runner, const struct nn_boot_place *place,
			 const struct nn_boot_tally *tally, struct nn_err *err)
{
	if (tally->nr_reboots < MAX_REBOOTS || runner->params->is_past_guard)
		return 0;
	return nn_err_set(err, -ELOOP,
			  "this machine was booted %llu times while arm '%s' of block %llu was "
			  "under way: not tried again; 'nearnative resume --again' does",
			  (unsigned long long)tally->nr_reboots,
			  runner->params->plan->arms[place->arm].name,
			  (unsigned long long)place->block + 1);
}

/* May a boot that failed be repeated? @err: its failure, which becomes the campaign's. */
static int guard_failures(const struct nn_runner *runner, const struct nn_boot_tally *tally,
			  uint64_t nr_failed, struct nn_err *err)
{
	const struct nn_plan *plan = runner->params->plan;
	uint64_t nr_planned = runner->schedule->nr_blocks * plan->nr_arms;
	const struct nn_err last = *err;

	if (nr_failed >= nr_planned)
		return nn_err_set(err, -ELOOP,
				  "%llu boots failed, as many as are planned; the last: %s",
				  (unsigned long long)nr_failed, last.message);
	if (tally->nr_failed > plan->retries)
		return nn_err_set(err, -ELOOP, "one boot failed %llu times; the last: %s",
				  (unsigned long long)tally->nr_failed, last.message);
	return 0;
}

/* Execute one (block, arm) until it is done or a guard stops the campaign. */
static int campaign_boot(struct nn_runner *runner, struct nn_boot_place *place, uint64_t *nr_failed,
			 struct nn_err *err)
{
	struct nn_boot_tally tally;
	int rc = campaign_tally(runner, place->block, place->arm, &place->arm_id, &tally, err);

	if (!rc && !tally.is_done)
		rc = guard_reboots(runner, place, &tally, err);
	if (rc || tally.is_done)
		return rc;
	place->attempt = tally.nr_attempts;
	for (;;) {
		rc = nn_boot_execute(runner, place, err);
		if (rc != -EAGAIN)
			break;
		place->attempt++;
		tally.nr_failed++;
		rc = guard_failures(runner, &tally, ++*nr_failed, err);
		if (rc)
			return rc;
	}
	if (!rc)
		runner->nr_boots_left--;
	return rc;
}

static int campaign_blocks(struct nn_runner *runner, struct nn_err *err)
{
	uint64_t nr_failed;
	int rc = campaign_count(runner, &nr_failed, err);

	for (uint64_t b = 0; !rc && b < runner->schedule->nr_blocks; b++) {
		for (size_t i = 0; !rc && i < runner->schedule->nr_arms; i++) {
			struct nn_boot_place place = {.block = b,
						      .arm = runner->schedule->blocks[b].arms[i],
						      .position = i};

			if (*runner->params->stop)
				return nn_err_set(err, -EINTR, "interrupted");
			rc = campaign_boot(runner, &place, &nr_failed, err);
		}
	}
	return rc;
}

static int campaign_check_driver(struct nn_runner *runner, const struct nn_campaign *campaign,
				 struct nn_err *err)
{
	NN_AUTO(free) char *driver = campaign_device_driver(runner->params, campaign->device_bdf);
	int rc = nn_store_campaign_driver_after(runner->params->store, runner->campaign, driver,
						err);
	const char *before = campaign->device_driver ? campaign->device_driver : "none";
	const char *after = driver ? driver : "none";

	if (rc || !campaign->device_bdf || strcmp(before, after) == 0)
		return rc;
	return nn_err_set(err, -EIO, "device '%s' had driver '%s' before the campaign, now '%s'",
			  campaign->device_bdf, before, after);
}

static const char *campaign_end_state(int rc)
{
	if (!rc)
		return "done";
	return rc == -EINTR ? "interrupted" : "failed";
}

/* Book the time and the state; the first failure is the one that is returned. */
static int campaign_finish(struct nn_runner *runner, const struct nn_campaign *campaign, int rc,
			   struct nn_err *err)
{
	struct nn_store *store = runner->params->store;
	struct nn_time_spent *spent = &runner->spent;
	uint64_t total_ns = nn_clock_ns() - runner->started_ns;
	uint64_t known_ns = spent->boot_ns + spent->workloads_ns;
	struct nn_err end_err = {0};
	int end_rc;

	spent->own_ns = total_ns > known_ns ? total_ns - known_ns : 0;
	end_rc = campaign_check_driver(runner, campaign, &end_err);
	if (!end_rc)
		end_rc = nn_store_campaign_spent(store, runner->campaign, spent->boot_ns,
						 spent->workloads_ns, spent->own_ns, &end_err);
	if (!rc && end_rc)
		*err = end_err;
	if (!rc)
		rc = end_rc;
	end_rc = nn_store_campaign_state(store, runner->campaign, campaign_end_state(rc), &end_err);
	if (!rc && end_rc)
		*err = end_err;
	return rc ? rc : end_rc;
}

static int campaign_with_server(struct nn_runner *runner, struct nn_err *err)
{
	struct nn_server_hooks hooks;
	int rc;

	nn_conversation_hooks(runner, &hooks);
	rc = nn_server_new("127.0.0.1", 0, &hooks, &runner->server, err);
	if (rc)
		return rc;
	rc = campaign_blocks(runner, err);
	nn_server_free(runner->server);
	return rc;
}

static int machine_compare(void *user, int nr_columns NN_UNUSED, const char *const *columns,
			   struct nn_err *err)
{
	const struct nn_machine *here = user;
	const char *there = columns[NN_SUMMARY_MACHINE_DESCRIPTION];

	if (strcmp(columns[NN_SUMMARY_MACHINE], here->fingerprint) == 0)
		return 0;
	return nn_err_set(
		err, -ENOTSUP,
		"the campaign was begun on another machine (%s, this is %s): resume it there",
		there ? there : "unknown", here->description ? here->description : "unknown");
}

int nn_runner_check_machine(const struct nn_runner_params *params, int64_t campaign,
			    struct nn_err *err)
{
	struct nn_machine here;
	int rc;

	nn_machine_read(params->sysroot, &here);
	rc = nn_store_summary(params->store, campaign, machine_compare, &here, err);
	nn_machine_release(&here);
	return rc;
}

/* A function's whole group goes with it. */
static int add_group(const struct nn_sysroot *root, const char *bdf, struct nn_name_list *names,
		     struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = bdf ? nn_device_read(root, bdf, &device, err) : 0;

	for (size_t i = 0; !rc && i < device.group_members.nr; i++)
		*NN_ARRAY_APPEND(names->names, names->nr, names->cap) =
			nn_strdup(device.group_members.names[i]);
	return rc;
}

/* A plan without device and settings changes nothing, so it need not be alone on the machine. */
static bool may_change_machine(const struct nn_plan *plan)
{
	for (size_t i = 0; i < plan->nr_arms; i++) {
		if (plan->arms[i].settings.nr)
			return true;
	}
	return plan->device.kind != NN_PLAN_NO_DEVICE || plan->spare;
}

static int runner_reserve(struct nn_runner *runner, struct nn_err *err)
{
	const struct nn_runner_params *params = runner->params;
	const struct nn_plan *plan = params->plan;
	NN_AUTO(name_list) struct nn_name_list names = {0};
	int rc = 0;

	if (!may_change_machine(plan))
		return 0;
	*NN_ARRAY_APPEND(names.names, names.nr, names.cap) = nn_strdup(NN_RESERVATION_HOST);
	rc = add_group(params->sysroot, nn_under_test_physical(plan), &names, err);
	if (!rc)
		rc = add_group(params->sysroot, plan->spare, &names, err);
	if (!rc)
		rc = nn_reservations_take(params->sysroot, &names, nn_store_path(params->store),
					  &runner->reservations, err);
	return rc == -EACCES ? 0 : rc; /* who may not reserve may not change anything either */
}

int nn_runner_check_free(const struct nn_runner_params *params, struct nn_err *err)
{
	struct nn_runner runner = {.params = params};
	int rc = runner_reserve(&runner, err);

	nn_reservations_give_back(&runner.reservations, false);
	return rc;
}

/* What cannot be told counts as changed: the files then lead to the journal. */
static bool runner_is_changed(const struct nn_runner *runner)
{
	struct nn_journal_rows rows = {0};
	bool is_changed = nn_store_journal_open(runner->params->store, &rows, NULL) || rows.nr;

	nn_journal_rows_release(&rows);
	return is_changed;
}

static int runner_prepare(struct nn_runner *runner, struct nn_campaign *campaign,
			  struct nn_err *err)
{
	struct nn_store *store = runner->params->store;
	int rc = nn_store_campaign_get(store, runner->campaign, campaign, err);

	if (!rc)
		rc = nn_under_test(runner->params->sysroot, runner->params->plan,
				   runner->device_bdf, err);
	if (!rc)
		rc = runner_reserve(runner, err);
	if (!rc)
		rc = nn_store_boots_abandon(store, runner->campaign, err);
	if (!rc)
		rc = nn_journalled_scratch_new(&runner->journal, &runner->work_dir, err);
	if (!rc)
		rc = nn_store_campaign_state(store, runner->campaign, "running", err);
	return rc;
}

int nn_runner_execute(const struct nn_runner_params *params, int64_t campaign,
		      struct nn_time_spent *ret_spent, struct nn_err *err)
{
	NN_AUTO(campaign) struct nn_campaign row = {0};
	NN_AUTO(schedule) struct nn_schedule *schedule = NULL;
	struct nn_runner runner = {
		.params = params, .campaign = campaign, .started_ns = nn_clock_ns()};
	int rc;

	nn_store_journal_init(&runner.journal, params->store, params->sysroot);
	rc = runner_prepare(&runner, &row, err);
	if (!rc) {
		schedule = nn_schedule_new(params->plan, row.seed);
		runner.schedule = schedule;
		rc = campaign_with_server(&runner, err);
		rc = campaign_finish(&runner, &row, rc, err);
		*ret_spent = runner.spent;
	}
	nn_journalled_scratch_remove(&runner.journal, runner.work_dir);
	free(runner.work_dir);
	nn_reservations_give_back(&runner.reservations, runner_is_changed(&runner));
	nn_store_journal_release(&runner.journal);
	return rc;
}
