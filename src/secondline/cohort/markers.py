"""Markers as the source uses them: indices of clusters, high and low, subsets of patients."""

import numpy as np
import pandas as pd

from secondline.cohort.columns import BIOPSIES, CLUSTERS, signature_column
from secondline.errors import InputError, one_of
from secondline.signatures.indices import root_mean_square

CD19_NEGATIVE = 5  # an H-score below it counts as negative
# the level that a marker's 1 stands for, where it is no number
LEVELS = {"cell_of_origin": "non-GCB", "biopsy": "after first line", "response": "ongoing"}
HIGH_NAMES = {"high": 1.0, "True": 1.0, "non-GCB": 1.0, "low": 0.0, "False": 0.0, "GCB": 0.0}


def index(table: pd.DataFrame, cluster: str) -> pd.Series:
    """Return a cluster's index: the root mean square of its members' scores.

    The scores are taken as they are, all of them positive; of scores centred at zero the
    square would lose the sign, and the index its meaning.

    Parameters
    ----------
    table : DataFrame
    cluster : {"BPI", "SII", "cluster 3", "cluster 4"}

    Returns
    -------
    Series
        NaN for a patient who lacks a score.
    """
    if cluster not in tuple(CLUSTERS):
        raise InputError(f"cluster is {cluster!r}; allowed: {one_of(tuple(CLUSTERS))}.")
    columns = [signature_column(name) for name in CLUSTERS[cluster]]
    for column in columns:
        _numbers(table, column)
    return root_mean_square(table[columns])


def _numbers(table, name) -> pd.Series:
    values = marker(table, name)
    try:
        return values.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds words; it must hold numbers.") from None


def marker(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a marker's values: a column of the table, or a cluster's index."""
    if not isinstance(name, str):
        raise InputError(f"A marker is named by text, not by {name!r}.")
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"A cohort is a pandas DataFrame, not of type {type(table).__name__}.")
    if name in CLUSTERS:
        return index(table, name)
    if name not in table:
        raise InputError(f"The cohort has no marker {name!r}.")
    return table[name]


def high(table: pd.DataFrame, name: str) -> pd.Series:
    """Return 1 where a marker is high, 0 where it is low, and NaN where it is missing.

    See :func:`divide_marker`; of categories the levels in :data:`LEVELS` count as high.
    """
    values = marker(table, name)
    # cells are looked at one by one only where they need not be numbers
    if name not in LEVELS and values.dtype.kind not in "bif" and values.map(type).eq(str).any():
        raise InputError(f"Of {name} no level counts as high: it holds words.")
    return divide_marker(values, LEVELS.get(name, "high"))


def divide_marker(values: pd.Series, level: str) -> pd.Series:
    """Return 1 for the level, 0 for the reference, and NaN where a patient has no value.

    Numbers are divided at the median of all patients with a value; above it is the
    level, as in the source. True and False are taken as they are, and text is compared
    with the level's name.
    """
    known = values.notna()
    if not known.any():
        return pd.Series(np.nan, index=values.index)
    kinds = {float} if values.dtype.kind in "if" else set(values[known].map(type))
    if kinds <= {bool, np.bool_}:
        above = values == True  # noqa: E712  (missing cells are neither)
    elif kinds <= {str}:
        above = values == level
    else:
        numbers = values.astype(float)
        above = numbers > numbers.median()
    return above.astype(float).where(known)


def subset(table: pd.DataFrame, name: str) -> np.ndarray:
    """Return who is in a subset, as a mask.

    Parameters
    ----------
    table : DataFrame
    name : str
        Empty (all), "expression", "cd19 negative", "biopsy <level>", "<marker> high",
        "<marker> low" or "<marker> above <whole number>".
    """
    if not isinstance(name, str):
        raise InputError(f"A subset is named by text, not by {name!r}.")
    if not name:
        return np.ones(len(table), dtype=bool)
    if name == "expression":
        return (marker(table, name) == True).to_numpy(dtype=bool)  # noqa: E712  (nor missing)
    if name == "cd19 negative":
        return (marker(table, "cd19_h_score").astype(float) < CD19_NEGATIVE).to_numpy()
    if (level := name.removeprefix("biopsy ")) in BIOPSIES:
        return (marker(table, "biopsy") == level).to_numpy()
    first, _, last = name.rpartition(" ")
    if last in HIGH_NAMES:
        return (high(table, first) == HIGH_NAMES[last]).to_numpy()
    column, _, word = first.rpartition(" ")
    if word == "above" and last.isdecimal():
        return (_numbers(table, column) > int(last)).to_numpy()
    raise InputError(f"There is no subset {name!r}.")
