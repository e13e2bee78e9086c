"""Q and I2 of simulated trials, whose true rates are alike or scatter."""

from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES


@dataclass(frozen=True, eq=False)
class SimulatedHeterogeneity:
    """Q and I2 of simulated sets of trials.

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


def simulate_heterogeneity(
    totals, probability: float, *, spread: float = 0.0, n_sets: int = 20_000, seed: int = 0
) -> SimulatedHeterogeneity:
    """Simulate sets of trials and their heterogeneity on the Freeman-Tukey scale.

    Parameters
    ----------
    totals : array_like of int, shape (k,)
        Group sizes, as in the pool in question.
    probability : float
        The mean of the trials' true proportions, between 0 and 1.
    spread : float
        Standard deviation of the true proportions, which follow a beta
        distribution; 0 gives all trials the same one.
    n_sets : int
        Number of simulated sets, at least 1.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    SimulatedHeterogeneity

    Raises
    ------
    InputError
        If the totals, the probability, the spread or `n_sets` cannot be used.
    """
    if not 0 <= probability <= 1:
        raise InputError(f"probability is {probability!r}; it must lie between 0 and 1.")
    if n_sets < 1:
        raise InputError(f"n_sets is {n_sets!r}; at least 1 is needed.")
    _, totals = check_counts(np.zeros(len(totals)), totals, minimum=2)
    largest = float(np.sqrt(probability * (1 - probability)))
    if not (spread == 0 or 0 < spread < largest):
        raise InputError(
            f"spread is {spread!r}; with a mean of {probability:g} it must lie from 0 to "
            f"below {largest:.3f}."
        )
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    rates = probability
    if spread > 0:
        size = probability * (1 - probability) / spread**2 - 1
        shape = (n_sets, len(totals))
        rates = generator.beta(probability * size, (1 - probability) * size, size=shape)
    events = generator.binomial(totals.astype(int), rates, size=(n_sets, len(totals)))
    effect, variance = SCALES["freeman-tukey"].forward(events, totals)
    weights = 1 / variance
    mean = np.sum(weights * effect, axis=1, keepdims=True) / np.sum(weights)
    q = np.sum(weights * (effect - mean) ** 2, axis=1)
    df = len(totals) - 1
    i2 = 100 * np.maximum(0, 1 - df / np.maximum(q, 1e-300))
    return SimulatedHeterogeneity(q=q, i2=i2, df=df)
