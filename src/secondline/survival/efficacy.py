"""A two-arm trial's efficacy as it is to be read on the page: one analysis, and its tables."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from secondline.errors import InputError, NoFiniteEstimate
from secondline.intervals import bare_p
from secondline.survival.arms import ArmCurve, Milestone, arm_curves, milestone, read_off
from secondline.survival.cox_model import CoxModel, Effect, cox_model
from secondline.survival.cure import BASES, MixtureCure, mixture_cure
from secondline.survival.hazards import (
    HazardView,
    ProportionalHazardsTest,
    hazard_view,
    proportional_hazards_test,
)
from secondline.survival.inputs import check_times
from secondline.survival.printed import Printed
from secondline.survival.restricted import RestrictedMean, restricted_mean
from secondline.survival.tabulate import months_range, months_text

# how near a cohort made for the trial must come to its printed numbers
WITHIN_RATIO, WITHIN_MONTHS, WITHIN_SHARE = 0.03, 0.1, 0.005

# shares of patients by whose times the curves are compared, from the top
QUANTILES = (0.75, 0.6, 0.5, 0.45, 0.4, 0.3, 0.2)


@dataclass(frozen=True, eq=False)
class Efficacy:
    """The efficacy analysis of one cohort.

    Attributes
    ----------
    curves : dict of ArmCurve
        By arm; read at 0, 6, 12, ... months, at 6 and at the milestone.
    model : CoxModel
        Of the arm alone, all patients with a time, not stratified.
    shares : Milestone
    shares_6 : Milestone
        At 6 months.
    means : RestrictedMean
    view : HazardView
    test : ProportionalHazardsTest
        With time counted as it is by R if not told otherwise.
    left_out : int
        Patients without a time or an event status.
    """

    curves: dict[str, ArmCurve] = field(repr=False)
    model: CoxModel
    shares: Milestone
    shares_6: Milestone
    means: RestrictedMean
    view: HazardView = field(repr=False)
    test: ProportionalHazardsTest = field(repr=False)
    left_out: int

    @property
    def effect(self) -> Effect:
        """The hazard ratio of axi-cel against SOC."""
        return self.model.effect("arm")

    @property
    def medians(self) -> tuple[float, float]:
        """Median months, axi-cel and SOC; nan where not reached."""
        return tuple(self.curves[name].median.estimate for name in ("axi-cel", "SOC"))


def analyse_efficacy(
    cohort: pd.DataFrame, *, horizon: float = 24.0, at: float = 24.0, level: float = 0.95
) -> Efficacy:
    """Analyse event-free survival of a cohort by arm.

    Parameters
    ----------
    cohort : DataFrame
        Columns arm, efs_months and efs_event; one row a patient.
    horizon : float
        Of the restricted mean, months.
    at : float
        Milestone, months.
    level : float
        Confidence level of all intervals.

    Returns
    -------
    Efficacy

    Raises
    ------
    InputError
        If the table or a setting cannot be used, or observation is too short for one.
    """
    missing = {"arm", "efs_months", "efs_event"} - set(cohort.columns)
    if missing:
        raise InputError(f"The cohort has no column {sorted(missing)[0]!r}.")
    rows = cohort.dropna(subset=["arm", "efs_months", "efs_event"])
    columns = *check_times(rows["efs_months"], rows["efs_event"]), rows["arm"]
    last = float(columns[0].max())
    regular = {float(t) for t in range(0, int(last) + 1, 6)}
    times = sorted(regular | {6.0, float(at)})
    return Efficacy(
        arm_curves(*columns, at=times, level=level),
        cox_model(rows, level=level),
        milestone(*columns, at, level=level),
        milestone(*columns, 6.0, level=level),
        restricted_mean(*columns, horizon, level=level),
        hazard_view(*columns, level=level),
        proportional_hazards_test(*columns),
        len(cohort) - len(rows),
    )


def cure_by_arm(cohort: pd.DataFrame, *, bases=BASES, level: float = 0.95) -> dict:
    """Fit cure models to each arm; an arm without a fit has a sentence in its place.

    Returns
    -------
    dict
        By arm: MixtureCure, or str.
    """
    rows = cohort.dropna(subset=["arm", "efs_months", "efs_event"])
    found: dict[str, MixtureCure | str] = {}
    for name in ("axi-cel", "SOC"):
        mine = rows[rows["arm"] == name]
        try:
            found[name] = mixture_cure(
                mine["efs_months"], mine["efs_event"], bases=bases, level=level
            )
        except NoFiniteEstimate as reason:
            found[name] = str(reason)
    return found


def check_page(result: Efficacy, printed: Printed) -> pd.DataFrame:
    """Return printed numbers beside those of the cohort, and whether they are near enough.

    Columns Number, Printed, Here, Off by, Allowed and Met ("yes", "no", or "–" where the
    cohort was not observed until the month of the printed shares).
    """
    axi, soc = result.medians
    at = np.array([printed.at])
    curves = [result.curves[name].curve for name in ("axi-cel", "SOC")]
    shares = [float(read_off(curve, curve.survival, at, start=1.0)[0]) for curve in curves]
    off = result.effect.hazard_ratio / printed.hazard_ratio - 1
    rows = [
        ("Hazard ratio", f"{printed.hazard_ratio:.3f}", f"{result.effect.hazard_ratio:.3f}",
         f"{100 * abs(off):.1f} %", f"{100 * WITHIN_RATIO:g} %", abs(off) <= WITHIN_RATIO)
    ]  # fmt: skip
    for name, value, here in (
        ("axi-cel", printed.median_axi, axi), ("SOC", printed.median_soc, soc)
    ):  # fmt: skip
        rows.append(
            (f"Median, {name}", f"{value:.1f} months", months_text(here),
             _number(abs(here - value), 2), f"{WITHIN_MONTHS:g} months",
             abs(here - value) <= WITHIN_MONTHS)
        )  # fmt: skip
    for name, value, here in (
        ("axi-cel", printed.share_axi, shares[0]),
        ("SOC", printed.share_soc, shares[1]),
    ):
        rows.append(
            (f"Free at {printed.at:g} months, {name}", f"{100 * value:.1f} %",
             "–" if np.isnan(here) else f"{100 * here:.1f} %", _number(100 * abs(here - value), 2),
             f"{100 * WITHIN_SHARE:g} points",
             None if np.isnan(here) else abs(here - value) <= WITHIN_SHARE)
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=["Number", "Printed", "Here", "Off by", "Allowed", "Met"])
    words = {True: "yes", False: "no"}
    return table.assign(Met=["–" if met is None else words[bool(met)] for met in table["Met"]])


def curves_page(result: Efficacy) -> pd.DataFrame:
    """Return each arm's events, median and shares free of the event."""
    rows = []
    for i, name in ((1, "axi-cel"), (0, "SOC")):
        arm = result.curves[name]
        rows.append(
            {
                "Arm": name,
                "Events": f"{arm.curve.events} of {arm.curve.n}",
                "Median, months": _interval_months(arm),
                "Free at 6 months": _share(result.shares_6, i),
                f"Free at {result.shares.at:g} months": _share(result.shares, i),
            }
        )
    return pd.DataFrame(rows)


def contrast_page(result: Efficacy) -> pd.DataFrame:
    """Return the contrast of the arms on each scale, with its interval and P value."""
    effect, shares, means = result.effect, result.shares, result.means
    at, horizon = f"{shares.at:g}", f"{means.horizon:g}"
    rows = [
        ("Hazard ratio", f"{effect.hazard_ratio:.3f}",
         f"{effect.lower:.3f} to {effect.upper:.3f}", bare_p(effect.p)),
        (f"Difference in shares free of the event at {at} months",
         f"{100 * shares.difference:.1f} points",
         _range(100 * shares.difference_lower, 100 * shares.difference_upper, 1),
         bare_p(shares.p)),
        (f"Ratio of those shares at {at} months", _number(shares.ratio, 2),
         _range(shares.ratio_lower, shares.ratio_upper, 2), "–"),
        (f"Number needed to treat, at {at} months", _number(shares.needed, 1),
         _range(shares.needed_lower, shares.needed_upper, 1), "–"),
        (f"Difference in restricted means to {horizon} months", f"{means.difference:.1f} months",
         f"{means.lower:.1f} to {means.upper:.1f}", bare_p(means.p)),
        (f"Ratio of restricted means to {horizon} months", f"{means.ratio:.2f}",
         f"{means.ratio_lower:.2f} to {means.ratio_upper:.2f}", "–"),
    ]  # fmt: skip
    level = f"{100 * shares.level:g} % interval"
    return pd.DataFrame(rows, columns=["axi-cel against SOC", "Estimate", level, "P"])


def quantiles(result: Efficacy) -> dict[float, tuple[float, float]]:
    """Return the months by which axi-cel and SOC have come down to shares; nan if never."""
    return {
        share: tuple(_time_of(result.curves[name], share) for name in ("axi-cel", "SOC"))
        for share in QUANTILES
    }


def quantile_page(result: Efficacy) -> pd.DataFrame:
    """Return the months by which each curve has come down to some shares, and their ratio."""
    rows = []
    for share, (axi, soc) in quantiles(result).items():
        both = np.isfinite(axi) and np.isfinite(soc)
        rows.append(
            {
                "Down to": f"{100 * share:.0f} %" + (" (the median)" if share == 0.5 else ""),
                "axi-cel": months_text(axi),
                "SOC": months_text(soc),
                "Ratio": f"{axi / soc:.1f}" if both else "–",
            }
        )
    return pd.DataFrame(rows)


def periods_page(view: HazardView) -> pd.DataFrame:
    """Return the hazard ratio in each period, with who enters it and who has the event."""
    return pd.DataFrame(
        {
            "Months": f"after {p.start:g}" if np.isinf(p.end) else f"{p.start:g} to {p.end:g}",
            "axi-cel, events of those who enter": f"{p.axi_events} of {p.axi_at_risk}",
            "SOC, events of those who enter": f"{p.soc_events} of {p.soc_at_risk}",
            "Hazard ratio": _number(p.hazard_ratio, 2),
            "Interval": _range(p.lower, p.upper, 2),
        }
        for p in view.periods.itertuples()
    )


def cure_page(cures: dict) -> pd.DataFrame:
    """Return the cure fraction of each arm with each base distribution."""
    rows = []
    for name, cure in cures.items():
        if isinstance(cure, str):
            rows.append((f"{name}", "–", "–", "–", "no fit"))
            continue
        for fit in cure.fits:
            rows.append(
                (
                    f"{name}, {fit.base}",
                    f"{100 * fit.fraction:.1f} %",
                    _range(100 * fit.lower, 100 * fit.upper, 1),
                    f"{fit.aic - cure.best.aic:.1f}",
                    "best" if fit is cure.best else "–",
                )
            )
        rows += [(f"{name}, {base}", "–", "–", "–", "no fit") for base in cure.failed]
    columns = ["Arm and model of the others", "Cure fraction", "Interval", "AIC above best", "Fit"]
    return pd.DataFrame(rows, columns=columns)


def _share(shares: Milestone, i: int) -> str:
    value = f"{100 * shares.survival[i]:.1f} %"
    if np.isnan(shares.lower[i]):
        return value
    return f"{value} ({100 * shares.lower[i]:.1f} to {100 * shares.upper[i]:.1f})"


def _interval_months(arm: ArmCurve) -> str:
    value = f"{arm.median.estimate:.1f}" if np.isfinite(arm.median.estimate) else "not reached"
    return f"{value} ({months_range(arm.median.lower, arm.median.upper).removesuffix(' months')})"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def _range(low: float, high: float, digits: int) -> str:
    return f"{low:.{digits}f} to {high:.{digits}f}" if np.isfinite([low, high]).all() else "–"


def _time_of(arm: ArmCurve, share: float) -> float:
    """Return the first time at which the curve is at or below a share; nan if never."""
    if share == 0.5:
        return arm.median.estimate
    low = np.flatnonzero(arm.curve.survival <= share + 1e-12)
    return float(arm.curve.times[low[0]]) if len(low) else float("nan")
