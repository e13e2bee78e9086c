"""The groups of primary refractory disease that the review prints, and what their sizes tell."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy import stats

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


def groups(cohort: str, *, level: float = 0.95) -> tuple[Group, ...]:
    """Return the groups with the printed shares, taken as those of a cohort.

    The review prints one share for each group and does not say of which cohort it is, nor
    how many were followed for two years. So the intervals are the narrowest that can be.

    Parameters
    ----------
    cohort : {"MER", "LEO", "both"}
    level : float

    Raises
    ------
    InputError
        If there is no such cohort.
    """
    found = []
    for name, n in group_counts(cohort).items():
        printed = get_claim(f"prr-bock-os2-{GROUPS[name]}").value
        near = float(printed) * n / 100
        alive = min(counts_from_percentage(printed, n) or (round(near),),
                    key=lambda count: abs(count - near))  # fmt: skip
        lower, upper = study_intervals([alive], [n], method="wilson", level=level)
        found.append(Group(name, n, alive, alive / n, float(lower[0]), float(upper[0])))
    return tuple(found)


def comparisons(
    cohort: str, *, level: float = 0.95, power: float = 0.8
) -> tuple[Comparison, ...]:
    """Compare the groups of a cohort, two at a time, in the order of :data:`PAIRS`.

    Parameters
    ----------
    cohort : {"MER", "LEO", "both"}
    level : float
    power : float
        Wanted, for the number of patients needed.
    """
    by_name = {group.name: group for group in groups(cohort, level=level)}
    found = []
    for first, second in PAIRS:
        a, b = by_name[first], by_name[second]
        two = compare_two(b.alive, b.n, a.alive, a.n, level=level)
        p1, p2 = (float(get_claim(f"prr-bock-os2-{GROUPS[x]}").value) / 100
                  for x in (first, second))  # fmt: skip
        found.append(Comparison(
            first, second, two, fisher_power(p1, a.n, p2, b.n), patients_needed(p1, p2, power),
        ))  # fmt: skip
    return tuple(found)


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

    for name, value in (("p1", p1), ("p2", p2), ("power", power), ("alpha", alpha)):
        if not 0 < value < 1:
            raise InputError(f"{name} is {value!r}; it must lie between 0 and 1.")
    if p1 == p2:
        raise InputError(f"p1 and p2 are both {p1!r}; no number of patients tells them apart.")
    size = NormalIndPower().solve_power(
        abs(proportion_effectsize(p1, p2)), power=power, alpha=alpha
    )
    return ceil(size)


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
    for name, value in (("p1", p1), ("p2", p2), ("alpha", alpha)):
        if not 0 < value < 1:
            raise InputError(f"{name} is {value!r}; it must lie between 0 and 1.")
    if p1 == p2:
        raise InputError(f"p1 and p2 are both {p1!r}; no number of patients tells them apart.")
    mean = (p1 + p2) / 2
    return ceil(stats.norm.isf(alpha / 2) ** 2 * 2 * mean * (1 - mean) / (p1 - p2) ** 2)
