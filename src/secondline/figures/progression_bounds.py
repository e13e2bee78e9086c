"""Who would have to be free of progression for a printed median to be that of all."""

from secondline.figures.follow_up import bar_look
from secondline.figures.style import FAINT, GREY, INK, cohort_name, stamp
from secondline.tables import treatments

ROW = 0.62
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}


def progression_bounds(trials, bounds, *, provenance: str, source: str = ""):
    """Draw, for each cohort, the responders who may be free and the others who must be.

    Parameters
    ----------
    trials : DataFrame
        The table of trials; its index names the bounds.
    bounds : dict
        From :func:`secondline.survival.cohort_bounds`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    k = max(len(bounds), 1)
    height = ROW * k + 1.9
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.035, 1.37 / height, 0.92, (height - 1.5) / height))
    axes.set(xlim=(0, 100), ylim=(k - 0.35, -0.62))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("% of all patients, at the printed median PFS")
    axes.axvline(50, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    given = dict(zip(trials.index, treatments(trials), strict=True))
    for y, (index, b) in enumerate(bounds.items()):
        cohort = trials.loc[index]
        name = cohort_name(cohort["trial"], given[index], 3.5)
        axes.text(0, y - 0.36, f"{name}, PFS {b.months:g} months", fontsize=9,
                  va="center", bbox=WHITE, zorder=4)  # fmt: skip
        most, needed = 100 * b.most / b.n, 100 * b.needed / b.n
        axes.barh(y, 100, height=0.34, color="white", edgecolor=FAINT, linewidth=0.9)
        look = bar_look(cohort.get("drug", ""), cohort["backbone"] != "none")
        axes.barh(y, most, height=0.34, linewidth=1.2, **look)
        if most >= 9:
            axes.text(most / 2, y, f"{b.most:g}", ha="center", va="center", fontsize=9,
                      bbox=WHITE)  # fmt: skip
        if b.needed:
            axes.barh(y, needed, left=most, height=0.34, color="white", edgecolor=INK,
                      hatch="////", linewidth=1.2)  # fmt: skip
            # beside the bar, or on it where no room is left
            roomy = most + needed <= 62
            place = most + needed + 1.5 if roomy else most + needed / 2
            axes.text(place, y, f"{b.needed} of {b.nonresponders} non-responders", va="center",
                      ha="left" if roomy else "center", fontsize=8.5,
                      bbox=None if roomy else WHITE)  # fmt: skip
    if not bounds:
        axes.text(50, 0, "no cohort has both counts and a median PFS", ha="center", fontsize=9,
                  bbox=WHITE)  # fmt: skip
    figure.text(
        0.012,
        0.26 / height,
        "filled (dotted: with a partner drug): most responders who can be free\n"
        "of progression then\n"
        "hatched: patients without response who must be, too, to pass one half",
        fontsize=8,
        color=GREY,
        va="bottom",
    )
    stamp(figure, provenance, source)
    return figure
