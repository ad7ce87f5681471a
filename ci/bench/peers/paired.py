# SPDX-License-Identifier: GPL-3.0-or-later
# The figures of `nearnative analyse` with Python: ratio of two arms by paired t, bootstrap-t and
# Hodges-Lehmann, and the ratio of medians (Harrell-Davis), for every campaign of a CSV file.
# usage: paired.py FILE.csv WHAT
# WHAT: loop (all of it, a resample at a time), array (all of it, the resamples of a comparison in one
# array), t (the t interval alone)
import csv
import sys

import numpy as np
from scipy import special, stats

NR_RESAMPLES = 9999


def read(path):
    """Values by campaign, arm, block and run."""
    samples = {}
    with open(path, newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        campaign, arm, block, run, value = (
            header.index(name) for name in ("campaign", "arm", "block", "run", "value"))
        for row in reader:
            boots = samples.setdefault(row[campaign], {}).setdefault(row[arm], {})
            boots.setdefault(row[block], {}).setdefault(row[run], []).append(float(row[value]))
    return samples


def log_ratios(arms, reduce):
    blocks = sorted(arms["native"])
    return np.array([np.log(reduce(arms["vm"][b])) - np.log(reduce(arms["native"][b]))
                     for b in blocks])


def mean_of(runs):
    return np.mean([np.mean(values) for values in runs.values()])


def median_of(runs, weights={}):
    pooled = np.sort(np.concatenate(list(runs.values())))
    n = len(pooled)
    if n not in weights:
        weights[n] = np.diff(special.betainc((n + 1) / 2, (n + 1) / 2, np.arange(n + 1) / n))
    return weights[n] @ pooled


def t_interval(z):
    half = stats.t.ppf(0.975, len(z) - 1) * z.std(ddof=1) / np.sqrt(len(z))
    return np.exp([z.mean() - half, z.mean() + half])


def loop(z, rng):
    n = len(z)
    t = np.empty(NR_RESAMPLES)
    for k in range(NR_RESAMPLES):
        resampled = z[rng.integers(0, n, n)]
        t[k] = (resampled.mean() - z.mean()) / np.sqrt(resampled.var(ddof=1) / n)
    return t


def array(z, rng):
    n = len(z)
    resampled = z[rng.integers(0, n, (NR_RESAMPLES, n))]
    return (resampled.mean(1) - z.mean()) / np.sqrt(resampled.var(1, ddof=1) / n)


def bootstrap_t(z, draw, rng):
    n = len(z)
    t = draw(z, rng)
    bounds = z.mean() - np.quantile(t, [0.975, 0.025]) * z.std(ddof=1) / np.sqrt(n)
    return np.exp(bounds)


def signed_rank_quantile(p, n, cache={}):
    """Smallest v with P(V <= v) >= p, by counting."""
    if n not in cache:
        counts = np.zeros(n * (n + 1) // 2 + 1)
        counts[0] = 1
        for rank in range(1, n + 1):
            counts[rank:] = counts[rank:] + counts[:-rank]
        cache[n] = np.cumsum(counts) / 2.0 ** n
    return int(np.searchsorted(cache[n], p))


def hodges_lehmann(z):
    i, j = np.triu_indices(len(z))
    walsh = np.sort((z[i] + z[j]) / 2)
    k = max(signed_rank_quantile(0.025, len(z)), 1)
    return np.exp([np.median(walsh), walsh[k - 1], walsh[len(walsh) - k]])


def main():
    draw = {"loop": loop, "array": array, "t": None}[sys.argv[2]]
    rng = np.random.default_rng(1)
    rows = []
    samples = read(sys.argv[1])
    for arms in samples.values():
        z = log_ratios(arms, mean_of)
        row = [*t_interval(z), stats.ttest_1samp(z, 0).pvalue]
        if draw:
            row += [*bootstrap_t(z, draw, rng), *hodges_lehmann(z),
                    *t_interval(log_ratios(arms, median_of))]
        rows.append(row)
    for name, row in zip(samples, rows):
        print(name, *(repr(float(x)) for x in row))


main()
