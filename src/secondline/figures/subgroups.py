"""Shares and exact intervals of the subgroups of a trial."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.report import percent

ROW = 0.34  # inches a row
WIDTH = 8.2


def subgroups(groupings, limits, *, title: str, provenance: str, source: str = ""):
    """Draw each group's share and interval, grouping below grouping.

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

    rows = sum(len(g.groups) + 1.5 for g in groupings)
    height = ROW * rows + 1.6
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.36, 0.82 / height, 0.37, (height - 1.6) / height))
    axes.set(xlim=(0, 100), ylim=(rows - 0.9, -0.6))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel("Patients of the group (%)")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    where = axes.get_yaxis_transform()
    largest = max(g.n for grouping in groupings for g in grouping.groups)

    def write(x, y, text, align="left", **style):
        style.setdefault("fontsize", 9)
        axes.text(x, y, text, ha=align, va="center", transform=where, **style)

    write(-0.05, -1.0, "Count / n", "right", weight="bold")
    write(1.04, -1.0, "% (exact 95 % CI)", weight="bold")
    y = 0.0
    for grouping, intervals in zip(groupings, limits, strict=True):
        of = f" · {grouping.outcome}" if grouping.outcome else ""
        write(-0.96, y, literal(grouping.name, 34), weight="bold")
        write(1.04, y, literal(f"{grouping.trial}{of}", 38), fontsize=8, color=GREY)
        y += 1
        for group, (low, high) in zip(grouping.groups, intervals, strict=True):
            write(-0.93, y, literal(group.name, 34))
            size = 3.5 + 7 * np.sqrt(group.n / largest)
            if group.events is None:
                write(-0.05, y, f"– / {group.n}", "right")
                write(1.04, y, f"printed {group.printed}: {group.known}", color=VERMILION)
                axes.plot(
                    float(group.printed),
                    y,
                    marker="D",
                    markersize=6,
                    markerfacecolor="none",
                    color=VERMILION,
                    clip_on=False,
                )
            else:
                share = group.events / group.n
                write(-0.05, y, f"{group.events} / {group.n}", "right")
                write(1.04, y, f"{percent(share)} ({percent(low)} to {percent(high)})")
                axes.plot([100 * low, 100 * high], [y, y], color=INK, linewidth=1.2)
                axes.plot(
                    100 * share, y, marker="s", markersize=size, color=BLUE, clip_on=False
                )
            y += 1
        y += 0.5
    figure.text(0.01, 1 - 0.08 / height, literal(title), fontsize=11, weight="bold", va="top")
    stamp(figure, provenance, source)
    return figure
