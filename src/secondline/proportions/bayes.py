"""A Bayesian pool: the beta-binomial model, integrated on a grid.

events_i ~ Binomial(totals_i, p_i), p_i ~ Beta with mean mu and intraclass correlation
rho (its parameters add up to 1/rho - 1). Priors: beta for mu and for rho. Model:
Young-Xu and Chan, BMC Med Res Methodol 2008;8:58; Skellam, JRSS B 1948;10:257.

The grid is even in logit(mu) and logit(rho), on which the posterior falls off to
nothing at both ends, so that plain sums are exact to many digits.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from secondline.errors import InputError
from secondline.proportions.inputs import check_counts, check_level

PRIOR_MEANS = {
    "uniform": (1.0, 1.0),
    "Jeffreys": (0.5, 0.5),
    # as if 3 of 10 earlier patients had responded
    "sceptical": (3.0, 7.0),
    "enthusiastic": (7.0, 3.0),
}
PRIOR_SPREADS = {
    "any spread": (1.0, 1.0),
    "moderate spread": (1.0, 9.0),
    "little spread": (1.0, 49.0),
}
FALL = 40.0  # the grid ends where the log posterior has fallen by this much
MEANS, SPREADS = 241, 161  # points of the grid
MOST_MEANS = 6001  # where large trials pin the average down
BINS = 200  # of the densities for a plot
NEGLIGIBLE = 1e-7  # cells with less mass than this share of the largest are left out


@dataclass(frozen=True, eq=False)
class BetaBinomial:
    """The posterior of a beta-binomial pool.

    Attributes
    ----------
    estimate, lower, upper : float
        Posterior median and equal-tailed limits of the average proportion mu.
    mean : float
        Its posterior mean.
    rho, rho_lower, rho_upper : float
        The same for the intraclass correlation: 0 where all trials share one
        proportion, 1 where each has 0 or 1. The variance of the trials' proportions
        is rho * mu * (1 - mu).
    new_estimate, new_lower, new_upper : float
        Median and limits of the true proportion in a new trial.
    k, events, patients : int
    prior_mean, prior_spread : tuple of float
        Parameters of the beta priors.
    level : float
    density : DataFrame
        Columns proportion, average, new_trial, prior: densities for a plot.
    rho_density : DataFrame
        Columns rho, posterior, prior.
    """

    estimate: float
    lower: float
    upper: float
    mean: float
    rho: float
    rho_lower: float
    rho_upper: float
    new_estimate: float
    new_lower: float
    new_upper: float
    k: int
    events: int
    patients: int
    prior_mean: tuple[float, float]
    prior_spread: tuple[float, float]
    level: float
    posterior: "Posterior" = field(repr=False)

    @cached_property
    def density(self) -> pd.DataFrame:
        edges = np.linspace(0, 1, BINS + 1)
        p = (edges[1:] + edges[:-1]) / 2
        new = [0.0, *(self.posterior.new_below(e) for e in edges[1:-1]), 1.0]
        return pd.DataFrame(
            {
                "proportion": p,
                "average": self.posterior.mu_density(p),
                # shares of narrow bins: they stay finite where the density does not
                "new_trial": np.diff(new) / np.diff(edges),
                "prior": _beta_density(p, self.prior_mean),
            }
        )

    @cached_property
    def rho_density(self) -> pd.DataFrame:
        rho = (np.arange(BINS) + 0.5) / BINS
        return pd.DataFrame(
            {
                "rho": rho,
                "posterior": self.posterior.rho_density(rho),
                "prior": _beta_density(rho, self.prior_spread),
            }
        )

    def above(self, proportion: float) -> float:
        """Return the posterior probability that the average exceeds a proportion."""
        return 1 - self.posterior.mu_below(proportion)

    def new_above(self, proportion: float) -> float:
        """Return the probability that the true proportion of a new trial exceeds one."""
        return 1 - self.posterior.new_below(proportion)


def beta_binomial(
    events,
    totals,
    *,
    prior_mean: tuple[float, float] = (1.0, 1.0),
    prior_spread: tuple[float, float] = (1.0, 9.0),
    level: float = 0.95,
) -> BetaBinomial:
    """Return the posterior of the average proportion, the spread and a new trial.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 1.
    prior_mean : (a, b)
        Beta prior of the average proportion; both above 0.
    prior_spread : (a, b)
        Beta prior of the intraclass correlation rho. (1, 9) expects 0.1, which for an
        average of one half is a standard deviation of 16 percentage points.
    level : float
        Posterior probability of the intervals.

    Returns
    -------
    BetaBinomial

    Raises
    ------
    InputError
        If the counts, a prior or the level cannot be used.
    """
    events, totals = check_counts(events, totals, minimum=1)
    check_level(level)
    for name, pair in (("prior_mean", prior_mean), ("prior_spread", prior_spread)):
        _check_prior(name, pair)
    posterior = _posterior(events, totals, tuple(prior_mean), tuple(prior_spread))
    tail = (1 - level) / 2
    quantiles = (0.5, tail, 1 - tail)
    mu = [posterior.quantile(posterior.mu_below, q) for q in quantiles]
    rho = [posterior.quantile(posterior.rho_below, q) for q in quantiles]
    new = [posterior.quantile(posterior.new_below, q) for q in quantiles]
    return BetaBinomial(
        *mu,
        posterior.mean,
        *rho,
        *new,
        k=len(events),
        events=int(events.sum()),
        patients=int(totals.sum()),
        prior_mean=tuple(prior_mean),
        prior_spread=tuple(prior_spread),
        level=level,
        posterior=posterior,
    )


def prior_sensitivity(
    events, totals, *, level: float = 0.95
) -> list[tuple[str, str, BetaBinomial]]:
    """Return the posterior under each named prior of the mean and of the spread.

    Returns
    -------
    list of (str, str, BetaBinomial)
        In the order of :data:`PRIOR_MEANS` and :data:`PRIOR_SPREADS`.
    """
    return [
        (mean, spread, beta_binomial(events, totals, prior_mean=a, prior_spread=b, level=level))
        for mean, a in PRIOR_MEANS.items()
        for spread, b in PRIOR_SPREADS.items()
    ]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior mass on an even grid of logit(mu), in rows, and logit(rho), in columns."""

    t: np.ndarray
    s: np.ndarray
    mass: np.ndarray

    @cached_property
    def mean(self) -> float:
        return float(special.expit(self.t) @ self.mass.sum(axis=1))

    @cached_property
    def rho_mean(self) -> float:
        return float(special.expit(self.s) @ self.mass.sum(axis=0))

    @cached_property
    def _mu(self):
        return _cumulative(self.t, self.mass.sum(axis=1))

    @cached_property
    def _rho(self):
        return _cumulative(self.s, self.mass.sum(axis=0))

    @cached_property
    def _columns(self):
        # for each rho worth keeping: the masses and parameters of its beta distributions
        weights = self.mass.sum(axis=0)
        keep = np.flatnonzero(weights > NEGLIGIBLE * weights.max())
        wide, narrow = [], []
        step = self.t[1] - self.t[0]
        at = float(np.sum(self.t * self.mass.sum(axis=1)))
        for j in keep:
            rho = special.expit(self.s[j])
            # the beta's standard deviation on the logit scale, against the grid
            centre = special.expit(at)
            sd = np.sqrt(rho / (centre * (1 - centre)))
            column = self.mass[:, j]
            if sd > 2 * step:
                used = np.flatnonzero(column > NEGLIGIBLE * column.max())
                size = np.exp(-self.s[j])
                wide.append(
                    (column[used], size * special.expit(self.t[used]),
                     size * special.expit(-self.t[used]))
                )
            else:
                narrow.append((weights[j], rho, _cumulative(self.t, column / weights[j])))
        parts = [np.concatenate(part) for part in zip(*wide, strict=True)] if wide else None
        return parts, narrow

    def mu_below(self, p: float) -> float:
        return float(self._mu[0](special.logit(p)))

    def rho_below(self, rho: float) -> float:
        return float(self._rho[0](special.logit(rho)))

    def new_below(self, p: float) -> float:
        """Return the probability that a new trial's true proportion is below `p`."""
        wide, narrow = self._columns
        total = 0.0
        if wide is not None:
            mass, a, b = wide
            total += float(mass @ special.betainc(a, b, p))
        # a beta narrower than the grid is a normal on the arcsine scale
        angle = np.arcsin(np.sqrt(p))
        for weight, rho, (below, _) in narrow:
            angles = np.clip(angle - np.sqrt(rho) / 2 * HERMITE, 1e-150, np.pi / 2 - 1e-15)
            at = 2 * np.log(np.tan(angles))  # logit of the squared sine
            total += weight * float(HERMITE_WEIGHTS @ below(at))
        return min(1.0, max(0.0, total))

    def mu_density(self, p):
        return self._mu[1](special.logit(p)) / (p * (1 - p))

    def rho_density(self, rho):
        return self._rho[1](special.logit(rho)) / (rho * (1 - rho))

    def quantile(self, below, q: float) -> float:
        low, high = -745.0, 745.0
        ends = (self.s if below == self.rho_below else self.t)
        low, high = max(low, ends[0] - 60), min(high, ends[-1] + 60)

        def excess(x):
            return below(_inside(special.expit(x))) - q

        if excess(low) >= 0:
            return float(special.expit(low))
        if excess(high) <= 0:
            return float(special.expit(high))
        return float(special.expit(brentq(excess, low, high, xtol=1e-8)))


HERMITE, HERMITE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
HERMITE_WEIGHTS = HERMITE_WEIGHTS / HERMITE_WEIGHTS.sum()


def _inside(p):
    # 1 is what expit returns from about 37 on, and no proportion at which to divide
    return float(np.clip(p, 1e-300, 1 - 1e-16))


def _cumulative(x, mass):
    """Return the distribution function and the density of masses on an even grid."""
    step = x[1] - x[0]
    spline = CubicSpline(x, mass / step)
    integral = spline.antiderivative()
    whole = float(integral(x[-1]))

    def below(at):
        return np.clip(integral(np.clip(at, x[0], x[-1])) / whole, 0.0, 1.0)

    def density(at):
        inside = (at >= x[0]) & (at <= x[-1])
        return np.where(inside, np.maximum(spline(np.clip(at, x[0], x[-1])), 0) / whole, 0.0)

    return below, density


def _posterior(events, totals, prior_mean, prior_spread) -> Posterior:
    # beyond these ends the priors alone have fallen by more than FALL
    a, b = prior_mean
    c, d = prior_spread
    t_span = (-(FALL + 20) / a - 20, (FALL + 20) / b + 20)
    s_span = (-(FALL + 20) / c - 20, (FALL + 20) / d + 20)
    t, s = np.linspace(*t_span, 161), np.linspace(*s_span, 81)
    for _ in range(4):
        values = log_posterior(t, s, events, totals, prior_mean, prior_spread)
        t_span = _narrow(t, values.max(axis=1))
        s_span = _narrow(s, values.max(axis=0))
        t, s = np.linspace(*t_span, 161), np.linspace(*s_span, 81)
    # without spread between trials the average is known best: the grid must see that peak
    share = (events.sum() + a) / (totals.sum() + a + b)
    finest = 0.7 / np.sqrt((totals.sum() + a + b) * share * (1 - share))
    means = int(np.clip((t_span[1] - t_span[0]) / finest, MEANS, MOST_MEANS))
    t, s = np.linspace(*t_span, means), np.linspace(*s_span, SPREADS)
    values = log_posterior(t, s, events, totals, prior_mean, prior_spread)
    mass = np.exp(values - values.max())
    return Posterior(t=t, s=s, mass=mass / mass.sum())


def _narrow(x, best) -> tuple[float, float]:
    inside = np.flatnonzero(best > best.max() - FALL)
    low, high = max(inside[0] - 1, 0), min(inside[-1] + 1, len(x) - 1)
    return float(x[low]), float(x[high])


def log_posterior(t, s, events, totals, prior_mean, prior_spread) -> np.ndarray:
    """Return the log posterior density in (logit mu, logit rho), up to a constant.

    Parameters
    ----------
    t, s : ndarray, shape (m,), (r,)
        Values of logit(mu) and logit(rho).
    events, totals : ndarray of float, shape (k,)
    prior_mean, prior_spread : (float, float)

    Returns
    -------
    ndarray, shape (m, r)
    """
    (a, b), (c, d) = prior_mean, prior_spread
    size = np.exp(-s)[None, :]  # the beta's parameters add up to 1/rho - 1
    first = size * special.expit(t)[:, None]
    second = size * special.expit(-t)[:, None]
    value = (a * special.log_expit(t) + b * special.log_expit(-t))[:, None]
    value = value + (c * special.log_expit(s) + d * special.log_expit(-s))[None, :]
    for x, count in zip(*np.unique(events, return_counts=True), strict=True):
        value = value + count * log_rising(first, x)
    for x, count in zip(*np.unique(totals - events, return_counts=True), strict=True):
        value = value + count * log_rising(second, x)
    for n, count in zip(*np.unique(totals, return_counts=True), strict=True):
        value = value - count * log_rising(size, n)
    return value


def log_rising(a, x: float):
    """Return log of a (a+1) ... (a+x-1), without loss for any positive `a`."""
    if x == 0:
        return np.zeros_like(a)
    large = np.maximum(a, 1e3)
    # Stirling's series, ordered so that nothing large cancels
    series = (
        x * np.log(large)
        + (large + x - 0.5) * np.log1p(x / large)
        - x
        + (1 / (large + x) - 1 / large) / 12
        - (1 / (large + x) ** 3 - 1 / large**3) / 360
    )
    small = np.clip(a, 1e-300, 1e3)
    return np.where(a > 1e3, series, special.gammaln(small + x) - special.gammaln(small))


def _beta_density(p, parameters):
    a, b = parameters
    return np.exp(special.xlogy(a - 1, p) + special.xlog1py(b - 1, -p) - special.betaln(a, b))


def _check_prior(name, pair) -> None:
    try:
        a, b = (float(value) for value in pair)
    except (TypeError, ValueError):
        a = b = float("nan")
    if not (1e-3 <= a <= 1e9 and 1e-3 <= b <= 1e9):
        raise InputError(
            f"{name} is {pair!r}; it must be the two parameters of a beta distribution, each "
            "from 0.001 to 1e9, for example (1, 1)."
        )
