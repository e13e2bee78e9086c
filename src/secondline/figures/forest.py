"""The forest plot of a pooled proportion."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.report import (
    CI_NAMES,
    METHOD_NAMES,
    TRANSFORM_NAMES,
    p_value,
    percent,
)

ROW = 0.42  # inches a row
WIDTH = 8.2


def forest(
    result, cohorts, limits, *, title: str, axis_label: str, provenance: str, source: str = ""
):
    """Draw trials, their intervals and weights, the pool and its prediction interval.

    Parameters
    ----------
    result : PooledProportion
        From :func:`secondline.proportions.pool` on the rows that report events.
    cohorts : DataFrame
        Columns trial, study, treatment, events, totals; events missing where a trial did
        not report them (the row is drawn without an interval).
    limits : tuple of ndarray, shape (reported,)
        Lower and upper limit of each reporting trial, proportions from 0 to 1.
    title, axis_label : str
    provenance : str
        See :data:`secondline.figures.PROVENANCES`.
    source : str
        Short name of the source or file.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    reported = cohorts["events"].notna().to_numpy()
    position = np.cumsum(reported) - 1
    lower, upper = limits
    k = len(cohorts)
    predicts = np.isfinite(result.prediction_lower)
    rows = k + (2.2 if predicts else 1.2)
    height = ROW * (rows + 1) + 1.75
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.335, 1.22 / height, 0.34, (height - 1.75) / height))
    axes.set(xlim=(0, 100), ylim=(rows - 0.4, -1))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(axis_label)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)

    columns = {"trial": -0.97, "count": -0.06, "estimate": 1.05, "weight": 1.92}
    where = axes.get_yaxis_transform()

    def write(column, y, text, **style):
        align = "left" if column in ("trial", "estimate") else "right"
        style.setdefault("fontsize", 9)
        axes.text(columns[column], y, text, ha=align, va="center", transform=where, **style)

    level = f"{100 * result.level:g} % CI"
    for column, text in (
        ("trial", "Trial"),
        ("count", "Events / n"),
        ("estimate", f"% ({level})"),
        ("weight", "Weight"),
    ):
        write(column, -0.75, text, weight="bold")

    largest = np.nanmax(result.weights) if np.isfinite(result.weights).any() else np.nan
    for y, row in enumerate(cohorts.itertuples()):
        below = " · ".join(part for part in (row.study, row.treatment) if part)
        first = y - 0.17 if below else y
        write("trial", first, literal(row.trial, 26))
        write("trial", y + 0.2, literal(below, 48), fontsize=8, color=GREY)
        if not reported[y]:
            write("count", first, f"– / {row.totals}")
            write("estimate", y, "not reported", color=GREY)
            continue
        i = position[y]
        share = row.events / row.totals
        weight = result.weights[i]
        write("count", first, f"{row.events} / {row.totals}")
        write("estimate", y, f"{percent(share)} ({percent(lower[i])} to {percent(upper[i])})")
        write("weight", y, f"{percent(weight)} %" if np.isfinite(weight) else "–")
        axes.plot([100 * lower[i], 100 * upper[i]], [y, y], color=INK, linewidth=1.2)
        size = 9 * np.sqrt(weight / largest) if np.isfinite(weight) else 6
        axes.plot(100 * share, y, marker="s", markersize=size, color=BLUE)

    y = k + 0.2
    low, mid, high = 100 * result.lower, 100 * result.estimate, 100 * result.upper
    axes.axhline(k - 0.4, color=FAINT, linewidth=0.8)
    axes.plot([mid, mid], [-0.5, y], color=VERMILION, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.add_patch(
        Polygon([(low, y), (mid, y - 0.24), (high, y), (mid, y + 0.24)], color=VERMILION)
    )
    write("trial", y, "Pooled", weight="bold")
    write("count", y, f"{result.events} / {result.patients}", weight="bold")
    estimate = f"{percent(result.estimate)} ({percent(result.lower)} to {percent(result.upper)})"
    write("estimate", y, estimate, weight="bold")
    if predicts:
        y += 1
        span = [100 * result.prediction_lower, 100 * result.prediction_upper]
        axes.plot(span, [y, y], color=VERMILION, linewidth=3.5, solid_capstyle="butt")
        write("trial", y, "Prediction for a new trial")
        text = f"{percent(result.prediction_lower)} to {percent(result.prediction_upper)}"
        write("estimate", y, text)

    figure.text(0.01, 1 - 0.08 / height, literal(title), fontsize=11, weight="bold", va="top")
    for i, text in enumerate((_heterogeneity(result), _method(result))):
        figure.text(0.01, (0.5 - 0.19 * i) / height, text, fontsize=8.5, va="bottom")
    stamp(figure, provenance, source)
    return figure


def _heterogeneity(result) -> str:
    statistic = "likelihood ratio" if result.transform == "glmm" else "Q"
    return (
        f"Heterogeneity: {statistic} = {result.q:.2f} on {result.df} df, "
        f"{p_value(result.p_heterogeneity)}; $I^2$ = {result.i2:.1f} %; "
        f"$\\tau^2$ = {result.tau2:.4f}"
    )


def _method(result) -> str:
    text = f"Method: {TRANSFORM_NAMES[result.transform]}, {METHOD_NAMES[result.method]}"
    text += f", {CI_NAMES[result.ci]} interval; trials: exact intervals"
    return text
