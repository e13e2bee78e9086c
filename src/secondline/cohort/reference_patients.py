"""Patients of the reference cohort: as many known values as printed, and shifts solved."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import mannwhitneyu, norm, spearmanr

from secondline.cohort.analyses import analyse
from secondline.cohort.columns import ARMS, BIOPSIES, signature_column
from secondline.cohort.generate import (
    BIOPSY_KNOWN,
    BURDEN_KNOWN,
    EXPRESSION,
    IS21_KNOWN,
    LDH_KNOWN,
    PROTEIN_KNOWN,
    SIZES,
    Known,
    Shifts,
    generate_third_line,
    marker_table,
)
from secondline.cohort.model import Tumours, draw_tumours
from secondline.cohort.seeding import MOST_SEEDS, stream
from secondline.cohort.targets import get_target, read_targets
from secondline.errors import InputError

THIRD_LINE_SEED = 1
# analyses that need no outcome: patients are drawn again until these targets are met
WITHOUT_OUTCOME = ("patients", "correlation", "by group", "split", "lines")
HGBL = {"axi-cel": 25, "SOC": 21}
NON_GCB, GCB = {"axi-cel": 26, "SOC": 26}, {"axi-cel": 95, "SOC": 96}
BEFORE = {"axi-cel": 45, "SOC": 45}
IS21_BEFORE = {"axi-cel": 43, "SOC": 43}
# H-scores: negative, up to the median of 150, above it
PROTEIN = {"axi-cel": (13, 50, 58), "SOC": (10, 45, 55)}


@dataclass(frozen=True, eq=False)
class Patients:
    seed: int
    tumours: dict[str, Tumours]
    known: dict[str, Known]
    shifts: Shifts
    markers: pd.DataFrame
    later: pd.DataFrame


def make_patients() -> Patients:
    """Return the first patients on whom every target that needs no outcome is met."""
    targets = [t for t in read_targets() if t.analysis in WITHOUT_OUTCOME]
    for seed in range(MOST_SEEDS):
        try:
            drawn = _draw_patients(seed)
        except InputError:
            continue
        found = ((t, analyse(drawn.markers, t, drawn.later)) for t in targets)
        if all(t.fits(f.value, f.side) for t, f in found):
            return drawn
    raise InputError(f"None of {MOST_SEEDS} seeds gives markers that go together as printed.")


def _draw_patients(seed: int) -> Patients:
    tumours, known = {}, {}
    for arm in SIZES:
        rng = stream(seed, ARMS.index(arm), 2)
        drawn = draw_tumours(SIZES[arm], rng)
        known[arm] = _known(arm, rng)
        tumours[arm] = _exact_groups(arm, drawn, known[arm], rng)
    tumours = _correlate_ldh(tumours, known)
    shifts = _solve_shifts(tumours, known)
    markers = pd.concat(
        [_with_h_scores(arm, marker_table(arm, tumours[arm], known[arm], shifts)) for arm in SIZES],
        ignore_index=True,
    )
    return Patients(
        seed, tumours, known, shifts, markers, generate_third_line(THIRD_LINE_SEED, shifts)
    )


def _known(arm: str, rng) -> Known:
    """Draw of whom what is known, in exactly the printed numbers."""
    n = SIZES[arm]
    expression = np.arange(n) < EXPRESSION[arm]
    expression = expression[rng.permutation(n)]
    profiled = rng.permutation(np.flatnonzero(expression))
    timed = profiled[: BIOPSY_KNOWN // 2 + (arm == "axi-cel") * (BIOPSY_KNOWN % 2)]
    biopsy = np.full(n, None, dtype=object)
    before, after = timed[: BEFORE[arm]], timed[BEFORE[arm] :]
    biopsy[before], biopsy[after] = BIOPSIES
    later = IS21_KNOWN[BIOPSIES[1]] // 2
    is21 = _mask(n, np.append(before[: IS21_BEFORE[arm]], after[:later]))
    protein = rng.permutation(profiled)[: PROTEIN_KNOWN[arm]]
    origin = rng.permutation(profiled)[: NON_GCB[arm] + GCB[arm]]
    # SPD is known only where LDH is
    ldh = rng.permutation(n)[: LDH_KNOWN[arm]]
    return Known(
        expression=expression,
        burden=_mask(n, ldh[: BURDEN_KNOWN[arm]]),
        ldh=_mask(n, ldh),
        protein=_mask(n, protein),
        origin=_mask(n, origin),
        biopsy=biopsy,
        is21=is21,
    )


def _mask(n, rows) -> np.ndarray:
    mask = np.zeros(n, dtype=bool)
    mask[rows] = True
    return mask


def _exact_groups(arm, tumours: Tumours, known: Known, rng) -> Tumours:
    """Give high-grade histology and non-GCB origin to exactly as many as wanted."""
    tendency = np.where(known.expression, tumours.hgbl_tendency, -np.inf)
    hgbl = _mask(len(tendency), np.argsort(-tendency)[: HGBL[arm]])
    origin = rng.permutation(np.flatnonzero(known.origin))
    return replace(tumours, hgbl=hgbl, non_gcb=_mask(len(hgbl), origin[: NON_GCB[arm]]))


def _with_h_scores(arm: str, table: pd.DataFrame) -> pd.DataFrame:
    """Spread H-scores, in their order, over negative, up to the median, and above."""
    negative, low, high = PROTEIN[arm]
    scores = np.concatenate([
        np.arange(negative) % 5,
        np.round(np.linspace(5, 150, low - 5)), np.full(5, 150),
        np.round(np.linspace(151, 300, high)),
    ])  # fmt: skip
    own = np.flatnonzero(table["cd19_h_score"].notna())
    ties = table["gene_CD19"].to_numpy()[own]
    order = np.lexsort((ties, table["cd19_h_score"].to_numpy()[own]))
    values = table["cd19_h_score"].to_numpy(copy=True)
    values[own[order]] = np.sort(scores)
    table["cd19_h_score"] = values
    return table


# --- scales and shifts that are solved ---------------------------------------------------


def _correlate_ldh(tumours: dict, known: dict) -> dict:
    """Mix burden into LDH until Spearman's R of the two is the printed one."""
    wanted = get_target("spd-ldh-r").value
    burden = np.concatenate([tumours[a].burden[known[a].burden & known[a].ldh] for a in SIZES])

    def mixed(arm, weight):
        own = (tumours[arm].ldh - 0.45 * tumours[arm].burden) / np.sqrt(1 - 0.45**2)
        return weight * tumours[arm].burden + np.sqrt(1 - weight**2) * own

    def miss(weight):
        ldh = [mixed(a, weight)[known[a].burden & known[a].ldh] for a in SIZES]
        return spearmanr(burden, np.concatenate(ldh))[0] - wanted

    weight = _root(miss, 0.05, 0.85, "R of SPD with LDH")
    return {arm: replace(tumours[arm], ldh=mixed(arm, weight)) for arm in SIZES}


def _solve_shifts(tumours: dict, known: dict) -> Shifts:
    """Return shifts between biopsies that give the printed P values."""
    shifts = Shifts()

    def both(change):
        return pd.concat([marker_table(a, tumours[a], known[a], change) for a in SIZES])

    for name, column, target in (
        ("b_cells", signature_column("B cells"), "bcell-ges-lines"),
        ("t_cells", signature_column("T cells"), "tcell-ges-lines"),
        ("b7_h3", signature_column("B7-H3"), "b7h3-lines"),
        ("is21", "is21", "is21-1l-2l"),
    ):

        def miss(shift, name=name, column=column, target=target):
            table = both(replace(shifts, **{name: shift}))
            groups = [table.loc[table["biopsy"] == b, column].dropna() for b in BIOPSIES[::-1]]
            return _z(*groups) - _printed_z(target)

        shifts = replace(shifts, **{name: _root(miss, -2, 2, f"the shift of {column}")})
    first = both(shifts)
    first = first.loc[first["biopsy"] == BIOPSIES[0], "is21"].dropna()

    def third(shift):
        later = generate_third_line(THIRD_LINE_SEED, replace(shifts, is21_third_line=shift))
        return _z(later["is21"], first) - _printed_z("is21-1l-3l")

    return replace(shifts, is21_third_line=_root(third, -3, 3, "the shift of a third line"))


def _z(one, other) -> float:
    """Return the z of Wilcoxon's test, above 0 where the first is the larger."""
    u = mannwhitneyu(one, other, method="asymptotic", use_continuity=False).statistic
    n, m = len(one), len(other)
    return float((u - n * m / 2) / np.sqrt(n * m * (n + m + 1) / 12))


def _printed_z(target: str) -> float:
    found = get_target(target)
    return float(norm.isf(found.value / 2)) * (1 if found.side == "positive" else -1)


def _root(miss, low, high, what) -> float:
    """Solve a step function: where it changes sign."""
    if miss(low) * miss(high) > 0:
        raise InputError(f"No value between {low} and {high} gives {what}.")
    return float(brentq(miss, low, high, xtol=1e-4))
