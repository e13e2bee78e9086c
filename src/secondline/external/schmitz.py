"""Patients of Schmitz and others (NEJM 2018): treatment, risk group and survival."""

from pathlib import Path

import numpy as np
import pandas as pd

from secondline.csvfiles import raise_if_any, read_number_cell, shown
from secondline.errors import InputError
from secondline.external.files import locate
from secondline.external.tsv import need_columns, read_tsv

MONTHS_A_YEAR = 12
LONGEST = 40.0  # years of follow-up that a patient can have; more are months
# this project's name of a column, and the file's
TEXTS = {
    "sample": "dbGaP subject ID",
    "diagnosis": "Diagnosis",
    "cell_of_origin": "Gene Expression Subgroup",
    "genetic_subtype": "Genetic Subtype",
    "biopsy": "Biopsy Type",
    "treatment": "Treatment__",
    "ipi_group": "IPI Group",
    "in_survival_set": "Included in Survival Analysis",
}
FLAGS = {
    "os_event": "Status at Follow_up_ 0 Alive_ 1 Dead",
    "pfs_event": "Progression_Free Survival _PFS_ Status_ 0 No Progressoin_ 1 Progression",
}
YEARS = {
    "os_months": "Follow_up Time _yrs",
    "pfs_months": "Progression_Free Survival _PFS_ Time _yrs",
}
AGE = "Age"
CELLS_OF_ORIGIN = ("ABC", "GCB", "Unclass")
IPI_GROUPS = ("Low", "Intermediate", "High")
ALLOWED = {
    "cell_of_origin": CELLS_OF_ORIGIN,
    "ipi_group": ("", "NA", *IPI_GROUPS),
    "in_survival_set": ("Yes", "No"),
}
NOTHING = ("", "NA")


def read_schmitz(path: str | Path | None = None) -> pd.DataFrame:
    """Read the table of characteristics.

    Parameters
    ----------
    path : str or Path, optional
        The downloaded table if not given.

    Returns
    -------
    DataFrame
        One row a patient: sample, diagnosis, cell_of_origin, genetic_subtype, biopsy,
        treatment, ipi_group, age, in_survival_set, os_months, os_event, pfs_months,
        pfs_event. Texts are None and numbers NaN where the table has nothing, and where
        a patient is not in the survival set: the table has zeros for these.

    Raises
    ------
    InputError
        If the file is missing, not the table, or holds what cannot be.

    Notes
    -----
    The table gives times in years; here they are months. Below the patients it has
    remarks, which are left out.
    """
    path = Path(path) if path is not None else locate("schmitz2018")
    header, rows = read_tsv(path)
    place = need_columns(path, header, [*TEXTS.values(), *FLAGS.values(), *YEARS.values(), AGE])
    # a remark fills the first cell of its row alone
    rows = [(line, cells) for line, cells in rows if any(cells[1:])]
    patients, faults = [], []
    for line, cells in rows:
        patient, wrong = _patient({name: cells[i] for name, i in place.items()}, line)
        patients.append(patient)
        faults += wrong
    samples = [patient["sample"] for patient in patients]
    faults += [
        f"The patient {shown(name)} stands twice."
        for name in dict.fromkeys(samples)
        if samples.count(name) > 1
    ]
    raise_if_any(path, faults)
    if not patients:
        raise InputError(f"{path.name} has no patients.")
    return pd.DataFrame(patients)


def _patient(cells: dict[str, str], line: int) -> tuple[dict, list[str]]:
    faults = []
    texts = {name: cells[column] for name, column in TEXTS.items()}
    if not texts["sample"]:
        faults.append(f"Line {line} has no name of a patient.")
    for name, allowed in ALLOWED.items():
        if texts[name] not in allowed:
            known = ", ".join(text or "nothing" for text in allowed)
            faults.append(
                f"Line {line}, {shown(TEXTS[name])}: {shown(texts[name])}; allowed: {known}."
            )
    inside = texts["in_survival_set"] == "Yes"
    patient: dict = {
        name: None if text in NOTHING else text for name, text in texts.items()
    } | {"in_survival_set": inside}
    patient["age"], wrong = _number(cells[AGE], line, AGE, 120)
    faults += wrong
    for name, column in FLAGS.items():
        if cells[column] not in ("0", "1"):
            faults.append(f"Line {line}, {shown(column)}: {shown(cells[column])}; allowed: 0, 1.")
        patient[name] = float(cells[column] == "1") if inside else np.nan
    unread = 0
    for name, column in YEARS.items():
        years, wrong = _number(cells[column], line, column, LONGEST)
        unread += len(wrong)
        faults += wrong
        patient[name] = MONTHS_A_YEAR * years if inside else np.nan
    if inside and not unread:
        if np.isnan(patient["os_months"]):
            faults.append(f"Line {line} is in the survival set, but has no follow-up time.")
        elif patient["pfs_months"] > patient["os_months"] + 1e-6:
            faults.append(f"Line {line} was free of progression for longer than it was followed.")
    return patient, faults


def _number(text: str, line: int, column: str, largest: float) -> tuple[float, list[str]]:
    number, fault = read_number_cell(
        "" if text in NOTHING else text, kind="number", largest=1e9
    )
    if fault:
        return np.nan, [f"Line {line}, {shown(column)}: {shown(text)} {fault}."]
    if number is None:
        return np.nan, []
    if not 0 <= number <= largest:
        return np.nan, [f"Line {line}, {shown(column)}: {text}; allowed: 0 to {largest:g}."]
    return number, []
