"""Hazard ratios of subgroups on a logarithmic axis, and what is printed without one."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, FAINT, GREY, INK, fitted, literal, stamp

WIDTH = 5.2
LEFT, PLOT = 0.12, 2.75  # inches: where the plot begins, and how wide it is
ROW = 0.45  # a line of text above, the interval below
DOWN = 0.45
TOP, FOOT = 0.62, 1.22
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


def hazard_ratio_forest(
    rows, *, level: float, title: str, sides: tuple[str, str], provenance: str, source: str = ""
):
    """Draw hazard ratios with their intervals, and in words what has none.

    Parameters
    ----------
    rows : DataFrame
        From :func:`secondline.effects.forest_rows`.
    level : float
        Coverage of the intervals.
    title : str
    sides : tuple of str
        What a hazard ratio below and one above 1 favours.
    provenance, source : str
        See :data:`secondline.figures.PROVENANCES`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    n = max(len(rows), 1)
    height = TOP + ROW * n + FOOT
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT / WIDTH, FOOT / height, PLOT / WIDTH, ROW * n / height))
    low, high = _limits(rows)
    axes.set(xscale="log", xlim=(low, high), ylim=(n - 0.05, -0.25), yticks=[])
    axes.spines["left"].set_visible(False)
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axvline(1, color=INK, linewidth=1)
    axes.set_xlabel("Hazard ratio (log scale)")
    where = axes.get_yaxis_transform()
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    right = WIDTH - LEFT - PLOT * 1.04 - 0.05
    for y, row in enumerate(rows.itertuples()):
        colour = ARM_COLOURS.get(row.arm, INK) if row.arm else INK
        # whole words of the row's name stand above its interval
        axes.text(-0.02, y, fitted(row.label, WIDTH - LEFT - 0.15), fontsize=9, va="center",
                  transform=where, bbox=clear)  # fmt: skip
        below = y + DOWN
        axes.text(1.04, below, fitted(row.text, right, size=8.5), fontsize=8.5, va="center",
                  transform=where, color=INK if row.hazard_ratio > 0 else GREY)  # fmt: skip
        if np.isfinite(row.lower):
            style = "-" if row.basis == "interval" else (0, (3, 1.5))
            ends = np.clip([row.lower, row.upper], low, high)
            axes.plot(ends, [below, below], color=colour, linewidth=1.5, linestyle=style)
        if np.isfinite(row.hazard_ratio):
            axes.plot(
                np.clip(row.hazard_ratio, low, high), below, "s", color=colour, markersize=6.5,
                markerfacecolor=colour if row.basis == "interval" else "white", clip_on=False,
            )
    if not len(rows):
        axes.text(0.02, 0.2, "no such effect in this table", transform=where, va="center", color=GREY)
    figure.text(0.01, 1 - 0.08 / height, fitted(title, WIDTH - 0.2, size=10.5, weight="bold"),
                fontsize=10.5, weight="bold", va="top")  # fmt: skip
    for x, text, align in ((0.0, f"← favours {sides[0]}", "left"), (1.0, f"favours {sides[1]} →", "right")):
        axes.text(x, -0.55 / (ROW * n), literal(text, 24), transform=axes.transAxes, ha=align,
                  va="top", fontsize=8.5, color=GREY)  # fmt: skip
    # the key, in words
    key = (
        f"filled, full line: printed with its interval ({100 * level:g} % shown)",
        "hollow, dashed: interval computed from hazard ratio and P",
        "hollow, no line: neither interval nor exact P printed",
    )
    for i, text in enumerate(reversed(key)):
        figure.text(0.01, (0.21 + 0.14 * i) / height, text, fontsize=8, va="bottom", color=INK)
    stamp(figure, provenance, source)
    return figure


def _limits(rows) -> tuple[float, float]:
    """Return the ends of the axis: round, with 1 inside, and no wider than a reader can use."""
    values = rows[["hazard_ratio", "lower", "upper"]].to_numpy(float)
    values = values[np.isfinite(values)]
    low = min(values.min(initial=1.0) / 1.1, 0.5)
    high = max(values.max(initial=1.0) * 1.1, 2.0)
    return max(low, 0.009), min(high, 110.0)
