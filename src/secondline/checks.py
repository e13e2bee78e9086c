"""Checks of single values, each with a sentence for what is not allowed."""

from math import isfinite
from numbers import Real

from secondline.errors import InputError, one_of


def is_number(value) -> bool:
    """Tell whether a value is a finite real number; True and False are none."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def check_above_zero(**values) -> None:
    """Raise InputError unless each named value is a finite number above 0."""
    for name, value in values.items():
        if not (is_number(value) and value > 0):
            raise InputError(f"{name} is {value!r}; it must be a number above 0.")


def check_between(low: float, high: float, **values) -> None:
    """Raise InputError unless each named value lies between two limits and on neither."""
    for name, value in values.items():
        if not (is_number(value) and low < value < high):
            raise InputError(
                f"{name} is {value!r}; it must be a number between {low:g} and {high:g}."
            )


def check_share(**values) -> None:
    """Raise InputError unless each named value lies between 0 and 1."""
    for name, value in values.items():
        if not (is_number(value) and 0 <= value <= 1):
            raise InputError(f"{name} is {value!r}; it must be a share from 0 to 1.")


def whole_number(name, value, lowest) -> int:
    """Return a whole number that is at least `lowest`, or raise InputError."""
    if is_number(value) and value == int(value) >= lowest:
        return int(value)
    raise InputError(f"{name} is {value!r}; it must be a whole number, {lowest} or more.")


def check_choice(name: str, value, allowed) -> None:
    """Raise an InputError that lists what is allowed, unless the value is.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
    allowed : collection of str
    """
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} is {value!r}; allowed: {one_of(allowed)}.")


def check_level(level) -> None:
    """Raise an InputError unless the coverage lies between 0 and 1."""
    if not isinstance(level, (int, float)) or not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1, for example 0.95.")
