"""Meta-analysis of single-arm proportions, such as response rates.

Each trial contributes a number of patients with the event and a number of
patients. :func:`pool` brings the trials together.
"""

from secondline.proportions.contrast_report import (
    contrast_numbers,
    contrast_range,
    contrast_reading,
    contrast_sentence,
    contrast_text,
    ladder_table,
    mix_table,
    moderator_reading,
    moderator_table,
    paired_table,
    ways_of_contrast_table,
)
from secondline.proportions.contrasts import (
    CONTRAST_METHODS,
    MEASURES,
    MEASURE_NAMES,
    PooledContrast,
    TrialContrasts,
    pool_contrasts,
    pool_contrasts_all_ways,
    trial_contrasts,
)
from secondline.proportions.frailty import FrailtyTrend, frailty_table, simulate_frailty
from secondline.proportions.inputs import check_counts
from secondline.proportions.meta_regression import (
    MetaRegression,
    meta_regression,
    predict_regression,
)
from secondline.proportions.moderators import MODERATORS, Moderated, many_moderators, regress_on
from secondline.proportions.paired import (
    Decomposition,
    PairedAnalysis,
    analyse_pairs,
    comparison_ladder,
    counts_of,
    decompose,
    paired_cohorts,
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
from secondline.proportions.prior_response import (
    group_size_needed,
    prior_response_readings,
    prior_response_table,
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
from secondline.proportions.subgroup_report import (
    group_intervals,
    grouping_table,
    left_count,
    readings_table,
    reconciliation_table,
    subgroup_table,
    trend_reading,
    trend_table,
)
from secondline.proportions.subgroup_tests import (
    analyse_groupings,
    holm,
    possible_shares,
    spread_by_chance,
)
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
from secondline.proportions.trend import homogeneity_test, trend_test
from secondline.proportions.two_groups import TwoGroups, compare_two, fisher_power

__all__ = [
    "CI_METHODS",
    "CONTRAST_METHODS",
    "MEASURES",
    "MEASURE_NAMES",
    "METHODS",
    "MODERATORS",
    "RECORDED",
    "TRANSFORMS",
    "Decomposition",
    "FrailtyTrend",
    "MetaRegression",
    "Moderated",
    "PairedAnalysis",
    "PooledContrast",
    "PooledProportion",
    "PrintedPool",
    "RegressionTest",
    "SimulatedHeterogeneity",
    "TrialContrasts",
    "TwoGroups",
    "analyse_groupings",
    "analyse_pairs",
    "back_transform_freeman_tukey",
    "back_transform_table",
    "check_counts",
    "cohort_table",
    "compare_two",
    "comparison_ladder",
    "contrast_numbers",
    "contrast_range",
    "contrast_reading",
    "contrast_sentence",
    "contrast_text",
    "counts_of",
    "decompose",
    "describe",
    "egger_matches",
    "egger_significant",
    "egger_specifications",
    "egger_table",
    "egger_usual",
    "fisher_power",
    "forest_table",
    "frailty_table",
    "group_intervals",
    "group_size_needed",
    "grouping_table",
    "heterogeneity_table",
    "holm",
    "homogeneity_test",
    "i2_limits",
    "identify_method",
    "ladder_table",
    "left_count",
    "leave_one_out",
    "leave_one_out_table",
    "many_moderators",
    "meta_regression",
    "methods_table",
    "mix_table",
    "moderator_reading",
    "moderator_table",
    "paired_cohorts",
    "paired_table",
    "percentage_verdicts",
    "pool",
    "pool_all_ways",
    "pool_contrasts",
    "pool_contrasts_all_ways",
    "possible_shares",
    "predict_regression",
    "printed_pool_table",
    "reading",
    "prior_response_readings",
    "prior_response_table",
    "readings_table",
    "reconciliation_table",
    "regress_on",
    "regression_test",
    "report_sentence",
    "reproduce_printed_pools",
    "simulate_frailty",
    "simulate_heterogeneity",
    "spread_by_chance",
    "spread_of_methods",
    "study_intervals",
    "subgroup_table",
    "trend_reading",
    "trend_table",
    "trend_test",
    "trial_contrasts",
    "ways_of_contrast_table",
    "ways_table",
]
