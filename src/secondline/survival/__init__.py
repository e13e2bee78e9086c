"""Survival of one data set at a time: curves, medians, and what medians can say."""

from secondline.survival.bounds import (
    ProgressionFreeBounds,
    bound_table,
    cohort_bounds,
    free_bounds,
)
from secondline.survival.kaplan_meier import (
    KaplanMeier,
    Median,
    kaplan_meier,
    median_with_interval,
)
from secondline.survival.medians import (
    DURATIONS,
    STATUSES,
    average_table,
    classify_medians,
    interval_table,
    outcomes_reported,
    responder_table,
    shown,
)
from secondline.survival.mixtures import (
    VirtualTrials,
    median_to_rate,
    mixture_curves,
    mixture_median,
    mixture_restricted_mean,
    mixture_survival,
    pooling_table,
    simulate_trials,
    survival_from_median,
)

__all__ = [
    "DURATIONS",
    "STATUSES",
    "KaplanMeier",
    "Median",
    "ProgressionFreeBounds",
    "VirtualTrials",
    "average_table",
    "bound_table",
    "classify_medians",
    "cohort_bounds",
    "free_bounds",
    "interval_table",
    "kaplan_meier",
    "median_to_rate",
    "median_with_interval",
    "mixture_curves",
    "mixture_median",
    "mixture_restricted_mean",
    "mixture_survival",
    "outcomes_reported",
    "pooling_table",
    "responder_table",
    "shown",
    "simulate_trials",
    "survival_from_median",
]
