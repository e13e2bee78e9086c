"""What must hold of any pooled proportion, over generated data."""

import itertools
from math import comb, prod

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.intervals import percentage_agrees
from secondline.proportions import (
    CI_METHODS,
    METHODS,
    back_transform_freeman_tukey,
    exact_heterogeneity,
    leave_one_out,
    pool,
    pool_all_ways,
    simulate_deletion,
    simulate_heterogeneity,
    study_intervals,
)
from secondline.proportions.transforms import SCALES

SYMMETRIC = ("freeman-tukey", "logit", "arcsine", "raw")


@st.composite
def trials(draw, smallest=2, largest=8):
    k = draw(st.integers(smallest, largest))
    totals = draw(st.lists(st.integers(1, 300), min_size=k, max_size=k))
    events = [draw(st.integers(0, n)) for n in totals]
    return events, totals


methods = st.sampled_from(METHODS)
scales = st.sampled_from(tuple(SCALES))
cis = st.sampled_from(CI_METHODS)


@given(trials(), scales, methods, cis)
def test_estimate_lies_within_its_interval_and_the_unit(data, transform, method, ci):
    r = pool(*data, transform=transform, method=method, ci=ci)
    assert 0 <= r.lower <= r.estimate <= r.upper <= 1
    assert r.tau2 >= 0
    assert 0 <= r.i2 <= 100
    assert 0 <= r.p_heterogeneity <= 1
    assert r.weights.sum() == pytest.approx(1)
    assert (r.weights > 0).all()


@given(trials(smallest=3), scales, methods, cis)
def test_prediction_interval_holds_the_wald_interval(data, transform, method, ci):
    assume(method != "common")
    r = pool(*data, transform=transform, method=method, ci="wald")
    assert r.prediction_lower <= r.lower + 1e-12
    assert r.prediction_upper >= r.upper - 1e-12


@given(trials(), scales, methods, cis, st.randoms(use_true_random=False))
def test_order_of_trials_does_not_matter(data, transform, method, ci, random):
    events, totals = data
    order = list(range(len(events)))
    random.shuffle(order)
    a = pool(events, totals, transform=transform, method=method, ci=ci)
    b = pool(
        [events[i] for i in order], [totals[i] for i in order],
        transform=transform, method=method, ci=ci,
    )
    assert (b.estimate, b.lower, b.upper) == pytest.approx((a.estimate, a.lower, a.upper), abs=1e-9)


@given(trials(), st.sampled_from(SYMMETRIC), methods, cis)
def test_counting_the_others_gives_the_complement(data, transform, method, ci):
    events, totals = data
    a = pool(events, totals, transform=transform, method=method, ci=ci)
    b = pool(
        [n - x for x, n in zip(events, totals, strict=True)], totals,
        transform=transform, method=method, ci=ci,
    )
    assert (1 - b.estimate, 1 - b.upper, 1 - b.lower) == pytest.approx(
        (a.estimate, a.lower, a.upper), abs=1e-8
    )


@settings(max_examples=30)
@given(trials(smallest=3, largest=6))
def test_binomial_normal_model_counts_the_others_alike(data):
    events, totals = data
    try:
        a = pool(events, totals, transform="glmm")
    except InputError as error:
        assert "no finite estimate" in str(error)
        return
    assert 0 <= a.lower <= a.estimate <= a.upper <= 1
    # near the bound of tau the likelihood is flat, and one side may pass it
    assume(a.tau2 < 25)
    b = pool([n - x for x, n in zip(events, totals, strict=True)], totals, transform="glmm")
    assert 1 - b.estimate == pytest.approx(a.estimate, abs=1e-5)
    assert b.tau2 == pytest.approx(a.tau2, rel=1e-3, abs=1e-5)


@given(trials(), scales)
def test_without_excess_scatter_random_is_common(data, transform):
    common = pool(*data, transform=transform, method="common")
    assume(common.q <= common.df)
    for method in ("DL", "PM"):
        r = pool(*data, transform=transform, method=method)
        assert r.tau2 == 0
        assert r.estimate == pytest.approx(common.estimate, abs=1e-12)


@given(trials(), scales, methods)
def test_conservative_interval_is_never_narrower(data, transform, method):
    plain = pool(*data, transform=transform, method=method, ci="hksj")
    safe = pool(*data, transform=transform, method=method, ci="hksj-conservative")
    assert safe.upper - safe.lower >= plain.upper - plain.lower - 1e-12


@given(st.integers(0, 400), st.integers(1, 400))
def test_freeman_tukey_goes_there_and_back(x, n):
    x = min(x, n)
    effect, _ = SCALES["freeman-tukey"].forward(np.array([x]), np.array([n]))
    assert back_transform_freeman_tukey(effect[0], n) == pytest.approx(x / n, abs=1e-7)


@given(trials(), st.sampled_from(["exact", "wilson"]))
def test_single_intervals_hold_their_share(data, method):
    lower, upper = study_intervals(*data, method=method)
    share = np.array(data[0]) / np.array(data[1])
    assert (lower <= share + 1e-12).all()
    assert (share <= upper + 1e-12).all()


@settings(max_examples=30)
@given(trials())
def test_every_way_is_there_once(data):
    results = pool_all_ways(*data)
    keys = [(r.transform, r.method, r.ci) for r in results]
    assert len(set(keys)) == len(keys)
    assert len(keys) in (60, 61, 62)


@given(st.integers(1, 500), st.data(), st.integers(0, 3))
def test_a_truly_rounded_percentage_always_agrees(total, data, digits):
    events = data.draw(st.integers(0, total))
    from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

    with localcontext(prec=60):
        share = Decimal(100 * events) / Decimal(total)
        for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN):
            printed = str(share.quantize(Decimal(1).scaleb(-digits), rounding=mode))
            assert percentage_agrees(events, total, printed)
            last = int(printed[-1])
            wrong = printed[:-1] + str((last + 5) % 10)
            assert not percentage_agrees(events, total, wrong)


def test_null_heterogeneity_follows_chi_square():
    """With large trials Q is chi-square: its mean is df and its 95 % point is the table's."""
    from scipy.stats import chi2

    simulated = simulate_heterogeneity([400] * 5, 0.5, n_sets=40_000, seed=3)
    assert simulated.df == 4
    assert simulated.q.mean() == pytest.approx(4, abs=0.06)
    assert np.mean(simulated.q > chi2.ppf(0.95, 4)) == pytest.approx(0.05, abs=0.006)


def test_exact_heterogeneity_is_the_sum_over_all_results():
    """Three small trials, each result pooled by itself."""
    totals, rate = [3, 7, 4], 0.35
    exact = exact_heterogeneity(totals, rate)
    assert exact.probability.sum() == pytest.approx(1, abs=1e-12)
    above = {limit: 0.0 for limit in (0, 25, 60)}
    for events in itertools.product(*(range(n + 1) for n in totals)):
        ways = [comb(n, x) * rate**x * (1 - rate) ** (n - x) for x, n in zip(events, totals, strict=True)]
        i2 = pool(events, totals).i2
        for limit in above:
            above[limit] += prod(ways) * (i2 > limit + 1e-9)
    for limit, share in above.items():
        assert exact.share_reaching(limit + 1e-6) == pytest.approx(share, abs=1e-12)
    top = exact.i2.max()
    assert exact.share_above(top) == 0 < exact.share_reaching(top)


def test_exact_heterogeneity_is_what_many_simulated_sets_come_near_to():
    exact = exact_heterogeneity([20, 31, 12], 0.7)
    simulated = simulate_heterogeneity([20, 31, 12], 0.7, n_sets=200_000, seed=5)
    for limit in (0, 25, 50, 75):
        assert simulated.share_above(limit) == pytest.approx(exact.share_above(limit), abs=0.005)
    assert simulated.q.mean() == pytest.approx(exact.q @ exact.probability, abs=0.02)


def test_null_heterogeneity_depends_on_its_seed_alone():
    a, b, c = (simulate_heterogeneity([20, 30], 0.4, n_sets=50, seed=s) for s in (1, 1, 2))
    assert (a.q == b.q).all()
    assert not (a.q == c.q).all()


def test_simulated_sets_do_not_depend_on_the_chunks(monkeypatch):
    from secondline.proportions import simulation

    whole = simulate_heterogeneity([20, 30, 9], 0.4, n_sets=500, seed=1)
    monkeypatch.setattr(simulation, "CHUNK", 64)
    parts = simulate_heterogeneity([20, 30, 9], 0.4, n_sets=500, seed=1)
    assert (whole.q == parts.q).all()
    apart = simulate_heterogeneity([20, 30, 9], 0.4, spread=0.1, n_sets=500, seed=1)
    assert len(apart.q) == 500
    deleted = simulate_deletion([20, 30, 9], 0.8, 0.01, n_sets=500, seed=1)
    assert len(deleted.i2) == len(deleted.i2_without) == 500


def test_leaving_out_the_most_extreme_trial_is_what_leave_one_out_does():
    """The same counts through the library's pools give the simulated I2 values."""
    totals = np.array([27, 52, 46, 61, 60])
    simulated = simulate_deletion(totals, 0.83, 0.011, n_sets=25, seed=6)
    generator = np.random.default_rng(np.random.SeedSequence(6))
    true = 0.83 + np.sqrt(0.011) * generator.standard_normal((25, 5))
    events = generator.binomial(totals, np.sin(np.clip(true, 0, np.pi / 2)) ** 2)
    for i, row in enumerate(events):
        assert simulated.i2[i] == pytest.approx(pool(row, totals).i2, abs=1e-9)
        least = min(r.i2 for r in leave_one_out(row, totals))
        assert simulated.i2_without[i] == pytest.approx(least, abs=1e-9)


def test_deletion_alone_often_brings_i2_to_zero():
    """No trial is special, and yet one less brings a high I2 to zero in about a quarter."""
    simulated = simulate_deletion([27, 52, 46, 61, 60], 0.8294, 0.011, n_sets=100_000, seed=1)
    assert simulated.sets_between(60, 77) > 20_000
    assert simulated.share_zero(60, 77) == pytest.approx(0.27, abs=0.015)
    assert simulated.share_zero(0, 10) > simulated.share_zero(60, 77) > simulated.share_zero(85, 95)
    assert np.isnan(simulated.share_zero(99.9999, 100))


@pytest.mark.parametrize(
    ("transform", "method"),
    [("freeman-tukey", "DL"), ("logit", "REML"), ("arcsine", "PM"), ("glmm", "ML")],
)
def test_recovers_a_known_truth(transform, method):
    """Thirty large trials with logits around 0.4 (spread 0.5): mean and spread come back."""
    generator = np.random.default_rng(11)
    logits = 0.4 + 0.5 * generator.standard_normal(30)
    totals = np.full(30, 400)
    events = generator.binomial(totals, 1 / (1 + np.exp(-logits)))
    r = pool(events, totals, transform=transform, method="REML" if method == "ML" else method)
    true_mean = np.mean(1 / (1 + np.exp(-logits)))
    assert r.estimate == pytest.approx(true_mean, abs=0.01)
    assert r.lower < true_mean < r.upper
    if transform in ("logit", "glmm"):
        assert np.sqrt(r.tau2) == pytest.approx(np.std(logits, ddof=1), rel=0.15)


def test_hartung_knapp_covers_where_wald_does_not():
    """Five trials with real spread: Wald covers clearly less than Hartung-Knapp does."""
    generator = np.random.default_rng(5)
    covered = {"wald": 0, "hksj": 0}
    sets = 400
    for _ in range(sets):
        logits = 0.7 * generator.standard_normal(5)
        totals = np.array([30, 45, 50, 60, 60])
        events = generator.binomial(totals, 1 / (1 + np.exp(-logits)))
        for ci in covered:
            r = pool(events, totals, ci=ci)
            covered[ci] += r.lower <= 0.5 <= r.upper
    assert 0.92 <= covered["hksj"] / sets <= 0.98
    assert covered["wald"] / sets <= covered["hksj"] / sets - 0.03


def test_simulated_spread_raises_q_and_can_still_hide():
    alike = simulate_heterogeneity([60, 60, 60, 60], 0.5, n_sets=5_000, seed=4)
    apart = simulate_heterogeneity([60, 60, 60, 60], 0.5, spread=0.15, n_sets=5_000, seed=4)
    assert apart.q.mean() > 2 * alike.q.mean()
    assert (apart.i2 == 0).any()
    with pytest.raises(InputError, match="below 0.500"):
        simulate_heterogeneity([10, 20], 0.5, spread=0.5)


@given(trials(smallest=3), scales, methods)
def test_leaving_one_out_is_pooling_the_rest(data, transform, method):
    events, totals = data
    rest = leave_one_out(events, totals, transform=transform, method=method)
    direct = pool(events[1:], totals[1:], transform=transform, method=method)
    assert len(rest) == len(events)
    assert rest[0].estimate == pytest.approx(direct.estimate, abs=1e-12)
    with pytest.raises(InputError, match="at least 3"):
        leave_one_out(events[:2], totals[:2])
