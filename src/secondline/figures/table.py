"""A table for the page: accessible HTML on the site, plain text elsewhere."""

from dataclasses import dataclass
from html import escape

import pandas as pd

from secondline.figures.style import provenance_text


@dataclass(frozen=True, eq=False)
class Table:
    """A data frame with its caption and provenance, shown by Jupyter as HTML."""

    frame: pd.DataFrame
    caption: str
    provenance: str
    source: str = ""

    def _repr_html_(self) -> str:
        # Written out by hand, since pandas gives its header cells no scope. Every
        # text is escaped: a reader's file may hold anything.
        head = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in self.frame.columns)
        body = "".join(self._row(row) for row in self.frame.itertuples(index=False))
        label = provenance_text(self.provenance, self.source)
        kind, _, rest = label.partition(":")
        return (
            '<div class="sl-table tex2jax_ignore mathjax_ignore" tabindex="0" role="region" '
            f'aria-label="{escape(self.caption, quote=True)}"><table class="table">'
            f'<caption><span class="caption">{escape(self.caption)} '
            f'<span class="provenance {kind}"><b>{escape(kind)}</b>:{escape(rest)}</span>'
            "</span></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, row) -> str:
        cells = [f'<th scope="row">{escape(str(row[0]))}</th>']
        for value in row[1:]:
            text = str(value)
            number = text[:1].isdigit() or text[:1] in "–−-<"
            cells.append(f'<td class="{"num" if number else "txt"}">{escape(text)}</td>')
        return f"<tr>{''.join(cells)}</tr>"

    def __repr__(self) -> str:
        label = provenance_text(self.provenance, self.source)
        return f"{self.caption} [{label}]\n{self.frame.to_string(index=False)}"


def table(frame: pd.DataFrame, caption: str, *, provenance: str, source: str = "") -> Table:
    """Return a table to show; its first column heads the rows.

    Parameters
    ----------
    frame : DataFrame
        Cells as they are to be read (already rounded); missing cells as "–".
    caption : str
        One sentence that says what the rows are.
    provenance, source : str
        See :func:`secondline.figures.provenance_text`.

    Raises
    ------
    InputError
        If the provenance is unknown.
    """
    provenance_text(provenance, source)
    return Table(frame, caption, provenance, source)
