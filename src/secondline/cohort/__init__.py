"""Virtual patients of ZUMA-7: an explicit model, calibrated to published statistics."""

from secondline.cohort.columns import (
    CLUSTERS,
    COLUMNS,
    GENES,
    SIGNATURES,
    gene_column,
    signature_column,
)
from secondline.cohort.generate import generate
from secondline.cohort.read import SOURCES, provenance, read_cohort

__all__ = [
    "CLUSTERS",
    "COLUMNS",
    "GENES",
    "SIGNATURES",
    "SOURCES",
    "gene_column",
    "generate",
    "provenance",
    "read_cohort",
    "signature_column",
]
