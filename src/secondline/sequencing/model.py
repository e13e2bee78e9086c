"""A semi-Markov model of treatment: states, and what takes a patient from one to the next."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.errors import InputError

DEAD = "dead"
# from the surest to the least sure; "calibrated" is solved from published numbers
KINDS = ("published", "recomputed", "calibrated", "assumed")


@dataclass(frozen=True, eq=False)
class Time:
    """How long a patient stays in a state before a transition: a Weibull time.

    Attributes
    ----------
    median : float or ndarray, shape (draws,)
        Median time in months, 0 or more.
    shape : float
        Weibull shape, above 0: 1 is an exponential time, infinity a fixed one.
    """

    median: float | np.ndarray
    shape: float = 1.0


@dataclass(frozen=True, eq=False)
class Transition:
    """One way out of a state.

    Attributes
    ----------
    origin, destination : str
    probability : float or ndarray, shape (draws,)
        Share of the patients in `origin` who leave it this way; where the shares
        of a state add up to less than 1, the others stay for good.
    time : Time
        Time spent in `origin` by those who leave it this way.
    kind : {"published", "recomputed", "calibrated", "assumed"}
        Where the numbers come from; "calibrated" means solved from published ones.
    source : str
        The claims, the table or the reason, in words.
    """

    origin: str
    destination: str
    probability: float | np.ndarray
    time: Time
    kind: str
    source: str


@dataclass(frozen=True, eq=False)
class SequenceModel:
    """A checked model, ready to be sampled.

    Attributes
    ----------
    start : str
        The state that every patient is in at time 0.
    transitions : tuple of Transition
    other_death_rate : float or ndarray, shape (draws,)
        Deaths a month from other causes, the same in every state that a patient
        can be alive in.
    parameters : str
        Fingerprint of the values that the model was built from, or "".
    states : tuple of str
        All states in the order in which they are named; the last is ``dead``.
    draws : int
        Number of parameter sets that the arrays hold; 1 if all are single numbers.
    """

    start: str
    transitions: tuple[Transition, ...] = field(repr=False)
    other_death_rate: float | np.ndarray = 0.0
    parameters: str = ""
    states: tuple[str, ...] = field(init=False)
    draws: int = field(init=False)

    def __post_init__(self):
        names = [self.start]
        for transition in self.transitions:
            names += [transition.origin, transition.destination]
        states = [name for name in dict.fromkeys(names) if name != DEAD]
        object.__setattr__(self, "states", (*states, DEAD))
        object.__setattr__(self, "draws", _check(self))


def transition_table(model: SequenceModel) -> pd.DataFrame:
    """Return every transition with its numbers and its source, as it is to be read.

    Parameters
    ----------
    model : SequenceModel
        With several draws, medians over them are shown.
    """

    def shown(value, factor=1.0, digits=1):
        return f"{factor * float(np.median(value)):.{digits}f}"

    def months(time):
        if np.isinf(time.shape):
            return shown(time.median)
        text = f"median {shown(time.median)}"
        return text if time.shape == 1 else f"{text} (shape {time.shape:g})"

    return pd.DataFrame(
        {
            "From": t.origin,
            "To": t.destination,
            "Share %": shown(t.probability, 100),
            "Months": months(t.time),
            "Kind": t.kind,
            "Source": t.source,
        }
        for t in model.transitions
    )


def _check(model: SequenceModel) -> int:
    """Return the number of draws, or say what is wrong."""
    sizes = set()

    def column(where, name, value, upper):
        array = np.asarray(value, dtype=float)
        if array.ndim > 1:
            raise InputError(f"{where}: {name} must be one number or one column of numbers.")
        if array.ndim == 1:
            sizes.add(len(array))
        if not (np.isfinite(array).all() and (array >= 0).all() and (array <= upper).all()):
            limit = "1" if upper == 1 else "any size"
            raise InputError(f"{where}: {name} must lie between 0 and {limit} and be finite.")
        return array

    if not model.transitions:
        raise InputError("A model needs at least one transition.")
    leaving: dict[str, list[np.ndarray]] = {}
    for t in model.transitions:
        where = f"From {t.origin!r} to {t.destination!r}"
        if t.origin == DEAD:
            raise InputError(f"{where}: nobody leaves the state {DEAD!r}.")
        if t.origin == t.destination:
            raise InputError(f"{where}: a transition must lead to another state.")
        if t.kind not in KINDS:
            raise InputError(f"{where}: kind is {t.kind!r}; allowed: {', '.join(KINDS)}.")
        if not t.source.strip():
            raise InputError(f"{where}: the source is empty; name it, or say why it is assumed.")
        if not t.time.shape > 0:
            raise InputError(f"{where}: the shape is {t.time.shape!r}; it must be above 0.")
        leaving.setdefault(t.origin, []).append(column(where, "probability", t.probability, 1))
        column(where, "median time", t.time.median, np.inf)
    column("Other causes", "death rate", model.other_death_rate, np.inf)
    if len(sizes) > 1:
        raise InputError(f"Columns of draws differ in length: {sorted(sizes)}.")
    if sizes == {0}:
        raise InputError("The columns of draws are empty.")
    for origin, shares in leaving.items():
        total = np.max(sum(shares))
        if total > 1 + 1e-9:
            raise InputError(f"The shares that leave {origin!r} add up to {total:.4f}.")
    if model.start == DEAD:
        raise InputError(f"Nobody starts in {DEAD!r}.")
    if model.start not in leaving:
        raise InputError(f"No transition leaves the first state, {model.start!r}.")
    return sizes.pop() if sizes else 1
