"""Can these numbers be true? Rules over claims, each with its reason.

:func:`audit` runs every rule over a table of claims and, where relations between
claims are given, over those. A rule speaks only where rounding cannot explain a
difference: true numbers, rounded and printed, never raise a finding.
"""

from secondline.audit.checks import SEVERITIES, Check
from secondline.audit.planting import PlantedErrors, plant_errors
from secondline.audit.relations import Relation, read_all_relations, read_relations
from secondline.audit.run import Audit, audit, audit_all
from secondline.intervals import PrintedNumber, read_number

__all__ = [
    "SEVERITIES",
    "Audit",
    "Check",
    "PlantedErrors",
    "PrintedNumber",
    "Relation",
    "audit",
    "audit_all",
    "plant_errors",
    "read_all_relations",
    "read_number",
    "read_relations",
]
