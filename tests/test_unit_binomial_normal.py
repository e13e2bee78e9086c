"""The binomial-normal model: its integral is exact, and its limits are stated."""

import numpy as np
import pytest
from scipy import integrate

from secondline import proportions
from secondline.proportions import binomial_normal, pool

WORDS = {"outcome": "a response", "population": "all"}
# responders from none to all, small trials and large ones
EVENTS = np.array([0.0, 112.0, 57.0, 1.0, 145.0, 0.0, 1.0])
TOTALS = np.array([140.0, 112.0, 114.0, 39.0, 146.0, 2.0, 1.0])


def by_adaptive_quadrature(mu, tau, events, totals):
    """The marginal log-likelihood by QUADPACK, each trial in many short pieces."""

    def one(x, n):
        def log_integrand(z):
            eta = mu + tau * z
            return x * eta - n * np.logaddexp(0, eta) - z**2 / 2

        grid = np.linspace(-40, 40, 8001)
        values = log_integrand(grid)
        top = values.max()
        kept = grid[values > top - 80]
        ends = np.linspace(kept[0] - 0.01, kept[-1] + 0.01, 61)
        total = sum(
            integrate.quad(lambda z: np.exp(log_integrand(z) - top), a, b, epsabs=0, epsrel=1e-12)[0]
            for a, b in zip(ends[:-1], ends[1:], strict=True)
        )
        return top + np.log(total) - 0.5 * np.log(2 * np.pi)

    choose = binomial_normal._log_choose(events, totals)
    return sum(one(x, n) for x, n in zip(events, totals, strict=True)) + choose.sum()


@pytest.mark.parametrize("tau", [0.0, 0.3, 2.0, 5.0, 9.9])
@pytest.mark.parametrize("mu", [-3.0, 0.4])
def test_integral_is_exact_for_every_spread_allowed(mu, tau):
    value = binomial_normal.log_likelihood(mu, tau, EVENTS, TOTALS)[0]
    assert value == pytest.approx(by_adaptive_quadrature(mu, tau, EVENTS, TOTALS), abs=1e-10)


@pytest.mark.parametrize("tau", [0.5, 9.0])
def test_derivatives_are_those_of_the_integral(tau):
    mu, step = -0.7, 1e-5
    _, gradient, hessian = binomial_normal.log_likelihood(mu, tau, EVENTS, TOTALS)

    def at(a, b):
        return binomial_normal.log_likelihood(mu + a * step, tau + b * step, EVENTS, TOTALS)

    for i, (a, b) in enumerate(((1, 0), (0, 1))):
        ahead, behind = at(a, b), at(-a, -b)
        assert (ahead[0] - behind[0]) / (2 * step) == pytest.approx(gradient[i], abs=1e-6)
        assert (ahead[1] - behind[1]) / (2 * step) == pytest.approx(hessian[i], abs=1e-6)


def test_maximum_with_a_large_spread_is_a_maximum():
    """Gauss-Hermite nodes put this one at 5.921, with a standard error of 8.14."""
    events, totals = np.array([79.0, 6.0, 2.0]), np.array([79.0, 188.0, 2.0])
    fit = binomial_normal.fit(events, totals)
    assert fit.tau > 8
    top = by_adaptive_quadrature(fit.mu, fit.tau, events, totals)
    for mu, tau in ((5.9209, 8.0925), (fit.mu + 0.02, fit.tau), (fit.mu, fit.tau + 0.02)):
        assert by_adaptive_quadrature(mu, tau, events, totals) < top


@pytest.mark.parametrize(
    ("events", "totals", "sparse"),
    [
        # expected counts 5 and 5, 5 and 5: just enough
        ([5, 5, 5], [10, 10, 10], False),
        # 4.9 of 9.8: all six below 5
        ([5, 4, 5], [10, 9, 10], True),
        # one of ten below 5, none below 1
        ([20, 20, 20, 20, 4], [40, 40, 40, 40, 8], False),
        # one of ten below 1
        ([20, 20, 20, 20, 1], [40, 40, 40, 40, 1], True),
        ([0, 1, 0, 2], [30, 25, 18, 40], True),
    ],
)
def test_reading_says_when_the_likelihood_ratio_p_cannot_be_trusted(events, totals, sparse):
    result = pool(events, totals, transform="glmm", method="common")
    for text in (
        proportions.reading(result, **WORDS),
        proportions.report_sentence(result, **WORDS),
    ):
        assert ("too sparse for the P value" in text) == sparse
        assert ("none below 1 (Cochran 1954)" in text) == sparse


def test_other_scales_say_nothing_of_the_likelihood_ratio():
    text = proportions.reading(pool([0, 1, 0, 2], [30, 25, 18, 40]), **WORDS)
    assert "likelihood-ratio" not in text
