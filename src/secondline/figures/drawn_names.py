"""Words for what is drawn: names of series, of rows, and what the ticks of an axis say."""

import re

import numpy as np
import pandas as pd

from secondline.figures.drawn_marks import Series, colour_of, plain

CURVES = ("line", "step", "band")
LONGEST = 60  # characters of a name
SIGNS = re.compile(r"^[^\w%(+−-]+(?=\w)")  # a marker before the name, as "● axi-cel"
WORD = re.compile(r"[^\W\d_]{2}")
# from the place on an axis to what its ticks say
SCALES = (
    lambda v: v,
    lambda v: 10.0**v,
    lambda v: 10.0**-v,
    np.exp,
    lambda v: 2.0**v,
    lambda v: 100 * v,
    lambda v: v / 100,
    lambda v: -v,
)


def colour_names(figure, series: list[Series]) -> dict[str, str]:
    """Return what a colour means: by the series that have a name, the legends, the texts."""
    names: dict[str, set[str]] = {}
    for one in series:
        if one.label and one.colour:
            names.setdefault(one.colour, set()).add(one.label)
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    for legend in filter(None, legends):
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            if colour := _of_handle(handle):
                names.setdefault(colour, set()).add(plain(text.get_text()))
    written: dict[str, set[str]] = {}
    stamped = getattr(figure, "provenance", None)
    for text in [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]:
        words = plain(text.get_text())
        # a sentence beside a line says something about it
        name = WORD.search(words) and len(words) <= LONGEST and ". " not in words
        if name and not (stamped and words.startswith(f"{stamped}:")):
            written.setdefault(colour_of(text.get_color()), set()).add(words)
    for colour, words in written.items():
        # "axi-cel" and "axi-cel: median 8 months" are one
        short = min(words, key=len)
        if colour not in names and not is_grey(colour) and all(word.startswith(short) for word in words):
            names[colour] = {short}
    return {
        colour: SIGNS.sub("", words.pop())
        for colour, words in names.items()
        if len(words) == 1
    }


def named(series: list[Series], colours: dict[str, str]) -> list[str]:
    """Return a name for each series of a panel."""
    numbers: dict[str, int] = {}
    # a second curve of a colour is another one, more points of a colour are more of the same
    known = {(one.mark, one.label) for one in series if one.label}
    names = []
    for one in series:
        # lines in ink or grey are many things, points in it what the legend says
        means = one.mark == "points" or not is_grey(one.colour)
        name = one.label or (colours.get(one.colour, "") if means else "")
        if not one.label and (not name or (one.mark, name) in known):
            numbers[one.mark] = numbers.get(one.mark, 0) + 1
            name = f"{one.mark} {numbers[one.mark]}"
        if one.mark in CURVES:
            known.add((one.mark, name))
        names.append(name)
    return names


def as_said(axes, way: str, values: np.ndarray):
    """Return places on an axis as its ticks say them: numbers, or words of ticks and rows."""
    for panel in beside(axes, way):
        ticks = _ticks(getattr(panel, f"{way}axis"))
        words = {place: text for place, text in ticks.items() if WORD.search(text)}
        if words and len(words) * 2 > len(ticks):
            room = 0.5 * np.diff(sorted(ticks)).min() if len(ticks) > 1 else 0.5
            return _nearest(values, ticks, -room, room)
        if any(ticks.values()):
            return in_numbers(axes, way, values)
        if way == "y" and (rows := _rows(panel)):
            # the name stands in the line of its marks, or in the line above them
            before, after = (-0.3, 0.9) if axes.yaxis_inverted() else (-0.9, 0.3)
            return _nearest(values, rows, before, after)
    return values


def beside(axes, way: str) -> list:
    """Return an axes, and those in line with it that have the same limits on this axis."""
    place = getattr(axes.get_position(), f"interval{way}")
    limits = getattr(axes, f"get_{way}lim")()
    return [axes] + [
        other
        for other in axes.figure.axes
        if other is not axes
        and np.allclose(getattr(other.get_position(), f"interval{way}"), place, atol=0.01)
        and np.allclose(getattr(other, f"get_{way}lim")(), limits)
    ]


def in_numbers(axes, way: str, values: np.ndarray) -> np.ndarray:
    """Return places on an axis as the numbers that its ticks say."""
    return to_scale(_ticks(getattr(axes, f"{way}axis")))(values)


def to_scale(ticks: dict[float, str]):
    """Return what turns places into the numbers that the ticks say."""
    said = {place: number for place, text in ticks.items() if (number := _number(text)) is not None}
    if len(said) < 2:
        return SCALES[0]
    places, numbers = np.array(list(said)), np.array(list(said.values()))
    with np.errstate(over="ignore"):
        fits = (s for s in SCALES if np.allclose(s(places), numbers, rtol=0.02, atol=1e-12))
        return next(fits, SCALES[0])


def _number(text: str) -> float | None:
    try:
        return float(text.replace("−", "-").replace(",", "").removesuffix("%").strip())
    except ValueError:
        return None


def _nearest(values, names: dict[float, str], before: float, after: float):
    places = np.array(sorted(names))
    said = []
    for value in values:
        away = value - places
        near = (away >= before) & (away <= after)
        if np.isfinite(value) and near.any():
            said.append(names[places[near][np.argmin(np.abs(away[near]))]] or value)
        else:
            said.append(value)
    return pd.Series(said, dtype=object)


def _rows(axes) -> dict[float, str]:
    """Return the words at the left edge of an axes, by their place: names of rows."""
    rows: dict[float, tuple[float, str]] = {}
    bottom, top = sorted(axes.get_ylim())
    for text in axes.texts:
        words = plain(text.get_text())
        x, y = text.get_position()
        if text.get_transform() == axes.transData:
            x = axes.transAxes.inverted().transform(axes.transData.transform((x, y)))[0]
        elif text.get_transform() != axes.get_yaxis_transform():
            continue
        if not words or x > 0.1 or not bottom <= y <= top or text.get_ha() == "center":
            continue
        if y not in rows or x < rows[y][0]:
            rows[y] = (x, words)
    return {y: words for y, (_, words) in rows.items()} if len(rows) > 1 else {}


def _ticks(axis) -> dict[float, str]:
    """Return the ticks that were set with their texts."""
    from matplotlib.category import StrCategoryLocator
    from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

    places, texts = axis.get_major_locator(), axis.get_major_formatter()
    if isinstance(places, StrCategoryLocator):
        return {float(place): plain(text) for text, place in axis.units._mapping.items()}
    if not isinstance(places, FixedLocator):
        return {}
    at = [float(place) for place in places.locs]
    if isinstance(texts, FuncFormatter):
        return {place: plain(texts(place)) for place in at}
    if isinstance(texts, FixedFormatter):
        return dict(zip(at, map(plain, texts.seq), strict=False))
    return {}


def _of_handle(handle) -> str:
    for get in ("get_color", "get_facecolor"):
        if hasattr(handle, get):
            return colour_of(getattr(handle, get)())
    return ""


def is_grey(colour: str) -> bool:
    """Return whether a colour is grey, black, or none."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)] if len(colour) == 7 else [0]
    return max(parts) - min(parts) < 40
