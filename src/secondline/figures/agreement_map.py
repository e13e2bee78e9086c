"""Where two guidelines agree, differ or are silent: cell by cell, and as shares of all cases."""

import pandas as pd

from secondline.figures.style import GREY, INK, literal, stamp, width_of

# colour and sign of a verdict; the sign stands in each cell, so that no colour is needed
LOOKS = {
    "agree": ("#8fd0b9", "="),
    "differ": ("#f0a98b", "≠"),
    "NCCN alone": ("#d9ecf8", "N"),
    "BSH alone": ("#e3d3ea", "B"),
    "both silent": ("#f4f4f5", "–"),
}
WORDS = {
    "agree": "an act that both allow",
    "differ": "both speak, nothing fits both",
    "NCCN alone": "NCCN alone speaks",
    "BSH alone": "BSH alone speaks",
    "both silent": "neither speaks",
}
PAGE = 4.5
CELL = 0.27  # inches


def agreement_map(cells, *, here=None, provenance: str, source: str = ""):
    """Draw a grid of age and stage by interim score.

    Parameters
    ----------
    cells : iterable of MapCell
        From :func:`secondline.pathways.agreement_map.agreement_map`.
    here : tuple of str, optional
        Age group, stage and score of the patient in the settings; its cell is framed.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    cells = tuple(cells)
    rows = list(dict.fromkeys((c.age, c.stage) for c in cells))
    columns = list(dict.fromkeys(c.score for c in cells))
    ages = list(dict.fromkeys(c.age for c in cells))
    gap = 0.35
    tall = len(rows) + gap * (len(ages) - 1)
    head, foot = 0.5, 1.1
    height = head + CELL * tall + foot
    figure = Figure(figsize=(PAGE, height))
    axes = figure.add_axes((0.32, foot / height, 0.66, CELL * tall / height))
    axes.set(xlim=(0, len(columns)), ylim=(tall, 0))
    axes.axis("off")
    places = {row: i + gap * ages.index(row[0]) for i, row in enumerate(rows)}
    for c in cells:
        x, y = columns.index(c.score), places[c.age, c.stage]
        colour, sign = LOOKS[c.pair.verdict]
        mine = here == (c.age, c.stage, c.score)
        axes.add_patch(
            Rectangle((x + 0.02, y + 0.05), 0.96, 0.9, facecolor=colour,
                      edgecolor=INK if mine else "white", linewidth=2.4 if mine else 0.8,
                      zorder=3 if mine else 2)
        )  # fmt: skip
        axes.text(x + 0.5, y + 0.5, sign, fontsize=11, ha="center", va="center", zorder=4)
    figure.data = pd.DataFrame(
        [(c.age, c.stage, c.score, c.pair.verdict) for c in cells],
        columns=["age", "stage", "interim score", "the two guidelines"],
    )
    for (age, stage), y in places.items():
        axes.text(-0.06, y + 0.5, stage, fontsize=9, ha="right", va="center")
        if stage == rows[0][1]:
            axes.text(-0.42, y + 0.5, literal(age), fontsize=9, ha="right", va="center",
                      weight="bold")  # fmt: skip
    for i, score in enumerate(columns):
        axes.text(i + 0.5, -0.25, literal(score), fontsize=9, ha="center", va="bottom")
    axes.text(len(columns) / 2, -1.05, "Deauville score of the interim scan", fontsize=9,
              ha="center", va="bottom")  # fmt: skip
    axes.text(-0.06, -0.25, "age, stage", fontsize=9, ha="right", va="bottom")
    _legend(figure, height, foot - 0.06)
    stamp(figure, provenance, source)
    return figure


def agreement_shares(panels, *, provenance: str, source: str = ""):
    """Draw the shares of all verdicts, a bar a step, a panel a group of patients.

    Parameters
    ----------
    panels : dict of str to tuple of StepShare
        From :func:`secondline.pathways.agreement_map.step_shares`, by title. A panel
        without a case says so.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    row, head, foot = 0.42, 0.34, 1.1
    sizes = [max(1, len(shares)) for shares in panels.values()]
    height = sum(sizes) * row + head * len(panels) + foot
    figure = Figure(figsize=(PAGE, height))
    top = height
    for (title, shares), size in zip(panels.items(), sizes, strict=True):
        top -= head
        figure.text(0.02, (top + 0.07) / height, literal(title), fontsize=10, weight="bold")
        axes = figure.add_axes((0.02, (top - row * size) / height, 0.96, row * size / height))
        axes.set(xlim=(0, 100), ylim=(size, 0))
        axes.axis("off")
        top -= row * size
        if not shares:
            axes.text(0, 0.5, "No such patient.", fontsize=9, va="center", style="italic")
        for y, share in enumerate(shares):
            axes.text(0, y + 0.2, literal(share.step), fontsize=9, va="center")
            _bar(axes, y, share)
    _legend(figure, height, foot - 0.08)
    figure.data = pd.DataFrame(
        [(title, share.step, verdict, 100 * share.share(verdict))
         for title, shares in panels.items() for share in shares for verdict in LOOKS],
        columns=["patients", "step", "the two guidelines", "% of cases"],
    )  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def _bar(axes, y: int, share) -> None:
    left = 0.0
    for verdict, (colour, sign) in LOOKS.items():
        size = 100 * share.share(verdict)
        if not size:
            continue
        axes.barh(y + 0.64, size, 0.5, left=left, color=colour, edgecolor=GREY, linewidth=0.6)
        text = f"{sign} {size:.0f} %"
        # a label stands where there is room for it; the table beside holds all
        if width_of(text, 8.5) < size / 100 * 0.96 * PAGE - 0.05:
            axes.text(left + size / 2, y + 0.65, text, fontsize=8.5, ha="center", va="center")
        left += size


def _legend(figure, height: float, top: float) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=colour, edgecolor=GREY, linewidth=0.6, label=f"{sign}  {WORDS[verdict]}")
        for verdict, (colour, sign) in LOOKS.items()
    ]
    figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.01, top / height), ncols=2,
                  frameon=False, fontsize=8.5, handlelength=1.3, columnspacing=1.2,
                  borderaxespad=0)  # fmt: skip
