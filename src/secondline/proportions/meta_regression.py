"""Meta-regression: does the proportion change with a property of the trials?

Mixed-effects model on the scale of a transform: effect_i = x_i'beta + u_i + e_i,
u_i ~ N(0, tau2), e_i ~ N(0, v_i). Thompson and Higgins, Stat Med 2002;21:1559;
estimators of the residual tau2 as in Viechtbauer, J Stat Softw 2010;36(3).
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.checks import check_choice, check_level
from secondline.errors import InputError
from secondline.proportions.between_study import critical_value, residual_tau2, weighted_fit
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import METHODS
from secondline.proportions.transforms import SCALES, effects, harmonic_mean

TESTS = ("z", "knha")
# Cochrane Handbook 10.11.5.1: ten trials for each characteristic, and even so may be too few
TRIALS_PER_MODERATOR = 10
INTERCEPT = "intercept"
NO_SCATTER = 1e-20  # a sum of squares that is rounding only


@dataclass(frozen=True, eq=False)
class MetaRegression:
    """A fitted meta-regression, on the scale of its transform.

    Attributes
    ----------
    names : tuple of str
        "intercept", then the moderators.
    coefficients, se, lower, upper, statistics, p_values : ndarray, shape (p,)
        Each coefficient, its standard error, confidence limits, z or t statistic
        and two-sided P.
    covariance : ndarray, shape (p, p)
        Of the coefficients.
    tau2 : float
        Residual variance between trials.
    i2 : float
        Residual I2 in percent.
    qe, qe_df, p_qe : float, int, float
        Residual heterogeneity statistic, its degrees of freedom and P.
    qm, qm_df, p_qm : float, int, float
        Joint test of the moderators: Wald chi-square ("z") or F ("knha") with
        `qm_df` (and k - p) degrees of freedom.
    r2 : float
        Share of tau2 that the moderators take away, in percent, not below 0; 0
        where there is none to take away. With a common effect: adjusted R2 of the
        weighted regression.
    k, p : int
        Trials; coefficients, intercept included.
    transform, method, test : str
    level : float
    back_transform_n : float
        Harmonic mean of the totals for "freeman-tukey", else NaN.
    notes : tuple of str
        Sentences on corrections and on what the fit cannot carry.
    """

    names: tuple[str, ...]
    coefficients: np.ndarray
    se: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    statistics: np.ndarray
    p_values: np.ndarray
    covariance: np.ndarray = field(repr=False)
    tau2: float
    i2: float
    qe: float
    qe_df: int
    p_qe: float
    qm: float
    qm_df: int
    p_qm: float
    r2: float
    k: int
    p: int
    transform: str
    method: str
    test: str
    level: float
    back_transform_n: float
    notes: tuple[str, ...] = ()


def meta_regression(
    events,
    totals,
    moderators,
    *,
    transform: str = "freeman-tukey",
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> MetaRegression:
    """Regress the trials' proportions on properties of the trials.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
    moderators : mapping of str to array_like, DataFrame, or array_like of shape (k,) or (k, m)
        One column of finite numbers (or True and False) for each moderator; an
        intercept is added. Columns of a bare array are called x1, x2, ...
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log"}
    method : {"common", "DL", "REML", "PM"}
        How the residual tau2 is estimated; "common" sets it to 0.
    test : {"z", "knha"}
        Normal tests and limits, or Knapp and Hartung's (t with k - p degrees of
        freedom; Stat Med 2003;22:2693).
    level : float
        Coverage of the limits, between 0 and 1.

    Returns
    -------
    MetaRegression

    Raises
    ------
    InputError
        If the counts or a choice cannot be used, a moderator is missing somewhere,
        is no number, is constant or follows from the others, or the trials are not
        at least two more than the coefficients.

    Notes
    -----
    The columns are centred and scaled for the computation, so that a column of
    years loses no digits; the coefficients are those of the columns as given.

    Examples
    --------
    >>> fit = meta_regression(
    ...     [11, 26, 35, 33, 29], [27, 52, 46, 61, 60], {"year": [2025, 2023, 2025, 2024, 2025]}
    ... )
    >>> fit.names, fit.k, fit.p
    (('intercept', 'year'), 5, 2)
    """
    check_choice("transform", transform, tuple(SCALES))
    check_choice("method", method, METHODS)
    check_choice("test", test, TESTS)
    check_level(level)
    events, totals = check_counts(events, totals, minimum=2)
    names, columns = moderator_columns(moderators, len(events))
    k, p = len(events), len(names) + 1
    if k < p + 2:
        raise InputError(
            f"A meta-regression with {p} coefficients (the intercept is one) needs at least "
            f"{p + 2} trials, but there are {k}."
        )
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    for name, column, width in zip(names, columns.T, spread, strict=True):
        if width <= 1e-12 * max(1.0, np.max(np.abs(column))):
            raise InputError(
                f"The moderator {name!r} is the same in all trials, so it can explain nothing."
            )
    scaled = np.column_stack([np.ones(k), (columns - centre) / spread])
    if np.linalg.matrix_rank(scaled, tol=1e-8 * np.sqrt(k)) < p:
        raise InputError(
            f"The moderators {', '.join(map(repr, names))} follow from one another (they are "
            "collinear), so their effects cannot be told apart; leave one out."
        )
    effect, variance, corrected = effects(SCALES[transform], events, totals)

    tau2 = residual_tau2(effect, variance, scaled, method)
    beta, inverse, residual_q = weighted_fit(effect, variance + tau2, scaled)
    _, plain_inverse, qe = weighted_fit(effect, variance, scaled)
    notes = []
    if test == "knha":
        factor = residual_q / (k - p) if residual_q > NO_SCATTER else 0.0
        if factor == 0:
            notes.append(
                "The trials lie exactly on the line, so the Knapp-Hartung limits have no width "
                "and there is no test."
            )
        inverse = inverse * factor
    critical = critical_value(level, k - p if test == "knha" else np.inf)
    m = p - 1
    qm = float("nan")
    if inverse[0, 0] > 0:
        qm = float(beta[1:] @ np.linalg.solve(inverse[1:, 1:], beta[1:]))
    if test == "knha":
        qm /= m
        p_qm = stats.f.sf(qm, m, k - p)
    else:
        p_qm = stats.chi2.sf(qm, m)
    # back to the columns as given: x = centre + spread * z
    back = np.diag(np.concatenate([[1.0], 1 / spread]))
    back[0, 1:] = -centre / spread
    beta, covariance = back @ beta, back @ inverse @ back.T
    se = np.sqrt(np.diag(covariance))
    statistics = np.full(p, np.nan)
    np.divide(beta, se, out=statistics, where=se > 0)
    tail = (
        stats.t.sf(np.abs(statistics), k - p)
        if test == "knha"
        else stats.norm.sf(np.abs(statistics))
    )
    weights = 1 / variance
    if method == "common":
        i2 = max(0.0, (qe - (k - p)) / qe) if qe > 0 else 0.0
    else:
        trace = np.sum(weights) - np.trace(
            (scaled * weights[:, None] ** 2).T @ scaled @ plain_inverse
        )
        i2 = tau2 / (tau2 + (k - p) / trace)
    if corrected.any():
        rows = ", ".join(str(row) for row in np.flatnonzero(corrected) + 1)
        notes.append(
            "Half an event and half a non-event were added where nobody or everybody had the "
            f"event (row {rows})."
        )
    if k < TRIALS_PER_MODERATOR * m:
        notes.append(
            f"{k} trials for {m} moderator{'s' if m > 1 else ''}: with fewer than "
            f"{TRIALS_PER_MODERATOR} trials for each, a slope is easily found by chance and "
            "easily missed."
        )
    return MetaRegression(
        names=(INTERCEPT, *names),
        coefficients=beta,
        se=se,
        lower=beta - critical * se,
        upper=beta + critical * se,
        statistics=statistics,
        p_values=2 * tail,
        covariance=covariance,
        tau2=tau2,
        i2=100 * float(i2),
        qe=qe,
        qe_df=k - p,
        p_qe=float(stats.chi2.sf(qe, k - p)),
        qm=qm,
        qm_df=m,
        p_qm=float(p_qm),
        r2=_r2(effect, variance, scaled, tau2, qe, method),
        k=k,
        p=p,
        transform=transform,
        method=method,
        test=test,
        level=level,
        back_transform_n=harmonic_mean(totals) if transform == "freeman-tukey" else float("nan"),
        notes=tuple(notes),
    )


def predict_regression(fit: MetaRegression, moderators):
    """Return the average proportion that the model expects at given moderators.

    Parameters
    ----------
    fit : MetaRegression
    moderators : as for :func:`meta_regression`
        One row for each proportion that is wanted: the same names in any order, or
        columns without names in the same order.

    Returns
    -------
    estimate, lower, upper : ndarray, shape (rows,)
        Proportions from 0 to 1; limits of the average, not of a new trial.
    """
    if hasattr(moderators, "keys"):
        given = {str(name) for name in moderators.keys()}
        if given != set(fit.names[1:]):
            raise InputError(
                f"The moderators given are {', '.join(sorted(given))}; the model has "
                f"{', '.join(fit.names[1:])}."
            )
        moderators = {name: moderators[name] for name in fit.names[1:]}
    names, columns = moderator_columns(moderators, None)
    if len(names) != fit.p - 1:
        raise InputError(
            f"{len(names)} moderators are given; the model has {fit.p - 1}: "
            f"{', '.join(fit.names[1:])}."
        )
    rows = np.column_stack([np.ones(len(columns)), columns])
    centre = rows @ fit.coefficients
    se = np.sqrt(np.maximum(np.sum((rows @ fit.covariance) * rows, axis=1), 0))
    critical = critical_value(fit.level, fit.k - fit.p if fit.test == "knha" else np.inf)
    back = SCALES[fit.transform].backward
    return tuple(
        np.asarray(back(value, fit.back_transform_n), dtype=float)
        for value in (centre, centre - critical * se, centre + critical * se)
    )


def moderator_columns(moderators, rows: int | None) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the moderators' names and a float array of shape (rows, m), or say what is wrong."""
    if hasattr(moderators, "keys"):
        names = tuple(str(name) for name in moderators.keys())
        columns = [list(moderators[name]) for name in moderators.keys()]
    else:
        table = np.asarray(moderators, dtype=object)
        if table.ndim not in (1, 2):
            raise InputError("moderators must be one or several columns, one value per trial.")
        columns = [list(c) for c in (table[None, :] if table.ndim == 1 else table.T)]
        names = tuple(f"x{i}" for i in range(1, len(columns) + 1))
    if not columns:
        raise InputError("There is no moderator; give at least one column.")
    rows = len(columns[0]) if rows is None else rows
    numbers = np.empty((rows, len(columns)))
    for j, (name, column) in enumerate(zip(names, columns, strict=True)):
        if len(column) != rows:
            raise InputError(
                f"The moderator {name!r} has {len(column)} rows and there are {rows} trials."
            )
        for i, value in enumerate(column):
            numbers[i, j] = _number(name, i + 1, value)
    return names, numbers


def _number(name, row, value) -> float:
    if value is None or str(value) in {"nan", "NaN", "<NA>", "NaT"}:
        raise InputError(f"Row {row}: the moderator {name!r} is missing; leave the trial out.")
    try:
        number = float(value) if not isinstance(value, (str, bytes)) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number):
        raise InputError(f"Row {row}: the moderator {name!r} is {value!r}, not a finite number.")
    return number


def _r2(effect, variance, design, tau2, qe, method) -> float:
    k, p = design.shape
    empty = design[:, :1]
    if method == "common":
        total = weighted_fit(effect, variance, empty)[2]
        if total <= 0:
            return 0.0
        return float(max(0.0, 100 * (1 - (qe / (k - p)) / (total / (k - 1)))))
    before = residual_tau2(effect, variance, empty, method)
    return float(max(0.0, 100 * (1 - tau2 / before))) if before > 0 else 0.0
