"""Cox models with one covariate, for many trials at once."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.errors import InputError, one_of
from secondline.trials.risk import CHUNK_PATIENTS, RiskTable, check_trials, chunks

TIES = ("efron", "breslow")
MOST_STEPS = 50


@dataclass(frozen=True, eq=False)
class CoxFits:
    """One Cox model a trial.

    Attributes
    ----------
    log_hazard_ratio, se : ndarray, shape (trials,)
        NaN where there is no finite estimate (all events on one side).
    hazard_ratio : ndarray, shape (trials,)
    p : ndarray, shape (trials,)
        Two-sided Wald test.
    ties : str
    """

    log_hazard_ratio: np.ndarray = field(repr=False)
    se: np.ndarray = field(repr=False)
    p: np.ndarray = field(repr=False)
    ties: str = "efron"

    @property
    def hazard_ratio(self) -> np.ndarray:
        """The hazard ratio for one unit of the covariate."""
        return np.exp(self.log_hazard_ratio)

    def limits(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the Wald limits of the hazard ratio."""
        width = stats.norm.ppf((1 + level) / 2) * self.se
        return np.exp(self.log_hazard_ratio - width), np.exp(self.log_hazard_ratio + width)


def cox(time, event, covariate, *, ties: str = "efron") -> CoxFits:
    """Fit one covariate's hazard ratio in each trial.

    Parameters
    ----------
    time, event : array_like, shape (trials, n) or (n,)
        As for :func:`secondline.trials.risk_table`.
    covariate : array_like of float, shape (n,) or (trials, n)
        The arm (0 or 1), or any number.
    ties : {"efron", "breslow"}
        How tied events are counted.

    Returns
    -------
    CoxFits

    Raises
    ------
    InputError
        If the trials cannot be used, a covariate is missing, or `ties` is unknown.

    Notes
    -----
    Newton's method on the partial likelihood, all trials in step, halved where it
    would fall (Cox, JRSS B 1972;34:187; Efron, JASA 1977;72:557).
    """
    if ties not in TIES:
        raise InputError(f"ties is {ties!r}; allowed: {one_of(TIES)}.")
    covariate = np.asarray(covariate, dtype=float)
    time, event, _ = check_trials(time, event, np.zeros(covariate.shape, dtype=bool))
    if not np.isfinite(covariate).all():
        raise InputError("A covariate is missing or not finite.")
    if np.isin(covariate, (0, 1)).all():
        parts = [_fit_arms(table, ties) for _, table in chunks(time, event, covariate)]
    else:
        step = max(1, CHUNK_PATIENTS // time.shape[1])
        parts = []
        for first in range(0, len(time), step):
            rows = slice(first, first + step)
            x = covariate if covariate.ndim == 1 else covariate[rows]
            parts.append(_fit(time[rows], event[rows], x, ties))
    beta, se = (np.concatenate(column) for column in zip(*parts, strict=True))
    with np.errstate(invalid="ignore"):
        p = 2 * stats.norm.sf(np.abs(beta / se))
    return CoxFits(beta, se, p, ties)


def _fit_arms(table: RiskTable, ties):
    """Fit the hazard ratio of arm 1: only the counts at the event times matter."""
    start, events, events1 = table.start, table.events, table.events1
    arm1, arm0 = table.at_risk1, table.at_risk - table.at_risk1
    estimable = (table.total(events1 * (arm0 > 0)) > 0) & (
        table.total((events - events1) * (arm1 > 0)) > 0
    )
    gained = table.total(events1)
    if (events > 1).any() and ties == "breslow":
        count = events
    elif (events > 1).any():
        # Efron: of d tied events, the l-th sees the risk set less l/d of the tied
        times = events.astype(int)
        row = np.repeat(np.arange(len(events)), times)
        part = (np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)) / events[row]
        arm1 = arm1[row] - part * events1[row]
        arm0 = arm0[row] - part * (events - events1)[row]
        start = np.concatenate([[0], np.cumsum(times)])[start]
        count = 1.0
    else:
        count = 1.0
    rows = np.diff(start)
    expanded = RiskTable(arm1, arm1, arm1, arm1, arm1, start, table.last)

    def likelihood(beta):
        ratio = np.repeat(np.exp(beta), rows)
        total = arm0 + arm1 * ratio
        share = arm1 * ratio / total
        value = beta * gained - expanded.total(count * np.log(total))
        score = gained - expanded.total(count * share)
        return value, score, expanded.total(count * share * (1 - share))

    return _maximise(likelihood, table.trials, estimable)


def _maximise(likelihood, trials, estimable):
    """Return the estimates and standard errors by Newton's method, halving bad steps."""
    beta = np.zeros(trials)
    value, score, information = likelihood(beta)
    moving = estimable.copy()
    for _ in range(MOST_STEPS):
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(moving & (information > 0), score / information, 0.0)
        # each trial stops by itself, so that its neighbours do not matter
        moving &= np.abs(step) > 1e-9 * (1 + np.abs(beta))
        step = np.where(moving, step, 0.0)
        if not moving.any():
            break
        for _ in range(MOST_STEPS):
            reached = likelihood(beta + step)
            worse = ~(reached[0] >= value - 1e-9 * (1 + np.abs(value)))
            if not worse.any():
                break
            step = np.where(worse, step / 2, step)
        beta = beta + step
        value, score, information = reached
    with np.errstate(divide="ignore", invalid="ignore"):
        # the last step is too small to move the information
        estimate = beta + np.where(estimable & (information > 0), score / information, 0.0)
        se = np.where(estimable, 1 / np.sqrt(information), np.nan)
    return np.where(estimable, estimate, np.nan), se


def _fit(time, event, covariate, ties):
    # latest first: a running sum is then the sum over those at risk
    order = np.argsort(-time, axis=1)
    time = np.take_along_axis(time, order, axis=1)
    event = np.take_along_axis(event, order, axis=1)
    x = covariate[order] if covariate.ndim == 1 else np.take_along_axis(covariate, order, axis=1)
    # the estimate does not change with the origin, and large values would overflow
    x = x - x.mean(axis=1, keepdims=True)
    scale = x.std(axis=1, keepdims=True)
    scale[scale == 0] = 1.0
    x = x / scale
    grouping = _grouping(time, event)

    def likelihood(beta):
        return _likelihood(beta[:, None], x, event, grouping, ties)

    beta, se = _maximise(likelihood, len(time), _estimable(event, x, grouping))
    return beta / scale[:, 0], se / scale[:, 0]


def _grouping(time, event):
    """Return, for each place, the last place of its tied time, and the ties' ranks if any."""
    trials, n = time.shape
    ends = np.empty((trials, n), dtype=bool)
    ends[:, -1] = True
    np.not_equal(time[:, 1:], time[:, :-1], out=ends[:, :-1])
    if ends.all():
        return None
    flat = np.flatnonzero(ends.ravel())
    group = np.cumsum(ends.ravel()) - ends.ravel()
    last = flat[group]
    deaths = np.bincount(group, weights=event.ravel(), minlength=len(flat))
    running = np.cumsum(event.ravel())
    before = np.concatenate([[0], running[flat][:-1]])
    rank = running - 1 - before[group]
    return {"group": group, "last": last, "deaths": deaths, "rank": rank, "groups": len(flat)}


def _likelihood(beta, x, event, grouping, ties):
    """Return the log partial likelihood, its slope and the information of each trial."""
    risk = np.exp(beta * x)
    weighted = risk * x
    sums = [np.cumsum(v, axis=1) for v in (risk, weighted, weighted * x)]
    if grouping is not None:
        shape = risk.shape
        last = grouping["last"]
        flat = [s.ravel()[last] for s in sums]
        if ties == "efron":
            happened = event.ravel()
            group, deaths = grouping["group"], grouping["deaths"]
            part = np.where(happened, grouping["rank"] / np.maximum(deaths[group], 1), 0.0)
            for i, v in enumerate((risk, weighted, weighted * x)):
                tied = np.bincount(
                    group, weights=np.where(happened, v.ravel(), 0.0), minlength=grouping["groups"]
                )
                flat[i] = flat[i] - part * tied[group]
        sums = [s.reshape(shape) for s in flat]
    total, first, second = sums
    mean = first / total
    value = np.sum(np.where(event, beta * x - np.log(total), 0.0), axis=1)
    score = np.sum(np.where(event, x - mean, 0.0), axis=1)
    information = np.sum(np.where(event, second / total - mean**2, 0.0), axis=1)
    return value, score, information


def _estimable(event, x, grouping):
    """Tell where the likelihood has a maximum: events neither all highest nor all lowest.

    There is none if at every event time the patient with the event has the largest (or
    at every one the smallest) covariate of those at risk, or if none varies.
    """
    highest = np.maximum.accumulate(x, axis=1)
    lowest = np.minimum.accumulate(x, axis=1)
    if grouping is not None:
        shape, last = x.shape, grouping["last"]
        highest, lowest = (v.ravel()[last].reshape(shape) for v in (highest, lowest))
    below = (event & (x < highest)).any(axis=1)
    above = (event & (x > lowest)).any(axis=1)
    return below & above
