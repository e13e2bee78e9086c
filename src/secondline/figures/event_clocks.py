"""The same virtual patients under several event rules: patients, curves, summaries."""

import numpy as np

from secondline.figures.style import (
    ARM_COLOURS,
    ARM_LINES,
    FAINT,
    GREY,
    INK,
    fitted,
    literal,
    stamp,
)

ARMS = ((1, "axi-cel"), (0, "SOC"))
MARKS = ("o", "s", "^", "D", "v", "P", "X")


def clock_strip(examples, *, end: float = 12.0):
    """Draw when each rule counts the event, one strip a virtual patient.

    Parameters
    ----------
    examples : sequence of Example
        From :func:`secondline.trials.examples`.
    end : float
        Months shown; an event later, or never, is an arrow at the right.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    rules = list(dict.fromkeys(name for example in examples for name in example.seen))
    row = 0.17
    strip = row * len(rules) + 0.42
    head, foot = 0.12, 0.88
    height = head + strip * len(examples) + foot
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.245, foot / height, 0.71, 1 - (head + foot) / height))
    top = strip * len(examples)
    for i, example in enumerate(examples):
        upper = top - i * strip
        arm = dict(ARMS)[example.arm]
        colour = ARM_COLOURS[arm]
        axes.text(-0.33, upper - 0.13, f"{arm}: {literal(example.what)}", fontsize=9, weight="bold",
                  color=colour, va="center", transform=axes.get_yaxis_transform())  # fmt: skip
        if example.failure <= end:
            axes.plot([example.failure] * 2, [upper - 0.26, upper - strip + 0.1], color=INK,
                      linewidth=1.2)  # fmt: skip
        for j, name in enumerate(rules):
            y = upper - 0.33 - row * j
            month = example.seen[name]
            shown = min(month, end)
            axes.plot([0, shown], [y, y], color=FAINT, linewidth=1.4, zorder=1)
            axes.text(-0.02, y, fitted(name, 1.2, size=8), fontsize=8, ha="right", va="center",
                      color=GREY, transform=axes.get_yaxis_transform())  # fmt: skip
            if month <= end:
                axes.plot(month, y, MARKS[j % len(MARKS)], color=colour, markersize=5.5, zorder=3)
            else:
                axes.plot(end, y, marker=9, color=GREY, markersize=6, clip_on=False, zorder=3)
        if i:
            axes.axhline(upper, color=FAINT, linewidth=0.8)
    axes.set(xlim=(0, end), ylim=(0, top), xlabel="Months from randomisation")
    axes.set_xticks(np.arange(0, end + 0.1, 2))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    figure.text(0.02, 0.2 / height, "Upright line: the failure itself. Arrow: no event yet.",
                fontsize=8, color=GREY, va="bottom")  # fmt: skip
    stamp(figure, "virtual")
    return figure


def clock_curves(comparison, *, end: float = 12.0):
    """Draw each rule's curves over the true ones, one panel a rule.

    Parameters
    ----------
    comparison : Comparison
        From :func:`secondline.trials.compare_rules`.
    end : float
        Months shown.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    rules = comparison.rules
    rows = -(-len(rules) // 2)
    height = 0.95 + 1.75 * rows
    figure = Figure(figsize=(5.6, height))
    panels = np.atleast_1d(
        figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False).ravel()
    )
    figure.subplots_adjust(left=0.115, right=0.975, top=1 - 0.28 / height, bottom=0.82 / height,
                           wspace=0.1, hspace=0.26)  # fmt: skip
    months = np.linspace(0, end, 240)
    truth = {1: comparison.design.experimental.curve, 0: comparison.design.control.curve}
    for i, (axes, named) in enumerate(zip(panels, rules, strict=False)):
        axes.axhline(50, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        for arm, name in ARMS:
            axes.plot(months, 100 * truth[arm].survival(months), color=GREY, linewidth=0.9)
            curve = comparison.curves[i].get(arm)
            if curve is None:
                continue
            shown = curve.times <= end
            axes.step(
                [0, *curve.times[shown], end],
                [100, *(100 * curve.survival[shown]),
                 100 * (curve.survival[shown][-1] if shown.any() else 1)],
                where="post", color=ARM_COLOURS[name], linestyle=ARM_LINES[name], linewidth=1.7,
            )  # fmt: skip
            median = comparison.medians[i, arm, 0]
            if median <= end:
                axes.plot(median, 50, "o", color=ARM_COLOURS[name], markersize=5, zorder=4)
        by = named.rule.response_by
        if by is not None and by <= end:
            axes.plot([by, by], [0, 100], color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
        axes.set_title(fitted(named.name, 2.3, size=9.5), fontsize=9.5, loc="left", pad=3)
        axes.set(xlim=(0, end), ylim=(0, 103))
        axes.set_yticks((0, 50, 100))
        axes.set_xticks(np.arange(0, end + 0.1, 3))
        if i + 2 >= len(rules):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("Months from randomisation", fontsize=9, labelpad=1)
        if i % 2 == 0:
            axes.set_ylabel("% free of event", fontsize=9)
    for axes in panels[len(rules):]:
        axes.set_visible(False)
    for arm, name in ARMS:
        panels[0].text(0.97, 0.63 if arm else 0.26, name, color=ARM_COLOURS[name], fontsize=9,
                       weight="bold", ha="right", transform=panels[0].transAxes)  # fmt: skip
    figure.text(0.02, 0.2 / height,
                "Thin grey: the true curves. Upright dashes: the deadline. Dots: medians.",
                fontsize=8, color=GREY, va="bottom")  # fmt: skip
    stamp(figure, "virtual")
    return figure


def rule_dots(comparison):
    """Draw hazard ratio, medians and rates by rule, each with its Monte-Carlo error.

    Parameters
    ----------
    comparison : Comparison
        From :func:`secondline.trials.compare_rules`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    names = comparison.names
    height = 1.3 + 0.33 * len(names)
    figure = Figure(figsize=(5.6, height))
    left, width, gap = 0.235, 0.225, 0.035
    panels = [
        figure.add_axes((left + k * (width + gap), 0.82 / height, width, 1 - 1.2 / height))
        for k in range(3)
    ]
    y = -np.arange(len(names))
    ratio, error = comparison.hazard_ratio, 1.96 * comparison.hazard_ratio_error
    panels[0].errorbar(ratio, y, xerr=error, fmt="D", color=INK, markersize=5, linewidth=1.2)
    panels[0].set_title("Hazard ratio", fontsize=9.5, loc="left")
    for arm, name in ARMS:
        look = {"color": ARM_COLOURS[name], "markersize": 5.5, "linewidth": 1.2,
                "fmt": "o" if arm else "s"}  # fmt: skip
        middle, lower, upper = comparison.medians[:, arm].T
        panels[1].errorbar(middle, y, xerr=_around(middle, lower, upper), **look)
        rate, spread = 100 * comparison.rate[:, arm], 196 * comparison.rate_error[:, arm]
        panels[2].errorbar(rate, y, xerr=spread, **look)
        panels[1].axvline(comparison.true_medians[arm], color=ARM_COLOURS[name], linewidth=0.8,
                          linestyle=(0, (1, 2)))  # fmt: skip
        panels[2].axvline(100 * comparison.true_rates[arm], color=ARM_COLOURS[name], linewidth=0.8,
                          linestyle=(0, (1, 2)))  # fmt: skip
        figure.text(0.02, (0.46 if arm else 0.3) / height, f"{'●' if arm else '■'} {name}",
                    color=ARM_COLOURS[name], fontsize=9, weight="bold", va="center")  # fmt: skip
    panels[1].set_title("Median, months", fontsize=9.5, loc="left")
    panels[2].set_title(f"% free, month {comparison.at:g}", fontsize=9.5, loc="left")
    known = ratio[np.isfinite(ratio)]
    if len(known):
        middle, half = (known.min() + known.max()) / 2, max(0.04, 0.7 * np.ptp(known))
        panels[0].set_xlim(middle - half, middle + half)
    panels[1].set_xlim(0, None)
    panels[2].set_xlim(0, 60 if np.nanmax(comparison.rate) < 0.58 else 100)
    for k, axes in enumerate(panels):
        axes.set_ylim(-len(names) + 0.5, 0.5)
        axes.set_yticks(y, [fitted(n, 1.25) for n in names] if k == 0 else [""] * len(names))
        axes.grid(axis="both", color=FAINT, linewidth=0.6)
        axes.tick_params(axis="x", labelsize=8.5)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=4)
    figure.text(0.235, 0.38 / height, "Dotted: the true curves. Bars: Monte-Carlo error.",
                fontsize=8, color=GREY, va="center")  # fmt: skip
    stamp(figure, "virtual")
    return figure


def _around(middle, lower, upper) -> np.ndarray:
    """Return lengths of error bars, 0 where a limit is not known."""
    return np.nan_to_num(np.abs([middle - lower, upper - middle]))
