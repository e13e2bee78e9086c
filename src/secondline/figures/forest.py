"""The forest plot of a pooled proportion."""

import numpy as np

from secondline.errors import InputError, one_of
from secondline.figures.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    VERMILION,
    fitted,
    stamp,
    width_of,
)
from secondline.proportions.report import (
    CI_NAMES,
    METHOD_NAMES,
    STUDY_INTERVAL_NAMES,
    TRANSFORM_NAMES,
    p_value,
    percent,
)

ROW = 0.42  # inches a row
WIDTH = 8.2


def forest(
    result,
    cohorts,
    limits,
    *,
    title: str,
    axis_label: str,
    provenance: str,
    source: str = "",
    study_interval: str = "exact",
    study_level: float | None = None,
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
    study_interval : {"exact", "wilson"}
        The interval that `limits` are of, as named for
        :func:`secondline.proportions.study_intervals`.
    study_level : float, optional
        Its coverage, between 0 and 1; by default that of the pool.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If the limits, the pool and the cohorts that report do not match in number, or
        the interval is unknown.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Polygon

    reported = cohorts["events"].notna().to_numpy()
    position = np.cumsum(reported) - 1
    lower, upper = limits
    k = len(cohorts)
    _check_lengths(result, lower, upper, int(reported.sum()))
    if study_interval not in STUDY_INTERVAL_NAMES:
        raise InputError(
            f"study_interval is {study_interval!r}; allowed: {one_of(STUDY_INTERVAL_NAMES)}."
        )
    study_level = result.level if study_level is None else study_level
    predicts = np.isfinite(result.prediction_lower)
    rows = k + (2.2 if predicts else 1.2)
    height = ROW * (rows + 1) + 1.75
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.335, 1.22 / height, 0.34, (height - 1.75) / height))
    axes.set(xlim=(0, 100), ylim=(rows - 0.4, -1))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(fitted(axis_label, 5, size=10))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)

    columns = {"trial": -0.97, "count": -0.06, "estimate": 1.05, "weight": 1.92}
    where = axes.get_yaxis_transform()

    def write(column, y, text, **style):
        align = "left" if column in ("trial", "estimate") else "right"
        style.setdefault("fontsize", 9)
        axes.text(columns[column], y, text, ha=align, va="center", transform=where, **style)

    # the header names a level only if all rows have it
    level = f"{100 * result.level:g} % CI" if study_level == result.level else "CI"
    for column, text in (
        ("trial", "Trial"),
        ("count", "Events / n"),
        ("estimate", f"% ({level})"),
        ("weight", "Weight"),
    ):
        write(column, -0.75, text, weight="bold")

    room = WIDTH * 0.34 * (columns["count"] - columns["trial"]) - 0.08
    largest = np.nanmax(result.weights) if np.isfinite(result.weights).any() else np.nan
    for y, row in enumerate(cohorts.itertuples()):
        below = " · ".join(part for part in (row.study, row.treatment) if part)
        first = y - 0.17 if below else y
        count = f"{row.events if reported[y] else '–'} / {row.totals}"
        write("trial", first, fitted(row.trial, room - width_of(count) - 0.1))
        write("trial", y + 0.2, fitted(below, room, size=8), fontsize=8, color=GREY)
        write("count", first, count)
        if not reported[y]:
            write("estimate", y, "not reported", color=GREY)
            continue
        i = position[y]
        share = row.events / row.totals
        weight = result.weights[i]
        write("estimate", y, f"{percent(share)} ({percent(lower[i])} to {percent(upper[i])})")
        write("weight", y, f"{percent(weight)} %" if np.isfinite(weight) else "–")
        axes.plot([100 * lower[i], 100 * upper[i]], [y, y], color=INK, linewidth=1.2)
        size = max(2.0, 9 * np.sqrt(weight / largest)) if np.isfinite(weight) else 6
        # a square at 0 or 100 % is drawn whole
        axes.plot(100 * share, y, marker="s", markersize=size, color=BLUE, clip_on=False)

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

    figure.text(0.01, 1 - 0.08 / height, fitted(title, WIDTH - 0.2, size=11, weight="bold"), fontsize=11, weight="bold", va="top")
    for i, text in enumerate((_heterogeneity(result), _method(result, study_interval, study_level))):
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


def _method(result, study_interval, study_level) -> str:
    text = f"Method: {TRANSFORM_NAMES[result.transform]}, {METHOD_NAMES[result.method]}"
    text += f", {CI_NAMES[result.ci]} interval; trials: {STUDY_INTERVAL_NAMES[study_interval]} "
    if study_level == result.level:
        return text + "intervals"
    return text + f"{100 * study_level:g} % intervals; pool: {100 * result.level:g} %"


def _check_lengths(result, lower, upper, reported) -> None:
    numbers = {
        "lower limits": len(lower),
        "upper limits": len(upper),
        "weights of the pool": len(result.weights),
    }
    for what, number in numbers.items():
        if number != reported:
            raise InputError(
                f"The cohorts that report events are {reported}, but the {what} are {number}; "
                "give one for each."
            )
