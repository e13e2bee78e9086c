"""CD19 beside other markers, as tables for the page."""

import numpy as np
import pandas as pd

from secondline.biomarkers.cd19_protein import GENE, PROTEIN, BothMeasures, HalfScreen
from secondline.biomarkers.marker_pair_worlds import PairTrials
from secondline.biomarkers.nested_pages import effect_text
from secondline.biomarkers.nested_subgroups import NAMES, level_name
from secondline.biomarkers.two_marker_cohorts import FreshPairs
from secondline.biomarkers.two_markers import TwoMarkers, WorstOfFour
from secondline.intervals import bare_p
from secondline.survival import Effect

NOTHING = "Nothing to show"


def correlations_page(found: pd.DataFrame) -> pd.DataFrame:
    """Return rank correlations with their intervals, as texts."""
    if found.empty:
        return _nothing("No two of these markers are known together in this cohort.")
    return pd.DataFrame({
        "Pair, both arms": found["name"], "patients": [str(n) for n in found["n"]],
        "rank correlation": [_signed(r) for r in found["r"]],
        "interval": [f"{_signed(a)} to {_signed(b)}" for a, b in
                     zip(found["lower"], found["upper"], strict=True)],
        "P": [bare_p(p) for p in found["p"]],
    })  # fmt: skip


def cd19_by_arm_page(models) -> pd.DataFrame:
    """Return the effects of gene and protein in both arms and their interaction, as texts."""
    if not models:
        return _nothing("Neither gene nor protein has an estimate in both arms of this cohort.")
    rows = []
    for m in models:
        rows += [
            (f"{m.marker}, {arm}", effect_text(e), bare_p(e.p)) for arm, e in m.within.items()
        ]
        rows.append((f"{m.marker}, axi-cel over SOC ({m.n} patients)", effect_text(m.ratio),
                     bare_p(m.ratio.p)))  # fmt: skip
    return pd.DataFrame(rows, columns=["High against low", "hazard ratio", "P"])


def both_measures_page(found: BothMeasures) -> pd.DataFrame:
    """Return gene and protein, each alone and both in one model, as texts."""
    if not found.alone:
        return _nothing(f"Nobody in {found.arm} has both gene and protein, or no events.")
    rows = [
        (name, *(cell for part in (found.alone, found.both)
                 for cell in (effect_text(part.get(column)), _p(part.get(column)))))
        for name, column in (("CD19 gene", GENE), ("CD19 H-score", PROTEIN))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["High against low", "alone", "P", "beside the other", "P "])


def dilution_page(found: pd.DataFrame) -> pd.DataFrame:
    """Return what a noisy measure leaves of an effect, as texts."""
    return pd.DataFrame({
        "share of the measure that is the truth": [f"{100 * v:.0f} %" for v in found["reliability"]],
        "correlation of two such measures": [f"{v:.2f}" for v in found["reliability"]],
        "hazard ratio of halves": [f"{v:.2f}" for v in found["hazard_ratio"]],
        "% of trials with P below the limit": [f"{100 * v:.0f}" for v in found["power"]],
    })  # fmt: skip


def groups_of_four_page(found: TwoMarkers) -> pd.DataFrame:
    """Return the four groups, as texts."""
    if not found.n:
        return _none(found)
    rows = [
        (g.name, f"{g.n} / {g.events}", _free(g.free), "1" if k == 0 else effect_text(g.ratio),
         _two(g.added))
        for k, g in enumerate(found.groups)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Group", "patients / events", "% free at a year", "hazard ratio against the first row",
        "by adding the two",
    ])  # fmt: skip


def added_page(found: TwoMarkers) -> pd.DataFrame:
    """Return the two markers alone, added, multiplied and as numbers, as texts."""
    if not found.n:
        return _none(found)
    first, second = level_name(found.first), level_name(found.second)
    rows = [
        (f"{first}, alone", *_pair(found.alone.get("first"))),
        (f"{second}, alone", *_pair(found.alone.get("second"))),
        (f"{first}, beside the other", *_pair(found.added.get("first"))),
        (f"{second}, beside the other", *_pair(found.added.get("second"))),
        (f"{first}, where {level_name(found.second, unfavourable=False)}",
         *_pair(found.first_where_good)),
        (f"{first}, where {second}", *_pair(found.first_where_bad)),
        ("the latter over the former: interaction", effect_text(found.ratio), bare_p(found.ratio_p)
         if np.isfinite(found.ratio_p) else "–"),
        (f"{NAMES[found.first]} as a number, beside the other", *_pair(found.numbers.get("first"))),
        (f"{NAMES[found.second]} as a number, beside the other",
         *_pair(found.numbers.get("second"))),
        ("interaction of the numbers", *_pair(found.number_ratio)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Contrast", "hazard ratio", "P"])


def worst_page(found: WorstOfFour | None, names) -> pd.DataFrame:
    """Return how often each of the four groups is the worst by chance, as texts."""
    if found is None:
        return _nothing("No group of these four has a hazard ratio against the others.")
    return pd.DataFrame({
        "Group": list(names),
        "% of the deals in which it is the worst": [f"{100 * v:.0f}" for v in found.by_chance],
        "worst as seen": ["yes" if name == found.name else "no" for name in names],
    })  # fmt: skip


def fresh_pairs_page(found: FreshPairs) -> pd.DataFrame:
    """Return the model's truth on the four groups, and how estimates of it scatter, as texts."""
    rows = [
        (r.name, f"{100 * r.share:.0f}", _two(r.true), _two(r.added),
         "–" if k == 0 else f"{r.lower:.2f} to {r.upper:.2f}")
        for k, r in enumerate(found.table.itertuples(index=False))
    ]  # fmt: skip
    rows.append(("interaction", "–", _two(found.ratio_true), "1",
                 f"{found.ratio_lower:.2f} to {found.ratio_upper:.2f}"))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Group", "% of patients", "true hazard ratio", "by adding the two", "95 % of the estimates",
    ])  # fmt: skip


def pair_trials_page(found: PairTrials) -> pd.DataFrame:
    """Return what trials show of worlds whose truth is known, as texts."""
    table = found.table

    def cells(*columns):
        return [" / ".join(f"{100 * v:.0f}" for v in row) for row in table[list(columns)].to_numpy()]

    return pd.DataFrame({
        "What is true": table["name"],
        "first clear, cuts / numbers": cells("first_halves", "first_numbers"),
        "interaction clear, cuts / numbers": cells("interaction_halves", "interaction_numbers"),
        "first clear only where second bad": cells("confined"),
        "both bad the worst": cells("both_worst"),
    })  # fmt: skip


def large_pairs_page(found: PairTrials) -> pd.DataFrame:
    """Return the interaction and the worst group in very many patients, as texts."""
    table = found.table
    return pd.DataFrame({
        "What is true": table["name"],
        "interaction by cuts, very many patients": [_two(v) for v in table["ratio_large"]],
        "both bad against neither, very many patients": [_two(v) for v in table["worst_large"]],
        "the same, middle of the trials": [_two(v) for v in table["worst"]],
    })  # fmt: skip


def screens_page(found: tuple[HalfScreen, ...]) -> pd.DataFrame:
    """Return all signatures against ongoing response, by H-score, as texts."""
    if not found:
        return _nothing("This cohort has no H-score together with signatures and responses.")
    rows = []
    for s in found:
        glycolysis = "–" if np.isnan(s.difference) else (
            f"{_signed(s.difference)} ({_signed(s.lower)} to {_signed(s.upper)})"
        )
        rows.append((
            f"{s.name}: {s.ongoing} / {s.others}", glycolysis, _two(s.smallest),
            f"{s.below} of {s.table['p'].notna().sum()}", f"{100 * s.by_chance:.0f}",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Ongoing / others", "glycolysis, difference in SD", "SD found with 80 % power",
        "signatures with P below the limit", "% of deals with one or more",
    ])  # fmt: skip


def who_page(found: pd.DataFrame) -> pd.DataFrame:
    """Return who has an H-score, as texts."""
    return pd.DataFrame({
        "Patients with": found["name"], "number": [str(n) for n in found["n"]],
        "events": [str(n) for n in found["events"]],
        "% ongoing response": [_whole(100 * v) for v in found["ongoing"]],
        "median SPD, mm²": [_whole(v) for v in found["spd"]],
        "median CD19 gene": [_whole(v) for v in found["gene"]],
    })  # fmt: skip


def missing_page(found: pd.DataFrame) -> pd.DataFrame:
    """Return what ways to be missing make of one true hazard ratio, as texts."""
    def cells(*columns):
        return [" / ".join(f"{100 * v:.0f}" for v in row) for row in found[list(columns)].to_numpy()]

    return pd.DataFrame({
        "Missing": found["way"], "% known: high, early / late": cells("high_early", "high_late"),
        "low, early / late": cells("low_early", "low_late"),
        "all": cells("known"), "hazard ratio in those known": [_two(v) for v in found["hazard_ratio"]],
    })  # fmt: skip


def _pair(effect: Effect | None) -> tuple[str, str]:
    return effect_text(effect), _p(effect)


def _p(effect: Effect | None) -> str:
    return "–" if effect is None else bare_p(effect.p)


def _two(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _whole(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.0f}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _free(numbers) -> str:
    if np.isnan(numbers[0]):
        return "–"
    if np.isnan(numbers[1]):
        return f"{numbers[0]:.0f}"
    return "{:.0f} ({:.0f} to {:.0f})".format(*numbers)


def _nothing(sentence: str) -> pd.DataFrame:
    return pd.DataFrame({NOTHING: [sentence]})


def _none(found: TwoMarkers) -> pd.DataFrame:
    return _nothing(
        f"Nobody in {found.arm} has both {NAMES[found.first]} and {NAMES[found.second]}."
    )
