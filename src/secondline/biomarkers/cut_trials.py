"""What the choice of a cut does, in simulated arms: false findings, power, and optimism."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from secondline.biomarkers.burden_power import HALVES_APART
from secondline.biomarkers.cut_points import (
    cut_sizes,
    miller_siegmund,
    rank_scores,
    standardised,
)
from secondline.errors import InputError
from secondline.trials import cox

NUMBER, MEDIAN, BEST, BY_FORMULA, BY_PERMUTATION = WAYS = (
    "as a number", "at the median", "at the best cut", "at the best cut, P by formula",
    "at the best cut, P by permutation",
)  # fmt: skip
LARGE = 20_000  # patients of the sample that stands for all
GRID = np.round(np.arange(0.05, 0.951, 0.075), 3)  # cuts at which it is asked, as shares


@dataclass(frozen=True, eq=False)
class CutTrials:
    """Arms in which a marker matters along its whole length, or not at all.

    Attributes
    ----------
    table : DataFrame
        One row a way to analyse the marker: way; false (share of arms with P below `alpha`
        where the marker does nothing); power (the same where it matters); found and true
        (geometric means of the hazard ratio, and of the true one at the same cut; nan as a
        number); found_by_chance (geometric mean of the hazard ratio, turned above 1, where
        the marker does nothing).
    best_share : ndarray, shape (trials,)
        Share of patients at or below the best cut, where the marker matters.
    n, trials : int
    hazard_ratio, event_share, low, high, alpha : float
    """

    table: pd.DataFrame = field(repr=False)
    best_share: np.ndarray = field(repr=False)
    n: int
    trials: int
    hazard_ratio: float
    event_share: float
    low: float
    high: float
    alpha: float


def cut_trials(
    n: int, hazard_ratio: float, event_share: float, *, low: float = 0.2, high: float = 0.8,
    trials: int = 1000, seed: int = 1, alpha: float = 0.05,
) -> CutTrials:  # fmt: skip
    """Simulate arms with a normal marker, and analyse each in four ways.

    Parameters
    ----------
    n : int
        Patients, 20 or more.
    hazard_ratio : float
        Of the upper over the lower half, about; above 0, not 1.
    event_share : float
        Share of patients with the event, between 0 and 1.
    low, high : float
        Range of the search.
    trials, seed : int
    alpha : float

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    if n < 20 or trials < 2 or not (hazard_ratio > 0 and hazard_ratio != 1):
        raise InputError(
            f"n is {n}, trials {trials} and hazard_ratio {hazard_ratio}; they must be at least "
            "20, at least 2, and above 0 and not 1."
        )
    if not 0 < event_share < 1:
        raise InputError(f"event_share is {event_share!r}; it must lie between 0 and 1.")
    rng = np.random.default_rng(seed)
    slope = np.log(hazard_ratio) / HALVES_APART
    # in the order of the marker, so that a cut is a place
    x = np.sort(rng.standard_normal((trials, n)), axis=1)
    waiting = rng.exponential(size=(trials, n))
    at = cut_sizes(np.arange(n), low, high)
    nothing, something = (
        _analyse(*_observed(waiting, b * x, event_share), x, at) for b in (0.0, slope)
    )
    dealt = rng.permuted(rank_scores(*_observed(waiting, slope * x, event_share)), axis=1)
    by_permutation = np.quantile(_best_p(standardised(dealt, at)), alpha)
    bars = {BY_FORMULA: formula_limit(low, high, alpha), BY_PERMUTATION: by_permutation}
    truth = true_along_cuts(hazard_ratio, event_share, seed=seed)
    share = at[something["best"]] / n
    rows = []
    for way in WAYS:
        key = {NUMBER: "number", MEDIAN: "median"}.get(way, "best")
        bar = bars.get(way, alpha)
        hits = [float(np.mean(result[f"{key}_p"] < bar)) for result in (nothing, something)]
        if way == NUMBER:
            rows.append((way, *hits, np.nan, np.nan, np.nan))
            continue
        found = float(np.exp(np.nanmean(something[f"{key}_log"])))
        by_chance = float(np.exp(np.nanmean(np.abs(nothing[f"{key}_log"]))))
        where = np.array([0.5]) if way == MEDIAN else share
        true = float(np.exp(np.interp(where, GRID, truth).mean()))
        rows.append((way, *hits, found, true, by_chance))
    table = pd.DataFrame(
        rows, columns=["way", "false", "power", "found", "true", "found_by_chance"]
    )
    return CutTrials(table, share, n, trials, hazard_ratio, event_share, low, high, alpha)


def true_along_cuts(hazard_ratio: float, event_share: float, *, seed: int = 1) -> np.ndarray:
    """Return the true log hazard ratio of patients above each cut of :data:`GRID`, others below.

    In a very large sample with the same straight relation.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    x = stats.norm.ppf((np.arange(LARGE) + 0.5) / LARGE)
    slope = np.log(hazard_ratio) / HALVES_APART
    time, event = _observed(rng.exponential(size=(1, LARGE)), slope * x[None, :], event_share)
    above = (x[None, :] > stats.norm.ppf(GRID)[:, None]).astype(float)
    size = (len(GRID), 1)
    return cox(np.tile(time, size), np.tile(event, size), above).log_hazard_ratio


def _observed(waiting, effect, event_share):
    time = waiting * np.exp(-effect)
    end = np.quantile(time, event_share, axis=1, keepdims=True)
    return np.minimum(time, end), time <= end


def _analyse(time, event, x, at) -> dict[str, np.ndarray]:
    """Return P and log hazard ratio of each arm: as a number, at the median, at the best cut."""
    n = x.shape[1]
    z = standardised(rank_scores(time, event), at)
    best = np.abs(z).argmax(axis=1)
    place = np.arange(n)
    halves = cox(time, event, (place >= n // 2).astype(float))
    chosen = cox(time, event, (place[None, :] >= at[best][:, None]).astype(float))
    return {
        "number_p": cox(time, event, x).p,
        "median_p": halves.p, "median_log": halves.log_hazard_ratio,
        "best": best, "best_p": _best_p(z), "best_log": chosen.log_hazard_ratio,
    }  # fmt: skip


def _best_p(z) -> np.ndarray:
    """Return P of the largest statistic of each arm, as if its cut had been set beforehand."""
    return 2 * stats.norm.sf(np.abs(z).max(axis=1))


def formula_limit(low: float, high: float, alpha: float) -> float:
    """Return the P of one cut below which :func:`miller_siegmund`'s P is below `alpha`.

    Parameters
    ----------
    low, high : float
        Range of the search, as shares of the patients.
    alpha : float
    """
    smallest = stats.norm.isf(alpha / 2)
    if miller_siegmund(smallest, low, high) <= alpha:
        return alpha
    z = brentq(lambda b: miller_siegmund(b, low, high) - alpha, smallest, 40)
    return float(2 * stats.norm.sf(z))
