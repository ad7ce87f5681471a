/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The distributions that other folders and tests ask for by name; GSL's, but for the noncentral t
 * (algorithm AS 243). stats/ is the only folder that includes GSL. Probabilities and parameters
 * outside their domain give NaN, where GSL would end the program.
 */
#ifndef NN_STATS_DISTRIBUTION_H
#define NN_STATS_DISTRIBUTION_H

double nn_t_cdf(double t, double df);
double nn_t_quantile(double p, double df);
double nn_normal_cdf(double z);
double nn_normal_quantile(double p);
/** Regularised incomplete beta function I_x(a, b). */
double nn_beta_cdf(double x, double a, double b);
double nn_beta_quantile(double p, double a, double b);
/** P(F ≤ f) of Fisher's F with @df1 and @df2 degrees of freedom. */
double nn_f_cdf(double f, double df1, double df2);
/**
 * P(T ≤ t) of the noncentral t distribution, to an absolute 1e-12; an approximation good to a few
 * percent of itself beyond a noncentrality of 37. Source: Lenth, AS 243, Applied Statistics 38
 * (1989); Abramowitz and Stegun 26.7.10.
 */
double nn_noncentral_t_cdf(double t, double df, double noncentrality);

#endif
