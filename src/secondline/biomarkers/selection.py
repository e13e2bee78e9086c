"""Who is biopsied at the next line: differences between lines that no tumour went through.

Values are in standard deviations of all tumours at diagnosis. At each line the chance to be
cured follows the value by a logistic curve; those who are not cured reach the next line.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit

from secondline.errors import InputError

LINES = 3
GRID = np.linspace(-8, 8, 3201)
LARGEST_ODDS_RATIO = 1e4
# first and later group: at which line a value is taken, and which line its patients reached
CONTRASTS = {
    "all at diagnosis to relapses": ((0, 0), (1, 1)),
    "ZUMA-7: first to second line": ((0, 1), (1, 1)),
    "first line to another trial's third": ((0, 1), (2, 2)),
    "second line to another trial's third": ((1, 1), (2, 2)),
}


@dataclass(frozen=True, eq=False)
class Histories:
    """Simulated patients.

    Attributes
    ----------
    values : ndarray, shape (n, 3)
        A tumour's value at each line, also where the patient does not reach it.
    reached : ndarray of bool, shape (n, 3)
        Whether the patient comes to need treatment at a line.
    chances : ndarray, shape (n, 3)
        Of a cure, had the treatment of the first line met the tumour as it is at each line.
    """

    values: np.ndarray = field(repr=False)
    reached: np.ndarray = field(repr=False)
    chances: np.ndarray = field(repr=False)

    def group(self, at: int, needs: int) -> np.ndarray:
        """Return the values at one line of those who reach another (both from 0)."""
        return self.values[self.reached[:, needs], at]


def line_histories(
    n: int, *, odds_ratio: float, cured, change: float = 0.0, correlation: float = 1.0,
    seed: int = 0,
) -> Histories:  # fmt: skip
    """Simulate tumours over three lines.

    Parameters
    ----------
    n : int
        Patients at diagnosis, 100 or more.
    odds_ratio : float
        Of a cure, for one standard deviation more; above 0.
    cured : sequence of float
        Share cured at the first and at the second line, of those treated there.
    change : float
        What every tumour gains from one line to the next.
    correlation : float
        Of a tumour's values at two neighbouring lines, from 0 to 1. With 1 a tumour keeps its
        place among all; with less it moves at random, towards the middle on average.
    seed : int

    Returns
    -------
    Histories

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    first, second = _check(odds_ratio, cured)
    if n < 100 or not 0 <= correlation <= 1 or not np.isfinite(change):
        raise InputError(
            f"n is {n!r} and correlation {correlation!r}; there must be 100 patients or more, and "
            "the correlation must lie from 0 to 1."
        )
    rng = np.random.default_rng(seed)
    place = np.empty((n, LINES))
    place[:, 0] = rng.standard_normal(n)
    for k in range(1, LINES):
        own = rng.standard_normal(n)
        place[:, k] = correlation * place[:, k - 1] + np.sqrt(1 - correlation**2) * own
    values = place + change * np.arange(LINES)
    reached, chances = np.ones((n, LINES), dtype=bool), np.empty((n, LINES))
    slope = np.log(odds_ratio)
    luck = rng.uniform(size=(n, LINES - 1))
    starts = []
    for k, share in enumerate((first, second)):
        here = values[reached[:, k], k]
        starts.append(_intercept(slope, here, np.ones(len(here)), share))
        cure = luck[:, k] < expit(starts[k] + slope * values[:, k])
        reached[:, k + 1] = reached[:, k] & ~cure
    for k in range(LINES):
        chances[:, k] = expit(starts[0] + slope * values[:, k])
    return Histories(values, reached, chances)


def line_differences(patients: Histories) -> dict[str, float]:
    """Return the later group's mean less the first group's, over their pooled spread."""
    found = {}
    for name, (one, other) in CONTRASTS.items():
        first, later = patients.group(*one), patients.group(*other)
        found[name] = _apart((first.mean(), first.std()), (later.mean(), later.std()))
    return found


def within_patients(patients: Histories) -> float:
    """Return the mean change from first to second line in those who reach the second."""
    return float((patients.group(1, 1) - patients.group(0, 1)).mean())


def study_p(
    first_pool, later_pool, sizes, *, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw studies of different patients, and compare the two groups of each by ranks.

    Parameters
    ----------
    first_pool, later_pool : ndarray
        Values to draw from.
    sizes : (int, int)
    draws : int
    seed : int

    Returns
    -------
    p, share : ndarray, shape (draws,)
        Two-sided P of Wilcoxon's rank sum test; share of pairs in which the later is lower.
    """
    rng = np.random.default_rng(seed)
    n, m = sizes
    values = np.concatenate(
        [rng.choice(first_pool, (draws, n)), rng.choice(later_pool, (draws, m))], axis=1
    )
    ranks = values.argsort(axis=1).argsort(axis=1) + 1
    share = (ranks[:, :n].sum(axis=1) - n * (n + 1) / 2) / (n * m)
    z = (share - 0.5) / np.sqrt((n + m + 1) / (12 * n * m))
    return 2 * stats.norm.sf(np.abs(z)), share


def line_worlds(
    *, odds_ratio: float, cured, change: float, correlation: float, sizes, draws: int, seed: int,
    alpha: float = 0.05, population: int = 100_000,
) -> pd.DataFrame:  # fmt: skip
    """Show what studies of a printed size would see in worlds with and without change.

    Parameters
    ----------
    odds_ratio, cured, change, correlation
        As :func:`line_histories`.
    sizes : (int, int, int)
        Biopsies at the first, second and third line.
    draws, seed : int
    alpha : float
    population : int
        Patients from whom the studies are drawn.

    Returns
    -------
    DataFrame
        One row a world and contrast: world, contrast; within (mean change of the patients
        with both lines, nan but for neighbouring lines); shown (difference between the
        groups); found (share of studies with P below alpha); lower (of those found, the share
        in which the later group is the lower).
    """
    made = {
        "no change, cures select": (odds_ratio, 0.0, 1.0),
        "random moves, cures select": (odds_ratio, 0.0, correlation),
        "change, no selection": (1.0, change, correlation),
        "change, cures select": (odds_ratio, change, correlation),
        "change, cures select the other way": (1 / odds_ratio, change, correlation),
    }
    rows = []
    for i, (world, (ratio, step, stay)) in enumerate(made.items()):
        patients = line_histories(population, odds_ratio=ratio, cured=cured, change=step,
                             correlation=stay, seed=seed + i)  # fmt: skip
        shown = line_differences(patients)
        for j, (name, (one, other)) in enumerate(CONTRASTS.items()):
            p, share = study_p(patients.group(*one), patients.group(*other),
                               (sizes[one[0]], sizes[other[0]]), draws=draws,
                               seed=seed + 10 * (i + 1) + j)  # fmt: skip
            hit = p < alpha
            lower = float((share[hit] > 0.5).mean()) if hit.any() else np.nan
            within = within_patients(patients) if (one[0], other[0]) == (0, 1) else np.nan
            rows.append((world, name, within, shown[name], float(hit.mean()), lower))
    return pd.DataFrame(rows, columns=["world", "contrast", "within", "shown", "found", "lower"])


def left_by_line(patients: Histories) -> pd.DataFrame:
    """Return, by line, who is left, and what one treatment would do at that line.

    Returns
    -------
    DataFrame
        line; share (of all, who reach it); mean and spread of their values; chance (their
        mean chance of a cure if the treatment of the first line were given at this one).
    """
    rows = []
    for k in range(LINES):
        here = patients.reached[:, k]
        own = patients.values[here, k]
        rows.append((k + 1, float(here.mean()), float(own.mean()), float(own.std()),
                     float(patients.chances[here, k].mean())))  # fmt: skip
    return pd.DataFrame(rows, columns=["line", "share", "mean", "spread", "chance"])


def selected_moments(odds_ratio: float, cured) -> tuple[tuple[float, float], ...]:
    """Return mean and spread of a value that never changes, among those who reach each line.

    By numerical integration: the check of the simulation, and the way to the curves.

    Parameters
    ----------
    odds_ratio : float
    cured : sequence of float
        At the first and at the second line.
    """
    shares = _check(odds_ratio, cured)
    weights = stats.norm.pdf(GRID)
    slope, found = np.log(odds_ratio), [_moments(weights)]
    for share in shares:
        chance = expit(_intercept(slope, GRID, weights, share) + slope * GRID)
        weights = weights * (1 - chance)
        found.append(_moments(weights))
    return tuple(found)


def shown_by_cure(odds_ratio: float, cured, *, third: bool = False) -> float:
    """Return the difference that cures alone make, over the groups' pooled spread.

    Parameters
    ----------
    odds_ratio : float
    cured : sequence of float
    third : bool
        False: from all at diagnosis to those who relapse. True: from those who relapsed
        after the first line to those who did so after the second.
    """
    moments = selected_moments(odds_ratio, cured)
    return _apart(*moments[1:]) if third else _apart(*moments[:2])


def most_by_cure(cured, *, third: bool = False) -> float:
    """Return the largest difference that cures can make, whatever the odds ratio.

    Cures of all the highest tumours, and of no others, cut a normal value off above its
    quantile. From second to third line a milder selection can make more: where many are cured
    at first line and few at second, the sharpest one leaves the second cures little to take.
    """
    first, second = _check(1.0, cured)
    relapsed = _cut_off(1 - first)
    if not third:
        return _apart((0.0, 1.0), relapsed)
    sharpest = _apart(relapsed, _cut_off((1 - first) * (1 - second)))
    return min(sharpest, shown_by_cure(_strongest(cured, third=True), cured, third=True))


def needed_by_cure(shift: float, cured, *, third: bool = False) -> float:
    """Return the least odds ratio of a cure for one standard deviation that makes a difference.

    nan where no odds ratio does: so few are cured that no selection by cures is strong
    enough, or the difference goes up.
    """
    if not most_by_cure(cured, third=third) < shift <= 0:
        return np.nan

    def missing(log_ratio):
        return shown_by_cure(np.exp(log_ratio), cured, third=third) - shift

    top = np.log(_strongest(cured, third=third))
    return float(np.exp(brentq(missing, 0, top))) if missing(top) < 0 else np.nan


def shown_by_availability(odds_ratio: float, share: float) -> float:
    """Return the difference that arises if the value decides which of two biopsies there is.

    All patients are of one kind. The odds to have the first biopsy, and not the later one, are
    multiplied by `odds_ratio` for one standard deviation.

    Parameters
    ----------
    odds_ratio : float
    share : float
        Of patients with the first biopsy.

    Returns
    -------
    float
        Later less first, over the pooled spread within the groups: near -log(odds ratio).
    """
    _check(odds_ratio, (share, 0.5))
    slope, weights = np.log(odds_ratio), stats.norm.pdf(GRID)
    chance = expit(_intercept(slope, GRID, weights, share) + slope * GRID)
    first, later = _moments(weights * chance), _moments(weights * (1 - chance))
    return (later[0] - first[0]) / np.sqrt(share * first[1] ** 2 + (1 - share) * later[1] ** 2)


def needed_by_availability(shift: float, share: float) -> float:
    """Return the odds ratio of having the first biopsy that makes a whole difference."""
    def missing(log_ratio):
        return shown_by_availability(np.exp(log_ratio), share) - shift

    return float(np.exp(brentq(missing, -4, 4)))


def _strongest(cured, *, third: bool) -> float:
    """Return the odds ratio, up to the largest, by which cures make the largest difference."""
    if not third:
        return LARGEST_ODDS_RATIO
    top = np.log(LARGEST_ODDS_RATIO)
    found = minimize_scalar(
        lambda log_ratio: shown_by_cure(np.exp(log_ratio), cured, third=True),
        bounds=(0, top), method="bounded",
    )  # fmt: skip
    return float(np.exp(found.x))


def _apart(first, later) -> float:
    """Return the later mean less the first, over the pooled spread."""
    return float((later[0] - first[0]) / np.sqrt((first[1] ** 2 + later[1] ** 2) / 2))


def _cut_off(left: float) -> tuple[float, float]:
    """Return mean and spread of a standard normal value of which the lowest share is left."""
    cut = stats.norm.ppf(left)
    mean = -stats.norm.pdf(cut) / left
    return float(mean), float(np.sqrt(1 + cut * mean - mean**2))


def _moments(weights) -> tuple[float, float]:
    total = weights.sum()
    mean = (weights * GRID).sum() / total
    return float(mean), float(np.sqrt((weights * (GRID - mean) ** 2).sum() / total))


def _intercept(slope, values, weights, share) -> float:
    """Return where the logistic curve has to start so that a share of all is above."""
    if slope == 0:
        return float(np.log(share / (1 - share)))
    if len(values) > GRID.size:
        # the curve over a large sample is that over its quantiles, up to far below chance
        values = np.quantile(values, (np.arange(2000) + 0.5) / 2000)
        weights = np.ones(2000)
    total = weights.sum()
    reach = 40 + 10 * abs(slope)
    return float(brentq(
        lambda a: (weights * expit(a + slope * values)).sum() / total - share, -reach, reach
    ))  # fmt: skip


def _check(odds_ratio, cured) -> tuple[float, float]:
    shares = tuple(cured)
    if not (odds_ratio > 0 and np.isfinite(odds_ratio)):
        raise InputError(f"odds_ratio is {odds_ratio!r}; it must be above 0.")
    if len(shares) != 2 or not all(0 < share < 1 for share in shares):
        raise InputError(f"The shares are {shares}; they must be two numbers between 0 and 1.")
    return shares
