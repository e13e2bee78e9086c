"""A hazard ratio by the month from which time is counted."""

import numpy as np

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, stamp


def landmarks(contrasts, *, mark: float, provenance: str, source: str = ""):
    """Draw hazard ratios of neighbouring responses against the landmark.

    Parameters
    ----------
    contrasts : iterable of Contrast
        From :func:`secondline.external.contrasts`; those of all patients are drawn.
    mark : float
        The landmark of the page, marked by a line.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    drawn = [c for c in contrasts if c.adjustment == "all patients" and c.effect is not None]
    figure = Figure(figsize=(5.6, 4.3))
    axes = figure.add_axes((0.13, 0.22, 0.84, 0.66))
    pairs = list(dict.fromkeys((c.response, c.reference) for c in drawn))
    shift = 0.14 * np.linspace(-1, 1, len(pairs)) if len(pairs) > 1 else [0.0]
    for pair, colour, marker, aside in zip(pairs, (BLUE, VERMILION), "os", shift, strict=False):
        mine = [c for c in drawn if (c.response, c.reference) == pair]
        x = np.array([c.landmark for c in mine]) + aside
        y, low, high = np.array(
            [(c.effect.hazard_ratio, c.effect.lower, c.effect.upper) for c in mine]
        ).T
        axes.errorbar(x, y, [y - low, high - y], fmt=f"{marker}-", color=colour, markersize=5,
                      linewidth=1.3, elinewidth=1.2, label=f"{pair[0]} against {pair[1]}")  # fmt: skip
    axes.axhline(1, color=INK, linewidth=0.8)
    axes.axvline(mark, color=GREY, linewidth=0.9, linestyle=(0, (2, 3)))
    axes.set_yscale("log")
    ticks = [0.25, 0.5, 1, 2, 4, 8, 16]
    lowest, highest = axes.get_ylim()
    ticks = [t for t in ticks if lowest <= t <= highest] or [1]
    axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    at = sorted({c.landmark for c in drawn})
    axes.set_xticks(at, ["diagnosis" if t == 0 else f"{t:g}" for t in at])
    axes.set(xlabel="time counted from month", ylabel="hazard ratio of death")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(frameon=False, ncols=2, loc="upper left", bbox_to_anchor=(0.02, 0.99),
                  borderaxespad=0, fontsize=9.5)  # fmt: skip
    stamp(figure, provenance, source)
    return figure
