"""Shares and exact intervals of the subgroups of a trial."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, fitted, literal, stamp
from secondline.proportions.report import percent

ROW = 0.5  # inches a row: its name, and below it the line
WIDTH = 5.6
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def subgroups(groupings, limits, *, title: str, provenance: str, source: str = ""):
    """Draw each group's share and interval, grouping below grouping.

    A group's name, count and interval stand above its line.

    Parameters
    ----------
    groupings : sequence of Grouping
        From :func:`secondline.subgroups.read_subgroups`.
    limits : sequence of list of (float, float)
        From :func:`secondline.proportions.group_intervals`, one list a grouping.
    title : str
    provenance, source : str
        See :data:`secondline.figures.PROVENANCES`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    rows = sum(len(g.groups) + 1.05 for g in groupings)
    height = ROW * rows + 1.6
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.03, 0.85 / height, 0.94, (height - 1.45) / height))
    axes.set(xlim=(0, 100), ylim=(rows - 0.3, -0.35))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("Patients of the group (%)")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    largest = max(g.n for grouping in groupings for g in grouping.groups)

    def write(x, y, text, **style):
        style.setdefault("fontsize", 9)
        axes.text(x, y, text, va="center", bbox=WHITE, zorder=3, **style)

    y = 0.0
    for grouping, intervals in zip(groupings, limits, strict=True):
        of = f" · {grouping.outcome}" if grouping.outcome else ""
        write(0, y, fitted(grouping.name, 3.1, weight="bold"), weight="bold")
        write(100, y, fitted(f"{grouping.trial}{of}", 1.9, size=8.5), ha="right", fontsize=8.5,
              color=GREY)  # fmt: skip
        y += 0.62
        for group, (low, high) in zip(grouping.groups, intervals, strict=True):
            known = group.events is not None
            count = f": {group.events if known else '–'} of {group.n}"
            write(0, y, fitted(group.name, 2.4) + count)
            line = y + 0.45
            size = 3.5 + 7 * np.sqrt(group.n / largest)
            if known:
                share = group.events / group.n
                text = f"{percent(share)} % ({percent(low)} to {percent(high)})"
                write(100, y, text, ha="right")
                axes.plot([100 * low, 100 * high], [line, line], color=INK, linewidth=1.2)
                axes.plot(100 * share, line, marker="s", markersize=size, color=BLUE, clip_on=False)
            else:
                text = f"printed {group.printed}: {group.known}"
                write(100, y, text, ha="right", color=VERMILION)
                axes.plot(
                    float(group.printed),
                    line,
                    marker="D",
                    markersize=6,
                    markerfacecolor="none",
                    color=VERMILION,
                    clip_on=False,
                )
            y += 1
        y += 0.43
    figure.text(0.01, 1 - 0.08 / height, literal(title), fontsize=11, weight="bold", va="top")
    stamp(figure, provenance, source)
    return figure
