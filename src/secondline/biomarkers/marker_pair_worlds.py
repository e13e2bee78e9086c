"""Two correlated markers whose truth is known, cut in halves: what trials show of them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.burden_power import HALVES_APART
from secondline.checks import check_level
from secondline.errors import InputError

MOST_STEPS = 30
CONVERGED = 1e-10
LARGEST = 10.0  # a log hazard ratio of these standardised markers that no data give
CHUNK_PATIENTS = 30_000  # worked on together; small enough for a processor's cache
LARGE = 40_000
CURVE = 100_000  # patients of a point of a curve


@dataclass(frozen=True)
class PairWorld:
    """What two markers truly do, as hazard ratios of the worse half over the better half.

    Attributes
    ----------
    name : str
    first, second : float
        Each acts as a number, in a straight line on the log hazard; the ratios are those
        of halves if the marker were alone.
    only_with_second : bool
        Whether the first acts only in patients whose second marker is in its worse half.
    """

    name: str
    first: float
    second: float
    only_with_second: bool = False

    def log_hazard(self, first, second):
        """Return the log hazard of standard normal markers, high being worse."""
        slope = np.log(self.first) / HALVES_APART
        acts = (second > 0) if self.only_with_second else 1.0
        return slope * first * acts + np.log(self.second) / HALVES_APART * second


# the third and the fourth make the first marker about equally strong overall
PAIR_WORLDS = (
    PairWorld("neither does anything", 1.0, 1.0),
    PairWorld("the second only", 1.0, 2.0),
    PairWorld("both, added", 1.7, 1.7),
    PairWorld("the first only where the second is bad", 2.8, 1.4, True),
)


@dataclass(frozen=True, eq=False)
class PairTrials:
    """What many trials show of two markers in each world.

    Attributes
    ----------
    table : DataFrame
        One row a world: name; first_halves, first_numbers (share of the trials with P of
        the first marker below `alpha`, beside the second); interaction_halves,
        interaction_numbers; confined (first clear where the second is bad, and not where
        it is good); both_worst (the group with both bad has the largest hazard); ratio
        (of hazard ratios, by halves: middle of the trials), ratio_large (the same in very
        many patients); worst, worst_large (hazard ratio of both bad against neither).
    sizes : tuple of float
        Mean share of the patients with neither, first, second, both bad.
    correlation, alpha : float
    bad_shares : tuple of float
    n, n_trials : int
    """

    table: pd.DataFrame = field(repr=False)
    sizes: tuple[float, float, float, float]
    correlation: float
    bad_shares: tuple[float, float]
    alpha: float
    n: int
    n_trials: int


def cox_terms(time, event, columns) -> tuple[np.ndarray, np.ndarray]:
    """Fit a Cox model with several covariates in each of many trials.

    Parameters
    ----------
    time : array-like, shape (trials, n)
        Tied events are taken one after the other, in any order; drawn times have none.
    event : array-like of bool, shape (trials, n)
    columns : array-like, shape (trials, n, k)

    Returns
    -------
    ndarray, shape (trials, k); ndarray, shape (trials, k, k)
        Log hazard ratios and their covariance; nan where there is no finite estimate.

    Notes
    -----
    Newton's method on the partial likelihood (Cox, JRSS B 1972;34:187), all trials in step.
    """
    time, event = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    columns = np.asarray(columns, dtype=float)
    step = max(1, CHUNK_PATIENTS // time.shape[1])
    parts = [
        _newton(time[i : i + step], event[i : i + step], columns[i : i + step])
        for i in range(0, len(time), step)
    ]
    return tuple(np.concatenate(found) for found in zip(*parts, strict=True))


def _newton(time, event, columns):
    # from the last time to the first, so that a running sum is over those at risk
    order = np.argsort(-time, axis=1, kind="stable")
    event = np.take_along_axis(event, order, axis=1)
    x = np.take_along_axis(columns, order[:, :, None], axis=1)
    x = x - x.mean(axis=1, keepdims=True)
    trials, n, k = x.shape
    pairs = [(i, j) for i in range(k) for j in range(i, k)]
    # each covariate and each product of two, along with one for the sum of the weights
    moments = [np.ones((trials, n)), *(x[:, :, i] for i in range(k)),
               *(x[:, :, i] * x[:, :, j] for i, j in pairs)]  # fmt: skip
    beta, covariance = np.zeros((trials, k)), np.zeros((trials, k, k))
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            weight = np.exp(np.einsum("tnk,tk->tn", x, beta))
            total, *sums = (np.cumsum(weight * m, axis=1) for m in moments)
            means = [s / total for s in sums]
            score = np.stack(
                [np.where(event, x[:, :, i] - means[i], 0).sum(axis=1) for i in range(k)], axis=1
            )
            information = np.empty((trials, k, k))
            for (i, j), square in zip(pairs, means[k:], strict=True):
                spread = np.where(event, square - means[i] * means[j], 0).sum(axis=1)
                information[:, i, j] = information[:, j, i] = spread
            covariance = _inverse(information)
            step = np.einsum("tij,tj->ti", covariance, score)
            # a likelihood that only rises sends the estimate away; it is given up below
            beta = np.clip(beta + step, -30, 30)
            if np.nanmax(np.abs(step), initial=0) < CONVERGED:
                break
    kept = (np.abs(step) < 1e-6).all(axis=1) & (np.abs(beta) < LARGEST).all(axis=1)
    beta[~kept], covariance[~kept] = np.nan, np.nan
    return beta, covariance


def draw_pair(
    world: PairWorld, correlation: float, n: int, trials: int, event_share: float, rng
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw two standard normal markers and times; follow-up ends at the share of events.

    Returns
    -------
    tuple of ndarray, each of shape (trials, n)
        First and second marker, high being worse; times; events.
    """
    first = rng.standard_normal((trials, n))
    second = correlation * first + np.sqrt(1 - correlation**2) * rng.standard_normal((trials, n))
    time = rng.standard_exponential((trials, n)) * np.exp(-world.log_hazard(first, second))
    end = np.quantile(time, event_share)
    return first, second, np.minimum(time, end), time <= end


def pair_trials(
    worlds: tuple[PairWorld, ...],
    *,
    correlation: float,
    n: int = 121,
    event_share: float = 0.55,
    bad_shares: tuple[float, float] = (0.5, 0.5),
    n_trials: int = 1000,
    level: float = 0.95,
    seed: int = 1,
) -> PairTrials:
    """Simulate trials with two markers, and analyse them by two cuts and as numbers.

    Parameters
    ----------
    worlds : sequence of PairWorld
    correlation : float
        Of the two markers, both with high being worse; above -1 and below 1.
    n : int
        Patients of a trial, 20 or more.
    event_share : float
    bad_shares : tuple of float
        Share of the patients above the cut of the first and of the second marker.
    n_trials : int
    level : float
    seed : int

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    _check(correlation, n, event_share, bad_shares, n_trials)
    check_level(level)
    worlds = tuple(worlds) if isinstance(worlds, (tuple, list)) else (worlds,)
    if not worlds or not all(isinstance(world, PairWorld) for world in worlds):
        raise InputError("worlds must be one or more PairWorld, such as those of PAIR_WORLDS.")
    alpha, rows, sizes = 1 - level, [], None
    for world in worlds:
        # the same markers in each world, so that only the truth makes a difference
        rng = np.random.default_rng(seed)
        drawn = draw_pair(world, correlation, n, n_trials, event_share, rng)
        first, second, time, event = drawn
        bad1, bad2 = (_above(x, b) for x, b in zip((first, second), bad_shares, strict=True))
        added, added_v = cox_terms(time, event, np.stack([bad1, bad2], axis=2))
        joint, joint_v = cox_terms(time, event, np.stack([bad1, bad2, bad1 * bad2], axis=2))
        numbers, numbers_v = cox_terms(time, event, np.stack([first, second], axis=2))
        product, product_v = cox_terms(
            time, event, np.stack([first, second, first * second], axis=2)
        )
        where_good = wald_p(joint, joint_v, (1, 0, 0)) < alpha
        where_bad = (wald_p(joint, joint_v, (1, 0, 1)) < alpha) & (joint[:, 0] + joint[:, 2] > 0)
        groups = np.stack([0 * joint[:, 0], joint[:, 0], joint[:, 1], joint.sum(axis=1)], axis=1)
        large = large_ratio(world, correlation, event_share=event_share, bad_shares=bad_shares,
                            seed=seed)  # fmt: skip
        rows.append((
            world.name, _share(wald_p(added, added_v, (1, 0)) < alpha),
            _share(wald_p(numbers, numbers_v, (1, 0)) < alpha),
            _share(wald_p(joint, joint_v, (0, 0, 1)) < alpha),
            _share(wald_p(product, product_v, (0, 0, 1)) < alpha),
            _share(where_bad & ~where_good), _share(groups.argmax(axis=1) == 3),
            float(np.exp(np.nanmedian(joint[:, 2]))), large[0],
            float(np.exp(np.nanmedian(groups[:, 3]))), large[1],
        ))  # fmt: skip
        if sizes is None:
            shares = [((bad1 == a) & (bad2 == b)).mean() for b in (0, 1) for a in (0, 1)]
            sizes = tuple(map(float, shares))
    table = pd.DataFrame(rows, columns=[
        "name", "first_halves", "first_numbers", "interaction_halves", "interaction_numbers",
        "confined", "both_worst", "ratio", "ratio_large", "worst", "worst_large",
    ])  # fmt: skip
    return PairTrials(table, sizes, correlation, tuple(bad_shares), alpha, n, n_trials)


def large_ratio(
    world: PairWorld, correlation: float, *, event_share: float = 0.55,
    bad_shares: tuple[float, float] = (0.5, 0.5), n: int = LARGE, seed: int = 1,
) -> tuple[float, float]:  # fmt: skip
    """Return the ratio of hazard ratios by two cuts, and the worst group's, in many patients.

    Returns
    -------
    tuple of float
        Effect of the first marker where the second is bad over that where it is good; both
        bad against neither.
    """
    _check(correlation, n, event_share, bad_shares, 1)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(99,)))
    first, second, time, event = draw_pair(world, correlation, n, 1, event_share, rng)
    bad1, bad2 = (_above(x, b) for x, b in zip((first, second), bad_shares, strict=True))
    logs = group_logs(time[0], event[0], (bad1 + 2 * bad2)[0].astype(int))
    return float(np.exp(logs[3] - logs[1] - logs[2])), float(np.exp(logs[3]))


def group_logs(time, event, group) -> np.ndarray:
    """Return the log hazard ratios of four groups against the first, in one large trial.

    Parameters
    ----------
    time, event : ndarray, shape (n,)
        Tied events are taken one after the other.
    group : ndarray of int, shape (n,)
        0 to 3.

    Returns
    -------
    ndarray, shape (4,)
        The first is 0; all others are nan if one of them has no finite estimate.

    Notes
    -----
    The model of :func:`cox_terms` with one switch a group. Whoever is at risk counts by
    group only, so that a step costs little however many patients there are.
    """
    order = np.argsort(-time, kind="stable")
    seen = event[order]
    at_risk = np.stack([np.cumsum(group[order] == k)[seen] for k in range(4)]).astype(float)
    events = np.bincount(group[event], minlength=4)[1:]
    logs = np.zeros(4)
    with np.errstate(all="ignore"):
        for _ in range(MOST_STEPS):
            share = at_risk * np.exp(logs)[:, None]
            share = share[1:] / share.sum(axis=0)
            information = np.diag(share.sum(axis=1)) - share @ share.T
            step = _inverse(information[None])[0] @ (events - share.sum(axis=1))
            logs[1:] = np.clip(logs[1:] + step, -30, 30)
            if not np.max(np.abs(step)) >= CONVERGED:
                break
    if not (np.abs(step) < 1e-6).all() or not (np.abs(logs) < LARGEST).all():
        logs[1:] = np.nan
    return logs


def false_interaction(
    world: PairWorld, correlations, bad_shares, *, event_share: float = 0.55, seed: int = 1
) -> pd.DataFrame:
    """Return :func:`large_ratio` of an additive world for correlations and cuts.

    Returns
    -------
    DataFrame
        Rows by share above either cut, a column for each correlation.
    """
    if world.only_with_second:
        raise InputError("A false interaction takes a world in which the truth has none.")
    return pd.DataFrame(
        {
            r: [large_ratio(world, r, event_share=event_share, bad_shares=(b, b),
                            n=CURVE, seed=seed)[0]
                for b in bad_shares]
            for r in correlations
        },
        index=list(bad_shares),
    )  # fmt: skip


def _above(values, bad_share):
    return (values > np.quantile(values, 1 - bad_share, axis=1, keepdims=True)).astype(float)


def wald_p(beta, covariance, weights) -> np.ndarray:
    """Return Wald's two-sided P of a weighted sum of terms in each trial; 1 without an estimate."""
    weights = np.asarray(weights, dtype=float)
    with np.errstate(invalid="ignore"):
        variance = np.einsum("i,tij,j->t", weights, covariance, weights)
        p = 2 * stats.norm.sf(np.abs(beta @ weights) / np.sqrt(variance))
    return np.where(np.isfinite(p), p, 1.0)


def _share(flags) -> float:
    return float(np.mean(flags))


def _inverse(matrices) -> np.ndarray:
    """Invert each matrix; nan where it is singular."""
    usable = np.isfinite(matrices).all(axis=(1, 2)) & (np.abs(np.linalg.det(
        np.where(np.isfinite(matrices), matrices, 0))) > 1e-12)  # fmt: skip
    inverse = np.full(matrices.shape, np.nan)
    inverse[usable] = np.linalg.inv(matrices[usable])
    return inverse


def _check(correlation, n, event_share, bad_shares, n_trials) -> None:
    if not -1 < correlation < 1:
        raise InputError(f"correlation is {correlation!r}; it must lie between -1 and 1.")
    if n < 20 or n_trials < 1:
        raise InputError(f"n is {n} and n_trials {n_trials}; at least 20 and 1.")
    if len(bad_shares) != 2 or not all(0 < v < 1 for v in (event_share, *bad_shares)):
        raise InputError(
            f"event_share is {event_share!r} and bad_shares {bad_shares!r}; shares lie between 0 "
            "and 1, and there are two bad ones."
        )
