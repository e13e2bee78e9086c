"""What a trial records of its virtual patients: event-free survival, response, duration."""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError, one_of
from secondline.trials import MONTH_DAYS, RESPONSE_SETTLED, ZUMA7_SCANS, zuma7

# of failures after the first scan and up to day 150, the share without a response
NONE_AFTER_FIRST_SCAN = {"axi-cel": 0.12, "SOC": 0.50}
# of failures without a response, the share whose response nobody assessed: the printed
# response counts of SOC are 30 short of its 128 profiles
NOT_ASSESSED = {"axi-cel": 0.0, "SOC": 0.36}
FIRST_LOOK = 56 / MONTH_DAYS
# assumed: complete response as best response, by what follows
COMPLETE = {"ongoing": 0.93, "relapsed": {"axi-cel": 0.55, "SOC": 0.45}}


@dataclass(frozen=True, eq=False)
class Records:
    """Outcome records of one arm, arrays of shape (n,).

    `efs_months` and `efs_event`; `response` ("ongoing", "relapsed", "none", or None where
    nobody assessed it), `best_response` ("CR", "PR", "SD", "PD", or None), `dor_months` (nan
    without a response), `dor_event`, `treated` and `infusion_months` (nan for those never treated).
    """

    efs_months: np.ndarray
    efs_event: np.ndarray
    response: np.ndarray
    best_response: np.ndarray
    dor_months: np.ndarray
    dor_event: np.ndarray
    treated: np.ndarray
    infusion_months: np.ndarray


def trial_arm(arm: str):
    """Return the design's arm of this name.

    Raises
    ------
    InputError
        If there is no such arm.
    """
    design = zuma7()
    for own in (design.control, design.experimental):
        if own.name == arm:
            return own
    raise InputError(f"arm is {arm!r}; allowed: {one_of(('axi-cel', 'SOC'))}.")


def draw_records(
    arm: str, survival, rng: np.random.Generator, *, order=None, not_assessed=None
) -> Records:
    """Record what the trial sees of patients whose places on the arm's curve are known.

    Parameters
    ----------
    arm : {"axi-cel", "SOC"}
    survival : ndarray, shape (n,)
        Survival at each patient's failure, in (0, 1).
    rng : numpy.random.Generator
    order : callable, optional
        Given a number n, returns n values in (0, 1) for the detection of failures and
        for follow-up; random if not given. Evenly spread values make margins less noisy.
    not_assessed : float, optional
        Share of failures without a response whose response nobody assessed;
        :data:`NOT_ASSESSED` if not given.

    Returns
    -------
    Records
    """
    own = trial_arm(arm)
    spread = order or rng.random
    survival = np.asarray(survival, dtype=float)
    n = len(survival)
    failure = own.curve.times(survival)
    shift = ZUMA7_SCANS.shift * rng.uniform(-1, 1, n)
    planned = np.append(ZUMA7_SCANS.months, np.inf)
    scan = planned[np.searchsorted(planned[:-1], failure - shift)] + shift
    seen = np.where(spread(n) < own.seen_at_once, failure, scan)
    # follow-up of 17.4 to 37.8 months, with more patients near the short end
    watched = 17.4 + 20.4 * (1 - (1 - spread(n)) ** (1 / 1.51))
    with np.errstate(divide="ignore"):
        watched = np.minimum(watched, -np.log(1 - spread(n)) / own.dropout)
    event = seen <= watched
    months = np.round(np.minimum(seen, watched), 3)
    response = np.where(event, "relapsed", "ongoing").astype(object)
    unanswered = rng.random(n) < NONE_AFTER_FIRST_SCAN[arm]
    response[event & ((months < FIRST_LOOK) | (unanswered & (months <= RESPONSE_SETTLED)))] = "none"
    return complete_records(arm, months, event, response, rng, not_assessed)


def complete_records(arm, months, event, response, rng, not_assessed=None) -> Records:
    """Fill in best response, duration of response and treatment of given outcomes."""
    own = trial_arm(arm)
    n = len(months)
    draw = rng.random(n)
    best = np.where(draw < 0.6, "PD", "SD").astype(object)
    ongoing, relapsed = response == "ongoing", response == "relapsed"
    best[ongoing] = np.where(draw[ongoing] < COMPLETE["ongoing"], "CR", "PR")
    best[relapsed] = np.where(draw[relapsed] < COMPLETE["relapsed"][arm], "CR", "PR")
    share = NOT_ASSESSED[arm] if not_assessed is None else not_assessed
    unknown = (response == "none") & (rng.random(n) < share)
    response, best = np.where(unknown, None, response), np.where(unknown, None, best)
    first_response = np.minimum(1.6 + 0.15 * rng.standard_normal(n), 0.8 * months)
    responded = ongoing | relapsed
    infusion = own.treatment_months * np.exp(own.treatment_spread * rng.standard_normal(n))
    # axi-cel is given to all who are event-free by then, a transplant to responders
    treated = infusion < months
    if arm == "SOC":
        treated &= responded
    names = {"axi-cel": ("axi-cel", "none"), "SOC": ("transplant", "salvage only")}[arm]
    return Records(
        efs_months=months,
        efs_event=event,
        response=response,
        best_response=best,
        dor_months=np.where(responded, np.round(months - first_response, 3), np.nan),
        dor_event=event & responded,
        treated=np.where(treated, *names).astype(object),
        infusion_months=np.where(treated, np.round(infusion, 3), np.nan),
    )
