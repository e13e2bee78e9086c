"""What the fields of GEO series GSE248835 are called, and how their values are recoded.

The deposited file could not be read where this was written. The names of the fields and
the values of arm and response were taken from public analysis scripts of the series; the
values of cell of origin and histology are printed in none of them, so that the readings
below are this project's, and any other value is said in a sentence and left missing.
"""

import re
from dataclasses import dataclass, field

import numpy as np

from secondline.cohort.columns import GENES, SIGNATURES, gene_column, signature_column
from secondline.csvfiles import read_number_cell

MISSING = frozenset(
    ("", "-", "na", "n_a", "nan", "null", "missing", "unknown", "not_available", "not_applicable")
)
FLAG = {"1": True, "1.0": True, "0": False, "0.0": False}
LARGEST = 1e6  # of a duration in months or a tumour area in mm2: far beyond any patient


def plain(name: str) -> str:
    """Return a name in lower case, its words joined by ``_``: ``ongoing.response`` and
    ``Ongoing response`` both become ``ongoing_response``."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


@dataclass(frozen=True)
class Field:
    """One characteristic of a sample and the column it fills.

    Attributes
    ----------
    column : str
        In the cohort table.
    names : tuple of str
        What the field is called in the series; compared by :func:`plain`.
    codes : dict or None
        Values, by :func:`plain`, and what they become; None for a number that is not
        negative. A value that becomes NaN is known and means missing.
    needed : bool
        Without the field there is no cohort; an unknown value is an error.
    """

    column: str
    names: tuple[str, ...]
    codes: dict | None = field(default=None)
    needed: bool = False


FIELDS = (
    Field(
        "arm",
        ("treatment arm",),
        {
            "axicabtagene_ciloleucel": "axi-cel",
            "axi_cel": "axi-cel",
            "standard_of_care_chemotherapy": "SOC",
            "standard_of_care": "SOC",
            "soc": "SOC",
        },
        needed=True,
    ),
    Field("efs_months", ("event.free.survival.months",), needed=True),
    Field("efs_event", ("event.free.survival.event",), FLAG, needed=True),
    Field(
        "response",
        ("ongoing.response",),
        {
            "ongoing_response": "ongoing",
            "relapsed": "relapsed",
            "nonresponders": "none",
            "nonresponder": "none",
        },
        needed=True,
    ),
    Field(
        "best_response",
        ("bestresponse", "best response"),
        {"cr": "CR", "pr": "PR", "sd": "SD", "pd": "PD"},
    ),
    Field("dor_months", ("duration.of.response.months",)),
    Field("dor_event", ("duration.of.response.event",), FLAG),
    Field(
        "cell_of_origin",
        ("cell of origin",),
        {
            "gcb": "GCB",
            "gcb_like": "GCB",
            "abc": "non-GCB",
            "abc_like": "non-GCB",
            "non_gcb": "non-GCB",
            "unclassified": np.nan,
        },
    ),
    Field(
        "hgbl",
        ("histologically.proven.dlbcl.group",),
        {
            "hgbl": True,
            "high_grade_b_cell_lymphoma": True,
            "dlbcl": False,
            "dlbcl_nos": False,
            "dlbcl_not_otherwise_specified": False,
        },
    ),
    Field("spd_mm2", ("baseline tumor burden (spd)", "baseline tumour burden (spd)")),
)
# fields of the series that no column of the cohort table is for
WITHOUT_COLUMN = frozenset(
    plain(name)
    for name in ("ongoing_2grps", "visit", "grade3_crs", "grade3_ne", "tissue", "sex", "age")
)


def recode(cell: str, of: Field) -> tuple[object, bool]:
    """Return the value of a cell, NaN if it is missing, and whether the cell was understood."""
    cell = cell.strip()
    # only words are compared by their plain form: that of -1 would be 1
    words = cell.isascii() and any(map(str.isalpha, cell))
    value = plain(cell) if words else cell
    if value in MISSING:
        return np.nan, True
    if of.codes is not None:
        return of.codes.get(value, np.nan), value in of.codes
    number, fault = read_number_cell(cell, kind="number", largest=LARGEST)
    if fault or number is None or number < 0:
        return np.nan, False
    return number, True


# Signatures that are called as a gene of the same panel is: only the type of the row,
# or the suffix of its name, tells them apart.
ALSO_GENES = frozenset(("arg1", "ctla4", "ido1", "il10", "nos2", "tigit"))
_GENE_COLUMNS = {plain(name): gene_column(name) for name in GENES}
_SIGNATURE_COLUMNS = {plain(name): signature_column(name) for name in SIGNATURES}


def measured_column(name: str, kind: str = "") -> str:
    """Return the column of a gene or signature, or "" if the table has none for it.

    Parameters
    ----------
    name : str
        As the platform calls the row; a signature's may end in ``.IO360``.
    kind : str
        The platform's type of the row: ``mRNA``, ``IO360 Signature``, or "" if unknown.
    """
    short = re.sub(r"\.io360$", "", name.strip(), flags=re.IGNORECASE)
    signature = "signature" in kind.lower() or short != name.strip()
    if not signature and plain(name) in _GENE_COLUMNS:
        return _GENE_COLUMNS[plain(name)]
    if signature or (not kind and plain(short) not in ALSO_GENES):
        return _SIGNATURE_COLUMNS.get(plain(short), "")
    return ""
