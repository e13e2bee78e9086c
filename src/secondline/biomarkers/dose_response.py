"""A marker as a number: hazards along it, straight and bent.

All models take the binary logarithm of the marker, so that one unit is a doubling.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats
from scipy.interpolate import CubicSpline

from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival import ARMS, CoxModel, Effect, cox_model

# Harrell, Regression Modeling Strategies: where the knots stand, as shares of the patients
KNOT_SHARES = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}
SHOWN = (0.025, 0.975)  # shares of the patients between which a curve is drawn
POINTS = 81


@dataclass(frozen=True, eq=False)
class HazardCurve:
    """A hazard along a marker.

    Attributes
    ----------
    name : str
        The arm in which, or "axi-cel against SOC".
    n, events : int
    at : ndarray, shape (m,)
        Values of the marker.
    hazard_ratio, lower, upper : ndarray, shape (m,)
        Of the bent curve: against the reference, or of the arms.
    straight, straight_lower, straight_upper : ndarray, shape (m,)
        The same of the model without a bend.
    reference : float
        Value of the marker at which an arm's hazard ratio is 1; nan for the arms.
    per_doubling : Effect
        Hazard ratio for twice the marker; for the arms the ratio of hazard ratios.
    p_any, p_bend : float
        Likelihood ratio tests: of anything along the marker, and of the bend alone.
    level : float
    """

    name: str
    n: int
    events: int
    at: np.ndarray = field(repr=False)
    hazard_ratio: np.ndarray = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    straight: np.ndarray = field(repr=False)
    straight_lower: np.ndarray = field(repr=False)
    straight_upper: np.ndarray = field(repr=False)
    reference: float
    per_doubling: Effect
    p_any: float
    p_bend: float
    level: float

    def read(self, value: float) -> tuple[float, float, float]:
        """Return hazard ratio and limits of the bent curve near a value of the marker."""
        x = np.log2(self.at)
        return tuple(
            float(np.exp(np.interp(np.log2(value), x, np.log(line))))
            for line in (self.hazard_ratio, self.lower, self.upper)
        )


def knot_positions(values, knots: int) -> np.ndarray:
    """Return where the knots of a restricted cubic spline stand: Harrell's quantiles.

    Parameters
    ----------
    values : array-like
    knots : int
        3 to 7.

    Raises
    ------
    InputError
        If there is no such number of knots.
    NoFiniteEstimate
        If two of them coincide, as with few different values.
    """
    if knots not in KNOT_SHARES:
        raise InputError(f"knots is {knots!r}; it must be a whole number from 3 to 7.")
    places = np.quantile(np.asarray(values, dtype=float), KNOT_SHARES[knots])
    if np.diff(places).min() <= 1e-9 * max(1.0, np.ptp(places)):
        raise NoFiniteEstimate(
            f"Of {knots} knots two coincide: the marker has too few different values."
        )
    return places


def spline_basis(values, places) -> np.ndarray:
    """Return the columns of a restricted (natural) cubic spline, straight beyond its ends.

    Parameters
    ----------
    values : array-like, shape (n,)
    places : array-like, shape (k,)
        Knots, ascending.

    Returns
    -------
    ndarray, shape (n, k - 1)
        Column j is the natural cubic spline that is 1 at knot j + 1 and 0 at all others,
        from SciPy. With an intercept they span every natural spline with these knots,
        and so every straight line.
    """
    x, places = np.asarray(values, dtype=float), np.asarray(places, dtype=float)
    unit = CubicSpline(places, np.eye(len(places)), bc_type="natural")
    inside = np.clip(x, places[0], places[-1])
    beyond = (x - inside)[:, None]
    # SciPy would go on with the last cubic; a restricted spline goes on straight
    return (unit(inside) + beyond * unit(inside, 1))[:, 1:]


def measured(patients: pd.DataFrame, marker: str) -> pd.DataFrame:
    """Return the patients whose marker is above zero, with `x`, its binary logarithm.

    Raises
    ------
    InputError
        If the table has no such column.
    NoFiniteEstimate
        If nobody has a value above zero.
    """
    if marker not in patients:
        raise InputError(f"The cohort has no marker {marker!r}.")
    values = patients[marker].astype(float)
    rows = patients[values > 0]
    if rows.empty:
        raise NoFiniteEstimate(f"Nobody in this cohort has a value of {marker} above zero.")
    return rows.assign(x=np.log2(values[values > 0]))


def hazard_curve(
    patients: pd.DataFrame, marker: str, arm: str, *, knots: int = 4, level: float = 0.95
) -> HazardCurve:
    """Fit Cox models of event-free survival along a marker, in one arm or of the arms.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    marker : str
        A column of numbers; values of zero and below are left out.
    arm : {"axi-cel", "SOC", "both"}
        "both": the hazard ratio of axi-cel against SOC along the marker, from products of
        the arm with the marker.
    knots : int
        Of the bent curve, 3 to 7; at Harrell's quantiles of both arms together.
    level : float

    Returns
    -------
    HazardCurve
        An arm's reference is the median of both arms' patients.

    Raises
    ------
    InputError
        If an argument is not allowed.
    NoFiniteEstimate
        If one of the models has none.
    """
    if arm not in (*ARMS, "both"):
        raise InputError(f"arm is {arm!r}; allowed: {one_of((*ARMS, 'both'))}.")
    rows = measured(patients, marker)
    places = knot_positions(rows["x"], knots)
    middle = float(rows["x"].median())
    x = np.linspace(*np.quantile(rows["x"], SHOWN), POINTS)
    rows = rows if arm == "both" else rows[rows["arm"] == arm]
    for needed in ARMS if arm == "both" else (arm,):
        if not (rows["arm"] == needed).any():
            raise NoFiniteEstimate(f"Nobody in {needed} has a value of {marker}.")
    terms = tuple(f"bend {j}" for j in range(1, knots))
    rows = rows.assign(**dict(zip(terms, spline_basis(rows["x"], places).T, strict=True)))
    points = spline_basis(x, places)
    if arm == "both":
        for name in ("x", *terms):
            rows[f"arm x {name}"] = (rows["arm"] == "axi-cel") * rows[name]
        products = tuple(f"arm x {name}" for name in terms)
        bent = cox_model(rows, ("arm", *terms, *products), level=level)
        line = cox_model(rows, ("arm", "x", "arm x x"), level=level)
        nothing = cox_model(rows, ("arm", *terms), level=level).log_likelihood
        unbent = cox_model(rows, ("arm", *terms, "arm x x"), level=level).log_likelihood
        one, none = np.ones((len(x), 1)), np.zeros_like(points)
        curves = (*_along(bent, np.hstack([one, none, points])),
                  *_along(line, np.hstack([one, none[:, :1], x[:, None]])))  # fmt: skip
    else:
        bent = cox_model(rows, terms, level=level)
        line = cox_model(rows, ("x",), level=level)
        nothing, unbent = bent.log_likelihood_null, line.log_likelihood
        curves = (*_along(bent, points - spline_basis([middle], places)),
                  *_along(line, (x - middle)[:, None]))  # fmt: skip
    return HazardCurve(
        "axi-cel against SOC" if arm == "both" else arm, len(rows), bent.events, 2**x, *curves,
        np.nan if arm == "both" else 2**middle,
        line.effect("arm x x" if arm == "both" else "x"),
        ratio_test(bent.log_likelihood, nothing, knots - 1),
        ratio_test(bent.log_likelihood, unbent, knots - 2), level,
    )  # fmt: skip


def _along(model: CoxModel, weights) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hazard ratio and limits of weighted sums of a model's terms."""
    value = weights @ model.log_hazard_ratio
    # at the reference the variance is zero, up to rounding
    variance = np.maximum(np.einsum("ij,jk,ik->i", weights, model.covariance, weights), 0)
    reach = stats.norm.ppf((1 + model.level) / 2) * np.sqrt(variance)
    return np.exp(value), np.exp(value - reach), np.exp(value + reach)


def ratio_test(more: float, less: float, df: int) -> float:
    """Return P of the likelihood ratio test of a model against one within it."""
    return float(stats.chi2.sf(max(2 * (more - less), 0.0), df))
