"""A Bayesian pool: the beta-binomial model, integrated on a grid.

events_i ~ Binomial(totals_i, p_i), p_i ~ Beta with mean mu and intraclass correlation
rho (its parameters add up to 1/rho - 1). Priors: beta for mu and for rho. Model:
Young-Xu and Chan, BMC Med Res Methodol 2008;8:58; Skellam, JRSS B 1948;10:257.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from secondline.checks import check_level
from secondline.errors import InputError
from secondline.proportions.bayes_grid import Posterior, grid_posterior
from secondline.proportions.inputs import check_counts

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
BINS = 200  # of the densities for a plot


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
    posterior: Posterior = field(repr=False)

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
        Beta prior of the average proportion; each from 0.5 to 1e9.
    prior_spread : (a, b)
        Beta prior of the intraclass correlation rho, in the same range. (1, 9) expects 0.1, which
        for an average of one half is a standard deviation of 16 percentage points.
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
    posterior = grid_posterior(events, totals, tuple(prior_mean), tuple(prior_spread))
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


def _beta_density(p, parameters):
    a, b = parameters
    return np.exp(special.xlogy(a - 1, p) + special.xlog1py(b - 1, -p) - special.betaln(a, b))


def _check_prior(name, pair) -> None:
    try:
        a, b = (float(value) for value in pair)
    except (TypeError, ValueError):
        a = b = float("nan")
    if not (0.5 <= a <= 1e9 and 0.5 <= b <= 1e9):
        raise InputError(
            f"{name} is {pair!r}; it must be the two parameters of a beta distribution, each "
            "from 0.5 to 1e9, for example (1, 1)."
        )
