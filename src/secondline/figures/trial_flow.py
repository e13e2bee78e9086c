"""The flow of patients through a trial with two arms, with the standing of each number."""

import textwrap

from secondline.figures.style import ARM_COLOURS, GREY, INK, literal, stamp

# the outline of a box says how its number is known; a word in the box says the same
OUTLINES = {
    "printed": "-",
    "derived": (0, (5, 2)),
    "assumed": (0, (1.2, 1.5)),
    "not printed": (0, (1.2, 3)),
}
LEFT = {"axi-cel": 1.0, "SOC": 51.0, "both": 26.0}
WIDTH = 48.0
INSET = 4.0
ROW = 0.88  # inches a row
PAGE = 4.5  # inches: narrow, so that a phone need not shrink it much


def trial_flow(flow, *, provenance: str, source: str = ""):
    """Draw the boxes of a flow: one column an arm, both arms across.

    Parameters
    ----------
    flow : TrialFlow
        From :func:`secondline.evidence.trial_flow`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    shown = [item for item in flow.items if item.box]
    rows = max(item.row for item in shown) + 1
    height = ROW * rows + 0.35
    figure = Figure(figsize=(PAGE, height))
    axes = figure.add_axes((0, 0.25 / height, 1, (height - 0.3) / height))
    axes.set(xlim=(0, 100), ylim=(rows, 0))
    axes.axis("off")
    for item in shown:
        _box(axes, Rectangle, item)
    for arm in ("axi-cel", "SOC"):
        _branches(axes, arm, [item.row for item in shown if item.arm == arm], rows)
    stamp(figure, provenance, source)
    return figure


def _box(axes, rectangle, item) -> None:
    # the groups of an arm are set in, since they are not steps one after the other
    inset = INSET if item.arm != "both" and item.row > 1 else 0.0
    x, y, width = LEFT[item.arm] + inset, item.row, WIDTH - inset
    colour = ARM_COLOURS.get(item.arm, INK) if item.status != "not printed" else GREY
    axes.add_patch(
        rectangle((x, y + 0.1), width, 0.76, facecolor="white", edgecolor=colour,
                  linewidth=1.5, linestyle=OUTLINES[item.status], zorder=2)
    )  # fmt: skip
    axes.text(x + 1.5, y + 0.28, literal(item.text), fontsize=12, weight="bold",
              color=colour, va="center", zorder=3)  # fmt: skip
    axes.text(x + width - 1.5, y + 0.28, item.status, fontsize=8.5, style="italic",
              color=GREY, va="center", ha="right", zorder=3)  # fmt: skip
    label = textwrap.fill(item.label, 26 if inset else 28)
    axes.text(x + 1.5, y + 0.63, "\n".join(map(literal, label.split("\n"))), fontsize=9,
              va="center", linespacing=1.1, zorder=3)  # fmt: skip


def _branches(axes, arm: str, rows: list[int], last: int) -> None:
    line = {"color": GREY, "linewidth": 1.2, "zorder": 1}
    middle, centre = LEFT[arm] + WIDTH / 2, LEFT["both"] + WIDTH / 2
    axes.plot([centre, centre, middle, middle], [0.5, 0.98, 0.98, 1.5], **line)
    trunk = LEFT[arm] + INSET / 2
    axes.plot([trunk, trunk], [1.5, max(rows) + 0.48], **line)
    for row in rows[1:]:
        axes.plot([trunk, LEFT[arm] + 2 * INSET], [row + 0.48] * 2, **line)
    # samples of both arms, at the foot
    axes.plot([trunk, trunk, centre, centre],
              [max(rows) + 0.4, last - 1.02, last - 1.02, last - 0.5], **line)  # fmt: skip
