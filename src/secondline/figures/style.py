"""The one look of all figures, and the provenance label that each carries."""

from secondline.errors import InputError, one_of

# Okabe and Ito's palette, told apart by colour-blind readers
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
# not an antibody's colour
SKY = "#56B4E9"
ORANGE = "#E69F00"
GREY = "#5c6670"
INK = "#1f2328"
FAINT = "#d5d9de"

# an antibody has one colour throughout the book; any other drug is grey
DRUG_COLOURS = {
    "mosunetuzumab": BLUE,
    "glofitamab": VERMILION,
    "epcoritamab": GREEN,
    "odronextamab": PURPLE,
}

PROVENANCES = {
    "published": "as printed in the source",
    "recomputed": "computed here from published numbers",
    "virtual": "synthetic data, no real patients",
    "external": "real patients from an open data set",
    "own": "computed here from the reader's own file",
    "checked": "this library beside R",
    "definition": "set by this book",
}

RC = {
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "second-line",
}


def provenance_text(provenance: str, source: str = "") -> str:
    """Return the label of a figure or table: ``recomputed: ... (Shen 2025)``.

    Raises
    ------
    InputError
        If the provenance is not one of :data:`PROVENANCES`.
    """
    if provenance not in PROVENANCES:
        raise InputError(f"provenance is {provenance!r}; allowed: {one_of(PROVENANCES)}.")
    tail = f" ({source})" if source else ""
    return f"{provenance}: {PROVENANCES[provenance]}{tail}"


def stamp(figure, provenance: str, source: str = "", *, also: str = "") -> None:
    """Write the provenance inside the picture, so that a screenshot keeps it.

    `also` names a second provenance of a part of the picture.
    """
    virtual = provenance == "virtual"
    figure.text(
        0.995,
        0.008,
        literal(provenance_text(provenance, source)) + (f"; {also}" if also else ""),
        ha="right",
        va="bottom",
        fontsize=8,
        style="normal" if virtual else "italic",
        weight="bold" if virtual else "normal",
        color=VERMILION if virtual else GREY,
    )


def literal(text: str, longest: int | None = None) -> str:
    """Return text that Matplotlib shows as it stands, shortened to `longest` characters."""
    if longest and len(text) > longest:
        text = text[: longest - 1] + "…"
    return text.replace("$", r"\$")


def drug_colour(drug: str) -> str:
    """Return the colour of an antibody; grey for one that has none of its own."""
    return DRUG_COLOURS.get(drug.strip().lower(), GREY)


def use_book_style() -> None:
    """Set the book's look for this session: Matplotlib settings and, in Jupyter, SVG output."""
    import matplotlib as mpl

    mpl.rcParams.update(RC)
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is None:
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    # without a date two runs give the same bytes
    set_matplotlib_formats("svg", metadata={"Date": None}, bbox_inches=None)
