"""Two guidelines for a patient who is described, looked up among all cases.

A patient's values lead to a group of each guideline; the groups and what the scans and
biopsies showed lead to the answers of each step. Both are tables over every combination of
values that some rule tells apart, filled in by :mod:`secondline.pathways`. A cell's place is
counted with the last input running fastest.
"""

import itertools
from functools import cache

from secondline.explorers.explorer import Choice, Explorer
from secondline.pathways import guidelines
from secondline.pathways.agreement_map import parts_of, patient_parts
from secondline.pathways.guideline_pages import SHORT, marked
from secondline.pathways.guidelines import GUIDELINES, SCAN_INPUTS, STEPS, Readings, StepPair

LABELS = {
    "age": "Age in years", "stage": "Stage", "extensive_mesenteric": "Extensive mesenteric disease",
    "bulk_cm": "Largest mass in cm", "ldh": "LDH", "ecog": "ECOG performance status",
    "interim_deauville": "Deauville score of the interim scan",
    "interim_uptake": "Its uptake against baseline, after a score of 4 or 5",
    "interim_biopsy": "Biopsy after the interim scan",
    "end_deauville": "Deauville score of the scan after treatment",
    "end_biopsy": "Biopsy at the end of treatment",
}  # fmt: skip
# not told apart by the readings that are followed
PASSED_OVER = {"extranodal_sites": 0}
WORDS = {"ecog": {"0": "0 or 1", "2": "2 or more"},
         "interim_deauville": {"0": "no scan"}, "end_deauville": {"0": "no scan"},
         "interim_uptake": {"higher": "higher, or new foci"}}  # fmt: skip
START = {
    "age": "61 to 80", "stage": "II", "extensive_mesenteric": "no", "bulk_cm": "below 7.5",
    "ldh": "normal", "ecog": "0", "interim_deauville": "4", "interim_uptake": "lower",
    "interim_biopsy": "positive", "end_deauville": "4", "end_biopsy": "not possible",
}  # fmt: skip


def routes() -> Explorer:
    """Return the explorer of the two guidelines."""
    questions = list(STEPS)
    return Explorer(
        name="routes",
        title="Two guidelines, any made-up patient",
        description=(
            "A table with a row for each of eight steps: what NCCN asks for, what BSH asks for, "
            "and whether they agree, differ, or one or both are silent."
        ),
        controls=tuple(
            Choice(name, LABELS[name],
                   {text: WORDS.get(name, {}).get(text, text) for text in parts}, START[name])
            for name, parts in cases().items()
        ),
        says=(
            "NCCN: {nccn_group}. BSH: {bsh_group}. The first step on which they differ: {parting}."
        ),
        # a table alone has its caption above the result
        caption=(
            "What one review says the guidelines say. Neither was read. Not for use with a real "
            "patient."
        ),
        columns=("Step: how they stand", "NCCN", "BSH"),
        rows=tuple(
            (f"{step[:1].upper()}{step[1:]}: {{together_{i}}}", f"{{nccn_{i}}}", f"{{bsh_{i}}}")
            for i, step in enumerate(questions)
        ),
        provenance="recomputed",
        source="the review; the guidelines were not read",
        expected=expected,
        lookup=_lookup(),
    )  # fmt: skip


@cache
def cases() -> dict[str, dict]:
    """Return for each input its parts: words to a value that stands for all of them."""
    readings = Readings()
    tables = [
        table
        for guideline in GUIDELINES
        for step in STEPS
        for table in guidelines.tables_of(guideline, step).values()
    ]
    parts = {n: p for n, p in patient_parts(readings).items() if n not in PASSED_OVER}
    parts |= {name: parts_of(tables, name) for name in SCAN_INPUTS}
    return {name: {part.text: part.value for part in of} for name, of in parts.items()}


def expected(**chosen) -> dict:
    """Return what the page shows, by :func:`secondline.pathways.guidelines.compare`.

    Parameters
    ----------
    **chosen : str
        A part of each input, as :func:`cases` names them.
    """
    patient = {name: cases()[name][text] for name, text in chosen.items()} | PASSED_OVER
    compared = guidelines.compare(patient)
    outputs = {
        f"{guideline.lower()}_group": SHORT[route.group]
        for guideline, route in compared.routes.items()
    }
    for i, pair in enumerate(compared.pairs):
        outputs |= _answers(i, pair)
    return outputs | {"parting": compared.parting or "none"}


def _answers(i: int, pair: StepPair) -> dict[str, str]:
    return {
        f"nccn_{i}": marked(pair.nccn), f"bsh_{i}": marked(pair.bsh), f"together_{i}": pair.verdict
    }  # fmt: skip


def _lookup() -> dict:
    """Return the tables of all cases, as ``explorers.js`` reads them."""
    readings = Readings()
    before = [name for name in cases() if name not in SCAN_INPUTS]
    pairs = {}
    groups = _table(before, lambda case: _groups(case, readings, pairs))
    tables = [groups]
    for i, step in enumerate(STEPS):
        names = [
            name
            for name in SCAN_INPUTS
            if any(
                known.name == name
                for guideline in GUIDELINES
                for table in guidelines.tables_of(guideline, step).values()
                for known in table.inputs
            )
        ]

        def answer(case, i=i, step=step):
            members = pairs[case.pop("groups")]
            return _answers(i, StepPair(*(
                guidelines.answer(guideline, step, {**case, "group": group}, readings)
                for guideline, group in zip(GUIDELINES, members, strict=True)
            )))  # fmt: skip

        tables.append(_table(["groups", *names], answer, {"groups": {n: n for n in pairs}}))
    return {
        "options": {name: list(parts) for name, parts in cases().items()}
        | {"groups": list(pairs)},
        "tables": tables,
        "first": {
            "name": "parting",
            "among": [f"together_{i}" for i in range(len(STEPS))],
            "value": "differ",
            # the last where none is found
            "words": [*STEPS, "none"],
        },
    }


def _groups(case: dict, readings: Readings, pairs: dict) -> dict[str, str]:
    known = {**case, **PASSED_OVER}
    known |= guidelines.indices(known)
    members = tuple(
        guidelines.group_of(guidelines.membership(g, known, readings)) for g in GUIDELINES
    )
    name = " / ".join(members)
    pairs[name] = members
    return {"groups": name, "nccn_group": SHORT[members[0]], "bsh_group": SHORT[members[1]]}


def _table(names: list[str], answer, more: dict | None = None) -> dict:
    """Return the answers over all combinations of some inputs, each distinct one once."""
    parts = cases() | (more or {})
    distinct: dict[tuple, int] = {}
    cells = []
    for values in itertools.product(*(parts[name].values() for name in names)):
        found = answer(dict(zip(names, values, strict=True)))
        cells.append(distinct.setdefault(tuple(found.items()), len(distinct)))
    return {"over": names, "cells": cells, "answers": [dict(items) for items in distinct]}
