"""The reference cohort: virtual patients on whom the source's analyses give its numbers.

In this order, each step from its own seed: outcome records, evenly spread over the arms'
curves, drawn again until the arms have the printed event-free survival; patients, from the
model, with as many known values as printed and shifts of scores between biopsies solved,
drawn again until what is printed of markers alone holds; who has which record, first as the
model says and then by annealing; scales of genes, solved.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import mannwhitneyu, norm, spearmanr

from secondline.cohort.analyses import analyse
from secondline.cohort.annealing import Annealed, Schedule, anneal
from secondline.cohort.columns import ARMS, BIOPSIES, GENE_COLUMNS, signature_column
from secondline.cohort.generate import (
    BIOPSY_BEFORE,
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
    number_participants,
    record_table,
)
from secondline.cohort.model import Tumours, draw_tumours, survival_rank
from secondline.cohort.objective import Objective
from secondline.cohort.outcomes import draw_records
from secondline.cohort.targets import read_targets
from secondline.errors import InputError
from secondline.trials import cox, medians, survival_at

MOST_SEEDS = 5_000
PROFILE_SEED, THIRD_LINE_SEED = 1, 1
# the first, counted from 1, after which every target is met
ANNEALING_SEED = 5
# analyses that need no outcome: patients are drawn again until these targets are met
WITHOUT_OUTCOME = ("patients", "correlation", "by group", "split", "lines")
# of the profiled patients: responses as printed; SOC's 30 others have none on record
PROFILED = {
    "axi-cel": {"ongoing": 58, "relapsed": 54, "none": 16},
    "SOC": {"ongoing": 18, "relapsed": 28, "none": 52},
}
NOT_ASSESSED_EVENTS = 29
HGBL = {"axi-cel": 25, "SOC": 21}
NON_GCB, GCB = {"axi-cel": 26, "SOC": 26}, {"axi-cel": 95, "SOC": 96}
BEFORE = {"axi-cel": 45, "SOC": 45}
IS21_BEFORE = {"axi-cel": 43, "SOC": 43}
# H-scores: negative, up to the median of 150, above it
PROTEIN = {"axi-cel": (13, 50, 58), "SOC": (10, 45, 55)}


@dataclass(frozen=True)
class Margins:
    """Event-free survival of both arms: hazard ratio, medians (months), shares at 24 months."""

    hazard_ratio: float
    median_axi_cel: float
    median_soc: float
    share_axi_cel: float
    share_soc: float


TOLERANCE = Margins(0.0005, 0.05, 0.04, 0.001, 0.001)


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


def printed_margins() -> Margins:
    """Return the printed event-free survival, from the targets."""
    value = {target.id: target.value for target in read_targets()}
    return Margins(
        value["efs-hr"], value["efs-median-axi"], value["efs-median-soc"],
        value["efs-24m-axi"] / 100, value["efs-24m-soc"] / 100,
    )  # fmt: skip


def margins(table: pd.DataFrame) -> Margins:
    """Return the event-free survival of a cohort, as the trial's primary analysis would.

    Parameters
    ----------
    table : DataFrame
        With `arm`, `efs_months` and `efs_event`.
    """
    time = table["efs_months"].to_numpy(dtype=float)
    event = table["efs_event"].to_numpy(dtype=bool)
    arm = (table["arm"] == "axi-cel").to_numpy()
    soc, axi_cel = medians(time, event, arm)[0]
    share_soc, share_axi_cel = survival_at(time, event, arm, [24.0]).survival[0, :, 0]
    ratio = cox(time, event, arm).hazard_ratio[0]
    return Margins(*map(float, (ratio, axi_cel, soc, share_axi_cel, share_soc)))


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
    records, seeds = _records()
    patients = _patients()
    tumours, known, markers = patients.tumours, patients.known, patients.markers
    groups, patient = {}, {}
    for arm in SIZES:
        own = records[records["arm"] == arm].sort_values("efs_months")
        groups[arm] = own["profiled"].to_numpy(int)
        rank = survival_rank(tumours[arm], arm, _rng(patients.seed, ARMS.index(arm), 3))
        patient[arm] = _place(groups[arm], known[arm].expression, rank)
    objective = Objective(markers, records, read_targets(), patient)
    annealed = anneal(objective, groups, _rng(ANNEALING_SEED, 0, 4), schedule)
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


def _rng(*key) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(key[0], spawn_key=key[1:]))


def _place(groups, profiled, rank) -> np.ndarray:
    """Give records, the earliest first, to those whom the model has fail first."""
    patient = np.empty(len(groups), dtype=int)
    for group in (0, 1):
        own = np.flatnonzero(profiled == bool(group))
        patient[groups == group] = own[np.argsort(-rank[own])]
    return patient


# --- outcome records ---------------------------------------------------------------------


def _draw_arm(arm: str, seed: int) -> pd.DataFrame:
    rng = _rng(seed, ARMS.index(arm), 1)
    size = SIZES[arm]
    survival = (rng.permutation(size) + 1 - rng.random(size)) / size
    drawn = draw_records(
        arm, survival, rng, order=lambda n: (rng.permutation(n) + 0.5) / n, not_assessed=0.0
    )
    return record_table(drawn).assign(arm=arm)


def _records() -> tuple[pd.DataFrame, dict[str, int]]:
    """Return outcome records with the printed margins, and who of them is profiled.

    Each arm is drawn again until its median and its share at 24 months are the printed
    ones; of such draws, the first pair with the printed hazard ratio is taken.
    """
    printed = printed_margins()
    kept: dict[str, list] = {arm: [] for arm in SIZES}
    for seed in range(MOST_SEEDS):
        for arm, own in kept.items():
            table = _draw_arm(arm, seed)
            if not _arm_close(arm, table, printed):
                continue
            own.append((seed, table))
            (other,) = set(kept) - {arm}
            for seed_there, there in kept[other]:
                whole = _apart(pd.concat([table, there], ignore_index=True))
                whole = _with_hgbl_median(_profile(whole))
                if _close(margins(whole), printed):
                    seeds = {arm: seed, other: seed_there}
                    return whole, {name: seeds[name] for name in SIZES}
    raise InputError(f"None of {MOST_SEEDS} seeds gives the printed event-free survival.")


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    """Move tied times apart by a thousandth of a month."""
    for column in ("efs_months", "dor_months"):
        values = table[column].to_numpy(copy=True)
        taken = set()
        for row in np.argsort(values, kind="stable"):
            while np.isfinite(values[row]) and values[row] in taken:
                values[row] = round(values[row] + 0.001, 3)
            taken.add(values[row])
        table[column] = values
    return table


def _arm_close(arm: str, table: pd.DataFrame, printed: Margins) -> bool:
    time, event = table["efs_months"].to_numpy(float), table["efs_event"].to_numpy(bool)
    same = np.ones(len(table), dtype=int)
    median = medians(time, event, same)[0, 1]
    share = survival_at(time, event, same, [24.0]).survival[0, 1, 0]
    name = arm.lower().replace("-", "_")
    near = all(
        abs(found - getattr(printed, part)) <= getattr(TOLERANCE, part)
        for found, part in ((median, f"median_{name}"), (share, f"share_{name}"))
    )
    count = table["response"].value_counts()
    spare = NOT_ASSESSED_EVENTS if arm == "SOC" else 0
    needed = {**PROFILED[arm], "none": PROFILED[arm]["none"] + spare}
    return near and all(count.get(name, 0) > n for name, n in needed.items())


def _close(found: Margins, printed: Margins) -> bool:
    return all(
        abs(getattr(found, name) - getattr(printed, name)) <= getattr(TOLERANCE, name)
        for name in Margins.__dataclass_fields__
    )


def _with_hgbl_median(table: pd.DataFrame) -> pd.DataFrame:
    """Move the nearest failure of a profiled axi-cel patient to HGBL's printed median.

    Between two scans few patients fail, and none may where half of those with high-grade
    histology had.
    """
    wanted = _target("hgbl-median-axi")
    rows = table["profiled"] & table["efs_event"] & (table["arm"] == "axi-cel")
    nearest = (table.loc[rows, "efs_months"] - wanted).abs().idxmin()
    moved = wanted - table.loc[nearest, "efs_months"]
    table.loc[nearest, ["efs_months", "dor_months"]] += moved
    return _apart(table)


def _profile(table: pd.DataFrame) -> pd.DataFrame:
    """Choose the profiled records, as many of each response as printed."""
    rng = _rng(PROFILE_SEED, 9)
    table["profiled"] = False
    for arm, counts in PROFILED.items():
        for response, n in counts.items():
            rows = np.flatnonzero((table["arm"] == arm) & (table["response"] == response))
            rng.shuffle(rows)
            table.loc[rows[:n], "profiled"] = True
            if arm == "axi-cel":
                continue
            # 30 of SOC have no response on record: 29 failures, and one still followed
            spare = {"none": NOT_ASSESSED_EVENTS, "ongoing": 1}.get(response, 0)
            table.loc[rows[n : n + spare], "profiled"] = True
            hidden = rows[n : n + spare]
            if response == "none":
                rest = rows[n + spare :]
                share = NOT_ASSESSED_EVENTS / (n + spare)
                hidden = np.append(hidden, rest[: round(share * len(rest))])
            table.loc[hidden, ["response", "best_response"]] = None
            table.loc[hidden, "dor_months"] = np.nan
            table.loc[hidden, "dor_event"] = False
    return table


# --- patients ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Patients:
    seed: int
    tumours: dict[str, Tumours]
    known: dict[str, Known]
    shifts: Shifts
    markers: pd.DataFrame
    later: pd.DataFrame


def _patients() -> _Patients:
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


def _draw_patients(seed: int) -> _Patients:
    tumours, known = {}, {}
    for arm in SIZES:
        rng = _rng(seed, ARMS.index(arm), 2)
        drawn = draw_tumours(SIZES[arm], rng)
        known[arm] = _known(arm, rng)
        tumours[arm] = _exact_groups(arm, drawn, known[arm], rng)
    tumours = _correlate_ldh(tumours, known)
    shifts = _solve_shifts(tumours, known)
    markers = pd.concat(
        [_with_h_scores(arm, marker_table(arm, tumours[arm], known[arm], shifts)) for arm in SIZES],
        ignore_index=True,
    )
    return _Patients(
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
    wanted = _target("spd-ldh-r")
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
    found = next(t for t in read_targets() if t.id == target)
    return float(norm.isf(found.value / 2)) * (1 if found.side == "positive" else -1)


def _target(name: str) -> float:
    return next(t.value for t in read_targets() if t.id == name)


def _root(miss, low, high, what) -> float:
    """Solve a step function: where it changes sign."""
    if miss(low) * miss(high) > 0:
        raise InputError(f"No value between {low} and {high} gives {what}.")
    return float(brentq(miss, low, high, xtol=1e-4))


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
        factor = np.log1p(_target(f"{name}-ongoing-axi-fold") / 100) / gap
        centre = logs.median()
        table[column] = np.round(np.exp(centre + factor * (logs - centre)), 2)
    return table
