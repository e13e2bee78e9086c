"""What must hold of tests over groups and of contrasts, over generated data."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from secondline.intervals import counts_from_percentage, percentage_agrees
from secondline.proportions import (
    MEASURES,
    compare_two,
    decompose,
    fisher_power,
    holm,
    homogeneity_test,
    many_moderators,
    pool_contrasts,
    simulate_frailty,
    spread_by_chance,
    trend_test,
)
from secondline.tables import read_trials


@st.composite
def groups(draw, largest_group=9, most=4):
    g = draw(st.integers(2, most))
    totals = draw(st.lists(st.integers(1, largest_group), min_size=g, max_size=g))
    events = [draw(st.integers(0, n)) for n in totals]
    assume(0 < sum(events) < sum(totals))
    return events, totals


@st.composite
def scored(draw):
    events, totals = draw(groups())
    scores = draw(
        st.lists(
            st.sampled_from([0, 0.5, 1, 2, 3.25, 7, 90, 135.5, -4]),
            min_size=len(events),
            max_size=len(events),
        )
    )
    assume(len(set(scores)) > 1)
    return events, totals, scores


def every_table(events, totals):
    """All tables with the observed margins, each with its exact probability."""
    x, n = sum(events), sum(totals)
    for table in product(*(range(size + 1) for size in totals)):
        if sum(table) == x:
            ways = 1
            for count, size in zip(table, totals, strict=True):
                ways *= comb(size, count)
            yield table, Fraction(ways, comb(n, x))


@given(scored())
@settings(max_examples=60)
def test_exact_trend_is_the_enumeration(data):
    events, totals, scores = data
    exact = [Fraction(str(s)) for s in scores]

    def total(table):
        return sum(s * count for s, count in zip(exact, table, strict=True))

    expected = Fraction(sum(events), sum(totals)) * sum(
        s * n for s, n in zip(exact, totals, strict=True)
    )
    observed, up, down, both = total(events), 0, 0, 0
    for table, chance in every_table(events, totals):
        value = total(table)
        up += chance * (value >= observed)
        down += chance * (value <= observed)
        both += chance * (abs(value - expected) >= abs(observed - expected))
    test = trend_test(events, totals, scores)
    assert test.p_increasing == pytest.approx(float(up), abs=1e-12)
    assert test.p_decreasing == pytest.approx(float(down), abs=1e-12)
    assert test.p_exact == pytest.approx(float(both), abs=1e-12)
    assert test.direction == np.sign(observed - expected)


@given(groups())
@settings(max_examples=60)
def test_freeman_halton_is_the_enumeration(data):
    events, totals = data
    chances = dict(every_table(events, totals))
    mine = chances[tuple(events)]
    expected = sum(chance for chance in chances.values() if chance <= mine)
    assert homogeneity_test(events, totals).p_exact == pytest.approx(float(expected), abs=1e-10)


@given(scored(), st.sampled_from([2, 3, 0.5]), st.integers(-5, 5))
def test_trend_depends_on_relative_distances_only(data, stretch, shift):
    events, totals, scores = data
    moved = [stretch * s + shift for s in scores]
    one, two = trend_test(events, totals, scores), trend_test(events, totals, moved)
    assert two.p_exact == pytest.approx(one.p_exact, abs=1e-12)
    assert two.statistic == pytest.approx(one.statistic, rel=1e-9, abs=1e-9)


@given(scored())
def test_trend_turned_round_changes_sides(data):
    events, totals, scores = data
    one = trend_test(events, totals, scores)
    other = trend_test(events, totals, [-s for s in scores])
    misses = [n - x for x, n in zip(events, totals, strict=True)]
    swapped = trend_test(misses, totals, scores)
    for two in (other, swapped):
        assert two.p_increasing == pytest.approx(one.p_decreasing, abs=1e-12)
        assert two.p_exact == pytest.approx(one.p_exact, abs=1e-12)
        assert two.direction == -one.direction


@given(groups(most=2))
def test_two_groups_are_fishers_test(data):
    events, totals = data
    table = [events, [n - x for x, n in zip(events, totals, strict=True)]]
    fisher = stats.fisher_exact(table).pvalue
    assert homogeneity_test(events, totals).p_exact == pytest.approx(fisher, abs=1e-10)
    assert compare_two(events[0], totals[0], events[1], totals[1]).p == pytest.approx(
        fisher, abs=1e-12
    )


def test_exact_trend_keeps_its_level():
    """Over all responses of equal groups, P <= 0.05 comes up in no more than 5 % of them."""
    totals, share = [7, 7, 7], 0.4
    rejected = 0.0
    for events in product(range(8), repeat=3):
        if 0 < sum(events) < 21 and trend_test(events, totals).p_exact <= 0.05:
            rejected += np.prod(stats.binom.pmf(events, totals, share))
    assert 0.01 < rejected <= 0.05


@given(
    st.integers(1, 400),
    st.integers(0, 400),
    st.integers(0, 2),
)
def test_a_count_comes_back_from_its_percentage(n, x, digits):
    x = min(x, n)
    printed = f"{100 * x / n:.{digits}f}"
    # floats round halves as they fall; the percentage is then no rounding of the count
    assume(percentage_agrees(x, n, printed))
    found = counts_from_percentage(printed, n)
    assert x in found
    assert list(found) == [k for k in range(n + 1) if percentage_agrees(k, n, printed)]


@st.composite
def two_arms(draw):
    k = draw(st.integers(1, 6))
    columns = []
    for _ in range(2):
        totals = draw(st.lists(st.integers(1, 120), min_size=k, max_size=k))
        columns += [[draw(st.integers(0, n)) for n in totals], totals]
    return columns


@given(two_arms(), st.sampled_from(MEASURES), st.sampled_from(["common", "DL", "REML", "PM"]))
def test_exchanging_the_groups_turns_the_contrast_round(data, measure, method):
    x1, n1, x2, n2 = data
    one = pool_contrasts(x1, n1, x2, n2, measure=measure, method=method)
    two = pool_contrasts(x2, n2, x1, n1, measure=measure, method=method)
    assert two.effect == pytest.approx(-one.effect, abs=1e-7)
    assert two.se == pytest.approx(one.se, rel=1e-5)
    assert one.lower <= one.estimate <= one.upper
    assert one.weights.sum() == pytest.approx(1)


@given(two_arms())
def test_one_trial_is_not_averaged(data):
    x1, n1, x2, n2 = ([column[0]] for column in data)
    results = [pool_contrasts(x1, n1, x2, n2, method=m) for m in ("common", "DL", "REML", "PM")]
    assert len({r.estimate for r in results}) == 1
    assert all(np.isnan(r.q) and np.isnan(r.i2) for r in results)


@given(two_arms())
def test_parts_of_a_difference_add_up(data):
    parts = decompose(*data)
    assert parts.within + parts.mix == pytest.approx(parts.total, abs=1e-12)


def test_the_same_mix_leaves_only_what_is_within():
    parts = decompose([5, 10], [10, 40], [8, 30], [20, 80])
    assert parts.mix == pytest.approx(0, abs=1e-15)


def test_a_simpson_table_is_all_mix():
    """No difference in either trial, and thirty points between the sums."""
    parts = decompose([9, 20], [10, 100], [90, 2], [100, 10])
    assert parts.within == pytest.approx(0, abs=1e-15)
    assert parts.total == pytest.approx(29 / 110 - 92 / 110)
    assert pool_contrasts([9, 20], [10, 100], [90, 2], [100, 10]).estimate == pytest.approx(
        0, abs=1e-15
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_and_keeps_the_order(p):
    adjusted = holm(p)
    assert np.all(adjusted >= np.array(p) - 1e-15)
    assert np.all(adjusted <= 1)
    order = np.argsort(p, kind="stable")
    assert np.all(np.diff(adjusted[order]) >= 0)
    assert adjusted[order[0]] == pytest.approx(min(1, len(p) * min(p)))


def test_holm_leaves_missing_out_of_the_count():
    assert holm([0.01, float("nan"), 0.04])[[0, 2]].tolist() == [0.02, 0.04]


def test_power_is_the_share_of_rejections():
    """Against direct enumeration with scipy's own test."""
    n1, n2, p1, p2 = 9, 7, 0.2, 0.75
    expected = sum(
        stats.binom.pmf(a, n1, p1) * stats.binom.pmf(b, n2, p2)
        for a in range(n1 + 1)
        for b in range(n2 + 1)
        if stats.fisher_exact([[a, n1 - a], [b, n2 - b]]).pvalue <= 0.05
    )
    assert fisher_power(p1, n1, p2, n2) == pytest.approx(expected, abs=1e-12)
    assert fisher_power(0.3, 20, 0.3, 20) <= 0.05


def test_spread_by_chance_keeps_the_margins():
    spread = spread_by_chance([1, 0], [3, 5], n_sets=4000, seed=5)
    # one event: it falls into the first group in three of eight draws
    assert set(np.round(spread.simulated, 12)) == {np.round(1 / 3, 12), 0.2}
    assert np.mean(np.isclose(spread.simulated, 1 / 3)) == pytest.approx(3 / 8, abs=0.03)


def test_virtual_time_does_nothing_without_frailty():
    flat = simulate_frailty(strength=0, seed=6)
    assert np.ptp(flat.shares) < 0.015
    assert flat.among_waiters == pytest.approx(flat.at_once, abs=0.01)
    steep = simulate_frailty(seed=6)
    assert list(steep.shares) == sorted(steep.shares)
    assert steep.among_waiters > steep.at_once > steep.of_all_after_waiting


def test_virtual_reviews_keep_the_level_of_a_single_test():
    tried = many_moderators(read_trials(), "CR", n_sets=200, seed=7)
    assert tried.moderators == 5
    assert 0.01 < tried.one < 0.10
    assert tried.one < tried.any < 5 * tried.one + 1e-9
