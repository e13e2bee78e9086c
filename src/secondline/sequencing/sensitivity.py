"""What the answer hangs on: one number at a time, and the value at which it turns."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.sequencing.comparison import compare
from secondline.sequencing.known import base_case, draw
from secondline.sequencing.orders import build
from secondline.sequencing.sampler import simulate


@dataclass(frozen=True, eq=False)
class Threshold:
    """How a comparison changes along one quantity.

    Attributes
    ----------
    quantity : str
    values : ndarray, shape (n,)
    difference, lower, upper : ndarray, shape (n,)
        Mean months by which the first order is ahead, and the middle 95 % of the
        draws of all other quantities.
    probability : ndarray, shape (n,)
        Share of the draws in which the first order is ahead.
    error : ndarray, shape (n,)
        Standard error of `difference` from sampling.
    turns : tuple of float
        Values at which the mean difference is zero, by straight lines between the
        values; empty if it does not change sign.
    """

    quantity: str
    values: np.ndarray = field(repr=False)
    difference: np.ndarray = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    probability: np.ndarray = field(repr=False)
    error: np.ndarray = field(repr=False)
    turns: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class TurningMap:
    """A difference over two quantities.

    Attributes
    ----------
    across, up : ndarray, shape (a,) and (b,)
    difference : ndarray, shape (b, a)
        Months by which the first order is ahead.
    """

    across: np.ndarray
    up: np.ndarray
    difference: np.ndarray = field(repr=False)


def one_way(
    first, second, known, *, n_patients: int, seed: int, horizon: float = 60.0, scheduler: str = ""
) -> pd.DataFrame:
    """Move each quantity to its limits, one at a time, the others at their base value.

    Parameters
    ----------
    first, second : str
        Two of :data:`secondline.sequencing.ORDERS`.
    known : dict
        From :func:`secondline.sequencing.quantities`.
    n_patients : int
        Virtual patients for each order and value.
    seed : int
    horizon : float
        Months.
    scheduler : str
        As for :func:`secondline.sequencing.simulate`.

    Returns
    -------
    DataFrame
        Columns quantity, label, unit, kind, base, low, high (values), at_base, at_low,
        at_high (months by which `first` is ahead) and swing (largest less smallest),
        the widest first.
    """

    settings = {"n_patients": n_patients, "seed": seed, "horizon": horizon, "scheduler": scheduler}

    def ahead(**changed):
        return _compare(first, second, known, base_case(known, **changed), settings).mean

    at_base = ahead()
    rows = []
    for name, quantity in known.items():
        low, high = (ahead(**{name: value}) for value in (quantity.low, quantity.high))
        rows.append(
            {
                "quantity": name,
                "label": quantity.label,
                "unit": quantity.unit,
                "kind": quantity.kind,
                "base": quantity.value,
                "low": quantity.low,
                "high": quantity.high,
                "at_base": at_base,
                "at_low": low,
                "at_high": high,
                "swing": max(at_base, low, high) - min(at_base, low, high),
            }
        )
    return pd.DataFrame(rows).sort_values(
        "swing", ascending=False, kind="stable", ignore_index=True
    )


def threshold(
    first, second, known, quantity: str, values, *,
    n_draws: int, n_patients: int, seed: int, horizon: float = 60.0,
    scheduler: str = "",
) -> Threshold:  # fmt: skip
    """Set one quantity to each of several values, drawing all the others.

    Parameters
    ----------
    first, second, known
        As for :func:`one_way`.
    quantity : str
        The quantity that is set.
    values : array_like, shape (n,)
        Rising values.
    n_draws, n_patients : int
        Draws of the other quantities, and virtual patients for each.
    seed : int
    horizon : float
        Months.
    scheduler : str
        As for :func:`secondline.sequencing.simulate`.

    Returns
    -------
    Threshold

    Raises
    ------
    InputError
        If the quantity is unknown or the values do not rise.
    """
    if quantity not in known:
        raise InputError(f"There is no quantity {quantity!r}; there are {', '.join(known)}.")
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or (np.diff(values) <= 0).any():
        raise InputError("values must be two or more rising numbers.")
    drawn = draw(known, n_draws, seed=seed)
    settings = {"n_patients": n_patients, "seed": seed, "horizon": horizon, "scheduler": scheduler}
    results = [
        _compare(first, second, known, drawn | {quantity: value}, settings) for value in values
    ]
    difference = np.array([r.mean for r in results])
    turns = []
    for i in np.flatnonzero(np.diff(difference > 0)):
        step = difference[i] / (difference[i] - difference[i + 1])
        turns.append(float(values[i] + step * (values[i + 1] - values[i])))
    return Threshold(
        quantity=quantity,
        values=values,
        difference=difference,
        lower=np.array([r.lower for r in results]),
        upper=np.array([r.upper for r in results]),
        probability=np.array([r.probability for r in results]),
        error=np.array([r.monte_carlo_se for r in results]),
        turns=tuple(turns),
    )


def turning_map(
    first, second, known, across: tuple, up: tuple, *,
    n_patients: int, seed: int, horizon: float = 60.0,
    scheduler: str = "",
) -> TurningMap:  # fmt: skip
    """Set two quantities to every pair of values, the others at their base value.

    Parameters
    ----------
    first, second, known
        As for :func:`one_way`.
    across, up : tuple
        The name of a quantity and its values.
    n_patients : int
        Virtual patients for each order and pair.
    seed : int
    horizon : float
        Months.
    scheduler : str
        As for :func:`secondline.sequencing.simulate`.

    Returns
    -------
    TurningMap
    """
    (name_x, xs), (name_y, ys) = across, up
    xs, ys = np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)
    settings = {"n_patients": n_patients, "seed": seed, "horizon": horizon, "scheduler": scheduler}
    difference = np.empty((len(ys), len(xs)))
    for i, y in enumerate(ys):
        for j, x in enumerate(xs):
            values = base_case(known, **{name_x: float(x), name_y: float(y)})
            difference[i, j] = _compare(first, second, known, values, settings).mean
    return TurningMap(xs, ys, difference)


def _compare(first, second, known, values, settings):
    """Sample two orders with the same values and compare them."""
    sides = (
        # only the months count, so that one time is enough
        simulate(build(order, known, values), times=[0], **settings)
        for order in (first, second)
    )
    return compare(*sides)
