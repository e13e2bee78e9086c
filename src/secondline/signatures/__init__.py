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
from secondline.signatures.matching import Match, match_clusters
from secondline.signatures.matrix import MISSING, Matrix, check_matrix, read_matrix
from secondline.signatures.pages import (
    clusters_page,
    gaps_page,
    gaps_reading,
    index_page,
    index_table,
    index_variants,
    matches_reading,
    numbers_page,
    numbers_reading,
    sizes_reading,
    stability_page,
    stability_reading,
    variants_page,
    ways_page,
    ways_reading,
)
from secondline.signatures.rcc import read_rcc, read_rcc_folder
from secondline.signatures.stability import (
    Stability,
    bootstrap,
    by_number,
    by_sample_size,
    other_ways,
    with_gaps,
)

__all__ = [
    "DISTANCES",
    "LINKAGES",
    "MISSING",
    "Clustering",
    "Components",
    "Match",
    "Matrix",
    "Stability",
    "adjusted",
    "bootstrap",
    "by_number",
    "by_sample_size",
    "check_matrix",
    "cluster",
    "clusters_page",
    "correlations",
    "effective_tests",
    "gaps_page",
    "gaps_reading",
    "index_page",
    "index_table",
    "index_variants",
    "logistic",
    "match_clusters",
    "matches_reading",
    "numbers_page",
    "numbers_reading",
    "other_ways",
    "principal_components",
    "read_matrix",
    "read_rcc",
    "read_rcc_folder",
    "root_mean_square",
    "sizes_reading",
    "stability_page",
    "stability_reading",
    "variants_page",
    "ways_page",
    "ways_reading",
    "with_gaps",
    "with_groups",
    "with_number",
    "with_survival",
]
