"""How often Egger's test finds a small-study effect that is there."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.checks import check_choice
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES

CHUNK = 200_000  # simulated trials held at a time


@dataclass(frozen=True)
class SmallStudyPower:
    """Results of simulated sets of trials.

    Attributes
    ----------
    k : int
        Trials in a set.
    difference : float
        How much higher the true proportion of the smallest trial is than that of the
        largest.
    power : float
        Share of the sets in which P of Egger's test is below `alpha`; with no
        difference, the rate of false alarms.
    alpha : float
    n_sets : int
    """

    k: int
    difference: float
    power: float
    alpha: float
    n_sets: int


def simulate_egger_power(
    totals,
    probability: float,
    *,
    difference: float,
    k: int | None = None,
    spread: float = 0.0,
    alpha: float = 0.05,
    transform: str = "freeman-tukey",
    n_sets: int = 20_000,
    seed: int = 0,
) -> SmallStudyPower:
    """Simulate sets of trials with a small-study effect, and test each of them.

    The true proportion falls in a straight line with 1/sqrt(n), from half the
    difference above `probability` in the smallest trial to half below in the largest.

    Parameters
    ----------
    totals : array_like of int, shape (m,)
        Group sizes, of at least two values.
    probability : float
        The middle of the true proportions.
    difference : float
        Between the smallest and the largest trial, 0 or more; the true proportions
        must stay between 0 and 1.
    k : int, optional
        Trials in a set, at least 3: the sizes are taken in turn. Default: m.
    spread : float
        Standard deviation of further, unrelated differences between trials (normal,
        cut at 0 and 1).
    alpha : float
        P below which the test counts as positive.
    transform : str
        As for :func:`egger_test`, but not a scale that needs a correction.
    n_sets, seed : int

    Returns
    -------
    SmallStudyPower

    Raises
    ------
    InputError
        If an argument cannot be used.
    """
    check_choice("transform", transform, ("freeman-tukey", "arcsine"))
    _, totals = check_counts(np.zeros(len(totals)), totals, minimum=2)
    k = len(totals) if k is None else k
    if k < 3 or n_sets < 1:
        raise InputError(f"k is {k} and n_sets is {n_sets}; at least 3 and 1 are needed.")
    half = difference / 2
    if difference < 0 or not 0 <= probability - half <= probability + half <= 1:
        raise InputError(
            f"A difference of {difference!r} about a proportion of {probability!r} leaves the "
            "range from 0 to 1; give a smaller one."
        )
    if spread < 0:
        raise InputError(f"spread is {spread!r}; it must be 0 or more.")
    sizes = np.resize(np.sort(totals), k)
    small = 1 / np.sqrt(sizes)
    if np.ptp(small) <= 1e-12:
        raise InputError("All trials have one size, so there is no small-study effect to find.")
    rates = probability + difference * ((small - small.min()) / np.ptp(small) - 0.5)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    _, variance = SCALES[transform].forward(np.zeros(k), sizes)
    x, w = np.sqrt(variance), 1 / variance
    x = x - np.average(x, weights=w)
    found, left = 0, n_sets
    critical = stats.t.isf(alpha / 2, k - 2)
    while left:
        sets = min(left, max(1, CHUNK // k))
        left -= sets
        true = np.broadcast_to(rates, (sets, k))
        if spread > 0:
            true = np.clip(rates + spread * generator.standard_normal((sets, k)), 0, 1)
        events = generator.binomial(sizes.astype(int), true)
        y, _ = SCALES[transform].forward(events, sizes)
        y = y - (y @ w / w.sum())[:, None]
        slope = y @ (w * x) / np.sum(w * x**2)
        scatter = np.sum(w * (y - slope[:, None] * x) ** 2, axis=1) / (k - 2)
        # |t| > critical without a division, so that no scatter is no trouble
        found += int(np.sum(slope**2 * np.sum(w * x**2) > critical**2 * scatter))
    return SmallStudyPower(
        k=k, difference=difference, power=found / n_sets, alpha=alpha, n_sets=n_sets
    )
