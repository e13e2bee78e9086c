"""Response to CAR-T and response to mosunetuzumab: one sentence, two ways to read it."""

from dataclasses import dataclass

import pandas as pd

from secondline.errors import InputError
from secondline.proportions.contrast_report import signed
from secondline.proportions.report import bare_p, percent
from secondline.proportions.two_groups import TwoGroups, compare_two, fisher_power
from secondline.subgroups import Grouping, read_subgroups


@dataclass(frozen=True)
class PriorResponse:
    """One reading of the two printed groups.

    Attributes
    ----------
    name : str
    comparison : TwoGroups
        Response to the antibody after a response to CAR-T (1) and after none (2).
    responders, no_prior_response : float
        Shares of all patients that respond to the antibody, and that had not
        responded to CAR-T; to be held against Tables 1 and 2 of the source.
    power : float
        Of Fisher's test at P <= 0.05, if a response to CAR-T doubled the share
        that responds without one.
    """

    name: str
    comparison: TwoGroups
    responders: float
    no_prior_response: float
    power: float


def prior_response_grouping() -> Grouping:
    """Return the published groups: 3 of 18 and 3 of 12 patients."""
    (mine,) = [g for g in read_subgroups() if g.name == "response to mosunetuzumab"]
    return mine


def prior_response_readings() -> list[PriorResponse]:
    """Return both readings of the published groups.

    As the sentence is built, the groups are patients with and without a response
    to mosunetuzumab, and those with an earlier response to CAR-T are counted. Or
    the groups are those with and without a response to CAR-T, and responses to
    mosunetuzumab are counted. The table, and so Fisher's P, is the same.
    """
    without, with_ = prior_response_grouping().groups
    prior = without.events + with_.events
    n = without.n + with_.n
    responded = compare_two(with_.events, prior, with_.n - with_.events, n - prior)
    counted = compare_two(with_.events, with_.n, without.events, without.n)
    return [
        _reading("groups by response to mosunetuzumab", responded, with_.n / n, (n - prior) / n),
        _reading("groups by response to CAR-T", counted, prior / n, without.n / n),
    ]


def _reading(name, comparison, responders, no_prior_response) -> PriorResponse:
    c = comparison
    base = c.events2 / c.totals2
    return PriorResponse(
        name=name,
        comparison=c,
        responders=responders,
        no_prior_response=no_prior_response,
        power=fisher_power(min(1.0, 2 * base), c.totals1, base, c.totals2),
    )


def prior_response_table(readings: list[PriorResponse]) -> pd.DataFrame:
    """Return both readings: shares, their difference, Fisher's P and the power."""
    return pd.DataFrame(
        {
            "Reading": r.name,
            "Respond after a CAR-T response": _count(r.comparison.events1, r.comparison.totals1),
            "after none": _count(r.comparison.events2, r.comparison.totals2),
            "Difference, points (95 % CI)": (
                f"{signed(100 * r.comparison.difference)} "
                f"({signed(100 * r.comparison.lower)} to {signed(100 * r.comparison.upper)})"
            ),
            "Fisher's P": bare_p(r.comparison.p),
            "Power for a doubling": f"{percent(r.power, 0)} %",
            "All who respond": f"{percent(r.responders, 0)} %",
            "No response to CAR-T": f"{percent(r.no_prior_response, 0)} %",
        }
        for r in readings
    )


def group_size_needed(p1: float, p2: float, *, power: float = 0.8) -> int:
    """Return the patients in each of two groups that give Fisher's test a power.

    Parameters
    ----------
    p1, p2 : float
        True proportions, which must differ.
    power : float

    Returns
    -------
    int
        By bisection; the power saw-tooths with size, so that a size a little below
        may reach it too.

    Raises
    ------
    InputError
        If 500 in each group are not enough.
    """
    low, high = 1, 8
    while fisher_power(p1, high, p2, high) < power:
        if high == 500:
            raise InputError(f"With {p1} and {p2}, 500 patients in each group are not enough.")
        low, high = high, min(2 * high, 500)
    while high - low > 1:
        middle = (low + high) // 2
        if fisher_power(p1, middle, p2, middle) >= power:
            high = middle
        else:
            low = middle
    return high


def _count(events: int, total: int) -> str:
    return f"{events} / {total} ({percent(events / total)} %)"
