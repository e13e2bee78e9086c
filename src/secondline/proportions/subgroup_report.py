"""Subgroups as they are read on the page: tables and sentences."""

import re

import numpy as np
import pandas as pd

from secondline.errors import InputError
from secondline.intervals import as_printed, percentage_agrees
from secondline.proportions.report import bare_p, p_value, percent
from secondline.proportions.single import study_intervals
from secondline.proportions.subgroup_tests import GroupingTest, possible_shares
from secondline.subgroups import AMBIGUOUS, GIVEN, IMPOSSIBLE, Grouping

SCORE_NAMES = {"ranks": "ranks", "days": "middle day of each span"}


def group_intervals(grouping: Grouping, *, level: float = 0.95) -> list[tuple[float, float]]:
    """Return each group's exact limits, proportions from 0 to 1; NaN where no count is known."""
    limits = []
    for group in grouping.groups:
        if group.events is None:
            limits.append((float("nan"), float("nan")))
            continue
        low, high = study_intervals([group.events], [group.n], level=level)
        limits.append((float(low[0]), float(high[0])))
    return limits


def subgroup_table(groupings) -> pd.DataFrame:
    """Return every subgroup with its count, where the count comes from, and its interval."""
    rows = []
    for grouping in groupings:
        for group, (low, high) in zip(grouping.groups, group_intervals(grouping), strict=True):
            known = group.events is not None
            rows.append(
                {
                    "Group": group.name,
                    "Trial": grouping.trial,
                    "Divided by": grouping.name,
                    "Counted": grouping.outcome or "–",
                    "Printed %": group.printed or "–",
                    "Count / n": f"{group.events if known else '–'} / {group.n}",
                    "The count is": _known(group),
                    "%": percent(group.events / group.n) if known else "–",
                    "Exact 95 % CI": f"{percent(low)} to {percent(high)}" if known else "–",
                }
            )
    return pd.DataFrame(rows)


def grouping_table(tests: list[GroupingTest]) -> pd.DataFrame:
    """Return one row for each grouping: which test, its P values, and the corrected P."""
    rows = []
    for test in tests:
        trend = test.trends.get("ranks")
        p_exact = asymptotic = float("nan")
        if trend is not None:
            p_exact, asymptotic = trend.p_exact, trend.p_asymptotic
        elif test.homogeneity is not None:
            p_exact, asymptotic = test.homogeneity.p_exact, test.homogeneity.p_asymptotic
        name = "trend over ranks" if test.main == "trend" else "one common rate"
        rows.append(
            {
                "Divided by": test.grouping.name,
                "Trial": test.grouping.trial,
                "Groups": str(len(test.grouping.groups)),
                "Test": name if test.homogeneity else "none: " + _why_not(test.grouping),
                "Exact P": bare_p(p_exact),
                "Asymptotic P": bare_p(asymptotic),
                "P, corrected": bare_p(test.adjusted),
            }
        )
    return pd.DataFrame(rows)


def trend_table(tests: list[GroupingTest]) -> pd.DataFrame:
    """Return the trend tests of every ordered grouping under each kind of score."""
    rows = [
        {
            "Scores": SCORE_NAMES[kind],
            "Divided by": test.grouping.name,
            "Values": ", ".join(f"{s:g}" for s in trend.scores),
            "Chi² (1 df)": f"{trend.statistic:.2f}",
            "Asymptotic P": bare_p(trend.p_asymptotic),
            "Exact P": bare_p(trend.p_exact),
        }
        for test in tests
        for kind, trend in test.trends.items()
    ]
    nothing = {"Scores": "no grouping has an order and known counts", "Exact P": "–"}
    return pd.DataFrame(rows or [nothing])


def reconciliation_table(groupings, trials: pd.DataFrame) -> pd.DataFrame:
    """Hold the sums of each grouping against the trial's own row.

    Parameters
    ----------
    groupings : sequence of Grouping
    trials : DataFrame
        From :func:`secondline.tables.read_trials`; its cohort after CAR-T is used.
    """
    rows = []
    for grouping in groupings:
        size, events = _of_trial(grouping, trials)
        n = sum(grouping.totals)
        x = sum(grouping.events) if grouping.complete else None
        rows.append(
            {
                "Divided by": grouping.name,
                "Trial": grouping.trial,
                "Patients in the groups": str(n),
                "in the trial": "–" if size is None else str(size),
                "Counted in the groups": "–" if x is None else str(x),
                "counted in the trial": "–" if events is None else str(events),
                "Add up": _adds_up(n, size, x, events),
            }
        )
    return pd.DataFrame(rows)


def left_count(grouping: Grouping, trials: pd.DataFrame) -> int:
    """Return the count that a trial's total leaves for the one group without a count.

    Raises
    ------
    InputError
        If not exactly one group lacks a count, or the trial's events are not known.
    """
    unknown = [g for g in grouping.groups if g.events is None]
    _, events = _of_trial(grouping, trials)
    if len(unknown) != 1 or events is None:
        raise InputError(
            f"{grouping.trial}, {grouping.name}: {len(unknown)} groups have no count and the "
            f"trial's events are {'not ' if events is None else ''}known; one such group and "
            "known events are needed."
        )
    return events - sum(g.events for g in grouping.groups if g.events is not None)


def readings_table(grouping: Grouping, trials: pd.DataFrame) -> pd.DataFrame:
    """Return what an impossible percentage may stand for, and what each reading breaks.

    Parameters
    ----------
    grouping : Grouping
        One of its groups has a percentage that no count gives.
    trials : DataFrame
        From :func:`secondline.tables.read_trials`, with the trial.

    Returns
    -------
    DataFrame
        The two counts of the printed size nearest to the percentage, the count that
        the trial's total leaves, and every count and size up to the trial's size
        that would be printed so.

    Raises
    ------
    InputError
        As for :func:`left_count`.
    """
    left = left_count(grouping, trials)
    size, events = _of_trial(grouping, trials)
    (group,) = [g for g in grouping.groups if g.events is None]
    printed, n = group.printed, group.n
    nearest = int(float(printed) * n / 100)
    candidates = [(x, n) for x in (nearest, nearest + 1, left) if 0 <= x <= n]
    candidates += possible_shares(printed, size)
    return pd.DataFrame(
        {
            "Reading": f"{x} of {of}",
            "would be printed": as_printed(100 * x / of, printed),
            "Gives the percentage": _yes(percentage_agrees(x, of, printed)),
            "Has the printed size": _yes(of == n),
            f"Groups hold {size}": _yes(of - n + sum(grouping.totals) == size),
            f"Groups have {events} responses": _yes(x - left == 0),
        }
        for x, of in dict.fromkeys(candidates)
    )


def trend_reading(tests: list[GroupingTest]) -> str:
    """Return in sentences, as Markdown, what the tests of all groupings say."""
    sentences = []
    for test in tests:
        grouping = test.grouping
        who = as_markdown(f"{grouping.trial}, by {grouping.name}")
        if test.homogeneity is None:
            sentences.append(f"**{who}:** no test, since {_why_not(grouping)}.")
            continue
        if np.isnan(test.p):
            sentences.append(f"**{who}:** all groups are 0 or 100 %, so there is nothing to test.")
            continue
        what = "a common rate"
        if test.main == "trend":
            what = "no trend over the ranks of the groups"
        p = p_value(test.p)
        if test.adjusted < 0.05:
            verdict = "is hard to reconcile with chance, also after the correction"
        elif test.p < 0.05:
            verdict = "looks unlike chance alone, but not after the correction"
        else:
            verdict = "is compatible with chance; that does not show that the groups are alike"
        kind = "exact" if test.is_exact else "asymptotic"
        sentences.append(f"**{who}:** against {what}, {kind} {p}. The pattern {verdict}.")
    return "\n\n".join(sentences) or "There is no grouping in this table."


def as_markdown(text: str) -> str:
    """Return a reader's own text so that Markdown shows it as it stands."""
    return re.sub(r"([\\`*_{}\[\]<>$#|~&!^=+-])", r"\\\1", text)


def _known(group) -> str:
    if group.known == GIVEN and group.printed and group.events not in group.possible:
        return "given; the percentage differs"
    return group.known


def _why_not(grouping: Grouping) -> str:
    if len(grouping.groups) < 2:
        return "there is only one group"
    states = {g.known for g in grouping.groups}
    if IMPOSSIBLE in states:
        return "a printed percentage fits no count"
    if AMBIGUOUS in states:
        return "a printed percentage fits several counts"
    return "a count is missing"


def _of_trial(grouping, trials):
    column = f"{grouping.outcome.lower()}_events"
    mine = trials[(trials["trial"] == grouping.trial) & (trials["prior_car_t"] == "yes")]
    if mine.empty:
        return None, None
    events = mine[column].iloc[0] if column in mine else pd.NA
    return int(mine["n"].iloc[0]), None if pd.isna(events) else int(events)


def _adds_up(n, size, x, events) -> str:
    if size is None:
        return "–"
    wrong = [] if n == size else ["patients"]
    if x is not None and events is not None and x != events:
        wrong.append("events")
    if wrong:
        return "no: " + " and ".join(wrong)
    return "yes" if x is not None and events is not None else "patients yes, events unknown"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
