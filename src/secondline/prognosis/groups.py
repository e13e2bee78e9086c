"""The groups of primary refractory disease that the review prints, and what their sizes tell."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy import stats

from secondline.checks import check_between, check_choice, check_level
from secondline.claims import get_claim
from secondline.errors import InputError, one_of
from secondline.intervals import counts_from_percentage, whole_number
from secondline.proportions import TwoGroups, compare_two, fisher_power, study_intervals

COHORTS = ("MER", "LEO", "both")
# name, and how the claims of the review call it
GROUPS = {"progression": "ppd", "partial response": "pr", "early relapse": "early"}
PAIRS = (
    ("progression", "partial response"),
    ("progression", "early relapse"),
    ("partial response", "early relapse"),
)
SOURCES = ("review", "abstract")
# two-year survival in percent, in the order of GROUPS, from the abstract of the study: Bock et
# al., Blood Advances 2024;8:3402. The review prints one share a group and no cohort.
ABSTRACT = {"MER": ("15", "38", "44"), "LEO": ("31", "50", "58")}
# the exact test is summed over all tables; beyond it the normal one is near enough
LARGEST_EXACT = 500


@dataclass(frozen=True)
class Group:
    """A group of patients and its share alive at two years.

    Attributes
    ----------
    name : str
    n : int
        Patients in the cohort that the share is taken to be of.
    alive : int
        The count that the printed percentage stands for, the nearest if several do.
    share, lower, upper : float
        Wilson's interval, as if every patient had been followed for two years.
    """

    name: str
    n: int
    alive: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Comparison:
    """Two groups of one cohort, compared at two years.

    Attributes
    ----------
    first, second : str
    two : TwoGroups
        The second's share less the first's; Fisher's test.
    power : float
        Chance that Fisher's test at 5 % finds the printed difference, were it the truth.
    needed : int
        Patients in each group that would find it with the wanted power.
    """

    first: str
    second: str
    two: TwoGroups
    power: float
    needed: int


def group_counts(cohort: str) -> dict[str, int]:
    """Return how many patients each group has, by name.

    Parameters
    ----------
    cohort : {"MER", "LEO", "both"}

    Raises
    ------
    InputError
        If there is no such cohort.
    """
    if cohort not in COHORTS:
        raise InputError(f"cohort is {cohort!r}; allowed: {one_of(COHORTS)}.")
    named = ("MER", "LEO") if cohort == "both" else (cohort,)
    return {
        name: sum(whole_number(get_claim(f"prr-bock-{c.lower()}-{short}-n").value) for c in named)
        for name, short in GROUPS.items()
    }


def groups(cohort: str, *, level: float = 0.95, source: str = "review") -> tuple[Group, ...]:
    """Return the groups with printed shares alive, taken as those of a cohort.

    The review prints one share for each group and does not say of which cohort it is, nor
    how many were followed for two years. So the intervals are the narrowest that can be.

    Parameters
    ----------
    cohort : {"MER", "LEO", "both"}
    level : float
    source : {"review", "abstract"}
        The review's shares, whatever the cohort; or each cohort's own, from the abstract of
        the study. "both" then adds up the patients of the two.

    Raises
    ------
    InputError
        If there is no such cohort or source, or the level is none.
    """
    check_choice("source", source, SOURCES)
    check_level(level)
    found = []
    for place, (name, n) in enumerate(group_counts(cohort).items()):
        if source == "review":
            alive = _nearest_count(get_claim(f"prr-bock-os2-{GROUPS[name]}").value, n)
        else:
            named = ABSTRACT if cohort == "both" else (cohort,)
            alive = sum(_nearest_count(ABSTRACT[c][place], group_counts(c)[name]) for c in named)
        lower, upper = study_intervals([alive], [n], method="wilson", level=level)
        found.append(Group(name, n, alive, alive / n, float(lower[0]), float(upper[0])))
    return tuple(found)


def comparisons(
    cohort: str, *, level: float = 0.95, power: float = 0.8, source: str = "review"
) -> tuple[Comparison, ...]:
    """Compare the groups of a cohort, two at a time, in the order of :data:`PAIRS`.

    Parameters
    ----------
    cohort : {"MER", "LEO", "both"}
    level : float
    power : float
        Wanted, for the number of patients needed.
    source : {"review", "abstract"}
        See :func:`groups`. The true shares that power supposes are the review's as it prints
        them, or the abstract's as counts.

    Raises
    ------
    InputError
        If there is no such cohort or source, or a number cannot be.
    """
    by_name = {group.name: group for group in groups(cohort, level=level, source=source)}
    found = []
    for first, second in PAIRS:
        a, b = by_name[first], by_name[second]
        two = compare_two(b.alive, b.n, a.alive, a.n, level=level)
        p1, p2 = a.share, b.share
        if source == "review":
            p1, p2 = (float(get_claim(f"prr-bock-os2-{GROUPS[x]}").value) / 100
                      for x in (first, second))  # fmt: skip
        found.append(Comparison(
            first, second, two, fisher_power(p1, a.n, p2, b.n), patients_needed(p1, p2, power),
        ))  # fmt: skip
    return tuple(found)


def _nearest_count(printed: str, n: int) -> int:
    """Return the count that a printed percentage stands for, the nearest if several do."""
    near = float(printed) * n / 100
    return min(counts_from_percentage(printed, n) or (round(near),),
               key=lambda count: abs(count - near))  # fmt: skip


def patients_needed(p1: float, p2: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return how many patients a group tell two shares apart, by the arcsine formula.

    Cohen, Statistical power analysis for the behavioral sciences, 1988, section 6.4; through
    statsmodels.

    Raises
    ------
    InputError
        If the shares are alike, or a number does not lie between 0 and 1.
    """
    from statsmodels.stats.power import NormalIndPower
    from statsmodels.stats.proportion import proportion_effectsize

    check_between(0, 1, p1=p1, p2=p2, power=power, alpha=alpha)
    if not power > alpha:
        raise InputError(f"power is {power!r}; it must lie above alpha, {alpha!r}.")
    if p1 == p2:
        raise InputError(f"p1 and p2 are both {p1!r}; no number of patients tells them apart.")
    effect, test = abs(proportion_effectsize(p1, p2)), NormalIndPower()
    # double until there are enough, then halve the gap
    too_few, enough = 0, 1
    while test.power(effect, enough, alpha) < power:
        too_few, enough = enough, 2 * enough
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if test.power(effect, middle, alpha) < power:
            too_few = middle
        else:
            enough = middle
    return enough


def mix_test() -> tuple[float, float]:
    """Test whether MER and LEO have the same mix of groups: chi-squared and P, 2 df."""
    counts = [list(group_counts(cohort).values()) for cohort in ("MER", "LEO")]
    result = stats.chi2_contingency(np.array(counts), correction=False)
    return float(result.statistic), float(result.pvalue)


def patients_for_significance(p1: float, p2: float, alpha: float = 0.05) -> int:
    """Return how many patients an arm make two observed shares differ significantly (z test).

    Raises
    ------
    InputError
        If the shares are alike, or a number does not lie between 0 and 1.
    """
    check_between(0, 1, p1=p1, p2=p2, alpha=alpha)
    if p1 == p2:
        raise InputError(f"p1 and p2 are both {p1!r}; no number of patients tells them apart.")
    mean = (p1 + p2) / 2
    return ceil(stats.norm.isf(alpha / 2) ** 2 * 2 * mean * (1 - mean) / (p1 - p2) ** 2)
