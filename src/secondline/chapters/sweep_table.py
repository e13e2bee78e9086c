"""The outcomes of a sweep as one tidy table."""

import io
import json
import tempfile
from pathlib import Path

import pandas as pd

from secondline.chapters.notebooks import write_whole
from secondline.chapters.sweeping import OK, Outcome
from secondline.errors import InputError

FIRST = ("variant", "chapter")
LAST = ("status", "seconds", "error")


def sweep_table(
    outcomes: list[Outcome], varied: tuple[str, ...], keep: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Return one row a variant: its parameters, how it went, and what it recorded.

    Parameters
    ----------
    outcomes : list of Outcome
    varied : tuple of str
        Parameters that have a column; those of other chapters are missing values.
    keep : tuple of str
        Recorded results that have a column; empty for all.

    Raises
    ------
    InputError
        If no variant that came to its end has recorded a result that is to be kept.

    Returns
    -------
    DataFrame
        A recorded result that is a list is text in JSON. One that has the name of another
        column is called ``recorded_NAME``.
    """
    taken = {*FIRST, *varied, *LAST}
    done = [outcome for outcome in outcomes if outcome.status == OK]
    for name in keep:
        if done and not any(name in outcome.results for outcome in done):
            raise InputError(
                f"keep names {name!r}, which no variant records; they record "
                f"{', '.join(sorted(set().union(*(o.results for o in done))))}."
            )
    rows = []
    for k, outcome in enumerate(outcomes, start=1):
        results = {
            f"recorded_{name}" if name in taken else name: _cell(value)
            for name, value in outcome.results.items()
            if not keep or name in keep
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


def write_for_the_book(table: pd.DataFrame, path: Path) -> None:
    """Write a table that a page of the book reads: without seconds, to ten digits, so that
    it is the same wherever it is made.

    Raises
    ------
    InputError
        If a variant has failed, or the file cannot be written.
    """
    failed = table[table["status"] != OK]
    if len(failed):
        raise InputError(
            f"{len(failed)} variants have failed, so {path.name} was not written; the first: "
            f"{failed['error'].iloc[0]}"
        )
    plain = table.drop(columns=["status", "seconds", "error"])
    text = plain.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write_whole(path, text.encode())


def _cell(value):
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return value


def _one_kind(column: pd.Series) -> pd.Series:
    """Write a column of several kinds, or of nothing, as texts: Parquet has one kind a column."""
    if column.dtype != object:
        return column
    return column.map(lambda v: v if isinstance(v, str) or pd.isna(v) else str(v)).astype("string")
