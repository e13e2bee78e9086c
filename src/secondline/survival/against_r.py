"""Hold Kaplan-Meier curves and medians against values from R's survival package."""

import json

import numpy as np
import pandas as pd

from secondline.paths import project_root
from secondline.survival.kaplan_meier import kaplan_meier, median_with_interval


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


def _largest(pairs: list[tuple[float, float]]) -> float:
    here, there = np.array(pairs, dtype=float).T
    # not reached on one side alone is a difference without end
    one_sided = np.isnan(here) != np.isnan(there)
    if one_sided.any():
        return float("inf")
    return float(np.nanmax(np.abs(here - there)))
