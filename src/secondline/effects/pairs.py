"""Which of the published effects belong together, and what they say of an interaction."""

from dataclasses import dataclass

from secondline.effects.algebra import (
    PRINTED_LEVEL,
    Asymmetry,
    EffectEstimate,
    asymmetry,
    p_range,
    printed_range,
    printed_value,
)
from secondline.effects.interaction import (
    Consistency,
    Heterogeneity,
    Interaction,
    Shrunken,
    consistency,
    heterogeneity,
    interaction,
    interaction_p_range,
    interaction_rounding,
    shrink,
)
from secondline.effects.published import SubgroupEffect, arm_names

BETWEEN_ARMS = "between arms"
BETWEEN_LEVELS = "between levels"


@dataclass(frozen=True)
class PairTest:
    """Two effects of one marker, and the test of their difference.

    Attributes
    ----------
    marker, route : str
        `route` is "between arms" (the marker's effect in one arm against that in the
        other) or "between levels" (the treatment's effect at one level against that at
        the other). Both are tests of one and the same interaction.
    first, second : SubgroupEffect
        The experimental arm, or the level that the marker's rows name first.
    test : Interaction or None
        None where a standard error cannot be had for one of the two.
    p_low, p_high : float
        Of the test, over all that the printed digits allow; where only P values are
        printed, over all ratios of the standard errors that are allowed.
    """

    marker: str
    route: str
    first: SubgroupEffect
    second: SubgroupEffect
    test: Interaction | None
    p_low: float
    p_high: float


@dataclass(frozen=True)
class PrintedCheck:
    """A printed hazard ratio with interval and P: do the three fit?

    Attributes
    ----------
    effect : SubgroupEffect
    estimate : EffectEstimate
        By the interval.
    low, high : float
        Smallest and largest P that the printed digits of hazard ratio and interval allow.
    agrees : bool or None
        Whether the printed P is one of them; None where none is printed.
    middle : Asymmetry
    """

    effect: SubgroupEffect
    estimate: EffectEstimate
    low: float
    high: float
    agrees: bool | None
    middle: Asymmetry


def check_printed(effects) -> tuple[PrintedCheck, ...]:
    """Hold each printed interval against its hazard ratio and P value."""
    checks = []
    for effect in effects:
        if effect.basis != "interval":
            continue
        texts = (effect.hazard_ratio, effect.lower, effect.upper)
        low, high = p_range(*texts)
        agrees = None
        if effect.p:
            least, most = printed_range(effect.p)
            agrees = least <= high and low <= most
        checks.append(
            PrintedCheck(effect, effect.estimate, low, high, agrees, asymmetry(*texts))
        )
    return tuple(checks)


def arm_pairs(effects) -> dict[str, tuple[SubgroupEffect, SubgroupEffect]]:
    """Return, by marker, one contrast of levels in the experimental and in the control arm."""
    experimental, control = arm_names(effects)
    pairs = {}
    for effect in effects:
        if effect.contrast != "levels" or effect.arm != experimental:
            continue
        for other in effects:
            same = (other.marker, other.level, other.reference, other.arm)
            if other.contrast == "levels" and same == (
                effect.marker, effect.level, effect.reference, control,
            ):  # fmt: skip
                pairs.setdefault(effect.marker, (effect, other))
    return pairs


def level_groups(effects) -> dict[str, tuple[SubgroupEffect, ...]]:
    """Return, by marker, the contrasts of arms at two or more levels."""
    groups: dict[str, list[SubgroupEffect]] = {}
    for effect in effects:
        if effect.contrast == "arms":
            groups.setdefault(effect.marker, []).append(effect)
    return {marker: tuple(group) for marker, group in groups.items() if len(group) > 1}


def pair_tests(
    effects, level: float = PRINTED_LEVEL, largest_se_ratio: float = 1.25
) -> tuple[PairTest, ...]:
    """Test every interaction that the effects allow, by either route.

    Parameters
    ----------
    effects : sequence of SubgroupEffect
    level : float
        Coverage of the intervals.
    largest_se_ratio : float
        Where only P values are printed: how many times as large as the other one either
        standard error may be.

    Returns
    -------
    tuple of PairTest
        First those between arms. Markers with more than two levels are left to
        :func:`several_levels`.
    """
    found = [(marker, BETWEEN_ARMS, *pair) for marker, pair in arm_pairs(effects).items()]
    found += [
        (marker, BETWEEN_LEVELS, *group)
        for marker, group in level_groups(effects).items()
        if len(group) == 2
    ]
    tests = []
    for marker, route, first, second in found:
        one, two = first.estimate, second.estimate
        if one and two:
            test = interaction(one, two, level)
            limits = interaction_rounding(first.corners, second.corners)
            tests.append(PairTest(marker, route, first, second, test, *limits))
            continue
        ranges = [
            interaction_p_range(z, other, largest_se_ratio)
            for z in _signed(first)
            for other in _signed(second)
        ]
        if ranges:
            low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
            tests.append(PairTest(marker, route, first, second, None, low, high))
    return tuple(tests)


def p_only(
    effects, largest_se_ratio: float = 1.25
) -> tuple[tuple[PairTest, tuple[float, float]], ...]:
    """Test interactions by the printed P values alone, also where more is printed.

    Only between arms: a marker divides two arms of one size alike, so that the standard
    errors cannot differ much. The levels of a marker may be of any size.

    Returns
    -------
    tuple
        Each pair of effects with a printed P, and the range of P of their interaction.
    """
    results = []
    for pair in pair_tests(effects, largest_se_ratio=largest_se_ratio):
        if pair.route != BETWEEN_ARMS or None in (pair.first.z, pair.second.z):
            continue
        ranges = [
            interaction_p_range(side * pair.first.z, other * pair.second.z, largest_se_ratio)
            for side in pair.first.sides
            for other in pair.second.sides
        ]
        lows, highs = zip(*ranges, strict=True)
        results.append((pair, (min(lows), max(highs))))
    return tuple(results)


def several_levels(effects) -> dict[str, Heterogeneity]:
    """Return Cochran's Q of markers with standard errors at three or more levels."""
    return {
        marker: heterogeneity(estimates)
        for marker, group in level_groups(effects).items()
        if len(estimates := [e.estimate for e in group if e.estimate]) > 2
    }


def consistencies(effects) -> dict[str, tuple[tuple[str, str, str, str], Consistency | None]]:
    """Return, by marker, the four hazard ratios and how they fit together.

    The texts are those of :func:`secondline.effects.consistency`, in its order; one that
    is not printed is "", and then there is no comparison.
    """
    found = {}
    for marker, (experimental, control) in arm_pairs(effects).items():
        at = {
            effect.level: effect.hazard_ratio
            for effect in effects
            if effect.contrast == "arms" and effect.marker == marker
        }
        reference = experimental.reference
        if not reference:
            # a file may name the level alone; of two levels the other is meant
            others = [name for name in at if name != experimental.level]
            reference = others[0] if len(others) == 1 else ""
        texts = (at.get(experimental.level, ""), at.get(reference, ""),
                 experimental.hazard_ratio, control.hazard_ratio)  # fmt: skip
        if sum(map(bool, texts)) >= 3:
            found[marker] = (texts, consistency(*texts) if all(texts) else None)
    return found


def implied(texts: tuple[str, str, str, str]) -> float:
    """Return the hazard ratio that three of four imply for the one that is not printed."""
    missing = texts.index("")
    level, reference, experimental, control = (printed_value(t) if t else 1.0 for t in texts)
    gap = (level * control) / (reference * experimental)
    return 1 / gap if missing in (0, 3) else gap


def shrunken(
    effects, tau: float | None = None
) -> dict[str, tuple[tuple[SubgroupEffect, ...], Shrunken]]:
    """Return, by marker, the effects at its levels drawn towards their mean.

    Parameters
    ----------
    effects : sequence of SubgroupEffect
    tau : float, optional
        Standard deviation of the true log hazard ratios within a marker; by default
        estimated for each marker.
    """
    tau2 = None if tau is None else tau**2
    found = {}
    for marker, group in level_groups(effects).items():
        usable = tuple(effect for effect in group if effect.estimate)
        if len(usable) > 1:
            found[marker] = (usable, shrink([effect.estimate for effect in usable], tau2))
    return found


def _signed(effect: SubgroupEffect) -> list[float]:
    """Return every z that the effect can have had."""
    if effect.estimate:
        return [effect.estimate.z]
    return [] if effect.z is None else [side * effect.z for side in effect.sides]
