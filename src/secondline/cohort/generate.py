"""Make virtual patients: a fresh draw from the model, one row a patient."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.checks import whole_number
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

MODES = ("population", "reference")
MOST_PATIENTS = 1_000_000
SIZES = {"axi-cel": 180, "SOC": 179}
# of these, with an expression profile, with burden and LDH measured, with a protein score;
# of the profiles, with a cell of origin, with a known time of biopsy, and IS21
EXPRESSION = {"axi-cel": 128, "SOC": 128}
BURDEN_KNOWN = {"axi-cel": 158, "SOC": 146}
LDH_KNOWN = {"axi-cel": 170, "SOC": 168}
PROTEIN_KNOWN = {"axi-cel": 121, "SOC": 110}
ORIGIN_KNOWN, BIOPSY_KNOWN, BIOPSY_BEFORE = 243, 239, 90
IS21_KNOWN = {"before first line": 86, "after first line": 142}
THIRD_LINE = 25
UPPER_LIMIT_LDH = 390
# median LDH on the logarithm, above the limit: the printed P values of both levels imply
# more events where LDH is elevated than where it is not
ABOVE_LIMIT = 0.10


@dataclass(frozen=True)
class Shifts:
    """Change of scores from before to after first-line therapy, in standard deviations."""

    b_cells: float = -0.30
    t_cells: float = -0.38
    b7_h3: float = 0.34
    is21: float = -0.40
    is21_third_line: float = -0.52


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of each patient of an arm; masks, and the time of biopsy, shape (n,)."""

    expression: np.ndarray
    burden: np.ndarray
    ldh: np.ndarray
    protein: np.ndarray
    origin: np.ndarray
    biopsy: np.ndarray
    is21: np.ndarray


def generate(n: int, seed: int, mode: str = "population") -> pd.DataFrame:
    """Make a cohort of virtual patients.

    Parameters
    ----------
    n : int
        Patients, 2 to :data:`MOST_PATIENTS`; half of them, rounded up, in the axi-cel arm.
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
    if n > MOST_PATIENTS:
        raise InputError(f"n is {n:,}; at most {MOST_PATIENTS:,}, for want of memory.")
    if mode not in MODES:
        raise InputError(f"mode is {mode!r}; allowed: {one_of(MODES)}.")
    if mode == "reference":
        from secondline.cohort.read import read_cohort

        if n != sum(SIZES.values()):
            raise InputError(
                f"n is {n}; the reference cohort has {sum(SIZES.values())} patients and no other "
                "size."
            )
        return read_cohort("virtual")
    parts = []
    for arm, size in (("axi-cel", (n + 1) // 2), ("SOC", n // 2)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(ARMS.index(arm),)))
        tumours = draw_tumours(size, rng)
        records = draw_records(arm, survival_rank(tumours, arm, rng), rng)
        markers = marker_table(arm, tumours, draw_known(arm, size, rng))
        parts.append(pd.concat([markers, record_table(records)], axis=1))
    return number_participants(pd.concat(parts, ignore_index=True))


def generate_third_line(seed: int, shifts: Shifts = Shifts()) -> pd.DataFrame:
    """Make the patients of another trial, biopsied before a third line, of whom IS21 is known.

    Parameters
    ----------
    seed : int
    shifts : Shifts

    Returns
    -------
    DataFrame
        Columns participant, virtual, is21.
    """
    key = (len(ARMS),)
    rng = np.random.default_rng(
        np.random.SeedSequence(whole_number("seed", seed, 0), spawn_key=key)
    )
    unit = draw_tumours(THIRD_LINE, rng).is21 + shifts.is21_third_line
    names = [f"VIRTUAL-3L-{i + 1:02}" for i in range(THIRD_LINE)]
    return pd.DataFrame({"participant": names, "virtual": True, "is21": is21_score(unit)})


def draw_known(arm: str, n: int, rng: np.random.Generator) -> Known:
    """Draw of whom what is known, as often as in the trial."""
    size = SIZES[arm]
    expression = some(n, EXPRESSION[arm] / size, rng)
    biopsy = np.full(n, None, dtype=object)
    timed = expression & (rng.random(n) < BIOPSY_KNOWN / sum(EXPRESSION.values()))
    early = rng.random(n) < BIOPSY_BEFORE / BIOPSY_KNOWN
    biopsy[timed] = np.where(early[timed], *BIOPSIES)
    return Known(
        expression=expression,
        burden=some(n, BURDEN_KNOWN[arm] / size, rng),
        ldh=some(n, LDH_KNOWN[arm] / size, rng),
        # the protein needs tissue, as the profile does
        protein=expression & some(n, PROTEIN_KNOWN[arm] / EXPRESSION[arm], rng),
        origin=expression & (rng.random(n) < ORIGIN_KNOWN / sum(EXPRESSION.values())),
        biopsy=biopsy,
        is21=timed & (rng.random(n) < sum(IS21_KNOWN.values()) / BIOPSY_KNOWN),
    )


def marker_table(
    arm: str, tumours: Tumours, known: Known, shifts: Shifts = Shifts()
) -> pd.DataFrame:
    """Return the columns of one arm that are known before treatment, and the product's."""
    n = len(tumours.burden)
    later = known.biopsy == BIOPSIES[1]
    ldh = np.round(np.exp(np.log(UPPER_LIMIT_LDH) + ABOVE_LIMIT + 0.62 * tumours.ldh))
    spd = np.round(np.exp(np.log(2100) + 0.95 * tumours.burden))
    origin = np.where(tumours.non_gcb, "non-GCB", "GCB").astype(object)
    origin[~known.origin] = None
    product = np.round(1 / (1 + np.exp(1.1 - 0.8 * tumours.product)), 4)
    table = pd.DataFrame(
        {
            "virtual": True,
            "arm": arm,
            "expression": known.expression,
            "cell_of_origin": origin,
            "hgbl": np.where(known.expression, tumours.hgbl, None),
            "spd_mm2": np.where(known.burden, spd, np.nan),
            "ldh_u_per_l": np.where(known.ldh, ldh, np.nan),
            "ldh_elevated": np.where(known.ldh, ldh >= UPPER_LIMIT_LDH, None),
            "cd19_h_score": np.where(known.protein, h_score(tumours.cd19_protein), np.nan),
            "ccr7_cd45ra_share": product if arm == "axi-cel" else np.full(n, np.nan),
            "biopsy": known.biopsy,
            "is21": np.where(known.is21, is21_score(tumours.is21 + shifts.is21 * later), np.nan),
        }
    )
    for i, gene in enumerate(GENES):
        counts = np.exp((6.8, 7.3, 4.6)[i] + (0.42, 0.65, 1.0)[i] * tumours.genes[:, i])
        table[gene_column(gene)] = np.where(known.expression, np.round(counts, 2), np.nan)
    scores = pd.DataFrame(tumours.scores.copy(), columns=SIGNATURE_COLUMNS)
    for name in ("B cells", "T cells", "B7-H3"):
        column = signature_column(name)
        move = getattr(shifts, column.removeprefix("sig_"))
        scores[column] += move * score_scale()[1][SIGNATURE_COLUMNS.index(column)] * later
    # a patient without a profile has no score
    scores = scores.clip(lower=0.05).round(4)
    scores.loc[~known.expression] = np.nan
    return pd.concat([table, scores], axis=1)


def record_table(records: Records) -> pd.DataFrame:
    """Return outcome records as columns."""
    return pd.DataFrame(vars(records))


def number_participants(table: pd.DataFrame) -> pd.DataFrame:
    """Give each row an id that nobody can take for a trial patient's, and order the columns."""
    width = max(3, len(str(len(table))))
    table["participant"] = [f"VIRTUAL-{i + 1:0{width}}" for i in range(len(table))]
    return table[list(COLUMNS)]


def h_score(protein) -> np.ndarray:
    """Return an H-score from 0 to 300, about a tenth of them below 5."""
    return np.clip(np.round(150 + 112 * np.asarray(protein)), 0, 300)


def is21_score(unit) -> np.ndarray:
    """Return the stand-in for IS21 of standardised values."""
    return np.round(10 + 2.5 * np.asarray(unit), 4)


def some(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a mask with exactly the rounded share of n True."""
    mask = np.zeros(n, dtype=bool)
    mask[rng.permutation(n)[: round(min(share, 1.0) * n)]] = True
    return mask
