"""The statistics that the reference cohort is held against, one a row, as data."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from secondline.claims import get_claim
from secondline.csvfiles import keyed_rows
from secondline.effects import printed_value
from secondline.errors import InputError, one_of
from secondline.paths import project_root

TARGETS = "data/virtual/zuma7_targets.csv"
TARGET_COLUMNS = (
    "id", "section", "kind", "analysis", "arm", "marker", "level", "subset", "part", "rule",
    "claim", "field", "value", "side", "exempt", "note",
)  # fmt: skip
KINDS = ("text", "figure", "assumed")
RULES = ("near", "below", "above")
SIDES = ("", "below 1", "above 1", "positive", "negative", "higher")
SIGNIFICANT = 0.05
# how far the cohort may be from a printed value, by what the value is
RATIO_TOLERANCE, LIMIT_TOLERANCE, MEDIAN_TOLERANCE, P_TOLERANCE = 0.03, 0.06, 0.1, 0.4
TOLERANCES = {
    "hazard ratio": ("3 % of it", lambda a, b: abs(a / b - 1) <= RATIO_TOLERANCE),
    "lower limit": ("6 % of it", lambda a, b: abs(a / b - 1) <= LIMIT_TOLERANCE),
    "upper limit": ("6 % of it", lambda a, b: abs(a / b - 1) <= LIMIT_TOLERANCE),
    "median, lower limit": ("6 % of it", lambda a, b: abs(a / b - 1) <= LIMIT_TOLERANCE),
    "median": ("0.1 months", lambda a, b: abs(a - b) <= MEDIAN_TOLERANCE),
    "share at 24 months": ("half a point", lambda a, b: abs(a - b) <= 0.5),
    "share": ("half a point", lambda a, b: abs(a - b) <= 0.5),
    "fold": ("half a point", lambda a, b: abs(a - b) <= 0.5),
    "R": ("0.005", lambda a, b: abs(a - b) <= 0.005),
    "count": ("exact", lambda a, b: a == b),
    "P": (
        "a factor of 2.5, same side of 0.05",
        lambda a, b: (
            a > 0 and abs(np.log10(a / b)) <= P_TOLERANCE and (a < SIGNIFICANT) == (b < SIGNIFICANT)
        ),
    ),
}


@dataclass(frozen=True)
class Target:
    """One statistic, what it was in the trial, and how near the cohort should come.

    Attributes
    ----------
    id, section : str
    kind : {"text", "figure", "assumed"}
        Printed in the source's text; only drawn in a figure; or assumed by this project.
    analysis, arm, marker, level, subset, part : str
        What is computed; see :mod:`secondline.cohort.analyses`.
    rule : {"near", "below", "above"}
        The value must be near the published one, or on that side of a bound.
    claim, field : str
        Where the source says it. With a field, the value is the claim's.
    value : float
        Published value, or the bound.
    printed : str
        The same as printed, or in words.
    side : str
        For a P value: the direction that the effect must have; "" if the source gives none.
    exempt : str
        Why the cohort misses it; "" for those that it must meet.
    note : str
    """

    id: str
    section: str
    kind: str
    analysis: str
    arm: str
    marker: str
    level: str
    subset: str
    part: str
    rule: str
    claim: str
    field: str
    value: float
    printed: str
    side: str
    exempt: str
    note: str

    @property
    def tolerance(self) -> str:
        """How near is near enough, in words."""
        return TOLERANCES[self.part][0] if self.rule == "near" else ""

    def fits(self, value: float, side: str = "") -> bool:
        """Tell whether a cohort's value meets the target."""
        if not np.isfinite(value) or (self.side and side != self.side):
            return False
        if self.rule == "near":
            return bool(TOLERANCES[self.part][1](value, self.value))
        return value < self.value if self.rule == "below" else value > self.value


@cache
def read_targets() -> tuple[Target, ...]:
    """Read the targets; values that a claim prints are taken from the claim.

    Raises
    ------
    InputError
        If a row cannot be used, with its line.
    """
    found = []
    for where, row in keyed_rows(project_root() / TARGETS, TARGET_COLUMNS):
        for name, allowed in (("kind", KINDS), ("rule", RULES), ("side", SIDES)):
            if row[name] not in allowed:
                raise InputError(f"{where}: {name} is {row[name]!r}; allowed: {one_of(allowed)}.")
        if (row["kind"] == "text") != bool(row["claim"]):
            raise InputError(f"{where}: a target has a claim if, and only if, it is in the text.")
        if bool(row["field"]) == bool(row["value"]):
            raise InputError(f"{where}: the value is the claim's field, or it is given; not both.")
        if row["rule"] == "near" and row["part"] not in TOLERANCES:
            raise InputError(f"{where}: no tolerance is set for {row['part']!r}.")
        value, printed = row.pop("value"), ""
        if row["claim"]:
            claim = get_claim(row["claim"])
            printed = getattr(claim, row["field"]) if row["field"] else claim.value
        number = printed_value(printed) if row["field"] else float(value)
        found.append(Target(value=number, printed=printed or value, **row))
    return tuple(found)


def get_target(name: str) -> Target:
    """Return a target by its id."""
    return next(target for target in read_targets() if target.id == name)
