"""Cohorts with and without prior CAR-T in the same trials."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions.contrasts import (
    PooledContrast,
    TrialContrasts,
    pool_contrasts,
    trial_contrasts,
)
from secondline.proportions.inputs import check_counts
from secondline.proportions.pooling import pool
from secondline.tables import select_cohorts, treatments


@dataclass(frozen=True, eq=False)
class PairedAnalysis:
    """The comparison inside trials, or why there is none.

    Attributes
    ----------
    cohorts : DataFrame
        From :func:`paired_cohorts`.
    contrasts : TrialContrasts or None
    pooled : PooledContrast or None
    reason : str
        Why there is no pool; "" where there is one.
    """

    cohorts: pd.DataFrame
    contrasts: TrialContrasts | None
    pooled: PooledContrast | None
    reason: str = ""


@dataclass(frozen=True)
class Decomposition:
    """A difference of two crude shares, in two parts.

    Attributes
    ----------
    total : float
        Crude share of group 1 less that of group 2.
    within : float
        What the differences inside the trials contribute.
    mix : float
        What comes from the two groups being spread differently over the trials.
        The parts add up to the total.
    """

    total: float
    within: float
    mix: float


@dataclass(frozen=True)
class Rung:
    """One way to put patients after CAR-T and CAR-T-naive patients side by side.

    Attributes
    ----------
    name : str
    exposed, naive : float
        Shares from 0 to 1; NaN for the comparison inside the trials, which has none,
        and where one cannot be had.
    difference : float
        Exposed less naive.
    """

    name: str
    exposed: float
    naive: float
    difference: float


def paired_cohorts(trials: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return the trials that report an outcome both after CAR-T and without it.

    A trial counts once for each backbone that both its groups received: an antibody
    alone is not set against the antibody with a partner.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : {"ORR", "CR"}

    Returns
    -------
    DataFrame
        Columns trial, study, treatment, and events and totals of each group:
        events_exposed, totals_exposed, events_naive, totals_naive (int). May have
        no rows.
    """
    column = f"{outcome.lower()}_events"
    if column not in trials:
        raise InputError(f"outcome is {outcome!r}; the table has no column {column!r}.")
    known = trials[trials[column].notna()]
    keys = ["trial", "backbone"]
    both = known[known["prior_car_t"] == "yes"].merge(
        known[known["prior_car_t"] == "no"][[*keys, "n", column]],
        on=keys,
        suffixes=("_exposed", "_naive"),
        validate="one_to_one",
    )
    blank = pd.Series("", index=both.index)
    return pd.DataFrame(
        {
            "trial": both["trial"],
            "study": both.get("study", blank),
            "treatment": treatments(both),
            "events_exposed": both[f"{column}_exposed"].astype(int),
            "totals_exposed": both["n_exposed"].astype(int),
            "events_naive": both[f"{column}_naive"].astype(int),
            "totals_naive": both["n_naive"].astype(int),
        }
    )


def analyse_pairs(
    trials: pd.DataFrame, outcome: str, *, measure: str = "RD", method: str = "DL", ci: str = "wald"
) -> PairedAnalysis:
    """Compare after CAR-T with CAR-T-naive inside every trial that has both.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : {"ORR", "CR"}
    measure, method, ci : str
        As for :func:`secondline.proportions.pool_contrasts`.

    Returns
    -------
    PairedAnalysis

    Raises
    ------
    InputError
        If a choice is unknown or the choices do not go together.
    """
    cohorts = paired_cohorts(trials, outcome)
    if cohorts.empty:
        # bad choices are named even where there is nothing to compare
        pool_contrasts([1], [2], [1], [2], measure=measure, method=method, ci=ci)
        reason = (
            f"No trial in this table reports {outcome} both for a cohort after CAR-T and for a "
            "CAR-T-naive one (prior_car_t yes and no under the same name), so nothing can be "
            "compared inside a trial."
        )
        return PairedAnalysis(cohorts, None, None, reason)
    counts = counts_of(cohorts)
    contrasts = trial_contrasts(*counts, measure=measure)
    try:
        pooled = pool_contrasts(*counts, measure=measure, method=method, ci=ci)
    except NoFiniteEstimate as error:
        return PairedAnalysis(cohorts, contrasts, None, str(error))
    return PairedAnalysis(cohorts, contrasts, pooled)


def counts_of(paired: pd.DataFrame):
    """Return the four columns of counts, as the functions of contrasts take them."""
    names = ("events_exposed", "totals_exposed", "events_naive", "totals_naive")
    return tuple(paired[name] for name in names)


def decompose(events1, totals1, events2, totals2) -> Decomposition:
    """Divide a crude difference into what happens within trials and what their mix makes.

    Parameters
    ----------
    events1, totals1, events2, totals2 : array_like of int, shape (k,)

    Returns
    -------
    Decomposition

    Notes
    -----
    Kitagawa (Journal of the American Statistical Association 1955;50:1168), with
    the average of both mixes as the standard.
    """
    x1, n1 = check_counts(events1, totals1, minimum=1)
    x2, n2 = check_counts(events2, totals2, minimum=1)
    share1, share2 = x1 / n1, x2 / n2
    mix1, mix2 = n1 / n1.sum(), n2 / n2.sum()
    return Decomposition(
        total=float(x1.sum() / n1.sum() - x2.sum() / n2.sum()),
        within=float(np.sum((mix1 + mix2) / 2 * (share1 - share2))),
        mix=float(np.sum((mix1 - mix2) * (share1 + share2) / 2)),
    )


def comparison_ladder(trials: pd.DataFrame, outcome: str) -> list[Rung]:
    """Compare after CAR-T with CAR-T-naive in five ways, the naive one first.

    Pools are on the Freeman-Tukey scale, DerSimonian-Laird; the last rung is the
    pooled risk difference inside the trials, DerSimonian-Laird.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : {"ORR", "CR"}

    Returns
    -------
    list of Rung
        A rung without enough cohorts has NaN.
    """
    column = f"{outcome.lower()}_events"
    known = trials[trials[column].notna()]
    naive = _pooled(known[known["prior_car_t"] == "no"], column)
    alone = _selected(trials, outcome)
    exposed = _pooled(known[known["prior_car_t"] == "yes"], column)
    rungs = [
        Rung("antibody alone after CAR-T, all naive cohorts", alone, naive, alone - naive),
        Rung("all cohorts after CAR-T, all naive cohorts", exposed, naive, exposed - naive),
    ]
    paired = paired_cohorts(trials, outcome)
    if len(paired) < 2:
        return rungs
    x1, n1, x2, n2 = counts_of(paired)
    one, two = pool(x1, n1).estimate, pool(x2, n2).estimate
    rungs.append(Rung("only trials with both, each side pooled", one, two, one - two))
    one, two = x1.sum() / n1.sum(), x2.sum() / n2.sum()
    rungs.append(Rung("only trials with both, patients added up", one, two, one - two))
    nan = float("nan")
    inside = pool_contrasts(x1, n1, x2, n2).estimate
    return [*rungs, Rung("inside each trial, then pooled", nan, nan, inside)]


def _selected(trials, outcome) -> float:
    try:
        rows = select_cohorts(trials, "after CAR-T monotherapy", outcome).dropna(subset=["events"])
    except InputError:
        return float("nan")
    return pool(rows["events"], rows["totals"]).estimate


def _pooled(rows, column) -> float:
    if len(rows) < 2:
        return float("nan")
    return pool(rows[column], rows["n"]).estimate
