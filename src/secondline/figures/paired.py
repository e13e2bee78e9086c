"""Two cohorts of the same trials, side by side, and their contrast."""

import numpy as np

from secondline.figures.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    VERMILION,
    cohort_name,
    literal,
    stamp,
)
from secondline.proportions.contrast_report import POOL_NAMES, contrast_range, contrast_text
from secondline.proportions.contrasts import MEASURE_NAMES
from secondline.proportions.report import CI_NAMES

ROW = 0.5  # inches a row: its name, and below it the line
WIDTH = 5.6
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def paired(
    analysis, *, title: str, axis_label: str, provenance: str, source: str = ""
):
    """Draw the two shares of each trial above and their contrast below.

    Parameters
    ----------
    analysis : PairedAnalysis
        From :func:`secondline.proportions.analyse_pairs`. Without a pool its reason
        is all that is drawn.
    title, axis_label : str
        `axis_label` names the shares.
    provenance, source : str
        See :data:`secondline.figures.PROVENANCES`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from textwrap import fill

    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    cohorts, contrasts, pooled = analysis.cohorts, analysis.contrasts, analysis.pooled
    if pooled is None:
        figure = Figure(figsize=(WIDTH, 1.7))
        figure.text(0.01, 0.92, literal(title), fontsize=11, weight="bold", va="top")
        figure.text(0.01, 0.45, fill(literal(analysis.reason), 70), fontsize=9, va="center")
        stamp(figure, provenance, source)
        return figure
    k = len(cohorts)
    upper_rows, lower_rows = k, k + 1.0
    height = ROW * (upper_rows + lower_rows) + 2.95
    figure = Figure(figsize=(WIDTH, height))
    low_start = 1.05 / height
    low_tall = ROW * lower_rows / height
    up_start = low_start + low_tall + 0.98 / height
    top = figure.add_axes((0.03, up_start, 0.94, ROW * upper_rows / height))
    bottom = figure.add_axes((0.03, low_start, 0.94, low_tall))
    for axes, rows in ((top, upper_rows), (bottom, lower_rows)):
        axes.set_ylim(rows - 0.35, -0.35)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=8.5)
        axes.xaxis.label.set_size(9)
    top.set_xlim(0, 100)
    top.set_xticks(range(0, 101, 25))
    top.set_xlabel(axis_label)

    differs = pooled.measure == "RD"
    scale = 100 if differs else 1
    null = 0 if differs else 1
    low, high = scale * contrasts.lower, scale * contrasts.upper
    ends = np.concatenate([low, high, [scale * pooled.lower, scale * pooled.upper, null]])
    ends = ends[np.isfinite(ends)]
    if differs:
        reach = min(100.0, 1.08 * np.abs(ends).max() + 2)
        bottom.set_xlim(-reach, reach)
        bottom.set_xlabel("Difference in percentage points")
    else:
        from matplotlib.ticker import FixedLocator, NullLocator

        reach = float(np.exp(min(np.abs(np.log(ends)).max() * 1.08 + 0.05, np.log(40))))
        bottom.set_xscale("log")
        bottom.set_xlim(1 / reach, reach)
        ticks = (0.1, 1, 10) if reach > 10 else (0.25, 0.5, 1, 2, 4)
        ticks = [t for t in ticks if 1 / reach <= t <= reach]
        bottom.xaxis.set_major_locator(FixedLocator(ticks))
        bottom.xaxis.set_minor_locator(NullLocator())
        bottom.set_xticklabels([f"{t:g}" for t in ticks])
        bottom.set_xlabel(MEASURE_NAMES[pooled.measure].capitalize() + " (log scale)")
    bottom.axvline(null, color=GREY, linewidth=1)

    def write(axes, x, y, text, **style):
        axes.text(x, y, text, va="center", fontsize=9, bbox=WHITE, zorder=3,
                  transform=axes.get_yaxis_transform(), **style)  # fmt: skip

    largest = np.nanmax(pooled.weights)
    for y, row in enumerate(cohorts.itertuples()):
        shares = (
            100 * row.events_exposed / row.totals_exposed,
            100 * row.events_naive / row.totals_naive,
        )
        write(top, 0, y, cohort_name(row.trial, row.treatment, 3.6))
        write(top, 1, y, f"{shares[0]:.1f} and {shares[1]:.1f} %", ha="right")
        line = y + 0.42
        top.plot(shares, [line, line], color=GREY, linewidth=1.2, zorder=1)
        top.plot(shares[0], line, marker="s", markersize=7, color=VERMILION, clip_on=False)
        top.plot(shares[1], line, marker="o", markersize=7, color=BLUE, clip_on=False)
        write(bottom, 0, y, cohort_name(row.trial, "", 2.9))
        write(bottom, 1, y, _text(pooled.measure, contrasts, y), ha="right")
        bottom.plot([low[y], high[y]], [line, line], color=INK, linewidth=1.2)
        size = 4 + 6 * np.sqrt(pooled.weights[y] / largest)
        bottom.plot(scale * contrasts.estimate[y], line, marker="D", markersize=size, color=INK)
    bottom.axhline(k - 0.27, color=FAINT, linewidth=0.8)
    write(bottom, 0, k, "Pooled", weight="bold")
    y = k + 0.42
    a, m, b = (scale * value for value in (pooled.lower, pooled.estimate, pooled.upper))
    bottom.add_patch(Polygon([(a, y), (m, y - 0.2), (b, y), (m, y + 0.2)], color=INK))
    value = contrast_text(pooled.measure, pooled.estimate)
    limits = contrast_range(pooled.measure, pooled.lower, pooled.upper)
    write(bottom, 1, k, f"{value} ({limits})", ha="right", weight="bold")

    figure.text(0.01, 1 - 0.08 / height, literal(title), fontsize=11, weight="bold", va="top")
    key = 1 - 0.52 / height
    for x, mark, colour, name in (
        (0.035, "s", VERMILION, "after CAR-T"),
        (0.25, "o", BLUE, "CAR-T-naive"),
    ):
        figure.add_artist(_marker(figure, x, key, mark, colour))
        figure.text(x + 0.02, key, name, fontsize=9, va="center")
    below = low_start + low_tall + 0.2 / height
    text = f"After CAR-T against CAR-T-naive, {100 * pooled.level:g} % intervals"
    figure.text(0.025, below, text, fontsize=9.5,
                weight="bold", va="center")  # fmt: skip
    how = f"Pooled: {POOL_NAMES[pooled.method]}, {CI_NAMES[pooled.ci]} interval. "
    figure.text(0.01, 0.29 / height, how + "Not randomised.", fontsize=8, va="bottom")
    stamp(figure, provenance, source)
    return figure


def _marker(figure, x, y, mark, colour):
    from matplotlib.lines import Line2D

    return Line2D(
        [x],
        [y],
        marker=mark,
        color=colour,
        markersize=7,
        linestyle="",
        transform=figure.transFigure,
    )


def _text(measure, contrasts, i) -> str:
    value = contrast_text(measure, contrasts.estimate[i])
    return f"{value} ({contrast_range(measure, contrasts.lower[i], contrasts.upper[i])})"
