"""Outcome records of the reference cohort: the printed event-free survival, and responses."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.cohort.columns import ARMS
from secondline.cohort.generate import SIZES, record_table
from secondline.cohort.outcomes import draw_records
from secondline.cohort.seeding import MOST_SEEDS, stream
from secondline.cohort.targets import get_target
from secondline.errors import InputError
from secondline.trials import cox, medians, survival_at

PROFILE_SEED = 1
# of the profiled patients: responses as printed; SOC's 30 others have none on record
PROFILED = {
    "axi-cel": {"ongoing": 58, "relapsed": 54, "none": 16},
    "SOC": {"ongoing": 18, "relapsed": 28, "none": 52},
}
NOT_ASSESSED_EVENTS = 29


@dataclass(frozen=True)
class Margins:
    """Event-free survival of both arms: hazard ratio, medians (months), shares at 24 months."""

    hazard_ratio: float
    median_axi_cel: float
    median_soc: float
    share_axi_cel: float
    share_soc: float


TOLERANCE = Margins(0.0005, 0.05, 0.04, 0.001, 0.001)


def printed_margins() -> Margins:
    """Return the printed event-free survival, from the targets."""
    names = ("efs-hr", "efs-median-axi", "efs-median-soc", "efs-24m-axi", "efs-24m-soc")
    *others, share_axi_cel, share_soc = (get_target(name).value for name in names)
    return Margins(*others, share_axi_cel / 100, share_soc / 100)


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


def _draw_arm(arm: str, seed: int) -> pd.DataFrame:
    rng = stream(seed, ARMS.index(arm), 1)
    size = SIZES[arm]
    survival = (rng.permutation(size) + 1 - rng.random(size)) / size
    drawn = draw_records(
        arm, survival, rng, order=lambda n: (rng.permutation(n) + 0.5) / n, not_assessed=0.0
    )
    return record_table(drawn).assign(arm=arm)


def make_records() -> tuple[pd.DataFrame, dict[str, int]]:
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
    wanted = get_target("hgbl-median-axi").value
    rows = table["profiled"] & table["efs_event"] & (table["arm"] == "axi-cel")
    nearest = (table.loc[rows, "efs_months"] - wanted).abs().idxmin()
    moved = wanted - table.loc[nearest, "efs_months"]
    table.loc[nearest, ["efs_months", "dor_months"]] += moved
    return _apart(table)


def _profile(table: pd.DataFrame) -> pd.DataFrame:
    """Choose the profiled records, as many of each response as printed."""
    rng = stream(PROFILE_SEED, 9)
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
