"""Published findings in simulated trials: in which they are true, and from the cohort's model."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd

from secondline.biomarkers.marker_worlds import MarkerWorld, marker_trials
from secondline.biomarkers.replication import ARM, first_trial
from secondline.cohort import generate, marker
from secondline.trials import Design, cox, schoenfeld_power

MOST_PATIENTS = 150_000


def simulated_replications(
    findings, n_per_arm: int, *, trials: int = 1000, seed: int = 1, alpha: float = 0.05,
    design: Design | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Hold the formula against simulated arms in which the published effect is true.

    Returns
    -------
    DataFrame
        One row a finding: name, hazard_ratio, events (mean), simulated, formula (with the
        mean number of events), standard_error (of `simulated`).
    """
    _, first_events = first_trial()
    rows = []
    for i, f in enumerate(findings):
        true = f.effect(first_events).hazard_ratio
        arms = marker_trials(MarkerWorld(f.name, true, 1.0), n_per_arm, trials,
                             seed * len(findings) + i, design)  # fmt: skip
        time, event, x = arms[ARM]
        fits = cox(time, event, x)
        again = (fits.p < alpha) & (f.side * fits.log_hazard_ratio > 0)
        events, found = float(event.sum(axis=1).mean()), float(again.mean())
        rows.append((f.name, true, events, found, schoenfeld_power(events, true, alpha=alpha),
                     sqrt(found * (1 - found) / trials)))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "name", "hazard_ratio", "events", "simulated", "formula", "standard_error",
    ])  # fmt: skip


@dataclass(frozen=True, eq=False)
class FreshReplications:
    """Findings in fresh draws of the virtual cohort's model.

    Attributes
    ----------
    each : dict of str to float
        Share of the trials with P below `alpha` in the published direction, by finding.
    all, none, expected : float
    trials, n_per_arm : int
    """

    each: dict[str, float]
    all: float
    none: float
    expected: float
    trials: int
    n_per_arm: int


def fresh_replications(
    findings, n_per_arm: int, *, trials: int = 1000, seed: int = 1, alpha: float = 0.05
) -> FreshReplications:
    """Look for the findings in new trials of virtual patients from the cohort's model.

    Parameters
    ----------
    findings : sequence of Finding
    n_per_arm : int
        Patients of the axi-cel arm who have a profile.
    trials : int
        At most; fewer, so that not more than :data:`MOST_PATIENTS` virtual patients are made.
    seed : int
    alpha : float
    """
    # two arms, and of each arm not all have a profile
    each_needs = 3 * n_per_arm
    trials = max(2, min(trials, MOST_PATIENTS // each_needs))
    patients = generate(trials * each_needs, seed)
    mine = patients[(patients["arm"] == ARM) & patients["expression"]]
    trials = min(trials, len(mine) // n_per_arm)
    mine = mine.iloc[: trials * n_per_arm]
    time = mine["efs_months"].to_numpy(dtype=float).reshape(trials, n_per_arm)
    event = mine["efs_event"].to_numpy(dtype=bool).reshape(trials, n_per_arm)
    again = []
    for f in findings:
        values = marker(mine, f.column).to_numpy(dtype=float).reshape(trials, n_per_arm)
        x = values > np.median(values, axis=1, keepdims=True)
        fits = cox(time, event, x.astype(float))
        again.append((fits.p < alpha) & (f.side * fits.log_hazard_ratio > 0))
    again = np.array(again)
    number = again.sum(axis=0)
    return FreshReplications(
        {f.name: float(row.mean()) for f, row in zip(findings, again, strict=True)},
        float(np.mean(number == len(findings))), float(np.mean(number == 0)), float(number.mean()),
        trials, n_per_arm,
    )  # fmt: skip
