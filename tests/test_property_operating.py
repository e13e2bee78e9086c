"""Operating characteristics on known truths: level, power, spending, bias of early stops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from secondline import trials

ALIKE = trials.design_with_effect("none", n=100, scan_weeks=0.0)
HALVED = trials.design_with_effect("proportional", n=100, hazard_ratio=0.6, scan_weeks=0.0)


def noise(share, n_trials):
    return 4 * np.sqrt(share * (1 - share) / n_trials)


def test_every_test_keeps_its_level():
    result = trials.operating_characteristics(ALIKE, 2_000, 11)
    assert (np.abs(result.rejected - 0.05) < noise(0.05, 2_000) + 0.005).all()
    assert result.hazard_ratio == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("n", [60, 150, 300])
def test_power_is_schoenfelds_where_hazards_are_proportional(n):
    from dataclasses import replace

    design = replace(HALVED, n=n)
    result = trials.operating_characteristics(design, 1_000, 12, tests="log-rank")
    formula = trials.schoenfeld_power(result.mean["events"], 0.6)
    assert result.power("log-rank") == pytest.approx(formula, abs=noise(formula, 1_000) + 0.015)
    # the events of the true curves are those of the trials
    error = result.sd["events"] / np.sqrt(1_000)
    assert trials.expected_events(design) == pytest.approx(result.mean["events"], abs=5 * error)


def test_sample_size_gives_the_power_asked_for():
    from dataclasses import replace

    n = trials.sample_size(HALVED, 0.6, power=0.8)
    result = trials.operating_characteristics(replace(HALVED, n=n), 1_000, 13, tests="log-rank")
    assert result.power("log-rank") == pytest.approx(0.8, abs=noise(0.8, 1_000) + 0.015)


@settings(max_examples=60)
@given(st.floats(0.1, 0.95), st.floats(0.5, 0.95), st.floats(0.001, 0.2), st.floats(0.2, 0.8))
def test_events_and_power_undo_each_other(hazard_ratio, power, alpha, share):
    events = trials.schoenfeld_events(hazard_ratio, power=power, alpha=alpha, share=share)
    again = trials.schoenfeld_power(events, hazard_ratio, alpha=alpha, share=share)
    assert again == pytest.approx(power, abs=1e-9)


@settings(max_examples=40)
@given(st.floats(0.3, 0.99), st.integers(5, 500))
def test_freedmans_formula_in_lifelines_promises_a_little_less(hazard_ratio, per_arm):
    """(1 - HR) / (1 + HR) is the first term of -log(HR) / 2: near 1 the two are one."""
    from lifelines.statistics import power_under_cph

    freedman = power_under_cph(per_arm, per_arm, 1.0, 1.0, hazard_ratio)
    here = trials.schoenfeld_power(2 * per_arm, hazard_ratio)
    first_term = np.exp(-2 * (1 - hazard_ratio) / (1 + hazard_ratio))
    assert trials.schoenfeld_power(2 * per_arm, first_term) == pytest.approx(freedman, abs=1e-9)
    assert freedman <= here + 1e-12
    if hazard_ratio > 0.8:
        assert here == pytest.approx(freedman, abs=0.01)


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 99), min_size=0, max_size=5, unique=True),
    st.floats(0.002, 0.2),
    st.sampled_from(trials.SPENDING[:2]),
)
def test_boundaries_spend_all_of_alpha_and_no_more(parts, alpha, spending):
    fractions = [*(p / 100 for p in sorted(parts)), 1.0]
    plan = trials.boundaries(fractions, alpha=alpha, spending=spending)
    crossed = np.cumsum(trials.exit_probabilities(plan.z, fractions))
    np.testing.assert_allclose(crossed, plan.spent, atol=1e-7)
    assert plan.spent[-1] == pytest.approx(alpha, abs=1e-12)


def test_looks_with_spending_hold_the_level_and_peeking_does_not():
    looks = trials.look_fractions(5)
    common = {"events": 80, "looks": looks}
    for spending in trials.SPENDING[:2]:
        found = trials.group_sequential(ALIKE, 2_000, 14, **common, spending=spending)
        assert found.rejected.mean() == pytest.approx(0.05, abs=noise(0.05, 2_000) + 0.006)
    naive = trials.group_sequential(ALIKE, 2_000, 14, **common, spending="none")
    expected = trials.peeking(5, alpha=0.05)[-1]
    assert naive.rejected.mean() == pytest.approx(expected, abs=noise(expected, 2_000) + 0.01)


def test_fewer_events_than_planned_do_not_cost_the_level():
    """Planned for half as many again: the last look takes what is left."""
    found = trials.group_sequential(ALIKE, 2_000, 15, events=120, looks=trials.look_fractions(3))
    assert found.rejected.mean() == pytest.approx(0.05, abs=noise(0.05, 2_000) + 0.006)


def test_trials_that_stop_early_exaggerate():
    result = trials.group_sequential(HALVED, 1_000, 16, events=75, looks=(0.4, 0.7, 1))
    means = [trials.geometric_mean(result.hazard_ratio[result.stopped(k)]) for k in (1, 2)]
    assert means[0] < means[1] < 0.6


@st.composite
def one_trial(draw):
    n = draw(st.integers(6, 30))
    months = st.one_of(st.integers(1, 6).map(float), st.floats(0.1, 50))
    time = draw(st.lists(months, min_size=n, max_size=n))
    flags = st.lists(st.booleans(), min_size=n, max_size=n)
    return np.array(time), np.array(draw(flags)), np.array(draw(flags))


@settings(max_examples=12)
@given(one_trial(), st.floats(0.01, 0.3))
def test_a_maxcombo_decision_is_that_of_its_p(data, alpha):
    test = trials.maxcombo(*data)
    p, rejected = test.p[0], test.rejects(alpha)[0]
    if np.isnan(p):
        assert not rejected
    elif abs(p - alpha) > 5e-4:
        assert rejected == (p <= alpha)


@settings(max_examples=12)
@given(one_trial())
def test_maxcombo_is_the_same_with_the_arms_swapped(data):
    time, event, arm = data
    first, second = trials.maxcombo(time, event, arm), trials.maxcombo(time, event, ~arm)
    np.testing.assert_allclose(first.statistic, second.statistic, atol=1e-9)
    if np.isfinite(first.statistic[0]) and first.statistic[0] > 1e-9:
        # never below the P value of its most extreme weight, nor above that of all four in turn
        single = 2 * stats.norm.sf(first.statistic[0])
        assert single - 1e-4 <= first.p[0] <= min(1, 4 * single) + 1e-4
