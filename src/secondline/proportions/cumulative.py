"""The pool as it grew: trial after trial in a given order."""

from dataclasses import dataclass

import numpy as np

from secondline.checks import check_choice, check_level
from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import CI_METHODS, METHODS, TRANSFORMS, pool
from secondline.proportions.summary import summarise
from secondline.proportions.transforms import SCALES, effects, harmonic_mean

TIES = ("together", "as listed")


@dataclass(frozen=True, eq=False)
class CumulativeStep:
    """The pool after a step.

    Attributes
    ----------
    added : tuple of int
        Positions (from 0) of the trials that joined.
    value : object
        Their value in the order.
    k : int
        Trials so far.
    estimate, lower, upper : float
        Proportions from 0 to 1; NaN where the binomial-normal model has no finite
        estimate; the limits also for Hartung-Knapp with one trial.
    effect, se, tau2, q, i2 : float
        As in a pool, on the scale of the transform; tau2, q and i2 are 0 for a
        single trial.
    """

    added: tuple[int, ...]
    value: object
    k: int
    estimate: float
    lower: float
    upper: float
    effect: float
    se: float
    tau2: float
    q: float
    i2: float


def cumulative(
    events,
    totals,
    order,
    *,
    transform: str = "freeman-tukey",
    method: str = "DL",
    ci: str = "wald",
    level: float = 0.95,
    ties: str = "together",
) -> list[CumulativeStep]:
    """Pool anew after each trial, in the given order.

    Parameters
    ----------
    events, totals : array_like of int, shape (k,)
        k >= 1.
    order : array_like, shape (k,)
        Numbers to sort by, such as years of publication.
    transform, method, ci, level
        As for :func:`secondline.proportions.pool`.
    ties : {"together", "as listed"}
        Trials of one value join in one step, since nothing says which came first;
        or one after the other as they stand in the table, as in metafor's ``cumul``.

    Returns
    -------
    list of CumulativeStep
        With "as listed" (and with "together" if the first value stands once) the
        first is a single trial.

    Raises
    ------
    InputError
        If the counts, the order or a choice cannot be used.

    Notes
    -----
    Lau, Antman, Jimenez-Silva, Kupelnick, Mosteller and Chalmers, NEJM 1992;327:248.
    Freeman-Tukey values are carried back at the harmonic mean of the trials so far.
    """
    check_choice("transform", transform, TRANSFORMS)
    check_choice("method", method, METHODS)
    check_choice("ci", ci, CI_METHODS)
    check_choice("ties", ties, TIES)
    check_level(level)
    events, totals = check_counts(events, totals, minimum=1)
    if transform == "glmm" and ci != "wald":
        raise InputError(
            f"ci is {ci!r}; the binomial-normal model (transform='glmm') has only 'wald'."
        )
    values = _order(order, len(events))
    sequence = np.argsort(values, kind="stable")
    groups = [(int(i),) for i in sequence]
    if ties == "together":
        groups = [
            tuple(int(i) for i in sequence if values[i] == value) for value in np.unique(values)
        ]
    steps, so_far = [], []
    for group in groups:
        so_far += group
        step = _one_step(events[so_far], totals[so_far], transform, method, ci, level)
        steps.append(
            CumulativeStep(added=group, value=values[group[0]].item(), k=len(so_far), **step)
        )
    return steps


def _one_step(events, totals, transform, method, ci, level) -> dict:
    if transform == "glmm":
        return _one_step_glmm(events, totals, method, ci, level)
    scale = SCALES[transform]
    effect, variance, _ = effects(scale, events, totals)
    s = summarise(effect, variance, method=method, ci=ci, level=level)
    n = harmonic_mean(totals)

    def back(value):
        return float(scale.backward(value, n)) if np.isfinite(value) else float("nan")

    limits = {"estimate": back(s.effect), "lower": back(s.lower), "upper": back(s.upper)}
    return limits | {"effect": s.effect, "se": s.se, "tau2": s.tau2, "q": s.q, "i2": s.i2}


def _one_step_glmm(events, totals, method, ci, level) -> dict:
    names = ("estimate", "lower", "upper", "effect", "se", "tau2", "q", "i2")
    try:
        if len(events) > 1:
            result = pool(events, totals, transform="glmm", method=method, ci=ci, level=level)
            return {name: getattr(result, name) for name in names}
    except NoFiniteEstimate:
        return dict.fromkeys(names, float("nan"))
    if events[0] in (0, totals[0]):
        return dict.fromkeys(names, float("nan"))
    # one trial: the logit of its share
    return _one_step(events, totals, "logit", "common", ci, level)


def _order(order, k: int) -> np.ndarray:
    column = list(order)
    if len(column) != k:
        raise InputError(f"order has {len(column)} values and there are {k} trials.")
    for row, value in enumerate(column, start=1):
        if value is None or str(value) in {"nan", "NaN", "<NA>", "NaT"}:
            raise InputError(f"Row {row}: order is missing; leave the trial out or fill it in.")
    try:
        return np.array([float(value) for value in column])
    except (TypeError, ValueError) as error:
        raise InputError("order must hold numbers, such as years.") from error
