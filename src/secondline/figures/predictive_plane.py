"""The effect of a marker in one arm over its effect in the other: what lies off the diagonal."""

import numpy as np

from secondline.figures.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    fitted,
    literal,
    stamp,
)

RATIOS = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10)
MOST_NAMED = 9
CLOUD = 250  # trials drawn for each simulated marker
# colour and word for where a simulated marker was significant
PATTERNS = (
    ("both arms", INK, "o"),
    ("axi-cel only", BLUE, "^"),
    ("SOC only", VERMILION, "v"),
    ("neither", "#a8b0b8", "."),
)
UNITS = {
    "hazard ratio": "hazard ratio",
    "milestone": "points of EFS at {horizon:g} months",
    "restricted mean": "months free of the event, of {horizon:g}",
}


def predictive_plane(plane, *, named=(), provenance: str, source: str = ""):
    """Draw each marker at its effects in the two arms.

    Parameters
    ----------
    plane : Plane
        From :func:`secondline.biomarkers.plane`.
    named : sequence of str
        Markers that get a name and both intervals; besides them the smallest P values do.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.4, 5.9))
    axes = figure.add_axes((0.14, 0.14, 0.83, 0.77))
    table = plane.table
    chosen = set(table.nsmallest(3, "p")["name"]) | set(named)
    shown = table[table["name"].isin(chosen)].nsmallest(MOST_NAMED, "p")
    others = table.drop(shown.index)
    reach = _reach(table, shown, plane.reach)
    line = np.array([-reach, reach])
    axes.plot(line, line, color=GREY, linewidth=1.1, zorder=1)
    axes.axhline(0, color=FAINT, linewidth=0.9, zorder=0)
    axes.axvline(0, color=FAINT, linewidth=0.9, zorder=0)
    axes.plot(others["soc"], others["axi_cel"], "o", markersize=4.5, markerfacecolor="none",
              markeredgecolor=GREY, markeredgewidth=0.8)  # fmt: skip
    for _, row in shown.iterrows():
        colour = BLUE if row["p"] < 1 - plane.level else INK
        axes.errorbar(row["soc"], row["axi_cel"], xerr=plane.reach * row["soc_se"],
                      yerr=plane.reach * row["axi_cel_se"], fmt="o", color=colour, markersize=6,
                      linewidth=0.8, capsize=0, alpha=0.9)  # fmt: skip
    _names(axes, shown, reach)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    _ticks(axes, plane.scale, reach)
    unit = UNITS[plane.scale].format(horizon=plane.horizon)
    axes.set_xlabel(f"with SOC: {unit}, level above against below")
    axes.set_ylabel(f"with axi-cel: {unit}")
    axes.text(0.985 * reach, 0.93 * reach, "same in both arms", rotation=45, ha="right", va="top",
              rotation_mode="anchor", fontsize=8, color=GREY)  # fmt: skip
    figure.text(0.02, 0.955, fitted(
        f"{len(table)} markers; named: the strongest differences, and some more", 5.2,
        size=9.5), fontsize=9.5)  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def simulated_planes(patterns, equal_gain=None):
    """Draw simulated trials of each marker in the plane, marked by where P was small.

    Parameters
    ----------
    patterns : Patterns
        From :func:`secondline.biomarkers.patterns`.
    equal_gain : tuple of array-like, optional
        Hazard ratios with axi-cel, and those with SOC at which both levels gain alike.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 6.7))
    reach = np.log(4.2)
    for k, row in patterns.table.reset_index(drop=True).iterrows():
        if k > 3:
            break
        axes = figure.add_axes((0.12 + 0.46 * (k % 2), 0.515 - 0.42 * (k // 2), 0.4, 0.335))
        axes.plot([-reach, reach], [-reach, reach], color=GREY, linewidth=1)
        if equal_gain is not None:
            axes.plot(np.log(equal_gain[1]), np.log(equal_gain[0]), color=ORANGE, linewidth=1.4,
                      linestyle=(0, (4, 2)))  # fmt: skip
        axes.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        axi, soc, p_axi, p_soc = (v[:CLOUD] for v in patterns.estimates[row["name"]])
        one, two = p_axi < patterns.alpha, p_soc < patterns.alpha
        masks = (one & two, one & ~two, two & ~one, ~one & ~two)
        for (_, colour, shape), mask in zip(PATTERNS, masks, strict=True):
            axes.plot(soc[mask], axi[mask], shape, color=colour, markersize=3, alpha=0.55,
                      markeredgewidth=0)  # fmt: skip
        axes.plot(np.log(row["soc"]), np.log(row["axi_cel"]), "D", markersize=7, color="white",
                  markeredgecolor=INK, markeredgewidth=1.4)  # fmt: skip
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        _ticks(axes, "hazard ratio", reach, size=8)
        title = f"{row['name']} ({row['axi_cel']:.2g}; {row['soc']:.2g})"
        axes.set_title(literal(title), fontsize=9, loc="left")
        if k % 2 == 0:
            axes.set_ylabel("hazard ratio with axi-cel", fontsize=8.5)
        if k > 1:
            axes.set_xlabel("hazard ratio with SOC", fontsize=8.5)
    _legend(figure, patterns, equal_gain is not None)
    stamp(figure, "virtual")
    return figure


def _legend(figure, patterns, with_gain: bool) -> None:
    from matplotlib.lines import Line2D

    keys = [Line2D([], [], marker=m, color=c, linestyle="none", markersize=5 + 3 * (m == "."),
                   label=word) for word, c, m in PATTERNS]  # fmt: skip
    keys.append(Line2D([], [], marker="D", color="white", markeredgecolor=INK, linestyle="none",
                       label="the truth"))  # fmt: skip
    if with_gain:
        keys.append(
            Line2D([], [], color=ORANGE, linestyle=(0, (4, 2)), label="same gain in points")
        )
    figure.text(0.02, 0.975, f"P below {patterns.alpha:.3g} in:", fontsize=9)
    figure.legend(handles=keys, loc="upper left", bbox_to_anchor=(0.01, 0.972), ncols=3,
                  frameon=False, fontsize=8.5, handletextpad=0.4, columnspacing=1.2)  # fmt: skip


def _reach(table, shown, width: float) -> float:
    """Return half the side of the plane: all dots, and most of the intervals."""
    dots = np.abs(table[["axi_cel", "soc"]].to_numpy()).max() if len(table) else 1.0
    ends = [abs(row[arm]) + width * row[f"{arm}_se"] for _, row in shown.iterrows()
            for arm in ("axi_cel", "soc")]  # fmt: skip
    return float(1.06 * max(1.15 * dots, np.quantile(ends, 0.9) if ends else 0, 1e-6))


def _names(axes, shown, reach: float) -> None:
    """Put names beside their dots, apart from each other."""
    taken = []
    for _, row in shown.iterrows():
        x, y = row["soc"], row["axi_cel"]
        right = x < 0.35 * reach
        place = y + 0.025 * reach
        while any(abs(place - other) < 0.055 * reach and abs(x - at) < 0.6 * reach
                  for at, other in taken):  # fmt: skip
            place += 0.055 * reach
        taken.append((x, place))
        axes.text(x + (0.025 if right else -0.025) * reach, place, fitted(row["name"], 1.4, size=8),
                  ha="left" if right else "right", va="bottom", fontsize=8, color=INK,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
                  )  # fmt: skip


def _ticks(axes, scale: str, reach: float, size: float = 9) -> None:
    axes.tick_params(labelsize=size)
    if scale != "hazard ratio":
        return
    ticks = [r for r in RATIOS if abs(np.log(r)) <= reach]
    if len(ticks) > 9:
        ticks = [r for r in ticks if r in (0.1, 0.2, 0.5, 1, 2, 5, 10)]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(np.log(ticks), [f"{r:g}" for r in ticks])
