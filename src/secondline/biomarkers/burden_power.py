"""Tumour burden: what halves, subsets and noisy measures can find, by simulation and by rule."""

from math import pi

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit

from secondline.biomarkers.dose_logistic import with_response
from secondline.errors import InputError, NoFiniteEstimate
from secondline.trials import cox

# of a standard normal marker, the mean above the median less the mean below it
HALVES_APART = 2 * np.sqrt(2 / pi)
MOST_LESIONS = 6
# what a median split keeps of a normal marker's information, near no effect
KEPT_BY_HALVES = 2 / pi
TOP = 0.25

# made up, to show what a sum of products leaves out: long and short diameters in mm
LESIONS = {
    "one large mass": ((70, 55),),
    "twelve nodes": ((32, 20),) * 12,
    "six nodes, and marrow": ((32, 20),) * 6,
    "many small nodes": ((18, 12),) * 24,
}


def split_power(
    n: int, hazard_ratio: float, event_share: float, *, draws: int, seed: int, alpha: float = 0.05
) -> pd.DataFrame:
    """Simulate one arm with a marker, and test it as a number, by halves and by its top quarter.

    Parameters
    ----------
    n : int
        Patients, 20 or more.
    hazard_ratio : float
        Of the upper over the lower half, about, whatever the true shape is.
    event_share : float
        Share of patients with the event, between 0 and 1.
    draws : int
    seed : int
    alpha : float

    Returns
    -------
    DataFrame
        One row a true shape: shape; number, halves, quarter (share of draws with P below
        `alpha`); found (geometric mean of the halves' hazard ratio).

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    _check(n, draws)
    if not hazard_ratio > 0 or not 0 < event_share < 1:
        raise InputError("hazard_ratio must be above 0, and event_share between 0 and 1.")
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((draws, n))
    waiting = rng.exponential(size=(draws, n))
    middle = np.median(z, axis=1, keepdims=True)
    top = np.quantile(z, 1 - TOP, axis=1, keepdims=True)
    b = np.log(hazard_ratio)
    shapes = {
        "straight": b * z / HALVES_APART,
        "a step at the median": b * (z > 0),
        # half of the upper half has it, so it must be twice as strong
        "a step at the top quarter": 2 * b * (z > stats.norm.ppf(1 - TOP)),
        "none": 0 * z,
    }
    rows = []
    for name, effect in shapes.items():
        time = waiting * np.exp(-effect)
        end = np.quantile(time, event_share)
        seen = time <= end
        time = np.minimum(time, end)
        fits = [cox(time, seen, marker) for marker in (z, (z > middle) * 1.0, (z > top) * 1.0)]
        shares = [float(np.mean(fit.p < alpha)) for fit in fits]
        rows.append((name, *shares, float(np.exp(np.nanmean(fits[1].log_hazard_ratio)))))
    return pd.DataFrame(rows, columns=["shape", "number", "halves", "quarter", "found"])


def noise_power(
    n: int, hazard_ratio: float, event_share: float, reliabilities, *, draws: int, seed: int,
    alpha: float = 0.05,
) -> pd.DataFrame:  # fmt: skip
    """Simulate one arm whose hazard follows a true burden, of which a noisy measure is seen.

    Parameters
    ----------
    n, hazard_ratio, event_share, draws, seed, alpha
        As for :func:`split_power`; the hazard ratio is that of halves of the true burden.
    reliabilities : sequence of float
        Share of the measure's variance that is the true burden, above 0 to 1.

    Returns
    -------
    DataFrame
        Columns reliability, hazard_ratio (of halves of the measure, on average), power
        (measure as a number).
    """
    _check(n, draws)
    rng = np.random.default_rng(seed)
    true, noise = rng.standard_normal((2, draws, n))
    time = rng.exponential(size=(draws, n)) * np.exp(-np.log(hazard_ratio) / HALVES_APART * true)
    end = np.quantile(time, event_share)
    seen, time = time <= end, np.minimum(time, end)
    rows = []
    for share in reliabilities:
        if not 0 < share <= 1:
            raise InputError(f"A reliability is {share!r}; it must be above 0 and at most 1.")
        measure = np.sqrt(share) * true + np.sqrt(1 - share) * noise
        halves = (measure > np.median(measure, axis=1, keepdims=True)) * 1.0
        slope = np.nanmean(cox(time, seen, halves).log_hazard_ratio)
        power = float(np.mean(cox(time, seen, measure).p < alpha))
        rows.append((float(share), float(np.exp(slope)), power))
    return pd.DataFrame(rows, columns=["reliability", "hazard_ratio", "power"])


def subset_power(
    patients: pd.DataFrame, marker: str, odds_ratio: float, cuts, *, draws: int, seed: int,
    arm: str = "axi-cel", unassessed: str = "left out", alpha: float = 0.05,
) -> pd.DataFrame:  # fmt: skip
    """Suppose that a marker matters in an arm: how often is that seen above a cut?

    The arm's own values are kept and responses are drawn: a logistic curve with this odds
    ratio for twice the marker, and the arm's share of complete responses overall. Each
    draw is tested by Wilcoxon's test (with the exact variance, also for ties).

    Parameters
    ----------
    patients : DataFrame
    marker : str
    odds_ratio : float
        For twice the marker, above 0.
    cuts : dict of str to float
        Names of groups, and the value that their patients lie above.
    draws, seed : int
    arm, unassessed : str
    alpha : float

    Returns
    -------
    DataFrame
        Columns group, n, spread (standard deviation of the binary logarithm), power; nan
        for a group of fewer than three.

    Raises
    ------
    InputError
        If an argument is out of range.
    NoFiniteEstimate
        If the arm has no patient with marker and response, or one outcome only.
    """
    if not (odds_ratio > 0 and np.isfinite(odds_ratio)):
        raise InputError(f"odds_ratio is {odds_ratio!r}; it must be above 0.")
    rows = with_response(patients, marker, unassessed)
    rows = rows[rows["arm"] == arm]
    share = rows["complete"].mean()
    if not 0 < share < 1:
        raise NoFiniteEstimate(f"In {arm} there are not both outcomes; nothing to draw from.")
    x = rows["x"].to_numpy()
    slope = np.log(odds_ratio)
    centred = x - x.mean()
    start = brentq(lambda a: expit(a + slope * centred).mean() - share, -60, 60)
    drawn = np.random.default_rng(seed).random((draws, len(x))) < expit(start + slope * centred)
    found = []
    for name, cut in cuts.items():
        inside = 2**x > cut
        n = int(inside.sum())
        power = spread = np.nan
        if n > 2:
            p = rank_sum_p(x[inside], drawn[:, inside])
            power, spread = float(np.mean(p < alpha)), float(x[inside].std(ddof=1))
        found.append((name, n, spread, power))
    return pd.DataFrame(found, columns=["group", "n", "spread", "power"])


def rank_sum_p(values, outcomes) -> np.ndarray:
    """Return P of Wilcoxon's rank sum test of one marker for many drawn outcomes.

    Parameters
    ----------
    values : ndarray, shape (n,)
    outcomes : ndarray of bool, shape (draws, n)

    Returns
    -------
    ndarray, shape (draws,)
        By normal approximation, without correction; nan where one outcome is absent.
    """
    ranks = stats.rankdata(values)
    n, yes = len(ranks), outcomes.sum(axis=1)
    spread = ((ranks - ranks.mean()) ** 2).sum()
    variance = yes * (n - yes) / (n * (n - 1)) * spread
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (outcomes @ ranks - yes * ranks.mean()) / np.sqrt(variance)
    return 2 * stats.norm.sf(np.abs(z))


def product_sum(lesions, most: int = MOST_LESIONS) -> float:
    """Return the sum of products of the diameters of the largest lesions, in mm².

    Parameters
    ----------
    lesions : sequence of (float, float)
        Long and short diameter of each lesion, in mm.
    most : int
        Lesions that are counted.

    Raises
    ------
    InputError
        If a diameter is negative or missing, or `most` is below 1.

    Examples
    --------
    >>> product_sum([(10, 10), (30, 20), (20, 20)], most=2)
    1000.0
    """
    pairs = _pairs(lesions)
    if most < 1:
        raise InputError(f"most is {most!r}; at least one lesion is counted.")
    return float(sum(sorted((a * b for a, b in pairs), reverse=True)[:most]))


def volume_ml(lesions) -> float:
    """Return the volume of all lesions as ellipsoids with two short axes, in ml.

    Examples
    --------
    >>> round(volume_ml([(62, 62)]))
    125
    """
    return float(sum(pi / 6 * max(a, b) * min(a, b) ** 2 for a, b in _pairs(lesions)) / 1000)


def lesion_table(patients=LESIONS) -> pd.DataFrame:
    """Return what is counted of each patient's lesions, and what there is.

    Returns
    -------
    DataFrame
        Columns patient, lesions, counted, all (both mm²), volume (ml).
    """
    return pd.DataFrame(
        [(name, len(found), product_sum(found), product_sum(found, most=len(found)),
          volume_ml(found)) for name, found in patients.items()],
        columns=["patient", "lesions", "counted", "all", "volume"],
    )  # fmt: skip


def _pairs(lesions) -> list[tuple[float, float]]:
    pairs = [(float(a), float(b)) for a, b in lesions]
    if any(not (a >= 0 and b >= 0 and np.isfinite(a + b)) for a, b in pairs):
        raise InputError("A diameter is negative or missing; each lesion has two, in mm.")
    return pairs


def _check(n: int, draws: int) -> None:
    if n < 20 or draws < 1:
        raise InputError(f"n is {n} and draws is {draws}; at least 20 patients and one draw.")
