"""Hold the library against values that R computed from the same data."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondline.paths import project_root
from secondline.proportions import CI_METHODS, pool

POOL_VALUES = ("effect", "tau2", "i2", "q", "p_heterogeneity", "estimate")
NAMES = {
    "effect": "pooled value",
    "estimate": "pooled value",
    "tau2": "tau2",
    "i2": "I2",
    "q": "Q",
    "p_heterogeneity": "P of Q",
    "weights": "weights",
    "se": "standard error",
    "lower": "confidence limits",
    "upper": "confidence limits",
    "prediction_lower": "prediction limits",
    "prediction_upper": "prediction limits",
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Every value beside R's.

    Attributes
    ----------
    frame : DataFrame
        Columns data_set, transform, method, ci, quantity, here, r, difference.
    data_sets : int
    other_levels : int
        How many of the data sets have intervals at another level than 95 %.
    levels : str
        Those other levels in percent: "90 or 99".
    r, metafor, lme4 : str
        Versions that made the reference values.
    """

    frame: pd.DataFrame
    data_sets: int
    other_levels: int
    levels: str
    r: str
    metafor: str
    lme4: str


def compare_with_r() -> Comparison:
    """Compute every reference value again.

    Returns
    -------
    Comparison
    """
    path = project_root() / "tests/reference/proportions.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    rows = []
    for data_set in reference["datasets"]:
        for entry in data_set["pools"]:
            rows += _compare(data_set, entry)
    columns = ("data_set", "transform", "method", "ci", "quantity", "here", "r", "difference")
    source = reference["source"]
    levels = [float(data_set["level"]) for data_set in reference["datasets"]]
    others = [level for level in levels if level != 0.95]
    return Comparison(
        frame=pd.DataFrame(rows, columns=columns),
        data_sets=len(reference["datasets"]),
        other_levels=len(others),
        levels=" or ".join(f"{100 * level:g}" for level in sorted(set(others))),
        r=source["r"].removesuffix(")").split(" (")[0],
        metafor=source["metafor"],
        lme4=source["lme4"],
    )


def reference_files() -> pd.DataFrame:
    """Return every file of reference values, what made it, and how many values it holds.

    Returns
    -------
    DataFrame
        Columns File, Made by (the script), With (R and its packages) and Values.
    """
    rows = []
    for path in sorted((project_root() / "tests/reference").glob("*.json")):
        reference = json.loads(path.read_text(encoding="utf-8"))
        source = reference["source"]
        packages = [f"{name} {source[name]}" for name in source if name not in {"r", "script"}]
        r = source["r"].removesuffix(")").split(" (")[0].removeprefix("R version ")
        rows.append(
            {
                "File": path.name,
                "Made by": source["script"].rpartition("/")[2],
                "With": ", ".join([f"R {r}", *packages]),
                "Values": f"{_count_values(reference):,}",
            }
        )
    return pd.DataFrame(rows)


def _count_values(node) -> int:
    """Count the numbers written as text, which are those that R computed."""
    if isinstance(node, dict):
        return sum(_count_values(value) for value in node.values())
    if isinstance(node, list):
        return sum(_count_values(value) for value in node)
    if not isinstance(node, str):
        return 0
    try:
        float(node)
    except ValueError:
        return 0
    return 1


def summary_table(comparison: Comparison) -> pd.DataFrame:
    """Return the number of values and the largest difference by method and quantity."""
    groups = {
        "common": "common effect",
        "DL": "DerSimonian-Laird",
        "REML": "REML",
        "PM": "Paule-Mandel",
    }
    frame = comparison.frame.assign(
        group=lambda t: t["method"].map(groups).where(t["transform"] != "glmm", "binomial-normal"),
        quantity=lambda t: t["quantity"].map(NAMES),
    )
    order = [*groups.values(), "binomial-normal"]
    rows = []
    for quantity in dict.fromkeys(NAMES.values()):
        mine = frame[frame["quantity"] == quantity]
        row = {"Quantity": quantity, "Values": f"{len(mine):,}"}
        for group in order:
            largest = mine.loc[mine["group"] == group, "difference"].max()
            row[group] = "–" if pd.isna(largest) else shown_difference(largest)
        rows.append(row)
    return pd.DataFrame(rows)


def differences_above(comparison: Comparison, limit: float) -> pd.DataFrame:
    """Return the values that differ by more than `limit`, or one row that says none do."""
    frame = comparison.frame
    rows = frame[frame["difference"] > limit].sort_values("difference", ascending=False)
    if rows.empty:
        return pd.DataFrame([{"Data set": "none", "Method": "–", "Quantity": "–"}])
    return pd.DataFrame(
        {
            "Data set": row.data_set,
            "Method": f"{row.transform}, {row.method}, {row.ci}",
            "Quantity": NAMES[row.quantity],
            "Here": f"{row.here:.8g}",
            "R": f"{row.r:.8g}",
            "Difference": shown_difference(row.difference),
        }
        for row in rows.itertuples()
    )


def quantity_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return, for the page, a table with the columns quantity, values and difference."""
    return pd.DataFrame(
        {
            "Quantity": found["quantity"],
            "Values": [f"{number:,}" for number in found["values"]],
            "Largest difference": found["difference"].map(shown_difference),
        }
    )


def _compare(data_set: dict, entry: dict):
    method = entry["method"]
    for ci in CI_METHODS:
        if ci not in entry:
            continue
        result = pool(
            data_set["events"],
            data_set["totals"],
            transform=entry["transform"],
            # the binomial-normal model is fitted by ML whatever else is named
            method="REML" if method == "ML" else method,
            ci=ci,
            level=float(data_set["level"]),
        )
        expected = {name: entry[name] for name in POOL_VALUES} if ci == "wald" else {}
        expected |= entry[ci]
        for name, text in expected.items():
            # both sides give none: nothing is compared
            if np.isnan(float(text)) and np.isnan(getattr(result, name)):
                continue
            yield _row(data_set["name"], entry, ci, name, getattr(result, name), float(text))
        if ci == "wald" and "weights" in entry:
            for here, text in zip(result.weights, entry["weights"], strict=True):
                yield _row(data_set["name"], entry, ci, "weights", here, float(text))


def _row(name, entry, ci, quantity, here, r):
    scale = 100 if quantity == "i2" else 1
    difference = abs(here - r) / scale / max(1.0, abs(r) / scale)
    return (name, entry["transform"], entry["method"], ci, quantity, here, r, difference)


def shown_difference(value: float) -> str:
    """Write a difference with one digit; "0" for none."""
    return "0" if value == 0 else f"{value:.0e}"
