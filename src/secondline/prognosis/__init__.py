"""Prognosis of primary refractory disease, from the numbers that the review prints."""

from secondline.prognosis.clocks import failure_that_explains, share_with_same_hazard
from secondline.prognosis.groups import (
    COHORTS,
    GROUPS,
    PAIRS,
    Comparison,
    Group,
    comparisons,
    group_counts,
    groups,
    mix_test,
    patients_for_significance,
    patients_needed,
)
from secondline.prognosis.pages import (
    PARTIAL_RESPONSES,
    alike_reading,
    cohorts_page,
    comparisons_page,
    partial_responses_page,
    shares_page,
)

__all__ = [
    "COHORTS",
    "GROUPS",
    "PAIRS",
    "PARTIAL_RESPONSES",
    "Comparison",
    "Group",
    "alike_reading",
    "cohorts_page",
    "comparisons",
    "comparisons_page",
    "failure_that_explains",
    "group_counts",
    "groups",
    "mix_test",
    "partial_responses_page",
    "patients_for_significance",
    "patients_needed",
    "share_with_same_hazard",
    "shares_page",
]
