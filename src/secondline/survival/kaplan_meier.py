"""The Kaplan-Meier curve of one sample, and its median with an interval."""

import warnings
from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError, one_of
from secondline.survival.inputs import check_times

# R's name of the interval, and SciPy's
INTERVALS = {"log-log": "log-log", "plain": "linear"}


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A Kaplan-Meier estimate with pointwise limits.

    Attributes
    ----------
    times : ndarray, shape (m,)
        The distinct times of the sample, events and censorings, in order.
    survival, lower, upper : ndarray, shape (m,)
        The estimate just after each time, and its limits (nan where the formula
        gives none).
    n, events : int
        Patients, and those with the event.
    """

    times: np.ndarray
    survival: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    n: int
    events: int


@dataclass(frozen=True)
class Median:
    """A median time; nan where the curve, or a limit, never comes down to one half."""

    estimate: float
    lower: float
    upper: float


def kaplan_meier(times, events, *, level: float = 0.95, interval: str = "log-log") -> KaplanMeier:
    """Estimate a survival curve from right-censored times (Kaplan and Meier 1958).

    Parameters
    ----------
    times : array_like, shape (n,)
        Time to the event or to the end of observation, 0 or more.
    events : array_like of bool, shape (n,)
        Whether the event was seen.
    level : float
        Confidence level between 0 and 1.
    interval : {"log-log", "plain"}
        Greenwood's variance on the scale of log(-log S), or of S itself.

    Raises
    ------
    InputError
        If the columns differ in length or are empty, or a time is negative or not
        finite, or the level or the interval is not one of those allowed.
    """
    from scipy.stats import CensoredData, ecdf

    times, events = check_times(times, events)
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1.")
    if interval not in INTERVALS:
        raise InputError(f"interval is {interval!r}; allowed: {one_of(tuple(INTERVALS))}.")
    curve = ecdf(CensoredData.right_censored(times, ~events)).sf
    with warnings.catch_warnings():
        # where S is 1 or 0 the formulas are undefined; those limits stay nan
        warnings.simplefilter("ignore", RuntimeWarning)
        limits = curve.confidence_interval(level, method=INTERVALS[interval])
    return KaplanMeier(
        times=curve.quantiles,
        survival=curve.probabilities,
        lower=limits.low.probabilities,
        upper=limits.high.probabilities,
        n=len(times),
        events=int(events.sum()),
    )


def median_with_interval(curve: KaplanMeier) -> Median:
    """Return the median and the interval of Brookmeyer and Crowley (1982).

    The median is the first time at which the curve is at or below one half. The
    limits are the times at which the curve's pointwise limits get there. A curve
    that stays at exactly one half for a while gives the middle of that while, as
    R's survfit does.

    Returns
    -------
    Median
        nan where one half is not reached.
    """
    return Median(
        *(_first_half(curve.times, y) for y in (curve.survival, curve.lower, curve.upper))
    )


def _first_half(times: np.ndarray, values: np.ndarray) -> float:
    tolerance = np.sqrt(np.finfo(float).eps)
    low = np.flatnonzero(values < 0.5 + tolerance)  # nan compares as False
    if not len(low):
        return float("nan")
    first = low[0]
    if abs(values[first] - 0.5) < tolerance:
        below = low[values[low] < values[first]]
        if len(below):
            return float((times[first] + times[below[0]]) / 2)
    return float(times[first])
