"""The outcomes of a sweep as one tidy table."""

import io
import json
import tempfile
from pathlib import Path

import pandas as pd

from secondline.chapters.notebooks import write_whole
from secondline.chapters.sweeping import Outcome
from secondline.errors import InputError

FIRST = ("variant", "chapter")
LAST = ("status", "seconds", "error")


def sweep_table(outcomes: list[Outcome], varied: tuple[str, ...]) -> pd.DataFrame:
    """Return one row a variant: its parameters, how it went, and what it recorded.

    Parameters
    ----------
    outcomes : list of Outcome
    varied : tuple of str
        Parameters that have a column; those of other chapters are missing values.

    Returns
    -------
    DataFrame
        A recorded result that is a list is text in JSON. One that has the name of another
        column is called ``recorded_NAME``.
    """
    taken = {*FIRST, *varied, *LAST}
    rows = []
    for k, outcome in enumerate(outcomes, start=1):
        results = {
            f"recorded_{name}" if name in taken else name: _cell(value)
            for name, value in outcome.results.items()
        }
        rows.append(
            {"variant": k, "chapter": outcome.request.chapter}
            | {name: outcome.request.values.get(name) for name in varied}
            | {"status": outcome.status, "seconds": outcome.seconds, "error": outcome.error}
            | results
        )
    return pd.DataFrame(rows).convert_dtypes(convert_floating=False).apply(_one_kind)


def write_table(table: pd.DataFrame, folder: Path, name: str) -> tuple[Path, Path]:
    """Write a table as CSV and as Parquet, and return both paths.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    import duckdb

    plain, packed = folder / f"{name}.csv", folder / f"{name}.parquet"
    text = io.StringIO()
    table.to_csv(text, index=False, lineterminator="\n")
    write_whole(plain, text.getvalue().encode())
    with tempfile.TemporaryDirectory(prefix="secondline-") as scratch, duckdb.connect() as base:
        partial = Path(scratch) / "table.parquet"
        base.register("sweep", table)
        try:
            base.execute("COPY sweep TO $path (FORMAT parquet)", {"path": str(partial)})
        except duckdb.Error as error:
            raise InputError(f"{packed} cannot be written: {error}.") from error
        write_whole(packed, partial.read_bytes())
    return plain, packed


def _cell(value):
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _one_kind(column: pd.Series) -> pd.Series:
    """Write a column of several kinds, or of nothing, as texts: Parquet has one kind a column."""
    if column.dtype != object:
        return column
    return column.map(lambda v: v if isinstance(v, str) or pd.isna(v) else str(v)).astype("string")
