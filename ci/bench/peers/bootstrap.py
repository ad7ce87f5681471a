# SPDX-License-Identifier: GPL-3.0-or-later
# Bootstrap intervals of the ratio of pairs with Python, 9,999 resamples.
# usage: bootstrap.py FILE REPETITIONS METHOD    FILE: a pair a line
# METHOD: loop (bootstrap-t, a resample at a time), array (bootstrap-t, all resamples in one array),
# bca (scipy.stats.bootstrap, which has no bootstrap-t, as it comes)
import sys
import time

import numpy as np
from scipy import stats

NR_RESAMPLES = 9999


def loop(z, rng):
    n = len(z)
    t = np.empty(NR_RESAMPLES)
    for k in range(NR_RESAMPLES):
        resampled = z[rng.integers(0, n, n)]
        t[k] = (resampled.mean() - z.mean()) / np.sqrt(resampled.var(ddof=1) / n)
    return bounds(z, t)


def array(z, rng):
    n = len(z)
    resampled = z[rng.integers(0, n, (NR_RESAMPLES, n))]
    t = (resampled.mean(1) - z.mean()) / np.sqrt(resampled.var(1, ddof=1) / n)
    return bounds(z, t)


def bounds(z, t):
    return z.mean() - np.quantile(t, [0.975, 0.025]) * z.std(ddof=1) / np.sqrt(len(z))


def bca(z, rng):
    result = stats.bootstrap((z,), np.mean, n_resamples=NR_RESAMPLES, method="BCa",
                             random_state=rng)
    return np.array(result.confidence_interval)


def main():
    base, arm = np.loadtxt(sys.argv[1]).T
    z = np.log(arm) - np.log(base)
    rng = np.random.default_rng(1)
    method = {"loop": loop, "array": array, "bca": bca}[sys.argv[3]]
    for _ in range(int(sys.argv[2])):
        started = time.process_time()
        interval = method(z, rng)
        print("seconds", time.process_time() - started)
    print("result", *(repr(float(x)) for x in np.exp(interval)))


main()
