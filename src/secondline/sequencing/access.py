"""Waiting for CAR-T cells against starting salvage: a teaching model in closed form.

From the decision, a patient waits for cells (brain-to-vein time) and may drop out, by
progression or death, at a constant rate that is lower after a response to bridging. Or
salvage is started: who responds is transplanted, who does not waits for cells as third
line. Nothing is fitted; every number is a setting, cited or assumed.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from secondline.checks import is_number
from secondline.claims import get_claim
from secondline.errors import InputError, one_of
from secondline.sequencing.quantities import number

CELLS_FIRST, SALVAGE_FIRST = "CAR-T first", "salvage first"
LONGEST_WAIT = 12.0  # months


@dataclass(frozen=True)
class Access:
    """The model's numbers; shares from 0 to 1, times in months, rates per month.

    Attributes
    ----------
    access : float
        From the decision to the apheresis.
    manufacturing : float
        From the apheresis to the infusion.
    dropout : float
        Rate of dropping out while waiting, without a response to bridging.
    bridging_response : float
        Share that responds to bridging.
    bridging_ratio : float
        Their rate of dropping out over that of the others.
    cure_bridged, cure_infused : float
        Share cured of those infused, with and without a response to bridging.
    chemosensitive : float
        Share of those who start salvage that responds and is transplanted.
    cure_transplant : float
        Share cured of those transplanted.
    cure_third_line : float
        Share cured of those infused in third line.
    later_cells : float
        Share of those who relapse after the transplant that is infused then.
    """

    access: float = 1.0
    manufacturing: float = 1.0
    dropout: float = 0.08
    bridging_response: float = 0.4
    bridging_ratio: float = 0.4
    cure_bridged: float = 0.5
    cure_infused: float = 0.38
    chemosensitive: float = 0.35
    cure_transplant: float = 0.45
    cure_third_line: float = 0.3
    later_cells: float = 0.5

    def __post_init__(self):
        for of in fields(self):
            value = getattr(self, of.name)
            top = LIMITS.get(of.name, 1.0)
            if not (is_number(value) and 0 <= value <= top):
                raise InputError(f"{of.name} is {value!r}; it must be a number from 0 to {top:g}.")

    @property
    def brain_to_vein(self) -> float:
        """Months from the decision to the infusion."""
        return self.access + self.manufacturing


# the others are shares
LIMITS = {
    "access": LONGEST_WAIT, "manufacturing": LONGEST_WAIT, "dropout": 2.0, "bridging_ratio": 2.0,
}  # fmt: skip

# input: label, unit, lowest and highest for the tornado, claim ("" where assumed)
ACCESS_INPUTS = {
    "access": ("Decision to apheresis", "months", 0.25, 4.0, ""),
    "manufacturing": ("Apheresis to infusion", "months", 0.5, 2.0, ""),
    "dropout": ("Dropping out while waiting", "a month", 0.02, 0.25, ""),
    "bridging_response": ("Response to bridging", "share", 0.1, 0.7, ""),
    "bridging_ratio": ("Dropping out after such a response, ratio", "ratio", 0.1, 1.0, ""),
    "cure_bridged": ("Cured by cells after a response to bridging", "share", 0.3, 0.65, ""),
    "cure_infused": ("Cured by cells without such a response", "share", 0.2, 0.5, ""),
    "chemosensitive": ("Salvage started, and transplanted", "share", 0.2, 0.6,
                       "guide-soc-not-transplanted"),
    "cure_transplant": ("Cured by the transplant", "share", 0.3, 0.6,
                        "prr-discussion-asct-pr-cure"),
    "cure_third_line": ("Cured by cells in third line", "share", 0.1, 0.45, ""),
    "later_cells": ("Infused after a relapse from the transplant", "share", 0.1, 0.8, ""),
}  # fmt: skip


def cited_access(**changed) -> Access:
    """Return the model's numbers with those that the documents print.

    Parameters
    ----------
    **changed : float
        Numbers to take instead.

    Raises
    ------
    InputError
        If a name is none of the model's, or a number cannot be.
    """
    for name in changed:
        _check_name(name)
    cited = {
        "chemosensitive": 1 - number("guide-soc-not-transplanted") / 100,
        "cure_transplant": number("prr-discussion-asct-pr-cure") / 100,
    }
    return Access(**(cited | changed))


def reaching_infusion(model: Access) -> float:
    """Return the share that is infused if CAR-T cells are chosen first."""
    _check_model(model)
    return sum(_waiting(model))


def cured(model: Access, order: str) -> float:
    """Return the share that is cured.

    Parameters
    ----------
    model : Access
    order : {"CAR-T first", "salvage first"}

    Raises
    ------
    InputError
        If the order is unknown.
    """
    _check_model(model)
    if order == CELLS_FIRST:
        bridged, others = _waiting(model)
        return bridged * model.cure_bridged + others * model.cure_infused
    if order != SALVAGE_FIRST:
        raise InputError(f"order is {order!r}; allowed: {CELLS_FIRST!r} or {SALVAGE_FIRST!r}.")
    transplanted = model.cure_transplant + (
        (1 - model.cure_transplant) * model.later_cells * model.cure_third_line
    )
    waiting = np.exp(-model.dropout * model.brain_to_vein) * model.cure_third_line
    return float(
        model.chemosensitive * transplanted + (1 - model.chemosensitive) * waiting
    )


def ahead(model: Access) -> float:
    """Return the percentage points by which CAR-T first cures more."""
    return 100 * (cured(model, CELLS_FIRST) - cured(model, SALVAGE_FIRST))


def crossings(model: Access) -> tuple[float, ...]:
    """Return the brain-to-vein times at which both orders cure as many, the shortest first.

    Returns
    -------
    tuple of float
        Months, by lengthening or shortening the access with the manufacturing as it is, from
        no access time at all to :data:`LONGEST_WAIT`. None, one or two: the difference is a
        sum of two exponentials and a constant, and so turns once at most.
    """
    from scipy.optimize import brentq

    _check_model(model)

    def difference(access):
        return ahead(replace(model, access=access))

    ends = [0.0, *_turning(model), LONGEST_WAIT]
    values = [difference(end) for end in ends]
    if not any(values):
        return ()
    found = [
        float(brentq(difference, low, high))
        for low, high, at_low, at_high in zip(ends, ends[1:], values, values[1:], strict=False)
        if at_low * at_high <= 0 and at_low != at_high
    ]
    return tuple(access + model.manufacturing for access in dict.fromkeys(found))


def crossing(model: Access) -> float:
    """Return the shortest of :func:`crossings`, in months; NaN where there is none."""
    return next(iter(crossings(model)), float("nan"))


def along_wait(model: Access, months) -> pd.DataFrame:
    """Return both orders' cured shares along the time from the decision to the apheresis.

    Parameters
    ----------
    model : Access
    months : array_like, shape (m,)

    Returns
    -------
    DataFrame
        Columns brain_to_vein (months), and for each order its share.
    """
    _check_model(model)
    models = [replace(model, access=month) for month in _numbers("months", months)]
    return pd.DataFrame({
        "brain_to_vein": [m.brain_to_vein for m in models],
        **{order: [cured(m, order) for m in models] for order in (CELLS_FIRST, SALVAGE_FIRST)},
    })  # fmt: skip


def crossing_along(model: Access, name: str, values) -> np.ndarray:
    """Return where the orders first cross for each value of one input; NaN where they do not.

    Parameters
    ----------
    model : Access
    name : str
        One of the model's numbers.
    values : array_like, shape (m,)

    Raises
    ------
    InputError
        If the model has no such number, or a value cannot be.
    """
    _check_model(model)
    _check_name(name)
    return np.array(
        [crossing(replace(model, **{name: value})) for value in _numbers("values", values)]
    )


def move_each(model: Access) -> pd.DataFrame:
    """Move each input between its limits, the others as they are; the widest first.

    Returns
    -------
    DataFrame
        As :func:`secondline.sequencing.one_way`, in percentage points cured.
    """
    _check_model(model)
    base = ahead(model)
    rows = []
    for name, (label, unit, low, high, claim) in ACCESS_INPUTS.items():
        ends = [ahead(replace(model, **{name: value})) for value in (low, high)]
        rows.append({
            "quantity": name, "label": label, "unit": unit,
            "kind": "published" if claim else "assumed", "base": getattr(model, name),
            "low": low, "high": high, "at_base": base, "at_low": ends[0], "at_high": ends[1],
            "swing": max(base, *ends) - min(base, *ends),
        })  # fmt: skip
    return pd.DataFrame(rows).sort_values(
        "swing", ascending=False, kind="stable", ignore_index=True
    )


def inputs_page(model: Access) -> pd.DataFrame:
    """Return the model's numbers with where each comes from, as texts."""
    _check_model(model)
    cited = cited_access()
    rows = []
    for name, (label, unit, low, high, claim) in ACCESS_INPUTS.items():
        value = getattr(model, name)
        source = "assumed"
        if claim and np.isclose(value, getattr(cited, name)):
            of = get_claim(claim)
            source = f"cited: {of.quantity}, {of.value} {of.unit}"
        elif claim:
            source = "changed by the settings"
        rows.append((label, f"{value:g}", unit, f"{low:g} to {high:g}", source))
    return pd.DataFrame(rows, columns=["Input", "value", "unit", "range tried", "source"])


def access_reading(model: Access) -> str:
    """Say which order cures more, and from which waiting time on the other one does."""
    shares = {order: 100 * cured(model, order) for order in (CELLS_FIRST, SALVAGE_FIRST)}
    lead = ahead(model)
    text = (
        f"With a brain-to-vein time of {model.brain_to_vein:g} months, "
        f"{100 * reaching_infusion(model):.0f} % are infused. In the model {CELLS_FIRST} cures "
        f"{shares[CELLS_FIRST]:.1f} % and {SALVAGE_FIRST} {shares[SALVAGE_FIRST]:.1f} %"
    )
    if abs(lead) >= 0.05:
        text += f": {_leader(lead)} is ahead by {abs(lead):.1f} points"
    return f"{text}. {_turns(model)}"


def _turns(model: Access) -> str:
    """Say at which waiting times the orders are level."""
    at = crossings(model)
    if not at:
        # level throughout where neither end is ahead
        last = ahead(replace(model, access=LONGEST_WAIT))
        stays = "they stay level" if last == 0 else f"{_leader(last)} stays ahead"
        return f"Within {LONGEST_WAIT:g} months of access time the order never turns: {stays}."
    if len(at) == 1:
        return f"The two are level at {at[0]:.1f} months from the decision to the infusion."
    between = replace(model, access=sum(at) / 2 - model.manufacturing)
    return (
        f"The two are level twice, at {at[0]:.1f} and at {at[1]:.1f} months from the decision to "
        f"the infusion; between them {_leader(ahead(between))} is ahead."
    )


def _leader(difference: float) -> str:
    return CELLS_FIRST if difference > 0 else SALVAGE_FIRST


def _turning(model: Access) -> list[float]:
    """Return the access time within reach at which the difference turns, if there is one."""
    bridged = model.bridging_ratio * model.bridging_response * model.cure_bridged
    others = (1 - model.bridging_response) * model.cure_infused - (
        (1 - model.chemosensitive) * model.cure_third_line
    )
    rate = model.dropout * (1 - model.bridging_ratio)
    if bridged == 0 or others >= 0 or rate == 0:
        return []
    turning = np.log(-others / bridged)
    # compared before dividing, for the rate may be next to nothing
    low, high = sorted(rate * (model.manufacturing + end) for end in (0, LONGEST_WAIT))
    return [float(turning / rate - model.manufacturing)] if low < turning < high else []


def _check_model(model) -> None:
    if not isinstance(model, Access):
        raise InputError(
            f"model is {model!r}; it must be an Access, such as Access() or cited_access()."
        )


def _check_name(name) -> None:
    if not isinstance(name, str) or name not in ACCESS_INPUTS:
        raise InputError(f"The model has no number {name!r}; it has {one_of(ACCESS_INPUTS)}.")


def _numbers(what: str, values) -> list[float]:
    try:
        found = list(values)
    except TypeError:
        raise InputError(f"{what} is {values!r}; give a list of numbers.") from None
    for value in found:
        if not is_number(value):
            raise InputError(f"{what} holds {value!r}, which is not a finite number.")
    return [float(value) for value in found]


def _waiting(model: Access) -> tuple[float, float]:
    """Return the shares infused with and without a response to bridging."""
    wait = model.brain_to_vein
    bridged = model.bridging_response * np.exp(-model.dropout * model.bridging_ratio * wait)
    others = (1 - model.bridging_response) * np.exp(-model.dropout * wait)
    return float(bridged), float(others)
