"""Two ways to build an antibody with two kinds of binding site."""

from secondline.figures.style import GREY, INK, ORANGE, SKY, literal, stamp

# x and y of an arm's tip, and of its inner end, on a scale where the stem ends at 0
STEM = ((-4, -2), (-4, -22)), ((4, -2), (4, -22))
LEFT, RIGHT = ((-5, 0), (-20, 18)), ((5, 0), (20, 18))


def antibody_formats(names: dict[str, list[str]], *, provenance: str, source: str = ""):
    """Draw an antibody with one CD20 site and one with two, each with one CD3 site.

    Parameters
    ----------
    names : dict
        For ``"1:1"`` and ``"2:1"`` the antibodies that the source gives this format.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 2.9))
    axes = figure.add_axes((0, 0.08, 1, 0.92))
    axes.set(xlim=(0, 100), ylim=(-46, 48))
    axes.axis("off")

    def line(x, part, colour, width=7):
        (x0, y0), (x1, y1) = part
        axes.plot([x + x0, x + x1], [y0, y1], color=colour, linewidth=width,
                  solid_capstyle="round")  # fmt: skip

    def label(x, y, text, **style):
        axes.text(x, y, literal(text), ha="center", va="center", color=INK,
                  fontsize=style.pop("fontsize", 9), **style)  # fmt: skip

    for x, ratio in ((26, "1:1"), (73, "2:1")):
        for part in STEM:
            line(x, part, GREY)
        line(x, LEFT, SKY)
        label(x - 20, 25, "CD20", weight="bold")
        if ratio == "1:1":
            line(x, RIGHT, ORANGE)
            label(x + 20, 25, "CD3", weight="bold")
        else:
            # the CD3 site sits inside the arm, below its CD20 site
            line(x, ((5, 0), (12, 9)), ORANGE)
            line(x, ((14.5, 11.5), (22, 20.5)), SKY)
            label(x + 22, 27, "CD20", weight="bold")
            label(x + 22, 5, "CD3", weight="bold")
        label(x, 42, f"CD20 to CD3 {ratio}", fontsize=10, weight="bold")
        for i, name in enumerate(names[ratio]):
            label(x, -30 - 9 * i, name)
    stamp(figure, provenance, source)
    return figure
