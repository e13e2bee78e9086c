"""Markers in one cohort: the effect of the arms by level, of the levels by arm, and both."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.claims import raise_powers
from secondline.cohort.markers import divide_marker
from secondline.effects import standard_error_from_events
from secondline.errors import NoFiniteEstimate
from secondline.intervals import bare_p
from secondline.survival import Effect, cox_model
from secondline.trials import cox

# name as in data/zuma7_effects.csv, column of the cohort, level, reference; how it is divided
MARKERS = (
    ("B cell signature", "sig_b_cells", "high", "low"),
    ("CD19 gene expression", "gene_CD19", "high", "low"),
    ("APM signature", "sig_apm", "high", "low"),
    ("HGBL", "hgbl", "HGBL", "others"),
    ("SPD", "spd_mm2", "high", "low"),
    ("LDH", "ldh_elevated", "elevated", "normal"),
    ("cell of origin", "cell_of_origin", "GCB", "non-GCB"),
)


@dataclass(frozen=True)
class MarkerModel:
    """Five unadjusted Cox models of one marker.

    Attributes
    ----------
    marker, level, reference : str
    n : int
        Patients with a value of the marker.
    events : dict of str to int
        By level, both arms together.
    at : dict of str to Effect
        axi-cel against SOC, by level.
    within : dict of str to Effect
        The level against the reference, by arm.
    ratio : Effect
        Interaction: the effect of the arms at the level over that at the reference, with
        the Wald limits and P of the joint model.
    """

    marker: str
    level: str
    reference: str
    n: int
    events: dict[str, int]
    at: dict[str, Effect]
    within: dict[str, Effect]
    ratio: Effect

    @property
    def by_level(self) -> float:
        """Hazard ratio of the arms at the level over that at the reference."""
        return self.at[self.level].hazard_ratio / self.at[self.reference].hazard_ratio

    @property
    def by_arm(self) -> float:
        """Hazard ratio of the levels with axi-cel over that with SOC."""
        return self.within["axi-cel"].hazard_ratio / self.within["SOC"].hazard_ratio


def marker_models(
    patients: pd.DataFrame, level: float = 0.95, markers=MARKERS
) -> tuple[MarkerModel, ...]:
    """Fit the five models of each marker.

    Parameters
    ----------
    patients : DataFrame
        From :func:`secondline.cohort.read_cohort`.
    level : float
        Confidence level of all limits.
    markers : sequence of tuple of str
        Name, column, level and reference of each, as in :data:`MARKERS`.

    Returns
    -------
    tuple of MarkerModel
        In the order of `markers`. A marker is left out that the cohort has no value
        of, or for which one of its models has no finite estimate.
    """
    models = []
    for marker, column, name, reference in markers:
        if column not in patients or patients[column].isna().all():
            continue
        rows = patients[["arm", "efs_months", "efs_event"]].assign(
            marker=divide_marker(patients[column], name)
        )
        rows = rows.dropna()
        groups = {name: rows[rows["marker"] == 1], reference: rows[rows["marker"] == 0]}
        try:
            at = {
                k: _single(g, (g["arm"] == "axi-cel").astype(float), "arm", level)
                for k, g in groups.items()
            }
            arms = {arm: rows[rows["arm"] == arm] for arm in ("axi-cel", "SOC")}
            within = {arm: _single(g, g["marker"], "marker", level) for arm, g in arms.items()}
            # the product as a column of its own spares a second fit for its likelihood ratio
            joint = cox_model(
                rows.assign(product=(rows["arm"] == "axi-cel") * rows["marker"]),
                ("arm", "marker", "product"), level=level,
            )  # fmt: skip
        except NoFiniteEstimate:
            continue
        events = {k: int(g["efs_event"].sum()) for k, g in groups.items()}
        models.append(MarkerModel(
            marker, name, reference, len(rows), events, at, within, joint.effect("product"),
        ))  # fmt: skip
    return tuple(models)


def marker_forest_rows(models) -> pd.DataFrame:
    """Return the effects of the arms as rows of a forest plot."""
    rows = []
    for model in models:
        for name, effect in model.at.items():
            label = model.marker if name == model.marker else f"{model.marker}: {name}"
            rows.append((
                model.marker, f"{label}, {model.events[name]} events", "", effect.hazard_ratio,
                effect.lower, effect.upper, "model", _interval(effect),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=(
        "marker", "label", "arm", "hazard_ratio", "lower", "upper", "basis", "text",
    ))  # fmt: skip


def marker_page(models) -> pd.DataFrame:
    """Return the interactions, and the two ratios of separate models, as texts."""
    return pd.DataFrame(
        [
            (m.marker, str(m.n), _interval(m.ratio), bare_p(m.ratio.p), f"{m.by_level:.2f}",
             f"{m.by_arm:.2f}")
            for m in models
        ],
        columns=["Marker", "patients", "ratio of hazard ratios", "P",
                 "between levels, separate models", "between arms, separate models"],
    )  # fmt: skip


def implied_effects(effects, models) -> list[tuple[str, str, int, float, Effect]]:
    """Return what a printed P would say of the hazard ratio with this cohort's events.

    Only effects of the arms that are printed without a hazard ratio and that the cohort
    has, too. The standard error is taken as the least that so many events allow, that of
    two arms of one size, so that the hazard ratio is the one nearest to 1.

    Returns
    -------
    list of tuple
        Name, printed P, events in the cohort, hazard ratio, and the cohort's own effect.
    """
    cohort = {(m.marker, name): m for m in models for name in m.at}
    found = []
    for effect in effects:
        model = cohort.get((effect.marker, effect.level))
        bare = effect.contrast == "arms" and not effect.hazard_ratio and effect.z is not None
        # without a direction there is nothing to place the hazard ratio by
        if not bare or model is None or len(effect.sides) > 1:
            continue
        events = model.events[effect.level]
        ratio = float(np.exp(effect.sides[0] * effect.z * standard_error_from_events(events)))
        found.append((effect.name, effect.p, events, ratio, model.at[effect.level]))
    return found


def implied_events_page(effects, models) -> pd.DataFrame:
    """Return :func:`implied_effects` as texts."""
    rows = [
        (name, raise_powers(p), str(events), f"about {ratio:.2f}", _interval(own), bare_p(own.p))
        for name, p, events, ratio, own in implied_effects(effects, models)
    ]
    if not rows:
        return pd.DataFrame({"Nothing to show": [
            "No effect of this table has a P value alone and a marker that the cohort has."
        ]})  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Effect", "P, printed", "events in the cohort", "hazard ratio that would give P",
        "hazard ratio in the cohort", "P in the cohort",
    ])  # fmt: skip


def marker_reading(models, level: float) -> str:
    """Say which interactions the cohort supports, and how they stand after Holm."""
    if not models:
        return "This cohort has no marker with enough patients in both arms."
    alpha = 1 - level
    clear = [m.marker for m in models if m.ratio.p < alpha]
    ordered = sorted(models, key=lambda m: m.ratio.p)
    kept = []
    for i, m in enumerate(ordered):
        if m.ratio.p * (len(models) - i) >= alpha:
            break
        kept.append(m.marker)
    least = ordered[0]
    text = f"Of {len(models)} markers, the interaction is significant at {alpha:.3g} for "
    text += f"{', '.join(clear)}. " if clear else "none. "
    text += f"The smallest P is {bare_p(least.ratio.p)} ({least.marker}). "
    text += "After Holm's correction for the number of markers "
    remains = "remains" if len(kept) == 1 else "remain"
    text += f"{', '.join(kept)} {remains}." if kept else "none remains."
    highest = max((m.at[name].hazard_ratio, name, m) for m in models for name in m.at)
    text += f" The largest hazard ratio of axi-cel against SOC is {highest[0]:.2f} "
    text += f"({highest[2].marker}: {highest[1]})."
    gap = max(models, key=lambda m: abs(np.log(m.by_level / m.by_arm)))
    percent = 100 * (np.exp(abs(np.log(gap.by_level / gap.by_arm))) - 1)
    text += " From separate models, the interaction between levels and that between arms differ by "
    text += f"up to {percent:.0f} % ({gap.marker})."
    return text


def _single(rows: pd.DataFrame, covariate: pd.Series, term: str, level: float) -> Effect:
    if covariate.nunique() < 2 or not rows["efs_event"].any():
        raise NoFiniteEstimate(f"{term!r} has one value, or nobody has an event; no hazard ratio.")
    fit = cox(rows["efs_months"], rows["efs_event"], covariate)
    lower, upper = fit.limits(level)
    if not np.isfinite(fit.se[0]):
        raise NoFiniteEstimate(f"All events lie on one side of {term!r}; no finite hazard ratio.")
    return Effect(term, *(float(v[0]) for v in (fit.hazard_ratio, lower, upper, fit.p)))


def _interval(effect: Effect) -> str:
    return f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"
