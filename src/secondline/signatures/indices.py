"""Indices of several signatures: one number a sample."""

import numpy as np
import pandas as pd


def root_mean_square(scores: pd.DataFrame) -> pd.Series:
    """Return the root mean square of scores, the source's index of a cluster.

    The scores must be taken as they are, all of them positive: of scores centred at zero
    the square loses the sign, and the index its meaning.

    Parameters
    ----------
    scores : DataFrame, shape (samples, members)

    Returns
    -------
    Series
        NaN for a sample that lacks a score.
    """
    values = scores.astype(float)
    return np.sqrt((values**2).sum(axis=1, skipna=False) / values.shape[1])
