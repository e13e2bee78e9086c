"""Estimators of tau2, the variance of the true effects between trials."""

import numpy as np
from scipy import special
from scipy.optimize import brentq


def critical_value(level: float, df: float = np.inf) -> float:
    """Return how many standard errors an interval reaches, by the normal or the t distribution.

    Parameters
    ----------
    level : float
        Coverage of the interval.
    df : float
        Degrees of freedom; without end for the normal distribution.
    """
    share = (1 + level) / 2
    # what the distributions of scipy.stats call, without their checks of each call
    return float(special.ndtri(share) if np.isinf(df) else special.stdtrit(df, share))


def weighted_mean(effect, variance, tau2: float = 0.0):
    """Return the inverse-variance mean, its weights, and the weighted squares about it."""
    weights = 1 / (variance + tau2)
    mean = (weights * effect).sum() / weights.sum()
    return float(mean), weights, float((weights * (effect - mean) ** 2).sum())


def dersimonian_laird(effect, variance) -> float:
    """Moment estimator (DerSimonian and Laird, Control Clin Trials 1986;7:177)."""
    _, weights, q = weighted_mean(effect, variance)
    scale = np.sum(weights) - np.sum(weights**2) / np.sum(weights)
    return max(0.0, float((q - (len(effect) - 1)) / scale))


def paule_mandel(effect, variance) -> float:
    """Return the tau2 at which Q meets its expectation k-1 (Paule and Mandel, 1982)."""

    def excess(tau2):
        return weighted_mean(effect, variance, tau2)[2] - (len(effect) - 1)

    if excess(0.0) <= 0:
        return 0.0
    return float(brentq(excess, 0.0, _ceiling(effect), xtol=1e-15, rtol=1e-14))


def restricted_maximum_likelihood(effect, variance) -> float:
    """Return the tau2 that maximises the restricted likelihood.

    The score can cross zero more than once, so every downward crossing on a fine
    grid is refined and the one with the highest likelihood is returned (Viechtbauer,
    Journal of Educational and Behavioral Statistics 2005;30:261).
    """

    def score(tau2):
        # tau2 may be a column of values: the trials run along the last axis
        weights = 1 / (variance + tau2)
        total = np.sum(weights, axis=-1)
        mean = np.sum(weights * effect, axis=-1) / total
        squares = weights**2
        away = (effect - mean[..., None]) ** 2
        return np.sum(squares * away, axis=-1) - total + np.sum(squares, axis=-1) / total

    def likelihood(tau2):
        _, weights, q = weighted_mean(effect, variance, tau2)
        return 0.5 * (np.sum(np.log(weights)) - np.log(np.sum(weights)) - q)

    ceiling = _ceiling(effect)
    grid = np.concatenate([[0.0], np.geomspace(ceiling * 1e-8, ceiling, 200)])
    scores = score(grid[:, None])
    candidates = [0.0]
    for i in np.flatnonzero((scores[:-1] > 0) & (scores[1:] <= 0)):
        candidates.append(brentq(score, grid[i], grid[i + 1], xtol=1e-15, rtol=1e-14))
    return float(max(candidates, key=likelihood))


def _ceiling(effect) -> float:
    # Q < 1 once tau2 exceeds the sum of squares about the mean; the restricted score
    # is negative well before ten times that.
    return 10 * float(np.sum((effect - np.mean(effect)) ** 2)) + 1e-12


def weighted_fit(effect, variance, design):
    """Return coefficients, their covariance for known variances, and the weighted residual sum.

    Parameters
    ----------
    effect, variance : ndarray, shape (k,)
    design : ndarray, shape (k, p)
    """
    root = 1 / np.sqrt(variance)
    q, r = np.linalg.qr(design * root[:, None])
    scaled = effect * root
    beta = np.linalg.solve(r, q.T @ scaled)
    residual = scaled - (design * root[:, None]) @ beta
    inverse = np.linalg.inv(r)
    return beta, inverse @ inverse.T, float(np.sum(residual**2))


def residual_tau2(effect, variance, design, method: str) -> float:
    """Return the variance between trials that the design leaves, by the named estimator."""
    k, p = design.shape
    if method == "common":
        return 0.0

    def excess(tau2):
        return weighted_fit(effect, variance + tau2, design)[2] - (k - p)

    if method == "DL":
        weights = 1 / variance
        inverse = weighted_fit(effect, variance, design)[1]
        trace = np.sum(weights) - np.trace((design * weights[:, None] ** 2).T @ design @ inverse)
        return max(0.0, float(excess(0.0) / trace))
    # beyond this the residual sum is far below its degrees of freedom
    ceiling = 10 * weighted_fit(effect, np.ones(k), design)[2] + 1e-12
    if method == "PM":
        if excess(0.0) <= 0:
            return 0.0
        return float(brentq(excess, 0.0, ceiling, xtol=1e-15, rtol=1e-14))

    def parts(tau2):
        weights = 1 / (variance + tau2)
        beta, inverse, q = weighted_fit(effect, variance + tau2, design)
        residual = weights * (effect - design @ beta)
        leverage = np.sum((design @ inverse) * design, axis=1)
        # trace of P = W - W X (X'WX)^-1 X'W
        score = np.sum(residual**2) - np.sum(weights - weights**2 * leverage)
        likelihood = 0.5 * (np.sum(np.log(weights)) + np.linalg.slogdet(inverse)[1] - q)
        return score, likelihood

    # as without moderators: every downward crossing of the score, then the most likely
    grid = np.concatenate([[0.0], np.geomspace(ceiling * 1e-8, ceiling, 200)])
    scores = _restricted_scores(grid, effect, variance, design)
    candidates = [0.0]
    for i in np.flatnonzero((scores[:-1] > 0) & (scores[1:] <= 0)):
        # the grid's scores are a little less exact than those that are solved
        if parts(grid[i])[0] > 0 >= parts(grid[i + 1])[0]:
            found = brentq(lambda t: parts(t)[0], grid[i], grid[i + 1], xtol=1e-15, rtol=1e-14)
            candidates.append(found)
    return float(max(candidates, key=lambda t: parts(t)[1]))


def _restricted_scores(tau2, effect, variance, design):
    """Return the restricted score at many values of tau2 at once."""
    weights = 1 / (variance + tau2[:, None])
    inverse = np.linalg.inv(np.einsum("gk,ki,kj->gij", weights, design, design))
    beta = np.einsum("gij,gj->gi", inverse, (weights * effect) @ design)
    residual = weights * (effect - beta @ design.T)
    leverage = np.einsum("ki,gij,kj->gk", design, inverse, design)
    return np.sum(residual**2, axis=1) - np.sum(weights - weights**2 * leverage, axis=1)


ESTIMATORS = {
    "DL": dersimonian_laird,
    "REML": restricted_maximum_likelihood,
    "PM": paule_mandel,
}
