"""Raw NanoString counts: a folder of RCC files as one table of normalised genes."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from secondline.csvfiles import shown
from secondline.errors import InputError

SECTION = re.compile(r"<(\w+)>\s*(.*?)\s*</\1>", re.DOTALL)
# counts below it are noise of the instrument
FLOOR = 1.0


def read_rcc(path) -> tuple[str, pd.DataFrame]:
    """Read one RCC file.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    sample : str
        The ID in the file's part ``Sample_Attributes``, or else the file's name.
    counts : DataFrame
        Columns kind (Endogenous, Housekeeping, Positive, Negative and others), gene, count.

    Raises
    ------
    InputError
        If it is no RCC file, or a count is no whole number of 0 or more.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error}).") from error
    parts = dict(SECTION.findall(text))
    if "Code_Summary" not in parts:
        raise InputError(f"{path.name} is no RCC file: it has no part Code_Summary.")
    header, *lines = [line.strip() for line in parts["Code_Summary"].splitlines() if line.strip()]
    columns = header.split(",")
    if not {"CodeClass", "Name", "Count"} <= set(columns) or not lines:
        raise InputError(f"{path.name}: Code_Summary needs CodeClass, Name and Count, and rows.")
    rows = []
    for line in lines:
        cells = dict(zip(columns, line.split(","), strict=False))
        count = cells.get("Count", "")
        if not re.fullmatch(r"\d+(\.0+)?", count):
            raise InputError(
                f"{path.name}, {shown(cells.get('Name', ''))}: the count is {shown(count)}; it "
                "must be a whole number, 0 or more."
            )
        rows.append((cells["CodeClass"], cells["Name"], float(count)))
    sample = next(
        (line.split(",")[1].strip() for line in parts.get("Sample_Attributes", "").splitlines()
         if line.startswith("ID,")), "",
    )  # fmt: skip
    return sample or path.stem, pd.DataFrame(rows, columns=["kind", "gene", "count"])


def read_rcc_folder(folder) -> pd.DataFrame:
    """Read all RCC files of a folder, and make their genes comparable.

    Each sample's counts are divided by the geometric mean of its positive controls, then
    by that of its housekeeping genes, each relative to the average sample; genes are
    returned as binary logarithms. This is the maker's usual procedure. Scores of the
    commercial signatures need weights that are not public, and are not made here.

    Returns
    -------
    DataFrame, shape (samples, genes)
        Endogenous genes.

    Raises
    ------
    InputError
        If there is no such folder or no RCC file in it, files differ in their genes, a
        sample stands twice, or controls are missing or zero.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"There is no folder {str(folder)!r}.")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".rcc")
    if not files:
        raise InputError(f"The folder {folder.name!r} has no file that ends in .RCC.")
    samples: dict[str, pd.DataFrame] = {}
    for path in files:
        sample, counts = read_rcc(path)
        if sample in samples:
            raise InputError(
                f"{path.name}: the sample {shown(sample)} stands in another file, too."
            )
        samples[sample] = counts
    first = next(iter(samples.values()))
    for (sample, counts), path in zip(samples.items(), files, strict=True):
        if list(counts["gene"]) != list(first["gene"]):
            raise InputError(f"{path.name}: its genes are not those of {files[0].name}.")
        if counts["gene"].duplicated().any():
            raise InputError(f"{path.name}: a gene stands twice.")
    table = pd.DataFrame({sample: counts["count"].to_numpy() for sample, counts in samples.items()})
    kinds = first["kind"].to_numpy()
    for kind in ("Positive", "Housekeeping"):
        own = table[kinds == kind]
        if own.empty or (own <= 0).any(axis=None):
            raise InputError(f"The files need {kind.lower()} controls, with counts above 0.")
        level = np.exp(np.log(own).mean())
        table = table / (level / np.exp(np.log(level).mean()))
    genes = table[kinds == "Endogenous"]
    logs = np.log2(np.maximum(genes, FLOOR))
    logs.index = first["gene"][kinds == "Endogenous"]
    result = logs.T
    result.index.name, result.columns.name = "sample", None
    return result
