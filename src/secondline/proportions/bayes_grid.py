"""The posterior of the beta-binomial model on a grid, without random numbers.

The grid is even in logit(mu) and logit(rho), on which the posterior falls off to
nothing at both ends, so that plain sums are exact to many digits.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

FALL = 40.0  # the grid ends where the log posterior has fallen by this much
MEANS, SPREADS = 241, 161  # points of the grid
MOST_MEANS = 6001  # where large trials pin the average down
NEGLIGIBLE = 1e-7  # cells with less mass than this share of the largest are left out


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


def grid_posterior(events, totals, prior_mean, prior_spread) -> Posterior:
    """Return the posterior on a grid that holds all of its mass.

    Parameters
    ----------
    events, totals : ndarray of float, shape (k,)
    prior_mean, prior_spread : (float, float)
    """
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
