"""What sweeps say: how far an answer moves, which choice moves it, and whether a reading holds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.errors import InputError, one_of
from secondline.intervals import bare_p
from secondline.paths import project_root


@dataclass(frozen=True)
class Spread:
    """The answers of a sweep.

    Attributes
    ----------
    n : int
        Variants.
    known : int
        Those that have an answer.
    lowest, highest : float
        Of the answers; NaN if there is none.
    holding : int
        Variants in which the reading holds.
    moved_by : DataFrame
        One row a choice, the one that moves most first: `choice`, `largest` and `typical`
        (the median) change of the answer when this choice alone is changed from one of its
        values to another, and `turns`, how often the reading then turns, of `of` times.
    """

    n: int
    known: int
    lowest: float
    highest: float
    holding: int
    moved_by: pd.DataFrame


def read_answers(name: str) -> pd.DataFrame:
    """Return the table of a ready-made sweep, one row a variant.

    Raises
    ------
    InputError
        If there is no such table.
    """
    folder = project_root() / "data/sweeps"
    names = sorted(path.stem for path in folder.glob("*.csv"))
    if name not in names:
        raise InputError(f"There is no sweep {name!r} in data/sweeps; allowed: {one_of(names)}.")
    return pd.read_csv(folder / f"{name}.csv")


def spread(table: pd.DataFrame, value: str, choices, holds, *, ratio: bool = False) -> Spread:
    """Summarise the answers of a sweep.

    Parameters
    ----------
    table : DataFrame
        One row a variant.
    value : str
        The column of the answer.
    choices : iterable of str
        Columns of what was varied.
    holds : array of bool, shape (n,)
        Whether the reading holds in each row.
    ratio : bool
        Whether the answer is a ratio: changes are then factors, not differences.

    Raises
    ------
    InputError
        If a column is missing, or `holds` has another length.
    """
    choices, holds = list(choices), np.asarray(holds, dtype=bool)
    for column in (value, *choices):
        if column not in table:
            raise InputError(f"The table has no column {column!r}; it has {one_of(table.columns)}.")
    if holds.shape != (len(table),):
        raise InputError(
            f"holds has shape {holds.shape}; it must have one value for each of {len(table)} rows."
        )
    answers = np.log(table[value]) if ratio else table[value]
    rows = []
    for choice in choices:
        others = [name for name in choices if name != choice]
        alike = pd.DataFrame({"answer": answers, "holds": holds}).groupby(
            [table[name] for name in others] or np.zeros(len(table)), dropna=False
        )
        groups = [part for _, part in alike if len(part) > 1]
        changes = [
            float(part["answer"].max() - part["answer"].min())
            for part in groups
            if part["answer"].notna().sum() > 1
        ]
        turns = sum(part["holds"].nunique() > 1 for part in groups)
        largest, typical = (max(changes), float(np.median(changes))) if changes else (np.nan,) * 2
        rows.append((choice, largest, typical, turns, len(groups)))
    moved = pd.DataFrame(rows, columns=["choice", "largest", "typical", "turns", "of"])
    if ratio:
        moved[["largest", "typical"]] = np.exp(moved[["largest", "typical"]])
    moved = moved.sort_values("largest", ascending=False, kind="stable", ignore_index=True)
    known = table[value].dropna()
    return Spread(
        len(table), len(known), known.min() if len(known) else np.nan,
        known.max() if len(known) else np.nan, int(holds.sum()), moved,
    )  # fmt: skip


def moved_page(found: Spread, names: dict[str, str], *, unit: str, ratio: bool = False) -> pd.DataFrame:
    """Return which choice moves the answer, as texts."""

    def told(change: float) -> str:
        if not np.isfinite(change):
            return "–"
        return f"× {change:.2f}" if ratio else f"{change:.1f} {unit}".strip()

    rows = [
        (names[row.choice], told(row.typical), told(row.largest), f"{row.turns} of {row.of}")
        for row in found.moved_by.itertuples()
    ]
    return pd.DataFrame(
        rows, columns=["Changed alone", "typical change", "largest change", "reading turns"]
    )


def held_words(found: Spread) -> str:
    """Say in how many variants a reading holds.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 2], "x": [0.1, 0.2]})
    >>> held_words(spread(table, "x", ["a"], [True, True]))
    'in all 2 variants'
    """
    if found.holding == found.n:
        return f"in all {found.n} variants"
    if found.holding == 0:
        return f"in none of {found.n} variants"
    return f"in {found.holding} of {found.n} variants"


def mover(found: Spread, names: dict[str, str]) -> str:
    """Return the choice that moves the answer most, as the page calls it, in small letters."""
    name = names[found.moved_by["choice"].iloc[0]]
    return name[0].lower() + name[1:]


def cuts_page(searched: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return the best cut of each marker and arm, as texts; those below the limit first."""
    ordered = searched.sort_values(["permuted_p", "best_p"], kind="stable")
    rows = [
        (f"{row.marker}, {row.arm}", str(int(row.cuts)), bare_p(row.best_p), bare_p(row.permuted_p),
         "yes" if row.permuted_p < alpha else "no")
        for row in ordered.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Marker and arm", "cuts tried", "P of the best", "P after the search", "still below the limit",
    ])  # fmt: skip


def cuts_reading(looks: Spread, is_left: Spread, alpha: float) -> str:
    """Say how many best cuts are below a limit before and after the search is allowed for."""
    lost = looks.holding - is_left.holding
    text = (
        f"As it comes, P of the best cut is below {alpha:g} {held_words(looks)} of marker and arm; "
        f"with the search allowed for, {held_words(is_left)}."
    )
    if lost > 0:
        text += f" For {lost} of them the small P was the search's."
    return text


def spread_report(
    found: Spread, what: str, unit: str, reading: str, names: dict[str, str]
) -> str:
    """Return a sentence for a report on a sweep."""
    if not found.known:
        return f"None of {found.n} variants gave a value for {what}."
    choices = ", ".join(name.lower() for name in names.values())
    return (
        f"In {found.n} variants (all combinations of {choices} that exist) {what} ran from "
        f"{found.lowest:.1f} to {found.highest:.1f} {unit}; {reading} was found "
        f"{held_words(found)}. Changing {mover(found, names)} alone moved it most, by up to "
        f"{found.moved_by['largest'].iloc[0]:.1f} {'points' if unit == '%' else unit}."
    )
