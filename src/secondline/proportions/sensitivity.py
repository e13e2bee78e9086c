"""How far a pool rests on single trials."""

import numpy as np

from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import PooledProportion, pool


def leave_one_out(events, totals, **settings) -> list[PooledProportion | None]:
    """Pool without each trial in turn.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3, since two trials must be left.
    **settings
        As for :func:`pool`.

    Returns
    -------
    list of PooledProportion or None
        The i-th is the pool without the i-th trial; None where the binomial-normal
        model has no finite estimate for the rest (no other trial has an event, say).

    Raises
    ------
    InputError
        If there are fewer than three trials, or as :func:`pool` does.
    """
    events, totals = check_counts(events, totals)
    if len(events) < 3:
        raise InputError(f"Leaving one trial out needs at least 3, but there are {len(events)}.")
    keep = ~np.eye(len(events), dtype=bool)
    return [_pool_or_none(events[rest], totals[rest], settings) for rest in keep]


def _pool_or_none(events, totals, settings) -> PooledProportion | None:
    try:
        return pool(events, totals, **settings)
    except NoFiniteEstimate:
        return None
