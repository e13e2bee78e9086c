"""Two markers in fresh cohorts of the model behind the virtual patients, where the truth is known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.biomarkers.marker_pair_worlds import cox_terms, wald_p
from secondline.biomarkers.nested_subgroups import UNFAVOURABLE
from secondline.biomarkers.two_markers import group_names, is_unfavourable, pair_rows
from secondline.cohort import generate
from secondline.cohort import marker as marker_values

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
    n_cohorts: int = 200, seed: int = 1, large: int = 100_000,
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
    everyone = pair_rows(generate(large, seed + 1), first, second, arm=arm, cut=cut)
    columns = everyone[["first", "second"]].to_numpy()
    one = [everyone["months"].to_numpy()[None], everyone["event"].to_numpy(dtype=bool)[None]]
    added, _ = cox_terms(*one, columns[None])
    true, _ = cox_terms(*one, _with_product(columns)[None])
    months, event, columns, known = fresh_rows(
        first, second, arm=arm, cut=cut, n_cohorts=n_cohorts, seed=seed
    )
    beta, covariance = cox_terms(months, event, _with_product(columns))
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
        float(np.mean(where_bad & ~where_good)), float(known.sum(axis=1).mean()),
        n_cohorts, alpha,
    )  # fmt: skip


def fresh_rows(
    first: str, second: str, *, arm: str, cut: float, n_cohorts: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw cohorts of the trial's size; each is cut at its own quantile, over both arms.

    Returns
    -------
    months, event, known : ndarray, shape (cohorts, patients of the arm)
        A patient without both markers has `known` False and is censored at zero, before
        anybody has an event.
    columns : ndarray, shape (cohorts, patients of the arm, 2)
        1 where first and second are unfavourable.
    """
    drawn = generate(EVEN_SIZE * n_cohorts, seed)
    half = EVEN_SIZE // 2

    def by_cohort(values):
        # each half of the rows is an arm, axi-cel first
        arms = np.asarray(values, dtype=float).reshape(2, n_cohorts, half)
        return np.concatenate(list(arms), axis=1)

    own = slice(0, half) if arm == drawn["arm"].iloc[0] else slice(half, None)
    bad = [_unfavourable(drawn, marker, cut, by_cohort)[:, own] for marker in (first, second)]
    months, event = (by_cohort(drawn[name])[:, own] for name in ("efs_months", "efs_event"))
    known = np.isfinite(bad[0] + bad[1] + months)
    columns = np.where(known[:, :, None], np.stack(bad, axis=2), 0.0)
    return np.where(known, months, 0.0), (event == 1) & known, columns, known


def _unfavourable(drawn, marker, cut, by_cohort):
    """Return what :func:`is_unfavourable` gives of each cohort, with its markers made once."""
    if marker == "ldh_elevated":
        return by_cohort(is_unfavourable(drawn, marker, cut))
    values = by_cohort(marker_values(drawn, marker).astype(float))
    limits = np.nanquantile(values, cut, axis=1, keepdims=True)
    high = np.where(np.isfinite(values), values > limits, np.nan)
    return high if UNFAVOURABLE[marker] == "high" else 1 - high


def _with_product(columns):
    return np.concatenate([columns, columns.prod(axis=-1, keepdims=True)], axis=-1)
