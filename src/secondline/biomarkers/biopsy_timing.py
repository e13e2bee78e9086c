"""Markers and event-free survival by when the biopsy was taken: is the effect another one?"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.lines import AFTER, BEFORE
from secondline.cohort import CLUSTERS, high
from secondline.effects import EffectEstimate, interaction
from secondline.trials import cox

# name on the page, marker, arm: the ones that the source looked at
TIMED_MARKERS = (
    ("B cell signature", "sig_b_cells", "axi-cel"),
    ("BPI", "BPI", "axi-cel"),
    ("CD19 gene", "gene_CD19", "axi-cel"),
    ("CD19 H-score", "cd19_h_score", "axi-cel"),
    ("SII", "SII", "axi-cel"),
    ("APM", "sig_apm", "SOC"),
)
FEWEST = 2  # patients at each level of a marker


@dataclass(frozen=True, eq=False)
class ShuffledTiming:
    """Markers of one arm, with the times of biopsy dealt out anew.

    Attributes
    ----------
    markers : int
    draws : int
    grew, grew_z : int
        Markers whose hazard ratio, or z, lies further out after first line, as observed.
    mean, mean_z : float
        How many do on average where timing means nothing.
    chance, chance_z : float
        Share of the draws in which as many do, or more.
    each_z : float
        Share of draws and markers in which z lies further out after first line.
    """

    markers: int
    draws: int
    grew: int
    grew_z: int
    mean: float
    mean_z: float
    chance: float
    chance_z: float
    each_z: float = field(default=np.nan)


def by_timing(patients: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Return each marker's hazard ratio of EFS, high against low, at both times of biopsy.

    Markers are divided at the median of all patients. A marker without an estimate at both
    times is left out.

    Returns
    -------
    DataFrame
        name, arm; n_before, events_before, n_after, events_after; before, after (hazard
        ratios) with se_before and se_after of their logarithms; ratio (after over before),
        lower, upper, p.
    """
    rows = []
    for name, marker, arm in TIMED_MARKERS:
        if marker not in patients and marker not in CLUSTERS:
            continue
        parts = {time: _part(patients, marker, arm, time) for time in (BEFORE, AFTER)}
        found = {time: _estimate(*part) for time, part in parts.items()}
        if None in found.values():
            continue
        first, later = found[BEFORE], found[AFTER]
        test = interaction(later, first, level)
        counts = [c for time in (BEFORE, AFTER) for c in
                  (len(parts[time][0]), int(parts[time][1].sum()))]  # fmt: skip
        rows.append((name, arm, *counts, first.hazard_ratio, first.standard_error,
                     later.hazard_ratio, later.standard_error, test.ratio, test.lower, test.upper,
                     test.p))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "name", "arm", "n_before", "events_before", "n_after", "events_after", "before",
        "se_before", "after", "se_after", "ratio", "lower", "upper", "p",
    ])  # fmt: skip


def shuffled_timing(
    patients: pd.DataFrame, *, arm: str = "axi-cel", draws: int = 500, seed: int = 0
) -> ShuffledTiming | None:
    """Deal the times of biopsy out anew among an arm's patients, and count what seems to grow.

    Only patients with a time and all markers of the arm, so that each draw has all of them.
    "Further out" is counted in the direction that the marker has in all of these patients.

    Returns
    -------
    ShuffledTiming or None
        None if too few patients have a time and the markers.
    """
    markers = [m for _, m, where in TIMED_MARKERS
               if where == arm and (m in patients or m in CLUSTERS)]  # fmt: skip
    levels = np.array([high(patients, marker).to_numpy(dtype=float) for marker in markers])
    late = (patients["biopsy"] == AFTER).to_numpy()
    known = (patients["arm"] == arm).to_numpy() & patients["biopsy"].notna().to_numpy()
    if not markers:
        return None
    known &= np.isfinite(levels).all(axis=0)
    levels, late = levels[:, known], late[known]
    rows = patients[known]
    time, event = rows["efs_months"].to_numpy(float), rows["efs_event"].to_numpy(bool)
    n, m = len(late), int(late.sum())
    if min(m, n - m) < 10:
        return None
    rng = np.random.default_rng(seed)
    orders = np.argsort(rng.uniform(size=(draws, n)), axis=1)
    orders = np.vstack([np.argsort(~late, kind="stable"), orders])  # the first as observed
    out, out_z = [], []
    for x in levels:
        side = np.sign(cox(time, event, x).log_hazard_ratio[0])
        after, before = (
            cox(time[chosen], event[chosen], x[chosen]) for chosen in (orders[:, :m], orders[:, m:])
        )
        out.append(side * (after.log_hazard_ratio - before.log_hazard_ratio) > 0)
        out_z.append(side * (after.log_hazard_ratio / after.se
                             - before.log_hazard_ratio / before.se) > 0)  # fmt: skip
    count, count_z = np.sum(out, axis=0), np.sum(out_z, axis=0)
    return ShuffledTiming(
        len(markers), draws, int(count[0]), int(count_z[0]), float(count[1:].mean()),
        float(count_z[1:].mean()), float((count[1:] >= count[0]).mean()),
        float((count_z[1:] >= count_z[0]).mean()), float(np.array(out_z)[:, 1:].mean()),
    )  # fmt: skip


def z_expected(z: float, share: float) -> float:
    """Return the z that a part of the patients has if the effect is the same in it."""
    return float(z * np.sqrt(share))


def agreeing_by_chance(markers: int, agreeing: int) -> float:
    """Return the chance that so many independent markers, or more, move one way, either way."""
    if 2 * agreeing <= markers:
        return 1.0
    return float(2 * stats.binom.sf(agreeing - 1, markers, 0.5))


def _part(patients, marker, arm, time):
    level = high(patients, marker)
    own = ((patients["arm"] == arm) & (patients["biopsy"] == time) & level.notna()).to_numpy()
    rows = patients[own]
    return (rows["efs_months"].to_numpy(float), rows["efs_event"].to_numpy(bool),
            level[own].to_numpy(float))  # fmt: skip


def _estimate(time, event, level) -> EffectEstimate | None:
    if min((level == 1).sum(), (level == 0).sum()) < FEWEST or not event.any():
        return None
    fit = cox(time, event, level)
    if not np.isfinite(fit.se[0]):
        return None
    return EffectEstimate(float(fit.hazard_ratio[0]), float(fit.se[0]))
