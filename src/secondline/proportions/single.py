"""The interval of one trial's proportion."""

import numpy as np
from scipy import stats

from secondline.errors import InputError, one_of
from secondline.proportions.inputs import check_counts

STUDY_INTERVALS = ("exact", "wilson")


def study_intervals(events, totals, *, method: str = "exact", level: float = 0.95):
    """Return each trial's confidence limits.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
    method : {"exact", "wilson"}
        Clopper-Pearson (covers at least `level`) or Wilson's score interval
        (covers `level` on average).
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray, shape (k,)
        Proportions from 0 to 1.

    Raises
    ------
    InputError
        If the counts or the method cannot be used.
    """
    if method not in STUDY_INTERVALS:
        raise InputError(f"method is {method!r}; allowed: {one_of(STUDY_INTERVALS)}.")
    events, totals = check_counts(events, totals)
    limits = [
        stats.binomtest(int(x), int(n)).proportion_ci(level, method=method)
        for x, n in zip(events, totals, strict=True)
    ]
    return np.array([i.low for i in limits]), np.array([i.high for i in limits])
