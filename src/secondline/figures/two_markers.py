"""Two markers: slides of one H-score, two cuts in a cloud, four groups, and false interactions."""

import numpy as np

from secondline.figures.ratios import LINES, log_axis, ratio_row
from secondline.figures.style import BLUE, GREY, INK, VERMILION, fitted, stamp

SHADES = {"unstained": "#ffffff", "weak": "#c9d9e8", "moderate": "#6a9fc9", "strong": "#0b3c66"}


def h_score_slides(slides):
    """Draw slides as bars of a hundred tumour cells each.

    Parameters
    ----------
    slides : sequence of Slide
        From :func:`secondline.biomarkers.same_score`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    height = 1.35 + 0.62 * len(slides)
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.04, 0.98 / height, 0.92, 1 - 1.08 / height))
    for y, slide in enumerate(slides):
        axes.text(0, y - 0.31, fitted(f"{slide.name}: H-score {slide.score:.0f}", 5.0), fontsize=9,
                  va="center")  # fmt: skip
        left = 0.0
        for name, colour in SHADES.items():
            share = getattr(slide, name)
            axes.barh(y + 0.1, share, 0.42, left=left, color=colour, edgecolor=GREY, linewidth=0.8)
            if share >= 8:
                axes.text(left + share / 2, y + 0.1, f"{share:.3g}", ha="center", va="center",
                          fontsize=9, color="white" if name == "strong" else INK)  # fmt: skip
            left += share
    axes.set(xlim=(0, 100), ylim=(len(slides) - 0.5, -0.55), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("% of the tumour cells")
    figure.legend(
        handles=[Patch(facecolor=c, edgecolor=GREY, label=n) for n, c in SHADES.items()],
        loc="lower left", bbox_to_anchor=(0.02, 0.2 / height), ncols=4, fontsize=9, frameon=False,
        columnspacing=1.2, handlelength=1.2, borderpad=0,
    )  # fmt: skip
    stamp(figure, "definition")
    return figure


def two_cuts(rows, first: str, second: str, *, provenance: str, source: str = ""):
    """Draw two markers against each other with their cuts and each group's mean.

    Parameters
    ----------
    rows : DataFrame
        From :func:`secondline.biomarkers.pair_rows`.
    first, second : str
        Names for the axes.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.5))
    axes = figure.add_axes((0.12, 0.24, 0.84, 0.7))
    known = rows.dropna(subset=["x", "y"])
    event = known["event"].to_numpy(dtype=bool)
    for mask, face, name in ((~event, "white", "no event"), (event, GREY, "event")):
        axes.plot(known["x"][mask], known["y"][mask], "o", color=GREY, markerfacecolor=face,
                  markersize=4.5, markeredgewidth=0.9, alpha=0.75, label=name)  # fmt: skip
    for column, flag, draw in (("x", "first", axes.axvline), ("y", "second", axes.axhline)):
        low, high = known.loc[known[flag] == 0, column], known.loc[known[flag] == 1, column]
        if len(low) and len(high):
            draw((low.max() + high.min()) / 2, color=INK, linewidth=1)
    for (bad1, bad2), part in known.groupby(["first", "second"]):
        colour = VERMILION if bad1 and bad2 else BLUE
        place = part["x"].mean(), part["y"].mean()
        axes.plot(*place, "D", color=colour, markersize=8, markeredgecolor="white")
        axes.annotate(f"{len(part)}", place, xytext=(7, 6), textcoords="offset points", fontsize=11,
                      color=colour, weight="bold",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})  # fmt: skip
    if not len(known):
        axes.text(0.5, 0.5, "nobody has both markers", transform=axes.transAxes, ha="center",
                  color=GREY)  # fmt: skip
        axes.set(xticks=[], yticks=[])
    axes.set_xlabel(fitted(f"{first}, standard deviations towards the worse", 4.7, size=10))
    axes.set_ylabel(fitted(f"{second}, towards the worse", 3.1, size=10))
    figure.text(0.02, 0.075, "Lines: cuts. Diamonds: means of the four groups, with their patients.\n"
                "Filled dots: event; open dots: none.", fontsize=9, va="center")  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def four_ratios(found, *, provenance: str, source: str = ""):
    """Draw each group's hazard ratio beside the one that adding the two markers gives.

    Parameters
    ----------
    found : TwoMarkers
        From :func:`secondline.biomarkers.two_markers`.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    height = 1.5 + 0.62 * len(found.groups)
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.03, 1.12 / height, 0.6, 1 - 1.22 / height))
    values = [1.0]
    for y, group in enumerate(found.groups):
        name = f"{group.name}: {group.n} patients, {group.events} events"
        reference = y == 0 and np.isfinite(group.added)
        effect = None if reference else group.ratio
        ratio_row(axes, y, name, effect, instead="1 (reference)" if reference else "no estimate")
        if reference:
            axes.plot(1, y + 0.1, "s", color=BLUE, markersize=6.5)
        if effect is not None:
            values += [effect.lower, effect.upper]
        if y and np.isfinite(group.added):
            axes.plot(group.added, y + 0.1, "D", color=VERMILION, markerfacecolor="none",
                      markersize=10, markeredgewidth=1.8)  # fmt: skip
            values.append(group.added)
    axes.axvline(1, color=INK, linewidth=1)
    log_axis(axes, min(values) / 1.1, max(max(values) * 1.1, 2.0))
    axes.set(ylim=(len(found.groups) - 0.5, -0.55), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Hazard ratio against the first row (log scale)", fontsize=9.5)
    figure.text(0.03, 0.36 / height,
                f"Square and line: four groups, {100 * found.level:g} % interval.\n"
                "Open diamond: by adding the two markers, without interaction.",
                fontsize=8.5, va="center")  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def false_interactions(curves, *, hazard_ratios: tuple[float, float]):
    """Draw the interaction that two cuts make of two markers which truly are added.

    Parameters
    ----------
    curves : DataFrame
        From :func:`secondline.biomarkers.false_interaction`.
    hazard_ratios : tuple of float
        Of the two markers, for the title.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.13, 0.24, 0.83, 0.66))
    for (correlation, values), line in zip(curves.items(), LINES, strict=False):
        axes.plot(100 * curves.index, values, color=INK, linestyle=line, linewidth=1.8, marker="o",
                  markersize=4, label=f"correlation {correlation:g}")  # fmt: skip
    axes.axhline(1, color=BLUE, linewidth=1.2)
    axes.axvline(50, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))
    low, high = np.nanmin(curves.to_numpy()), np.nanmax(curves.to_numpy())
    log_axis(axes, min(low / 1.08, 0.7), max(high * 1.08, 1.5), along="y")
    axes.set_xticks([round(100 * v) for v in curves.index])
    axes.set_xlabel("% of the patients beyond either cut (50: median)")
    axes.set_ylabel("Interaction (log scale)")
    one, two = hazard_ratios
    axes.set_title(f"Truth: no interaction; hazard ratios {one:.2g} and {two:.2g}, added",
                   fontsize=10, loc="left")  # fmt: skip
    axes.legend(fontsize=9, framealpha=1, edgecolor="none", loc="upper left")
    stamp(figure, "virtual")
    return figure
