"""The text of a CSV file, and its rows with their lines."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from secondline.errors import InputError

LARGEST_FILE = 5_000_000  # bytes; the published table has 3 kB
SEPARATORS = (",", ";", "\t")
# how files begin that a spreadsheet program opens and a reader may take for a table
NO_CSV = {
    b"PK\x03\x04": "a workbook (Excel, OpenDocument) or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_own_file(path: Path, purpose: str) -> tuple[str, str]:
    """Return the text of a reader's CSV file and what separates its columns.

    Commas, semicolons or tabs, in UTF-8, UTF-16 with a byte order mark or Windows-1252,
    as spreadsheets write them. A first line ``sep=;`` is taken as Excel takes it.

    Parameters
    ----------
    path : Path
    purpose : str
        What the file is, to end the sentence if there is none.

    Returns
    -------
    text : str
        With "\\n" at the end of each line.
    separator : str

    Raises
    ------
    InputError
        If there is no such file, it is a folder, larger than :data:`LARGEST_FILE`, or
        no text.
    """
    data = _read_bytes(path, purpose)
    for start, what in NO_CSV.items():
        if data.startswith(start):
            raise InputError(
                f"{path.name} is {what}, not a CSV file; save the table as 'CSV UTF-8' "
                "and give that file."
            )
    text = _decoded(data, path).replace("\r\n", "\n").replace("\r", "\n")
    if odd := NO_TEXT.search(text):
        raise InputError(
            f"{path.name}, line {text.count(chr(10), 0, odd.start()) + 1}: a character that "
            f"is no text (U+{ord(odd.group()):04X}); save the table as 'CSV UTF-8'."
        )
    first = next((line for line in text.split("\n") if line.strip()), "")
    if named := re.fullmatch(r"\s*sep=([,;\t])\s*", first):
        # the line is left in place, empty, so that the others keep their numbers
        return text.replace(first, "", 1), named.group(1)
    bare = re.sub(r'"[^"]*"', "", first)
    return text, max(SEPARATORS, key=bare.count)


def _read_bytes(path: Path, purpose: str) -> bytes:
    try:
        folder, found = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        # a name too long for the system, or with a character that no name can have
        folder = found = False
    if folder:
        raise InputError(f"{str(path)!r} is a folder; {purpose}")
    if not found:
        raise InputError(
            f"There is no file {str(path)!r} (looked for at {str(Path.cwd() / path)!r}); {purpose}"
        )
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise InputError(
                f"{path.name} has {size / 1e6:,.1f} MB; a table of up to "
                f"{LARGEST_FILE / 1e6:g} MB is read."
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.") from error


def _decoded(data: bytes, path: Path) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{path.name} is no text in UTF-8; save the table as 'CSV UTF-8'.")


def numbered_rows(text: str, separator: str) -> Iterator[tuple[int, list[str], str]]:
    """Yield each row with the line it begins on.

    Parameters
    ----------
    text, separator : str
        From :func:`read_own_file`.

    Yields
    ------
    line : int
        Counted from 1; a row whose cells hold line breaks spans several.
    row : list of str
        Empty if the row cannot be read.
    fault : str
        Why not, as the end of a sentence, or "".
    """
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = str(error)
            if "unexpected end" in told:
                told = "a quotation mark is opened and never closed"
            elif "expected after" in told:
                told = "a quotation mark stands in the middle of a cell"
            elif "field limit" in told:
                told = "a cell is too long to be one"
            yield line, [], told
        else:
            yield line, row, ""


def keyed_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of one of the project's own tables, each with its place in words.

    Raises
    ------
    InputError
        If the columns are not exactly those, a row has too many or too few fields,
        or an id is empty or used twice; with the line number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.") from error
    rows = numbered_rows(text, ",")
    _, header, _ = next(rows, (1, [], ""))
    if header != list(columns):
        raise InputError(
            f"{path}, line 1: the columns are {', '.join(header)}; "
            f"they must be {', '.join(columns)}."
        )
    seen = set()
    for line, row, fault in rows:
        where = f"{path}, line {line}"
        if fault:
            raise InputError(f"{where}: {fault}.")
        if len(row) != len(columns):
            raise InputError(f"{where}: {len(row)} fields; a row has {len(columns)}.")
        values = dict(zip(columns, row, strict=True))
        if not values["id"] or values["id"] in seen:
            raise InputError(f"{where}: the id {values['id']!r} is empty or used twice.")
        seen.add(values["id"])
        yield where, values
