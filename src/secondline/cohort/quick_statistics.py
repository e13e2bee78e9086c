"""Statistics that are computed again after two patients changed places: fast, not general."""

import numpy as np

from secondline.cohort.losses import Z975, strength


class Columns:
    """Cox models of 0/1 covariates over one order of records; rows are records."""

    def __init__(self, event):
        self.rows = np.flatnonzero(event)
        self.beta = None

    def fit(self, inside, ones, steps=2):
        """Fit all columns; `inside` and `ones` are 0/1, shape (records, columns).

        Starts from the last fit, which two records have left since; so few steps will do.

        Returns
        -------
        beta, se, z, strength : ndarray, shape (columns,)
        """
        one = np.cumsum(ones[::-1], axis=0)[::-1][self.rows]
        zero = np.cumsum(inside[::-1], axis=0)[::-1][self.rows] - one
        counted = inside[self.rows]
        gained = (ones[self.rows]).sum(axis=0)
        zero += 1e-9
        if self.beta is None:
            self.beta, steps = np.zeros(inside.shape[1]), 12
        beta = self.beta
        for _ in range(steps):
            share = one * np.exp(beta)
            share /= share + zero
            weighted = counted * share
            information = (weighted * (1 - share)).sum(axis=0)
            step = (gained - weighted.sum(axis=0)) / np.maximum(information, 1e-6)
            beta = np.minimum(np.maximum(beta + np.minimum(np.maximum(step, -2), 2), -4), 4)
        self.beta = beta
        se = 1 / np.sqrt(np.maximum(information, 1e-6))
        return beta, se, beta / se, strength(beta / se)


def rank_z(ranks, yes) -> float:
    """Return Wilcoxon's z, without ties, of those with yes against the others."""
    size, n = len(ranks), max(int(yes.sum()), 1)
    spread = np.sqrt(size * (size + 1) / 12 * (1 / n + 1 / max(size - n, 1)))
    return (ranks[yes].mean() - ranks[~yes].mean()) / spread


def logistic_z(x, y, alpha, beta) -> tuple[float, tuple[float, float]]:
    """Return z of a logistic slope, and the estimates, from those of a near neighbour."""
    for _ in range(3):
        p = 1 / (1 + np.exp(-(alpha + beta * x)))
        w = p * (1 - p)
        wx, gap = w * x, y - p
        a, b, c = w.sum(), wx.sum(), wx @ x
        u, v = gap.sum(), gap @ x
        det = a * c - b * b
        alpha, beta = alpha + (c * u - b * v) / det, beta + (a * v - b * u) / det
    return beta * np.sqrt(det / a), (alpha, beta)


def median_and_lower(time, event) -> tuple[float, float]:
    """Return Kaplan-Meier's median and its lower log-log limit; times rise, without ties."""
    at_risk = len(time) - np.arange(len(time))
    left = np.where(event, 1 - 1 / at_risk, 1.0)
    survival = np.cumprod(left)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(np.where(event, 1 / (at_risk * np.maximum(at_risk - 1, 1)), 0.0))
        width = Z975 * np.sqrt(hazard) / np.abs(np.log(survival))
        lower = survival ** np.exp(width)
    found = []
    for curve in (survival, lower):
        below = np.flatnonzero(curve < 0.5 + 1e-9)
        found.append(float(time[below[0]]) if len(below) else 99.0)
    return found[0], found[1]
