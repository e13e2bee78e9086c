"""A reader's own CSV file as a table of text, and what is wrong with its columns."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from secondline.csvfiles.files import numbered_rows, read_own_file
from secondline.errors import InputError

FAULTS_SHOWN = 10
LARGEST_TABLE = 1000  # rows


def read_own_table(path: Path, purpose: str) -> pd.DataFrame:
    """Return the cells of a reader's CSV file as text.

    Blanks and line breaks around and within a cell become single spaces; columns
    without a name and without a cell are left out.

    Parameters
    ----------
    path, purpose
        As for :func:`read_own_file`.

    Returns
    -------
    DataFrame
        One row for each row that is not blank; the index is the line it begins on.

    Raises
    ------
    InputError
        If the file cannot be read, a quotation mark is left open, rows have too many or
        too few cells, a column without a name has cells, or there is no row at all or
        more than :data:`LARGEST_TABLE`.
    """
    text, separator = read_own_file(path, purpose)
    lines = []
    for line, row, fault in numbered_rows(text, separator):
        if fault:
            raise InputError(f"{path.name}, line {line}: {fault}.")
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            lines.append((line, cells))
    if not lines:
        raise InputError(f"{path.name} is empty.")
    if len(lines) < 2:
        raise InputError(f"{path.name} has no rows below its header.")
    if len(lines) > LARGEST_TABLE + 1:
        raise InputError(
            f"{path.name} has {len(lines) - 1:,} rows; up to {LARGEST_TABLE:,} are read."
        )
    header = lines[0][1]
    width = max((place for place, name in enumerate(header, start=1) if name), default=0)
    faults, rows = [], []
    for line, cells in lines[1:]:
        row = fitted(cells, width)
        if len(row) != width:
            hint = ", so one with a comma in it needs quotation marks" if separator == "," else ""
            faults.append(
                f"Line {line}: {len(row)} fields, but the header has {width}"
                f"{f' (commas part the cells{hint})' if len(row) > width and hint else ''}."
            )
        else:
            rows.append(row)
    raise_if_any(path, faults)
    frame = pd.DataFrame(
        rows, columns=header[:width], index=[line for line, _ in lines[1:]], dtype=str
    )
    return _without_nameless(frame, path)


def fitted(cells: list[str], width: int) -> list[str]:
    """Return a row without the empty cells beyond `width` that spreadsheets append."""
    cells = list(cells)
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def column_faults(
    columns: Sequence[str],
    allowed: Sequence[str],
    needed: Sequence[str],
    aliases: Mapping[str, str],
) -> list[str]:
    """Return a sentence for each kind of fault in a table's header.

    Parameters
    ----------
    columns : sequence of str
        As the file names them.
    allowed, needed : sequence of str
    aliases : mapping of str to str
        What people call a column, in lower case, and its right name.
    """
    columns = list(columns)
    if not set(columns) & set(allowed) and not any(map(_meant(allowed, aliases), columns)):
        return [
            "The first line has no name of a column; it must name them, and needed are "
            f"{', '.join(needed)}."
        ]
    faults = []
    if doubled := sorted({name for name in columns if columns.count(name) > 1}):
        faults.append(f"The column {shown(doubled[0])} stands twice.")
    if missing := [name for name in needed if name not in columns]:
        one = len(missing) == 1
        faults.append(
            f"The column{'' if one else 's'} {', '.join(missing)} {'is' if one else 'are'} "
            f"missing; needed are {', '.join(needed)}."
        )
    if unknown := [name for name in dict.fromkeys(columns) if name not in allowed]:
        one = len(unknown) == 1
        meant = _meant(allowed, aliases)
        names = [
            shown(name) + (f" (did you mean {meant(name)}?)" if meant(name) else "")
            for name in unknown[:FAULTS_SHOWN]
        ]
        more = len(unknown) - len(names)
        faults.append(
            f"The column{'' if one else 's'} {', '.join(names)}"
            f"{f' and {more} more' if more else ''} {'is' if one else 'are'} unknown; "
            f"a table may have {', '.join(allowed)}."
        )
    return faults


def raise_if_any(path: Path, faults: Sequence[str]) -> None:
    """Raise an InputError with the first faults, and how many more there are."""
    if not faults:
        return
    if len(faults) == 1:
        raise InputError(f"{path.name}: {faults[0]}")
    told = list(faults[:FAULTS_SHOWN])
    if more := len(faults) - len(told):
        told.append(f"And {more:,} more.")
    raise InputError(f"{path.name} has {len(faults):,} faults.\n- " + "\n- ".join(told))


def shown(text: str, longest: int = 60) -> str:
    """Return a cell as a sentence quotes it, cut if it is long."""
    return repr(text if len(text) <= longest else text[: longest - 1] + "…")


def _meant(allowed, aliases):
    def meant(name: str) -> str:
        plain = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
        if plain in allowed:
            return plain
        return aliases.get(plain) or next(iter(get_close_matches(plain, allowed, 1, 0.75)), "")

    return meant


def _without_nameless(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    keep = []
    for place, name in enumerate(frame.columns):
        cells = frame.iloc[:, place]
        if not name and cells.ne("").any():
            line = cells.index[cells.ne("")][0]
            raise InputError(
                f"{path.name}: column {place + 1} has no name, but line {line} has "
                f"{shown(cells.loc[line])} in it."
            )
        keep.append(bool(name))
    return frame.loc[:, keep]
