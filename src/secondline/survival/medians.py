"""Printed medians: what stands in a cell, and what a set of them can and cannot give."""

import re

import numpy as np
import pandas as pd

from secondline.errors import InputError, one_of
from secondline.tables import treatments

DURATIONS = {
    "DOR": "duration of response",
    "DoCR": "duration of complete response",
    "PFS": "progression-free survival",
    "OS": "overall survival",
}
# the column that holds the patients whom a duration is about
COUNTED = {"DOR": "orr_events", "DoCR": "cr_events", "PFS": "n", "OS": "n"}
# what a cell can say, in the order of a legend
STATUSES = (
    "median with interval",
    "median only",
    "not reached",
    "not estimated",
    "share at one time",
    "in other words",
    "not reported",
)
OPEN = {"NR": "not reached", "NE": "not estimated"}
DASHES = {"", "-", "–", "—"}
NUMBER = r"\d+(?:\.\d+)?"
LIMIT = rf"{NUMBER}|NR|NE"
CELL = re.compile(
    rf"(?P<median>{LIMIT})\s*(?:m|mo|months)?\s*"
    rf"(?:\(\s*(?P<lower>{LIMIT})\s*(?:[-–,]|to)\s*(?P<upper>{LIMIT})\s*\)"
    rf"|\(\s*(?P<both>NR|NE)\s*\))?",
    re.IGNORECASE,
)
CELL_COLUMNS = (
    "trial drug treatment combination prior_car_t n counted printed status median lower upper "
    "lower_open upper_open follow_up beyond"
).split()
RATE = re.compile(
    rf"(?P<time>{NUMBER}-?\s*(?:y|m|mo|months?|years?))\b[\s:]*(?P<rate>{NUMBER})\s*%"
)


def classify_medians(trials: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Read the cells of one outcome of a table of trials.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`. The printed text (column dor,
        docr, pfs or os) is read first; where it is absent, or in words that are not
        understood, the numbers in ``<outcome>_median``, ``_lower`` and ``_upper`` are.
    outcome : {"DOR", "DoCR", "PFS", "OS"}

    Returns
    -------
    DataFrame
        One row a cohort, in the order and with the index of `trials`: trial, drug,
        treatment, combination (whether it has a partner), prior_car_t, n, counted
        (patients whom the outcome is about: the responders for DOR, the complete
        responders for DoCR, else all; nan if not known), printed, status (one of
        :data:`STATUSES`), median, lower, upper (numbers; nan if there is none),
        lower_open, upper_open ("not reached", "not estimated" or ""), follow_up (nan if
        not reported) and beyond (whether the median lies beyond the median follow-up).

    Raises
    ------
    InputError
        If the outcome is unknown.
    """
    if outcome not in DURATIONS:
        raise InputError(f"outcome is {outcome!r}; allowed: {one_of(DURATIONS)}.")
    name = outcome.lower()
    rows = []
    for (index, cohort), treatment in zip(trials.iterrows(), treatments(trials), strict=True):
        printed = str(cohort.get(name, "") or "").strip()
        cell = _read(printed) if printed not in DASHES else _numbers(cohort, name)
        if cell["status"] == "in other words" and np.isfinite(_numbers(cohort, name)["median"]):
            # a reader's own wording is not understood, but the numbers beside it are
            cell = _numbers(cohort, name)
        follow_up = _positive(cohort.get("follow_up_months", np.nan))
        rows.append(
            {
                "index": index,
                "trial": cohort["trial"],
                "drug": cohort.get("drug", ""),
                "treatment": treatment,
                "combination": cohort.get("backbone", "none") != "none",
                "prior_car_t": cohort["prior_car_t"],
                "n": int(cohort["n"]),
                "counted": _known_count(cohort.get(COUNTED[outcome])),
                "printed": printed if printed not in DASHES else "",
                **cell,
                "follow_up": follow_up,
                "beyond": bool(cell["median"] > follow_up),
            }
        )
    return pd.DataFrame(rows).set_index("index").rename_axis(None)[list(CELL_COLUMNS)]


def outcomes_reported(trials: pd.DataFrame) -> tuple[str, ...]:
    """Return the durations of which at least one cohort says something."""
    return tuple(
        outcome
        for outcome in DURATIONS
        if (classify_medians(trials, outcome)["status"] != "not reported").any()
    )


def _read(text: str) -> dict:
    cell = _blank("in other words")
    match = CELL.fullmatch(text)
    if match is None:
        return _blank("share at one time") if RATE.fullmatch(text) else cell
    parts = match.groupdict()
    middle = parts["median"].upper()
    for name in ("lower", "upper"):
        limit = (parts[name] or parts["both"] or "").upper()
        cell[f"{name}_open"] = OPEN.get(limit, "")
        cell[name] = float(limit) if limit and limit not in OPEN else np.nan
    if middle in OPEN:
        cell["status"] = OPEN[middle]
    elif float(middle) > 0:
        cell["median"] = float(middle)
        cell["status"] = "median with interval" if parts["lower"] else "median only"
    return cell


def _numbers(cohort: pd.Series, name: str) -> dict:
    median, lower, upper = (
        cohort.get(f"{name}_{part}", np.nan) for part in ("median", "lower", "upper")
    )
    if pd.isna([median, lower, upper]).all():
        return _blank("not reported")
    cell = {
        **_blank("in other words"),
        "median": _positive(median),
        "lower": _positive(lower),
        "upper": _positive(upper),
    }
    if not np.isnan(cell["median"]):
        limits = not np.isnan([cell["lower"], cell["upper"]]).all()
        cell["status"] = "median with interval" if limits else "median only"
    return cell


def _blank(status: str) -> dict:
    numbers = dict.fromkeys(("median", "lower", "upper"), np.nan)
    return {"status": status, **numbers, "lower_open": "", "upper_open": ""}


def _positive(number: float) -> float:
    """Return a number of months; nan for what no time can be."""
    return float(number) if number > 0 else float("nan")


def _known_count(count) -> float:
    return float("nan") if count is None or pd.isna(count) else float(count)


def shown(cell: pd.Series) -> str:
    """Return what a cell says: as printed, or written from its numbers."""
    if cell["printed"]:
        return cell["printed"]
    if np.isnan(cell["median"]):
        return "–"
    text = f"{cell['median']:g}"
    if cell["status"] == "median with interval":
        limits = ("–" if np.isnan(v) else f"{v:g}" for v in (cell["lower"], cell["upper"]))
        text += f" ({' to '.join(limits)})"
    return text


def average_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Average printed medians in the ways that are met, to show that they disagree.

    Parameters
    ----------
    cells : DataFrame
        From :func:`classify_medians`.

    Returns
    -------
    DataFrame
        Columns way, value (months; nan where there is nothing to average or a weight is
        not known, inf where the value is not reached), and the trials and patients that
        enter. Patients are those whom the outcome is about, such as the responders;
        nan where a cohort does not give them.
    """
    known = cells[cells["median"].notna()]
    open_ = cells[cells["status"].isin(OPEN.values())]
    rows = [
        ("mean of the printed medians", _mean(known["median"]), known),
        ("mean weighted by the patients in it", _mean(known["median"], known["counted"]), known),
    ]
    if len(known) > 1:
        rest = known.drop(index=known["median"].idxmax())
        rows.append(("mean without the longest", _mean(rest["median"]), rest))
    if len(open_):
        both = pd.concat([known, open_])
        at_follow_up = both["median"].fillna(both["follow_up"])
        if at_follow_up.notna().all():
            way = "mean, with those not reached set to their follow-up"
            rows.append((way, _mean(at_follow_up), both))
        values = both["median"].fillna(np.inf).sort_values()
        middle = values.iloc[(len(values) - 1) // 2 : len(values) // 2 + 1]
        way = "middle value, with those not reached counted as longest"
        rows.append((way, float(middle.mean()), both))
    return pd.DataFrame(
        [(way, value, len(used), used["counted"].sum(skipna=False)) for way, value, used in rows],
        columns=["way", "value", "trials", "patients"],
    )


def _mean(values: pd.Series, weights=None) -> float:
    if not len(values):
        return float("nan")
    weights = np.ones(len(values)) if weights is None else weights.to_numpy(dtype=float)
    if not weights.sum() > 0:
        return float("nan")
    return float(np.average(values.to_numpy(dtype=float), weights=weights))


def interval_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Hold printed intervals against those of a constant rate of events.

    With a constant rate and ``d`` events, the log of the median has a standard
    error of ``1/sqrt(d)``: the interval is symmetric on the log scale, and its
    width gives ``d``. A median itself needs about half of the patients to have had
    the event.

    Parameters
    ----------
    cells : DataFrame
        From :func:`classify_medians`, of one outcome or several put together.

    Returns
    -------
    DataFrame
        One row for each median whose two limits are numbers: trial, outcome (if the
        cells have it), shown, n, position (0 to 1: where the median lies between
        its limits on the log scale; 0.5 is the middle) and events (that a constant
        rate and a 95 % interval would need).
    """
    from scipy.stats import norm

    both = cells[cells[["median", "lower", "upper"]].gt(0).all(axis=1)]
    both = both[(both["upper"] > both["lower"])]
    width = np.log(both["upper"] / both["lower"])
    both = both.assign(
        shown=[shown(cell) for _, cell in both.iterrows()],
        position=np.log(both["median"] / both["lower"]) / width,
        events=(2 * norm.ppf(0.975) / width) ** 2,
    )
    columns = ("trial", "outcome", "shown", "n", "position", "events")
    return both[[column for column in columns if column in both]].reset_index(drop=True)


def responder_table(trials: pd.DataFrame) -> pd.DataFrame:
    """Carry medians of responders over to all patients.

    At its median duration, half of the responders are still in response, if the printed
    median is taken at its word. Of all patients that is half of the response rate, and
    progression-free survival up to then is at least as high, since a response is free of
    progression.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.

    Returns
    -------
    DataFrame
        One row for each cohort and response with a count and a median: trial,
        outcome (DOR or DoCR), median, shown (the cell), events, n, share (of all patients that are
        still in response at the median) and pfs_median (nan if not known).
    """
    pfs = classify_medians(trials, "PFS")["median"]
    rows = []
    for outcome, count in (("DOR", "orr_events"), ("DoCR", "cr_events")):
        cells = classify_medians(trials, outcome)
        for index, cell in cells[cells["median"].notna()].iterrows():
            events = trials.loc[index, count]
            if pd.isna(events):
                continue
            rows.append(
                (cell["trial"], outcome, cell["median"], shown(cell), int(events), cell["n"],
                 int(events) / cell["n"] / 2, pfs[index])
            )  # fmt: skip
    columns = ["trial", "outcome", "median", "shown", "events", "n", "share", "pfs_median"]
    return pd.DataFrame(rows, columns=columns)
