"""Pool the response rates of several trials."""

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from secondline.checks import check_choice, check_level
from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions import binomial_normal
from secondline.proportions.between_study import ESTIMATORS, critical_value, weighted_mean
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES, effects, harmonic_mean

TRANSFORMS = (*SCALES, "glmm")
METHODS = ("common", *ESTIMATORS)
CI_METHODS = ("wald", "hksj", "hksj-conservative")
# what a chapter records of a pool, so that other pages and sweeps find it
RECORDED = (
    "estimate",
    "lower",
    "upper",
    "tau2",
    "i2",
    "q",
    "p_heterogeneity",
    "prediction_lower",
    "prediction_upper",
    "k",
)


@dataclass(frozen=True, eq=False)
class PooledProportion:
    """A pooled proportion and what there is to know about it.

    Attributes
    ----------
    estimate, lower, upper : float
        Pooled proportion and its confidence limits, from 0 to 1.
    tau2 : float
        Between-trial variance on the scale of `transform` (logit for "glmm").
    i2 : float
        Share of the variation that is between trials, in percent (0 to 100).
    q, df, p_heterogeneity : float, int, float
        Cochran's Q (for "glmm" the likelihood-ratio statistic), its degrees of
        freedom and P value.
    prediction_lower, prediction_upper : float
        Prediction interval for the true proportion in a new trial, from 0 to 1;
        NaN where none can be given (common-effect model, two trials).
    weights : ndarray, shape (k,)
        Each trial's share of the pool; the shares add up to 1. NaN for "glmm".
    k : int
        Number of trials.
    events, patients : int
        Events and patients in all the trials together.
    effect, se : float
        Pooled value and its standard error on the scale of `transform`.
    transform, method, ci : str
        What was asked for; `method` is "ML" for "glmm".
    level : float
        Coverage of both intervals.
    back_transform_n : float
        Group size used in the Freeman-Tukey back-transformation (the harmonic
        mean of the totals); NaN for the other scales, which need none.
    notes : tuple of str
        Sentences on corrections made and on what could not be given.
    """

    estimate: float
    lower: float
    upper: float
    tau2: float
    i2: float
    q: float
    df: int
    p_heterogeneity: float
    prediction_lower: float
    prediction_upper: float
    weights: np.ndarray = field(repr=False)
    k: int
    events: int
    patients: int
    effect: float
    se: float
    transform: str
    method: str
    ci: str
    level: float
    back_transform_n: float
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        from secondline.proportions.report import describe

        return describe(self)


def pool(
    events,
    totals,
    *,
    transform: str = "freeman-tukey",
    method: str = "DL",
    ci: str = "wald",
    level: float = 0.95,
) -> PooledProportion:
    """Pool single-arm proportions.

    Parameters
    ----------
    events : array_like of int, shape (k,)
        Patients with the event in each trial, k >= 2.
    totals : array_like of int, shape (k,)
        Patients in each trial.
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log", "glmm"}
        Scale on which the trials are averaged. "glmm" is the binomial-normal
        model, which needs no scale and no correction of zero counts.
    method : {"common", "DL", "REML", "PM"}
        Common effect, or the estimator of tau2: DerSimonian-Laird, restricted
        maximum likelihood, Paule-Mandel. With "glmm" every value but "common"
        means maximum likelihood.
    ci : {"wald", "hksj", "hksj-conservative"}
        Normal interval; Hartung-Knapp-Sidik-Jonkman (t with k-1 degrees of
        freedom); or the same, never narrower than its unscaled variance allows.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    PooledProportion

    Raises
    ------
    InputError
        If the counts cannot be used (see :func:`check_counts`), a choice is
        unknown, or "glmm" is asked for with a `ci` other than "wald".
    NoFiniteEstimate
        If "glmm" has no finite estimate; an InputError of its own kind.

    Notes
    -----
    Freeman-Tukey values are carried back at the harmonic mean of the totals, as
    in Stata's metaprop; the choice matters when the totals differ much. I2 is
    tau2 against the typical within-trial variance (Higgins and Thompson, Stat Med
    2002;21:1539), which for DL equals (Q - df)/Q. The prediction interval uses t
    with k-2 degrees of freedom (Higgins, Thompson and Spiegelhalter, JRSS A
    2009;172:137). Hartung-Knapp: Stat Med 2001;20:3875; the conservative form:
    Röver, Knapp and Friede, BMC Med Res Methodol 2015;15:99.

    Examples
    --------
    >>> print(pool([11, 26, 35, 33, 29], [27, 52, 46, 61, 60]))
    54.5 % (95 % CI 43.1 to 65.7), 5 trials, 134 of 246 patients
    Heterogeneity: Q = 12.60, df = 4, P = 0.013; I² = 68.24 %; τ² = 0.0110
    95 % prediction interval: 18.2 to 88.3 %
    Freeman-Tukey, DL, Wald; back-transformed at n = 45.0 (harmonic mean)
    """
    check_choice("transform", transform, TRANSFORMS)
    check_choice("method", method, METHODS)
    check_choice("ci", ci, CI_METHODS)
    check_level(level)
    events, totals = check_counts(events, totals, minimum=2)
    settings = {"ci": ci, "level": level}
    if transform == "glmm":
        return _pool_binomial_normal(events, totals, method=method, **settings)
    return _pool_inverse_variance(events, totals, transform=transform, method=method, **settings)


def pool_all_ways(events, totals, *, level: float = 0.95) -> list[PooledProportion]:
    """Pool by every combination of transform, method and interval, in a fixed order.

    The binomial-normal model comes last, with a common effect and by maximum
    likelihood; it is left out where it has no finite estimate.

    Returns
    -------
    list of PooledProportion
    """
    results = [
        pool(events, totals, transform=transform, method=method, ci=ci, level=level)
        for transform in SCALES
        for method in METHODS
        for ci in CI_METHODS
    ]
    for method in ("common", "REML"):
        try:
            results.append(pool(events, totals, transform="glmm", method=method, level=level))
        except NoFiniteEstimate:
            continue
    return results


def _pool_inverse_variance(events, totals, *, transform, method, ci, level):
    scale = SCALES[transform]
    effect, variance, corrected = effects(scale, events, totals)
    k = len(effect)
    df = k - 1
    tau2 = 0.0 if method == "common" else ESTIMATORS[method](effect, variance)
    mean, weights, q_random = weighted_mean(effect, variance, tau2)
    _, fixed_weights, q = weighted_mean(effect, variance)
    notes = _correction_notes(corrected)

    se2 = 1 / np.sum(weights)
    if ci == "wald":
        critical = critical_value(level)
    else:
        factor = q_random / df
        if ci == "hksj-conservative":
            factor = max(1.0, factor)
        elif factor < 1e-12:
            notes.append(
                "The trials' effects are all the same, so the Hartung-Knapp interval has no width."
            )
        se2 *= factor
        critical = critical_value(level, df)
        if method == "common":
            notes.append(
                "Hartung-Knapp was made for random effects; with a common effect it only "
                "rescales the variance by the observed scatter."
            )
    se = float(np.sqrt(se2))

    if method == "common":
        i2 = max(0.0, (q - df) / q) if q > 0 else 0.0
    else:
        i2 = tau2 / (tau2 + typical_variance(fixed_weights))
    n = harmonic_mean(totals)
    margin, prediction_note = _prediction_margin(method, tau2, se, k, level)
    if prediction_note:
        notes.append(prediction_note)

    def back(value):
        return float(scale.backward(value, n)) if np.isfinite(value) else float("nan")

    if transform == "freeman-tukey":
        # Schwarzer et al. 2019: with unequal sizes the way back can mislead badly
        moved = abs(back(mean) - float(scale.backward(mean, float(np.mean(totals)))))
        if moved > 0.01:
            notes.append(
                "The group sizes are so unequal that the way back from the Freeman-Tukey scale "
                f"decides the result: at their arithmetic mean it would differ by "
                f"{100 * moved:.1f} percentage points. Use another scale or transform='glmm'."
            )
    share = weights / np.sum(weights)
    share.flags.writeable = False
    return PooledProportion(
        estimate=back(mean),
        lower=back(mean - critical * se),
        upper=back(mean + critical * se),
        tau2=tau2,
        i2=100 * float(i2),
        q=q,
        df=df,
        p_heterogeneity=float(stats.chi2.sf(q, df)),
        prediction_lower=back(mean - margin),
        prediction_upper=back(mean + margin),
        weights=share,
        k=k,
        events=int(events.sum()),
        patients=int(totals.sum()),
        effect=mean,
        se=se,
        transform=transform,
        method=method,
        ci=ci,
        level=level,
        back_transform_n=n if transform == "freeman-tukey" else float("nan"),
        notes=tuple(notes),
    )


def _pool_binomial_normal(events, totals, *, method, ci, level):
    if ci != "wald":
        raise InputError(
            f"ci is {ci!r}; the binomial-normal model (transform='glmm') has only 'wald'."
        )
    common = method == "common"
    model = binomial_normal.fit(events, totals, common=common)
    k = len(events)
    df = k - 1
    _, variance, _ = effects(SCALES["logit"], events, totals)
    typical = typical_variance(1 / variance)
    tau2 = model.tau**2
    back = SCALES["logit"].backward
    critical = critical_value(level)
    notes = ["The binomial-normal model gives its trials no explicit weights."]
    notes += _sparse_notes(events, totals)
    margin, prediction_note = _prediction_margin(method, tau2, model.se, k, level)
    if prediction_note:
        notes.append(prediction_note)
    weights = np.full(k, np.nan)
    weights.flags.writeable = False
    return PooledProportion(
        estimate=float(back(model.mu)),
        lower=float(back(model.mu - critical * model.se)),
        upper=float(back(model.mu + critical * model.se)),
        tau2=tau2,
        i2=100 * tau2 / (tau2 + typical),
        q=model.q,
        df=df,
        p_heterogeneity=float(stats.chi2.sf(model.q, df)),
        prediction_lower=float(back(model.mu - margin)),
        prediction_upper=float(back(model.mu + margin)),
        weights=weights,
        k=k,
        events=int(events.sum()),
        patients=int(totals.sum()),
        effect=model.mu,
        se=model.se,
        transform="glmm",
        method="common" if common else "ML",
        ci=ci,
        level=level,
        back_transform_n=float("nan"),
        notes=tuple(notes),
    )


def typical_variance(weights) -> float:
    """Return Higgins and Thompson's typical within-trial variance of 1/variance weights."""
    total = np.sum(weights)
    return float((len(weights) - 1) / (total - np.sum(weights**2) / total))


def _prediction_margin(method, tau2, se, k, level) -> tuple[float, str]:
    """Return the half-width of the prediction interval, or NaN with the reason."""
    if method == "common":
        return float("nan"), (
            "A common-effect model says that all trials share one proportion, so there is "
            "no prediction interval."
        )
    if k < 3:
        return float("nan"), "A prediction interval needs at least three trials."
    return float(critical_value(level, k - 2) * np.sqrt(tau2 + se**2)), ""


def _correction_notes(corrected) -> list[str]:
    rows = [str(row) for row in np.flatnonzero(corrected) + 1]
    if not rows:
        return []
    where = f"row {rows[0]}" if len(rows) == 1 else "rows " + ", ".join(rows)
    return [
        f"Half an event and half a non-event were added to {where}, where nobody or "
        "everybody had the event."
    ]


def _sparse_notes(events, totals) -> list[str]:
    """Say where the chi-square P of the likelihood-ratio statistic cannot be trusted.

    The yardstick is Cochran's (Biometrics 1954;10:417): no expected count below 1, and
    no more than a fifth of them below 5, here of events and non-events in each trial if
    all trials shared the crude proportion.
    """
    share = events.sum() / totals.sum()
    expected = np.concatenate([totals * share, totals * (1 - share)])
    below_5 = int(np.sum(expected < 5))
    if expected.min() >= 1 and below_5 <= 0.2 * len(expected):
        return []
    return [
        "The data are too sparse for the P value of the likelihood-ratio statistic: if all "
        f"trials shared one proportion, {below_5} of the {len(expected)} expected counts of "
        f"events and non-events would be below 5 (the smallest is {expected.min():.1f}), and "
        "the chi-square distribution needs at least four fifths of them at 5 or more and none "
        "below 1 (Cochran 1954)."
    ]
