"""Small pictures for the home page: a few rows on one axis."""

from dataclasses import dataclass

import numpy as np

from secondline.figures.style import FAINT, GREY, INK, stamp


@dataclass(frozen=True)
class Row:
    """A row of a small picture.

    Attributes
    ----------
    name : str
    value : float
        NaN draws the limits only.
    lower, upper : float
        NaN for none.
    colour : str
    """

    name: str
    value: float
    lower: float = float("nan")
    upper: float = float("nan")
    colour: str = GREY


def small_picture(
    rows: list[Row], axis: str, *, provenance: str, source: str = "", bars: bool = False,
    limits: tuple[float, float] = (0, 100), log: bool = False, line: float | None = None,
):  # fmt: skip
    """Draw a few rows as bars, or as points with their intervals.

    Parameters
    ----------
    rows : list of Row
    axis : str
        What the axis counts, with its unit.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.
    bars : bool
    limits : (float, float)
        Of the axis.
    log : bool
    line : float or None
        A value to mark.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.5, 0.78 + 0.3 * len(rows)))
    height = figure.get_figheight()
    axes = figure.add_axes((0.36, 0.68 / height, 0.46, 0.3 * len(rows) / height))
    y = np.arange(len(rows))
    for at, row in zip(y, rows, strict=True):
        if bars:
            axes.barh(at, row.value, height=0.62, color=row.colour)
        else:
            axes.plot([row.lower, row.upper], [at, at], color=row.colour, linewidth=3)
            axes.plot([row.value], [at], "o", color=row.colour, markersize=7)
        end = np.nanmax([row.value, row.upper])
        shown = row.value if np.isfinite(row.value) else None
        if shown is not None:
            axes.annotate(f"{shown:g}", (end, at), xytext=(6, 0), textcoords="offset points",
                          va="center", color=INK, fontsize=10)  # fmt: skip
    if line is not None:
        axes.axvline(line, color=INK, linewidth=1, linestyle=(0, (2, 2)))
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlim=limits, ylim=(len(rows) - 0.5, -0.5), xlabel=axis)
    axes.set_yticks(y, [row.name for row in rows])
    axes.tick_params(length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    stamp(figure, provenance, source)
    return figure
