"""Q and I2 of trials whose true rates are alike or scatter: counted out, or simulated."""

from dataclasses import dataclass
from functools import reduce
from math import prod

import numpy as np

from secondline.checks import check_share
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES

CHUNK = 200_000  # simulated sets held at a time
MOST_RESULTS = 5_000_000  # that are counted out


@dataclass(frozen=True, eq=False)
class ExactHeterogeneity:
    """Q and I2 of every result that trials with one true rate can have.

    Attributes
    ----------
    q, i2 : ndarray, shape (n_results,)
        Cochran's Q and I2 (percent) of each result: one number of events in each trial.
    probability : ndarray, shape (n_results,)
        Of each result; they sum to 1.
    df : int
        Number of trials less one, which is about Q's expectation.
    """

    q: np.ndarray
    i2: np.ndarray
    probability: np.ndarray
    df: int

    def share_above(self, i2: float) -> float:
        """Return the probability that I2 exceeds `i2` percent."""
        return float(self.probability[self.i2 > i2].sum())

    def share_reaching(self, i2: float) -> float:
        """Return the probability that I2 is `i2` percent or more, rounding errors aside."""
        return self.share_above(i2 - 1e-9)


def exact_heterogeneity(totals, probability: float) -> ExactHeterogeneity:
    """Count out the heterogeneity of trials with one true rate, on the Freeman-Tukey scale.

    The events of each trial are binomial and independent, so that each result has a
    probability that can be written down. Nothing is drawn at random.

    Parameters
    ----------
    totals : array_like of int, shape (k,)
        Group sizes, as in the pool in question.
    probability : float
        The true proportion of every trial, between 0 and 1.

    Raises
    ------
    InputError
        If the totals or the probability cannot be used, or the results are too many to be
        counted out (:func:`simulate_heterogeneity` takes any number).
    """
    from scipy.stats import binom

    check_share(probability=probability)
    _, totals = check_counts(np.zeros(len(totals)), totals, minimum=2)
    results = prod(int(n) + 1 for n in totals)
    if results > MOST_RESULTS:
        raise InputError(
            f"These totals allow {results:,} results; at most {MOST_RESULTS:,} are counted out. "
            "Simulate them instead."
        )
    counts = [np.arange(n + 1) for n in totals]
    events = np.stack([axis.ravel() for axis in np.meshgrid(*counts, indexing="ij")], axis=1)
    chances = [binom.pmf(x, n, probability) for x, n in zip(counts, totals, strict=True)]
    q = _cochran_q(*SCALES["freeman-tukey"].forward(events, totals))
    df = len(totals) - 1
    return ExactHeterogeneity(
        q=q, i2=_i2(q, df), probability=reduce(np.multiply.outer, chances).ravel(), df=df
    )


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
    check_share(probability=probability)
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
    size = probability * (1 - probability) / spread**2 - 1 if spread > 0 else np.inf
    parts = []
    for sets in _chunks(n_sets):
        rates = probability
        if spread > 0:
            shape = (sets, len(totals))
            rates = generator.beta(probability * size, (1 - probability) * size, size=shape)
        events = generator.binomial(totals.astype(int), rates, size=(sets, len(totals)))
        parts.append(_cochran_q(*SCALES["freeman-tukey"].forward(events, totals)))
    q = np.concatenate(parts)
    df = len(totals) - 1
    return SimulatedHeterogeneity(q=q, i2=_i2(q, df), df=df)


@dataclass(frozen=True, eq=False)
class SimulatedDeletion:
    """I2 of simulated sets of trials, with all of them and without the most extreme one.

    Attributes
    ----------
    i2 : ndarray, shape (n_sets,)
        I2 of each set, in percent.
    i2_without : ndarray, shape (n_sets,)
        The lowest I2 that leaving out one trial of the set gives, in percent.
    """

    i2: np.ndarray
    i2_without: np.ndarray

    def sets_between(self, low: float, high: float) -> int:
        """Return the number of sets whose I2 lies from `low` to `high` percent."""
        return int(np.sum((self.i2 >= low) & (self.i2 <= high)))

    def share_zero(self, low: float, high: float) -> float:
        """Return in what share of those sets one trial less brings I2 to zero; NaN if none."""
        chosen = (self.i2 >= low) & (self.i2 <= high)
        return float(np.mean(self.i2_without[chosen] == 0)) if chosen.any() else float("nan")


def simulate_deletion(
    totals, effect: float, tau2: float, *, n_sets: int = 100_000, seed: int = 0
) -> SimulatedDeletion:
    """Simulate what leaving out the most extreme trial does where no trial is special.

    The true values on the Freeman-Tukey scale come from one normal distribution, as the
    random-effects model has it; each trial's events are binomial.

    Parameters
    ----------
    totals : array_like of int, shape (k,)
        Group sizes, k >= 3.
    effect, tau2 : float
        Mean and variance of the true values on the Freeman-Tukey scale (radians), as
        the attributes of a :class:`PooledProportion`. Values outside 0 to pi/2 are set
        to the nearer end.
    n_sets : int
        Number of simulated sets, at least 1.
    seed : int

    Returns
    -------
    SimulatedDeletion

    Raises
    ------
    InputError
        If there are fewer than three trials, or an argument cannot be used.
    """
    if not 0 <= effect <= np.pi / 2:
        raise InputError(
            f"effect is {effect!r}; on the Freeman-Tukey scale it lies from 0 to pi/2 (1.571)."
        )
    if not 0 <= tau2 < np.inf:
        raise InputError(f"tau2 is {tau2!r}; it must be 0 or more.")
    if n_sets < 1:
        raise InputError(f"n_sets is {n_sets!r}; at least 1 is needed.")
    _, totals = check_counts(np.zeros(len(totals)), totals)
    k = len(totals)
    if k < 3:
        raise InputError(f"Leaving one trial out needs at least 3, but there are {k}.")
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    all_q, least_q = [], []
    for sets in _chunks(n_sets):
        true = effect + np.sqrt(tau2) * generator.standard_normal((sets, k))
        rates = np.sin(np.clip(true, 0, np.pi / 2)) ** 2
        events = generator.binomial(totals.astype(int), rates)
        y, variance = SCALES["freeman-tukey"].forward(events, totals)
        all_q.append(_cochran_q(y, variance))
        without = [
            _cochran_q(np.delete(y, i, axis=1), np.delete(variance, i)) for i in range(k)
        ]
        # every rest has k - 2 degrees of freedom, so the least Q has the least I2
        least_q.append(np.min(without, axis=0))
    return SimulatedDeletion(
        i2=_i2(np.concatenate(all_q), k - 1), i2_without=_i2(np.concatenate(least_q), k - 2)
    )


def _chunks(n_sets: int):
    """Yield numbers of sets that add up to `n_sets` and fit into memory."""
    while n_sets > 0:
        yield min(n_sets, CHUNK)
        n_sets -= CHUNK


def _cochran_q(effect, variance):
    """Return Q of each row of effects, shape (n_sets, k), with common variances (k,)."""
    weights = 1 / variance
    mean = np.sum(weights * effect, axis=1, keepdims=True) / np.sum(weights)
    return np.sum(weights * (effect - mean) ** 2, axis=1)


def _i2(q, df: int):
    return 100 * np.maximum(0, 1 - df / np.maximum(q, 1e-300))
