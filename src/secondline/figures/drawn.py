"""The data of a figure as one tidy table, read from what is drawn.

A figure function that knows better sets ``figure.data`` to a DataFrame, with columns of its
own. Otherwise the table has a row for each point drawn:

- ``panel``: the title of the axes, or its number where there are several;
- ``series``: the label of the artist (one that begins with ``_`` is not in the legend, but
  names the series here), else what is known by its colour, else its kind and number;
- ``mark``: see :class:`secondline.figures.drawn_marks.Series`;
- the two axes, under their labels; the words of a tick, or of a row, stand for its place;
- ``lower`` and ``upper``: ends of an interval or a band, and of bars that begin elsewhere
  than at zero;
- ``value``: of a cell of a map, which its colour shows.
"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from secondline.figures.drawn_marks import Series, plain, read_marks
from secondline.figures.drawn_names import as_said, beside, colour_names, in_numbers, named

KEY = "secondline"  # of what a displayed figure brings along, in the metadata of the output
LONGEST = 2000  # points of a series; denser curves are thinned evenly
MOST = 8000  # points of a figure, before its densest curves are thinned further
DIGITS = 6  # significant
ENDS = {"lower": "low", "upper": "high", "value": "value"}
OWN = ("panel", "series", "mark", "x", "y", *ENDS, "x_axis", "y_axis", "provenance", "source")
FORMULA = re.compile(r"^[=+@-](?!\d)")  # how a spreadsheet tells one


def figure_data(figure) -> pd.DataFrame | None:
    """Return the table behind a figure, or None if it shows none, as a flow chart.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Its last columns are the provenance and the source that it was stamped with.
    """
    frame = getattr(figure, "data", None)
    if frame is None:
        frame = _read(figure)
    if frame is None or frame.empty:
        return None
    frame = frame.reset_index(drop=True)
    return frame.assign(
        provenance=getattr(figure, "provenance", ""), source=getattr(figure, "source", "")
    )


def figure_csv(figure) -> str:
    """Return :func:`figure_data` as CSV with six significant digits; empty if there is none."""
    frame = figure_data(figure)
    if frame is None:
        return ""
    texts = frame.select_dtypes(object)
    frame = frame.assign(**{name: texts[name].map(_written) for name in texts})
    frame = frame.rename(columns=_written)
    return frame.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")


def display_bundle(figure) -> tuple[dict, dict]:
    """Return what Jupyter adds to a displayed figure: no picture, and :data:`KEY` as metadata."""
    about = {
        "provenance": getattr(figure, "provenance", ""),
        "source": getattr(figure, "source", ""),
        "csv": figure_csv(figure),
    }
    return {}, {KEY: about}


def _written(value):
    if isinstance(value, str):
        return f"'{value}" if FORMULA.match(value) else value
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.{DIGITS}g}"
    return value


def _read(figure) -> pd.DataFrame | None:
    shown = [axes for axes in figure.axes if axes.axison and axes.get_visible()]
    panels = [(axes, marks) for axes in shown if (marks := read_marks(axes))]
    if not panels:
        return None
    every = [series for _, marks in panels for series in marks]
    colours = colour_names(figure, every)
    longest = _longest([len(series.x) for series in every])
    labels = {way: [_axis_label(axes, figure, way) for axes, _ in panels] for way in "xy"}
    columns = {way: _column(names, way) for way, names in labels.items()}
    if columns["x"] == columns["y"]:
        columns = {"x": "x", "y": "y"}
    frames = []
    for at, (axes, marks) in enumerate(panels):
        title = _title(axes) or (f"{at + 1}" if len(panels) > 1 else "")
        for series, name in zip(marks, named(marks, colours), strict=True):
            frame = _frame(axes, _thinned(replace(series, label=name), longest), columns)
            frame.insert(0, "panel", title)
            for way in "xy":
                # a label that panels do not share stands beside the values
                if columns[way] == way:
                    frame[f"{way}_axis"] = labels[way][at]
            frames.append(frame)
    whole = pd.concat(frames, ignore_index=True)
    whole = whole.drop(columns=[c for c in whole if (whole[c].isna() | (whole[c] == "")).all()])
    return whole.infer_objects()


def _frame(axes, series: Series, columns: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame({"series": series.label, "mark": series.mark}, index=range(len(series.x)))
    say = in_numbers if series.mark == "reference line" else as_said
    for way, column in columns.items():
        frame[column] = say(axes, way, getattr(series, way))
    lying = series.mark == "horizontal interval" or series.high is series.x
    for column, name in ENDS.items():
        values = getattr(series, name)
        if values is not None and name != "value":
            values = in_numbers(axes, "x" if lying else "y", values)
        frame[column] = np.nan if values is None else values
    # pandas warns where it joins empty columns of numbers
    return frame.astype(object)


def _longest(lengths: list[int]) -> int:
    """Return how many points a series may have, so that a figure of many stays small."""
    longest = LONGEST
    while longest > 100 and sum(min(n, longest) for n in lengths) > MOST:
        longest //= 2
    return longest


def _thinned(series: Series, longest: int) -> Series:
    n = len(series.x)
    if n <= longest or series.mark not in ("line", "step", "band", "points"):
        return series
    keep = np.unique(np.linspace(0, n - 1, longest).round().astype(int))
    parts = {name: getattr(series, name) for name in ("x", "y", "low", "high")}
    kept = {name: None if values is None else values[keep] for name, values in parts.items()}
    return replace(series, label=f"{series.label} (thinned to {longest} of {n} points)", **kept)


def _column(names: list[str], default: str) -> str:
    """Return the label that all panels share; under one of several the others would be lost."""
    name = names[0] if len(set(names)) == 1 else ""
    return name if name and name not in OWN else default


def _title(axes) -> str:
    titles = (plain(axes.get_title(loc=where)) for where in ("left", "center", "right"))
    return next(filter(None, titles), "")


def _axis_label(axes, figure, way: str) -> str:
    """Return the label of an axis, or that of a panel in line with it."""
    shared = (plain(getattr(other, f"get_{way}label")()) for other in beside(axes, way))
    if text := next(filter(None, shared), ""):
        return text
    return plain(getattr(figure, f"get_sup{way}label")())
