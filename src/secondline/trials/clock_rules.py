"""Event rules as data, with what is printed of them, and the biology that they look at."""

from dataclasses import dataclass, replace

from secondline.checks import check_share, is_number
from secondline.errors import InputError, one_of
from secondline.trials.design import (
    MONTH_DAYS,
    RESPONSE_SETTLED,
    ZUMA7_SCANS,
    Design,
    EventRule,
    Scans,
    zuma7,
)

WEEK = 7 / MONTH_DAYS
WHOM = ("randomised", "treated")
# in the model a late response comes after twelve weeks, at a time that is not modelled
LATEST_DEADLINE_DAYS = 84


@dataclass(frozen=True)
class NamedRule:
    """An event rule with what is known of it.

    Attributes
    ----------
    name : str
    rule : EventRule
    deadline : str
        When a response is required, in words; "none" if never.
    scans : str
        When scans are taken, in words.
    printed : str
        Claim that prints the deadline; "" where nothing of the rule is printed.
    whom : {"randomised", "treated"}
        Who is counted. "treated" with a clock that starts at randomisation credits
        the patients with the time in which they waited.
    """

    name: str
    rule: EventRule
    deadline: str = "none"
    scans: str = "as ZUMA-7"
    printed: str = ""
    whom: str = "randomised"

    def __post_init__(self):
        if self.whom not in WHOM:
            raise InputError(f"whom is {self.whom!r}; allowed: {one_of(WHOM)}.")


def _weeks(*weeks: float) -> Scans:
    return Scans.on_days(*(7 * week for week in weeks))


TRANSFORM_SCANS = _weeks(9, 18, 26, 39, 52, 65, 78, 91, 104, 130, 156, 182)
BELINDA_SCANS = _weeks(6, *range(12, 183, 12))
TWELVE_WEEKLY = _weeks(*range(12, 183, 12))
ZUMA7_RULE = NamedRule(
    "ZUMA-7", EventRule(ZUMA7_SCANS, RESPONSE_SETTLED), "day 150",
    "days 50, 100, 150, then about every 3 months", "prr-zuma7-efs-day",
)  # fmt: skip
# the deadlines are printed; all days of scans are assumptions
RULES = (
    NamedRule("continuous", EventRule(), "none", "every day"),
    ZUMA7_RULE,
    NamedRule("TRANSFORM", EventRule(TRANSFORM_SCANS, 9 * WEEK), "9 weeks",
              "weeks 9, 18, 26, then every 13", "prr-transform-efs-week"),
    NamedRule("BELINDA", EventRule(BELINDA_SCANS, 12 * WEEK), "12 weeks",
              "weeks 6, 12, then every 12", "prr-belinda-efs-week"),
    NamedRule("12-weekly scans", EventRule(TWELVE_WEEKLY), "none", "every 12 weeks"),
)  # fmt: skip
# the same scans under the three printed deadlines, so that nothing else differs
DEADLINES = tuple(
    NamedRule(name, EventRule(ZUMA7_SCANS, by), name, printed=claim)
    for name, by, claim in (
        ("day 150", RESPONSE_SETTLED, "prr-zuma7-efs-day"),
        ("12 weeks", 12 * WEEK, "prr-belinda-efs-week"),
        ("9 weeks", 9 * WEEK, "prr-transform-efs-week"),
    )
)
NEW_THERAPY_RULES = tuple(
    NamedRule(name, replace(ZUMA7_RULE.rule, new_therapy=way), "day 150")
    for way, name in (("event", "an event"), ("ignore", "ignored"), ("censor", "censored"))
)
CENSORED_BY_CHANCE = NamedRule("censored by chance", ZUMA7_RULE.rule, "day 150")
TIME_ZERO_RULES = (
    NamedRule("all, from randomisation", ZUMA7_RULE.rule, "day 150"),
    NamedRule("treated, from treatment", replace(ZUMA7_RULE.rule, clock="treatment"), "day 150",
              whom="treated"),
    NamedRule("treated, from randomisation", ZUMA7_RULE.rule, "day 150", whom="treated"),
)  # fmt: skip

# what `biology` can be told of the arms, and the lowest and highest value
_SHARE, _MONTHS = (0.0, 1.0), (0.0, 12.0)
ASSUMPTIONS = {
    "seen_at_once_axi": _SHARE,
    "seen_at_once_soc": _SHARE,
    "late_response_axi": _SHARE,
    "late_response_soc": _SHARE,
    "new_therapy_axi": _SHARE,
    "new_therapy_soc": _SHARE,
    "treatment_months_axi": _MONTHS,
    "treatment_months_soc": _MONTHS,
}


def biology(
    *,
    n: int = 359,
    seen_at_once_axi: float = 0.3,
    seen_at_once_soc: float = 0.7,
    new_therapy_axi: float = 0.1,
    new_therapy_soc: float = 0.4,
    late_response_axi: float = 0.0,
    late_response_soc: float = 0.0,
    treatment_months_axi: float = 1.0,
    treatment_months_soc: float = 2.9,
) -> Design:
    """Return the design of :func:`secondline.trials.zuma7` with other assumptions.

    Parameters
    ----------
    n : int
        Patients of a trial.
    seen_at_once_axi, seen_at_once_soc : float
        Shares of failures known on their day.
    new_therapy_axi, new_therapy_soc : float
        Shares of failures that are the start of a new therapy without progression.
    late_response_axi, late_response_soc : float
        Shares of those free of failure at day 150 whose response begins after week 12.
    treatment_months_axi, treatment_months_soc : float
        Median months from randomisation to infusion or transplant.

    Raises
    ------
    InputError
        If a number cannot be used; with the parameter's name.
    """
    for arm, new, once in (
        ("axi", new_therapy_axi, seen_at_once_axi),
        ("soc", new_therapy_soc, seen_at_once_soc),
    ):
        check_share(**{f"new_therapy_{arm}": new, f"seen_at_once_{arm}": once})
        if new > once:
            raise InputError(
                f"new_therapy_{arm} is {new!r} and seen_at_once_{arm} {once!r}; the start of a new "
                "therapy is seen at once, so its share must not be the larger."
            )
    base = zuma7()
    return replace(
        base,
        n=n,
        experimental=replace(
            base.experimental,
            seen_at_once=seen_at_once_axi,
            new_therapy=new_therapy_axi,
            late_response=late_response_axi,
            treatment_months=treatment_months_axi,
        ),
        control=replace(
            base.control,
            seen_at_once=seen_at_once_soc,
            new_therapy=new_therapy_soc,
            late_response=late_response_soc,
            treatment_months=treatment_months_soc,
        ),
    )


def without_late_response(design: Design) -> Design:
    """Return the design with nobody whose response comes late."""
    return replace(
        design,
        experimental=replace(design.experimental, late_response=0.0),
        control=replace(design.control, late_response=0.0),
    )


def own_rule(deadline_days: int, scan_weeks: int, new_therapy: str = "event") -> NamedRule:
    """Return a reader's rule: equally spaced scans and a deadline for response.

    Parameters
    ----------
    deadline_days : int
        Day by which a response is required: 7 to 84; 0 for none. Later deadlines
        would need the day of each late response, which the model does not have.
    scan_weeks : int
        Weeks between scans, 1 or more; 0: every failure is seen on its day.
    new_therapy : {"event", "censor", "ignore"}

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    if not is_number(deadline_days) or not (
        deadline_days == 0 or 7 <= deadline_days <= LATEST_DEADLINE_DAYS
    ):
        raise InputError(
            f"deadline_days is {deadline_days!r}; it must be 0 (no deadline) or a number of days "
            f"from 7 to {LATEST_DEADLINE_DAYS}."
        )
    if not is_number(scan_weeks) or not (scan_weeks == 0 or scan_weeks in range(1, 105)):
        raise InputError(
            f"scan_weeks is {scan_weeks!r}; it must be 0 (no scans needed) or a whole number of "
            "weeks from 1 to 104."
        )
    every = int(scan_weeks)
    scans = _weeks(*range(every, 209, every)) if every else Scans()
    return NamedRule(
        "your own",
        EventRule(scans, deadline_days / MONTH_DAYS if deadline_days else None, new_therapy),
        f"day {deadline_days:g}" if deadline_days else "none",
        f"every {every} weeks" if every else "every day",
    )


def same_curve(design: Design) -> Design:
    """Return a design whose arms fail alike and differ only in when treatment is given."""
    early = design.experimental
    return replace(
        design,
        experimental=replace(
            design.control,
            name=early.name,
            treatment_months=early.treatment_months,
            treatment_spread=early.treatment_spread,
        ),
    )
