"""Worlds of two markers: draws are what a world says, and analyses find what is there."""

import math

import numpy as np
import pandas as pd
import pytest

from secondline import biomarkers
from secondline.biomarkers.marker_pair_worlds import draw_pair, group_logs
from secondline.errors import InputError

ADDED = biomarkers.PairWorld("both, added", 1.7, 1.7)
REAL = biomarkers.PairWorld("only where the second is bad", 2.8, 1.4, True)
NOTHING = biomarkers.PairWorld("nothing", 1.0, 1.0)


def test_added_markers_give_no_interaction_and_a_true_one_is_found():
    found = biomarkers.pair_trials((ADDED, REAL, NOTHING), correlation=0.5, n=400, n_trials=600)
    added, real, nothing = (row for _, row in found.table.iterrows())
    for column in ("interaction_halves", "interaction_numbers"):
        assert added[column] == pytest.approx(0.05, abs=0.03)
        assert nothing[column] == pytest.approx(0.05, abs=0.03)
        assert real[column] > 0.25
    assert added["ratio"] == pytest.approx(1, abs=0.06)
    assert added["ratio_large"] == pytest.approx(1, abs=0.08)
    assert real["ratio"] > 1.6 and real["ratio_large"] > 1.6
    assert real["confined"] > added["confined"] > nothing["confined"]
    # nothing is there: each marker is clear in one of twenty, and each group is as often the worst
    assert nothing["first_halves"] == pytest.approx(0.05, abs=0.03)
    assert nothing["first_numbers"] == pytest.approx(0.05, abs=0.03)
    assert nothing["both_worst"] < 0.35


def test_halves_of_one_marker_have_the_hazard_ratio_that_a_world_says():
    """Alone and without the end of follow-up: what the world's docstring promises."""
    for ratio in (1.7, 2.8):
        world = biomarkers.PairWorld("one", ratio, 1.0)
        slope = world.log_hazard(np.array([1.0, -1.0]), np.zeros(2))
        normal = np.abs(np.random.default_rng(1).standard_normal(400_000))
        # mean of the upper half less that of the lower half
        assert (slope[0] - slope[1]) / 2 * 2 * normal.mean() == pytest.approx(
            math.log(ratio), rel=0.01
        )
    beyond = REAL.log_hazard(np.array([1.0, 1.0]), np.array([0.5, -0.5]))
    only_second = biomarkers.PairWorld("second", 1.0, 1.4).log_hazard(0.0, np.array([0.5, -0.5]))
    assert beyond[1] == only_second[1] and beyond[0] > only_second[0]


def test_draws_have_the_correlation_and_the_share_of_events():
    rng = np.random.default_rng(2)
    for r in (-0.6, 0.0, 0.8):
        first, second, time, event = draw_pair(ADDED, r, 4000, 5, 0.4, rng)
        assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(r, abs=0.02)
        assert event.mean() == pytest.approx(0.4, abs=1e-3)
        assert (time > 0).all() and time[~event].max() == time[~event].min() == time.max()


def test_cuts_away_from_the_median_make_an_interaction_and_turn_it_round():
    found = biomarkers.false_interaction(ADDED, (0.0, 0.8), (0.2, 0.5, 0.8))
    assert found.loc[0.5].tolist() == pytest.approx([1, 1], abs=0.07)
    assert found[0.0].tolist() == pytest.approx([1, 1, 1], abs=0.1)
    assert found.loc[0.2, 0.8] < 0.85 and found.loc[0.8, 0.8] > 1.2
    with pytest.raises(InputError, match="the truth has none"):
        biomarkers.false_interaction(REAL, (0.5,), (0.5,))


def test_the_more_two_markers_go_together_the_more_often_the_idle_one_is_clear():
    idle = biomarkers.PairWorld("the second only", 1.0, 2.5)
    shares = [
        biomarkers.pair_trials((idle,), correlation=r, n=300, n_trials=500).table.iloc[0]
        for r in (0.0, 0.5, 0.85)
    ]
    halves = [row["first_halves"] for row in shares]
    assert halves == sorted(halves) and halves[0] < 0.09 and halves[2] > 0.2
    assert all(row["first_numbers"] == pytest.approx(0.05, abs=0.035) for row in shares)


def test_a_seed_gives_one_answer_and_a_world_does_not_depend_on_its_neighbours():
    settings_ = {"correlation": 0.3, "n": 80, "n_trials": 50, "seed": 4}
    one = biomarkers.pair_trials((ADDED, REAL), **settings_).table
    pd.testing.assert_frame_equal(one, biomarkers.pair_trials((ADDED, REAL), **settings_).table)
    alone = biomarkers.pair_trials((ADDED,), **settings_).table
    pd.testing.assert_frame_equal(one.iloc[:1], alone)
    other = biomarkers.pair_trials((ADDED, REAL), **settings_ | {"seed": 5}).table
    assert not one.equals(other)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"correlation": 1.0}, "correlation is 1.0"), ({"n": 10}, "n is 10"),
        ({"n_trials": 0}, "n_trials 0"), ({"event_share": 0.0}, "event_share is 0.0"),
        ({"bad_shares": (0.5, 1.0)}, "bad_shares"), ({"bad_shares": (0.5,)}, "bad_shares"),
    ],
)  # fmt: skip
def test_worlds_that_cannot_be_drawn_are_one_sentence(wrong, sentence):
    with pytest.raises(InputError) as caught:
        biomarkers.pair_trials((ADDED,), **{"correlation": 0.5, "n_trials": 5} | wrong)
    assert sentence in str(caught.value)


def test_many_models_at_once_are_each_the_model_alone_and_hopeless_ones_are_none():
    rng = np.random.default_rng(8)
    x = rng.standard_normal((5, 70, 2))
    time = rng.exponential(size=(5, 70)) * np.exp(-0.6 * x[:, :, 0])
    event = rng.random((5, 70)) < 0.7
    event[3] = False
    x[4, :, 1] = 1.0  # a covariate without variation
    beta, covariance = biomarkers.cox_terms(time, event, x)
    for k in range(3):
        one, cov = biomarkers.cox_terms(time[k : k + 1], event[k : k + 1], x[k : k + 1])
        np.testing.assert_allclose(beta[k], one[0], rtol=1e-7)
        np.testing.assert_allclose(covariance[k], cov[0], rtol=1e-7)
        # a covariate in another unit
        scaled, _ = biomarkers.cox_terms(time[k : k + 1], event[k : k + 1], x[k : k + 1] * 4 + 2)
        np.testing.assert_allclose(scaled[0] * 4, beta[k], rtol=1e-6)
    assert np.isnan(beta[3:]).all() and np.isnan(covariance[3:]).all()
    assert (biomarkers.wald_p(beta, covariance, (1, 0))[3:] == 1).all()
    # the worst has all events: the estimate runs away and is given up
    apart = np.arange(70)[None, :, None] < 10
    far = np.where(apart[:, :, 0], 0.1, 5.0) + rng.random((1, 70))
    gone, _ = biomarkers.cox_terms(far, far < 2, apart * 1.0)
    assert np.isnan(gone).all()


def test_four_groups_of_many_patients_are_the_model_with_a_switch_for_each():
    rng = np.random.default_rng(4)
    for n in (60, 3000):
        group = rng.choice(4, n, p=(0.4, 0.3, 0.2, 0.1))
        time = rng.exponential(size=n) * np.exp(-0.4 * group)
        event = rng.random(n) < 0.6
        beta, _ = biomarkers.cox_terms(
            time[None], event[None], (group[:, None] == (1, 2, 3))[None] * 1.0
        )
        np.testing.assert_allclose(group_logs(time, event, group), [0, *beta[0]], rtol=1e-7)
    # a group without patients or without events has none, and neither have the others
    for gone in (group == 2, (group == 3) & event):
        kept = ~gone
        logs = group_logs(time[kept], event[kept], group[kept])
        assert logs[0] == 0 and np.isnan(logs[1:]).all()
