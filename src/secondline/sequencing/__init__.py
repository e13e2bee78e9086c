"""Orders of treatment as a multi-state model: sampled, compared, questioned.

:func:`simulate` sends virtual patients through any :class:`SequenceModel`;
:func:`quantities` and :func:`build` make the models of the three orders.
"""

from secondline.sequencing.checks import against_printed
from secondline.sequencing.comparison import Comparison, compare
from secondline.sequencing.estimators import aalen_johansen
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
    CAR_T_SECOND,
    CAR_T_THIRD,
    ORDERS,
    base_case,
    build,
    calibrate_relapse,
    draw,
    durable_share,
    quantities,
    responding,
)
from secondline.sequencing.quantities import Quantity
from secondline.sequencing.sampler import SimulatedSequences, histories, simulate
from secondline.sequencing.sensitivity import Threshold, one_way, threshold

__all__ = [
    "BISPECIFIC_AFTER",
    "CAR_T_SECOND",
    "CAR_T_THIRD",
    "DEAD",
    "KINDS",
    "ORDERS",
    "Comparison",
    "Quantity",
    "SequenceModel",
    "SimulatedSequences",
    "Threshold",
    "Time",
    "Transition",
    "aalen_johansen",
    "against_printed",
    "base_case",
    "build",
    "calibrate_relapse",
    "compare",
    "draw",
    "durable_share",
    "histories",
    "one_way",
    "quantities",
    "responding",
    "simulate",
    "threshold",
    "transition_table",
]
