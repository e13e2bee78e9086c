"""How much a statistic that is off its target costs: the annealing's penalties, one each."""

import numpy as np
from scipy.special import log_ndtr

from secondline.cohort.targets import (
    LIMIT_TOLERANCE,
    P_TOLERANCE,
    RATIO_TOLERANCE,
    SIGNIFICANT,
    Target,
)

Z975 = 1.959963984540054
# distances in units of the tolerance: within this share of it nothing is gained
INNER, STEEPNESS, PULL = 0.6, 2.0, 0.03
EDGE = -np.log10(SIGNIFICANT)


def loss(distance: float) -> float:
    """Penalty of a distance in units of the tolerance."""
    beyond = max(0.0, abs(distance) - INNER)
    return STEEPNESS * beyond * beyond + PULL * distance * distance


def near(value, wanted, tolerance) -> float:
    """Penalty of a value that should be near another; far off, it grows no more."""
    return loss(min(abs(value - wanted) / tolerance, 6.0))


def short(value, wanted, unit) -> float:
    """Penalty of falling short of a wanted value."""
    lack = max(0.0, (wanted - value) / unit)
    return lack * lack


def strength(z):
    """Minus the logarithm of the two-sided P of z, to base 10."""
    return -(log_ndtr(-np.abs(z)) + np.log(2)) / np.log(10)


def effect(t: Target, beta, se, z, strong) -> float:
    """Penalty of a Cox model, of which `strong` is the strength of z."""
    if t.part == "P":
        return signed(t, z, strong)
    if t.rule != "near":
        return short(-beta if t.rule == "below" else beta, 0.05, 0.1)
    if t.part == "hazard ratio":
        return loss((beta - np.log(t.value)) / RATIO_TOLERANCE)
    width = Z975 * se * (1 if t.part == "upper limit" else -1)
    return loss((beta + width - np.log(t.value)) / LIMIT_TOLERANCE)


def signed(t: Target, z, strong) -> float:
    """Penalty of z, and of how strong it is, for a target on P."""
    wrong = t.side in ("below 1", "negative") and z > 0
    wrong |= t.side in ("above 1", "positive", "higher") and z < 0
    if wrong:
        strong = -strong
    if t.rule == "above":
        return short(-strong, -(EDGE - 0.1), 0.1)
    if t.rule == "below":
        return short(strong, EDGE + 0.15, 0.2)
    wanted = -np.log10(t.value)
    off = loss((strong - wanted) / P_TOLERANCE)
    if wanted > EDGE:
        return off + short(strong, EDGE + 0.03, 0.1)
    return off + short(-strong, -(EDGE - 0.03), 0.1)
