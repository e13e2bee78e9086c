"""Readings of the results, as sentences that follow the table that was read."""

from pathlib import Path

from secondline.effects.algebra import PRINTED_LEVEL, printed_value
from secondline.effects.chance import SubgroupChance, size_for_power
from secondline.effects.pages import range_text, ratio_text
from secondline.effects.pairs import check_printed, consistencies, p_only, pair_tests, shrunken
from secondline.effects.published import arm_names
from secondline.intervals import bare_p, p_value


def effects_label(path: str | Path = "", *, computed: bool = True) -> dict[str, str]:
    """Return the provenance and source of a table or figure of effects.

    Parameters
    ----------
    path : str or Path
        As given to :func:`read_effects`.
    computed : bool
        Whether anything in it is computed.
    """
    if str(path):
        return {"provenance": "own", "source": Path(path).name}
    kind = "recomputed" if computed else "published"
    return {"provenance": kind, "source": "Locke 2024"}


def counts_reading(effects) -> str:
    """Say how much is printed of how many effects."""
    arms = [effect for effect in effects if effect.contrast == "arms"]
    interval = sum(effect.basis == "interval" for effect in arms)
    from_p = sum(effect.basis == "P" for effect in arms)
    ratio = sum(bool(effect.hazard_ratio) and not effect.basis for effect in arms)
    bare = sum(not effect.hazard_ratio for effect in arms)
    experimental, control = arm_names(effects)
    return (
        f"The table compares {experimental} with {control} {len(arms)} times. Printed with an "
        f"interval: {interval}. With a hazard ratio and a P value that gives one: {from_p}. "
        f"With a hazard ratio alone, or with no more than a bound on P: {ratio}. "
        f"With a P value alone: {bare}."
    )


def superiority_reading(effects, level: float) -> str:
    """Say at how many levels the arms differ, one by one and corrected for their number."""
    experimental, control = arm_names(effects)
    rows = [e for e in effects if e.contrast == "arms" and e.level != "all"]
    tested = sorted((_p(effect), effect.name) for effect in rows if effect.p)
    if not tested:
        return f"No P value for {experimental} against {control} is printed in a subgroup."
    alpha = 1 - level
    single = sum(p < alpha for p, _ in tested)
    holm = 0
    for i, (p, _) in enumerate(tested):
        if p * (len(tested) - i) >= alpha:
            break
        holm += 1
    text = (
        f"Subgroups with a comparison of {experimental} and {control}: {len(rows)}, of which "
        f"{len(tested)} come with a P value. Below {alpha:.3g}: {single}; after Holm's correction "
        f"for {len(tested)} tests: {holm}. The largest P is {tested[-1][0]:.2g} ({tested[-1][1]})."
    )
    other = [e.name for e in rows if e.hazard_ratio and e.sides == (1,)]
    if other:
        text += f" A hazard ratio above 1 is printed for: {'; '.join(other)}."
    return text


def printed_reading(effects) -> str:
    """Say which printed P values and hazard ratios do not come out of their intervals."""
    checks = check_printed(effects)
    if not checks:
        return "No effect of this table is printed with an interval, so there is nothing to check."
    with_p = [check for check in checks if check.agrees is not None]
    wrong = [check.effect.name for check in with_p if not check.agrees]
    off = [check for check in checks if not check.middle.explained]
    text = f"{len(with_p) - len(wrong)} of {len(with_p)} printed P values can come out of their "
    text += "hazard ratios and intervals, as far as the digits go."
    if wrong:
        text += f" Not so: {'; '.join(wrong)}."
    for check in off:
        text += (
            f" {check.effect.name}: the middle of the interval is {check.middle.midpoint:.3f}, not "
            f"{check.effect.hazard_ratio}, and rounding does not explain it."
        )
    if not off:
        text += " No hazard ratio is further from the middle of its interval than rounding allows."
    return text


def interaction_reading(effects, level: float) -> str:
    """Say which interactions an interval supports."""
    tests = [pair for pair in pair_tests(effects, level) if pair.test]
    if not tests:
        return "There is no interaction for which this table gives both standard errors."
    clear = [pair for pair in tests if pair.test.p < 1 - level]
    named = ", ".join(f"{pair.marker} ({pair.route})" for pair in clear)
    text = f"Tests of a ratio: {len(tests)}. With a {100 * level:g} % interval that leaves out 1: "
    text += f"{named or 'none'}."
    least = min(tests, key=lambda pair: pair.test.p)
    text += (
        f" The smallest P is {bare_p(least.test.p)} ({least.marker}, {least.route}). "
        "The two tests of one marker are two views of one interaction, not two findings."
    )
    return text


def p_only_reading(effects, largest_se_ratio: float, level: float = PRINTED_LEVEL) -> str:
    """Say what P values alone leave open."""
    found = p_only(effects, largest_se_ratio)
    if not found:
        return "No marker of this table has a P value in both arms."
    alpha = 1 - level
    split = [
        (pair, limits)
        for pair, limits in found
        if (_p(pair.first) < alpha) != (_p(pair.second) < alpha)
    ]
    if not split:
        return "No marker is significant in one arm and not in the other."
    parts = [f"{pair.marker} {range_text(*limits)}" for pair, limits in split]
    small = [pair.marker for pair, limits in split if limits[1] < alpha]
    text = (
        f"Significant in one arm and not in the other, at {alpha:.3g}: {len(split)}. "
        f"P of the interaction: {'; '.join(parts)}. "
    )
    if not small:
        return text + "For none of them is the interaction significant over its whole range."
    return text + f"The interaction is significant over the whole range for: {', '.join(small)}."


def consistency_reading(effects) -> str:
    """Say whether the four hazard ratios of each marker fit together."""
    found = {m: result for m, (_, result) in consistencies(effects).items() if result}
    if not found:
        return "No marker of this table has all four hazard ratios."
    parts = []
    for marker, result in found.items():
        gap = "within rounding" if result.agree else "further apart than rounding"
        parts.append(f"{marker} {result.by_level:.3f} and {result.by_arm:.3f}, {gap}")
    return f"The two ratios: {'; '.join(parts)}."


def shrinkage_reading(effects, tau: float | None = None) -> str:
    """Say how far apart the levels of a marker were, and how far they stay."""
    parts = []
    for marker, (_, result) in shrunken(effects, tau).items():
        before = [e.hazard_ratio for e in result.effects]
        after = [e.hazard_ratio for e in result.shrunken]
        parts.append(
            f"{marker}: from {ratio_text(min(before))} and {ratio_text(max(before))} to "
            f"{ratio_text(min(after))} and {ratio_text(max(after))}"
        )
    if not parts:
        return "No marker of this table has two levels with a standard error each."
    return f"The lowest and the highest hazard ratio move: {'; '.join(parts)}."


def chance_reading(
    chance: SubgroupChance, n_subgroups: int, true_hazard_ratio: float, event_share: float
) -> str:
    """Say what chance alone shows, and how large subgroups would have to be."""
    text = (
        f"The treatment works alike in all {n_subgroups} subgroups. Still "
        f"{100 * chance.any_not_significant:.0f} % of the trials have a subgroup without "
        f"significance, and {100 * chance.any_reversed:.0f} % one on the other side of 1. The test "
        f"of heterogeneity finds a difference in {100 * chance.different:.1f} %, as often as it is "
        "set to."
    )
    if true_hazard_ratio != 1:
        size = size_for_power(n_subgroups, true_hazard_ratio, event_share=event_share,
                              level=chance.level)  # fmt: skip
        text += (
            f" For all subgroups to be significant in 80 % of the trials, each needs about "
            f"{size:.0f} patients."
        )
    return text


def multiplicity_reading(n_tests: int, level: float) -> str:
    """Say how often one of several tests is significant where nothing differs."""
    alpha = 1 - level
    return (
        f"Where no subgroup differs, one test at {alpha:.3g} is significant in "
        f"{100 * alpha:.3g} % of trials. Of {n_tests} independent ones at least one is in "
        f"{100 * (1 - level**n_tests):.0f} %. Tests on the same patients overlap, which brings the "
        "share down, but not to that of one test."
    )


def report(effects, level: float) -> str:
    """Return a paragraph to report the interactions in."""
    tests = [pair for pair in pair_tests(effects, level) if pair.test]
    if not tests:
        return (
            "Treatment effects are given by subgroup. Standard errors of two effects of one marker "
            "are not available, so no interaction was tested."
        )
    parts = [
        f"{pair.marker}, {pair.route}: {ratio_text(pair.test.ratio)} ({100 * level:g} % CI "
        f"{ratio_text(pair.test.lower)} to {ratio_text(pair.test.upper)}; {p_value(pair.test.p)})"
        for pair in tests
    ]
    text = f"Interactions as ratios of hazard ratios, from printed effects: {'; '.join(parts)}. "
    return text + "The tests are neither prespecified nor adjusted for their number."


def _p(effect) -> float:
    return printed_value(effect.p)
