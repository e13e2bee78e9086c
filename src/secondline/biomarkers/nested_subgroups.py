"""The product's naive-like share and outcome, in ever smaller subgroups of the treated patients."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.type_s_m import smallest_effect
from secondline.cohort import high as marker_is_high
from secondline.cohort import marker as marker_values
from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival import CoxModel, Effect, cox_model, kaplan_meier
from secondline.trials import cox

SHARE = "ccr7_cd45ra_share"  # CCR7+CD45RA+ T cells of the product, from 0 to 1
# the level of each marker that goes with a shorter event-free survival after axi-cel
UNFAVOURABLE = {
    "SII": "high", "cd19_h_score": "low", "BPI": "low", "sig_b_cells": "low",
    "gene_CD19": "low", "spd_mm2": "high", "ldh_elevated": "high",
}  # fmt: skip
NAMES = {
    "SII": "SII", "cd19_h_score": "CD19 H-score", "BPI": "BPI", "sig_b_cells": "B cell signature",
    "gene_CD19": "CD19 gene", "spd_mm2": "tumour burden (SPD)", "ldh_elevated": "LDH",
}  # fmt: skip
POWER = 0.8
YEAR = 12.0  # months


@dataclass(frozen=True)
class Step:
    """One subgroup, and what its size allows.

    Attributes
    ----------
    name : str
    n, events : int
    n_high, events_high : int
        Of them with a high share; 0 where no product is known.
    effect : Effect or None
        High against low share; None where there is no finite estimate.
    smallest : float
        Hazard ratio below 1 that so many events find with a power of :data:`POWER`.
    """

    name: str
    n: int
    events: int
    n_high: int
    events_high: int
    effect: Effect | None
    smallest: float


@dataclass(frozen=True)
class Cell:
    """One of the four groups by marker and product: patients, events, and those free at a year.

    `free`, with its limits, is a percentage, nan beyond the last observation.
    """

    unfavourable: bool
    high: bool
    n: int
    events: int
    free: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ProductByMarker:
    """The product's effect at both levels of a marker, and whether they differ.

    Attributes
    ----------
    marker : str
    unfavourable, favourable : Step
    ratio : Effect or None
        The effect at the unfavourable level over that at the favourable one.
    marker_at_low, marker_at_high : Effect or None
        Unfavourable against favourable, among products with a low and a high share.
    cells : tuple of Cell
    """

    marker: str
    unfavourable: Step
    favourable: Step
    ratio: Effect | None
    marker_at_low: Effect | None
    marker_at_high: Effect | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, eq=False)
class Looks:
    """All subgroups that could be looked at, with the product shuffled among patients.

    Attributes
    ----------
    table : DataFrame
        One row a subgroup: name, n, events, hazard_ratio, p, adjusted (P of the smallest
        P of all looks).
    any_significant : float
        Share of the shuffles with at least one P below `alpha`.
    independent : float
        The same if the looks shared no patient.
    alpha : float
    n_shuffles : int
    """

    table: pd.DataFrame = field(repr=False)
    any_significant: float
    independent: float
    alpha: float
    n_shuffles: int


def level_name(marker: str, *, unfavourable: bool = True) -> str:
    """Return ``SII high`` for SII, ``CD19 H-score low`` for the H-score."""
    if marker not in UNFAVOURABLE:
        raise InputError(f"marker is {marker!r}; allowed: {one_of(tuple(UNFAVOURABLE))}.")
    level = UNFAVOURABLE[marker]
    if not unfavourable:
        level = "low" if level == "high" else "high"
    if marker == "ldh_elevated":
        return "LDH elevated" if level == "high" else "LDH normal"
    return f"{NAMES[marker]} {level}"


def unfavourable(patients: pd.DataFrame, marker: str) -> pd.Series:
    """Return 1 where a marker is unfavourable, 0 where not, NaN where unknown.

    Numbers are cut at the median of all patients of the table, both arms.
    """
    if marker not in UNFAVOURABLE:
        raise InputError(f"marker is {marker!r}; allowed: {one_of(tuple(UNFAVOURABLE))}.")
    try:
        marker_values(patients, marker)
    except InputError:
        # deposited data may lack a column
        return pd.Series(np.nan, index=patients.index)
    level = marker_is_high(patients, marker)
    return level if UNFAVOURABLE[marker] == "high" else 1 - level


def share_is_high(share: pd.Series, cut: float = 0.5) -> pd.Series:
    """Return 1 for shares above a quantile of those known, 0 for the others, NaN if unknown."""
    if not 0 < cut < 1:
        raise InputError(f"cut is {cut!r}; it must lie between 0 and 1.")
    known = share.notna()
    if not known.any():
        return pd.Series(np.nan, index=share.index)
    return (share > share.quantile(cut)).astype(float).where(known)


def product_rows(
    patients: pd.DataFrame,
    marker: str,
    *,
    cut: float = 0.5,
    cut_within: bool = False,
    from_infusion: bool = False,
) -> pd.DataFrame:
    """Return the axi-cel patients with what the analyses of the product need.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    marker : str
        A key of :data:`UNFAVOURABLE`.
    cut : float
        Share of the products that are called low, between 0 and 1.
    cut_within : bool
        Cut within each level of the marker in place of among all products.
    from_infusion : bool
        Count months from the infusion; who was not infused, or whose event came before,
        has no time then.

    Returns
    -------
    DataFrame
        One row an axi-cel patient: months, event, infusion, share, high (of the share),
        bad (1 where the marker is unfavourable), worse (the same of a second marker); NaN
        where unknown.
    """
    bad = unfavourable(patients, marker)
    second = unfavourable(patients, second_marker(marker))
    axi = patients["arm"] == "axi-cel"

    def column(name):
        return patients[name].astype(float) if name in patients else np.nan

    rows = pd.DataFrame({
        "months": column("efs_months"), "event": patients["efs_event"],
        "infusion": column("infusion_months"), "share": column(SHARE), "bad": bad, "worse": second,
    })[axi].reset_index(drop=True)  # fmt: skip
    rows["high"] = share_is_high(rows["share"], cut)
    if cut_within:
        within = [share_is_high(part["share"], cut) for _, part in rows.groupby("bad")]
        rows["high"] = pd.concat(within).reindex(rows.index).astype(float) if within else np.nan
    if from_infusion:
        left = rows["months"] - rows["infusion"]
        rows["months"] = left.where(left > 0)
    return rows


def second_marker(marker: str) -> str:
    """Return the marker by which the unfavourable subgroup is divided once more."""
    return "SII" if marker == "cd19_h_score" else "cd19_h_score"


def nested_steps(rows: pd.DataFrame, marker: str, level: float = 0.95) -> tuple[Step, ...]:
    """Follow the patients from randomisation to a subgroup of a subgroup.

    Parameters
    ----------
    rows : DataFrame
        From :func:`product_rows`.
    marker : str
        The one that the rows were made with.
    level : float
        Of the intervals; one less it is the limit of P.

    Returns
    -------
    tuple of Step
        Randomised to axi-cel; with a product; with the marker, too; unfavourable; the
        second marker unfavourable as well.
    """
    made = rows[rows["high"].notna() & rows["months"].notna()]
    known = made[made["bad"].notna()]
    poor = known[known["bad"] == 1]
    other = second_marker(marker)
    started = rows[rows["months"].notna()]
    name = "randomised to axi-cel" if len(started) == len(rows) else "axi-cel arm, time known"
    first = Step(name, len(started), int(started["event"].sum()), 0, 0, None, np.nan)
    return (
        first,
        step("with a product", made, level),
        step(f"{NAMES[marker]} known, too", known, level),
        step(level_name(marker), poor, level),
        step(f"{level_name(other)}, too", poor[poor["worse"] == 1], level),
    )


def step(name: str, rows: pd.DataFrame, level: float) -> Step:
    """Return one subgroup's counts, its effect of the share, and what it can find."""
    high = rows["high"] == 1
    n, events = len(rows), int(rows["event"].sum())
    share = float(high.mean()) if n else np.nan
    return Step(
        name, n, events, int(high.sum()), int(rows.loc[high, "event"].sum()),
        single_effect(rows, "high", level),
        smallest_effect(events, share=share, power=POWER, alpha=1 - level),
    )  # fmt: skip


def single_effect(rows: pd.DataFrame, column: str, level: float) -> Effect | None:
    """Return the hazard ratio of one column, or None where there is no finite one."""
    model = model_or_none(rows, (column,), level)
    return model.effect(column) if model else None


def product_by_marker(rows: pd.DataFrame, marker: str, level: float = 0.95) -> ProductByMarker:
    """Compare the product's effect at the two levels of a marker in one Cox model.

    Parameters
    ----------
    rows : DataFrame
        From :func:`product_rows`.
    marker : str
    level : float
    """
    known = rows.dropna(subset=["high", "bad", "months"])
    known = known.assign(both=known["high"] * known["bad"])
    joint = model_or_none(known, ("high", "bad", "both"), level)
    return ProductByMarker(
        marker,
        step(level_name(marker), known[known["bad"] == 1], level),
        step(level_name(marker, unfavourable=False), known[known["bad"] == 0], level),
        joint.effect("both") if joint else None,
        effect_of_sum(joint, (0, 1, 0), "bad, share low"),
        effect_of_sum(joint, (0, 1, 1), "bad, share high"),
        tuple(
            _cell(known[(known["bad"] == bad) & (known["high"] == high)], bad, high, level)
            for bad in (True, False) for high in (True, False)
        ),
    )  # fmt: skip


def looks(
    patients: pd.DataFrame,
    *,
    cut: float = 0.5,
    from_infusion: bool = False,
    level: float = 0.95,
    n_shuffles: int = 1000,
    seed: int = 1,
) -> Looks:
    """Test the product in every subgroup by one marker, and with shuffled products.

    Each shuffle hands the products to the patients by lot, so that nothing is there to
    be found, while outcomes, markers and their overlap stay what they are.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    cut : float
        Share of the products that are called low, among all.
    from_infusion : bool
    level : float
        One less it is the limit of P.
    n_shuffles : int
    seed : int

    Returns
    -------
    Looks
        Subgroups without a finite estimate are left out.

    Raises
    ------
    NoFiniteEstimate
        If no subgroup has one.
    """
    rows = product_rows(patients, "SII", cut=cut, from_infusion=from_infusion)
    axi = patients[patients["arm"] == "axi-cel"].index
    flags = {m: unfavourable(patients, m).loc[axi].to_numpy() for m in UNFAVOURABLE}
    usable = (rows["high"].notna() & rows["months"].notna()).to_numpy()
    time, event = rows["months"].to_numpy()[usable], rows["event"].to_numpy(bool)[usable]
    high = rows["high"].to_numpy()[usable]
    groups = {"all with a product": np.ones(usable.sum(), dtype=bool)}
    for name, bad in flags.items():
        for is_bad in (True, False):
            groups[level_name(name, unfavourable=is_bad)] = bad[usable] == float(is_bad)
    rng = np.random.default_rng(seed)
    # the first row is what was seen
    drawn = np.vstack([high, rng.permuted(np.tile(high, (n_shuffles, 1)), axis=1)])
    table, p = [], []
    for name, mask in groups.items():
        if not event[mask].any():
            continue
        shape = (n_shuffles + 1, int(mask.sum()))
        fit = cox(np.broadcast_to(time[mask], shape), np.broadcast_to(event[mask], shape),
                  drawn[:, mask])  # fmt: skip
        if np.isfinite(fit.se[0]):
            table.append((name, shape[1], int(event[mask].sum()), fit.hazard_ratio[0], fit.p[0]))
            p.append(fit.p)
    if not table:
        raise NoFiniteEstimate("No subgroup of this cohort has both products and events.")
    p = np.where(np.isfinite(p), p, 1.0)
    least = p[:, 1:].min(axis=0)
    frame = pd.DataFrame(table, columns=["name", "n", "events", "hazard_ratio", "p"])
    # what was seen counts as one of the shuffles
    adjusted = ((least[None, :] <= p[:, :1]).sum(axis=1) + 1) / (n_shuffles + 1)
    alpha = 1 - level
    return Looks(
        frame.assign(adjusted=adjusted), float((least < alpha).mean()),
        float(1 - (1 - alpha) ** len(frame)), alpha, n_shuffles,
    )  # fmt: skip


def model_or_none(rows: pd.DataFrame, terms: tuple[str, ...], level: float) -> CoxModel | None:
    """Return a Cox model of months and event, or None where there is no finite estimate."""
    kept = rows.dropna(subset=[*terms, "months"])
    if kept.empty:
        return None
    try:
        return cox_model(kept, terms, duration="months", event="event", level=level)
    except NoFiniteEstimate:
        return None


def effect_of_sum(model: CoxModel | None, weights, name: str) -> Effect | None:
    """Return the hazard ratio of a weighted sum of a model's terms."""
    if model is None:
        return None
    weights = np.asarray(weights, dtype=float)
    value = weights @ model.log_hazard_ratio
    se = np.sqrt(weights @ model.covariance @ weights)
    reach = stats.norm.ppf((1 + model.level) / 2) * se
    limits = np.exp([value, value - reach, value + reach])
    return Effect(name, *map(float, limits), float(2 * stats.norm.sf(abs(value / se))))


def _cell(rows: pd.DataFrame, bad: bool, high: bool, level: float) -> Cell:
    free = lower = upper = np.nan
    if len(rows):
        curve = kaplan_meier(rows["months"], rows["event"], level=level)
        at = np.searchsorted(curve.times, YEAR, side="right") - 1
        if at < 0:
            free = lower = upper = 100.0
        elif curve.times[-1] >= YEAR or curve.survival[-1] == 0:
            free, lower, upper = (100 * float(v[at]) for v in
                                  (curve.survival, curve.lower, curve.upper))  # fmt: skip
    return Cell(bad, high, len(rows), int(rows["event"].sum()), free, lower, upper)
