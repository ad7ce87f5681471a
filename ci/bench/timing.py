# SPDX-License-Identifier: GPL-3.0-or-later
"""What the benchmarks share: processes measured from outside, tables, demands.

Times are CPU seconds (user and system) of a whole process or of a stretch within it: the machine
may be shared, and none of what is compared uses more than one thread. Wall time is kept beside it.
"""
import json
import os
import statistics
import subprocess
import sys
import time

# BLAS must not start threads: CPU seconds would add up over them.
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", LC_ALL="C.UTF-8")


class Run:
    """One finished process."""

    def __init__(self, cpu_s, wall_s, rss_mib, text):
        self.cpu_s = cpu_s
        self.wall_s = wall_s
        self.rss_mib = rss_mib
        self.text = text


def run(command, feeder=None):
    """Run @command to its end; a failure ends the benchmark.

    @feeder: a command whose output it reads; its own time does not count.
    """
    started = time.monotonic()
    feeding = feeder and subprocess.Popen(feeder, stdout=subprocess.PIPE, env=ENVIRONMENT)
    process = subprocess.Popen(command, stdin=feeding.stdout if feeding else subprocess.DEVNULL,
                               stdout=subprocess.PIPE, env=ENVIRONMENT)
    text = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if feeding:
        feeding.stdout.close()
        feeding.wait()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        fail(f"{' '.join(command)}: exit status {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, time.monotonic() - started,
               usage.ru_maxrss / 1024, text)


def fail(message):
    print(f"{sys.argv[0]}: {message}", file=sys.stderr)
    sys.exit(3)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values),
            "repetitions": len(values)}


def duration(seconds):
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1 or unit == "us":
            return f"{seconds * factor:.3g} {unit}"
    return None


def spread_text(figures, show):
    return f"{show(figures['median'])} ({show(figures['min'])} to {show(figures['max'])})"


class Findings:
    """Lines of the report and what is demanded in them."""

    def __init__(self, is_json):
        self.is_json = is_json
        self.items = []

    def heading(self, text):
        if not self.is_json:
            print(f"\n{text}", flush=True)

    def add(self, name, figures, shown, demanded=None, is_met=None):
        """@is_met: None where nothing is demanded."""
        self.items.append({"name": name, **figures, "demanded": demanded, "met": is_met})
        if not self.is_json:
            verdict = {None: "", True: "pass", False: "FAIL"}[is_met]
            print(f"  {name:<58} {shown:<44} {demanded or '':<12} {verdict}", flush=True)

    def finish(self, **rest):
        nr_failed = sum(item["met"] is False for item in self.items)
        nr_passed = sum(item["met"] is True for item in self.items)
        if self.is_json:
            json.dump({**rest, "findings": self.items}, sys.stdout, indent=2)
            print()
        else:
            print(f"\n{nr_passed} passed, {nr_failed} failed")
        return 1 if nr_failed else 0
