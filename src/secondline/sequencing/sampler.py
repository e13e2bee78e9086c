"""Sample patient histories from a semi-Markov model, many at a time."""

from dataclasses import dataclass, field
from numbers import Real

import numpy as np
import pandas as pd

from secondline.cluster import run_blocks
from secondline.errors import InputError
from secondline.sequencing.model import DEAD, SequenceModel

# Each block of patients has a random stream of its own, so results depend on the
# seed alone and memory on the block alone, whoever computes which block.
BLOCK = 16_384
MOST_STEPS = 1_000


@dataclass(frozen=True, eq=False)
class SimulatedSequences:
    """What a simulated group of patients went through. Virtual patients, all of them.

    Attributes
    ----------
    states : tuple of str
    times : ndarray, shape (n_times,)
        Months since the start.
    occupancy : ndarray, shape (n_times, n_states)
        Share of the patients in each state at each time; each row adds up to 1.
    mean_time : ndarray, shape (draws, n_states)
        Mean months in each state up to `horizon` (restricted mean time), one row for
        each set of parameters.
    halves : ndarray, shape (draws, 2)
        Mean months alive of every other patient, from the first and from the second
        on; their scatter tells the sampling noise. NaN with one patient a draw.
    horizon : float
        Months of follow-up.
    patients : int
        Patients in each draw.
    seed : int
    parameters : str
        Fingerprint of the values that the model was built from, or "".
    """

    states: tuple[str, ...]
    times: np.ndarray = field(repr=False)
    occupancy: np.ndarray = field(repr=False)
    mean_time: np.ndarray = field(repr=False)
    halves: np.ndarray = field(repr=False)
    horizon: float
    patients: int
    seed: int
    parameters: str = field(repr=False, default="")

    def share(self, *states: str) -> np.ndarray:
        """Return the share of patients in any of these states at each time."""
        return self.occupancy[:, self._columns(states)].sum(axis=1)

    def months(self, *states: str) -> np.ndarray:
        """Return the mean months in these states, one value for each draw."""
        return self.mean_time[:, self._columns(states)].sum(axis=1)

    @property
    def alive(self) -> tuple[str, ...]:
        """All states but death."""
        return self.states[:-1]

    def _columns(self, states):
        unknown = [name for name in states if name not in self.states]
        if unknown:
            raise InputError(
                f"There is no state {unknown[0]!r}; the states are {', '.join(self.states)}."
            )
        return [self.states.index(name) for name in states]


def simulate(
    model: SequenceModel,
    n_patients: int,
    *,
    seed: int,
    horizon: float = 60.0,
    times=None,
    scheduler: str = "",
) -> SimulatedSequences:
    """Send patients through a model and count where they are.

    Parameters
    ----------
    model : SequenceModel
    n_patients : int
        Patients for each draw of the model's parameters, 1 or more.
    seed : int
        0 or more. Two models sampled with one seed share their random numbers patient
        by patient and step by step, which makes their difference less noisy.
    horizon : float
        Months of follow-up, above 0.
    times : array_like, shape (n_times,), optional
        Months at which patients are counted, from 0 to `horizon` and rising; 121
        evenly spaced times if not given.
    scheduler : str
        Address of a dask scheduler (``tcp://host:port``) whose workers share the work;
        empty: this process. The result is the same to the last bit.

    Returns
    -------
    SimulatedSequences

    Raises
    ------
    InputError
        If a number cannot be used, the scheduler cannot be reached, or patients go
        round in circles without time passing.

    Notes
    -----
    On entering a state a patient's next state is drawn first, then the time until the
    move (the semi-Markov kernel; see Meira-Machado et al., Stat Methods Med Res
    2009;18:195). Death from other causes is one exponential time a patient.
    """
    n_patients = _whole("n_patients", n_patients, 1)
    seed = _whole("seed", seed, 0)
    horizon = _horizon(horizon)
    times = _times(times, horizon)
    compact = _compact(model)
    total = n_patients * model.draws
    blocks = range((total + BLOCK - 1) // BLOCK)
    settings = (compact, n_patients, total, seed, horizon, times)
    counted = np.zeros((len(times), len(model.states)), dtype=np.int64)
    months = np.zeros((model.draws, len(model.states)))
    halves = np.zeros((model.draws, 2))
    results = run_blocks(_count_block, settings, blocks, scheduler=scheduler)
    # blocks are added in their order, so that rounding is the same everywhere
    for first, block_counts, block_months, block_halves in results:
        counted += block_counts
        last = first + len(block_halves)
        months[first:last] += block_months
        halves[first:last] += block_halves
    sizes = np.array([(n_patients + 1) // 2, n_patients // 2])
    halves = halves / sizes if n_patients > 1 else np.full_like(halves, np.nan)
    return SimulatedSequences(
        states=model.states,
        times=times,
        occupancy=counted / total,
        mean_time=months / n_patients,
        halves=halves,
        horizon=horizon,
        patients=n_patients,
        seed=seed,
        parameters=model.parameters,
    )


def histories(
    model: SequenceModel, n_patients: int, *, seed: int, horizon: float = 60.0
) -> pd.DataFrame:
    """Return what happened to each virtual patient, one row a stay in a state.

    Parameters
    ----------
    model, n_patients, seed, horizon
        As for :func:`simulate`; the patients are the same.

    Returns
    -------
    DataFrame
        Columns patient (``virtual-1`` ...), draw, step, state, entry, exit (months)
        and moved_to: the next state, or "" where follow-up ended first.
    """
    n_patients = _whole("n_patients", n_patients, 1)
    seed = _whole("seed", seed, 0)
    horizon = _horizon(horizon)
    compact = _compact(model)
    total = n_patients * model.draws
    columns = ("number", "state", "entry", "exit", "moved_to")
    stays = [
        pd.DataFrame(dict(zip(columns, (block * BLOCK + rows, *stay), strict=True)))
        for block in range((total + BLOCK - 1) // BLOCK)
        for rows, *stay in _walk(compact, n_patients, total, seed, horizon, block)
    ]
    # a patient's stays come in their order
    frame = pd.concat(stays).sort_values("number", kind="stable", ignore_index=True)
    names = np.array([*model.states, ""], dtype=object)
    return pd.DataFrame(
        {
            "patient": [f"virtual-{number + 1}" for number in frame["number"]],
            "draw": frame["number"] // n_patients,
            "step": frame.groupby("number").cumcount(),
            "state": names[frame["state"]],
            "entry": frame["entry"],
            "exit": frame["exit"],
            "moved_to": names[frame["moved_to"]],
        }
    )


def ever(model: SequenceModel, treatment: str, *, n_patients: int = 20_000, seed: int) -> float:
    """Return the share of patients who ever start a treatment, within ten years.

    Parameters
    ----------
    model : SequenceModel
        With one set of parameters.
    treatment : str
    n_patients, seed : int

    Raises
    ------
    InputError
        If the model has no such treatment.
    """
    state = f"{treatment}: before scan"
    if state not in model.states:
        raise InputError(f"The model has no state {state!r}.")
    stays = histories(model, n_patients, seed=seed, horizon=120.0)
    return float(stays.loc[stays["state"] == state, "patient"].nunique() / n_patients)


def _compact(model):
    """Return the model as plain arrays, which travel well: one entry a state."""
    index = {name: i for i, name in enumerate(model.states)}

    def column(value):
        # a column of one serves all draws and stays small
        return np.atleast_1d(np.asarray(value, dtype=float))

    ways = []
    for name in model.states:
        mine = [t for t in model.transitions if t.origin == name]
        ways.append(
            {
                "to": np.array([index[t.destination] for t in mine], dtype=np.intp),
                "probability": [column(t.probability) for t in mine],
                "median": [column(t.time.median) for t in mine],
                "power": np.array([1 / t.time.shape for t in mine]),
            }
        )
    return {
        "start": index[model.start],
        "dead": index[DEAD],
        "n_states": len(model.states),
        "ways": ways,
        "rate": column(model.other_death_rate),
    }


def _walk(compact, n_patients, total, seed, horizon, block):
    """Yield, step by step, who was where from when to when, and went where."""
    first = block * BLOCK
    n = min(BLOCK, total - first)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(block,)))
    draw = (first + np.arange(n)) // n_patients

    def of(column, rows):
        return column[0] if len(column) == 1 else column[draw[rows]]

    rate = np.broadcast_to(of(compact["rate"], np.arange(n)), n)
    other = rng.standard_exponential(n)
    with np.errstate(over="ignore"):
        end = np.divide(other, rate, out=np.full(n, np.inf), where=rate > 0)
    state = np.full(n, compact["start"], dtype=np.intp)
    clock = np.zeros(n)
    rows = np.arange(n)
    nowhere = compact["n_states"]
    for _ in range(MOST_STEPS):
        if len(rows) == 0:
            return
        # drawn for everybody, so that a patient's numbers do not depend on the model
        which, how_long = rng.random(n)[rows], rng.random(n)[rows]
        here = state[rows]
        following = np.full(len(rows), nowhere, dtype=np.intp)
        leaves = np.full(len(rows), np.inf)
        for s in np.unique(here):
            mine = np.flatnonzero(here == s)
            way = compact["ways"][s]
            reached = np.zeros(len(mine))
            undecided = np.ones(len(mine), dtype=bool)
            for j, to in enumerate(way["to"]):
                reached = reached + of(way["probability"][j], rows[mine])
                chosen = undecided & (which[mine] < reached)
                undecided &= ~chosen
                picked = mine[chosen]
                unit = -np.log1p(-how_long[picked]) / np.log(2)
                stay = of(way["median"][j], rows[picked]) * unit ** way["power"][j]
                following[picked] = to
                leaves[picked] = clock[rows[picked]] + stay
        entry = clock[rows]
        limit = end[rows]
        died = limit < leaves
        following = np.where(died, compact["dead"], following)
        exit_ = np.minimum(leaves, limit)
        ended = exit_ >= horizon
        following = np.where(ended, nowhere, following)
        exit_ = np.minimum(exit_, horizon)
        yield rows, here, entry, exit_, following
        moved = ~ended
        clock[rows[moved]] = exit_[moved]
        state[rows[moved]] = following[moved]
        dead = moved & (following == compact["dead"])
        if dead.any():
            # death is a state too: its time counts up to the horizon
            yield (
                rows[dead],
                np.full(dead.sum(), compact["dead"], dtype=np.intp),
                exit_[dead],
                np.full(dead.sum(), horizon),
                np.full(dead.sum(), nowhere, dtype=np.intp),
            )
        rows = rows[moved & ~dead]
    raise InputError(
        f"After {MOST_STEPS:,} moves patients are still moving: the model goes round in circles "
        "in which hardly any time passes."
    )


def _count_block(settings, block):
    """Return the first draw of a block, and its counts, months, and months alive by halves."""
    compact, n_patients, total, seed, horizon, times = settings
    n_states = compact["n_states"]
    first_patient = block * BLOCK
    n = min(BLOCK, total - first_patient)
    first = first_patient // n_patients
    draws = (first_patient + n - 1) // n_patients - first + 1
    # a stay counts at the times from its entry on and before its exit
    changes = np.zeros((len(times) + 1, n_states), dtype=np.int64)
    months = np.zeros(draws * n_states)
    alive = np.zeros(n)
    for rows, state, entry, exit_, following in _walk(
        compact, n_patients, total, seed, horizon, block
    ):
        goes_in = np.searchsorted(times, entry, side="left")
        stays = following == n_states
        goes_out = np.where(stays, len(times), np.searchsorted(times, exit_, side="left"))
        np.add.at(changes, (goes_in, state), 1)
        np.add.at(changes, (goes_out, state), -1)
        where = (first_patient + rows) // n_patients - first
        spent = exit_ - entry
        months += np.bincount(where * n_states + state, weights=spent, minlength=len(months))
        living = state != compact["dead"]
        np.add.at(alive, rows[living], spent[living])
    patient = first_patient + np.arange(n)
    half = 2 * (patient // n_patients - first) + patient % n_patients % 2
    halves = np.bincount(half, weights=alive, minlength=2 * draws).reshape(draws, 2)
    return first, np.cumsum(changes, axis=0)[:-1], months.reshape(draws, n_states), halves


def _whole(name, value, lowest):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < lowest:
        raise InputError(f"{name} is {value!r}; it must be a whole number, {lowest} or more.")
    return int(value)


def _horizon(value):
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < np.inf:
        raise InputError(f"horizon is {value!r}; it must be a number of months above 0.")
    return float(value)


def _times(times, horizon):
    if times is None:
        return np.linspace(0, horizon, 121)
    times = np.asarray(times, dtype=float)
    if (
        times.ndim != 1
        or len(times) == 0
        or not np.isfinite(times).all()
        or (np.diff(times) <= 0).any()
        or times[0] < 0
        or times[-1] > horizon
    ):
        raise InputError(f"times must rise from 0 or later to the horizon, {horizon:g} months.")
    return times
