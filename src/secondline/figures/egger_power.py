"""How often Egger's test finds a small-study effect that is there."""

from secondline.figures.style import BLUE, FAINT, GREEN, GREY, INK, VERMILION, stamp


def egger_power(curves, *, observed_k: int, source: str):
    """Draw the power of Egger's test against the number of trials.

    Parameters
    ----------
    curves : list of list of SmallStudyPower
        One list for each size of effect, by rising number of trials.
    observed_k : int
        The number of trials at hand, marked by a line.
    source : str
        Short name of the source of the group sizes.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.6))
    axes = figure.add_axes((0.13, 0.34, 0.84, 0.58))
    colours = (GREY, GREEN, BLUE, INK)
    for curve, colour in zip(curves, colours, strict=False):
        points = 100 * curve[0].difference
        label = "no effect (false alarms)" if points == 0 else f"{points:.0f} percentage points"
        axes.plot([p.k for p in curve], [100 * p.power for p in curve], "o-", color=colour,
                  markersize=4, linewidth=1.6, label=label)
    axes.axvline(observed_k, color=VERMILION, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_title(f"dashed: the {observed_k} trials at hand", fontsize=9, color=VERMILION,
                   loc="left")
    axes.set(ylim=(0, 100), xlabel="trials in the meta-analysis",
             ylabel="% of sets with P < 0.05")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(title="true rate of the smallest trial above that of the largest",
                  title_fontsize=8.5, fontsize=8.5, frameon=False, ncols=2, loc="lower left",
                  bbox_to_anchor=(0.02, 0.095), borderaxespad=0, alignment="left")
    figure.text(0.02, 0.055, f"{curves[0][0].n_sets:,} simulated sets for each point", fontsize=8,
                color=GREY, va="bottom")
    stamp(figure, "virtual", also=f"group sizes: {source}")
    return figure
