"""Two groups under one curve: patients whose remission lasts, and the others.

Each group's times are exponential, given by its median. The mixture's survival is
``p 2**(-t/long) + (1 - p) 2**(-t/short)``.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.survival.kaplan_meier import KaplanMeier, kaplan_meier, median_with_interval


@dataclass(frozen=True, eq=False)
class VirtualTrials:
    """Virtual single-arm trials of one mixture; no real patients.

    Attributes
    ----------
    times : ndarray, shape (n_trials, n)
        Months to the event or to the end of observation.
    events : ndarray of bool, shape (n_trials, n)
    medians : ndarray, shape (n_trials,)
        Kaplan-Meier median of each trial; nan where it is not reached.
    true_median : float
        Closed-form median of the mixture.
    """

    times: np.ndarray
    events: np.ndarray
    medians: np.ndarray
    true_median: float

    @property
    def share_not_reached(self) -> float:
        """The share of trials whose median is not reached."""
        return float(np.isnan(self.medians).mean())

    def curves(self, k: int) -> list[KaplanMeier]:
        """Return the Kaplan-Meier curves of the first `k` trials."""
        return [
            kaplan_meier(times, events)
            for times, events in zip(self.times[:k], self.events[:k], strict=True)
        ]

    def quantiles(self, *shares: float) -> tuple[float, ...]:
        """Return quantiles of the medians, where one not reached counts as infinite."""
        ordered = np.sort(np.where(np.isnan(self.medians), np.inf, self.medians))
        places = [min(int(s * len(ordered)), len(ordered) - 1) for s in shares]
        return tuple(float(ordered[i]) for i in places)


def median_to_rate(median: float) -> float:
    """Return the constant rate of events (per unit of time) that has this median.

    Raises
    ------
    InputError
        If the median is not above 0.
    """
    _check_positive(median=median)
    return float(np.log(2) / median)


def survival_from_median(months, median: float):
    """Return the share still free of the event if the rate is constant: ``2**(-t/median)``."""
    _check_positive(median=median)
    return np.exp2(-np.asarray(months, dtype=float) / median)


def mixture_survival(months, share: float, long_median: float, short_median: float):
    """Return the survival of the mixture.

    Parameters
    ----------
    months : float or array_like
    share : float
        Proportion of patients in the group with long times, 0 to 1.
    long_median, short_median : float
        The groups' medians in months, above 0, ``long_median >= short_median``.

    Returns
    -------
    ndarray
        Shares between 0 and 1, in the shape of `months`.

    Raises
    ------
    InputError
        If a parameter cannot be used.
    """
    _check(share, long_median, short_median)
    return share * survival_from_median(months, long_median) + (
        1 - share
    ) * survival_from_median(months, short_median)


def mixture_median(share: float, long_median: float, short_median: float) -> float:
    """Return the time at which the mixture's survival is one half, found by bracketing.

    It lies between the two groups' medians, where the survival is above and below
    one half, so that Brent's method cannot miss it.
    """
    from scipy.optimize import brentq

    _check(share, long_median, short_median)
    if share in (0, 1) or long_median == short_median:
        return float(long_median if share == 1 else short_median)
    return brentq(
        lambda t: float(mixture_survival(t, share, long_median, short_median)) - 0.5,
        short_median,
        long_median,
        xtol=1e-12,
        rtol=1e-14,
    )


def mixture_restricted_mean(
    months: float, share: float, long_median: float, short_median: float
) -> float:
    """Return the mean time free of the event within the first `months` (closed form).

    The area under the curve, ``p (1 - 2**(-t/long)) long / ln 2 + ...``.
    """
    _check(share, long_median, short_median)
    _check_positive(months=months)
    areas = [
        (1 - float(survival_from_median(months, median))) / median_to_rate(median)
        for median in (long_median, short_median)
    ]
    return share * areas[0] + (1 - share) * areas[1]


def mixture_curves(long_median: float, short_median: float, *, months: float) -> dict:
    """Return what the figure of the mixture shows.

    Returns
    -------
    dict
        ``months`` with, by share (0.4, 0.5, 0.6), the ``survival`` and the
        ``median``; and ``shares`` with the ``medians`` over all shares.
    """
    _check_positive(months=months)
    at = np.linspace(0, months, 301)
    shares = np.linspace(0, 1, 201)
    return {
        "months": at,
        "survival": {
            p: mixture_survival(at, p, long_median, short_median) for p in (0.4, 0.5, 0.6)
        },
        "median": {p: mixture_median(p, long_median, short_median) for p in (0.4, 0.5, 0.6)},
        "shares": shares,
        "medians": np.array([mixture_median(p, long_median, short_median) for p in shares]),
    }


def simulate_trials(
    *,
    share: float,
    long_median: float,
    short_median: float,
    n: int,
    follow_up_months: float,
    n_trials: int = 1000,
    seed: int = 0,
) -> VirtualTrials:
    """Simulate single-arm trials of the mixture and their Kaplan-Meier medians.

    Each patient belongs to the long group with probability `share`, and is
    observed for a time drawn evenly between half and one and a half times
    `follow_up_months`, so that the median observation is `follow_up_months`.

    Parameters
    ----------
    share, long_median, short_median : float
        See :func:`mixture_survival`.
    n : int
        Patients in a trial, at least 1.
    follow_up_months : float
    n_trials : int
        At least 1.
    seed : int

    Raises
    ------
    InputError
        If a parameter cannot be used.
    """
    _check(share, long_median, short_median)
    _check_positive(n=n, follow_up_months=follow_up_months, n_trials=n_trials)
    rng = np.random.default_rng(seed)
    shape = (n_trials, n)
    medians = np.where(rng.random(shape) < share, long_median, short_median)
    to_event = rng.exponential(size=shape) * medians / np.log(2)
    observed = follow_up_months * rng.uniform(0.5, 1.5, size=shape)
    times, events = np.minimum(to_event, observed), to_event <= observed
    found = [
        median_with_interval(kaplan_meier(*trial)).estimate
        for trial in zip(times, events, strict=True)
    ]
    return VirtualTrials(
        times, events, np.array(found), mixture_median(share, long_median, short_median)
    )


def pooling_table(
    share: float, long_median: float, short_median: float, *, months: float = 12.0
) -> pd.DataFrame:
    """Return what averaging does to two trials of equal size around one mixture.

    The trials' shares of long remission lie 0.1 below and above `share` (less where
    that would leave 0 to 1). Medians, shares free of the event at `months` and
    restricted means are computed for each, averaged, and computed for the patients
    of both trials together, all in closed form.

    Returns
    -------
    DataFrame
        Columns summary, first, second, average, together (numbers).
    """
    _check(share, long_median, short_median)
    step = min(0.1, share, 1 - share)
    pair = (share - step, share + step)
    groups = (long_median, short_median)
    summaries = {
        "median": lambda p: mixture_median(p, *groups),
        "free at": lambda p: float(mixture_survival(months, p, *groups)),
        "restricted mean": lambda p: mixture_restricted_mean(months, p, *groups),
    }
    rows = []
    for name, function in summaries.items():
        first, second = (function(p) for p in pair)
        rows.append((name, first, second, (first + second) / 2, function(share)))
    return pd.DataFrame(rows, columns=["summary", "first", "second", "average", "together"])


def _check(share: float, long_median: float, short_median: float) -> None:
    if not 0 <= share <= 1:
        raise InputError(f"share is {share!r}; it must be a proportion from 0 to 1.")
    _check_positive(long_median=long_median, short_median=short_median)
    if long_median < short_median:
        raise InputError(
            f"long_median is {long_median:g} and short_median is {short_median:g}; "
            "the long one must not be the shorter."
        )


def _check_positive(**values) -> None:
    for name, value in values.items():
        if not 0 < value < float("inf"):
            raise InputError(f"{name} is {value!r}; it must be above 0 and finite.")
