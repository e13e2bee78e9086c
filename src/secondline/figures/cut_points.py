"""All cuts of a marker: hazard ratio and test statistic along the cut."""

import numpy as np
from scipy import stats

from secondline.figures.style import ARM_COLOURS, FAINT, GREY, INK, VERMILION, fitted, stamp

TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
WIDEST = 10.0


def cut_points(scan, *, marker: str, arm: str, own: float, provenance: str, source: str = ""):
    """Draw the hazard ratio above against below each cut, and the size of its test statistic.

    Parameters
    ----------
    scan : CutScan
        From :func:`secondline.biomarkers.scan_cuts`.
    marker, arm : str
    own : float
        The reader's cut, as a share of the patients at or below it.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 5.9))
    top = figure.add_axes((0.12, 0.53, 0.85, 0.38))
    bottom = figure.add_axes((0.12, 0.14, 0.85, 0.32), sharex=top)
    percent = 100 * scan.share
    colour = ARM_COLOURS.get(arm, INK)
    top.axhline(1, color=GREY, linewidth=0.9)
    top.fill_between(percent, np.clip(scan.lower, 1 / WIDEST, WIDEST),
                     np.clip(scan.upper, 1 / WIDEST, WIDEST), color=colour, alpha=0.16,
                     linewidth=0)  # fmt: skip
    marks = "-" if len(percent) > 12 else "o-"
    top.plot(percent, scan.hazard_ratio, marks, color=colour, linewidth=1.6, markersize=4)
    bottom.plot(percent, np.abs(scan.z), marks, color=colour, linewidth=1.6, markersize=4)
    limits = ((stats.norm.isf((1 - scan.level) / 2), "one cut, set beforehand", GREY),
              (scan.critical, "the best of all these cuts", VERMILION))  # fmt: skip
    for value, label, shade in limits:
        bottom.axhline(value, color=shade, linewidth=1.2, linestyle=(0, (4, 2)), label=label)
    places = {"best": (scan.best, "*", 11), "median": (scan.nearest(0.5), "s", 6),
              "own": (scan.nearest(own), "D", 5.5)}  # fmt: skip
    for name, (k, shape, size) in places.items():
        for axes, values in ((top, scan.hazard_ratio), (bottom, np.abs(scan.z))):
            axes.plot(percent[k], values[k], shape, color="white" if name == "own" else colour,
                      markeredgecolor=INK, markersize=size, linestyle="none", zorder=4,
                      label=f"{name} cut" if axes is top else None)  # fmt: skip
    finite = np.concatenate([scan.lower, scan.upper])
    finite = np.clip(finite[np.isfinite(finite)], 1 / WIDEST, WIDEST)
    low, high = (finite.min(), finite.max()) if len(finite) else (0.5, 2.0)
    top.set(yscale="log", ylim=(0.92 * min(low, 0.8), 1.1 * max(high, 1.25)))
    ticks = [t for t in TICKS if top.get_ylim()[0] <= t <= top.get_ylim()[1]]
    top.set_yticks(ticks, [f"{t:g}" for t in ticks])
    top.minorticks_off()
    top.set_ylabel("hazard ratio of EFS")
    bottom.set(ylim=(0, 1.15 * max(np.abs(scan.z).max(), scan.critical)))
    bottom.set_ylabel("size of the test statistic")
    bottom.set_xlabel("% of patients at or below the cut")
    for axes in (top, bottom):
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
    top.legend(frameon=False, fontsize=8.5, ncols=3, loc="upper right")
    bottom.legend(frameon=False, fontsize=8.5, loc="lower left", title="exceeded by chance in "
                  f"{100 * (1 - scan.level):.3g} %:", title_fontsize=8.5)  # fmt: skip
    figure.text(0.02, 0.945, fitted(f"{marker} in {arm}: {len(percent)} cuts, {scan.n} patients, "
                f"{scan.events} events", 5.2, size=9.5), fontsize=9.5)  # fmt: skip
    stamp(figure, provenance, source)
    return figure
