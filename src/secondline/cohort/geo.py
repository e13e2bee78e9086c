"""Read the patients deposited as GEO series GSE248835 from the file that a reader downloaded.

The file itself could not be read where this was written: the names of its fields were
taken from public analysis scripts of the series (:mod:`secondline.cohort.geo_fields`).
According to them the series matrix numbers the rows of its table, and only the platform
table of the SOFT family file names the genes and signatures.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from secondline.cohort.columns import COLUMNS, GENE_COLUMNS, SIGNATURE_COLUMNS
from secondline.cohort.geo_fields import FIELDS, WITHOUT_COLUMN, measured_column, plain, recode
from secondline.cohort.geo_files import ACCESSION, HOW_TO_GET, Deposit, read_deposit
from secondline.csvfiles import raise_if_any, shown
from secondline.errors import InputError

NAMES_SHOWN = 12
MEASURED = (*GENE_COLUMNS, *SIGNATURE_COLUMNS)


def read_geo(path) -> pd.DataFrame:
    """Return the deposited patients as a cohort table, one row a sample.

    Parameters
    ----------
    path : str or Path
        The SOFT family file or the series matrix, plain or compressed with gzip; which
        of the two it is, is told by its content.

    Returns
    -------
    DataFrame
        The columns of a cohort table (:data:`secondline.cohort.columns.COLUMNS`): times
        in months, `virtual` False, `participant` the sample's accession, `expression`
        True, as the series is the gene-expression set. What was not deposited is NaN;
        `dor_event` is False where no duration is. Genes and signatures are as deposited,
        on the deposit's scale. ``attrs["notes"]`` has a sentence for each thing that
        was left out or not understood.

    Raises
    ------
    InputError
        If there is no such file, it is no file of a GEO series, a needed field is
        absent, or a cell of a needed field cannot be read.
    """
    path = Path(path)
    return _cohort(read_deposit(path), path)


def fetch_geo(folder) -> Path:
    """Download the SOFT family file into a folder with GEOparse and return its path.

    A file that is there already is kept and not downloaded again.

    Raises
    ------
    InputError
        If it cannot be downloaded, as without a network, or the folder not be written.
    """
    import GEOparse

    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(f"The folder {str(folder)!r} cannot be made: {error}.") from error
    GEOparse.logger.geoparse_logger.setLevel(100)
    try:
        file, _ = GEOparse.get_GEO_file(ACCESSION, destdir=str(folder), silent=True)
    except Exception as error:
        # whatever fails on the way (name, connection, server), a reader can do one thing
        raise InputError(
            f"{ACCESSION} could not be downloaded, perhaps because there is no network here; "
            f"on a computer with one, {HOW_TO_GET}"
        ) from error
    return Path(file)


def _cohort(deposit: Deposit, path: Path) -> pd.DataFrame:
    samples = list(deposit.characteristics)
    found, odd_entries = _entries(deposit, path)
    present = {key for entries in found.values() for key in entries}
    notes = []
    if deposit.accession != ACCESSION:
        notes.append(f"The file says that it is series {deposit.accession!r}, not {ACCESSION}.")
    if absent := [of.names[0] for of in FIELDS if of.needed and not _names(of) & present]:
        one = len(absent) == 1
        raise InputError(
            f"{path.name} (series {shown(deposit.accession)}) has no characteristic"
            f"{'' if one else 's'} {', '.join(absent)}, which the cohort needs; it has "
            f"{_listed(sorted(present)) or 'none'}. {HOW_TO_GET[0].upper()}{HOW_TO_GET[1:]}"
        )
    if odd_entries:
        notes.append(f"Entries that are not 'key: value' were passed over: {_listed(odd_entries)}.")
    table = pd.DataFrame({"participant": samples, "virtual": False}, dtype=object)
    faults = []
    for of in FIELDS:
        key = next((plain(name) for name in of.names if plain(name) in present), None)
        if key is None:
            notes.append(f"The file has no characteristic {of.names[0]}: {of.column} is missing.")
            table[of.column] = np.nan
            continue
        cells = [found[sample].get(key, "") for sample in samples]
        read = [recode(cell, of) for cell in cells]
        table[of.column] = pd.Series([value for value, _ in read], dtype=object)
        unknown = [place for place, (_, known) in enumerate(read) if not known]
        allowed = _allowed(of)
        if of.needed:
            faults += [
                f"Sample {shown(samples[place])}, {of.names[0]}: {shown(cells[place])} is not "
                f"understood; allowed: {allowed}, or NA."
                for place in unknown
            ]
        elif unknown:
            values = sorted({cells[place] for place in unknown})
            notes.append(
                f"Of {of.names[0]}, these values are not understood and {of.column} is missing in "
                f"{len(unknown)} of {len(samples)} samples: {_listed(values)}; understood: "
                f"{allowed}."
            )
    raise_if_any(path, faults)
    used = {name for of in FIELDS for name in _names(of)} | WITHOUT_COLUMN
    if spare := sorted(key for key in present - used if not measured_column(key)):
        notes.append(f"Characteristics that no column is for: {_listed(spare)}.")
    measured, told = _measured(deposit, found, samples)
    table = pd.concat([table, measured.reset_index(drop=True)], axis=1)
    table = _typed(table, path, notes)
    table.attrs["notes"] = (*notes, *told)
    return table


def _entries(deposit: Deposit, path: Path) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return each sample's characteristics by plain name, and entries that are none."""
    found, odd, faults = {}, [], []
    for sample, entries in deposit.characteristics.items():
        own = {}
        for entry in entries:
            key, colon, value = entry.partition(":")
            if not colon or not plain(key):
                odd.append(entry)
            elif own.get(plain(key), value.strip()) != value.strip():
                faults.append(f"Sample {shown(sample)} has two values of {shown(key)}.")
            else:
                own[plain(key)] = value.strip()
        found[sample] = own
    raise_if_any(path, faults)
    return found, sorted(set(odd))


def _measured(deposit: Deposit, found: dict, samples: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return genes and signatures of the samples, and what is to be said of them."""
    table = pd.DataFrame(np.nan, index=samples, columns=list(MEASURED))
    notes, rows = [], {}
    for row, (name, kind) in deposit.rows.items():
        if column := measured_column(name, kind):
            rows.setdefault(column, []).append(row)
    for column, ids in rows.items():
        if len(ids) > 1:
            notes.append(f"{len(ids)} rows of the table are called as {column}: it is missing.")
        else:
            table[column] = deposit.values.loc[ids[0]].reindex(samples).to_numpy(dtype=float)
    for key in sorted({key for entries in found.values() for key in entries}):
        column = measured_column(key)
        if column and column not in rows:
            cells = pd.Series([found[sample].get(key) for sample in samples], index=samples)
            table[column] = pd.to_numeric(cells, errors="coerce").astype(float)
    table = table.where(np.isfinite(table))
    if empty := [column for column in MEASURED if table[column].isna().all()]:
        numbered = deposit.rows and all(row.isdigit() for row, _ in deposit.rows.values())
        why = " (its rows are numbered, not named; the SOFT family file names them)"
        notes.append(f"The file has no values of {_listed(empty)}{why if numbered else ''}.")
    return table, notes


def _typed(table: pd.DataFrame, path: Path, notes: list[str]) -> pd.DataFrame:
    """Give each column its type, and leave out who cannot be followed."""
    followed = table[["arm", "efs_months", "efs_event"]].notna().all(axis=1)
    if not followed.all():
        notes.append(
            f"Left out for want of arm or event-free survival: "
            f"{_listed(list(table.loc[~followed, 'participant']))}."
        )
        table = table[followed].reset_index(drop=True)
    if table.empty:
        raise InputError(f"{path.name} has no sample with an arm and event-free survival.")
    if (half := table["dor_months"].notna() & table["dor_event"].isna()).any():
        notes.append(
            "A duration of response without its event is taken as missing: "
            f"{_listed(list(table.loc[half, 'participant']))}."
        )
        table.loc[half, "dor_months"] = np.nan
    table["expression"] = True
    for column in COLUMNS:
        if column not in table:
            table[column] = np.nan
    for column in ("efs_months", "dor_months", "spd_mm2"):
        table[column] = table[column].astype(float)
    table["dor_event"] = (table["dor_event"] == True) & table["dor_months"].notna()  # noqa: E712
    for column in ("virtual", "efs_event", "dor_event", "expression"):
        table[column] = table[column].astype(bool)
    return table[list(COLUMNS)]


def _names(of) -> set[str]:
    return {plain(name) for name in of.names}


def _allowed(of) -> str:
    return "a number from 0 on" if of.codes is None else ", ".join(of.codes)


def _listed(names) -> str:
    """Write names for a sentence, the first ones if there are many."""
    told = [shown(str(name)) for name in list(names)[:NAMES_SHOWN]]
    more = len(names) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")
