"""What a partial response is called, by whom, as tables and sentences for the page."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from secondline.pathways import refractory, response
from secondline.pathways import second_line as after
from secondline.pathways.assessment import Assessment, assess
from secondline.pathways.engine import Decision, enumerate_cases, overlaps
from secondline.pathways.guideline_pages import NAMES, path_in_words
from secondline.pathways.refractory import DEFINITIONS, HANGS, CohortNames, KindNames
from secondline.pathways.tables import DecisionTable
from secondline.pathways.tabulate import places
from secondline.pathways.tree import decision_tree, leaves

INPUT_NAMES = NAMES | {
    "scan_time": "scan at",
    "deauville": "Deauville score",
    "spd_change": "change of the SPD in %",
    "response_to_first_line": "response to first line",
    "months_since_first_line": "months from the end of first line",
    "months_since_diagnosis": "months from diagnosis",
    "timely_car_t": "CAR-T cells in time",
    "salvage": "response to salvage",
}
TIMES = MappingProxyType({"interim": "During treatment", "end of treatment": "At the end"})
# a made-up patient; the worked scans are this one's with what their name says changed
FIRST_PATIENT = MappingProxyType(
    {
        "scan_time": "end of treatment", "deauville": 4, "uptake": "lower", "new_foci": "no",
        "marrow": "clear", "spd_change": -40.0, "biopsy": "not done",
        "response_to_first_line": "PR", "months_since_first_line": 8.0, "first_line_months": 5.0,
        "age": 60, "fit_for": "both", "timely_car_t": "no", "salvage": "not given",
    }
)  # fmt: skip
WORKED_SCANS = MappingProxyType(
    {
        "Score 4, uptake lower": {},
        "Score 5, uptake lower": {"deauville": 5},
        "Score 4, uptake unchanged": {"uptake": "unchanged"},
        "Score 4, uptake lower, a new focus": {"new_foci": "yes"},
        "Score 2, mass nearly as before": {"deauville": 2, "spd_change": -10.0},
        "Score 2, mass shrunk by far": {"deauville": 2, "spd_change": -80.0},
        "Score 4, uptake unchanged, mass shrunk by far": {
            "uptake": "unchanged", "spd_change": -80.0
        },
        "Score 2, a new focus": {"deauville": 2, "new_foci": "yes"},
    }
)  # fmt: skip
MARROW_SCANS = MappingProxyType(
    {
        "Clear": {},
        "Above normal, lower than at baseline": {"marrow": "lower than at baseline"},
        "Above normal, not lower": {"marrow": "not lower"},
        "A focus that stays, nodes respond": {"marrow": "focal"},
        "A focus that stays, nodes do not respond": {"marrow": "focal", "uptake": "unchanged"},
    }
)
LATER = "relapse in month"


def decisions_page(decisions: Iterable[Decision], heading: str = "Passage") -> pd.DataFrame:
    """Return each passage that speaks: its answer, the reason, the path, the place."""
    return pd.DataFrame(
        {
            heading: d.source,
            "Answer": d.answer,
            "In short": d.reason,
            "Path": path_in_words(d, INPUT_NAMES),
            "Where": places(d),
        }
        for d in decisions
        if d.covered
    )


def answers_page(decisions: Iterable[Decision], heading: str = "Passage") -> pd.DataFrame:
    """Return each passage that speaks with its answer and the reason alone."""
    return decisions_page(decisions, heading)[[heading, "Answer", "In short"]]


def no_rule_page(decisions: Iterable[Decision], heading: str = "Passage") -> pd.DataFrame:
    """Return the passages that have no rule for a case, with the values that were asked."""
    return pd.DataFrame(
        {
            heading: d.source,
            "Answer": d.answer,
            "Asked": "; ".join(
                f"{INPUT_NAMES.get(s.input, s.input.replace('_', ' '))} {s.value}" for s in d.path
            ),
        }
        for d in decisions
        if not d.covered
    )


def two_times_page(patient: Mapping) -> pd.DataFrame:
    """Return what each passage calls one scan during treatment and at its end."""
    early, late = (response.answers("scan", {**patient, "scan_time": t}) for t in response.TIMES)
    return pd.DataFrame(
        {
            "Passage": a.source,
            TIMES["interim"]: a.answer,
            TIMES["end of treatment"]: b.answer,
        }
        for a, b in zip(early, late, strict=True)
        if a.covered or b.covered
    )


def worked_page() -> pd.DataFrame:
    """Return the worked scans: what they are by all passages on Lugano, at both times."""
    rows = []
    for name, changes in WORKED_SCANS.items():
        row = {"Scan": name}
        for time, heading in TIMES.items():
            row[heading] = assess({**FIRST_PATIENT, **changes, "scan_time": time}).standing
        rows.append(row)
    return pd.DataFrame(rows)


def marrow_page() -> pd.DataFrame:
    """Return what is said of the marrow, finding by finding."""
    return pd.DataFrame(
        {"Marrow": name, "Lugano, section 4": assess({**FIRST_PATIENT, **changes}).marrow[0].answer}
        for name, changes in MARROW_SCANS.items()
    )


def standings_page() -> pd.DataFrame:
    """Return how many kinds of scan are what, by Lugano and at each time."""
    counts = response.standings(response.LUGANO)
    every = sorted(
        set().union(*counts.values()), key=lambda name: -sum(c[name] for c in counts.values())
    )
    return pd.DataFrame(
        {"By the passages on Lugano": name}
        | {heading: str(counts[time][name]) for time, heading in TIMES.items()}
        for name in every
    )


def scan_reading(assessment: Assessment) -> str:
    """Say what the scan in the settings is, at both times, and where the passages part."""
    patient = assessment.patient
    parts = []
    for time, heading in TIMES.items():
        other = assess({**patient, "scan_time": time})
        parts.append(f"{heading}, the passages on Lugano make this scan: {other.standing}.")
    words = assessment.scan_names
    time = "after treatment" if patient["scan_time"] == "end of treatment" else "during treatment"
    if len(words) > 1:
        parts.append(f"Made {time}, it has {len(words)} names in all: {', '.join(words)}.")
    elif words:
        parts.append(f"Made {time}, it has one name in all: {words[0]}.")
    else:
        parts.append(f"Made {time}, no passage has a name for it.")
    return " ".join(parts)


def record_reading(assessment: Assessment) -> str:
    """Say whether the scan at the end and the recorded response can go together."""
    patient = assessment.patient
    recorded = patient["response_to_first_line"]
    if patient["scan_time"] == "interim":
        return (
            "The scan was made during treatment. It does not settle the response to first line, "
            f"which is recorded as {recorded}."
        )
    standing = assessment.in_short.answer
    fits = {
        "treatment failure": ("SD", "PD"),
        response.NO_NAME: ("CR",),
    }.get(standing if assessment.in_short.covered else response.NO_NAME, ("PR",))
    if recorded in fits:
        return f"The response to first line is recorded as {recorded}, which fits this scan."
    return (
        f"The response to first line is recorded as {recorded}. By this scan one would expect "
        f"{' or '.join(fits)}. Both are taken as they are set."
    )


def names_reading(assessment: Assessment) -> str:
    """Say which definition calls the patient what."""
    patient = assessment.patient
    by_name: dict[str, list[str]] = {}
    for d in assessment.names:
        if d.source in DEFINITIONS:
            by_name.setdefault(d.answer, []).append(f"“{d.source}”")
    recorded = patient["response_to_first_line"]
    who = f"With {recorded} as the response to first line"
    if recorded == "CR":
        who += (
            f" and a relapse {patient['months_since_first_line']:g} months after its end, "
            f"{patient['months_since_diagnosis']:g} months after diagnosis"
        )
    said = "; ".join(f"{name} by {_listed(sources)}" for name, sources in by_name.items())
    return f"{who}, this patient is: {said}."


def second_line_reading(assessment: Assessment) -> str:
    """Say where the passages on second line send the patient."""
    by_answer: dict[str, list[str]] = {}
    for d in assessment.second_line:
        if d.covered and d.answer != "not said":
            by_answer.setdefault(d.answer, []).append(d.source)
    if not by_answer:
        return "No passage says what follows for this patient."
    said = " ".join(
        f"{answer[:1].upper()}{answer[1:]}: {'; '.join(sources)}."
        for answer, sources in by_answer.items()
    )
    both = assessment.way == " and ".join((after.CAR_T, after.TRANSPLANT))
    return f"{said} The passages send this patient two ways." if both else said


def names_page(grid: tuple[KindNames, ...]) -> pd.DataFrame:
    """Return a row a definition and a column a kind of patient."""
    return pd.DataFrame(
        {"Definition": source}
        | {_kind(one): one.names[source] for one in grid}
        for source in DEFINITIONS
    )


def cohort_page(cohorts: Mapping[str, tuple[CohortNames, ...]]) -> pd.DataFrame:
    """Return how many patients of each cohort a definition calls what."""
    shown = (*refractory.NAMES, HANGS)
    return pd.DataFrame(
        {"Definition": one.definition, "Cohort": cohort}
        | {f"{n[:1].upper()}{n[1:]}": f"{one.counts.get(n, 0)}" for n in shown if _used(cohorts, n)}
        for cohort, found in cohorts.items()
        for one in found
    )


def ways_page() -> pd.DataFrame:
    """Return where the passages on second line send all possible cases."""
    return pd.DataFrame(
        {"Response to first line": name}
        | {w[:1].upper() + w[1:]: _percent(counts[w], counts.total()) for w in after.WAYS}
        for name, counts in after.ways_by_response().items()
    )


def all_tables() -> tuple[DecisionTable, ...]:
    """Return every table of the chapter, the reading of this book first."""
    tables = [*response.response_tables().values(), *refractory.definition_tables().values()]
    tables += [*after.second_line_tables().values()]
    return tuple(sorted(tables, key=lambda table: table.name != "joined"))


def coverage_page(tables: Iterable[DecisionTable]) -> pd.DataFrame:
    """Return for each table its rules, cases and overlaps, and which cases no rule fits."""
    return pd.DataFrame(
        {
            "Table": f"{table.name}: {table.source}",
            "Rules": len(table.rules),
            "Cases": sum(1 for _ in enumerate_cases(table)),
            "Two rules fit": len(overlaps(table)),
            "Not covered": gaps_in_words(table) or "none",
        }
        for table in tables
    )


def overlaps_page(table: DecisionTable) -> pd.DataFrame:
    """Return every case that two rules fit, with the rules' answers."""
    answer = {rule.name: rule.answer for rule in table.rules}
    return pd.DataFrame(
        {
            "Case": _labelled(overlap.text),
            "Bands": " and ".join(answer[name] for name in overlap.rules),
        }
        for overlap in overlaps(table)
    )


def gaps_in_words(table: DecisionTable) -> str:
    """Return the cases that no rule fits, those with the same way joined."""
    return "; ".join(
        ", ".join(f"{INPUT_NAMES.get(i.name, i.name.replace('_', ' '))} {b.text}" for i, b in way)
        for way, leaf in leaves(decision_tree(table))
        if not leaf.covered
    )


def _kind(one: KindNames) -> str:
    return one.kind.text if one.kind.response != "CR" else f"{LATER} {one.kind.text}"


def _used(cohorts: Mapping[str, tuple[CohortNames, ...]], name: str) -> bool:
    return any(one.counts.get(name) for found in cohorts.values() for one in found)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _labelled(text: str) -> str:
    for name, label in INPUT_NAMES.items():
        text = text.replace(f"{name.replace('_', ' ')}:", f"{label}:")
    return text


def _percent(n: int, total: int) -> str:
    share = 100 * n / total
    return "0 %" if not n else "<1 %" if share < 1 else f"{share:.0f} %"
