"""The one look of all figures, and the provenance label that each carries."""

from functools import cache

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

FONT = "DejaVu Sans"

# an antibody has one colour throughout the book; any other drug is grey
DRUG_COLOURS = {
    "mosunetuzumab": BLUE,
    "glofitamab": VERMILION,
    "epcoritamab": GREEN,
    "odronextamab": PURPLE,
}

# an arm of ZUMA-7 has one colour and one line style throughout the book
ARM_COLOURS = {"axi-cel": BLUE, "SOC": VERMILION}
ARM_LINES = {"axi-cel": "-", "SOC": (0, (5, 2))}

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
    "font.family": FONT,
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

    `also` names a second provenance of a part of the picture. What is stamped is kept
    with the figure, for its data.
    """
    figure.provenance = provenance
    figure.source = "; ".join(part for part in (source, also) if part)
    virtual = provenance == "virtual"
    weight = "bold" if virtual else "normal"
    tail = f"; {literal(also)}" if also else ""
    room = 0.98 * figure.get_figwidth() - width_of(tail, 8, weight)
    # a long file name gives way, never the provenance
    text = provenance_text(provenance, source)
    if source and width_of(text, 8, weight) > room:
        left = room - width_of(provenance_text(provenance, " "), 8, weight)
        text = provenance_text(provenance, _cut(_visible(source), left, 8, weight, keep_end=True))
    figure.text(
        0.995,
        # in inches, so that a tall picture does not lift it into the text above
        0.045 / figure.get_figheight(),
        literal(text) + tail,
        ha="right",
        va="bottom",
        fontsize=8,
        style="normal" if virtual else "italic",
        weight=weight,
        color=VERMILION if virtual else GREY,
    )


def literal(text: str, longest: int | None = None) -> str:
    """Return text that Matplotlib shows as it stands, shortened to `longest` characters.

    Line breaks become blanks, and signs that the book's font lacks become squares.
    """
    text = _visible(text)
    if longest and len(text) > longest:
        text = text[: longest - 1] + "…"
    return text.replace("$", r"\$")


def fitted(text: str, inches: float, *, size: float = 9, weight: str = "normal") -> str:
    """Return literal text, cut with an ellipsis where it would be wider than `inches`.

    Parameters
    ----------
    text : str
    inches : float
        The room there is.
    size : float
        Of the font, in points.
    weight : str
        Of the font, "normal" or "bold".
    """
    return _cut(_visible(text), inches, size, weight).replace("$", r"\$")


def width_of(text: str, size: float = 9, weight: str = "normal") -> float:
    """Return the width of a line of plain text in the book's font, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    if not text:
        return 0.0
    font = FontProperties(family=FONT, size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return width / 72


def _cut(text: str, inches: float, size: float, weight: str, *, keep_end: bool = False) -> str:
    if width_of(text, size, weight) <= inches:
        return text
    # the longest that fits, found by halving; the end of a file name tells its kind
    end = text[-6:] if keep_end and len(text) > 12 else ""
    fits, too_long = 0, len(text) - len(end)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        short = width_of(f"{text[:middle].rstrip()}…{end}", size, weight) <= inches
        fits, too_long = (middle, too_long) if short else (fits, middle)
    return f"{text[:fits].rstrip()}…{end}"


def _visible(text: str) -> str:
    import unicodedata

    known = _known_signs()
    # marks of direction and the like have no shape, and could turn a label round
    shaped = (c for c in str(text) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    line = " ".join("".join(shaped).split())
    return "".join(c if ord(c) in known else "□" for c in line)


@cache
def _known_signs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())


def drug_colour(drug: str) -> str:
    """Return the colour of an antibody; grey for one that has none of its own."""
    return DRUG_COLOURS.get(drug.strip().lower(), GREY)


def cohort_name(trial: str, treatment: str, inches: float, *, size: float = 9) -> str:
    """Return ``Budde 2024 · mosunetuzumab + polatuzumab vedotin``, literal, cut to its room."""
    return fitted(" · ".join(part for part in (trial, treatment) if part), inches, size=size)


def use_book_style() -> None:
    """Set the book's look for this session: Matplotlib settings and, in Jupyter, SVG output.

    There each figure brings its data along, as a table, for the site to offer.
    """
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
    shell.display_formatter.mimebundle_formatter.for_type_by_name(
        "matplotlib.figure", "Figure", _bundle
    )


def _bundle(figure) -> tuple[dict, dict]:
    # needed only where a figure is displayed
    from secondline.figures.drawn import display_bundle

    return display_bundle(figure)
