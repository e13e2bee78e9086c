"""One function a figure: each takes results and returns a picture; nothing is computed here."""

from secondline.figures.bubble import bubble
from secondline.figures.cumulative import cumulative_plot
from secondline.figures.egger_power import egger_power
from secondline.figures.findings import Findings, FindingsTable, findings, findings_table
from secondline.figures.forest import forest
from secondline.figures.funnel import funnel_plots
from secondline.figures.influence import influence_plot
from secondline.figures.method_grid import method_grid
from secondline.figures.null_heterogeneity import null_heterogeneity
from secondline.figures.paired import paired
from secondline.figures.posterior import posterior_plot
from secondline.figures.sequences import (
    order_steps,
    sequence_curves,
    threshold_curve,
    tornado,
    turning_map,
)
from secondline.figures.style import PROVENANCES, provenance_text, use_book_style
from secondline.figures.subgroups import subgroups
from secondline.figures.table import Table, table

__all__ = [
    "PROVENANCES",
    "Findings",
    "FindingsTable",
    "Table",
    "bubble",
    "cumulative_plot",
    "egger_power",
    "findings",
    "findings_table",
    "forest",
    "funnel_plots",
    "influence_plot",
    "method_grid",
    "null_heterogeneity",
    "order_steps",
    "paired",
    "posterior_plot",
    "provenance_text",
    "sequence_curves",
    "subgroups",
    "table",
    "threshold_curve",
    "tornado",
    "turning_map",
    "use_book_style",
]
