"""secondline.proportions against R metafor and lme4, value by value.

Tolerances: 1e-10 where there is a formula, 1e-8 where an equation is solved by
iteration, 1e-4 for the binomial-normal model, where both sides integrate
numerically and R differentiates numerically. Differences are relative where R's
value exceeds 1 in size and absolute below; I2 is taken as a share.
"""

import pytest

from secondline.agreement import compare_with_r
from secondline.proportions import CI_METHODS, METHODS, TRANSFORMS

TOLERANCE = {"common": 1e-10, "DL": 1e-10, "REML": 1e-8, "PM": 1e-8}
GLMM_TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def comparison():
    return compare_with_r()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("transform", [t for t in TRANSFORMS if t != "glmm"])
def test_inverse_variance_pools_equal_metafor(comparison, transform, method):
    frame = comparison.frame
    mine = frame[(frame["transform"] == transform) & (frame["method"] == method)]
    worst = mine.loc[mine["difference"].idxmax()]
    assert worst["difference"] <= TOLERANCE[method], worst.to_dict()


@pytest.mark.parametrize("method", ["common", "ML"])
def test_binomial_normal_model_equals_lme4(comparison, method):
    frame = comparison.frame
    mine = frame[(frame["transform"] == "glmm") & (frame["method"] == method)]
    worst = mine.loc[mine["difference"].idxmax()]
    assert worst["difference"] <= GLMM_TOLERANCE, worst.to_dict()


def test_no_difference_is_missing(comparison):
    assert comparison.frame["difference"].notna().all()


def test_grid_of_cases_is_complete(comparison, reference):
    """Every scale, estimator and interval is compared on every data set."""
    counted = (
        comparison.frame[comparison.frame["quantity"] == "lower"]
        .groupby(["transform", "method", "ci"])
        .size()
    )
    for transform in TRANSFORMS:
        if transform == "glmm":
            continue
        for method in METHODS:
            for ci in CI_METHODS:
                assert counted[transform, method, ci] == len(reference["datasets"])
    # R cannot fit three identical trials; every other set has both fits
    assert counted["glmm", "common", "wald"] >= len(reference["datasets"]) - 1
    assert counted["glmm", "ML", "wald"] >= len(reference["datasets"]) - 1


def test_data_sets_hold_the_hard_cases(reference):
    sets = {d["name"]: d for d in reference["datasets"]}
    assert {"zero cells", "full cells", "zero and full", "one patient", "very unequal"} <= set(sets)
    assert any(x == 0 for x in sets["zero cells"]["events"])
    assert any(
        x == n for x, n in zip(sets["full cells"]["events"], sets["full cells"]["totals"], strict=True)
    )


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_every_level_is_compared_and_used(comparison, reference, level):
    names = [d["name"] for d in reference["datasets"] if float(d["level"]) == level]
    assert len(names) >= 3
    mine = comparison.frame[comparison.frame["data_set"].isin(names)]
    limits = ["lower", "upper", "prediction_lower", "prediction_upper"]
    assert set(limits) <= set(mine["quantity"])


def test_intervals_of_one_data_set_widen_with_the_level(comparison):
    """The level reaches the computation: R's limits at 90 and 99 % are met, and differ."""
    frame = comparison.frame
    mine = frame[(frame["quantity"] == "upper") & (frame["transform"] == "logit")]
    mine = mine[(mine["method"] == "DL") & (mine["ci"] == "hksj")].set_index("data_set")["here"]
    assert mine["mono ORR, 90 %"] < mine["mono ORR"] < mine["mono ORR, 99 %"]


def test_reference_names_its_makers(reference, root):
    source = reference["source"]
    assert {"r", "metafor", "lme4", "script"} <= set(source)
    assert (root / source["script"]).is_file()
