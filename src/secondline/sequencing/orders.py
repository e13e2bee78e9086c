"""Three orders of treatment after first line, as models.

The states of one treatment: before its first scan, in response, and failed. From
"failed" a patient who is fit waits for the next treatment, and may die waiting; the
others die.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from secondline.errors import InputError, one_of
from secondline.sequencing.calibration import FIRST_SCAN, durable_share
from secondline.sequencing.known import LANDMARK
from secondline.sequencing.model import DEAD, KINDS, SequenceModel, Time, Transition
from secondline.sequencing.quantities import Quantity

CAR_T_SECOND = "CAR-T, second line"
CAR_T_THIRD = "CAR-T, third line"
CAR_T_AFTER = "CAR-T, after bispecific"
BISPECIFIC_AFTER = "bispecific, after CAR-T"
BISPECIFIC_BEFORE = "bispecific, before CAR-T"
SALVAGE = "salvage"
ORDERS = {
    "CAR-T first": (CAR_T_SECOND, BISPECIFIC_AFTER),
    "bispecific first": (BISPECIFIC_BEFORE, CAR_T_AFTER),
    "salvage first": (SALVAGE, CAR_T_THIRD, BISPECIFIC_AFTER),
}


@dataclass(frozen=True, eq=False)
class Step:
    """One treatment: each number with its kind and its source."""

    response: tuple
    durable: tuple
    relapse: tuple
    wait: tuple


def check_orders(first: str, second: str) -> None:
    """Check that two orders can be compared.

    Raises
    ------
    InputError
        If they are one and the same.
    """
    if first == second:
        raise InputError(f"first and second are both {first!r}; choose two of {one_of(ORDERS)}.")


def build(order, known: dict[str, Quantity], values: dict) -> SequenceModel:
    """Return the model of one order of treatments.

    Parameters
    ----------
    order : str or sequence of str
        One of :data:`ORDERS`, or different treatments in a row (the states that
        :data:`ORDERS` names).
    known : dict
        From :func:`secondline.sequencing.quantities`; gives the sources.
    values : dict
        From :func:`secondline.sequencing.base_case` or
        :func:`secondline.sequencing.draw`.

    Returns
    -------
    SequenceModel

    Raises
    ------
    InputError
        If the order or a value cannot be used.
    """
    if isinstance(order, str):
        if order not in ORDERS:
            raise InputError(f"order is {order!r}; allowed: {one_of(ORDERS)}.")
        order = ORDERS[order]
    missing = [name for name in known if name not in values]
    if missing:
        raise InputError(f"values lacks {missing[0]!r}; take them from base_case or draw.")
    steps = _steps(known, values)
    unknown = [name for name in order if name not in steps]
    if unknown:
        raise InputError(f"There is no treatment {unknown[0]!r}; allowed: {one_of(steps)}.")
    if len(order) == 0 or len(set(order)) < len(order):
        raise InputError("An order needs at least one treatment, and each of them once.")

    transitions = []
    for i, name in enumerate(order):
        step = steps[name]
        response, durable, relapse = (
            np.asarray(v[0]) for v in (step.response, step.durable, step.relapse)
        )
        before, responding, failed = f"{name}: before scan", f"{name}: response", f"{name}: failed"
        transitions += [
            Transition(before, responding, response, Time(FIRST_SCAN, np.inf), *step.response[1:]),
            Transition(
                before,
                failed,
                1 - response,
                Time(values["no_response"]),
                *_told(known, "no_response"),
            ),
            Transition(
                responding,
                failed,
                1 - durable,
                Time(relapse),
                *_less_certain(step.durable[1:], step.relapse[1:]),
            ),
        ]
        untreated, fit = np.asarray(values["untreated"]), np.asarray(values["fit"])
        if i + 1 == len(order):
            transitions.append(
                Transition(failed, DEAD, 1.0, Time(untreated), *_told(known, "untreated"))
            )
            continue
        # those who are fit wait, and death does not wait for them: two exponential
        # times compete, so the first of them comes at the sum of the rates
        wait = np.asarray(steps[order[i + 1]].wait[0])
        reaches = untreated / (wait + untreated)
        either = Time(wait * untreated / (wait + untreated))
        source = _less_certain(_told(known, "fit"), steps[order[i + 1]].wait[1:])
        transitions += [
            Transition(failed, f"{order[i + 1]}: before scan", fit * reaches, either, *source),
            Transition(failed, DEAD, fit * (1 - reaches), either, "assumed", "dies while waiting"),
            Transition(failed, DEAD, 1 - fit, Time(untreated), "assumed", "not fit; untreated"),
        ]
    return SequenceModel(
        f"{order[0]}: before scan",
        tuple(transitions),
        values["other_deaths"],
        parameters=_fingerprint(values),
    )


def responding(model: SequenceModel) -> tuple[str, ...]:
    """Return the states in which a patient is in response."""
    return tuple(state for state in model.states if state.endswith(": response"))


def _fingerprint(values) -> str:
    """Return a text that two models share only if they were built from the same values."""
    digest = hashlib.sha256()
    for name in sorted(values):
        digest.update(name.encode() + np.ascontiguousarray(values[name], dtype=float).tobytes())
    return digest.hexdigest()


def _less_certain(first, second):
    """Return the less certain of two kinds, and both sources."""
    kind = next(k for k in reversed(KINDS) if k in (first[0], second[0]))
    return kind, "; ".join(dict.fromkeys((first[1], second[1])))


def _steps(known, values) -> dict[str, Step]:
    def of(name):
        return values[name], known[name].kind, known[name].source

    def lasting_share(arm):
        return durable_share(
            values[f"{arm}_response"], values[f"{arm}_event_free"], values[f"{arm}_relapse"],
            values["no_response"], values["other_deaths"], landmark=LANDMARK,
        )  # fmt: skip

    response, ratio, stays, length, retained = (
        np.asarray(values[name], dtype=float)
        for name in (
            "bispecific_response", "before_odds_ratio", "bispecific_durable",
            "bispecific_duration", "retained",
        )
    )  # fmt: skip
    if not ((stays >= 0) & (stays < 0.5)).all():
        raise InputError(
            "bispecific_durable must lie from 0 to below 0.5: where half of the responses last, "
            "their median duration is never reached."
        )
    car_t_stays = (lasting_share("car_t"), "calibrated", known["car_t_event_free"].source)
    salvage_stays = (lasting_share("salvage"), "calibrated", known["salvage_event_free"].source)
    # everybody responding after CAR-T leaves everybody responding before it
    odds = response * ratio
    before = (odds / (1 - response + odds), *_told(known, "before_odds_ratio"))
    after = (values["car_t_response"] * retained, *_told(known, "retained"))
    lasting = of("bispecific_durable")
    half_life = length / np.log2((1 - stays) / (0.5 - stays))
    relapse = (half_life, "calibrated", known["bispecific_duration"].source)
    same_pace = (half_life, "assumed", "relapses come at the pace seen after CAR-T")
    as_second = (values["car_t_relapse"], "assumed", "as after second-line CAR-T")
    stays_second = (car_t_stays[0], "assumed", "as after second-line CAR-T")
    third = of("third_line_durable")
    cells, antibody = of("wait_car_t"), of("wait_bispecific")
    at_once = (0.0, "assumed", "starts at once")
    return {
        CAR_T_SECOND: Step(of("car_t_response"), car_t_stays, of("car_t_relapse"), cells),
        CAR_T_THIRD: Step(of("third_line_response"), third, as_second, cells),
        CAR_T_AFTER: Step(after, stays_second, as_second, cells),
        BISPECIFIC_AFTER: Step(of("bispecific_response"), lasting, relapse, antibody),
        BISPECIFIC_BEFORE: Step(before, of("before_durable"), same_pace, antibody),
        SALVAGE: Step(of("salvage_response"), salvage_stays, of("salvage_relapse"), at_once),
    }


def _told(known, name):
    return known[name].kind, known[name].source
