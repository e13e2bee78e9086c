"""Decision tables: criteria and guidelines as data, read by a small engine.

A table is a CSV file with one row a rule; :func:`decide` answers a case by the one rule
that fits, :func:`gaps` and :func:`overlaps` look at every case there is. Nothing in a
file is evaluated as code.
"""

from secondline.pathways.conditions import Cell, Condition, Input
from secondline.pathways.eligibility import (
    CRITERIA,
    OTHER_SOURCES,
    SOURCES,
    TRIAL_SOURCES,
    TYPICAL_PATIENT,
    CriterionResult,
    Eligibility,
    Stretch,
    answers_along,
    combine,
    eligibility,
    eligibility_inputs,
    eligibility_tables,
    single_changes,
)
from secondline.pathways.engine import (
    NOT_COVERED,
    Decision,
    Gap,
    Overlap,
    Step,
    cells_of,
    decide,
    enumerate_cases,
    gaps,
    overlaps,
)
from secondline.pathways.tables import (
    DecisionTable,
    Rule,
    read_inputs,
    read_table,
    read_tables,
)
from secondline.pathways.tabulate import (
    beyond_sentences,
    changes_page,
    coverage_page,
    criteria_page,
    definitions_page,
    sources_page,
    verdict_sentences,
)

__all__ = [
    "CRITERIA",
    "NOT_COVERED",
    "OTHER_SOURCES",
    "SOURCES",
    "TRIAL_SOURCES",
    "TYPICAL_PATIENT",
    "Cell",
    "Condition",
    "CriterionResult",
    "Decision",
    "DecisionTable",
    "Eligibility",
    "Gap",
    "Input",
    "Overlap",
    "Rule",
    "Step",
    "Stretch",
    "answers_along",
    "beyond_sentences",
    "cells_of",
    "changes_page",
    "combine",
    "coverage_page",
    "criteria_page",
    "decide",
    "definitions_page",
    "eligibility",
    "eligibility_inputs",
    "eligibility_tables",
    "enumerate_cases",
    "gaps",
    "overlaps",
    "read_inputs",
    "read_table",
    "read_tables",
    "single_changes",
    "sources_page",
    "verdict_sentences",
]
