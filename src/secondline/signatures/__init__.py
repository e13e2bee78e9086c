"""Signatures of gene expression: how they cluster, how stable that is, what they go with."""

from secondline.signatures.associations import (
    adjusted,
    effective_tests,
    logistic,
    with_groups,
    with_number,
    with_survival,
)
from secondline.signatures.clustering import (
    DISTANCES,
    LINKAGES,
    Clustering,
    cluster,
    correlations,
)
from secondline.signatures.components import Components, principal_components
from secondline.signatures.indices import root_mean_square
from secondline.signatures.matrix import MISSING, Matrix, check_matrix, read_matrix
from secondline.signatures.rcc import read_rcc, read_rcc_folder
from secondline.signatures.stability import (
    Stability,
    bootstrap,
    by_number,
    by_sample_size,
    other_ways,
)

__all__ = [
    "DISTANCES",
    "LINKAGES",
    "MISSING",
    "Clustering",
    "Components",
    "Matrix",
    "Stability",
    "adjusted",
    "bootstrap",
    "by_number",
    "by_sample_size",
    "check_matrix",
    "cluster",
    "correlations",
    "effective_tests",
    "logistic",
    "other_ways",
    "principal_components",
    "read_matrix",
    "read_rcc",
    "read_rcc_folder",
    "root_mean_square",
    "with_groups",
    "with_number",
    "with_survival",
]
