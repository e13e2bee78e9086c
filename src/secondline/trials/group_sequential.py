"""Simulated trials with interim looks."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from secondline.checks import whole_number
from secondline.cluster import run_blocks
from secondline.trials.cox import cox
from secondline.trials.design import Design
from secondline.trials.rank_tests import logrank
from secondline.trials.sequential import Boundaries, boundaries, final_boundary
from secondline.trials.simulation import BLOCK, block_histories, month_of_event, observe

COLUMNS = ("look", "rejected", "z", "hazard_ratio", "months", "events", "entered")


@dataclass(frozen=True, eq=False)
class GroupSequential:
    """How each of many trials with interim looks ends.

    Attributes
    ----------
    look : ndarray of int, shape (trials,)
        The look at which the trial stops, from 1; the last where no look rejects.
    rejected : ndarray of bool, shape (trials,)
    z, hazard_ratio : ndarray, shape (trials,)
        Log-rank test and Cox estimate at that look.
    months : ndarray, shape (trials,)
        From the first patient's entry to that look.
    events, entered : ndarray of int, shape (trials,)
        Events seen and patients randomised by then.
    boundaries : Boundaries
        As planned. The last is computed anew in each trial for the events that it has.
    planned_events : int
    """

    look: np.ndarray = field(repr=False)
    rejected: np.ndarray = field(repr=False)
    z: np.ndarray = field(repr=False)
    hazard_ratio: np.ndarray = field(repr=False)
    months: np.ndarray = field(repr=False)
    events: np.ndarray = field(repr=False)
    entered: np.ndarray = field(repr=False)
    boundaries: Boundaries = field(repr=False)
    planned_events: int

    @property
    def looks(self) -> int:
        """Looks planned, the last one with them."""
        return len(self.boundaries.z)

    def stopped(self, look: int) -> np.ndarray:
        """Tell which trials reject at a look, shape (trials,)."""
        return self.rejected & (self.look == look)

    @property
    def early(self) -> np.ndarray:
        """Tell which trials reject at a look before the last, shape (trials,)."""
        return self.rejected & (self.look < self.looks)


def group_sequential(
    design: Design,
    n_trials: int,
    seed: int,
    *,
    events: int,
    looks=(1.0,),
    alpha: float = 0.05,
    spending: str = "O'Brien-Fleming",
    scheduler: str = "",
) -> GroupSequential:
    """Simulate trials that look at the data before their end.

    Parameters
    ----------
    design : Design
        The last look is at its end.
    n_trials, seed : int
        As for :func:`secondline.trials.simulate`.
    events : int
        Planned for the last look, 1 or more.
    looks : sequence of float
        Each look's share of the planned events, rising; the last is 1.
    alpha : float
        Two-sided, of the whole trial.
    spending : str
        See :func:`secondline.trials.boundaries`.
    scheduler : str
        As for :func:`secondline.trials.operating_characteristics`.

    Returns
    -------
    GroupSequential
        Holds seven numbers a trial, whatever its size.

    Raises
    ------
    InputError
        If a number cannot be used.

    Notes
    -----
    An interim look takes place when so many events have been seen, unless the trial
    ends before. At the last look all error that is left is spent, given the events at
    hand, so that the type I error holds with more or fewer of them than planned.
    """
    n_trials, seed = whole_number("n_trials", n_trials, 1), whole_number("seed", seed, 0)
    events = whole_number("events", events, 1)
    plan = boundaries(looks, alpha=alpha, spending=spending)
    # more events than patients are never seen, and such a look never takes place
    due = np.minimum(np.ceil(plan.fractions[:-1] * events - 1e-9), design.n + 1).astype(int)
    # two looks at the same event would be one
    keep = np.concatenate([np.diff(due) > 0, [True]])[: len(due)] & (due < events)
    due = tuple((i + 1, int(due[i]), float(plan.z[i])) for i in np.flatnonzero(keep))
    settings = (design, n_trials, seed, due, plan, len(plan.z))
    blocks = range(-(-n_trials // BLOCK))
    parts = list(run_blocks(_block, settings, blocks, scheduler=scheduler))
    columns = dict(zip(COLUMNS, np.concatenate(parts, axis=1), strict=True))
    for name in ("look", "events", "entered"):
        columns[name] = columns[name].astype(int)
    columns["rejected"] = columns["rejected"].astype(bool)
    return GroupSequential(**columns, boundaries=plan, planned_events=events)


def _block(settings, block):
    """Return one block's trials as rows of :data:`COLUMNS`, shape (7, trials)."""
    design, n_trials, seed, due, plan, last = settings
    patients = block_histories(design, seed, block)
    count = min(BLOCK, n_trials - block * BLOCK)
    at_end = _look(patients, np.full(BLOCK, design.end))
    out = np.zeros((len(COLUMNS), BLOCK))
    open_ = np.ones(BLOCK, dtype=bool)
    held = [[] for _ in range(BLOCK)]
    for place, (number, needed, limit) in enumerate(due):
        month = month_of_event(patients, design.rule, needed)
        # with no event to come the last look takes this one's place
        takes_place = (month < design.end) & (at_end["events"] > needed)
        seen = _look(patients, np.where(takes_place, month, design.end))
        with np.errstate(invalid="ignore"):
            stops = open_ & takes_place & (np.abs(seen["z"]) >= limit)
        _store(out, stops, number, 1.0, seen)
        open_ &= ~stops
        for trial in np.flatnonzero(takes_place):
            held[trial].append(due[place])
    limits = np.array([
        _last_limit(tuple(held[trial]), int(at_end["events"][trial]), plan.alpha, plan.spending)
        for trial in range(BLOCK)
    ])  # fmt: skip
    with np.errstate(invalid="ignore"):
        rejects = np.abs(at_end["z"]) >= limits
    _store(out, open_ & rejects, last, 1.0, at_end)
    _store(out, open_ & ~rejects, last, 0.0, at_end)
    return out[:, :count]


@lru_cache(maxsize=4096)
def _last_limit(held, events, alpha, spending) -> float:
    if spending == "none":
        return float(boundaries([1.0], alpha=alpha).z[0])
    fractions = [needed / events for _, needed, _ in held]
    return final_boundary(fractions, [z for *_, z in held], alpha=alpha)


def _look(patients, month):
    seen = observe(patients, calendar=month)
    return {
        "z": logrank(seen.time, seen.event, seen.arm).z,
        "hazard_ratio": cox(seen.time, seen.event, seen.arm.astype(float)).hazard_ratio,
        "months": month,
        "events": seen.event.sum(axis=1),
        "entered": seen.analysed.sum(axis=1),
    }


def _store(out, which, look, rejected, seen) -> None:
    rows = (look, rejected, *(seen[name][which] for name in COLUMNS[2:]))
    for place, values in enumerate(rows):
        out[place, which] = values
