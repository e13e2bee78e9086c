"""Estimate from histories where patients are: the Aalen-Johansen estimator."""

import numpy as np
import pandas as pd

from secondline.errors import InputError


def aalen_johansen(history: pd.DataFrame, times, states) -> np.ndarray:
    """Return the estimated share of patients in each state at each time.

    Parameters
    ----------
    history : DataFrame
        Columns patient, state, entry, exit and moved_to, as from
        :func:`secondline.sequencing.histories`; moved_to is "" where a patient was
        last seen in a state, which need not be the same time for all.
    times : array_like, shape (n_times,)
        Rising.
    states : sequence of str
        The states, which give the columns their order.

    Returns
    -------
    ndarray, shape (n_times, n_states)
        Product integral of the Nelson-Aalen hazards (Aalen and Johansen, Scand J
        Stat 1978;5:141), from the observed states at time 0.

    Raises
    ------
    InputError
        If there is no history, a state is not listed, a stay has no length, a patient
        is not seen from time 0 on, or the times do not rise.
    """
    states = list(states)
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise InputError("times must be finite and rise.")
    if len(history) == 0:
        raise InputError("There is no history to estimate from.")
    unknown = set(history["state"]) | (set(history["moved_to"]) - {""})
    unknown -= set(states)
    if unknown:
        raise InputError(f"The history has the state {sorted(unknown)[0]!r}, which is not listed.")
    index = {name: i for i, name in enumerate(states)}
    here = history["state"].map(index).to_numpy()
    entry = history["entry"].to_numpy(float)
    exit_ = history["exit"].to_numpy(float)
    moved = history["moved_to"].to_numpy() != ""
    there = history["moved_to"].map(index).fillna(-1).to_numpy(int)
    if not (exit_ > entry).all():
        raise InputError("Every stay must end later than it begins, or nobody is at risk in it.")
    starts = history.sort_values("entry", kind="stable").groupby("patient").first()
    late = starts.index[starts["entry"] != 0]
    if len(late):
        raise InputError(f"{late[0]} is not seen from time 0 on; late entry is not provided for.")
    starts = starts["state"]
    share = np.zeros(len(states))
    for name, count in starts.value_counts().items():
        share[index[name]] = count / len(starts)

    moments = np.unique(exit_[moved])
    result = np.empty((len(times), len(states)))
    done = 0
    order_in = [np.sort(entry[here == s]) for s in range(len(states))]
    order_out = [np.sort(exit_[here == s]) for s in range(len(states))]
    for moment in moments:
        upto = np.searchsorted(times, moment, side="left")
        result[done:upto] = share
        done = max(done, upto)
        now = moved & (exit_ == moment)
        counts = np.zeros((len(states), len(states)))
        np.add.at(counts, (here[now], there[now]), 1)
        step = np.eye(len(states))
        for s in np.flatnonzero(counts.sum(axis=1)):
            at_risk = np.searchsorted(order_in[s], moment, side="left") - np.searchsorted(
                order_out[s], moment, side="left"
            )
            hazard = counts[s] / at_risk
            step[s] += hazard
            step[s, s] -= hazard.sum()
        share = share @ step
    result[done:] = share
    return result
