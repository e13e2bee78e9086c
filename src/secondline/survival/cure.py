"""A mixture cure model of one arm, through lifelines."""

import warnings
from dataclasses import dataclass, field

import numpy as np
from scipy import stats
from scipy.special import expit, logit

from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival.inputs import check_times

BASES = ("Weibull", "log-logistic", "log-normal")
# closer to 0 or 1 than this, the fit sits on the edge and has no interval
EDGE = 1e-3


@dataclass(frozen=True, eq=False)
class CureFit:
    """One mixture: a share of patients without the event ever, and times of the others.

    Attributes
    ----------
    base : str
        The distribution of the others' times, one of :data:`BASES`.
    fraction, lower, upper : float
        The share without the event ever; limits on the logit scale.
    parameters : tuple of float
        Scale and shape of the Weibull (exp(-(t / scale)**shape)) and the log-logistic
        (1 / (1 + (t / scale)**shape)), or mean and standard deviation of log t.
    log_likelihood, aic : float
    """

    base: str
    fraction: float
    lower: float
    upper: float
    parameters: tuple[float, float]
    log_likelihood: float
    aic: float

    def survival(self, months) -> np.ndarray:
        """Return the share free of the event at given months, 0 or more."""
        months = np.asarray(months, dtype=float)
        first, second = self.parameters
        with np.errstate(divide="ignore"):
            if self.base == "Weibull":
                others = np.exp(-((months / first) ** second))
            elif self.base == "log-logistic":
                others = 1 / (1 + (months / first) ** second)
            else:
                others = stats.norm.sf((np.log(months) - first) / second)
        return self.fraction + (1 - self.fraction) * others


@dataclass(frozen=True, eq=False)
class MixtureCure:
    """Cure fractions of one arm by the distribution of the others' times.

    Attributes
    ----------
    fits : tuple of CureFit
        Those that converged, best (lowest AIC) first.
    failed : tuple of str
        Bases without a fit.
    level : float
    n, events : int
    last_event, last_time : float
        Months of the last event and of the longest observation.
    follow_up_p : float
        Maller and Zhou's test of whether observation was long enough, at or below .05 if
        so: (1 - m/n)**n with m events in the stretch before the last event that is as
        long as the plateau after it. 1 if there is no plateau.
    caution : str
        A sentence where the data cannot bear a cure fraction, else empty.
    """

    fits: tuple[CureFit, ...] = field(repr=False)
    failed: tuple[str, ...]
    level: float
    n: int
    events: int
    last_event: float
    last_time: float
    follow_up_p: float
    caution: str

    @property
    def best(self) -> CureFit:
        """The fit with the lowest AIC."""
        return self.fits[0]


def mixture_cure(time, event, *, bases=BASES, level: float = 0.95) -> MixtureCure:
    """Fit a mixture cure model to one arm, with each base distribution.

    Parameters
    ----------
    time : array_like, shape (n,)
        Months, above 0.
    event : array_like of bool, shape (n,)
    bases : str or sequence of str
        Of :data:`BASES`.
    level : float
        Confidence level of the cure fraction's interval.

    Returns
    -------
    MixtureCure

    Raises
    ------
    InputError
        If the input cannot be used.
    NoFiniteEstimate
        If there are fewer than five events, or no base distribution gives a fit.

    Notes
    -----
    S(t) = c + (1 - c) S0(t) (Boag, JRSS B 1949;11:15; Maller and Zhou, Survival Analysis
    with Long-Term Survivors, Wiley 1996, for the test of follow-up). Maximum likelihood
    by lifelines' MixtureCureFitter.
    """
    bases = (bases,) if isinstance(bases, str) else tuple(bases)
    unknown = [base for base in bases if base not in BASES]
    if unknown or not bases:
        raise InputError(f"bases holds {unknown or bases!r}; allowed: {one_of(BASES)}.")
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; it must lie between 0 and 1.")
    time, event = check_times(time, event)
    if (time <= 0).any():
        raise InputError("A time is 0; a cure model needs times above 0.")
    if event.sum() < 5:
        raise NoFiniteEstimate(f"{event.sum()} events are too few for three parameters.")
    results = {base: _fit(base, time, event, level) for base in bases}
    fits = sorted((fit for fit in results.values() if fit), key=lambda fit: fit.aic)
    if not fits:
        raise NoFiniteEstimate(f"No cure model converged (tried {', '.join(bases)}).")
    last_event, last_time = float(time[event].max()), float(time.max())
    plateau = last_time - last_event
    near = int((event & (time > last_event - plateau)).sum()) if plateau > 0 else 0
    p = (1 - near / len(time)) ** len(time)
    return MixtureCure(
        tuple(fits), tuple(base for base, fit in results.items() if not fit), float(level),
        len(time), int(event.sum()), last_event, last_time, float(p),
        _caution(fits[0], plateau, p),
    )  # fmt: skip


def _caution(best: CureFit, plateau: float, p: float) -> str:
    if plateau <= 0:
        return "The longest observation is an event: there is no plateau to carry a cure fraction."
    if np.isnan(best.lower):
        return (
            f"The fit puts the cure fraction at the edge, {100 * best.fraction:.0f} %: "
            "the data do not bear one."
        )
    if p > 0.05:
        return (
            f"Follow-up is short: the plateau lasts {plateau:.1f} months after the last event, "
            "and later events cannot be ruled out (Maller and Zhou's test, "
            f"P {'< 0.001' if p < 0.001 else f'= {p:.2g}'})."
        )
    return ""


def _fit(base: str, time, event, level: float) -> CureFit | None:
    from lifelines import LogLogisticFitter, LogNormalFitter, MixtureCureFitter, WeibullFitter
    from lifelines.exceptions import ConvergenceError, StatisticalWarning

    fitter = MixtureCureFitter(
        {"Weibull": WeibullFitter, "log-logistic": LogLogisticFitter,
         "log-normal": LogNormalFitter}[base](), alpha=1 - level,
    )  # fmt: skip
    try:
        with warnings.catch_warnings():
            # a matrix that cannot be inverted is met below, by its nan
            warnings.simplefilter("ignore", StatisticalWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            # one time point on the timeline, since the curve is not needed from there
            fitter.fit(
                time, event, timeline=[time.max()], initial_point=_start(base, time, event),
                fit_options={"ftol": 1e-14, "gtol": 1e-9},
            )  # fmt: skip
    except ConvergenceError:
        return None
    fraction, first, second = fitter.params_.to_numpy()
    variance = float(fitter.variance_matrix_.iloc[0, 0])
    lower = upper = np.nan
    if EDGE < fraction < 1 - EDGE and variance > 0:
        width = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance) / (fraction * (1 - fraction))
        lower, upper = expit(logit(fraction) - width), expit(logit(fraction) + width)
    return CureFit(
        base, float(fraction), float(lower), float(upper), (float(first), float(second)),
        float(fitter.log_likelihood_), float(fitter.AIC_),
    )  # fmt: skip


def _start(base: str, time, event) -> np.ndarray:
    """Return a point near the maximum, which halves the time to it."""
    logs = np.log(time[event])
    fraction = np.clip(1 - event.mean(), 0.02, 0.98)
    # the standard deviations of log t are 1.28 / shape and 1.81 / shape
    spread = max(float(logs.std()), 0.05)
    if base == "Weibull":
        return np.array([fraction, np.exp(logs.mean() + 0.58 * spread / 1.28), 1.28 / spread])
    if base == "log-logistic":
        return np.array([fraction, np.exp(logs.mean()), 1.81 / spread])
    return np.array([fraction, logs.mean(), spread])
