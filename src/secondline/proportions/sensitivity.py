"""How far a pool rests on single trials."""

import numpy as np

from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import PooledProportion, pool


def leave_one_out(events, totals, **settings) -> list[PooledProportion]:
    """Pool without each trial in turn.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3, since two trials must be left.
    **settings
        As for :func:`pool`.

    Returns
    -------
    list of PooledProportion
        The i-th is the pool without the i-th trial.

    Raises
    ------
    InputError
        If there are fewer than three trials, or as :func:`pool` does.
    """
    events, totals = check_counts(events, totals)
    if len(events) < 3:
        raise InputError(f"Leaving one trial out needs at least 3, but there are {len(events)}.")
    keep = ~np.eye(len(events), dtype=bool)
    return [pool(events[rest], totals[rest], **settings) for rest in keep]
