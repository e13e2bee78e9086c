"""Who is refractory: what each definition calls a patient whose first line has failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from secondline.checks import is_number
from secondline.claims import get_claim
from secondline.errors import InputError, one_of
from secondline.pathways.engine import Decision, decide
from secondline.pathways.tables import DecisionTable, read_table, read_tables

# those that give a name to every failure of first line, or leave it open
DEFINITIONS = (
    "three trials", "neither PR nor CR", "failure or relapse", "CORAL and CIBMTR", "LY.12",
    "Bock, conclusion",
)  # fmt: skip
NAMES = ("refractory", "early relapse", "not refractory", "outside", "not said")
HANGS = "hangs on the month"
# names that put a patient among the early failures, and names that do not
EARLY, NOT_EARLY = ("refractory", "early relapse"), ("not refractory", "outside")
COHORTS = ("MER", "LEO")
WINDOW = 12  # months
STEP = 0.25  # months
# responses at the end of first line for which no month of relapse is asked
NO_COMPLETE = ("PD", "PR")


@dataclass(frozen=True)
class Kind:
    """A kind of patient whose first line has failed.

    Attributes
    ----------
    text : str
    response : {"CR", "PR", "SD", "PD"}
        When first line ended.
    months : float
        From there to relapse; looked at after a complete response only.
    """

    text: str
    response: str
    months: float


@dataclass(frozen=True)
class KindNames:
    """One kind of patient and what each definition calls it.

    Attributes
    ----------
    kind : Kind
    names : dict of str to str
        By definition.
    """

    kind: Kind
    names: dict[str, str]

    @property
    def called(self) -> tuple[str, ...]:
        """The different names, those left open not counted."""
        return tuple(dict.fromkeys(n for n in self.names.values() if n != "not said"))

    @property
    def contested(self) -> bool:
        """Whether it is refractory by one definition and not by another."""
        return "refractory" in self.called and len(self.called) > 1

    @property
    def moves(self) -> bool:
        """Whether it is an early failure by one definition and not by another."""
        return any(n in EARLY for n in self.called) and any(n in NOT_EARLY for n in self.called)


@dataclass(frozen=True)
class CohortNames:
    """What a definition calls the patients of a printed cohort.

    Attributes
    ----------
    definition : str
    counts : dict of str to int
        By name; :data:`HANGS` where the printed counts do not tell.
    """

    definition: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All patients."""
        return sum(self.counts.values())


@cache
def definition_tables() -> dict[str, DecisionTable]:
    """Return every definition, by the passage that gives it."""
    return {source: table for (_, source), table in read_tables("refractory").items()}


def printed_bands() -> DecisionTable:
    """Return the bands of early relapse word for word, their shared months included."""
    return read_table("bock_bands")


def names(patient: Mapping) -> tuple[Decision, ...]:
    """Return what each definition calls a patient, those that say nothing included."""
    return tuple(decide(table, patient) for table in definition_tables().values())


def case_of(response: str, months: float, first_line_months: float) -> dict:
    """Return a case of the definitions, with the clock from diagnosis added up."""
    for name, value in {"months": months, "first_line_months": first_line_months}.items():
        if not (is_number(value) and value >= 0):
            raise InputError(f"{name} is {value!r}; it must be a number of months, 0 or more.")
    return {
        "response_to_first_line": response,
        "months_since_first_line": months,
        "months_since_diagnosis": months + first_line_months,
    }


def kinds(months=(2, 5, 8, 11, 14)) -> tuple[Kind, ...]:
    """Return progression, a partial response, and relapse after a complete one at some months."""
    return (
        Kind("PD", "PD", 0.0),
        Kind("PR", "PR", 0.0),
        *(Kind(f"{month:g}", "CR", float(month)) for month in months),
    )


def name_grid(
    first_line_months: float, of: tuple[Kind, ...] | None = None
) -> tuple[KindNames, ...]:
    """Return what the definitions call some kinds of patient.

    Parameters
    ----------
    first_line_months : float
        From diagnosis to the end of first line.
    of : tuple of Kind, optional
        By default :func:`kinds`.
    """
    tables = definition_tables()
    return tuple(
        KindNames(
            kind,
            {
                source: decide(
                    tables[source], case_of(kind.response, kind.months, first_line_months)
                ).answer
                for source in DEFINITIONS
            },
        )
        for kind in of or kinds()
    )


def cohort_counts(cohort: str) -> dict[str, int]:
    """Return the printed numbers of patients with progression, PR and early relapse.

    Raises
    ------
    InputError
        If there is no such cohort.
    """
    if cohort not in COHORTS:
        raise InputError(f"cohort is {cohort!r}; allowed: {one_of(COHORTS)}.")
    stem = f"prr-bock-{cohort.lower()}"
    return {
        group: int(get_claim(f"{stem}-{part}-n").value)
        for group, part in {"PD": "ppd", "PR": "pr", "CR": "early"}.items()
    }


def cohort_names(cohort: str, first_line_months: float) -> tuple[CohortNames, ...]:
    """Return how many patients of a cohort each definition calls what.

    Early relapses are counted without their months. Where a definition gives two names
    within the year, their name is not known.

    Parameters
    ----------
    cohort : {"MER", "LEO"}
    first_line_months : float
        From diagnosis to the end of first line, the same for all.
    """
    counts = cohort_counts(cohort)
    found = []
    for source in DEFINITIONS:
        table, result = definition_tables()[source], {}
        for response, n in counts.items():
            called = {
                decide(table, case_of(response, months, first_line_months)).answer
                for months in _months(response)
            }
            name = called.pop() if len(called) == 1 else HANGS
            result[name] = result.get(name, 0) + n
        found.append(CohortNames(source, result))
    return tuple(found)


def _months(response: str) -> list[float]:
    if response != "CR":
        return [0.0]
    return [STEP * k for k in range(1, round(WINDOW / STEP) + 1)]
