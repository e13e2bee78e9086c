"""A marker as a number: the chance of a complete response along it."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

from secondline.biomarkers.dose_response import (
    POINTS,
    SHOWN,
    knot_positions,
    measured,
    ratio_test,
    spline_basis,
)
from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.proportions import study_intervals
from secondline.signatures import LogisticFit, logistic_fit
from secondline.survival import ARMS, Effect

UNASSESSED = ("left out", "no response")


@dataclass(frozen=True, eq=False)
class ResponseCurve:
    """The chance of a complete response along a marker in one arm.

    Attributes
    ----------
    arm : str
    n, cases : int
        Patients, and those with a complete response.
    odds_ratio, lower, upper, p : float
        For twice the marker.
    p_bend : float
        Likelihood ratio test of a bend; nan where the bent model has no estimate.
    at, share, share_lower, share_upper : ndarray, shape (m,)
        The straight model's chance, from 0 to 1, with pointwise limits.
    groups : DataFrame
        Calibration, one row a fifth of the patients: n, cases, middle (median of the
        marker), expected, observed, lower, upper (Wilson).
    level : float
    """

    arm: str
    n: int
    cases: int
    odds_ratio: float
    lower: float
    upper: float
    p: float
    p_bend: float
    at: np.ndarray = field(repr=False)
    share: np.ndarray = field(repr=False)
    share_lower: np.ndarray = field(repr=False)
    share_upper: np.ndarray = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    level: float


def response_curve(
    patients: pd.DataFrame,
    marker: str,
    arm: str,
    *,
    knots: int = 4,
    level: float = 0.95,
    unassessed: str = "left out",
    groups: int = 5,
) -> ResponseCurve:
    """Fit a logistic regression of complete response on a marker's logarithm in one arm.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    marker : str
    arm : {"axi-cel", "SOC"}
    knots : int
        Of the bent model that the straight one is tested against.
    level : float
    unassessed : {"left out", "no response"}
        What patients count as whose response nobody assessed.
    groups : int
        For the calibration; fewer where values are tied.

    Returns
    -------
    ResponseCurve

    Raises
    ------
    InputError
        If an argument is not allowed.
    NoFiniteEstimate
        If response is unknown, one outcome does not occur, or the marker parts the outcomes.
    """
    everyone = with_response(patients, marker, unassessed)
    rows = everyone[everyone["arm"] == arm]
    complete = _both_outcomes(rows, arm)
    fit = logistic_fit(rows[["x"]], complete)
    x = np.linspace(*np.quantile(everyone["x"], SHOWN), POINTS)
    slope, lower, upper = _odds_ratio(fit, 1, level)
    return ResponseCurve(
        arm, fit.n, fit.cases, slope, lower, upper, float(fit.p[1]),
        _response_bend(rows, complete, everyone["x"], knots, fit), 2**x,
        *_chance(fit, x, level), _calibration(rows, complete, fit, groups, level), level,
    )  # fmt: skip


def response_interaction(
    patients: pd.DataFrame, marker: str, *, level: float = 0.95, unassessed: str = "left out"
) -> Effect:
    """Return the ratio of odds ratios: for twice the marker, axi-cel over SOC.

    Raises
    ------
    InputError, NoFiniteEstimate
        As :func:`response_curve`.
    """
    rows = with_response(patients, marker, unassessed)
    for arm in ARMS:
        _both_outcomes(rows[rows["arm"] == arm], arm)
    arm = (rows["arm"] == "axi-cel").to_numpy(dtype=float)
    x = rows["x"].to_numpy() - rows["x"].mean()
    fit = logistic_fit(np.column_stack([arm, x, arm * x]), rows["complete"])
    return Effect("arm x x", *_odds_ratio(fit, 3, level), float(fit.p[3]))


def with_response(patients: pd.DataFrame, marker: str, unassessed: str) -> pd.DataFrame:
    """Return patients with a marker and a response, with `x` and `complete`.

    Raises
    ------
    InputError
        If `unassessed` or the marker is unknown.
    NoFiniteEstimate
        If nobody has both.
    """
    if unassessed not in UNASSESSED:
        raise InputError(f"unassessed is {unassessed!r}; allowed: {one_of(UNASSESSED)}.")
    rows = measured(patients, marker)
    if rows["best_response"].isna().all():
        raise NoFiniteEstimate("This cohort does not say who had a complete response.")
    if unassessed == "left out":
        rows = rows[rows["best_response"].notna()]
    return rows.assign(complete=rows["best_response"] == "CR")


def _both_outcomes(rows: pd.DataFrame, arm: str) -> np.ndarray:
    if arm not in ARMS:
        raise InputError(f"arm is {arm!r}; allowed: {one_of(ARMS)}.")
    complete = rows["complete"].to_numpy(dtype=bool)
    if not complete.any() or complete.all() or rows["x"].nunique() < 2:
        raise NoFiniteEstimate(
            f"In {arm} all patients have the same outcome or the same value; no slope."
        )
    return complete


def _odds_ratio(fit: LogisticFit, term: int, level: float) -> tuple[float, float, float]:
    reach = stats.norm.ppf((1 + level) / 2) * fit.se[term]
    value = fit.coefficients[term]
    return float(np.exp(value)), float(np.exp(value - reach)), float(np.exp(value + reach))


def _chance(fit: LogisticFit, x, level) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weights = np.column_stack([np.ones(len(x)), x])
    value = weights @ fit.coefficients
    reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(
        np.einsum("ij,jk,ik->i", weights, fit.covariance, weights)
    )
    return expit(value), expit(value - reach), expit(value + reach)


def _response_bend(rows, complete, of_all, knots, straight: LogisticFit) -> float:
    places = knot_positions(of_all, knots)
    try:
        bent = logistic_fit(spline_basis(rows["x"], places), complete)
    except NoFiniteEstimate:
        return float("nan")
    return ratio_test(bent.log_likelihood, straight.log_likelihood, knots - 2)


def _calibration(rows, complete, fit: LogisticFit, groups: int, level: float) -> pd.DataFrame:
    """Hold the straight model's chances against shares in groups of one size."""
    x = rows["x"].to_numpy()
    expected = expit(fit.coefficients[0] + fit.coefficients[1] * x)
    group = pd.qcut(x, groups, labels=False, duplicates="drop")
    table = pd.DataFrame({"group": group, "x": x, "expected": expected, "cases": complete})
    by = table.groupby("group")
    n, cases = by.size().to_numpy(), by["cases"].sum().to_numpy()
    lower, upper = study_intervals(cases, n, method="wilson", level=level)
    return pd.DataFrame({
        "n": n, "cases": cases, "middle": 2 ** by["x"].median().to_numpy(),
        "expected": by["expected"].mean().to_numpy(), "observed": cases / n,
        "lower": lower, "upper": upper,
    })  # fmt: skip
