"""Tables of pages that speak of the book itself; those of evidence are in ``figures``."""

from html import escape


def about_table(caption: str, head: tuple[str, ...], rows) -> str:
    """Return a table, whose first column names its rows.

    Parameters
    ----------
    caption : str
        Plain text.
    head : tuple of str
        Plain text.
    rows : iterable of sequences of str
        Cells, which are HTML already.
    """
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    caption = escape(caption)
    return (
        f'<div class="sl-table about" tabindex="0" role="region" aria-label="{caption}">'
        f'<table class="table"><caption><span class="caption">{caption}</span></caption>'
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>"
    )
