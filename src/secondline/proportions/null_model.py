"""Heterogeneity statistics when there is no heterogeneity."""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES


@dataclass(frozen=True, eq=False)
class NullHeterogeneity:
    """Simulated Q and I2 of trials that share one true proportion.

    Attributes
    ----------
    q, i2 : ndarray, shape (n_sets,)
        Cochran's Q and I2 (percent) of each simulated set.
    df : int
        Number of trials less one, which is Q's expectation.
    """

    q: np.ndarray
    i2: np.ndarray
    df: int

    def share_above(self, i2: float) -> float:
        """Return the share of simulated sets whose I2 exceeds `i2` percent."""
        return float(np.mean(self.i2 > i2))


def simulate_null_heterogeneity(
    totals, probability: float, *, n_sets: int = 20_000, seed: int = 0
) -> NullHeterogeneity:
    """Simulate sets of trials with one true proportion, on the Freeman-Tukey scale.

    Parameters
    ----------
    totals : array_like of int, shape (k,)
        Group sizes, as in the pool in question.
    probability : float
        The proportion that all trials share, between 0 and 1.
    n_sets : int
        Number of simulated sets, at least 1.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    NullHeterogeneity

    Raises
    ------
    InputError
        If the totals, the probability or `n_sets` cannot be used.
    """
    if not 0 <= probability <= 1:
        raise InputError(f"probability is {probability!r}; it must lie between 0 and 1.")
    if n_sets < 1:
        raise InputError(f"n_sets is {n_sets!r}; at least 1 is needed.")
    _, totals = check_counts(np.zeros(len(totals)), totals, minimum=2)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    events = generator.binomial(totals.astype(int), probability, size=(n_sets, len(totals)))
    effect, variance = SCALES["freeman-tukey"].forward(events, totals)
    weights = 1 / variance
    mean = np.sum(weights * effect, axis=1, keepdims=True) / np.sum(weights)
    q = np.sum(weights * (effect - mean) ** 2, axis=1)
    df = len(totals) - 1
    i2 = 100 * np.maximum(0, 1 - df / np.maximum(q, 1e-300))
    return NullHeterogeneity(q=q, i2=i2, df=df)
