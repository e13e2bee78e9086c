"""The product's share as a number; the clock it is analysed on; what else it may stand for."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.dose_response import knot_positions, spline_basis
from secondline.biomarkers.nested_subgroups import (
    NAMES,
    SHARE,
    YEAR,
    level_name,
    single_effect,
)
from secondline.cohort import marker as marker_values
from secondline.errors import InputError, NoFiniteEstimate
from secondline.survival import Effect, cox_model, kaplan_meier
from secondline.survival.cox_model import FIT_OPTIONS

KNOTS = 3
POINTS = 61
SHOWN = (0.025, 0.975)
OTHERS = {
    **NAMES, "infusion_months": "months to infusion", "hgbl": "HGBL",
    "cell_of_origin": "non-GCB", "biopsy": "biopsy after first line",
}  # fmt: skip
FIRST_LEVEL = {"cell_of_origin": "non-GCB", "biopsy": "after first line"}


@dataclass(frozen=True, eq=False)
class ShareModel:
    """The share cut in two and as a number in one group of patients.

    Attributes
    ----------
    name : str
    n, events : int
    halves : Effect or None
        High against low share.
    per_sd : Effect or None
        For one standard deviation of all products.
    p_bend : float
        Likelihood ratio test of a restricted cubic spline against a straight line; nan
        where one of them has no estimate.
    share : ndarray, shape (m,)
        Shares at which the curves were read, empty without a spline.
    bent, lower, upper, straight : ndarray, shape (m,)
        Hazard ratio against the median of all products.
    """

    name: str
    n: int
    events: int
    halves: Effect | None
    per_sd: Effect | None
    p_bend: float
    share: np.ndarray = field(repr=False)
    bent: np.ndarray = field(repr=False)
    lower: np.ndarray = field(repr=False)
    upper: np.ndarray = field(repr=False)
    straight: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Clocks:
    """The same patients on three clocks.

    Attributes
    ----------
    n, not_infused : int
        Patients of the arm with a time, and those of them without an infusion.
    before : int
        Events before the infusion would have been given, or without one.
    median_wait : float
        Months from randomisation to infusion.
    randomised, entry, infusion : Effect or None
        High against low share: from randomisation; from randomisation, counted from each
        patient's infusion on (delayed entry); from infusion.
    free_arm, free_product, free_infused : tuple of float
        Percentage free of the event at a year, with limits: the whole arm; those with a
        product, from randomisation; the same from infusion.
    """

    n: int
    not_infused: int
    before: int
    median_wait: float
    randomised: Effect | None
    entry: Effect | None
    infusion: Effect | None
    free_arm: tuple[float, float, float]
    free_product: tuple[float, float, float]
    free_infused: tuple[float, float, float]


def share_models(rows: pd.DataFrame, marker: str, level: float = 0.95) -> tuple[ShareModel, ...]:
    """Model the share in all, at the unfavourable and at the favourable level of a marker.

    Parameters
    ----------
    rows : DataFrame
        From :func:`product_rows`.
    marker : str
    level : float

    Returns
    -------
    tuple of ShareModel
        Groups without a product are left out.
    """
    made = rows[rows["share"].notna() & rows["months"].notna()]
    spread = made["share"].std()
    groups = {
        "all with a product": made,
        level_name(marker): made[made["bad"] == 1],
        level_name(marker, unfavourable=False): made[made["bad"] == 0],
    }
    middle = made["share"].median()
    return tuple(
        _share_model(name, part.assign(sd=part["share"] / spread), middle, level)
        for name, part in groups.items() if len(part)
    )  # fmt: skip


def share_interaction(rows: pd.DataFrame, level: float = 0.95) -> Effect | None:
    """Return the ratio, unfavourable over favourable, of the share's effects per deviation."""
    made = rows.dropna(subset=["share", "bad", "months"])
    made = made.assign(sd=made["share"] / rows["share"].std())
    return _effect(made.assign(both=made["sd"] * made["bad"]), ("sd", "bad", "both"), "both", level)


def clocks(patients: pd.DataFrame, rows: pd.DataFrame, level: float = 0.95) -> Clocks:
    """Put the same contrast on three clocks.

    Parameters
    ----------
    patients : DataFrame
        The cohort.
    rows : DataFrame
        From :func:`product_rows`, from randomisation.
    level : float
    """
    arm = patients[(patients["arm"] == "axi-cel") & patients["efs_months"].notna()]
    infused = rows["infusion"].notna()
    made = rows[infused & rows["high"].notna() & (rows["months"] > rows["infusion"])]
    after = made.assign(months=made["months"] - made["infusion"])
    late = rows[infused & (rows["months"] <= rows["infusion"])]
    without = rows[~infused]
    return Clocks(
        len(arm), int((~infused).sum()), int(late["event"].sum() + without["event"].sum()),
        float(made["infusion"].median()) if len(made) else np.nan,
        single_effect(made, "high", level), _delayed_entry(made, level),
        single_effect(after, "high", level),
        free_at_year(arm["efs_months"], arm["efs_event"], level),
        free_at_year(made["months"], made["event"], level),
        free_at_year(after["months"], after["event"], level),
    )  # fmt: skip


def share_and_others(patients: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Correlate the share with everything else that is known of a patient.

    Parameters
    ----------
    patients : DataFrame
        A cohort.
    level : float

    Returns
    -------
    DataFrame
        One row a marker: name; n; r, lower, upper and p of :func:`rank_correlation`.
        Markers that fewer than five patients have, or that do not vary, are left out.
    """
    found = []
    share = patients[SHARE].astype(float) if SHARE in patients else pd.Series(dtype=float)
    for name, title in OTHERS.items():
        try:
            values = marker_values(patients, name)
        except InputError:
            continue
        if name in FIRST_LEVEL:
            values = (values == FIRST_LEVEL[name]).astype(float).where(values.notna())
        values = values.astype(float)
        both = share.notna() & values.notna()
        if both.sum() < 5 or values[both].nunique() < 2 or share[both].nunique() < 2:
            continue
        found.append((title, *rank_correlation(share[both], values[both], level)))
    return pd.DataFrame(found, columns=["name", "n", "r", "lower", "upper", "p"])


def rank_correlation(first, second, level: float = 0.95) -> tuple[int, float, float, float, float]:
    """Return n, Spearman's R, its limits and P, of two sets of numbers without gaps.

    Notes
    -----
    Limits by Fisher's transformation with the variance of Bonett and Wright (Psychometrika
    2000;65:23).
    """
    r, p = stats.spearmanr(first, second)
    n = len(first)
    error = np.sqrt((1 + r**2 / 2) / (n - 3)) * stats.norm.ppf((1 + level) / 2)
    middle = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return n, float(r), float(np.tanh(middle - error)), float(np.tanh(middle + error)), float(p)


def adjusted_effect(
    patients: pd.DataFrame, rows: pd.DataFrame, level: float = 0.95
) -> tuple[Effect | None, Effect | None, int]:
    """Return the share's effect without and with tumour burden and LDH, in the same patients.

    Parameters
    ----------
    patients : DataFrame
        The cohort that `rows` were made from.
    rows : DataFrame
        From :func:`product_rows`.
    level : float

    Returns
    -------
    tuple
        Alone; with the binary logarithms of both; and the number of patients.
    """
    axi = patients[patients["arm"] == "axi-cel"].reset_index(drop=True)
    both = rows[["months", "event", "high"]].copy()
    for name in ("spd_mm2", "ldh_u_per_l"):
        values = axi[name].astype(float) if name in axi else pd.Series(np.nan, index=axi.index)
        both[name] = np.log2(values.where(values > 0))
    both = both.dropna()
    return (
        single_effect(both, "high", level),
        _effect(both, ("high", "spd_mm2", "ldh_u_per_l"), "high", level), len(both),
    )  # fmt: skip


def _effect(rows, terms, term, level) -> Effect | None:
    if rows.empty:
        return None
    try:
        model = cox_model(rows, terms, duration="months", event="event", level=level)
    except NoFiniteEstimate:
        return None
    return model.effect(term)


def _share_model(name, rows, middle, level) -> ShareModel:
    nothing = np.array([])
    counts = (name, len(rows), int(rows["event"].sum()))
    halves, per_sd = single_effect(rows, "high", level), single_effect(rows, "sd", level)
    terms = tuple(f"bend {j}" for j in range(1, KNOTS))
    try:
        places = knot_positions(rows["share"], KNOTS)
        bends = pd.DataFrame(spline_basis(rows["share"], places), columns=terms, index=rows.index)
        bent = cox_model(rows.join(bends), terms, duration="months", event="event", level=level)
        line = cox_model(rows, ("share",), duration="months", event="event", level=level)
    except NoFiniteEstimate:
        return ShareModel(*counts, halves, per_sd, np.nan, *[nothing] * 5)
    at = np.linspace(*rows["share"].quantile(SHOWN), POINTS)
    weights = spline_basis(at, places) - spline_basis([middle], places)
    value = weights @ bent.log_hazard_ratio
    variance = np.maximum(np.einsum("ij,jk,ik->i", weights, bent.covariance, weights), 0)
    reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance)
    p_bend = stats.chi2.sf(max(2 * (bent.log_likelihood - line.log_likelihood), 0.0), KNOTS - 2)
    return ShareModel(
        *counts, halves, per_sd, float(p_bend), at, np.exp(value), np.exp(value - reach),
        np.exp(value + reach), np.exp(line.log_hazard_ratio[0] * (at - middle)),
    )  # fmt: skip


def _delayed_entry(rows: pd.DataFrame, level: float) -> Effect | None:
    """Return high against low share from randomisation, each patient watched from infusion on."""
    from lifelines import CoxPHFitter

    # the same patients must have an estimate without it: else the fit would run away
    if single_effect(rows, "high", level) is None:
        return None
    fitter = CoxPHFitter(alpha=1 - level)
    fitter.fit(rows[["months", "event", "high", "infusion"]].astype(float), "months", "event",
               entry_col="infusion", fit_options=FIT_OPTIONS)  # fmt: skip
    row = fitter.summary.loc["high"]
    lower, upper = np.exp(fitter.confidence_intervals_.loc["high"])
    return Effect("high", float(row["exp(coef)"]), float(lower), float(upper), float(row["p"]))


def free_at_year(months, event, level) -> tuple[float, float, float]:
    """Return the percentage free of the event at a year with limits; nan if nobody is watched."""
    if not len(months) or (
        np.max(months) < YEAR and not bool(np.asarray(event)[np.argmax(months)])
    ):
        return (np.nan, np.nan, np.nan)
    curve = kaplan_meier(months, event, level=level)
    at = np.searchsorted(curve.times, YEAR, side="right") - 1
    if at < 0:
        return (100.0, 100.0, 100.0)
    return tuple(100 * float(v[at]) for v in (curve.survival, curve.lower, curve.upper))
