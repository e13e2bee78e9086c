"""What the printed numbers on the product say by themselves: events, and what a P value allows."""

from dataclasses import dataclass
from math import exp

import pandas as pd

from secondline.biomarkers.type_s_m import smallest_effect
from secondline.claims import get_claim
from secondline.effects import EffectEstimate, standard_error_from_events, z_from_p

AXI = "tme-ed2-b-axi-"
PROTEIN = "tme-ed5-b-"
PRODUCT_P = "tme-product-sii-high-efs-p"


@dataclass(frozen=True)
class PrintedGroup:
    """A group of axi-cel patients as far as printed counts give it.

    Attributes
    ----------
    name : str
    n, events_low, events_high : int
        Patients, and the fewest and the most events that they can have had.
    """

    name: str
    n: int
    events_low: int
    events_high: int


@dataclass(frozen=True)
class ImpliedByP:
    """The hazard ratio below 1 nearest to 1 that has a P value with so many events."""

    events: int
    effect: EffectEstimate
    smallest: float


def printed_groups() -> tuple[PrintedGroup, ...]:
    """Return the groups whose events the printed response counts bound.

    A patient with an ongoing response had no event; one who relapsed or never responded
    had one. The signatures' half with a high SII had at least half of the events, since
    its outcome was the worse, and at most one a patient.
    """
    whole = {k: _count(f"{AXI}{k}-n") for k in ("ongoing", "relapsed", "no-response")}
    n, events = sum(whole.values()), whole["relapsed"] + whole["no-response"]
    half = n // 2
    groups = [
        PrintedGroup("axi-cel with signatures and response", n, events, events),
        PrintedGroup("half with high SII", half, -(-events // 2), min(half, events)),
    ]
    for level in ("low", "high"):
        own = {k: _count(f"{PROTEIN}{level}-{k}-n") for k in whole}
        events = own["relapsed"] + own["no-response"]
        groups.append(PrintedGroup(f"CD19 H-score {level}", sum(own.values()), events, events))
    return tuple(groups)


def implied_by_p(p: float, events: int, *, alpha: float = 0.05) -> ImpliedByP:
    """Return what a P value says of a hazard ratio if it rests on so many events.

    Both groups are taken to be of one size; with others the hazard ratio would lie
    further from 1, and its interval be wider.
    """
    error = standard_error_from_events(events)
    return ImpliedByP(
        events, EffectEstimate(exp(-z_from_p(p) * error), error),
        smallest_effect(events, alpha=alpha),
    )  # fmt: skip


def printed_product_p() -> float:
    """Return the printed P of the product's share where SII is high."""
    return float(get_claim(PRODUCT_P).p)


def implied_range(level: float = 0.95) -> tuple[ImpliedByP, ImpliedByP]:
    """Return what the printed P allows with the fewest and with the most events."""
    group = printed_groups()[1]
    p = printed_product_p()
    return tuple(
        implied_by_p(p, events, alpha=1 - level) for events in (group.events_low, group.events_high)
    )


def printed_groups_page(level: float = 0.95) -> pd.DataFrame:
    """Return the printed groups with what their events can find, as texts."""
    rows = []
    for group in printed_groups():
        ends = sorted({group.events_low, group.events_high})
        found = [f"{smallest_effect(events, alpha=1 - level):.2f}" for events in ends]
        rows.append((group.name, str(group.n), " to ".join(map(str, ends)), " to ".join(found)))
    return pd.DataFrame(rows, columns=[
        "Group", "patients", "events", "hazard ratio found with 80 % power",
    ])  # fmt: skip


def implied_page(level: float = 0.95) -> pd.DataFrame:
    """Return what the printed P allows, as texts."""
    rows = []
    for found in implied_range(level):
        lower, upper = found.effect.interval(level)
        rows.append((
            str(found.events), f"{found.effect.hazard_ratio:.2f}", f"{lower:.2f} to {upper:.2f}",
            f"{found.smallest:.2f}",
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "If so many events", "hazard ratio that gives P", f"{100 * level:g} % interval",
        "hazard ratio found with 80 % power",
    ])  # fmt: skip


def _count(claim: str) -> int:
    return int(get_claim(claim).n)
