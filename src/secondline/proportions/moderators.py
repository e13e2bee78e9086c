"""Properties of the cohorts that might go with their response, one at a time."""

from dataclasses import dataclass, field
from itertools import permutations
from math import factorial

import numpy as np
import pandas as pd

from secondline.checks import check_choice
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.proportions.meta_regression import (
    MetaRegression,
    meta_regression,
    predict_regression,
)
from secondline.proportions.pooling import pool

# the value of the setting; what it is on the page; what 0 and 1 mean where it is a choice
MODERATORS = {
    "partner": ("partner drug", ("alone", "with partner")),
    "refractory_share": ("share refractory to CAR-T", None),
    "year": ("year of the report", None),
    "lines_median": ("median prior lines", None),
    "format": ("CD20 to CD3 binding sites", ("1:1", "2:1")),
}
SCALE = "logit"
# where all arrangements are at most so many, every one is tried
MOST_ARRANGEMENTS = 1000


@dataclass(frozen=True, eq=False)
class Moderated:
    """One meta-regression on one property of the cohorts.

    Attributes
    ----------
    name : str
        One of :data:`MODERATORS`.
    cohorts : DataFrame
        Columns trial, events, totals, value of the cohorts that have both.
    left_out : tuple of str
        Cohorts that report the outcome but not the property.
    fit : MetaRegression or None
    reason : str
        Why there is no fit; "" where there is one.
    p_permutation : float
        Share of the arrangements of the property over the cohorts whose t is at
        least as large; NaN without a fit.
    arrangements : int
    """

    name: str
    cohorts: pd.DataFrame = field(repr=False)
    left_out: tuple[str, ...]
    fit: MetaRegression | None
    reason: str = ""
    p_permutation: float = float("nan")
    arrangements: int = 0

    def line(self, points: int = 61):
        """Return x and the expected share with its limits, shape (points,), from 0 to 1."""
        value = self.cohorts["value"]
        x = np.linspace(value.min(), value.max(), points)
        return x, *predict_regression(self.fit, x)


@dataclass(frozen=True)
class ManyModerators:
    """What comes of trying several moderators where none has an effect.

    Attributes
    ----------
    moderators : int
    one : float
        Share of single tests with P below 0.05.
    any : float
        Share of the simulated reviews with at least one.
    n_sets : int
    """

    moderators: int
    one: float
    any: float
    n_sets: int

    def __str__(self) -> str:
        if not self.moderators:
            return "No property varies over four or more cohorts after CAR-T: none can be tested."
        return (
            f"{self.n_sets} virtual reviews, {self.moderators} properties tested in each.\n"
            f"P < 0.05 in a single test: {100 * self.one:.0f} %; "
            f"in at least one of them: {100 * self.any:.0f} %."
        )


def binding_format(drug: str) -> float:
    """Return 0 for a 1:1 and 1 for a 2:1 antibody as the source groups them, else NaN."""
    for value, name in ((0.0, "bsab-discussion-format-1-1"), (1.0, "bsab-discussion-format-2-1")):
        if drug.strip().lower() in get_claim(name).arm.split("; "):
            return value
    return float("nan")


def moderator_values(trials: pd.DataFrame, name: str) -> pd.Series:
    """Return one property of every cohort as a number; NaN where it is not known."""
    check_choice("moderator", name, tuple(MODERATORS))
    if name == "partner":
        return (trials["backbone"] != "none").astype(float)
    if name == "format":
        drugs = trials.get("drug", pd.Series("", index=trials.index))
        return drugs.map(binding_format).astype(float)
    if name not in trials:
        return pd.Series(np.nan, index=trials.index)
    return pd.to_numeric(trials[name]).astype("float64")


def regress_on(
    trials: pd.DataFrame,
    outcome: str,
    name: str,
    *,
    method: str = "DL",
    test: str = "knha",
    seed: int = 0,
) -> Moderated:
    """Regress the response after CAR-T on one property of the cohorts.

    Parameters
    ----------
    trials : DataFrame
        From :func:`secondline.tables.read_trials`.
    outcome : {"ORR", "CR"}
    name : str
        One of :data:`MODERATORS`.
    method, test : str
        As for :func:`meta_regression`; the scale is the logit.
    seed : int
        For the random arrangements, where not all are tried.

    Returns
    -------
    Moderated
        With a reason instead of a fit where the cohorts do not allow one.
    """
    column = f"{outcome.lower()}_events"
    rows = trials[(trials["prior_car_t"] == "yes") & trials[column].notna()]
    value = moderator_values(rows, name)
    cohorts = pd.DataFrame(
        {
            "trial": rows["trial"],
            "events": rows[column].astype(int),
            "totals": rows["n"].astype(int),
            "value": value,
        }
    )
    left_out = tuple(cohorts.loc[value.isna(), "trial"])
    cohorts = cohorts[value.notna()].reset_index(drop=True)
    label = MODERATORS[name][0]
    if cohorts.empty:
        reason = f"No cohort after CAR-T that reports {outcome} has a value for the {label}."
        if value.empty or not len(left_out):
            reason = f"No cohort after CAR-T reports {outcome}."
        return Moderated(name, cohorts, left_out, None, reason)
    settings = {"transform": SCALE, "method": method, "test": test}
    try:
        fit = meta_regression(
            cohorts["events"], cohorts["totals"], {label: cohorts["value"]}, **settings
        )
    except InputError as error:
        return Moderated(name, cohorts, left_out, None, str(error))
    p, arrangements = _permute(cohorts, settings, fit, seed)
    return Moderated(name, cohorts, left_out, fit, "", p, arrangements)


def many_moderators(
    trials: pd.DataFrame,
    outcome: str,
    *,
    test: str = "knha",
    method: str = "DL",
    n_sets: int = 300,
    seed: int = 0,
) -> ManyModerators:
    """Draw virtual reviews whose response has nothing to do with any property, and test all.

    Cohort sizes and properties are those of the cohorts after CAR-T; the true rates
    scatter around the pooled one as far as these cohorts suggest.

    Parameters
    ----------
    trials, outcome, test, method
        As for :func:`regress_on`.
    n_sets : int
        Virtual reviews.
    seed : int

    Returns
    -------
    ManyModerators
        With NaN where no property can be tested.
    """
    column = f"{outcome.lower()}_events"
    rows = trials[(trials["prior_car_t"] == "yes") & trials[column].notna()]
    columns = []
    for name in MODERATORS:
        value = moderator_values(rows, name).to_numpy()
        known = np.isfinite(value)
        if known.sum() >= 4 and np.ptp(value[known]) > 0:
            columns.append((known, value[known]))
    if not columns:
        return ManyModerators(0, float("nan"), float("nan"), n_sets)
    totals = rows["n"].to_numpy(dtype=int)
    pooled = pool(rows[column], totals, transform=SCALE)
    generator = np.random.default_rng(np.random.SeedSequence(seed))
    logits = generator.normal(pooled.effect, np.sqrt(pooled.tau2), size=(n_sets, len(totals)))
    events = generator.binomial(totals, 1 / (1 + np.exp(-logits)))
    found = np.array(
        [
            [
                meta_regression(
                    drawn[known],
                    totals[known],
                    {"x": value},
                    transform=SCALE,
                    method=method,
                    test=test,
                ).p_values[1]
                < 0.05
                for known, value in columns
            ]
            for drawn in events
        ]
    )
    return ManyModerators(
        len(columns), float(found.mean()), float(found.any(axis=1).mean()), n_sets
    )


def _permute(cohorts, settings, fit, seed):
    """Return the permutation P and the number of arrangements tried.

    Higgins and Thompson, Stat Med 2004;23:1663.
    """
    value = cohorts["value"].to_numpy()
    if not np.isfinite(fit.statistics[1]):
        return float("nan"), 0
    distinct = factorial(len(value))
    for count in pd.Series(value).value_counts():
        distinct //= factorial(int(count))
    if distinct <= MOST_ARRANGEMENTS:
        orders = _distinct_orders(value)
    else:
        generator = np.random.default_rng(np.random.SeedSequence(seed))
        orders = [value, *(generator.permutation(value) for _ in range(MOST_ARRANGEMENTS - 1))]
    observed = abs(fit.statistics[1])
    extreme = 0
    for order in orders:
        again = meta_regression(cohorts["events"], cohorts["totals"], {"x": order}, **settings)
        extreme += abs(again.statistics[1]) >= observed * (1 - 1e-9)
    return extreme / len(orders), len(orders)


def _distinct_orders(value) -> list[np.ndarray]:
    if len(value) <= 7:
        return [np.array(order) for order in sorted(set(permutations(value)))]
    orders = [[]]
    for _ in value:
        orders = [
            [*order, level]
            for order in orders
            for level in np.unique(value)
            if order.count(level) < np.sum(value == level)
        ]
    return [np.array(order) for order in orders]
