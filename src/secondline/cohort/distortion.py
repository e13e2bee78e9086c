"""What annealing does to the reference cohort: it, beside fresh draws from the same model."""

from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from secondline.checks import whole_number
from secondline.cohort.check import check_cohort
from secondline.cohort.generate import generate, generate_third_line
from secondline.cohort.markers import marker
from secondline.cohort.outcomes import Records
from secondline.cohort.scorecard import scorecard
from secondline.cohort.targets import read_targets
from secondline.survival import cox_model

# markers that the model lets act, per arm: the model of the source's summary figure
PREDICTORS = {
    "axi-cel": ("sig_b_cells", "SII", "cd19_h_score", "ccr7_cd45ra_share"),
    "SOC": ("spd_mm2", "ldh_u_per_l", "cell_of_origin", "sig_apm"),
}


@dataclass(frozen=True, eq=False)
class Distortion:
    """The reference cohort beside fresh draws.

    Attributes
    ----------
    concordance : dict of str to float
        In the reference cohort, by arm: the share of pairs of patients whom a Cox model of
        the arm's markers puts in the right order.
    drawn : dict of str to ndarray, shape (draws,)
        The same in fresh draws.
    met : int
        Targets met by the reference cohort, of those that a draw could meet.
    drawn_met : ndarray, shape (draws,)
    dealt_met : ndarray, shape (draws,)
        Targets met by the reference cohort with its outcome records dealt out anew: what
        needs no outcome, and what nearly any cohort meets.
    possible : int
        Targets that are no counts: a draw is not made to have the printed numbers.
    n, seed : int
        Patients of a draw, and the first draw's seed.
    """

    concordance: dict[str, float]
    drawn: dict[str, np.ndarray] = field(repr=False)
    met: int
    drawn_met: np.ndarray = field(repr=False)
    dealt_met: np.ndarray = field(repr=False)
    possible: int
    n: int
    seed: int

    def share_above(self, arm: str) -> float:
        """Return the share of draws with a concordance above the reference cohort's."""
        return float(np.mean(self.drawn[arm] > self.concordance[arm]))


def concordance(table: pd.DataFrame, arm: str) -> float:
    """Return the concordance of a Cox model of an arm's markers with its event-free survival.

    Parameters
    ----------
    table : DataFrame
        A cohort; patients of the arm with all markers are used.
    arm : {"axi-cel", "SOC"}

    Returns
    -------
    float
        Share of pairs, of those whose order is known, that the model orders rightly
        (Harrell, JAMA 1982;247:2543), on the patients to whom it was fitted.
    """
    from lifelines.utils import concordance_index

    rows = table[table["arm"] == arm]
    columns = {}
    for name in PREDICTORS[arm]:
        values = marker(rows, name)
        if name == "cell_of_origin":
            values = (values == "non-GCB").astype(float).where(values.notna())
        values = values.astype(float)
        if name.startswith(("spd", "ldh")):
            values = np.log(values)
        columns[name] = (values - values.mean()) / values.std()
    data = pd.DataFrame(columns).assign(
        efs_months=rows["efs_months"], efs_event=rows["efs_event"]
    )
    data = data.dropna().reset_index(drop=True)
    fit = cox_model(data, tuple(columns))
    score = data[list(columns)].to_numpy() @ np.log(fit.hazard_ratio)
    # lifelines expects scores that rise with survival
    return float(concordance_index(data["efs_months"], -score, data["efs_event"]))


def deal(cohort: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return a cohort with its outcome records dealt out anew, so that no marker tells anything.

    Patients of one arm change records at random, those with an expression profile among
    themselves, and so do those without.
    """
    names = [one.name for one in fields(Records)]
    order = np.arange(len(cohort))
    for rows in cohort.groupby(["arm", "expression"]).indices.values():
        order[rows] = rng.permutation(rows)
    return cohort.assign(**{name: cohort[name].to_numpy()[order] for name in names})


def distortion(
    reference: pd.DataFrame, later: pd.DataFrame, *, draws: int, n: int, seed: int
) -> Distortion:
    """Measure what the reference cohort and fresh draws of the same model do not share.

    Parameters
    ----------
    reference : DataFrame
    later : DataFrame
        Its patients before a third line; each draw gets some of its own.
    draws : int
        1 or more.
    n : int
        Patients of a draw.
    seed : int
        Of the first draw; the others follow.

    Returns
    -------
    Distortion

    Raises
    ------
    InputError
        If a table or a number cannot be used, or an arm has too few patients for a model.
    """
    draws, seed = whole_number("draws", draws, 1), whole_number("seed", seed, 0)
    check_cohort(reference)
    countless = [t.id for t in read_targets() if t.part != "count"]

    def met(table, own):
        card = scorecard(table, own)
        return sum(row.met for row in card.rows if row.target.id in countless)

    tables = [generate(n, seed + i) for i in range(draws)]
    rng = np.random.default_rng(seed)
    return Distortion(
        concordance={arm: concordance(reference, arm) for arm in PREDICTORS},
        drawn={arm: np.array([concordance(t, arm) for t in tables]) for arm in PREDICTORS},
        met=met(reference, later),
        drawn_met=np.array(
            [met(t, generate_third_line(seed + i)) for i, t in enumerate(tables)]
        ),
        dealt_met=np.array([met(deal(reference, rng), later) for _ in range(draws)]),
        possible=len(countless),
        n=n,
        seed=seed,
    )
