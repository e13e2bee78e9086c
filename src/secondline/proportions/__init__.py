"""Meta-analysis of single-arm proportions, such as response rates.

Each trial contributes a number of patients with the event and a number of
patients. :func:`pool` brings the trials together.
"""

from secondline.proportions.inputs import check_counts
from secondline.proportions.meta_regression import (
    MetaRegression,
    meta_regression,
    predict_regression,
)
from secondline.proportions.pooling import (
    CI_METHODS,
    METHODS,
    RECORDED,
    TRANSFORMS,
    PooledProportion,
    pool,
    pool_all_ways,
)
from secondline.proportions.printed import (
    PrintedPool,
    i2_limits,
    identify_method,
    reproduce_printed_pools,
)
from secondline.proportions.report import describe, reading, report_sentence
from secondline.proportions.sensitivity import leave_one_out
from secondline.proportions.simulation import SimulatedHeterogeneity, simulate_heterogeneity
from secondline.proportions.single import study_intervals
from secondline.proportions.small_study import (
    RegressionTest,
    egger_matches,
    egger_significant,
    egger_specifications,
    egger_table,
    egger_usual,
    regression_test,
)
from secondline.proportions.tabulate import (
    back_transform_table,
    cohort_table,
    forest_table,
    heterogeneity_table,
    leave_one_out_table,
    methods_table,
    one_change,
    percentage_verdicts,
    printed_pool_table,
    spread_of_methods,
    ways_table,
)
from secondline.proportions.transforms import back_transform_freeman_tukey

__all__ = [
    "CI_METHODS",
    "METHODS",
    "RECORDED",
    "TRANSFORMS",
    "MetaRegression",
    "PooledProportion",
    "PrintedPool",
    "RegressionTest",
    "SimulatedHeterogeneity",
    "back_transform_freeman_tukey",
    "back_transform_table",
    "check_counts",
    "cohort_table",
    "describe",
    "egger_matches",
    "egger_significant",
    "egger_specifications",
    "egger_table",
    "egger_usual",
    "forest_table",
    "heterogeneity_table",
    "i2_limits",
    "identify_method",
    "leave_one_out",
    "leave_one_out_table",
    "meta_regression",
    "methods_table",
    "one_change",
    "percentage_verdicts",
    "pool",
    "pool_all_ways",
    "predict_regression",
    "printed_pool_table",
    "reading",
    "regression_test",
    "report_sentence",
    "reproduce_printed_pools",
    "simulate_heterogeneity",
    "spread_of_methods",
    "study_intervals",
    "ways_table",
]
