"""Tables for the page: effects, tests and chances as texts."""

import numpy as np
import pandas as pd

from secondline.claims import raise_powers
from secondline.effects.algebra import (
    PRINTED_LEVEL,
    EffectEstimate,
    events_from_standard_error,
    printed_value,
    z_from_p,
)
from secondline.effects.chance import SubgroupChance, typical_extremes
from secondline.effects.interaction import interaction_power, smallest_ratio
from secondline.effects.pairs import (
    BETWEEN_ARMS,
    BETWEEN_LEVELS,
    check_printed,
    consistencies,
    implied,
    p_only,
    pair_tests,
    several_levels,
    shrunken,
)
from secondline.intervals import bare_p

TRUE_RATIOS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4)


def ratio_text(value: float) -> str:
    """Write a hazard ratio or a ratio of two: two decimals, or two digits if small."""
    return f"{value:.2f}" if value >= 0.0995 else f"{value:.2g}"


def range_text(low: float, high: float) -> str:
    """Write the P values from low to high, or the one if both read the same."""
    ends = dict.fromkeys((bare_p(low), bare_p(high)))
    return " to ".join(ends)


def with_interval(estimate: EffectEstimate, level: float) -> str:
    """Write ``0.29 (0.20 to 0.43)``."""
    lower, upper = estimate.interval(level)
    return f"{ratio_text(estimate.hazard_ratio)} ({ratio_text(lower)} to {ratio_text(upper)})"


def as_printed(effect) -> str:
    """Write the hazard ratio with its limits as the source prints them."""
    if not effect.hazard_ratio:
        return "–"
    limits = f" ({effect.lower} to {effect.upper})" if effect.lower else ""
    return effect.hazard_ratio + limits


def printed_p(effect) -> str:
    """Write the P value as the source prints it, an en dash if it prints none."""
    return raise_powers(effect.p) or "–"


def effects_page(effects) -> pd.DataFrame:
    """Return each effect as printed, and the standard error that can be had from it."""
    rows = []
    for effect in effects:
        error, origin, events = "–", "nothing to compute from", "–"
        if estimate := effect.estimate:
            error = _with_range(estimate.standard_error, effect.standard_error_range)
            origin = "its interval" if effect.basis == "interval" else "hazard ratio and P"
            events = f"{events_from_standard_error(estimate.standard_error):.0f}"
        elif effect.hazard_ratio and effect.p.startswith("<"):
            most = abs(np.log(printed_value(effect.hazard_ratio))) / z_from_p(
                printed_value(effect.p)
            )
            if most > 0:
                error, origin = f"below {most:.3f}", "hazard ratio and a bound on P"
        elif effect.z is not None:
            origin = f"P alone: |z| = {effect.z:.2f}"
        rows.append((effect.name, as_printed(effect), printed_p(effect), error, origin, events))
    return pd.DataFrame(rows, columns=(
        "Effect", "Hazard ratio, printed", "P, printed", "SE of log HR", "from", "events, at least",
    ))  # fmt: skip


def forest_rows(effects, contrast: str, level: float) -> pd.DataFrame:
    """Return the rows of a forest plot.

    Columns marker, label, arm, hazard_ratio, lower, upper (NaN where there is none),
    basis ("interval", "P" or "") and text.
    """
    rows = []
    for effect in effects:
        if effect.contrast != contrast:
            continue
        ratio = printed_value(effect.hazard_ratio) if effect.hazard_ratio else np.nan
        lower, upper = effect.estimate.interval(level) if effect.estimate else (np.nan, np.nan)
        if effect.basis == "interval" and level == PRINTED_LEVEL:
            # as printed, also where the hazard ratio is off the middle
            lower, upper = printed_value(effect.lower), printed_value(effect.upper)
            text = as_printed(effect)
        elif effect.estimate:
            text = f"{effect.hazard_ratio} ({ratio_text(lower)} to {ratio_text(upper)})"
        elif effect.hazard_ratio:
            text = f"{effect.hazard_ratio}, no interval"
        else:
            text = f"P {_sign(effect.p)}{printed_p(effect)}"
        rows.append((
            effect.marker, effect.name, effect.arm, ratio, lower, upper, effect.basis, text,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=(
        "marker", "label", "arm", "hazard_ratio", "lower", "upper", "basis", "text",
    ))  # fmt: skip


def printed_page(effects) -> pd.DataFrame:
    """Return whether each printed P and hazard ratio comes out of the printed interval."""
    rows = []
    for check in check_printed(effects):
        verdict = {None: "no P", True: "P fits", False: "P does not fit"}[check.agrees]
        if not check.middle.explained:
            verdict += "; off the middle"
        rows.append((
            check.effect.name, as_printed(check.effect), f"{check.middle.midpoint:.3f}",
            printed_p(check.effect), range_text(check.low, check.high), verdict,
        ))  # fmt: skip
    return _page(rows, (
        "Effect", "Hazard ratio", "middle", "P, printed", "P, computed", "reading",
    ), "No effect of this table is printed with an interval.")  # fmt: skip


def interaction_page(effects, level: float) -> pd.DataFrame:
    """Return the interactions for which both standard errors can be had."""
    rows = [
        (
            pair.marker, pair.route,
            f"{ratio_text(pair.test.ratio)} "
            f"({ratio_text(pair.test.lower)} to {ratio_text(pair.test.upper)})",
            bare_p(pair.test.p), range_text(pair.p_low, pair.p_high),
            ratio_text(smallest_ratio(pair.test.standard_error)),
        )
        for pair in pair_tests(effects, level)
        if pair.test
    ]  # fmt: skip
    rows += [
        (marker, "between levels", f"Q = {q.q:.2f} on {q.df} df", bare_p(q.p), "–", "–")
        for marker, q in several_levels(effects).items()
    ]
    return _page(rows, (
        "Marker", "test", "ratio of hazard ratios", "P", "P by rounding",
        "ratio found with 80 % power",
    ), "No marker of this table has two effects with a standard error each.")  # fmt: skip


def p_only_page(effects, largest_se_ratio: float) -> pd.DataFrame:
    """Return what two P values alone say of an interaction."""
    rows = [
        (
            pair.marker, f"{pair.first.arm}: {printed_p(pair.first)}",
            f"{pair.second.arm}: {printed_p(pair.second)}",
            range_text(low, high),
        )
        for pair, (low, high) in p_only(effects, largest_se_ratio)
    ]  # fmt: skip
    return _page(rows, (
        "Marker", "one P", "other P", "P of the interaction",
    ), "No marker of this table has a P value in both arms.")  # fmt: skip


def consistency_page(effects) -> pd.DataFrame:
    """Return how the four hazard ratios of a marker fit together, a row for each way."""
    rows = []
    for marker, (texts, result) in consistencies(effects).items():
        shown = [text or f"({ratio_text(implied(texts))} implied)" for text in texts]
        ratios, reading = ("–", "–"), "one is missing"
        if result:
            reading = "the ranges meet" if result.agree else "the ranges lie apart"
            ratios = (
                _ratio_range(result.by_level, result.by_level_range),
                _ratio_range(result.by_arm, result.by_arm_range),
            )
        rows += [
            (marker, BETWEEN_LEVELS, f"{shown[0]} / {shown[1]}", ratios[0], reading),
            (marker, BETWEEN_ARMS, f"{shown[2]} / {shown[3]}", ratios[1], reading),
        ]
    return _page(rows, (
        "Marker", "way", "printed", "ratio (by rounding)", "reading",
    ), "No marker of this table has three of the four hazard ratios.")  # fmt: skip


def shrinkage_page(effects, level: float, tau: float | None = None) -> pd.DataFrame:
    """Return the effects at the levels of each marker, drawn towards their mean.

    `tau` as for :func:`secondline.effects.shrunken`.
    """
    rows = []
    for group, result in shrunken(effects, tau).values():
        for effect, before, after in zip(group, result.effects, result.shrunken, strict=True):
            rows.append((
                effect.name, with_interval(before, level), with_interval(after, level),
                ratio_text(result.mean.hazard_ratio), f"{result.tau2**0.5:.2f}",
            ))  # fmt: skip
    return _page(rows, (
        "Effect", "on its own", "drawn towards the mean", "mean", "τ",
    ), "No marker of this table has two levels with a standard error each.")  # fmt: skip


def power_page(effects) -> pd.DataFrame:
    """Return the power of each interaction test over true ratios of hazard ratios."""
    columns = {"True ratio": [f"{ratio:g}" for ratio in TRUE_RATIOS]}
    for pair in pair_tests(effects):
        if pair.test:
            powers = (interaction_power(r, pair.test.standard_error) for r in TRUE_RATIOS)
            columns[f"{pair.marker}, {pair.route}"] = [f"{100 * power:.0f} %" for power in powers]
    if len(columns) == 1:
        return _page([], (), "No marker of this table has two effects with a standard error each.")
    return pd.DataFrame(columns)


def chance_page(chance: SubgroupChance) -> pd.DataFrame:
    """Return what the subgroups of virtual trials show by chance alone."""
    best, worst = typical_extremes(chance)
    percent = [
        ("at least one subgroup not significant", chance.any_not_significant),
        ("at least one hazard ratio on the other side of 1", chance.any_reversed),
        ("at least one subgroup significant on the other side", chance.any_harmful),
        ("test of heterogeneity significant", chance.different),
    ]
    rows = [(name, f"{100 * share:.1f} % of the trials") for name, share in percent]
    rows += [
        ("most favourable subgroup, median trial", f"hazard ratio {ratio_text(best)}"),
        ("least favourable subgroup, median trial", f"hazard ratio {ratio_text(worst)}"),
    ]
    return pd.DataFrame(rows, columns=("What is seen", "how often, or how large"))


def _with_range(value: float, limits: tuple[float, float]) -> str:
    low, high = (f"{limit:.3f}" for limit in limits)
    return low if low == high else f"{value:.3f} ({low} to {high})"


def _ratio_range(value: float, limits: tuple[float, float]) -> str:
    return f"{value:.3f} ({limits[0]:.3f} to {limits[1]:.3f})"


def _sign(p: str) -> str:
    return "" if p.startswith("<") else "= "


def _page(rows, columns, otherwise: str) -> pd.DataFrame:
    if not rows:
        return pd.DataFrame({"Nothing to show": [otherwise]})
    return pd.DataFrame(rows, columns=list(columns))
