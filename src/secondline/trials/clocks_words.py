"""Comparisons of event rules as tables for the page, and in sentences that fit the numbers."""

import numpy as np
import pandas as pd

from secondline.trials.clocks import Comparison
from secondline.trials.simulation import Histories

# arms in the order in which the book names them
ARMS = ((1, "axi-cel"), (0, "SOC"))


def schedule_page(rules) -> pd.DataFrame:
    """Return what each rule asks, and what of it is printed, as text.

    Parameters
    ----------
    rules : sequence of NamedRule
    """
    return pd.DataFrame(
        {
            "Rule": named.name,
            "Response required by": named.deadline,
            "The deadline is": "printed" if named.printed else "set by this book",
            "Scans (all assumed)": named.scans,
        }
        for named in rules
    )


def rules_page(comparison: Comparison, *, truth: bool = True) -> pd.DataFrame:
    """Return what each rule gives, as text; `truth` adds the curves behind all of them."""
    c = comparison
    rate = f"% free at {c.at:g} months, axi-cel / SOC"
    rows = [
        {
            "Rule": name,
            "HR (± error)": f"{_number(c.hazard_ratio[i], 3)} "
            f"(± {_number(c.hazard_ratio_error[i], 3)})",
            "Median, axi-cel": _median(*c.medians[i, 1]),
            "Median, SOC": _median(*c.medians[i, 0]),
            rate: _pair(100 * c.rate[i]),
        }
        for i, name in enumerate(c.names)
    ]
    if truth:
        middle = c.true_medians
        rows.append(
            {
                "Rule": "true curve",
                "HR (± error)": "varies",
                "Median, axi-cel": _median(middle[1]),
                "Median, SOC": _median(middle[0]),
                rate: _pair(100 * c.true_rates),
            }
        )
    return pd.DataFrame(rows)


def deadline_page(without: Comparison, late: Comparison) -> pd.DataFrame:
    """Return the deadlines without and with late responders side by side, as text."""
    rate = f"% of axi-cel free at {without.at:g} months"
    return pd.DataFrame(
        {
            "Response required by": name,
            "HR, none late": _number(without.hazard_ratio[i], 3),
            "HR, some late": _number(late.hazard_ratio[i], 3),
            f"{rate}, none late": _number(100 * without.rate[i, 1], 1),
            f"{rate}, some late": _number(100 * late.rate[i, 1], 1),
        }
        for i, name in enumerate(without.names)
    )


def time_zero_page(trial: Comparison, alike: Comparison) -> pd.DataFrame:
    """Return the choices of time zero for the trial, and for two arms that fail alike."""
    return pd.DataFrame(
        {
            "Who is counted, from when": name,
            "HR": _number(trial.hazard_ratio[i], 2),
            "HR, arms that fail alike": _number(alike.hazard_ratio[i], 2),
            "% of axi-cel / SOC counted": _pair(100 * trial.analysed[i], 0),
            f"% free at {trial.at:g} months": _pair(100 * trial.rate[i]),
        }
        for i, name in enumerate(trial.names)
    )


def schedules_reading(comparison: Comparison) -> str:
    """Say how far hazard ratio, medians and rates move between rules."""
    c = comparison
    ratios, rates = c.hazard_ratio, 100 * c.rate
    if not np.isfinite(ratios).all():
        return "With so few patients some rules give no hazard ratio at all."
    low, high = int(ratios.argmin()), int(ratios.argmax())
    times, error = c.ratio_to(low)
    parts = [
        f"The hazard ratio goes from {ratios[low]:.3f} ({c.names[low]}) to {ratios[high]:.3f} "
        f"({c.names[high]}). The patients are the same, so that the second is {times[high]:.3f} "
        f"times the first with a Monte-Carlo error of only {error[high]:.3f}."
    ]
    for arm, name in ARMS:
        months = c.medians[:, arm, 0]
        if np.isfinite(months).all():
            first, last = int(months.argmin()), int(months.argmax())
            parts.append(
                f"The median of {name} goes from {months[first]:.1f} ({c.names[first]}) to "
                f"{months[last]:.1f} months ({c.names[last]})."
            )
        else:
            parts.append(f"The median of {name} is not reached under every rule.")
    spread = np.ptp(rates, axis=0)
    parts.append(
        f"The share free of the event at {c.at:g} months moves by {_points(spread[1])} in axi-cel "
        f"and by {_points(spread[0])} in SOC."
    )
    return " ".join(parts)


def first_scan_page(patients: Histories, comparison: Comparison) -> pd.DataFrame:
    """Return where each rule's first scan and its control median stand, as text."""
    failure = patients.failure[:, patients.design.arm == 0]
    rows = []
    for named, medians in zip(comparison.rules, comparison.medians, strict=True):
        scans = named.rule.scans
        first = scans.months[0] if scans.months else np.nan
        rows.append(
            {
                "Rule": named.name,
                "First scan, month": _number(first, 2),
                "% of SOC failed by then": _number(100 * (failure <= first).mean(), 0)
                if scans.months
                else "–",
                "Median, SOC": _median(medians[0, 0]),
                "The median stands": _place(medians[0, 0], scans),
            }
        )
    return pd.DataFrame(rows)


def _place(month: float, scans) -> str:
    if not scans.months or not np.isfinite(month):
        return "–"
    planned = np.asarray(scans.months)
    near = int(np.abs(planned - month).argmin())
    if abs(planned[near] - month) <= scans.shift:
        return "at the first scan" if near == 0 else f"at scan {near + 1}"
    after = int(np.searchsorted(planned, month))
    return "before the first scan" if after == 0 else f"after scan {after}"


def deadline_reading(without: Comparison, late: Comparison) -> str:
    """Say what each earlier deadline does to the arms with late responders.

    Parameters
    ----------
    without, late : Comparison
        Under the same deadlines, the latest first.
    """
    design = late.design
    shares = {1: design.experimental.late_response, 0: design.control.late_response}
    parts = [
        f"{100 * (without.rate[0, arm] - late.rate[i, arm]):.1f} of 100 {name} patients "
        f"({late.names[i]})"
        for arm, name in ARMS
        if shares[arm] > 0
        for i in range(1, len(late.names))
    ]
    if not parts:
        return (
            "Nobody responds late with these settings, so that the deadline finds only patients "
            f"who would have failed soon. The hazard ratio goes from {without.hazard_ratio[0]:.3f} "
            f"({without.names[0]}) to {without.hazard_ratio[-1]:.3f} ({without.names[-1]})."
        )
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return (
        f"With late responses the early deadlines take away {listed}: patients free of failure "
        f"at {late.at:g} months, who count as free under {late.names[0]}. The hazard ratio under "
        f"{late.names[-1]} is {late.hazard_ratio[-1]:.3f} instead of "
        f"{without.hazard_ratio[-1]:.3f}."
    )


def new_therapy_reading(comparison: Comparison) -> str:
    """Say how far censoring lies from what it aims at."""
    c = comparison
    ignored, censored, chance = (
        c.index(name) for name in ("ignored", "censored", "censored by chance")
    )
    gap = 100 * (c.rate[censored] - c.rate[ignored])
    fair = 100 * (c.rate[chance] - c.rate[ignored])
    return (
        f"Censoring the start of a new therapy gives {100 * c.rate[censored, 1]:.1f} % and "
        f"{100 * c.rate[censored, 0]:.1f} % at {c.at:g} months (axi-cel, SOC), where "
        f"{100 * c.rate[ignored, 1]:.1f} % and {100 * c.rate[ignored, 0]:.1f} % have not "
        f"progressed: a bias of {gap[1]:.1f} and {gap[0]:.1f} points. The hazard ratio becomes "
        f"{c.hazard_ratio[censored]:.3f} instead of {c.hazard_ratio[ignored]:.3f}. When the same "
        f"starts are dealt by chance, the two shares are off by {_signed(fair[1])} and "
        f"{_signed(fair[0])} points, and the ratio is {c.hazard_ratio[chance]:.3f}. A trial then "
        f"has {c.events[chance]:.0f} events instead of {c.events[ignored]:.0f}."
    )


def time_zero_reading(trial: Comparison, alike: Comparison) -> str:
    """Say what each time zero does to the hazard ratio, and whom it leaves out."""
    names = ("all, from randomisation", "treated, from treatment", "treated, from randomisation")
    whole, treated, waited = (trial.index(name) for name in names)
    share = 100 * trial.analysed[treated]
    ratio = trial.hazard_ratio
    if not share.all() or not np.isfinite([*ratio, *alike.hazard_ratio]).all():
        return (
            "With these settings too few patients reach treatment free of an event for every "
            "hazard ratio."
        )
    return (
        f"Counted from randomisation the hazard ratio is {ratio[whole]:.2f}. Counted from infusion "
        f"or transplant it is {ratio[treated]:.2f}, since {share[1]:.0f} % of the axi-cel arm but "
        f"{share[0]:.0f} % of the SOC arm are left: those who had no event while they waited. With "
        f"their wait credited it is {ratio[waited]:.2f}. Where the arms fail alike and the truth "
        f"is 1, the three give {alike.hazard_ratio[whole]:.2f}, {alike.hazard_ratio[treated]:.2f} "
        f"and {alike.hazard_ratio[waited]:.2f}."
    )


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def _pair(values, digits: int = 1) -> str:
    return " / ".join(_number(values[arm], digits) for arm, _ in ARMS)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−").replace("+0.0", "0.0").replace("−0.0", "0.0")


def _points(value: float) -> str:
    return f"{value:.1f} points" if np.isfinite(value) else "an amount that is not known"


def _median(estimate: float, lower: float | None = None, upper: float | None = None) -> str:
    if not np.isfinite(estimate):
        return "not reached"
    text = f"{estimate:.2f}"
    if lower is None:
        return text
    return f"{text} ({_number(lower, 2)} to {_number(upper, 2)})"
