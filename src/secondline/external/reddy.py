"""Patients by their response to first-line treatment: Reddy 2017, or a reader's own table."""

from pathlib import Path

import numpy as np
import pandas as pd

from secondline.csvfiles import raise_if_any, read_number_cell, read_own_table, shown
from secondline.errors import InputError, one_of
from secondline.external.files import available, locate

RESPONSES = ("complete", "partial", "none")
COLUMNS = ("patient", "response", "months", "died", "ipi")
MONTHS_PER_YEAR = 12
# the columns of the published workbook that are read, and the names that they get here
WORKBOOK = {
    "Sample  ID": "patient",
    "Response to initial therapy": "response",
    "Overall Survival years": "months",
    "Censored": "died",
    "IPI": "ipi",
}
WORKBOOK_RESPONSES = {
    "Complete response": "complete",
    "Partial response": "partial",
    "No response": "none",
}


def read_reddy(path="") -> pd.DataFrame:
    """Return the patients of Reddy 2017, one row each.

    Parameters
    ----------
    path : str or Path
        The workbook; empty: the pinned file, by :func:`secondline.external.locate`.

    Returns
    -------
    DataFrame
        patient (str); response ("complete", "partial", "none", or missing); months from
        diagnosis to death or the end of observation (float, NaN if unknown); died (bool, or
        missing); ipi (0 to 5, or missing). In the workbook times are in years, and 1 in its
        column of censoring means that the patient was alive.

    Raises
    ------
    InputError
        If the file is not there, no such workbook, or holds what cannot be used.
    """
    path = Path(path) if str(path) else locate("reddy2017")
    try:
        sheet = pd.read_excel(path, dtype=object)
    except FileNotFoundError:
        raise InputError(f"There is no file {str(path)!r}.") from None
    except Exception as error:
        # whatever the reader of workbooks stumbles over, the file is not the one wanted
        raise InputError(f"{path.name} cannot be read as an Excel workbook.") from error
    if absent := [name for name in WORKBOOK if name not in sheet]:
        raise InputError(
            f"{path.name} is not the table of Reddy 2017: it has no column {absent[0]!r}."
        )
    table = sheet[list(WORKBOOK)].rename(columns=WORKBOOK)
    known = table["response"].notna()
    unknown = set(table.loc[known, "response"]) - set(WORKBOOK_RESPONSES)
    if unknown:
        raise InputError(
            f"{path.name}: {min(map(str, unknown))!r} is no response of Reddy 2017; there are "
            f"{one_of(tuple(WORKBOOK_RESPONSES))}."
        )
    numbers = {
        name: pd.to_numeric(table[name], errors="coerce") for name in ("months", "died", "ipi")
    }
    for name, values in numbers.items():
        if (values.isna() & table[name].notna()).any():
            raise InputError(
                f"{path.name}: the column for {name} holds something that is no number."
            )
    alive = numbers["died"]
    if not alive.dropna().isin((0, 1)).all() or (numbers["months"].dropna() <= 0).any():
        raise InputError(
            f"{path.name}: censoring must be 0 or 1 and survival times above 0; they are not."
        )
    return pd.DataFrame({
        "patient": table["patient"].astype(str),
        "response": table["response"].map(WORKBOOK_RESPONSES),
        "months": numbers["months"] * MONTHS_PER_YEAR,
        "died": pd.Series(
            np.where(alive.isna(), None, alive == 0), index=table.index, dtype=object
        ),
        "ipi": numbers["ipi"],
    })  # fmt: skip


def read_responders(path) -> pd.DataFrame:
    """Return the patients of a reader's own CSV file, in the form of :func:`read_reddy`.

    Parameters
    ----------
    path : str or Path
        Columns patient, response (complete, partial, none or empty), months, died (yes or
        no), and ipi (0 to 5 or empty; the column may be absent).

    Raises
    ------
    InputError
        With a sentence for each cell that cannot be used.
    """
    path = Path(path)
    frame = read_own_table(path, f"it is a CSV file with the columns {', '.join(COLUMNS)}.")
    if absent := [name for name in COLUMNS[:-1] if name not in frame]:
        raise InputError(
            f"{path.name}, line 1: there is no column {absent[0]!r}; needed are "
            f"{', '.join(COLUMNS[:-1])}."
        )
    faults, rows, seen = [], [], set()
    for line, row in frame.iterrows():
        where = f"Line {line} ({row['patient']})"
        if not row["patient"] or row["patient"] in seen:
            faults.append(f"{where}: the patient is empty, or stands twice.")
        seen.add(row["patient"])
        if row["response"] not in (*RESPONSES, ""):
            faults.append(
                f"{where}, response: {shown(row['response'])}; allowed: {one_of(RESPONSES)}, or "
                "an empty cell."
            )
        if row["died"] not in ("yes", "no", ""):
            faults.append(f"{where}, died: {shown(row['died'])}; allowed: 'yes', 'no', or empty.")
        months, fault = read_number_cell(row["months"], kind="number", largest=1200)
        if fault or (months is not None and months <= 0):
            faults.append(f"{where}, months: {shown(row['months'])} {fault or 'is not above 0'}.")
        ipi, fault = read_number_cell(row.get("ipi", ""), kind="whole", largest=5)
        if fault or (ipi is not None and ipi < 0):
            faults.append(f"{where}, ipi: {shown(row['ipi'])}; allowed: 0 to 5, or empty.")
        died = {"yes": True, "no": False}.get(row["died"])
        rows.append((row["patient"], row["response"] or np.nan, months, died, ipi))
    raise_if_any(path, faults)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"months": float, "ipi": float, "died": object})


def first_line_patients(path="") -> pd.DataFrame | None:
    """Return a reader's own patients, or those of Reddy 2017; None without the data.

    Raises
    ------
    InputError
        If the file that is there cannot be used.
    """
    if str(path):
        return read_responders(path)
    return read_reddy() if available("reddy2017") else None
