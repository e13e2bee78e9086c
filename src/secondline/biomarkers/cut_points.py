"""The best of many cut points: maximally selected rank statistics, and P corrected for the choice.

The score of a patient is the martingale residual of a model without markers, as in the
log-rank test. Lausen and Schumacher, Biometrics 1992;48:73.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.predictive import NUMBERS
from secondline.cohort import CLUSTERS, marker
from secondline.errors import InputError, NoFiniteEstimate
from secondline.trials import cox

FEWEST = 10  # patients with a value


@dataclass(frozen=True, eq=False)
class CutScan:
    """All cuts of one marker in one arm.

    Attributes
    ----------
    n, events : int
    low, high : float
        Range of the search, as shares of the patients at or below the cut.
    cuts, share : ndarray, shape (m,)
        Value of each cut, and the share of patients at or below it; in the range.
    z : ndarray, shape (m,)
        Standardised rank statistic, above 0 where those above the cut have more events.
    hazard_ratio, lower, upper : ndarray, shape (m,)
        Above against at or below the cut, with Wald limits; nan without a finite estimate.
    best : int
        Where the size of `z` is largest.
    p : float
        Of the best cut, as if it had been chosen beforehand.
    p_miller_siegmund, p_lausen, p_permutation : float
        Corrected for the search: large-sample formula; for the cuts at hand; by dealing
        outcomes out anew.
    critical : float
        Size of z that the search exceeds by chance with probability 1 - `level`, by the
        same permutations.
    level : float
    permutations : int
    """

    n: int
    events: int
    low: float
    high: float
    cuts: np.ndarray = field(repr=False)
    share: np.ndarray = field(repr=False)
    z: np.ndarray = field(repr=False)
    hazard_ratio: np.ndarray = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    best: int
    p: float
    p_miller_siegmund: float
    p_lausen: float
    p_permutation: float
    critical: float
    level: float
    permutations: int

    def nearest(self, share: float) -> int:
        """Return the place of the cut nearest to a share of the patients."""
        return int(np.argmin(np.abs(self.share - share)))


def rank_scores(time, event) -> np.ndarray:
    """Return log-rank scores: events less the cumulated hazard (Nelson and Aalen) by then.

    Parameters
    ----------
    time, event : array-like, shape (n,) or (trials, n)

    Returns
    -------
    ndarray, shape (trials, n)
        They add up to 0 in each trial.
    """
    time, event = np.atleast_2d(np.asarray(time, dtype=float)), np.atleast_2d(event).astype(bool)
    order = np.argsort(time, axis=1, kind="stable")
    sorted_time = np.take_along_axis(time, order, axis=1)
    seen = np.take_along_axis(event, order, axis=1)
    n = time.shape[1]
    new = np.ones(time.shape, dtype=bool)
    new[:, 1:] = sorted_time[:, 1:] != sorted_time[:, :-1]
    # patients of one time are all at risk there, and their events count together
    first = np.maximum.accumulate(np.where(new, np.arange(n), 0), axis=1)
    summed = np.cumsum(seen / (n - first), axis=1)
    ends = np.ones(time.shape, dtype=bool)
    ends[:, :-1] = new[:, 1:]
    last = np.minimum.accumulate(np.where(ends, np.arange(n), n)[:, ::-1], axis=1)[:, ::-1]
    scores = np.empty(time.shape)
    np.put_along_axis(scores, order, seen - np.take_along_axis(summed, last, axis=1), axis=1)
    return scores


def standardised(scores, at) -> np.ndarray:
    """Return rank statistics of those above each cut, standardised over all permutations.

    Parameters
    ----------
    scores : ndarray, shape (trials, n)
        In the order of the marker, lowest first.
    at : ndarray of int, shape (m,)
        How many patients are at or below each cut.

    Returns
    -------
    ndarray, shape (trials, m)
    """
    n = scores.shape[1]
    centred = scores - scores.mean(axis=1, keepdims=True)
    below = np.cumsum(centred, axis=1)[:, at - 1]
    variance = (centred**2).sum(axis=1, keepdims=True) * at * (n - at) / (n * (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0, -below / np.sqrt(variance), 0.0)


def cut_sizes(values, low: float, high: float) -> np.ndarray:
    """Return how many patients are at or below each cut in the range.

    Parameters
    ----------
    values : array-like, shape (n,)
        Sorted; equal values are not parted.
    low, high : float
        Shares of the patients, 0 < low < high < 1.

    Raises
    ------
    InputError
        If the range is none.
    NoFiniteEstimate
        If no cut lies in it.
    """
    if not 0 < low < high < 1:
        raise InputError(f"low is {low!r} and high {high!r}; they must rise between 0 and 1.")
    values = np.asarray(values, dtype=float)
    n = len(values)
    at = np.flatnonzero(values[1:] > values[:-1]) + 1
    at = at[(at >= low * n - 1e-9) & (at <= high * n + 1e-9)]
    if not len(at):
        raise NoFiniteEstimate("The marker has no cut in the range that is searched.")
    return at


def miller_siegmund(z: float, low: float, high: float) -> float:
    """Return P of the largest of all rank statistics with cuts in a range, in large samples.

    Parameters
    ----------
    z : float
        The largest, in size.
    low, high : float
        Shares of the patients between which the cut was searched.

    Notes
    -----
    Miller and Siegmund, Biometrics 1982;38:1011: how often a standardised Brownian bridge
    leaves a band. The formula is meant for large z; below 1 it is set to 1.
    """
    z = abs(float(z))
    if not 0 < low < high < 1:
        raise InputError(f"low is {low!r} and high {high!r}; they must rise between 0 and 1.")
    if z < 1:
        return 1.0
    width = np.log(high * (1 - low) / ((1 - high) * low))
    density = stats.norm.pdf(z)
    return float(min(1.0, 4 * density / z + density * (z - 1 / z) * width))


def lausen(z: float, at, n: int) -> float:
    """Return P of the largest of the rank statistics at given cuts: an improved Bonferroni bound.

    Parameters
    ----------
    z : float
    at : array-like of int, shape (m,)
        How many patients are at or below each cut, rising.
    n : int

    Notes
    -----
    Worsley's bound with the correlation of neighbouring cuts (Lausen, Sauerbrei and
    Schumacher, in: Computational Statistics, 1994, p. 483). Each further cut adds a series
    that holds for cuts near each other; with very many cuts the sum is far above P.
    """
    z, at = abs(float(z)), np.asarray(at, dtype=float)
    near, far = at[:-1], at[1:]
    t = np.sqrt(1 - near * (n - far) / ((n - near) * far))
    added = np.exp(-(z**2) / 2) / np.pi * (t - (z**2 / 4 - 1) * t**3 / 6)
    return float(min(1.0, 2 * stats.norm.sf(z) + added.sum()))


def scan_cuts(
    time, event, values, *, low: float = 0.2, high: float = 0.8, level: float = 0.95,
    permutations: int = 1000, seed: int = 1,
) -> CutScan:  # fmt: skip
    """Try every cut of a marker, and correct the P value of the best for the search.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    values : array-like, shape (n,)
        The marker; patients without one are left out.
    low, high : float
    level : float
    permutations : int
        Times that outcomes are dealt out anew.
    seed : int

    Raises
    ------
    InputError
        If an argument is out of range.
    NoFiniteEstimate
        If there are fewer than :data:`FEWEST` patients, no event, or no cut in the range.
    """
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    time, event = np.asarray(time, dtype=float)[known], np.asarray(event)[known].astype(bool)
    if len(time) < FEWEST or not event.any() or permutations < 1:
        raise NoFiniteEstimate(
            f"{len(time)} patients with a value have {int(event.sum())} events; a search for a "
            f"cut needs {FEWEST} patients and an event."
        )
    order = np.argsort(values[known], kind="stable")
    sorted_values = values[known][order]
    at, n = cut_sizes(sorted_values, low, high), len(time)
    scores = rank_scores(time, event)[0][order]
    z = standardised(scores[None, :], at)[0]
    best = int(np.argmax(np.abs(z)))
    above = (np.arange(n)[None, :] >= at[:, None]).astype(float)
    fits = cox(np.tile(time[order], (len(at), 1)), np.tile(event[order], (len(at), 1)), above)
    lower, upper = fits.limits(level)
    rng = np.random.default_rng(seed)
    dealt = rng.permuted(np.tile(scores, (permutations, 1)), axis=1)
    largest = np.abs(standardised(dealt, at)).max(axis=1)
    top = abs(z[best])
    return CutScan(
        n, int(event.sum()), low, high, sorted_values[at - 1], at / n, z, fits.hazard_ratio, lower,
        upper, best, float(2 * stats.norm.sf(top)), miller_siegmund(top, low, high),
        lausen(top, at, n), float((1 + (largest >= top - 1e-9).sum()) / (permutations + 1)),
        float(np.quantile(largest, level)), level, permutations,
    )  # fmt: skip


def cohort_cuts(
    patients: pd.DataFrame, name: str, arm: str, **settings
) -> tuple[CutScan | None, str]:
    """Try every cut of a cohort's marker in one arm.

    Parameters
    ----------
    patients : DataFrame
    name : str
        One of :data:`secondline.biomarkers.NUMBERS`.
    arm : str
    **settings
        As for :func:`scan_cuts`.

    Returns
    -------
    CutScan or None, str
        Why there is none, or an empty text.
    """
    column = NUMBERS[name]
    if column not in patients and column not in CLUSTERS:
        return None, f"This cohort has no {name}, so there is no cut to look for."
    rows = patients[(patients["arm"] == arm) & patients["efs_months"].notna()]
    try:
        values = marker(rows, column).to_numpy(dtype=float)
        return scan_cuts(rows["efs_months"], rows["efs_event"], values, **settings), ""
    except NoFiniteEstimate as fault:
        return None, f"{name} in {arm}: {fault}"
