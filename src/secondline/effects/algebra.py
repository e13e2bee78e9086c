"""Hazard ratio, interval, standard error and P: each from the others, and what rounding hides."""

from dataclasses import dataclass
from math import exp, isfinite, log, sqrt

from scipy.special import ndtr, ndtri

from secondline.errors import InputError
from secondline.intervals import PrintedNumber, read_number

PRINTED_LEVEL = 0.95  # coverage of an interval that a source prints


@dataclass(frozen=True)
class EffectEstimate:
    """A hazard ratio whose logarithm is taken as normal.

    Attributes
    ----------
    hazard_ratio : float
    standard_error : float
        Of the logarithm of the hazard ratio.
    """

    hazard_ratio: float
    standard_error: float

    @property
    def log(self) -> float:
        """The natural logarithm of the hazard ratio."""
        return log(self.hazard_ratio)

    @property
    def z(self) -> float:
        """The logarithm over its standard error."""
        return self.log / self.standard_error

    @property
    def p(self) -> float:
        """Two-sided P value of a hazard ratio of 1."""
        return p_from_z(self.z)

    def interval(self, level: float = PRINTED_LEVEL) -> tuple[float, float]:
        """Return the limits of an interval, symmetric on the logarithmic scale."""
        reach = quantile(level) * self.standard_error
        return exp(self.log - reach), exp(self.log + reach)


@dataclass(frozen=True)
class Asymmetry:
    """Where a hazard ratio stands within its interval.

    Attributes
    ----------
    hazard_ratio, midpoint : float
        As printed, and the geometric mean of the limits.
    lowest, highest : float
        The midpoint for all limits that are printed in this way.
    explained : bool
        Whether rounding alone can explain that the two differ.
    """

    hazard_ratio: float
    midpoint: float
    lowest: float
    highest: float
    explained: bool


def quantile(level: float) -> float:
    """Return how many standard errors an interval reaches to either side.

    Raises
    ------
    InputError
        If the level is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1.")
    return float(-ndtri((1 - level) / 2))


def p_from_z(z: float) -> float:
    """Return the two-sided P value of a standard normal statistic."""
    return float(2 * ndtr(-abs(z)))


def z_from_p(p: float) -> float:
    """Return the size of the standard normal statistic with a two-sided P value.

    The sign is lost: P alone does not say which side the effect was on, nor how large
    it was.

    Raises
    ------
    InputError
        If P is not above 0 and at most 1.

    Examples
    --------
    >>> round(z_from_p(0.05), 3)
    1.96
    """
    if not 0 < p <= 1:
        raise InputError(f"p is {p!r}; it must be above 0 and at most 1.")
    return float(abs(ndtri(p / 2)))


def from_interval(
    hazard_ratio: float, lower: float, upper: float, level: float = PRINTED_LEVEL
) -> EffectEstimate:
    """Return an effect with the standard error that its interval implies.

    Altman and Bland, BMJ 2011;343:d2304. The printed hazard ratio is kept as it is, also
    where it is not the middle of its interval; see :func:`asymmetry`.

    Parameters
    ----------
    hazard_ratio, lower, upper : float
        With ``0 < lower < upper`` and the hazard ratio from lower to upper.
    level : float
        Coverage of the interval.

    Raises
    ------
    InputError
        If the three are not in that order.
    """
    if not (0 < lower <= hazard_ratio <= upper and lower < upper and isfinite(upper)):
        raise InputError(
            f"A hazard ratio of {hazard_ratio:g} with limits {lower:g} and {upper:g} cannot be; "
            "they must be above 0, and the hazard ratio must lie between its limits."
        )
    return EffectEstimate(hazard_ratio, log(upper / lower) / (2 * quantile(level)))


def from_p(hazard_ratio: float, p: float) -> EffectEstimate:
    """Return an effect with the standard error that its P value implies.

    Altman and Bland, BMJ 2011;343:d2090, with the normal quantile itself in place of
    their formula that comes near it. It takes P to come from a Wald test of the hazard
    ratio; from a log-rank test it comes out nearly the same.

    Raises
    ------
    InputError
        If the hazard ratio is not above 0 or is 1, or P is not between 0 and 1: then P
        says nothing of the standard error.
    """
    if not (hazard_ratio > 0 and isfinite(hazard_ratio)):
        raise InputError(f"hazard_ratio is {hazard_ratio!r}; it must be above 0.")
    if hazard_ratio == 1 or not 0 < p < 1:
        raise InputError(
            f"A hazard ratio of {hazard_ratio:g} with P = {p:g} gives no standard error; it "
            "takes a hazard ratio other than 1 and a P between 0 and 1."
        )
    return EffectEstimate(hazard_ratio, abs(log(hazard_ratio)) / z_from_p(p))


def printed_range(text: str) -> tuple[float, float]:
    """Return the smallest and the largest number that would be printed like this.

    Parameters
    ----------
    text : str
        Such as ``"0.60"``, ``"4.74 × 10–10"``, ``"2e-7"`` or ``"<0.001"``.

    Raises
    ------
    InputError
        If the text is none of these.

    Examples
    --------
    >>> printed_range("0.60"), printed_range("< 0.001")
    ((0.595, 0.605), (0.0, 0.001))
    """
    number = _read(text)
    # one rounding to a double: 0.595 is the double nearest to 0.595
    return float(max(number.low or 0, 0)), float(number.high)


def printed_value(text: str) -> float:
    """Return a printed number; of ``"<0.001"`` the bound.

    Raises
    ------
    InputError
        As :func:`printed_range`.
    """
    return float(_read(text).value)


def asymmetry(hazard_ratio: str, lower: str, upper: str) -> Asymmetry:
    """Compare a printed hazard ratio with the middle of its printed interval.

    A Wald interval is symmetric on the logarithmic scale, so the hazard ratio is the
    geometric mean of its limits.

    Parameters
    ----------
    hazard_ratio, lower, upper : str
        As printed, with trailing zeros.

    Raises
    ------
    InputError
        If one of the texts is not a number, or a limit is 0.
    """
    ratio, low, high = (printed_range(text) for text in (hazard_ratio, lower, upper))
    middle = sqrt(printed_value(lower) * printed_value(upper))
    lowest, highest = sqrt(low[0] * high[0]), sqrt(low[1] * high[1])
    if not middle > 0:
        raise InputError(f"The limits are {lower} and {upper}; both must be above 0.")
    explained = lowest <= ratio[1] and ratio[0] <= highest
    return Asymmetry(printed_value(hazard_ratio), middle, lowest, highest, explained)


def p_range(
    hazard_ratio: str, lower: str, upper: str, level: float = PRINTED_LEVEL
) -> tuple[float, float]:
    """Return the smallest and largest P that a printed hazard ratio and interval allow.

    Parameters
    ----------
    hazard_ratio, lower, upper : str
        As printed.
    level : float
        Coverage of the interval.

    Raises
    ------
    InputError
        If one of the texts is not a number, or rounding makes an interval of no width.
    """
    ratio, low, high = (printed_range(text) for text in (hazard_ratio, lower, upper))
    if not (low[0] > 0 and ratio[0] > 0 and high[0] > low[1]):
        raise InputError(
            f"{hazard_ratio} ({lower} to {upper}) is printed too coarsely to give a P value."
        )
    scale = 2 * quantile(level)
    narrow, wide = log(high[0] / low[1]) / scale, log(high[1] / low[0]) / scale
    logs = sorted(abs(log(end)) for end in ratio)
    nearest = 0.0 if ratio[0] <= 1 <= ratio[1] else logs[0]
    return p_from_z(logs[1] / narrow), p_from_z(nearest / wide)


def events_from_standard_error(standard_error: float, share: float = 0.5) -> float:
    """Return how many events stand behind a standard error.

    By the variance of the log-rank test, ``1 / (events * share * (1 - share))``
    (Schoenfeld, Biometrics 1983;39:499); ``4 / SE**2`` where the groups are alike in
    size, which is the least that it can be.

    Parameters
    ----------
    standard_error : float
        Of the log hazard ratio, above 0.
    share : float
        Of the patients in the first group, between 0 and 1.

    Raises
    ------
    InputError
        If the standard error or share is out of range.
    """
    if not (standard_error > 0 and isfinite(standard_error)):
        raise InputError(f"standard_error is {standard_error!r}; it must be above 0.")
    if not 0 < share < 1:
        raise InputError(f"share is {share!r}; it must lie between 0 and 1.")
    return 1 / (share * (1 - share) * standard_error**2)


def standard_error_from_events(events: float, share: float = 0.5) -> float:
    """Return the standard error of a log hazard ratio from the number of events.

    The inverse of :func:`events_from_standard_error`.

    Raises
    ------
    InputError
        If there is no event or the share is out of range.
    """
    if not (events > 0 and isfinite(events)):
        raise InputError(f"events is {events!r}; it must be above 0.")
    if not 0 < share < 1:
        raise InputError(f"share is {share!r}; it must lie between 0 and 1.")
    return 1 / sqrt(events * share * (1 - share))


def _read(text: str) -> PrintedNumber:
    """Return a hazard ratio, limit or P value as printed: digits, after "<" at most.

    A comma is refused: in a reader's file 0,001 is a decimal, not a thousand.
    """
    plain = text.strip()
    number = read_number(plain) if plain[:1] in "<.0123456789" and "," not in plain else None
    if number is None:
        raise InputError(f"{text!r} is not a printed number such as '0.60' or '4.7 × 10–10'.")
    return number
