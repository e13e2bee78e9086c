"""Contrasts of two groups within each trial, and their pool.

The groups are compared inside a trial before anything is averaged, so that a
difference between trials (drug, partner, patients) is not taken for a difference
between groups.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.checks import check_choice, check_level
from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions.between_study import ESTIMATORS, critical_value, weighted_mean
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import CI_METHODS, typical_variance

MEASURES = ("RD", "RR", "OR")
MEASURE_NAMES = {"RD": "risk difference", "RR": "risk ratio", "OR": "odds ratio"}
CONTRAST_METHODS = ("common", *ESTIMATORS, "MH")
CORRECTION = 0.5


@dataclass(frozen=True, eq=False)
class TrialContrasts:
    """The contrast of two groups in each trial.

    Attributes
    ----------
    measure : str
        RD, RR or OR.
    effect, variance : ndarray, shape (k,)
        On the scale of the analysis: the difference itself, or the logarithm of
        the ratio.
    estimate, lower, upper : ndarray, shape (k,)
        On the reader's scale: a difference of proportions, or a ratio. The
        limits of a difference are kept within -1 and 1.
    corrected : ndarray of bool, shape (k,)
        Trials with an empty cell, whose four cells were each raised by a half.
    level : float
    """

    measure: str
    effect: np.ndarray
    variance: np.ndarray
    estimate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    corrected: np.ndarray
    level: float


@dataclass(frozen=True, eq=False)
class PooledContrast:
    """The pooled contrast and what there is to know about it.

    Attributes
    ----------
    measure, method, ci : str
    estimate, lower, upper : float
        A difference of proportions, or a ratio.
    effect, se : float
        On the scale of the analysis (logarithm for RR and OR).
    p : float
        Two-sided, against no difference.
    tau2, q, p_heterogeneity, i2 : float
        Spread between trials on the scale of the analysis, Cochran's Q about the
        pooled value, its P value, and I2 in percent. NaN for a single trial, and
        tau2 is 0 where the method assumes one common effect.
    prediction_lower, prediction_upper : float
        For the true contrast in a new trial; NaN where none can be given.
    weights : ndarray, shape (k,)
        Each trial's share of the pool.
    k : int
    level : float
    notes : tuple of str
    """

    measure: str
    method: str
    ci: str
    estimate: float
    lower: float
    upper: float
    effect: float
    se: float
    p: float
    tau2: float
    q: float
    p_heterogeneity: float
    i2: float
    prediction_lower: float
    prediction_upper: float
    weights: np.ndarray = field(repr=False)
    k: int
    level: float
    notes: tuple[str, ...] = ()


def trial_contrasts(
    events1, totals1, events2, totals2, *, measure: str = "RD", level: float = 0.95
) -> TrialContrasts:
    """Return the contrast of group 1 against group 2 in each trial.

    Parameters
    ----------
    events1, totals1, events2, totals2 : array_like of int, shape (k,)
        Patients with the event and patients, in the two groups of each trial.
    measure : {"RD", "RR", "OR"}
        Risk difference (1 minus 2), risk ratio or odds ratio (1 over 2).
    level : float
        Coverage of the normal interval, between 0 and 1.

    Returns
    -------
    TrialContrasts

    Raises
    ------
    InputError
        If the counts, the measure or the level cannot be used.

    Notes
    -----
    As metafor's ``escalc``: half a patient is added to all four cells of a trial
    that has an empty one, and to no other.
    """
    check_choice("measure", measure, MEASURES)
    check_level(level)
    a, b, c, d = _cells(events1, totals1, events2, totals2)
    corrected = (a == 0) | (b == 0) | (c == 0) | (d == 0)
    a, b, c, d = (cell + CORRECTION * corrected for cell in (a, b, c, d))
    n1, n2 = a + b, c + d
    if measure == "RD":
        effect = a / n1 - c / n2
        variance = a * b / n1**3 + c * d / n2**3
    elif measure == "RR":
        effect = np.log(a / n1) - np.log(c / n2)
        variance = 1 / a - 1 / n1 + 1 / c - 1 / n2
    else:
        effect = np.log(a * d / (b * c))
        variance = 1 / a + 1 / b + 1 / c + 1 / d
    margin = critical_value(level) * np.sqrt(variance)
    return TrialContrasts(
        measure=measure,
        effect=effect,
        variance=variance,
        estimate=_back(measure, effect),
        lower=_back(measure, effect - margin),
        upper=_back(measure, effect + margin),
        corrected=corrected,
        level=level,
    )


def pool_contrasts(
    events1,
    totals1,
    events2,
    totals2,
    *,
    measure: str = "RD",
    method: str = "DL",
    ci: str = "wald",
    level: float = 0.95,
) -> PooledContrast:
    """Pool the contrasts of several trials.

    Parameters
    ----------
    events1, totals1, events2, totals2, measure, level
        As for :func:`trial_contrasts`; one trial is enough (nothing is averaged).
    method : {"common", "DL", "REML", "PM", "MH"}
        Inverse variance with a common effect or with an estimator of tau2, or
        Mantel-Haenszel (common effect, without any correction of empty cells).
    ci : {"wald", "hksj", "hksj-conservative"}
        As for :func:`secondline.proportions.pool`; "MH" has only "wald".

    Returns
    -------
    PooledContrast

    Raises
    ------
    InputError
        If the counts or a choice cannot be used.
    NoFiniteEstimate
        If the Mantel-Haenszel ratio has no finite value, as with no event in a
        whole group.

    Notes
    -----
    Variances of the Mantel-Haenszel estimates: Sato, Greenland and Robins
    (Biometrics 1989;45:1323) for RD, Greenland and Robins (Biometrics
    1985;41:55) for RR, Robins, Breslow and Greenland (Biometrics 1986;42:311)
    for OR, as in metafor's ``rma.mh``.

    Examples
    --------
    >>> pooled = pool_contrasts([33, 20, 22], [61, 35, 29], [66, 38, 66], [96, 63, 74])
    >>> f"{100 * pooled.estimate:.1f} ({100 * pooled.lower:.1f} to {100 * pooled.upper:.1f})"
    '-11.4 (-21.4 to -1.4)'
    """
    check_choice("method", method, CONTRAST_METHODS)
    check_choice("ci", ci, CI_METHODS)
    if method == "MH" and ci != "wald":
        raise InputError(f"ci is {ci!r}; method 'MH' (Mantel-Haenszel) has only 'wald'.")
    counts = (events1, totals1, events2, totals2)
    trials = trial_contrasts(*counts, measure=measure, level=level)
    k = len(trials.effect)
    notes = _correction_notes(trials.corrected, method)
    if method == "MH":
        mean, se, weights = _mantel_haenszel(*_cells(*counts), measure)
        tau2, df = 0.0, np.inf
        q = float(np.sum((trials.effect - mean) ** 2 / trials.variance))
    else:
        tau2 = 0.0
        if method != "common" and k > 1:
            tau2 = ESTIMATORS[method](trials.effect, trials.variance)
        mean, weights, q_random = weighted_mean(trials.effect, trials.variance, tau2)
        q = weighted_mean(trials.effect, trials.variance)[2]
        se, df, more = _standard_error(weights, q_random, ci, k)
        notes += more
    if not se > 1e-9:
        se = 0.0
        notes.append(
            "These counts give a standard error of zero, so the interval has no width and there "
            "is no test; use another method."
        )
    critical = critical_value(level, df)
    low, high = mean - critical * se, mean + critical * se
    predicted = np.nan
    if method not in ("common", "MH") and k > 2:
        predicted = critical_value(level, k - 2) * np.sqrt(tau2 + se**2)
    share = weights / np.sum(weights)
    share.flags.writeable = False
    return PooledContrast(
        measure=measure,
        method=method,
        ci=ci,
        estimate=float(_back(measure, mean)),
        lower=float(_back(measure, low)),
        upper=float(_back(measure, high)),
        effect=float(mean),
        se=float(se),
        p=_two_sided(mean, se, df),
        tau2=tau2 if k > 1 else float("nan"),
        q=q if k > 1 else float("nan"),
        p_heterogeneity=float(stats.chi2.sf(q, k - 1)) if k > 1 else float("nan"),
        i2=_i2(method, q, tau2, trials.variance) if k > 1 else float("nan"),
        prediction_lower=float(_back(measure, mean - predicted)),
        prediction_upper=float(_back(measure, mean + predicted)),
        weights=share,
        k=k,
        level=level,
        notes=tuple(notes),
    )


def pool_contrasts_all_ways(events1, totals1, events2, totals2, *, level: float = 0.95):
    """Pool by every measure, method and interval, in a fixed order.

    Ways that have no finite value are left out.

    Returns
    -------
    list of PooledContrast
    """
    results = []
    for measure in MEASURES:
        for method in CONTRAST_METHODS:
            for ci in CI_METHODS[:1] if method == "MH" else CI_METHODS:
                try:
                    result = pool_contrasts(
                        events1,
                        totals1,
                        events2,
                        totals2,
                        measure=measure,
                        method=method,
                        ci=ci,
                        level=level,
                    )
                except NoFiniteEstimate:
                    continue
                results.append(result)
    return results


def _cells(events1, totals1, events2, totals2):
    a, n1 = check_counts(events1, totals1)
    c, n2 = check_counts(events2, totals2)
    if len(a) != len(c):
        raise InputError(
            f"Group 1 has {len(a)} trials and group 2 has {len(c)}; give both of each trial."
        )
    return a, n1 - a, c, n2 - c


def _back(measure, effect):
    return np.clip(effect, -1, 1) if measure == "RD" else np.exp(effect)


def _standard_error(weights, q_random, ci, k):
    """Return the standard error, its degrees of freedom (inf: normal) and notes."""
    se2 = 1 / np.sum(weights)
    if ci == "wald":
        return float(np.sqrt(se2)), np.inf, []
    if k == 1:
        return (
            float(np.sqrt(se2)),
            np.inf,
            ["With one trial there is no scatter to use, so the interval is the Wald interval."],
        )
    factor = q_random / (k - 1)
    if ci == "hksj-conservative":
        factor = max(1.0, factor)
    return float(np.sqrt(se2 * factor)), k - 1, []


def _two_sided(mean, se, df) -> float:
    if se == 0:
        return float("nan")
    tail = stats.norm.sf if np.isinf(df) else lambda z: stats.t.sf(z, df)
    return float(2 * tail(abs(mean) / se))


def _i2(method, q, tau2, variance) -> float:
    k = len(variance)
    if method in ("common", "MH"):
        return 100 * max(0.0, (q - (k - 1)) / q) if q > 0 else 0.0
    return 100 * tau2 / (tau2 + typical_variance(1 / variance))


def _mantel_haenszel(a, b, c, d, measure):
    n1, n2 = a + b, c + d
    n = n1 + n2
    if measure == "RD":
        weights = n1 * n2 / n
        mean = np.sum(a * n2 / n - c * n1 / n) / np.sum(weights)
        first = np.sum(c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + n1 * n2 * (n2 - n1) / n**2 / 2)
        second = np.sum(a * d / n + c * b / n) / 2
        variance = (mean * first + second) / np.sum(weights) ** 2
    elif measure == "RR":
        top, weights = a * n2 / n, c * n1 / n
        _need_finite(top, weights, measure)
        mean = np.log(np.sum(top) / np.sum(weights))
        spread = np.sum(n1 * n2 * (a + c) / n**2 - a * c / n)
        variance = spread / (np.sum(top) * np.sum(weights))
    else:
        top, weights = a * d / n, b * c / n
        _need_finite(top, weights, measure)
        mean = np.log(np.sum(top) / np.sum(weights))
        p, q, r, s = (a + d) / n, (b + c) / n, np.sum(top), np.sum(weights)
        variance = np.sum(p * top) / r**2 + np.sum(p * weights + q * top) / (r * s)
        variance = (variance + np.sum(q * weights) / s**2) / 2
    return float(mean), float(np.sqrt(variance)), weights


def _need_finite(top, bottom, measure) -> None:
    if np.sum(top) == 0 or np.sum(bottom) == 0:
        raise NoFiniteEstimate(
            f"The Mantel-Haenszel {MEASURE_NAMES[measure]} has no finite value for these counts; "
            "use measure 'RD', or another method."
        )


def _correction_notes(corrected, method) -> list[str]:
    rows = [str(row) for row in np.flatnonzero(corrected) + 1]
    if not rows:
        return []
    where = f"trial {rows[0]}" if len(rows) == 1 else "trials " + ", ".join(rows)
    text = f"Half a patient was added to each of the four cells of {where}, where one was empty"
    return [text + (", for Q only." if method == "MH" else ".")]

