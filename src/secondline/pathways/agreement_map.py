"""Every case that can arise, held against both guidelines: where they agree, differ, are silent."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from secondline.errors import InputError, one_of
from secondline.pathways.conditions import Input
from secondline.pathways.engine import cells_of, conditions_on
from secondline.pathways.guidelines import (
    GUIDELINES,
    SCAN_INPUTS,
    STEPS,
    VERDICTS,
    Readings,
    StepPair,
    answer,
    compare,
    group_of,
    indices,
    membership,
    patient_tables,
    tables_of,
)
from secondline.pathways.tables import read_inputs

# one value for each part that the indices tell apart
INDEX_PARTS = {"ldh": ("normal", "raised"), "ecog": (0, 2), "extranodal_sites": (0, 2)}
# what is asked for only after an interim score of 4 or 5, and the word where it is not
AFTER_POSITIVE = {"interim_uptake": "lower", "interim_biopsy": "not done"}
NOT_ASKED = "not asked"
AGES = {"under 61": 50, "61 to 80": 70, "over 80": 85}
STAGES = ("I", "II", "III", "IV")
SCORES = {"no scan": 0, "1 to 3": 2, "4": 4, "5": 5}


@dataclass(frozen=True)
class Part:
    """Values of an input that no rule of some tables tells apart.

    Attributes
    ----------
    value : str or float
        One of them.
    text : str
        All of them in words: ``61 to 80``, ``below 7.5``.
    """

    value: str | float
    text: str


@dataclass(frozen=True)
class StepShare:
    """How often each verdict falls on one step.

    Attributes
    ----------
    step : str
    counts : dict of str to int
        Cases by verdict, in the order of VERDICTS.
    own : dict of str to int
        Cases in which a guideline's own passages allow different acts.
    """

    step: str
    counts: dict[str, int]
    own: dict[str, int]

    @property
    def total(self) -> int:
        """All cases of the step."""
        return sum(self.counts.values())

    def share(self, *verdicts: str) -> float:
        """Return the share of cases with one of some verdicts, from 0 to 1."""
        return sum(self.counts[v] for v in verdicts) / self.total


@dataclass(frozen=True)
class MapCell:
    """One cell of the map: who, which score, and both guidelines on one step."""

    age: str
    stage: str
    score: str
    pair: StepPair


def parts_of(tables, name: str) -> tuple[Part, ...]:
    """Join neighbouring values of an input that no rule of the tables tells apart.

    Parameters
    ----------
    tables : iterable of DecisionTable
    name : str
        The input's name.

    Returns
    -------
    tuple of Part
        Together they are all values; two neighbours are told apart by some rule.
    """
    tables = tuple(tables)
    conditions = conditions_on(tables, name)
    chosen = read_inputs()[name]
    runs: list[tuple] = []
    for cell in cells_of(tables, name):
        sign = tuple(c.holds(cell.value) for c in conditions)
        if runs and chosen.kind != "choice" and runs[-1][0] == sign:
            runs[-1][1].append(cell)
        else:
            runs.append((sign, [cell]))
    return tuple(_part(chosen, cells) for _, cells in runs)


def patient_parts(readings: Readings) -> dict[str, tuple[Part, ...]]:
    """Return the parts of what a reader gives of a patient before treatment."""
    tables = [patient_tables()[g, readings.patients(g)] for g in GUIDELINES]
    parts = {
        name: parts_of(tables, name)
        for name in ("age", "stage", "extensive_mesenteric", "bulk_cm")
    }
    return parts | {
        name: tuple(Part(value, str(value)) for value in values)
        for name, values in INDEX_PARTS.items()
    }


def group_pairs(readings: Readings | None = None) -> Counter:
    """Count the kinds of patient by the group that each guideline puts them in.

    Returns
    -------
    Counter
        (NCCN's group, BSH's group) to the number of kinds.
    """
    readings = readings or Readings()
    parts = patient_parts(readings)
    found: Counter = Counter()
    for values in itertools.product(*parts.values()):
        case = {name: part.value for name, part in zip(parts, values, strict=True)}
        case |= indices(case)
        found[tuple(group_of(membership(g, case, readings)) for g in GUIDELINES)] += 1
    return found


def scan_cases(step: str) -> Iterator[tuple[dict, dict]]:
    """Yield what scans and biopsies can have shown, as far as a step looks at it.

    What cannot be is left out: uptake and biopsy are asked for only after a score of 4
    or 5, and a step on a scan's result needs the scan.

    Yields
    ------
    tuple of dict
        The values, and the same in words.
    """
    tables = [t for g in GUIDELINES for t in tables_of(g, step).values()]
    names = [n for n in SCAN_INPUTS if any(i.name == n for t in tables for i in t.inputs)]
    for parts in itertools.product(*(parts_of(tables, name) for name in names)):
        case = {name: part.value for name, part in zip(names, parts, strict=True)}
        if _arises(step, case):
            asked = case.get("interim_deauville", 4) >= 4
            yield case, {
                name: part.text if asked or name not in AFTER_POSITIVE else NOT_ASKED
                for name, part in zip(names, parts, strict=True)
            }


def shared_pairs(pairs: Mapping) -> Counter:
    """Keep the kinds of patient that both guidelines count among theirs."""
    return Counter(
        {groups: n for groups, n in pairs.items() if not {"open", "outside"} & set(groups)}
    )


def step_shares(
    readings: Readings | None = None, *, shared: bool = False
) -> tuple[StepShare, ...]:
    """Return for each step how many cases get each verdict.

    A case is a kind of patient with what the scans and biopsies showed. Kinds are not
    weighted by how often they occur, so a share of cases is no share of patients.

    Parameters
    ----------
    readings : Readings, optional
    shared : bool
        Whether to count only patients whom both guidelines count among theirs.

    Returns
    -------
    tuple of StepShare
        Empty if no patient is left.
    """
    readings = readings or Readings()
    pairs = group_pairs(readings)
    pairs = shared_pairs(pairs) if shared else pairs
    if not pairs:
        return ()
    shares = []
    for step in STEPS:
        counts, own = Counter(), Counter()
        for scans, _ in scan_cases(step):
            said = both_answers(step, scans, pairs, readings)
            for groups, pair in said.items():
                counts[pair.verdict] += pairs[groups]
                for guideline, one in zip(GUIDELINES, (pair.nccn, pair.bsh), strict=True):
                    own[guideline] += pairs[groups] * one.passages_differ
        shares.append(
            StepShare(step, {v: counts[v] for v in VERDICTS}, {g: own[g] for g in GUIDELINES})
        )
    return tuple(shares)


def both_answers(step: str, scans: Mapping, pairs, readings: Readings) -> dict:
    """Return both guidelines' answers for each pair of groups."""
    by_group = {
        (g, group): answer(g, step, {**scans, "group": group}, readings)
        for place, g in enumerate(GUIDELINES)
        for group in {groups[place] for groups in pairs}
    }
    return {
        groups: StepPair(by_group["NCCN", groups[0]], by_group["BSH", groups[1]])
        for groups in pairs
    }


def agreement_map(
    patient: Mapping, step: str, readings: Readings | None = None
) -> tuple[MapCell, ...]:
    """Move one patient through ages, stages and interim scores, and ask both guidelines.

    Parameters
    ----------
    patient : mapping
        As for :func:`secondline.pathways.guidelines.compare`; all other values are kept.
    step : str
        One of STEPS.
    readings : Readings, optional

    Returns
    -------
    tuple of MapCell
        By age, stage and score.

    Raises
    ------
    InputError
        If there is no such step, or the patient cannot be.
    """
    if step not in STEPS:
        raise InputError(f"There is no step {step!r}; there are {one_of(STEPS)}.")
    cells = []
    for (age, years), stage, (score, ds) in itertools.product(
        AGES.items(), STAGES, SCORES.items()
    ):
        moved = {**patient, "age": years, "stage": stage, "interim_deauville": ds}
        (pair,) = (p for p in compare(moved, readings).pairs if p.step == step)
        cells.append(MapCell(age, stage, score, pair))
    return tuple(cells)


def _arises(step: str, case: Mapping) -> bool:
    positive = case.get("interim_deauville", 4) >= 4
    if not positive and any(case.get(n, only) != only for n, only in AFTER_POSITIVE.items()):
        return False
    if step == "after the interim scan":
        return case["interim_deauville"] >= 1
    if step == "after the end scan":
        return case["end_deauville"] >= 1
    return step != "after the end biopsy" or case["end_deauville"] >= 4


def _part(chosen: Input, cells) -> Part:
    first, last = cells[0], cells[-1]
    # a value from the middle, so that no end stands for the rest
    middle = cells[len(cells) // 2]
    if chosen.kind == "choice":
        return Part(middle.value, middle.text)
    if first is last and first.lower == first.upper:
        return Part(middle.value, middle.text)
    if chosen.kind == "whole":
        low, high = _ends(first)[0], _ends(last)[1]
        text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return Part(middle.value, text)
    if first.lower == chosen.lowest:
        text = f"{'up to' if last.lower == last.upper else 'below'} {last.upper:g}"
    elif last.upper == chosen.highest:
        held = first.lower == first.upper
        text = f"{first.lower:g} or more" if held else f"above {first.lower:g}"
    else:
        text = f"from {first.lower:g} to {last.upper:g}"
    return Part(middle.value, text)


def _ends(cell) -> tuple[float, float]:
    # a whole number's part between two ends does not hold them
    if cell.lower == cell.upper:
        return cell.lower, cell.upper
    return cell.lower + 1, cell.upper - 1

