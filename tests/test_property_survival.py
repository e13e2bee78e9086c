"""Known truths are found again: shares, restricted means, hazard ratios, cure fractions.

Coverage is counted over simulated data sets. A 95 % interval misses more than 6 of 30, or
30 of 300, in fewer than one of 500 series of tries, so the bounds would not fail by
chance; the seeds are fixed all the same.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline.survival import (
    arm_curves,
    cox_model,
    hazard_view,
    milestone,
    mixture_cure,
    proportional_hazards_test,
    restricted_mean,
)

FEW, MANY = 30, 300


def exponential_trial(rng, n, rates, censored=(10.0, 40.0)):
    """Return time, event and arm of a trial with constant hazards in SOC and axi-cel."""
    arm = np.arange(n) % 2
    times = rng.exponential(1 / np.array(rates)[arm])
    ends = rng.uniform(*censored, n)
    return np.minimum(times, ends), times <= ends, arm


def cure_arm(rng, n, fraction, base, first, second, longest):
    """Return times and events of one arm; `longest` is the last time of observation."""
    u = rng.random(n)
    if base == "Weibull":
        others = first * rng.weibull(second, n)
    elif base == "log-logistic":
        others = first * ((1 - u) / u) ** (1 / second)
    else:
        others = np.exp(rng.normal(first, second, n))
    times = np.where(rng.random(n) < fraction, np.inf, others)
    ends = rng.uniform(longest / 2, longest, n)
    return np.minimum(times, ends), times <= ends


def test_intervals_of_shares_and_their_contrasts_hold_the_truth():
    truth = np.exp(-12 * np.array([0.12, 0.05]))
    misses = np.zeros(4)
    for rng in map(np.random.default_rng, range(MANY)):
        found = milestone(*exponential_trial(rng, 200, (0.12, 0.05)), 12.0)
        misses += [
            not found.lower[0] <= truth[0] <= found.upper[0],
            not found.lower[1] <= truth[1] <= found.upper[1],
            not found.difference_lower <= truth[1] - truth[0] <= found.difference_upper,
            not found.ratio_lower <= truth[1] / truth[0] <= found.ratio_upper,
        ]
    assert (misses <= 30).all()
    assert (misses >= 3).all(), "intervals that never miss are too wide"


def test_restricted_means_are_found_and_their_interval_holds_the_difference():
    rates, horizon = np.array([0.12, 0.05]), 18.0
    means = (1 - np.exp(-rates * horizon)) / rates
    found = [
        restricted_mean(*exponential_trial(rng, 200, rates, (19.0, 40.0)), horizon)
        for rng in map(np.random.default_rng, range(MANY))
    ]
    assert np.mean([f.mean for f in found], axis=0) == pytest.approx(means, abs=0.15)
    misses = sum(not f.lower <= means[1] - means[0] <= f.upper for f in found)
    assert 3 <= misses <= 30
    ratio = means[1] / means[0]
    assert 3 <= sum(not f.ratio_lower <= ratio <= f.ratio_upper for f in found) <= 30
    # the standard error is that of the scatter over the trials
    scatter = np.std([f.difference for f in found])
    assert np.mean([np.hypot(*f.se) for f in found]) == pytest.approx(scatter, rel=0.12)


def interaction_trial(rng, n, arm_effect, marker_effect, interaction):
    arm = np.arange(n) % 2
    marker = rng.normal(0, 1, n)
    rate = 0.1 * np.exp(arm_effect * arm + marker_effect * marker + interaction * arm * marker)
    times, ends = rng.exponential(1 / rate), rng.uniform(5, 40, n)
    return pd.DataFrame(
        {"efs_months": np.minimum(times, ends), "efs_event": times <= ends,
         "arm": np.where(arm == 1, "axi-cel", "SOC"), "marker": marker}
    )  # fmt: skip


def test_the_interaction_is_found():
    table = interaction_trial(np.random.default_rng(3), 6000, -0.9, 0.4, -0.5)
    model = cox_model(table, ["arm", "marker"], interaction="marker")
    assert model.terms == ("arm", "marker", "arm x marker")
    assert model.log_hazard_ratio == pytest.approx([-0.9, 0.4, -0.5], abs=0.1)
    assert model.interaction_p < 1e-10
    at_two = model.arm_effect(2)
    assert np.log(at_two.hazard_ratio) == pytest.approx(-0.9 - 2 * 0.5, abs=0.15)
    assert at_two.lower < np.exp(-1.9) < at_two.upper


def test_the_interval_of_the_interaction_holds_the_truth():
    misses = 0
    for rng in map(np.random.default_rng, range(FEW)):
        table = interaction_trial(rng, 250, -0.9, 0.4, -0.5)
        effect = cox_model(table, ["arm", "marker"], interaction="marker").effect("arm x marker")
        misses += not effect.lower <= np.exp(-0.5) <= effect.upper
    assert misses <= 6


def test_a_constant_ratio_is_rarely_called_changing_and_a_crossing_one_nearly_always():
    called = [
        proportional_hazards_test(*exponential_trial(np.random.default_rng(i), 200, (0.1, 0.05))).p
        < 0.05
        for i in range(FEW)
    ]
    assert sum(called) <= 6
    for i in range(5):
        rng = np.random.default_rng(i)
        arm = np.arange(400) % 2
        # the hazard falls in one arm and rises in the other
        times = 8 * rng.weibull(np.where(arm == 1, 2.0, 0.7))
        test = proportional_hazards_test(times, np.ones(400, bool), arm)
        assert test.p < 0.001
        assert test.residual_p < 0.001


def test_hazard_ratios_of_periods_are_found():
    rng, n = np.random.default_rng(8), 8000
    arm = np.arange(n) % 2
    early = rng.exponential(1 / np.where(arm == 1, 0.05, 0.2))
    late = 2 + rng.exponential(1 / np.where(arm == 1, 0.12, 0.1))
    times = np.where(early <= 2, early, late)
    ends = np.full(n, 20.0)
    view = hazard_view(np.minimum(times, ends), times <= ends, arm, cuts=(2.0,))
    assert view.periods["hazard_ratio"].tolist() == pytest.approx([0.25, 1.2], rel=0.12)
    assert (view.periods["lower"] < [0.25, 1.2]).all()
    assert (view.periods["upper"] > [0.25, 1.2]).all()
    assert view.predicted == pytest.approx(view.survival["SOC"] ** view.hazard_ratio)


@pytest.mark.parametrize(
    ("base", "first", "second"),
    [("Weibull", 3.0, 1.3), ("log-logistic", 2.5, 1.6), ("log-normal", 0.9, 0.9)],
)
def test_the_cure_fraction_and_the_others_times_are_found(base, first, second):
    time, event = cure_arm(np.random.default_rng(5), 4000, 0.35, base, first, second, 60.0)
    (fit,) = mixture_cure(time, event, bases=base).fits
    assert fit.fraction == pytest.approx(0.35, abs=0.03)
    assert fit.parameters == pytest.approx((first, second), rel=0.1)
    assert fit.lower < fit.fraction < fit.upper
    # a curve of the fit runs through that of the data
    at = np.array([1.0, 5.0, 20.0])
    curve = arm_curves(time, event, np.ones(4000), at=at)["axi-cel"]
    assert fit.survival(at) == pytest.approx(curve.survival, abs=0.03)
    assert float(fit.survival(0)) == 1


def test_the_right_base_wins_by_aic_in_a_large_arm():
    time, event = cure_arm(np.random.default_rng(6), 4000, 0.3, "log-logistic", 2.5, 2.0, 60.0)
    assert mixture_cure(time, event).best.base == "log-logistic"


def test_the_interval_of_the_cure_fraction_holds_the_truth():
    misses = 0
    for rng in map(np.random.default_rng, range(FEW)):
        time, event = cure_arm(rng, 180, 0.39, "log-logistic", 2.5, 1.8, 60.0)
        fit = mixture_cure(time, event, bases="log-logistic").best
        misses += not fit.lower <= 0.39 <= fit.upper
    assert misses <= 6


def test_no_cure_is_not_called_one():
    rng = np.random.default_rng(9)
    time, event, arm = exponential_trial(rng, 400, (0.2, 0.2), (60.0, 80.0))
    result = mixture_cure(time, event, bases="Weibull")
    assert result.best.fraction < 0.03


def test_short_follow_up_brings_the_caution():
    time, event = cure_arm(np.random.default_rng(4), 200, 0.4, "log-normal", 2.0, 1.0, 8.0)
    short = mixture_cure(time, event, bases="log-normal")
    assert short.follow_up_p > 0.05
    assert "Follow-up is short" in short.caution or "edge" in short.caution
    time, event = cure_arm(np.random.default_rng(4), 200, 0.4, "log-normal", 1.0, 0.6, 80.0)
    long = mixture_cure(time, event, bases="log-normal")
    assert long.follow_up_p <= 0.05
    assert long.caution == ""


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), factor=st.floats(0.1, 10))
def test_contrasts_turn_round_with_the_arms_and_scale_with_time(seed, factor):
    time, event, arm = exponential_trial(np.random.default_rng(seed), 120, (0.12, 0.06))
    one, other = milestone(time, event, arm, 6.0), milestone(time, event, 1 - arm, 6.0)
    assert other.difference == pytest.approx(-one.difference)
    assert other.difference_lower == pytest.approx(-one.difference_upper)
    assert other.ratio == pytest.approx(1 / one.ratio)
    mean, scaled = (
        restricted_mean(time, event, arm, 9.0),
        restricted_mean(factor * time, event, arm, factor * 9.0),
    )
    assert scaled.difference == pytest.approx(factor * mean.difference)
    assert scaled.p == pytest.approx(mean.p, rel=1e-6)
    table = pd.DataFrame({"efs_months": time, "efs_event": event, "arm": arm})
    model = cox_model(table)
    turned = cox_model(table.assign(arm=1 - arm))
    stretched = cox_model(table.assign(efs_months=factor * time))
    assert turned.hazard_ratio == pytest.approx(1 / model.hazard_ratio)
    assert stretched.hazard_ratio == pytest.approx(model.hazard_ratio)


@settings(max_examples=50)
@given(seed=st.integers(0, 10**6), n=st.integers(4, 60))
def test_numbers_at_risk_fall_and_shares_stay_between_their_limits(seed, n):
    time, event, arm = exponential_trial(np.random.default_rng(seed), n, (0.3, 0.1), (1.0, 30.0))
    time = np.ceil(time)  # ties
    for curve in arm_curves(time, event, arm, at=(0, 1, 3, 9, 27)).values():
        assert curve.at_risk[0] == curve.curve.n
        assert (np.diff(curve.at_risk) <= 0).all()
        known = ~np.isnan(curve.lower) & ~np.isnan(curve.survival)
        assert (curve.lower[known] <= curve.survival[known]).all()
        assert (curve.survival[known] <= curve.upper[known]).all()
        assert len(curve.censored) == curve.curve.n - curve.curve.events
