"""Weighted log-rank tests of many trials at once."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.errors import InputError
from secondline.trials.risk import RiskTable, chunks


@dataclass(frozen=True, eq=False)
class RankTest:
    """Weighted log-rank tests, one a trial.

    Attributes
    ----------
    observed_less_expected : ndarray, shape (trials,)
        Weighted events in arm 1 less those expected if the arms were alike.
    variance : ndarray, shape (trials,)
    z : ndarray, shape (trials,)
        Below zero where arm 1 has fewer events than expected; NaN where the variance
        is zero.
    p : ndarray, shape (trials,)
        Two-sided.
    rho, gamma : float
        The weight's exponents.
    """

    observed_less_expected: np.ndarray = field(repr=False)
    variance: np.ndarray = field(repr=False)
    z: np.ndarray = field(repr=False)
    p: np.ndarray = field(repr=False)
    rho: float = 0.0
    gamma: float = 0.0


def logrank(time, event, arm) -> RankTest:
    """Log-rank test of each trial; :func:`fleming_harrington` with both exponents 0."""
    return fleming_harrington(time, event, arm, rho=0.0, gamma=0.0)


def fleming_harrington(time, event, arm, *, rho: float = 0.0, gamma: float = 0.0) -> RankTest:
    """Weighted log-rank test of each trial.

    Parameters
    ----------
    time, event, arm
        As for :func:`secondline.trials.risk_table`.
    rho, gamma : float
        The weight at a time is S**rho (1 - S)**gamma, with S the pooled Kaplan-Meier
        estimate just before it; 0 or more.

    Returns
    -------
    RankTest

    Raises
    ------
    InputError
        If the trials cannot be used or an exponent is negative.

    Notes
    -----
    Harrington and Fleming, Biometrika 1982;69:553; hypergeometric variance, which
    holds for ties.
    """
    for name, value in (("rho", rho), ("gamma", gamma)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} is {value!r}; it must be 0 or more.")
    parts = [weighted(table, [(rho, gamma)]) for _, table in chunks(time, event, arm)]
    score = np.concatenate([score[:, 0] for score, _ in parts])
    variance = np.concatenate([matrix[:, 0, 0] for _, matrix in parts])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, score / np.sqrt(variance), np.nan)
    return RankTest(score, variance, z, 2 * stats.norm.sf(np.abs(z)), rho, gamma)


def weighted(table: RiskTable, exponents):
    """Return the scores and their covariances for several weights.

    Parameters
    ----------
    table : RiskTable
    exponents : sequence of (rho, gamma), length w

    Returns
    -------
    score : ndarray, shape (trials, w)
    covariance : ndarray, shape (trials, w, w)
    """
    share = table.at_risk1 / table.at_risk
    difference = table.events1 - table.events * share
    # one at risk: nothing varies
    spread = table.events * share * (1 - share)
    tied = table.events > 1
    if tied.any():
        spread[tied] *= (table.at_risk[tied] - table.events[tied]) / (table.at_risk[tied] - 1)
    weights = _weights(table, exponents)
    score = np.column_stack([table.total(w * difference) for w in weights])
    covariance = np.empty((table.trials, len(weights), len(weights)))
    for i, first in enumerate(weights):
        for j, second in enumerate(weights[: i + 1]):
            covariance[:, i, j] = covariance[:, j, i] = table.total(first * second * spread)
    return score, covariance


def _weights(table, exponents):
    if all(rho == 0 and gamma == 0 for rho, gamma in exponents):
        return [np.ones(len(table.time)) for _ in exponents]
    survival = left_survival(table)
    return [
        (survival**rho if rho else 1.0) * ((1 - survival) ** gamma if gamma else 1.0)
        * np.ones(len(table.time))
        for rho, gamma in exponents
    ]  # fmt: skip


def left_survival(table: RiskTable) -> np.ndarray:
    """Return the pooled Kaplan-Meier estimate just before each row's time."""
    # where all have the event nobody comes after, so the factor is never needed
    left = np.where(table.events < table.at_risk, 1 - table.events / table.at_risk, 1.0)
    logs = np.log(left)
    return np.exp(table.running(logs) - logs)
