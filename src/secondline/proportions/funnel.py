"""What a funnel plot shows: effects, their standard errors, and limits."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from secondline.checks import check_choice
from secondline.errors import InputError
from secondline.proportions.inputs import check_counts
from secondline.proportions.summary import summarise
from secondline.proportions.transforms import SCALES, effects

CONTOURS = (0.10, 0.05, 0.01)
LIMITS = (0.95, 0.998)


@dataclass(frozen=True, eq=False)
class Funnel:
    """Points and contours of a contour-enhanced funnel plot.

    Attributes
    ----------
    effect, se : ndarray, shape (k,)
        On the scale of `transform`.
    p_reference : ndarray, shape (k,)
        Two-sided P of each trial against the reference (normal).
    reference, reference_effect : float
        The proportion that the contours are about, and its place on the scale.
    pooled : float
        The common-effect mean on the scale, which a funnel is centred on.
    contours : tuple of float
        P values of the contours.
    ticks, tick_shares : ndarray
        Places on the scale, and the proportions that they stand for.
    sizes : ndarray, shape (m,)
        Group sizes at which the limits of the size-based funnel are given.
    size_limits : dict of float to (ndarray, ndarray)
        For each coverage the lowest and highest share that trials of those sizes
        have, if all share the crude proportion.
    crude : float
    events, totals : ndarray, shape (k,)
    transform : str
    """

    effect: np.ndarray
    se: np.ndarray
    p_reference: np.ndarray
    reference: float
    reference_effect: float
    pooled: float
    contours: tuple[float, ...]
    ticks: np.ndarray
    tick_shares: np.ndarray
    sizes: np.ndarray
    size_limits: dict
    crude: float
    events: np.ndarray
    totals: np.ndarray
    transform: str


def funnel(events, totals, *, transform: str = "freeman-tukey", reference: float = 0.5) -> Funnel:
    """Return what a contour-enhanced and a size-based funnel plot show.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 2.
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log"}
    reference : float
        The proportion that the contours of P are about, above 0 and below 1.

    Returns
    -------
    Funnel

    Notes
    -----
    Contours: Peters, Sutton, Jones, Abrams and Rushton, J Clin Epidemiol
    2008;61:991. Single arms have no null value, so a reference must be stated.
    Size against proportion: Hunter, Saratzis, Sutton and others, J Clin Epidemiol
    2014;67:897, for studies of proportions. Limits are binomial quantiles.
    """
    check_choice("transform", transform, tuple(SCALES))
    events, totals = check_counts(events, totals, minimum=2)
    if not (isinstance(reference, (int, float)) and 0 < reference < 1):
        raise InputError(f"reference is {reference!r}; it must lie between 0 and 1.")
    effect, variance, _ = effects(SCALES[transform], events, totals)
    # the double arcsine comes down to the single one in large trials
    place = SCALES["arcsine" if transform == "freeman-tukey" else transform].forward
    shares = np.array([0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
    centre = float(place(np.array([reference]), np.array([1.0]))[0][0])
    crude = float(events.sum() / totals.sum())
    sizes = np.unique(np.round(np.linspace(1, 1.15 * totals.max(), 200)))
    limits = {
        level: tuple(
            stats.binom.ppf(q, sizes, crude) / sizes for q in ((1 - level) / 2, (1 + level) / 2)
        )
        for level in LIMITS
    }
    return Funnel(
        effect=effect,
        se=np.sqrt(variance),
        p_reference=2 * stats.norm.sf(np.abs(effect - centre) / np.sqrt(variance)),
        reference=float(reference),
        reference_effect=centre,
        pooled=summarise(effect, variance, method="common").effect,
        contours=CONTOURS,
        ticks=place(shares, np.ones_like(shares))[0],
        tick_shares=shares,
        sizes=sizes,
        size_limits=limits,
        crude=crude,
        events=events,
        totals=totals,
        transform=transform,
    )
