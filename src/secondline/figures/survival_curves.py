"""Kaplan-Meier curves with numbers at risk, and a picture of 100 people for each arm."""

import numpy as np
import pandas as pd

from secondline.figures.ratios import LINES
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
    width_of,
)

# of groups that are not arms of the trial
OTHER_COLOURS = (GREEN, ORANGE, PURPLE, GREY)
# inches of a name that fits beside its numbers at risk
SHORT = 0.62
# where the names begin in the free corner, as a share of the width; inches of a row of them
CORNER, ROW = 0.42, 0.22
# inches that the axes are high, and percent at their top
HIGH, TOP = 2.9, 103
# percentage points below which two labels would touch
NEAR = 9.0


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
    values = _marked(curves, mark) if np.isfinite(mark) else {}
    apart = len(values) < 2 or np.diff(sorted(values.values())).min() >= NEAR
    texts = {name: _said(arm, (fits or {}).get(name)) for name, arm in curves.items()}
    if not apart:
        texts = {
            name: f"{text}, {values[name]:.1f} % at {mark:g}" for name, text in texts.items()
        }
    # long names stand on lines of their own
    long = any(width_of(name, 8.5, "bold") > SHORT for name in curves)
    above = long or not apart or not _corner_is_free(curves, end, limits=not fits)
    row = 0.36 if long else 0.19
    head = 0.3 + (ROW * len(curves) if above else 0)
    foot = 0.95 + row * len(curves)
    height = HIGH + head + foot
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.155, foot / height, 0.815, HIGH / height))
    for name, arm in curves.items():
        _curve(axes, arm, *looks[name], end, limits=not fits)
        if fits and name in fits:
            months = np.linspace(0, end, 300)
            axes.plot(months, 100 * fits[name].survival(months), color=INK, linewidth=1.1)
            axes.axhline(100 * fits[name].fraction, color=looks[name][0], linewidth=0.9,
                         linestyle=(0, (1, 2)))  # fmt: skip
    axes.set(xlim=(0, end), ylim=(0, TOP), ylabel=outcome)
    axes.set_yticks(range(0, 101, 25))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    if values:
        _mark(axes, values, looks, mark, TOP if above else 92 - 8.5 * len(curves), label=apart)
    _names(figure, axes, curves, looks, texts, above=above)
    at = _ticks(next(iter(curves.values())).at, end)
    axes.set_xticks(at, [f"{t:g}" for t in at])
    axes.set_xlabel("Months", labelpad=1)
    if title:
        figure.text(0.02, 1 - 0.05 / height, fitted(title, 5.4, size=10), fontsize=10, va="top")
    _at_risk(figure, axes, curves, looks, at, foot - 0.62, row, long=long)
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
    figure.data = pd.DataFrame({"group": list(groups), f"of 100, {what}": list(groups.values())})
    stamp(figure, provenance, source)
    return figure


def _looks(groups) -> dict:
    """Return each group's colour and line; "axi-cel, high" keeps the colour of its arm."""
    looks, seen = {}, dict.fromkeys([*ARM_COLOURS, ""], 0)
    for name in groups:
        arm = name.partition(",")[0]
        arm = arm if arm in ARM_COLOURS else ""
        if name in ARM_COLOURS:
            looks[name] = ARM_COLOURS[name], ARM_LINES[name]
            continue
        i = seen[arm] % len(LINES)
        seen[arm] += 1
        looks[name] = ARM_COLOURS.get(arm, OTHER_COLOURS[i]), LINES[i]
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


def _marked(curves, mark) -> dict:
    """Return each curve's percentage at the marked month."""
    return {
        name: 100 * np.concatenate([[1], arm.curve.survival])[
            np.searchsorted(arm.curve.times, mark, side="right")
        ]
        for name, arm in curves.items()
    }


def _corner_is_free(curves, end, *, limits: bool) -> bool:
    """Return whether no curve, nor its limits, comes to where the names would stand."""
    lowest = TOP * (1 - (0.1 + ROW * len(curves)) / HIGH)
    for arm in curves.values():
        values = np.concatenate([[1], arm.curve.survival])
        if limits:
            values = np.fmax(values, np.concatenate([[1], arm.curve.upper]))
        # the value that holds where the corner begins
        start = np.searchsorted(arm.curve.times, CORNER * end, side="right")
        if start < len(values) and 100 * np.nanmax(values[start:]) > lowest:
            return False
    return True


def _mark(axes, values, looks, mark, top, *, label: bool) -> None:
    axes.plot([mark, mark], [0, top], color=GREY, linewidth=0.8, linestyle=(0, (2, 3)))
    # a falling curve leaves the place above it free to its right
    room = mark <= 0.8 * axes.get_xlim()[1]
    for name, value in values.items():
        axes.plot(mark, value, "o", color=looks[name][0], markersize=4.5)
        if not label:
            continue
        axes.annotate(f"{value:.1f} %", (mark, value), xytext=(4 if room else -4, 5),
                      textcoords="offset points", ha="left" if room else "right", fontsize=9,
                      color=looks[name][0], weight="bold",
                      bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
                      )  # fmt: skip


def _said(arm, fit) -> str:
    if fit is not None:
        return f"cure fraction {100 * fit.fraction:.0f} %"
    median = arm.median.estimate
    return f"median {median:.1f} months" if np.isfinite(median) else "median not reached"


def _names(figure, axes, curves, looks, texts, *, above: bool) -> None:
    """Write each curve's name and what it says: in the free corner, or above the axes."""
    from matplotlib.lines import Line2D

    order = sorted(curves, key=lambda name: -np.nan_to_num(curves[name].curve.survival[-1]))
    box, height = axes.get_position(), figure.get_figheight()
    left = 0.02 if above else box.x0 + CORNER * box.width
    for i, name in enumerate(order):
        colour, line = looks[name]
        below = ROW * (len(order) - i) - 0.08 if above else -0.06 - ROW * i - 0.1
        y = box.y1 + below / height
        figure.add_artist(Line2D([left, left + 0.055], [y, y], color=colour, linestyle=line,
                                 linewidth=1.8))  # fmt: skip
        room = 5.0 - width_of(f": {texts[name]}", 9, "bold") if above else 0.8
        figure.text(left + 0.07, y, f"{fitted(name, room, weight='bold')}: {texts[name]}",
                    color=colour, fontsize=9, va="center", weight="bold")  # fmt: skip


def _ticks(at, end) -> np.ndarray:
    """Return the times to label, evenly apart and not too many for a small screen."""
    at = np.asarray(at, dtype=float)
    regular = at[(at <= end) & (np.mod(at, 6) == 0)]
    at = regular if len(regular) >= 3 else at[at <= end]
    return at[:: 1 + len(at) // 9]


def _at_risk(figure, axes, curves, looks, at, top, row, *, long: bool) -> None:
    height = figure.get_figheight()
    figure.text(0.02, (top + 0.06) / height, "Free of the event and still observed", fontsize=8.5,
                color=GREY, va="bottom")  # fmt: skip
    box = axes.get_position()
    end = axes.get_xlim()[1]
    for i, (name, arm) in enumerate(curves.items()):
        # a long name has a line of its own above its numbers
        y = top - row * i - 0.085
        figure.text(0.02, y / height, fitted(name, 5.2 if long else SHORT, size=8.5, weight="bold"),
                    fontsize=8.5, color=looks[name][0], weight="bold", va="center")  # fmt: skip
        for t in at:
            count = arm.at_risk[np.flatnonzero(arm.at == t)[0]]
            figure.text(box.x0 + box.width * t / end, (y - 0.16 * long) / height, f"{count}",
                        fontsize=8.5, ha="center", va="center", color=INK)  # fmt: skip
