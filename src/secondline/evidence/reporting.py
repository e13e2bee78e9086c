"""Which outcome each trial reports, and how: a count, a median, or nothing."""

import pandas as pd

from secondline.survival import DURATIONS, STATUSES, classify_medians, shown
from secondline.tables import treatments

OUTCOMES = ("ORR", "CR", *DURATIONS)
# whom a duration of response counts
RESPONDERS = {"DOR": "responders", "DoCR": "complete responders"}


def reporting_map(trials: pd.DataFrame) -> pd.DataFrame:
    """Return what each cohort says of each outcome.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.

    Returns
    -------
    DataFrame
        One row for each cohort and outcome: trial, drug, treatment, combination (whether
        it has a partner), prior_car_t, outcome, status
        ("count" or one of :data:`secondline.survival.STATUSES`) and text (the count
        as ``11/27``, a median as printed, "–" where there is nothing).
    """
    rows = []
    cells = {outcome: classify_medians(trials, outcome) for outcome in DURATIONS}
    for (index, cohort), treatment in zip(trials.iterrows(), treatments(trials), strict=True):
        for outcome in OUTCOMES:
            if outcome in DURATIONS:
                cell = cells[outcome].loc[index]
                status, text = cell["status"], shown(cell)
            else:
                events = cohort[f"{outcome.lower()}_events"]
                missing = pd.isna(events)
                status = "not reported" if missing else "count"
                text = "–" if missing else f"{events}/{cohort['n']}"
            rows.append(
                (cohort["trial"], cohort.get("drug", ""), treatment,
                 cohort["backbone"] != "none", cohort["prior_car_t"], outcome, status, text)
            )  # fmt: skip
    columns = [
        "trial", "drug", "treatment", "combination", "prior_car_t", "outcome", "status", "text",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def reporting_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the map as a table for the page: a row for each cohort, a column for each outcome."""
    rows = []
    for (trial, prior), group in cells.groupby(["trial", "prior_car_t"], sort=False):
        suffix = "" if (cells.loc[cells["trial"] == trial, "prior_car_t"] == prior).all() else (
            ", after CAR-T" if prior == "yes" else ", no CAR-T"
        )  # fmt: skip
        texts = dict(zip(group["outcome"], group["text"], strict=True))
        rows.append({"Trial": trial + suffix, **{name: texts[name] for name in OUTCOMES}})
    return pd.DataFrame(rows)


def reporting_summary(cells: pd.DataFrame) -> pd.DataFrame:
    """Return for each outcome how many cohorts report it in which way.

    Returns
    -------
    DataFrame
        Columns outcome, cohorts, and one for each status (whole numbers).
    """
    statuses = ("count", *STATUSES)
    rows = []
    for outcome in OUTCOMES:
        found = cells.loc[cells["outcome"] == outcome, "status"]
        rows.append(
            {"outcome": outcome, "cohorts": len(found)}
            | {status: int((found == status).sum()) for status in statuses}
        )
    return pd.DataFrame(rows)


def patients_with(trials: pd.DataFrame, outcome: str) -> int:
    """Return the patients of the cohorts that give a count, or a median as a number."""
    if outcome in DURATIONS:
        known = classify_medians(trials, outcome)["median"].notna()
    else:
        known = trials[f"{outcome.lower()}_events"].notna()
    return int(trials.loc[known, "n"].sum())


def report_paragraph(trials: pd.DataFrame) -> str:
    """Return a paragraph for a results section: how many cohorts and patients give what.

    Of a duration of response the responders are named, whom alone it counts.
    """
    known = {outcome: patients_with(trials, outcome) for outcome in OUTCOMES}
    cells = reporting_map(trials)
    told = []
    for outcome in OUTCOMES:
        found = cells.loc[cells["outcome"] == outcome, "status"]
        kind = "a count of" if outcome not in DURATIONS else "a median of"
        is_number = found.isin(("count", "median with interval", "median only"))
        whom = _whom(trials, outcome) + f"{known[outcome]} patients"
        text = f"{kind} {outcome} from {int(is_number.sum())} ({whom})"
        open_ = int(found.isin(("not reached", "not estimated")).sum())
        if open_:
            text += f", and {open_} more in which it was not reached or not estimated"
        told.append(text)
    k, patients = len(trials), int(trials["n"].sum())
    return (
        f"There were {k} cohort{'s' if k != 1 else ''} with {patients} patients. "
        f"Of these cohorts there was {'; '.join(told)}."
    )


def _whom(trials: pd.DataFrame, outcome: str) -> str:
    if outcome not in RESPONDERS:
        return ""
    cells = classify_medians(trials, outcome)
    counted = cells.loc[cells["median"].notna(), "counted"]
    if not len(counted) or counted.isna().any():
        return ""
    return f"{int(counted.sum())} {RESPONDERS[outcome]} of "
