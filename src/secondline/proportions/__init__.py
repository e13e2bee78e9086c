"""Meta-analysis of single-arm proportions, such as response rates.

Each trial contributes a number of patients with the event and a number of
patients. :func:`pool` brings the trials together.
"""

from secondline.proportions.inputs import check_counts
from secondline.proportions.null_model import NullHeterogeneity, simulate_null_heterogeneity
from secondline.proportions.pooling import (
    CI_METHODS,
    METHODS,
    TRANSFORMS,
    PooledProportion,
    pool,
    pool_all_ways,
)
from secondline.proportions.printed import PrintedPool, reproduce_printed_pools
from secondline.proportions.report import describe, reading, report_sentence
from secondline.proportions.single import study_intervals
from secondline.proportions.tabulate import (
    back_transform_table,
    cohort_table,
    heterogeneity_table,
    methods_table,
    percentage_verdicts,
    printed_pool_table,
    spread_of_methods,
)
from secondline.proportions.transforms import back_transform_freeman_tukey

__all__ = [
    "CI_METHODS",
    "METHODS",
    "NullHeterogeneity",
    "TRANSFORMS",
    "PooledProportion",
    "PrintedPool",
    "back_transform_freeman_tukey",
    "back_transform_table",
    "check_counts",
    "cohort_table",
    "describe",
    "heterogeneity_table",
    "methods_table",
    "percentage_verdicts",
    "pool",
    "pool_all_ways",
    "printed_pool_table",
    "reading",
    "report_sentence",
    "reproduce_printed_pools",
    "simulate_null_heterogeneity",
    "spread_of_methods",
    "study_intervals",
]
