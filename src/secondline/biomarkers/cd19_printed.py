"""CD19 in print: responses by H-score, patients called negative, and who has no H-score."""

from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt

import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from secondline.claims import get_claim
from secondline.effects import EffectEstimate
from secondline.errors import InputError
from secondline.intervals import bare_p, counts_from_percentage
from secondline.proportions import TwoGroups, compare_two, fisher_power, study_intervals

GROUPS = {"ongoing": "ongoing-n", "relapsed": "relapsed-n", "none": "no-response-n"}
MOST_AXI, MOST_SOC = 60, 40  # largest groups of CD19-negative patients that are tried
POWER = 0.8
SAME = 1e-9  # of a share that so many patients could not tell from the next one


@dataclass(frozen=True)
class Responses:
    """Patients of one group by response: ongoing, relapsed, none."""

    name: str
    ongoing: int
    relapsed: int
    none: int

    @property
    def n(self) -> int:
        return self.ongoing + self.relapsed + self.none

    @property
    def responded(self) -> int:
        return self.ongoing + self.relapsed

    @property
    def events(self) -> int:
        """Patients without an ongoing response."""
        return self.relapsed + self.none


def printed_responses() -> dict[str, Responses]:
    """Return the printed counts of axi-cel: high and low H-score, all, and what is left.

    "without" are those of all with an expression profile who are in neither half.
    """
    read = {
        "high": ("H-score high", "tme-ed5-b-high-"), "low": ("H-score low", "tme-ed5-b-low-"),
        "all": ("expression profile", "tme-fig1-c-axi-"),
    }  # fmt: skip
    found = {
        key: Responses(name, *(int(get_claim(prefix + end).n) for end in GROUPS.values()))
        for key, (name, prefix) in read.items()
    }
    left = [
        getattr(found["all"], g) - getattr(found["high"], g) - getattr(found["low"], g)
        for g in GROUPS
    ]
    return found | {"without": Responses("profile, no H-score", *left)}


def response_contrasts(
    high: Responses, low: Responses, level: float = 0.95
) -> dict[str, TwoGroups]:
    """Compare two groups by three questions that the counts answer.

    Returns
    -------
    dict of str to TwoGroups
        Any response; ongoing response; ongoing response of those who responded.
    """
    return {
        "any response": compare_two(high.responded, high.n, low.responded, low.n, level=level),
        "ongoing response": compare_two(high.ongoing, high.n, low.ongoing, low.n, level=level),
        "ongoing, of those who responded": compare_two(
            high.ongoing, high.responded, low.ongoing, low.responded, level=level
        ),
    }


def ratio_from_shares(free1: int, n1: int, free2: int, n2: int) -> EffectEstimate:
    """Return the hazard ratio, group 1 over 2, that shares free of the event imply.

    With proportional hazards and everybody watched to one time it is the ratio of the
    logarithms of the shares.

    Parameters
    ----------
    free1, n1, free2, n2 : int
        Patients free of the event at the end, and all.

    Raises
    ------
    InputError
        If in a group nobody or everybody is free of it.

    Notes
    -----
    The standard error is the delta method's, of the complementary log-log of a share.
    """
    logs, variance = [], 0.0
    for free, n in ((free1, n1), (free2, n2)):
        if not 0 < free < n:
            raise InputError(f"{free} of {n} are free of the event; that gives no hazard ratio.")
        share = free / n
        logs.append(log(-log(share)))
        variance += (1 - share) / (n * share * log(share) ** 2)
    return EffectEstimate(exp(logs[0] - logs[1]), sqrt(variance))


def negative_counts(most_axi: int = MOST_AXI, most_soc: int = MOST_SOC) -> pd.DataFrame:
    """Return all counts that the printed response rates of CD19-negative patients allow.

    Parameters
    ----------
    most_axi, most_soc : int
        Largest group of either arm that is tried.

    Returns
    -------
    DataFrame
        One row a pair of counts: responders and n of either arm; P of Fisher's test, of
        the chi-squared test with and without Yates's correction.
    """
    return _negative_counts(most_axi, most_soc).copy()


def nearest_negative(counts: pd.DataFrame | None = None) -> pd.Series:
    """Return the counts whose P of Fisher's test lies nearest to the printed one."""
    counts = negative_counts() if counts is None else counts
    return counts.loc[(counts["fisher"] - printed_negative_p()).abs().idxmin()]


def negative_difference(level: float = 0.95) -> TwoGroups:
    """Compare the two arms by the counts of :func:`nearest_negative`."""
    row = nearest_negative()
    counts = (int(row[name]) for name in ("axi_cel", "n_axi_cel", "soc", "n_soc"))
    return compare_two(*counts, level=level)


def negative_power(alpha: float = 0.05) -> float:
    """Return the power of Fisher's test with those counts if the printed rates are true."""
    row, rates = nearest_negative(), printed_negative_rates()
    return fisher_power(rates[0], int(row["n_axi_cel"]), rates[1], int(row["n_soc"]), alpha=alpha)


def printed_negative_rates() -> tuple[float, float]:
    """Return the printed response rates of CD19-negative patients, axi-cel and SOC, 0 to 1."""
    return tuple(float(get_claim(f"tme-cd19neg-orr-{a}").value) / 100 for a in ("axi", "soc"))


def printed_negative_below() -> float:
    """Return the H-score below which the paper calls a tumour negative."""
    return float(get_claim("tme-cd19-negative-cutoff").value.removeprefix("<"))


def printed_median() -> float:
    """Return the H-score that the paper's caption cuts at."""
    return float(get_claim("tme-fig4-c-cutoff-low").value.removeprefix("≤"))


def printed_negative_p() -> float:
    """Return the printed P of response between the arms in CD19-negative patients."""
    return float(get_claim("tme-cd19neg-orr-p").p)


def worst_share_found(
    share: float, n1: int, n2: int, *, power: float = POWER, alpha: float = 0.05
) -> float:
    """Return the share of group 2, below that of group 1, that Fisher's test would find.

    Parameters
    ----------
    share : float
        True share of group 1.
    n1, n2 : int
        Patients.
    power, alpha : float

    Returns
    -------
    float
        The largest such share; nan if not even 0 is found with this power.
    """

    def short(other):
        return fisher_power(share, n1, other, n2, alpha=alpha) - power

    if short(0.0) < 0:
        return float("nan")
    return float(brentq(short, 0.0, share, xtol=SAME)) if short(share) < 0 else share


def patients_for_power(
    share1: float, share2: float, *, power: float = POWER, alpha: float = 0.05, most: int = 400
) -> int:
    """Return how many patients in each arm Fisher's test needs; `most` + 1 if more.

    Found by doubling, then halving. An exact test's power goes up in steps, and at times
    down a little, so that a number slightly smaller can have it as well.
    """

    def short(n):
        return fisher_power(share1, n, share2, n, alpha=alpha) < power

    low, high = 1, 2
    while short(high):
        if high == most:
            return most + 1
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if short(middle) else (low, middle)
    return high


def missing_bounds(level: float = 0.95) -> dict[str, TwoGroups]:
    """Compare ongoing response if those without an H-score had all been on one side.

    Returns
    -------
    dict of str to TwoGroups
        As printed; with the missing placed so that high looks best, and worst.
    """
    found = printed_responses()
    high, low, lost = (found[key] for key in ("high", "low", "without"))

    def placed(ongoing_high, events_high):
        n_high = high.n + ongoing_high + events_high
        n_low = low.n + lost.n - ongoing_high - events_high
        return compare_two(
            high.ongoing + ongoing_high, n_high,
            low.ongoing + lost.ongoing - ongoing_high, n_low, level=level,
        )  # fmt: skip

    return {
        "as printed": compare_two(high.ongoing, high.n, low.ongoing, low.n, level=level),
        "missing: ongoing all high, others all low": placed(lost.ongoing, 0),
        "missing: ongoing all low, others all high": placed(0, lost.events),
    }


def responses_counts_page() -> pd.DataFrame:
    """Return the printed counts of responses, as texts."""
    found = printed_responses()
    rows = []
    for key in ("high", "low", "without"):
        r = found[key]
        rows.append((r.name, str(r.n), str(r.ongoing), str(r.relapsed), str(r.none),
                     f"{100 * r.ongoing / r.n:.0f}", f"{100 * r.responded / r.n:.0f}"))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "axi-cel", "patients", "ongoing", "relapsed", "none", "% ongoing", "% any response",
    ])  # fmt: skip


def contrasts_page(found: dict[str, TwoGroups]) -> pd.DataFrame:
    """Return contrasts of two groups, as texts."""
    rows = [
        (name, f"{t.events1}/{t.totals1}", f"{t.events2}/{t.totals2}", points_text(t), bare_p(t.p))
        for name, t in found.items()
    ]
    return pd.DataFrame(rows, columns=[
        "Question", "high", "low", "difference, percentage points", "P (Fisher)",
    ])  # fmt: skip


def negative_page(level: float = 0.95) -> pd.DataFrame:
    """Return the smallest counts that the printed rates of CD19-negative patients allow, as texts."""
    counts = negative_counts()
    own = counts["n_axi_cel"].min()
    rows = []
    for row in counts[(counts["n_axi_cel"] == own)].nsmallest(6, "n_soc").itertuples():
        two = compare_two(row.axi_cel, row.n_axi_cel, row.soc, row.n_soc, level=level)
        rows.append((
            f"{row.axi_cel}/{row.n_axi_cel} and {row.soc}/{row.n_soc}",
            *(share_text(k, n, level)
              for k, n in ((row.axi_cel, row.n_axi_cel), (row.soc, row.n_soc))),
            points_text(two), bare_p(row.fisher),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "If the counts were", "% axi-cel", "% SOC", "difference, percentage points", "P (Fisher)",
    ])  # fmt: skip


def share_text(events: int, n: int, level: float) -> str:
    """Return ``85 (55 to 98)``: a percentage with its exact interval."""
    lower, upper = study_intervals([events], [n], method="exact", level=level)
    return f"{100 * events / n:.0f} ({100 * lower[0]:.0f} to {100 * upper[0]:.0f})"


def points_text(two: TwoGroups) -> str:
    """Return ``15 (−2 to 32)``: a difference in percentage points with its interval."""
    numbers = (two.difference, two.lower, two.upper)
    return "{} ({} to {})".format(*(f"{100 * x:.0f}".replace("-", "−") for x in numbers))


@cache
def _negative_counts(most_axi: int, most_soc: int) -> pd.DataFrame:
    rates = [get_claim(f"tme-cd19neg-orr-{arm}").value for arm in ("axi", "soc")]
    pairs = [
        [(k, n) for n in range(1, most + 1) for k in counts_from_percentage(rate, n)]
        for rate, most in zip(rates, (most_axi, most_soc), strict=True)
    ]
    rows = []
    for k1, n1 in pairs[0]:
        for k2, n2 in pairs[1]:
            table = [[k1, n1 - k1], [k2, n2 - k2]]
            rows.append((
                k1, n1, k2, n2, float(stats.fisher_exact(table).pvalue),
                *(float(stats.chi2_contingency(table, correction=c).pvalue) for c in (True, False)),
            ))  # fmt: skip
    columns = ["axi_cel", "n_axi_cel", "soc", "n_soc", "fisher", "yates", "chi_squared"]
    return pd.DataFrame(rows, columns=columns)
