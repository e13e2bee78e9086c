"""A decision table as a flowchart: its questions one below the other, and where values lead."""

import textwrap

from secondline.figures.style import BLUE, GREEN, GREY, INK, VERMILION, literal, stamp, width_of
from secondline.pathways.definition_pages import INPUT_NAMES
from secondline.pathways.tabulate import INPUT_LABELS
from secondline.pathways.tree import Leaf, decision_tree, way_of

PAGE = 4.5  # inches: narrow, so that a phone need not shrink it much
EDGE = 0.08
INDENT = 0.2  # inches a level
LINE = 0.165  # inches a line of text
PAD = 0.07
GAP = 0.1  # inches between rows
SIZE = 9
LEGEND = 0.46
# what an input is called where its name does not read as words
LABELS = INPUT_LABELS | INPUT_NAMES | {"ldh": "LDH", "scan_time": "time of the scan"}


def flowchart(table, *, case=None, order=(), provenance: str = "published", source: str = ""):
    """Draw a decision table as questions and answers, built from its rules.

    Parameters
    ----------
    table : DecisionTable
        Any of :func:`secondline.pathways.read_tables`.
    case : mapping, optional
        A value for each input of the table; its way is drawn bold.
    order : tuple of str
        Names of inputs to ask first; a good order makes a small picture.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If a value of the case is missing or cannot be.
    """
    from matplotlib.figure import Figure

    way = way_of(table, case, order) if case is not None else ()
    rows = _rows(decision_tree(table, order), way, case is not None)
    height = sum(_high(row) for row in rows) + LEGEND + 2 * EDGE
    figure = Figure(figsize=(PAGE, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, PAGE), ylim=(height, 0))
    axes.axis("off")
    y, middles = EDGE, []
    for row in rows:
        high = _high(row)
        _draw(axes, row, y, high - GAP)
        middles.append(y + (high - GAP) / 2)
        y += high
    _lines(axes, rows, middles)
    words = "Dotted: no rule."
    if case is not None:
        words = "Bold: the way of the patient. " + words
    axes.text(EDGE, height - LEGEND + 0.12, words, fontsize=8.5, va="center", color=INK)
    stamp(figure, provenance, source)
    return figure


def _rows(tree, way, on_way: bool) -> list[dict]:
    """Return the rows from the top: depth, the values that lead there, the text, on the way."""
    rows = []

    def add(node, depth, label, on):
        rows.append(
            {
                "depth": depth,
                "label": label,
                "node": node,
                "on": on,
                "lines": _text(node, depth, label),
            }
        )
        if isinstance(node, Leaf):
            return
        for branch in node.branches:
            add(branch.to, depth + 1, branch.text, on and branch in way)

    add(tree, 0, "", on_way)
    return rows


def _text(node, depth: int, label: str) -> list[str]:
    if isinstance(node, Leaf):
        text = node.answer
    else:
        name = LABELS.get(node.input.name, node.input.name.replace("_", " "))
        text = f"{name[:1].upper()}{name[1:]}?"
    room = PAGE - EDGE - _start(depth, label) - 2 * PAD - 0.09
    return _wrapped(text, room)


def _wrapped(text: str, inches: float) -> list[str]:
    lines = [text]
    for letters in range(len(text), 5, -1):
        lines = textwrap.wrap(text, letters, break_long_words=False)
        if all(width_of(line, SIZE, "bold") <= inches for line in lines):
            return lines
    return lines


def _start(depth: int, label: str) -> float:
    """Return where a row's box begins, in inches from the left."""
    left = EDGE + depth * INDENT
    if not label:
        return left
    return left + max(width_of(line, SIZE, "bold") for line in _label(label)) + 0.22


def _label(label: str) -> list[str]:
    return textwrap.wrap(label, 20) if label else []


def _high(row) -> float:
    return max(len(row["lines"]), len(_label(row["label"])), 1) * LINE + 2 * PAD + GAP


def _draw(axes, row, y: float, high: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    node, on = row["node"], row["on"]
    leaf = isinstance(node, Leaf)
    gap = leaf and not node.covered
    colour = GREY if gap else VERMILION if leaf and len(node.rules) > 1 else GREEN if leaf else BLUE
    x = _start(row["depth"], row["label"])
    wide = max(width_of(line, SIZE, "bold") for line in row["lines"]) + 2 * PAD + 0.09
    middle = y + high / 2
    axes.add_patch(
        FancyBboxPatch(
            (x, y), wide, high, boxstyle=f"round,pad=0,rounding_size={0.02 if leaf else 0.1}",
            facecolor="#fff4d6" if on else "white", edgecolor=colour,
            linewidth=2.4 if on else 1.1, linestyle=(0, (1.2, 2)) if gap else "-", zorder=2,
        )
    )  # fmt: skip
    axes.text(x + PAD, middle, "\n".join(map(literal, row["lines"])), fontsize=SIZE, va="center",
              linespacing=1.15, weight="bold" if on else "normal", zorder=3,
              color=GREY if gap and not on else INK, style="italic" if gap else "normal")  # fmt: skip
    if row["label"]:
        left = EDGE + row["depth"] * INDENT
        axes.text(left + 0.04, middle, "\n".join(map(literal, _label(row["label"]))), fontsize=SIZE,
                  va="center", linespacing=1.15, weight="bold" if on else "normal", zorder=3,
                  color=INK)  # fmt: skip
        axes.annotate(
            "", xy=(x, middle), xytext=(x - 0.15, middle),
            arrowprops={"arrowstyle": "-|>", "color": INK if on else GREY,
                        "lw": 2.0 if on else 1.0, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _lines(axes, rows, middles) -> None:
    """Draw from each question a trunk down to its branches."""
    for at, row in enumerate(rows):
        if isinstance(row["node"], Leaf):
            continue
        depth = row["depth"]
        trunk = EDGE + depth * INDENT + 0.1
        # below the label, not through it
        top = middles[at] + max(1, len(_label(row["label"]))) * LINE / 2
        below = []
        for after in range(at + 1, len(rows)):
            if rows[after]["depth"] <= depth:
                break
            if rows[after]["depth"] == depth + 1:
                below.append(after)
        # the patient's way is drawn last, so that it lies on top
        for after in sorted(below, key=lambda k: rows[k]["on"]):
            on = rows[after]["on"]
            axes.plot([trunk, trunk, trunk + INDENT - 0.09], [top, *[middles[after]] * 2],
                      color=INK if on else GREY, linewidth=2.0 if on else 1.0,
                      zorder=1.5 if on else 1, solid_joinstyle="miter")  # fmt: skip
