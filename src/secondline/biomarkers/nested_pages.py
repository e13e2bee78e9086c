"""The product's nested subgroups as tables for the page."""

import numpy as np
import pandas as pd

from secondline.biomarkers.nested_simulation import FreshCohorts, Nesting, Waiting
from secondline.biomarkers.nested_subgroups import Looks, ProductByMarker, Step
from secondline.biomarkers.product_share import Clocks, ShareModel
from secondline.biomarkers.type_s_m import design_errors
from secondline.intervals import bare_p
from secondline.survival import Effect

NOTHING = pd.DataFrame({"Nothing to show": ["This cohort has no product with a known outcome."]})


def effect_text(effect: Effect | None) -> str:
    """Return ``0.73 (0.39 to 1.39)``, an en dash for no estimate."""
    if effect is None:
        return "–"
    return f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"


def steps_page(steps: tuple[Step, ...]) -> pd.DataFrame:
    """Return the nested subgroups with their effects, as texts."""
    rows = [
        (s.name, str(s.n), str(s.events), f"{s.n_high} / {s.n - s.n_high}" if s.effect else "–",
         effect_text(s.effect), _p(s.effect), _two(s.smallest))
        for s in steps
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Patients", "number", "events", "share high / low", "hazard ratio, high against low",
        "P", "hazard ratio found with 80 % power",
    ])  # fmt: skip


def errors_page(steps: tuple[Step, ...], true_hazard_ratio: float, alpha: float) -> pd.DataFrame:
    """Return power, exaggeration and wrong signs of each subgroup with a true effect, as texts."""
    if true_hazard_ratio == 1:
        return pd.DataFrame({"Nothing to show": [
            "With a true hazard ratio of 1 there is nothing to exaggerate, and no sign to get "
            "wrong."
        ]})  # fmt: skip
    rows = []
    for s in steps:
        if not (s.events and 0 < s.n_high < s.n):
            continue
        found = design_errors(true_hazard_ratio, s.events, share=s.n_high / s.n, alpha=alpha)
        rows.append((
            s.name, str(s.events), f"{100 * found.power:.0f}", _two(found.typical),
            f"{found.exaggeration:.1f}", _percent(found.wrong_sign),
        ))  # fmt: skip
    if not rows:
        return NOTHING
    return pd.DataFrame(rows, columns=[
        "Patients", "events", "% of trials significant", "hazard ratio they report, typically",
        "times too large", "% of them with the wrong sign",
    ])  # fmt: skip


def nesting_page(found: Nesting) -> pd.DataFrame:
    """Return the simulation beside the formulas, as texts."""
    rows = []
    for r in found.table.itertuples():
        rows.append((
            f"{r.n} / {r.events:.0f}", f"{r.lower:.2f} to {r.upper:.2f}",
            f"{r.spread:.2f} ({r.expected:.2f})",
            f"{100 * r.power:.0f} ({100 * r.power_formula:.0f})",
            _pair(r.exaggeration, r.exaggeration_formula, "{:.1f}"),
            _pair(100 * r.wrong_sign, 100 * r.wrong_sign_formula, "{:.1f}"),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Patients / events", "middle half of the hazard ratios", "spread of the logarithm",
        "% significant", "times too large, if so", "% with the wrong sign, if so",
    ])  # fmt: skip


def by_marker_page(found: ProductByMarker) -> pd.DataFrame:
    """Return the effect at both levels and their ratio, as texts."""
    if found.unfavourable.n + found.favourable.n == 0:
        return NOTHING
    rows = [
        (s.name, str(s.n), str(s.events), effect_text(s.effect), _p(s.effect))
        for s in (found.unfavourable, found.favourable)
    ]
    n = found.unfavourable.n + found.favourable.n
    events = found.unfavourable.events + found.favourable.events
    rows.append(("ratio of the two (interaction)", str(n), str(events), effect_text(found.ratio),
                 _p(found.ratio)))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Subgroup", "patients", "events", "hazard ratio, share high against low", "P",
    ])  # fmt: skip


def cells_page(found: ProductByMarker) -> pd.DataFrame:
    """Return the four groups by marker and product, as texts."""
    rows = []
    for cell in found.cells:
        level = found.unfavourable.name if cell.unfavourable else found.favourable.name
        rows.append((
            f"{level}, share {'high' if cell.high else 'low'}", str(cell.n), str(cell.events),
            _free((cell.free, cell.lower, cell.upper)),
        ))  # fmt: skip
    if not any(cell.n for cell in found.cells):
        return NOTHING
    return pd.DataFrame(
        rows, columns=["Group", "patients", "events", "% free of the event at a year"]
    )


def looks_page(found: Looks | None) -> pd.DataFrame:
    """Return every subgroup with its P, as it is and for all looks together, as texts."""
    if found is None:
        return NOTHING
    rows = [
        (r.name, str(r.n), str(r.events), f"{r.hazard_ratio:.2f}", bare_p(r.p), bare_p(r.adjusted))
        for r in found.table.itertuples()
    ]
    return pd.DataFrame(rows, columns=[
        "Subgroup", "patients", "events", "hazard ratio, share high against low", "P",
        "P for all looks together",
    ])  # fmt: skip


def fresh_page(found: FreshCohorts) -> pd.DataFrame:
    """Return the truth of the model and how estimates of it scatter, as texts."""
    rows = [
        (r.name, f"{r.n:.0f}", f"{r.events:.0f}", _two(r.true), f"{r.lower:.2f} to {r.upper:.2f}",
         f"{100 * r.power:.0f}", f"{100 * r.reversed:.0f}")
        for r in found.table.itertuples()
    ]  # fmt: skip
    rows.append(("ratio of the two levels", "–", "–", _two(found.ratio_true),
                 f"{found.ratio_lower:.2f} to {found.ratio_upper:.2f}",
                 f"{100 * found.ratio_power:.0f}", "–"))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Subgroup", "patients", "events", "true hazard ratio",
        "95 % of the estimates", "% of cohorts significant", "% of estimates above 1",
    ])  # fmt: skip


def shares_page(models: tuple[ShareModel, ...], interaction: Effect | None) -> pd.DataFrame:
    """Return the share cut in two beside the share as a number, as texts."""
    if not models:
        return NOTHING
    rows = [
        (f"{m.name} ({m.n} / {m.events} events)", effect_text(m.halves), _p(m.halves),
         effect_text(m.per_sd), _p(m.per_sd), bare_p(m.p_bend))
        for m in models
    ]  # fmt: skip
    rows.append(("ratio of the two levels", "–", "–", effect_text(interaction), _p(interaction),
                 "–"))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Patients", "high against low", "P", "per standard deviation", "P of it", "P of a bend",
    ])  # fmt: skip


def clocks_page(found: Clocks) -> pd.DataFrame:
    """Return the same patients on three clocks, as texts."""
    if not np.isfinite(found.median_wait):
        return NOTHING
    rows = [
        ("whole arm, from randomisation", _free(found.free_arm), "–", "–"),
        ("with a product, from randomisation", _free(found.free_product),
         effect_text(found.randomised), _p(found.randomised)),
        ("the same, entering at infusion", "–", effect_text(found.entry), _p(found.entry)),
        ("with a product, from infusion", _free(found.free_infused),
         effect_text(found.infusion), _p(found.infusion)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Patients and clock", "% free of the event at a year",
        "hazard ratio, share high against low", "P",
    ])  # fmt: skip


def waiting_page(found: list[Waiting]) -> pd.DataFrame:
    """Return what a wait does to a treatment that does nothing, as texts."""
    rows = [
        (f"{w.median_wait:g}", f"{100 * w.not_infused:.0f}", f"{w.randomised:.2f}",
         f"{w.infused_only:.2f}", f"{w.landmark:.2f}", f"{w.free_randomised:.0f}",
         f"{w.free_from_infusion:.0f}")
        for w in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Median wait, months", "% never infused", "hazard ratio: all", "infused only",
        "from a landmark in both arms", "% free at a year: all", "infused, from infusion",
    ])  # fmt: skip


def others_page(found: pd.DataFrame) -> pd.DataFrame:
    """Return the share's correlations, as texts."""
    if found.empty:
        return NOTHING
    rows = [
        (r.name, str(r.n), _signed(r.r), f"{_signed(r.lower)} to {_signed(r.upper)}", bare_p(r.p))
        for r in found.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=["Marker", "patients", "rank correlation", "interval", "P"])


def _p(effect: Effect | None) -> str:
    return "–" if effect is None else bare_p(effect.p)


def _two(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.2f}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _percent(share: float) -> str:
    if np.isnan(share):
        return "–"
    if share < 0.001:
        return "< 0.1"
    return f"{100 * share:.1f}" if share < 0.1 else f"{100 * share:.0f}"


def _pair(value: float, formula: float, form: str) -> str:
    return "–" if np.isnan(value) else f"{form.format(value)} ({form.format(formula)})"


def _free(numbers: tuple[float, float, float]) -> str:
    value, lower, upper = numbers
    if np.isnan(value):
        return "–"
    if np.isnan(lower):
        return f"{value:.0f}"
    return f"{value:.0f} ({lower:.0f} to {upper:.0f})"
