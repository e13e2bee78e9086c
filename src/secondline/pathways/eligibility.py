"""Would ZUMA-7 have taken this patient: each criterion, each source, and what decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from secondline.pathways.conditions import Input
from secondline.pathways.engine import Decision, cells_of, check_case, decide
from secondline.pathways.tables import DecisionTable, read_tables

CRITERIA = {
    "timing": "Refractory, or relapse in time",
    "biopsy": "Relapse proven by biopsy",
    "lines": "One prior line",
    "drugs": "Rituximab and an anthracycline",
    "second line": "No second-line treatment begun",
    "ecog": "ECOG performance status",
    "cd19": "CD19 on the lymphoma",
    "heart": "Ejection fraction",
    "organs": "Kidneys and liver",
    "CAR-T": "No CAR-T cells before",
    "allo-SCT": "No allogeneic transplant before",
    "disease": "Disease",
}
# what speaks of the trial itself; a label for the page
TRIAL_SOURCES = {
    "guide": "Patient guide",
    "guide, reasons": "Patient guide, third column",
    "tme": "Biomarker paper",
    "review": "Review",
}
# what speaks of practice, of a guideline or of other definitions: shown, but not counted
OTHER_SOURCES = {
    "NCCN in the review": "NCCN, as the review gives it",
    "review on practice": "Review, on practice",
    "guide on practice": "Patient guide, on practice",
    "review on other definitions": "Review, other definitions",
    "review on the arms": "Review, on the arms",
}
SOURCES = TRIAL_SOURCES | OTHER_SOURCES
TRIAL_ANSWERS = ("met", "not met", "not said")
VERDICTS = ("eligible", "not eligible", "sources disagree", "not said")
DISAGREE = "sources disagree"
# a made-up patient for whom every criterion is met; examples change one value of it
TYPICAL_PATIENT = MappingProxyType(
    {
        "months_since_first_line": 6.0,
        "response_to_first_line": "CR",
        "relapse_biopsy": "yes",
        "prior_lines": 1,
        "rituximab_anthracycline": "yes",
        "prior_second_line": "no",
        "ecog": 1,
        "cd19": "positive",
        "lvef_percent": 60.0,
        "organ_function": "adequate",
        "prior_car_t": "no",
        "prior_allo_sct": "no",
        "disease": "DLBCL",
    }
)


@dataclass(frozen=True)
class CriterionResult:
    """One criterion and what each source says of a patient.

    Attributes
    ----------
    name, label : str
    values : str
        The patient's values that were looked at, in words.
    verdict : {"met", "not met", "sources disagree", "not said"}
        Of the sources that speak of the trial.
    decisions : tuple of Decision
        Of the trial's sources, those that say nothing included.
    others : tuple of Decision
        What is said of practice, guidelines and other definitions.
    """

    name: str
    label: str
    values: str
    verdict: str
    decisions: tuple[Decision, ...]
    others: tuple[Decision, ...]

    @property
    def speaking(self) -> tuple[Decision, ...]:
        """The trial's sources that say whether it is met."""
        return tuple(d for d in self.decisions if d.answer in ("met", "not met"))

    @property
    def documents(self) -> tuple[str, ...]:
        """The documents that say whether it is met, each once."""
        return tuple(dict.fromkeys(d.source.partition(",")[0] for d in self.speaking))

    @property
    def differing(self) -> tuple[Decision, ...]:
        """What is said beyond the trial and differs from the verdict."""
        return tuple(
            d for d in self.others if d.covered and d.answer not in (self.verdict, "not said")
        )


@dataclass(frozen=True)
class Eligibility:
    """Whether ZUMA-7 would have taken a patient, by the sources.

    Attributes
    ----------
    verdict : {"eligible", "not eligible", "sources disagree", "not said"}
        Not eligible if one criterion is not met; else as the criteria allow.
    deciding : tuple of CriterionResult
        The criteria that decide; empty if all are met.
    criteria : tuple of CriterionResult
        All of them, in order.
    """

    verdict: str
    deciding: tuple[CriterionResult, ...]
    criteria: tuple[CriterionResult, ...]

    def __getitem__(self, name: str) -> CriterionResult:
        return next(c for c in self.criteria if c.name == name)


@dataclass(frozen=True)
class Stretch:
    """A stretch of a number over which one source gives one answer.

    Attributes
    ----------
    source : str
    answer : str
    lower, upper : float
    includes_lower, includes_upper : bool
        Whether the ends belong to it.
    """

    source: str
    answer: str
    lower: float
    upper: float
    includes_lower: bool
    includes_upper: bool


@cache
def eligibility_tables() -> dict[tuple[str, str], DecisionTable]:
    """Return the decision tables of ZUMA-7 eligibility by criterion and source."""
    return read_tables("zuma7_eligibility")


def eligibility_inputs() -> tuple[Input, ...]:
    """Return every input that a criterion looks at, once."""
    return tuple(
        {i.name: i for table in eligibility_tables().values() for i in table.inputs}.values()
    )


def eligibility(patient: Mapping) -> Eligibility:
    """Hold a patient against the eligibility criteria of ZUMA-7, source by source.

    Parameters
    ----------
    patient : mapping of str to str or float
        A value for each of :func:`eligibility_inputs`.

    Returns
    -------
    Eligibility

    Raises
    ------
    InputError
        If a value is missing or cannot be; one sentence for each, with what is allowed.
    """
    check_case(eligibility_inputs(), patient)
    criteria = tuple(_criterion(name, patient) for name in CRITERIA)
    return combine(criteria)


def combine(criteria: tuple[CriterionResult, ...]) -> Eligibility:
    """Put the criteria together: all must be met, and one that is not decides."""
    for verdict, answer in (
        ("not met", "not eligible"),
        (DISAGREE, DISAGREE),
        ("not said", "not said"),
    ):
        if deciding := tuple(c for c in criteria if c.verdict == verdict):
            return Eligibility(answer, deciding, criteria)
    return Eligibility("eligible", (), criteria)


def single_changes(patient: Mapping) -> tuple[tuple[str, str, Eligibility], ...]:
    """Return what each other value of each input would do to a patient, one at a time.

    Returns
    -------
    tuple of (str, str, Eligibility)
        The input, the other values in words, and the result with one of them.
    """
    check_case(eligibility_inputs(), patient)
    tables = tuple(eligibility_tables().values())
    changes = []
    for i in eligibility_inputs():
        for cell in cells_of(tables, i.name):
            if not cell.has(patient[i.name]):
                changes.append((i.name, cell.text, eligibility({**patient, i.name: cell.value})))
    return tuple(changes)


def answers_along(criterion: str, name: str, patient: Mapping, upper: float) -> tuple[Stretch, ...]:
    """Return how each source's answer on a criterion changes along one number.

    Parameters
    ----------
    criterion : str
        One of :data:`CRITERIA`.
    name : str
        The input that is moved, from its lowest value.
    patient : mapping
        The other values.
    upper : float
        Where to end, not included.

    Returns
    -------
    tuple of Stretch
        Source by source, in the order of :data:`SOURCES`; neighbours with the same
        answer are joined. A source that covers none of it is left out.

    Raises
    ------
    InputError
        If no table of the criterion has such an input.
    """
    tables = _tables_of(criterion)
    stretches = []
    cells = cells_of(tables.values(), name)
    for source in SOURCES:
        if source not in tables or not _speaks(tables[source], patient, name, cells):
            continue
        run: list[Stretch] = []
        for cell in cells:
            if cell.lower >= upper:
                break
            answer = decide(tables[source], {**patient, name: cell.value}).answer
            point = cell.lower == cell.upper
            end = min(cell.upper, upper)
            whole = point and end == cell.upper
            if run and run[-1].answer == answer:
                first = run.pop()
                run.append(
                    Stretch(source, answer, first.lower, end, first.includes_lower, whole)
                )
            else:
                run.append(Stretch(source, answer, cell.lower, end, point, whole))
        stretches += run
    return tuple(stretches)


def _speaks(table: DecisionTable, patient: Mapping, name: str, cells) -> bool:
    return any(decide(table, {**patient, name: cell.value}).covered for cell in cells)


def _tables_of(criterion: str) -> dict[str, DecisionTable]:
    return {
        source: table for (name, source), table in eligibility_tables().items() if name == criterion
    }


def _criterion(name: str, patient: Mapping) -> CriterionResult:
    tables = _tables_of(name)
    decisions = tuple(decide(tables[s], patient) for s in TRIAL_SOURCES if s in tables)
    others = tuple(decide(tables[s], patient) for s in OTHER_SOURCES if s in tables)
    inputs = {i.name: i for table in tables.values() for i in table.inputs}
    answers = {d.answer for d in decisions} & {"met", "not met"}
    verdict = answers.pop() if len(answers) == 1 else DISAGREE if answers else "not said"
    return CriterionResult(
        name, CRITERIA[name], _in_words(inputs.values(), patient), verdict, decisions, others
    )


def _in_words(inputs, patient: Mapping) -> str:
    words = {
        "response_to_first_line": "{} after first line",
        "months_since_first_line": "relapse at {:g} months",
        "relapse_biopsy": "biopsy: {}",
        "prior_lines": "{:g} prior",
        "rituximab_anthracycline": "both: {}",
        "prior_second_line": "begun: {}",
        "prior_car_t": "before: {}",
        "prior_allo_sct": "before: {}",
        "lvef_percent": "{:g} %",
        "ecog": "{:g}",
    }
    relapsed = patient["response_to_first_line"] == "CR"
    shown = [
        words.get(i.name, "{}").format(patient[i.name])
        for i in inputs
        if relapsed or i.name not in ("months_since_first_line", "relapse_biopsy")
    ]
    return ", ".join(shown)
