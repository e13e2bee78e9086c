"""Pieces of pages: tables that speak of the book itself (those of evidence are in ``figures``),
and what a content policy calls a script.
"""

import base64
import hashlib
from html import escape


def script_hash(code: str) -> str:
    """Return the source by which a Content-Security-Policy allows a script in a page."""
    # a browser reads any line end as \n before it hashes
    normal = code.replace("\r\n", "\n").replace("\r", "\n")
    return f"'sha256-{base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()}'"


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
