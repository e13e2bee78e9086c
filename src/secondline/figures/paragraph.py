"""A computed paragraph for the page, in which a reader's own text stays text."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Paragraph:
    """Sentences written from results, shown by Jupyter as an HTML paragraph."""

    text: str
    quote: bool = False

    def _repr_html_(self) -> str:
        # names from a reader's file may look like HTML or like a formula
        body = f'<p class="tex2jax_ignore mathjax_ignore">{escape(self.text)}</p>'
        return f"<blockquote>{body}</blockquote>" if self.quote else body

    def __repr__(self) -> str:
        return self.text


def paragraph(text: str, *, quote: bool = False) -> Paragraph:
    """Return sentences to show; `quote` sets them off, as a paragraph to report."""
    return Paragraph(text, quote)
