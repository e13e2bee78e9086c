"""The cohort that a chapter works with: the book's virtual one, or the deposited data."""

from os import PathLike

import pandas as pd

from secondline.cohort.columns import COLUMNS
from secondline.errors import InputError, one_of
from secondline.paths import project_root

SOURCES = ("virtual", "geo")
REFERENCE = "data/virtual/zuma7_reference.csv"
THIRD_LINE = "data/virtual/zuma7_third_line.csv"
FLAGS = ("virtual", "efs_event", "dor_event", "expression")
MAYBE_FLAGS = ("hgbl", "ldh_elevated")


def read_cohort(source: str = "virtual", path: str = "") -> pd.DataFrame:
    """Return a cohort, one row a patient.

    Parameters
    ----------
    source : {"virtual", "geo"}
        The reference cohort of virtual patients, or real patients from GEO series
        GSE248835.
    path : str
        For "geo": the file that the reader downloaded. For "virtual": empty.

    Returns
    -------
    DataFrame
        Columns as in the data dictionary under ``zuma7_reference``; the column `virtual`
        says whose rows these are. The two sources are never mixed.

    Raises
    ------
    InputError
        If the source is unknown, or the file is missing or cannot be used.
    """
    if source not in SOURCES:
        raise InputError(f"cohort is {source!r}; allowed: {one_of(SOURCES)}.")
    if not isinstance(path, str | PathLike):
        raise InputError(f"The path of the file is {path!r}; it must be text, or empty.")
    if source == "geo":
        from secondline.cohort.geo import read_geo

        return read_geo(path)
    if path:
        raise InputError(
            f"A file is given ({path!r}), but the cohort is 'virtual', which reads none; set the "
            "cohort to 'geo', or leave the file empty."
        )
    return read_virtual(project_root() / REFERENCE)


def read_third_line(source: str = "virtual") -> pd.DataFrame | None:
    """Return patients of another trial, biopsied before a third line, whose IS21 is known.

    Parameters
    ----------
    source : {"virtual", "geo"}

    Returns
    -------
    DataFrame or None
        Columns participant, virtual, is21; None for "geo", whose series does not hold them.

    Raises
    ------
    InputError
        If the source is unknown.
    """
    if source not in SOURCES:
        raise InputError(f"cohort is {source!r}; allowed: {one_of(SOURCES)}.")
    if source == "geo":
        return None
    return pd.read_csv(project_root() / THIRD_LINE)


def read_virtual(path) -> pd.DataFrame:
    """Read a table of virtual patients that this library wrote."""
    texts = ("response", "best_response", "biopsy", "cell_of_origin")
    table = pd.read_csv(path, dtype={name: "object" for name in texts})
    for name in FLAGS:
        table[name] = table[name].astype(bool)
    for name in MAYBE_FLAGS:
        table[name] = table[name].map({True: True, False: False, "True": True, "False": False})
    return table[list(COLUMNS)]


def provenance(table: pd.DataFrame) -> dict[str, str]:
    """Return the label that figures and tables of this cohort must carry.

    Returns
    -------
    dict
        ``provenance`` and ``source``, to be passed to a figure as keywords.

    Raises
    ------
    InputError
        If virtual and real patients are in one table.
    """
    if "virtual" not in table:
        raise InputError("The table has no column virtual, which says whose rows these are.")
    kinds = set(table["virtual"])
    if len(kinds) > 1:
        raise InputError("Virtual and real patients are in one table; keep them apart.")
    if kinds == {False}:
        return {"provenance": "external", "source": "GSE248835"}
    return {"provenance": "virtual", "source": ""}
