"""Virtual patients of ZUMA-7: an explicit model, calibrated to published statistics."""

from secondline.cohort.columns import (
    CLUSTERS,
    COLUMNS,
    GENES,
    SIGNATURES,
    gene_column,
    signature_column,
)
from secondline.cohort.distortion import Distortion, distortion
from secondline.cohort.generate import generate
from secondline.cohort.geo import fetch_geo
from secondline.cohort.marker_models import (
    MARKERS,
    MarkerModel,
    implied_effects,
    implied_events_page,
    marker_forest_rows,
    marker_models,
    marker_page,
    marker_reading,
)
from secondline.cohort.markers import divide_marker, high, index, marker, subset
from secondline.cohort.printed_p import (
    PrintedP,
    gene_page,
    printed_index_p,
    printed_signature_p,
    printed_signature_page,
)
from secondline.cohort.read import SOURCES, provenance, read_cohort, read_third_line
from secondline.cohort.scorecard import Row, Scorecard, scorecard
from secondline.cohort.scorecard_pages import (
    describe,
    distortion_page,
    distortion_reading,
    kind_page,
    missed_page,
    scorecard_reading,
    section_page,
    strengths,
    summary_page,
    tolerance_page,
)
from secondline.cohort.scores import signature_scores
from secondline.cohort.targets import P_TOLERANCE, SIGNIFICANT, Target, read_targets

__all__ = [
    "CLUSTERS",
    "COLUMNS",
    "GENES",
    "MARKERS",
    "P_TOLERANCE",
    "SIGNATURES",
    "SIGNIFICANT",
    "SOURCES",
    "Distortion",
    "MarkerModel",
    "PrintedP",
    "Row",
    "Scorecard",
    "Target",
    "describe",
    "distortion",
    "distortion_page",
    "distortion_reading",
    "divide_marker",
    "fetch_geo",
    "gene_column",
    "gene_page",
    "generate",
    "high",
    "implied_effects",
    "implied_events_page",
    "index",
    "kind_page",
    "marker",
    "marker_forest_rows",
    "marker_models",
    "marker_page",
    "marker_reading",
    "missed_page",
    "printed_index_p",
    "printed_signature_p",
    "printed_signature_page",
    "provenance",
    "read_cohort",
    "read_targets",
    "read_third_line",
    "scorecard",
    "scorecard_reading",
    "section_page",
    "signature_column",
    "signature_scores",
    "strengths",
    "subset",
    "summary_page",
    "tolerance_page",
]
