"""Cell of origin and high-grade disease: what printed numbers imply, and HGBL beside BPI."""

from dataclasses import dataclass
from math import exp, log

import pandas as pd
from scipy.optimize import brentq

from secondline.biomarkers.lines import compare_pair
from secondline.claims import get_claim
from secondline.cohort import CLUSTERS, index, signature_column
from secondline.effects import (
    EffectEstimate,
    Interaction,
    from_interval,
    interaction,
    p_only,
    printed_value,
    read_effects,
    standard_error_from_events,
    z_from_p,
)
from secondline.errors import InputError, NoFiniteEstimate
from secondline.survival import Effect, cox_model

RESPONSES = "tme-ed2-b-"


@dataclass(frozen=True, eq=False)
class Beside:
    """HGBL and an index in one arm, each alone and both in one Cox model.

    Attributes
    ----------
    arm : str
    n, events, hgbl, hgbl_events : int
    share, lower, upper : float
        Chance that a patient with HGBL has the higher index.
    apart : float
        Mean index with HGBL less that of the others, in standard deviations.
    alone, both : dict of str to Effect
        For "hgbl", and for "index" by one standard deviation.
    through : float
        Hazard ratio of HGBL that the index alone would make, by its mean difference.
    """

    arm: str
    n: int
    events: int
    hgbl: int
    hgbl_events: int
    share: float
    lower: float
    upper: float
    apart: float
    alone: dict[str, Effect]
    both: dict[str, Effect]
    through: float


def arm_events() -> dict[str, tuple[int, int]]:
    """Return patients and events by arm, as far as printed response counts give them.

    Who relapsed or never responded had an event; an ongoing response had none.
    """
    found = {}
    for arm, name in (("axi-cel", "axi"), ("SOC", "soc")):
        n = {kind: int(get_claim(f"{RESPONSES}{name}-{kind}-n").n)
             for kind in ("ongoing", "relapsed", "no-response")}  # fmt: skip
        found[arm] = (sum(n.values()), n["relapsed"] + n["no-response"])
    return found


def origin_sizes() -> dict[str, int]:
    """Return the printed numbers of patients by cell of origin."""
    return {
        "GCB": int(get_claim("tme-ed4-gcb-n").n),
        "non-GCB": int(get_claim("tme-ed4-non-gcb-n").n),
    }


def origin_effects(event_share: float, other_share: float | None = None):
    """Return what the P values of the arms imply for their hazard ratios by cell of origin.

    Parameters
    ----------
    event_share : float
        Of the GCB patients who had the event, above 0 and at most 1.
    other_share : float, optional
        Of the others; the same if not given.

    Returns
    -------
    gcb, other : EffectEstimate
        With arms of one size, the hazard ratio nearest to 1 that gives P.
    test : Interaction
        Other over GCB.
    """
    shares = (event_share, event_share if other_share is None else other_share)
    if not all(0 < share <= 1 for share in shares):
        raise InputError(f"The shares of events are {shares}; they must be above 0 and at most 1.")
    claims = ("tme-gcb-efs-arms-p", "tme-non-gcb-efs-arms-p")
    found = []
    for share, n, claim in zip(shares, origin_sizes().values(), claims, strict=True):
        error = standard_error_from_events(share * n)
        found.append(
            EffectEstimate(exp(-z_from_p(printed_value(get_claim(claim).p)) * error), error)
        )
    return found[0], found[1], interaction(found[1], found[0])


def origin_split() -> tuple[float, float]:
    """Return the range of P of the interaction, from the P values within the arms."""
    return next(
        limits for pair, limits in p_only(read_effects()) if pair.marker == "cell of origin"
    )


def hgbl_test() -> Interaction:
    """Return the test of HGBL's printed hazard ratios against each other: axi-cel over SOC."""
    axi, soc = (_printed_hgbl(arm) for arm in ("axi-cel", "SOC"))
    return interaction(axi, soc)


def hgbl_events() -> dict[str, tuple[float, float]]:
    """Return how few and how many HGBL patients had an event in each arm, by the intervals.

    The variance of a log hazard ratio is about the sum of the inverse numbers of events of
    the two groups. The fewest: were there no end of events among the others. The most: if
    the arm had no more events than the printed response counts hold.
    """
    found = {}
    for arm, (_, events) in arm_events().items():
        variance = _printed_hgbl(arm).standard_error ** 2
        most = brentq(lambda d, e=events, v=variance: 1 / d + 1 / (e - d) - v, 1e-6, events / 2)
        found[arm] = (1 / variance, float(most))
    return found


def hgbl_beside(
    patients: pd.DataFrame, arm: str, cluster: str = "BPI", *, level: float = 0.95
) -> Beside:
    """Fit HGBL and an index in one arm, alone and together.

    Raises
    ------
    NoFiniteEstimate
        If a column is missing or empty, or a model has no estimate.
    """
    columns = [signature_column(name) for name in CLUSTERS[cluster]]
    rows = patients[patients["arm"] == arm]
    complete = rows["hgbl"].notna() & rows[columns].notna().all(axis=1)
    rows = rows[complete]
    if rows.empty or rows["hgbl"].nunique() < 2:
        raise NoFiniteEstimate(f"No patients of {arm} with and without HGBL have {cluster}.")
    values = index(rows, cluster).astype(float)
    kind = (rows["hgbl"] == True).astype(float)  # noqa: E712
    table = rows[["efs_months", "efs_event"]].assign(
        hgbl=kind, index=(values - values.mean()) / values.std()
    )
    alone = {
        name: cox_model(table, (name,), level=level).effect(name) for name in ("hgbl", "index")
    }
    joint = cox_model(table, ("hgbl", "index"), level=level)
    of, others = table.loc[kind == 1, "index"], table.loc[kind == 0, "index"]
    share, lower, upper, _, _ = compare_pair(of, others, level=level)
    apart = float(of.mean() - others.mean())
    return Beside(
        arm, len(table), int(table["efs_event"].sum()), len(of),
        int(table.loc[kind == 1, "efs_event"].sum()), share, lower, upper, apart, alone,
        {name: joint.effect(name) for name in ("hgbl", "index")},
        exp(apart * log(alone["index"].hazard_ratio)),
    )  # fmt: skip


def hgbl_by_arm(
    patients: pd.DataFrame, cluster: str = "BPI", *, level: float = 0.95
) -> tuple[dict[str, Beside], tuple[str, ...]]:
    """Return :func:`hgbl_beside` of each arm, and a sentence for each that has none."""
    found, notes = {}, {}
    for arm in ("axi-cel", "SOC"):
        try:
            found[arm] = hgbl_beside(patients, arm, cluster, level=level)
        except NoFiniteEstimate as reason:
            notes[str(reason)] = None
    return found, tuple(notes)


def share_at_diagnosis(share: float, cured: float, cured_others: float) -> float:
    """Return a group's share of all patients from its share of those who were not cured.

    Parameters
    ----------
    share : float
        Of the patients who were not cured, those of the group.
    cured, cured_others : float
        Shares cured in the group and among the others.
    """
    if not all(0 <= value < 1 for value in (share, cured, cured_others)):
        raise InputError("share, cured and cured_others must lie from 0 to below 1.")
    group, others = share / (1 - cured), (1 - share) / (1 - cured_others)
    return group / (group + others)


def _printed_hgbl(arm: str) -> EffectEstimate:
    claim = get_claim(f"tme-hgbl-vs-non-efs-{'axi' if arm == 'axi-cel' else 'soc'}-hr")
    return from_interval(*(printed_value(text) for text in (claim.value, claim.lower, claim.upper)))
