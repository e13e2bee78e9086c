"""Hazard ratios of subgroups on a logarithmic axis, and a list of what is printed without one."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, FAINT, GREY, INK, fitted, literal, stamp, width_of

WIDTH = 5.4
LEFT, PLOT = 0.12, 2.95  # inches: where the plot begins, and how wide it is
ROW = 0.43  # a line of text above, the interval below
DOWN = 0.45
LINE = 0.2  # of the list
TOP, AXIS = 0.42, 0.78  # title; ticks, axis label and sides
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
BASES = {
    "interval": "filled, full line: interval printed (shown at {level:g} %)",
    "P": "hollow, dashed: {level:g} % interval computed from hazard ratio and P",
    "": "hollow, no line: neither interval nor exact P printed",
    "model": "filled, full line: Cox model of the patients, {level:g} % interval",
}


def hazard_ratio_forest(
    rows, *, level: float, title: str, sides: tuple[str, str], overall: float | None = None,
    provenance: str, source: str = "",
):  # fmt: skip
    """Draw hazard ratios with their intervals, and list what has none.

    Parameters
    ----------
    rows : DataFrame
        From :func:`secondline.effects.forest_rows`.
    level : float
        Coverage of the intervals.
    title : str
    sides : tuple of str
        What a hazard ratio below and one above 1 means, in few words.
    overall : float, optional
        Hazard ratio of all patients, marked by a dotted line.
    provenance, source : str
        See :data:`secondline.figures.PROVENANCES`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    drawn = rows[rows["hazard_ratio"].notna()]
    listed = rows[rows["hazard_ratio"].isna()]
    n = max(len(drawn), 1)
    key = [text.format(level=100 * level) for basis, text in BASES.items()
           if (drawn["basis"] == basis).any()]  # fmt: skip
    if overall is not None:
        key.append(f"dotted: all patients together, {overall:g}")
    list_height = LINE * (len(listed) + 1) + 0.12 if len(listed) else 0.0
    foot = AXIS + list_height + 0.16 * len(key) + 0.3
    height = TOP + ROW * n + foot
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT / WIDTH, foot / height, PLOT / WIDTH, ROW * n / height))
    low, high = _limits(drawn, overall)
    axes.set(xscale="log", xlim=(low, high), ylim=(n - 0.05, -0.3), yticks=[])
    axes.spines["left"].set_visible(False)
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.axvline(1, color=INK, linewidth=1)
    if overall is not None:
        axes.axvline(overall, color=GREY, linewidth=1.3, linestyle=(0, (1, 1.5)))
    axes.set_xlabel("Hazard ratio (log scale)", labelpad=1)
    _draw(axes, drawn, low, high)
    if not len(drawn):
        axes.text(0.02, 0.2, "no hazard ratio in this table", transform=axes.get_yaxis_transform(),
                  va="center", color=GREY)  # fmt: skip
    figure.text(0.01, 1 - 0.08 / height, fitted(title, WIDTH - 0.2, size=10.5, weight="bold"),
                fontsize=10.5, weight="bold", va="top")  # fmt: skip
    below = (foot - AXIS + 0.12) / height
    for x, text, align in (
        (LEFT, f"← {sides[0]}", "left"),
        (LEFT + PLOT, f"{sides[1]} →", "right"),
    ):
        figure.text(
            x / WIDTH, below, literal(text, 26), ha=align, va="bottom", fontsize=8.5, color=GREY
        )
    _list(figure, listed, (foot - AXIS) / height, height)
    for i, text in enumerate(reversed(key)):
        figure.text(0.01, (0.24 + 0.16 * i) / height, text, fontsize=8, va="bottom", color=INK)
    figure.data = rows[["label", "arm", "hazard_ratio", "lower", "upper", "basis", "text"]]
    stamp(figure, provenance, source)
    return figure


def _draw(axes, drawn, low: float, high: float) -> None:
    where = axes.get_yaxis_transform()
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    right = WIDTH - LEFT - PLOT * 1.03 - 0.05
    for y, row in enumerate(drawn.itertuples()):
        colour = ARM_COLOURS.get(row.arm, INK) if row.arm else INK
        # whole words of the row's name stand above its interval
        axes.text(-0.02, y, fitted(row.label, WIDTH - LEFT - 0.15), fontsize=9, va="center",
                  transform=where, bbox=clear)  # fmt: skip
        below = y + DOWN
        axes.text(1.03, below, fitted(row.text, right, size=8.5), fontsize=8.5, va="center",
                  transform=where)  # fmt: skip
        sure = row.basis in ("interval", "model")
        if np.isfinite(row.lower):
            ends = np.clip([row.lower, row.upper], low, high)
            axes.plot(ends, [below, below], color=colour, linewidth=1.6,
                      linestyle="-" if sure else (0, (3, 1.5)))  # fmt: skip
        axes.plot(np.clip(row.hazard_ratio, low, high), below, "s", color=colour, markersize=6.5,
                  markerfacecolor=colour if sure else "white", clip_on=False)  # fmt: skip


def _list(figure, listed, top: float, height: float) -> None:
    """Write what has no hazard ratio below the axis, the P values at the right edge."""
    if not len(listed):
        return
    y = top - 0.02 / height
    figure.text(0.01, y, "No hazard ratio is printed:", fontsize=9, weight="bold", va="top")
    for row in listed.itertuples():
        y -= LINE / height
        room = WIDTH - 0.2 - width_of(row.text, 9)
        figure.text(0.01, y, fitted(row.label, room), fontsize=9, va="top")
        figure.text(0.99, y, literal(row.text), fontsize=9, va="top", ha="right", color=GREY)


def _limits(drawn, overall) -> tuple[float, float]:
    """Return the ends of the axis: with 1 inside, and no wider than a reader can use."""
    values = drawn[["hazard_ratio", "lower", "upper"]].to_numpy(float).ravel()
    values = np.append(values[np.isfinite(values)], [] if overall is None else [overall])
    low = min(values.min(initial=1.0) / 1.1, 0.5)
    high = max(values.max(initial=1.0) * 1.1, 2.0)
    return max(low, 0.009), min(high, 110.0)
