"""Many simulated two-arm trials at once, as arrays."""

from secondline.trials.cox import CoxFits, cox
from secondline.trials.curves import (
    ArmCurves,
    RestrictedMeans,
    medians,
    restricted_means,
    survival_at,
)
from secondline.trials.design import (
    MONTH_DAYS,
    RESPONSE_SETTLED,
    ZUMA7_SCANS,
    Arm,
    Design,
    EventRule,
    Scans,
    zuma7,
)
from secondline.trials.maxcombo import MaxCombo, maxcombo
from secondline.trials.rank_tests import RankTest, fleming_harrington, logrank
from secondline.trials.risk import RiskTable, risk_table
from secondline.trials.sequential import SPENDING, Boundaries, boundaries, exit_probabilities, spend
from secondline.trials.simulation import (
    Histories,
    Trials,
    histories,
    month_of_event,
    observe,
    simulate,
)
from secondline.trials.truth import (
    CureMixture,
    HazardRatio,
    LogLogistic,
    LogNormal,
    PiecewiseHazard,
    Weibull,
)

__all__ = [
    "MONTH_DAYS",
    "RESPONSE_SETTLED",
    "SPENDING",
    "ZUMA7_SCANS",
    "Arm",
    "ArmCurves",
    "Boundaries",
    "CoxFits",
    "CureMixture",
    "Design",
    "EventRule",
    "HazardRatio",
    "Histories",
    "LogLogistic",
    "LogNormal",
    "MaxCombo",
    "PiecewiseHazard",
    "RankTest",
    "RestrictedMeans",
    "RiskTable",
    "Scans",
    "Trials",
    "Weibull",
    "boundaries",
    "cox",
    "exit_probabilities",
    "fleming_harrington",
    "histories",
    "logrank",
    "maxcombo",
    "medians",
    "month_of_event",
    "observe",
    "restricted_means",
    "risk_table",
    "simulate",
    "spend",
    "survival_at",
    "zuma7",
]
