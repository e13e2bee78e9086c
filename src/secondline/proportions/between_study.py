"""Estimators of tau2, the variance of the true effects between trials."""

import numpy as np
from scipy.optimize import brentq


def weighted_mean(effect, variance, tau2: float = 0.0):
    """Return the inverse-variance mean, its weights, and the weighted squares about it."""
    weights = 1 / (variance + tau2)
    mean = np.sum(weights * effect) / np.sum(weights)
    return float(mean), weights, float(np.sum(weights * (effect - mean) ** 2))


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


ESTIMATORS = {
    "DL": dersimonian_laird,
    "REML": restricted_maximum_likelihood,
    "PM": paule_mandel,
}
