"""How each source's answer changes along one number of a patient."""

from secondline.figures.style import FAINT, GREY, INK, literal, stamp

# colour and hatch of an answer; the word stands in or under the bar as well
LOOKS = {
    "met": ("#9fcbe6", ""),
    "by some": ("#f6d9a8", "////"),
    "not met": ("#f2f3f5", ""),
    "not said": ("white", "...."),
}
OTHER = ("#e4d3ea", "xx")
ROW = 0.5  # inches a source


def answers_along(
    stretches, labels: dict, *, first_others: str, here: float, xlabel: str,
    words: dict, provenance: str, source: str = "",
):  # fmt: skip
    """Draw a bar for each source, cut where its answer changes.

    Parameters
    ----------
    stretches : iterable of Stretch
        From :func:`secondline.pathways.answers_along`.
    labels : dict of str to str
        Name of each source on the page, in order.
    first_others : str
        The first source that speaks of something other than the trial; a gap sets it off.
    here : float
        The patient's value, marked by a line if it is in range.
    xlabel : str
    words : dict of str to str
        An answer as the legend says it.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    by_source: dict[str, list] = {}
    for stretch in stretches:
        by_source.setdefault(stretch.source, []).append(stretch)
    names = [name for name in labels if name in by_source]
    split = list(labels).index(first_others)
    offset = [0.0 if list(labels).index(name) < split else 0.45 for name in names]
    end = max(s.upper for s in stretches)
    height = ROW * (len(names) + 0.45) + 1.6
    figure = Figure(figsize=(4.5, height))
    axes = figure.add_axes((0.04, 1.27 / height, 0.92, (height - 1.4) / height))
    axes.set(xlim=(0, end), ylim=(len(names) + 0.45, -0.1), xlabel=xlabel)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xticks(range(0, int(end) + 1, 3 if end <= 30 else 6))
    used = []
    for row, name in enumerate(names):
        y = row + offset[row]
        axes.text(0, y + 0.2, literal(labels[name]), fontsize=9, va="center")
        for stretch in by_source[name]:
            colour, hatch = LOOKS.get(stretch.answer, OTHER)
            if stretch.answer not in used:
                used.append(stretch.answer)
            axes.add_patch(
                Rectangle((stretch.lower, y + 0.4), stretch.upper - stretch.lower, 0.44,
                          facecolor=colour, hatch=hatch, edgecolor=GREY, linewidth=0.8)
            )  # fmt: skip
    if any(offset):
        axes.axhline(offset.index(0.45) + 0.2, color=FAINT, linewidth=1)
    if 0 <= here <= end:
        axes.axvline(here, color=INK, linewidth=1.6, linestyle=(0, (4, 2)))
        axes.plot(here, -0.02, "v", color=INK, clip_on=False, markersize=7)
    figure.legend(
        handles=[
            Patch(facecolor=LOOKS.get(a, OTHER)[0], hatch=LOOKS.get(a, OTHER)[1],
                  edgecolor=GREY, label=words.get(a, a))
            for a in used
        ],
        loc="lower left", bbox_to_anchor=(0.02, 0.2 / height), ncols=min(3, len(used)),
        frameon=False, fontsize=9, handlelength=1.4, columnspacing=1.1, handletextpad=0.5,
    )  # fmt: skip
    stamp(figure, provenance, source)
    return figure


