"""Kaplan-Meier curves with numbers at risk, and a picture of 100 people for each arm."""

import numpy as np

from secondline.figures.style import (
    ARM_COLOURS,
    ARM_LINES,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    fitted,
    literal,
    stamp,
)

# of groups that are not arms of the trial
OTHER_COLOURS = (GREEN, ORANGE, PURPLE, GREY)
OTHER_LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))


def survival_curves(
    curves: dict,
    *,
    provenance: str,
    source: str = "",
    outcome: str = "% free of the event",
    mark: float = np.nan,
    fits: dict | None = None,
    title: str = "",
):
    """Draw Kaplan-Meier curves with limits, censorings and numbers at risk.

    Parameters
    ----------
    curves : dict of ArmCurve
        From :func:`secondline.survival.arm_curves`, by name, up to six; numbers at risk
        stand at the times at which they were read.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.
    outcome : str
        What the curve counts, for its axis.
    mark : float
        A month to mark with a line and with each curve's value; nan for none.
    fits : dict of CureFit, optional
        A fitted model to draw over each curve, by name; limits are then left out.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    looks = _looks(curves)
    end = max(curve.curve.times[-1] for curve in curves.values())
    row, below = 0.19, 0.95
    height = 4.0 + row * len(curves)
    figure = Figure(figsize=(5.6, height))
    bottom = (below + row * len(curves)) / height
    axes = figure.add_axes((0.155, bottom, 0.815, 0.93 - bottom))
    for name, arm in curves.items():
        _curve(axes, arm, *looks[name], end, limits=not fits)
        if fits and name in fits:
            months = np.linspace(0, end, 300)
            axes.plot(months, 100 * fits[name].survival(months), color=INK, linewidth=1.1)
            axes.axhline(100 * fits[name].fraction, color=looks[name][0], linewidth=0.9,
                         linestyle=(0, (1, 2)))  # fmt: skip
    if np.isfinite(mark):
        _mark(axes, curves, looks, mark, end)
    axes.set(xlim=(0, end), ylim=(0, 103), ylabel=outcome)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    _names(axes, curves, looks, end, fits or {})
    at = _ticks(next(iter(curves.values())).at, end)
    axes.set_xticks(at, [f"{t:g}" for t in at])
    axes.set_xlabel("Months", labelpad=1)
    if title:
        axes.set_title(fitted(title, 4.7, size=10), fontsize=10, loc="left")
    _at_risk(figure, axes, curves, looks, at, bottom * height - 0.62, row)
    stamp(figure, provenance, source)
    return figure


def icon_array(groups: dict, *, provenance: str, source: str = "", what: str, columns: int = 10):
    """Draw 100 people for each group, those free of the event filled.

    Parameters
    ----------
    groups : dict of int
        How many of the 100 are free of the event, by name.
    provenance, source : str
    what : str
        What a filled person is, for the line below: "free of the event at 24 months".
    columns : int
        People in a row.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.55))
    panels = np.atleast_1d(figure.subplots(1, len(groups)))
    figure.subplots_adjust(left=0.03, right=0.97, top=0.86, bottom=0.2, wspace=0.12)
    looks = _looks(groups)
    place = np.arange(100)
    for axes, (name, count) in zip(panels, groups.items(), strict=True):
        filled = place < count
        x, y = place % columns, -(place // columns)
        colour = looks[name][0]
        axes.scatter(x[filled], y[filled], s=92, color=colour, linewidth=0.9, edgecolor=colour)
        axes.scatter(x[~filled], y[~filled], s=92, facecolor="white", edgecolor=GREY, linewidth=0.9)
        axes.set(xlim=(-0.8, columns - 0.2), ylim=(-100 / columns + 0.2, 0.8))
        axes.set_aspect("equal")
        axes.axis("off")
        axes.set_title(f"{fitted(name, 1.2, size=11, weight='bold')}: {int(filled.sum())} of 100",
                       fontsize=11, color=colour, weight="bold")  # fmt: skip
    figure.text(0.5, 0.115, literal(f"Filled: {what}. Empty: not."), ha="center", fontsize=9)
    stamp(figure, provenance, source)
    return figure


def _looks(groups) -> dict:
    looks, i = {}, 0
    for name in groups:
        if name in ARM_COLOURS:
            looks[name] = ARM_COLOURS[name], ARM_LINES[name]
        else:
            looks[name] = OTHER_COLOURS[i % 4], OTHER_LINES[i % 4]
            i += 1
    return looks


def _curve(axes, arm, colour, line, end, *, limits: bool) -> None:
    times = np.concatenate([[0], arm.curve.times])
    values = 100 * np.concatenate([[1], arm.curve.survival])
    axes.step(times, values, where="post", color=colour, linestyle=line, linewidth=1.8)
    if limits:
        low, high = (
            np.concatenate([[100], np.where(np.isnan(y), values[1:], 100 * y)])
            for y in (arm.curve.lower, arm.curve.upper)
        )
        axes.fill_between(times, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    if len(arm.censored):
        place = np.searchsorted(arm.curve.times, arm.censored, side="right")
        axes.plot(arm.censored, values[place], "|", color=colour, markersize=5, markeredgewidth=0.8)


def _mark(axes, curves, looks, mark, end) -> None:
    # it ends below the names
    axes.plot([mark, mark], [0, 92 - 8.5 * len(curves)], color=GREY, linewidth=0.8,
              linestyle=(0, (2, 3)))  # fmt: skip
    for name, arm in curves.items():
        value = 100 * np.concatenate([[1], arm.curve.survival])[
            np.searchsorted(arm.curve.times, mark, side="right")
        ]
        axes.plot(mark, value, "o", color=looks[name][0], markersize=4.5)
        axes.annotate(f"{value:.1f} %", (mark, value), xytext=(-4, 5), textcoords="offset points",
                      ha="right", fontsize=9, color=looks[name][0], weight="bold",
                      bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
                      )  # fmt: skip


def _names(axes, curves, looks, end, fits) -> None:
    """Write names, with medians or cure fractions, in the free corner, the best curve on top."""
    order = sorted(curves, key=lambda name: -np.nan_to_num(curves[name].curve.survival[-1]))
    for i, name in enumerate(order):
        median = curves[name].median.estimate
        text = f"median {median:.1f} months" if np.isfinite(median) else "median not reached"
        if name in fits:
            text = f"cure fraction {100 * fits[name].fraction:.0f} %"
        colour, line = looks[name]
        y = 97 - 8.5 * i
        axes.plot([0.455 * end, 0.52 * end], [y, y], color=colour, linestyle=line, linewidth=1.8)
        axes.text(0.54 * end, y, f"{fitted(name, 1.0, weight='bold')}: {text}", color=colour,
                  fontsize=9, va="center", weight="bold")  # fmt: skip


def _ticks(at, end) -> np.ndarray:
    """Return the times to label, evenly apart and not too many for a small screen."""
    at = np.asarray(at, dtype=float)
    regular = at[(at <= end) & (np.mod(at, 6) == 0)]
    at = regular if len(regular) >= 3 else at[at <= end]
    return at[:: 1 + len(at) // 9]


def _at_risk(figure, axes, curves, looks, at, top, row) -> None:
    height = figure.get_figheight()
    figure.text(0.02, (top + 0.06) / height, "Free of the event and still observed", fontsize=8.5,
                color=GREY, va="bottom")  # fmt: skip
    box = axes.get_position()
    end = axes.get_xlim()[1]
    for i, (name, arm) in enumerate(curves.items()):
        y = (top - row * (i + 0.45)) / height
        figure.text(0.02, y, fitted(name, 0.5, size=8.5, weight="bold"), fontsize=8.5,
                    color=looks[name][0], weight="bold", va="center")  # fmt: skip
        for t in at:
            count = arm.at_risk[np.flatnonzero(arm.at == t)[0]]
            figure.text(box.x0 + box.width * t / end, y, f"{count}", fontsize=8.5, ha="center",
                        va="center", color=INK)  # fmt: skip
