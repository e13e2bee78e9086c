"""Two biopsies of one patient against biopsies of different people: power and numbers."""

import numpy as np
from scipy import stats
from scipy.special import ndtr

from secondline.biomarkers.selection import study_p
from secondline.errors import InputError

NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)


def power_apart(shift: float, sizes, *, alpha: float = 0.05) -> float:
    """Return the power of a two-sample t test, two-sided, for a shift in standard deviations."""
    n, m = sizes
    return _t_power(shift * np.sqrt(n * m / (n + m)), n + m - 2, alpha)


def power_paired(shift: float, pairs: int, correlation: float, *, alpha: float = 0.05) -> float:
    """Return the power of a paired t test, two-sided.

    Parameters
    ----------
    shift : float
        In standard deviations of the values.
    pairs : int
        2 or more.
    correlation : float
        Of the two values of a patient, below 1.
    """
    if pairs < 2 or not -1 <= correlation < 1:
        raise InputError(
            f"pairs is {pairs!r} and correlation {correlation!r}; there must be 2 pairs or more, "
            "and the correlation must lie from -1 to below 1."
        )
    return _t_power(shift * np.sqrt(pairs / (2 * (1 - correlation))), pairs - 1, alpha)


def pairs_needed(
    shift: float, correlation: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Return the fewest pairs with which a paired t test has the power."""
    if shift == 0:
        raise InputError("shift is 0; no number of pairs finds a shift of 0.")
    high = 4
    while power_paired(shift, high, correlation, alpha=alpha) < power:
        high *= 2
    low = 1
    while high - low > 1:
        middle = (low + high) // 2
        enough = power_paired(shift, middle, correlation, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def pairs_worth(sizes, correlation: float) -> float:
    """Return how many pairs give a mean difference as exact as two groups of different people."""
    n, m = sizes
    return 2 * (1 - correlation) * n * m / (n + m)


def simulated_power(
    shift: float,
    sizes,
    pairs: int,
    correlation: float,
    *,
    draws: int,
    seed: int,
    alpha: float = 0.05,
) -> tuple[float, float]:
    """Return the power of the rank sum test apart, and of the signed rank test on pairs.

    Both by simulation with normal values; rank tests need a few more patients than t tests.
    """
    rng = np.random.default_rng(seed)
    apart, _ = study_p(rng.standard_normal(200_000), rng.standard_normal(200_000) + shift, sizes,
                       draws=draws, seed=seed)  # fmt: skip
    change = shift + np.sqrt(2 * (1 - correlation)) * rng.standard_normal((draws, pairs))
    ranks = np.abs(change).argsort(axis=1).argsort(axis=1) + 1
    score = (ranks * np.sign(change)).sum(axis=1)
    z = score / np.sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 6)
    return float((apart < alpha).mean()), float((2 * stats.norm.sf(np.abs(z)) < alpha).mean())


def _t_power(centre: float, df: int, alpha: float) -> float:
    """Return the power of a two-sided t test by integration over the estimated spread.

    The library's own noncentral t has no value far out.
    """
    limit = stats.t.ppf(1 - alpha / 2, df)
    low, high = stats.chi2.ppf(1e-14, df), stats.chi2.isf(1e-14, df)
    least, most = np.sqrt(low / df), np.sqrt(high / df)
    middle, half = (most + least) / 2, (most - least) / 2
    spread = middle + half * NODES
    density = 2 * df * spread * stats.chi2.pdf(df * spread**2, df)
    beyond = ndtr(centre - limit * spread) + ndtr(-centre - limit * spread)
    return min(1.0, float(half * (WEIGHTS * density * beyond).sum()))
