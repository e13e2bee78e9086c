"""Data frames for the page: the model's numbers and results as they are to be read."""

import numpy as np
import pandas as pd

from secondline.sequencing.comparison import Comparison
from secondline.sequencing.orders import responding
from secondline.sequencing.sampler import SimulatedSequences


def quantities_table(known: dict) -> pd.DataFrame:
    """Return every quantity with its range and its source."""
    return pd.DataFrame(
        {
            "Quantity": q.label,
            "Base": amount(q.value, q.unit),
            "95 % range": _range(q),
            "Kind (range)": f"{q.kind} ({q.spread})",
            "Source": q.source,
        }
        for q in known.values()
    )


def printed_table(checks: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`secondline.sequencing.against_printed` as it is to be read."""
    units = checks["unit"].map({"months": "months", "%": "%"})
    return pd.DataFrame(
        {
            "What": checks["what"],
            "Printed": checks["printed"] + " " + units,
            "Model": [
                f"{value:.1f} {unit}" if np.isfinite(value) else "not reached"
                for value, unit in zip(checks["model"], units, strict=True)
            ],
            "Fitted to it": checks["given"],
            "Within the printed": checks["within"],
        }
    )


def orders_table(results: dict[str, SimulatedSequences], models: dict) -> pd.DataFrame:
    """Return the base case of each order: shares alive, and mean months.

    Parameters
    ----------
    results : dict
        Name of an order to its simulation with one set of parameters.
    models : dict
        Name of an order to its model.
    """
    rows = []
    for name, result in results.items():
        row = {"Order": name}
        for months in (12, 24, 60, 120):
            if months <= result.horizon:
                share = np.interp(months, result.times, result.share(*result.alive))
                row[f"Alive at {months} mo %"] = f"{100 * share:.0f}"
        row["Months alive"] = f"{result.months(*result.alive)[0]:.1f}"
        row["Months in response"] = f"{result.months(*responding(models[name]))[0]:.1f}"
        rows.append(row)
    return pd.DataFrame(rows)


def draws_table(results: dict[str, SimulatedSequences], models: dict) -> pd.DataFrame:
    """Return mean months over the draws with the middle 95 % of them, and who is ahead.

    "Ahead of all" is the share of the draws in which an order has the most months
    alive.
    """
    alive = np.array([r.months(*r.alive) for r in results.values()])
    best = np.argmax(alive, axis=0)
    return pd.DataFrame(
        {
            "Order": name,
            "Months alive": _spread(result.months(*result.alive)),
            "Months in response": _spread(result.months(*responding(models[name]))),
            "Ahead of all, % of draws": f"{100 * np.mean(best == i):.0f}",
        }
        for i, (name, result) in enumerate(results.items())
    )


def comparison_table(comparisons: dict[tuple[str, str], Comparison]) -> pd.DataFrame:
    """Return the differences between pairs of orders."""
    return pd.DataFrame(
        {
            "First": first,
            "Second": second,
            "Months ahead (95 %)": (
                f"{_signed(c.mean)} ({_signed(c.lower)} to {_signed(c.upper)})"
            ),
            "First ahead, % of draws": f"{100 * c.probability:.0f}",
            "Standard error of sampling": f"{c.monte_carlo_se:.2f}",
        }
        for (first, second), c in comparisons.items()
    )


def one_way_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`secondline.sequencing.one_way` as it is to be read."""
    rows = table[table["swing"] > 0]
    return pd.DataFrame(
        {
            "Quantity": row.label,
            "Kind": row.kind,
            "From": amount(row.low, row.unit),
            "To": amount(row.high, row.unit),
            "Months ahead": f"{_signed(row.at_low)} to {_signed(row.at_high)}",
            "Swing": f"{row.swing:.1f}",
        }
        for row in rows.itertuples()
    )


def threshold_table(result) -> pd.DataFrame:
    """Return :func:`secondline.sequencing.threshold` as it is to be read."""
    return pd.DataFrame(
        {
            "Share %": [f"{100 * v:.0f}" for v in result.values],
            "Months ahead": [_signed(v) for v in result.difference],
            "Middle 95 % of draws": [
                f"{_signed(a)} to {_signed(b)}"
                for a, b in zip(result.lower, result.upper, strict=True)
            ],
            "First ahead, % of draws": [f"{100 * p:.0f}" for p in result.probability],
            "Standard error of sampling": [f"{e:.2f}" for e in result.error],
        }
    )


def map_table(grid, *, up: str) -> pd.DataFrame:
    """Return :func:`secondline.sequencing.turning_map` as it is to be read.

    Parameters
    ----------
    grid : TurningMap
    up : str
        The quantity of the rows, in words.
    """
    rows = []
    for value, differences in zip(grid.up, grid.difference, strict=True):
        row = {up: f"{100 * value:.0f} %"}
        for share, difference in zip(grid.across, differences, strict=True):
            row[f"{100 * share:.0f} % left"] = _signed(difference)
        rows.append(row)
    return pd.DataFrame(rows)


def amount(value: float, unit: str) -> str:
    """Write a quantity's value with its unit; a share to its first decimal, if it has one."""
    if unit == "share":
        return f"{100 * value:.1f} %".replace(".0 %", " %")
    if unit == "months":
        return f"{value:.1f} mo" if round(value, 1) == value else f"{value:.2f} mo"
    if unit == "per month":
        return f"{1200 * value:.1f} %/yr"
    if unit == "a month":
        return f"{100 * value:g} %/mo"
    return f"{value:.2f}"


def _range(quantity) -> str:
    """Return both limits with their unit once."""
    low, high = (amount(value, quantity.unit) for value in (quantity.low, quantity.high))
    number, _, unit = low.partition(" ")
    return f"{number if unit else low} to {high}"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _spread(values) -> str:
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{np.mean(values):.1f} ({low:.1f} to {high:.1f})"
