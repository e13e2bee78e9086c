"""Trim and fill: how many trials a symmetric funnel would lack, and the pool with them.

Duval and Tweedie, Biometrics 2000;56:455 and JASA 2000;95:89; the rules where these
leave a choice are metafor's ``trimfill``.
"""

from dataclasses import dataclass, field

import numpy as np

from secondline.checks import check_choice, check_level
from secondline.errors import NoFiniteEstimate
from secondline.proportions.between_study import residual_tau2, weighted_fit
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import CI_METHODS, METHODS
from secondline.proportions.summary import Summary, summarise
from secondline.proportions.transforms import SCALES, effects, harmonic_mean

FILL_ESTIMATORS = ("L0", "R0")
SIDES = ("left", "right")
LONGEST = 100


@dataclass(frozen=True, eq=False)
class TrimAndFill:
    """The trials that the method adds, and the pool with them.

    Attributes
    ----------
    k0 : int
        Trials added.
    se_k0 : float
        Standard error of the number of trials missing.
    side : str
        Where they were added: "left" (low proportions) or "right".
    side_chosen : bool
        Whether the data chose the side.
    fill_estimator : str
        "L0" or "R0".
    estimate, lower, upper : float
        The pool with the added trials, proportions from 0 to 1.
    filled : Summary
        The same on the scale of the transform.
    imputed_effects, imputed_variances, imputed_totals : ndarray, shape (k0,)
        The added trials: mirror images of the trials farthest out on the other side.
    imputed_shares : ndarray, shape (k0,)
        Their proportions, each carried back at its own size.
    k : int
        Trials that there are.
    transform, method, ci : str
    level : float
    notes : tuple of str
    """

    k0: int
    se_k0: float
    side: str
    side_chosen: bool
    fill_estimator: str
    estimate: float
    lower: float
    upper: float
    filled: Summary
    imputed_effects: np.ndarray = field(repr=False)
    imputed_variances: np.ndarray = field(repr=False)
    imputed_totals: np.ndarray = field(repr=False)
    imputed_shares: np.ndarray = field(repr=False)
    k: int
    transform: str
    method: str
    ci: str
    level: float
    notes: tuple[str, ...] = ()


def trim_and_fill(
    events,
    totals,
    *,
    transform: str = "freeman-tukey",
    method: str = "DL",
    estimator: str = "L0",
    side: str | None = None,
    ci: str = "wald",
    level: float = 0.95,
) -> TrimAndFill:
    """Add the trials that would make the funnel symmetric, and pool again.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 3.
    transform : {"freeman-tukey", "logit", "arcsine", "raw", "log"}
    method : {"common", "DL", "REML", "PM"}
    estimator : {"L0", "R0"}
        Of the number of trials missing: from the rank sum, or from the longest run
        of ranks at the end.
    side : {None, "left", "right"}
        Where trials are thought to be missing. None: opposite to the side on which
        the small trials lie, by the slope of a meta-regression on the standard
        error (metafor's rule; "left" unless the slope is negative).
    ci, level
        As for :func:`secondline.proportions.pool`.

    Returns
    -------
    TrimAndFill

    Raises
    ------
    InputError
        If the counts or a choice cannot be used.
    NoFiniteEstimate
        If the number of missing trials does not settle.
    """
    check_choice("transform", transform, tuple(SCALES))
    check_choice("method", method, METHODS)
    check_choice("estimator", estimator, FILL_ESTIMATORS)
    check_choice("ci", ci, CI_METHODS)
    check_level(level)
    if side is not None:
        check_choice("side", side, SIDES)
    events, totals = check_counts(events, totals, minimum=3)
    scale = SCALES[transform]
    effect, variance, _ = effects(scale, events, totals)
    notes = []
    chosen = side is None
    if chosen:
        side, note = _side(effect, variance, method)
        notes += [note] if note else []

    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * effect, kind="stable")
    y, v = sign * effect[order], variance[order]
    k = len(y)
    k0, before = 0, -1
    for _ in range(LONGEST):
        if k0 == before:
            break
        before = k0
        centre = summarise(y[: k - k0], v[: k - k0], method=method).effect
        k0, se_k0 = _missing(y - centre, estimator)
    else:
        raise NoFiniteEstimate(
            "Trim and fill does not settle on a number of missing trials for these data; "
            "use the other estimator ('L0' or 'R0') or name the side."
        )
    out = order[k - k0 :]
    imputed = sign * (2 * centre - y[k - k0 :])
    all_totals = np.concatenate([totals, totals[out]])
    filled = summarise(
        np.concatenate([effect, imputed]),
        np.concatenate([variance, variance[out]]),
        method=method,
        ci=ci,
        level=level,
    )
    n = harmonic_mean(all_totals)
    shares = [float(scale.backward(e, m)) for e, m in zip(imputed, totals[out], strict=True)]
    return TrimAndFill(
        k0=k0,
        se_k0=se_k0,
        side=side,
        side_chosen=chosen,
        fill_estimator=estimator,
        estimate=float(scale.backward(filled.effect, n)),
        lower=float(scale.backward(filled.lower, n)),
        upper=float(scale.backward(filled.upper, n)),
        filled=filled,
        imputed_effects=imputed,
        imputed_variances=variance[out],
        imputed_totals=totals[out],
        imputed_shares=np.array(shares),
        k=k,
        transform=transform,
        method=method,
        ci=ci,
        level=level,
        notes=tuple(notes),
    )


def _side(effect, variance, method) -> tuple[str, str]:
    se = np.sqrt(variance)
    width = se.std()
    if width <= 1e-12 * se.mean():
        return "left", (
            "All trials have the same standard error, so the data cannot choose a side; left "
            "was taken."
        )
    design = np.column_stack([np.ones(len(se)), (se - se.mean()) / width])
    tau2 = residual_tau2(effect, variance, design, method)
    slope = weighted_fit(effect, variance + tau2, design)[0][1]
    return ("right" if slope < 0 else "left"), ""


def _missing(away, estimator) -> tuple[int, float]:
    """Return the number of trials missing on the left and its standard error."""
    k = len(away)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
    if estimator == "R0":
        others = ranks[away <= 0]
        k0 = k - (others.max() if len(others) else 0) - 1
        return int(max(0, k0)), float(np.sqrt(2 * max(0, k0) + 2))
    rank_sum = float(np.sum(ranks[away > 0]))
    k0 = (4 * rank_sum - k * (k + 1)) / (2 * k - 1)
    spread = (
        k * (k + 1) * (2 * k + 1)
        + 10 * k0**3
        + 27 * k0**2
        + 17 * k0
        - 18 * k * k0**2
        - 18 * k * k0
        + 6 * k**2 * k0
    ) / 24
    se = 4 * np.sqrt(spread) / (2 * k - 1) if spread >= 0 else np.nan
    return max(0, round(k0)), float(se)
