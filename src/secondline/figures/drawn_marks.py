"""What an axes draws in its own coordinates, as series of points."""

import re
from dataclasses import dataclass, replace

import numpy as np

from secondline.figures.style import FAINT

DOTS = ("points", "ticks")
UNNAMED = re.compile(r"_(child\d|nolegend_|container\d|line\d|collection\d|image\d)")


@dataclass(frozen=True)
class Series:
    """Points of one artist.

    Attributes
    ----------
    mark : str
        line, step, points, ticks (as of censored patients), bars, band, cells, horizontal
        interval, vertical interval or reference line.
    label : str
        Its name; empty if it has none.
    x, y : ndarray
    low, high : ndarray, optional
        Ends of an interval or a band, of the axis that `mark` says.
    value : ndarray, optional
        What the colour of a cell shows.
    colour : str
        As ``#rrggbb``; empty if there are several.
    """

    mark: str
    label: str
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    value: np.ndarray | None = None
    colour: str = ""


def plain(text: str) -> str:
    """Return text as a reader sees it, in one line."""
    formula = re.sub(r"(?<!\\)\$", "", str(text)).replace("^2", "²")
    return " ".join(formula.replace(r"\$", "$").split())


def read_marks(axes) -> list[Series]:
    """Return the series of an axes, those drawn part by part put together."""
    from matplotlib.collections import LineCollection, PathCollection, PolyCollection
    from matplotlib.container import BarContainer, ErrorbarContainer
    from matplotlib.patches import Polygon

    found, taken = [], set()
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            found += _error_bars(container)
        elif isinstance(container, BarContainer) and len(container):
            found.append(_bars(container))
        else:
            continue
        taken |= {id(child) for child in container.get_children()}
        if (errors := getattr(container, "errorbar", None)) is not None:
            taken |= {id(child) for child in errors.get_children()}
    kinds = (
        (axes.lines, object, _line),
        (axes.collections, PathCollection, _points),
        (axes.collections, PolyCollection, _band),
        (axes.collections, LineCollection, _segments),
        (axes.patches, Polygon, _outline),
        (axes.images, object, _cells),
    )
    for artists, kind, read in kinds:
        for artist in artists:
            if isinstance(artist, kind) and id(artist) not in taken and artist.get_visible():
                found += read(artist, axes)
    # faint lines without a name are a grid
    found = [s for s in found if s.label or s.colour != FAINT or s.mark == "points"]
    return _together(_joined(found, axes))


def _error_bars(container) -> list[Series]:
    data, _, bars = container
    # a bar without limits is drawn as a line of no or one point
    none = np.full((2, 2), np.nan)
    spans = [
        np.array([ends if len(ends) == 2 else none for ends in bar.get_segments()]) for bar in bars
    ]
    label, colour = _label(container), colour_of(bars[0].get_color()) if bars else ""
    if data is None:
        middle = spans[0].mean(axis=1)
        x, y = middle[:, 0], middle[:, 1]
    else:
        x, y = (np.asarray(values, float) for values in data.get_data(orig=False))
    ways = [way for way, has in (("x", container.has_xerr), ("y", container.has_yerr)) if has]
    found = []
    for way, ends in zip(ways, spans, strict=False):
        if len(ends) == len(x):
            ends = ends[:, :, "xy".index(way)]
            mark = f"{'horizontal' if way == 'x' else 'vertical'} interval"
            low, high = ends.min(axis=1), ends.max(axis=1)
            found.append(Series(mark, label, x, y, low, high, colour=colour))
    return found or [Series("points", label, x, y, colour=colour)]


def _bars(container) -> Series:
    boxes = [(p.get_x(), p.get_y(), p.get_width(), p.get_height()) for p in container]
    x, y, wide, high = np.array(boxes, float).T
    faces = {colour_of(patch.get_facecolor()) for patch in container}
    about = {"label": _label(container), "colour": faces.pop() if len(faces) == 1 else ""}
    lying = container.orientation == "horizontal"
    begin, end = (x, x + wide) if lying else (y, y + high)
    place = y + high / 2 if lying else x + wide / 2
    stacked = {"low": begin, "high": end} if np.any(begin != 0) else {}
    x, y = (end, place) if lying else (place, end)
    return Series("bars", x=x, y=y, **stacked, **about)


def _line(line, axes) -> list[Series]:
    x, y = (np.atleast_1d(np.asarray(values, float)) for values in line.get_data(orig=False))
    about = {"label": _label(line), "colour": colour_of(line.get_color())}
    if line.get_transform() != axes.transData:
        # one across the whole axes marks a value
        nowhere = np.array([np.nan])
        if line.get_transform() == axes.get_yaxis_transform(which="grid") and [*x] == [0, 1]:
            return [Series("reference line", x=nowhere, y=y[:1], **about)]
        if line.get_transform() == axes.get_xaxis_transform(which="grid") and [*y] == [0, 1]:
            return [Series("reference line", x=x[:1], y=nowhere, **about)]
        return []
    known = np.isfinite(x) & np.isfinite(y)
    bare = str(line.get_linestyle()) in ("None", "", " ")
    if not known.any() or (bare and str(line.get_marker()) in ("None", "", " ")):
        return []
    mark = "step" if "steps" in line.get_drawstyle() else "line"
    mark = "points" if bare or len(x) == 1 else mark
    mark = "ticks" if bare and line.get_marker() == "|" else mark
    return [Series(mark, x=x[known], y=y[known], **about)]


def _points(collection, axes) -> list[Series]:
    at = np.ma.filled(np.ma.asarray(collection.get_offsets(), float), np.nan)
    if collection.get_offset_transform() != axes.transData:
        return []
    faces = [colour_of(face) for face in collection.get_facecolor()] or [""]
    # one colour for all, or one for each; many colours are a scale
    if len(faces) != len(at) or len(set(faces)) > 6:
        faces = [faces[0] if len(set(faces)) == 1 else ""] * len(at)
    found = []
    for colour in dict.fromkeys(faces):
        known = np.isfinite(at).all(axis=1) & (np.array(faces) == colour)
        if known.any():
            x, y = at[known].T
            found.append(Series("points", _label(collection), x, y, colour=colour))
    return found


def _band(collection, axes) -> list[Series]:
    """Read what ``fill_between`` draws: out along one edge and back along the other."""
    if collection.get_transform() != axes.transData:
        return []
    about = {"label": _label(collection), "colour": colour_of(collection.get_facecolor())}
    found = []
    for path in collection.get_paths():
        corners = path.vertices
        n = (len(corners) - 3) // 2
        there, back = corners[1 : n + 1], corners[n + 2 : -1][::-1]
        if n < 1 or there.shape != back.shape or not np.allclose(there[:, 0], back[:, 0]):
            continue
        low, high = np.sort([there[:, 1], back[:, 1]], axis=0)
        nothing = np.full(n, np.nan)
        found.append(Series("band", x=there[:, 0], y=nothing, low=low, high=high, **about))
    return found


def _segments(collection, axes) -> list[Series]:
    if collection.get_transform() != axes.transData:
        return []
    colours = np.atleast_2d(collection.get_color())
    return [
        Series(
            "line", _label(collection), segment[:, 0], segment[:, 1],
            colour=colour_of(colours[i % len(colours)]),
        )
        for i, segment in enumerate(collection.get_segments())
        if len(segment) >= 2 and np.isfinite(segment).all()
    ]  # fmt: skip


def _outline(patch, axes) -> list[Series]:
    """Read the outline of a histogram; smaller polygons are signs, such as a diamond."""
    corners = patch.get_xy()
    if patch.get_transform() != axes.transData or len(corners) < 10:
        return []
    filled = patch.get_facecolor()[3] > 0
    colour = colour_of(patch.get_facecolor() if filled else patch.get_edgecolor())
    if filled and any(
        not other.get_facecolor()[3] and colour_of(other.get_edgecolor()) == colour
        for other in axes.patches
    ):
        return []  # the area below an outline that is drawn as well
    return [Series("line", _label(patch), corners[:, 0], corners[:, 1], colour=colour)]


def _cells(image, axes) -> list[Series]:
    values = np.ma.filled(np.ma.asarray(image.get_array(), float), np.nan)
    if values.ndim != 2:
        return []
    left, right, bottom, top = image.get_extent()
    first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
    down, across = ((np.arange(n) + 0.5) / n for n in values.shape)
    x, y = np.meshgrid(left + across * (right - left), first + down * (last - first))
    return [Series("cells", _label(image), x.ravel(), y.ravel(), value=values.ravel())]


def _joined(found: list[Series], axes) -> list[Series]:
    """Put each short line that runs through a point together with it, as its interval."""
    points = [at for s in found if s.mark in DOTS for at in zip(s.x, s.y, strict=True)]
    stems = _stems([s for s in found if _direction(s)], points)
    found = [s for s in found if id(s) not in stems]
    # one that begins at an axis leads the eye to the point
    bounds = {0.0, *axes.get_xlim(), *axes.get_ylim()}
    spans = [s for s in found if _direction(s) and not _begins_at(s, bounds)]
    hits: dict[int, list[str]] = {}
    for series in found:
        for at in zip(series.x, series.y, strict=True) if series.mark in DOTS else ():
            for span in _through(spans, *at):
                hits.setdefault(id(span), []).append(series.colour)

    def own(span, series) -> bool:
        colours = hits[id(span)]
        # of several points on it, it is the interval of the one in its colour
        return len(colours) == 1 or (series.colour == span.colour and colours.count(span.colour) == 1)

    used: set[int] = set()
    result = []
    for series in found:
        if series.mark in DOTS:
            through = [
                next((span for span in _through(spans, *at) if own(span, series)), None)
                for at in zip(series.x, series.y, strict=True)
            ]
            ways = {_direction(span) for span in through if span}
            if len(ways) == 1:
                way = ways.pop()
                at = "x" if way == "horizontal" else "y"
                ends = [np.sort(getattr(s, at)) if s else (np.nan, np.nan) for s in through]
                used |= {id(span) for span in through if span}
                low, high = np.array(ends).T
                series = replace(series, mark=f"{way} interval", low=low, high=high)
        result.append(series)
    return [series for series in result if id(series) not in used]


def _direction(series: Series) -> str:
    if series.mark == "line" and len(series.x) == 2:
        if series.y[0] == series.y[1] and series.x[0] != series.x[1]:
            return "horizontal"
        if series.x[0] == series.x[1] and series.y[0] != series.y[1]:
            return "vertical"
    return ""


def _begins_at(span: Series, bounds) -> bool:
    ends = span.x if _direction(span) == "horizontal" else span.y
    return bool(bounds & {float(ends[0])})


def _stems(spans, points) -> set[int]:
    """Return which short lines lead from one common place to a point each: they say nothing more."""
    feet: dict[tuple, list[int]] = {}
    for span in spans:
        if any(np.allclose((span.x[1], span.y[1]), point) for point in points):
            lying = _direction(span) == "horizontal"
            feet.setdefault((lying, float((span.x if lying else span.y)[0])), []).append(id(span))
    return {stem for common in feet.values() if len(common) > 1 for stem in common}


def _through(spans, x, y):
    # the ends may be a rounding error off
    return [
        s for s in spans
        if (np.isclose(s.y, y).all() and _within(s.x, x)) or (np.isclose(s.x, x).all() and _within(s.y, y))
    ]  # fmt: skip


def _within(ends, value) -> bool:
    room = 1e-9 * np.ptp(ends)
    return ends.min() - room <= value <= ends.max() + room


def _together(found: list[Series]) -> list[Series]:
    """Put parts that are drawn one by one together: rows of a forest, segments."""
    groups: dict[tuple, list[Series]] = {}
    for series in found:
        short = len(series.x) <= 2 and series.mark != "band"
        key = (series.mark, series.label, series.colour) if short else (id(series),)
        groups.setdefault(key, []).append(series)
    return [parts[0] if len(parts) == 1 else _one(parts) for parts in groups.values()]


def _one(parts: list[Series]) -> Series:
    ends = {}
    for name in ("low", "high"):
        if any(getattr(part, name) is not None for part in parts):
            ends[name] = np.concatenate(
                [np.full(len(p.x), np.nan) if getattr(p, name) is None else getattr(p, name) for p in parts]
            )
    x, y = (np.concatenate([getattr(part, way) for part in parts]) for way in "xy")
    return replace(parts[0], x=x, y=y, **ends)


def _label(artist) -> str:
    label = plain(artist.get_label() or "")
    return "" if UNNAMED.match(label) else label.removeprefix("_")


def colour_of(value) -> str:
    """Return a colour as ``#rrggbb``; empty for none, or for several."""
    from matplotlib.colors import to_hex, to_rgba_array

    try:
        found = {to_hex(colour) for colour in to_rgba_array(value)}
    except (ValueError, TypeError):
        return ""
    return found.pop() if len(found) == 1 else ""
