"""Many simulated two-arm trials at once, as arrays."""

from secondline.trials.cox import CoxFits, cox
from secondline.trials.curves import (
    ArmCurves,
    RestrictedMeans,
    medians,
    restricted_means,
    survival_at,
)
from secondline.trials.rank_tests import RankTest, fleming_harrington, logrank
from secondline.trials.risk import RiskTable, risk_table

__all__ = [
    "ArmCurves",
    "CoxFits",
    "RankTest",
    "RestrictedMeans",
    "RiskTable",
    "cox",
    "fleming_harrington",
    "logrank",
    "medians",
    "restricted_means",
    "risk_table",
    "survival_at",
]
