/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An arm's settings for a session on this machine: what resources its workloads get, so that a
 * native arm can have those of a VM, and how the host treats the device meanwhile. Everything is
 * done by steps of the boot's binding.
 */
#ifndef NN_TARGET_LOCAL_SETTINGS_H
#define NN_TARGET_LOCAL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/device/host.h"
#include "harness/target/target.h"

#define NN_CGROUPS "/sys/fs/cgroup" /* version 2 */

/* Rows for the descriptor. */
extern const struct nn_setting nn_local_setting_table[];

/* Borrowed from the arm. */
struct nn_local_settings {
	bool has_iommu;
	enum nn_iommu_mode iommu;
	uint64_t nr_cpus;      /* 0: all */
	uint64_t memory_bytes; /* 0: no limit */
	const char *governor;  /* or NULL: as it is */
};

/* What they are settings of; borrowed. */
struct nn_local_session {
	const char *boot; /* UUID, for the name of the control group */
	const char *bdf;  /* the function under test, or "" */
	bool is_forced;   /* take it although somebody uses it, as `run --force` has it */
};

/* What the resources come to. */
struct nn_local_limits {
	char *cpus;   /* a list of CPUs, or NULL: all */
	char *cgroup; /* folder of the control group, or NULL: none is needed */
};

void nn_local_limits_release(struct nn_local_limits *limits);
NN_AUTO_DEFINE(local_limits, struct nn_local_limits, nn_local_limits_release(p))

/** Return: 0, or -EINVAL when a value is none. */
int nn_local_settings_read(const struct nn_plan_arm *arm, struct nn_local_settings *ret_settings,
			   struct nn_err *err);

/**
 * Plan what the settings take; it can be a check too, for planning changes nothing.
 * Return: 0, or -ENOTSUP with what this host cannot do.
 */
int nn_local_settings_plan(const struct nn_local_settings *settings,
			   const struct nn_local_session *session, struct nn_binding *binding,
			   struct nn_local_limits *ret_limits, struct nn_err *err);

#endif
