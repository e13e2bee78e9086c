"""Simulated annealing: let patients change outcome records until the targets are met."""

from dataclasses import dataclass, field

import numpy as np

from secondline.cohort.objective import ARMS, Objective


@dataclass(frozen=True)
class Schedule:
    """How long to anneal, and from what temperature to which (in units of the penalty)."""

    steps: int = 90_000
    first: float = 2.0
    last: float = 0.01


@dataclass(frozen=True, eq=False)
class Annealed:
    """What annealing reached.

    Attributes
    ----------
    patient : dict of str to ndarray
        For each arm, which patient carries each record, in order of event-free time.
    started, reached : float
        Penalty before and after.
    accepted : int
        Swaps that were kept.
    """

    patient: dict[str, np.ndarray] = field(repr=False)
    started: float
    reached: float
    accepted: int


def anneal(
    objective: Objective, groups: dict[str, np.ndarray], rng, schedule: Schedule = Schedule()
) -> Annealed:
    """Swap patients within groups of records, keeping a worse state with falling probability.

    Parameters
    ----------
    objective : Objective
        Its assignment is changed in place.
    groups : dict of str to ndarray of int
        For each arm, the group of each record; patients change places within one only.
    rng : numpy.random.Generator
    schedule : Schedule

    Returns
    -------
    Annealed
        The best assignment that was seen.

    Notes
    -----
    Kirkpatrick, Gelatt and Vecchi, Science 1983;220:671.
    """
    members = {
        arm: {g: np.flatnonzero(groups[arm] == g) for g in np.unique(groups[arm])} for arm in ARMS
    }
    weight = np.array([len(objective.patient[arm]) for arm in ARMS], dtype=float)
    current = started = best = objective.penalty()
    kept = {arm: objective.patient[arm].copy() for arm in ARMS}
    accepted = 0
    cooling = (schedule.last / schedule.first) ** (1 / max(1, schedule.steps - 1))
    temperature = schedule.first
    for _ in range(schedule.steps):
        arm = ARMS[int(rng.random() >= weight[0] / weight.sum())]
        i = int(rng.integers(len(objective.patient[arm])))
        mates = members[arm][groups[arm][i]]
        j = int(mates[rng.integers(len(mates))])
        if i != j:
            objective.swap(arm, i, j)
            after = objective.penalty()
            if after <= current or rng.random() < np.exp((current - after) / temperature):
                current, accepted = after, accepted + 1
                if current < best:
                    best, kept = current, {a: objective.patient[a].copy() for a in ARMS}
            else:
                objective.undo()
        temperature *= cooling
    for arm in ARMS:
        objective.patient[arm][:] = kept[arm]
    return Annealed(kept, started, best, accepted)
