"""The reference cohort: virtual patients on whom the source's analyses give its numbers.

In this order, each step from its own seed: outcome records, evenly spread over the arms'
curves, drawn again until the arms have the printed event-free survival; patients, from the
model, with as many known values as printed and shifts of scores between biopsies solved,
drawn again until what is printed of markers alone holds; who has which record, first as the
model says and then by annealing; scales of genes, solved.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.cohort.annealing import Annealed, Schedule, anneal
from secondline.cohort.columns import ARMS, GENE_COLUMNS
from secondline.cohort.generate import SIZES, Shifts, number_participants
from secondline.cohort.model import survival_rank
from secondline.cohort.objective import Objective
from secondline.cohort.reference_patients import make_patients
from secondline.cohort.reference_records import make_records
from secondline.cohort.seeding import stream
from secondline.cohort.targets import get_target, read_targets

# the first, counted from 1, after which every target is met
ANNEALING_SEED = 5


@dataclass(frozen=True, eq=False)
class Reference:
    """The cohort and how it came about.

    Attributes
    ----------
    table : DataFrame
    later : DataFrame
        The patients before a third line, of another trial.
    records_seeds : dict
        Seeds of the outcome records, by arm.
    patients_seed : int
        Seed of the patients.
    shifts : Shifts
        As solved.
    annealed : Annealed
    """

    table: pd.DataFrame
    later: pd.DataFrame
    records_seeds: dict[str, int]
    patients_seed: int
    shifts: Shifts
    annealed: Annealed


def build_reference(schedule: Schedule = Schedule()) -> Reference:
    """Build the reference cohort.

    Returns
    -------
    Reference

    Raises
    ------
    InputError
        If none of :data:`MOST_SEEDS` seeds gives outcome records with the printed margins, or
        patients with what is printed of their markers.
    """
    records, seeds = make_records()
    patients = make_patients()
    tumours, known, markers = patients.tumours, patients.known, patients.markers
    groups, patient = {}, {}
    for arm in SIZES:
        own = records[records["arm"] == arm].sort_values("efs_months")
        groups[arm] = own["profiled"].to_numpy(int)
        rank = survival_rank(tumours[arm], arm, stream(patients.seed, ARMS.index(arm), 3))
        patient[arm] = _place(groups[arm], known[arm].expression, rank)
    objective = Objective(markers, records, read_targets(), patient)
    annealed = anneal(objective, groups, stream(ANNEALING_SEED, 0, 4), schedule)
    parts = []
    for arm in SIZES:
        own = records[records["arm"] == arm].sort_values("efs_months")
        carried = own.drop(columns=["arm", "profiled"]).reset_index(drop=True)
        order = np.argsort(annealed.patient[arm])
        mine = markers[markers["arm"] == arm].reset_index(drop=True)
        parts.append(pd.concat([mine, carried.iloc[order].reset_index(drop=True)], axis=1))
    table = _solve_genes(pd.concat(parts, ignore_index=True))
    return Reference(
        table=number_participants(table),
        later=patients.later,
        records_seeds=seeds,
        patients_seed=patients.seed,
        shifts=patients.shifts,
        annealed=annealed,
    )


def _place(groups, profiled, rank) -> np.ndarray:
    """Give records, the earliest first, to those whom the model has fail first."""
    patient = np.empty(len(groups), dtype=int)
    for group in (0, 1):
        own = np.flatnonzero(profiled == bool(group))
        patient[groups == group] = own[np.argsort(-rank[own])]
    return patient


def _solve_genes(table: pd.DataFrame) -> pd.DataFrame:
    """Stretch each gene on its logarithm until its fold increase is the printed one."""
    rows = table["expression"] & (table["arm"] == "axi-cel")
    ongoing = table["response"] == "ongoing"
    for column in GENE_COLUMNS:
        name = column.removeprefix("gene_").lower()
        logs = np.log(table[column].astype(float))
        gap = logs[rows & ongoing].median() - logs[rows & ~ongoing].median()
        if gap <= 0:
            continue
        factor = np.log1p(get_target(f"{name}-ongoing-axi-fold").value / 100) / gap
        centre = logs.median()
        table[column] = np.round(np.exp(centre + factor * (logs - centre)), 2)
    return table
