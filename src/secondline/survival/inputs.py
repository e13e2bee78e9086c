"""Checks of the columns that describe patients: times, events and arms."""

import numpy as np

from secondline.errors import InputError

# in the order of the numbers that stand for them
ARMS = ("SOC", "axi-cel")


def check_times(time, event) -> tuple[np.ndarray, np.ndarray]:
    """Return times and events as arrays.

    Raises
    ------
    InputError
        If they differ in length, are empty, or hold what is neither a time nor an event.
    """
    try:
        time = np.asarray(time, dtype=float)
    except (TypeError, ValueError):
        raise InputError("time holds something that is not a number.") from None
    event = np.asarray(event)
    if time.ndim != 1 or event.shape != time.shape or not len(time):
        raise InputError("Give one time and one event, true or false, for each patient.")
    if not (np.isfinite(time).all() and (time >= 0).all()):
        raise InputError("A time is missing, negative or not finite; times are 0 or more.")
    if event.dtype != bool and not np.isin(event, (0, 1)).all():
        raise InputError("event must hold only 1 (event) and 0 (censored), or True and False.")
    return time, event.astype(bool)


def arm_names(arm, n: int) -> np.ndarray:
    """Return each patient's arm by name; 1 and 0 become axi-cel and SOC.

    Raises
    ------
    InputError
        If there is not one for each patient, or one is missing.
    """
    values = list(arm)
    if len(values) != n:
        raise InputError(f"There are {len(values)} arms for {n} patients.")
    if any(value is None or value != value or value == "" for value in values):
        raise InputError("A patient has no arm.")
    # True and 1.0 are equal to 1, so they are found as well
    return np.array([ARMS[int(v)] if v in (0, 1) else str(v) for v in values], dtype=object)


def arm_numbers(arm, n: int) -> np.ndarray:
    """Return 1 for axi-cel and 0 for SOC.

    Raises
    ------
    InputError
        If there is another arm, or one of the two is missing.
    """
    names = arm_names(arm, n)
    others = sorted(set(names) - set(ARMS))
    if others:
        raise InputError(
            f"arm holds {others[0]!r}; allowed are 'axi-cel' (or 1) and 'SOC' (or 0)."
        )
    missing = sorted(set(ARMS) - set(names))
    if missing:
        raise InputError(f"No patient is in the arm {missing[0]!r}; a contrast needs both arms.")
    return (names == "axi-cel").astype(int)
