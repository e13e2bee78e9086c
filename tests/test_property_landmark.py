"""Landmark analysis and guarantee time, against known truths."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.survival import arm_curves, landmark
from secondline.trials import guarantee_time, typical


@given(
    times=st.lists(st.floats(0.1, 60), min_size=1, max_size=40),
    at=st.floats(0, 61),
    seed=st.integers(0, 99),
)
def test_everybody_is_at_risk_or_gone(times, at, seed):
    died = np.random.default_rng(seed).random(len(times)) < 0.5
    found = landmark(pd.DataFrame({"months": times, "died": died}), at)
    assert len(found.rows) + found.died_before + found.left_before == len(times)
    assert (found.rows["months"] >= 0).all()
    assert (found.rows["months"] + at).tolist() == pytest.approx([t for t in times if t > at])


def test_a_landmark_at_zero_changes_nothing():
    table = pd.DataFrame({"months": [0.0, 1.0, 2.0], "died": [True, False, True]})
    assert landmark(table, 0).rows.equals(table)


def test_survival_from_a_landmark_is_the_ratio_of_two_values_of_the_curve():
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"months": rng.exponential(20, 400), "died": rng.random(400) < 0.7})
    whole = arm_curves(table["months"], table["died"], ["x"] * 400, at=[6, 24])["x"].survival
    rest = landmark(table, 6.0).rows
    later = arm_curves(rest["months"], rest["died"], ["x"] * len(rest), at=[18])["x"].survival
    assert later[0] == pytest.approx(whole[1] / whole[0], abs=1e-12)


@pytest.mark.parametrize("at", [-1, float("nan"), "6", True, float("inf")])
def test_a_landmark_is_a_time(at):
    with pytest.raises(InputError, match="a landmark is a time of 0 or more"):
        landmark(pd.DataFrame({"months": [1.0], "died": [True]}), at)


@pytest.mark.parametrize("at", [2, 2.0, np.int64(2), np.float32(2)])
def test_a_landmark_may_be_any_kind_of_number(at):
    found = landmark(pd.DataFrame({"months": [1.0, 2.0, 3.0], "died": [True, False, True]}), at)
    assert (found.at, len(found.rows), found.died_before, found.left_before) == (2.0, 1, 1, 1)


@pytest.mark.parametrize(
    ("table", "names", "sentence"),
    [
        ({"months": [1.0]}, {}, "table is a dict; it must be a DataFrame"),
        (None, {}, "table is a NoneType"),
        (pd.DataFrame({"months": [1.0]}), {}, "The table has 0 columns 'died'; it needs one."),
        (pd.DataFrame({"months": [1.0]}), {"duration": "weeks"}, "0 columns 'weeks'"),
        (pd.DataFrame([[1, 2, True]], columns=["months", "months", "died"]), {}, "2 columns 'months'"),
        (pd.DataFrame({"months": ["a"], "died": [True]}), {}, "not a number"),
    ],
)
def test_tables_without_the_columns_are_refused(table, names, sentence):
    with pytest.raises(InputError, match=sentence):
        landmark(table, 1.0, **names)


SETTINGS = {"early_deaths": 0.1, "later_deaths": 0.3, "responders": 0.7}


def test_without_an_effect_the_landmark_finds_none_and_the_naive_clock_does():
    counted = guarantee_time(400, 500, **SETTINGS, unassessed="no response", seed=4)
    left_out = guarantee_time(400, 500, **SETTINGS, unassessed="left out", seed=4)
    for found in (counted, left_out):
        assert np.nanmean(np.log(found.landmark)) == pytest.approx(0, abs=0.03)
    assert typical(counted.naive) > 1.8
    # the same patients in the same order of risk: months in which nobody can die change nothing
    assert left_out.naive == pytest.approx(left_out.landmark, rel=1e-9)


def test_shares_are_those_of_the_model():
    found = guarantee_time(300, 1000, **SETTINGS, assessed_at=4.0, horizon=30.0, seed=5)
    assert found.share_true == pytest.approx(0.9 * 0.7, abs=0.004)
    assert found.share_naive == pytest.approx(0.7, abs=0.004)


def test_the_same_seed_gives_the_same_cohorts():
    first, again, other = (guarantee_time(5, 80, **SETTINGS, seed=seed) for seed in (1, 1, 2))
    assert first.naive.tolist() == again.naive.tolist() != other.naive.tolist()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"early_deaths": 0.0}, "early_deaths is 0.0; it must lie between 0 and 1"),
        ({"responders": 1}, "responders is 1; it must lie"),
        ({"assessed_at": 24.0}, "must lie above 0 and before the horizon"),
        ({"unassessed": "dropped"}, "allowed: 'no response' or 'left out'"),
    ],
)
def test_cohorts_that_cannot_be_are_refused(wrong, sentence):
    with pytest.raises(InputError, match=sentence):
        guarantee_time(3, 50, **(SETTINGS | wrong))
