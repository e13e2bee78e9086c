"""Do two effects differ? Interactions, their power, and whether four ratios fit together."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, isfinite, log, sqrt

from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr

from secondline.effects.algebra import (
    PRINTED_LEVEL,
    EffectEstimate,
    p_from_z,
    printed_range,
    printed_value,
    quantile,
)
from secondline.errors import InputError


@dataclass(frozen=True)
class Interaction:
    """The ratio of two hazard ratios.

    Attributes
    ----------
    ratio : float
        First over second.
    standard_error : float
        Of its logarithm.
    lower, upper : float
        Interval of the ratio.
    p : float
        Two-sided, of a ratio of 1.
    level : float
        Coverage of the interval.
    """

    ratio: float
    standard_error: float
    lower: float
    upper: float
    p: float
    level: float


@dataclass(frozen=True)
class Heterogeneity:
    """Cochran's Q over the effects of several groups without a common patient."""

    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Consistency:
    """One interaction, from two pairs of printed hazard ratios.

    Attributes
    ----------
    by_level : float
        Hazard ratio of the arms at one level over that at the other.
    by_arm : float
        Hazard ratio of the levels in one arm over that in the other.
    by_level_range, by_arm_range : tuple of float
        All values that the printed digits allow.
    agree : bool
        Whether the ranges meet.
    """

    by_level: float
    by_arm: float
    by_level_range: tuple[float, float]
    by_arm_range: tuple[float, float]
    agree: bool


def interaction(
    first: EffectEstimate, second: EffectEstimate, level: float = PRINTED_LEVEL
) -> Interaction:
    """Compare two effects that share no patient.

    Altman and Bland, BMJ 2003;326:219: the difference of the logarithms over the root of
    the sum of their squared standard errors.

    Parameters
    ----------
    first, second : EffectEstimate
    level : float
        Coverage of the interval, between 0 and 1.
    """
    error = hypot(first.standard_error, second.standard_error)
    difference = EffectEstimate(first.hazard_ratio / second.hazard_ratio, error)
    lower, upper = difference.interval(level)
    return Interaction(difference.hazard_ratio, error, lower, upper, difference.p, level)


def interaction_rounding(
    first: Sequence[EffectEstimate], second: Sequence[EffectEstimate]
) -> tuple[float, float]:
    """Return the smallest and largest P of an interaction over what rounding allows.

    Parameters
    ----------
    first, second : sequence of EffectEstimate
        Either effect at each extreme of its printed digits.

    Returns
    -------
    tuple of float
        Over all combinations of extremes; the largest is 1 where the ratio can be 1.
    """
    tests = [interaction(one, two) for one in first for two in second]
    highest = 1.0 if min(t.ratio for t in tests) <= 1 <= max(t.ratio for t in tests) else 0.0
    return min(t.p for t in tests), max(highest, *(t.p for t in tests))


def heterogeneity(effects: Sequence[EffectEstimate]) -> Heterogeneity:
    """Test whether several effects that share no patient can be one.

    Raises
    ------
    InputError
        If there are fewer than two.
    """
    if len(effects) < 2:
        raise InputError(f"Effects to compare: {len(effects)}; it takes at least 2.")
    weights = [1 / effect.standard_error**2 for effect in effects]
    mean = sum(w * e.log for w, e in zip(weights, effects, strict=True)) / sum(weights)
    q = sum(w * (e.log - mean) ** 2 for w, e in zip(weights, effects, strict=True))
    df = len(effects) - 1
    return Heterogeneity(q, df, float(chdtrc(df, q)))


def interaction_p_range(z: float, other_z: float, largest_ratio: float) -> tuple[float, float]:
    """Return the smallest and largest P of an interaction of which only two z are known.

    The P of an interaction takes both standard errors. Of two z the ratio of the standard
    errors is enough, and that ratio can be bounded.

    Parameters
    ----------
    z, other_z : float
        With their signs.
    largest_ratio : float
        How many times as large as the other one either standard error may be, 1 or more.

    Raises
    ------
    InputError
        If the ratio is below 1.
    """
    if not (largest_ratio >= 1 and isfinite(largest_ratio)):
        raise InputError(f"largest_ratio is {largest_ratio!r}; it must be 1 or more.")

    def size(ratio):
        return abs(z * ratio - other_z) / hypot(ratio, 1)

    ends = [1 / largest_ratio, largest_ratio]
    # where the statistic vanishes, and where it is largest
    turns = [other_z / z, -z / other_z] if z and other_z else []
    sizes = [size(r) for r in ends + [t for t in turns if ends[0] < t < ends[1]]]
    return p_from_z(max(sizes)), p_from_z(min(sizes))


def interaction_power(ratio: float, standard_error: float, alpha: float = 0.05) -> float:
    """Return the chance that a two-sided test finds a true ratio of hazard ratios.

    Parameters
    ----------
    ratio : float
        True ratio, above 0.
    standard_error : float
        Of its logarithm, above 0.
    alpha : float
        Chance of a finding where the true ratio is 1.

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    if not (ratio > 0 and isfinite(ratio)):
        raise InputError(f"ratio is {ratio!r}; it must be above 0.")
    if not (standard_error > 0 and isfinite(standard_error)):
        raise InputError(f"standard_error is {standard_error!r}; it must be above 0.")
    shift, critical = abs(log(ratio)) / standard_error, quantile(1 - alpha)
    return float(ndtr(shift - critical) + ndtr(-shift - critical))


def smallest_ratio(standard_error: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the ratio of hazard ratios, below 1, nearest to 1 that a test finds with a power.

    Its inverse lies as far above 1. What lies between the two is missed more often than
    ``1 - power``.

    Raises
    ------
    InputError
        If the power does not lie above `alpha` and below 1, or as
        :func:`interaction_power`.
    """
    if not alpha < power < 1:
        raise InputError(f"power is {power!r}; it must lie above {alpha:g} and below 1.")
    interaction_power(1.0, standard_error, alpha)

    def missing(shift):
        return interaction_power(exp(-shift), 1.0, alpha) - power

    return exp(-standard_error * brentq(missing, 0, 40, xtol=1e-12))


def consistency(
    at_level: str, at_reference: str, in_experimental: str, in_control: str
) -> Consistency:
    """Compare the two ratios of printed hazard ratios that name one interaction.

    (A/B at one level) / (A/B at the other) equals (one level/the other in A) / (the same
    in B), if the four come from one model. From four separate Cox models the two come
    near each other, not to the digit.

    Parameters
    ----------
    at_level, at_reference : str
        Hazard ratio of the arms at the level and at the reference level, as printed.
    in_experimental, in_control : str
        Hazard ratio of the level against the reference level in either arm, as printed.

    Raises
    ------
    InputError
        If a text is not a number above 0.
    """
    values, ranges = [], []
    for over, under in ((at_level, at_reference), (in_experimental, in_control)):
        top, bottom = printed_range(over), printed_range(under)
        if not (top[0] > 0 and bottom[0] > 0):
            raise InputError(f"{over} over {under} is printed too coarsely to give a ratio.")
        values.append(printed_value(over) / printed_value(under))
        ranges.append((top[0] / bottom[1], top[1] / bottom[0]))
    (low, high), (other_low, other_high) = ranges
    return Consistency(*values, *ranges, low <= other_high and other_low <= high)


@dataclass(frozen=True)
class Shrunken:
    """Subgroup effects drawn towards their mean.

    Attributes
    ----------
    mean : EffectEstimate
        The mean that they are drawn to.
    tau2 : float
        Variance of the true log hazard ratios between subgroups.
    effects : tuple of EffectEstimate
        As they were put in.
    shrunken : tuple of EffectEstimate
        Posterior mean and standard deviation of each.
    """

    mean: EffectEstimate
    tau2: float
    effects: tuple[EffectEstimate, ...]
    shrunken: tuple[EffectEstimate, ...]


def shrink(effects: Sequence[EffectEstimate], tau2: float | None = None) -> Shrunken:
    """Draw the effects of subgroups that share no patient towards their mean.

    The normal-normal model: true log hazard ratios scatter about a mean with variance
    `tau2`, and each estimate about its true value. Empirical Bayes; the mean's own
    uncertainty is carried over, that of `tau2` is not.

    Parameters
    ----------
    effects : sequence of EffectEstimate
        Two or more.
    tau2 : float, optional
        0 or more; by default the estimate of DerSimonian and Laird (Controlled Clinical
        Trials 1986;7:177).

    Raises
    ------
    InputError
        If there are fewer than two effects or `tau2` is negative.
    """
    test = heterogeneity(effects)
    weights = [1 / effect.standard_error**2 for effect in effects]
    if tau2 is None:
        spread = sum(weights) - sum(w**2 for w in weights) / sum(weights)
        tau2 = max(0.0, (test.q - test.df) / spread)
    if not (tau2 >= 0 and isfinite(tau2)):
        raise InputError(f"tau2 is {tau2!r}; it must be 0 or more.")
    weights = [1 / (effect.standard_error**2 + tau2) for effect in effects]
    mean = sum(w * e.log for w, e in zip(weights, effects, strict=True)) / sum(weights)
    variance = 1 / sum(weights)
    shrunken = []
    for effect, weight in zip(effects, weights, strict=True):
        pull = effect.standard_error**2 * weight
        error = sqrt((1 - pull) * effect.standard_error**2 + pull**2 * variance)
        shrunken.append(EffectEstimate(exp(pull * mean + (1 - pull) * effect.log), error))
    return Shrunken(
        EffectEstimate(exp(mean), sqrt(variance)), tau2, tuple(effects), tuple(shrunken)
    )
