"""Tumour burden and LDH in one cohort: ways to score them, and both in one model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from secondline.biomarkers.burden_power import subset_power
from secondline.biomarkers.burden_printed import ldh_limit, third_line_median
from secondline.biomarkers.dose_logistic import (
    ResponseCurve,
    response_curve,
    response_interaction,
)
from secondline.biomarkers.dose_response import HazardCurve, hazard_curve, ratio_test
from secondline.errors import InputError, NoFiniteEstimate, one_of
from secondline.survival import ARMS, Effect, cox_model

SPD, LDH = "spd_mm2", "ldh_u_per_l"
NAMES = {SPD: "SPD", LDH: "LDH"}
UNITS = {SPD: "mm²", LDH: "U/l"}


@dataclass(frozen=True, eq=False)
class Scoring:
    """One way to make a covariate of a marker, and what it finds.

    Attributes
    ----------
    way : str
    high : int
        Patients who count as high; -1 where the marker stays a number.
    within : dict of str to Effect
        By arm; an arm without a finite estimate is left out.
    chi_square : dict of str to float
        Of each arm's model against none.
    ratio : Effect or None
        Interaction with the arm.
    """

    way: str
    high: int
    within: dict[str, Effect]
    chi_square: dict[str, float]
    ratio: Effect | None


@dataclass(frozen=True, eq=False)
class Together:
    """SPD and LDH in one arm, each alone and both in one Cox model.

    Attributes
    ----------
    arm : str
    n, events : int
        Patients with both.
    r, r_p : float
        Spearman's correlation of the two.
    alone, both : dict of str to Effect
        By marker, for twice its value.
    added_p : dict of str to float
        Likelihood ratio test of a marker in the model that holds the other.
    """

    arm: str
    n: int
    events: int
    r: float
    r_p: float
    alone: dict[str, Effect]
    both: dict[str, Effect]
    added_p: dict[str, float]

    def left(self, marker: str) -> float:
        """Share of a marker's log hazard ratio that is left after the other."""
        return float(
            np.log(self.both[marker].hazard_ratio) / np.log(self.alone[marker].hazard_ratio)
        )


def cut_value(patients: pd.DataFrame, marker: str, cut: float) -> float:
    """Return where high begins: the median of all patients with a value if `cut` is 0."""
    return float(patients[marker].dropna().astype(float).median()) if cut == 0 else float(cut)


def ways_to_score(patients: pd.DataFrame, marker: str, cut: float = 0) -> dict[str, pd.Series]:
    """Return a marker as covariates, by the name of the way; NaN where it is not known.

    Parameters
    ----------
    patients : DataFrame
    marker : {"spd_mm2", "ldh_u_per_l"}
    cut : float
        Of the first way; 0 for the median.
    """
    values = patients[marker].astype(float)
    known, unit = values.notna(), UNITS[marker]
    if not known.any():
        return {}
    cuts = {f"above {cut:g} {unit}": cut} if cut else {}
    cuts |= {"above the median": float(values.median())}
    if marker == SPD:
        cuts[f"above the median of ZUMA-1 ({third_line_median():g} {unit})"] = third_line_median()
    ways = {name: (values > at).astype(float).where(known) for name, at in cuts.items()}
    if marker == LDH:
        flags = patients["ldh_elevated"]
        ways["elevated, as reported"] = (flags == True).astype(float).where(flags.notna())  # noqa: E712
        twice = 2 * ldh_limit()
        ways[f"above twice the limit ({twice:g} {unit})"] = (
            (values > twice).astype(float).where(known)
        )
    ways["logarithm, for twice the value"] = np.log2(values.where(values > 0))
    spread = float(values.quantile(0.75) - values.quantile(0.25))
    if spread > 0:
        ways[f"plain number, for {spread:.0f} {unit}"] = values / spread
    return ways


def scorings(
    patients: pd.DataFrame, marker: str, *, cut: float = 0, level: float = 0.95
) -> tuple[Scoring, ...]:
    """Fit each way to score a marker, in both arms and with its product with the arm.

    Returns
    -------
    tuple of Scoring
        A way that nobody has a value for is left out.
    """
    found = []
    for way, values in ways_to_score(patients, marker, cut).items():
        rows = patients[["arm", "efs_months", "efs_event"]].assign(x=values).dropna()
        if rows.empty:
            continue
        within, chi_square, ratio = {}, {}, None
        for arm in ARMS:
            own = rows[rows["arm"] == arm]
            if own.empty:
                continue
            try:
                fit = cox_model(own, ("x",), level=level)
            except NoFiniteEstimate:
                continue
            within[arm] = fit.effect("x")
            chi_square[arm] = 2 * (fit.log_likelihood - fit.log_likelihood_null)
        if len(within) == len(ARMS):
            product = rows.assign(product=(rows["arm"] == "axi-cel") * rows["x"])
            try:
                ratio = cox_model(product, ("arm", "x", "product"), level=level).effect("product")
            except NoFiniteEstimate:
                ratio = None
        halves = set(rows["x"].unique()) <= {0.0, 1.0}
        found.append(
            Scoring(way, int(rows["x"].sum()) if halves else -1, within, chi_square, ratio)
        )
    return tuple(found)


def together(patients: pd.DataFrame, arm: str, *, level: float = 0.95) -> Together:
    """Fit SPD and LDH alone and in one model, in the arm's patients who have both.

    Raises
    ------
    NoFiniteEstimate
        If fewer than three have both, or a model has no estimate.
    """
    rows = both_measured(patients)
    rows = rows[rows["arm"] == arm]
    if len(rows) < 3:
        raise NoFiniteEstimate(f"Fewer than three patients of {arm} have both SPD and LDH.")
    r, r_p = stats.spearmanr(rows[SPD], rows[LDH])
    table = rows.assign(**{name: np.log2(rows[name].astype(float)) for name in NAMES})
    joint = cox_model(table, (SPD, LDH), level=level)
    alone = {name: cox_model(table, (name,), level=level) for name in NAMES}
    other = {SPD: LDH, LDH: SPD}
    return Together(
        arm, len(rows), joint.events, float(r), float(r_p),
        {name: fit.effect(name) for name, fit in alone.items()},
        {name: joint.effect(name) for name in NAMES},
        {name: ratio_test(joint.log_likelihood, alone[other[name]].log_likelihood, 1)
         for name in NAMES},
    )  # fmt: skip


def both_measured(patients: pd.DataFrame) -> pd.DataFrame:
    """Return the patients whose SPD and LDH are both above zero."""
    return patients[(patients[SPD].astype(float) > 0) & (patients[LDH].astype(float) > 0)]


def hazard_curves(
    patients: pd.DataFrame, marker: str, *, knots: int = 4, level: float = 0.95
) -> tuple[dict[str, HazardCurve], tuple[str, ...]]:
    """Return each arm's curve and that of the arms, and a sentence for each that has none."""
    return _each(
        lambda arm: hazard_curve(patients, marker, arm, knots=knots, level=level),
        ("axi-cel", "SOC", "both"),
    )


def response_curves(
    patients: pd.DataFrame, marker: str, **settings
) -> tuple[dict[str, ResponseCurve], Effect | None, tuple[str, ...]]:
    """Return each arm's curve of complete response, the interaction, and what is missing.

    Parameters
    ----------
    patients : DataFrame
    marker : str
    **settings
        Of :func:`secondline.biomarkers.response_curve`.
    """
    curves, notes = _each(
        lambda arm: response_curve(patients, marker, arm, **settings), ("axi-cel", "SOC")
    )
    ratio = None
    if len(curves) == len(ARMS):
        kept = {name: settings[name] for name in ("level", "unassessed") if name in settings}
        ratio = response_interaction(patients, marker, **kept)
    return curves, ratio, notes


def together_by_arm(
    patients: pd.DataFrame, *, level: float = 0.95
) -> tuple[dict[str, Together], tuple[str, ...]]:
    """Return SPD and LDH in one model in each arm, and a sentence for each that has none."""
    return _each(lambda arm: together(patients, arm, level=level), ("axi-cel", "SOC"))


def groups_by_cut(
    patients: pd.DataFrame, marker: str, cut: float = 0
) -> tuple[pd.DataFrame | None, str]:
    """Return the patients with a marker and their group, and a sentence if there are none.

    Returns
    -------
    DataFrame or None
        With the column `group`, such as ``SOC, high``.
    str
        Empty if there are patients.

    Raises
    ------
    InputError
        If the marker is not one of the two.
    """
    if marker not in NAMES:
        raise InputError(f"marker is {marker!r}; allowed: {one_of(tuple(NAMES))}.")
    rows = patients[patients[marker].notna()]
    if rows.empty:
        return None, f"Nobody in this cohort has a value of {NAMES[marker]}."
    high = rows[marker].astype(float) > cut_value(patients, marker, cut)
    side = np.where(high, "high", "low")
    group = [f"{arm}, {s}" for arm, s in zip(rows["arm"], side, strict=True)]
    order = {f"{arm}, {s}": i for i, (arm, s) in enumerate(
        (arm, s) for arm in ("axi-cel", "SOC") for s in ("high", "low"))}  # fmt: skip
    rows = rows.assign(group=group)
    return rows.sort_values("group", key=lambda g: g.map(order), kind="stable"), ""


def power_above(
    patients: pd.DataFrame,
    odds_ratio: float,
    *,
    draws: int,
    seed: int,
    unassessed: str = "left out",
    alpha: float = 0.05,
) -> pd.DataFrame | None:
    """Return :func:`subset_power` of SPD with axi-cel at the source's cuts, None without data.

    The median is that of both arms, and the top quarter that of the axi-cel arm.
    """
    values = patients[SPD].astype(float)
    own = values[patients["arm"] == "axi-cel"].dropna()
    if own.empty:
        return None
    cuts = {
        "all with axi-cel": 0.0,
        "above the median": float(values.median()),
        "above the median of ZUMA-1": third_line_median(),
        "top quarter": float(own.quantile(0.75)),
    }
    try:
        return subset_power(patients, SPD, odds_ratio, cuts, draws=draws, seed=seed,
                            unassessed=unassessed, alpha=alpha)  # fmt: skip
    except NoFiniteEstimate:
        return None


def _each(fit, names):
    """Fit what can be fitted; each sentence once, since both arms may lack the same."""
    found, notes = {}, {}
    for name in names:
        try:
            found[name] = fit(name)
        except NoFiniteEstimate as reason:
            notes[str(reason)] = None
    return found, tuple(notes)
