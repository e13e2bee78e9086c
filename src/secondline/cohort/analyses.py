"""The source's own analyses, on a cohort: one statistic a target, through known libraries."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from secondline.cohort.columns import SIGNATURE_COLUMNS
from secondline.cohort.markers import HIGH_NAMES, high, marker, subset
from secondline.cohort.targets import SIGNIFICANT, Target
from secondline.errors import NoFiniteEstimate
from secondline.signatures.associations import logistic
from secondline.survival import kaplan_meier, median_with_interval
from secondline.trials import cox

AXI_CEL = "axi-cel"
LANDMARK = 24.0
# named by the source as possibly going with the outcomes of SOC
IMMUNE_SOC = ("sig_macrophages", "sig_myeloid", "sig_apm", "sig_nk_cells", "sig_cd8_t_cells")
LATER_LINE = 3


@dataclass(frozen=True)
class Found:
    """A statistic of a cohort: its value, NaN without one, and the direction of the effect."""

    value: float = np.nan
    side: str = ""


def analyse(table: pd.DataFrame, target: Target, later: pd.DataFrame | None = None) -> Found:
    """Compute a target's statistic.

    Parameters
    ----------
    table : DataFrame
        A cohort.
    target : Target
    later : DataFrame, optional
        Patients biopsied before a third line, with `is21`; without them what rests on
        them has no value.

    Returns
    -------
    Found
        NaN where the cohort lacks the columns, has too few patients, or a model has no
        finite estimate.
    """
    try:
        return ANALYSES[target.analysis](table, target, later)
    except NoFiniteEstimate:
        return Found()


def single_cox(time, event, x) -> tuple[float, float, float, float]:
    """Return log hazard ratio, its standard error, and Wald's z and P for a 0/1 covariate.

    Raises
    ------
    NoFiniteEstimate
        If one of the groups is empty, or there is no finite estimate.
    """
    time, event, x = (np.asarray(v) for v in (time, event, x))
    if len(np.unique(x)) < 2 or not event.any():
        raise NoFiniteEstimate("One of the groups is empty, or nobody has an event.")
    fit = cox(time.astype(float), event.astype(bool), x.astype(float))
    beta, se = float(fit.log_hazard_ratio[0]), float(fit.se[0])
    if not np.isfinite(se):
        raise NoFiniteEstimate("All events lie on one side.")
    return beta, se, beta / se, float(fit.p[0])


def _part(target: Target, beta, se, z, p) -> Found:
    side = "below 1" if beta < 0 else "above 1"
    width = stats.norm.ppf(0.975) * se
    value = {
        "hazard ratio": np.exp(beta), "lower limit": np.exp(beta - width),
        "upper limit": np.exp(beta + width), "P": p, "z": z,
    }[target.part]  # fmt: skip
    return Found(float(value), side)


def _in_arm(table, target):
    mask = subset(table, target.subset)
    return mask & (table["arm"] == target.arm).to_numpy() if target.arm else mask


def _cells(table, mask, *columns) -> list[np.ndarray]:
    """Return a few columns' cells of some patients; their whole rows would be slow to copy."""
    return [table[column].to_numpy()[np.asarray(mask)] for column in columns]


def _arms(table, target, later):
    mask = np.ones(len(table), dtype=bool)
    if target.level != "all":
        mask = (high(table, target.marker) == HIGH_NAMES[target.level]).to_numpy()
    months, event, arm = _cells(table, mask, "efs_months", "efs_event", "arm")
    return _part(target, *single_cox(months, event, arm == AXI_CEL))


def _levels(table, target, later, clock="efs"):
    level = high(table, target.marker)
    known = level.notna().to_numpy() & table[f"{clock}_months"].notna().to_numpy()
    mask = _in_arm(table, target) & known
    months, event = _cells(table, mask, f"{clock}_months", f"{clock}_event")
    return _part(target, *single_cox(months, event, level.to_numpy()[mask]))


def _durations(table, target, later):
    return _levels(table, target, later, "dor")


def _curve(table, target, later):
    mask = _in_arm(table, target)
    if target.level != "all":
        mask &= (high(table, target.marker) == HIGH_NAMES[target.level]).to_numpy()
    if not mask.any():
        return Found()
    curve = kaplan_meier(table.loc[mask, "efs_months"], table.loc[mask, "efs_event"])
    if target.part == "share at 24 months":
        # before the first time nobody has the event; after the last, nobody is watched
        if curve.times[-1] < LANDMARK and curve.survival[-1] > 0:
            return Found()
        return Found(100 * float(np.append(1.0, curve.survival)[(curve.times <= LANDMARK).sum()]))
    median = median_with_interval(curve)
    return Found(median.estimate if target.part == "median" else median.lower)


def _patients(table, target, later):
    rows = table[_in_arm(table, target)]
    if target.level == "all":
        return Found(float(len(rows)))
    values = rows[target.marker]
    if values.isna().all():
        return Found()
    if target.level == "known":
        return Found(float(values.notna().sum()))
    return Found(float((values.astype(str) == target.level).sum()))


def _events(table, target, later):
    return Found(float(table.loc[_in_arm(table, target), "efs_event"].sum()))


def _responded(rows) -> np.ndarray:
    return rows["response"].isin(("ongoing", "relapsed")).to_numpy()


def _response_rate(table, target, later):
    mask = _in_arm(table, target) & table["response"].notna().to_numpy()
    rows = table.loc[mask, ["arm", "response"]]
    if rows.empty:
        return Found()
    yes = _responded(rows)
    if target.part == "share":
        return Found(100 * float(yes.mean()))
    arm = (rows["arm"] == AXI_CEL).to_numpy()
    counts = [[(yes & side).sum(), (~yes & side).sum()] for side in (arm, ~arm)]
    return Found(float(stats.fisher_exact(counts)[1]))


def _by_response(table, target, name):
    """Return a marker's values with ongoing response, and those of the others."""
    mask = _in_arm(table, target) & table["response"].notna().to_numpy()
    values = marker(table, name)[mask].astype(float).to_numpy()
    (response,) = _cells(table, mask, "response")
    known, ongoing = ~np.isnan(values), response == "ongoing"
    return values[known & ongoing], values[known & ~ongoing]


def _ongoing(table, target, later):
    yes, no = _by_response(table, target, target.marker)
    if not len(yes) or not len(no) or _constant(yes, no):
        return Found()
    with_ongoing, without = np.median(yes), np.median(no)
    side = "higher" if with_ongoing > without else "lower"
    if target.part == "fold":
        return Found(100 * float(with_ongoing / without - 1), side)
    if target.part == "difference":
        return Found(float(with_ongoing - without), side)
    # of two groups, Kruskal and Wallis's test is Wilcoxon's without continuity correction
    return Found(float(stats.kruskal(yes, no).pvalue), side)


def _ongoing_others(table, target, later):
    low = 0
    for name in SIGNATURE_COLUMNS:
        if name == "sig_b_cells":
            continue
        yes, no = _by_response(table, target, name)
        if not len(yes) or not len(no) or _constant(yes, no):
            return Found()
        low += stats.kruskal(yes, no).pvalue < SIGNIFICANT
    return Found(float(low))


def _few(table, target, later):
    """Count the signatures that go with an outcome; `level` names the analysis."""
    found = [
        analyse(table, _like(target, analysis=target.level, level="", marker=name, part="P")).value
        for name in SIGNATURE_COLUMNS
    ]
    known = np.isfinite(found)
    return Found(float(np.sum(np.array(found)[known] < SIGNIFICANT))) if known.any() else Found()


def _any_outcome(table, target, later):
    """Return the smallest P of three outcomes, of those that go with a good course."""
    smallest = []
    for analysis in ("ongoing", "levels", "durations"):
        found = analyse(table, _like(target, analysis=analysis, part="P"))
        if found.side in ("higher", "below 1"):
            smallest.append(found.value)
    if smallest:
        return Found(float(np.min(smallest)))
    return Found(1.0 if _known(table, target) else np.nan)


def _known(table, target) -> bool:
    return bool(marker(table, target.marker)[_in_arm(table, target)].notna().any())


def _pair(table, target):
    mask = _in_arm(table, target)
    pair = pd.DataFrame(
        {"x": marker(table, target.marker)[mask], "y": marker(table, target.level)[mask]}
    )
    return pair.dropna().astype(float)


def _correlation(table, target, later):
    pair = _pair(table, target)
    if len(pair) < 3 or (pair.nunique() < 2).any():
        return Found()
    r, p = stats.spearmanr(pair["x"], pair["y"])
    side = "positive" if r > 0 else "negative"
    return Found(float(r if target.part == "R" else p), side)


def _groups(values, of) -> Found:
    known = values.notna() & of.notna()
    values, of = values[known].astype(float), of[known]
    one, other = values[of == 1], values[of == 0]
    if not len(one) or not len(other) or _constant(one, other):
        return Found()
    p = float(stats.mannwhitneyu(one, other, method="asymptotic").pvalue)
    return Found(p, "positive" if one.median() > other.median() else "negative")


def _constant(one, other) -> bool:
    return len(np.unique(np.concatenate([one, other]))) < 2


def _by_level(table, target, later):
    """Compare a marker where another, or a category, is high with where it is low."""
    return _groups(marker(table, target.marker), high(table, target.level))


def _lines(table, target, later):
    first, second = (
        table.loc[table["biopsy"] == level, target.marker].dropna()
        for level in ("before first line", "after first line")
    )
    third = pd.Series(dtype=float) if later is None else later[target.marker]
    own = {"1": first, "2": second, str(LATER_LINE): third}[target.level]
    if target.part == "count":
        return Found(float(len(own))) if len(own) else Found()
    return _groups(
        pd.concat([first, own], ignore_index=True),
        pd.Series([0] * len(first) + [1] * len(own), dtype=float),
    )


def _complete(table, target, later):
    """Logistic regression of complete response on a marker's logarithm."""
    mask = _in_arm(table, target) & table["best_response"].notna().to_numpy()
    rows = table[mask & table[target.marker].notna().to_numpy()]
    complete = rows["best_response"] == "CR"
    if min(complete.nunique(), rows[target.marker].nunique()) < 2:
        return Found()
    slope, _, p = logistic(np.log(rows[target.marker].astype(float)), complete)
    return Found(p, "positive" if slope > 0 else "negative")


def _gain_after(table, target, later):
    """Size of z in biopsies after first line, less that in those before."""
    z = [
        _levels(table, _like(target, subset=f"biopsy {level}"), later).value
        for level in ("after first line", "before first line")
    ]
    return Found(float(abs(z[0]) - abs(z[1])))


def _within(table, target, later):
    one = _like(target, analysis="levels", part="hazard ratio")
    found = [
        np.log(_levels(table, _like(one, subset=f"{target.level} {level}"), later).value)
        for level in ("low", "high")
    ]
    return Found(float(found[0] - found[1]))


def _worst_group(table, target, later):
    first, second = high(table, target.marker), high(table, target.level)
    mask = _in_arm(table, target) & first.notna().to_numpy() & second.notna().to_numpy()
    months, event = _cells(table, mask, "efs_months", "efs_event")
    kinds = list(zip(first[mask], second[mask], strict=True))
    beta = {
        kind: single_cox(months, event, [k == kind for k in kinds])[0]
        for kind in sorted(set(kinds))
    }
    if len(beta) < 4:
        return Found()
    worst = beta.pop((0.0, 1.0))
    return Found(float(worst - max(beta.values())))


def _like(target: Target, **changes) -> Target:
    return replace(target, **changes)


ANALYSES = {
    "arms": _arms,
    "levels": _levels,
    "durations": _durations,
    "curve": _curve,
    "patients": _patients,
    "responses": _patients,
    "events": _events,
    "response rate": _response_rate,
    "ongoing": _ongoing,
    "ongoing others": _ongoing_others,
    "any outcome": _any_outcome,
    "few": _few,
    "correlation": _correlation,
    "by group": _by_level,
    "split": _by_level,
    "lines": _lines,
    "complete response": _complete,
    "gain after": _gain_after,
    "within SII": _within,
    "worst group": _worst_group,
}
