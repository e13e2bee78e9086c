"""Routes, shares and gaps of the two guidelines as tables and sentences for the page."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from secondline.pathways.agreement_map import StepShare, patient_parts
from secondline.pathways.engine import Decision, decide
from secondline.pathways.guideline_gaps import Finding, in_words
from secondline.pathways.guidelines import (
    GUIDELINES,
    VERDICTS,
    Comparison,
    Readings,
    StepAnswer,
    acts_of,
    compare,
    indices,
    patient_tables,
)
from secondline.pathways.tabulate import places

NAMES = {
    "extensive_mesenteric": "extensive mesenteric disease",
    "bulk_cm": "bulk in cm",
    "ipi": "IPI",
    "aaipi": "aaIPI",
    "smipi": "smIPI",
    "interim_deauville": "interim score",
    "interim_uptake": "interim uptake",
    "interim_biopsy": "interim biopsy",
    "end_deauville": "end score",
    "end_biopsy": "end biopsy",
}
SHORT = {
    "limited": "limited stage", "advanced": "advanced stage",
    "limited and older": "limited stage, 61 to 80 years",
    "open": "open: the passage does not settle it", "outside": "not among its patients",
}  # fmt: skip


RADIOTHERAPY = {
    frozenset({"radiotherapy"}): "yes",
    frozenset({"no radiotherapy"}): "no",
    frozenset({"radiotherapy", "no radiotherapy"}): "with or without",
}
# made-up patients for the worked examples; the rest of their values is the first one's
FIRST_PATIENT = MappingProxyType(
    {
        "age": 70, "stage": "II", "extensive_mesenteric": "no", "bulk_cm": 5.0, "ldh": "normal",
        "ecog": 1, "extranodal_sites": 0, "interim_deauville": 4, "interim_uptake": "lower",
        "interim_biopsy": "positive", "end_deauville": 4, "end_biopsy": "not possible",
    }
)  # fmt: skip
WORKED_PATIENTS = MappingProxyType(
    {
        "A clear scan": {"stage": "I", "interim_deauville": 2, "end_deauville": 2},
        "Score 4, biopsy negative": {"interim_biopsy": "negative"},
        "Score 5, uptake lower": {"interim_deauville": 5},
        "Score 5, new foci": {"interim_deauville": 5, "interim_uptake": "higher"},
        "The second patient at 55": {"age": 55, "interim_biopsy": "negative"},
        "Stage IV, score 4": {"stage": "IV"},
    }
)


def said(one: StepAnswer) -> str:
    """Return a guideline's answer in words, two answers joined by "or"."""
    return in_words(one.acts) if one.acts else one.silence


def routes_page(comparison: Comparison) -> pd.DataFrame:
    """Return one row a step: both answers, and how they stand to each other."""
    return pd.DataFrame(
        {
            "Step": pair.step,
            "NCCN": marked(pair.nccn),
            "BSH": marked(pair.bsh),
            "Together": pair.verdict,
        }
        for pair in comparison.pairs
    )


def passages_page(comparison: Comparison, *steps: str) -> pd.DataFrame:
    """Return every passage that speaks: its answer, the path to it, and where it stands.

    Parameters
    ----------
    comparison : Comparison
    *steps : str
        Those to show; by default all.
    """
    rows = [
        (pair.step, d)
        for pair in comparison.pairs
        for one in (pair.nccn, pair.bsh)
        for d in one.decisions
        if d.covered and (not steps or pair.step in steps)
    ]
    rows += [(d.table, d) for d in comparison.others if not steps or d.table in steps]
    return pd.DataFrame(
        {
            "Step": step,
            "Passage": d.source,
            "Answer": in_words(acts_of(d.answer)),
            "In short": d.reason,
            "Path": path_in_words(d),
            "Where": places(d),
        }
        for step, d in rows
    )


def path_in_words(decision: Decision, names: Mapping[str, str] = NAMES) -> str:
    """Return the conditions that led to an answer, with the patient's values.

    Parameters
    ----------
    decision : Decision
    names : mapping
        What inputs are called whose name does not read as words.
    """
    steps = (
        f"{names.get(s.input, s.input.replace('_', ' '))} {_shown(s.value)}"
        + (f" ({_condition(s.condition)})" if s.condition != str(s.value) else "")
        for s in decision.path
    )
    return "; ".join(steps) or "said of all"


def membership_page(comparison: Comparison) -> pd.DataFrame:
    """Return for each passage whether the patient is among the guideline's."""
    rows = []
    for (guideline, source), table in patient_tables().items():
        decision = decide(table, comparison.patient)
        rows.append(
            {
                "Guideline": guideline,
                "By": source,
                "This patient": SHORT[decision.answer if decision.covered else "outside"],
                "Why": decision.reason or _reasons(table, comparison.patient),
                "Where": places(decision),
            }
        )
    return pd.DataFrame(rows)


def parting_sentences(comparison: Comparison) -> str:
    """Say where the two routes part, on what passages, and where one falls silent."""
    outside = [g for g in GUIDELINES if comparison.routes[g].group in ("open", "outside")]
    parts = [
        f"{g} does not count this patient among its own."
        if comparison.routes[g].group == "outside"
        else f"Whether {g} counts this patient among its own is open."
        for g in outside
    ]
    by_verdict = {v: [p for p in comparison.pairs if p.verdict == v] for v in VERDICTS}
    differ = by_verdict["differ"]
    if differ:
        first = differ[0]
        parts.append(
            f"The routes part at the step “{first.step}”. "
            f"NCCN: {in_words(first.nccn.acts)}. BSH: {in_words(first.bsh.acts)}."
        )
        more = [p.step for p in differ[1:]]
        parts += [f"They also differ on: {'; '.join(more)}."] if more else []
    else:
        parts.append("On no step do both speak and differ.")
    for name, pairs in by_verdict.items():
        if pairs and name != "differ":
            words = {"agree": "Some act is allowed by both on", "both silent": "Neither speaks on"}
            head = words.get(name, f"{name.split(' ')[0]} alone speaks on")
            parts.append(f"{head}: {'; '.join(p.step for p in pairs)}.")
    return " ".join(parts)


def figure_sentences(comparison: Comparison) -> str:
    """Say which answers stand in a figure alone, and whether that figure takes in this patient."""
    found = []
    for pair in comparison.pairs:
        for one in (pair.nccn, pair.bsh):
            if not one.figure_alone:
                continue
            text = (
                f"{one.guideline}'s answer on “{pair.step}” stands in the description of a figure "
                "alone, in no sentence of the text."
            )
            if _figure_leaves_out(one.guideline, comparison.patient):
                text += " By their headings the figures do not include this patient."
            found.append(text)
    return " ".join(found) or "No answer rests on the description of a figure alone."


def _figure_leaves_out(guideline: str, patient: Mapping) -> bool:
    """Whether the figures' own headings name no such patient."""
    tables = [t for (g, by), t in patient_tables().items() if g == guideline and "figure" in by]
    return bool(tables) and not any(decide(table, patient).covered for table in tables)


def own_sentences(comparison: Comparison) -> str:
    """Say on which steps a guideline's own passages allow different acts for this patient."""
    found = [
        f"{one.guideline} on “{pair.step}”: {_by_passage(one)}."
        for pair in comparison.pairs
        for one in (pair.nccn, pair.bsh)
        if one.passages_differ
    ]
    if not found:
        return "For this patient no guideline is given with two answers to one step."
    return "Two answers within one guideline. " + " ".join(found)


def evidence_page(comparison: Comparison) -> pd.DataFrame:
    """Return what each route names as its evidence, step by step."""
    rows = []
    for pair in comparison.pairs:
        row = {"Step": pair.step}
        for g, one in zip(GUIDELINES, (pair.nccn, pair.bsh), strict=True):
            # the printed grade is of the cycles, and of radiotherapy where it is given
            graded = one.speaking and (
                pair.step in ("after the interim scan", "cycles in all")
                or pair.step == "radiotherapy" and "radiotherapy" in one.acts
            )
            grades = comparison.routes[g].evidence.acts if graded else frozenset()
            row[g] = in_words(grades) if grades else "none named" if one.speaking else "–"
        rows.append(row)
    return pd.DataFrame(rows)


def shares_page(shares: Iterable[StepShare]) -> pd.DataFrame:
    """Return the share of cases with each verdict, step by step."""
    return pd.DataFrame(
        {"Step": s.step, "Cases": f"{s.total:,}"}
        | {v[:1].upper() + v[1:]: _percent(s.counts[v], s.total) for v in VERDICTS}
        | {f"{g}, two answers": _percent(s.own[g], s.total) for g in GUIDELINES}
        for s in shares
    )


def findings_page(findings: Iterable[Finding], *kinds: str) -> pd.DataFrame:
    """Return gaps and disagreements of some kinds, one a row; by default of all."""
    frame = pd.DataFrame(
        {
            "Where": f.step if f.guideline == "both" else f"{f.guideline}, {f.step}",
            "For whom": f.case,
            "What": f"Left open. {f.what}" if f.kind == "not said" else f.what,
            "Cases": f"{f.cases} of {f.total}",
        }
        for f in findings
        if not kinds or f.kind in kinds
    )
    # there is nothing to say of what is not there
    return frame.drop(columns="What") if kinds == ("not covered",) else frame


def worked_page(readings: Readings | None = None) -> pd.DataFrame:
    """Return the worked patients: what each guideline says after the interim scan and beyond."""
    rows = []
    for name, changes in WORKED_PATIENTS.items():
        comparison = compare({**FIRST_PATIENT, **changes}, readings)
        for guideline, route in comparison.routes.items():
            rows.append(
                {
                    "Patient": name,
                    "By": guideline,
                    "After the interim scan": marked(route["after the interim scan"]),
                    "Cycles": said(route["cycles in all"]),
                    "Radiotherapy": RADIOTHERAPY.get(
                        route["radiotherapy"].acts, said(route["radiotherapy"])
                    ),
                    "Scan at the end": said(route["end-of-treatment imaging"]),
                }
            )
    return pd.DataFrame(rows)


def least_index(name: str, readings: Readings) -> int:
    """Return the lowest IPI, aaIPI or smIPI that a patient of 61 to 80 years can have."""
    parts = patient_parts(readings)
    return min(
        indices(
            {"age": 61, "stage": stage.value, "ldh": ldh.value, "ecog": ecog.value,
             "extranodal_sites": sites.value}
        )[name]
        for stage in parts["stage"]
        for ldh in parts["ldh"]
        for ecog in parts["ecog"]
        for sites in parts["extranodal_sites"]
    )  # fmt: skip


def _by_passage(one: StepAnswer) -> str:
    where: dict[str, list[str]] = {}
    for d in one.speaking:
        passage = d.source.removeprefix(f"{one.guideline}, ")
        where.setdefault(in_words(acts_of(d.answer)), []).append(passage)
    return "; ".join(f"{act} ({', '.join(passages)})" for act, passages in where.items())


def marked(one: StepAnswer) -> str:
    """Return an answer in words, and what weakens it: passages that differ, or a figure alone."""
    if one.passages_differ:
        return f"{said(one)} (its passages differ)"
    if not one.figure_alone:
        return said(one)
    # section 4 may come to the point and leave it open
    text = [d for d in one.decisions if d.answer == "not said"]
    passages = [d.source.removeprefix(f"{one.guideline}, ") for d in text]
    rest = f"; {', '.join(passages)}: not said" if passages else ""
    return f"{said(one)} (a figure alone{rest})"


def _reasons(table, case) -> str:
    """Return the values that no rule takes, or, if each is taken by some rule, all of them."""
    missed = []
    for place, i in enumerate(table.inputs):
        conditions = {rule.conditions[place] for rule in table.rules}
        if not any(c.holds(case[i.name]) for c in conditions):
            texts = sorted({_condition(c.text) for c in conditions})
            name = NAMES.get(i.name, i.name)
            missed.append(f"{name} is {_shown(case[i.name])}; it takes {' or '.join(texts)}")
    if missed:
        return f"{'. '.join(missed)}."
    values = ", ".join(f"{NAMES.get(i.name, i.name)} {_shown(case[i.name])}" for i in table.inputs)
    return f"It names no patient with {values}."


def _shown(value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _condition(text: str) -> str:
    return text.replace(" & ", " and ").replace("|", " or ")


def _percent(n: int, total: int) -> str:
    share = 100 * n / total
    return "0 %" if not n else "<1 %" if share < 1 else f"{share:.0f} %"
