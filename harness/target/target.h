/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A target: how an arm is reached. For each boot the runner calls, in this order and one thread,
 *
 *	prepare → boot → (is_alive …, prove once) → shutdown → restore
 *
 * restore is called after every prepare, whatever failed, and is idempotent. Phases have deadlines
 * (durations in @deadlines); a hook that overruns its own returns -ETIMEDOUT.
 */
#ifndef NN_TARGET_TARGET_H
#define NN_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/base/plugin.h"
#include "harness/base/sysfs.h"
#include "harness/device/binding.h"
#include "harness/plan/plan.h"
#include "harness/protocol/credentials.h"

/* Where a target keeps what should be stored with the boot (console log, domain XML). */
struct nn_artifact_sink {
	void *user;
	int (*add)(void *user, const char *name, const void *bytes, size_t len, struct nn_err *err);
};

struct nn_target_boot {
	/* in, borrowed from the runner for the whole boot */
	const struct nn_plan_arm *arm;
	const struct nn_plan *plan;
	const struct nn_sysroot *sysroot;
	const struct nn_journal *journal;
	const struct nn_artifact_sink *artifacts;
	const struct nn_deadlines *deadlines;
	const char *agent_path; /* absolute path of nearnative-agent on this host */
	const char *work_dir;   /* a private folder for logs and images, kept until the boot ends */
	const char *boot;       /* UUID */
	const char *device_bdf; /* the function under test on this host, there or not; "": none */
	/*
	 * in, set before shutdown: the agent has been told to stop, so the system ends by itself.
	 * While false, waiting for that would be in vain and shutdown is short.
	 */
	bool is_told_to_stop;
	/* out: how the arm finds the devices; filled by prepare */
	struct nn_device_id device;
	struct nn_device_id spare;
	/* out: the program on this host that runs the system, its real path; filled by boot, until
	 * restore; NULL: there is none, or it is not known */
	const char *vmm;
	/* the target's own, from prepare to restore */
	void *state;
};

/*
 * Which of an arm's settings are in effect, as facts: "requested.NAME" with "effective.NAME", both
 * in the same words, so that they are equal exactly when it is; or with "unproved.NAME", why that
 * could not be seen.
 */
struct nn_target_proof {
	struct nn_pairs host;   /* what was asked, and what was seen from outside */
	struct nn_pairs system; /* what was seen from inside */
};

void nn_target_proof_release(struct nn_target_proof *proof);
NN_AUTO_DEFINE(target_proof, struct nn_target_proof, nn_target_proof_release(p))

/** Tell of a setting. @kind: "requested", "effective" or "unproved". */
void nn_target_tell(struct nn_pairs *facts, const char *kind, const char *setting,
		    const char *value);

struct nn_target {
	struct nn_plugin plugin;
	bool is_session; /* true: it cannot reboot what it measures */

	/*
	 * Optional. Do the arm's settings make sense together? Called when a plan is loaded; looks
	 * at nothing else. -EINVAL with what contradicts what.
	 */
	int (*check_settings)(const struct nn_plan_arm *arm, struct nn_err *err);
	/*
	 * Required. Can this arm work on this machine? Called before the campaign starts; changes
	 * nothing. -ENOTSUP with one sentence that says what is missing and what to do.
	 */
	int (*check)(const struct nn_plan *plan, const struct nn_plan_arm *arm,
		     const struct nn_sysroot *sysroot, struct nn_err *err);
	/* Required. Reserve and bind (journalled). */
	int (*prepare)(struct nn_target_boot *boot, struct nn_err *err);
	/* Required. Start the system and in it the agent with @cred. */
	int (*boot)(struct nn_target_boot *boot, const struct nn_credentials *cred,
		    struct nn_err *err);
	/*
	 * Optional. Look whether what the plan asked for is so. Called once, between boot and the
	 * first run, with what the agent's collectors found; has no right to disturb the system.
	 */
	void (*prove)(struct nn_target_boot *boot, const struct nn_pairs *facts,
		      struct nn_target_proof *ret_proof);
	/* Required. Is what was booted still up? When not, @err says how it ended. */
	bool (*is_alive)(struct nn_target_boot *boot, struct nn_err *err);
	/*
	 * Required. Stop it: first gently, then not; keep the logs as artifacts. -ETIMEDOUT when it
	 * had to be ended by force although it was told to stop.
	 */
	int (*shutdown)(struct nn_target_boot *boot, struct nn_err *err);
	/* Required. Put devices back, release @state; accepts any state, also NULL. */
	int (*restore)(struct nn_target_boot *boot, struct nn_err *err);
};

#define NN_TARGET(symbol) extern const struct nn_target nn_target_##symbol;
#include "harness/target/list.h"
#undef NN_TARGET

extern const struct nn_target *const nn_targets[];
extern const size_t nn_nr_targets;

const struct nn_target *nn_target_find(const char *name);

/**
 * A system's memory as plans write it, in whole MiB: libvirt rounds a guest's up to them, and an
 * arm on the host is to have as much. -EINVAL for none, too.
 */
int nn_target_parse_memory(const char *text, uint64_t *ret_bytes, struct nn_err *err);

/** The arm's setting, or the descriptor's default (which may be NULL). */
const char *nn_target_setting(const struct nn_target *target, const struct nn_plan_arm *arm,
			      const char *name);

#endif
