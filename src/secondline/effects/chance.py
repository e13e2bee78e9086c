"""Subgroups of virtual trials in which the treatment works alike for everyone."""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from secondline.effects.algebra import PRINTED_LEVEL, quantile, standard_error_from_events
from secondline.errors import InputError


@dataclass(frozen=True, eq=False)
class SubgroupChance:
    """What subgroups show by chance alone.

    Attributes
    ----------
    hazard_ratios : ndarray, shape (n_trials, n_subgroups)
        Estimates in virtual trials; each row sorted from the most favourable up.
    standard_error : float
        Of the log hazard ratio of one subgroup.
    events : float
        In one subgroup.
    any_not_significant, any_reversed, any_harmful, different : float
        Share of the trials with at least one subgroup without significance, with an
        estimate on the other side of 1, and significant on the other side; and with a
        significant test of heterogeneity.
    exact_not_significant, exact_reversed : float
        The first two from the normal distribution, without simulation.
    level : float
    """

    hazard_ratios: np.ndarray
    standard_error: float
    events: float
    any_not_significant: float
    any_reversed: float
    any_harmful: float
    different: float
    exact_not_significant: float
    exact_reversed: float
    level: float


def subgroups_by_chance(
    n_subgroups: int,
    subgroup_size: int,
    true_hazard_ratio: float,
    *,
    event_share: float = 0.7,
    level: float = PRINTED_LEVEL,
    n_trials: int = 4000,
    seed: int = 1,
) -> SubgroupChance:
    """Estimate one true hazard ratio in the subgroups of many virtual trials.

    Log hazard ratios are drawn from a normal distribution with the variance 4 over the
    number of events, as for two arms of equal size. Subgroups share no patient.

    Parameters
    ----------
    n_subgroups : int
        2 or more.
    subgroup_size : int
        Patients in a subgroup, both arms together.
    true_hazard_ratio : float
        The same in all subgroups, above 0.
    event_share : float
        Share of the patients with an event, above 0, at most 1.
    level : float
        A subgroup is significant if an interval of this coverage leaves out 1.
    n_trials : int
    seed : int

    Raises
    ------
    InputError
        If an argument is out of range.
    """
    if not (n_subgroups >= 2 and n_trials >= 1):
        raise InputError(
            f"n_subgroups is {n_subgroups} and n_trials {n_trials}; they must be at least 2 and 1."
        )
    if not (0 < event_share <= 1 and true_hazard_ratio > 0):
        raise InputError(
            f"event_share is {event_share!r} and true_hazard_ratio {true_hazard_ratio!r}; both "
            "must be above 0, and the share at most 1."
        )
    events = subgroup_size * event_share
    error = standard_error_from_events(events)
    truth, critical = log(true_hazard_ratio), quantile(level)
    draws = np.random.default_rng(seed).normal(truth, error, (n_trials, n_subgroups))
    # effects are counted towards the side on which the truth lies
    side = 1.0 if truth > 0 else -1.0
    z = side * draws / error
    q = ((draws - draws.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / error**2
    shift = side * truth / error

    def at_least_one(chance):
        return float(1 - (1 - chance) ** n_subgroups)

    return SubgroupChance(
        hazard_ratios=np.exp(np.sort(side * draws, axis=1)[:, ::-1] * side),
        standard_error=error,
        events=events,
        any_not_significant=float((z < critical).any(axis=1).mean()),
        any_reversed=float((z < 0).any(axis=1).mean()),
        any_harmful=float((z < -critical).any(axis=1).mean()),
        different=float((chdtrc(n_subgroups - 1, q) < 1 - level).mean()),
        exact_not_significant=at_least_one(ndtr(critical - shift)),
        exact_reversed=at_least_one(ndtr(-shift)),
        level=level,
    )


def size_for_power(
    n_subgroups: int, true_hazard_ratio: float, *, event_share: float, power: float = 0.8,
    level: float = PRINTED_LEVEL,
) -> float:  # fmt: skip
    """Return how many patients each subgroup needs for all to be significant with a power.

    Raises
    ------
    InputError
        If the hazard ratio is 1, or an argument is out of range.
    """
    if not (true_hazard_ratio > 0 and true_hazard_ratio != 1):
        raise InputError(
            f"true_hazard_ratio is {true_hazard_ratio!r}; it must be above 0 and not 1."
        )
    if not (n_subgroups >= 1 and 0 < power < 1 and 0 < event_share <= 1):
        raise InputError("n_subgroups must be 1 or more, power and event_share from 0 to 1.")
    # of independent subgroups, each needs the k-th root of the power
    reach = max(0.0, quantile(level) + float(ndtri(power ** (1 / n_subgroups))))
    return 4 * (reach / abs(log(true_hazard_ratio))) ** 2 / event_share


def typical_extremes(chance: SubgroupChance) -> tuple[float, float]:
    """Return the medians of the most and of the least favourable hazard ratio of a trial."""
    logs = np.log(chance.hazard_ratios)
    return exp(float(np.median(logs[:, 0]))), exp(float(np.median(logs[:, -1])))
