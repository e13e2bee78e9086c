"""The pool as it grew."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, VERMILION, literal, stamp

ROW = 0.5


def cumulative_plot(steps, dated, *, title: str, provenance: str, source: str = ""):
    """Draw the pooled share after each year.

    Parameters
    ----------
    steps : list of CumulativeStep
        From :func:`secondline.proportions.cumulative_by_year`.
    dated : DataFrame
        The trials that the steps point to.
    title, provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    height = 1.5 + ROW * max(len(steps), 2)
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.36, 0.82 / height, 0.6, 1 - 1.3 / height))
    for y, step in enumerate(steps):
        joined = literal(", ".join(dated["trial"].iloc[i] for i in step.added), 30)
        plural = "s" if step.k > 1 else ""
        axes.text(-0.04, y - 0.14, f"{step.value:g}: {step.k} trial{plural}", fontsize=9,
                  ha="right", va="center", transform=axes.get_yaxis_transform())
        axes.text(-0.04, y + 0.2, f"+ {joined}", fontsize=7.5, color=GREY, ha="right",
                  va="center", transform=axes.get_yaxis_transform())
        last = step is steps[-1]
        if np.isfinite(step.lower):
            axes.plot([100 * step.lower, 100 * step.upper], [y, y], linewidth=1.6,
                      color=VERMILION if last else BLUE)
        if np.isfinite(step.estimate):
            axes.plot(100 * step.estimate, y, "D" if last else "o",
                      color=VERMILION if last else BLUE, markersize=6)
    axes.set(xlim=(0, 100), ylim=(len(steps) - 0.5, -0.5), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("pooled share (%)")
    figure.text(0.02, 1 - 0.08 / height, literal(title, 68), fontsize=11, weight="bold", va="top")
    stamp(figure, provenance, source)
    return figure
