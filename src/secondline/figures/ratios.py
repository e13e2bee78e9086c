"""What figures of hazard ratios share: a logarithmic axis, and a row with an interval."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, fitted

TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20)
MOST = (1 / 24, 24.0)  # no axis goes further
LINES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
# behind words that a line would cross
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def log_axis(axes, low: float, high: float, *, along: str = "x") -> None:
    """Make an axis of ratios; ticks that would touch are left out, 1 never."""
    low, high = np.clip([low, high], *MOST)
    getattr(axes, f"set_{along}scale")("log")
    getattr(axes, f"set_{along}lim")(low, high)
    ticks = [t for t in TICKS if low <= t <= high]
    room = np.log(high / low) / 9
    kept = [1] if 1 in ticks else []
    for tick in ticks:
        if all(abs(np.log(tick / other)) > room for other in kept):
            kept.append(tick)
    kept.sort()
    getattr(axes, f"set_{along}ticks")(kept, [f"{t:g}" for t in kept])
    axes.minorticks_off()
    axes.grid(axis=along, color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def ratio_row(axes, y: float, name: str, effect=None, *, instead: str = "") -> None:
    """Write a row's name above its place, and draw a hazard ratio with its interval there.

    Parameters
    ----------
    axes : Axes
    y : float
    name : str
    effect : HazardRatio, optional
    instead : str
        What stands in place of the numbers if there is no effect.
    """
    where = axes.get_yaxis_transform()
    axes.text(0.0, y - 0.3, fitted(name, 5.2), fontsize=9, transform=where, va="center", bbox=CLEAR)
    text = instead
    if effect is not None:
        axes.plot([effect.lower, effect.upper], [y + 0.1] * 2, color=BLUE, linewidth=1.8)
        axes.plot(effect.hazard_ratio, y + 0.1, "s", color=BLUE, markersize=6.5)
        text = f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"
    axes.text(1.03, y + 0.1, text, fontsize=9, va="center", transform=where)
