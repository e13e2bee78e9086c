"""Small-study effects: do small trials report other proportions than large ones?"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.checks import check_choice
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.transforms import SCALES, effects


@dataclass(frozen=True)
class RegressionTest:
    """A weighted straight line through the trials' effects.

    Attributes
    ----------
    intercept, slope, slope_se : float
        For Egger's test the intercept is the effect that the line gives to a trial
        without sampling error.
    p_slope : float
        Two-sided P of the slope, t with `df` degrees of freedom; NaN where the
        trials lie exactly on a line, which leaves no scatter to test against. This
        is Egger's test when the predictor is the standard error and the weights are
        inverse variances.
    df : int
    intercept_se : float
    """

    intercept: float
    slope: float
    slope_se: float
    p_slope: float
    df: int
    intercept_se: float = float("nan")

    @property
    def t(self) -> float:
        """The slope over its standard error; NaN without scatter."""
        return self.slope / self.slope_se if self.slope_se > 0 else float("nan")


def egger_test(events, totals, *, transform: str = "freeman-tukey") -> RegressionTest:
    """Egger's test in its classic form: effect on its standard error, weights 1/variance.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3.
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log"}
        On "logit", "raw" and "log" the standard error depends on the proportion
        itself, so that a slope can come of that alone; on "freeman-tukey" and
        "arcsine" it depends on the size of the trial only.

    Returns
    -------
    RegressionTest

    Raises
    ------
    InputError
        If the counts cannot be used, there are fewer than three trials, or all have
        the same standard error.

    Notes
    -----
    Egger, Davey Smith, Schneider and Minder, BMJ 1997;315:629, regress the
    standardised effect on precision; the slope here is their intercept (Sterne and
    Egger, in Rothstein, Sutton and Borenstein, Publication Bias in Meta-Analysis,
    2005). In R: metafor's ``regtest(model="lm", predictor="sei")``.
    """
    check_choice("transform", transform, tuple(SCALES))
    events, totals = check_counts(events, totals)
    effect, variance, _ = effects(SCALES[transform], events, totals)
    return regression_test(effect, np.sqrt(variance), 1 / variance)


def peters_test(events, totals) -> RegressionTest:
    """Peters' test: logit of the proportion on 1/n, with weights events * others / n.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3. A trial with no event, or nothing but events, gets half an event and
        half a non-event (on the logit scale and in the weights; 1/n stays).

    Returns
    -------
    RegressionTest

    Raises
    ------
    InputError
        As :func:`egger_test`; here if all the trials have one size.

    Notes
    -----
    Peters, Sutton, Jones, Abrams and Rushton, JAMA 2006;295:676, regress the log
    odds ratio on 1/N, weighted by the inverse variance of the average event rate's
    logit, which is events * non-events / N over both arms. With one arm the log odds
    take the place of the log odds ratio, and the weight becomes the inverse variance
    of the very logit that is regressed. The predictor is free of the proportion; the
    weights are not, though in two arms they are free of the *effect*. In R:
    metafor's ``regtest(model="lm", predictor="ninv")`` on measure PLO.
    """
    events, totals = check_counts(events, totals)
    effect, variance, _ = effects(SCALES["logit"], events, totals)
    return regression_test(effect, 1 / totals, 1 / variance)


def regression_test(effect, predictor, weights) -> RegressionTest:
    """Regress effects on a measure of trial size by weighted least squares.

    The residual variance is estimated (multiplicative overdispersion), as in
    Egger, Davey Smith, Schneider and Minder, BMJ 1997;315:629.

    Parameters
    ----------
    effect, predictor, weights : array_like, shape (k,)
        k >= 3; weights above 0.

    Returns
    -------
    RegressionTest

    Raises
    ------
    InputError
        If there are fewer than three trials, a value is missing, a weight is not
        above 0, or the predictor does not vary.
    """
    y, x, w = (np.asarray(column, dtype=float) for column in (effect, predictor, weights))
    if not y.shape == x.shape == w.shape or y.ndim != 1:
        raise InputError("effect, predictor and weights must be columns of one length.")
    if len(y) < 3:
        raise InputError(f"A regression test needs at least 3 trials, but there are {len(y)}.")
    if not (np.isfinite(y).all() and np.isfinite(x).all() and (w > 0).all()):
        raise InputError("Every trial needs a finite effect and predictor and a weight above 0.")
    centre = np.average(x, weights=w)
    spread = np.sum(w * (x - centre) ** 2)
    if spread <= 1e-12 * np.sum(w) * max(1e-12, centre**2):
        raise InputError("The predictor is the same in all trials, so there is no slope.")
    slope = float(np.sum(w * (x - centre) * y) / spread)
    intercept = float(np.average(y, weights=w) - slope * centre)
    df = len(y) - 2
    scatter = np.sum(w * (y - intercept - slope * x) ** 2)
    if scatter <= 1e-24 * np.sum(w * y**2):
        return RegressionTest(intercept, slope, 0.0, float("nan"), df, 0.0)
    slope_se = float(np.sqrt(scatter / df / spread))
    intercept_se = float(np.sqrt(scatter / df * (1 / np.sum(w) + centre**2 / spread)))
    p = float(2 * stats.t.sf(abs(slope / slope_se), df))
    return RegressionTest(intercept, slope, slope_se, p, df, intercept_se)
