"""What two guidelines, as a review gives them, say on each step of one patient's first line."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from secondline.errors import InputError, one_of
from secondline.pathways.conditions import Input
from secondline.pathways.engine import NOT_COVERED, Decision, check_case, decide
from secondline.pathways.tables import DecisionTable, read_inputs, read_tables

GUIDELINES = ("NCCN", "BSH")
# a step of the way, and the question that it asks
STEPS = {
    "interim scan": "After how many cycles is the interim scan?",
    "after the interim scan": "What follows from it?",
    "cycles in all": "How many cycles of R-CHOP are given in all?",
    "radiotherapy": "Is radiotherapy given?",
    "end-of-treatment imaging": "Which scan at the end of treatment?",
    "when to image": "How long after the last antibody dose?",
    "after the end scan": "What follows from it?",
    "after the end biopsy": "And from the biopsy then?",
}
# steps of BSH whose sentences name neither age nor stage
END_STEPS = tuple(STEPS)[4:]
EVIDENCE = "evidence named"
NO_ACT = (NOT_COVERED, "not said")
PATIENT_INPUTS = (
    "age", "stage", "extensive_mesenteric", "bulk_cm", "ldh", "ecog", "extranodal_sites",
)  # fmt: skip
SCAN_INPUTS = (
    "interim_deauville", "interim_uptake", "interim_biopsy", "end_deauville", "end_biopsy",
)  # fmt: skip
VERDICTS = ("agree", "differ", "NCCN alone", "BSH alone", "both silent")
BSH_END = ("everyone", "its patients")


@dataclass(frozen=True)
class Readings:
    """Which passage is followed where the review says two things.

    Attributes
    ----------
    nccn_patients : {"section 4", "Table 1", "figures 1 and 2"}
        Who is on which NCCN pathway.
    bsh_patients : {"section 4", "figure 3"}
        Whose index BSH asks for: IPI in the text, aaIPI in the figure.
    bsh_end : {"everyone", "its patients"}
        For whom BSH's sentences on the end of treatment are meant; they name no age.
    """

    nccn_patients: str = "section 4"
    bsh_patients: str = "figure 3"
    bsh_end: str = "everyone"

    def __post_init__(self):
        faults = [
            f"{name} is {value!r}; allowed: {one_of(choices)}."
            for name, choices in reading_choices().items()
            if (value := getattr(self, name)) not in choices
        ]
        if faults:
            raise InputError(" ".join(faults))

    def patients(self, guideline: str) -> str:
        """Return the passage that says who a guideline's patients are."""
        return self.nccn_patients if guideline == "NCCN" else self.bsh_patients


@dataclass(frozen=True)
class StepAnswer:
    """What a guideline says on one step.

    Attributes
    ----------
    guideline, step : str
    decisions : tuple of Decision
        Of each passage, those that say nothing included.
    """

    guideline: str
    step: str
    decisions: tuple[Decision, ...]

    @property
    def speaking(self) -> tuple[Decision, ...]:
        """The passages that name an act."""
        return tuple(d for d in self.decisions if d.answer not in NO_ACT)

    @property
    def acts(self) -> frozenset[str]:
        """All acts that some passage allows; empty if the guideline is silent."""
        return frozenset().union(*(acts_of(d.answer) for d in self.speaking))

    @property
    def passages_differ(self) -> bool:
        """Whether two passages allow different acts."""
        return len({acts_of(d.answer) for d in self.speaking}) > 1

    @property
    def figure_alone(self) -> bool:
        """Whether the act stands in the description of a figure and in no sentence."""
        return bool(self.speaking) and all(
            d.source.startswith(f"{self.guideline}, figure") for d in self.speaking
        )

    @property
    def silence(self) -> str:
        """Why no act is named: "not said", "not covered", or "" where one is."""
        if self.speaking:
            return ""
        said = any(d.answer == "not said" for d in self.decisions)
        return "not said" if said else NOT_COVERED


@dataclass(frozen=True)
class Route:
    """A guideline's way for one patient.

    Attributes
    ----------
    guideline : str
    membership : Decision
        Which group of its patients this one belongs to, and by which rule.
    group : str
        That group: limited, advanced, limited and older, open or outside.
    steps : tuple of StepAnswer
        One for each of :data:`STEPS`.
    evidence : StepAnswer
        A grade of evidence, where one is printed.
    """

    guideline: str
    membership: Decision
    group: str
    steps: tuple[StepAnswer, ...]
    evidence: StepAnswer

    def __getitem__(self, step: str) -> StepAnswer:
        return next(s for s in self.steps if s.step == step)


@dataclass(frozen=True)
class StepPair:
    """Both guidelines on one step.

    Attributes
    ----------
    nccn, bsh : StepAnswer
    """

    nccn: StepAnswer
    bsh: StepAnswer

    @property
    def step(self) -> str:
        """Name of the step."""
        return self.nccn.step

    @property
    def verdict(self) -> str:
        """One of :data:`VERDICTS`; they agree where some act is allowed by both."""
        return verdict(self.nccn.acts, self.bsh.acts)


@dataclass(frozen=True)
class Comparison:
    """One patient, two routes, and what else the review says.

    Attributes
    ----------
    patient : dict
        All values, the counted indices included.
    routes : dict of str to Route
    pairs : tuple of StepPair
        Step by step.
    others : tuple of Decision
        What the review says in its own voice, beside the guidelines.
    """

    patient: dict
    routes: dict[str, Route]
    pairs: tuple[StepPair, ...]
    others: tuple[Decision, ...]

    @property
    def parting(self) -> str:
        """The first step on which the guidelines differ, or ""."""
        return next((p.step for p in self.pairs if p.verdict == "differ"), "")


def acts_of(answer: str) -> frozenset[str]:
    """Return the acts that an answer allows; several are parted by ``|``."""
    return frozenset(part.strip() for part in answer.split("|"))


def verdict(nccn: frozenset[str], bsh: frozenset[str]) -> str:
    """Return one of :data:`VERDICTS` for the acts that each allows."""
    if nccn and bsh:
        return "agree" if nccn & bsh else "differ"
    return "NCCN alone" if nccn else "BSH alone" if bsh else "both silent"


def reading_choices() -> dict[str, tuple[str, ...]]:
    """Return the allowed values of :class:`Readings`."""
    sources = {g: tuple(s for name, s in patient_tables() if name == g) for g in GUIDELINES}
    return {
        "nccn_patients": sources["NCCN"],
        "bsh_patients": sources["BSH"],
        "bsh_end": BSH_END,
    }


@cache
def patient_tables() -> dict[tuple[str, str], DecisionTable]:
    """Return who belongs where, by guideline and passage."""
    return read_tables("guideline_patients")


@cache
def step_tables() -> dict[tuple[str, str], DecisionTable]:
    """Return what follows, by step and passage."""
    return read_tables("guideline_steps")


def tables_of(guideline: str, step: str) -> dict[str, DecisionTable]:
    """Return a guideline's passages on a step; "review" for the review's own voice."""
    return {
        source: table
        for (name, source), table in step_tables().items()
        if name == step and source.partition(",")[0] == guideline
    }


def guideline_inputs() -> tuple[Input, ...]:
    """Return the inputs that a reader gives, in order."""
    known = read_inputs()
    return tuple(known[name] for name in (*PATIENT_INPUTS, *SCAN_INPUTS))


def indices(patient: Mapping) -> dict[str, int]:
    """Count the three prognostic indices from a patient's values.

    The IPI gives a point each for age over 60, stage III or IV, raised LDH, ECOG 2 or
    more, and two or more extranodal sites. The age-adjusted index keeps stage, LDH and
    ECOG. The stage-modified index, meant for stage I and II, takes age, LDH, ECOG, and
    stage II or more.

    Parameters
    ----------
    patient : mapping
        With age, stage, ldh, ecog and extranodal_sites.

    Returns
    -------
    dict of str to int
        ipi, aaipi and smipi.
    """
    old, raised, frail = patient["age"] > 60, patient["ldh"] == "raised", patient["ecog"] >= 2
    late, spread = patient["stage"] in ("III", "IV"), patient["extranodal_sites"] >= 2
    shared = raised + frail
    return {
        "ipi": old + late + spread + shared,
        "aaipi": late + shared,
        "smipi": old + (patient["stage"] != "I") + shared,
    }


def compare(patient: Mapping, readings: Readings | None = None) -> Comparison:
    """Take one patient along both routes.

    Parameters
    ----------
    patient : mapping of str to str or float
        A value for each of :func:`guideline_inputs`.
    readings : Readings, optional

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If a value is missing or cannot be; one sentence for each, with what is allowed.
    """
    readings = Readings() if readings is None else readings
    if not isinstance(readings, Readings):
        raise InputError(f"readings is {readings!r}; it must be Readings(...).")
    check_case(guideline_inputs(), patient)
    case = {i.name: patient[i.name] for i in guideline_inputs()} | indices(patient)
    routes = {guideline: _route(guideline, case, readings) for guideline in GUIDELINES}
    pairs = tuple(
        StepPair(a, b) for a, b in zip(routes["NCCN"].steps, routes["BSH"].steps, strict=True)
    )
    return Comparison(case, routes, pairs, _others(case, routes))


def membership(guideline: str, case: Mapping, readings: Readings) -> Decision:
    """Return a guideline's group for a case that holds the indices."""
    return decide(patient_tables()[guideline, readings.patients(guideline)], case)


def group_of(decision: Decision) -> str:
    """Return the group that a membership stands for; "outside" where no rule fits."""
    return decision.answer if decision.covered else "outside"


def answer(guideline: str, step: str, case: Mapping, readings: Readings) -> StepAnswer:
    """Return what a guideline's passages say on a step.

    Parameters
    ----------
    guideline, step : str
    case : mapping
        With the group of this guideline, and what the scans and biopsies showed.
    readings : Readings
    """
    tables = tables_of(guideline, step).values()
    shut = (
        guideline == "BSH" and step in END_STEPS
        and readings.bsh_end == "its patients" and case["group"] != "limited and older"
    )  # fmt: skip
    return StepAnswer(guideline, step, () if shut else tuple(decide(t, case) for t in tables))


def _route(guideline: str, case: Mapping, readings: Readings) -> Route:
    member = membership(guideline, case, readings)
    mine = {**case, "group": group_of(member)}
    steps = tuple(answer(guideline, step, mine, readings) for step in STEPS)
    evidence = answer(guideline, EVIDENCE, mine, readings)
    return Route(guideline, member, mine["group"], steps, evidence)


def _others(case: Mapping, routes: Mapping[str, Route]) -> tuple[Decision, ...]:
    found = (
        decide(table, {**case, "group": routes["NCCN"].group})
        for step in STEPS
        for table in tables_of("review", step).values()
    )
    return tuple(d for d in found if d.covered)
