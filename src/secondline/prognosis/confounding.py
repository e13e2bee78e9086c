"""How strong a difference between two groups of patients would have to be to explain a result."""

from math import inf, sqrt

from secondline.checks import check_above_zero, check_share, is_number
from secondline.errors import InputError


def e_value(risk_ratio: float) -> float:
    """Return the E-value of a risk ratio.

    The risk ratio that an unmeasured confounder must have both with the treatment and with
    the outcome, at the least, to explain the whole association (VanderWeele and Ding, Annals
    of Internal Medicine 2017;167:268).

    Parameters
    ----------
    risk_ratio : float
        Above 0; below 1 it is inverted.

    Raises
    ------
    InputError
        If it is no risk ratio.

    Examples
    --------
    >>> round(e_value(2.0), 2), e_value(1.0)
    (3.41, 1.0)
    """
    check_above_zero(risk_ratio=risk_ratio)
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + sqrt(ratio * (ratio - 1))


def bias_factor(first: float, second: float, risk_ratio: float) -> float:
    """Return what a factor with different shares in two groups does to their risk ratio.

    Bross, Journal of Chronic Diseases 1966;19:637: the factor by which the risk ratio of the
    first against the second group is too large, if nothing but the factor differs.

    Parameters
    ----------
    first, second : float
        Shares of patients who have the factor, from 0 to 1.
    risk_ratio : float
        Of the outcome, with the factor against without, the same in both groups.

    Raises
    ------
    InputError
        If a share or the ratio cannot be.

    Examples
    --------
    >>> round(bias_factor(0.67, 0.33, 2.0), 3)
    1.256
    """
    check_share(first=first, second=second)
    check_above_zero(risk_ratio=risk_ratio)
    return (1 + first * (risk_ratio - 1)) / (1 + second * (risk_ratio - 1))


def explaining_ratio(first: float, second: float, observed: float) -> float:
    """Return the risk ratio of a factor that alone explains an observed risk ratio.

    Parameters
    ----------
    first, second : float
        Shares of patients who have the factor; the first is the larger.
    observed : float
        Risk ratio of the first against the second group, 1 or more.

    Returns
    -------
    float
        Infinite where no factor with these shares can be strong enough.

    Raises
    ------
    InputError
        If the shares or the ratio cannot be used.

    Examples
    --------
    >>> round(explaining_ratio(0.67, 0.33, 1.71), 1)
    7.7
    >>> explaining_ratio(0.41, 0.29, 1.71)
    inf
    """
    check_share(first=first, second=second)
    if not 0 < second < first:
        raise InputError(
            f"The shares are {first!r} and {second!r}; the first must be the larger, and both "
            "above 0."
        )
    if not (is_number(observed) and observed >= 1):
        raise InputError(
            f"observed is {observed!r}; it must be a number of 1 or more. Turn the ratio round if "
            "it is below 1."
        )
    room = first - observed * second
    return 1 + (observed - 1) / room if room > 0 else inf
