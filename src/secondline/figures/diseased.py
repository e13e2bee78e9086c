"""How those with lymphoma among the partial responders would do, if the others do as told."""

from secondline.figures.style import BLUE, GREY, INK, VERMILION, stamp


def diseased(ppv, alive, *, group: float, other: float, here: float, explains: float,
             provenance: str, source: str = ""):  # fmt: skip
    """Draw the share alive of those with lymphoma against how many of the group have it.

    Parameters
    ----------
    ppv, alive : array
        From :func:`secondline.pathways.positive_scan.outcome_line`.
    group, other : float
        Printed shares alive of the group and of patients with progression.
    here : float
        Share with lymphoma of the settings.
    explains : float
        Share at which both lines meet; NaN if they do not.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5, 3.7))
    axes = figure.add_axes((0.14, 0.24, 0.83, 0.72))
    axes.plot(100 * ppv, 100 * alive, color=BLUE, linewidth=2.2)
    axes.axhline(100 * group, color=GREY, linestyle=(0, (1.2, 2)))
    axes.axhline(100 * other, color=VERMILION, linestyle=(0, (5, 2)))
    axes.text(1, 100 * group + 1.2, f"all with a partial response, {100 * group:.0f} %",
              fontsize=9, color=INK, va="bottom")  # fmt: skip
    axes.text(1, 100 * other + 1.2, f"progression, {100 * other:.0f} %", fontsize=9, color=INK,
              va="bottom")  # fmt: skip
    axes.axvline(100 * here, color=INK, linewidth=1.0)
    axes.text(100 * here, 97, " settings", fontsize=9, va="top",
              ha="left" if here < 0.8 else "right")  # fmt: skip
    if explains == explains:
        axes.plot([100 * explains], [100 * other], marker="o", color=VERMILION, markersize=7)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="Of 100 with a partial response: with lymphoma",
             ylabel="Of those, alive at two years (%)")  # fmt: skip
    stamp(figure, provenance, source)
    return figure
