"""Samples of Kotlov and others (Cancer Discovery 2021): signatures and microenvironment class."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from secondline.csvfiles import raise_if_any, shown
from secondline.errors import InputError, one_of
from secondline.external.files import locate
from secondline.external.tsv import need_columns, read_tsv

# weighted sums over the genes that answer to a pathway (Schubert and others, 2018)
PATHWAYS = (
    "EGFR", "Hypoxia", "JAK-STAT", "MAPK", "NFkB", "PI3K", "TGFb", "TNFa", "Trail", "VEGF", "p53",
)  # fmt: skip
# scores of gene sets, by ranks within a sample
GENE_SETS = (
    "Angiogenesis", "Lymphatic_endothelium", "CAF", "Matrix", "Matrix_remodeling",
    "Follicular_dendritic_cells", "Fibroblastic_reticular_cells", "Granulocyte_traffic",
    "Protumor_cytokines", "M1_signature", "Macrophages", "Antitumor_cytokines",
    "Eosinophil_signature", "Neutrophil_signature", "T_cell_traffic", "Treg", "Th2_signature",
    "B_cells_traffic", "Follicular_B_helper_T_cells", "Th1_signature", "T_cells",
    "Checkpoint_inhibition", "MHCII", "MHCI", "NK_cells", "B_cells", "Proliferation_rate",
)  # fmt: skip
SIGNATURES = (*PATHWAYS, *GENE_SETS)
# classes from the one with most malignant cells to the one most like a germinal centre
CLASSES = {"LME-DE": "depleted", "LME-IN": "inflamed", "LME-ME": "mesenchymal",
           "LME-GC": "germinal centre-like"}  # fmt: skip
PLATFORMS = (
    "GPL570", "RNAseqPa", "GPL14951", "GPL96", "GPL8432", "GPL6244", "GPL96+97", "GPL80",
)  # fmt: skip
COLUMNS = {
    "sample": "Sample", "cohort": "Cohort", "cohort_group": "Cohort_group", "lme": "LME",
    "diagnosis": "Diagnosis", "platform": "platform_id",
}  # fmt: skip
LARGEST_SCORE = 6.0  # scores beyond were set to it


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of many cohorts.

    Attributes
    ----------
    annotation : DataFrame
        By sample: cohort, cohort_group, lme (a class's name or None), diagnosis, platform.
    scores : DataFrame, shape (samples, 38)
        By sample, complete. Each signature's median is near 0 within a cohort.
    """

    annotation: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)

    def of_platform(self, platform: str) -> "Samples":
        """Return the samples of one platform, or all.

        Raises
        ------
        InputError
            If there is none.
        """
        if platform == "all":
            return self
        mine = self.annotation["platform"] == platform
        if not mine.any():
            found = sorted(set(self.annotation["platform"]))
            raise InputError(f"platform is {platform!r}; these samples have {one_of(found)}.")
        return Samples(self.annotation[mine], self.scores[mine])


def read_samples(
    annotation: str | Path | None = None, signatures: str | Path | None = None
) -> Samples:
    """Read annotation and signatures of the same samples.

    Parameters
    ----------
    annotation, signatures : str or Path, optional
        The downloaded tables if not given.

    Raises
    ------
    InputError
        If a file is missing, not the table, holds what cannot be, or the two are of
        different samples.
    """
    known = read_annotation(annotation)
    scores = read_scores(signatures)
    if strange := known.index.symmetric_difference(scores.index).tolist():
        raise InputError(
            f"{len(strange)} samples have signatures or an annotation, but not both: "
            f"{', '.join(shown(name) for name in strange[:3])}."
        )
    return Samples(known, scores.loc[known.index])


def read_annotation(path: str | Path | None = None) -> pd.DataFrame:
    """Read the annotation: cohort, class, diagnosis and platform by sample."""
    path = Path(path) if path is not None else locate("lme2021-annotation")
    header, rows = read_tsv(path)
    place = need_columns(path, header, COLUMNS.values())
    table = pd.DataFrame(
        [[cells[i] for i in place.values()] for _, cells in rows], columns=list(COLUMNS)
    )
    faults = [
        f"Line {line}, {shown(COLUMNS[name])}: nothing."
        for (line, _), row in zip(rows, table.itertuples(index=False), strict=True)
        for name in ("sample", "cohort", "diagnosis", "platform")
        if not getattr(row, name)
    ]
    faults += [
        f"{shown('LME')} is {shown(name)}; allowed: {', '.join(CLASSES)}, or nothing."
        for name in dict.fromkeys(table["lme"])
        if name and name not in CLASSES
    ]
    twice = table.loc[table["sample"].duplicated(), "sample"]
    faults += [f"The sample {shown(name)} stands twice." for name in twice.unique()]
    raise_if_any(path, faults)
    table["lme"] = table["lme"].where(table["lme"] != "", None)
    return table.set_index("sample")


def read_scores(path: str | Path | None = None) -> pd.DataFrame:
    """Read the signatures: a row a signature in the file, a row a sample here."""
    path = Path(path) if path is not None else locate("lme2021-signatures")
    header, rows = read_tsv(path)
    names = [cells[0] for _, cells in rows]
    faults = [f"The signature {shown(n)} is missing." for n in SIGNATURES if n not in names]
    faults += [f"The signature {shown(n)} is unknown." for n in names if n not in SIGNATURES]
    faults += [f"The signature {shown(n)} stands twice." for n in SIGNATURES if names.count(n) > 1]
    samples = pd.Index(header[1:], name="sample")
    faults += [f"The sample {shown(n)} stands twice." for n in samples[samples.duplicated()]]
    raise_if_any(path, faults)
    values = []
    for (line, cells), name in zip(rows, names, strict=True):
        try:
            row = np.array(cells[1:], dtype=float)
        except ValueError:
            raise InputError(
                f"{path.name}, line {line}, {shown(name)}: a cell is no number."
            ) from None
        if not (np.abs(row) <= LARGEST_SCORE).all():
            raise InputError(
                f"{path.name}, line {line}, {shown(name)}: a score is missing or beyond "
                f"{LARGEST_SCORE:g}."
            )
        values.append(row)
    return pd.DataFrame(np.array(values).T, index=samples, columns=names)[list(SIGNATURES)]
