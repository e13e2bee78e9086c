"""Where the guidelines say nothing or two things: found by trying every case there is."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from secondline.pathways.agreement_map import (
    NOT_ASKED,
    both_answers,
    group_pairs,
    parts_of,
    scan_cases,
    shared_pairs,
)
from secondline.pathways.engine import NOT_COVERED, Decision, decide
from secondline.pathways.guidelines import (
    GUIDELINES,
    STEPS,
    Readings,
    StepAnswer,
    acts_of,
    answer,
    patient_tables,
)

KINDS = (
    "not covered", "not said", "open", "figure alone", "passages differ", "guidelines differ",
)  # fmt: skip
# the groups whose treatment a guideline describes
OWN_GROUPS = {"NCCN": ("limited", "advanced"), "BSH": ("limited and older",)}
WORDS = {
    "age": "age {}",
    "stage": "stage {}",
    "extensive_mesenteric": "extensive mesenteric disease: {}",
    "bulk_cm": "bulk {} cm",
    "ipi": "IPI {}",
    "aaipi": "aaIPI {}",
    "smipi": "smIPI {}",
    "group": "{}",
    "interim_deauville": "interim score {}",
    "interim_uptake": "uptake {}",
    "interim_biopsy": "biopsy {}",
    "end_deauville": "end score {}",
    "end_biopsy": "end biopsy {}",
}


@dataclass(frozen=True)
class Finding:
    """One gap, or one disagreement, with all cases that it holds.

    Attributes
    ----------
    kind : str
        One of KINDS.
    guideline : str
        Whose; "both" where the guidelines differ from each other.
    step : str
        A step, or "patients" for the question whom a guideline speaks of.
    case : str
        For whom, in words; several kinds of case are parted by semicolons.
    what : str
        What is missing, or the answers that differ.
    cases : int
        How many cases it holds.
    total : int
        Out of how many.
    """

    kind: str
    guideline: str
    step: str
    case: str
    what: str
    cases: int
    total: int


Box = tuple[frozenset[str], ...]


def boxes(cases: Iterable[tuple[str, ...]]) -> tuple[Box, ...]:
    """Put cases together that differ in one place only, from the last place to the first.

    Parameters
    ----------
    cases : iterable of tuple of str
        All of the same length, each once.

    Returns
    -------
    tuple of tuple of frozenset of str
        Boxes that hold each case once and no other.
    """
    found = [tuple(frozenset([text]) for text in case) for case in cases]
    places = range(len(found[0])) if found else ()
    for place in reversed(places):
        together: dict[tuple, frozenset[str]] = {}
        for box in found:
            rest = (*box[:place], *box[place + 1 :])
            together[rest] = together.get(rest, frozenset()) | box[place]
        found = [(*rest[:place], own, *rest[place:]) for rest, own in together.items()]
    return tuple(found)


def patient_findings(readings: Readings | None = None) -> tuple[Finding, ...]:
    """Return the patients of whom a guideline does not speak, or not clearly."""
    readings = readings or Readings()
    found = []
    for guideline in GUIDELINES:
        table = patient_tables()[guideline, readings.patients(guideline)]
        parts = {i.name: parts_of([table], i.name) for i in table.inputs}
        cases, said = [], {}
        for chosen in itertools.product(*parts.values()):
            named = dict(zip(parts, chosen, strict=True))
            case = {name: part.text for name, part in named.items()}
            cases.append(case)
            decision = decide(table, {name: part.value for name, part in named.items()})
            if not decision.covered:
                said.setdefault((NOT_COVERED, "Not among its patients."), []).append(case)
            elif decision.answer == "open":
                said.setdefault(("open", decision.reason), []).append(case)
        found += _findings(said, guideline, "patients", cases)
    return tuple(found)


def step_findings(readings: Readings | None = None) -> tuple[Finding, ...]:
    """Return the gaps of each step and the passages that differ, guideline by guideline.

    Only a guideline's own patients are looked at; whom it leaves out is the matter of
    :func:`patient_findings`.
    """
    readings = readings or Readings()
    found = []
    for step, guideline in itertools.product(STEPS, GUIDELINES):
        cases, said, where = [], {}, {}
        for group, (values, texts) in itertools.product(
            OWN_GROUPS[guideline], scan_cases(step)
        ):
            case = {"group": group, **texts}
            cases.append(case)
            one = answer(guideline, step, {**values, "group": group}, readings)
            if fault := _fault(one):
                said.setdefault(fault, []).append(case)
                for d in one.speaking:
                    key = fault, in_words(acts_of(d.answer))
                    where.setdefault(key, {})[d.source.removeprefix(f"{guideline}, ")] = None
        worded = {(kind, _with_sources((kind, what), where)): c for (kind, what), c in said.items()}
        found += _findings(worded, guideline, step, cases)
    return tuple(found)


def differences(readings: Readings | None = None) -> tuple[Finding, ...]:
    """Return where both guidelines speak of a patient of theirs and no act fits both."""
    readings = readings or Readings()
    pairs = shared_pairs(group_pairs(readings))
    found = []
    for step in STEPS:
        cases, said = [], {}
        for values, texts in scan_cases(step):
            for groups, pair in both_answers(step, values, pairs, readings).items():
                case = {"group": f"NCCN {groups[0]}", **texts}
                cases.append(case)
                if pair.verdict == "differ":
                    what = f"NCCN: {in_words(pair.nccn.acts)}. BSH: {in_words(pair.bsh.acts)}."
                    said.setdefault(("guidelines differ", what), []).append(case)
        found += _findings(said, "both", step, cases)
    return tuple(found)


def in_words(acts: Iterable[str]) -> str:
    """Return acts as words: ``after 3 or 4 cycles``, ``5, 6 or 7 in all``."""
    acts = sorted(acts)
    heads, tails = (
        {f(a) for a in acts}
        for f in (lambda a: a.split(" ")[0], lambda a: " ".join(a.split(" ")[2:]))
    )
    if len(acts) > 1 and heads == {"after"} and tails == {"cycles"}:
        return f"after {_or(a.split(' ')[1] for a in acts)} cycles"
    if len(acts) > 1 and all(a.endswith(" in all") for a in acts):
        return f"{_or(a.split(' ')[0] for a in acts)} in all"
    return _or(acts)


def _or(words: Iterable[str]) -> str:
    words = list(words)
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _fault(one: StepAnswer) -> tuple[str, str] | None:
    if not one.speaking:
        why = dict.fromkeys(d.reason for d in one.decisions if d.covered)
        return one.silence, " ".join(why) or "No passage speaks of it."
    acts = "; ".join(dict.fromkeys(in_words(acts_of(d.answer)) for d in one.speaking))
    if one.passages_differ:
        return "passages differ", acts
    if one.figure_alone:
        return "figure alone", acts
    return None


def _with_sources(fault: tuple[str, str], where) -> str:
    kind, what = fault
    if kind not in ("passages differ", "figure alone"):
        return what
    parts = [f"{act} ({', '.join(where[fault, act])})" for act in what.split("; ")]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _findings(said, guideline: str, step: str, cases: list[dict]) -> list[Finding]:
    names = list(cases[0]) if cases else []
    every = {n: tuple(dict.fromkeys(case[n] for case in cases)) for n in names}
    every_case = [tuple(case[n] for n in names) for case in cases]
    found = []
    for (kind, what), own in said.items():
        mine = [tuple(case[n] for n in names) for case in own]
        whom = _whom(every, every_case, mine)
        found.append(Finding(kind, guideline, step, whom, what, len(mine), len(cases)))
    return found


def _whom(every: dict[str, tuple[str, ...]], every_case: list[tuple], mine: list[tuple]) -> str:
    """Return some cases in words: as boxes, or as all but the others if that is shorter."""
    held = set(mine)
    rest = [case for case in every_case if case not in held]
    if not rest:
        return "all"
    inside, outside = boxes(mine), boxes(rest)
    if len(outside) < len(inside):
        return f"all but: {'; '.join(_in_words(every, box) for box in outside)}"
    return "; ".join(_in_words(every, box) for box in inside)


def _in_words(every: dict[str, tuple[str, ...]], box: Box) -> str:
    words = []
    for (name, texts), held in zip(every.items(), box, strict=True):
        # uptake and biopsy need no word where they are not asked for, or any will do
        left = [t for t in texts if t in held and t != NOT_ASKED]
        if not left or len(left) == len([t for t in texts if t != NOT_ASKED]):
            continue
        # a scan that was not made has no score
        none = name.endswith("deauville")
        words.append(WORDS[name].format(_or("none" if none and t == "0" else t for t in left)))
    return ", ".join(words) or "all"
