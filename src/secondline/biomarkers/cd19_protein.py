"""CD19 as gene and as protein; glycolysis by H-score; and what missing H-scores can do."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.burden_power import rank_sum_p
from secondline.biomarkers.nested_subgroups import model_or_none, share_is_high, single_effect
from secondline.biomarkers.product_share import rank_correlation
from secondline.checks import check_level
from secondline.cohort import marker as marker_values
from secondline.cohort import marker_models, signature_scores
from secondline.errors import InputError, one_of
from secondline.proportions import TwoGroups, compare_two
from secondline.signatures import with_groups
from secondline.survival import ARMS, Effect
from secondline.trials import cox

GENE, PROTEIN, B_CELLS = "gene_CD19", "cd19_h_score", "sig_b_cells"
MEASURES = (("CD19 gene", GENE, "high", "low"), ("CD19 H-score", PROTEIN, "high", "low"))
GLYCOLYSIS = "Glycolytic activity"
RESPONDED = ("ongoing", "relapsed")


@dataclass(frozen=True, eq=False)
class BothMeasures:
    """CD19 gene and protein in one arm's patients who have both.

    Attributes
    ----------
    arm : str
    n, events : int
    alone, both : dict of str to Effect
        High against low, by column: each in a model of its own, and both in one.
    agree : int
        Patients who are high by both, or low by both.
    """

    arm: str
    n: int
    events: int
    alone: dict[str, Effect]
    both: dict[str, Effect]
    agree: int


@dataclass(frozen=True, eq=False)
class HalfScreen:
    """All signatures against ongoing response, in one part of an arm.

    Attributes
    ----------
    name : str
        "all", "H-score high" or "H-score low".
    ongoing, others : int
    table : DataFrame
        As from :func:`secondline.signatures.with_groups`.
    by_chance : float
        Share of the deals, in which ongoing response goes with nothing, that have at
        least one P below `alpha`.
    difference, lower, upper, p : float
        Glycolytic activity: mean with ongoing response less that of the others, in
        standard deviations of all patients; nan where it is not known.
    smallest : float
        Difference that would be found with a power of four in five.
    alpha : float
    """

    name: str
    ongoing: int
    others: int
    table: pd.DataFrame = field(repr=False)
    by_chance: float
    difference: float
    lower: float
    upper: float
    p: float
    smallest: float
    alpha: float

    @property
    def below(self) -> int:
        """Signatures with P below `alpha`."""
        return int((self.table["p"] < self.alpha).sum())


def measure_correlations(patients: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Correlate CD19 gene, CD19 protein, the B cell signature and SII, over both arms.

    Returns
    -------
    DataFrame
        One row a pair: name, n, r, lower, upper, p; pairs that fewer than five patients
        have are left out.
    """
    pairs = {
        "CD19 gene and H-score": (GENE, PROTEIN), "B cell signature and H-score": (B_CELLS, PROTEIN),
        "B cell signature and CD19 gene": (B_CELLS, GENE), "SII and H-score": ("SII", PROTEIN),
        "SII and CD19 gene": ("SII", GENE),
    }  # fmt: skip
    rows = []
    for name, columns in pairs.items():
        try:
            both = pd.concat([marker_values(patients, c).astype(float) for c in columns], axis=1)
        except InputError:
            continue
        both = both.dropna().to_numpy()
        if len(both) >= 5 and np.ptp(both, axis=0).all():
            rows.append((name, *rank_correlation(both[:, 0], both[:, 1], level)))
    return pd.DataFrame(rows, columns=["name", "n", "r", "lower", "upper", "p"])


def cd19_by_arm(patients: pd.DataFrame, level: float = 0.95):
    """Return the five models of gene and of protein; see :func:`secondline.cohort.marker_models`."""
    return marker_models(patients, level, MEASURES)


def both_measures(patients: pd.DataFrame, arm: str, level: float = 0.95) -> BothMeasures:
    """Put gene and protein, each cut at the median of all, in one model of one arm."""
    rows = pd.DataFrame({"months": patients["efs_months"], "event": patients["efs_event"]})
    for column in (GENE, PROTEIN):
        rows[column] = share_is_high(patients[column].astype(float))
    rows = rows[patients["arm"] == arm].dropna()
    joint = model_or_none(rows, (GENE, PROTEIN), level)
    alone = {c: single_effect(rows, c, level) for c in (GENE, PROTEIN)}
    return BothMeasures(
        arm, len(rows), int(rows["event"].sum()), {c: e for c, e in alone.items() if e},
        {c: joint.effect(c) for c in (GENE, PROTEIN)} if joint else {},
        int((rows[GENE] == rows[PROTEIN]).sum()),
    )  # fmt: skip


def negative_responses(
    patients: pd.DataFrame, negative_below: float, level: float = 0.95
) -> TwoGroups | None:
    """Compare response between the arms in patients whose H-score is below a cut.

    Returns
    -------
    TwoGroups or None
        axi-cel first; None where an arm has no such patient with a known response.
    """
    rows = patients[(patients[PROTEIN].astype(float) < negative_below) & patients["response"].notna()]
    counts = []
    for arm in ("axi-cel", "SOC"):
        own = rows.loc[rows["arm"] == arm, "response"].isin(RESPONDED)
        if own.empty:
            return None
        counts += [int(own.sum()), len(own)]
    return compare_two(*counts, level=level)


def half_screens(
    patients: pd.DataFrame, *, arm: str = "axi-cel", cut: float = 0.5, level: float = 0.95,
    draws: int = 300, seed: int = 1,
) -> tuple[HalfScreen, ...]:  # fmt: skip
    """Hold all signatures against ongoing response: in all with an H-score, and by H-score.

    Parameters
    ----------
    patients : DataFrame
    arm : {"axi-cel", "SOC"}
    cut : float
        Part of the patients whose H-score is called low.
    level : float
    draws : int
        Deals of the response among the patients of a part.
    seed : int

    Returns
    -------
    tuple of HalfScreen
        A part without both outcomes, or without signatures, is left out.
    """
    check_level(level)
    if arm not in ARMS or draws < 1:
        raise InputError(
            f"arm is {arm!r} and draws {draws!r}; allowed: {one_of(ARMS)}, and 1 draw or more."
        )
    try:
        scores = signature_scores(patients, arm)
    except InputError:
        return ()
    rows = patients.set_index("participant")
    high = share_is_high(rows[PROTEIN].astype(float), cut)
    rows = rows.assign(high=high).loc[scores.index]
    known = rows["response"].notna() & rows["high"].notna()
    rng = np.random.default_rng(seed)
    parts = {"all": known, "H-score high": known & (rows["high"] == 1),
             "H-score low": known & (rows["high"] == 0)}  # fmt: skip
    spread = scores[GLYCOLYSIS].std() if GLYCOLYSIS in scores else np.nan
    found = []
    for name, mask in parts.items():
        own, ongoing = scores[mask], (rows.loc[mask, "response"] == "ongoing").to_numpy()
        if ongoing.all() or not ongoing.any():
            continue
        dealt = rng.permuted(np.tile(ongoing, (draws, 1)), axis=1)
        full = own.dropna(axis=1)
        least = np.min([rank_sum_p(full[c].to_numpy(), dealt) for c in full], axis=0)
        found.append(HalfScreen(
            name, int(ongoing.sum()), int((~ongoing).sum()), with_groups(own, ongoing),
            float(np.mean(least < 1 - level)),
            *_glycolysis(own, ongoing, spread, level), 1 - level,
        ))  # fmt: skip
    return tuple(found)


def glycolysis_difference(high: HalfScreen, low: HalfScreen, level: float = 0.95):
    """Return high less low of glycolysis' differences, with limits and P: an interaction."""
    reach = float(stats.norm.ppf((1 + level) / 2))
    errors = [(half.upper - half.lower) / 2 / reach for half in (high, low)]
    value, error = high.difference - low.difference, float(np.hypot(*errors))
    p = float(2 * stats.norm.sf(abs(value / error)))
    return value, value - reach * error, value + reach * error, p


def missing_worlds(
    hazard_ratio: float, *, share: float = 0.67, strength: float = 0.2, n: int = 40_000,
    event_share: float = 0.55, seed: int = 1,
) -> pd.DataFrame:  # fmt: skip
    """Estimate one true hazard ratio from those patients whose marker is known.

    Parameters
    ----------
    hazard_ratio : float
        Of high against low, half of the patients each.
    share : float
        Share of the patients whose marker is known, on average.
    strength : float
        By how much this share is higher or lower in a group, 0 to `share` and to 1 less it.
    n : int
    event_share, seed

    Returns
    -------
    DataFrame
        One row a way to be missing: way; high_early, high_late, low_early, low_late
        (share known by marker and by whether the event comes before the middle of all
        times); known (of all), hazard_ratio.

    Raises
    ------
    InputError
        If a number cannot be used.
    """
    if not 0 < share <= 1 or n < 100 or not 0 < event_share < 1:
        raise InputError(
            f"share is {share!r}, n {n!r} and event_share {event_share!r}; shares lie between 0 and 1, "
            "and n is at least 100."
        )
    if not hazard_ratio > 0 or not 0 <= strength <= min(share, 1 - share):
        raise InputError(
            f"hazard_ratio is {hazard_ratio!r} and strength {strength!r}; the ratio must be above "
            f"0, and the strength from 0 to {min(share, 1 - share):.2f}."
        )
    rng = np.random.default_rng(seed)
    high = np.arange(n) % 2 == 1
    time = rng.standard_exponential(n) / np.where(high, hazard_ratio, 1.0)
    end = np.quantile(time, event_share)
    event, time = time <= end, np.minimum(time, end)
    early = time < np.median(time)
    side, pace = np.where(high, 1, -1), np.where(early, -1, 1)
    ways = {
        "by lot": 0 * side,
        "low more often missing": side,
        "early events more often missing": pace,
        "low with an early event more often missing": np.where(~high & early, -1, 1 / 3),
        "high with an early event more often missing": np.where(high & early, -1, 1 / 3),
    }
    drawn, rows = rng.random(n), []
    for way, direction in ways.items():
        known = drawn < share + strength * direction
        fit = cox(time[known], event[known], high[known].astype(float))
        cells = [known[h & e].mean() for h in (high, ~high) for e in (early, ~early)]
        rows.append((way, *cells, known.mean(), float(fit.hazard_ratio[0])))
    return pd.DataFrame(rows, columns=[
        "way", "high_early", "high_late", "low_early", "low_late", "known", "hazard_ratio",
    ])  # fmt: skip


def who_has_a_score(patients: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Compare an arm's patients with an H-score, with an expression profile only, with neither.

    Returns
    -------
    DataFrame
        One row a group: name, n, events, ongoing (share with an ongoing response), spd
        and gene (medians); nan where nobody has it.
    """
    own = patients[patients["arm"] == arm]
    scored, profile = own[PROTEIN].notna(), (own["expression"] == True)  # noqa: E712
    groups = {
        "H-score": scored, "expression profile, no H-score": ~scored & profile,
        "neither": ~scored & ~profile,
    }  # fmt: skip
    rows = []
    for name, mask in groups.items():
        part = own[mask]
        responses = part["response"].dropna()
        rows.append((
            name, len(part), int(part["efs_event"].sum()),
            float((responses == "ongoing").mean()) if len(responses) else np.nan,
            *(float(part[c].astype(float).median()) if part[c].notna().any() else np.nan
              for c in ("spd_mm2", GENE)),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=["name", "n", "events", "ongoing", "spd", "gene"])


def _glycolysis(scores, ongoing, spread, level):
    """Return the difference with its limits and P, and what would be found."""
    nothing = (np.nan,) * 5
    if GLYCOLYSIS not in scores or not spread > 0:
        return nothing
    values = scores[GLYCOLYSIS].to_numpy(dtype=float) / spread
    one, other = (v[np.isfinite(v)] for v in (values[ongoing], values[~ongoing]))
    if min(len(one), len(other)) < 2:
        return nothing
    difference = float(one.mean() - other.mean())
    error = float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))
    if not error > 0:
        return nothing
    reach = float(stats.norm.ppf((1 + level) / 2))
    return (
        difference, difference - reach * error, difference + reach * error,
        float(2 * stats.norm.sf(abs(difference / error))),
        float((reach + stats.norm.ppf(0.8)) * error),
    )  # fmt: skip
