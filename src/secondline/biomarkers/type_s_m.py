"""What significance does to an estimate: how often it is reached, its sign, and its size.

Type S is a wrong sign and type M a wrong magnitude among estimates that are significant
(Gelman and Carlin, Perspect Psychol Sci 2014;9:641).
"""

from dataclasses import dataclass
from math import exp, isfinite, log

import numpy as np
from scipy import stats

from secondline.effects import smallest_ratio, standard_error_from_events
from secondline.errors import InputError
from secondline.trials.sequential import check_alpha


@dataclass(frozen=True)
class DesignErrors:
    """What a test of one true hazard ratio does with so many events.

    Attributes
    ----------
    hazard_ratio : float
        The true one.
    events, share, alpha : float
        Events; share of the patients in the first group; two-sided limit of P.
    power : float
        Chance of a P below `alpha`, with either sign.
    wrong_sign : float
        Share of the significant estimates that lie on the other side of 1 (type S).
    exaggeration : float
        Mean size of the significant log hazard ratios over the true one's (type M).
    """

    hazard_ratio: float
    events: float
    share: float
    alpha: float
    power: float
    wrong_sign: float
    exaggeration: float

    @property
    def typical(self) -> float:
        """The hazard ratio that a significant estimate has on average (of its logarithm's size)."""
        return exp(self.exaggeration * log(self.hazard_ratio))


def design_errors(
    hazard_ratio: float, events: float, *, share: float = 0.5, alpha: float = 0.05
) -> DesignErrors:
    """Return power, type S and type M error of a log hazard ratio that is taken as normal.

    Parameters
    ----------
    hazard_ratio, share, alpha
        As for :func:`secondline.trials.schoenfeld_events`.
    events : float
        Above 0.

    Raises
    ------
    InputError
        If a number cannot be used.

    Notes
    -----
    With the estimate over its standard error distributed as N(d, 1) and the limit c, the
    mean size of those beyond the limit is
    ``d (F(d - c) - F(-d - c)) + f(c - d) + f(c + d)``, over the power.
    Lu, Qiu and Deng, Br J Math Stat Psychol 2019;72:1.
    """
    if not (hazard_ratio > 0 and isfinite(hazard_ratio) and hazard_ratio != 1):
        raise InputError(f"hazard_ratio is {hazard_ratio!r}; it must be above 0 and not 1.")
    check_alpha(alpha)
    d = abs(log(hazard_ratio)) / standard_error_from_events(events, share)
    c = stats.norm.isf(alpha / 2)
    right, wrong = stats.norm.sf(c - d), stats.norm.cdf(-c - d)
    power = right + wrong
    size = d * (right - wrong) + stats.norm.pdf(c - d) + stats.norm.pdf(c + d)
    return DesignErrors(
        hazard_ratio, events, share, alpha, float(power), float(wrong / power),
        float(size / (power * d)),
    )  # fmt: skip


def observed_errors(
    log_hazard_ratio, p, hazard_ratio: float, *, alpha: float = 0.05
) -> tuple[float, float, float]:
    """Count power, wrong signs and exaggeration in estimates of one true hazard ratio.

    Parameters
    ----------
    log_hazard_ratio, p : array-like, shape (trials,)
        Trials without an estimate (nan) count as not significant.
    hazard_ratio : float
        The true one, not 1.

    Returns
    -------
    tuple of float
        Power, wrong_sign, exaggeration; the last two nan if none is significant.
    """
    estimate, p = np.asarray(log_hazard_ratio, dtype=float), np.asarray(p, dtype=float)
    truth = log(hazard_ratio)
    kept = estimate[np.isfinite(estimate) & (p < alpha)]
    if not len(kept):
        return 0.0, float("nan"), float("nan")
    return (
        len(kept) / len(estimate),
        float(np.mean(np.sign(kept) != np.sign(truth))),
        float(np.abs(kept).mean() / abs(truth)),
    )


def smallest_effect(
    events: float, *, share: float = 0.5, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Return the hazard ratio below 1, nearest to 1, that so many events find with a power.

    Schoenfeld, Biometrics 1983;39:499; nan without events or with one group empty.
    """
    if not (events > 0 and 0 < share < 1):
        return float("nan")
    return smallest_ratio(standard_error_from_events(events, share), power, alpha)
