"""Hold small-study effects, influence, cumulative pools and meta-regression against R."""

import json

import numpy as np
import pandas as pd

from secondline.agreement import Comparison, shown_difference
from secondline.paths import project_root
from secondline.proportions import (
    beta_binomial,
    cumulative,
    egger_test,
    influence,
    meta_regression,
    peters_test,
    trim_and_fill,
)

REFERENCE = "tests/reference/small_study.json"
COLUMNS = ("data_set", "transform", "method", "task", "quantity", "here", "r", "difference")
EGGER, PETERS = "Egger's test", "Peters' test"
INFLUENCE, CUMULATIVE = "influence of each trial", "cumulative pool"
TRIM_AND_FILL, REGRESSION = "trim and fill", "meta-regression"
BAYES = "beta-binomial posterior"
TASKS = (EGGER, PETERS, INFLUENCE, CUMULATIVE, TRIM_AND_FILL, REGRESSION, BAYES)


def compare_small_study_with_r() -> Comparison:
    """Compute every reference value of ``tests/reference/small_study.json`` again.

    Returns
    -------
    Comparison
        Its frame has the columns data_set, transform, method, task, quantity, here,
        r and difference.
    """
    path = project_root() / REFERENCE
    reference = json.loads(path.read_text(encoding="utf-8"))
    rows = []
    for data in reference["datasets"]:
        rows += _regression_tests(data)
        for fit in data["fits"]:
            rows += _influence(data, fit)
            rows += _cumulative(data, fit)
            rows += _trim_and_fill(data, fit)
            rows += _meta_regression(data, fit)
    for case in reference["bayes"]:
        rows += _bayes(case)
    source = reference["source"]
    return Comparison(
        frame=pd.DataFrame(rows, columns=COLUMNS),
        data_sets=len(reference["datasets"]),
        other_levels=0,
        levels="",
        r=source["r"].removesuffix(")").split(" (")[0],
        metafor=source["metafor"],
        lme4="",
    )


def small_study_table(comparison: Comparison) -> pd.DataFrame:
    """Return the number of values and the largest difference by task and method."""
    frame = comparison.frame
    methods = {"common": "common effect", "DL": "DL", "REML": "REML", "PM": "PM", "": "no τ²"}
    rows = []
    for task in TASKS:
        mine = frame[frame["task"] == task]
        row = {"What": task, "Values": f"{len(mine):,}"}
        for method, name in methods.items():
            largest = mine.loc[mine["method"] == method, "difference"].max()
            row[name] = "–" if pd.isna(largest) else shown_difference(largest)
        rows.append(row)
    return pd.DataFrame(rows)


def _row(data, transform, method, task, quantity, here, r):
    here, r = float(here), float(r)
    scale = 100 if quantity in ("i2", "r2") else 1
    if np.isnan(here) and np.isnan(r):
        difference = 0.0
    else:
        difference = abs(here - r) / scale / max(1.0, abs(r) / scale)
    return (data["name"], transform, method, task, quantity, here, r, difference)


def _each(data, fit, task, quantity, here, r):
    for a, b in zip(here, r, strict=True):
        yield _row(data, fit["transform"], fit["method"], task, quantity, a, b)


def _regression_tests(data):
    events, totals = data["events"], data["totals"]
    for transform, expected in data["egger"].items():
        result = egger_test(events, totals, transform=transform)
        for name, text in expected.items():
            yield _row(data, transform, "", EGGER, name, getattr(result, name), text)
    if data.get("peters"):
        result = peters_test(events, totals)
        for name, text in data["peters"].items():
            yield _row(data, "logit", "", PETERS, name, getattr(result, name), text)


def _influence(data, fit):
    if "influence" not in fit:
        return
    result = influence(
        data["events"], data["totals"], transform=fit["transform"], method=fit["method"]
    )
    for name, values in fit["influence"].items():
        yield from _each(data, fit, INFLUENCE, name, getattr(result, name), values)


def _cumulative(data, fit):
    if "cumulative" not in fit:
        return
    steps = cumulative(
        data["events"],
        data["totals"],
        data["year"],
        transform=fit["transform"],
        method=fit["method"],
        ties="as listed",
    )
    for name, values in fit["cumulative"].items():
        yield from _each(data, fit, CUMULATIVE, name, [getattr(s, name) for s in steps], values)


def _trim_and_fill(data, fit):
    for expected in fit.get("trim_and_fill", ()):
        result = trim_and_fill(
            data["events"],
            data["totals"],
            transform=fit["transform"],
            method=fit["method"],
            estimator=expected["estimator"],
            side=expected["side_asked"] or None,
        )
        here = {
            "k0": result.k0,
            "se_k0": result.se_k0,
            "effect": result.filled.effect,
            "se": result.filled.se,
            "tau2": result.filled.tau2,
            "estimate": result.estimate,
            "lower": result.lower,
            "upper": result.upper,
            "right_side": result.side == "right",
        }
        r = expected | {"right_side": expected["side"] == "right"}
        for name, value in here.items():
            yield _row(
                data, fit["transform"], fit["method"], TRIM_AND_FILL, name, value, r[name]
            )
        if result.k0 == int(expected["k0"]):
            yield from _each(
                data, fit, TRIM_AND_FILL, "imputed", result.imputed_effects, expected["imputed"]
            )


def _meta_regression(data, fit):
    year = [value - min(data["year"]) for value in data["year"]]
    second = [(i * 7) % 5 for i in range(1, len(data["events"]) + 1)]
    for key, moderators in (
        ("year", {"year": year}),
        ("two", {"year": year, "second": second}),
    ):
        for test, expected in (fit.get(key) or {}).items():
            result = meta_regression(
                data["events"],
                data["totals"],
                moderators,
                transform=fit["transform"],
                method=fit["method"],
                test=test,
            )
            for name, value in expected.items():
                here = np.ravel(getattr(result, name))
                yield from _each(data, fit, REGRESSION, name, here, np.ravel(value))


def _bayes(case):
    result = beta_binomial(
        case["events"],
        case["totals"],
        prior_mean=tuple(case["prior_mean"]),
        prior_spread=tuple(case["prior_spread"]),
    )
    data = {"name": f"beta-binomial, {sum(case['events'])} of {sum(case['totals'])}"}
    posterior = result.posterior
    pairs = [
        ("mean", result.mean, case["mean"]),
        ("rho_mean", posterior.rho_mean, case["rho_mean"]),
    ]
    for name in ("mu_below", "rho_below", "new_below"):
        pairs += [(name, getattr(posterior, name)(p["at"]), p["value"]) for p in case[name]]
    for name, here, r in pairs:
        yield _row(data, "", "", BAYES, name, here, r)
