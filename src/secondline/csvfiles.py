"""Read CSV files, and say in a sentence where one cannot be read."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from secondline.errors import InputError


def read_own_file(path: Path, purpose: str) -> tuple[str, str]:
    """Return the text of a reader's CSV file and what separates its columns.

    Commas or semicolons, with or without a byte order mark, as spreadsheets write
    them.

    Parameters
    ----------
    path : Path
    purpose : str
        What the file is, to end the sentence if there is none.

    Raises
    ------
    InputError
        If there is no such file or it is not UTF-8 text.
    """
    if not path.is_file():
        raise InputError(
            f"There is no file {str(path)!r} (looked for at {path.resolve()}); {purpose}"
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name} is not UTF-8 text; save the table as 'CSV UTF-8'."
        ) from error
    first = text.split("\n", 1)[0]
    return text, ";" if first.count(";") > first.count(",") else ","


def open_rows(text: str, separator: str):
    """Return a strict csv reader over a text."""
    return csv.reader(io.StringIO(text), delimiter=separator, strict=True)


def keyed_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of one of the project's own tables, each with its place in words.

    Raises
    ------
    InputError
        If the columns are not exactly those, a row has too many or too few fields,
        or an id is empty or used twice; with the line number.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(lines)
        header = next(reader, [])
        if header != list(columns):
            raise InputError(
                f"{path}, line 1: the columns are {', '.join(header)}; "
                f"they must be {', '.join(columns)}."
            )
        seen = set()
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            if len(row) != len(columns):
                raise InputError(f"{where}: {len(row)} fields; a row has {len(columns)}.")
            values = dict(zip(columns, row, strict=True))
            if not values["id"] or values["id"] in seen:
                raise InputError(f"{where}: the id {values['id']!r} is empty or used twice.")
            seen.add(values["id"])
            yield where, values
