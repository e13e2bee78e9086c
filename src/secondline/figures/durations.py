"""Printed medians on one axis of time, with open limits as arrows."""

import numpy as np

from secondline.figures.style import (
    FAINT,
    GREY,
    INK,
    cohort_name,
    drug_colour,
    fitted,
    literal,
    stamp,
)

WIDTH = 5.6
ROW = 0.5  # inches a row: its name, and below it the line
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}
LONGEST = 120.0  # months; what lies beyond is drawn at the edge
WORDS = {
    "not reached": "NR",
    "not estimated": "NE",
    "share at one time": "",
    "in other words": "",
}


def durations(groups, *, provenance: str, source: str = ""):
    """Draw medians, their limits and follow-up, one group of rows an outcome.

    A cohort's name and its cell stand above its line; the dot of a combination is open.

    Parameters
    ----------
    groups : dict
        Title of an outcome to its cells: a DataFrame from
        :func:`secondline.survival.classify_medians` (rows that report nothing left
        out) with a column ``shown``.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    rows = sum(len(cells) + 1.1 for cells in groups.values())
    height = ROW * max(rows, 2) + 2.02
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.025, 1.72 / height, 0.95, (height - 1.82) / height))
    end = _end_of_axis(groups)
    axes.set(xlim=(0, end), ylim=(max(rows, 2) - 0.3, 0))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Months")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    across = axes.get_yaxis_transform()
    y = 0.4
    for title, cells in groups.items():
        axes.text(0, y, literal(title[:1].upper() + title[1:], 60), weight="bold", fontsize=10,
                  va="center", transform=across, bbox=WHITE)  # fmt: skip
        y += 0.62
        for cell in cells.itertuples():
            axes.text(0, y, cohort_name(cell.trial, cell.treatment, 3.6), fontsize=9,
                      va="center", transform=across, bbox=WHITE)  # fmt: skip
            axes.text(1, y, fitted(cell.shown, 1.3), fontsize=9, va="center", ha="right",
                      transform=across, bbox=WHITE)  # fmt: skip
            if cell.follow_up <= end:
                axes.plot([cell.follow_up] * 2, [y + 0.19, y + 0.65], color=INK, linewidth=1.6,
                          linestyle=(0, (1.2, 1)))  # fmt: skip
            _draw(axes, cell, y + 0.42, end)
            y += 1
        y += 0.48
    if not groups:
        axes.text(0.5 * end, 1, "no duration is reported", ha="center", fontsize=9)
    _key(figure, height)
    stamp(figure, provenance, source)
    return figure


def _end_of_axis(groups) -> float:
    values = [
        cells[column].max()
        for cells in groups.values()
        for column in ("median", "lower", "upper", "follow_up")
    ]
    finite = [v for v in values if np.isfinite(v)]
    return min(1.12 * max(finite, default=12.0), LONGEST)


def _draw(axes, cell, y: float, end: float) -> None:
    colour = drug_colour(cell.drug)
    arrow = {"arrowstyle": "-|>", "color": colour, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    known = not np.isnan(cell.median)
    start = cell.lower if not np.isnan(cell.lower) else cell.median
    if cell.upper_open and np.isnan(start):
        start = min(cell.follow_up, end) if cell.follow_up > 0 else 0.85 * end
    if cell.upper_open or cell.upper > end:
        # an interval without an upper end: an arrow to the edge
        start = min(start, 0.97 * end)
        axes.annotate("", xy=(end, y), xytext=(start, y), arrowprops=arrow)
    elif not np.isnan(cell.upper) and not np.isnan(start):
        axes.plot([start, cell.upper], [y, y], color=colour, linewidth=1.8)
        axes.plot([cell.upper] * 2, [y - 0.18, y + 0.18], color=colour, linewidth=1.8)
    elif not np.isnan(cell.lower) and known:
        axes.plot([start, cell.median], [y, y], color=colour, linewidth=1.8)
    if not np.isnan(cell.lower) and cell.lower <= end:
        axes.plot([cell.lower] * 2, [y - 0.18, y + 0.18], color=colour, linewidth=1.8)
    if known:
        axes.plot(min(cell.median, 0.99 * end), y, "o", color=colour, markersize=7,
                  markerfacecolor="white" if cell.combination else colour,
                  markeredgewidth=1.8)  # fmt: skip
    elif cell.status in ("not reached", "not estimated"):
        place = end * 0.5 if np.isnan(start) else (start + end) / 2
        if np.isnan(start):
            place = min(cell.follow_up, 0.8 * end) if cell.follow_up > 0 else 0.8 * end
            axes.annotate("", xy=(end, y), xytext=(place, y), arrowprops=arrow)
            place = (place + end) / 2
        axes.text(min(place, 0.94 * end), y, WORDS[cell.status], ha="center", va="center",
                  fontsize=8.5, weight="bold", color=INK,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip
    elif cell.status != "median with interval":
        place = 0.02 * end if np.isnan(start) else min(start, 0.7 * end) + 0.02 * end
        axes.text(place, y, "no median", va="center", fontsize=8.5, color=GREY,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})  # fmt: skip


def _key(figure, height: float) -> None:
    text = (
        "dot: median (open: with a partner drug); line: printed interval\n"
        "arrow: no upper end printed (without any limit it starts at follow-up)\n"
        "dotted tick: median follow-up; NR: not reached; NE: not estimated\n"
        "blue mosunetuzumab, vermilion glofitamab, green epcoritamab,\n"
        "purple odronextamab, grey other"
    )
    figure.text(0.012, 0.24 / height, text, fontsize=8, color=GREY, va="bottom", linespacing=1.3)
