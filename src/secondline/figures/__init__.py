"""One function a figure: each takes results and returns a picture; nothing is computed here."""

from secondline.figures.findings import Findings, FindingsTable, findings, findings_table
from secondline.figures.forest import forest
from secondline.figures.null_heterogeneity import null_heterogeneity
from secondline.figures.sequences import (
    order_steps,
    sequence_curves,
    threshold_curve,
    tornado,
    turning_map,
)
from secondline.figures.style import PROVENANCES, provenance_text, use_book_style
from secondline.figures.table import Table, table

__all__ = [
    "PROVENANCES",
    "Findings",
    "FindingsTable",
    "Table",
    "findings",
    "findings_table",
    "forest",
    "null_heterogeneity",
    "order_steps",
    "provenance_text",
    "sequence_curves",
    "table",
    "threshold_curve",
    "tornado",
    "turning_map",
    "use_book_style",
]
