"""One function a figure: each takes results and returns a picture; nothing is computed here."""

from secondline.figures.access import crossing_curve, waiting_curves
from secondline.figures.agreement_map import agreement_map, agreement_shares
from secondline.figures.allocation import allocation
from secondline.figures.answers_along import answers_along
from secondline.figures.antibody_formats import antibody_formats
from secondline.figures.bubble import bubble
from secondline.figures.chemotherapy_era import index_event, signature_forest, two_settings
from secondline.figures.clusters import cluster_heatmap, signature_stability, stability_by_size
from secondline.figures.confounding import implied_rates, remaining_ratios
from secondline.figures.cumulative import cumulative_plot
from secondline.figures.cut_points import cut_points
from secondline.figures.diseased import diseased
from secondline.figures.dose_response import hazard_along, response_along
from secondline.figures.durations import durations
from secondline.figures.egger_power import egger_power
from secondline.figures.event_clocks import clock_curves, clock_strip, rule_dots
from secondline.figures.findings import Findings, FindingsTable, findings, findings_table
from secondline.figures.flowchart import flowchart
from secondline.figures.follow_up import follow_up
from secondline.figures.forest import forest
from secondline.figures.funnel import funnel_plots
from secondline.figures.group_shares import clock_share, group_shares
from secondline.figures.hazard_over_time import hazard_over_time
from secondline.figures.hazard_ratio_forest import hazard_ratio_forest
from secondline.figures.influence import influence_plot
from secondline.figures.landmarks import landmarks
from secondline.figures.lines_of_therapy import (
    markers_by_line,
    needed_selection,
    paired_power,
    who_is_left,
)
from secondline.figures.method_grid import method_grid
from secondline.figures.mixture import median_scatter, mixture
from secondline.figures.name_map import name_counts, name_map
from secondline.figures.nested_subgroups import (
    exaggeration_curves,
    nested_steps,
    nesting_scatter,
    share_curves,
)
from secondline.figures.null_heterogeneity import null_heterogeneity
from secondline.figures.operating import (
    crossover_curve,
    peeking,
    power_curve,
    ratios_at_stop,
    rejection_shares,
    true_curves,
)
from secondline.figures.paired import paired
from secondline.figures.paragraph import Paragraph, paragraph
from secondline.figures.posterior import posterior_plot
from secondline.figures.predictive_plane import predictive_plane, simulated_planes
from secondline.figures.progression_bounds import progression_bounds
from secondline.figures.replication import replication_chances
from secondline.figures.reporting_map import reporting_map
from secondline.figures.restricted_area import restricted_area
from secondline.figures.routes import routes
from secondline.figures.selection_flow import selection_flow
from secondline.figures.sequences import (
    order_steps,
    sequence_curves,
    threshold_curve,
    tornado,
    turning_map,
)
from secondline.figures.specification_curve import specification_curve
from secondline.figures.strengths import strengths
from secondline.figures.style import (
    DRUG_COLOURS,
    PROVENANCES,
    drug_colour,
    provenance_text,
    use_book_style,
)
from secondline.figures.subgroup_chance import subgroup_chance
from secondline.figures.subgroups import subgroups
from secondline.figures.survival_curves import icon_array, survival_curves
from secondline.figures.table import Table, table
from secondline.figures.trial_flow import trial_flow
from secondline.figures.two_markers import (
    false_interactions,
    four_ratios,
    h_score_slides,
    two_cuts,
)
from secondline.figures.volcano import volcano
from secondline.figures.with_data import absence, left_out, with_data

__all__ = [
    "DRUG_COLOURS",
    "PROVENANCES",
    "Findings",
    "FindingsTable",
    "Paragraph",
    "Table",
    "absence",
    "agreement_map",
    "agreement_shares",
    "allocation",
    "answers_along",
    "antibody_formats",
    "bubble",
    "clock_curves",
    "clock_share",
    "clock_strip",
    "cluster_heatmap",
    "crossing_curve",
    "crossover_curve",
    "cumulative_plot",
    "cut_points",
    "diseased",
    "drug_colour",
    "durations",
    "egger_power",
    "exaggeration_curves",
    "false_interactions",
    "findings",
    "findings_table",
    "flowchart",
    "follow_up",
    "forest",
    "four_ratios",
    "funnel_plots",
    "group_shares",
    "h_score_slides",
    "hazard_along",
    "hazard_over_time",
    "hazard_ratio_forest",
    "icon_array",
    "implied_rates",
    "index_event",
    "influence_plot",
    "landmarks",
    "left_out",
    "markers_by_line",
    "median_scatter",
    "method_grid",
    "mixture",
    "name_counts",
    "name_map",
    "needed_selection",
    "nested_steps",
    "nesting_scatter",
    "null_heterogeneity",
    "order_steps",
    "paired",
    "paired_power",
    "paragraph",
    "peeking",
    "posterior_plot",
    "power_curve",
    "predictive_plane",
    "progression_bounds",
    "provenance_text",
    "ratios_at_stop",
    "rejection_shares",
    "remaining_ratios",
    "replication_chances",
    "reporting_map",
    "response_along",
    "restricted_area",
    "routes",
    "rule_dots",
    "selection_flow",
    "sequence_curves",
    "share_curves",
    "signature_forest",
    "signature_stability",
    "simulated_planes",
    "specification_curve",
    "stability_by_size",
    "strengths",
    "subgroup_chance",
    "subgroups",
    "survival_curves",
    "table",
    "threshold_curve",
    "tornado",
    "trial_flow",
    "true_curves",
    "turning_map",
    "two_cuts",
    "two_settings",
    "use_book_style",
    "volcano",
    "waiting_curves",
    "who_is_left",
    "with_data",
]
