"""How the records of a review became its trials."""

from secondline.figures.style import BLUE, FAINT, GREY, INK, VERMILION, literal, stamp


def selection_flow(flow, *, provenance: str, source: str = ""):
    """Draw the boxes of a selection flow and the arrows between them.

    Parameters
    ----------
    flow : SelectionFlow
        From :func:`secondline.evidence.selection_flow`.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.3))
    axes = figure.add_axes((0, 0.06, 1, 0.94))
    axes.set(xlim=(0, 100), ylim=(100, 0))
    axes.axis("off")

    def box(x, y, width, height, number, text, colour=BLUE):
        from matplotlib.patches import Rectangle

        axes.add_patch(
            Rectangle((x, y), width, height, facecolor="white", edgecolor=colour, linewidth=1.4)
        )
        middle = x + width / 2
        axes.text(middle, y + height * 0.34, str(number), ha="center", va="center",
                  fontsize=14, weight="bold", color=colour)  # fmt: skip
        axes.text(middle, y + height * 0.74, literal(text), ha="center", va="center",
                  fontsize=9, color=INK)  # fmt: skip

    def arrow(start, end):
        axes.annotate(
            "", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": GREY, "lw": 1.3}
        )

    box(4, 3, 42, 20, flow.identified, "records found")
    box(56, 26, 42, 20, flow.excluded, "records excluded", VERMILION)
    box(4, 50, 42, 20, flow.included, "trials included")
    box(4, 80, 20, 18, flow.articles, "articles")
    box(26, 80, 20, 18, flow.abstracts, "abstracts")
    arrow((25, 23), (25, 50))
    arrow((25, 36), (56, 36))
    arrow((14, 70), (14, 80))
    arrow((36, 70), (36, 80))
    axes.plot([58, 58], [46, 74], color=FAINT, linewidth=1.2)
    for y, number, text in (
        (56, flow.too_little_data, "too little on outcomes\nafter CAR-T"),
        (70, flow.too_small, "fewer than ten patients\nin a cohort"),
    ):
        axes.text(62, y, str(number), fontsize=13, weight="bold", color=VERMILION, va="center")
        axes.text(68, y, text, fontsize=9, va="center")
    stamp(figure, provenance, source)
    return figure
