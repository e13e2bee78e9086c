"""Microenvironment, signatures and outcome under rituximab with CHOP-like chemotherapy."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from secondline.errors import InputError, NoFiniteEstimate
from secondline.external.era.counterparts import COUNTERPARTS
from secondline.external.era.patients import Outcome, index_means
from secondline.external.lme import CLASSES
from secondline.signatures import adjusted
from secondline.survival import (
    ArmCurve,
    arm_curves,
    cox_model,
    proportional_hazards_test,
)
from secondline.trials import cox

TWO_YEARS = 24
AT = (0, 24, 48, 72, 96, 120, 144, 168, 192)
REFERENCE = "LME-ME"  # the largest class
ORIGIN = ("abc", "unclassified")
RISK = ("ipi_intermediate", "ipi_high")
# covariates of each model beside the marker; the last two need a known risk group
MODELS = {
    "unadjusted": (),
    "with cell of origin": ORIGIN,
    "with cell of origin and IPI": (*ORIGIN, *RISK, "ipi_missing"),
    "IPI known: unadjusted": (),
    "IPI known: with cell of origin and IPI": (*ORIGIN, *RISK),
}
UNADJUSTED, _, ADJUSTED, *IPI_KNOWN = MODELS
STROMA = ("CAF", "Matrix", "Matrix_remodeling")


@dataclass(frozen=True, eq=False)
class ClassOutcomes:
    """Outcome by microenvironment class.

    Attributes
    ----------
    endpoint : str
    curves : dict of ArmCurve
        By the class's words, the worst at two years first.
    p : float
        Log-rank test of all classes at once; nan with one class or no event.
    n, events : int
    """

    endpoint: str
    curves: dict[str, ArmCurve] = field(repr=False)
    p: float
    n: int
    events: int

    @property
    def two_years(self) -> dict[str, float]:
        """Share free of the event at two years, by class; nan where nobody was followed so long."""
        at = AT.index(TWO_YEARS)
        return {name: float(curve.survival[at]) for name, curve in self.curves.items()}


def class_outcomes(found: Outcome, level: float = 0.95) -> ClassOutcomes:
    """Estimate a curve for each class, and test whether all are one."""
    from lifelines.statistics import multivariate_logrank_test

    rows = found.patients[found.patients["lme"].notna()]
    if rows.empty:
        raise InputError("None of the patients with survival has a microenvironment class.")
    names = rows["lme"].map(CLASSES)
    curves = arm_curves(rows["months"], rows["event"], names, at=AT, level=level)
    two_years = AT.index(TWO_YEARS)
    order = sorted(curves, key=lambda name: np.nan_to_num(curves[name].survival[two_years], nan=2))
    p = np.nan
    if len(curves) > 1 and rows["event"].any():
        p = float(multivariate_logrank_test(rows["months"], names, rows["event"]).p_value)
    return ClassOutcomes(
        found.endpoint, {name: curves[name] for name in order}, p, len(rows),
        int(rows["event"].sum()),
    )  # fmt: skip


def class_models(found: Outcome, level: float = 0.95) -> pd.DataFrame:
    """Fit Cox models of the classes against the mesenchymal one, unadjusted and adjusted.

    Returns
    -------
    DataFrame
        Columns model, term, n, events, hazard_ratio, lower, upper, p; NaN where there is
        no finite estimate.
    """
    rows = with_covariates(found.patients[found.patients["lme"].notna()])
    terms = [name for name in CLASSES if name != REFERENCE and (rows["lme"] == name).any()]
    for name in terms:
        rows[CLASSES[name]] = (rows["lme"] == name).astype(float)
    return _models(rows, [CLASSES[name] for name in terms], level)


def markers(found: Outcome) -> pd.DataFrame:
    """Return the chapter's markers, a column each: single signatures and means of several."""
    means = index_means(found.scores)
    return pd.DataFrame({
        "Hypoxia": found.scores["Hypoxia"],
        "CAF": found.scores["CAF"],
        "Stroma (mean of 3)": found.scores[list(STROMA)].mean(axis=1),
        "SII (mean of 7)": means["SII"],
        "B cells": found.scores["B_cells"],
        "BPI (mean of 2)": means["BPI"],
        "VEGF": found.scores["VEGF"],
    })  # fmt: skip


def high(values: pd.DataFrame) -> pd.DataFrame:
    """Return 1 for a value above the median of these patients, 0 for others."""
    return (values > values.median()).astype(float)


def marker_models(found: Outcome, level: float = 0.95) -> pd.DataFrame:
    """Fit Cox models of each marker, high against low, unadjusted and adjusted.

    High is above the median of all patients with the endpoint, in every model.

    Returns
    -------
    DataFrame
        As from :func:`class_models`, with the marker as term.
    """
    return models_of(high(markers(found)), found, level)


def models_of(groups: pd.DataFrame, found: Outcome, level: float = 0.95) -> pd.DataFrame:
    """Fit the models of each column of groups, one column at a time."""
    rows = with_covariates(found.patients)
    return pd.concat(
        [_models(rows.assign(**{name: groups[name]}), [name], level) for name in groups],
        ignore_index=True,
    )


def known_spread(found: Outcome) -> float:
    """Return the standard deviation of the log hazard that cell of origin and IPI group give.

    Among patients whose IPI group is known; nan without a finite estimate.
    """
    rows = with_covariates(found.patients[found.patients["ipi_group"].notna()])
    covariates = [name for name in (*ORIGIN, *RISK) if rows[name].nunique() > 1]
    if not covariates:
        return np.nan
    try:
        fit = cox_model(rows, covariates, duration="months", event="event")
    except NoFiniteEstimate:
        return np.nan
    return float((rows[covariates].to_numpy() @ fit.log_hazard_ratio).std(ddof=1))


def proportionality(found: Outcome) -> pd.DataFrame:
    """Test whether hazard ratios change with time: the markers, and each class against the rest.

    Returns
    -------
    DataFrame
        Columns contrast, p.
    """
    contrasts = high(markers(found)).add_suffix(", high against low")
    for name, words in CLASSES.items():
        mine = found.patients["lme"].where(found.patients["lme"].notna())
        contrasts[f"{words} class against others"] = (mine == name).astype(float)
    rows = []
    for name, values in contrasts.items():
        try:
            test = proportional_hazards_test(
                found.patients["months"], found.patients["event"], values
            )
            rows.append((name, test.p))
        except InputError:
            rows.append((name, np.nan))
    return pd.DataFrame(rows, columns=["contrast", "p"])


def screen(found: Outcome, level: float = 0.95) -> pd.DataFrame:
    """Hold every signature against the endpoint, as a number and divided at its median.

    Returns
    -------
    DataFrame
        A row a signature: name, cluster (the trial's, of its counterpart; "" without one),
        n, events; hazard_ratio, lower, upper, p, q for one standard deviation more;
        high_hazard_ratio, high_p, high_q for above the median against the others. q is
        Benjamini and Hochberg's.
    """
    time = found.patients["months"].to_numpy(float)
    event = found.patients["event"].to_numpy(bool)
    scores = found.scores
    spread = scores.std(ddof=1)
    unit = (scores - scores.mean()) / spread.where(spread > 0)
    log_ratio, se, p = _each(time, event, unit)
    reach = stats.norm.ppf((1 + level) / 2)
    high_log, _, high_p = _each(time, event, high(scores))
    return pd.DataFrame({
        "name": list(scores),
        "cluster": [COUNTERPARTS.get(name, ("", ""))[1] for name in scores],
        "n": found.n, "events": found.events,
        "hazard_ratio": np.exp(log_ratio),
        "lower": np.exp(log_ratio - reach * se), "upper": np.exp(log_ratio + reach * se),
        "p": p, "q": adjusted(p),
        "high_hazard_ratio": np.exp(high_log), "high_p": high_p, "high_q": adjusted(high_p),
    })  # fmt: skip


def _each(time, event, values: pd.DataFrame):
    """Fit one Cox model a column, all at once."""
    k = values.shape[1]
    log_ratio, se, p = (np.full(k, np.nan) for _ in range(3))
    usable = (values.notna().all() & (values.nunique() > 1)).to_numpy()
    if event.any() and usable.any():
        x = np.ascontiguousarray(values.loc[:, usable].to_numpy(float).T)
        fits = cox(np.broadcast_to(time, x.shape), np.broadcast_to(event, x.shape), x)
        log_ratio[usable], se[usable], p[usable] = fits.log_hazard_ratio, fits.se, fits.p
    return log_ratio, se, p


def with_covariates(patients: pd.DataFrame) -> pd.DataFrame:
    """Return patients with cell of origin and IPI group as columns of 0 and 1."""
    origin, risk = patients["cell_of_origin"], patients["ipi_group"]
    return patients.assign(
        abc=(origin == "ABC").astype(float),
        unclassified=(origin == "Unclass").astype(float),
        ipi_intermediate=(risk == "Intermediate").astype(float),
        ipi_high=(risk == "High").astype(float),
        ipi_missing=risk.isna().astype(float),
    )


def _models(rows: pd.DataFrame, terms: list[str], level: float) -> pd.DataFrame:
    table = []
    for model, covariates in MODELS.items():
        used = rows[rows["ipi_group"].notna()] if model.startswith("IPI known") else rows
        # a level that nobody has is no covariate
        covariates = [name for name in covariates if used[name].nunique() > 1]
        try:
            fit = cox_model(
                used, (*terms, *covariates), duration="months", event="event", level=level
            )
            effects = {term: fit.effect(term) for term in terms}
        except NoFiniteEstimate:
            effects = {}
        except InputError:
            if len(used):
                raise
            effects = {}
        for term in terms:
            e = effects.get(term)
            numbers = (e.hazard_ratio, e.lower, e.upper, e.p) if e else (np.nan,) * 4
            table.append((model, term, len(used), int(used["event"].sum()), *numbers))
    return pd.DataFrame(
        table,
        columns=["model", "term", "n", "events", "hazard_ratio", "lower", "upper", "p"],
    )


def effect_text(effect) -> str:
    """Write ``0.61 (0.41 to 0.89)``; an en dash where there is no estimate."""
    if not np.isfinite(effect.hazard_ratio):
        return "–"
    return f"{effect.hazard_ratio:.2f} ({effect.lower:.2f} to {effect.upper:.2f})"
