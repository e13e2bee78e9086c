"""Compare two simulated orders of treatment."""

from dataclasses import dataclass, field

import numpy as np

from secondline.errors import InputError
from secondline.sequencing.sampler import SimulatedSequences


@dataclass(frozen=True, eq=False)
class Comparison:
    """Difference in mean months alive between two orders, over draws of the parameters.

    Attributes
    ----------
    difference : ndarray, shape (draws,)
        Months of the first less months of the second, drawn in about their mean so that
        their spread is that of the parameters, without the sampling noise of a finite
        number of patients.
    mean, lower, upper : float
        Mean over the draws, and the limits that hold the middle 95 % of them; the
        limits are NaN with one draw.
    probability : float
        Share of the draws in which the first is ahead.
    monte_carlo_se : float
        Standard error of `mean` from sampling a finite number of draws and patients.
    noise_share : float
        Part of the variance of the sampled differences that is sampling noise, as the
        two halves of the patients tell it; NaN with one patient a draw.
    perfect_information : float
        Months that an average patient would gain if every number of the model were
        known before the order is chosen: the mean over the draws of the better order,
        less the better of the two means.
    """

    difference: np.ndarray = field(repr=False)
    mean: float
    lower: float
    upper: float
    probability: float
    monte_carlo_se: float
    noise_share: float
    perfect_information: float


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
        If the horizons, the numbers of patients, or the draws differ.

    Notes
    -----
    The noise is estimated from the difference between two halves of the patients, a
    quarter of whose squared value is on average the variance of their mean. The
    differences are then drawn in by the square root of what is left of the variance.
    """
    if first.horizon != second.horizon or len(first.mean_time) != len(second.mean_time):
        raise InputError(
            f"The two differ in horizon ({first.horizon:g} and {second.horizon:g} months) or in "
            f"draws ({len(first.mean_time)} and {len(second.mean_time)})."
        )
    if first.parameters != second.parameters:
        raise InputError("The two were built from different values; draw them once for both.")
    if first.patients != second.patients:
        raise InputError(
            f"The two have {first.patients:,} and {second.patients:,} patients a draw; give both "
            "the same number."
        )
    sampled = first.months(*first.alive) - second.months(*second.alive)
    halves = first.halves - second.halves
    noise = float(np.mean((halves[:, 0] - halves[:, 1]) ** 2) / 4)
    mean, draws = float(sampled.mean()), len(sampled)
    if draws == 1:
        nan = float("nan")
        ahead = float(mean > 0)
        return Comparison(sampled, mean, nan, nan, ahead, float(np.sqrt(noise)), nan, 0.0)
    spread = float(np.var(sampled, ddof=1))
    share = float(np.minimum(1.0, noise / spread)) if spread > 0 else 0.0
    kept = 1.0 if np.isnan(share) else np.sqrt(1 - share)
    difference = mean + (sampled - mean) * kept
    lower, upper = np.quantile(difference, [0.025, 0.975])
    return Comparison(
        difference=difference,
        mean=mean,
        lower=float(lower),
        upper=float(upper),
        probability=float(np.mean(difference > 0)),
        monte_carlo_se=float(np.sqrt(spread / draws)),
        noise_share=share,
        perfect_information=float(np.mean(np.maximum(difference, 0)) - max(mean, 0.0)),
    )
