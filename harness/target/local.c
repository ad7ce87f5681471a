/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/base/subprocess.h"
#include "harness/device/device.h"
#include "harness/device/group.h"
#include "harness/device/handover.h"
#include "harness/device/sriov.h"
#include "harness/target/local-proof.h"
#include "harness/target/machine-check.h"
#include "harness/target/target.h"
#include "harness/target/under-test.h"

#define CLASS_STORAGE      0x01
#define STORAGE_SETTLE_NS  (5 * NN_NS_PER_S)
#define INTERRUPT_GRACE_NS (2 * NN_NS_PER_S)
#define POLL_NS            (10 * NN_NS_PER_MS)
#define LOG_NAME           "agent.log"

struct local_state {
	struct nn_binding binding; /* what was changed for this boot */
	struct nn_local_settings settings;
	struct nn_local_limits limits;
	struct nn_subprocess agent;
	int status; /* of the agent, once it has ended */
	char *log_path;
	bool is_log_kept;
};

/* ---- check ---- */

/*
 * VFIO hands over whole groups: while a host driver holds a neighbour of the spare, the group
 * cannot be opened. Source: Documentation/driver-api/vfio.rst, "viable"
 */
static int check_spare_alone(const struct nn_sysroot *root, const struct nn_device *spare,
			     struct nn_err *err)
{
	for (size_t i = 0; i < spare->group_members.nr; i++) {
		const char *bdf = spare->group_members.names[i];
		NN_AUTO(device) struct nn_device member = {0};
		int rc = nn_device_read(root, bdf, &member, err);

		if (rc)
			return rc;
		if (strcmp(bdf, spare->bdf) == 0 || member.is_bridge || !member.driver ||
		    strncmp(member.driver, "vfio", 4) == 0)
			continue;
		return nn_err_set(err, -ENOTSUP,
				  "the plan's spare '%s' shares its IOMMU group with '%s', which "
				  "%s uses; name a spare that is alone in its group",
				  spare->bdf, bdf, member.driver);
	}
	return 0;
}

static int check_spare(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device spare = {0};
	int rc = nn_check_iommu(root, err);

	if (!rc)
		rc = nn_check_device(root, "spare", bdf, &spare, err);
	if (!rc)
		rc = check_spare_alone(root, &spare, err);
	return rc ? rc : nn_check_passable(root, &spare, NULL, err);
}

static int check_device(const struct nn_sysroot *root, const char *bdf, struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_check_device(root, "device", bdf, &device, err);

	if (rc)
		return rc;
	if (device.driver && !nn_driver_leaves_dma_alone(root, bdf, device.driver))
		return 0;
	if (device.driver)
		return nn_err_set(
			err, -ENOTSUP,
			"the plan's device '%s' is bound to %s, so this host cannot use it; "
			"bind its own driver or run `nearnative restore`",
			bdf, device.driver);
	return nn_err_set(err, -ENOTSUP,
			  "the plan's device '%s' has no driver to measure it with; load one or "
			  "run `nearnative restore`",
			  bdf);
}

static int check_under_test(const struct nn_sysroot *root, const struct nn_plan_device *device,
			    struct nn_err *err)
{
	switch (device->kind) {
	case NN_PLAN_FUNCTION:
		return check_device(root, device->name, err);
	case NN_PLAN_VIRTUAL_FUNCTION:
		return nn_check_virtual_function(root, device, err);
	case NN_PLAN_MEDIATED:
		return nn_err_set(err, -ENOTSUP,
				  "the plan's device is mediated (type '%s'), which only a guest "
				  "can use; compare guests with each other",
				  device->type);
	case NN_PLAN_NO_DEVICE:
		break;
	}
	return 0;
}

static int local_check_settings(const struct nn_plan_arm *arm, struct nn_err *err)
{
	struct nn_local_settings settings;

	return nn_local_settings_read(arm, &settings, err);
}

static bool is_there(const struct nn_sysroot *root, const char *bdf)
{
	NN_AUTO(free) char *path = nn_asprintf("/sys/bus/pci/devices/%s", bdf);

	return !bdf[0] || nn_sysfs_exists(root, path);
}

/* Could the settings be had? Planned to see, and thrown away. */
static int check_host(const struct nn_plan *plan, const struct nn_plan_arm *arm,
		      const struct nn_sysroot *sysroot, struct nn_err *err)
{
	NN_AUTO(binding) struct nn_binding binding = {.root = sysroot};
	NN_AUTO(local_limits) struct nn_local_limits limits = {0};
	struct nn_local_settings settings;
	char bdf[NN_BDF_CAP];
	const struct nn_local_session session = {
		.boot = "", .bdf = bdf, .is_forced = plan->is_forced};
	int rc = nn_local_settings_read(arm, &settings, err);

	if (!rc)
		rc = nn_under_test(sysroot, plan, bdf, err);
	if (!rc && !is_there(sysroot, bdf)) /* a virtual function to be: prepare sees to it */
		settings.has_iommu = false;
	return rc ? rc : nn_local_settings_plan(&settings, &session, &binding, &limits, err);
}

static int local_check(const struct nn_plan *plan, const struct nn_plan_arm *arm,
		       const struct nn_sysroot *sysroot, struct nn_err *err)
{
	int rc = plan->spare ? check_spare(sysroot, plan->spare, err) : 0;

	if (!rc)
		rc = check_under_test(sysroot, &plan->device, err);
	return rc ? rc : check_host(plan, arm, sysroot, err);
}

/* ---- prepare ---- */

/* As the host uses it: with the driver that takes it by itself. */
static int enable_virtual_function(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	const struct nn_plan_device *device = &boot->plan->device;
	NN_AUTO(free)
	char *driver = nn_asprintf("/sys/bus/pci/devices/%s/driver", boot->device_bdf);
	uint64_t until_ns = nn_clock_ns() + boot->deadlines->bind_ns;
	int rc;

	nn_sriov_plan(&state->binding, device->name, device->vf, true);
	rc = nn_binding_apply(&state->binding, boot->deadlines->bind_ns, err);
	while (!rc && !nn_sysfs_exists(boot->sysroot, driver)) {
		if (nn_clock_ns() >= until_ns)
			return nn_err_set(err, -ENODEV,
					  "no driver of this host takes virtual function '%s'",
					  boot->device_bdf);
		nn_clock_sleep_ns(POLL_NS);
	}
	return rc;
}

/* A controller that has just come back to its driver finds its disks a little later. */
static void wait_for_storage(const struct nn_sysroot *root, const struct nn_device *device)
{
	uint64_t until_ns = nn_clock_ns() + STORAGE_SETTLE_NS;

	while (device->class_code >> 16 == CLASS_STORAGE && nn_clock_ns() < until_ns) {
		NN_AUTO(free) char *block = nn_device_block_name(root, device->bdf);

		if (block)
			return;
		nn_clock_sleep_ns(POLL_NS);
	}
}

static int identify(const struct nn_sysroot *root, const char *bdf, struct nn_device_id *ret_id,
		    struct nn_err *err)
{
	NN_AUTO(device) struct nn_device device = {0};
	int rc = nn_device_read(root, bdf, &device, err);

	if (rc)
		return rc;
	wait_for_storage(root, &device);
	*ret_id = nn_device_identity(&device);
	memcpy(ret_id->bdf, device.bdf, sizeof(ret_id->bdf));
	return 0;
}

static int plan_spare(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	char *names[] = {boot->plan->spare};
	const struct nn_name_list spare = {.names = names, .nr = 1};
	int rc = nn_device_check_unused(boot->sysroot, boot->plan->spare, boot->plan->is_forced,
					err);

	return rc ? rc : nn_handover_plan(&state->binding, &spare, err);
}

/* The virtual function first: what the settings say of the device is said of it. */
static int bind(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	const struct nn_local_session session = {
		.boot = boot->boot, .bdf = boot->device_bdf, .is_forced = boot->plan->is_forced};
	int rc = boot->plan->spare ? plan_spare(boot, err) : 0;

	if (!rc && boot->plan->device.kind == NN_PLAN_VIRTUAL_FUNCTION)
		rc = enable_virtual_function(boot, err);
	if (!rc)
		rc = nn_local_settings_plan(&state->settings, &session, &state->binding,
					    &state->limits, err);
	return rc ? rc : nn_binding_apply(&state->binding, boot->deadlines->bind_ns, err);
}

static int local_prepare(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = nn_calloc(1, sizeof(*state));
	int rc = nn_local_settings_read(boot->arm, &state->settings, err);

	boot->state = state;
	state->binding = (struct nn_binding){.root = boot->sysroot, .journal = boot->journal};
	state->log_path = nn_asprintf("%s/" LOG_NAME, boot->work_dir);
	if (!rc)
		rc = bind(boot, err);
	if (!rc && boot->device_bdf[0])
		rc = identify(boot->sysroot, boot->device_bdf, &boot->device, err);
	if (!rc && boot->plan->spare)
		rc = identify(boot->sysroot, boot->plan->spare, &boot->spare, err);
	return rc;
}

/* ---- boot ---- */

static int local_boot(struct nn_target_boot *boot, const struct nn_credentials *cred,
		      struct nn_err *err)
{
	struct local_state *state = boot->state;
	const char *const argv[] = {boot->agent_path, NULL};
	const char *env[NN_CREDENTIAL_NR + 2] = {0};
	NN_AUTO(free)
	char *cgroup =
		state->limits.cgroup ? nn_sysfs_path(boot->sysroot, state->limits.cgroup) : NULL;
	struct nn_subprocess_spec spec = {
		.argv = argv, .env_extra = env, .output_path = state->log_path, .cgroup = cgroup};
	size_t nr = 0;
	int rc;

	for (size_t i = 0; i < NN_CREDENTIAL_NR; i++) {
		env[nr] = nn_credentials_env(cred, i);
		nr += env[nr] != NULL;
	}
	/* What a killed agent leaves behind goes with the folder, which is journalled. */
	env[nr++] = nn_asprintf("TMPDIR=%s", boot->work_dir);
	rc = nn_subprocess_spawn(&spec, &state->agent, err);
	for (size_t i = 0; i < nr; i++)
		free((char *)env[i]);
	return rc;
}

static bool is_running(struct local_state *state)
{
	return state->agent.pid > 0 && !nn_subprocess_poll(&state->agent, &state->status);
}

static bool local_is_alive(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	char how[64];

	if (is_running(state))
		return true;
	nn_wait_status_text(state->status, how, sizeof(how));
	(void)nn_err_set(err, -EPIPE, "the agent ended with %s, see artifact " LOG_NAME, how);
	return false;
}

static void local_prove(struct nn_target_boot *boot, const struct nn_pairs *facts NN_UNUSED,
			struct nn_target_proof *ret_proof)
{
	const struct local_state *state = boot->state;
	const struct nn_local_subject subject = {.sysroot = boot->sysroot,
						 .settings = &state->settings,
						 .cpus = state->limits.cpus,
						 .bdf = boot->device_bdf,
						 .agent = state->agent.pid};

	nn_local_prove(&subject, ret_proof);
}

/* ---- shutdown, restore ---- */

static int keep_log(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	NN_AUTO(strbuf) struct nn_strbuf log = NN_STRBUF_INIT;
	struct nn_sysroot live = NN_SYSROOT_LIVE;

	if (state->is_log_kept || nn_sysfs_read(&live, state->log_path, &log, NULL))
		return 0; /* without a log the agent never started */
	state->is_log_kept = true;
	return boot->artifacts->add(boot->artifacts->user, LOG_NAME, nn_strbuf_str(&log), log.len,
				    err);
}

static int local_shutdown(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	uint64_t allowed_ns = boot->deadlines->shutdown_ns;
	uint64_t until_ns = nn_clock_ns() + allowed_ns;
	bool is_forced;

	if (!state)
		return 0;
	while (boot->is_told_to_stop && is_running(state) && nn_clock_ns() < until_ns)
		nn_clock_sleep_ns(POLL_NS);
	is_forced = boot->is_told_to_stop && is_running(state);
	nn_subprocess_stop(&state->agent, INTERRUPT_GRACE_NS);
	if (is_forced) {
		(void)keep_log(boot, NULL); /* the worse news is told */
		return nn_err_set(err, -ETIMEDOUT,
				  "the agent did not end within %.3g s after it was told to",
				  (double)allowed_ns / 1e9);
	}
	return keep_log(boot, err);
}

static int local_restore(struct nn_target_boot *boot, struct nn_err *err)
{
	struct local_state *state = boot->state;
	int rc;

	if (!state)
		return 0;
	nn_subprocess_stop(&state->agent, INTERRUPT_GRACE_NS);
	rc = nn_binding_undo(&state->binding, boot->deadlines->bind_ns, err);
	nn_binding_release(&state->binding);
	free(state->log_path);
	nn_local_limits_release(&state->limits);
	free(state);
	boot->state = NULL;
	return rc;
}

const struct nn_target nn_target_local = {
	.plugin = {.name = "local",
		   .summary = "a session on this machine, without a reboot",
		   .settings = nn_local_setting_table},
	.is_session = true,
	.check_settings = local_check_settings,
	.check = local_check,
	.prepare = local_prepare,
	.boot = local_boot,
	.prove = local_prove,
	.is_alive = local_is_alive,
	.shutdown = local_shutdown,
	.restore = local_restore,
};
