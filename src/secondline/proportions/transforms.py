"""Scales on which proportions are pooled, and the way back from each.

Formulas as in Schwarzer, Chemaitelly, Abu-Raddad and Rücker, Research Synthesis
Methods 2019;10:476-483, and in metafor's ``escalc`` (measures PFT, PLO, PAS, PR
and PLN), whose variances are used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CORRECTION = 0.5


@dataclass(frozen=True)
class Transform:
    """One scale.

    Attributes
    ----------
    name : str
        The value of ``transform=`` that chooses it.
    forward : callable
        ``(events, totals) -> (effects, variances)``, arrays of shape (k,).
    backward : callable
        ``(effect, harmonic_mean) -> proportion``, for an array or a number.
    corrects_extremes : bool
        Whether a trial with no event, or with nothing but events, gets half an
        event and half a non-event, since the scale has no finite variance there.
    """

    name: str
    forward: Callable
    backward: Callable
    corrects_extremes: bool


def effects(transform: Transform, events, totals):
    """Return each trial's effect and variance, and which rows were corrected.

    Parameters
    ----------
    transform : Transform
    events, totals : ndarray, shape (k,)

    Returns
    -------
    effect, variance : ndarray, shape (k,)
    corrected : ndarray of bool, shape (k,)
    """
    corrected = np.zeros(len(events), dtype=bool)
    if transform.corrects_extremes:
        corrected = (events == 0) | (events == totals)
        events = np.where(corrected, events + CORRECTION, events)
        totals = np.where(corrected, totals + 2 * CORRECTION, totals)
    effect, variance = transform.forward(events, totals)
    return effect, variance, corrected


def harmonic_mean(totals) -> float:
    """Return the harmonic mean of the group sizes."""
    return float(len(totals) / np.sum(1 / np.asarray(totals, dtype=float)))


def back_transform_freeman_tukey(effect, n):
    """Return the proportion of a double-arcsine value in a group of size `n`.

    Miller's inversion (American Statistician 1978;32:138). The answer depends on
    `n`; values beyond the ends of the scale give 0 or 1.

    Parameters
    ----------
    effect : float or array_like
        Double-arcsine value in radians, half-sum form (0 to pi/2).
    n : float
        The group size to invert at; need not be whole.
    """
    effect = np.asarray(effect, dtype=float)
    lowest = 0.5 * np.arcsin(np.sqrt(1 / (n + 1)))
    highest = 0.5 * (np.arcsin(np.sqrt(n / (n + 1))) + np.pi / 2)
    inside = np.clip(effect, lowest, highest)
    sine = np.sin(2 * inside)
    root = 1 - (sine + (sine - 1 / sine) / n) ** 2
    share = 0.5 * (1 - np.sign(np.cos(2 * inside)) * np.sqrt(np.maximum(root, 0)))
    share = np.where(effect < lowest, 0.0, np.where(effect > highest, 1.0, share))
    return share if share.ndim else float(share)


def _freeman_tukey(x, n):
    effect = 0.5 * (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1))))
    return effect, 1 / (4 * n + 2)


def _logit(x, n):
    return np.log(x / (n - x)), 1 / x + 1 / (n - x)


def _arcsine(x, n):
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def _raw(x, n):
    share = x / n
    return share, share * (1 - share) / n


def _log(x, n):
    return np.log(x / n), 1 / x - 1 / n


def _expit(effect, _n=None):
    # tanh form: no overflow at either end
    return 0.5 * (1 + np.tanh(np.asarray(effect, dtype=float) / 2))


def _arcsine_back(effect, _n):
    return np.sin(np.clip(effect, 0, np.pi / 2)) ** 2


def _raw_back(effect, _n):
    return np.clip(effect, 0, 1)


def _log_back(effect, _n):
    return np.exp(np.minimum(effect, 0))


SCALES = {
    scale.name: scale
    for scale in (
        Transform("freeman-tukey", _freeman_tukey, back_transform_freeman_tukey, False),
        Transform("logit", _logit, _expit, True),
        Transform("arcsine", _arcsine, _arcsine_back, False),
        Transform("raw", _raw, _raw_back, True),
        Transform("log", _log, _log_back, True),
    )
}
