"""Algebra on published effects: hazard ratio, interval, standard error, P, and interactions."""

from secondline.effects.algebra import (
    PRINTED_LEVEL,
    Asymmetry,
    EffectEstimate,
    asymmetry,
    events_from_standard_error,
    from_interval,
    from_p,
    p_from_z,
    p_range,
    printed_range,
    printed_value,
    standard_error_from_events,
    z_from_p,
)
from secondline.effects.chance import (
    SubgroupChance,
    size_for_power,
    subgroups_by_chance,
    typical_extremes,
)
from secondline.effects.interaction import (
    Consistency,
    Heterogeneity,
    Interaction,
    Shrunken,
    consistency,
    heterogeneity,
    interaction,
    interaction_p_range,
    interaction_power,
    interaction_rounding,
    shrink,
    smallest_ratio,
)
from secondline.effects.pages import (
    chance_page,
    consistency_page,
    effects_page,
    forest_rows,
    interaction_page,
    p_only_page,
    power_page,
    printed_p,
    printed_page,
    shrinkage_page,
)
from secondline.effects.pairs import (
    PairTest,
    PrintedCheck,
    check_printed,
    consistencies,
    implied,
    p_only,
    pair_tests,
    several_levels,
    shrunken,
)
from secondline.effects.published import (
    SubgroupEffect,
    arm_names,
    overall_hazard_ratio,
    read_effects,
)
from secondline.effects.words import (
    chance_reading,
    consistency_reading,
    counts_reading,
    effects_label,
    interaction_reading,
    multiplicity_reading,
    p_only_reading,
    printed_reading,
    report,
    shrinkage_reading,
    superiority_reading,
)

__all__ = [name for name in dir() if not name.startswith("_")]
