"""Lines of therapy: markers by line, who is left, how strong a selection must be, pairs."""

import numpy as np

from secondline.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    fitted,
    stamp,
)

LINE_COLOURS = (BLUE, VERMILION, GREEN)
LINE_STYLES = ("-", (0, (5, 2)), (0, (1, 1.4)))
MOST_PANELS = 2


def markers_by_line(compared: dict, *, names: dict, provenance: str, source: str = ""):
    """Draw each marker's values by line: all patients as dots, quartiles as a box.

    Parameters
    ----------
    compared : dict of LineComparison
        By marker.
    names : dict of str to str
        Of the markers.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    rows = -(-len(compared) // MOST_PANELS)
    height = 0.45 + 2.5 * rows
    figure = Figure(figsize=(5.8, height))
    rng = np.random.default_rng(0)  # sideways only, so that dots do not hide each other
    for i, (marker, found) in enumerate(compared.items()):
        row, column = divmod(i, MOST_PANELS)
        bottom = 1 - (2.5 * (row + 1) - 0.55) / height
        axes = figure.add_axes((0.09 + 0.5 * column, bottom, 0.39, 1.6 / height))
        for k, values in enumerate(found.groups.values()):
            colour = LINE_COLOURS[k % 3]
            axes.plot(k + rng.uniform(-0.3, 0.3, len(values)), values, "o", color=colour,
                      markersize=2.2, alpha=0.45, markeredgewidth=0)  # fmt: skip
            q1, middle, q3 = np.quantile(values, (0.25, 0.5, 0.75))
            axes.bar(k, q3 - q1, 0.62, q1, facecolor="none", edgecolor=INK, linewidth=1)
            axes.plot([k - 0.31, k + 0.31], [middle, middle], color=INK, linewidth=2.2)
        labels = [f"{line.split(',')[0].replace(' first line', '')}\n{len(values)}"
                  for line, values in found.groups.items()]  # fmt: skip
        axes.set_xticks(range(len(labels)), labels, fontsize=8)
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.tick_params(axis="y", labelsize=8)
        axes.set_title(fitted(names[marker], 2.2, size=9.5), fontsize=9.5, loc="left")
    stamp(figure, provenance, source)
    return figure


def who_is_left(patients, *, provenance: str, source: str = ""):
    """Draw the density of an unchanging value among those who reach each line.

    Parameters
    ----------
    patients : Histories
        From :func:`secondline.biomarkers.line_histories`.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.4))
    axes = figure.add_axes((0.06, 0.24, 0.92, 0.64))
    edges = np.linspace(-3.5, 3.5, 29)
    middle, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    n = len(patients.values)
    for k in range(patients.values.shape[1]):
        own = patients.group(k, k)
        # areas are the numbers left, so that a curve never rises above the one before
        height = np.histogram(own, edges)[0] / (n * width)
        colour, line = LINE_COLOURS[k], LINE_STYLES[k]
        mean = f"{round(own.mean(), 2) + 0:.2f}".replace("-", "−")
        axes.plot(middle, height, color=colour, linestyle=line, linewidth=1.8,
                  label=f"line {k + 1}: {100 * len(own) / n:.0f} % of all, mean {mean}")  # fmt: skip
        axes.fill_between(middle, height, color=colour, alpha=0.1, linewidth=0)
        axes.plot([own.mean()] * 2, [0, 0.02], color=colour, linewidth=3)
    axes.set(xlim=(-3.5, 3.5), ylim=(0, 0.55), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("value of the tumour, SD of all at diagnosis (it never changes)", fontsize=9)
    axes.legend(frameon=False, fontsize=8.5, loc="upper left")
    figure.text(0.02, 0.93, "Patients who reach each line", fontsize=9.5, va="bottom")
    stamp(figure, provenance, source)
    return figure


def needed_selection(ratios, curves: dict, printed: dict, *, provenance: str, source: str = ""):
    """Draw the difference that selection makes over its strength, with printed differences.

    Parameters
    ----------
    ratios : array-like
        Odds ratios for one standard deviation.
    curves : dict of str to array-like
        Difference in standard deviations, by the kind of selection.
    printed : dict of str to float
        Sizes of printed differences, drawn as level lines.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.3))
    axes = figure.add_axes((0.12, 0.165, 0.85, 0.56))
    colours, lines = (BLUE, VERMILION, GREEN, GREY), ("-", (0, (5, 2)), (0, (1, 1.4)), "-")
    highest = 1.15 * max(printed.values())
    for (name, height), colour, line in zip(curves.items(), colours, lines, strict=False):
        axes.plot(ratios, np.abs(height), color=colour, linestyle=line, linewidth=1.9, label=name)
    at = None
    for name, size in sorted(printed.items(), key=lambda item: -item[1]):
        axes.axhline(size, color=ORANGE, linewidth=0.9)
        # labels keep a line's distance from each other
        at = size if at is None else min(size, at - 0.05)
        axes.annotate(f"{name}, {size:.2f}", (ratios[-1], at), fontsize=7.8, ha="right",
                      va="bottom", xytext=(0, 1), textcoords="offset points", color=INK,
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6}, zorder=5)  # fmt: skip
    axes.set(xscale="log", xlim=(ratios[0], ratios[-1]), ylim=(0, highest))
    ticks = [t for t in (1, 1.2, 1.5, 2, 3, 4, 6, 8) if ratios[0] <= t <= ratios[-1]]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_xlabel("odds ratio of the selection, for one SD")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    figure.text(0.02, 0.95, "Difference between the groups, SD, though no tumour changes",
                fontsize=9.5, va="bottom")  # fmt: skip
    axes.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(-0.02, 1.0))
    stamp(figure, provenance, source)
    return figure


def paired_power(
    correlations, by_pairs: dict, apart: float, *, sizes, provenance: str, source: str = ""
):
    """Draw the power of pairs over the correlation within patients, with that of two groups.

    Parameters
    ----------
    correlations : array-like
    by_pairs : dict of int to array-like
        Power, by the number of pairs.
    apart : float
        Power of two groups of different people.
    sizes : (int, int)
        Of these groups.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.5))
    axes = figure.add_axes((0.1, 0.22, 0.87, 0.66))
    axes.axhline(100 * apart, color=INK, linewidth=1.2, linestyle=(0, (4, 3)),
                 label=f"{sizes[0]} and {sizes[1]} different people")  # fmt: skip
    for (pairs, power), colour, line in zip(
        by_pairs.items(), LINE_COLOURS, LINE_STYLES, strict=False
    ):
        axes.plot(correlations, 100 * np.asarray(power), color=colour, linestyle=line,
                  linewidth=1.9, label=f"{pairs} pairs")  # fmt: skip
    axes.set(xlim=(0, correlations[-1]), ylim=(0, 102))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_xlabel("correlation of the two biopsies of a patient")
    figure.text(0.02, 0.93, "Power, %", fontsize=9.5, va="bottom")
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    stamp(figure, provenance, source)
    return figure
