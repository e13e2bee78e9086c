"""What a cell shows where data that a reader downloads may be absent."""

from secondline.external import how_to_get
from secondline.figures.paragraph import paragraph


def with_data(data, draw, *names: str):
    """Return what `draw` makes of the data, or the sentence that says how to get them.

    Parameters
    ----------
    data : object or None
        None where the data are not on this machine.
    draw : callable
        Takes the data, returns a figure, a table or a paragraph.
    names : str
        Names of the data, as ``scripts/fetch.py`` knows them.
    """
    if data is not None:
        return draw(data)
    return paragraph(
        f"Here stands what needs the data {' and '.join(names)}. They are not on the machine "
        f"that made this page; where there is a network, this gets them: {how_to_get(*names)}"
    )
