"""Checks of shares, ratios and times, with one sentence for each mistake."""

from math import inf

from secondline.errors import InputError
from secondline.trials.truth import is_number


def check_between(name: str, value, low: float, high: float = inf) -> None:
    """Raise InputError unless a value is a number between two limits, which it may not touch."""
    if not (is_number(value) and low < value < high):
        allowed = f"above {low:g}" if high == inf else f"between {low:g} and {high:g}"
        raise InputError(f"{name} is {value!r}; it must be a number {allowed}.")


def check_share(name: str, value) -> None:
    """Raise InputError unless a value is a share, from 0 to 1 with both ends."""
    if not (is_number(value) and 0 <= value <= 1):
        raise InputError(f"{name} is {value!r}; a share is a number from 0 to 1.")
