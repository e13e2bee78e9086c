"""Two markers in fresh cohorts of the model behind the virtual patients, where the truth is known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.biomarkers.marker_pair_worlds import cox_terms, wald_p
from secondline.biomarkers.two_markers import group_names, pair_rows
from secondline.cohort import generate

EVEN_SIZE = 360  # patients of a fresh cohort, one more than the trial's
MOST = (0.025, 0.975)  # between these quantiles lie 95 % of the estimates


@dataclass(frozen=True, eq=False)
class FreshPairs:
    """Two markers in fresh draws of the cohort's model, and in very many patients.

    Attributes
    ----------
    table : DataFrame
        One row a group, in the order of :data:`GROUPS`: name; share of the patients; true
        and added (hazard ratio against neither in a very large draw, of four groups and of
        a model that adds the two); lower, upper (between which 95 % of the estimates of
        cohorts of the trial's size lie).
    ratio_true : float
        The interaction in the large draw.
    ratio_lower, ratio_upper : float
        Between which 95 % of its estimates lie.
    both_worst, interaction, confined : float
        Share of the cohorts in which both unfavourable has the largest hazard; P of the
        interaction is below `alpha`; the first marker is clear where the second is
        unfavourable, and only there.
    n : float
        Mean patients of a cohort who have both markers.
    n_cohorts : int
    alpha : float
    """

    table: pd.DataFrame = field(repr=False)
    ratio_true: float
    ratio_lower: float
    ratio_upper: float
    both_worst: float
    interaction: float
    confined: float
    n: float
    n_cohorts: int
    alpha: float


def fresh_pairs(
    first: str, second: str, *, arm: str = "axi-cel", cut: float = 0.5, level: float = 0.95,
    n_cohorts: int = 200, seed: int = 1, large: int = 150_000,
) -> FreshPairs:  # fmt: skip
    """Draw the cohort's model anew, many times and once with very many patients.

    Parameters
    ----------
    first, second, arm, cut, level
        As for :func:`pair_rows` and :func:`two_markers`.
    n_cohorts : int
        Cohorts of the trial's size.
    seed : int
    large : int
        Patients of the large draw, both arms.

    Notes
    -----
    Months of a draw have no ties to speak of; those there are, are taken in any order.
    """
    settings = {"arm": arm, "cut": cut}
    everyone = pair_rows(generate(large, seed + 1), first, second, **settings)
    added, _ = cox_terms(*_padded([everyone], ("first", "second")))
    true, _ = cox_terms(*_padded([everyone], ("first", "second", "both")))
    drawn = generate(EVEN_SIZE * n_cohorts, seed)
    # each half of the rows is an arm
    halves = [half.reshape(n_cohorts, -1) for half in np.split(drawn.index.to_numpy(), 2)]
    cohorts = [
        pair_rows(drawn.loc[np.concatenate(here)], first, second, **settings)
        for here in zip(*halves, strict=True)
    ]
    beta, covariance = cox_terms(*_padded(cohorts, ("first", "second", "both")))
    alpha = 1 - level
    where_good = wald_p(beta, covariance, (1, 0, 0)) < alpha
    where_bad = (wald_p(beta, covariance, (1, 0, 1)) < alpha) & (beta[:, 0] + beta[:, 2] > 0)
    groups = beta @ np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1)]).T
    with np.errstate(invalid="ignore"):
        lower, upper = np.exp(np.nanquantile(groups, MOST, axis=0))
        low, top = np.exp(np.nanquantile(beta[:, 2], MOST))
    code = (everyone["first"] + 2 * everyone["second"]).to_numpy(dtype=int)
    table = pd.DataFrame({
        "name": group_names(first, second),
        "share": np.bincount(code, minlength=4) / len(code),
        "true": np.exp([0, true[0, 0], true[0, 1], true[0].sum()]),
        "added": np.exp([0, added[0, 0], added[0, 1], added[0].sum()]),
        "lower": lower, "upper": upper,
    })  # fmt: skip
    return FreshPairs(
        table, float(np.exp(true[0, 2])), float(low), float(top),
        float(np.mean(groups.argmax(axis=1) == 3)),
        float(np.mean(wald_p(beta, covariance, (0, 0, 1)) < alpha)),
        float(np.mean(where_bad & ~where_good)), float(np.mean([len(c) for c in cohorts])),
        n_cohorts, alpha,
    )  # fmt: skip


def _padded(cohorts, terms):
    """Return times, events and columns of cohorts of unlike size as arrays.

    A patient added to fill up is censored at zero, before anybody has an event.
    """
    most = max(len(rows) for rows in cohorts)
    time, event = np.zeros((len(cohorts), most)), np.zeros((len(cohorts), most), dtype=bool)
    columns = np.zeros((len(cohorts), most, len(terms)))
    for i, rows in enumerate(cohorts):
        own = rows.assign(both=rows["first"] * rows["second"])
        time[i, : len(rows)] = own["months"]
        event[i, : len(rows)] = own["event"]
        columns[i, : len(rows)] = own[list(terms)]
    return time, event, columns
