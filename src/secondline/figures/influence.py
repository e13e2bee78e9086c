"""What each trial does to the pool, as small multiples."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, VERMILION, literal, stamp

ROW = 0.34


def influence_plot(result, cohorts, *, title: str, provenance: str, source: str = ""):
    """Draw four diagnostics side by side, one row for each trial.

    Parameters
    ----------
    result : Influence
        From :func:`secondline.proportions.influence`.
    cohorts : DataFrame
        The trials, in the same order, with the column trial.
    title, provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    k = result.k
    height = 1.75 + ROW * k
    figure = Figure(figsize=(8.2, height))
    panels = (
        ("DFFITS", result.dffits, 0.0, result.limits["dffits"]),
        ("Cook's distance", result.cooks_distance, 0.0, result.limits["cooks_distance"]),
        ("covariance ratio", result.covariance_ratio, 1.0, None),
        ("τ² without the trial", result.tau2_without, 0.0, None),
    )
    bottom, top = 0.85 / height, 1 - 0.75 / height
    colours = np.where(result.influential, VERMILION, BLUE)
    for i, (name, values, zero, limit) in enumerate(panels):
        axes = figure.add_axes((0.215 + 0.198 * i, bottom, 0.168, top - bottom))
        y = np.arange(k)
        axes.hlines(y, zero, values, color=colours, linewidth=1.4)
        axes.scatter(values, y, color=colours, s=26, zorder=3)
        axes.axvline(zero, color=GREY, linewidth=0.8)
        if limit is not None and np.max(np.abs(values)) > 0.4 * limit:
            for side in (-limit, limit) if values.min() < 0 else (limit,):
                axes.axvline(side, color=GREY, linewidth=0.8, linestyle=":")
        axes.set_ylim(k - 0.5, -0.5)
        axes.set_title(name, fontsize=9, loc="left")
        axes.grid(axis="x", color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=8)
        axes.margins(x=0.12)
        axes.locator_params(axis="x", nbins=4)
        names = [literal(name, 22) for name in cohorts["trial"]] if i == 0 else [""] * k
        axes.set_yticks(y, names, fontsize=8.5)
        axes.tick_params(axis="y", length=0)
    figure.text(0.01, 1 - 0.08 / height, literal(title, 90), fontsize=11, weight="bold", va="top")
    figure.text(
        0.01, 0.3 / height,
        "vermilion: flagged as influential; dotted: limits of the flag, where near",
        fontsize=8, color=GREY, va="bottom",
    )
    stamp(figure, provenance, source)
    return figure
