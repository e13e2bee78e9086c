"""The risk table: all that a rank test or a Kaplan-Meier curve needs, for many trials at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from secondline.errors import InputError

# trials worked on together; small enough for a processor's cache
CHUNK_PATIENTS = 120_000


@dataclass(frozen=True, eq=False)
class RiskTable:
    """Events and patients at risk at every distinct event time of many trials.

    One row an event time; the rows of a trial stand together, rising in time.

    Attributes
    ----------
    time : ndarray, shape (rows,)
    events, at_risk : ndarray, shape (rows,)
        In both arms together; at risk just before the time.
    events1, at_risk1 : ndarray, shape (rows,)
        In arm 1.
    start : ndarray of int, shape (trials + 1,)
        Rows ``start[i]`` to ``start[i + 1]`` are those of trial i.
    last : ndarray, shape (trials, 2)
        Longest time, event or censoring, in arm 0 and in arm 1.
    """

    time: np.ndarray = field(repr=False)
    events: np.ndarray = field(repr=False)
    at_risk: np.ndarray = field(repr=False)
    events1: np.ndarray = field(repr=False)
    at_risk1: np.ndarray = field(repr=False)
    start: np.ndarray = field(repr=False)
    last: np.ndarray = field(repr=False)

    @property
    def trials(self) -> int:
        """Number of trials."""
        return len(self.start) - 1

    @property
    def trial(self) -> np.ndarray:
        """The trial of each row."""
        return np.repeat(np.arange(self.trials), np.diff(self.start))

    def total(self, values) -> np.ndarray:
        """Add values up within each trial; a trial without events gives 0."""
        # reduceat would repeat a row where a trial has none
        summed = np.add.reduceat(np.append(values, 0.0), self.start[:-1])
        summed[self.start[:-1] == self.start[1:]] = 0.0
        return summed

    def running(self, values) -> np.ndarray:
        """Return the running sum within each trial, up to and with each row."""
        summed = np.cumsum(values)
        before = np.concatenate([[0.0], summed])[self.start[:-1]]
        return summed - np.repeat(before, np.diff(self.start))


def chunks(time, event, arm) -> Iterator[tuple[slice, RiskTable]]:
    """Yield the trials a few hundred at a time, each lot with its risk table.

    Parameters
    ----------
    time, event, arm
        As for :func:`risk_table`.

    Yields
    ------
    slice, RiskTable
        Which trials, and their table.
    """
    time, event, arm = check_trials(time, event, arm)
    step = max(1, CHUNK_PATIENTS // time.shape[1])
    for first in range(0, len(time), step):
        rows = slice(first, min(first + step, len(time)))
        yield rows, _risk_table(time[rows], event[rows], arm if arm.ndim == 1 else arm[rows])


def risk_table(time, event, arm) -> RiskTable:
    """Count events and patients at risk in many two-arm trials.

    Parameters
    ----------
    time : array_like, shape (trials, n) or (n,)
        Time to the event or to the end of observation; ties are exact equality.
    event : array_like of bool, same shape
    arm : array_like of {0, 1}, shape (n,) or (trials, n)

    Returns
    -------
    RiskTable

    Raises
    ------
    InputError
        If the shapes do not fit, a time is negative or not finite, or an arm is
        neither 0 nor 1.
    """
    return _risk_table(*check_trials(time, event, arm))


def check_trials(time, event, arm):
    """Return the three as arrays of shape (trials, n), with arm (n,) or (trials, n)."""
    time = np.atleast_2d(np.asarray(time, dtype=float))
    event = np.atleast_2d(np.asarray(event))
    arm = np.asarray(arm)
    if time.ndim != 2 or event.shape != time.shape or time.shape[1] == 0:
        raise InputError(
            f"time has shape {time.shape} and event {event.shape}; both must be trials by patients."
        )
    if arm.shape not in {time.shape, time.shape[1:]}:
        raise InputError(f"arm has shape {arm.shape}; it must be {time.shape[1:]} or {time.shape}.")
    # the smallest and the largest are enough, and cost no array of their own
    if time.size and not (np.min(time) >= 0 and np.max(time) < np.inf):
        raise InputError("A time is negative, missing or not finite.")
    return time, _binary("event", event), _binary("arm", arm)


def _binary(name, values):
    if values.dtype == bool:
        return values
    if not np.isin(values, (0, 1)).all():
        raise InputError(f"{name} must hold only 0 and 1.")
    return values.astype(bool)


def _risk_table(time, event, arm) -> RiskTable:
    trials, n = time.shape
    order = np.argsort(time, axis=1)
    sorted_time = np.take_along_axis(time, order, axis=1)
    sorted_event = np.take_along_axis(event, order, axis=1)
    sorted_arm = arm[order] if arm.ndim == 1 else np.take_along_axis(arm, order, axis=1)
    # patients of arm 1 before each place; those from the place on are at risk
    before = np.cumsum(sorted_arm, axis=1, dtype=np.int32)
    in_arm1 = before[:, -1:].copy()
    at_risk1 = (in_arm1 - before + sorted_arm).ravel()
    new = np.empty((trials, n), dtype=bool)
    new[:, 0] = True
    np.not_equal(sorted_time[:, 1:], sorted_time[:, :-1], out=new[:, 1:])
    flat_event = sorted_event.ravel()
    flat_time = sorted_time.ravel()
    if new.all():
        place = np.flatnonzero(flat_event)
        events = np.ones(len(place))
        events1 = sorted_arm.ravel()[place].astype(float)
    else:
        place = np.flatnonzero(new.ravel())
        both = flat_event & sorted_arm.ravel()
        events = np.add.reduceat(flat_event, place, dtype=np.int32)
        events1 = np.add.reduceat(both, place, dtype=np.int32)
        some = events > 0
        place, events, events1 = (
            place[some],
            events[some].astype(float),
            events1[some].astype(float),
        )
    row = place // n
    start = np.searchsorted(row, np.arange(trials + 1))
    return RiskTable(
        time=flat_time[place],
        events=events,
        at_risk=(n - (place - row * n)).astype(float),
        events1=events1,
        at_risk1=at_risk1[place].astype(float),
        start=start,
        last=_last(sorted_time, sorted_arm),
    )


def _last(sorted_time, sorted_arm):
    """Return the longest time in each arm; NaN for an arm without patients."""
    last = np.full((len(sorted_time), 2), np.nan)
    rows = np.arange(len(sorted_time))
    for arm in (0, 1):
        mine = sorted_arm[:, ::-1] == arm
        place = sorted_time.shape[1] - 1 - mine.argmax(axis=1)
        some = mine.any(axis=1)
        last[some, arm] = sorted_time[rows, place][some]
    return last
