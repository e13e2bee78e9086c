"""Cured shares along the waiting time, and where two orders of treatment cross."""

import numpy as np

from secondline.figures.sequences import LINES, SOURCE
from secondline.figures.style import FAINT, GREY, INK, VERMILION, literal, stamp


def waiting_curves(table, *, mark: float, crossings=()):
    """Draw the cured share of each order against the brain-to-vein time.

    Parameters
    ----------
    table : DataFrame
        From :func:`secondline.sequencing.along_wait`.
    mark : float
        The time of the settings, in months.
    crossings : sequence of float
        Where the orders are level, from :func:`secondline.sequencing.crossings`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.0))
    axes = figure.add_axes((0.13, 0.21, 0.84, 0.66))
    months = table["brain_to_vein"].to_numpy()
    for order in table.columns[1:]:
        colour, line = LINES.get(order, (INK, "-"))
        axes.plot(months, 100 * table[order], color=colour, linestyle=line, linewidth=2,
                  label=literal(order))  # fmt: skip
    axes.axvline(mark, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))
    for crossing in crossings:
        if not months[0] <= crossing <= months[-1]:
            continue
        level = 100 * np.interp(crossing, months, table.iloc[:, 1])
        axes.plot(crossing, level, "o", color=VERMILION, markersize=6)
        # to the left where the right edge is near
        left = crossing > months[0] + 0.7 * (months[-1] - months[0])
        axes.annotate(f"level at {crossing:.1f} months", (crossing, level),
                      xytext=(-6 if left else 6, 8), ha="right" if left else "left",
                      textcoords="offset points", fontsize=9, color=VERMILION)  # fmt: skip
    axes.set(xlim=(months[0], months[-1]), ylim=(0, None), ylabel="% cured, in the model",
             xlabel="months from the decision to the infusion")  # fmt: skip
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    figure.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0.02, 0.985),
                  borderaxespad=0, fontsize=9.5, handlelength=2.4)  # fmt: skip
    stamp(figure, "virtual", SOURCE)
    return figure


def crossing_curve(values, crossings, *, label: str, mark: tuple[float, float], longest: float):
    """Draw the waiting time at which two orders are level, against one input.

    Parameters
    ----------
    values : array_like, shape (m,)
        Shares, from 0 to 1.
    crossings : array_like, shape (m,)
        Months; nan where the orders do not cross.
    label : str
        The input, in words.
    mark : tuple of float
        The settings: share and months.
    longest : float
        The top of the picture, in months.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.13, 0.22, 0.84, 0.71))
    x, y = 100 * np.asarray(values), np.asarray(crossings, dtype=float)
    axes.plot(x, y, color=INK, linewidth=1.9)
    axes.plot(100 * mark[0], mark[1], "o", color=VERMILION, markersize=6)
    # on the side where the curve is not
    at_height = x[np.nanargmin(np.abs(y - mark[1]))] if np.isfinite(y).any() else np.nan
    left = at_height > 100 * mark[0] > x[0] + 0.25 * (x[-1] - x[0])
    axes.annotate("the settings", (100 * mark[0], mark[1]), xytext=(-7 if left else 7, 0),
                  ha="right" if left else "left", va="center",
                  textcoords="offset points", fontsize=9, color=VERMILION)  # fmt: skip
    axes.set(xlim=(x[0], x[-1]), ylim=(0, longest), xlabel=f"{literal(label)}, %",
             ylabel="months to the infusion")  # fmt: skip
    axes.text(0.985, 0.96, "salvage first cures more", transform=axes.transAxes, ha="right",
              va="top", fontsize=9, color=GREY)  # fmt: skip
    axes.text(
        0.015, 0.04, "CAR-T first cures more", transform=axes.transAxes, fontsize=9, color=GREY
    )
    axes.grid(color=FAINT, linewidth=0.6)
    stamp(figure, "virtual", SOURCE)
    return figure
