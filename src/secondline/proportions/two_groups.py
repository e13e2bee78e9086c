"""Two groups: what their difference is, and what their sizes could have shown."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.checks import check_level
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.single import study_intervals


@dataclass(frozen=True)
class TwoGroups:
    """The comparison of two proportions.

    Attributes
    ----------
    events1, totals1, events2, totals2 : int
    difference : float
        Proportion in group 1 less that in group 2.
    lower, upper : float
        Newcombe's interval of the difference.
    p : float
        Fisher's exact test, two-sided.
    level : float
    """

    events1: int
    totals1: int
    events2: int
    totals2: int
    difference: float
    lower: float
    upper: float
    p: float
    level: float


def compare_two(events1, totals1, events2, totals2, *, level: float = 0.95) -> TwoGroups:
    """Compare two independent proportions.

    Parameters
    ----------
    events1, totals1, events2, totals2 : int
    level : float

    Returns
    -------
    TwoGroups

    Raises
    ------
    InputError
        If the counts or the level cannot be used.

    Notes
    -----
    Newcombe's square-and-add interval, method 10 (Stat Med 1998;17:873): Wilson's
    limits of each proportion, combined. It behaves well in small groups and at 0
    and 1.

    Examples
    --------
    >>> two = compare_two(3, 12, 3, 18)
    >>> f"{two.difference:.3f} ({two.lower:.3f} to {two.upper:.3f}), P = {two.p:.2f}"
    '0.083 (-0.194 to 0.386), P = 0.66'
    """
    check_level(level)
    events, totals = check_counts([events1, events2], [totals1, totals2])
    low, high = study_intervals(events, totals, method="wilson", level=level)
    p1, p2 = events / totals
    difference = p1 - p2
    table = [[int(e), int(n - e)] for e, n in zip(events, totals, strict=True)]
    return TwoGroups(
        events1=int(events[0]),
        totals1=int(totals[0]),
        events2=int(events[1]),
        totals2=int(totals[1]),
        difference=float(difference),
        lower=float(difference - np.hypot(p1 - low[0], high[1] - p2)),
        upper=float(difference + np.hypot(high[0] - p1, p2 - low[1])),
        p=float(stats.fisher_exact(table).pvalue),
        level=level,
    )


def fisher_power(p1: float, n1: int, p2: float, n2: int, *, alpha: float = 0.05) -> float:
    """Return the exact power of Fisher's two-sided test.

    Parameters
    ----------
    p1, p2 : float
        True proportions of the two groups.
    n1, n2 : int
        Group sizes, at most 500 each.
    alpha : float
        The test rejects at P <= alpha.

    Returns
    -------
    float
        The probability of rejection, summed over every pair of counts.

    Raises
    ------
    InputError
        If a proportion or a size cannot be used.
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1):
        raise InputError(f"p1 and p2 are {p1!r} and {p2!r}; both must lie between 0 and 1.")
    if not (1 <= n1 <= 500 and 1 <= n2 <= 500):
        raise InputError(f"n1 and n2 are {n1!r} and {n2!r}; both must lie from 1 to 500.")
    rejected = 0.0
    chance1 = stats.binom.pmf(np.arange(n1 + 1), n1, p1)
    chance2 = stats.binom.pmf(np.arange(n2 + 1), n2, p2)
    for total in range(n1 + n2 + 1):
        x1 = np.arange(max(0, total - n2), min(n1, total) + 1)
        given = stats.hypergeom.pmf(x1, n1 + n2, total, n1)
        # the P value of each table with this total, as in Fisher's two-sided test
        p = np.array([given[given <= g * (1 + 1e-7)].sum() for g in given])
        rejected += float(np.sum((chance1[x1] * chance2[total - x1])[p <= alpha]))
    return rejected
