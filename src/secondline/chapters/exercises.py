"""Checks of a reader's answers."""

from math import isfinite
from numbers import Real

from secondline.errors import InputError


def check_number(answer, expected: float, *, within: float, hint: str) -> str:
    """Return a sentence on a numeric answer.

    Parameters
    ----------
    answer : float or None
        What the reader put in; None while nothing has been tried.
    expected : float
        The right value, computed in the chapter and so valid for its parameters; NaN
        where there is none.
    within : float
        How far off an answer may be, in the same unit; above 0.
    hint : str
        One sentence that helps after a wrong answer.

    Raises
    ------
    InputError
        If `within` is not above 0.
    """
    if not within > 0:
        raise InputError(f"within is {within!r}; it must be above 0.")
    if not isfinite(expected):
        return (
            "With these settings or trials there is no such number, so there is nothing to "
            "answer; try others."
        )
    if answer is None:
        return "Not answered yet: put a number in place of None and run the cell again."
    if isinstance(answer, bool) or not isinstance(answer, Real):
        return f"{answer!r} is not a number. {hint}"
    if abs(float(answer) - expected) <= within:
        return "Right."
    if abs(100 * float(answer) - expected) <= within:
        return (
            f"Not yet: {float(answer):g} is a hundredth of the right number. Is it asked for in "
            f"percent? {hint}"
        )
    side = "high" if answer > expected else "low"
    return f"Not yet: {float(answer):g} is too {side}. {hint}"
