"""How fast and how large the sampler of patient histories is.

    python tests/benchmarks/sequencing.py [patients]

Prints seconds for one million histories of each order on one core, the ratio to a
plain loop over patients that draws the same way, and the peak of memory for one and
for ten times as many patients. Nothing here is a test; times depend on the machine,
ratios less so.
"""

import sys
import time
import tracemalloc

import numpy as np

from secondline import proportions, sequencing, tables


def loop(model, n_patients, horizon, seed):
    """Sample the same kind of histories one patient at a time; return mean months alive."""
    rng = np.random.default_rng(seed)
    ways = {state: [t for t in model.transitions if t.origin == state] for state in model.states}
    total = 0.0
    for _ in range(n_patients):
        state, clock = model.start, 0.0
        end = min(horizon, rng.exponential(1 / model.other_death_rate))
        while state != sequencing.DEAD and clock < end:
            u, reached = rng.random(), 0.0
            stay, following = np.inf, state
            for t in ways[state]:
                reached += float(t.probability)
                if u < reached:
                    unit = -np.log1p(-rng.random()) / np.log(2)
                    stay, following = (
                        float(t.time.median) * unit ** (1 / t.time.shape),
                        t.destination,
                    )
                    break
            clock, state = clock + stay, following
        total += min(clock, end)
    return total / n_patients


def main(patients: int = 1_000_000) -> None:
    """Print the table."""
    table = tables.read_trials()
    cohorts = tables.select_cohorts(table, "after CAR-T monotherapy", "ORR")
    known = sequencing.quantities(
        proportions.pool(cohorts["events"], cohorts["totals"]),
        **sequencing.odds_before_after(table),
        pool_source="published",
    )
    base = sequencing.base_case(known)
    print(f"{'order':18} {'seconds':>8} {'loop / sampler':>15} {'months':>7} {'loop':>7}")
    for order in sequencing.ORDERS:
        model = sequencing.build(order, known, base)
        start = time.perf_counter()
        result = sequencing.simulate(model, patients, seed=1)
        seconds = time.perf_counter() - start
        few = max(1, patients // 100)
        start = time.perf_counter()
        slow = loop(model, few, 60.0, seed=1)
        ratio = (time.perf_counter() - start) * (patients / few) / seconds
        months = result.months(*result.alive)[0]
        print(f"{order:18} {seconds:8.2f} {ratio:15.0f} {months:7.2f} {slow:7.2f}")
    model = sequencing.build("salvage first", known, base)
    for n in (patients // 10, patients):
        tracemalloc.start()
        sequencing.simulate(model, n, seed=1)
        print(f"peak memory, {n:>10,} patients: {tracemalloc.get_traced_memory()[1] / 1e6:.1f} MB")
        tracemalloc.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
