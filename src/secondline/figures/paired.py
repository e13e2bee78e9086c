"""Two cohorts of the same trials, side by side, and their contrast."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.contrast_report import POOL_NAMES, contrast_range, contrast_text
from secondline.proportions.contrasts import MEASURE_NAMES
from secondline.proportions.report import CI_NAMES

ROW = 0.46  # inches a row
WIDTH = 8.2


def paired(
    analysis, *, title: str, axis_label: str, provenance: str, source: str = ""
):
    """Draw the two shares of each trial on the left and their contrast on the right.

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
        figure = Figure(figsize=(WIDTH, 1.4))
        figure.text(0.01, 0.92, literal(title), fontsize=11, weight="bold", va="top")
        figure.text(0.01, 0.45, fill(literal(analysis.reason), 95), fontsize=9.5, va="center")
        stamp(figure, provenance, source)
        return figure
    k = len(cohorts)
    rows = k + 1.2
    height = ROW * rows + 2.05
    figure = Figure(figsize=(WIDTH, height))
    bottom, tall = 1.05 / height, ROW * rows / height
    left = figure.add_axes((0.26, bottom, 0.25, tall))
    right = figure.add_axes((0.545, bottom, 0.225, tall))
    for axes in (left, right):
        axes.set_ylim(rows - 0.5, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=8)
        axes.xaxis.label.set_size(9)
    left.set_xlim(0, 100)
    left.set_xticks(range(0, 101, 25))
    left.set_xlabel(axis_label)

    differs = pooled.measure == "RD"
    scale = 100 if differs else 1
    null = 0 if differs else 1
    low, high = scale * contrasts.lower, scale * contrasts.upper
    ends = np.concatenate([low, high, [scale * pooled.lower, scale * pooled.upper, null]])
    ends = ends[np.isfinite(ends)]
    if differs:
        reach = min(100.0, 1.08 * np.abs(ends).max() + 2)
        right.set_xlim(-reach, reach)
        right.set_xlabel("Difference in percentage points")
    else:
        from matplotlib.ticker import FixedLocator, NullLocator

        reach = float(np.exp(min(np.abs(np.log(ends)).max() * 1.08 + 0.05, np.log(40))))
        right.set_xscale("log")
        right.set_xlim(1 / reach, reach)
        ticks = (0.1, 1, 10) if reach > 10 else (0.25, 0.5, 1, 2, 4)
        ticks = [t for t in ticks if 1 / reach <= t <= reach]
        right.xaxis.set_major_locator(FixedLocator(ticks))
        right.xaxis.set_minor_locator(NullLocator())
        right.set_xticklabels([f"{t:g}" for t in ticks])
        right.set_xlabel(MEASURE_NAMES[pooled.measure].capitalize() + " (log scale)")
    right.axvline(null, color=GREY, linewidth=1)

    names, texts = left.get_yaxis_transform(), right.get_yaxis_transform()
    style, small = {"va": "center", "fontsize": 9}, {"va": "center", "fontsize": 8.5}
    largest = np.nanmax(pooled.weights)
    for y, row in enumerate(cohorts.itertuples()):
        below = row.treatment
        up = y - 0.15 if below else y
        left.text(-1.0, up, literal(row.trial, 22), transform=names, **style)
        left.text(
            -1.0, y + 0.2, literal(below, 38), transform=names, va="center", fontsize=7, color=GREY
        )
        shares = (
            100 * row.events_exposed / row.totals_exposed,
            100 * row.events_naive / row.totals_naive,
        )
        left.plot(shares, [y, y], color=GREY, linewidth=1.2, zorder=1)
        left.plot(shares[0], y, marker="s", markersize=7, color=VERMILION, clip_on=False)
        left.plot(shares[1], y, marker="o", markersize=7, color=BLUE, clip_on=False)
        right.plot([low[y], high[y]], [y, y], color=INK, linewidth=1.2)
        size = 4 + 6 * np.sqrt(pooled.weights[y] / largest)
        right.plot(scale * contrasts.estimate[y], y, marker="D", markersize=size, color=INK)
        right.text(1.04, y, _text(pooled.measure, contrasts, y), transform=texts, **small)
    y = k + 0.2
    left.axhline(k - 0.4, color=FAINT, linewidth=0.8)
    right.axhline(k - 0.4, color=FAINT, linewidth=0.8)
    left.text(-1.0, y, "Pooled contrast", transform=names, weight="bold", **style)
    a, m, b = (scale * value for value in (pooled.lower, pooled.estimate, pooled.upper))
    right.add_patch(Polygon([(a, y), (m, y - 0.22), (b, y), (m, y + 0.22)], color=INK))
    value = contrast_text(pooled.measure, pooled.estimate)
    span = contrast_range(pooled.measure, pooled.lower, pooled.upper)
    right.text(1.04, y, f"{value} ({span})", transform=texts, weight="bold", **small)

    figure.text(0.01, 1 - 0.08 / height, literal(title), fontsize=11, weight="bold", va="top")
    key = 1 - 0.55 / height
    for x, mark, colour, name in (
        (0.27, "s", VERMILION, "after CAR-T"),
        (0.40, "o", BLUE, "CAR-T-naive"),
    ):
        figure.add_artist(_marker(figure, x, key, mark, colour))
        figure.text(x + 0.013, key, name, fontsize=8.5, va="center")
    figure.text(0.545, key, "after CAR-T against CAR-T-naive", fontsize=8.5, va="center")
    how = f"Pooled: {POOL_NAMES[pooled.method]}, {CI_NAMES[pooled.ci]} interval. "
    figure.text(0.01, 0.29 / height, how + "Not randomised.", fontsize=8.5, va="bottom")
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
