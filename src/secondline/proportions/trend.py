"""Response over several groups: trend with an order, homogeneity without.

The exact tests hold all margins fixed: the group sizes and the total number of
events. Given them, the events spread over the groups as a multivariate
hypergeometric, whatever the common rate.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from scipy import stats

from secondline.errors import InputError
from secondline.proportions.inputs import check_counts

# larger conditional distributions are left to the asymptotic tests
LARGEST_STATES = 20_000_000
LARGEST_TABLES = 3_000_000
# probabilities that differ by rounding only count as equal, as in R's fisher.test
RELATIVE = 1e-7


@dataclass(frozen=True)
class TrendTest:
    """Cochran-Armitage test for a trend over ordered groups.

    Attributes
    ----------
    scores : tuple of float
    statistic : float
        Chi-squared with one degree of freedom.
    direction : int
        1 if the share rises with the score, -1 if it falls, 0 if neither.
    p_asymptotic : float
        Two-sided, from the chi-squared distribution.
    p_exact : float
        Two-sided, conditional on the margins: the probability of a score sum at
        least as far from its expectation. NaN where there are too many states.
    p_increasing, p_decreasing : float
        One-sided and exact, both with the observed value.

    All P values are NaN where nobody or everybody has the event.
    """

    scores: tuple[float, ...]
    statistic: float
    direction: int
    p_asymptotic: float
    p_exact: float
    p_increasing: float
    p_decreasing: float


@dataclass(frozen=True)
class HomogeneityTest:
    """Tests of one common rate in all groups.

    Attributes
    ----------
    p_exact : float
        Fisher-Freeman-Halton: the probability of all tables that are no more
        likely than the one observed. NaN where there are too many tables.
    chi2, df, p_asymptotic : float, int, float
        Pearson's chi-squared.
    smallest_expected : float
        Smallest expected cell count; below 5 the asymptotic P is a rough guide.
    """

    p_exact: float
    chi2: float
    df: int
    p_asymptotic: float
    smallest_expected: float


def trend_test(events, totals, scores=None) -> TrendTest:
    """Test for a trend in proportions over ordered groups.

    Parameters
    ----------
    events, totals : array_like of int, shape (g,)
        g >= 2.
    scores : array_like of float, shape (g,), optional
        What orders the groups; 1, 2, ... if not given. Only their relative
        distances matter.

    Returns
    -------
    TrendTest

    Raises
    ------
    InputError
        If counts or scores cannot be used, or all scores are the same.

    Notes
    -----
    Cochran (Biometrics 1954;10:417) and Armitage (Biometrics 1955;11:375). The
    statistic is that of R's ``prop.trend.test``. The exact distribution of the
    score sum is built group by group by convolution.

    Examples
    --------
    >>> test = trend_test([6, 7, 11, 5], [29, 11, 13, 6])
    >>> f"{test.statistic:.2f} {test.p_exact:.1e}"
    '17.52 2.2e-05'
    """
    events, totals = _groups(events, totals)
    scores = _scores(scores, len(events))
    n, x = totals.sum(), events.sum()
    share = x / n
    centred = scores - np.sum(totals * scores) / n
    spread = share * (1 - share) * np.sum(totals * centred**2)
    away = float(np.sum(centred * events))
    given = tuple(float(s) for s in scores)
    if x in (0, n):
        return TrendTest(given, 0.0, 0, *[float("nan")] * 4)
    statistic = away**2 / spread
    increasing, decreasing, both = _exact_trend(events, totals, scores)
    near = abs(away) <= 1e-9 * np.max(np.abs(centred)) * n
    return TrendTest(
        scores=given,
        statistic=float(statistic),
        direction=0 if near else int(np.sign(away)),
        p_asymptotic=float(stats.chi2.sf(statistic, 1)),
        p_exact=both,
        p_increasing=increasing,
        p_decreasing=decreasing,
    )


def homogeneity_test(events, totals) -> HomogeneityTest:
    """Test whether all groups share one rate.

    Parameters
    ----------
    events, totals : array_like of int, shape (g,)
        g >= 2.

    Returns
    -------
    HomogeneityTest

    Raises
    ------
    InputError
        If the counts cannot be used.

    Notes
    -----
    Freeman and Halton (Biometrika 1951;38:141), by enumeration of every table
    with the observed margins; for two groups this is Fisher's exact test. (For
    more groups ``scipy.stats.fisher_exact`` draws tables at random.)
    """
    events, totals = _groups(events, totals)
    n, x = totals.sum(), events.sum()
    df = len(events) - 1
    if x in (0, n):
        return HomogeneityTest(float("nan"), 0.0, df, float("nan"), 0.0)
    expected = totals * x / n
    others = totals - expected
    chi2 = float(np.sum((events - expected) ** 2 * (1 / expected + 1 / others)))
    return HomogeneityTest(
        p_exact=_freeman_halton(events.astype(int), totals.astype(int)),
        chi2=chi2,
        df=df,
        p_asymptotic=float(stats.chi2.sf(chi2, df)),
        smallest_expected=float(min(expected.min(), others.min())),
    )


def _groups(events, totals):
    if len(np.atleast_1d(events)) < 2:
        raise InputError("A comparison of groups needs at least 2 groups.")
    return check_counts(events, totals)


def _scores(scores, count) -> np.ndarray:
    if scores is None:
        return np.arange(1.0, count + 1)
    scores = np.asarray(scores, dtype=float)
    if scores.shape != (count,) or not np.isfinite(scores).all():
        raise InputError(f"scores must be {count} finite numbers, one for each group.")
    if np.ptp(scores) == 0:
        raise InputError("All scores are the same; a trend needs groups that differ in score.")
    return scores


def _exact_trend(events, totals, scores):
    """Return the one-sided (up, down) and two-sided exact P values."""
    steps = _whole_steps(scores)
    totals, events = totals.astype(int), events.astype(int)
    x, n = int(events.sum()), int(totals.sum())
    # the fewer of events and non-events make the smaller table
    if 2 * x > n:
        events = totals - events
        x = n - x
        up, down, both = _score_sum(events, totals, steps, x, n)
        return down, up, both
    return _score_sum(events, totals, steps, x, n)


def _score_sum(events, totals, steps, x, n):
    width = int(sum(s * min(size, x) for s, size in zip(steps, totals, strict=True))) + 1
    if (x + 1) * width > LARGEST_STATES:
        return (float("nan"),) * 3
    # binomials with one rate, given their sum, are the hypergeometric
    share = x / n
    table = np.zeros((x + 1, width))
    table[0, 0] = 1.0
    for step, size in zip(steps, totals, strict=True):
        most = min(size, x)
        chance = stats.binom.pmf(np.arange(most + 1), size, share)
        grown = np.zeros_like(table)
        for j in range(most + 1):
            shift = j * step
            grown[j:, shift:] += chance[j] * table[: x + 1 - j, : width - shift]
        table = grown
    chances = table[x] / table[x].sum()
    observed = int(sum(s * e for s, e in zip(steps, events, strict=True)))
    sums = np.arange(width)
    # distances from the expectation in whole numbers: n times the score sum
    centre = x * int(sum(s * size for s, size in zip(steps, totals, strict=True)))
    far = np.abs(n * sums - centre) >= abs(n * observed - centre)
    return (
        min(1.0, float(chances[sums >= observed].sum())),
        min(1.0, float(chances[sums <= observed].sum())),
        min(1.0, float(chances[far].sum())),
    )


def _whole_steps(scores) -> list[int]:
    """Return the scores as whole numbers from 0 with the same relative distances."""
    exact = [Fraction(str(float(s))) for s in scores]
    below = [s - min(exact) for s in exact]
    scale = lcm(*(s.denominator for s in below))
    whole = [int(s * scale) for s in below]
    return [w // gcd(*whole) for w in whole]


def _freeman_halton(events, totals) -> float:
    x = int(events.sum())
    sizes = np.minimum(totals, x) + 1
    # the last group takes what is left, so it needs no loop
    order = np.argsort(sizes)
    events, totals, sizes = events[order], totals[order], sizes[order]
    if np.prod(sizes[:-1].astype(float)) > LARGEST_TABLES:
        return float("nan")
    left, logs = np.array([x]), np.array([0.0])
    for size in totals[:-1]:
        counts = np.arange(min(size, x) + 1)
        left = (left[:, None] - counts).ravel()
        logs = (logs[:, None] + _log_choose(size, counts)).ravel()
        keep = left >= 0
        left, logs = left[keep], logs[keep]
    keep = left <= totals[-1]
    left, logs = left[keep], logs[keep]
    logs = logs + _log_choose(totals[-1], left)
    chances = np.exp(logs - logs.max())
    mine = np.exp(sum(_log_choose(n, e) for n, e in zip(totals, events, strict=True)) - logs.max())
    total = chances.sum()
    return min(1.0, float(chances[chances <= mine * (1 + RELATIVE)].sum() / total))


def _log_choose(n, k):
    from scipy.special import gammaln

    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
