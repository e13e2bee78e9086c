"""What several definitions call several kinds of patient, and how many of a cohort."""

import pandas as pd

from secondline.figures.style import FAINT, GREEN, GREY, INK, SKY, VERMILION, literal, stamp
from secondline.pathways.refractory import DEFINITIONS, HANGS

# fill, ink and letter of each name; the letter tells them apart without colour
LOOKS = {
    "refractory": (VERMILION, "white", "R"),
    "early relapse": (SKY, INK, "E"),
    "not refractory": (GREEN, "white", "N"),
    "outside": (FAINT, INK, "O"),
    "not said": ("white", GREY, "?"),
    HANGS: ("white", INK, "M"),
}
WORDS = {
    "not refractory": "not refractory", "outside": "outside of its groups",
    HANGS: "hangs on the month of relapse",
}  # fmt: skip
PAGE = 4.5
ROW = 0.42
HEAD = 0.62
FOOT = 0.95
LEFT = 1.42  # inches for the definitions' names


def name_map(grid, *, provenance: str, source: str = ""):
    """Draw a square for each definition and kind of patient, with the letter of the name.

    Parameters
    ----------
    grid : tuple of KindNames
        From :func:`secondline.pathways.refractory.name_grid`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.patches import Rectangle

    figure, axes, height = _canvas(len(DEFINITIONS))
    wide = (PAGE - LEFT - 0.08) / len(grid)
    relapses = [k for k, one in enumerate(grid) if one.kind.response == "CR"]
    if relapses:
        first, last = LEFT + wide * relapses[0], LEFT + wide * (relapses[-1] + 1)
        axes.text((first + last) / 2, -0.46, "CR, relapse in month", fontsize=9, ha="center",
                  va="center")  # fmt: skip
        axes.plot([first + 0.04, last - 0.04], [-0.33, -0.33], color=GREY, linewidth=1.0)
    for column, one in enumerate(grid):
        x = LEFT + wide * column
        axes.text(x + wide / 2, -0.16, literal(one.kind.text), fontsize=9, weight="bold",
                  ha="center", va="center")  # fmt: skip
        for row, definition in enumerate(DEFINITIONS):
            fill, ink, letter = LOOKS[one.names[definition]]
            axes.add_patch(
                Rectangle((x + 0.03, row * ROW + 0.03), wide - 0.06, ROW - 0.06, facecolor=fill,
                          edgecolor=GREY, linewidth=0.8,
                          linestyle=(0, (1.2, 2)) if ink == GREY else "-")
            )  # fmt: skip
            axes.text(x + wide / 2, (row + 0.5) * ROW, letter, fontsize=11, weight="bold",
                      color=ink, ha="center", va="center")  # fmt: skip
    figure.data = pd.DataFrame(
        [(one.kind.text, definition, one.names[definition]) for one in grid for definition in DEFINITIONS],
        columns=["response, or month of relapse", "definition", "name"],
    )
    shown = {name for one in grid for name in one.names.values()}
    _legend(axes, len(DEFINITIONS) * ROW + 0.2, [n for n in LOOKS if n in shown])
    stamp(figure, provenance, source)
    return figure


def name_counts(found, *, provenance: str, source: str = ""):
    """Draw a bar for each definition: how many patients of a cohort it calls what.

    Parameters
    ----------
    found : tuple of CohortNames
        From :func:`secondline.pathways.refractory.cohort_names`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.patches import Rectangle

    figure, axes, height = _canvas(len(found))
    room = PAGE - LEFT - 0.12
    axes.text(LEFT, -0.2, f"Of {found[0].total} patients", fontsize=9, va="center")
    for row, one in enumerate(found):
        x = LEFT
        for name, (fill, ink, letter) in LOOKS.items():
            n = one.counts.get(name, 0)
            if not n:
                continue
            wide = room * n / one.total
            axes.add_patch(
                Rectangle((x, row * ROW + 0.05), wide, ROW - 0.1, facecolor=fill, edgecolor=GREY,
                          linewidth=0.8, hatch="///" if name == HANGS else None,
                          linestyle=(0, (1.2, 2)) if ink == GREY else "-")
            )  # fmt: skip
            label = f"{letter} {n}"
            axes.text(x + wide / 2, (row + 0.5) * ROW, label, fontsize=9.5, weight="bold",
                      color=ink, ha="center", va="center",
                      bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0}
                      if name == HANGS else None)  # fmt: skip
            x += wide
    figure.data = pd.DataFrame(
        [(one.definition, name, n) for one in found for name, n in one.counts.items()],
        columns=["definition", "name", f"of {found[0].total} patients"],
    )
    shown = {name for one in found for name, n in one.counts.items() if n}
    _legend(axes, len(found) * ROW + 0.2, [n for n in LOOKS if n in shown])
    stamp(figure, provenance, source)
    return figure


def _canvas(rows: int):
    from matplotlib.figure import Figure

    height = HEAD + rows * ROW + FOOT
    figure = Figure(figsize=(PAGE, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, PAGE), ylim=(height - HEAD, -HEAD))
    axes.axis("off")
    for row, definition in enumerate(DEFINITIONS[:rows]):
        axes.text(0.06, (row + 0.5) * ROW, literal(definition), fontsize=9, va="center")
    return figure, axes, height


def _legend(axes, top: float, names: list[str]) -> None:
    from matplotlib.patches import Rectangle

    for place, name in enumerate(names):
        fill, ink, letter = LOOKS[name]
        x, y = (0.06, 1.5)[place % 2], top + 0.2 * (place // 2)
        x = 0.06 + 2.1 * (place % 2)
        axes.add_patch(
            Rectangle((x, y - 0.08), 0.2, 0.16, facecolor=fill, edgecolor=GREY, linewidth=0.8,
                      linestyle=(0, (1.2, 2)) if ink == GREY else "-")
        )  # fmt: skip
        axes.text(x + 0.1, y, letter, fontsize=8.5, weight="bold", color=ink, ha="center",
                  va="center")  # fmt: skip
        axes.text(x + 0.28, y, WORDS.get(name, name), fontsize=8.5, va="center")
