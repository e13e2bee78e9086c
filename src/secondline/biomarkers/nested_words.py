"""The product's nested subgroups in sentences that follow the results."""

import numpy as np
import pandas as pd

from secondline.biomarkers.nested_pages import effect_text
from secondline.biomarkers.nested_simulation import FreshCohorts, Nesting, Waiting
from secondline.biomarkers.nested_subgroups import Looks, ProductByMarker, Step
from secondline.biomarkers.product_share import Clocks, ShareModel
from secondline.intervals import bare_p, p_value

NONE = "This cohort has no product with a known outcome, so there is nothing to say here."


def product_steps_reading(steps: tuple[Step, ...]) -> str:
    """Say how the numbers shrink and what the last subgroups can still find."""
    start, made = steps[0], steps[1]
    if not made.n:
        return (
            f"The arm has {start.n} patients with {start.events} events, and no product of theirs "
            "is known in this cohort."
        )
    poor, last = steps[3], steps[4]
    text = (
        f"Of {start.n} patients with {start.events} events, {made.n} have a product, {steps[2].n} "
        f"of these have the marker, and {poor.n} of these, with {poor.events} events, have "
        f"{poor.name}. "
    )
    if np.isfinite(poor.smallest):
        text += (
            f"With so many events a test finds a hazard ratio of {poor.smallest:.2f} in four of "
            "five trials; anything nearer to 1 it misses more often. "
        )
    text += _estimate(poor)
    if last.events and np.isfinite(last.smallest):
        text += (
            f" One step further ({last.name}) {last.n} patients and {last.events} events are left, "
            f"enough for a hazard ratio of {last.smallest:.2f}."
        )
    elif last.n == 0:
        text += " For the last step nobody is left."
    return text


def nesting_reading(found: Nesting) -> str:
    """Say what shrinking does to the estimates of one true effect."""
    table = found.table
    first, last = table.iloc[0], table.iloc[-1]
    text = (
        f"The true hazard ratio is {found.true_hazard_ratio:g} in every patient of every trial. In "
        f"all {first.n:.0f} treated patients half of the estimates lie between {first.lower:.2f} "
        f"and {first.upper:.2f}; in {last.n:.0f} of them between {last.lower:.2f} and "
        f"{last.upper:.2f}. "
    )
    if found.true_hazard_ratio == 1:
        return text + (
            f"Nothing is there to be found, and {100 * first.power:.0f} % and "
            f"{100 * last.power:.0f} % of the trials find it."
        )
    side = "above" if found.true_hazard_ratio < 1 else "below"
    text += (
        f"{100 * first.reversed:.0f} % and {100 * last.reversed:.0f} % lie {side} 1. "
        f"P is below {found.alpha:.3g} in {100 * first.power:.0f} % of the trials with all, and in "
        f"{100 * last.power:.0f} % of the smallest subgroups. "
    )
    if np.isfinite(last.exaggeration):
        text += (
            f"The few small subgroups that pass report a log hazard ratio {last.exaggeration:.1f} "
            f"times too large, and {100 * last.wrong_sign:.0f} % of them the wrong side."
        )
    return text


def by_marker_reading(found: ProductByMarker, level: float) -> str:
    """Say whether the two levels differ, and what the interval leaves open."""
    if found.unfavourable.n + found.favourable.n == 0:
        return NONE
    if found.ratio is None:
        return "One of the four groups has no events, so that the two levels cannot be compared."
    alpha, ratio = 1 - level, found.ratio
    both = [s.effect for s in (found.unfavourable, found.favourable)]
    text = (
        f"The effect with {found.unfavourable.name} is {ratio.hazard_ratio:.2f} times that with "
        f"{found.favourable.name} ({100 * level:g} % interval {ratio.lower:.2f} to "
        f"{ratio.upper:.2f}, {p_value(ratio.p)}). "
    )
    if ratio.p < alpha:
        text += "The two levels differ in this cohort. "
    else:
        text += (
            "So the cohort does not show that the product matters more in one than in the other, "
            "and its interval leaves room for a factor of "
            f"{max(ratio.upper, 1 / ratio.lower):.1f}. "
        )
    if all(both):
        clear = [e.p < alpha for e in both]
        if clear[0] != clear[1] and ratio.p >= alpha:
            text += (
                "One level is significant and the other is not; that alone is no difference. "
            )
    return text.strip()


def overcome_reading(found: ProductByMarker, level: float) -> str:
    """Say what the marker does among products with a low and with a high share."""
    low, high = found.marker_at_low, found.marker_at_high
    if low is None or high is None:
        return NONE if found.unfavourable.n + found.favourable.n == 0 else (
            "One of the four groups has no events; what the marker does within a kind of product "
            "cannot be said."
        )
    text = (
        f"{found.unfavourable.name} against {found.favourable.name}: hazard ratio "
        f"{effect_text(low)} among products with a low share, {effect_text(high)} among those with "
        "a high one. "
    )
    if high.lower > 1:
        return text + (
            "With a high share the unfavourable tumours do worse than the favourable ones: in this "
            "cohort the product overcomes nothing."
        )
    if high.upper < 1:
        return text + "With a high share the unfavourable tumours even do better."
    return text + (
        f"The {100 * level:g} % interval of the second holds 1, and everything up to "
        f"{high.upper:.1f}: a handicap that is gone fits, and so does one that is still there."
    )


def looks_reading(found: Looks | None) -> str:
    """Say how often chance alone finds a subgroup, and what is left of the smallest P."""
    if found is None:
        return NONE
    table = found.table
    best = table.loc[table["p"].idxmin()]
    clear = int((table["p"] < found.alpha).sum())
    return (
        f"{len(table)} looks. When the products are handed out by lot, so that nothing is there, "
        f"{100 * found.any_significant:.0f} % of the shuffles have at least one P below "
        f"{found.alpha:.3g} ({100 * found.independent:.0f} % if the looks shared no patient). With "
        f"the products as they are, {clear} of the looks "
        f"{'has' if clear == 1 else 'have'} such a P. The smallest is {p_value(best['p'])} "
        f"({best['name']}, hazard ratio {best['hazard_ratio']:.2f}); for all looks together it "
        f"counts as {p_value(best['adjusted'])}."
    )


def fresh_reading(found: FreshCohorts) -> str:
    """Say what the model holds and how seldom a cohort shows it."""
    _, bad, good = found.table.itertuples(index=False)
    return (
        f"In the model the true hazard ratio is {bad.true:.2f} with {bad.name} and "
        f"{good.true:.2f} with {good.name}: a ratio of {found.ratio_true:.2f}. Of "
        f"{found.n_cohorts} fresh cohorts, {100 * bad.power:.0f} % find the first significant and "
        f"{100 * found.ratio_power:.0f} % the ratio; in {100 * bad.reversed:.0f} % the first lies "
        f"above 1. In {100 * found.contradict:.0f} % one level is significant and the other not."
    )


def shares_reading(models: tuple[ShareModel, ...], kept: float) -> str:
    """Say how the cut and the number compare, and whether a bend is seen."""
    if not models:
        return NONE
    text = (
        "A cut at the median keeps about "
        f"{100 * kept:.0f} % of the information of a normal marker whose effect is straight. "
    )
    for m in models:
        if m.halves and m.per_sd:
            nearer = "smaller" if m.per_sd.p < m.halves.p else "larger"
            text += (
                f"{m.name[0].upper()}{m.name[1:]}: as a number the P value is {nearer} than cut. "
            )
    bends = [m.p_bend for m in models if np.isfinite(m.p_bend)]
    if bends:
        text += f"The smallest P of a bend is {bare_p(min(bends))}, of {len(bends)} tried."
    return text.strip()


def clocks_reading(found: Clocks) -> str:
    """Say who has no product, and what the clock changes."""
    if not np.isfinite(found.median_wait):
        return (
            f"Of {found.n} patients of the arm none has both an infusion time and a product here; "
            "the clocks cannot be compared."
        )
    text = (
        f"Of {found.n} patients {found.not_infused or 'none'} "
        f"{'was' if found.not_infused == 1 else 'were'} never infused; "
        f"{found.before or 'no'} event{'' if found.before == 1 else 's'} came before an infusion. "
        f"The median wait is {found.median_wait:.1f} months. "
    )
    ratios = [e.hazard_ratio for e in (found.randomised, found.entry, found.infusion) if e]
    if ratios:
        text += (
            f"On the three clocks the hazard ratio of the share lies between {min(ratios):.2f} and "
            f"{max(ratios):.2f}."
        )
    return text.strip()


def waiting_reading(found: list[Waiting]) -> str:
    """Say how conditioning on the infusion makes a benefit out of nothing."""
    worst = min(found, key=lambda w: w.infused_only)
    off = max(abs(np.log(w.landmark)) for w in found)
    return (
        f"With a median wait of {worst.median_wait:g} months {100 * worst.not_infused:.0f} % are "
        f"never infused, and the infused have a hazard ratio of {worst.infused_only:.2f} against "
        f"the control arm, for a treatment that does nothing. All randomised patients have "
        f"{worst.randomised:.2f}. From a landmark in both arms the hazard ratios stay within "
        f"{100 * (np.exp(off) - 1):.0f} % of 1."
    )


def others_reading(found: pd.DataFrame, level: float) -> str:
    """Say how strong the correlations are and what cannot be excluded."""
    if found.empty:
        return NONE
    most = found.loc[found["r"].abs().idxmax()]
    reach = float(found[["lower", "upper"]].abs().max().max())
    clear = found[found["p"] < 1 - level]
    text = (
        f"{len(found)} markers. The strongest rank correlation is {most['r']:.2f}".replace("-", "−")
        + f" ({most['name']}). "
    )
    text += (
        f"P is below {1 - level:.3g} for {', '.join(clear['name'])}. " if len(clear)
        else f"None has a P below {1 - level:.3g}. "
    )  # fmt: skip
    return text + f"The intervals reach up to {reach:.2f}: so much could be there unseen."


def product_report(found: ProductByMarker, looks: Looks | None, level: float) -> str:
    """Return a paragraph that reports the subgroups as they should be."""
    if found.unfavourable.n + found.favourable.n == 0:
        return NONE
    parts = [
        f"{s.name}: {s.n} patients, {s.events} events, hazard ratio for a high against a low share "
        f"{effect_text(s.effect)}"
        for s in (found.unfavourable, found.favourable)
    ]
    text = "; ".join(parts) + f" ({100 * level:g} % intervals). "
    text += f"Ratio of the two (interaction): {effect_text(found.ratio)}"
    text += f", {p_value(found.ratio.p)}. " if found.ratio else ". "
    if looks is not None:
        text += f"{len(looks.table)} subgroups were looked at; P values are unadjusted. "
    return text + "Patients who were not infused have no product and are not in the analysis."


def _estimate(step: Step) -> str:
    if step.effect is None:
        return "Here it has no finite hazard ratio."
    return f"Here it is {effect_text(step.effect)}, {p_value(step.effect.p)}."
