"""Is the ratio of hazards constant? A test, ratios by period, and what constancy predicts."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival.inputs import arm_numbers, check_times
from secondline.survival.cox_model import FIT_OPTIONS, cox_model
from secondline.survival.kaplan_meier import kaplan_meier

# how time is counted when the log hazard ratio is held against it
TRANSFORMS = ("km", "rank", "identity", "log")


@dataclass(frozen=True, eq=False)
class ProportionalHazardsTest:
    """Does the log hazard ratio of the arms change with time?

    Attributes
    ----------
    transform : str
    statistic, p : float
        Score test, chi-square with one degree of freedom, as R's cox.zph has given it
        since survival 3.0.
    residual_statistic, residual_p : float
        The older form from scaled Schoenfeld residuals, through lifelines.
    times, residuals : ndarray
        Event times in order and the scaled Schoenfeld residual at each, plus the log
        hazard ratio: a cloud around the log hazard ratio over time.
    """

    transform: str
    statistic: float
    p: float
    residual_statistic: float
    residual_p: float
    times: np.ndarray = field(repr=False)
    residuals: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class HazardView:
    """The curves of two arms, and what proportional hazards makes of them.

    Attributes
    ----------
    hazard_ratio : float
        Of the Cox model.
    times : dict of ndarray
        By arm: the distinct times, from 0.
    survival : dict of ndarray
        By arm: Kaplan-Meier just after each time.
    predicted : ndarray
        Share free of the event with axi-cel at the times of SOC, if hazards were
        proportional: the SOC curve to the power of the hazard ratio.
    log_time, log_minus_log : dict of ndarray
        By arm: log of time and log(-log S), where 0 < S < 1. Parallel under
        proportional hazards.
    periods : DataFrame
        Columns start, end, axi_at_risk, soc_at_risk, axi_events, soc_events,
        hazard_ratio, lower, upper (nan where a period has no estimate).
    """

    hazard_ratio: float
    times: dict = field(repr=False)
    survival: dict = field(repr=False)
    predicted: np.ndarray = field(repr=False)
    log_time: dict = field(repr=False)
    log_minus_log: dict = field(repr=False)
    periods: pd.DataFrame = field(repr=False)


def proportional_hazards_test(
    time, event, arm, *, transform: str = "km"
) -> ProportionalHazardsTest:
    """Test whether the hazard ratio of two arms is constant.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Months and whether the event was seen.
    arm : array_like, shape (n,)
        1 or "axi-cel", and 0 or "SOC".
    transform : {"km", "rank", "identity", "log"}
        How time is counted: by one less the Kaplan-Meier curve of all patients (as R
        does if not told otherwise), by ranks, as it is, or by its logarithm.

    Returns
    -------
    ProportionalHazardsTest

    Raises
    ------
    InputError
        If the input cannot be used.
    NoFiniteEstimate
        If the hazard ratio has no finite estimate, or all events fall on one time.

    Notes
    -----
    Grambsch and Therneau, Biometrika 1994;81:515. The score test adds the product of
    arm and transformed time to the model. lifelines 0.30.3 has the older form only. That
    form agrees with the same formula in R for "identity" and "log"; for "rank" and "km"
    lifelines counts time a little differently where times are tied or censored.
    """
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    if transform not in TRANSFORMS:
        raise InputError(f"transform is {transform!r}; allowed: {one_of(TRANSFORMS)}.")
    time, event = check_times(time, event)
    number = arm_numbers(arm, len(time))
    if transform == "log" and (time <= 0).any():
        raise InputError("A time is 0, which has no logarithm; use another transform.")
    model = cox_model(pd.DataFrame({"efs_months": time, "efs_event": event, "arm": number}))
    beta = float(model.log_hazard_ratio[0])
    when = np.unique(time[event])
    if len(when) < 2:
        raise NoFiniteEstimate("All events fall on one time; a change over time has no test.")
    scaled = _scaled(time, event, when, transform)
    statistic = _score_statistic(time, event, number, beta, when, scaled)
    order = np.argsort(time, kind="stable")
    frame = pd.DataFrame({"T": time, "E": event, "arm": number.astype(float)}).iloc[order]
    # lifelines matches residuals to times by position after its own sort
    frame = frame.reset_index(drop=True)
    fitter = CoxPHFitter().fit(frame, "T", "E", fit_options=FIT_OPTIONS)
    old = proportional_hazard_test(fitter, frame, time_transform=transform)
    residuals = fitter.compute_residuals(frame, "scaled_schoenfeld")["arm"]
    return ProportionalHazardsTest(
        transform, statistic, float(stats.chi2.sf(statistic, 1)),
        float(np.atleast_1d(old.test_statistic)[0]), float(np.atleast_1d(old.p_value)[0]),
        frame.loc[residuals.index, "T"].to_numpy(), residuals.to_numpy() + beta,
    )  # fmt: skip


def hazard_view(time, event, arm, *, cuts=(2, 6, 12), level: float = 0.95) -> HazardView:
    """Return the curves beside what proportional hazards predicts, and ratios by period.

    Parameters
    ----------
    time, event, arm : array_like, shape (n,)
        As for :func:`proportional_hazards_test`.
    cuts : sequence of float
        Rising times above 0 at which the hazard ratio may change; the last period has
        no end. A Cox model of each period counts those who enter it free of the event.
    level : float

    Returns
    -------
    HazardView

    Raises
    ------
    InputError
        If the input cannot be used.
    NoFiniteEstimate
        If the hazard ratio of all patients has no finite estimate.
    """
    time, event = check_times(time, event)
    number = arm_numbers(arm, len(time))
    cuts = np.atleast_1d(np.asarray(cuts, dtype=float))
    if cuts.ndim != 1 or not ((cuts > 0).all() and (np.diff(cuts) > 0).all()):
        raise InputError("cuts must hold rising times above 0.")
    table = pd.DataFrame({"efs_months": time, "efs_event": event, "arm": number})
    ratio = float(cox_model(table).hazard_ratio[0])
    times, survival, log_time, log_minus_log = {}, {}, {}, {}
    for i, name in ((1, "axi-cel"), (0, "SOC")):
        curve = kaplan_meier(time[number == i], event[number == i])
        times[name] = np.concatenate([[0.0], curve.times])
        survival[name] = np.concatenate([[1.0], curve.survival])
        inside = (curve.survival > 0) & (curve.survival < 1) & (curve.times > 0)
        log_time[name] = np.log(curve.times[inside])
        log_minus_log[name] = np.log(-np.log(curve.survival[inside]))
    edges = [0.0, *cuts, np.inf]
    periods = [
        _period(table, start, end, level) for start, end in zip(edges, edges[1:], strict=False)
    ]
    return HazardView(
        ratio, times, survival, survival["SOC"] ** ratio, log_time, log_minus_log,
        pd.DataFrame(periods),
    )  # fmt: skip


def _period(table: pd.DataFrame, start: float, end: float, level: float) -> dict:
    # an event at a cut belongs to the period that ends there, as in R's survSplit
    inside = table[table["efs_months"] > start] if start else table
    seen = inside["efs_event"] & (inside["efs_months"] <= end)
    mine = inside.assign(efs_months=inside["efs_months"].clip(upper=end), efs_event=seen)
    axi = mine["arm"] == 1
    row = {
        "start": start, "end": end, "axi_at_risk": int(axi.sum()), "soc_at_risk": int((~axi).sum()),
        "axi_events": int(seen[axi].sum()), "soc_events": int(seen[~axi].sum()),
    }  # fmt: skip
    try:
        effect = cox_model(mine, level=level).effect("arm")
    except InputError:
        # one arm without patients or without events has no ratio; the page shows a dash
        return row | {"hazard_ratio": np.nan, "lower": np.nan, "upper": np.nan}
    return row | {
        "hazard_ratio": effect.hazard_ratio, "lower": effect.lower, "upper": effect.upper
    }  # fmt: skip


def _scaled(time, event, when, transform: str) -> np.ndarray:
    """Return the event times as they are counted, one for each distinct time."""
    if transform == "identity":
        return when
    if transform == "log":
        return np.log(when)
    if transform == "rank":
        # among all patients, as in R; tied times share the mean of their ranks
        return np.array([stats.rankdata(time)[time == t][0] for t in when])
    curve = kaplan_meier(time, event)
    # the curve just before each time
    place = np.searchsorted(curve.times, when, side="left")
    return 1 - np.concatenate([[1.0], curve.survival])[place]


def _score_statistic(time, event, number, beta: float, when, scaled) -> float:
    """Return the score test of a second term, the arm times the transformed time (Efron)."""
    score = np.zeros(2)
    information = np.zeros((2, 2))
    ratio = np.exp(beta)
    for t, g in zip(when, scaled, strict=True):
        at_risk, dying = time >= t, event & (time == t)
        arm1, arm0 = (at_risk & (number == 1)).sum(), (at_risk & (number == 0)).sum()
        d, d1 = dying.sum(), (dying & (number == 1)).sum()
        # of d tied events, the l-th sees the risk set less l/d of the tied
        part = np.arange(d) / d
        weight1 = ratio * (arm1 - part * d1)
        share = weight1 / (weight1 + arm0 - part * (d - d1))
        terms = np.array([1.0, g])
        score += terms * (d1 - share.sum())
        information += np.outer(terms, terms) * (share * (1 - share)).sum()
    left = information[1, 1] - information[0, 1] ** 2 / information[0, 0]
    if not left > 0:
        raise NoFiniteEstimate("Arms are never at risk together long enough to test a change.")
    # the model's own score is zero at its estimate, but for rounding
    change = score[1] - information[0, 1] / information[0, 0] * score[0]
    return float(change**2 / left)
