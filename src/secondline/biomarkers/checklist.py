"""A checklist for papers on biomarkers, filled in for one paper from its claims."""

from dataclasses import dataclass
from functools import cache

import pandas as pd

from secondline.claims import Claim, get_claim, raise_powers
from secondline.csvfiles import keyed_rows
from secondline.errors import InputError, one_of
from secondline.paths import project_root

COLUMNS = ("id", "guideline", "item", "question", "claims", "verdict", "reason")
GUIDELINES = ("REMARK", "PATH")
VERDICTS = ("met", "partly", "not met", "not told")


@dataclass(frozen=True)
class Answer:
    """One question of a guideline, answered for the paper.

    Attributes
    ----------
    guideline : {"REMARK", "PATH"}
    item : str
        Number or name of the guideline's item; the question is in this book's words.
    question, reason : str
    claims : tuple of Claim
    verdict : {"met", "partly", "not met", "not told"}
    """

    guideline: str
    item: str
    question: str
    claims: tuple[Claim, ...]
    verdict: str
    reason: str


@cache
def checklist() -> tuple[Answer, ...]:
    """Return all answers, from ``data/biomarker_checklist.csv``.

    Raises
    ------
    InputError
        If a guideline, verdict or claim is unknown, or a cell is empty.
    """
    answers = []
    for where, row in keyed_rows(project_root() / "data" / "biomarker_checklist.csv", COLUMNS):
        for name, allowed in (("guideline", GUIDELINES), ("verdict", VERDICTS)):
            if row[name] not in allowed:
                raise InputError(f"{where}: {name} is {row[name]!r}; allowed: {one_of(allowed)}.")
        empty = [name for name in COLUMNS if not row[name]]
        if empty:
            raise InputError(f"{where}: {empty[0]} is empty.")
        claims = tuple(get_claim(name) for name in row["claims"].split())
        answers.append(Answer(row["guideline"], row["item"], row["question"], claims,
                              row["verdict"], row["reason"]))  # fmt: skip
    return tuple(answers)


def checklist_page(guideline: str) -> pd.DataFrame:
    """Return one guideline's questions and answers, as texts.

    Parameters
    ----------
    guideline : {"REMARK", "PATH"}
    """
    if guideline not in GUIDELINES:
        raise InputError(f"guideline is {guideline!r}; allowed: {one_of(GUIDELINES)}.")
    mine = [a for a in checklist() if a.guideline == guideline]
    return pd.DataFrame({
        "Item": [a.item for a in mine],
        "Question": [a.question for a in mine],
        "The paper, and where": ["; ".join(map(_quoted, a.claims)) for a in mine],
        "Verdict": [a.verdict for a in mine],
        "Why": [a.reason for a in mine],
    })  # fmt: skip


def verdict_counts(guideline: str = "") -> dict[str, int]:
    """Return how many questions have each verdict; of both guidelines if none is named."""
    mine = [a.verdict for a in checklist() if not guideline or a.guideline == guideline]
    return {verdict: mine.count(verdict) for verdict in VERDICTS}


def _quoted(claim: Claim) -> str:
    value = claim.value or claim.interval
    if claim.value and claim.interval:
        value += f" ({claim.interval})"
    elif not value:
        value = claim.p if claim.p[0] in "<>" else f"P = {claim.p}"
    unit = f" {claim.unit}" if claim.unit else ""
    return f"{claim.quantity}: {raise_powers(value)}{unit} [{claim.locator}]"
