"""Pictures of the chemotherapy era: signatures and outcome, two settings, and selection."""

import numpy as np

from secondline.figures.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    VERMILION,
    fitted,
    stamp,
)

# the trial's cluster in which a signature's counterpart is
CLUSTER_LOOKS = {
    "BPI": (BLUE, "o"), "SII": (VERMILION, "s"), "third": (GREEN, "^"), "fourth": (PURPLE, "D"),
    "": (GREY, "o"),
}  # fmt: skip
CLUSTER_WORDS = {"third": "third cluster", "fourth": "fourth cluster", "": "no counterpart"}
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)


def signature_forest(tables: dict, *, level: float, provenance: str, source: str = ""):
    """Draw every signature's hazard ratio for one standard deviation more.

    Parameters
    ----------
    tables : dict of DataFrame
        From :func:`secondline.external.screen`, by endpoint: the first with intervals and
        in the order of its hazard ratios, a second one as a hollow mark.
    level : float
        Of the intervals.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    (endpoint, table), *others = tables.items()
    table = table.sort_values("hazard_ratio", na_position="last")
    k = len(table)
    height = 1.95 + 0.17 * k
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.39, 1.25 / height, 0.58, (height - 1.4) / height))
    axes.axvline(1, color=INK, linewidth=0.9)
    for y, row in enumerate(table.itertuples()):
        colour, shape = CLUSTER_LOOKS[row.cluster]
        if not np.isfinite(row.hazard_ratio):
            continue
        axes.plot([row.lower, row.upper], [y, y], color=colour, linewidth=1.3)
        axes.plot(row.hazard_ratio, y, shape, color=colour, markersize=5)
        for _, other in others:
            value = other.loc[other["name"] == row.name, "hazard_ratio"].iloc[0]
            axes.plot(value, y, shape, markersize=5, markerfacecolor="white",
                      markeredgecolor=colour, markeredgewidth=0.9, zorder=1)  # fmt: skip
    axes.set_yticks(range(k), [name.replace("_", " ") for name in table["name"]], fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.set(xscale="log", ylim=(k - 0.4, -0.6))
    _ticks(axes, table[["lower", "upper"]].to_numpy(float))
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Hazard ratio for one standard deviation more (log scale)", fontsize=8.5)
    present = [name for name in CLUSTER_LOOKS if (table["cluster"] == name).any()]
    handles = [
        axes.plot([], [], CLUSTER_LOOKS[name][1], color=CLUSTER_LOOKS[name][0],
                  label=CLUSTER_WORDS.get(name, name))[0]
        for name in present
    ]  # fmt: skip
    figure.legend(handles=handles, ncol=3, fontsize=8, frameon=False, loc="lower left",
                  bbox_to_anchor=(0.01, 0.36 / height), handletextpad=0.1)  # fmt: skip
    words = f"Filled, with {100 * level:g} % interval: {endpoint}."
    words += "".join(f" Hollow: {name}." for name, _ in others)
    figure.text(0.02, 0.27 / height, words, fontsize=8, va="bottom")
    stamp(figure, provenance, source)
    return figure


def two_settings(found, *, level: float, endpoint: str, provenance: str, source: str = ""):
    """Draw each marker's hazard ratio under chemotherapy and under axi-cel, below each other.

    Parameters
    ----------
    found : sequence of TwoSettings
        From :func:`secondline.external.two_settings`.
    level : float
    endpoint : str
        Of the patients under chemotherapy.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    n = max(len(found), 1)
    height = 1.75 + 0.85 * n
    figure = Figure(figsize=(5.6, height))
    axes = figure.add_axes((0.04, 1.3 / height, 0.92, (height - 1.45) / height))
    axes.axvline(1, color=INK, linewidth=0.9)
    ends = []
    for y, one in enumerate(found):
        axes.text(0.0, y - 0.36, fitted(f"{one.marker}, high against low", 3.4, weight="bold"),
                  fontsize=9, weight="bold", va="center",
                  transform=axes.get_yaxis_transform())  # fmt: skip
        for step, estimate, colour, solid in (
            (-0.12, one.here, GREEN, True), (0.12, one.adjusted, GREEN, False),
            (0.36, one.there, BLUE, False),
        ):  # fmt: skip
            low, high = estimate.interval(level)
            ends += [low, high]
            dashed = estimate is one.there
            axes.plot([low, high], [y + step] * 2, color=colour, linewidth=1.6,
                      linestyle=(0, (3, 1.5)) if dashed else "-")  # fmt: skip
            axes.plot(estimate.hazard_ratio, y + step, "s" if dashed else "o", color=colour,
                      markersize=6, markerfacecolor=colour if solid else "white")  # fmt: skip
    axes.set(xscale="log", ylim=(n - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)
    _ticks(axes, np.array(ends or [0.5, 2.0]))
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Hazard ratio (log scale); below 1: high values do better", fontsize=8.5,
                    labelpad=1)  # fmt: skip
    lines = (
        (GREEN, "o", True, f"first line, chemotherapy, {endpoint}: these patients"),
        (GREEN, "o", False, "the same, with cell of origin and IPI group"),
        (BLUE, "s", False, "second line, axi-cel, EFS: computed from a printed P"),
    )
    for i, (colour, shape, solid, words) in enumerate(lines):
        y = (0.72 - 0.19 * i) / height
        figure.text(0.075, y, words, fontsize=8, va="center")
        figure.add_artist(_mark(0.045, y, colour, shape, solid))
    stamp(figure, provenance, source)
    return figure


def index_event(table, *, known: float, provenance: str, source: str = ""):
    """Draw what a second-line study sees of a marker that has no effect there.

    Parameters
    ----------
    table : DataFrame
        From :func:`secondline.external.index_event`.
    known : float
        Spread of what is known of real patients, marked by a line; nan for none.
    provenance, source : str
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 3.5))
    axes = figure.add_axes((0.12, 0.2, 0.84, 0.74))
    axes.axhline(1, color=INK, linewidth=0.9)
    axes.plot(table["spread"], table["second"], "s-", color=BLUE, markersize=5,
              label="second line: no true effect of the marker")  # fmt: skip
    axes.plot(table["spread"], table["first"], "o-", color=GREEN, markersize=5,
              label="first line, as a study sees it")  # fmt: skip
    axes.plot(table["spread"], table["own"], "o--", color=ORANGE, markersize=4,
              label="first line, at one level of the trait")  # fmt: skip
    low = min(float(table["own"].min()), float(table["second"].min()), 1.0)
    high = max(float(table["second"].max()), float(table["own"].max()), 1.0)
    axes.set(yscale="log", ylim=(0.85 * low, 1.45 * high),
             xlabel="Spread of a hidden trait (SD of the log hazard)",
             ylabel="Hazard ratio of the marker")  # fmt: skip
    _ticks(axes, np.array([0.85 * low, 1.45 * high]), axis="y")
    if np.isfinite(known):
        axes.axvline(known, color=GREY, linewidth=1, linestyle=(0, (1, 1.5)))
        axes.text(known + 0.03, 0.88 * low, "IPI and cell of origin\ntogether", fontsize=8,
                  color=GREY, va="bottom")  # fmt: skip
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    stamp(figure, provenance, source)
    return figure


def _mark(x, y, colour, shape, solid):
    from matplotlib.lines import Line2D

    return Line2D([x], [y], marker=shape, color=colour, markersize=6, linestyle="none",
                  markerfacecolor=colour if solid else "white")  # fmt: skip


def _ticks(axes, values, axis: str = "x") -> None:
    """Set plain ticks over the range of the values, with 1 inside."""
    values = values[np.isfinite(values) & (values > 0)]
    low, high = min(values.min(initial=0.8), 0.8), max(values.max(initial=1.25), 1.25)
    if axis == "x":
        axes.set_xlim(max(low / 1.05, 0.05), min(high * 1.05, 20))
    ticks = [t for t in TICKS if low <= t <= high]
    getattr(axes, f"set_{axis}ticks")(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
