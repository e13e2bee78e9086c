"""The binomial-normal random-intercept model, a GLMM with one parameter per trial.

events_i ~ Binomial(totals_i, expit(mu + tau * z_i)), z_i ~ N(0, 1). The integral
over z_i is done by the trapezoidal rule on each trial's own stretch of z, outside
which the integrand is below e^-40 of its largest value. The rule converges
exponentially for such integrands (Trefethen and Weideman, SIAM Review
2014;56:385), also where a large tau makes them lopsided and Gauss-Hermite nodes
around the mode do not suffice. mu and tau are found by maximum likelihood with
exact derivatives (Louis, JRSS B 1982;44:226). No maintained Python library fits
the model by quadrature.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, xlogy

from secondline.errors import NoFiniteEstimate

# from the left end (0) to the right end (1) of a trial's stretch; enough for all tau allowed
NODES = np.linspace(0, 1, 401)
# a fall of the log-integrand by this much ends the stretch; the normal prior alone
# makes the integrand fall so far within sqrt(2 * 40) of its mode
FALL = 40.0
# A standard deviation of 10 logits spreads the trials over all of 0 to 100 %: the
# likelihood is flat from there on, and what an optimiser finds is where it stopped.
LARGEST_TAU = 10.0
UNBOUNDED = (
    "The binomial-normal model has no finite estimate: the trials are split between nearly "
    "no events and nearly nothing but events; use transform='freeman-tukey' or 'arcsine'."
)


@dataclass(frozen=True)
class BinomialNormalFit:
    """Maximum-likelihood fit, on the logit scale.

    Attributes
    ----------
    mu, se, tau : float
        Mean logit, its standard error (from the observed information), and the
        standard deviation of the trials' logits.
    q : float
        Likelihood-ratio statistic of one parameter per trial against one in all.
    """

    mu: float
    se: float
    tau: float
    q: float


def fit(events, totals, *, common: bool = False) -> BinomialNormalFit:
    """Fit the model to checked counts.

    Parameters
    ----------
    events, totals : ndarray of float, shape (k,)
    common : bool
        Fix tau at zero: one probability for all the trials.

    Raises
    ------
    NoFiniteEstimate
        If the likelihood has no maximum at finite values: no trial has an event,
        every patient has one, or the trials are split between the two.
    """
    share = events.sum() / totals.sum()
    if share in (0.0, 1.0):
        what = "no patient has" if share == 0 else "every patient has"
        raise NoFiniteEstimate(
            f"The binomial-normal model has no finite estimate when {what} an event; "
            "use transform='freeman-tukey' or 'arcsine'."
        )
    q = 2 * (_saturated(events, totals) - _binomial(events, totals, share))
    pooled_logit = np.log(share / (1 - share))
    if common:
        se = 1 / np.sqrt(totals.sum() * share * (1 - share))
        return BinomialNormalFit(float(pooled_logit), float(se), 0.0, max(0.0, float(q)))

    def objective(theta):
        value, gradient, _ = log_likelihood(theta[0], theta[1], events, totals)
        return -value, -gradient

    best = None
    for start in (0.05, 0.5, 2.0):
        found = minimize(
            objective,
            x0=[pooled_logit, start],
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None), (0, LARGEST_TAU)],
            options={"gtol": 1e-9, "ftol": 1e-15, "maxiter": 1000},
        )
        if best is None or found.fun < best.fun - 1e-12:
            best = found
    mu, tau = best.x
    if tau > 0.99 * LARGEST_TAU:
        raise NoFiniteEstimate(UNBOUNDED)
    mu, tau, hessian = _polish(mu, tau, events, totals)
    if tau > 0 and np.linalg.eigvalsh(hessian).max() >= 0:
        raise NoFiniteEstimate(UNBOUNDED)
    # At tau = 0 the cross derivative vanishes by symmetry, so mu's block stands alone.
    variance = np.linalg.inv(-hessian)[0, 0] if tau > 0 else -1 / hessian[0, 0]
    return BinomialNormalFit(float(mu), float(np.sqrt(variance)), float(tau), max(0.0, float(q)))


def _polish(mu, tau, events, totals):
    """Take Newton steps from the optimiser's answer; snap to tau = 0 where that is as good."""
    # with no spread the likelihood is largest at the logit of the crude share
    share = events.sum() / totals.sum()
    common = np.log(share / (1 - share))
    at_zero, _, hessian = log_likelihood(common, 0.0, events, totals)
    if log_likelihood(mu, tau, events, totals)[0] <= at_zero + 1e-10:
        return common, 0.0, hessian
    theta = np.array([mu, tau])
    for _ in range(50):
        value, gradient, hessian = log_likelihood(*theta, events, totals)
        step = np.linalg.solve(-hessian, gradient)
        # halved until it does not lead downhill or out of range
        while np.max(np.abs(step)) > 1e-13 and (
            theta[1] + step[1] <= 0
            or log_likelihood(*(theta + step), events, totals)[0] < value - 1e-12
        ):
            step = step / 2
        theta = theta + step
        if np.max(np.abs(step)) < 1e-10:
            break
    return theta[0], theta[1], log_likelihood(*theta, events, totals)[2]


def log_likelihood(mu, tau, events, totals):
    """Return the marginal log-likelihood, its gradient and its Hessian in (mu, tau)."""
    x, n = events[:, None], totals[:, None]
    mode = _modes(mu, tau, x, n)
    left, right = _stretch(mode, mu, tau, x, n)
    z = left + (right - left) * NODES
    eta = mu + tau * z
    log_terms = _log_integrand(z, mu, tau, x, n)
    largest = log_terms.max(axis=1, keepdims=True)
    terms = np.exp(log_terms - largest)
    marginal = terms.sum(axis=1, keepdims=True)
    posterior = terms / marginal
    step = (right - left) * NODES[1]
    value = np.sum(
        largest + np.log(marginal * step) - 0.5 * np.log(2 * np.pi) + _log_choose(x, n)
    )

    residual = x - n * _expit(eta)
    information = n * _variance(eta)
    d_mu, d_tau = residual, residual * z

    def mean(values):
        return np.sum(posterior * values, axis=1)

    g_mu, g_tau = mean(d_mu), mean(d_tau)
    h_mm = -mean(information) + mean(d_mu**2) - g_mu**2
    h_mt = -mean(information * z) + mean(d_mu * d_tau) - g_mu * g_tau
    h_tt = -mean(information * z**2) + mean(d_tau**2) - g_tau**2
    gradient = np.array([g_mu.sum(), g_tau.sum()])
    hessian = np.array([[h_mm.sum(), h_mt.sum()], [h_mt.sum(), h_tt.sum()]])
    return float(value), gradient, hessian


def _log_integrand(z, mu, tau, x, n):
    eta = mu + tau * z
    return x * eta - n * np.logaddexp(0, eta) - z**2 / 2


def _stretch(mode, mu, tau, x, n):
    """Return the z on either side of the mode where the integrand has fallen by e^-40.

    It falls all the way from the mode, its logarithm being concave, so bisection finds
    the place; the outer end is taken, and is never too near.
    """
    lowest = _log_integrand(mode, mu, tau, x, n) - FALL
    side = np.array([-1.0, 1.0])
    near, far = np.zeros((len(x), 2)), np.full((len(x), 2), np.sqrt(2 * FALL))
    for _ in range(16):
        middle = (near + far) / 2
        fallen = _log_integrand(mode + side * middle, mu, tau, x, n) < lowest
        near, far = np.where(fallen, near, middle), np.where(fallen, middle, far)
    ends = mode + side * far
    return ends[:, :1], ends[:, 1:]


def _modes(mu, tau, x, n):
    """Return the z at which each trial's integrand is largest, by safeguarded Newton steps.

    The slope falls from left to right, so a bracket around its zero shrinks with
    every step; plain Newton steps can run in circles when tau is large.
    """
    low, high = tau * (x - n), tau * x
    mode = np.zeros_like(x)
    for _ in range(200):
        p = _expit(mu + tau * mode)
        slope = tau * (x - n * p) - mode
        low, high = np.where(slope > 0, mode, low), np.where(slope > 0, high, mode)
        newton = mode + slope / (1 + tau**2 * n * p * (1 - p))
        inside = (newton > low) & (newton < high)
        moved = np.where(slope == 0, mode, np.where(inside, newton, (low + high) / 2))
        if np.max(np.abs(moved - mode)) < 1e-13 * (1 + np.max(np.abs(mode))):
            return moved
        mode = moved
    return mode


def _expit(eta):
    return 0.5 * (1 + np.tanh(eta / 2))


def _variance(eta):
    p = _expit(eta)
    return p * (1 - p)


def _log_choose(x, n):
    return gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)


def _binomial(x, n, p):
    return np.sum(_log_choose(x, n) + xlogy(x, p) + xlogy(n - x, 1 - p))


def _saturated(x, n):
    return _binomial(x, n, x / n)
