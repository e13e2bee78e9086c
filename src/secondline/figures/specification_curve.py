"""An answer under every variant of a sweep, and which choices each variant made."""

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp

ROW = 0.21  # inches a choice
TOP = 2.3  # inches of the curve


def specification_curve(
    table, value: str, choices: dict, holds, *, ylabel: str, words: tuple[str, str],
    limits: tuple[str, str] | None = None, mark: float | None = None, log: bool = False,
    provenance: str, source: str = "",
):  # fmt: skip
    """Draw the variants in the order of their answers, with their choices below.

    Parameters
    ----------
    table : DataFrame
        One row a variant; at least one has a value.
    value : str
        The column of the answer; rows without one are left out.
    choices : dict of str to str
        Column of each choice to its name on the page.
    holds : array of bool, shape (n,)
        For each row, whether the reading holds.
    ylabel : str
    words : tuple of str
        What it means that the reading holds, and that it does not.
    limits : tuple of str, optional
        Columns of the lower and the upper limit.
    mark : float, optional
        Where the reading turns.
    log : bool
        Whether the answer is a ratio.
    provenance, source : str

    Returns
    -------
    matplotlib.figure.Figure

    Notes
    -----
    The form is the one of Simonsohn, Simmons and Nelson (2020).
    """
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    known = table.assign(_holds=np.asarray(holds)).dropna(subset=[value])
    known = known.sort_values(value, kind="stable").reset_index(drop=True)
    levels = {name: sorted(known[name].unique()) for name in choices}
    rows = sum(len(found) + 1 for found in levels.values())
    low = ROW * rows
    height = TOP + low + 1.0
    figure = Figure(figsize=(4.7, height))
    at = {"left": 0.36, "width": 0.62}
    curve = figure.add_axes((at["left"], (low + 0.75) / height, at["width"], (TOP - 0.1) / height))
    below = figure.add_axes((at["left"], 0.6 / height, at["width"], low / height), sharex=curve)
    x = np.arange(len(known))
    colours = np.where(known["_holds"], BLUE, VERMILION)
    size = 18 if len(known) < 80 else 9
    if limits:
        curve.vlines(x, known[limits[0]], known[limits[1]], color=colours, linewidth=1, alpha=0.6)
    for holding, marker in ((True, "o"), (False, "v")):
        part = known["_holds"].to_numpy() == holding
        curve.scatter(x[part], known.loc[part, value], s=size, c=colours[part], marker=marker, zorder=3)
    if mark is not None:
        curve.axhline(mark, color=INK, linewidth=1, linestyle=(0, (4, 2)))
    if log:
        curve.set_yscale("log")
        ticks = [t for t in (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3) if _within(curve, t)]
        curve.set_yticks(ticks, [f"{t:g}" for t in ticks])
        curve.minorticks_off()
    curve.set_ylabel(ylabel)
    curve.grid(axis="y", color=FAINT, linewidth=0.6)
    curve.set_axisbelow(True)
    curve.tick_params(axis="x", length=0, labelbottom=False)
    below.set(ylim=(rows, -0.4), xlim=(-1, len(known)), xlabel="variants, in order of the answer")
    below.tick_params(length=0, labelbottom=False)
    below.set_yticks([])
    below.spines[["left", "bottom"]].set_visible(False)
    where = below.get_yaxis_transform()
    y = 0.0
    for name, found in levels.items():
        below.text(-0.56, y, choices[name], fontsize=8.5, weight="bold", va="center", transform=where)
        for level in found:
            y += 1
            chosen = (known[name] == level).to_numpy()
            below.axhline(y, color=FAINT, linewidth=0.5, zorder=0)
            below.scatter(x[chosen], np.full(chosen.sum(), y), s=size / 2, c=colours[chosen], marker="s")
            text = f"{level:g}" if isinstance(level, float | int) else str(level)
            below.text(-0.02, y, text, fontsize=8, ha="right", va="center", transform=where)
        y += 1
    figure.legend(
        handles=[
            Line2D([], [], color=BLUE, marker="o", linestyle="", label=literal(words[0])),
            Line2D([], [], color=VERMILION, marker="v", linestyle="", label=literal(words[1])),
        ],
        fontsize=8.5, frameon=False, ncols=2, loc="lower left", handletextpad=0.2,
        bbox_to_anchor=(0.01, 0.2 / height), borderaxespad=0, labelcolor=GREY,
    )  # fmt: skip
    stamp(figure, provenance, source)
    return figure


def _within(axes, value: float) -> bool:
    low, high = axes.get_ylim()
    return low <= value <= high
