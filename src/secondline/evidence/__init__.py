"""What the evidence consists of: which trials, of whom, reporting what, how well."""

from secondline.evidence.appraisal import CHECKLIST, appraisal_by_trial, appraisal_of_all
from secondline.evidence.reporting import (
    OUTCOMES,
    patients_with,
    report_paragraph,
    reporting_map,
    reporting_summary,
    reporting_table,
)
from secondline.evidence.selection import SelectionFlow, flow_table, selection_flow
from secondline.evidence.totals import PrintedTotal, printed_totals, totals_table
from secondline.evidence.trial_flow import (
    FlowItem,
    SingleCause,
    TrialFlow,
    arm_bounds,
    flow_findings_page,
    single_cause,
    single_cause_sentences,
    smallest_group,
    trial_flow,
    trial_flow_page,
)
from secondline.evidence.trials import (
    COHORTS,
    SORTS,
    after_car_t_table,
    characteristics_table,
    described_for,
    follow_up_table,
    formats_table,
    select_and_sort,
)

__all__ = [
    "CHECKLIST",
    "COHORTS",
    "OUTCOMES",
    "SORTS",
    "FlowItem",
    "PrintedTotal",
    "SelectionFlow",
    "SingleCause",
    "TrialFlow",
    "after_car_t_table",
    "appraisal_by_trial",
    "appraisal_of_all",
    "arm_bounds",
    "characteristics_table",
    "described_for",
    "flow_findings_page",
    "flow_table",
    "follow_up_table",
    "formats_table",
    "patients_with",
    "printed_totals",
    "report_paragraph",
    "reporting_map",
    "reporting_summary",
    "reporting_table",
    "select_and_sort",
    "selection_flow",
    "single_cause",
    "single_cause_sentences",
    "smallest_group",
    "totals_table",
    "trial_flow",
    "trial_flow_page",
]
