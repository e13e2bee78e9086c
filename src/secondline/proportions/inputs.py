"""Check event counts and group sizes before anything is computed from them."""

from numbers import Real

import numpy as np

from secondline.errors import InputError


def check_counts(events, totals, *, minimum: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return both columns as float arrays of whole numbers, or say what is wrong.

    Parameters
    ----------
    events : array_like, shape (k,)
        Patients with the event in each trial.
    totals : array_like, shape (k,)
        Patients in each trial.
    minimum : int
        The smallest number of trials that the caller can use.

    Returns
    -------
    events, totals : ndarray of float, shape (k,)

    Raises
    ------
    InputError
        If a value is missing, not a number, negative or fractional, a total is
        zero, events exceed their total, the columns differ in length, or there
        are fewer than `minimum` trials. Rows are counted from 1.
    """
    events = _column("events", events)
    totals = _column("totals", totals)
    if len(events) != len(totals):
        raise InputError(
            f"events has {len(events)} rows and totals has {len(totals)}; "
            "give one of each per trial."
        )
    if len(events) < minimum:
        had = {0: "there are no trials", 1: "there is only one trial (row 1)"}.get(
            len(events), f"there are {len(events)} trials"
        )
        raise InputError(f"Pooling needs at least {minimum} trials, but {had}.")
    for row, (x, n) in enumerate(zip(events, totals, strict=True), start=1):
        if n == 0:
            raise InputError(f"Row {row}: the total is zero; a trial needs at least one patient.")
        if x > n:
            raise InputError(
                f"Row {row}: {x:.0f} events in {n:.0f} patients; events cannot exceed the total."
            )
    return events, totals


def _column(name: str, values) -> np.ndarray:
    if isinstance(values, (str, bytes)) or np.ndim(values) != 1:
        raise InputError(f"{name} must be one column of numbers, one per trial.")
    return np.array([_count(name, row, v) for row, v in enumerate(values, start=1)], dtype=float)


def _count(name: str, row: int, value) -> float:
    # pandas' missing value answers no comparison, so it is asked for by its text
    if value is None or str(value) in {"nan", "NaN", "<NA>", "NaT"}:
        raise InputError(
            f"Row {row}: {name} is missing; leave a trial that did not report out of the pool."
        )
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (Real, np.number)):
        raise InputError(f"Row {row}: {name} is {value!r}, which is not a number.")
    number = float(value)
    if not np.isfinite(number):
        raise InputError(f"Row {row}: {name} is {number}; give a finite whole number.")
    if number < 0:
        raise InputError(f"Row {row}: {name} is {number:g}; a count cannot be negative.")
    if number != int(number):
        raise InputError(
            f"Row {row}: {name} is {number:g}, which is not a whole number; "
            "give counts of patients, not shares or percentages."
        )
    return number
