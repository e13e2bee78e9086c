"""Cohorts against one of their properties, with the line of a meta-regression."""

import numpy as np

from secondline.figures.style import BLUE, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.meta_regression import TRIALS_PER_MODERATOR
from secondline.proportions.moderators import MODERATORS
from secondline.proportions.report import p_value


def bubble(result, *, title: str, axis_label: str, provenance: str, source: str = ""):
    """Draw one bubble a cohort and the fitted line with its limits.

    Parameters
    ----------
    result : Moderated
        From :func:`secondline.proportions.regress_on`. Without a fit its reason is
        written where the line would be.
    title, axis_label : str
        `axis_label` names the share.
    provenance, source : str
        See :data:`secondline.figures.PROVENANCES`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from textwrap import fill

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.7))
    axes = figure.add_axes((0.13, 0.21, 0.84, 0.62))
    label, levels = MODERATORS[result.name]
    axes.set(ylim=(0, 100), xlabel=label[:1].upper() + label[1:], ylabel=axis_label)
    cohorts = result.cohorts
    if len(cohorts):
        value = cohorts["value"].to_numpy(dtype=float)
        share = 100 * cohorts["events"].to_numpy(dtype=float) / cohorts["totals"].to_numpy(float)
        area = 420 * cohorts["totals"].to_numpy(dtype=float) / cohorts["totals"].max()
        width = np.ptp(value) or 1.0
        axes.set_xlim(value.min() - 0.18 * width, value.max() + 0.36 * width)
        axes.scatter(value, share, s=area, color=BLUE, alpha=0.55, edgecolor="white", zorder=2)
        for x, y, name in _labels(value, share, cohorts["trial"]):
            axes.annotate(
                literal(name, 18),
                (x, y),
                xytext=(9, 0),
                textcoords="offset points",
                fontsize=8,
                color=GREY,
                va="center",
            )
        if levels:
            axes.set_xticks([0, 1], levels)
        elif result.name == "year":
            axes.set_xticks(sorted({int(v) for v in value}))
        elif result.name == "lines_median":
            axes.set_xticks(sorted(set(value)))
    else:
        axes.set_xticks([])
    if result.fit is None:
        text = fill(result.reason, 46)
        axes.text(0.5, 0.06, text, ha="center", transform=axes.transAxes, fontsize=9, color=INK)
        below = "No line: see the picture."
    else:
        x, estimate, low, high = result.line()
        axes.plot(x, 100 * estimate, color=VERMILION, linewidth=1.6, zorder=3)
        axes.fill_between(x, 100 * low, 100 * high, color=VERMILION, alpha=0.12, linewidth=0)
        below = f"{result.fit.k} cohorts; {p_value(result.fit.p_values[1])} (Knapp-Hartung)"
        if np.isfinite(result.p_permutation):
            below += f", {p_value(result.p_permutation)} (permutation)"
    figure.text(0.02, 0.975, literal(title), fontsize=10.5, weight="bold", va="top")
    warning = f"One of {len(MODERATORS)} properties tried"
    if result.fit is None or result.fit.k < TRIALS_PER_MODERATOR:
        warning = f"Too few cohorts for a conclusion. {warning}"
    figure.text(0.02, 0.9, warning, fontsize=9, color=VERMILION, weight="bold", va="top")
    figure.text(0.02, 0.055, below, fontsize=8.5, va="bottom")
    stamp(figure, provenance, source)
    return figure


def _labels(value, share, names):
    """Return where each label stands: labels of near bubbles are moved apart."""
    order = np.argsort(share)
    placed = []
    width = np.ptp(value) or 1.0
    for i in order:
        y = share[i]
        for x, other, _ in placed:
            if abs(x - value[i]) < 0.3 * width and y - other < 5:
                y = other + 5
        placed.append((value[i], y, names.iloc[i]))
    return placed
