"""One patient through every table on partial response: the scan, the name, what follows."""

from collections.abc import Mapping
from dataclasses import dataclass

from secondline.pathways import refractory, response
from secondline.pathways import second_line as after
from secondline.pathways.conditions import Input
from secondline.pathways.engine import Decision, check_case
from secondline.pathways.tables import read_inputs

ASSESSMENT_INPUTS = (
    "scan_time", "deauville", "uptake", "new_foci", "marrow", "spd_change", "biopsy",
    "response_to_first_line", "months_since_first_line", "first_line_months",
    "age", "fit_for", "timely_car_t", "salvage",
)  # fmt: skip


@dataclass(frozen=True)
class Assessment:
    """What the documents say of one patient, each answer with its path, rule and claims.

    Attributes
    ----------
    patient : dict
        All values, the months from diagnosis included.
    scan, marrow, biopsy : tuple of Decision
        What the finding is called, by passage.
    names : tuple of Decision
        What the patient is called, by definition.
    second_line : tuple of Decision
        What follows, by passage.
    """

    patient: dict
    scan: tuple[Decision, ...]
    marrow: tuple[Decision, ...]
    biopsy: tuple[Decision, ...]
    names: tuple[Decision, ...]
    second_line: tuple[Decision, ...]

    @property
    def standing(self) -> str:
        """What the scan is by Lugano, all its passages together."""
        return response.standing(d for d in self.scan if d.source.startswith(response.LUGANO))

    @property
    def way(self) -> str:
        """Where the passages on second line send the patient, all together."""
        return after.way(self.second_line)

    @property
    def in_short(self) -> Decision:
        """The scan by this book's reading of all passages."""
        return response.joined(self.patient)

    @property
    def scan_names(self) -> tuple[str, ...]:
        """The different words for the scan, over all passages."""
        said = (d.answer for d in self.scan if d.covered and d.answer != "not said")
        return tuple(dict.fromkeys(said))


def assessment_inputs() -> tuple[Input, ...]:
    """Return the inputs that a reader gives, in order."""
    known = read_inputs()
    return tuple(known[name] for name in ASSESSMENT_INPUTS)


def assess(patient: Mapping) -> Assessment:
    """Take one patient through all tables.

    Parameters
    ----------
    patient : mapping of str to str or float
        A value for each of :func:`assessment_inputs`. The scan and the response to first
        line are given apart, since a scan during treatment does not settle the response.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If a value is missing or cannot be; one sentence for each, with what is allowed.
    """
    check_case(assessment_inputs(), patient)
    case = {name: patient[name] for name in ASSESSMENT_INPUTS}
    case["months_since_diagnosis"] = case["first_line_months"] + case["months_since_first_line"]
    return Assessment(
        case,
        *(response.answers(question, case) for question in ("scan", "marrow", "biopsy")),
        refractory.names(case),
        after.second_line(case),
    )
