"""How fast trials are simulated and tested, beside lifelines and R.

    python tests/benchmarks/trials.py [trials]

Prints tests a second on one core at n = 359, the ratios to a loop over lifelines and to
R's survdiff and coxph (where Rscript and R survival are installed), and time and memory
of operating characteristics for one and for ten times as many trials. Nothing here is
a test; times depend on the machine, ratios less so.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np

from secondline import trials

TARGETS = {"log-rank": "20,000 a second; 20 times R", "Cox": "1,000 in 100 ms"}
R_CODE = """
suppressMessages(library(survival)); a <- commandArgs(trailingOnly = TRUE)
k <- as.integer(a[2]); n <- as.integer(a[3]); f <- file(a[1], "rb")
time <- matrix(readBin(f, "double", k * n), k, n, byrow = TRUE)
event <- matrix(readBin(f, "double", k * n), k, n, byrow = TRUE)
arm <- readBin(f, "double", n)
s <- system.time(for (i in 1:k) survdiff(Surv(time[i, ], event[i, ]) ~ arm))[["elapsed"]]
c <- system.time(for (i in 1:k) coxph(Surv(time[i, ], event[i, ]) ~ arm))[["elapsed"]]
cat(s / k, c / k)
"""


def best(call, repeats: int = 5) -> float:
    """Return the shortest time of several, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def lifelines_seconds(seen, few: int):
    """Return seconds a log-rank test and a Cox fit in a loop over lifelines."""
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import logrank_test

    one = seen.arm == 1

    def tests():
        for t, e in zip(seen.time[:few], seen.event[:few], strict=True):
            logrank_test(t[one], t[~one], e[one], e[~one])

    def fits():
        for t, e in zip(seen.time[:few], seen.event[:few], strict=True):
            frame = pd.DataFrame({"t": t, "e": e, "arm": seen.arm})
            CoxPHFitter().fit(frame, "t", "e")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return best(tests, 2) / few, best(fits, 1) / few


def r_seconds(seen, some: int):
    """Return seconds a survdiff and a coxph in R's loop, or None without R."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trials.bin"
        columns = (seen.time[:some], seen.event[:some], seen.arm)
        path.write_bytes(b"".join(np.ascontiguousarray(c, "<f8").tobytes() for c in columns))
        done = subprocess.run(
            ["Rscript", "-e", R_CODE, str(path), str(some), str(seen.time.shape[1])],
            capture_output=True, text=True,
        )  # fmt: skip
    if done.returncode:
        print("R could not be used:", done.stderr.strip().splitlines()[-1:])
        return None
    return tuple(map(float, done.stdout.split()))


def main(n_trials: int = 2_000) -> None:
    """Print the table."""
    design = trials.zuma7()
    seconds = best(lambda: trials.simulate(design, n_trials, 1), 2)
    print(f"simulated: {n_trials / seconds:,.0f} trials/s, {n_trials * design.n / seconds:,.0f} "
          "patients/s")  # fmt: skip
    seen = trials.simulate(design, n_trials, 1)
    data = seen.time, seen.event, seen.arm
    here = {
        "log-rank": best(lambda: trials.logrank(*data)) / n_trials,
        "Cox": best(lambda: trials.cox(seen.time[:1000], seen.event[:1000], seen.arm)) / 1000,
    }
    there = {"lifelines": lifelines_seconds(seen, 40), "R": r_seconds(seen, min(400, n_trials))}
    for place, (name, own) in enumerate(here.items()):
        ratios = ", ".join(
            f"{other[place] / own:,.0f} times {whose}" for whose, other in there.items() if other
        )
        print(f"{name}: {1 / own:,.0f} a second, 1,000 in {1e6 * own:.0f} ms; {ratios} "
              f"(aim: {TARGETS[name]})")  # fmt: skip
    weighted = best(lambda: trials.maxcombo(*data).rejects(0.05), 1) / n_trials
    print(f"MaxCombo decisions: {1 / weighted:,.0f} a second")
    for tests in (("log-rank",), trials.TESTS):
        for count in (n_trials // 4, 10 * (n_trials // 4)):
            start = time.perf_counter()
            trials.operating_characteristics(design, count, 1, tests=tests)
            seconds = time.perf_counter() - start
            tracemalloc.start()
            trials.operating_characteristics(design, min(count, 5_000), 1, tests=tests)
            peak = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
            print(f"operating characteristics, {len(tests)} tests, {count:,} trials: "
                  f"{count / seconds:,.0f} trials/s, peak memory {peak:.1f} MB")  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
