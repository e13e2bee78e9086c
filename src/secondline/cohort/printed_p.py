"""P values that the source prints for signatures, genes and indices, beside the cohort."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.claims import raise_powers
from secondline.cohort.columns import CLUSTERS, GENES, SIGNATURES, gene_column, signature_column
from secondline.cohort.scorecard_pages import OUTCOMES
from secondline.cohort.targets import Target, read_targets
from secondline.intervals import bare_p
from secondline.signatures.associations import with_groups, with_number


@dataclass(frozen=True)
class PrintedP:
    """A printed P value of one signature.

    Attributes
    ----------
    name, outcome : str
    p : float
    printed : str
    """

    name: str
    outcome: str
    p: float
    printed: str


def printed_index_p() -> dict[tuple[str, str, str], str]:
    """Return the P values that the source prints for its indices, by index, arm and endpoint.

    Read from the claims. Where the source says only that there is none below 0.05, so
    does the text here.
    """
    clocks = {"levels": "EFS", "durations": "DOR"}
    found = {}
    for target in read_targets():
        own = target.marker in CLUSTERS and target.analysis in clocks and not target.subset
        if own and target.part == "P" and target.kind == "text":
            text = target.printed if target.field else f"{target.rule} {target.value:g}"
            found[(target.marker, target.arm, clocks[target.analysis])] = text
    return found


def printed_signature_p(arm: str) -> tuple[PrintedP, ...]:
    """Return the P values that the source prints for single signatures in an arm.

    Those printed as a number, of all patients of the arm; the smallest first.
    """
    names = {signature_column(name): name for name in SIGNATURES}
    found = [
        PrintedP(names[t.marker], OUTCOMES[t.analysis], t.value, t.printed)
        for t in read_targets()
        if t.marker in names and t.arm == arm and t.rule == "near" and _of_all(t)
    ]
    return tuple(sorted(found, key=lambda row: row.p))


def printed_signature_page(rows, tests: int) -> pd.DataFrame:
    """Return printed P values, and those multiplied by a number of tests, as texts."""
    return pd.DataFrame(
        [
            (row.name, row.outcome, raise_powers(row.printed), f"{min(1.0, tests * row.p):.3f}")
            for row in rows
        ],
        columns=["Signature", "outcome", "P, printed", f"P times {tests}, at most 1"],
    )


def gene_page(patients: pd.DataFrame) -> pd.DataFrame:
    """Return each gene's fold change with ongoing response after axi-cel, as texts.

    Parameters
    ----------
    patients : DataFrame
        A cohort.

    Returns
    -------
    DataFrame
        Median of patients with ongoing response against that of the others, Wilcoxon's P,
        and Spearman's R of the gene with the B cell signature in both arms.
    """
    values = patients[[gene_column(gene) for gene in GENES]].astype(float)
    mine = (patients["arm"] == "axi-cel") & patients["response"].notna()
    ongoing = (patients["response"] == "ongoing")[mine]
    response = with_groups(values[mine], ongoing)
    shared = with_number(values, patients[signature_column("B cells")])
    return pd.DataFrame({
        "Gene": GENES,
        "median higher by": [
            _signed("–" if np.isnan(effect) else f"{100 * (2**effect - 1):.0f} %")
            for effect in response["effect"]
        ],
        "P": [bare_p(p) for p in response["p"]],
        "R with the B cell signature": [
            _signed("–" if np.isnan(r) else f"{r:.2f}") for r in shared["effect"]
        ],
    })  # fmt: skip


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _of_all(target: Target) -> bool:
    """Whether a target is a printed P of a marker in all patients of an arm."""
    return (
        target.kind == "text" and target.part == "P" and not target.subset
        and target.analysis in OUTCOMES
    )  # fmt: skip
