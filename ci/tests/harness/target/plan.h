/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan, a journal and an artifact sink in memory, for tests of targets. */
#ifndef NN_TESTS_TARGET_PLAN_H
#define NN_TESTS_TARGET_PLAN_H

#include "ci/tests/harness/device/notes.h"

#include "harness/base/array.h"
#include "harness/base/clock.h"
#include "harness/target/target.h"
#include "harness/target/vm-settings.h"

#define TEST_UUID  "a70bdd71-6249-4ddc-a756-4ee6dbfac7e5"
#define TEST_TOKEN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What an arm without settings comes to. */
static inline struct nn_vm_settings plain(void)
{
	return (struct nn_vm_settings){.memory_bytes = 1ULL << 30,
				       .vcpus = 2,
				       .machine = "q35",
				       .numa = "none",
				       .pin = "none",
				       .rom = (char *)"default",
				       .has_pv_eoi = true};
}

struct rig {
	struct tree tree; /* the machine, and the work folder */
	struct nn_plan plan;
	struct nn_plan_arm arm;
	struct nn_deadlines deadlines;
	struct notes notes;
	struct nn_artifact_sink sink;
	struct nn_target_boot boot;
	struct nn_credentials cred;
	char *artifact_name; /* of the last one */
	char *artifact;
};

static inline int rig_keep(void *user, const char *name, const void *bytes, size_t len,
			   struct nn_err *err)
{
	struct rig *rig = user;

	(void)err;
	free(rig->artifact_name);
	free(rig->artifact);
	rig->artifact_name = nn_strdup(name);
	rig->artifact = nn_strndup(bytes, len);
	return 0;
}

static inline void rig_init(struct rig *rig)
{
	tree_init(&rig->tree);
	rig->arm.name = (char *)"arm";
	rig->deadlines = (struct nn_deadlines){.bind_ns = 5 * NN_NS_PER_S,
					       .boot_ns = 5 * NN_NS_PER_S,
					       .shutdown_ns = 5 * NN_NS_PER_S};
	notes_init(&rig->notes);
	rig->sink = (struct nn_artifact_sink){.user = rig, .add = rig_keep};
	rig->boot = (struct nn_target_boot){.arm = &rig->arm,
					    .plan = &rig->plan,
					    .sysroot = &rig->tree.root,
					    .journal = &rig->notes.journal,
					    .artifacts = &rig->sink,
					    .deadlines = &rig->deadlines,
					    .work_dir = rig->tree.folder,
					    .boot = TEST_UUID,
					    .device_bdf = ""};
	rig->cred = (struct nn_credentials){
		.url = "http://127.0.0.1:1", .boot = TEST_UUID, .token = TEST_TOKEN};
}

static inline void rig_release(struct rig *rig)
{
	tree_release(&rig->tree);
	nn_strbuf_release(&rig->notes.text);
	nn_pairs_release(&rig->arm.settings);
	free(rig->artifact_name);
	free(rig->artifact);
}

NN_AUTO_DEFINE(rig, struct rig, rig_release(p))

/* Give the plan a device that is there. */
static inline void rig_device(struct rig *rig, const char *bdf)
{
	rig->plan.device = (struct nn_plan_device){.kind = NN_PLAN_FUNCTION, .name = (char *)bdf};
	rig->boot.device_bdf = bdf;
}

/* Assert how a target judges the machine: "" for "can work". */
static inline void rig_expect_check(const struct rig *rig, const char *target, const char *message)
{
	struct nn_err err = {0};
	int rc = nn_target_find(target)->check(&rig->plan, &rig->arm, &rig->tree.root, &err);

	assert_string_equal(err.message, message);
	assert_int_equal(rc, message[0] ? -ENOTSUP : 0);
}

#endif
