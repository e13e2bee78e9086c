"""One function a figure: each takes results and returns a picture; nothing is computed here."""

from secondline.figures.bubble import bubble
from secondline.figures.findings import Findings, FindingsTable, findings, findings_table
from secondline.figures.forest import forest
from secondline.figures.null_heterogeneity import null_heterogeneity
from secondline.figures.paired import paired
from secondline.figures.style import PROVENANCES, provenance_text, use_book_style
from secondline.figures.subgroups import subgroups
from secondline.figures.table import Table, table

__all__ = [
    "PROVENANCES",
    "Findings",
    "FindingsTable",
    "Table",
    "bubble",
    "findings",
    "findings_table",
    "forest",
    "null_heterogeneity",
    "paired",
    "provenance_text",
    "subgroups",
    "table",
    "use_book_style",
]
