"""P values of a cohort beside the printed ones."""

import numpy as np

from secondline.figures.style import FAINT, GREY, INK, VERMILION, stamp

ANCHORS = (0.05, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13)


def strengths(frame, *, tolerance: float, provenance: str, source: str = ""):
    """Draw the strength of each P value on a cohort over the printed one.

    Parameters
    ----------
    frame : DataFrame
        From :func:`secondline.cohort.strengths`: printed and cohort as minus logarithms
        to base 10, and met.
    tolerance : float
        Half width of the band of values that count as met, on that scale.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 5.0))
    axes = figure.add_axes((0.15, 0.15, 0.8, 0.8))
    top = 1.05 * max(2.0, float(np.nanmax(frame[["printed", "cohort"]].to_numpy(), initial=0)))
    ends = np.array([0, top])
    axes.fill_between(ends, ends - tolerance, ends + tolerance, color=FAINT, linewidth=0)
    axes.plot(ends, ends, color=GREY, linewidth=0.8)
    edge = -np.log10(0.05)
    for line in (axes.axhline, axes.axvline):
        line(edge, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    met = frame["met"].to_numpy(dtype=bool)
    axes.plot(frame["printed"][met], frame["cohort"][met], "o", color=INK, markersize=5, alpha=0.75,
              label="met", clip_on=False)  # fmt: skip
    if not met.all():
        axes.plot(frame["printed"][~met], frame["cohort"][~met], "X", color=VERMILION, markersize=7,
                  label="missed", clip_on=False)  # fmt: skip
    shown = [p for p in (1, *ANCHORS) if -np.log10(p) <= top]
    names = [f"{p:g}" if p >= 1e-3 else f"$10^{{{np.log10(p):.0f}}}$" for p in shown]
    places = [-np.log10(p) for p in shown]
    axes.set(xlim=(0, top), ylim=(0, top), xlabel="P value, printed", ylabel="P value, this cohort")
    axes.set_xticks(places, names)
    axes.set_yticks(places, names)
    axes.legend(frameon=False, loc="upper left")
    stamp(figure, provenance, source)
    return figure
