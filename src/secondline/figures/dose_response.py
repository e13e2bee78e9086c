"""Outcomes along a marker: hazard ratios with a bent and a straight curve, chances of response."""

import numpy as np

from secondline.figures.style import (
    ARM_COLOURS,
    ARM_LINES,
    FAINT,
    GREY,
    INK,
    fitted,
    stamp,
)

TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20)
WIDEST = 20.0


def hazard_along(
    curves: dict, *, marker: str, unit: str, provenance: str, source: str = "", outcome: str = "EFS"
):
    """Draw hazard ratios along a marker, bent with limits and straight.

    Parameters
    ----------
    curves : dict of HazardCurve
        By arm, or one curve of the arms.
    marker, unit : str
        For the axis.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.
    outcome : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.13, 0.2, 0.84, 0.7))
    axes.axhline(1, color=GREY, linewidth=0.9)
    for curve in curves.values():
        colour, line = ARM_COLOURS.get(curve.name, INK), ARM_LINES.get(curve.name, "-")
        axes.fill_between(curve.at, curve.lower, curve.upper, color=colour, alpha=0.16, linewidth=0)
        axes.plot(curve.at, curve.hazard_ratio, color=colour, linestyle=line, linewidth=1.8,
                  label=curve.name)  # fmt: skip
        axes.plot(curve.at, curve.straight, color=colour, linestyle=(0, (1, 1.6)), linewidth=1.4)
    axes.plot([], [], color=GREY, linestyle=(0, (1, 1.6)), label="without a bend")
    axes.set(xscale="log", yscale="log", xlim=(first(curves).at[0], first(curves).at[-1]))
    _along_axis(axes, first(curves).at, marker, unit)
    _ratio_axis(axes, curves)
    reference = first(curves).reference
    against = "axi-cel against SOC" if np.isnan(reference) else f"against {reference:.0f} {unit}"
    figure.text(0.02, 0.94, fitted(f"Hazard ratio of {outcome}, {against}", 5.4, size=9.5),
                fontsize=9.5, va="bottom")  # fmt: skip
    axes.legend(frameon=False, fontsize=8.5, loc="best")
    stamp(figure, provenance, source)
    return figure


def response_along(curves: dict, *, marker: str, unit: str, provenance: str, source: str = ""):
    """Draw the chance of a complete response along a marker, with observed shares of fifths.

    Parameters
    ----------
    curves : dict of ResponseCurve
        By arm.
    marker, unit : str
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.13, 0.2, 0.84, 0.7))
    places = [first(curves).at]
    for arm, curve in curves.items():
        colour, groups = ARM_COLOURS[arm], curve.groups
        axes.fill_between(curve.at, 100 * curve.share_lower, 100 * curve.share_upper, color=colour,
                          alpha=0.16, linewidth=0)  # fmt: skip
        axes.plot(curve.at, 100 * curve.share, color=colour, linestyle=ARM_LINES[arm],
                  linewidth=1.8, label=f"{arm}, {curve.cases} of {curve.n}")  # fmt: skip
        observed = 100 * groups["observed"]
        # one arm's points stand a little aside, so that bars do not cover each other
        at = groups["middle"] * (1.02 if arm == "SOC" else 0.98)
        axes.errorbar(at, observed, yerr=[observed - 100 * groups["lower"],
                      100 * groups["upper"] - observed], fmt="o" if arm == "SOC" else "s",
                      color=colour, markersize=4.5, linewidth=1, capsize=2)  # fmt: skip
        places.append(at)
    axes.set(xscale="log", ylim=(0, 100))
    reach = np.concatenate(places)
    axes.set_xlim(0.97 * reach.min(), 1.03 * reach.max())
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    _along_axis(axes, reach, marker, unit)
    figure.text(0.02, 0.94, "% with a complete response", fontsize=9.5, va="bottom")
    axes.legend(frameon=False, fontsize=8.5, loc="upper right")
    stamp(figure, provenance, source)
    return figure


def first(curves: dict):
    """Return the first curve of several."""
    return next(iter(curves.values()))


def _along_axis(axes, values, marker: str, unit: str) -> None:
    """Put round numbers on the marker's logarithmic axis."""
    low, high = float(np.min(values)), float(np.max(values))
    steps = [m * 10**e for e in range(-3, 7) for m in (1, 2, 5)]
    ticks = [step for step in steps if low <= step <= high]
    axes.set_xticks(ticks, [f"{tick:,g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel(f"{marker}, {unit}")


def _ratio_axis(axes, curves: dict) -> None:
    low = min(float(curve.lower.min()) for curve in curves.values())
    high = max(float(curve.upper.max()) for curve in curves.values())
    # few patients can have limits beyond any paper
    low, high = max(low, 1 / WIDEST), min(high, WIDEST)
    axes.set_ylim(0.9 * min(low, 0.8), 1.1 * max(high, 1.25))
    bottom, top = axes.get_ylim()
    ticks = [tick for tick in TICKS if bottom <= tick <= top]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
