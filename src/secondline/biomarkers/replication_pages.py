"""Tables and sentences on replication and on cut points."""

import pandas as pd

from secondline.biomarkers.cut_points import CutScan
from secondline.biomarkers.cut_trials import BEST, BY_PERMUTATION, MEDIAN, NUMBER, CutTrials
from secondline.biomarkers.replication import Jointly
from secondline.biomarkers.replication_trials import FreshReplications
from secondline.effects import p_from_z, z_from_p
from secondline.intervals import bare_p


def replication_page(table: pd.DataFrame, share: float) -> pd.DataFrame:
    """Return the chances of each finding, as texts.

    Parameters
    ----------
    table : DataFrame
        From :func:`secondline.biomarkers.replication_table`.
    share : float
    """
    columns = {
        "Marker": table["name"],
        "P, printed": table["printed"],
        "hazard ratio it means": [f"{v:.2f}" for v in table["hazard_ratio"]],
        "if true": [_percent(v) for v in table["if_true"]],
        f"if {100 * share:g} % is true": [_percent(v) for v in table["if_share"]],
        "integrated": [_percent(v) for v in table["predictive"]],
        "sceptical": [_percent(v) for v in table["sceptical"]],
        "patients for 80 %, if true": [_whole(v) for v in table["n_if_true"]],
        f"if {100 * share:g} % is true: patients": [_whole(v) for v in table["n_if_share"]],
    }
    return pd.DataFrame(columns)


def jointly_page(jointly: Jointly) -> pd.DataFrame:
    """Return how many findings come again in one trial, as texts."""
    table = jointly.table
    return pd.DataFrame({
        "Suppose that": table["scenario"],
        "found again, mean number": [f"{v:.1f}" for v in table["expected"]],
        "all": [_percent(v) for v in table["all"]],
        "none": [_percent(v) for v in table["none"]],
        "all, if they were independent": [_percent(v) for v in table["all_independent"]],
    })  # fmt: skip


def check_replication_page(simulated: pd.DataFrame, fresh: FreshReplications) -> pd.DataFrame:
    """Return the formula beside simulated arms and fresh virtual cohorts, as texts."""
    return pd.DataFrame({
        "Marker": simulated["name"],
        "true hazard ratio": [f"{v:.2f}" for v in simulated["hazard_ratio"]],
        "events, mean": [f"{v:.0f}" for v in simulated["events"]],
        "formula with these events": [_percent(v) for v in simulated["formula"]],
        "simulated arms": [
            f"{_percent(row.simulated)} ±\u00a0{100 * row.standard_error:.1f}"
            for row in simulated.itertuples()
        ],
        "fresh virtual cohorts": [_percent(fresh.each[name]) for name in simulated["name"]],
    })  # fmt: skip


def check_replication_reading(fresh: FreshReplications, findings: int) -> str:
    """Say how many findings fresh cohorts show together."""
    return (
        f"In {fresh.trials} fresh draws of the cohort's model with {fresh.n_per_arm} profiles in "
        f"the arm, {fresh.expected:.1f} of the {findings} findings come again on average, all of "
        f"them in {_percent(fresh.all)} and none in {_percent(fresh.none)}."
    )


def cuts_page(scan: CutScan, own: float) -> pd.DataFrame:
    """Return best, median and own cut with what they show, as texts."""
    rows = []
    places = (("best", scan.best), ("nearest to the median", scan.nearest(0.5)),
              ("nearest to your own", scan.nearest(own)))  # fmt: skip
    for name, k in places:
        rows.append((
            name, f"{scan.cuts[k]:.4g}", f"{100 * scan.share[k]:.0f} %",
            f"{scan.hazard_ratio[k]:.2f} ({scan.lower[k]:.2f} to {scan.upper[k]:.2f})",
            bare_p(p_from_z(scan.z[k])),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "Cut", "value", "at or below", "hazard ratio, above", "P, as if set beforehand",
    ])  # fmt: skip


def corrected_page(scan: CutScan) -> pd.DataFrame:
    """Return P of the best cut, uncorrected and corrected in three ways, as texts."""
    return pd.DataFrame(
        [
            ("none: as if the cut had been set beforehand", bare_p(scan.p)),
            ("large samples (Miller and Siegmund)", bare_p(scan.p_miller_siegmund)),
            ("bound for these cuts (Lausen and others)", bare_p(scan.p_lausen)),
            (f"outcomes dealt out anew, {scan.permutations} times", bare_p(scan.p_permutation)),
        ],
        columns=["Correction for the search", "P of the best cut"],
    )


def cuts_reading(scan: CutScan, name: str, arm: str, own: float) -> str:
    """Say what the search found and what is left of it."""
    alpha = 1 - scan.level
    best = scan.best
    times = scan.p_permutation / scan.p if scan.p > 0 else float("inf")
    often = int((abs(scan.z) > z_from_p(alpha)).sum())
    text = (
        f"{name} in {arm} has {len(scan.cuts)} cuts in the range. {often} of them would be "
        f"significant at {alpha:.3g} if set beforehand. The best lies at "
        f"{100 * scan.share[best]:.0f} % of the patients, with a hazard ratio of "
        f"{scan.hazard_ratio[best]:.2f} and P {_equals(scan.p)}. "
    )
    text += f"After dealing the outcomes out anew, P is {bare_p(scan.p_permutation)}"
    text += f", {times:.0f} times as large. " if times >= 2 else ". "
    mine = scan.nearest(own)
    text += (
        f"Your own cut at {100 * own:.0f} % has a hazard ratio of {scan.hazard_ratio[mine]:.2f} "
        f"and P {_equals(p_from_z(scan.z[mine]))}"
    )
    if abs(scan.share[mine] - own) > 0.02:
        text += f"; the nearest in the range is at {100 * scan.share[mine]:.0f} %"
    return text + ". That P is fair if the cut was chosen before the outcomes were seen."


def cut_trials_page(found: CutTrials) -> pd.DataFrame:
    """Return what each way to analyse a marker does, as texts."""
    table = found.table

    def number(value):
        return "–" if value != value else f"{value:.2f}"

    return pd.DataFrame({
        "Marker analysed": table["way"],
        "false findings": [_percent(v) for v in table["false"]],
        "power": [_percent(v) for v in table["power"]],
        "hazard ratio found": [number(v) for v in table["found"]],
        "true at the same cut": [number(v) for v in table["true"]],
        "found where there is nothing": [number(v) for v in table["found_by_chance"]],
    })  # fmt: skip


def cut_trials_reading(found: CutTrials) -> str:
    """Say what searching and halving cost."""
    rows = found.table.set_index("way")
    best, number, median = rows.loc[BEST], rows.loc[NUMBER], rows.loc[MEDIAN]
    return (
        f"With {found.n} patients and a search from {100 * found.low:.0f} to "
        f"{100 * found.high:.0f} % of them, the best cut is significant in "
        f"{_percent(best['false'])} of the arms in which the marker does nothing, where "
        f"{_percent(found.alpha)} were promised. Where it matters, the best cut shows a hazard "
        f"ratio of {best['found']:.2f} when {best['true']:.2f} is true there. As a number the "
        f"marker is found in {_percent(number['power'])}, in halves in "
        f"{_percent(median['power'])}, and at the best cut with a fair P in "
        f"{_percent(rows.loc[BY_PERMUTATION, 'power'])}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u00a0%"


def _whole(value: float) -> str:
    return f"{value:.0f}" if value < 1e6 else "–"


def _equals(p: float) -> str:
    text = bare_p(p)
    return text if text.startswith("<") else f"= {text}"
