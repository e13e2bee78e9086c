"""What must hold of small-study effects, influence, cumulative pools and meta-regression."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.proportions import (
    METHODS,
    beta_binomial,
    cumulative,
    egger_test,
    influence,
    meta_regression,
    peters_test,
    pool,
    predict_regression,
    regression_test,
    simulate_egger_power,
    trim_and_fill,
)
from secondline.proportions.summary import summarise
from secondline.proportions.transforms import SCALES, effects

SYMMETRIC = ("freeman-tukey", "logit", "arcsine", "raw")


@st.composite
def trials(draw, smallest=3, largest=8):
    k = draw(st.integers(smallest, largest))
    totals = draw(st.lists(st.integers(1, 300), min_size=k, max_size=k))
    events = [draw(st.integers(0, n)) for n in totals]
    return events, totals


methods = st.sampled_from(METHODS)
scales = st.sampled_from(tuple(SCALES))
symmetric = st.sampled_from(SYMMETRIC)


def others(data):
    return [n - x for x, n in zip(*data, strict=True)], data[1]


# --- the average that the rest builds on -----------------------------------------


@given(trials(), scales, methods, st.sampled_from(["wald", "hksj", "hksj-conservative"]))
def test_summary_is_the_pool(data, transform, method, ci):
    effect, variance, _ = effects(SCALES[transform], *map(np.asarray, data))
    s = summarise(effect, variance, method=method, ci=ci)
    p = pool(*data, transform=transform, method=method, ci=ci)
    assert (s.effect, s.se, s.tau2, s.q, s.i2) == pytest.approx(
        (p.effect, p.se, p.tau2, p.q, p.i2), abs=1e-12
    )


# --- Egger and Peters -------------------------------------------------------------


@given(trials(), symmetric)
def test_egger_of_the_others_has_the_opposite_slope(data, transform):
    try:
        a = egger_test(*data, transform=transform)
    except InputError as error:
        assert "same in all trials" in str(error)
        return
    b = egger_test(*others(data), transform=transform)
    assert b.slope == pytest.approx(-a.slope, rel=1e-6, abs=1e-8)
    if not np.isnan(a.p_slope) and a.slope_se > 1e-8:
        assert b.p_slope == pytest.approx(a.p_slope, rel=1e-5, abs=1e-8)


@given(trials())
def test_peters_of_the_others_has_the_opposite_slope(data):
    assume(len(set(data[1])) > 1)
    a, b = peters_test(*data), peters_test(*others(data))
    assert b.slope == pytest.approx(-a.slope, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("transform", SCALES)
def test_trials_on_a_line_have_no_p(transform):
    """One share in trials of every size: no scatter, so nothing to test against."""
    result = peters_test([10, 20, 40], [20, 40, 80])
    assert np.isnan(result.p_slope)
    assert result.slope == pytest.approx(0, abs=1e-9)
    if transform != "freeman-tukey":
        assert np.isnan(egger_test([10, 20, 40], [20, 40, 80], transform=transform).p_slope)


def test_egger_finds_its_rate_of_false_alarms_and_no_more():
    quiet = simulate_egger_power([27, 46, 52, 60, 61] * 4, 0.5, difference=0.0, seed=1)
    assert quiet.power == pytest.approx(0.05, abs=0.012)


def test_power_grows_with_the_effect_and_with_the_number_of_trials():
    def power(**settings):
        return simulate_egger_power([27, 46, 52, 60, 61], 0.5, n_sets=4_000, **settings).power

    assert power(difference=0.0) < power(difference=0.3) < power(difference=0.6)
    assert power(difference=0.1, k=5) < power(difference=0.1, k=20) < power(difference=0.1, k=60)
    assert power(difference=0.3, k=10, spread=0.15) < power(difference=0.3, k=10)


def test_the_form_that_gives_the_printed_p_has_the_power_of_the_freeman_tukey_form():
    """Raw proportions against 1/sqrt(n), weighted by n: each set is tested by the library."""
    n = np.array([27, 27, 29, 35, 46, 52, 60, 61, 63, 74, 96], dtype=float)
    size = 1 / np.sqrt(n)
    rates = 0.5 + 0.2 * ((size - size.min()) / np.ptp(size) - 0.5)
    generator = np.random.default_rng(8)
    found = [
        regression_test(generator.binomial(n.astype(int), rates) / n, size, n).p_slope < 0.05
        for _ in range(3_000)
    ]
    power = simulate_egger_power(n, 0.5, difference=0.2, n_sets=20_000, seed=1).power
    assert np.mean(found) == pytest.approx(power, abs=0.03)


# --- trim and fill ----------------------------------------------------------------


@given(trials(), symmetric, methods, st.sampled_from(["L0", "R0"]))
def test_filling_the_mirror_image_fills_the_other_side(data, transform, method, estimator):
    effect, _, _ = effects(SCALES[transform], *map(np.asarray, data))
    # with ties the order of the table decides, and it is not mirrored
    assume(len(np.unique(np.round(effect, 9))) == len(effect))
    a = trim_and_fill(*data, transform=transform, method=method, estimator=estimator, side="left")
    # nor are ties of the distances from the middle, at any step of the trimming
    order = np.argsort(effect)
    for trimmed in range(len(order) - 1):
        for rest in (order[trimmed:], order[: len(order) - trimmed]):
            rows = tuple(np.asarray(column)[rest] for column in data)
            middle = effect[rest[0]]
            if len(rest) > 1:
                middle = pool(*rows, transform=transform, method=method).effect
            away = np.sort(np.abs(effect - middle))
            assume(np.min(np.diff(away), initial=1) > 1e-6)
    try:
        b = trim_and_fill(
            *others(data), transform=transform, method=method, estimator=estimator, side="right"
        )
    except InputError:
        return
    assert b.k0 == a.k0
    assert 1 - b.estimate == pytest.approx(a.estimate, abs=1e-7)


@given(trials(), scales, methods, st.sampled_from(["L0", "R0"]))
def test_filled_trials_are_mirror_images(data, transform, method, estimator):
    effect, _, _ = effects(SCALES[transform], *map(np.asarray, data))
    t = trim_and_fill(*data, transform=transform, method=method, estimator=estimator)
    assert 0 <= t.k0 < len(effect)
    assert len(t.imputed_effects) == len(t.imputed_shares) == len(t.imputed_totals) == t.k0
    assert t.filled.k == t.k + t.k0
    assert 0 <= t.lower <= t.estimate <= t.upper <= 1
    if t.k0 == 0:
        p = pool(*data, transform=transform, method=method)
        assert t.estimate == pytest.approx(p.estimate, abs=1e-12)
    else:
        # the mean of a filled trial and the one it mirrors is the trimmed centre
        ends = np.sort(effect)[-t.k0 :] if t.side == "left" else -np.sort(-effect)[-t.k0 :]
        centres = (ends + t.imputed_effects) / 2
        assert np.ptp(centres) == pytest.approx(0, abs=1e-9)


def test_a_symmetric_funnel_is_left_alone():
    t = trim_and_fill([10, 12, 15, 18, 20], [30, 30, 30, 30, 30], transform="raw", side="left")
    assert t.k0 == 0


def test_trim_and_fill_finds_the_trials_that_were_removed():
    """Thirty trials with one rate; the five lowest effects are removed. Where sizes differ much,
    L0 finds nearly five on average, and the filled pool lies nearer to the truth than the pool of
    what is left. (Where they differ little it finds fewer: the centre itself has moved.)"""
    generator = np.random.default_rng(8)
    found, left, filled = [], [], []
    for _ in range(150):
        totals = np.exp(generator.uniform(np.log(5), np.log(2000), 30)).astype(int)
        events = generator.binomial(totals, 0.5)
        effect, _, _ = effects(SCALES["arcsine"], events, totals)
        keep = np.argsort(effect)[5:]
        rest = {"transform": "arcsine", "method": "common"}
        t = trim_and_fill(events[keep], totals[keep], side="left", **rest)
        found.append(t.k0)
        filled.append(t.estimate)
        left.append(pool(events[keep], totals[keep], **rest).estimate)
    assert np.mean(found) == pytest.approx(5, abs=1)
    assert abs(np.mean(filled) - 0.5) < 0.4 * abs(np.mean(left) - 0.5)


# --- influence --------------------------------------------------------------------


@given(trials(), scales, methods)
def test_influence_leaves_out_what_pooling_leaves_out(data, transform, method):
    events, totals = data
    result = influence(events, totals, transform=transform, method=method)
    rest = [
        pool(np.delete(events, i), np.delete(totals, i), transform=transform, method=method)
        for i in range(len(events))
    ]
    assert result.tau2_without == pytest.approx([r.tau2 for r in rest], abs=1e-12)
    assert result.q_without == pytest.approx([r.q for r in rest], rel=1e-9, abs=1e-9)
    assert result.hat.sum() == pytest.approx(1)
    assert (result.cooks_distance >= 0).all()
    assert (result.covariance_ratio > 0).all()


@given(st.integers(1, 50), st.integers(0, 50), st.integers(3, 10), scales, methods)
def test_identical_trials_have_no_influence(n, x, k, transform, method):
    result = influence([min(x, n)] * k, [n] * k, transform=transform, method=method)
    assert result.rstudent == pytest.approx(np.zeros(k), abs=1e-6)
    assert result.dffits == pytest.approx(np.zeros(k), abs=1e-6)
    assert result.cooks_distance == pytest.approx(np.zeros(k), abs=1e-9)
    # one of k equal trials leaves k - 1: the variance grows by k/(k-1)
    assert result.covariance_ratio == pytest.approx(np.full(k, k / (k - 1)))
    assert result.hat == pytest.approx(np.full(k, 1 / k))
    # with three trials each holds a third of the weight, below the limit of 3/3
    assert not result.influential.any()


@given(trials(), symmetric, methods)
def test_influence_of_the_others_is_the_same_in_size(data, transform, method):
    a = influence(*data, transform=transform, method=method)
    b = influence(*others(data), transform=transform, method=method)
    assert b.rstudent == pytest.approx(-a.rstudent, rel=1e-5, abs=1e-6)
    assert b.cooks_distance == pytest.approx(a.cooks_distance, rel=1e-5, abs=1e-6)


def test_the_trial_that_stands_apart_is_flagged():
    result = influence([20, 22, 19, 21, 38], [40, 44, 39, 41, 40])
    assert result.influential.tolist() == [False, False, False, False, True]
    assert set(result.limits) == {"dffits", "cooks_distance", "hat", "dfbetas"}


# --- cumulative -------------------------------------------------------------------


@given(trials(), scales, methods, st.sampled_from(["together", "as listed"]), st.data())
def test_last_step_is_the_pool_and_first_the_first(data, transform, method, ties, draw):
    events, totals = data
    order = draw.draw(st.lists(st.integers(1, 4), min_size=len(events), max_size=len(events)))
    steps = cumulative(events, totals, order, transform=transform, method=method, ties=ties)
    whole = pool(events, totals, transform=transform, method=method)
    assert steps[-1].k == len(events)
    assert steps[-1].estimate == pytest.approx(whole.estimate, abs=1e-10)
    assert steps[-1].upper == pytest.approx(whole.upper, abs=1e-10)
    assert sorted(i for s in steps for i in s.added) == list(range(len(events)))
    assert [s.value for s in steps] == sorted(s.value for s in steps)
    if ties == "together":
        assert len(steps) == len(set(order))
    else:
        assert [s.k for s in steps] == list(range(1, len(events) + 1))
        assert steps[0].tau2 == steps[0].q == steps[0].i2 == 0


@given(trials(), methods)
def test_a_trial_at_the_pool_leaves_it_there(data, method):
    """On the arcsine scale a trial can lie exactly at the average: only the certainty changes."""
    effect, variance, _ = effects(SCALES["arcsine"], *map(np.asarray, data))
    before = summarise(effect, variance, method=method)
    after = summarise(
        np.append(effect, before.effect), np.append(variance, variance.mean()), method="common"
    )
    if method == "common":
        assert after.effect == pytest.approx(before.effect, abs=1e-12)
        assert after.se < before.se
        assert after.q == pytest.approx(before.q, abs=1e-9)
    else:
        again = summarise(
            np.append(effect, before.effect), np.append(variance, variance.mean()), method=method
        )
        assert again.tau2 <= before.tau2 * (1 + 1e-6) + 1e-12 or method == "DL"


# --- meta-regression --------------------------------------------------------------


@given(trials(smallest=4), scales, methods, st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_regression_does_not_depend_on_origin_and_unit(data, transform, method, origin, unit):
    k = len(data[0])
    x = np.arange(k) ** 1.3
    a = meta_regression(*data, {"x": x}, transform=transform, method=method)
    b = meta_regression(*data, {"x": origin + unit * x}, transform=transform, method=method)
    assert b.coefficients[1] * unit == pytest.approx(a.coefficients[1], rel=1e-5, abs=1e-8)
    assert (b.tau2, b.qe, b.p_qm) == pytest.approx((a.tau2, a.qe, a.p_qm), rel=1e-6, abs=1e-7)
    at = predict_regression(b, {"x": origin + unit * x})[0]
    assert at == pytest.approx(predict_regression(a, {"x": x})[0], rel=1e-6, abs=1e-6)


@given(trials(smallest=4), scales, methods)
def test_regression_leaves_no_more_scatter_than_the_pool(data, transform, method):
    fit = meta_regression(
        *data, {"x": range(len(data[0]))}, transform=transform, method=method
    )
    assert fit.qe <= pool(*data, transform=transform, method=method).q + 1e-9
    assert 0 <= fit.r2 <= 100
    assert 0 <= fit.p_qm <= 1
    assert (fit.lower <= fit.coefficients).all()
    assert (fit.coefficients <= fit.upper).all()


@given(trials(smallest=4), symmetric, methods)
def test_regression_of_the_others_has_the_opposite_slope(data, transform, method):
    x = {"x": range(len(data[0]))}
    a = meta_regression(*data, x, transform=transform, method=method)
    b = meta_regression(*others(data), x, transform=transform, method=method)
    assert b.coefficients[1] == pytest.approx(-a.coefficients[1], rel=1e-5, abs=1e-8)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_a_known_slope_is_found(method):
    """Forty large trials, logits -0.5 + 0.3 x with a spread of 0.2 beside it."""
    generator = np.random.default_rng(21)
    x = generator.uniform(0, 4, 40)
    logits = -0.5 + 0.3 * x + 0.2 * generator.standard_normal(40)
    events = generator.binomial(400, 1 / (1 + np.exp(-logits)))
    fit = meta_regression(events, [400] * 40, {"x": x}, transform="logit", method=method)
    assert fit.coefficients == pytest.approx([-0.5, 0.3], abs=0.08)
    assert fit.p_values[1] < 1e-6
    if method != "common":
        assert fit.lower[1] < 0.3 < fit.upper[1]
        assert np.sqrt(fit.tau2) == pytest.approx(0.2, abs=0.06)
        assert fit.r2 > 50


def test_a_moderator_that_does_nothing_is_rarely_called_one():
    generator = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        x = generator.standard_normal(15)
        events = generator.binomial(60, np.clip(0.5 + 0.08 * generator.standard_normal(15), 0, 1))
        fit = meta_regression(events, [60] * 15, {"x": x}, test="knha", method="DL")
        hits += fit.p_values[1] < 0.05
    assert hits / 200 == pytest.approx(0.05, abs=0.04)


# --- the beta-binomial posterior ---------------------------------------------------


@settings(max_examples=6)
@given(trials(smallest=1, largest=6), st.sampled_from([(1, 1), (0.5, 0.5), (3, 7)]))
def test_posterior_is_in_order_and_counts_the_others_alike(data, prior):
    a = beta_binomial(*data, prior_mean=prior)
    assert 0 <= a.lower <= a.estimate <= a.upper <= 1
    assert 0 <= a.rho_lower <= a.rho <= a.rho_upper <= 1
    assert 0 <= a.new_lower <= a.new_estimate <= a.new_upper <= 1
    b = beta_binomial(*others(data), prior_mean=prior[::-1])
    assert 1 - b.estimate == pytest.approx(a.estimate, abs=1e-4)
    assert b.rho == pytest.approx(a.rho, abs=1e-4)
    assert 1 - b.new_upper == pytest.approx(a.new_lower, abs=1e-4)
    assert a.above(a.estimate) == pytest.approx(0.5, abs=1e-6)


def test_densities_for_the_plot_integrate_to_one():
    r = beta_binomial([11, 26, 35, 33, 29], [27, 52, 46, 61, 60])
    assert r.density["average"].mean() == pytest.approx(1, abs=1e-3)
    assert r.density["new_trial"].mean() == pytest.approx(1, abs=1e-9)
    assert r.density["prior"].mean() == pytest.approx(1, abs=1e-9)
    assert r.rho_density["posterior"].mean() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("data", [([11, 26, 35, 33, 29], [27, 52, 46, 61, 60]), ([0, 0], [9, 14])])
def test_without_spread_it_is_the_conjugate_posterior(data):
    from scipy.stats import beta

    r = beta_binomial(*data, prior_spread=(1, 1e8))
    exact = beta(1 + sum(data[0]), 1 + sum(data[1]) - sum(data[0]))
    for mine, q in ((r.estimate, 0.5), (r.lower, 0.025), (r.upper, 0.975)):
        assert mine == pytest.approx(exact.ppf(q), abs=1e-6)
    for mine, q in ((r.new_estimate, 0.5), (r.new_lower, 0.025), (r.new_upper, 0.975)):
        assert mine == pytest.approx(exact.ppf(q), abs=1e-4)
    assert r.mean == pytest.approx(exact.mean(), abs=1e-6)


def test_grid_agrees_with_adaptive_integration():
    """scipy's dblquad over the posterior as the textbook writes it, to 1e-4."""
    from math import exp, lgamma, log

    from scipy.integrate import dblquad

    data = [(11, 27), (26, 52), (35, 46), (33, 61), (29, 60)]

    def density(rho, mu):
        size = 1 / rho - 1
        a, b = mu * size, (1 - mu) * size
        value = 8 * log(1 - rho)  # Beta(1, 9) for rho, uniform for mu
        for x, n in data:
            value += lgamma(a + x) - lgamma(a) + lgamma(b + n - x) - lgamma(b)
            value += lgamma(size) - lgamma(size + n)
        return exp(value + 170)

    def mass(high=0.95, rho_high=0.9):
        return dblquad(density, 0.1, high, 1e-5, rho_high, epsabs=0, epsrel=1e-6)[0]

    events, totals = zip(*data, strict=True)
    posterior = beta_binomial(events, totals, prior_spread=(1, 9)).posterior
    whole = mass()
    assert posterior.mu_below(0.45) == pytest.approx(mass(high=0.45) / whole, abs=1e-4)
    assert posterior.rho_below(0.05) == pytest.approx(mass(rho_high=0.05) / whole, abs=1e-4)


def test_posterior_finds_a_known_truth():
    generator = np.random.default_rng(17)
    rates = generator.beta(0.6 * 9, 0.4 * 9, size=60)  # rho = 0.1
    events = generator.binomial(100, rates)
    r = beta_binomial(events, [100] * 60, prior_spread=(1, 1))
    assert r.estimate == pytest.approx(0.6, abs=0.05)
    assert r.lower < 0.6 < r.upper
    assert r.rho == pytest.approx(0.1, abs=0.04)
    assert r.rho_lower < 0.1 < r.rho_upper
    # the middle 95 % of the true rates
    from scipy.stats import beta

    assert r.new_lower == pytest.approx(beta.ppf(0.025, 5.4, 3.6), abs=0.06)


def test_large_trials_are_resolved():
    """Two trials of a million: the grid must see the narrow peak that no spread leaves."""
    r = beta_binomial([500_000] * 2, [1_000_000] * 2, prior_spread=(1, 1e8))
    assert r.estimate == pytest.approx(0.5, abs=1e-6)
    assert r.upper - r.lower == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(2e6), rel=0.02)
