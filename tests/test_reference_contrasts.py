"""Contrasts within trials, trends, exact tests and permutation against R.

metafor (escalc, rma.uni, rma.mh, permutest), coin (exact trend), stats
(prop.trend.test, fisher.test, chisq.test, prop.test). Tolerances: 1e-10 where there is
a formula, 1e-8 where tau2 is solved for. Differences are relative where R's value
exceeds 1 in size and absolute below; I2 is taken as a share.
"""

import json

import numpy as np
import pytest

from secondline import tables
from secondline.proportions import (
    CI_METHODS,
    CONTRAST_METHODS,
    MEASURES,
    compare_two,
    homogeneity_test,
    pool_contrasts,
    regress_on,
    trend_test,
    trial_contrasts,
)

EXACT, ITERATED = 1e-10, 1e-8
VALUES = ("effect", "se", "p", "tau2", "i2", "q", "p_heterogeneity")
LIMITS = ("lower", "upper", "prediction_lower", "prediction_upper")


@pytest.fixture(scope="module")
def contrasts(root):
    return json.loads((root / "tests/reference/contrasts.json").read_text(encoding="utf-8"))


def difference(here, text, scale=1.0):
    there = float(text)
    if np.isnan(there) and np.isnan(here):
        return 0.0
    return abs(here - there) / scale / max(1.0, abs(there) / scale)


def counts(data_set):
    return [data_set[name] for name in ("events1", "totals1", "events2", "totals2")]


@pytest.mark.parametrize("measure", MEASURES)
def test_contrast_of_each_trial_equals_escalc(contrasts, measure):
    for data_set in contrasts["contrasts"]:
        (entry,) = [m for m in data_set["measures"] if m["measure"] == measure]
        here = trial_contrasts(*counts(data_set), measure=measure)
        for name in ("effect", "variance"):
            for a, b in zip(getattr(here, name), entry[name], strict=True):
                assert difference(a, b) <= EXACT, (data_set["name"], name)


@pytest.mark.parametrize("method", CONTRAST_METHODS)
@pytest.mark.parametrize("measure", MEASURES)
def test_pools_equal_metafor(contrasts, measure, method):
    tolerance = ITERATED if method in ("REML", "PM") else EXACT
    compared = 0
    for data_set in contrasts["contrasts"]:
        (entry,) = [m for m in data_set["measures"] if m["measure"] == measure]
        for r in [p for p in entry["pools"] if p["method"] == method]:
            here = pool_contrasts(
                *counts(data_set), measure=measure, method=method, ci=r["ci"]
            )
            place = (data_set["name"], r["ci"])
            for name in [v for v in VALUES if v in r]:
                scale = 100 if name == "i2" else 1
                gap = difference(getattr(here, name), r[name], scale)
                assert gap <= tolerance, (*place, name, gap)
                compared += 1
            for name in [v for v in LIMITS if v in r]:
                # R's limits are on the scale of the analysis
                limit = float(r[name])
                limit = np.clip(limit, -1, 1) if measure == "RD" else np.exp(limit)
                gap = difference(getattr(here, name), limit)
                assert gap <= tolerance, (*place, name, gap)
                compared += 1
            for a, b in zip(here.weights, r.get("weights", here.weights), strict=True):
                assert difference(a, b) <= tolerance, place
    intervals = 1 if method == "MH" else len(CI_METHODS)
    assert compared >= 7 * intervals * len(contrasts["contrasts"])


def test_trend_and_homogeneity_equal_r(contrasts):
    for group in contrasts["groups"]:
        trend = trend_test(group["events"], group["totals"], [float(s) for s in group["scores"]])
        same = homogeneity_test(group["events"], group["totals"])
        pairs = {
            "statistic": trend.statistic,
            "p_asymptotic": trend.p_asymptotic,
            "p_exact": trend.p_exact,
            "p_increasing": trend.p_increasing,
            "p_decreasing": trend.p_decreasing,
            "p_homogeneity": same.p_exact,
            "chi2": same.chi2,
            "p_chi2": same.p_asymptotic,
        }
        for name, here in pairs.items():
            assert difference(here, group[name]) <= EXACT, (group["name"], name)


def test_two_groups_equal_r(contrasts):
    for pair in contrasts["pairs"]:
        two = compare_two(*pair["counts"])
        assert difference(two.p, pair["p_fisher"]) <= EXACT
        assert difference(two.lower, pair["newcombe"][0]) <= EXACT
        assert difference(two.upper, pair["newcombe"][1]) <= EXACT


def test_meta_regressions_and_their_permutation_equal_metafor(contrasts):
    trials = tables.read_trials()
    for r in contrasts["moderated"]:
        here = regress_on(trials, r["outcome"], r["moderator"])
        place = (r["outcome"], r["moderator"])
        assert difference(here.fit.coefficients[1], r["slope"]) <= EXACT, place
        assert difference(here.fit.p_values[1], r["p"]) <= EXACT, place
        assert difference(here.p_permutation, r["p_permutation"]) <= EXACT, place


def test_data_sets_hold_the_hard_cases(contrasts):
    names = {d["name"] for d in contrasts["contrasts"]}
    assert {"zero cells", "full cells", "double zero", "paired ORR", "paired CR"} <= names
    assert len(contrasts["contrasts"]) == 17
    assert len(contrasts["groups"]) == 15
    assert len(contrasts["moderated"]) == 6


def test_reference_names_its_makers(contrasts, root):
    source = contrasts["source"]
    assert {"r", "metafor", "coin", "script"} <= set(source)
    assert (root / source["script"]).is_file()
