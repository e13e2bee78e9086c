"""Every way of pooling in one picture."""

import pandas as pd

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.report import TRANSFORM_NAMES, percent

ROW = 0.34
OFFSETS = {"wald": -0.22, "hksj": 0.0, "hksj-conservative": 0.22}
STYLES = {"wald": "-", "hksj": (0, (4, 1.2)), "hksj-conservative": (0, (1, 1))}
LABELS = {"wald": "Wald", "hksj": "Hartung-Knapp", "hksj-conservative": "conservative H-K"}


def method_grid(results, threshold: float, *, title: str, provenance: str, source: str = ""):
    """Draw the interval of every way of pooling, coloured by whether the reading holds.

    Parameters
    ----------
    results : list of PooledProportion
        From :func:`secondline.proportions.pool_all_ways`.
    threshold : float
        The proportion above which the lower limit must lie, from 0 to 1.
    title, provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    rows = list(dict.fromkeys((r.transform, r.method) for r in results))
    height = 1.9 + ROW * len(rows)
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.36, 1.25 / height, 0.61, 1 - 1.75 / height))
    axes.axvspan(0, 100 * threshold, color="#f3f4f6", linewidth=0)
    axes.axvline(100 * threshold, color=INK, linewidth=1)
    for result in results:
        y = rows.index((result.transform, result.method)) + OFFSETS[result.ci]
        colour = BLUE if result.lower > threshold else VERMILION
        axes.plot([100 * result.lower, 100 * result.upper], [y, y], color=colour,
                  linewidth=1.7, linestyle=STYLES[result.ci], solid_capstyle="butt")
        axes.plot(100 * result.estimate, y, "|", color=INK, markersize=4)
    last = ""
    where = axes.get_yaxis_transform()
    for y, (transform, method) in enumerate(rows):
        if transform != last:
            text = {"glmm": "binomial-normal"}.get(transform, TRANSFORM_NAMES[transform])
            axes.text(-0.57, y, text, fontsize=8.5, weight="bold", va="center", transform=where)
            if y:
                axes.axhline(y - 0.5, color=FAINT, linewidth=0.8)
            last = transform
        axes.text(-0.03, y, method, fontsize=8.5, ha="right", va="center", transform=where)
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(range(0, 101, 20))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("pooled share with its interval (%)")
    handles = [
        Line2D([], [], color=BLUE, label=f"lower limit above {percent(threshold, 0)} %"),
        Line2D([], [], color=VERMILION, label="not above"),
        *(Line2D([], [], color=GREY, linestyle=STYLES[ci], label=LABELS[ci]) for ci in LABELS),
    ]
    figure.legend(handles=handles, fontsize=8, frameon=False, ncols=3, loc="lower left",
                  bbox_to_anchor=(0.01, 0.22 / height), borderaxespad=0, columnspacing=1.2)
    figure.text(0.02, 1 - 0.08 / height, literal(title, 68), fontsize=11, weight="bold", va="top")
    figure.data = pd.DataFrame(
        [(TRANSFORM_NAMES[r.transform], r.method, LABELS[r.ci],
          *(100 * share for share in (r.estimate, r.lower, r.upper))) for r in results],
        columns=["transformation", "method", "interval", "pooled share (%)", "lower", "upper"],
    )  # fmt: skip
    stamp(figure, provenance, source)
    return figure
