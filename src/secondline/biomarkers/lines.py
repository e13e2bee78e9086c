"""A marker over lines of therapy: several groups of different patients, compared by ranks."""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import pandas as pd
from scipy import stats

from secondline.claims import get_claim
from secondline.cohort import signature_column
from secondline.effects import printed_range, z_from_p
from secondline.errors import InputError
from secondline.proportions import holm

BEFORE, AFTER = "before first line", "after first line"
THIRD = "third line, other trial"
LINE_MARKERS = {
    "is21": "IS21",
    **{signature_column(name): name for name in ("B cells", "T cells", "B7-H3")},
}
# name, P value, patients of the first and of the second group
PRINTED = (
    ("IS21: second line", "tme-is21-1l-2l-p", "tme-fig5-e-1l-n", "tme-fig5-e-2l-n", "lower"),
    ("IS21: third line", "tme-is21-1l-3l-p", "tme-fig5-e-1l-n", "tme-fig5-e-3l-n", "lower"),
    ("B cells: after first line", "tme-bcell-ges-before-after-p", "tme-fig5-f-diagnosis-n",
     "tme-fig5-f-after-n", "lower"),
    ("T cells: after first line", "tme-tcell-ges-before-after-p", "tme-fig5-g-diagnosis-n",
     "tme-fig5-g-after-n", "lower"),
    ("B7-H3: after first line", "tme-b7h3-before-after-p", "tme-fig5-h-diagnosis-n",
     "tme-fig5-h-after-n", "higher"),
)  # fmt: skip


@dataclass(frozen=True)
class RankShift:
    """What P and the sizes of two groups say of how far apart they lie.

    Attributes
    ----------
    name : str
    p : str
        As printed.
    first, second : int
        Patients.
    share : float
        Chance that a patient of the first group lies higher than one of the second.
    shift : float
        Second less first, in standard deviations, if both are normal with one spread.
    low, high : float
        Limits of the shift for the digits of P that were rounded away, by size.
    """

    name: str
    p: str
    first: int
    second: int
    share: float
    shift: float
    low: float
    high: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return limits of the shift, with the standard error that P implies."""
        reach = stats.norm.ppf((1 + level) / 2) * abs(self.shift) / z_from_p(float(self.p))
        return float(self.shift - reach), float(self.shift + reach)


@dataclass(frozen=True)
class RankTrend:
    """The test of Jonckheere and Terpstra.

    Attributes
    ----------
    statistic : float
        Pairs from two groups of which the later group's patient lies higher; ties are halves.
    expected, variance : float
        If no group differs.
    z, p : float
        By normal approximation with ties and without correction; two-sided.
    """

    statistic: float
    expected: float
    variance: float
    z: float
    p: float


@dataclass(frozen=True)
class LinePair:
    """Two groups compared by ranks.

    Attributes
    ----------
    first, second : str
    share, lower, upper : float
        Chance that a patient of the first group lies higher than one of the second.
    shift : float
        Median of all differences, second less first, in the marker's own units.
    p, holm : float
        Wilcoxon's rank sum test, and after Holm's correction for the pairs.
    """

    first: str
    second: str
    share: float
    lower: float
    upper: float
    shift: float
    p: float
    holm: float


@dataclass(frozen=True, eq=False)
class LineComparison:
    """A marker in the groups of several lines.

    Attributes
    ----------
    marker : str
    groups : dict of str to ndarray
    kruskal_p : float
    trend : RankTrend
    pairs : tuple of LinePair
    level : float
    """

    marker: str
    groups: dict[str, np.ndarray] = field(repr=False)
    kruskal_p: float
    trend: RankTrend
    pairs: tuple[LinePair, ...]
    level: float


def shift_from_p(p: float, first: int, second: int) -> tuple[float, float]:
    """Return the chance and the shift, both by size, that a rank sum test's P implies.

    The normal approximation without ties gives the share of pairs; for two normal groups
    with one spread, a share s is a shift of sqrt(2) times the normal quantile of s.

    Parameters
    ----------
    p : float
        Two-sided.
    first, second : int

    Raises
    ------
    InputError
        If P is so small that no order of so many patients gives it, or a group is empty.
    """
    if min(first, second) < 1:
        raise InputError("A group is empty; it takes at least 1 patient in each.")
    away = z_from_p(p) * sqrt((first + second + 1) / (12 * first * second))
    if away >= 0.5:
        raise InputError(
            f"P = {p:g} cannot come from {first} and {second} patients: even if every one of the "
            "one group lies above all of the other, it is larger."
        )
    return 0.5 + away, float(sqrt(2) * stats.norm.ppf(0.5 + away))


def printed_shifts() -> tuple[RankShift, ...]:
    """Return what each printed P value over lines implies."""
    found = []
    for name, p_claim, first_claim, second_claim, side in PRINTED:
        p, first, second = (
            get_claim(p_claim).p, int(get_claim(first_claim).n), int(get_claim(second_claim).n)
        )  # fmt: skip
        sign = -1 if side == "lower" else 1
        share, shift = shift_from_p(float(p), first, second)
        smallest, largest = (shift_from_p(end, first, second)[1] for end in printed_range(p)[::-1])
        found.append(RankShift(
            name, p, first, second, share if sign < 0 else 1 - share, sign * shift, smallest,
            largest,
        ))  # fmt: skip
    return tuple(found)


def implied_between(one: RankShift, other: RankShift) -> tuple[float, float]:
    """Return shift and P between two later groups that were each held against one first group.

    Other less one. If all three are normal with one spread, shifts add up.
    """
    shift = other.shift - one.shift
    share = stats.norm.cdf(abs(shift) / sqrt(2))
    n, m = one.second, other.second
    z = (share - 0.5) / sqrt((n + m + 1) / (12 * n * m))
    return shift, float(2 * stats.norm.sf(z))


def jonckheere(groups) -> RankTrend:
    """Test whether values rise or fall over ordered groups.

    Jonckheere, Biometrika 1954;41:133; variance with ties as in Hollander, Wolfe and
    Chicken, Nonparametric Statistical Methods. Of two groups it is Wilcoxon's rank sum test.

    Parameters
    ----------
    groups : sequence of array-like
        In order.

    Raises
    ------
    InputError
        If there are fewer than two groups with patients.
    """
    parts = [np.asarray(g, dtype=float) for g in groups if len(g)]
    if len(parts) < 2:
        raise InputError(f"Groups with patients: {len(parts)}; a trend takes at least 2.")
    statistic = 0.0
    for j, later in enumerate(parts):
        for earlier in parts[:j]:
            both = stats.rankdata(np.concatenate([earlier, later]))
            statistic += both[len(earlier) :].sum() - len(later) * (len(later) + 1) / 2
    sizes = np.array([len(g) for g in parts], dtype=float)
    ties = np.unique(np.concatenate(parts), return_counts=True)[1].astype(float)
    n = sizes.sum()
    expected = (n**2 - (sizes**2).sum()) / 4
    variance = _trend_variance(n, sizes, ties)
    z = (statistic - expected) / sqrt(variance) if variance > 0 else np.nan
    p = 2 * stats.norm.sf(abs(z))
    return RankTrend(float(statistic), float(expected), float(variance), float(z), float(p))


def compare_pair(first, second, *, level: float = 0.95) -> tuple[float, float, float, float, float]:
    """Compare two groups by ranks.

    Returns
    -------
    tuple of float
        Chance that one of the first lies higher (ties count half) with limits, by DeLong's
        variance on the logit scale; median of all differences, second less first; P of
        Wilcoxon's rank sum test by normal approximation with ties and without correction.
        Limits are nan where the groups do not overlap, or one has a single patient.
    """
    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    above = np.sign(x[:, None] - y[None, :]) / 2 + 0.5
    share = float(above.mean())
    lower = upper = np.nan
    if min(len(x), len(y)) > 1 and 0 < share < 1:
        variance = above.mean(1).var(ddof=1) / len(x) + above.mean(0).var(ddof=1) / len(y)
        reach = stats.norm.ppf((1 + level) / 2) * sqrt(variance) / (share * (1 - share))
        logit = np.log(share / (1 - share))
        lower, upper = (float(1 / (1 + np.exp(-end))) for end in (logit - reach, logit + reach))
    shift = float(np.median(y[None, :] - x[:, None]))
    return share, lower, upper, shift, _rank_sum_p(x, y)


def line_groups(patients: pd.DataFrame, marker: str, later: pd.DataFrame | None = None):
    """Return a marker's values by the line at which the biopsy was taken.

    Parameters
    ----------
    patients : DataFrame
    marker : str
    later : DataFrame, optional
        From :func:`secondline.cohort.read_third_line`; used where it holds the marker.

    Returns
    -------
    dict of str to ndarray
        Lines without a value are left out.

    Raises
    ------
    InputError
        If the marker is not one of :data:`LINE_MARKERS`.
    """
    if marker not in LINE_MARKERS:
        raise InputError(f"marker is {marker!r}; allowed: {', '.join(map(repr, LINE_MARKERS))}.")
    values = patients[marker].astype(float)
    groups = {line: values[(patients["biopsy"] == line) & values.notna()].to_numpy()
              for line in (BEFORE, AFTER)}  # fmt: skip
    if later is not None and marker in later:
        groups[THIRD] = later[marker].dropna().to_numpy(dtype=float)
    return {line: group for line, group in groups.items() if len(group)}


def compare_lines(groups, marker: str = "", *, level: float = 0.95) -> LineComparison | None:
    """Compare all groups at once, along their order, and in pairs; None with fewer than two."""
    if len(groups) < 2:
        return None
    names, parts = list(groups), list(groups.values())
    together = np.concatenate(parts)
    kruskal = float(stats.kruskal(*parts).pvalue) if len(np.unique(together)) > 1 else np.nan
    compared = [
        (names[i], names[j], *compare_pair(parts[i], parts[j], level=level))
        for i in range(len(parts)) for j in range(i + 1, len(parts))
    ]  # fmt: skip
    adjusted = holm([row[-1] for row in compared])
    pairs = tuple(LinePair(*row, float(q)) for row, q in zip(compared, adjusted, strict=True))
    return LineComparison(marker, dict(groups), kruskal, jonckheere(parts), pairs, level)


def _trend_variance(n: float, sizes: np.ndarray, ties: np.ndarray) -> float:
    def first(k):
        return (k * (k - 1) * (2 * k + 5)).sum()

    def second(k):
        return (k * (k - 1) * (k - 2)).sum()

    def third(k):
        return (k * (k - 1)).sum()

    every = np.array([n])
    variance = (first(every) - first(sizes) - first(ties)) / 72
    if n > 2:
        variance += second(sizes) * second(ties) / (36 * n * (n - 1) * (n - 2))
    return variance + third(sizes) * third(ties) / (8 * n * (n - 1))


def _rank_sum_p(x, y) -> float:
    if len(np.unique(np.concatenate([x, y]))) < 2:
        return np.nan
    return float(stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=False).pvalue)
