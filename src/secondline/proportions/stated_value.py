"""In which ways of pooling the lower limit lies above a stated value."""

import numpy as np
import pandas as pd

from secondline.proportions.pooling import PooledProportion
from secondline.proportions.report import CI_NAMES, METHOD_NAMES, TRANSFORM_NAMES, percent

NEARBY = (-0.10, -0.05, -0.02, 0.0, 0.02, 0.05, 0.10)


def ways_that_hold(results: list[PooledProportion], threshold: float) -> np.ndarray:
    """Tell for each way of pooling whether its lower limit lies above a threshold.

    Parameters
    ----------
    results : list of PooledProportion
    threshold : float
        A proportion from 0 to 1.

    Returns
    -------
    ndarray of bool
    """
    return np.array([result.lower > threshold for result in results])


def random_effects(results: list[PooledProportion], ci: str) -> list[PooledProportion]:
    """Return the ways with a spread between trials and one kind of interval."""
    return [r for r in results if r.method != "common" and r.ci == ci]


def nearby_values(threshold: float, steps=NEARBY) -> list[float]:
    """Return values around a stated one, as far as they lie between 0 and 1.

    Parameters
    ----------
    threshold : float
        A proportion.
    steps : sequence of float
        What is added to it.

    Returns
    -------
    list of float
    """
    values = [round(threshold + step, 10) for step in steps]
    return [value for value in values if 0 < value < 1]


def stated_values_table(results: list[PooledProportion], values) -> pd.DataFrame:
    """Return in how many ways the reading holds, for several stated values.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.
    values : sequence of float
        Proportions from 0 to 1.

    Returns
    -------
    DataFrame
        One row a value, to be read: all ways, those under a common effect, and those
        under random effects by interval, each as "held of tried".
    """
    groups = {
        "All ways": results,
        "Common effect": [r for r in results if r.method == "common"],
        **{
            f"Random effects, {name}": random_effects(results, ci)
            for ci, name in CI_NAMES.items()
        },
    }
    return pd.DataFrame(
        {"Stated value": f"{100 * value:g} %"}
        | {
            name: f"{ways_that_hold(ways, value).sum():.0f} of {len(ways)}"
            for name, ways in groups.items()
        }
        for value in values
    )


def where_ways_agree(results: list[PooledProportion]) -> tuple[float, float]:
    """Return between which stated values the choice of method decides.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.

    Returns
    -------
    lowest, highest : float
        Below the first the reading holds in every way; from the second on it holds in
        no way under random effects. Proportions from 0 to 1.
    """
    return (
        min(r.lower for r in results),
        max(r.lower for r in results if r.method != "common"),
    )


def scale_of_those_that_hold(results: list[PooledProportion], threshold: float) -> str:
    """Return the scale of the ways that hold if it is one scale; "" otherwise."""
    scales = {r.transform for r in results if r.lower > threshold}
    return scales.pop() if len(scales) == 1 else ""


def grid_reading(results: list[PooledProportion], threshold: float) -> str:
    """Return how many ways of pooling carry the reading, and which kind of way does not."""
    holds = ways_that_hold(results, threshold)
    text = (
        f"The reading (lower limit above {100 * threshold:g} %) holds in {holds.sum()} of "
        f"{len(results)} ways. "
    )
    lowest = min(results, key=lambda r: r.lower)
    text += (
        f"The lowest lower limit is {percent(lowest.lower)} % ({TRANSFORM_NAMES[lowest.transform]}"
        f", {METHOD_NAMES[lowest.method]}, {CI_NAMES[lowest.ci]}). "
    )
    if holds.all():
        return text + "No choice of method changes it."
    if not holds.any():
        return text + "It does not follow by any method."
    parts, rare = [], False
    for ci, name in CI_NAMES.items():
        chosen = random_effects(results, ci)
        if not chosen:
            continue
        held = int(ways_that_hold(chosen, threshold).sum())
        part = f"{name} {held} of {len(chosen)}"
        scale = scale_of_those_that_hold(chosen, threshold)
        if scale and held < len(chosen):
            where = (
                "by the binomial-normal model"
                if scale == "glmm"
                else f"on the {TRANSFORM_NAMES[scale]} scale"
            )
            rare |= scale == "log"
            part += f" ({'all ' if held > 1 else ''}{where})"
        parts.append(part)
    text += f"Under random effects by interval: {'; '.join(parts)}. "
    text += "The log scale is meant for rare events. " if rare else ""
    return text + "So it rests on a choice."
