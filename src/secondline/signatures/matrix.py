"""A reader's own matrix of signature scores: samples by signatures, checked before any use."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from secondline.csvfiles import raise_if_any, read_number_cell, read_own_file, shown
from secondline.csvfiles.files import numbered_rows
from secondline.errors import InputError, one_of

LARGEST_SCORE = 1e9
FEWEST_SAMPLES, FEWEST_SIGNATURES = 10, 3
MISSING = ("drop samples", "drop signatures", "refuse")
NOTHING = ("", "na", "n/a", "nan", "-", "–", ".")


@dataclass(frozen=True, eq=False)
class Matrix:
    """Scores that can be clustered, and what was left out to get there.

    Attributes
    ----------
    scores : DataFrame, shape (samples, signatures)
        Complete numbers, no two samples of one name, no signature of one value.
    notes : tuple of str
        A sentence for each thing that was left out or that an index cannot bear.
    """

    scores: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...]

    @property
    def all_positive(self) -> bool:
        """Whether every score is above zero, as root mean squares need."""
        return bool((self.scores > 0).all(axis=None))


def read_matrix(path, *, missing: str = "drop samples", ids=None) -> Matrix:
    """Read a CSV file: a row a sample, its name first, and a column a signature.

    Parameters
    ----------
    path : str or Path
    missing : {"drop samples", "drop signatures", "refuse"}
        What to do with empty cells.
    ids : collection of str, optional
        Names that the samples must have, such as those of a cohort.

    Returns
    -------
    Matrix

    Raises
    ------
    InputError
        If the file cannot be read, a sample stands twice, a cell is no number, names do
        not belong to `ids`, or too little is left.
    """
    path = Path(path)
    text, separator = read_own_file(path, "matrix of scores")
    lines = [
        (line, [" ".join(cell.split()) for cell in row], fault)
        for line, row, fault in numbered_rows(text, separator)
    ]
    raise_if_any(path, [f"Line {line}: {fault}." for line, _, fault in lines if fault])
    lines = [(line, cells) for line, cells, _ in lines if any(cells)]
    if len(lines) < 2 or len(lines[0][1]) < 2:
        raise InputError(
            f"{path.name} has no matrix; it needs a header with the signatures, and below it a "
            "row for each sample with its name first."
        )
    names = lines[0][1][1:]
    faults = [f"Column {i + 2} has no name." for i, name in enumerate(names) if not name]
    faults += [f"The signature {shown(name)} stands twice." for name in _doubled(names) if name]
    rows, found = [], []
    for line, cells in lines[1:]:
        if len(cells) != len(names) + 1:
            faults.append(
                f"Line {line} has {len(cells)} cells, but the header has {len(names) + 1}."
            )
            continue
        numbers, wrong = _numbers(cells[1:], names, line)
        faults += wrong
        rows.append(numbers)
        found.append(cells[0])
        if not cells[0]:
            faults.append(f"Line {line} has no name of a sample.")
    faults += [f"The sample {shown(name)} stands twice." for name in _doubled(found) if name]
    if ids is not None and (strange := [name for name in found if name not in set(ids)]):
        faults.append(
            f"{len(strange)} of {len(found)} samples have names that the cohort does not have: "
            f"{', '.join(shown(name) for name in strange[:5])}."
        )
    raise_if_any(path, faults)
    table = pd.DataFrame(rows, columns=names, index=pd.Index(found, name="sample"), dtype=float)
    return check_matrix(table, missing=missing, name=path.name)


def check_matrix(
    table: pd.DataFrame, *, missing: str = "drop samples", name: str = "The table"
) -> Matrix:
    """Make a table of scores fit to be clustered.

    Parameters
    ----------
    table : DataFrame, shape (samples, signatures)
        Numbers; NaN where missing.
    missing : {"drop samples", "drop signatures", "refuse"}
    name : str
        What the sentences call the table.

    Returns
    -------
    Matrix

    Raises
    ------
    InputError
        If a sample or a signature stands twice, a cell is infinite, cells are missing and
        that is refused, or fewer than 10 samples or 3 signatures are left.
    """
    if missing not in MISSING:
        raise InputError(f"missing is {missing!r}; allowed: {one_of(MISSING)}.")
    for what, labels in (("sample", table.index), ("signature", table.columns)):
        if doubled := _doubled(list(labels)):
            raise InputError(f"{name}: the {what} {shown(str(doubled[0]))} stands twice.")
    try:
        table = table.astype(float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: a cell is not a number ({error}).") from error
    if np.isinf(table.to_numpy()).any():
        raise InputError(f"{name}: a cell is infinite.")
    notes = []
    if table.isna().any(axis=None):
        gone = table.isna()
        count = int(gone.to_numpy().sum())
        if missing == "refuse":
            sample, signature = (table.index[gone.any(axis=1)][0], table.columns[gone.any()][0])
            raise InputError(
                f"{name} has {count} empty cells, as of sample {shown(str(sample))} and signature "
                f"{shown(str(signature))}; fill them, or let samples or signatures be dropped."
            )
        axis = 0 if missing == "drop samples" else 1
        left = table.dropna(axis=axis)
        labels = table.index if axis == 0 else table.columns
        lost = list(labels.difference(left.index if axis == 0 else left.columns, sort=False))
        notes.append(
            f"{len(lost)} of {table.shape[axis]} {missing.removeprefix('drop ')} have empty cells "
            f"and are left out: {_some(lost)}."
        )
        table = left
    if constant := [column for column in table if table[column].nunique() < 2]:
        one = len(constant) == 1
        notes.append(
            f"{_some(constant)} {'has' if one else 'have'} one value in all samples, "
            f"{'correlates' if one else 'correlate'} with nothing, and {'is' if one else 'are'} "
            "left out."
        )
        table = table.drop(columns=constant)
    if len(table) < FEWEST_SAMPLES or table.shape[1] < FEWEST_SIGNATURES:
        raise InputError(
            f"{name} leaves {len(table)} samples and {table.shape[1]} signatures; clustering needs "
            f"at least {FEWEST_SAMPLES} and {FEWEST_SIGNATURES}. {' '.join(notes)}".strip()
        )
    if not (table > 0).all(axis=None):
        low = int((table <= 0).to_numpy().sum())
        notes.append(
            f"{low} scores are zero or below. Clusters do not mind; a root mean square does, since "
            "squares lose the sign, and no index is made of them."
        )
    return Matrix(table, tuple(notes))


def _numbers(cells, names, line) -> tuple[list[float], list[str]]:
    numbers, faults = [], []
    for cell, name in zip(cells, names, strict=True):
        text = "" if cell.lower() in NOTHING else cell
        number, fault = read_number_cell(text, kind="number", largest=LARGEST_SCORE)
        if fault:
            faults.append(f"Line {line}, {shown(name)}: {shown(cell)} {fault}.")
        numbers.append(np.nan if number is None else number)
    return numbers, faults


def _doubled(labels) -> list:
    seen, twice = set(), []
    for label in labels:
        if label in seen and label not in twice:
            twice.append(label)
        seen.add(label)
    return twice


def _some(labels, most: int = 5) -> str:
    text = ", ".join(shown(str(label)) for label in labels[:most])
    return f"{text} and {len(labels) - most} more" if len(labels) > most else text
