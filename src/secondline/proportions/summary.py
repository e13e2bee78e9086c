"""The inverse-variance average of effects that need not come from counts."""

from dataclasses import dataclass, field

import numpy as np

from secondline.proportions.between_study import ESTIMATORS, critical_value, weighted_mean


@dataclass(frozen=True, eq=False)
class Summary:
    """An average on the scale of the effects.

    Attributes
    ----------
    effect, se, lower, upper : float
        NaN limits where there are none (Hartung-Knapp with one trial).
    tau2, q, i2 : float
        i2 in percent.
    df, k : int
    weights : ndarray, shape (k,)
        Shares that add up to 1.
    """

    effect: float
    se: float
    lower: float
    upper: float
    tau2: float
    q: float
    i2: float
    df: int
    k: int
    weights: np.ndarray = field(repr=False)


def summarise(effect, variance, *, method: str, ci: str = "wald", level: float = 0.95) -> Summary:
    """Average effects as :func:`secondline.proportions.pool` does; one effect is its own average.

    Parameters
    ----------
    effect, variance : ndarray, shape (k,)
        k >= 1.
    method, ci, level
        As for :func:`secondline.proportions.pool`, checked by the caller.
    """
    k = len(effect)
    df = k - 1
    tau2 = 0.0 if method == "common" or k == 1 else ESTIMATORS[method](effect, variance)
    mean, weights, q_random = weighted_mean(effect, variance, tau2)
    _, plain, q = weighted_mean(effect, variance)
    se2 = 1 / np.sum(weights)
    critical = critical_value(level)
    if ci != "wald":
        factor = q_random / df if df else float("nan")
        se2 *= max(1.0, factor) if ci == "hksj-conservative" and df else factor
        critical = critical_value(level, df) if df else float("nan")
    se = float(np.sqrt(se2))
    i2 = 0.0
    if k > 1 and method == "common":
        i2 = max(0.0, (q - df) / q) if q > 0 else 0.0
    elif k > 1:
        typical = df / (np.sum(plain) - np.sum(plain**2) / np.sum(plain))
        i2 = tau2 / (tau2 + typical)
    return Summary(
        effect=mean,
        se=se,
        lower=mean - critical * se,
        upper=mean + critical * se,
        tau2=tau2,
        q=q if k > 1 else 0.0,
        i2=100 * float(i2),
        df=df,
        k=k,
        weights=weights / np.sum(weights),
    )
