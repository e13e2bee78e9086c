"""Volcano plots: the strength of each association over its size."""

import numpy as np

from secondline.figures.style import ARM_COLOURS, FAINT, GREY, INK, stamp

MOST_LABELS = 4


def volcano(screens, *, alpha: float, provenance: str, source: str = ""):
    """Draw each screen as a panel: P over the effect, one dot a signature.

    Parameters
    ----------
    screens : sequence of Screen
        From :func:`secondline.signatures.screen`; drawn two in a row.
    alpha : float
        Marked by a dashed line; filled dots are above it.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    lines = -(-len(screens) // 2)
    height = 0.7 + 2.7 * lines
    figure = Figure(figsize=(6.6, height))
    top = 1.08 * max(
        [-np.log10(alpha) + 0.3, *(float(-np.log10(s.table["p"].min())) for s in screens)]
    )
    for i, s in enumerate(screens):
        row, column = divmod(i, 2)
        bottom = 1 - (row + 1) * 2.7 / height + 0.55 / height
        axes = figure.add_axes((0.09 + 0.49 * column, bottom, 0.4, 1.85 / height))
        effect, strength = s.table["effect"], -np.log10(s.table["p"])
        strong = (s.table["p"] < alpha).to_numpy()
        colour = ARM_COLOURS[s.arm]
        axes.axhline(-np.log10(alpha), color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        axes.axvline(0, color=FAINT, linewidth=0.9)
        axes.plot(effect[~strong], strength[~strong], "o", markersize=4, markerfacecolor="none",
                  markeredgecolor=GREY, markeredgewidth=0.7)  # fmt: skip
        axes.plot(effect[strong], strength[strong], "o", markersize=5.5, color=colour)
        side = 1.25 * max(0.2, float(effect.abs().max()))
        axes.set(xlim=(-side, side), ylim=(0, top))
        chosen = s.table[strong].nsmallest(MOST_LABELS, "p")
        for k, (_, dot) in enumerate(chosen.iterrows()):
            right = dot["effect"] < 0
            axes.annotate(
                dot["name"], (dot["effect"], -np.log10(dot["p"])), fontsize=7, color=INK,
                xytext=(5 if right else -5, 1 if k % 2 == 0 else -6), textcoords="offset points",
                ha="left" if right else "right",
            )  # fmt: skip
        axes.set_title(f"{s.arm}: {s.endpoint}", fontsize=9.5, loc="left")
        what = "ratio of medians" if s.endpoint == "ongoing response" else "hazard ratio, high/low"
        axes.set_xlabel(f"log2 of the {what}", fontsize=8)
        axes.tick_params(labelsize=8)
        if column == 0:
            axes.set_ylabel("−log10 of P", fontsize=8.5)
    stamp(figure, provenance, source)
    return figure
