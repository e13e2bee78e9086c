"""What a page shows where data that a reader downloads may be absent."""

from secondline import external
from secondline.figures.paragraph import Paragraph, paragraph

LEFT_OUT = "Left out: it needs data that were not there when this page was made."


def absence(*names: str) -> Paragraph | None:
    """Return the one note of a page on absent data and how to get them; None if all are there.

    Parameters
    ----------
    names : str
        Names of the data, as ``scripts/fetch.py`` knows them.
    """
    said = external.absence(*names)
    return paragraph(said) if said else None


def left_out() -> Paragraph:
    """Return what stands in the place of a figure or a table without its data."""
    return paragraph(LEFT_OUT)


def with_data(data, draw):
    """Return what `draw` makes of the data, or that it is left out.

    Parameters
    ----------
    data : object or None
        None where the data are not on this machine.
    draw : callable
        Takes the data, returns a figure or a table.
    """
    return left_out() if data is None else draw(data)
