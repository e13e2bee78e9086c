"""Nested subgroups: how estimates scatter, what a step can find, and the share as a number."""

import numpy as np

from secondline.figures.ratios import LINES, MOST, TICKS, log_axis, ratio_row
from secondline.figures.style import BLUE, FAINT, GREY, INK, PURPLE, VERMILION, stamp

SHOWN = 250  # trials drawn a size


def nesting_scatter(found):
    """Draw the estimates of one true hazard ratio in ever smaller subgroups.

    Parameters
    ----------
    found : Nesting
        From :func:`secondline.biomarkers.nesting`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.3))
    axes = figure.add_axes((0.2, 0.25, 0.76, 0.66))
    rng = np.random.default_rng(0)  # places the dots within their row, nothing else
    ratios = np.exp(found.log_hazard_ratio[:, :SHOWN])
    for k, row in enumerate(found.table.itertuples()):
        y = k + rng.uniform(-0.32, 0.32, ratios.shape[1])
        clear = found.p[k, :SHOWN] < found.alpha
        # dots beyond the axis stand on its edge
        x = np.clip(ratios[k], *MOST)
        axes.plot(x[~clear], y[~clear], "o", color=GREY, markersize=2.4, alpha=0.5,
                  markeredgewidth=0)  # fmt: skip
        axes.plot(x[clear], y[clear], "D", color=VERMILION, markersize=3.2, alpha=0.85,
                  markeredgewidth=0)  # fmt: skip
        axes.text(-0.02, k, f"{row.n} patients\n{row.events:.0f} events", fontsize=9, ha="right",
                  va="center", transform=axes.get_yaxis_transform())  # fmt: skip
    axes.axvline(1, color=INK, linewidth=1)
    axes.axvline(found.true_hazard_ratio, color=BLUE, linewidth=1.6, linestyle=(0, (4, 2)))
    log_axis(axes, np.nanmin(ratios) / 1.1, np.nanmax(ratios) * 1.1)
    axes.set(ylim=(len(found.table) - 0.5, -0.5), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Estimated hazard ratio (log scale)")
    axes.set_title(f"Dashed: the true hazard ratio, {found.true_hazard_ratio:g}", fontsize=10,
                   loc="left")  # fmt: skip
    figure.text(0.02, 0.1, f"Red diamond: P below {found.alpha:.3g}. Grey dot: not.", fontsize=9,
                va="center")  # fmt: skip
    stamp(figure, "virtual")
    return figure


def nested_steps(steps, *, level: float, provenance: str, source: str = ""):
    """Draw the effect in each nested subgroup with the hazard ratio that its events can find.

    Parameters
    ----------
    steps : tuple of Step
        From :func:`secondline.biomarkers.nested_steps`.
    level : float
        Of the intervals.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    drawn = [step for step in steps if step.effect is not None]
    height = 1.5 + 0.62 * max(len(drawn), 1)
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.03, 1.12 / height, 0.6, 1 - 1.22 / height))
    values = [1.0]
    for y, step in enumerate(drawn):
        effect = step.effect
        ratio_row(axes, y, f"{step.name}: {step.n} patients, {step.events} events", effect)
        axes.plot(step.smallest, y + 0.1, "|", color=VERMILION, markersize=15, markeredgewidth=2.4)
        values += [effect.lower, effect.upper, step.smallest]
    if not drawn:
        axes.text(0.02, 0, "no product with a known outcome", color=GREY, va="center",
                  transform=axes.get_yaxis_transform())  # fmt: skip
    axes.axvline(1, color=INK, linewidth=1)
    log_axis(axes, np.nanmin(values) / 1.1, 1.1 * max(np.nanmax(values), 2.0))
    axes.set(ylim=(max(len(drawn), 1) - 0.5, -0.55), yticks=[])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Hazard ratio, share high against low (log scale)", fontsize=9.5)
    figure.text(
        0.03, 0.36 / height,
        f"Square and line: estimate, {100 * level:g} % interval.\n"
        "Red bar: effect found in four of five trials; nearer to 1, in fewer.",
        fontsize=8.5, va="center",
    )  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def share_curves(models, *, level: float, provenance: str, source: str = ""):
    """Draw the hazard along the product's share in up to two groups.

    Parameters
    ----------
    models : sequence of ShareModel
        From :func:`secondline.biomarkers.share_models`; those without curves are named.
    level : float
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.9))
    axes = figure.add_axes((0.14, 0.23, 0.82, 0.66))
    values = [0.5, 2.0]
    looks = ((VERMILION, "-"), (BLUE, (0, (5, 2))), (PURPLE, (0, (1, 1.5))))
    drawn = [model for model in models if len(model.share)]
    for (colour, line), model in zip(looks, drawn, strict=False):
        x = 100 * model.share
        axes.fill_between(x, model.lower, model.upper, color=colour, alpha=0.13, linewidth=0)
        axes.plot(x, model.bent, color=colour, linestyle=line, linewidth=1.9, label=model.name)
        axes.plot(x, model.straight, color=colour, linestyle=line, linewidth=0.8)
        values += [model.bent.min(), model.bent.max(), *np.quantile(model.lower, [0.1]),
                   *np.quantile(model.upper, [0.9])]  # fmt: skip
    axes.axhline(1, color=INK, linewidth=1)
    axes.set_yscale("log")
    low, high = np.clip([min(values) / 1.1, max(values) * 1.1], *MOST)
    axes.set_ylim(low, high)
    ticks = [t for t in TICKS if low <= t <= high]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_xlabel("CCR7+CD45RA+ T cells of the product, %")
    axes.set_ylabel("Hazard ratio (log scale)")
    axes.set_title(f"Thick: bent; thin: straight; band: {100 * level:g} % limits", fontsize=9.5,
                   loc="left")  # fmt: skip
    if drawn:
        axes.legend(fontsize=9, framealpha=1, edgecolor="none", loc="upper right")
    else:
        axes.text(0.5, 0.6, "no curve for this cohort", transform=axes.transAxes, ha="center",
                  color=GREY)  # fmt: skip
        axes.set_xticks([])
    stamp(figure, provenance, source)
    return figure


def exaggeration_curves(curves: dict, *, marks: dict, source: str):
    """Draw how many times too large significant effects are, by the number of events.

    Parameters
    ----------
    curves : dict of (ndarray, ndarray)
        Events and exaggeration for each true hazard ratio.
    marks : dict of float
        Events to mark, by name.
    source : str
        Where the marked numbers were printed.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.8))
    axes = figure.add_axes((0.12, 0.23, 0.84, 0.67))
    top = 6.0
    for (ratio, (events, times)), line in zip(curves.items(), LINES, strict=False):
        axes.plot(events, times, color=INK, linewidth=1.7, linestyle=line,
                  label=f"true hazard ratio {ratio:g}")  # fmt: skip
    for (name, events), line in zip(marks.items(), LINES, strict=False):
        axes.axvline(events, color=VERMILION, linewidth=1.2, linestyle=line,
                     label=f"{events:g} events: {name}")  # fmt: skip
    axes.set_xscale("log")
    low = min(events[0] for events, _ in curves.values())
    high = max(events[-1] for events, _ in curves.values())
    axes.set_xlim(low, high)
    ticks = [t for t in (5, 10, 20, 50, 100, 200, 500, 1000) if low <= t <= high]
    axes.set_xticks(ticks, [f"{t}" for t in ticks])
    axes.minorticks_off()
    axes.set(ylim=(0.9, top), ylabel="times too large, if significant")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_xlabel("Events (log scale)")
    axes.set_title("Significant results only", fontsize=10, loc="left")
    # the curves leave the upper right corner free
    axes.legend(fontsize=9, framealpha=1, edgecolor="none", loc="upper right")
    stamp(figure, "recomputed", source)
    return figure
