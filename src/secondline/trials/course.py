"""One patient's course, as an event rule sees it: the day of the event, and what it is.

For a course that is known in full. The simulated patients of
:func:`secondline.trials.seen` follow the same rules, with fewer things that can happen.
"""

from dataclasses import dataclass

import numpy as np

from secondline.checks import is_number
from secondline.errors import InputError
from secondline.trials.clock_rules import NamedRule
from secondline.trials.design import MONTH_DAYS

NEVER = float("inf")
# what a rule counts, in words
DEATH = "death"
NEW_THERAPY_BEGINS = "new therapy"
FOUND_BY_SCAN = "progression, found by the scan"
FOUND_AT_ONCE = "progression, seen on its day"
NO_RESPONSE_YET = "no response by the deadline"
CENSORED = "no event: observation ends with the new therapy"
NOTHING = "no event"


@dataclass(frozen=True)
class Course:
    """What happens to a patient, in days from randomisation; infinite for never.

    Attributes
    ----------
    response, progression, new_therapy, death : float
        First day; above 0.
    symptoms : bool
        Whether progression is noticed on its day, without a scan.
    """

    response: float = NEVER
    progression: float = NEVER
    new_therapy: float = NEVER
    death: float = NEVER
    symptoms: bool = False

    def __post_init__(self):
        for name in ("response", "progression", "new_therapy", "death"):
            value = getattr(self, name)
            if not (value == NEVER or (is_number(value) and value > 0)):
                raise InputError(
                    f"{name} is {value!r}; it must be a number of days above 0, or infinite for "
                    "never."
                )


@dataclass(frozen=True)
class Counted:
    """What a rule makes of a course.

    Attributes
    ----------
    day : float
        Of the event, or of the end of observation; infinite for neither.
    what : str
        The event in words; :data:`CENSORED` or :data:`NOTHING` if there is none.
    """

    day: float
    what: str


def scan_days(named: NamedRule) -> tuple[int, ...]:
    """Return the days of a rule's scans; empty if every failure is known on its day."""
    return tuple(round(month * MONTH_DAYS) for month in named.rule.scans.months)


def deadline_day(named: NamedRule) -> int | None:
    """Return the day by which a rule requires a response, or None."""
    by = named.rule.response_by
    return None if by is None else round(by * MONTH_DAYS)


def as_counted(course: Course, named: NamedRule) -> Counted:
    """Return the event of a patient under a rule, with the scans on their planned days.

    A response counts from the scan that shows it, and only if it comes before
    progression. Where two things fall on one day, death goes first, then a new therapy,
    progression, and the deadline. Clocks other than that from randomisation are not
    looked at.

    Parameters
    ----------
    course : Course
    named : NamedRule

    Returns
    -------
    Counted
    """
    scans = np.append(scan_days(named), np.inf)

    def found(day: float) -> float:
        return float(scans[np.searchsorted(scans, day)]) if named.rule.scans.months else day

    progression = course.progression if course.symptoms else found(course.progression)
    deadline = deadline_day(named)
    shown = found(course.response)
    in_time = deadline is None or (shown <= deadline and shown < course.progression)
    happens = (
        (course.death, DEATH),
        (course.new_therapy if named.rule.new_therapy == "event" else NEVER, NEW_THERAPY_BEGINS),
        (progression, FOUND_AT_ONCE if progression == course.progression else FOUND_BY_SCAN),
        (NEVER if in_time else float(deadline), NO_RESPONSE_YET),
    )
    day, what = min(happens, key=lambda event: event[0])
    if named.rule.new_therapy == "censor" and course.new_therapy < day:
        return Counted(course.new_therapy, CENSORED)
    return Counted(day, what if day < NEVER else NOTHING)
