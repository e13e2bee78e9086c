"""Patients of the chemotherapy era who have both signatures and survival."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, one_of
from secondline.external.era.counterparts import assigned_clusters
from secondline.external.lme import CLASSES, Samples

ENDPOINTS = {"PFS": "progression-free survival", "OS": "overall survival"}


@dataclass(frozen=True, eq=False)
class EraPatients:
    """Patients of the survival set whose samples have signatures.

    Attributes
    ----------
    patients : DataFrame
        By sample: the columns of :func:`secondline.external.read_schmitz` and lme.
    scores : DataFrame, shape (patients, 38)
    listed : int
        Patients in the table of characteristics.
    survival_set : int
        Of these, in the survival set.
    lost_events : int
        Of the survival set, patients with an event of progression-free survival but no
        time of it.
    """

    patients: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    listed: int
    survival_set: int
    lost_events: int


@dataclass(frozen=True, eq=False)
class Outcome:
    """The patients of one endpoint.

    Attributes
    ----------
    endpoint : str
    patients : DataFrame
        As in :class:`EraPatients`, with months and event.
    scores : DataFrame
    """

    endpoint: str
    patients: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)

    @property
    def n(self) -> int:
        return len(self.patients)

    @property
    def events(self) -> int:
        return int(self.patients["event"].sum())


def join(samples: Samples, characteristics: pd.DataFrame) -> EraPatients:
    """Join the two tables by the sample's name.

    Raises
    ------
    InputError
        If no patient of the survival set has a sample.
    """
    inside = characteristics[characteristics["in_survival_set"]]
    both = inside[inside["sample"].isin(samples.scores.index)].set_index("sample")
    if both.empty:
        raise InputError(
            "No patient of the survival set has a sample with signatures; the two tables do "
            "not belong together."
        )
    lost = (inside["pfs_event"] == 1) & inside["pfs_months"].isna()
    return EraPatients(
        both.assign(lme=samples.annotation.loc[both.index, "lme"]),
        samples.scores.loc[both.index],
        len(characteristics), len(inside), int(lost.sum()),
    )  # fmt: skip


def outcome(era: EraPatients, endpoint: str = "PFS") -> Outcome:
    """Return the patients whose time of an endpoint is known.

    Raises
    ------
    InputError
        If the endpoint is unknown.
    """
    if endpoint not in ENDPOINTS:
        raise InputError(f"endpoint is {endpoint!r}; allowed: {one_of(ENDPOINTS)}.")
    clock = endpoint.lower()
    known = era.patients[f"{clock}_months"].notna()
    rows = era.patients[known]
    return Outcome(
        endpoint,
        rows.assign(months=rows[f"{clock}_months"], event=rows[f"{clock}_event"] == 1),
        era.scores[known],
    )


def index_means(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each index's counterparts, a column an index."""
    return pd.DataFrame(
        {name: scores[list(members)].mean(axis=1) for name, members in assigned_clusters().items()}
    )


def selection(samples: Samples, characteristics: pd.DataFrame) -> pd.DataFrame:
    """Compare the survival set with the other patients of the table.

    Returns
    -------
    DataFrame
        Columns trait, level, inside and outside (patients), p (chi-square of the trait,
        among those with a value; NaN if it cannot be had).
    """
    table = characteristics.assign(
        lme=characteristics["sample"].map(samples.annotation["lme"]).map(CLASSES)
    )
    rows = []
    for trait, column in (
        ("cell of origin", "cell_of_origin"),
        ("genetic subtype", "genetic_subtype"),
        ("microenvironment", "lme"),
        ("biopsy", "biopsy"),
    ):
        counts = pd.crosstab(table[column], table["in_survival_set"])
        counts = counts.reindex(columns=[True, False], fill_value=0)
        p = np.nan
        if len(counts) > 1 and (counts.sum() > 0).all():
            p = float(stats.chi2_contingency(counts, correction=False).pvalue)
        rows += [
            (trait, level, int(inside), int(outside), p)
            for level, inside, outside in counts.itertuples()
        ]
    return pd.DataFrame(rows, columns=["trait", "level", "inside", "outside", "p"])
