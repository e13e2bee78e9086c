"""The signature scores of a cohort, as a table that can be clustered."""

import pandas as pd

from secondline.cohort.columns import ARMS, SIGNATURE_COLUMNS, SIGNATURES
from secondline.errors import InputError, one_of


def signature_scores(table: pd.DataFrame, arm: str = "all") -> pd.DataFrame:
    """Return the signature scores of patients who have them, named as the source names them.

    Parameters
    ----------
    table : DataFrame
        A cohort.
    arm : {"all", "axi-cel", "SOC"}

    Returns
    -------
    DataFrame, shape (patients, signatures)
        Rows by participant; without signatures that nobody has.

    Raises
    ------
    InputError
        If the arm is unknown, or nobody in it has a score.
    """
    arms = ("all", *ARMS)
    if arm not in arms:
        raise InputError(f"arm is {arm!r}; allowed: {one_of(arms)}.")
    rows = table if arm == "all" else table[table["arm"] == arm]
    names = dict(zip(SIGNATURE_COLUMNS, SIGNATURES, strict=True))
    scores = rows.set_index("participant")[list(names)].astype(float).rename(columns=names)
    scores = scores.dropna(axis=1, how="all").dropna(axis=0, how="all")
    if scores.empty:
        raise InputError("The cohort has no signature scores; there is nothing to cluster.")
    scores.index.name = "sample"
    return scores
