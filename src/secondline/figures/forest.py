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

# in inches; narrow, so that a phone shows it whole
WIDTH = 5.2
LEFT, PLOT = 0.12, 2.98  # where the plot begins, and how wide it is
ROW = 0.5  # a line of text above, the interval below
DOWN = 0.42  # of a row, from its text to its interval
TOP = 0.85  # title and headings
FOOT = 8.5  # points


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
    rows = k + (2 if predicts else 1)
    foot = _foot(result, study_interval, study_level)
    bottom = 0.8 + 0.19 * len(foot)
    height = TOP + ROW * rows + bottom
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT / WIDTH, bottom / height, PLOT / WIDTH, ROW * rows / height))
    # a row's text stands at its number, its interval lower down
    axes.set(xlim=(0, 100), ylim=(rows - 0.2, -0.2))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 20))
    axes.set_xlabel(fitted(axis_label, PLOT + 0.1, size=10))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)

    # the end of the picture, as a share of the plot's width
    edge = (WIDTH - 0.06 - LEFT) / PLOT
    columns = {"trial": -0.02, "count": edge, "estimate": 1.05, "weight": edge}
    where = axes.get_yaxis_transform()

    # text above the intervals keeps lines from crossing it
    clear = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}

    def write(column, y, text, **style):
        style = {"fontsize": 9, "bbox": clear} | style
        align = "right" if column in ("count", "weight") else "left"
        axes.text(columns[column], y, text, ha=align, va="center", transform=where, **style)

    # the header names a level only if all rows have it
    level = f"{100 * result.level:g} % CI" if study_level == result.level else "CI"
    for column, y, text in (
        ("trial", -0.75, "Trial"),
        ("count", -0.75, "Events / n"),
        ("estimate", -0.4, f"% ({level})"),
        ("weight", -0.4, "Weight"),
    ):
        write(column, y, text, weight="bold")

    room = WIDTH - LEFT - 0.1
    largest = np.nanmax(result.weights) if np.isfinite(result.weights).any() else np.nan
    for y, row in enumerate(cohorts.itertuples()):
        below = y + DOWN
        count = f"{row.events if reported[y] else '–'} / {row.totals}"
        left = room - width_of(count) - 0.15
        name = fitted(row.trial, left)
        write("trial", y, name)
        write("count", y, count)
        # study and drug stand in grey behind the name, where there is room
        left -= width_of(name.replace(r"\$", "$")) + 0.12
        about = " · ".join(part for part in (row.study, row.treatment) if part)
        if about and left > 0.4:
            axes.text(
                columns["trial"] + (room - width_of(count) - 0.15 - left) / PLOT, y,
                fitted(about, left, size=8), fontsize=8, color=GREY, va="center", transform=where,
                bbox=clear,
            )
        if not reported[y]:
            write("estimate", below, "not reported", color=GREY)
            continue
        i = position[y]
        share = row.events / row.totals
        weight = result.weights[i]
        write("estimate", below, f"{percent(share)} ({percent(lower[i])} to {percent(upper[i])})")
        write("weight", below, f"{percent(weight)} %" if np.isfinite(weight) else "–")
        axes.plot([100 * lower[i], 100 * upper[i]], [below, below], color=INK, linewidth=1.2)
        size = max(2.0, 9 * np.sqrt(weight / largest)) if np.isfinite(weight) else 6
        # a square at 0 or 100 % is drawn whole
        axes.plot(100 * share, below, marker="s", markersize=size, color=BLUE, clip_on=False)

    y, below = k, k + DOWN
    low, mid, high = 100 * result.lower, 100 * result.estimate, 100 * result.upper
    axes.plot([0, edge], [k - 0.24] * 2, color=FAINT, linewidth=0.8, transform=where, clip_on=False)
    axes.plot([mid, mid], [-0.2, below], color=VERMILION, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.add_patch(
        Polygon(
            [(low, below), (mid, below - 0.17), (high, below), (mid, below + 0.17)],
            color=VERMILION,
        )
    )
    write("trial", y, "Pooled", weight="bold")
    write("count", y, f"{result.events} / {result.patients}", weight="bold")
    estimate = f"{percent(result.estimate)} ({percent(result.lower)} to {percent(result.upper)})"
    write("estimate", below, estimate, weight="bold")
    if predicts:
        span = [100 * result.prediction_lower, 100 * result.prediction_upper]
        axes.plot(
            span, [below + 1] * 2, color=VERMILION, linewidth=3.5, solid_capstyle="butt"
        )
        write("trial", y + 1, "Prediction for a new trial")
        text = f"{percent(result.prediction_lower)} to {percent(result.prediction_upper)}"
        write("estimate", below + 1, text)

    figure.text(
        0.01, 1 - 0.08 / height, fitted(title, WIDTH - 0.2, size=11, weight="bold"),
        fontsize=11, weight="bold", va="top",
    )
    for i, text in enumerate(reversed(foot)):
        figure.text(0.01, (0.27 + 0.19 * i) / height, text, fontsize=FOOT, va="bottom")
    figure.data = _data(result, cohorts, limits, axis_label)
    stamp(figure, provenance, source)
    return figure


def _data(result, cohorts, limits, axis_label: str):
    """Return the rows of the forest as a table, in percent."""
    import pandas as pd

    rows = cohorts[["trial", "study", "treatment", "events", "totals"]].reset_index(drop=True)
    known = rows["events"].notna().to_numpy()
    for name, values in zip(("lower", "upper", "weight"), (*limits, result.weights), strict=True):
        rows.loc[known, name] = 100 * np.asarray(values, float)
    rows.insert(5, axis_label, 100 * rows["events"].astype(float) / rows["totals"])
    pool = {"trial": "Pooled", "events": result.events, "totals": result.patients,
            axis_label: 100 * result.estimate, "lower": 100 * result.lower,
            "upper": 100 * result.upper}  # fmt: skip
    new = {"trial": "Prediction for a new trial", "lower": 100 * result.prediction_lower,
           "upper": 100 * result.prediction_upper}  # fmt: skip
    added = pd.DataFrame([pool, new][: 1 + bool(np.isfinite(result.prediction_lower))])
    return pd.concat([rows.astype(object), added.astype(object)], ignore_index=True).rename(
        columns={"totals": "patients"}
    )


def _foot(result, study_interval, study_level) -> list[str]:
    """Return heterogeneity and method as lines that fit the picture."""
    statistic = "likelihood ratio" if result.transform == "glmm" else "Q"
    heterogeneity = (
        f"Heterogeneity: {statistic} = {result.q:.2f} on {result.df} df, "
        f"{p_value(result.p_heterogeneity)};",
        f"I² = {result.i2:.1f} %;",
        f"τ² = {result.tau2:.4f}",
    )
    level = f" {100 * study_level:g} %" if study_level != result.level else ""
    pool = f"; pool: {100 * result.level:g} %" if level else ""
    method = (
        f"Method: {TRANSFORM_NAMES[result.transform]},",
        f"{METHOD_NAMES[result.method]},",
        f"{CI_NAMES[result.ci]} interval;",
        f"trials: {STUDY_INTERVAL_NAMES[study_interval]}{level} intervals{pool}",
    )
    lines = []
    for parts in (heterogeneity, method):
        line = ""
        for part in parts:
            longer = f"{line} {part}".strip()
            if line and width_of(longer, FOOT) > WIDTH - 0.12:
                lines.append(line)
                longer = part
            line = longer
        lines.append(line)
    return lines


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
