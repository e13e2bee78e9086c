"""The most and the least favourable subgroup of virtual trials with one true effect."""

import numpy as np

from secondline.figures.style import GREEN, GREY, INK, PURPLE, stamp


def subgroup_chance(chance, *, true_hazard_ratio: float):
    """Draw how the extreme hazard ratios scatter from trial to trial.

    Parameters
    ----------
    chance : SubgroupChance
        From :func:`secondline.effects.subgroups_by_chance`.
    true_hazard_ratio : float

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.7))
    axes = figure.add_axes((0.12, 0.24, 0.84, 0.64))
    drawn = chance.hazard_ratios
    # the axis holds every trial
    low, high = np.log(drawn.min()), np.log(drawn.max())
    bins = np.geomspace(drawn.min(), drawn.max(), 46)
    share = np.full(len(drawn), 100 / len(drawn))
    for column, colour, line, name in (
        (0, GREEN, "-", "most favourable"), (-1, PURPLE, (0, (4, 2)), "least favourable"),
    ):  # fmt: skip
        axes.hist(drawn[:, column], bins=bins, weights=share, histtype="stepfilled",
                  facecolor=colour, alpha=0.25)  # fmt: skip
        axes.hist(drawn[:, column], bins=bins, weights=share, histtype="step",
                  edgecolor=colour, linewidth=1.6, linestyle=line, label=name)  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(np.exp(low), np.exp(high))
    axes.axvline(1, color=GREY, linewidth=1)
    axes.axvline(true_hazard_ratio, color=INK, linewidth=1.4, linestyle=(0, (1, 1.5)))
    ticks = [t for t in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
             if np.exp(low) <= t <= np.exp(high)]  # fmt: skip
    # ticks that would touch are left out
    room = (high - low) / 11
    kept: list[float] = []
    for tick in ticks:
        if not kept or np.log(tick / kept[-1]) > room:
            kept.append(tick)
    axes.set_xticks(kept, [f"{t:g}" for t in kept])
    axes.minorticks_off()
    axes.set_xlabel("Hazard ratio in the subgroup (log scale)")
    axes.set_ylabel("% of trials")
    axes.margins(y=0.25)
    # white behind the names, since two lines pass there
    axes.legend(framealpha=1, edgecolor="none", fontsize=9, ncols=2, loc="upper center")
    axes.set_title(f"Dotted: the true hazard ratio of all, {true_hazard_ratio:g}; grey: 1",
                   fontsize=10, loc="left")  # fmt: skip
    stamp(figure, "virtual")
    return figure
