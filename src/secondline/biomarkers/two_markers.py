"""Two markers in one arm: four groups by two cuts, and whether adding the two explains them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.nested_subgroups import (
    NAMES,
    UNFAVOURABLE,
    effect_of_sum,
    level_name,
    model_or_none,
    share_is_high,
    single_effect,
)
from secondline.biomarkers.product_share import free_at_year, rank_correlation
from secondline.checks import check_level
from secondline.cohort import marker as marker_values
from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival import ARMS, Effect
from secondline.trials import cox

TARGETS = ("cd19_h_score", "gene_CD19")
SECONDS = ("SII", "BPI", "sig_b_cells", "spd_mm2", "ldh_elevated")
GROUPS = ("neither", "first only", "second only", "both")
# logarithms, since these are skewed; LDH stands for its flag as a number
LOGARITHMS = ("gene_CD19", "spd_mm2", "ldh_u_per_l")
NUMBERS = {"ldh_elevated": "ldh_u_per_l"}


@dataclass(frozen=True)
class MarkerGroup:
    """One of the four groups.

    Attributes
    ----------
    name : str
        Such as ``CD19 H-score low, SII high``.
    n, events : int
    free : tuple of float
        Percentage free of the event at a year, with limits.
    ratio : Effect or None
        Hazard ratio against the group with neither marker unfavourable.
    added : float
        The same by a model that adds the two markers; nan where there is none.
    rest : Effect or None
        Against all others.
    """

    name: str
    n: int
    events: int
    free: tuple[float, float, float]
    ratio: Effect | None
    added: float
    rest: Effect | None


@dataclass(frozen=True, eq=False)
class TwoMarkers:
    """Two markers and event-free survival in one arm.

    Attributes
    ----------
    first, second, arm : str
    n, events : int
        Patients who have both.
    correlation : tuple or None
        n, Spearman's R, lower, upper, P of the markers as they are.
    groups : tuple of MarkerGroup
        In the order of :data:`GROUPS`.
    alone, added : dict of str to Effect
        "first" and "second", unfavourable against favourable: each in a model of its own,
        and both in one.
    first_where_bad, first_where_good : Effect or None
        The first marker where the second is unfavourable, and where it is not.
    ratio : Effect or None
        The former over the latter: the interaction.
    ratio_p : float
        Its likelihood ratio test; nan without one.
    numbers : dict of str to Effect
        Both as numbers in one model, for one standard deviation to the worse; empty
        without an estimate.
    number_ratio : Effect or None
        Of their product.
    level : float
    """

    first: str
    second: str
    arm: str
    n: int
    events: int
    correlation: tuple[int, float, float, float, float] | None
    groups: tuple[MarkerGroup, ...]
    alone: dict[str, Effect]
    added: dict[str, Effect]
    first_where_bad: Effect | None
    first_where_good: Effect | None
    ratio: Effect | None
    ratio_p: float
    numbers: dict[str, Effect]
    number_ratio: Effect | None
    level: float


@dataclass(frozen=True, eq=False)
class WorstOfFour:
    """The worst of four groups, beside outcomes that were dealt out anew.

    Attributes
    ----------
    name : str
        Of the group with the largest hazard against all others.
    hazard_ratio, p : float
    adjusted : float
        Share of the deals in which the clearest worst group is as clear; what was seen
        counts as one of them.
    by_chance : tuple of float
        How often each of the four is the worst where nothing is.
    typical : float
        Middle of the worst groups' hazard ratios where nothing is.
    any_significant : float
        Share of the deals in which the worst group has a P below `alpha`.
    alpha : float
    n_deals : int
    """

    name: str
    hazard_ratio: float
    p: float
    adjusted: float
    by_chance: tuple[float, ...]
    typical: float
    any_significant: float
    alpha: float
    n_deals: int


def marker_name(marker: str) -> str:
    """Return ``CD19 H-score`` for ``cd19_h_score``."""
    if marker not in NAMES:
        raise InputError(f"marker is {marker!r}; allowed: {one_of(tuple(NAMES))}.")
    return NAMES[marker]


def is_unfavourable(patients: pd.DataFrame, marker: str, cut: float = 0.5) -> pd.Series:
    """Return 1 where a marker is unfavourable, 0 where not, NaN where unknown.

    Numbers are cut at a quantile of all patients of the table, both arms; at or below it
    is low.
    """
    if marker not in UNFAVOURABLE:
        raise InputError(f"marker is {marker!r}; allowed: {one_of(tuple(UNFAVOURABLE))}.")
    try:
        values = marker_values(patients, marker)
    except InputError:
        # deposited data may lack a column
        return pd.Series(np.nan, index=patients.index)
    if marker == "ldh_elevated":
        high = (values == True).astype(float).where(values.notna())  # noqa: E712  (nor missing)
    else:
        high = share_is_high(values.astype(float), cut)
    return high if UNFAVOURABLE[marker] == "high" else 1 - high


def bad_shares(first: str, second: str, cut: float) -> tuple[float, float]:
    """Return which part of the patients a cut makes unfavourable in either marker.

    LDH is not cut; half of the patients stand in for its share.
    """
    found = []
    for marker in (first, second):
        marker_name(marker)
        share = cut if UNFAVOURABLE[marker] == "low" else 1 - cut
        found.append(0.5 if marker == "ldh_elevated" else share)
    return tuple(found)


def toward_worse(patients: pd.DataFrame, marker: str) -> pd.Series:
    """Return a marker as a number in standard deviations, higher being worse.

    NaN where it is unknown; of the genes, tumour burden and LDH the logarithm. The
    spread is that of all patients of the table.
    """
    column = NUMBERS.get(marker, marker)
    try:
        values = marker_values(patients, column).astype(float)
    except InputError:
        return pd.Series(np.nan, index=patients.index)
    if column in LOGARITHMS:
        values = np.log(values.where(values > 0))
    spread = values.std()
    if not spread > 0:
        return pd.Series(np.nan, index=patients.index)
    side = 1 if UNFAVOURABLE[marker] == "high" else -1
    return side * (values - values.mean()) / spread


def pair_rows(
    patients: pd.DataFrame, first: str, second: str, *, arm: str = "axi-cel", cut: float = 0.5
) -> pd.DataFrame:
    """Return one arm's patients who have both markers, with what the analyses need.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    first, second : str
        Two keys of :data:`secondline.biomarkers.UNFAVOURABLE`.
    arm : {"axi-cel", "SOC"}
    cut : float
        Part of the patients that are called low of either marker.

    Returns
    -------
    DataFrame
        months, event, first and second (1 where unfavourable), x and y (the two as
        numbers, higher being worse).

    Raises
    ------
    InputError
        If the two are one, or the arm is none.
    """
    if not isinstance(arm, str) or arm not in ARMS:
        raise InputError(f"arm is {arm!r}; allowed: {one_of(ARMS)}.")
    if first == second:
        raise InputError(f"first and second are both {first!r}; two markers are needed.")
    rows = pd.DataFrame({
        "months": patients["efs_months"], "event": patients["efs_event"],
        "first": is_unfavourable(patients, first, cut),
        "second": is_unfavourable(patients, second, cut),
        "x": toward_worse(patients, first), "y": toward_worse(patients, second),
    })[patients["arm"] == arm]  # fmt: skip
    return rows.dropna(subset=["months", "first", "second"]).reset_index(drop=True)


def group_names(first: str, second: str) -> tuple[str, str, str, str]:
    """Return the names of the four groups, in the order of :data:`GROUPS`."""
    return tuple(
        f"{level_name(first, unfavourable=a)}, {level_name(second, unfavourable=b)}"
        for b in (False, True) for a in (False, True)
    )  # fmt: skip


def two_markers(
    rows: pd.DataFrame, first: str, second: str, *, arm: str = "axi-cel", level: float = 0.95
) -> TwoMarkers:
    """Compare four groups, and ask whether adding the two markers explains them.

    Parameters
    ----------
    rows : DataFrame
        From :func:`pair_rows`.
    first, second, arm : str
        What the rows were made with.
    level : float
    """
    _check_rows(rows)
    rows = rows.assign(both=rows["first"] * rows["second"])
    added = model_or_none(rows, ("first", "second"), level)
    joint = model_or_none(rows, ("first", "second", "both"), level)
    numbers = rows.dropna(subset=["x", "y"])
    numbers = numbers.assign(xy=numbers["x"] * numbers["y"])
    straight = model_or_none(numbers, ("x", "y"), level)
    product = model_or_none(numbers, ("x", "y", "xy"), level)
    weights = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 1))
    names = group_names(first, second)
    groups = []
    for k, (name, weight) in enumerate(zip(names, weights, strict=True)):
        mine = (rows["first"] + 2 * rows["second"]) == k
        own = rows[mine]
        by_sum = np.exp(added.log_hazard_ratio @ np.array(weight[:2])) if added else np.nan
        groups.append(MarkerGroup(
            name, len(own), int(own["event"].sum()),
            free_at_year(own["months"].to_numpy(), own["event"].to_numpy(), level),
            effect_of_sum(joint, weight, name) if k and joint else None, float(by_sum),
            single_effect(rows.assign(own=mine.astype(float)), "own", level),
        ))  # fmt: skip
    ratio_p = np.nan
    if joint and added:
        gain = max(2 * (joint.log_likelihood - added.log_likelihood), 0.0)
        ratio_p = float(stats.chi2.sf(gain, 1))
    terms = {"first": "x", "second": "y"}
    alone = {name: single_effect(rows, name, level) for name in terms}
    return TwoMarkers(
        first, second, arm, len(rows), int(rows["event"].sum()),
        _correlation(numbers, first, second, level),
        tuple(groups), {k: v for k, v in alone.items() if v},
        {name: added.effect(name) for name in terms} if added else {},
        effect_of_sum(joint, (1, 0, 1), "first, second bad"),
        effect_of_sum(joint, (1, 0, 0), "first, second good"),
        joint.effect("both") if joint else None, ratio_p,
        {name: straight.effect(column) for name, column in terms.items()} if straight else {},
        product.effect("xy") if product else None, level,
    )  # fmt: skip


def worst_of_four(
    rows: pd.DataFrame, first: str, second: str, *, level: float = 0.95, n_deals: int = 1000,
    seed: int = 1,
) -> WorstOfFour:  # fmt: skip
    """Hold the worst of the four groups against deals in which outcomes go with nothing.

    Parameters
    ----------
    rows : DataFrame
        From :func:`pair_rows`.
    first, second : str
    level : float
        One less it is the limit of P.
    n_deals : int
    seed : int

    Raises
    ------
    NoFiniteEstimate
        If no group has a finite hazard ratio against the others.
    """
    _check_rows(rows)
    check_level(level)
    if isinstance(n_deals, bool) or not isinstance(n_deals, int) or n_deals < 1:
        raise InputError(f"n_deals is {n_deals!r}; it must be a whole number, 1 or more.")
    code = (rows["first"] + 2 * rows["second"]).to_numpy(dtype=int)
    rng = np.random.default_rng(seed)
    # the first row is what was seen
    dealt = np.vstack([code, rng.permuted(np.tile(code, (n_deals, 1)), axis=1)])
    time = np.broadcast_to(rows["months"].to_numpy(dtype=float), dealt.shape)
    event = np.broadcast_to(rows["event"].to_numpy(dtype=bool), dealt.shape)
    log, z = np.full((2, 4, n_deals + 1), -np.inf)
    if event[0].any():
        for k in range(4):
            if not 0 < (code == k).sum() < len(code):
                continue
            fit = cox(time, event, (dealt == k).astype(float))
            known = np.isfinite(fit.se)
            log[k, known] = fit.log_hazard_ratio[known]
            z[k, known] = fit.log_hazard_ratio[known] / fit.se[known]
    if not np.isfinite(log[:, 0]).any():
        raise NoFiniteEstimate("No group of these four has a hazard ratio against the others.")
    worst = log.argmax(axis=0)
    of_worst = np.take_along_axis(z, worst[None], axis=0)[0]
    by_chance = np.bincount(worst[1:], minlength=4) / n_deals
    alpha = 1 - level
    return WorstOfFour(
        group_names(first, second)[worst[0]], float(np.exp(log[worst[0], 0])),
        float(2 * stats.norm.sf(abs(of_worst[0]))),
        float((1 + np.sum(of_worst[1:] >= of_worst[0])) / (n_deals + 1)),
        tuple(map(float, by_chance)),
        float(np.exp(np.median(np.take_along_axis(log, worst[None], axis=0)[0, 1:]))),
        float(np.mean(2 * stats.norm.sf(of_worst[1:]) < alpha)), alpha, n_deals,
    )  # fmt: skip


def _check_rows(rows) -> None:
    needed = ("months", "event", "first", "second", "x", "y")
    if not isinstance(rows, pd.DataFrame) or not set(needed) <= set(rows.columns):
        raise InputError(f"rows must be a table from pair_rows, with columns {', '.join(needed)}.")
    if not rows[["first", "second"]].isin([0, 1]).all(axis=None):
        raise InputError("first and second must be 1 where unfavourable and 0 where not.")


def _correlation(rows, first, second, level):
    """Correlate the markers as they are: high with high."""
    if len(rows) < 5 or rows["x"].nunique() < 2 or rows["y"].nunique() < 2:
        return None
    side = [1 if UNFAVOURABLE[name] == "high" else -1 for name in (first, second)]
    return rank_correlation(side[0] * rows["x"], side[1] * rows["y"], level)
