"""Meta-analysis of single-arm proportions, such as response rates.

Each trial contributes a number of patients with the event and a number of
patients. :func:`pool` brings the trials together.
"""

from secondline.proportions.bayes import (
    PRIOR_MEANS,
    PRIOR_SPREADS,
    BetaBinomial,
    beta_binomial,
    prior_sensitivity,
)
from secondline.proportions.cumulative import CumulativeStep, cumulative
from secondline.proportions.denominators import PoolOfReading, pool_each_reading
from secondline.proportions.egger_printed import (
    egger_matches,
    egger_significant,
    egger_specifications,
    egger_table,
    egger_usual,
)
from secondline.proportions.funnel import Funnel, funnel
from secondline.proportions.influence import Influence, influence
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
from secondline.proportions.robustness import (
    cumulative_by_year,
    cumulative_table,
    denominators_table,
    filled_span,
    grid_reading,
    influence_table,
    power_table,
    prior_table,
    report_robustness,
    small_study_reading,
    small_study_table,
    small_study_tests,
    trim_and_fill_table,
    ways_that_hold,
)
from secondline.proportions.sensitivity import leave_one_out
from secondline.proportions.simulation import SimulatedHeterogeneity, simulate_heterogeneity
from secondline.proportions.single import study_intervals
from secondline.proportions.small_study import (
    RegressionTest,
    egger_test,
    peters_test,
    regression_test,
)
from secondline.proportions.small_study_power import SmallStudyPower, simulate_egger_power
from secondline.proportions.tabulate import (
    back_transform_table,
    cohort_table,
    forest_table,
    heterogeneity_table,
    leave_one_out_table,
    methods_table,
    percentage_verdicts,
    printed_pool_table,
    spread_of_methods,
    ways_table,
)
from secondline.proportions.transforms import back_transform_freeman_tukey
from secondline.proportions.trim_and_fill import TrimAndFill, trim_and_fill

__all__ = [
    "CI_METHODS",
    "METHODS",
    "PRIOR_MEANS",
    "PRIOR_SPREADS",
    "RECORDED",
    "TRANSFORMS",
    "BetaBinomial",
    "CumulativeStep",
    "Funnel",
    "Influence",
    "MetaRegression",
    "PooledProportion",
    "PoolOfReading",
    "PrintedPool",
    "RegressionTest",
    "SimulatedHeterogeneity",
    "SmallStudyPower",
    "TrimAndFill",
    "back_transform_freeman_tukey",
    "back_transform_table",
    "beta_binomial",
    "check_counts",
    "cohort_table",
    "cumulative",
    "cumulative_by_year",
    "cumulative_table",
    "denominators_table",
    "describe",
    "egger_matches",
    "egger_significant",
    "egger_specifications",
    "egger_table",
    "egger_test",
    "egger_usual",
    "filled_span",
    "forest_table",
    "funnel",
    "grid_reading",
    "heterogeneity_table",
    "i2_limits",
    "identify_method",
    "influence",
    "influence_table",
    "leave_one_out",
    "leave_one_out_table",
    "meta_regression",
    "methods_table",
    "percentage_verdicts",
    "peters_test",
    "pool",
    "pool_all_ways",
    "pool_each_reading",
    "power_table",
    "predict_regression",
    "printed_pool_table",
    "prior_sensitivity",
    "prior_table",
    "reading",
    "regression_test",
    "report_robustness",
    "report_sentence",
    "reproduce_printed_pools",
    "simulate_egger_power",
    "simulate_heterogeneity",
    "small_study_reading",
    "small_study_table",
    "small_study_tests",
    "spread_of_methods",
    "study_intervals",
    "trim_and_fill",
    "trim_and_fill_table",
    "ways_table",
    "ways_that_hold",
]
