"""Landmark analysis: compare groups that are known only after some time, from that time on."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.checks import is_number
from secondline.errors import InputError
from secondline.survival.inputs import check_times


@dataclass(frozen=True, eq=False)
class Landmark:
    """The patients who are still at risk at a landmark.

    Attributes
    ----------
    at : float
        The landmark, in the unit of the times.
    rows : DataFrame
        Those observed beyond it, with their times counted from it.
    died_before, left_before : int
        Patients who had the event, or left observation, by then.
    """

    at: float
    rows: pd.DataFrame = field(repr=False)
    died_before: int
    left_before: int


def landmark(
    table: pd.DataFrame, at: float, *, duration: str = "months", event: str = "died"
) -> Landmark:
    """Keep the patients at risk beyond a landmark, and count their time from it.

    Anderson, Cain and Gelber, Journal of Clinical Oncology 1983;1:710. Groups must be made
    of what was known at the landmark.

    Parameters
    ----------
    table : DataFrame
        One row a patient.
    at : float
        0 or more; 0 keeps all.
    duration, event : str
        Columns with times and with whether the event was seen.

    Returns
    -------
    Landmark

    Raises
    ------
    InputError
        If the landmark is no time, or the table or its columns cannot be used.
    """
    if not (is_number(at) and at >= 0):
        raise InputError(f"at is {at!r}; a landmark is a time of 0 or more.")
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"table is a {type(table).__name__}; it must be a DataFrame, a row a patient."
        )
    for column in (duration, event):
        found = list(table.columns).count(column)
        if found != 1:
            raise InputError(f"The table has {found} columns {column!r}; it needs one.")
    time, seen = check_times(table[duration], table[event])
    over = time > at if at else np.ones(len(time), dtype=bool)
    rows = table[over].assign(**{duration: time[over] - at, event: seen[over]})
    return Landmark(float(at), rows, int((seen & ~over).sum()), int((~seen & ~over).sum()))
