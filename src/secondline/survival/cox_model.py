"""A Cox model of one data set, with an interaction, through lifelines."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, NoFiniteEstimate
from secondline.survival.inputs import arm_numbers, check_times

# a log hazard ratio, or its standard error, for one standard deviation of a covariate
# that no data can give: the likelihood only rises, and the fit stopped on the way
LARGEST = 10.0
# lifelines stops early if not told otherwise; the second rule would stop it at any step
FIT_OPTIONS = {"precision": 1e-18, "r_precision": -1.0}


@dataclass(frozen=True)
class Effect:
    """The hazard ratio of one term; for an interaction, a ratio of hazard ratios."""

    term: str
    hazard_ratio: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True, eq=False)
class CoxModel:
    """A fitted Cox model.

    Attributes
    ----------
    terms : tuple of str
        Covariates in order; an interaction is ``"arm x marker"`` and stands last.
    log_hazard_ratio, se : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    log_likelihood, log_likelihood_null : float
        Partial, of the model and of one without covariates.
    interaction_p : float
        Likelihood ratio test of the interaction; nan without one.
    n, events, left_out : int
        Patients used, their events, and patients left out for a missing value.
    level : float
    """

    terms: tuple[str, ...]
    log_hazard_ratio: np.ndarray = field(repr=False)
    se: np.ndarray = field(repr=False)
    covariance: np.ndarray = field(repr=False)
    log_likelihood: float
    log_likelihood_null: float
    interaction_p: float
    n: int
    events: int
    left_out: int
    level: float

    @property
    def hazard_ratio(self) -> np.ndarray:
        return np.exp(self.log_hazard_ratio)

    @property
    def lower(self) -> np.ndarray:
        return np.exp(self.log_hazard_ratio - self._z * self.se)

    @property
    def upper(self) -> np.ndarray:
        return np.exp(self.log_hazard_ratio + self._z * self.se)

    @property
    def p(self) -> np.ndarray:
        """Two-sided Wald tests."""
        return 2 * stats.norm.sf(np.abs(self.log_hazard_ratio / self.se))

    @property
    def _z(self) -> float:
        return stats.norm.ppf((1 + self.level) / 2)

    def effect(self, term: str) -> Effect:
        """Return one term's hazard ratio.

        Raises
        ------
        InputError
            If the model has no such term.
        """
        if term not in self.terms:
            raise InputError(f"The model has no term {term!r}; it has {', '.join(self.terms)}.")
        i = self.terms.index(term)
        columns = (self.hazard_ratio, self.lower, self.upper, self.p)
        return Effect(term, *(float(column[i]) for column in columns))

    def arm_effect(self, marker: float) -> Effect:
        """Return the hazard ratio of axi-cel against SOC at one value of the marker.

        Raises
        ------
        InputError
            If the model has no interaction with the arm.
        """
        last = self.terms[-1]
        if not last.startswith("arm x "):
            raise InputError("The model has no interaction with the arm.")
        weights = np.zeros(len(self.terms))
        weights[self.terms.index("arm")] = 1
        weights[-1] = marker
        value = float(weights @ self.log_hazard_ratio)
        se = float(np.sqrt(weights @ self.covariance @ weights))
        limits = np.exp([value - self._z * se, value + self._z * se])
        name = f"arm at {last.removeprefix('arm x ')} = {marker:g}"
        return Effect(name, float(np.exp(value)), *map(float, limits),
                      float(2 * stats.norm.sf(abs(value / se))))  # fmt: skip


def cox_model(
    table: pd.DataFrame,
    covariates=("arm",),
    *,
    interaction: str = "",
    duration: str = "efs_months",
    event: str = "efs_event",
    level: float = 0.95,
) -> CoxModel:
    """Fit a Cox model (Efron's ties) with lifelines.

    Parameters
    ----------
    table : DataFrame
        One row a patient.
    covariates : sequence of str
        Columns that hold numbers, or true and false; "arm" may hold names.
    interaction : str
        A covariate whose product with "arm" is added last; empty for none.
    duration, event : str
        Columns with months and with whether the event was seen.
    level : float
        Confidence level of the Wald limits.

    Returns
    -------
    CoxModel

    Raises
    ------
    InputError
        If a column is missing or cannot be used.
    NoFiniteEstimate
        If there is no event, or the estimate does not exist: a covariate that does not
        vary, one that follows from others, or one whose every event is on one side.
    """
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning
    from scipy.linalg import LinAlgWarning

    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1.")
    covariates = [covariates] if isinstance(covariates, str) else list(covariates)
    needed = list(dict.fromkeys(["arm", interaction] if interaction else []))
    if not covariates or set(needed) - set(covariates):
        raise InputError(f"covariates are {covariates}; they must hold {needed or 'a column'}.")
    rows, left_out = _complete(table, [*covariates, duration, event])
    time, seen = check_times(rows[duration], rows[event])
    data = pd.DataFrame({name: _numbers(rows[name], name) for name in covariates})
    if interaction:
        data[f"arm x {interaction}"] = data["arm"] * data[interaction]
    terms = tuple(data.columns)
    if not seen.any():
        raise NoFiniteEstimate(f"None of the {len(data)} patients has an event; no hazard ratio.")
    fixed = [name for name in terms if data[name].nunique() < 2]
    if fixed:
        raise NoFiniteEstimate(f"{fixed[0]!r} has one value in all patients; no hazard ratio.")
    scale = data.std(ddof=0).to_numpy()
    # standardised, since a product and its parts can differ by orders of magnitude
    fitted = (data - data.mean()) / scale
    fitter = CoxPHFitter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            warnings.simplefilter("error", LinAlgWarning)
            # where the estimate runs away, its exponential overflows
            warnings.filterwarnings("error", "overflow|invalid value", RuntimeWarning)
            fitter.fit(
                fitted.assign(_time=time, _event=seen), "_time", "_event",
                fit_options=FIT_OPTIONS,
            )  # fmt: skip
    except (ConvergenceError, ConvergenceWarning, LinAlgWarning, RuntimeWarning):
        raise NoFiniteEstimate(_no_estimate(terms)) from None
    beta, covariance = fitter.params_.to_numpy(), fitter.variance_matrix_.to_numpy()
    # a likelihood that only rises has no warning of its own in lifelines
    spread = np.sqrt(np.diag(covariance))
    if not (np.abs(beta).max() <= LARGEST and spread.max() <= LARGEST):
        raise NoFiniteEstimate(_no_estimate(terms))
    without = np.nan
    if interaction:
        plain = cox_model(rows, covariates, duration=duration, event=event, level=level)
        without = stats.chi2.sf(2 * (fitter.log_likelihood_ - plain.log_likelihood), 1)
    return CoxModel(
        terms, beta / scale, spread / scale,
        covariance / np.outer(scale, scale), float(fitter.log_likelihood_),
        float(fitter._ll_null_), float(without), len(data), int(seen.sum()), left_out, float(level),
    )  # fmt: skip


def _complete(table: pd.DataFrame, columns: list[str]) -> tuple[pd.DataFrame, int]:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise InputError(f"The table has no column {missing[0]!r}; it has {list(table.columns)}.")
    rows = table[list(dict.fromkeys(columns))].dropna()
    if rows.empty:
        raise InputError(f"No patient has a value in each of {', '.join(columns)}.")
    return rows, len(table) - len(rows)


def _numbers(column: pd.Series, name: str) -> np.ndarray:
    if name == "arm":
        return arm_numbers(column, len(column)).astype(float)
    try:
        values = column.to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"The column {name!r} holds text; a covariate holds numbers, or true and false."
        ) from None
    if not np.isfinite(values).all():
        raise InputError(f"The column {name!r} holds a number that is not finite.")
    return values


def _no_estimate(terms: tuple[str, ...]) -> str:
    return (
        f"The model with {', '.join(terms)} has no finite estimate: one term follows from the "
        "others, or all events lie on one side of it."
    )
