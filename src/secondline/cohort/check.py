"""Say in a sentence why a table is no cohort, before an analysis reads it wrongly."""

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from secondline.cohort.columns import ARMS, BEST_RESPONSES, BIOPSIES, COLUMNS, RESPONSES
from secondline.cohort.read import FLAGS, MAYBE_FLAGS, provenance
from secondline.errors import InputError, one_of

WORDS = {
    "arm": ARMS,
    "response": RESPONSES,
    "best_response": BEST_RESPONSES,
    "cell_of_origin": ("GCB", "non-GCB"),
    "biopsy": BIOPSIES,
}
UNUSED = ("participant", "treated")  # by no analysis
NUMBERS = tuple(
    name for name in COLUMNS if name not in {*WORDS, *FLAGS, *MAYBE_FLAGS, *UNUSED}
)
NEVER_MISSING = ("arm", "efs_months", *FLAGS)
# they are analysed on the logarithm
POSITIVE = ("spd_mm2", "ldh_u_per_l")


def check_cohort(table: pd.DataFrame) -> None:
    """Raise InputError, with a sentence, unless a table has a cohort's columns and values.

    Parameters
    ----------
    table : DataFrame
        One row a patient, columns as :func:`secondline.cohort.read_cohort` returns them.
    """
    _need_columns(table, COLUMNS, "cohort")
    for column in NEVER_MISSING:
        if table[column].isna().any():
            raise InputError(f"{column} is missing for a patient; each one needs it.")
    for column in (*FLAGS, *MAYBE_FLAGS):
        if not set(table[column].dropna().map(type)) <= {bool, np.bool_}:
            raise InputError(f"{column} holds something else than True and False.")
    provenance(table)
    for column, allowed in WORDS.items():
        if odd := sorted(set(table[column].dropna().map(str)) - set(allowed)):
            raise InputError(f"{column} is {odd[0]!r}; allowed: {one_of(allowed)}.")
    for column in NUMBERS:
        _check_numbers(table, column, positive=column in POSITIVE)


def check_later(table: pd.DataFrame | None) -> None:
    """Raise InputError unless patients before a third line, if given, have a number as `is21`."""
    if table is not None:
        _need_columns(table, ("is21",), "table of patients before a third line")
        _check_numbers(table, "is21")


def _need_columns(table, columns, what):
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"A {what} is a pandas DataFrame, not of type {type(table).__name__}.")
    if not table.columns.is_unique:
        raise InputError(f"The {what} has two columns of one name.")
    if missing := [name for name in columns if name not in table]:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(
            f"The {what} has no column {', '.join(missing[:3])}{more}; what is not known may be "
            "left without values, but needs its column."
        )


def _check_numbers(table, column, positive=False):
    known = table[column].dropna().infer_objects()
    if known.empty:
        return
    if not is_numeric_dtype(known):
        raise InputError(f"{column} holds something else than numbers.")
    if not np.isfinite(known.to_numpy(dtype=float)).all():
        raise InputError(f"{column} holds a number that is not finite.")
    if positive and (known <= 0).any():
        raise InputError(f"{column} holds a number that is not above 0.")
