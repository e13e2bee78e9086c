"""What a file of a GEO series holds: the SOFT family file, or the series matrix.

GEOparse reads the first; it has no parser for the second, whose lines of tab-separated
cells are read here.
"""

import gzip
import tempfile
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from secondline.cohort.geo_fields import plain
from secondline.csvfiles import shown
from secondline.errors import InputError

ACCESSION = "GSE248835"
HOW_TO_GET = (
    f"download the SOFT family file {ACCESSION}_family.soft.gz (or the series matrix "
    f"{ACCESSION}_series_matrix.txt.gz) of accession {ACCESSION} from the Gene Expression "
    "Omnibus, and set geo_file to its path."
)
LARGEST_FILE = 200_000_000  # bytes of text; the family file is expected to have a few million
NAME_COLUMNS = ("gene_signature_name", "orf", "gene_symbol", "symbol")
KIND_COLUMN = "analyte_type"


@dataclass(frozen=True)
class Deposit:
    """What a file of a series holds, before any recoding.

    Attributes
    ----------
    accession : str
        Of the series; "" if the file names none.
    characteristics : dict of str to list of str
        Of each sample by its accession: entries ``key: value``.
    rows : dict of str to tuple of str
        Name and type ("" if unknown) of each row of the expression table by its ID.
    values : DataFrame
        Expression table: a row an ID, a column a sample. Empty if there is none.
    """

    accession: str
    characteristics: dict[str, list[str]]
    rows: dict[str, tuple[str, str]]
    values: pd.DataFrame


def read_deposit(path: Path) -> Deposit:
    """Read either file of a series; which of the two it is, is told by its content.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged or no file of a GEO series.
    """
    text = _text(path)
    deposit = _read_soft(text, path) if _is_soft(text) else _read_matrix(text, path)
    if not deposit.characteristics:
        raise InputError(f"{path.name} has no sample; {HOW_TO_GET}")
    return deposit


def _text(path: Path) -> str:
    """Return a file's text; gzip is told by the first bytes, not by the name."""
    try:
        folder, found = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        folder = found = False
    if folder or not found or str(path) in ("", "."):
        what = f"{str(path)!r} is a folder" if folder else f"There is no file {str(path)!r}"
        raise InputError(f"{'No file is given' if str(path) == '.' else what}; {HOW_TO_GET}")
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"{path.name} cannot be read ({error}); if the download broke off, repeat it."
        ) from error
    if len(data) > LARGEST_FILE:
        raise InputError(
            f"{path.name} has more than {LARGEST_FILE / 1e6:,.0f} MB of text; {HOW_TO_GET}"
        )
    if not data.strip():
        raise InputError(f"{path.name} is empty; {HOW_TO_GET}")
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    if not (_is_soft(text) or text.lstrip().startswith("!Series_")) or "\x00" in text:
        raise InputError(f"{path.name} is no file of a GEO series; {HOW_TO_GET}")
    return text


def _is_soft(text: str) -> bool:
    return text.lstrip().startswith(("^DATABASE", "^SERIES", "^PLATFORM", "^SAMPLE"))


def _read_soft(text: str, path: Path) -> Deposit:
    """Parse a SOFT family file with GEOparse."""
    import GEOparse

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # a platform's columns mix text and numbers, of which pandas warns in long tables
        warnings.simplefilter("ignore", pd.errors.DtypeWarning)
        plain_file = Path(folder) / "family.soft"
        plain_file.write_text(text, encoding="utf-8")
        try:
            series = GEOparse.get_GEO(
                filepath=str(plain_file),
                geotype="GSE",
                silent=True,
                open_kwargs={"encoding": "utf-8"},
            )
        except Exception as error:
            # GEOparse checks little: a damaged file fails in it in many ways
            raise InputError(
                f"{path.name} cannot be read as a SOFT family file; if the download broke off, "
                "repeat it."
            ) from error
    names = {}
    for platform in series.gpls.values():
        names.update(_row_names(platform.table))
    columns = {}
    for sample, entry in series.gsms.items():
        if {"ID_REF", "VALUE"} <= set(entry.table.columns):
            table = entry.table.drop_duplicates("ID_REF", keep=False)
            values = pd.to_numeric(table["VALUE"], errors="coerce").astype(float)
            columns[sample] = pd.Series(values.to_numpy(), index=table["ID_REF"].map(_identifier))
    values = pd.DataFrame(columns)
    return Deposit(
        series.name or "",
        {
            sample: list(entry.metadata.get("characteristics_ch1", ()))
            for sample, entry in series.gsms.items()
        },
        {row: names.get(row, (row, "")) for row in values.index},
        values,
    )


def _row_names(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return name and type of each row of a platform table by its ID."""
    by_name = {plain(str(column)): column for column in table.columns}
    name = next((by_name[option] for option in NAME_COLUMNS if option in by_name), None)
    if "id" not in by_name or name is None:
        return {}
    ids, names = table[by_name["id"]].map(_identifier), table[name].fillna("").astype(str)
    kinds = (
        table[by_name[KIND_COLUMN]].fillna("").astype(str)
        if KIND_COLUMN in by_name
        else pd.Series("", index=table.index)
    )
    return dict(zip(ids, zip(names, kinds, strict=True), strict=True))


def _identifier(value) -> str:
    # an ID that pandas has read as a number with decimals is still the row's number
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _read_matrix(text: str, path: Path) -> Deposit:
    """Parse a series matrix: lines of tab-separated, quoted cells, one cell a sample."""
    accession, samples, entries = "", [], []
    table, inside = [], False
    for number, line in enumerate(text.split("\n"), start=1):
        key, *cells = [cell.strip().strip('"').strip() for cell in line.split("\t")]
        if key == "!series_matrix_table_begin":
            inside = True
        elif key == "!series_matrix_table_end":
            inside = False
        elif inside:
            table.append((number, key, cells))
        elif key == "!Series_geo_accession" and cells:
            accession = cells[0]
        elif key == "!Sample_geo_accession":
            samples = cells
        elif key == "!Sample_characteristics_ch1":
            entries.append((number, cells))
    if doubled := {sample for sample in samples if samples.count(sample) > 1}:
        raise InputError(f"{path.name}: the sample {shown(min(doubled))} stands twice.")
    for number, cells in entries:
        if len(cells) != len(samples):
            raise InputError(
                f"{path.name}, line {number}: {len(cells)} characteristics for {len(samples)} "
                "samples; if the download broke off, repeat it."
            )
    if inside:
        raise InputError(f"{path.name} ends within its table; repeat the download.")
    values = _matrix_table(table, path)
    return Deposit(
        accession,
        {
            sample: [cells[place] for _, cells in entries if cells[place]]
            for place, sample in enumerate(samples)
        },
        {row: (row, "") for row in values.index},
        values,
    )


def _matrix_table(lines: list, path: Path) -> pd.DataFrame:
    lines = [entry for entry in lines if entry[1] or any(entry[2])]
    if len(lines) < 2:
        return pd.DataFrame()
    (_, _, header), *rows = lines
    for number, _, cells in rows:
        if len(cells) != len(header):
            raise InputError(
                f"{path.name}, line {number}: {len(cells)} values for {len(header)} samples; if "
                "the download broke off, repeat it."
            )
    frame = pd.DataFrame(
        [cells for _, _, cells in rows], index=[key for _, key, _ in rows], columns=header
    )
    frame = frame[~frame.index.duplicated(keep=False)]
    return frame.apply(pd.to_numeric, errors="coerce").astype(float)
