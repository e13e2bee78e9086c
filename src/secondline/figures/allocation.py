"""How evenly ways to randomise divide virtual patients."""

import numpy as np

from secondline.figures.style import GREY, INK, SKY, stamp


def allocation(allocations, titles: dict, *, gap: float):
    """Draw the difference between the arms in many virtual trials, a panel for each way.

    Parameters
    ----------
    allocations : sequence of Allocation
        From :func:`secondline.trials.allocation.simulate_allocation`.
    titles : dict of str to str
        Of each way.
    gap : float
        A difference in share that lines mark on both sides.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 5.0))
    panels = figure.subplots(len(allocations), 1, sharex=True)
    figure.subplots_adjust(left=0.14, right=0.96, bottom=0.16, top=0.94, hspace=0.45)
    reach = max(20.0, *(100 * np.abs(a.differences).max() for a in allocations))
    bins = np.linspace(-reach, reach, 41)
    for axes, result in zip(panels, allocations, strict=True):
        values = 100 * result.differences
        axes.hist(values, bins=bins, weights=np.full(len(values), 100 / len(values)),
                  color=SKY, edgecolor="white", linewidth=0.5)  # fmt: skip
        for side in (-100 * gap, 100 * gap):
            axes.axvline(side, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_title(titles[result.way], fontsize=9, loc="left")
    panels[len(panels) // 2].set_ylabel("% of virtual trials")
    panels[-1].set(xlim=(-reach, reach),
                   xlabel="Share with the trait, one arm less the other (points)")  # fmt: skip
    stamp(figure, "virtual")
    return figure
