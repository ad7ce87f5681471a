/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/stats/distribution.h"

#include <math.h>
#include <stdbool.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

/*
 * GSL calls its error handler, which ends the program, for a probability or a parameter outside the
 * domain: those are answered with NaN here, and infinite arguments with the limit.
 */

double nn_t_cdf(double t, double df)
{
	if (isnan(t) || !(df > 0))
		return NAN;
	if (isinf(t))
		return t > 0;
	return gsl_cdf_tdist_P(t, df);
}

double nn_t_quantile(double p, double df)
{
	if (!(p > 0 && p < 1) || !(df > 0))
		return NAN;
	return gsl_cdf_tdist_Pinv(p, df);
}

double nn_normal_cdf(double z)
{
	return gsl_cdf_ugaussian_P(z);
}

double nn_normal_quantile(double p)
{
	if (!(p >= 0 && p <= 1))
		return NAN;
	return gsl_cdf_ugaussian_Pinv(p);
}

double nn_beta_cdf(double x, double a, double b)
{
	if (isnan(x) || !(a > 0) || !(b > 0))
		return NAN;
	return gsl_cdf_beta_P(x, a, b);
}

double nn_beta_quantile(double p, double a, double b)
{
	double below = 0;
	double above = 1;

	if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0))
		return NAN;
	if (p == 0 || p == 1)
		return p;
	/* bisection to the last bit: GSL's inverse may give up, and then ends the program */
	for (;;) {
		double middle = below + (above - below) / 2;

		if (middle <= below || middle >= above)
			return middle;
		if (gsl_cdf_beta_P(middle, a, b) < p)
			below = middle;
		else
			above = middle;
	}
}

double nn_f_cdf(double f, double df1, double df2)
{
	if (isnan(f) || !(df1 > 0) || !(df2 > 0))
		return NAN;
	if (f <= 0)
		return 0;
	return isinf(f) ? 1 : gsl_cdf_fdist_P(f, df1, df2);
}

/* I_x(a, b) as a grows by 1: I_x(a + 1, b) = I_x(a, b) − x^a (1 − x)^b / (a B(a, b)). */
struct beta_run {
	double value;
	double step; /* what the next value is less */
	double a;
};

static void advance(struct beta_run *run, double x, double b)
{
	run->value -= run->step;
	run->a++;
	run->step *= x * (run->a - 1 + b) / run->a;
}

/*
 * For t ≥ 0: a Poisson-weighted sum of incomplete beta functions, summed until what is left of both
 * weights cannot matter.
 */
static double noncentral_t_sum(double t, double df, double delta)
{
	const double tolerance = 1e-13;
	const double half_square = delta * delta / 2;
	const double b = df / 2;
	const double x = t * t / (t * t + df);
	const double log_rest = b * log(df / (t * t + df));    /* of (1 − x)^b */
	double p = exp(-half_square);                          /* weight of I_x(j + 1/2, b) */
	double q = delta * sqrt(2 / M_PI) * exp(-half_square); /* weight of I_x(j + 1, b) */
	struct beta_run half = {gsl_cdf_beta_P(x, 0.5, b),
				2 * sqrt(x) * exp(log_rest - gsl_sf_lnbeta(0.5, b)), 0.5};
	struct beta_run whole = {-expm1(log_rest), b * x * exp(log_rest), 1};
	double weight_left = 1 - p;
	double sum = 0;

	for (int j = 0; j < 10000; j++) {
		sum += p * half.value + q * whole.value;
		p *= half_square / (j + 1);
		q *= half_square / (j + 1.5);
		weight_left -= p;
		if (j > half_square && weight_left * half.value < tolerance)
			break;
		advance(&half, x, b);
		advance(&whole, x, b);
	}
	return fmin(fmax(gsl_cdf_ugaussian_P(-delta) + sum / 2, 0), 1);
}

double nn_noncentral_t_cdf(double t, double df, double noncentrality)
{
	/* further out the first weight of the sum would be denormal */
	const double max_delta = 37;
	double spread;

	if (isnan(t) || isnan(noncentrality) || !(df > 0))
		return NAN;
	if (isinf(t))
		return t > 0;
	if (fabs(noncentrality) > max_delta) {
		/* Abramowitz and Stegun 26.7.10 */
		spread = sqrt(1 + t * t / (2 * df));
		return gsl_cdf_ugaussian_P((t * (1 - 1 / (4 * df)) - noncentrality) / spread);
	}
	if (t < 0)
		return 1 - noncentral_t_sum(-t, df, -noncentrality);
	return noncentral_t_sum(t, df, noncentrality);
}
