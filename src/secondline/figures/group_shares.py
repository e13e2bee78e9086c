"""Shares alive by group, under several readings; and what a clock makes of a share."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREEN, GREY, INK, VERMILION, fitted, stamp

LOOKS = ((GREY, "s"), (BLUE, "o"), (VERMILION, "D"))


def group_shares(by_cohort: dict, *, provenance: str, source: str = ""):
    """Draw each group's share with an interval for each cohort that it may be of.

    Parameters
    ----------
    by_cohort : dict of str to tuple of Group
        From :func:`secondline.prognosis.groups`; up to three cohorts.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    names = [group.name for group in next(iter(by_cohort.values()))]
    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.235, 0.2, 0.735, 0.66))
    steps = np.linspace(-0.24, 0.24, len(by_cohort))
    for (cohort, found), step, (colour, marker) in zip(
        by_cohort.items(), steps, LOOKS, strict=False
    ):
        y = np.arange(len(found)) + step
        share, low, high = 100 * np.array([(g.share, g.lower, g.upper) for g in found]).T
        axes.errorbar(share, y, xerr=[share - low, high - share], fmt=marker, color=colour,
                      markersize=5.5, elinewidth=1.5, label=f"if of {cohort}")  # fmt: skip
        for at, group in zip(y, found, strict=True):
            axes.annotate(f"n = {group.n}", (100 * group.upper, at), xytext=(5, 0),
                          textcoords="offset points", va="center", fontsize=8,
                          color=colour)  # fmt: skip
    axes.set_yticks(range(len(names)), [fitted(name, 1.2, size=10) for name in names])
    axes.set(xlim=(0, 100), ylim=(len(names) - 0.5, -0.5), xlabel="% alive at two years")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0.02, 0.98),
                  borderaxespad=0, fontsize=9.5)  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def clock_share(months, shares, *, printed: float, at: float, explains: float, provenance: str):
    """Draw the share that one hazard gives, against the month of failure.

    Parameters
    ----------
    months, shares : array_like, shape (m,)
        Failure of the second group, and its share alive, from 0 to 1.
    printed : float
        Its printed share.
    at : float
        The month of the settings.
    explains : float
        The month at which the printed share is met.
    provenance : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.7))
    axes = figure.add_axes((0.13, 0.23, 0.84, 0.7))
    months, shares = np.asarray(months), 100 * np.asarray(shares)
    axes.plot(months, shares, color=BLUE, linewidth=1.9)
    axes.axhline(100 * printed, color=VERMILION, linewidth=1.1, linestyle=(0, (4, 3)))
    axes.annotate("printed for early relapse", (months[-1], 100 * printed), xytext=(0, -4),
                  textcoords="offset points", ha="right", va="top", fontsize=9,
                  color=VERMILION)  # fmt: skip
    axes.plot(at, np.interp(at, months, shares), "o", color=INK, markersize=6)
    axes.annotate("the settings", (at, np.interp(at, months, shares)), xytext=(-7, 4),
                  textcoords="offset points", ha="right", fontsize=9)  # fmt: skip
    if months[0] <= explains <= months[-1]:
        axes.plot([explains, explains], [0, 100 * printed], color=GREEN, linewidth=1.1,
                  linestyle=(0, (2, 2)))  # fmt: skip
        axes.annotate(f"month {explains:.1f}", (explains, 3), xytext=(4, 0),
                      textcoords="offset points", fontsize=9, color=GREEN)  # fmt: skip
    axes.set(xlim=(months[0], months[-1]), ylim=(0, 100), ylabel="% alive, from diagnosis",
             xlabel="month of relapse, from diagnosis")  # fmt: skip
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    stamp(figure, provenance)
    return figure
