/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan: what to compare and how, from a YAML file. Loading checks everything that can be checked
 * without the machine; each error names file, line and what was expected. A loaded plan is
 * immutable. Its hash covers the file's bytes and is stored before the first boot.
 *
 *	name: demo
 *	device: "0000:01:00.0"           # function under test; optional. Or one that is made for
 *it: # {pf: "0000:01:00.0", vf: 0} is a virtual function, # {parent: "0000:00:02.0", mdev:
 *i915-GVTg_V5_4} mediated spare: "0000:00:04.0"            # for IOMMU workloads; optional arms:
 *	  - name: native
 *	    target: local
 *	  - name: vm
 *	    target: libvirt
 *	    settings: {memory: 1GiB, vcpus: "1"}
 *	workloads:
 *	  - name: iommu/nvme-read
 *	    iterations: 20               # optional
 *	    warmup: 3                    # optional
 *	    runs: 3                      # optional, else design.runs
 *	    settings: {block: 4KiB}
 *	design: {blocks: 5, runs: 3, seed: 42, base: native, retries: 3}
 *	claims: ["vm >= 97% of native for iommu/nvme-read:throughput"]
 *	deadlines: {bind: 30s, boot: 3min, hello: 2min, run: 2min, upload: 1min, shutdown: 1min}
 *	allow_emulated: false
 *
 * design: {aa: native} runs that arm against itself, as "native" and "native-again": what this
 * machine makes of no difference at all. Every other arm is left out, and claims need not be there.
 */
#ifndef NN_PLAN_PLAN_H
#define NN_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/hash.h"
#include "harness/protocol/message.h"

struct nn_plan_arm {
	char *name;
	char *target;
	struct nn_pairs settings;
	unsigned int line;
};

struct nn_plan_workload {
	char *name;
	uint64_t iterations; /* 0: the workload's default */
	uint64_t warmup;     /* UINT64_MAX: the workload's default */
	uint64_t runs;       /* per boot */
	struct nn_pairs settings;
	unsigned int line;
};

struct nn_plan_claim {
	char *text;
	char *arm;
	char *base;
	char *workload; /* glob; "*" for every workload */
	char *metric;   /* glob */
	double margin;  /* 0.97 */
	unsigned int line;
};

enum nn_plan_device_kind {
	NN_PLAN_NO_DEVICE,
	NN_PLAN_FUNCTION,         /* that is there */
	NN_PLAN_VIRTUAL_FUNCTION, /* of a physical function, enabled for each boot */
	NN_PLAN_MEDIATED,         /* created for each boot of a guest */
};

/* What is under test. */
struct nn_plan_device {
	enum nn_plan_device_kind kind;
	char *name; /* BDF of the function or the physical function; the mediated device's parent */
	uint64_t vf; /* which virtual function, from 0 */
	char *type;  /* of the mediated device */
};

struct nn_deadlines {
	uint64_t bind_ns;
	uint64_t boot_ns;
	uint64_t hello_ns;
	uint64_t run_ns;
	uint64_t upload_ns;
	uint64_t shutdown_ns;
};

struct nn_plan {
	char *path;
	char *text; /* the file's bytes, kept in the database */
	char hash[NN_SHA256_HEX_CAP];
	char *name;
	struct nn_plan_device device;
	char *spare; /* normalised BDF, or NULL */
	struct nn_plan_arm *arms;
	size_t nr_arms;
	struct nn_plan_workload *workloads;
	size_t nr_workloads;
	struct nn_plan_claim *claims;
	size_t nr_claims;
	struct nn_deadlines deadlines;
	uint64_t blocks;
	uint64_t retries; /* of a boot that failed, before the campaign gives up */
	uint64_t seed;    /* 0: not given, one is drawn at the start of the campaign */
	char *base;       /* the arm that the others are divided by */
	bool is_aa; /* @arms are the base and its double "BASE-again", with the same settings */
	bool allow_emulated;
	bool is_forced; /* not in the file: the user said --force to a device in use */
};

/*
 * What the plan may name; given by the command, because the registries lie to the right of this
 * folder. @check_setting may be given a NULL value of @text to ask for the name alone.
 */
struct nn_plan_catalog {
	int (*check_workload)(const char *name, struct nn_err *err);
	int (*check_workload_setting)(const char *workload, const char *name, const char *text,
				      struct nn_err *err);
	/* Optional. Has the workload a metric that the glob matches? */
	bool (*has_metric)(const char *workload, const char *glob);
	int (*check_target)(const char *name, struct nn_err *err);
	int (*check_target_setting)(const char *target, const char *name, const char *text,
				    struct nn_err *err);
	/* Optional. Do the settings of an arm, each of which is known, go together? */
	int (*check_arm)(const struct nn_plan_arm *arm, struct nn_err *err);
};

/** Load and check a file. Errors read "FILE:LINE: what is wrong, what was expected". */
int nn_plan_load(const char *path, const struct nn_plan_catalog *catalog, struct nn_plan **ret_plan,
		 struct nn_err *err);

/** The same from memory, for a campaign that is resumed; @path is only for messages. */
int nn_plan_parse(const char *text, const char *path, const struct nn_plan_catalog *catalog,
		  struct nn_plan **ret_plan, struct nn_err *err);

void nn_plan_free(struct nn_plan *plan);
NN_AUTO_DEFINE(plan, struct nn_plan *, nn_plan_free(*p))

/**
 * "vm >= 97% of native for compute/bandwidth:copy" taken apart. Without a metric, or without all
 * from "for" on, every one is meant ("*"). "97 %" will do, and so will 0.97.
 */
int nn_claim_parse(const char *text, struct nn_plan_claim *ret_claim, struct nn_err *err);
void nn_claim_release(struct nn_plan_claim *claim);

#endif
