"""Tab-separated tables of open data: their text, their header and their rows."""

import gzip
import zlib
from pathlib import Path

from secondline.csvfiles import raise_if_any, shown
from secondline.csvfiles.files import numbered_rows
from secondline.errors import InputError

LARGEST = 100_000_000  # bytes, unpacked


def read_tsv(path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header and the rows of a tab-separated file, packed by gzip or not.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    header : list of str
    rows : list of tuple
        The line on which a row begins, and its cells: as many as the header has. Blank
        rows are left out.

    Raises
    ------
    InputError
        If the file cannot be read, ends too early, is no text in UTF-8, or a row has
        another number of cells than the header.
    """
    path = Path(path)
    rows, faults = [], []
    header: list[str] = []
    for line, cells, fault in numbered_rows(_text(path), "\t"):
        cells = [cell.strip() for cell in cells]
        if fault:
            faults.append(f"Line {line}: {fault}.")
        elif not any(cells):
            continue
        elif not header:
            header = cells
        elif len(cells) != len(header):
            faults.append(f"Line {line} has {len(cells)} cells, but the header has {len(header)}.")
        else:
            rows.append((line, cells))
    raise_if_any(path, faults)
    if not rows:
        raise InputError(f"{path.name} has no rows below its header.")
    return header, rows


def need_columns(path, header, columns) -> dict[str, int]:
    """Return the place of each column that is needed.

    Raises
    ------
    InputError
        If one is missing or stands twice.
    """
    faults = [f"The column {shown(name)} is missing." for name in columns if name not in header]
    faults += [f"The column {shown(c)} stands twice." for c in columns if header.count(c) > 1]
    raise_if_any(Path(path), faults)
    return {name: header.index(name) for name in columns}


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(path) as file:
                data = file.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{path.name} ends too early or is damaged; get it again.") from None
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST:
        raise InputError(f"{path.name} is larger than any table of this book.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is no text in UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
