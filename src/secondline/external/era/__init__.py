"""The chemotherapy era: real patients with signatures, and what these go with there."""

from secondline.external.era.clusters import (
    Agreement,
    CohortEffect,
    agreement,
    by_platform,
    cohort_effect,
    index_ways,
)
from secondline.external.era.counterparts import COUNTERPARTS, assigned_clusters
from secondline.external.era.key import bottom_line, key_cluster_results, key_outcome_results
from secondline.external.era.outcome_pages import (
    class_models_reading,
    classes_page,
    classes_reading,
    events_page,
    events_tried,
    index_event_page,
    index_event_reading,
    known_risk_page,
    marker_reading,
    models_page,
    numbers_of,
    origin_reading,
    proportionality_page,
    proportionality_reading,
    report,
    screen_page,
    screen_reading,
    settings_page,
    settings_reading,
)
from secondline.external.era.outcomes import (
    ClassOutcomes,
    class_models,
    class_outcomes,
    known_spread,
    marker_models,
    markers,
    proportionality,
    screen,
)
from secondline.external.era.pages import (
    ERA_FILES,
    ERA_LABEL,
    LME_FILES,
    LME_LABEL,
    counterparts_page,
    counterparts_reading,
    flow_page,
    flow_reading,
    groups_that_move,
    parts_page,
    parts_reading,
    recovery_page,
    recovery_reading,
    selection_page,
    ways_page,
)
from secondline.external.era.patients import (
    ENDPOINTS,
    EraPatients,
    Outcome,
    index_means,
    join,
    outcome,
    selection,
)
from secondline.external.era.settings import (
    PRINTED,
    TwoSettings,
    by_events,
    implied,
    index_event,
    printed_events,
    two_settings,
    unseen_in_control,
)

__all__ = [name for name in dir() if not name.startswith("_")]
