"""The numbers that the orders of treatment are made of, each with its source."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.proportions.transforms import SCALES


@dataclass(frozen=True, eq=False)
class Quantity:
    """One uncertain number.

    Attributes
    ----------
    name : str
    label : str
        What it is, in words.
    value : float
        The value of the base case.
    quantile : callable
        From shares (0 to 1) to values: the uncertainty, as a quantile function.
    unit : str
        "share", "months", "per month" (shown as a yearly rate) or "a month".
    kind : {"published", "recomputed", "calibrated", "assumed"}
        Where the base value comes from.
    spread : {"sampling", "spread of trials", "by hand"}
        Where the range comes from.
    source : str
    """

    name: str
    label: str
    value: float
    quantile: Callable[[np.ndarray], np.ndarray] = field(repr=False)
    unit: str
    kind: str
    spread: str
    source: str

    @property
    def low(self) -> float:
        """The 2.5 % quantile."""
        return float(self.quantile(np.array(0.025)))

    @property
    def high(self) -> float:
        """The 97.5 % quantile."""
        return float(self.quantile(np.array(0.975)))


def from_counts(events: int, totals: int) -> Callable:
    """Uncertainty of a share known from counts: Beta with Jeffreys' prior."""
    return stats.beta(events + 0.5, totals - events + 0.5).ppf


def between(low: float, mode: float, high: float) -> Callable:
    """Triangular uncertainty; the ends are where nothing lies beyond."""
    if not low <= mode <= high:
        raise InputError(f"{low:g}, {mode:g} and {high:g} do not rise.")
    if low == high:
        return lambda share: np.full(np.shape(share), float(mode))
    return stats.triang((mode - low) / (high - low), loc=low, scale=high - low).ppf


def evenly(low: float, high: float) -> Callable:
    """Uniform uncertainty: no value in the range is likelier than another."""
    if not low <= high:
        raise InputError(f"{low:g} and {high:g} do not rise.")
    return lambda share: low + (high - low) * np.asarray(share, dtype=float)


def around(value: float, lowest: float, highest: float, *, width: float = 0.2):
    """Return a range about a value, `width` to either side but not beyond its ends.

    Returns
    -------
    tuple of float
        Lowest, likeliest and highest.
    """
    return (max(lowest, value - width), value, min(highest, value + width))


def from_pool(pooled, *, new_trial: bool = False) -> Callable:
    """Uncertainty of a pooled proportion, on the scale on which it was pooled.

    Normal, or t with k-1 degrees of freedom for a Hartung-Knapp interval, so that the
    95 % of it are the pool's own limits.

    Parameters
    ----------
    pooled : PooledProportion
    new_trial : bool
        The true share in a new trial (t with k-2 degrees of freedom and tau2 added,
        which needs three trials), not the average.
    """
    if pooled.transform == "glmm":
        backward, n = SCALES["logit"].backward, float("nan")
    else:
        backward, n = SCALES[pooled.transform].backward, pooled.back_transform_n
    if new_trial and not np.isfinite(pooled.prediction_lower):
        raise InputError("A new trial's share needs random effects and at least three trials.")

    def quantile(share):
        if new_trial:
            spread = np.sqrt(pooled.tau2 + pooled.se**2)
            at = pooled.effect + spread * stats.t.ppf(share, pooled.k - 2)
        else:
            wald = pooled.ci == "wald"
            deviate = stats.norm.ppf(share) if wald else stats.t.ppf(share, pooled.k - 1)
            at = pooled.effect + pooled.se * deviate
        return backward(at, n)

    return quantile


def from_log(estimate: float, se: float) -> Callable:
    """Uncertainty of a ratio: normal on the log scale."""
    return lambda share: np.exp(estimate + se * stats.norm.ppf(share))


def number(claim_id: str, field_name: str = "value") -> float:
    """Return a claim's printed number."""
    return float(getattr(get_claim(claim_id), field_name))
