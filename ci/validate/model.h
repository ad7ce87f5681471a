/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Campaigns drawn from a known truth: what the reference statistics' §2.2 simulate. Three levels
 * (boot, run, iteration), each log-normal; iterations follow each other as AR(1) does and a few are
 * spikes; blocks may drift for both arms together; a share of boots may be in a slow mode. Equal
 * models and seeds give equal numbers.
 */
#ifndef NN_CI_VALIDATE_MODEL_H
#define NN_CI_VALIDATE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { MODEL_NATIVE, MODEL_VM, MODEL_NR_ARMS };

extern const char *const model_arm_names[MODEL_NR_ARMS]; /* "native", "vm" */

/* SDs are of logs. */
struct model {
	const char *name; /* of the campaigns, in front of a number; also seeds them */
	size_t nr_campaigns;
	size_t nr_blocks;
	size_t nr_runs;
	size_t nr_iterations;
	double ratio;         /* true: vm ÷ native */
	bool is_lower_better; /* of the values */
	double block_sd;      /* what both boots of a block share */
	double boot_sd;
	double run_sd;
	double iteration_sd;
	double autocorrelation; /* of neighbouring iterations */
	double spike_share;     /* of iterations, which are higher by @spike_log */
	double spike_log;
	double slow_share[MODEL_NR_ARMS]; /* of boots, which are lower by @slow_log */
	double slow_log;
	double climb_log; /* each iteration of a run is higher than the one before */
};

/* The three levels of §2.2. Spikes of 15 % make all iterations pooled cover as there: 0.46. */
#define MODEL_LEVELS                                                                               \
	.nr_runs = 3, .nr_iterations = 20, .boot_sd = 0.01, .run_sd = 0.005, .iteration_sd = 0.02, \
	.autocorrelation = 0.5, .spike_share = 0.01, .spike_log = 0.15

/* What is left of it when only boots matter: few iterations that hardly scatter. */
#define MODEL_BOOTS .nr_runs = 1, .nr_iterations = 2, .iteration_sd = 0.0001

/** Write all campaigns as the CSV that `nearnative analyse` reads. Return: 0 or -errno. */
int model_write(const struct model *model, FILE *out);

/**
 * The same values of campaign @campaign in memory, for analyses that nearnative does not make.
 * @ret_values: for each arm nr_blocks × nr_runs × nr_iterations of them, boots slowest.
 */
void model_fill(const struct model *model, size_t campaign, double *ret_values[MODEL_NR_ARMS]);

/** Values of one arm of one campaign. */
size_t model_nr_values(const struct model *model);

#endif
