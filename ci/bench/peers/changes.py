# SPDX-License-Identifier: GPL-3.0-or-later
# E-divisive (Matteson and James) with NumPy: distances of each value to those
# before and after it, their sums, permutations within every segment.
# usage: changes.py FILE PERMUTATIONS P_VALUE
import sys
import time

import numpy as np

MIN_SEGMENT = 5


def best_split(x):
    """The largest Q of all splits of x and the first index of its right side."""
    n = len(x)
    if n < 2 * MIN_SEGMENT:
        return -np.inf, 0
    before = np.array([np.abs(x[:t] - x[t]).sum() for t in range(n)])
    after = np.array([np.abs(x[t + 1:] - x[t]).sum() for t in range(n)])
    i = np.arange(MIN_SEGMENT, n - MIN_SEGMENT + 1)
    m = n - i
    left = np.cumsum(before)[i - 1]
    rest = np.cumsum(after[::-1])[::-1][i]
    between = before.sum() - left - rest
    e = 2 / (i * m) * between - left / (i * (i - 1) / 2) - rest / (m * (m - 1) / 2)
    q = i * m / n * e
    best = np.argmax(q)
    return q[best], i[best]


def search(values, nr_permutations, p_value, rng):
    segments = [values]
    splits = [best_split(values)]
    while True:
        best = max(range(len(splits)), key=lambda k: splits[k][0])
        q, at = splits[best]
        if not np.isfinite(q):
            break
        nr_as_large = 1
        for _ in range(nr_permutations):
            largest = max(best_split(rng.permutation(s))[0] for s in segments)
            nr_as_large += largest >= q
            if nr_as_large / (nr_permutations + 1) > p_value:
                break
        if nr_as_large / (nr_permutations + 1) > p_value:
            break
        sides = [segments[best][:at], segments[best][at:]]
        segments[best:best + 1] = sides
        splits[best:best + 1] = [best_split(s) for s in sides]
    return np.cumsum([len(s) for s in segments])[:-1]


def main():
    values = np.loadtxt(sys.argv[1])
    rng = np.random.default_rng(1)
    started = time.process_time()
    changes = search(values, int(sys.argv[2]), float(sys.argv[3]), rng)
    print("seconds", time.process_time() - started)
    print("result", *changes)


main()
