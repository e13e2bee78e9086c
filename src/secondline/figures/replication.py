"""What a P value promises of the next trial: chances of finding it again."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREEN, GREY, INK, VERMILION, fitted, stamp

TICKS = ("0.1", "0.05", "0.01", "0.001", "0.0001", "0.00001")
CURVES = {
    "if_true": ("if the published effect is true", INK, "-"),
    "predictive": ("its uncertainty integrated", BLUE, (0, (5, 2))),
    "sceptical": ("the same, with the sceptical prior", GREEN, (0, (3, 1.5, 1, 1.5))),
    "if_share": ("if {share:g} % of it is true", VERMILION, (0, (1, 1.4))),
}


def replication_chances(table, curves, *, share: float, n_per_arm: int, alpha: float):
    """Draw the chance of a P below `alpha` in the next trial over the P of the first.

    Parameters
    ----------
    table : DataFrame
        Findings, from :func:`secondline.biomarkers.replication_table`.
    curves : DataFrame
        The same columns along many P values, from
        :func:`secondline.biomarkers.replication_curves`.
    share : float
    n_per_arm : int
    alpha : float

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 4.9))
    axes = figure.add_axes((0.12, 0.15, 0.82, 0.6))
    axes.set_xscale("log")
    for key, (label, colour, line) in CURVES.items():
        text = label.format(share=100 * share)
        axes.plot(curves["p"], 100 * curves[key], color=colour, linestyle=line, linewidth=1.8,
                  label=text)  # fmt: skip
        axes.plot(table["p"], 100 * table[key], "o", color=colour, markersize=5)
    low, high = float(curves["p"].min()), float(curves["p"].max())
    axes.set(xlim=(high, low), ylim=(0, 100))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    # a name stands a step higher where its neighbour is near
    last, step = None, 0
    for _, row in table.sort_values("p", ascending=False).iterrows():
        axes.axvline(row["p"], color=FAINT, linewidth=0.9, zorder=0)
        near = last is not None and np.log10(last / row["p"]) < 0.5
        step = (step + 1) % 3 if near else 0
        last = row["p"]
        axes.text(row["p"], 102 + 6.5 * step, fitted(row["name"], 1.6, size=8), ha="center",
                  va="bottom", fontsize=8, color=GREY)  # fmt: skip
    ticks = [t for t in TICKS if low <= float(t) <= high]
    axes.set_xticks([float(t) for t in ticks], ticks)
    axes.minorticks_off()
    axes.set_xlabel("P value of the first trial")
    axes.set_ylabel(f"% with P below {alpha:.3g}, same direction")
    figure.text(0.02, 0.955, f"The next trial has {n_per_arm} patients in the arm", fontsize=9.5)
    axes.legend(frameon=False, fontsize=8.5, loc="lower right")
    stamp(figure, "recomputed", "Locke 2024")
    return figure
