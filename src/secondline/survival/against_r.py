"""Hold Kaplan-Meier curves and medians against values from R's survival package."""

import json

import numpy as np
import pandas as pd

from secondline.paths import project_root
from secondline.survival.arms import milestone
from secondline.survival.cox_model import cox_model
from secondline.survival.cure import mixture_cure
from secondline.survival.hazards import hazard_view, proportional_hazards_test
from secondline.survival.kaplan_meier import kaplan_meier, median_with_interval
from secondline.survival.restricted import restricted_mean

CONTRASTS = (
    "share at a time and its limits",
    "restricted mean and its standard error",
    "Cox model with an interaction",
    "test of proportional hazards",
    "hazard ratio by period",
    "cure fraction",
)
CURE_SETS = ("like the trial", "ties of a month")


def agreement_table() -> tuple[pd.DataFrame, str]:
    """Compute every reference value again.

    Where a curve is 0 or 1 its limits have no formula, and R and this library may
    give none; these are not compared.

    Returns
    -------
    table : DataFrame
        Columns quantity, values (how many are compared, with those that neither side
        reaches) and difference (the largest, in months or as a share).
    versions : str
        Of R and its package.
    """
    path = project_root() / "tests/reference/medians.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    pairs = {"curve": [], "limits of the curve": [], "median": [], "limits of the median": []}
    for sample in reference["samples"].values():
        times = [float(text) for text in sample["times"]]
        for fit in sample["fits"]:
            curve = kaplan_meier(
                times, sample["events"], level=fit["level"], interval=fit["interval"]
            )
            pairs["curve"] += zip(curve.survival, map(float, fit["survival"]), strict=True)
            inside = (curve.survival > 0) & (curve.survival < 1)
            for mine, theirs in ((curve.lower, fit["lower"]), (curve.upper, fit["upper"])):
                expected = np.array(theirs, dtype=float)
                pairs["limits of the curve"] += zip(mine[inside], expected[inside], strict=True)
            median = median_with_interval(curve)
            pairs["median"].append((median.estimate, float(fit["median"])))
            pairs["limits of the median"] += [
                (median.lower, float(fit["median_lower"])),
                (median.upper, float(fit["median_upper"])),
            ]
    source = reference["source"]
    table = pd.DataFrame(
        [(name, len(values), _largest(values)) for name, values in pairs.items()],
        columns=["quantity", "values", "difference"],
    )
    return table, f"{source['r'].split(' (')[0]}, survival {source['survival']}"


def contrast_agreement_table() -> pd.DataFrame:
    """Compute every contrast of two arms in ``tests/reference/survival.json`` again.

    Returns
    -------
    DataFrame
        Columns quantity, values (how many are compared) and difference (the largest;
        relative where the R value exceeds 1). Ratios are compared by their logarithms.
    """
    path = project_root() / "tests/reference/survival.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    pairs = {name: [] for name in CONTRASTS}
    for data in reference["datasets"]:
        for name, found in zip(CONTRASTS, _contrasts(data), strict=True):
            pairs[name] += found
    return largest_differences(pairs)


def largest_differences(pairs: dict[str, list]) -> pd.DataFrame:
    """Return how many pairs (here, in R) there are of each quantity, and how far they differ.

    Parameters
    ----------
    pairs : dict
        By quantity. R's numbers may be text.

    Returns
    -------
    DataFrame
        Columns quantity, values and difference: the largest, relative where the R value
        exceeds 1. Where neither side has a value there is no difference; where one has
        none it has no end.
    """
    rows = []
    for name, values in pairs.items():
        here, there = np.array(values, dtype=float).T
        difference = np.abs(here - there) / np.maximum(1, np.abs(there))
        difference[np.isnan(here) != np.isnan(there)] = np.inf
        rows.append((name, len(values), float(np.nanmax(difference))))
    return pd.DataFrame(rows, columns=["quantity", "values", "difference"])


def _contrasts(data: dict):
    """Yield the pairs of one data set, here and in R, in the order of the quantities."""
    arm = np.array(data["arm"])
    time, event = np.array(data["time"], dtype=float), np.array(data["event"]) == 1
    place = 4
    shares = milestone(time, event, arm, data["times"][place])
    yield [
        (getattr(shares, name)[1 - i], float(curve[name][place]))
        for i, curve in enumerate(data["curves"])
        for name in ("survival", "lower", "upper")
    ]
    means = restricted_mean(time, event, arm, data["horizon"])
    yield [
        *zip(means.mean, data["rmean"], strict=True),
        *zip(means.se, data["rmean_se"], strict=True),
    ]
    table = pd.DataFrame(
        {"efs_months": time, "efs_event": event, "arm": arm}
    ).assign(marker=np.array(data["marker"], dtype=float))
    model = cox_model(table, ["arm", "marker"], interaction="marker")
    expected = data["cox"]["product"]
    yield [
        *zip(model.log_hazard_ratio, expected["beta"], strict=True),
        *zip(model.se, expected["se"], strict=True),
        (model.log_likelihood, expected["log_likelihood"][1]),
        (model.interaction_p, data["interaction_p"]),
    ]
    found = []
    for zph in data["zph"]:
        test = proportional_hazards_test(time, event, arm, transform=zph["transform"])
        found.append((test.statistic, zph["statistic"]))
    yield found
    yield [
        (np.log(mine), theirs["beta"])
        for mine, theirs in zip(
            hazard_view(time, event, arm, cuts=data["cuts"]).periods["hazard_ratio"],
            data["periods"],
            strict=True,
        )
    ]
    # a cure model takes a second; the tests compare those of all data sets
    fractions = []
    for fits in data["cure"] if data["name"] in CURE_SETS else ():
        mine = arm == fits[0]["arm"]
        found = {fit.base: fit.fraction for fit in mixture_cure(time[mine], event[mine]).fits}
        fractions += [(found[fit["base"]], fit["fraction"]) for fit in fits]
    yield fractions


def _largest(pairs: list[tuple[float, float]]) -> float:
    here, there = np.array(pairs, dtype=float).T
    # not reached on one side alone is a difference without end
    one_sided = np.isnan(here) != np.isnan(there)
    if one_sided.any():
        return float("inf")
    return float(np.nanmax(np.abs(here - there)))
