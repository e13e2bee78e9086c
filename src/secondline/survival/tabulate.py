"""Durations as they are to be read on the page: rounded, and in words."""

import numpy as np
import pandas as pd

from secondline.survival.medians import (
    DURATIONS,
    average_table,
    classify_medians,
    interval_table,
    shown,
)
from secondline.survival.mixtures import (
    mixture_median,
    mixture_restricted_mean,
    mixture_survival,
    survival_from_median,
)

SHARES = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)


def duration_groups(trials: pd.DataFrame, outcome: str = "all") -> dict[str, pd.DataFrame]:
    """Return the cells to draw and to list, by the name of their outcome.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : str
        "all", or one of :data:`DURATIONS`.

    Returns
    -------
    dict of DataFrame
        From :func:`classify_medians`, with a column ``shown``; cohorts that report
        nothing, and outcomes that no cohort reports, are left out.
    """
    groups = {}
    for name in DURATIONS if outcome == "all" else (outcome,):
        cells = classify_medians(trials, name)
        cells = cells[cells["status"] != "not reported"]
        if len(cells):
            cells = cells.assign(shown=[shown(cell) for _, cell in cells.iterrows()])
            groups[f"{DURATIONS[name]} ({name})"] = cells.assign(outcome=name)
    return groups


def cells_page(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every cell that says something, with its kind and its follow-up."""
    rows = [
        {
            "Trial": cell["trial"],
            "Outcome": cell["outcome"],
            "Treatment": cell["treatment"] or "–",
            "As printed": cell["shown"],
            "Kind": _kind(cell),
            "Upper limit": _upper(cell),
            "Follow-up": _months(cell["follow_up"]),
            "Median beyond follow-up": _beyond(cell),
        }
        for cells in groups.values()
        for _, cell in cells.iterrows()
    ]
    columns = [
        "Trial", "Outcome", "Treatment", "As printed", "Kind", "Upper limit", "Follow-up",
        "Median beyond follow-up",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def reading(groups: dict[str, pd.DataFrame]) -> str:
    """Return what the cells amount to, in sentences that fit them.

    Parameters
    ----------
    groups : dict
        From :func:`duration_groups`.
    """
    if not groups:
        return (
            "No cohort of this table reports such a duration: the columns are absent or empty. "
            "The sections on virtual patients do not need them."
        )
    told = []
    for title, cells in groups.items():
        known = cells["median"].dropna()
        open_ = int(cells["status"].isin(("not reached", "not estimated")).sum())
        parts = []
        if len(known):
            ends = f"{known.min():g} to {known.max():g}" if len(known) > 1 else f"{known.iloc[0]:g}"
            parts.append(f"a median in {_cohorts(len(known))} ({ends} months)")
        if open_:
            parts.append(f"not reached or not estimated in {_cohorts(open_)}")
        if other := len(cells) - len(known) - open_:
            parts.append(f"something else in {_cohorts(other)}")
        told.append(f"{_sentence(title)}: {', '.join(parts)}.")
    late = [
        f"{cell['trial']} ({cell['outcome']})"
        for cells in groups.values()
        for _, cell in cells[cells["beyond"]].iterrows()
    ]
    if late:
        told.append(f"A median lies beyond the median follow-up in {', '.join(late)}.")
    return " ".join(told)


def responders_page(rows: pd.DataFrame) -> pd.DataFrame:
    """Return :func:`responder_table` for the page."""
    return pd.DataFrame(
        {
            "Trial": list(rows["trial"]),
            "Response": list(rows["outcome"]),
            "As printed, months": list(rows["shown"]),
            "Responders": [f"{r.events} of {r.n}" for r in rows.itertuples()],
            "At month": [f"{v:g}" for v in rows["median"]],
            "Still in response then, of all": [
                f"about {100 * v:.0f}\u00a0%" for v in rows["share"]
            ],
        }
    )


def rates_page(rows: pd.DataFrame) -> pd.DataFrame:
    """Hold the constant rate of a median PFS against the responders who remain.

    Parameters
    ----------
    rows : DataFrame
        From :func:`responder_table`.

    Returns
    -------
    DataFrame
        One row for each with a median PFS: the share free of progression at the median
        duration of response, if the rate were constant, and the share that the
        responders alone make then, by the printed median.
    """
    known = rows[rows["pfs_median"].notna()]
    return pd.DataFrame(
        {
            "Trial": list(known["trial"]),
            "Median PFS": [f"{v:g}" for v in known["pfs_median"]],
            "At month": [f"{v:g}" for v in known["median"]],
            "Free, if the rate were constant": [
                f"{100 * float(survival_from_median(r.median, r.pfs_median)):.0f}\u00a0%"
                for r in known.itertuples()
            ],
            "Responders alone, by the printed median": [
                f"about {100 * r.share:.0f}\u00a0% ({r.outcome})" for r in known.itertuples()
            ],
        }
    )


def averages_page(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return :func:`average_table` of each outcome for the page."""
    rows = [
        {
            "Outcome": cells["outcome"].iloc[0],
            "Way": row.way,
            "Months": "not reached" if np.isinf(row.value) else _months(row.value, 1),
            "Cohorts": str(row.trials),
            "Patients in it": _months(row.patients),
        }
        for cells in groups.values()
        for row in average_table(cells).itertuples()
    ]
    return pd.DataFrame(rows, columns=["Outcome", "Way", "Months", "Cohorts", "Patients in it"])


def intervals_page(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return :func:`interval_table` of all outcomes for the page."""
    columns = [
        "Trial", "Outcome", "As printed", "Place of the median (0 to 1)", "Events, if constant",
        "Events that a median needs",
    ]  # fmt: skip
    if not groups:
        return pd.DataFrame(columns=columns)
    found = interval_table(pd.concat(groups.values()))
    rows = [
        (r.trial, r.outcome, r.shown, f"{r.position:.2f}", f"{r.events:.0f}",
         f"about {int(np.ceil(r.n / 2))}" if r.outcome in ("PFS", "OS") else "–")
        for r in found.itertuples()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def mixture_page(
    share: float, long_median: float, short_median: float, *, months: float
) -> pd.DataFrame:
    """Return median, share free of the event and restricted mean, for shares around one half."""
    groups = (long_median, short_median)
    return pd.DataFrame(
        {
            "Remission lasts in": f"{100 * p:g}\u00a0%" + (" (as set)" if p == share else ""),
            "Median (months)": f"{mixture_median(p, *groups):.1f}",
            f"Free at {months:g} months": (
                f"{100 * float(mixture_survival(months, p, *groups)):.0f}\u00a0%"
            ),
            f"Mean time free within {months:g} months": (
                f"{mixture_restricted_mean(months, p, *groups):.1f}"
            ),
        }
        for p in sorted({*SHARES, share})
    )


def pooling_page(rows: pd.DataFrame, *, months: float) -> pd.DataFrame:
    """Return :func:`pooling_table` for the page."""
    names = {
        "median": "median (months)",
        "free at": f"free of the event at {months:g} months (%)",
        "restricted mean": f"mean time free within {months:g} months",
    }
    scale = rows["summary"].map({"free at": 100}).fillna(1)
    return pd.DataFrame(
        {
            "Summary": rows["summary"].map(names),
            "First trial": [f"{v:.1f}" for v in rows["first"] * scale],
            "Second trial": [f"{v:.1f}" for v in rows["second"] * scale],
            "Average of the two": [f"{v:.1f}" for v in rows["average"] * scale],
            "All patients together": [f"{v:.1f}" for v in rows["together"] * scale],
        }
    )


def report_paragraph(groups: dict[str, pd.DataFrame]) -> str:
    """Return a paragraph for a results section: the cells of one outcome, none averaged.

    Parameters
    ----------
    groups : dict
        From :func:`duration_groups`. Of several outcomes, progression-free survival is
        told, since it counts all patients; where it is absent, the first.
    """
    if not groups:
        return "No cohort reported a duration."
    title = f"{DURATIONS['PFS']} (PFS)"
    title = title if title in groups else next(iter(groups))
    listed = "; ".join(
        f"{cell['trial']}, {cell['shown']} (median follow-up {_months(cell['follow_up'])})"
        for _, cell in groups[title].iterrows()
    )
    return f"{_sentence(title)}, as reported, in months: {listed}. The medians were not pooled."


def months_range(low: float, high: float) -> str:
    """Write a span of medians: ``3.4 to 9.0 months``, or ``3.4 months to not reached``.

    Parameters
    ----------
    low, high : float
        Months; nan or inf where the median, or a limit, is not reached.
    """
    if not np.isfinite([low, high]).any():
        return "not reached"
    if np.isfinite([low, high]).all():
        return f"{low:.1f} to {high:.1f} months"
    return f"{months_text(low)} to {months_text(high)}"


def months_text(value: float) -> str:
    """Write a median: ``3.4 months``, or ``not reached`` for nan and inf."""
    return f"{value:.1f} months" if np.isfinite(value) else "not reached"


def _cohorts(k: int) -> str:
    return "1 cohort" if k == 1 else f"{k} cohorts"


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def _kind(cell: pd.Series) -> str:
    # a missing number compares as False
    outside = cell["median"] < cell["lower"] or cell["median"] > cell["upper"]
    return "the limits do not hold the median" if outside else cell["status"]


def _upper(cell: pd.Series) -> str:
    return cell["upper_open"] or _months(cell["upper"])


def _months(value: float, digits: int | None = None) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:g}" if digits is None else f"{value:.{digits}f}"


def _beyond(cell: pd.Series) -> str:
    if np.isnan(cell["median"]) or np.isnan(cell["follow_up"]):
        return "–"
    return "yes" if cell["beyond"] else "no"
