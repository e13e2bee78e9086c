"""Mean time without the event within a horizon, with Greenwood's variance."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.errors import InputError
from secondline.survival.inputs import ARMS, arm_numbers, check_times
from secondline.survival.kaplan_meier import kaplan_meier


@dataclass(frozen=True, eq=False)
class RestrictedMean:
    """Mean time without the event up to a horizon, in two arms.

    Attributes
    ----------
    horizon, level : float
    mean, se : ndarray, shape (2,)
        SOC first, then axi-cel, in months.
    difference, lower, upper : float
        axi-cel less SOC, in months.
    p : float
        Two-sided normal test of no difference.
    ratio, ratio_lower, ratio_upper : float
        axi-cel over SOC, with limits on the log scale.
    """

    horizon: float
    level: float
    mean: np.ndarray
    se: np.ndarray
    difference: float
    lower: float
    upper: float
    p: float
    ratio: float
    ratio_lower: float
    ratio_upper: float


def restricted_mean(time, event, arm, horizon: float, *, level: float = 0.95) -> RestrictedMean:
    """Compare the mean times without the event up to a horizon.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Months to the event or to the end of observation, and whether it was the event.
    arm : array_like, shape (n,)
        1 or "axi-cel", and 0 or "SOC"; both arms must be there.
    horizon : float
        Months, above 0.
    level : float

    Returns
    -------
    RestrictedMean

    Raises
    ------
    InputError
        If the input cannot be used, or an arm was not observed to the horizon.

    Notes
    -----
    Area under the Kaplan-Meier curve. In Greenwood's variance each event time adds the
    squared area still to come times d / (n (n - d)) (Klein and Moeschberger, Survival
    Analysis, 2nd ed., section 4.5). The variance that lifelines 0.30.3 returns beside
    its restricted mean is that of a single patient's time, not of the mean, so it is
    not used; a test documents by how much it is off.
    """
    time, event = check_times(time, event)
    number = arm_numbers(arm, len(time))
    if not (np.isfinite(horizon) and horizon > 0):
        raise InputError(f"horizon is {horizon!r}; it must be a time above 0.")
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1.")
    mean, se = np.array(
        [_area(time[number == i], event[number == i], horizon, ARMS[i]) for i in (0, 1)]
    ).T
    z = stats.norm.ppf((1 + level) / 2)
    difference, spread = mean[1] - mean[0], np.hypot(*se)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.norm.sf(abs(difference / spread))
        ratio = mean[1] / mean[0]
        width = np.exp(z * np.hypot(*(se / mean)))
    return RestrictedMean(
        float(horizon), float(level), mean, se,
        float(difference), float(difference - z * spread), float(difference + z * spread),
        float(p), float(ratio), float(ratio / width), float(ratio * width),
    )  # fmt: skip


def _area(time, event, horizon: float, name: str) -> tuple[float, float]:
    curve = kaplan_meier(time, event)
    if curve.times[-1] < horizon and curve.survival[-1] > 0:
        raise InputError(
            f"{name} was observed for {curve.times[-1]:.1f} months only; "
            f"a mean up to {horizon:g} months needs longer."
        )
    before = curve.times < horizon
    edges = np.concatenate([[0.0], curve.times[before], [horizon]])
    steps = np.concatenate([[1.0], curve.survival[before]]) * np.diff(edges)
    # the area still to come at each of the times
    to_come = np.cumsum(steps[::-1])[::-1][1:]
    deaths = np.array([(event & (time == t)).sum() for t in curve.times[before]], dtype=float)
    at_risk = np.array([(time >= t).sum() for t in curve.times[before]], dtype=float)
    left = at_risk - deaths
    # nobody left means no area to come, and no term
    term = np.divide(deaths, at_risk * left, out=np.zeros_like(deaths), where=left > 0)
    return float(steps.sum()), float(np.sqrt((to_come**2 * term).sum()))
