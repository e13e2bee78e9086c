"""The funnel plot twice: against the standard error, and against the size."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp
from secondline.proportions.report import TRANSFORM_NAMES, percent

SHADES = ("#eef1f4", "#dfe5ea", "#cdd6de")


def funnel_plots(result, *, title: str, provenance: str, source: str = ""):
    """Draw a contour-enhanced funnel plot and a size-based one, one above the other.

    Parameters
    ----------
    result : Funnel
        From :func:`secondline.proportions.funnel`.
    title : str
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from scipy.stats import norm

    figure = Figure(figsize=(5.6, 8.2))
    upper, lower = figure.subplots(2, 1)
    figure.subplots_adjust(left=0.13, right=0.965, bottom=0.11, top=0.885, hspace=0.42)
    figure.text(0.02, 0.985, literal(title, 68), fontsize=11, weight="bold", va="top")

    deepest = 1.15 * result.se.max()
    se = np.array([0.0, deepest])
    # from the outside in: beyond the last contour P is smallest
    upper.set_facecolor(SHADES[2])
    order = sorted(result.contours)
    for p, shade in zip(order, (SHADES[1], SHADES[0], "white"), strict=True):
        reach = norm.isf(p / 2) * se
        upper.fill_betweenx(
            se, result.reference_effect - reach, result.reference_effect + reach,
            color=shade, linewidth=0,
        )
        upper.plot(result.reference_effect + reach, se, color=GREY, linewidth=0.5)
        upper.plot(result.reference_effect - reach, se, color=GREY, linewidth=0.5)
    upper.axvline(result.reference_effect, color=INK, linewidth=0.9)
    upper.axvline(result.pooled, color=VERMILION, linewidth=1.1, linestyle=(0, (4, 3)))
    upper.plot(result.effect, result.se, "o", color=BLUE, markersize=6, markeredgecolor="white")
    span = max(
        2.75 * deepest,
        1.1 * np.max(np.abs(result.effect - result.reference_effect)),
    )
    low, high = result.reference_effect - span, result.reference_effect + span
    inside = (result.ticks > low) & (result.ticks < high)
    upper.set(xlim=(low, high), ylim=(deepest, 0))
    upper.set_xticks(result.ticks[inside], [percent(s, 0) for s in result.tick_shares[inside]])
    upper.set_xlabel(f"share (%), on the {TRANSFORM_NAMES[result.transform]} scale")
    upper.set_ylabel("standard error")
    upper.set_title(
        f"Contours of P = {', '.join(f'{p:g}' for p in result.contours)} about "
        f"{percent(result.reference, 0)} %",
        fontsize=9.5, loc="left",
    )

    for level, style in zip(result.size_limits, ("-", ":"), strict=True):
        low, high = result.size_limits[level]
        lower.plot(result.sizes, 100 * low, color=GREY, linewidth=0.9, linestyle=style,
                   label=f"{100 * level:g} % of trials lie between")
        lower.plot(result.sizes, 100 * high, color=GREY, linewidth=0.9, linestyle=style)
    lower.axhline(100 * result.crude, color=VERMILION, linewidth=1.1, linestyle=(0, (4, 3)))
    lower.plot(
        result.totals, 100 * result.events / result.totals, "o", color=BLUE, markersize=6,
        markeredgecolor="white",
    )
    lower.set(xlim=(0, result.sizes.max()), ylim=(-2, 102))
    lower.grid(color=FAINT, linewidth=0.5)
    lower.set_axisbelow(True)
    lower.set_xlabel("patients in the trial")
    lower.set_ylabel("share (%)")
    lower.set_title("Limits if all trials share one rate", fontsize=9.5, loc="left")
    figure.legend(*lower.get_legend_handles_labels(), fontsize=8, frameon=False, ncols=2,
                  loc="lower left", bbox_to_anchor=(0.02, 0.028), borderaxespad=0)
    stamp(figure, provenance, source)
    return figure
