/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/validate/model.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/stats/random.h"

/* The level of the native arm, in the metric's unit. */
#define LEVEL 100.0

/* Values are written with so many decimals, as a tool would print them. */
#define DECIMALS 1000000

const char *const model_arm_names[MODEL_NR_ARMS] = {"native", "vm"};

/* ---- drawing ---- */

static bool is_drawn(struct nn_random *random, double share)
{
	return share > 0 && nn_random_uniform(random) < share;
}

/* The logs of one run's iterations, begun in the stationary state. */
static void draw_run(const struct model *model, struct nn_random *random, double level,
		     double *ret_values)
{
	const double rho = model->autocorrelation;
	const double innovation_sd = model->iteration_sd * sqrt(1 - rho * rho);
	double noise = model->iteration_sd * nn_random_normal(random);

	for (size_t i = 0; i < model->nr_iterations; i++) {
		double spike = is_drawn(random, model->spike_share) ? model->spike_log : 0;

		if (i)
			noise = rho * noise + innovation_sd * nn_random_normal(random);
		ret_values[i] = LEVEL * exp(level + noise + spike + (double)i * model->climb_log);
	}
}

static void draw_boot(const struct model *model, struct nn_random *random, double level,
		      double *ret_values)
{
	level += model->boot_sd * nn_random_normal(random);
	for (size_t run = 0; run < model->nr_runs; run++) {
		double shift = model->run_sd * nn_random_normal(random);

		draw_run(model, random, level + shift, ret_values + run * model->nr_iterations);
	}
}

size_t model_nr_values(const struct model *model)
{
	return model->nr_blocks * model->nr_runs * model->nr_iterations;
}

void model_fill(const struct model *model, size_t campaign, double *ret_values[MODEL_NR_ARMS])
{
	NN_AUTO(free) char *name = nn_asprintf("%s/%zu", model->name, campaign);
	NN_AUTO(random) struct nn_random *random = nn_random_new(nn_random_seed_of(name));
	const size_t nr_of_boot = model->nr_runs * model->nr_iterations;

	for (size_t block = 0; block < model->nr_blocks; block++) {
		double of_block = model->block_sd * nn_random_normal(random);

		for (size_t arm = 0; arm < MODEL_NR_ARMS; arm++) {
			double level = of_block + (arm == MODEL_VM ? log(model->ratio) : 0);

			if (is_drawn(random, model->slow_share[arm]))
				level -= model->slow_log;
			draw_boot(model, random, level, ret_values[arm] + block * nr_of_boot);
		}
	}
}

/* ---- writing ---- */

static void add_digits(struct nn_strbuf *sb, uint64_t value, int nr_digits)
{
	char digits[20];
	char *at = digits + sizeof(digits);

	for (; nr_digits > 0 || value; nr_digits--) {
		*--at = (char)('0' + value % 10);
		value /= 10;
	}
	nn_strbuf_addn(sb, at, (size_t)(digits + sizeof(digits) - at));
}

/* printf() would take longer than all the rest. */
static void add_value(struct nn_strbuf *sb, double value)
{
	uint64_t scaled = (uint64_t)llround(value * DECIMALS);

	add_digits(sb, scaled / DECIMALS, 1);
	nn_strbuf_addc(sb, '.');
	add_digits(sb, scaled % DECIMALS, 6);
}

static void add_run(const struct model *model, const char *prefix, const double *values,
		    struct nn_strbuf *sb)
{
	const size_t len = strlen(prefix);

	for (size_t i = 0; i < model->nr_iterations; i++) {
		nn_strbuf_addn(sb, prefix, len);
		add_digits(sb, i, 1);
		nn_strbuf_addc(sb, ',');
		add_value(sb, values[i]);
		nn_strbuf_addc(sb, '\n');
	}
}

static void add_arm(const struct model *model, size_t campaign, size_t arm, const double *values,
		    struct nn_strbuf *sb)
{
	for (size_t boot = 0; boot < model->nr_blocks; boot++) {
		for (size_t run = 0; run < model->nr_runs; run++) {
			NN_AUTO(free)
			char *prefix = nn_asprintf(
				"%s-%zu,%s,%zu,%c%zu,%zu,copy,%s,", model->name, campaign,
				model_arm_names[arm], boot, model_arm_names[arm][0], boot, run,
				model->is_lower_better ? "time,us,lower" : "rate,MB/s,higher");

			add_run(model, prefix, values, sb);
			values += model->nr_iterations;
		}
	}
}

int model_write(const struct model *model, FILE *out)
{
	NN_AUTO(free) double *native = nn_calloc(model_nr_values(model), sizeof(*native));
	NN_AUTO(free) double *vm = nn_calloc(model_nr_values(model), sizeof(*vm));
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	double *values[MODEL_NR_ARMS] = {native, vm};

	nn_strbuf_add(&sb, "campaign,arm,block,boot,run,workload,metric,unit,direction,iteration,"
			   "value\n");
	for (size_t campaign = 0; campaign < model->nr_campaigns; campaign++) {
		model_fill(model, campaign, values);
		for (size_t arm = 0; arm < MODEL_NR_ARMS; arm++)
			add_arm(model, campaign, arm, values[arm], &sb);
		if (fwrite(sb.data, 1, sb.len, out) != sb.len)
			return -errno;
		nn_strbuf_clear(&sb);
	}
	return fflush(out) ? -errno : 0;
}
