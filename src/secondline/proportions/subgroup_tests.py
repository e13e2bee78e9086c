"""What subgroups of one trial show: tests, multiplicity, and what chance alone does."""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError
from secondline.intervals import counts_from_percentage
from secondline.proportions.inputs import check_counts
from secondline.proportions.trend import homogeneity_test, trend_test
from secondline.subgroups import Grouping

# an open last span is closed at this many times its first day
OPEN_SPAN = 2.0


@dataclass(frozen=True)
class GroupingTest:
    """The tests of one grouping.

    Attributes
    ----------
    grouping : Grouping
    main : str
        Which test answers for the grouping: "trend" where the groups have an
        order, else "homogeneity".
    p : float
        The exact P of that test (two-sided); the asymptotic one where the exact
        one is out of reach; NaN where a count is unknown or there is nothing to
        test.
    adjusted : float
        The same after Holm's correction for all groupings tested together.
    homogeneity : HomogeneityTest or None
    trends : dict of str to TrendTest
        By the kind of score: "ranks", and "days" where every span is known.
    """

    grouping: Grouping
    main: str
    p: float
    adjusted: float
    homogeneity: object
    trends: dict

    @property
    def is_exact(self) -> bool:
        """Whether `p` is an exact P value."""
        test = self.trends.get("ranks") if self.main == "trend" else self.homogeneity
        return test is not None and bool(np.isfinite(test.p_exact))


@dataclass(frozen=True, eq=False)
class ChanceSpread:
    """How far apart groups of the same true rate come to lie.

    Attributes
    ----------
    observed : float
        Highest less lowest share, from 0 to 1.
    simulated : ndarray, shape (n_sets,)
    """

    observed: float
    simulated: np.ndarray

    @property
    def median(self) -> float:
        """The spread that half of the simulated sets exceed."""
        return float(np.median(self.simulated))

    @property
    def share_as_wide(self) -> float:
        """The share of sets with a spread at least as wide as the observed one."""
        return float(np.mean(self.simulated >= self.observed - 1e-12))


def span_scores(grouping: Grouping) -> np.ndarray | None:
    """Return the middle day of each group's span, or None where a span is unknown.

    An open last span is closed at :data:`OPEN_SPAN` times its first day.
    """
    lower = np.array([g.lower_day for g in grouping.groups])
    upper = np.array([g.upper_day for g in grouping.groups])
    if len(upper) and np.isnan(upper[-1]):
        upper[-1] = OPEN_SPAN * lower[-1]
    middle = (lower + upper) / 2
    return middle if np.isfinite(middle).all() and np.ptp(middle) > 0 else None


def analyse_groupings(groupings) -> list[GroupingTest]:
    """Test every grouping once, and correct for having tested them all.

    Parameters
    ----------
    groupings : sequence of Grouping

    Returns
    -------
    list of GroupingTest
        One for each grouping, in the same order.
    """
    raw = []
    for grouping in groupings:
        homogeneity, trends = None, {}
        main = "trend" if grouping.ordered else "homogeneity"
        p = float("nan")
        if grouping.complete:
            counts = grouping.events, grouping.totals
            homogeneity = homogeneity_test(*counts)
            if grouping.ordered:
                trends["ranks"] = trend_test(*counts)
                days = span_scores(grouping)
                if days is not None:
                    trends["days"] = trend_test(*counts, days)
            result = trends.get("ranks", homogeneity)
            p = result.p_asymptotic if np.isnan(result.p_exact) else result.p_exact
        raw.append((grouping, main, p, homogeneity, trends))
    adjusted = holm([p for _, _, p, _, _ in raw])
    return [
        GroupingTest(grouping, main, p, float(holmed), homogeneity, trends)
        for (grouping, main, p, homogeneity, trends), holmed in zip(raw, adjusted, strict=True)
    ]


def holm(p) -> np.ndarray:
    """Return P values after Holm's step-down correction; NaN stays out of the count.

    Notes
    -----
    Holm, Scandinavian Journal of Statistics 1979;6:65.
    """
    p = np.asarray(p, dtype=float)
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * factors))
    return adjusted


def spread_by_chance(events, totals, *, n_sets: int = 20_000, seed: int = 0) -> ChanceSpread:
    """Deal the observed events out at random, and see how far apart the groups lie.

    Parameters
    ----------
    events, totals : array_like of int, shape (g,)
        g >= 2.
    n_sets : int
    seed : int

    Returns
    -------
    ChanceSpread

    Raises
    ------
    InputError
        If the counts cannot be used or there are fewer than two groups.
    """
    events, totals = check_counts(events, totals)
    if len(events) < 2:
        raise InputError("A spread needs at least 2 groups.")
    if n_sets < 1:
        raise InputError(f"n_sets is {n_sets!r}; at least 1 is needed.")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    dealt = generator.multivariate_hypergeometric(
        totals.astype(int), int(events.sum()), size=n_sets
    )
    return ChanceSpread(
        observed=float(np.ptp(events / totals)), simulated=np.ptp(dealt / totals, axis=1)
    )


def possible_shares(printed: str, largest: int) -> list[tuple[int, int]]:
    """Return every count and size up to `largest` that would be printed as a percentage.

    Parameters
    ----------
    printed : str
        Without its sign, with its trailing zeros.
    largest : int
        Largest group size to try.

    Returns
    -------
    list of (count, size)
        By size.
    """
    return [(x, n) for n in range(1, largest + 1) for x in counts_from_percentage(printed, n)]
