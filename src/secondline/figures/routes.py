"""Two guidelines' routes for one patient, side by side from the first scan to the last biopsy."""

import textwrap

from secondline.figures.style import FAINT, GREEN, GREY, INK, VERMILION, literal, stamp
from secondline.pathways.guideline_pages import SHORT, said
from secondline.pathways.guidelines import GUIDELINES, STEPS

COLOURS = {"NCCN": GREEN, "BSH": "#7b4a8f"}
# the sign between two boxes, its words for the legend, and its colour
SIGNS = {
    "agree": ("=", "an act that both allow", GREEN),
    "differ": ("≠", "both speak, nothing fits both", VERMILION),
    "NCCN alone": ("‹", "NCCN alone speaks", GREY),
    "BSH alone": ("›", "BSH alone speaks", GREY),
    "both silent": ("–", "neither speaks", GREY),
}
ROW = 0.83  # inches a step
HEAD = 0.72
FOOT = 1.02
PAGE = 4.5
LEFT = {"NCCN": 1.0, "BSH": 54.0}
WIDTH = 45.0


def routes(comparison, *, provenance: str, source: str = ""):
    """Draw a row for each step: both answers, and the sign of how they stand to each other.

    Parameters
    ----------
    comparison : Comparison
        From :func:`secondline.pathways.guidelines.compare`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    height = HEAD + ROW * len(comparison.pairs) + FOOT
    figure = Figure(figsize=(PAGE, height))
    axes = figure.add_axes((0, FOOT / height, 1, 1 - FOOT / height))
    top = -HEAD / ROW
    axes.set(xlim=(0, 100), ylim=(len(comparison.pairs), top))
    axes.axis("off")
    for guideline in GUIDELINES:
        route = comparison.routes[guideline]
        x = LEFT[guideline] + WIDTH / 2
        axes.text(x, top + 0.2, guideline, fontsize=12, weight="bold", ha="center", va="center",
                  color=COLOURS[guideline])  # fmt: skip
        group = textwrap.fill(SHORT[route.group], 26)
        axes.text(x, top + 0.58, literal_lines(group), fontsize=8.5, ha="center", va="center",
                  linespacing=1.1)  # fmt: skip
    for row, pair in enumerate(comparison.pairs):
        if row:
            axes.axhline(row - 0.03, color=FAINT, linewidth=0.8)
        here = pair.step == comparison.parting
        axes.text(1, row + 0.12, literal(STEPS[pair.step]), fontsize=8.5, va="center", color=INK)
        if here:
            axes.text(99, row + 0.12, "here they part", fontsize=8.5, va="center", ha="right",
                      color=VERMILION, weight="bold")  # fmt: skip
        for one in (pair.nccn, pair.bsh):
            _box(axes, row, one)
        sign, _, colour = SIGNS[pair.verdict]
        axes.text(50, row + 0.57, sign, fontsize=16, weight="bold", ha="center", va="center",
                  color=colour)  # fmt: skip
    _legend(figure, height)
    stamp(figure, provenance, source)
    return figure


def literal_lines(text: str) -> str:
    """Return text of several lines as it stands."""
    return "\n".join(literal(line) for line in text.split("\n"))


def _box(axes, row: int, one) -> None:
    from matplotlib.patches import Rectangle

    colour = COLOURS[one.guideline] if one.acts else GREY
    line = "-" if one.acts else (0, (1.2, 2))
    x, text = LEFT[one.guideline], said(one)
    if one.passages_differ:
        line = (0, (5, 2))
    elif one.figure_alone:
        line = (0, (6, 2, 1, 2))
    axes.add_patch(
        Rectangle((x, row + 0.26), WIDTH, 0.64, facecolor="white", edgecolor=colour,
                  linewidth=1.4, linestyle=line)
    )  # fmt: skip
    lines = textwrap.wrap(text, 28)
    size = 9 if len(lines) < 3 else 8
    axes.text(x + WIDTH / 2, row + 0.58, literal_lines("\n".join(lines)), fontsize=size,
              ha="center", va="center", linespacing=1.1, color=INK if one.acts else GREY,
              style="normal" if one.acts else "italic")  # fmt: skip


def _legend(figure, height: float) -> None:
    lines = [f"{sign}  {words}" for sign, words, _ in SIGNS.values()]
    # in two columns
    for column, part in enumerate((lines[:3], lines[3:])):
        figure.text(0.02 + 0.55 * column, (FOOT - 0.12) / height, "\n".join(part), fontsize=8.5,
                    va="top", linespacing=1.3)  # fmt: skip
    figure.text(0.02, 0.26 / height, "Dashed: passages differ. Dash-dot: a figure alone. Dotted: no answer.",
                fontsize=8.5, va="bottom")  # fmt: skip
