"""Compare two simulated orders of treatment."""

from dataclasses import dataclass, field

import numpy as np

from secondline.errors import InputError
from secondline.sequencing.sampler import SimulatedSequences


@dataclass(frozen=True, eq=False)
class Comparison:
    """Difference in mean months between two orders, over draws of the parameters.

    Attributes
    ----------
    difference : ndarray, shape (draws,)
        Months of the first less months of the second.
    mean, lower, upper : float
        Mean over the draws, and the limits that hold the middle 95 % of them.
    probability : float
        Share of the draws in which the first is ahead.
    monte_carlo_se : float
        Standard error of `mean` from sampling a finite number of draws and patients.
    noise_share : float
        Part of the variance of `difference` that is sampling noise from the finite
        number of patients a draw, at most (it takes the two orders as independent,
        and they share random numbers).
    """

    difference: np.ndarray = field(repr=False)
    mean: float
    lower: float
    upper: float
    probability: float
    monte_carlo_se: float
    noise_share: float


def compare(first: SimulatedSequences, second: SimulatedSequences) -> Comparison:
    """Compare the mean months alive of two orders, draw by draw.

    Parameters
    ----------
    first, second : SimulatedSequences
        Sampled with the same horizon and the same draws of the parameters.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If the horizons or the numbers of draws differ.
    """
    if first.horizon != second.horizon or len(first.mean_time) != len(second.mean_time):
        raise InputError(
            f"The two differ in horizon ({first.horizon:g} and {second.horizon:g} months) or in "
            f"draws ({len(first.mean_time)} and {len(second.mean_time)})."
        )
    difference = first.months(*first.alive) - second.months(*second.alive)
    draws = len(difference)
    noise = np.mean(first.alive_variance / first.patients + second.alive_variance / second.patients)
    spread = np.var(difference, ddof=1) if draws > 1 else noise
    lower, upper = np.quantile(difference, [0.025, 0.975])
    return Comparison(
        difference=difference,
        mean=float(difference.mean()),
        lower=float(lower),
        upper=float(upper),
        probability=float(np.mean(difference > 0)),
        monte_carlo_se=float(np.sqrt(spread / draws)),
        noise_share=float(min(1.0, noise / spread)) if spread > 0 else 0.0,
    )
