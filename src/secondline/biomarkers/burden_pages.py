"""Tumour burden as tables and sentences for the page."""

import numpy as np
import pandas as pd

from secondline.biomarkers.burden import LDH, NAMES, SPD, UNITS, Scoring, Together
from secondline.biomarkers.burden_printed import JointEffects, Repair
from secondline.biomarkers.dose_logistic import ResponseCurve
from secondline.biomarkers.dose_response import SHOWN, HazardCurve
from secondline.effects import PRINTED_LEVEL, EffectEstimate
from secondline.intervals import bare_p, p_value
from secondline.survival import Effect

MIDDLE = 100 * (SHOWN[1] - SHOWN[0])
ARM_ORDER = ("axi-cel", "SOC")


def measured_reading(patients: pd.DataFrame) -> str:
    """Say how many patients of each arm have SPD, LDH and an assessed response."""
    parts = []
    for arm in ARM_ORDER:
        own = patients[patients["arm"] == arm]
        spd, ldh = (int((own[name].astype(float) > 0).sum()) for name in (SPD, LDH))
        known = int(own["best_response"].notna().sum())
        parts.append(
            f"{arm}: {len(own)} patients, {spd} with SPD, {ldh} with LDH, {known} with an "
            "assessed best response."
        )
    zeros = int((patients[SPD].astype(float) == 0).sum())
    if zeros:
        parts.append(f"An SPD of zero has no logarithm: {zeros} left out of the curves.")
    return " ".join(parts)


def groups_page(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the four groups' relative hazards of each marker, as texts."""
    rows = [
        (f"{marker}, {row.arm}, {row.level}", f"{row.by_level:.2f}", f"{row.by_arm:.2f}")
        for marker, table in groups.items()
        for row in table.itertuples()
    ]
    return pd.DataFrame(rows, columns=[
        "Group", "hazard, by the arms at each level", "hazard, by the levels in each arm",
    ])  # fmt: skip


def repairs_reading(found: tuple[Repair, ...]) -> str:
    """Say which single digits, changed, would mend a printed interval."""
    if not found:
        return "No change of a single digit makes the four numbers fit."
    by_place: dict[str, list[str]] = {}
    for repair in found:
        by_place.setdefault(f"the {repair.place} ({repair.printed})", []).append(repair.repaired)
    parts = [f"{place} read {_or(texts)}" for place, texts in by_place.items()]
    return f"The numbers would fit, with one digit changed, if {', or if '.join(parts)}."


def joint_printed_page(alone: tuple, joint: JointEffects) -> pd.DataFrame:
    """Return printed hazard ratios apart, and what one model would about give, as texts."""
    rows = [
        (one.marker, _estimate(one.estimate), bare_p(one.estimate.p), _estimate(after),
         bare_p(after.p))
        for one, after in zip(alone, (joint.first, joint.second), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Marker", "alone, as printed", "P", "after the other, about", "P, about",
    ])  # fmt: skip


def across_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return what a significant earlier trial would say of a difference, as texts."""
    return pd.DataFrame({
        "P in the earlier trial": [bare_p(v) for v in table["p"]],
        "its events": [f"{v:.0f}" for v in table["events"]],
        "its hazard ratio": [f"{v:.2f}" for v in table["hazard_ratio"]],
        "ratio, earlier over later": [
            f"{r.ratio:.2f} ({r.lower:.2f} to {r.upper:.2f})" for r in table.itertuples()],
        "P of the difference": [bare_p(v) for v in table["difference_p"]],
    })  # fmt: skip


def scorings_page(found: tuple[Scoring, ...]) -> pd.DataFrame:
    """Return the ways to score a marker and what each finds, as texts."""
    rows = []
    for one in found:
        effects = [one.within.get(arm) for arm in ARM_ORDER] + [one.ratio]
        count = str(one.high) if one.high >= 0 else "–"
        p = "–" if one.ratio is None else bare_p(one.ratio.p)
        rows.append((one.way, count, *("–" if e is None else _effect(e) for e in effects), p))
    return pd.DataFrame(rows, columns=[
        "Marker is", "high", "hazard ratio, axi-cel", "hazard ratio, SOC", "ratio of the two",
        "its P",
    ])  # fmt: skip


def scorings_reading(found: tuple[Scoring, ...], level: float) -> str:
    """Say how far the P value of the interaction moves with the way to score."""
    with_ratio = [one for one in found if one.ratio is not None]
    if len(with_ratio) < 2:
        return "Too few ways to score have an interaction to compare."
    least = min(with_ratio, key=lambda one: one.ratio.p)
    most = max(with_ratio, key=lambda one: one.ratio.p)
    below = sum(one.ratio.p < 1 - level for one in with_ratio)
    return (
        f"Over {len(with_ratio)} ways to score the same patients, P of the interaction goes from "
        f"{bare_p(least.ratio.p)} ({least.way}) to {bare_p(most.ratio.p)} ({most.way}); "
        f"{below} of them {'is' if below == 1 else 'are'} below {1 - level:.3g}."
    )


def curves_page(curves: dict[str, HazardCurve]) -> pd.DataFrame:
    """Return the models along a marker as texts."""
    rows = [
        (curve.name, str(curve.n), str(curve.events), _effect(curve.per_doubling),
         bare_p(curve.per_doubling.p), bare_p(curve.p_any), bare_p(curve.p_bend))
        for curve in curves.values()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Model", "patients", "events", "for twice the marker", "P, straight", "P, bent",
        "P, of the bend",
    ])  # fmt: skip


def curves_reading(curves: dict[str, HazardCurve], marker: str, level: float) -> str:
    """Say what the curves show: slope by arm, bends, and the arms along the marker."""
    alpha, parts = 1 - level, []
    for arm in ARM_ORDER:
        if curve := curves.get(arm):
            slope = curve.per_doubling
            parts.append(
                f"With {arm}, the hazard for twice the {NAMES[marker]} is {_effect(slope)} times "
                f"as high ({p_value(slope.p)})."
            )
    bent = [curve.name for curve in curves.values() if curve.p_bend < alpha]
    if curves:
        parts.append(
            f"A bend is supported in: {', '.join(bent)}." if bent else "No bend is supported."
        )
    if both := curves.get("both"):
        ends = both.at[[0, -1]]
        texts = [f"{r:.2f} ({lo:.2f} to {hi:.2f}) at {end:.0f} {UNITS[marker]}"
                 for end, (r, lo, hi) in ((v, both.read(v)) for v in ends)]  # fmt: skip
        parts.append(
            f"The bent model's hazard ratio of axi-cel against SOC is {texts[0]} and {texts[1]}, "
            f"the ends of the middle {MIDDLE:.0f} % of the patients."
        )
    return " ".join(parts) or "No model along the marker has an estimate in this cohort."


def together_page(found: dict[str, Together]) -> pd.DataFrame:
    """Return SPD and LDH alone and in one model, as texts."""
    rows = [
        (f"{arm}, {NAMES[name]}", f"{one.n}, {one.events}", _effect(one.alone[name]),
         bare_p(one.alone[name].p), _effect(one.both[name]), bare_p(one.added_p[name]))
        for arm, one in found.items() for name in (SPD, LDH)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Arm, marker", "patients, events", "alone, for twice the value", "P",
        "after the other", "P, added last",
    ])  # fmt: skip


def together_reading(found: dict[str, Together], level: float) -> str:
    """Say how much of a marker's effect is left after the other."""
    parts = []
    for arm, one in found.items():
        clear = [name for name in (SPD, LDH) if one.alone[name].p < 1 - level]
        text = f"With {arm}, R of SPD with LDH is {one.r:.2f}"
        if not clear:
            parts.append(f"{text}; alone, neither has P below {1 - level:.3g}.")
            continue
        kept = [
            f"{100 * one.left(name):.0f} % of the log hazard ratio of {NAMES[name]} is left after "
            f"the other ({p_value(one.added_p[name])})"
            for name in clear
        ]
        parts.append(f"{text}; {', and '.join(kept)}.")
    return " ".join(parts) or "No arm has enough patients with both."


def responses_page(curves: dict[str, ResponseCurve], ratio: Effect | None) -> pd.DataFrame:
    """Return the logistic models as texts."""
    rows = [
        (arm, f"{one.cases} of {one.n}",
         f"{one.odds_ratio:.2f} ({one.lower:.2f} to {one.upper:.2f})", bare_p(one.p),
         bare_p(one.p_bend))
        for arm, one in curves.items()
    ]  # fmt: skip
    if ratio is not None:
        rows.append(("axi-cel over SOC", "–", _effect(ratio), bare_p(ratio.p), "–"))
    return pd.DataFrame(rows, columns=[
        "Arm", "complete responses", "odds ratio for twice the marker", "P", "P, of a bend",
    ])  # fmt: skip


def calibration_page(curves: dict[str, ResponseCurve], marker: str) -> pd.DataFrame:
    """Return expected and observed complete responses by fifths, as texts."""
    rows = [
        (f"{arm}, around {row.middle:.0f} {UNITS[marker]}", f"{row.cases:.0f} of {row.n:.0f}",
         f"{100 * row.observed:.0f} ({100 * row.lower:.0f} to {100 * row.upper:.0f})",
         f"{100 * row.expected:.0f}")
        for arm, one in curves.items() for row in one.groups.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Fifth of the patients", "complete responses", "observed, %", "expected, %",
    ])  # fmt: skip


def responses_reading(
    curves: dict[str, ResponseCurve], ratio: Effect | None, level: float
) -> str:
    """Say what the curves of response show, and how well they are calibrated."""
    if not curves:
        return "No curve of response can be drawn for this cohort."
    parts, alpha = [], 1 - level
    for arm, one in curves.items():
        first, last = 100 * one.share[0], 100 * one.share[-1]
        outside = one.groups.eval("expected < lower or expected > upper").sum()
        parts.append(
            f"With {arm}, the chance goes from {first:.0f} % to {last:.0f} % over the middle "
            f"{MIDDLE:.0f} % of the values ({p_value(one.p)}); of {len(one.groups)} groups, "
            f"{outside or 'none'} {'have' if outside > 1 else 'has'} an expected share outside the "
            "observed one's interval."
        )
    if ratio is not None:
        verdict = "leaves out" if ratio.p < alpha else "holds"
        parts.append(
            f"The odds ratio with axi-cel is {_effect(ratio)} times that with SOC "
            f"({p_value(ratio.p)}): the interval {verdict} 1."
        )
    return " ".join(parts)


def split_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return the power of a number, of halves and of a top quarter, as texts."""
    return pd.DataFrame({
        "True shape": table["shape"],
        "as a number, %": [f"{100 * v:.0f}" for v in table["number"]],
        "by halves, %": [f"{100 * v:.0f}" for v in table["halves"]],
        "top quarter, %": [f"{100 * v:.0f}" for v in table["quarter"]],
        "hazard ratio of halves": [f"{v:.2f}" for v in table["found"]],
    })  # fmt: skip


def split_reading(table: pd.DataFrame) -> str:
    """Say what cutting costs where the relation is straight, and where it is a step."""
    by = table.set_index("shape")
    straight, top = by.loc["straight"], by.loc["a step at the top quarter"]
    return (
        f"If the relation is straight, the number finds it in {100 * straight['number']:.0f} % of "
        f"the arms, halves in {100 * straight['halves']:.0f} %. If it is a step at the top "
        f"quarter, halves find it in {100 * top['halves']:.0f} %, and a cut at the true place in "
        f"{100 * top['quarter']:.0f} %. The last row is the check: with no relation, each finds "
        "one as often as the limit says, up to the chance of the simulation."
    )


def noise_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return what noise does to a hazard ratio and its test, as texts."""
    return pd.DataFrame({
        "Share of the measure that is burden": [f"{v:.2f}" for v in table["reliability"]],
        "hazard ratio of halves": [f"{v:.2f}" for v in table["hazard_ratio"]],
        "power, as a number, %": [f"{100 * v:.0f}" for v in table["power"]],
    })  # fmt: skip


def subset_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return how often an effect is seen above a cut, as texts."""
    return pd.DataFrame({
        "Patients": table["group"],
        "number": [f"{v:.0f}" for v in table["n"]],
        "spread, doublings": [_number(v, 2) for v in table["spread"]],
        "power, %": [_number(100 * v, 0) for v in table["power"]],
    })  # fmt: skip


def subset_reading(table: pd.DataFrame | None) -> str:
    """Say how power falls from all patients to the smallest part."""
    if table is None or not np.isfinite(table["power"]).any():
        return "Without responses in this cohort, nothing can be said of such tests."
    known = table[np.isfinite(table["power"])]
    whole, least = known.iloc[0], known.loc[known["power"].idxmin()]
    return (
        f"In {whole['group']}, such an effect is found in {100 * whole['power']:.0f} % of the "
        f"draws. The least power is {100 * least['power']:.0f} % ({least['group']}, "
        f"{least['n']:.0f} patients): fewer patients, and values that lie closer together."
    )


def lesions_page(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is counted of lesions, and what there is, as texts."""
    return pd.DataFrame({
        "Made-up patient": table["patient"],
        "lesions": table["lesions"].astype(str),
        "counted, mm²": [f"{v:,.0f}" for v in table["counted"]],
        "all measurable, mm²": [f"{v:,.0f}" for v in table["all"]],
        "volume of these, ml": [f"{v:.0f}" for v in table["volume"]],
    })  # fmt: skip


def burden_report(
    curves: dict[str, HazardCurve], marker: str, knots: int, level: float
) -> str:
    """Return a paragraph to report: slope by arm, interaction, form of the marker."""
    if not {"axi-cel", "SOC", "both"} <= set(curves):
        return "The models have no estimate in this cohort; there is nothing to report."
    axi, soc, both = (curves[name] for name in ("axi-cel", "SOC", "both"))
    return (
        f"Baseline {NAMES[marker]} was analysed as a number (binary logarithm) in Cox models of "
        f"event-free survival. For twice the value, the hazard ratio was "
        f"{_effect(axi.per_doubling)} with axi-cel ({axi.n} patients, {axi.events} events) and "
        f"{_effect(soc.per_doubling)} with SOC ({soc.n} and {soc.events}; {100 * level:g} % "
        f"intervals). The ratio of the two was {_effect(both.per_doubling)}, "
        f"{p_value(both.per_doubling.p)}. A restricted cubic spline with {knots} knots was held "
        f"against the straight line: {p_value(axi.p_bend)} with axi-cel and {p_value(soc.p_bend)} "
        "with SOC. Patients without a value were left out."
    )


def _effect(effect: Effect) -> str:
    return f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"


def _estimate(estimate: EffectEstimate) -> str:
    lower, upper = estimate.interval(PRINTED_LEVEL)
    return f"{estimate.hazard_ratio:.2f} ({lower:.2f} to {upper:.2f})"


def _number(value: float, places: int) -> str:
    return f"{value:.{places}f}" if np.isfinite(value) else "–"


def _or(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
