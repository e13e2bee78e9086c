"""Small-study effects, influence, cumulative pools and meta-regression against R metafor 3.8,
and the beta-binomial posterior against nested integration in R.

Tolerances: 1e-10 where there is a formula, 1e-8 where an equation is solved by
iteration, 1e-4 for the posterior, where both sides integrate numerically.
"""

import json

import pytest

from secondline.agreement_small_study import (
    BAYES,
    CUMULATIVE,
    EGGER,
    INFLUENCE,
    PETERS,
    REFERENCE,
    REGRESSION,
    TRIM_AND_FILL,
    compare_small_study_with_r,
)
from secondline.proportions import METHODS
from secondline.proportions.transforms import SCALES

TOLERANCE = {"common": 1e-10, "DL": 1e-10, "REML": 1e-8, "PM": 1e-8}
PUBLISHED = 10


@pytest.fixture(scope="module")
def comparison():
    return compare_small_study_with_r()


@pytest.fixture(scope="module")
def small_study(root):
    return json.loads((root / REFERENCE).read_text(encoding="utf-8"))


def worst(frame, **chosen):
    for column, value in chosen.items():
        frame = frame[frame[column] == value]
    assert len(frame)
    return frame.loc[frame["difference"].idxmax()].to_dict()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("task", [INFLUENCE, CUMULATIVE, TRIM_AND_FILL, REGRESSION])
def test_values_equal_metafor(comparison, task, method):
    row = worst(comparison.frame, task=task, method=method)
    assert row["difference"] <= TOLERANCE[method], row


@pytest.mark.parametrize("task", [EGGER, PETERS])
def test_regression_tests_equal_metafor(comparison, task):
    row = worst(comparison.frame, task=task)
    assert row["difference"] <= 1e-10, row


def test_posterior_equals_nested_integration(comparison):
    row = worst(comparison.frame, task=BAYES)
    assert row["difference"] <= 1e-4, row


def test_every_scale_and_estimator_is_compared_on_every_set(comparison, small_study):
    frame, sets = comparison.frame, len(small_study["datasets"])
    assert sets >= PUBLISHED + 15
    for task in (INFLUENCE, CUMULATIVE, TRIM_AND_FILL):
        mine = frame[frame["task"] == task]
        counted = mine.groupby(["transform", "method"])["data_set"].nunique()
        for transform in SCALES:
            for method in METHODS:
                assert counted[transform, method] == sets, (task, transform, method)
    mine = frame[frame["task"] == REGRESSION]
    counted = mine.groupby(["transform", "method"])["data_set"].nunique()
    large_enough = sum(len(d["events"]) >= 4 for d in small_study["datasets"])
    for transform in SCALES:
        for method in METHODS:
            # R's Fisher scoring does not always converge
            assert counted[transform, method] >= large_enough - (2 if method == "REML" else 0)
    assert set(frame.loc[frame["task"] == EGGER, "transform"]) == set(SCALES)


def test_data_sets_hold_the_hard_cases(comparison, small_study):
    sets = {d["name"]: d for d in small_study["datasets"]}
    assert {"zero cells", "full cells", "ties", "k=3 mu=0.5", "k=20 mu=0.5"} <= set(sets)
    assert len(set(sets["ties"]["year"])) < len(sets["ties"]["year"])
    frame = comparison.frame
    filled = frame[(frame["quantity"] == "k0") & (frame["r"] > 0)]
    assert filled["data_set"].nunique() >= 8
    sides = frame[frame["quantity"] == "right_side"]
    assert set(sides["r"]) == {0.0, 1.0}
    assert frame[(frame["quantity"] == "influential")]["r"].sum() > 20


def test_no_difference_is_missing(comparison):
    assert comparison.frame["difference"].notna().all()


def test_reference_names_its_makers(small_study, root):
    source = small_study["source"]
    assert source["metafor"].startswith("3.8")
    assert (root / source["script"]).is_file()
