"""Decision tables and their answers as tables and sentences for the page."""

from collections.abc import Mapping

import pandas as pd

from secondline.claims import get_claim
from secondline.pathways.eligibility import (
    CRITERIA,
    DISAGREE,
    SOURCES,
    TRIAL_SOURCES,
    CriterionResult,
    Eligibility,
    eligibility,
    eligibility_tables,
    single_changes,
)
from secondline.pathways.engine import Decision, decide, enumerate_cases, gaps, overlaps
from secondline.pathways.tables import read_tables

LABELS = SOURCES | {
    "guide, first paragraph": "Patient guide, first paragraph",
    "guide, list below it": "Patient guide, the list below it",
}
# inputs whose name does not read as words
INPUT_LABELS = {
    "rituximab_anthracycline": "rituximab and an anthracycline",
    "prior_second_line": "second-line treatment begun",
    "ecog": "ECOG",
    "cd19": "CD19",
    "lvef_percent": "ejection fraction, %",
    "prior_car_t": "CAR-T before",
    "prior_allo_sct": "allogeneic transplant before",
}


def criteria_page(result: Eligibility) -> pd.DataFrame:
    """Return one row a criterion: the patient's value, the verdict, who says so."""
    return pd.DataFrame(
        {
            "Criterion": c.label,
            "Patient": c.values,
            "Verdict": c.verdict,
            "Said by": ", ".join(TRIAL_SOURCES[d] for d in c.documents) or "–",
        }
        for c in result.criteria
    )


def sources_page(result: Eligibility, only: str = "") -> pd.DataFrame:
    """Return one row for each source of each criterion: its answer, why, and where.

    Parameters
    ----------
    result : Eligibility
    only : str
        A criterion's name; by default all.
    """
    return pd.DataFrame(
        {
            "Criterion": c.label,
            "Source": SOURCES[d.source],
            "About": "the trial" if d.source in TRIAL_SOURCES else "other",
            "Answer": d.answer,
            "Reason": d.reason,
            "Where": places(d),
        }
        for c in result.criteria
        if only in ("", c.name)
        for d in (*c.decisions, *c.others)
        if d.covered
    )


def places(decision: Decision) -> str:
    """Return where the source says so, each place once."""
    return "; ".join(dict.fromkeys(get_claim(claim).locator for claim in decision.claims)) or "–"


def verdict_sentences(result: Eligibility) -> str:
    """Return the verdict, the criterion and source that decide, and what differs."""
    said = {
        "eligible": "By the sources, ZUMA-7 would have taken this patient: every criterion is met.",
        "not eligible": "By the sources, ZUMA-7 would not have taken this patient.",
        DISAGREE: "The sources disagree on whether ZUMA-7 would have taken this patient.",
        "not said": "The sources do not say whether ZUMA-7 would have taken this patient.",
    }[result.verdict]
    parts = [said, *(_why(c) for c in result.deciding)]
    decided = {c.name for c in result.deciding}
    parts += [
        f"They also disagree on {_why(c)}"
        for c in result.criteria
        if c.verdict == DISAGREE and c.name not in decided
    ]
    alone = [c.label for c in result.criteria if len(c.documents) == 1]
    parts.append(f"Criteria on which one document alone speaks: {len(alone)} of {len(CRITERIA)}.")
    return " ".join(parts)


def beyond_sentences(result: Eligibility) -> str:
    """Return what is said beyond the trial's criteria and differs from their verdict."""
    parts = [
        f"{SOURCES[d.source]} ({places(d)}): {_lowered(d.reason)}"
        for c in result.criteria
        for d in c.differing
    ]
    if not parts:
        return "For this patient nothing that is said of practice differs from the criteria."
    return "Beyond the criteria of the trial, something else is said. " + " ".join(parts)


def changes_page(patient: Mapping, *verdicts: str) -> pd.DataFrame:
    """Return the single changes that lead to some verdicts: what, who says so.

    Parameters
    ----------
    patient : mapping
        As for :func:`secondline.pathways.eligibility`.
    *verdicts : str
        Those to show; by default all that differ from the patient's own.
    """
    own = eligibility(patient).verdict
    return pd.DataFrame(
        {
            "Changed": INPUT_LABELS.get(name, name.replace("_", " ")),
            "To": text,
            "Verdict": result.verdict,
            "Who says so": "; ".join(_listed(c) for c in result.deciding) or "–",
        }
        for name, text, result in single_changes(patient)
        if (result.verdict in verdicts if verdicts else result.verdict != own)
    )


def definitions_page(name: str, heading: str) -> pd.DataFrame:
    """Return a file of one-input tables as a grid: a row a value, a column a source.

    Parameters
    ----------
    name : str
        As for :func:`secondline.pathways.read_tables`.
    heading : str
        Of the first column.
    """
    tables = read_tables(name)
    named = next(i for table in tables.values() for i in table.inputs)
    return pd.DataFrame(
        {heading: value}
        | {
            LABELS[source]: decide(table, {named.name: value}).answer
            for (_, source), table in tables.items()
        }
        for value in named.choices
    )


def coverage_page() -> pd.DataFrame:
    """Return for each decision table how many cases it has, its gaps and overlaps."""
    return pd.DataFrame(
        {
            "Criterion": CRITERIA[name],
            "Source": SOURCES[source],
            "Rules": len(table.rules),
            "Cases": sum(1 for _ in enumerate_cases(table)),
            "Two rules fit": len(overlaps(table)),
            "Not covered": "; ".join(gap.text for gap in gaps(table)) or "none",
        }
        for (name, source), table in eligibility_tables().items()
    )


def _why(criterion: CriterionResult) -> str:
    return f"{criterion.label} ({criterion.values}): {_listed(criterion)}."


def _listed(criterion: CriterionResult) -> str:
    return "; ".join(
        f"{d.answer} by the {_lowered(SOURCES[d.source])} ({places(d)})"
        for d in criterion.speaking
    )


def _lowered(text: str) -> str:
    # the first letter of a sentence, but not of a name or an abbreviation
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
