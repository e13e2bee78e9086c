"""The pool under each reading of cells that are in doubt."""

from dataclasses import dataclass
from itertools import product

import pandas as pd

from secondline.errors import InputError
from secondline.proportions.pooling import PooledProportion, pool
from secondline.tables import select_cohorts


@dataclass(frozen=True, eq=False)
class PoolOfReading:
    """A pool with some doubtful cells read otherwise.

    Attributes
    ----------
    changed : tuple of str
        What was read otherwise, one text for each trial: ``"Chong 2025: n 30, CR 7"``;
        empty for the table as printed.
    result : PooledProportion
    """

    changed: tuple[str, ...]
    result: PooledProportion


def pool_each_reading(
    trials: pd.DataFrame, suspects: pd.DataFrame, population: str, outcome: str, **settings
) -> list[PoolOfReading]:
    """Pool under each combination of readings of the doubtful cells.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    suspects : DataFrame
        From :func:`secondline.tables.read_suspect_cells`. The cells of one trial are
        read together: all as printed, or all otherwise.
    population, outcome : str
        As for :func:`secondline.tables.select_cohorts`.
    **settings
        As for :func:`secondline.proportions.pool`.

    Returns
    -------
    list of PoolOfReading
        As printed first; 2 ** m of them where m trials of this pool have a doubtful
        cell that bears on the outcome.

    Raises
    ------
    InputError
        If a doubtful cell is not in the table, or holds another value there than the
        one called printed; or as :func:`secondline.proportions.pool` does.
    """
    events_column = f"{outcome.lower()}_events"
    inside = set(select_cohorts(trials, population, outcome)["trial"])
    relevant = suspects[
        suspects["trial"].isin(inside) & suspects["column"].isin(("n", events_column))
    ]
    groups = [
        (_row(trials, trial, prior), rows)
        for (trial, prior), rows in relevant.groupby(["trial", "prior_car_t"], sort=False)
    ]
    results = []
    for choice in product((False, True), repeat=len(groups)):
        table, changed = trials.copy(), []
        for otherwise, (position, rows) in zip(choice, groups, strict=True):
            for cell in rows.itertuples():
                held = table.loc[position, cell.column]
                if pd.isna(held) or int(held) != cell.printed:
                    raise InputError(
                        f"{cell.trial}, {cell.column}: the table holds {held}, not the "
                        f"{cell.printed} that is called printed."
                    )
                if otherwise:
                    table.loc[position, cell.column] = cell.alternative
            if otherwise:
                changed.append(_words(rows, outcome))
        cohorts = select_cohorts(table, population, outcome).dropna(subset=["events"])
        results.append(
            PoolOfReading(tuple(changed), pool(cohorts["events"], cohorts["totals"], **settings))
        )
    return results


def _row(trials, trial, prior):
    rows = trials.index[(trials["trial"] == trial) & (trials["prior_car_t"] == prior)]
    if len(rows) != 1:
        raise InputError(f"{trial} (prior_car_t {prior}) stands {len(rows)} times in the table.")
    return rows[0]


def _words(rows, outcome) -> str:
    names = {"n": "n"}
    cells = [f"{names.get(c.column, outcome)} {c.alternative}" for c in rows.itertuples()]
    return f"{rows['trial'].iloc[0]}: {', '.join(cells)}"
