"""Pictures of the orders of treatment: steps, curves, and what they hang on."""

import numpy as np
import pandas as pd

from secondline.figures.ratios import CLEAR
from secondline.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    VERMILION,
    fitted,
    literal,
    stamp,
)
from secondline.sequencing.tabulate import amount

# one colour and one dash for each order, everywhere
LINES = {
    "CAR-T first": (BLUE, "-"),
    "bispecific first": (VERMILION, (0, (5, 2))),
    "salvage first": (GREEN, (0, (1.5, 1.5))),
}
KIND_COLOURS = {
    "published": BLUE,
    "recomputed": BLUE,
    "calibrated": GREEN,
    "assumed": GREY,
}
SOURCE = "model of this book"


def order_steps(orders: dict, *, unknown: str):
    """Draw each order as a row of treatments, death below, and mark the one without data.

    Parameters
    ----------
    orders : dict
        Name of an order to its treatments, as :data:`secondline.sequencing.ORDERS`.
    unknown : str
        The treatment of which nothing is known.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    figure = Figure(figsize=(5.6, 1.15 * len(orders) + 0.75))
    axes = figure.add_axes((0.01, 0.1, 0.98, 0.87))
    longest = max(len(steps) for steps in orders.values())
    axes.set(xlim=(0, longest + 0.02), ylim=(len(orders) * 1.15, -0.1))
    axes.axis("off")
    for row, (name, steps) in enumerate(orders.items()):
        top = 1.15 * row
        axes.text(0.02, top + 0.12, literal(name), fontsize=9.5, weight="bold", va="center")
        for i, step in enumerate(steps):
            dashed = step == unknown
            axes.add_patch(
                FancyBboxPatch(
                    (i + 0.05, top + 0.33), 0.78, 0.58, boxstyle="round,pad=0.02",
                    facecolor="#fff3ea" if dashed else "white",
                    edgecolor=VERMILION if dashed else INK,
                    linestyle="--" if dashed else "-",
                )
            )  # fmt: skip
            lines = literal(step).replace(", ", ",\n")
            lines += "\n(no data)" if dashed else ""
            axes.text(i + 0.44, top + 0.62, lines, ha="center", va="center", fontsize=8.5,
                      color=VERMILION if dashed else INK)  # fmt: skip
            if i + 1 < len(steps):
                axes.annotate(
                    "", (i + 1.04, top + 0.62), (i + 0.86, top + 0.62),
                    arrowprops={"arrowstyle": "->", "color": GREY},
                )  # fmt: skip
    stamp(figure, "definition", SOURCE)
    return figure


def sequence_curves(results: dict, responding: dict):
    """Draw the shares alive and in response over time, one line an order.

    Parameters
    ----------
    results : dict
        Name of an order to its SimulatedSequences.
    responding : dict
        Name of an order to the states that count as in response.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.4))
    panels = figure.subplots(2, 1)
    figure.subplots_adjust(left=0.12, right=0.97, bottom=0.15, top=0.95, hspace=0.42)
    first = next(iter(results.values()))
    for axes, title in zip(panels, ("Alive", "In response"), strict=True):
        for name, result in results.items():
            colour, dash = LINES.get(name, (INK, "-"))
            states = result.alive if title == "Alive" else responding[name]
            axes.plot(result.times, 100 * result.share(*states), color=colour, linestyle=dash,
                      linewidth=2, label=literal(name))  # fmt: skip
        axes.set_title(title, fontsize=10, loc="left")
        axes.set(xlim=(0, first.horizon), ylim=(0, 100), ylabel="% of virtual patients")
        axes.set_xticks(_months(first.horizon))
        axes.grid(color=FAINT, linewidth=0.6)
        axes.set_xlabel("Months since the first of these treatments")
    panels[0].legend(frameon=False, fontsize=9, loc="upper right")
    stamp(figure, "virtual", SOURCE)
    return figure


def tornado(table, *, first: str, second: str, largest: int = 10, measure: str = "Months"):
    """Draw how far each quantity moves the difference between two orders.

    Parameters
    ----------
    table : DataFrame
        From :func:`secondline.sequencing.one_way`.
    first, second : str
        Names of the two orders.
    largest : int
        How many quantities to show.
    measure : str
        What the difference is counted in.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    moving = table[table["swing"] > 0]
    shown = moving.head(largest)
    # each name stands above its bar, so that the bars have the whole width of a small screen
    height = 0.46 * max(len(shown), 1) + 1.75
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.03, 1.25 / height, 0.94, (height - 1.3) / height))
    for y, row in enumerate(shown.itertuples()):
        colour = KIND_COLOURS[row.kind]
        for end, value in ((row.at_low, row.low), (row.at_high, row.high)):
            right = end >= row.at_base
            axes.barh(y, end - row.at_base, left=row.at_base, height=0.42, color=colour,
                      alpha=0.85 if right else 0.55)  # fmt: skip
            axes.annotate(
                amount(value, row.unit), (end, y), xytext=(4 if right else -4, 0),
                textcoords="offset points", ha="left" if right else "right", va="center",
                fontsize=8.5, bbox=CLEAR,
            )  # fmt: skip
        axes.text(0.0, y - 0.27, fitted(row.label, 5.2, size=9), fontsize=9, va="bottom",
                  transform=axes.get_yaxis_transform(), bbox=CLEAR)  # fmt: skip
    if len(shown):
        axes.axvline(shown["at_base"].iloc[0], color=INK, linewidth=1)
        ends = shown[["at_low", "at_high", "at_base"]].to_numpy()
        low, high = min(ends.min(), 0), max(ends.max(), 0)
        margin = 0.16 * (high - low)
        axes.set_xlim(low - margin, high + margin)
    axes.axvline(0, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_yticks([])
    axes.set_ylim(max(len(shown), 1) - 0.6, -0.8)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        f"{measure} by which {literal(first)} is ahead (below zero: {literal(second)})", fontsize=9
    )
    kinds = {KIND_COLOURS[kind] for kind in shown["kind"]}
    names = {BLUE: "published or recomputed", GREEN: "calibrated", GREY: "assumed"}
    handles = [Patch(color=c, label=name) for c, name in names.items() if c in kinds]
    if handles:
        figure.legend(handles=handles, frameon=False, fontsize=9, ncols=3, loc="lower left",
                      bbox_to_anchor=(0.005, 0.28 / height))  # fmt: skip
    left_out = len(moving) - len(shown)
    if left_out:
        figure.text(0.99, 0.36 / height, f"left out: {left_out} that move less", fontsize=8.5,
                    color=GREY, ha="right")  # fmt: skip
    stamp(figure, "virtual", SOURCE)
    return figure


def threshold_curve(result, *, first: str, second: str, label: str, marks: dict | None = None):
    """Draw a difference and the probability of being ahead along one quantity.

    Parameters
    ----------
    result : Threshold
        From :func:`secondline.sequencing.threshold`; a share.
    first, second : str
        Names of the two orders.
    label : str
        The quantity, in words.
    marks : dict, optional
        Values to mark: text to share.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from textwrap import fill

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.2))
    upper, lower = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.12, right=0.96, bottom=0.19, top=0.95, hspace=0.24)
    x = 100 * result.values
    upper.fill_between(x, result.lower, result.upper, color=BLUE, alpha=0.18, linewidth=0)
    upper.plot(x, result.difference, color=BLUE, linewidth=2)
    upper.axhline(0, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)))
    upper.set_title(f"Months by which {literal(first)} is ahead", fontsize=10, loc="left")
    upper.set_ylabel("months")
    lower.plot(x, 100 * result.probability, color=BLUE, linewidth=2)
    lower.axhline(50, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)))
    lower.set_title(f"Draws in which {literal(first)} is ahead", fontsize=10, loc="left")
    lower.set(ylim=(0, 102), ylabel="% of draws", xlim=(x[0], x[-1]))
    lower.set_xlabel(fill(literal(label), 60))
    for text, value in (marks or {}).items():
        for axes in (upper, lower):
            axes.axvline(100 * value, color=GREY, linewidth=1, linestyle=":")
        upper.annotate(literal(text), (100 * value, 0.03), xycoords=("data", "axes fraction"),
                       xytext=(3, 0), textcoords="offset points", fontsize=8,
                       color=GREY)  # fmt: skip
    for axes in (upper, lower):
        axes.grid(color=FAINT, linewidth=0.6)
    stamp(figure, "virtual", SOURCE)
    return figure


def turning_map(grid, *, first: str, second: str, labels: tuple[str, str]):
    """Draw the difference between two orders over two unknowns, and where it turns.

    Parameters
    ----------
    grid : TurningMap
        From :func:`secondline.sequencing.turning_map`; two shares.
    first, second : str
    labels : tuple of str
        The two unknowns, in words: across and up.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from textwrap import fill

    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 5.4))
    axes = figure.add_axes((0.13, 0.23, 0.83, 0.68))
    across, up = 100 * grid.across, 100 * grid.up
    most = float(np.abs(grid.difference).max()) or 1.0
    colours = LinearSegmentedColormap.from_list("orders", [VERMILION, "white", BLUE])
    axes.contourf(across, up, grid.difference, levels=np.linspace(-most, most, 21), cmap=colours)
    lines = axes.contour(across, up, grid.difference, levels=8, colors=GREY, linewidths=0.6)
    axes.clabel(lines, fontsize=7.5, fmt="%g")
    if grid.difference.min() < 0 < grid.difference.max():
        axes.contour(across, up, grid.difference, levels=[0], colors=INK, linewidths=2)
    axes.set_title(
        f"Months by which {literal(first)} is ahead\n(thick line: level with {literal(second)})",
        fontsize=10, loc="left",
    )  # fmt: skip
    axes.set_xlabel(fill(literal(labels[0]), 60), fontsize=9)
    axes.set_ylabel(fill(literal(labels[1]), 46), fontsize=9)
    x, y = np.meshgrid(across, up)
    figure.data = pd.DataFrame(
        {labels[0]: x.ravel(), labels[1]: y.ravel(),
         f"Months by which {first} is ahead of {second}": np.ravel(grid.difference)}
    )  # fmt: skip
    stamp(figure, "virtual", SOURCE)
    return figure


def _months(horizon: float):
    step = 12 if horizon <= 72 else 24
    return np.arange(0, horizon + 0.5, step)
