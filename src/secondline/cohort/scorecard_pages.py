"""The scorecard as tables and sentences for the page."""

import numpy as np
import pandas as pd

from secondline.claims import raise_powers
from secondline.cohort.columns import SIGNATURES, signature_column
from secondline.cohort.distortion import Distortion
from secondline.cohort.markers import HIGH_NAMES
from secondline.cohort.scorecard import Row, Scorecard
from secondline.cohort.targets import TOLERANCES

KIND_WORDS = {
    "text": "printed in the text",
    "figure": "in a figure only",
    "assumed": "assumed by this book",
}
MARKER_WORDS = {signature_column(name): name for name in SIGNATURES} | {
    "gene_CD19": "CD19 gene", "gene_MS4A1": "MS4A1 gene", "gene_TNFRSF17": "TNFRSF17 gene",
    "cd19_h_score": "CD19 H-score", "ccr7_cd45ra_share": "CCR7+CD45RA+ share",
    "cell_of_origin": "non-GCB", "hgbl": "HGBL", "spd_mm2": "SPD", "ldh_u_per_l": "LDH",
    "ldh_elevated": "elevated LDH", "is21": "IS21", "biopsy": "biopsy after first line",
    "expression": "expression profile",
}  # fmt: skip
PART_WORDS = {
    "fold": "increase, %", "share": "%", "share at 24 months": "% free of it at 24 months",
    "R": "Spearman's R",
}  # fmt: skip

OUTCOMES = {"levels": "EFS", "durations": "DOR", "ongoing": "ongoing response"}
# of a target, by its analysis
DESCRIPTIONS = {
    "arms": "EFS between arms, {at}: {part}",
    "levels": "EFS by {name}{arm}{within}: {part}",
    "durations": "DOR by {name}{arm}{within}: {part}",
    "curve": "EFS, {part}{arm}, {at}",
    "curve, all": "EFS, {part}{arm}",
    "ongoing": "ongoing response and {name}{arm}{within}: {part}",
    "ongoing others": "other signatures that go with ongoing response{arm}: {part}",
    "any outcome": "{name} high goes with a good course, best of three outcomes{arm}: {part}",
    "few": "signatures that go with {outcome}{arm}: {part}",
    "correlation": "{name} with {other}{arm}: {part}",
    "split": "{name} with {other}{arm}: {part}",
    "by group": "{name} with {other}{arm}: {part}",
    "lines": "{name} before line {level} against before line 1: {part}",
    "lines, count": "patients with {name} before line {level}: {part}",
    "complete response": "complete response and {name}{arm}: {part}",
    "gain after": "EFS by {name}{arm}: z in later biopsies less that in early ones",
    "worst group": "EFS{arm}: low H-score with high SII against the worst other group",
    "within SII": "EFS{arm}: effect of H-score at low SII less that at high SII",
    "response rate": "objective response{arm}{within}: {part}",
    "responses": "response {level}{arm}{within}",
    "events": "events{arm}{within}",
    "patients": "{at}{arm}{within}: {part}",
    "patients, all": "patients{arm}{within}: {part}",
    "patients, known": "patients with {name}{arm}{within}: {part}",
}


def summary_page(card: Scorecard) -> pd.DataFrame:
    """Return how many targets are met, by section and kind, as texts."""
    rows = []
    for section in dict.fromkeys(row.target.section for row in card.rows):
        own = [row for row in card.rows if row.target.section == section]
        cells = [section]
        for kind in KIND_WORDS:
            of = [row for row in own if row.target.kind == kind]
            cells.append(f"{sum(row.met for row in of)} of {len(of)}" if of else "–")
        rows.append(cells)
    total = ["all"]
    for kind in KIND_WORDS:
        of = card.of_kind(kind)
        total.append(f"{len(of.met)} of {len(of.rows)}")
    return pd.DataFrame([*rows, total], columns=["Section", *KIND_WORDS.values()])


def tolerance_page() -> pd.DataFrame:
    """Return how near a cohort's value must come, by what is printed, as texts."""
    rows = [(name, words) for name, (words, _) in TOLERANCES.items()]
    rows = [(PART_WORDS.get(name, name), words) for name, words in rows]
    rows.append(("a direction, or no association", "on the right side of a bound"))
    return pd.DataFrame(rows, columns=["What is printed", "met if within"])


def section_page(card: Scorecard, section: str) -> pd.DataFrame:
    """Return one section's targets, as texts."""
    return _page([row for row in card.rows if row.target.section == section])


def kind_page(card: Scorecard, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the targets of some kinds, with the reason that each is one, as texts."""
    rows = [row for row in card.rows if row.target.kind in kinds]
    page = _page(rows)
    page.insert(1, "kind", [KIND_WORDS[row.target.kind] for row in rows])
    page["note"] = [row.target.note or "–" for row in rows]
    return page


def missed_page(card: Scorecard) -> pd.DataFrame:
    """Return the targets that are missed and why, as texts."""
    page = _page(card.missed).drop(columns="met")
    page["why"] = [row.reason or "–" for row in card.missed]
    return page if len(page) else pd.DataFrame({"Missed": ["none"]})


def strengths(card: Scorecard) -> pd.DataFrame:
    """Return P values, printed and on the cohort, as minus their logarithms to base 10.

    Returns
    -------
    DataFrame
        Columns target, section, printed, cohort, met.
    """
    rows = [
        (row.target.id, row.target.section, -np.log10(row.target.value), -np.log10(row.value),
         row.met)
        for row in card.rows
        if row.target.part == "P" and row.target.rule == "near" and row.known and row.value > 0
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["target", "section", "printed", "cohort", "met"])


def distortion_page(found: Distortion) -> pd.DataFrame:
    """Return what the reference cohort and fresh draws do not share, as texts."""
    rows = [
        (f"C-index, {arm}", f"{found.concordance[arm]:.3f}", f"{np.median(drawn):.3f}",
         f"{drawn.min():.3f} to {drawn.max():.3f}")
        for arm, drawn in found.drawn.items()
    ]  # fmt: skip
    draws = len(found.drawn_met)
    for what, own, met in (
        (f"targets met, of {found.possible} that are no counts", str(found.met), found.drawn_met),
        ("the same, shipped records dealt out at random", "–", found.dealt_met),
    ):
        rows.append((what, own, f"{np.median(met):.0f}", f"{met.min()} to {met.max()}"))
    return pd.DataFrame(
        rows, columns=["", "reference cohort", f"median of {draws} draws", "lowest to highest"]
    )


def scorecard_reading(card: Scorecard) -> str:
    """Say in a sentence or two how many targets are met, and which are not."""
    text = f"{len(card.met)} of {len(card.rows)} targets are met. "
    lacking = [row for row in card.missed if not row.known]
    missed = [row for row in card.missed if row.known]
    if missed:
        text += f"Missed: {'; '.join(describe(row) for row in missed[:12])}"
        text += f"; and {len(missed) - 12} more. " if len(missed) > 12 else ". "
    else:
        text += "None is missed. " if not lacking else ""
    if lacking:
        text += f"For {len(lacking)} the cohort lacks what the statistic needs."
    return text.strip()


def distortion_reading(found: Distortion) -> str:
    """Say what the comparison with fresh draws shows."""
    parts = []
    for arm, drawn in found.drawn.items():
        above = 100 * found.share_above(arm)
        parts.append(
            f"in the {arm} arm the C-index is {found.concordance[arm]:.3f} in the reference "
            f"cohort and lies above that in {above:.0f} % of the draws"
        )
    met = found.drawn_met
    text = f"Of the same markers, {', and '.join(parts)}. "
    text += f"A fresh draw meets {met.min()} to {met.max()} of the {found.possible} targets that "
    text += f"are no counts; the reference cohort meets {found.met}. With its outcome records "
    text += f"dealt out at random it still meets {found.dealt_met.min()} to "
    return text + f"{found.dealt_met.max()}."


def describe(row: Row) -> str:
    """Return a target's statistic in words."""
    t = row.target
    words = {
        "name": MARKER_WORDS.get(t.marker, t.marker),
        "other": MARKER_WORDS.get(t.level, t.level),
        "part": PART_WORDS.get(t.part, t.part),
        "level": t.level,
        "arm": f", {t.arm}" if t.arm else "",
        "within": f", {_subset(t.subset)}" if t.subset else "",
        "outcome": OUTCOMES.get(t.level),
    }
    words["at"] = {"all": "all patients"}.get(t.level, _at(words["name"], t.level))
    analysis = t.analysis
    if analysis in ("curve", "patients") and t.level in ("all", "known"):
        analysis += f", {t.level}"
    elif analysis == "lines" and t.part == "count":
        analysis += ", count"
    return DESCRIPTIONS[analysis].format(**words)


def _at(name: str, level: str) -> str:
    if level == "True":
        return name
    if level == "False":
        return {"elevated LDH": "normal LDH"}.get(name, f"no {name}")
    return f"{name} {level}" if level in ("high", "low") else level


def _subset(text: str) -> str:
    if text == "expression":
        return "with expression profile"
    first, _, last = text.rpartition(" ")
    if last in HIGH_NAMES:
        return f"{MARKER_WORDS.get(first, first)} {last}"
    column, _, word = first.rpartition(" ")
    if word == "above":
        return f"{MARKER_WORDS.get(column, column)} above {int(last):,}"
    return text.replace("cd19", "CD19")


def _page(rows) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (_capital(describe(row)), _printed(row), _found(row), "yes" if row.met else "no")
            for row in rows
        ],
        columns=["Statistic", "target", "cohort", "met"],
    )


def _capital(text: str) -> str:
    # not of a name such as "axi-cel", which no row begins with
    return text[0].upper() + text[1:]


def _printed(row: Row) -> str:
    target = row.target
    if target.rule == "near":
        text = raise_powers(target.printed) if target.field else f"{target.value:g}"
    else:
        text = f"{target.rule} {target.value:g}"
    if target.kind == "assumed":
        text += " (assumed)"
    return _with_side(row, text, target.side)


def _found(row: Row) -> str:
    if not row.known:
        return "–"
    part, value = row.target.part, row.value
    if part == "count":
        text = f"{value:.0f}"
    elif part == "P":
        text = _p(value)
    elif part.startswith(("median", "share", "fold")):
        text = f"{value:.1f}"
    else:
        text = f"{value:.3f}".replace("-", "−")
    return _with_side(row, text, row.side)


def _with_side(row: Row, text: str, side: str) -> str:
    # a hazard ratio or a difference shows its direction by itself
    tells = row.target.part in ("P", "fold") and row.target.side
    return f"{text}, {side}" if tells and side else text


def _p(value: float) -> str:
    if value >= 1e-4:
        return f"{value:.4f}"
    digits, power = f"{value:.2e}".split("e")
    return raise_powers(f"{digits} × 10-{abs(int(power))}")
