"""Truths to plan a trial under: ZUMA-7's, proportional, delayed, crossing, none."""

from dataclasses import replace

import numpy as np

from secondline.checks import check_above_zero, check_share, is_number
from secondline.errors import InputError, one_of
from secondline.trials.design import RESPONSE_SETTLED, Design, EventRule, Scans, zuma7
from secondline.trials.truth import CureMixture, HazardRatio

EFFECTS = ("ZUMA-7", "proportional", "delayed", "crossing", "none")


def design_with_effect(
    effect: str,
    *,
    hazard_ratio: float = 0.7,
    change_months: float = 2.0,
    n: int = 359,
    accrual_months: float = 20.4,
    follow_up_months: float = 17.4,
    dropout: float | None = None,
    scan_weeks: float | None = None,
    crossover: float = 0.0,
    rescued: float = 0.3,
    endpoint: str = "EFS",
) -> Design:
    """Return a design whose control arm is that fitted to ZUMA-7, with a chosen effect.

    Parameters
    ----------
    effect : str
        "ZUMA-7": the experimental arm is that fitted to the trial. The others take the
        control arm and multiply its hazard: by `hazard_ratio` at all times
        ("proportional"), from `change_months` on ("delayed"), by its inverse before
        and by it afterwards ("crossing"), or not at all ("none").
    hazard_ratio : float
        Above 0; not used by "ZUMA-7" and "none".
    change_months : float
        Above 0; used by "delayed" and "crossing".
    n : int
    accrual_months, follow_up_months : float
    dropout : float, optional
        Rate per month in both arms; each arm's own, as fitted, if not given.
    scan_weeks : float, optional
        A scan every so many weeks; 0: every failure is known on its day. If not given,
        the plan assumed for ZUMA-7.
    crossover : float
        Share of failures in the control arm that are followed by CAR-T cells.
    rescued : float
        Share of those whom CAR-T cells then keep alive; the others die as without.
    endpoint : {"EFS", "OS"}

    Raises
    ------
    InputError
        If a value cannot be used.
    """
    if effect not in EFFECTS:
        raise InputError(f"effect is {effect!r}; allowed: {one_of(EFFECTS)}.")
    check_above_zero(hazard_ratio=hazard_ratio, change_months=change_months)
    check_share(rescued=rescued)
    base = zuma7()
    saved = CureMixture(base.control.after, cured=rescued)
    control = replace(base.control, name="control", crossover=crossover, after_crossover=saved)
    ratios = {
        "proportional": ((hazard_ratio,), ()),
        "delayed": ((1.0, hazard_ratio), (change_months,)),
        "crossing": ((1 / hazard_ratio, hazard_ratio), (change_months,)),
        "none": ((1.0,), ()),
    }
    if effect == "ZUMA-7":
        experimental = replace(base.experimental, name="experimental")
    else:
        # scans, drop-out and treatment as in the control arm: only the hazard differs
        curve = HazardRatio(control.curve, *ratios[effect])
        experimental = replace(control, name="experimental", curve=curve, crossover=0.0)
    if dropout is not None:
        control, experimental = (replace(a, dropout=dropout) for a in (control, experimental))
    rule = base.rule
    if scan_weeks is not None:
        rule = EventRule(regular_scans(scan_weeks, accrual_months + follow_up_months),
                         response_by=RESPONSE_SETTLED)  # fmt: skip
    return replace(
        base,
        control=control,
        experimental=experimental,
        n=n,
        accrual_months=accrual_months,
        follow_up_months=follow_up_months,
        rule=replace(rule, endpoint=endpoint),
    )


def regular_scans(weeks: float, months: float) -> Scans:
    """Return scans every so many weeks over so many months; 0 weeks: none are needed."""
    if not (is_number(weeks) and weeks >= 0):
        raise InputError(f"scan_weeks is {weeks!r}; it must be a number of weeks, 0 or more.")
    if weeks == 0:
        return Scans(())
    step = 7 * weeks
    days = np.arange(step, 365.25 / 12 * months + step, step)
    # a patient's scans stay in order, and the first comes after the start
    return Scans.on_days(*days, shift_days=min(5.0, step / 4))


def check_scan_weeks(weeks: float) -> None:
    """Raise InputError unless a chapter's weeks between scans are 0, or from 2 to 26."""
    if not (is_number(weeks) and (weeks == 0 or 2 <= weeks <= 26)):
        raise InputError(f"scan_weeks is {weeks!r}; it must be 0 or a number from 2 to 26.")
