"""Each arm's Kaplan-Meier curve, numbers at risk, and contrasts of arms at one time."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.errors import InputError
from secondline.survival.inputs import ARMS, arm_names, arm_numbers, check_times
from secondline.survival.kaplan_meier import (
    KaplanMeier,
    Median,
    kaplan_meier,
    median_with_interval,
)

@dataclass(frozen=True, eq=False)
class ArmCurve:
    """The curve of one arm, and what is read off it at some times.

    Attributes
    ----------
    curve : KaplanMeier
    median : Median
    censored : ndarray
        Times at which observation ended without the event, in order.
    at : ndarray, shape (k,)
    at_risk : ndarray of int, shape (k,)
        Patients still observed and free of the event just before each time.
    survival, lower, upper : ndarray, shape (k,)
        Share free of the event just after each time, with pointwise limits; nan beyond
        the last observation of an arm that still has patients free of the event.
    level : float
    """

    curve: KaplanMeier = field(repr=False)
    median: Median
    censored: np.ndarray = field(repr=False)
    at: np.ndarray
    at_risk: np.ndarray
    survival: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float


@dataclass(frozen=True, eq=False)
class Milestone:
    """The share free of the event at one time, in two arms, and their contrasts.

    Attributes
    ----------
    at, level : float
    survival, lower, upper : ndarray, shape (2,)
        SOC first, then axi-cel; limits on the log-log scale.
    difference, difference_lower, difference_upper : float
        axi-cel less SOC, with Greenwood's variances.
    p : float
        Two-sided test of no difference at this time.
    ratio, ratio_lower, ratio_upper : float
        axi-cel over SOC, with limits on the log scale.
    needed, needed_lower, needed_upper : float
        Patients treated with axi-cel instead of SOC for one more free of the event at
        this time; nan where the interval of the difference holds zero or less.
    """

    at: float
    level: float
    survival: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    difference: float
    difference_lower: float
    difference_upper: float
    p: float
    ratio: float
    ratio_lower: float
    ratio_upper: float

    @property
    def needed(self) -> float:
        return 1 / self.difference if self.difference_lower > 0 else float("nan")

    @property
    def needed_lower(self) -> float:
        return 1 / self.difference_upper if self.difference_lower > 0 else float("nan")

    @property
    def needed_upper(self) -> float:
        return 1 / self.difference_lower if self.difference_lower > 0 else float("nan")


def arm_curves(
    time, event, arm, *, at=(0, 6, 12, 18, 24), level: float = 0.95
) -> dict[str, ArmCurve]:
    """Estimate a curve for each arm or other group of patients.

    Parameters
    ----------
    time : array_like, shape (n,)
        Months to the event or to the end of observation, 0 or more.
    event : array_like of bool, shape (n,)
    arm : array_like, shape (n,)
        1 for axi-cel and 0 for SOC, or the name of each patient's group.
    at : array_like, shape (k,)
        Rising times, 0 or more, at which numbers are wanted.
    level : float
        Confidence level of the pointwise limits (log-log scale), between 0 and 1.

    Returns
    -------
    dict of ArmCurve
        By name: axi-cel first, SOC second, then other groups in order of appearance.

    Raises
    ------
    InputError
        If the columns do not fit each other or hold what cannot be used.
    """
    time, event = check_times(time, event)
    names = arm_names(arm, len(time))
    at = np.atleast_1d(np.asarray(at, dtype=float))
    if at.ndim != 1 or not (np.isfinite(at).all() and (at >= 0).all() and (np.diff(at) > 0).all()):
        raise InputError("at must hold rising times, 0 or more.")
    known = [name for name in reversed(ARMS) if name in names]
    others = [name for name in dict.fromkeys(names) if name not in ARMS]
    curves = {}
    for name in (*known, *others):
        mine = names == name
        curve = kaplan_meier(time[mine], event[mine], level=level)
        curves[name] = ArmCurve(
            curve,
            median_with_interval(curve),
            np.sort(time[mine & ~event]),
            at,
            (time[mine][:, None] >= at).sum(axis=0),
            read_off(curve, curve.survival, at, start=1.0),
            read_off(curve, curve.lower, at),
            read_off(curve, curve.upper, at),
            level,
        )
    return curves


def milestone(time, event, arm, at: float, *, level: float = 0.95) -> Milestone:
    """Compare the shares free of the event at one time.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        As for :func:`arm_curves`.
    arm : array_like, shape (n,)
        1 or "axi-cel", and 0 or "SOC"; both arms must be there.
    at : float
        The time, above 0.
    level : float

    Returns
    -------
    Milestone

    Raises
    ------
    InputError
        If the input cannot be used, or an arm was not observed for so long.

    Notes
    -----
    Limits of each arm on the log-log scale; contrasts as in Klein et al., Statistics in
    Medicine 2007;26:4505, whose plain and log scales these are.
    """
    time, event = check_times(time, event)
    number = arm_numbers(arm, len(time))
    if not (np.isfinite(at) and at > 0):
        raise InputError(f"at is {at!r}; it must be a time above 0.")
    curves = [kaplan_meier(time[number == i], event[number == i], level=level) for i in (0, 1)]
    columns = []
    for i, curve in enumerate(curves):
        share = float(read_off(curve, curve.survival, np.array([at]), start=1.0)[0])
        if np.isnan(share):
            raise InputError(
                f"{ARMS[i]} was observed for {curve.times[-1]:.1f} months only; "
                f"a share at {at:g} months needs longer."
            )
        limits = [float(read_off(curve, y, np.array([at]))[0]) for y in (curve.lower, curve.upper)]
        columns.append((share, *limits, share * np.sqrt(_greenwood(time, event, number == i, at))))
    survival, lower, upper, se = np.array(columns).T
    z = stats.norm.ppf((1 + level) / 2)
    difference, spread = survival[1] - survival[0], np.hypot(*se)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = survival[1] / survival[0]
        width = np.exp(z * np.hypot(*(se / survival)))
        p = 2 * stats.norm.sf(abs(difference / spread))
    return Milestone(
        float(at), float(level), survival, lower, upper,
        float(difference), float(difference - z * spread), float(difference + z * spread),
        float(p), float(ratio), float(ratio / width), float(ratio * width),
    )  # fmt: skip


def read_off(curve: KaplanMeier, values: np.ndarray, at, *, start: float = np.nan) -> np.ndarray:
    """Return a step function's values just after given times.

    nan beyond the last observation where patients are still free of the event; `start`
    before the first.
    """
    place = np.searchsorted(curve.times, at, side="right")
    read = np.concatenate([[start], values])[place]
    unknown = (np.asarray(at) > curve.times[-1]) & (curve.survival[-1] > 0)
    return np.where(unknown, np.nan, read)


def _greenwood(time, event, mine, at: float) -> float:
    """Return the sum of d / (n (n - d)) up to a time; nan where nobody is left."""
    when = np.unique(time[mine & event & (time <= at)])
    deaths = np.array([(time[mine & event] == t).sum() for t in when])
    at_risk = np.array([(time[mine] >= t).sum() for t in when])
    if not len(when):
        return 0.0
    if (deaths == at_risk).any():
        return float("nan")
    return float((deaths / (at_risk * (at_risk - deaths))).sum())
