"""Tumour burden: what the printed hazard ratios, P values and correlation say by themselves."""

from dataclasses import dataclass
from math import asin, exp, log, pi, sin, sqrt

import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from secondline.claims import get_claim
from secondline.effects import (
    EffectEstimate,
    SubgroupEffect,
    asymmetry,
    from_p,
    interaction,
    p_range,
    printed_range,
    printed_value,
    read_effects,
    standard_error_from_events,
    z_from_p,
)
from secondline.errors import InputError
from secondline.intervals import read_number

MARKERS = ("SPD", "LDH")


@dataclass(frozen=True)
class JointEffects:
    """Two markers' hazard ratios in one model, reckoned from those apart.

    Attributes
    ----------
    overlap : float
        Correlation of the two divisions (phi).
    first, second : EffectEstimate
        Each after the other.
    """

    overlap: float
    first: EffectEstimate
    second: EffectEstimate


@dataclass(frozen=True)
class Repair:
    """A printed effect with one digit changed, so that all its numbers fit.

    Attributes
    ----------
    place : str
        "hazard ratio", "lower limit", "upper limit" or "P".
    printed, repaired : str
    """

    place: str
    printed: str
    repaired: str


def burden_effects() -> tuple[SubgroupEffect, ...]:
    """Return the published effects of SPD and LDH."""
    return tuple(effect for effect in read_effects() if effect.marker in MARKERS)


@dataclass(frozen=True)
class PrintedNumbers:
    """What the paper prints of SPD and LDH beside hazard ratios.

    Attributes
    ----------
    r, r_p : str
        Spearman's correlation of the two.
    axi_spd, axi_ldh, third_line : int
        Axi-cel patients with SPD and with LDH, and patients of ZUMA-1 with either.
    """

    r: str
    r_p: str
    axi_spd: int
    axi_ldh: int
    third_line: int


def printed_numbers() -> PrintedNumbers:
    """Return the correlation and the numbers of patients from the claims."""
    correlation = get_claim("tme-spd-ldh-r")
    counts = (get_claim(f"tme-fig5-{end}").value for end in ("c-zuma7-n", "d-zuma7-n", "c-zuma1-n"))
    return PrintedNumbers(correlation.value, correlation.p, *map(int, counts))


def third_line_median() -> float:
    """Return the printed median SPD of ZUMA-1, in mm²."""
    return float(read_number(get_claim("tme-zuma1-median-spd").value).value)


def ldh_limit() -> float:
    """Return the printed upper limit of normal LDH, in U/l."""
    return printed_value(get_claim("tme-ldh-uln").value)


def repairs(effect: SubgroupEffect) -> tuple[Repair, ...]:
    """Return every change of one digit that makes hazard ratio, interval and P agree.

    Parameters
    ----------
    effect : SubgroupEffect
        Printed with an interval and an exact P.

    Returns
    -------
    tuple of Repair
        Empty where they agree as printed, or where no single digit mends them.

    Raises
    ------
    InputError
        If it is printed without one of the four.
    """
    texts = {"hazard ratio": effect.hazard_ratio, "lower limit": effect.lower,
             "upper limit": effect.upper, "P": effect.p}  # fmt: skip
    if effect.basis != "interval" or effect.z is None:
        raise InputError(f"{effect.name} is not printed with an interval and an exact P.")
    if _agree(*texts.values()):
        return ()
    found = []
    for place, text in texts.items():
        for i, old in enumerate(text):
            if not old.isdigit():
                continue
            for new in "0123456789":
                changed = text[:i] + new + text[i + 1 :]
                if new != old and _agree(*(texts | {place: changed}).values()):
                    found.append(Repair(place, text, changed))
    return tuple(found)


def _agree(ratio: str, lower: str, upper: str, p: str) -> bool:
    """Tell whether one true hazard ratio and standard error can be printed in this way."""
    low, high = printed_range(lower), printed_range(upper)
    if not (low[0] > 0 and low[1] < high[0] and 0 < printed_value(p) <= 1):
        return False
    if (
        not low[0] <= printed_value(ratio) <= high[1]
        or not asymmetry(ratio, lower, upper).explained
    ):
        return False
    least, most = printed_range(p)
    smallest, largest = p_range(ratio, lower, upper)
    return least <= largest and smallest <= most


def implied_patients(r: str, p: str) -> tuple[float, float, float]:
    """Return how many patients a printed rank correlation and its P imply.

    P of Spearman's R by Student's t with n - 2 degrees of freedom, as statistical
    packages take it for large samples.

    Returns
    -------
    tuple of float
        As printed; the fewest and the most that the digits allow.

    Raises
    ------
    InputError
        If a text is not a number, or R is not between 0 and 1.
    """
    rs, ps = printed_range(r), printed_range(p)
    if not (0 < rs[0] and rs[1] < 1 and 0 < ps[0] and ps[1] < 1):
        raise InputError(f"R is {r} and P is {p}; both must lie between 0 and 1.")
    return (
        _patients(printed_value(r), printed_value(p)),
        _patients(rs[1], ps[1]),
        _patients(rs[0], ps[0]),
    )


def _patients(r: float, p: float) -> float:
    def excess(n):
        return stats.t.logsf(r * sqrt((n - 2) / (1 - r * r)), n - 2) - log(p / 2)

    return float(brentq(excess, 2.01, 1e7))


def division_overlap(r: float) -> float:
    """Return the correlation of two markers' halves from Spearman's R of the numbers.

    For two normal markers, 2 asin(Pearson) / pi (Sheppard 1899), and Pearson's by
    :func:`normal_correlation`.

    Raises
    ------
    InputError
        If R does not lie between -1 and 1.
    """
    return 2 * asin(normal_correlation(r)) / pi


def normal_correlation(r: float) -> float:
    """Return Pearson's correlation of two normal markers from Spearman's R.

    Raises
    ------
    InputError
        If R does not lie between -1 and 1.
    """
    if not -1 <= r <= 1:
        raise InputError(f"R is {r!r}; it must lie between -1 and 1.")
    return 2 * sin(pi * r / 6)


def joint_effects(first: EffectEstimate, second: EffectEstimate, overlap: float) -> JointEffects:
    """Reckon two halves' hazard ratios in one model from those apart.

    As in a linear regression of two standardised columns with one spread: each slope
    apart holds a part of the other's. Near enough for moderate hazard ratios.

    Parameters
    ----------
    first, second : EffectEstimate
        High against low, each by itself, in the same patients.
    overlap : float
        Correlation of the two divisions, between -1 and 1.

    Raises
    ------
    InputError
        If the overlap is out of range.
    """
    if not -1 < overlap < 1:
        raise InputError(f"overlap is {overlap!r}; it must lie between -1 and 1.")
    free = 1 - overlap**2
    parts = []
    for one, other in ((first, second), (second, first)):
        slope = (one.log - overlap * other.log) / free
        parts.append(EffectEstimate(exp(slope), one.standard_error / sqrt(free)))
    return JointEffects(overlap, *parts)


def four_groups(effects, marker: str) -> pd.DataFrame:
    """Return the four groups' hazards, SOC at the lower level as 1, by both ways.

    Parameters
    ----------
    effects : sequence of SubgroupEffect
    marker : {"SPD", "LDH"}

    Returns
    -------
    DataFrame
        Columns arm, level, by_level, by_arm: the last group is reached from SOC by
        comparing arms at its level, or by comparing levels in its arm.
    """
    own = [effect for effect in effects if effect.marker == marker]
    if not own:
        raise InputError(f"There are no effects of {marker!r}.")
    high, low = (next(e for e in own if e.contrast == "levels").level,
                 next(e for e in own if e.contrast == "levels").reference)  # fmt: skip
    at = {e.level: printed_value(e.hazard_ratio) for e in own if e.contrast == "arms"}
    within = {e.arm: printed_value(e.hazard_ratio) for e in own if e.contrast == "levels"}
    rows = [
        ("SOC", low, 1.0, 1.0),
        ("SOC", high, within["SOC"], within["SOC"]),
        ("axi-cel", low, at[low], at[low]),
        ("axi-cel", high, within["SOC"] * at[high], at[low] * within["axi-cel"]),
    ]
    return pd.DataFrame(rows, columns=["arm", "level", "by_level", "by_arm"])


def events_by_way(effects, marker: str) -> tuple[float, float]:
    """Return the fewest events behind a marker's comparisons, by levels and by arms.

    Both ways count the same patients' events, once at each level and once in each arm.
    """
    own = [e for e in effects if e.marker == marker]
    return tuple(
        sum(4 / e.estimate.standard_error**2 for e in own if e.contrast == contrast)
        for contrast in ("arms", "levels")
    )


def across_trials(second_line: EffectEstimate, third_line_p, events) -> pd.DataFrame:
    """Suppose that an earlier trial found a marker significant: does a later one differ?

    Parameters
    ----------
    second_line : EffectEstimate
        Of the later trial.
    third_line_p : sequence of float
        P values that the earlier one may have had, in the direction of harm.
    events : sequence of int
        Events that it may have had, in two halves.

    Returns
    -------
    DataFrame
        Columns p, events, hazard_ratio (of the earlier trial), ratio, lower, upper,
        difference_p.
    """
    rows = []
    for p in third_line_p:
        for count in events:
            error = standard_error_from_events(count)
            first = EffectEstimate(exp(z_from_p(p) * error), error)
            test = interaction(first, second_line)
            rows.append((p, count, first.hazard_ratio, test.ratio, test.lower, test.upper, test.p))
    return pd.DataFrame(rows, columns=[
        "p", "events", "hazard_ratio", "ratio", "lower", "upper", "difference_p",
    ])  # fmt: skip


def refitted(effect: SubgroupEffect) -> EffectEstimate:
    """Return a printed effect with the standard error that its P implies."""
    return from_p(printed_value(effect.hazard_ratio), printed_value(effect.p))
