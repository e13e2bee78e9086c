"""What must hold for every effect: ways there and back, symmetry, and bounds."""

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from secondline import effects
from secondline.effects import EffectEstimate

ratios = st.floats(0.05, 20).filter(lambda r: abs(math.log(r)) > 1e-3)
errors = st.floats(0.02, 2)
levels = st.floats(0.5, 0.999)
estimates = st.builds(EffectEstimate, ratios, errors)
zs = st.floats(-8, 8)


@given(ratios, errors, levels)
def test_interval_and_standard_error_round_trip(ratio, error, level):
    lower, upper = EffectEstimate(ratio, error).interval(level)
    back = effects.from_interval(ratio, lower, upper, level)
    assert math.isclose(back.standard_error, error, rel_tol=1e-10)
    assert math.isclose(math.sqrt(lower * upper), ratio, rel_tol=1e-12)
    # the interval leaves out 1 where the test at its level is significant
    p = EffectEstimate(ratio, error).p
    assume(abs(p - (1 - level)) > 1e-9)
    assert (p < 1 - level) == (not lower <= 1 <= upper)


@given(ratios, errors)
def test_p_and_standard_error_round_trip(ratio, error):
    p = EffectEstimate(ratio, error).p
    assume(1e-250 < p < 1)
    assert math.isclose(effects.from_p(ratio, p).standard_error, error, rel_tol=1e-7)


@given(st.floats(0, 37))
def test_z_and_p_round_trip_and_agree_with_scipy(z):
    p = effects.p_from_z(z)
    assert math.isclose(p, 2 * stats.norm.sf(z), rel_tol=1e-10)
    assert math.isclose(effects.z_from_p(p), z, rel_tol=1e-8, abs_tol=1e-8)


@given(errors, st.floats(0.05, 0.95))
def test_events_round_trip_and_are_fewest_for_equal_groups(error, share):
    events = effects.events_from_standard_error(error, share)
    assert math.isclose(effects.standard_error_from_events(events, share), error, rel_tol=1e-12)
    assert events >= effects.events_from_standard_error(error) * (1 - 1e-12)


@given(estimates, estimates, levels)
def test_an_interaction_is_symmetric(one, two, level):
    test, turned = effects.interaction(one, two, level), effects.interaction(two, one, level)
    assert math.isclose(test.ratio, 1 / turned.ratio, rel_tol=1e-12)
    assert math.isclose(test.p, turned.p, rel_tol=1e-9)
    assert math.isclose(test.lower, 1 / turned.upper, rel_tol=1e-9)
    assert test.standard_error >= max(one.standard_error, two.standard_error)


@given(zs, zs, st.floats(1, 5), st.floats(0, 1))
def test_the_p_range_holds_every_ratio_of_standard_errors(z, other, largest, where):
    low, high = effects.interaction_p_range(z, other, largest)
    ratio = math.exp((2 * where - 1) * math.log(largest))
    # a true pair of effects with these z and errors in this ratio
    size = abs(z * ratio - other) / math.hypot(ratio, 1)
    p = effects.p_from_z(size)
    assert low * (1 - 1e-7) <= p <= high * (1 + 1e-7) + 1e-12
    wider = effects.interaction_p_range(z, other, largest + 1)
    assert wider[0] <= low * (1 + 1e-9) and wider[1] >= high * (1 - 1e-9)


@given(st.integers(1, 999), st.integers(1, 3))
def test_a_printed_number_lies_in_its_own_range(digits, decimals):
    text = f"{digits / 10**decimals:.{decimals}f}"
    low, high = effects.printed_range(text)
    assert low <= effects.printed_value(text) <= high
    # all within print alike
    inside = low + 0.4999 * (high - low), low + 0.9 * (high - low), low + 0.1 * (high - low)
    assert {f"{value:.{decimals}f}" for value in inside} == {text}


@given(st.floats(0.2, 3), st.floats(0.05, 0.8), st.integers(2, 3))
def test_rounding_never_excludes_the_truth(ratio, error, decimals):
    truth = EffectEstimate(ratio, error)
    lower, upper = truth.interval()
    printed = [f"{value:.{decimals}f}" for value in (ratio, lower, upper)]
    assume(effects.printed_range(printed[1])[0] > 0)
    assume(effects.printed_range(printed[2])[0] > effects.printed_range(printed[1])[1])
    low, high = effects.p_range(*printed)
    assert low * (1 - 1e-9) <= truth.p <= high * (1 + 1e-9)
    assert effects.asymmetry(*printed).explained
    row = effects.SubgroupEffect("M", "x", "", "arms", "", *printed, "")
    least, most = row.standard_error_range
    assert least * (1 - 1e-9) <= error <= most * (1 + 1e-9)


@given(st.floats(0.3, 3), st.floats(0.3, 3), errors, errors)
def test_the_rounding_of_an_interaction_holds_the_truth(first, second, one, two):
    truth = effects.interaction(EffectEstimate(first, one), EffectEstimate(second, two))
    rows = []
    for ratio, error in ((first, one), (second, two)):
        printed = [f"{v:.3f}" for v in (ratio, *EffectEstimate(ratio, error).interval())]
        assume(effects.printed_range(printed[1])[0] > 0)
        assume(effects.printed_range(printed[2])[0] > effects.printed_range(printed[1])[1])
        rows.append(effects.SubgroupEffect("M", "x", "", "arms", "", *printed, ""))
    low, high = effects.interaction_rounding(rows[0].corners, rows[1].corners)
    assert low * (1 - 1e-9) <= truth.p <= high * (1 + 1e-9)


@given(st.lists(estimates, min_size=2, max_size=6), st.floats(0, 2))
@settings(max_examples=60)
def test_shrunken_effects_lie_between_the_estimate_and_the_mean(found, tau):
    result = effects.shrink(found, tau**2)
    for before, after in zip(result.effects, result.shrunken, strict=True):
        low, high = sorted((before.log, result.mean.log))
        assert low - 1e-9 <= after.log <= high + 1e-9
    # without a spread they are one, and the estimated spread is never negative
    logs = [e.log for e in effects.shrink(found, 0.0).shrunken]
    assert max(logs) - min(logs) < 1e-9
    assert effects.shrink(found).tau2 >= 0


@given(st.floats(0.1, 1), st.floats(0.3, 0.98), st.floats(0.01, 0.2))
def test_the_smallest_ratio_has_its_power(error, power, alpha):
    assume(power > alpha + 0.01)
    ratio = effects.smallest_ratio(error, power, alpha)
    assert ratio < 1
    assert math.isclose(effects.interaction_power(ratio, error, alpha), power, abs_tol=1e-8)
    assert effects.interaction_power(ratio**1.1, error, alpha) > power


@given(st.integers(1, 30), st.floats(0.2, 0.9), st.floats(0.2, 1), st.floats(0.55, 0.95))
def test_the_size_for_power_gives_it(k, ratio, share, power):
    size = effects.size_for_power(k, ratio, event_share=share, power=power)
    z = abs(math.log(ratio)) * math.sqrt(size * share) / 2
    each = stats.norm.sf(stats.norm.ppf(0.975) - z)
    assert math.isclose(each**k, power, rel_tol=1e-6)
