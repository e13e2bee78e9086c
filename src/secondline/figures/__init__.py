"""One function a figure: each takes results and returns a picture; nothing is computed here."""

from secondline.figures.antibody_formats import antibody_formats
from secondline.figures.durations import durations
from secondline.figures.findings import Findings, FindingsTable, findings, findings_table
from secondline.figures.follow_up import follow_up
from secondline.figures.forest import forest
from secondline.figures.mixture import median_scatter, mixture
from secondline.figures.null_heterogeneity import null_heterogeneity
from secondline.figures.paragraph import Paragraph, paragraph
from secondline.figures.progression_bounds import progression_bounds
from secondline.figures.reporting_map import reporting_map
from secondline.figures.selection_flow import selection_flow
from secondline.figures.style import (
    DRUG_COLOURS,
    PROVENANCES,
    drug_colour,
    provenance_text,
    use_book_style,
)
from secondline.figures.table import Table, table

__all__ = [
    "DRUG_COLOURS",
    "PROVENANCES",
    "Findings",
    "FindingsTable",
    "Paragraph",
    "Table",
    "antibody_formats",
    "drug_colour",
    "durations",
    "findings",
    "findings_table",
    "follow_up",
    "forest",
    "median_scatter",
    "mixture",
    "null_heterogeneity",
    "paragraph",
    "progression_bounds",
    "provenance_text",
    "reporting_map",
    "selection_flow",
    "table",
    "use_book_style",
]
