#!/usr/bin/env python
"""Clustering with 1,000 resamples: seconds, and the ratio to ranking every resample anew.

    python tests/benchmarks/signatures.py
"""

import time

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from secondline import signatures


def seconds(run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> None:
    rng = np.random.default_rng(1)
    for n, k, few in ((256, 47, 100), (5_116, 38, 20)):
        scores, names = rng.standard_normal((n, k)), [f"s{i}" for i in range(k)]
        ours = seconds(lambda: signatures.bootstrap(scores, names, resamples=1_000))

        def plain():
            for _ in range(few):
                linkage(pdist(spearmanr(scores[rng.integers(n, size=n)])[0]), "average")

        theirs = seconds(plain) * 1_000 / few
        print(
            f"{n:,} x {k}: 1,000 resamples in {ours:.1f} s; SciPy's spearmanr on each resample, "
            f"clusters not compared: {theirs:.1f} s, {theirs / ours:.1f} times as long"
        )


if __name__ == "__main__":
    main()
