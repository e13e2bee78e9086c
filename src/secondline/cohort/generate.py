"""Make virtual patients: a fresh draw from the model, one row a patient."""

import numpy as np
import pandas as pd

from secondline.cohort.columns import (
    ARMS,
    BIOPSIES,
    COLUMNS,
    GENES,
    SIGNATURE_COLUMNS,
    gene_column,
    signature_column,
)
from secondline.cohort.model import Tumours, draw_tumours, score_scale, survival_rank
from secondline.cohort.outcomes import Records, draw_records
from secondline.errors import InputError, one_of
from secondline.trials.simulation import whole_number

MODES = ("population", "reference")
# of 359 patients: with an expression profile, with burden measured, with a protein score
EXPRESSION = {"axi-cel": 128, "SOC": 128}
BURDEN_KNOWN = {"axi-cel": 158, "SOC": 146}
LDH_KNOWN = {"axi-cel": 170, "SOC": 168}
PROTEIN_KNOWN = {"axi-cel": 121, "SOC": 110}
ORIGIN_KNOWN = 243
BIOPSY_KNOWN, BIOPSY_BEFORE = 239, 90
UPPER_LIMIT_LDH = 390
# shift of scores after first-line therapy, in standard deviations
AFTER_FIRST_LINE = {"B cells": -0.30, "T cells": -0.38, "B7-H3": 0.34}
IS21_AFTER = -0.40


def generate(n: int, seed: int, mode: str = "population") -> pd.DataFrame:
    """Make a cohort of virtual patients.

    Parameters
    ----------
    n : int
        Patients, 2 or more; half of them, rounded up, in the axi-cel arm.
    seed : int
        0 or more; the same numbers give the same patients.
    mode : {"population", "reference"}
        A fresh draw, in which results scatter as they would from trial to trial; or the
        cohort that the book ships, whose statistics were brought to the printed ones
        (`n` must then be 359, and `seed` plays no part).

    Returns
    -------
    DataFrame
        One row a patient, columns as in the data dictionary under ``zuma7_reference``;
        `virtual` is True in each row.

    Raises
    ------
    InputError
        If a number or the mode cannot be used.
    """
    n, seed = whole_number("n", n, 2), whole_number("seed", seed, 0)
    if mode not in MODES:
        raise InputError(f"mode is {mode!r}; allowed: {one_of(MODES)}.")
    if mode == "reference":
        from secondline.cohort.read import read_cohort

        if n != 359:
            raise InputError(f"n is {n}; the reference cohort has 359 patients and no other size.")
        return read_cohort("virtual")
    parts = []
    for arm, size in (("axi-cel", (n + 1) // 2), ("SOC", n // 2)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(ARMS.index(arm),)))
        tumours = draw_tumours(size, rng)
        records = draw_records(arm, survival_rank(tumours, arm, rng), rng)
        parts.append(patient_table(arm, tumours, records, rng))
    return number_participants(pd.concat(parts, ignore_index=True))


def patient_table(
    arm: str, tumours: Tumours, records: Records, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the table of one arm, with values missing as often as in the trial."""
    n = len(tumours.burden)
    share = {
        name: known[arm] / (180 if arm == "axi-cel" else 179)
        for name, known in (
            ("expression", EXPRESSION), ("burden", BURDEN_KNOWN), ("ldh", LDH_KNOWN),
            ("protein", PROTEIN_KNOWN),
        )
    }  # fmt: skip
    expression = some(n, share["expression"], rng)
    biopsy = np.full(n, None, dtype=object)
    drawn = expression & (rng.random(n) < BIOPSY_KNOWN / 256)
    early = rng.random(n) < BIOPSY_BEFORE / BIOPSY_KNOWN
    biopsy[drawn] = np.where(early[drawn], *BIOPSIES)
    shifted = biopsy == BIOPSIES[1]
    known_burden, known_ldh = some(n, share["burden"], rng), some(n, share["ldh"], rng)
    # the protein needs tissue, as the profile does
    known_protein = expression & some(n, share["protein"] / share["expression"], rng)
    origin = np.where(tumours.non_gcb, "non-GCB", "GCB").astype(object)
    origin[~(expression & (rng.random(n) < ORIGIN_KNOWN / 256))] = None
    ldh = np.round(np.exp(np.log(UPPER_LIMIT_LDH) + 0.08 + 0.62 * tumours.ldh))
    table = pd.DataFrame(
        {
            "virtual": True,
            "arm": arm,
            "treated": records.treated,
            "infusion_months": records.infusion_months,
            "efs_months": records.efs_months,
            "efs_event": records.efs_event,
            "response": records.response,
            "best_response": records.best_response,
            "dor_months": records.dor_months,
            "dor_event": records.dor_event,
            "expression": expression,
            "cell_of_origin": origin,
            "hgbl": np.where(expression, tumours.hgbl, None),
            "spd_mm2": np.where(
                known_burden, np.round(np.exp(np.log(2100) + 0.95 * tumours.burden)), np.nan
            ),
            "ldh_u_per_l": np.where(known_ldh, ldh, np.nan),
            "ldh_elevated": np.where(known_ldh, ldh >= UPPER_LIMIT_LDH, None),
            "cd19_h_score": np.where(known_protein, h_score(tumours.cd19_protein), np.nan),
            "ccr7_cd45ra_share": (
                np.round(1 / (1 + np.exp(1.1 - 0.8 * tumours.product)), 4)
                if arm == "axi-cel"
                else np.nan
            ),
            "biopsy": biopsy,
            "is21": np.where(
                expression & (biopsy != None),  # noqa: E711 elementwise
                np.round(10 + 2.5 * (tumours.is21 + IS21_AFTER * shifted), 4),
                np.nan,
            ),
        }
    )
    for i, gene in enumerate(GENES):
        counts = np.exp((6.8, 7.3, 4.6)[i] + (0.55, 0.9, 1.3)[i] * tumours.genes[:, i])
        table[gene_column(gene)] = np.where(expression, np.round(counts, 2), np.nan)
    scores = pd.DataFrame(tumours.scores, columns=SIGNATURE_COLUMNS)
    for name, move in AFTER_FIRST_LINE.items():
        column = signature_column(name)
        scores[column] += move * score_scale()[1][SIGNATURE_COLUMNS.index(column)] * shifted
    # a patient without a profile has no score
    scores = scores.clip(lower=0.05).round(4)
    scores.loc[~expression] = np.nan
    return pd.concat([table, scores], axis=1)


def number_participants(table: pd.DataFrame) -> pd.DataFrame:
    """Give each row an id that nobody can take for a trial patient's, and order the columns."""
    width = max(3, len(str(len(table))))
    table["participant"] = [f"VIRTUAL-{i + 1:0{width}}" for i in range(len(table))]
    return table[list(COLUMNS)]


def h_score(protein) -> np.ndarray:
    """Return an H-score from 0 to 300, about a tenth of them below 5."""
    return np.clip(np.round(150 + 112 * np.asarray(protein)), 0, 300)


def some(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a mask with exactly the rounded share of n True."""
    mask = np.zeros(n, dtype=bool)
    mask[rng.permutation(n)[: round(min(share, 1.0) * n)]] = True
    return mask
