"""Kaplan-Meier curves, medians and restricted means of many trials at once."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.errors import InputError
from secondline.trials.risk import RiskTable, chunks


@dataclass(frozen=True, eq=False)
class ArmCurves:
    """Kaplan-Meier estimates at given times, for both arms of each trial.

    Attributes
    ----------
    times : ndarray, shape (n_times,)
    survival, se : ndarray, shape (trials, 2, n_times)
        Estimate just after each time and its Greenwood standard error; NaN beyond the
        last observation of an arm that still had patients without the event, and the
        error also where the estimate is 0.
    """

    times: np.ndarray
    survival: np.ndarray = field(repr=False)
    se: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class RestrictedMeans:
    """Mean time without the event up to a horizon, for both arms of each trial.

    Attributes
    ----------
    mean, se : ndarray, shape (trials, 2)
        NaN where an arm was not observed to the horizon.
    difference, difference_se, p : ndarray, shape (trials,)
        Arm 1 less arm 0, its standard error, and the two-sided normal test.
    horizon : float
    """

    mean: np.ndarray = field(repr=False)
    se: np.ndarray = field(repr=False)
    horizon: float

    @property
    def difference(self) -> np.ndarray:
        return self.mean[:, 1] - self.mean[:, 0]

    @property
    def difference_se(self) -> np.ndarray:
        return np.sqrt((self.se**2).sum(axis=1))

    @property
    def p(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2 * stats.norm.sf(np.abs(self.difference / self.difference_se))


def survival_at(time, event, arm, times) -> ArmCurves:
    """Estimate survival at given times.

    Parameters
    ----------
    time, event, arm
        As for :func:`secondline.trials.risk_table`.
    times : array_like, shape (n_times,)
        Rising, 0 or later.

    Returns
    -------
    ArmCurves

    Raises
    ------
    InputError
        If the trials or times cannot be used.
    """
    times = np.atleast_1d(np.asarray(times, dtype=float))
    if times.ndim != 1 or not np.isfinite(times).all() or (times < 0).any():
        raise InputError("times must be a column of finite numbers, 0 or later.")
    if (np.diff(times) < 0).any():
        raise InputError("times must rise.")
    survival, se = [], []
    for _, table in chunks(time, event, arm):
        here, spread = zip(*(_at(table, arm, times) for arm in (0, 1)), strict=True)
        survival.append(np.stack(here, axis=1))
        se.append(np.stack(spread, axis=1))
    return ArmCurves(times, np.concatenate(survival), np.concatenate(se))


def medians(time, event, arm) -> np.ndarray:
    """Return each arm's Kaplan-Meier median, shape (trials, 2); infinite if not reached.

    Where the curve is exactly one half over a while, its middle is taken, as R's
    survfit does.
    """
    parts = [
        np.stack([_median(table, arm) for arm in (0, 1)], axis=1)
        for _, table in chunks(time, event, arm)
    ]
    return np.concatenate(parts)


def restricted_means(time, event, arm, *, horizon: float) -> RestrictedMeans:
    """Estimate the mean time without the event up to a horizon.

    Parameters
    ----------
    time, event, arm
        As for :func:`secondline.trials.risk_table`.
    horizon : float
        Above 0.

    Returns
    -------
    RestrictedMeans

    Raises
    ------
    InputError
        If the trials or the horizon cannot be used.

    Notes
    -----
    Area under the Kaplan-Meier curve, with Greenwood's variance: each event time adds
    the squared area still to come times d / (n (n - d)) (Klein and Moeschberger,
    Survival Analysis, 2nd ed., section 4.5).
    """
    if not (np.isfinite(horizon) and horizon > 0):
        raise InputError(f"horizon is {horizon!r}; it must be a time above 0.")
    mean, se = [], []
    for _, table in chunks(time, event, arm):
        here, spread = zip(*(_area(table, arm, horizon) for arm in (0, 1)), strict=True)
        mean.append(np.stack(here, axis=1))
        se.append(np.stack(spread, axis=1))
    return RestrictedMeans(np.concatenate(mean), np.concatenate(se), float(horizon))


def _curve(table: RiskTable, arm: int):
    """Return survival after each row, and each row's Greenwood term."""
    events = table.events1 if arm else table.events - table.events1
    at_risk = table.at_risk1 if arm else table.at_risk - table.at_risk1
    left = at_risk - events
    ends = (left == 0) & (events > 0)
    # a factor of zero is counted, since its logarithm cannot be summed
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(events > 0, np.log(np.where(ends, 1.0, left / at_risk)), 0.0)
        term = np.where((events > 0) & ~ends, events / (at_risk * left), 0.0)
    survival = np.exp(table.running(logs))
    survival[table.running(ends) > 0.5] = 0.0
    return survival, term


def _at(table, arm, times):
    survival, term = _curve(table, arm)
    greenwood = table.running(term)
    rows = _row_before(table, times)
    none = rows < 0
    value = np.where(none, 1.0, np.append(survival, 1.0)[rows])
    spread = value * np.sqrt(np.where(none, 0.0, np.append(greenwood, 0.0)[rows]))
    unseen = (times[None, :] > table.last[:, arm, None]) & (value > 0)
    missing = unseen | np.isnan(table.last[:, arm, None])
    # where nobody is left without the event Greenwood's formula has no value
    undefined = missing | (value == 0)
    return np.where(missing, np.nan, value), np.where(undefined, np.nan, spread)


def _row_before(table, times):
    """Return the last row of each trial at or before each time, or -1."""
    count = np.column_stack([table.total(table.time <= time) for time in times]).astype(int)
    return np.where(count > 0, table.start[:-1, None] + count - 1, -1)


def _median(table, arm):
    survival, _ = _curve(table, arm)
    half = 1e-12
    found = np.full(table.trials, np.inf)
    below = np.flatnonzero(survival <= 0.5 + half)
    trial = table.trial[below]
    first = np.unique(trial, return_index=True)[1]
    at = below[first]
    found[trial[first]] = table.time[at]
    # exactly one half: the middle of the flat stretch
    flat = np.abs(survival[at] - 0.5) <= half
    for row in at[flat]:
        mine = table.trial[row]
        rows = np.arange(row, table.start[mine + 1])
        lower = rows[survival[rows] < 0.5 - half]
        if len(lower):
            found[mine] = (table.time[row] + table.time[lower[0]]) / 2
        else:
            found[mine] = table.time[row]
    return found


def _area(table, arm, horizon):
    survival, term = _curve(table, arm)
    time = np.minimum(table.time, horizon)
    ends = np.concatenate([time[1:], [horizon]])
    finishing = table.start[1:][np.diff(table.start) > 0] - 1
    ends[finishing] = horizon
    step = survival * (ends - time)
    first = np.full(table.trials, horizon)
    some = np.diff(table.start) > 0
    first[some] = time[table.start[:-1][some]]
    mean = first + table.total(step)
    # what is still to come at each row: all of the trial's steps less those before
    to_come = np.repeat(table.total(step), np.diff(table.start)) - table.running(step) + step
    variance = table.total(np.where(table.time <= horizon, to_come**2 * term, 0.0))
    at_end = _at(table, arm, np.array([horizon]))[0][:, 0]
    missing = np.isnan(at_end)
    return np.where(missing, np.nan, mean), np.where(missing, np.nan, np.sqrt(variance))
