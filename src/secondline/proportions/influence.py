"""What each trial does to the pool: case diagnostics.

Viechtbauer and Cheung, Research Synthesis Methods 2010;1:112; formulas and the rule
for flags as in metafor's ``influence.rma.uni``.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.checks import check_choice
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import METHODS
from secondline.proportions.summary import summarise
from secondline.proportions.transforms import SCALES, effects

DIAGNOSTICS = (
    "rstudent",
    "dffits",
    "cooks_distance",
    "covariance_ratio",
    "tau2_without",
    "q_without",
    "hat",
    "dfbetas",
)


@dataclass(frozen=True, eq=False)
class Influence:
    """Diagnostics, one value for each trial; all on the scale of the transform.

    Attributes
    ----------
    rstudent : ndarray, shape (k,)
        Studentised deleted residual: the trial's distance from the pool of the
        others, over the standard deviation of that distance.
    dffits : ndarray, shape (k,)
        How far the pool moves when the trial joins, in standard deviations.
    cooks_distance : ndarray, shape (k,)
        The squared move of the pool, over its variance.
    covariance_ratio : ndarray, shape (k,)
        Variance of the pool without the trial, over that with it; below 1 the trial
        makes the pool less certain.
    tau2_without, q_without : ndarray, shape (k,)
        tau2 and Cochran's Q of the other trials.
    hat : ndarray, shape (k,)
        Leverage, which in a pool is the share of the weight.
    weight : ndarray, shape (k,)
        The same share.
    dfbetas : ndarray, shape (k,)
        The move of the pool, over its standard error with the tau2 of the others.
    influential : ndarray of bool, shape (k,)
        metafor's flag: |DFFITS| > 3 sqrt(1/(k-1)), or Cook's distance beyond the
        median of chi-square with one degree of freedom, or hat > 3/k, or
        |DFBETAS| > 1.
    k : int
    transform, method : str
    """

    rstudent: np.ndarray
    dffits: np.ndarray
    cooks_distance: np.ndarray
    covariance_ratio: np.ndarray
    tau2_without: np.ndarray
    q_without: np.ndarray
    hat: np.ndarray
    weight: np.ndarray
    dfbetas: np.ndarray
    influential: np.ndarray
    k: int
    transform: str
    method: str

    @property
    def limits(self) -> dict[str, float]:
        """Values beyond which a diagnostic raises the flag, in size."""
        return {
            "dffits": float(3 * np.sqrt(1 / (self.k - 1))),
            "cooks_distance": float(stats.chi2.ppf(0.5, 1)),
            "hat": 3 / self.k,
            "dfbetas": 1.0,
        }


def influence(
    events, totals, *, transform: str = "freeman-tukey", method: str = "DL"
) -> Influence:
    """Return what each trial does to the pool.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3.
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log"}
        Not "glmm", whose trials have no explicit weights.
    method : {"common", "DL", "REML", "PM"}

    Returns
    -------
    Influence

    Raises
    ------
    InputError
        If the counts or a choice cannot be used or there are fewer than three trials.
    """
    check_choice("transform", transform, tuple(SCALES))
    check_choice("method", method, METHODS)
    events, totals = check_counts(events, totals)
    k = len(events)
    if k < 3:
        raise InputError(f"Influence needs at least 3 trials, but there are {k}.")
    y, v, _ = effects(SCALES[transform], events, totals)
    whole = summarise(y, v, method=method)
    rest = [summarise(np.delete(y, i), np.delete(v, i), method=method) for i in range(k)]
    without = np.array([r.effect for r in rest])
    variance_without = np.array([r.se**2 for r in rest])
    tau2 = np.array([r.tau2 for r in rest])
    away = y - without
    away[np.abs(away) < 100 * np.finfo(float).eps] = 0
    moved = whole.effect - without
    dffits = moved / np.sqrt(whole.weights * (tau2 + v))
    cooks = moved**2 / whole.se**2
    dfbetas = moved * np.sqrt(np.sum(1 / (v[None, :] + tau2[:, None]), axis=1))
    result = {
        "rstudent": away / np.sqrt(v + variance_without + tau2),
        "dffits": dffits,
        "cooks_distance": cooks,
        "covariance_ratio": variance_without / whole.se**2,
        "tau2_without": tau2,
        "q_without": np.array([r.q for r in rest]),
        "hat": whole.weights,
        "weight": whole.weights,
        "dfbetas": dfbetas,
        "influential": (np.abs(dffits) > 3 * np.sqrt(1 / (k - 1)))
        | (cooks > stats.chi2.ppf(0.5, 1))
        | (whole.weights > 3 / k)
        | (np.abs(dfbetas) > 1),
    }
    for column in result.values():
        column.flags.writeable = False
    return Influence(**result, k=k, transform=transform, method=method)
