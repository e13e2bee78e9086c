"""Prognostic or predictive: a marker's effect in either arm, on three scales, and the difference.

On the logarithm of the hazard ratio, on event-free survival at a milestone, or on the mean
time without the event: a marker is predictive, on that scale, where its effect differs
between the arms.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.cohort import CLUSTERS, SIGNATURES, high, marker, signature_column
from secondline.errors import InputError, one_of
from secondline.proportions import holm
from secondline.signatures import adjusted
from secondline.trials import cox, restricted_means, survival_at

SCALES = ("hazard ratio", "milestone", "restricted mean")
ARMS = ("axi-cel", "SOC")
LOGGED = ("gene_", "spd_", "ldh_")
# name on the page, marker that is divided, level above, marker taken as a number
OTHER_MARKERS = (
    *((name, name, "high", name) for name in CLUSTERS),
    ("CD19 gene", "gene_CD19", "high", "gene_CD19"),
    ("CD19 H-score", "cd19_h_score", "high", "cd19_h_score"),
    ("SPD", "spd_mm2", "high", "spd_mm2"),
    ("LDH", "ldh_elevated", "elevated", "ldh_u_per_l"),
    ("HGBL", "hgbl", "HGBL", ""),
    ("cell of origin", "cell_of_origin", "non-GCB", ""),
)
PLANE_MARKERS = (
    *((name, signature_column(name), "high", signature_column(name)) for name in SIGNATURES),
    *OTHER_MARKERS,
)
# markers that are numbers, by name
NUMBERS = {name: number for name, _, _, number in PLANE_MARKERS if number}
FEWEST = 2  # patients at each level of a marker, in each arm


@dataclass(frozen=True, eq=False)
class Plane:
    """Effects of many markers in two arms.

    Attributes
    ----------
    scale : str
        One of :data:`SCALES`.
    horizon : float
        Months; of the milestone or the restricted mean.
    level : float
    table : DataFrame
        One row a marker: name, above (the level compared with the others), n; axi_cel, soc
        (effect of the level above: log hazard ratio, percentage points, or months) and
        their standard errors axi_cel_se, soc_se; difference (axi-cel less SOC), se, p; holm
        and q, adjusted for all markers of the table; p_number (the same test of hazard
        ratios with the marker as a number; nan where it is none).
    left_out : tuple of str
        Markers without an estimate in one of the arms.
    """

    scale: str
    horizon: float
    level: float
    table: pd.DataFrame = field(repr=False)
    left_out: tuple[str, ...]

    @property
    def reach(self) -> float:
        """Standard errors that an interval reaches to either side."""
        return float(stats.norm.ppf((1 + self.level) / 2))

    def row(self, name: str) -> pd.Series:
        """Return one marker's row.

        Raises
        ------
        InputError
            If the plane has no such marker.
        """
        found = self.table[self.table["name"] == name]
        if found.empty:
            raise InputError(f"The plane has no marker {name!r}.")
        return found.iloc[0]


def plane(
    patients: pd.DataFrame, scale: str = "hazard ratio", *, horizon: float = 24.0,
    level: float = 0.95, markers=PLANE_MARKERS,
) -> Plane:  # fmt: skip
    """Estimate each marker's effect on event-free survival in both arms.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    scale : {"hazard ratio", "milestone", "restricted mean"}
    horizon : float
        Months, above 0.
    level : float
    markers : sequence of (name, divided, above, number)
        As :data:`PLANE_MARKERS`. Numbers are divided at the median of both arms.

    Returns
    -------
    Plane

    Raises
    ------
    InputError
        If the scale is unknown.

    Notes
    -----
    Each arm has a model of its own, so the difference is the interaction of a Cox model
    that is stratified by arm: it does not take the arms' hazards to be proportional.
    """
    if scale not in SCALES:
        raise InputError(f"scale is {scale!r}; allowed: {one_of(SCALES)}.")
    rows, left_out = [], []
    for name, divided, above, number in markers:
        if divided not in patients and divided not in CLUSTERS:
            left_out.append(name)
            continue
        groups = high(patients, divided)
        own = {arm: _effect(patients, groups, arm, scale, horizon) for arm in ARMS}
        if not np.isfinite([v for pair in own.values() for v in pair]).all():
            left_out.append(name)
            continue
        (axi, axi_se), (soc, soc_se) = own["axi-cel"], own["SOC"]
        se = np.hypot(axi_se, soc_se)
        p = 2 * stats.norm.sf(abs(axi - soc) / se) if se > 0 else np.nan
        rows.append((name, above, int(groups.notna().sum()), axi, axi_se, soc, soc_se, axi - soc,
                     se, p, p_of_number(patients, number)))  # fmt: skip
    table = pd.DataFrame(rows, columns=[
        "name", "above", "n", "axi_cel", "axi_cel_se", "soc", "soc_se", "difference", "se", "p",
        "p_number",
    ])  # fmt: skip
    # without a row the columns would have no kind
    table = table.astype(dict.fromkeys(table.columns[3:], float))
    p = table["p"].to_numpy()
    table = table.assign(holm=holm(p), q=adjusted(p))
    return Plane(scale, float(horizon), float(level), table, tuple(left_out))


def p_of_number(patients: pd.DataFrame, number: str) -> float:
    """Return P of the difference between the arms in the log hazard ratio of a number.

    Burden, LDH and genes are taken as logarithms. nan where the cohort has no such number.
    """
    if not number or (number not in patients and number not in CLUSTERS):
        return float("nan")
    values = marker(patients, number).astype(float)
    if number.startswith(LOGGED):
        values = np.log(values.where(values > 0))
    found = []
    for arm in ARMS:
        rows = (patients["arm"] == arm) & values.notna() & patients["efs_months"].notna()
        if rows.sum() < 2 * FEWEST:
            return float("nan")
        fit = cox(patients.loc[rows, "efs_months"], patients.loc[rows, "efs_event"].astype(bool),
                  values[rows])  # fmt: skip
        found.append((fit.log_hazard_ratio[0], fit.se[0]))
    (one, one_se), (two, two_se) = found
    with np.errstate(invalid="ignore"):
        return float(2 * stats.norm.sf(abs(one - two) / np.hypot(one_se, two_se)))


def _effect(patients, groups, arm, scale, horizon) -> tuple[float, float]:
    """Return the effect of the level above in one arm, and its standard error; nan if none."""
    rows = (patients["arm"] == arm) & groups.notna() & patients["efs_months"].notna()
    x = groups[rows].to_numpy(dtype=int)
    if min((x == 1).sum(), (x == 0).sum()) < FEWEST:
        return np.nan, np.nan
    time = patients.loc[rows, "efs_months"].to_numpy(dtype=float)
    event = patients.loc[rows, "efs_event"].to_numpy(dtype=bool)
    return scale_effect(time, event, x, scale, horizon)


def scale_effect(time, event, x, scale: str, horizon: float) -> tuple[float, float]:
    """Return the effect of `x` 1 against 0 and its standard error on one of the scales.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    x : array-like of {0, 1}, shape (n,)
    scale : {"hazard ratio", "milestone", "restricted mean"}
    horizon : float

    Returns
    -------
    tuple of float
        Log hazard ratio, difference in percentage points, or in months; nan where the
        group was not observed to the horizon, or there is no finite estimate.
    """
    if scale == "hazard ratio":
        fit = cox(time, event, x)
        return float(fit.log_hazard_ratio[0]), float(fit.se[0])
    if scale == "milestone":
        curves = survival_at(time, event, x, [horizon])
        share, se = 100 * curves.survival[0, :, 0], 100 * curves.se[0, :, 0]
        return float(share[1] - share[0]), float(np.hypot(*se))
    means = restricted_means(time, event, x, horizon=horizon)
    return float(means.difference[0]), float(means.difference_se[0])
