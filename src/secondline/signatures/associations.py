"""Associations of many markers with one outcome, by the source's tests, and what is left."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, NoFiniteEstimate
from secondline.trials import cox

COLUMNS = ("name", "n", "effect", "p", "q")


def with_groups(values: pd.DataFrame, group) -> pd.DataFrame:
    """Compare each marker between two groups: Wilcoxon's rank sum test.

    Parameters
    ----------
    values : DataFrame, shape (n, k)
        Positive numbers; missing cells are left out marker by marker.
    group : array-like of bool, shape (n,)
        Whether a patient is in the first group, such as those with an ongoing response.

    Returns
    -------
    DataFrame
        One row a marker: name; n; effect, the binary logarithm of the ratio of medians,
        first over second group; p, two-sided, by normal approximation without correction
        (the same as Kruskal and Wallis's test of two groups); q, adjusted for the number
        of markers (:func:`adjusted`). NaN where a group is empty.
    """
    group = _flags(group, len(values))
    rows = []
    for name, column in values.items():
        known = column.notna().to_numpy()
        first, second = column[known & group], column[known & ~group]
        effect = p = np.nan
        if len(first) and len(second):
            p = (
                float(stats.kruskal(first, second).pvalue)
                if column[known].nunique() > 1
                else np.nan
            )
            top, bottom = first.median(), second.median()
            effect = float(np.log2(top / bottom)) if top > 0 and bottom > 0 else np.nan
        rows.append((name, int(known.sum()), effect, p))
    return _table(rows)


def with_survival(values: pd.DataFrame, time, event) -> pd.DataFrame:
    """Compare times to an event between high and low values of each marker: Cox models.

    Parameters
    ----------
    values : DataFrame, shape (n, k)
        1 for high, 0 for low; missing cells are left out marker by marker.
    time : array-like, shape (n,)
        Months; patients with a missing time are left out.
    event : array-like of bool, shape (n,)

    Returns
    -------
    DataFrame
        One row a marker: name; n; effect, the binary logarithm of the hazard ratio of high
        over low; p (Wald); q. NaN where a level is empty or the estimate is not finite.
    """
    time, event = np.asarray(time, dtype=float), _flags(event, len(values))
    rows = []
    for name, column in values.items():
        known = column.notna().to_numpy() & np.isfinite(time)
        high = column[known].to_numpy(dtype=float)
        effect = p = np.nan
        if len(np.unique(high)) == 2 and event[known].any():
            fit = cox(time[known], event[known], high)
            if np.isfinite(fit.se[0]):
                effect, p = float(fit.log_hazard_ratio[0] / np.log(2)), float(fit.p[0])
        rows.append((name, int(known.sum()), effect, p))
    return _table(rows)


def with_number(values: pd.DataFrame, other) -> pd.DataFrame:
    """Correlate each marker with a number: Spearman's rank correlation.

    Returns
    -------
    DataFrame
        One row a marker: name; n; effect, Spearman's R; p; q.
    """
    other = pd.Series(np.asarray(other, dtype=float), index=values.index)
    rows = []
    for name, column in values.items():
        known = column.notna() & other.notna()
        r = p = np.nan
        if known.sum() > 2 and column[known].nunique() > 1 and other[known].nunique() > 1:
            r, p = stats.spearmanr(column[known], other[known])
        rows.append((name, int(known.sum()), float(r), float(p)))
    return _table(rows)


def logistic(values, outcome) -> tuple[float, float, float]:
    """Return the slope of a logistic regression on one marker, its standard error, and Wald's P.

    Parameters
    ----------
    values : array-like, shape (n,)
    outcome : array-like of bool, shape (n,)

    Raises
    ------
    InputError
        If the outcome or the marker has one value.
    NoFiniteEstimate
        If the marker parts the outcomes.
    """
    x = np.asarray(values, dtype=float)
    if len(np.unique(x)) < 2:
        raise InputError("A logistic regression needs both outcomes and more than one value.")
    fit = logistic_fit(x[:, None], outcome)
    return float(fit.coefficients[1]), float(fit.se[1]), float(fit.p[1])


@dataclass(frozen=True, eq=False)
class LogisticFit:
    """A logistic regression.

    Attributes
    ----------
    coefficients : ndarray, shape (k + 1,)
        Log odds: the intercept first.
    covariance : ndarray, shape (k + 1, k + 1)
    log_likelihood : float
    n, cases : int
    """

    coefficients: np.ndarray = field(repr=False)
    covariance: np.ndarray = field(repr=False)
    log_likelihood: float
    n: int
    cases: int

    @property
    def se(self) -> np.ndarray:
        return np.sqrt(np.diag(self.covariance))

    @property
    def p(self) -> np.ndarray:
        """Two-sided Wald tests."""
        return 2 * stats.norm.sf(np.abs(self.coefficients / self.se))


def logistic_fit(columns, outcome) -> LogisticFit:
    """Fit a logistic regression with an intercept, through statsmodels.

    Parameters
    ----------
    columns : array-like, shape (n, k)
    outcome : array-like of bool, shape (n,)

    Raises
    ------
    InputError
        If the outcome has one value.
    NoFiniteEstimate
        If the columns part the outcomes, or one follows from the others.
    """
    import warnings

    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

    x = np.asarray(columns, dtype=float)
    y = _flags(outcome, len(x)).astype(float)
    if len(np.unique(y)) < 2:
        raise InputError("A logistic regression needs both outcomes and more than one value.")
    design = np.column_stack([np.ones(len(x)), x])
    if np.linalg.matrix_rank((x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-300)) < x.shape[1]:
        raise NoFiniteEstimate("One marker follows from the others; no finite slope.")
    with warnings.catch_warnings():
        for kind in (ConvergenceWarning, PerfectSeparationWarning, RuntimeWarning):
            warnings.simplefilter("error", kind)
        try:
            fit = Logit(y, design).fit(disp=0)
        except (
            ConvergenceWarning,
            PerfectSeparationWarning,
            RuntimeWarning,
            np.linalg.LinAlgError,
        ):
            raise NoFiniteEstimate("The marker parts the outcomes; no finite slope.") from None
    return LogisticFit(fit.params, fit.cov_params(), float(fit.llf), len(y), int(y.sum()))


def adjusted(p) -> np.ndarray:
    """Return P values adjusted so that those below a limit hold that false discovery rate.

    Benjamini and Hochberg, JRSS B 1995;57:289. Missing ones stay missing and are not counted.
    """
    p = np.asarray(p, dtype=float)
    known = np.isfinite(p)
    q = np.full(p.shape, np.nan)
    if known.any():
        q[known] = stats.false_discovery_control(p[known])
    return q


def effective_tests(correlation) -> float:
    """Return how many independent tests the tests of correlated markers are worth.

    Galwey, Genetic Epidemiology 2009;33:559: from the eigenvalues of the correlation
    matrix; k for independent markers, 1 for copies of one.

    Parameters
    ----------
    correlation : ndarray, shape (k, k)
    """
    values = np.maximum(np.linalg.eigvalsh(np.asarray(correlation, dtype=float)), 0)
    return float(np.sqrt(values).sum() ** 2 / values.sum())


def _table(rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    return table.assign(q=adjusted(table["p"]))


def _flags(values, n: int) -> np.ndarray:
    flags = np.asarray(values).astype(bool)
    if flags.shape != (n,):
        raise InputError(f"There are {n} patients, but {flags.shape} answers.")
    return flags
