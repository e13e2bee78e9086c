"""Orders of treatment as a multi-state model: sampled, compared, questioned.

:func:`simulate` sends virtual patients through any :class:`SequenceModel`;
:func:`quantities` and :func:`build` make the models of the three orders.
"""

from secondline.sequencing.access import (
    ACCESS_INPUTS,
    CELLS_FIRST,
    SALVAGE_FIRST,
    Access,
    access_reading,
    ahead,
    along_wait,
    cited_access,
    crossing,
    crossing_along,
    crossings,
    cured,
    inputs_page,
    move_each,
    reaching_infusion,
)
from secondline.sequencing.against_r import agreement_table
from secondline.sequencing.calibration import calibrate_relapse, durable_share
from secondline.sequencing.checks import against_printed
from secondline.sequencing.comparison import Comparison, compare
from secondline.sequencing.estimators import aalen_johansen
from secondline.sequencing.known import (
    base_case,
    draw,
    odds_before_after,
    quantities,
    third_line_share,
)
from secondline.sequencing.model import (
    DEAD,
    KINDS,
    SequenceModel,
    Time,
    Transition,
    transition_table,
)
from secondline.sequencing.orders import (
    BISPECIFIC_AFTER,
    CAR_T_AFTER,
    CAR_T_SECOND,
    CAR_T_THIRD,
    ORDERS,
    SALVAGE,
    build,
    check_orders,
    responding,
)
from secondline.sequencing.quantities import Quantity, around
from secondline.sequencing.sampler import SimulatedSequences, ever, histories, simulate
from secondline.sequencing.sensitivity import Threshold, TurningMap, one_way, threshold, turning_map
from secondline.sequencing.tabulate import (
    comparison_table,
    draws_table,
    map_table,
    one_way_table,
    orders_table,
    printed_table,
    quantities_table,
    threshold_table,
)
from secondline.sequencing.words import (
    describe_comparison,
    describe_information,
    describe_threshold,
    report,
    turning_words,
)

__all__ = [
    "ACCESS_INPUTS",
    "BISPECIFIC_AFTER",
    "CAR_T_AFTER",
    "CAR_T_SECOND",
    "CAR_T_THIRD",
    "CELLS_FIRST",
    "DEAD",
    "KINDS",
    "ORDERS",
    "SALVAGE",
    "SALVAGE_FIRST",
    "Access",
    "Comparison",
    "Quantity",
    "SequenceModel",
    "SimulatedSequences",
    "Threshold",
    "Time",
    "Transition",
    "TurningMap",
    "aalen_johansen",
    "access_reading",
    "against_printed",
    "agreement_table",
    "ahead",
    "along_wait",
    "around",
    "base_case",
    "build",
    "calibrate_relapse",
    "check_orders",
    "cited_access",
    "compare",
    "comparison_table",
    "crossing",
    "crossing_along",
    "crossings",
    "cured",
    "describe_comparison",
    "describe_information",
    "describe_threshold",
    "draw",
    "draws_table",
    "durable_share",
    "ever",
    "histories",
    "inputs_page",
    "map_table",
    "move_each",
    "odds_before_after",
    "one_way",
    "one_way_table",
    "orders_table",
    "printed_table",
    "quantities",
    "quantities_table",
    "reaching_infusion",
    "report",
    "responding",
    "simulate",
    "third_line_share",
    "threshold",
    "threshold_table",
    "transition_table",
    "turning_map",
    "turning_words",
]
