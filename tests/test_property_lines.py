"""What must hold of tests over lines, of selection and of pairs; known truths are found."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from secondline import biomarkers
from secondline.cohort import read_cohort
from secondline.errors import InputError, NoFiniteEstimate

shares = st.floats(0.05, 0.9)
ratios = st.floats(0.15, 8).filter(lambda h: abs(math.log(h)) > 0.01)
values = st.lists(st.integers(-5, 5), min_size=2, max_size=12)


@given(values, values, values)
def test_a_trend_turns_round_with_the_order_and_ignores_the_scale(a, b, c):
    up = biomarkers.jonckheere([a, b, c])
    down = biomarkers.jonckheere([c, b, a])
    bent = biomarkers.jonckheere([np.exp(x) for x in (a, b, c)])
    assert up.statistic - up.expected == pytest.approx(-(down.statistic - down.expected), abs=1e-9)
    assert up.variance == pytest.approx(down.variance)
    assert (bent.statistic, bent.variance) == pytest.approx((up.statistic, up.variance))


@given(values, values)
def test_of_two_groups_a_trend_is_the_rank_sum_test(a, b):
    found = biomarkers.jonckheere([a, b])
    if len(set(a + b)) < 2:
        assert math.isnan(found.p)
        return
    assert found.p == pytest.approx(biomarkers.compare_pair(a, b)[4], rel=1e-9)
    assert found.p == pytest.approx(stats.kruskal(a, b).pvalue, rel=1e-9)


@given(values, values)
def test_a_pair_of_groups_turns_round(a, b):
    one, other = biomarkers.compare_pair(a, b), biomarkers.compare_pair(b, a)
    assert one[0] == pytest.approx(1 - other[0])
    assert one[1] == pytest.approx(1 - other[2], nan_ok=True)
    assert one[3] == pytest.approx(-other[3])
    assert one[4] == pytest.approx(other[4], nan_ok=True)


def test_tests_over_lines_hold_their_level_and_the_trend_is_the_stronger_on_a_slope():
    rng = np.random.default_rng(3)
    found = {0.0: [], 0.35: []}
    for slope, rows in found.items():
        for _ in range(600):
            groups = {str(k): rng.standard_normal(n) - slope * k for k, n in enumerate((30, 40, 25))}
            c = biomarkers.compare_lines(groups)
            rows.append((c.kruskal_p < 0.05, c.trend.p < 0.05, min(p.holm for p in c.pairs) < 0.05))
    none, slope = (np.mean(rows, axis=0) for rows in found.values())
    assert (none < 0.08).all() and (none[:2] > 0.03).all()
    assert slope[1] > slope[0] > 0.3


def test_the_limits_hold_the_true_share_of_pairs():
    rng = np.random.default_rng(8)
    truth = stats.norm.cdf(0.5 / math.sqrt(2))
    inside = 0
    for _ in range(800):
        _, lower, upper, *_ = biomarkers.compare_pair(
            rng.standard_normal(40) + 0.5, rng.standard_normal(25)
        )
        inside += lower < truth < upper
    assert 0.93 < inside / 800 < 0.97


@given(st.floats(1e-6, 0.99), st.integers(10, 300), st.integers(10, 300))
def test_a_shift_from_p_gives_p_again(p, n, m):
    try:
        share, shift = biomarkers.shift_from_p(p, n, m)
    except InputError:
        # no order of so few patients gives so small a P
        assert 0.5 / math.sqrt((n + m + 1) / (12 * n * m)) <= stats.norm.isf(p / 2)
        return
    z = (share - 0.5) / math.sqrt((n + m + 1) / (12 * n * m))
    assert 2 * stats.norm.sf(z) == pytest.approx(p, rel=1e-9)
    assert stats.norm.cdf(shift / math.sqrt(2)) == pytest.approx(share)


def test_an_impossible_p_and_an_empty_group_are_refused():
    with pytest.raises(InputError, match="cannot come from 3 and 3"):
        biomarkers.shift_from_p(1e-6, 3, 3)
    with pytest.raises(InputError, match="empty"):
        biomarkers.shift_from_p(0.5, 0, 3)
    with pytest.raises(InputError, match="at least 2"):
        biomarkers.jonckheere([[1, 2], []])
    with pytest.raises(InputError, match="allowed: 'is21'"):
        biomarkers.line_groups(read_cohort("virtual"), "spd_mm2")


def test_the_implied_shift_is_that_of_simulated_groups():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(400):
        x, y = rng.standard_normal(86) + 0.4, rng.standard_normal(142)
        share, _, _, _, p = biomarkers.compare_pair(x, y)
        # P alone has no side: the sign is that of the data
        found.append(math.copysign(biomarkers.shift_from_p(p, 86, 142)[1], share - 0.5))
    assert np.mean(found) == pytest.approx(0.4, abs=0.03)


@settings(max_examples=20)
@given(ratios, shares, shares, st.integers(0, 1000))
def test_the_simulation_meets_the_integrals(ratio, first, second, seed):
    made = biomarkers.line_histories(60_000, odds_ratio=ratio, cured=(first, second), seed=seed)
    expected = biomarkers.selected_moments(ratio, (first, second))
    left = biomarkers.left_by_line(made)
    for k, (mean, spread) in enumerate(expected):
        n = left["share"][k] * 60_000
        if n > 300:
            assert left["mean"][k] == pytest.approx(mean, abs=5 * spread / math.sqrt(n) + 0.002)
            assert left["spread"][k] == pytest.approx(spread, abs=5 / math.sqrt(n))
    assert left["share"][1] == pytest.approx(1 - first, abs=0.012)
    # whoever is at a later line was at the earlier one
    assert (made.reached[:, 1] | ~made.reached[:, 2]).all()


@settings(max_examples=15)
@given(ratios, shares, shares, st.floats(-1, 1), st.floats(0, 1), st.integers(0, 1000))
def test_two_groups_of_relapsed_patients_differ_by_their_own_change(
    ratio, first, second, change, r, seed
):  # fmt: skip
    made = biomarkers.line_histories(
        60_000, odds_ratio=ratio, cured=(first, second), change=change, correlation=r, seed=seed
    )
    within = biomarkers.within_patients(made)
    before, after = made.group(0, 1), made.group(1, 1)
    assert after.mean() - before.mean() == pytest.approx(within)
    # back towards the middle by 1 - r of the distance, besides the change
    mean = biomarkers.selected_moments(ratio, (first, second))[1][0]
    error = 5 / math.sqrt(len(before)) + 0.003
    assert within == pytest.approx(change - (1 - r) * mean, abs=error)


def test_without_selection_and_change_every_study_holds_its_level():
    table = biomarkers.line_worlds(
        odds_ratio=1.0, cured=(0.6, 0.4), change=0.0, correlation=0.5, sizes=(86, 142, 25),
        draws=2000, seed=4, alpha=0.1,
    )  # fmt: skip
    assert table["shown"].abs().max() < 0.04
    assert table["found"].between(0.075, 0.13).all()


def test_in_the_first_world_only_relapses_among_relapses_are_alike():
    table = biomarkers.line_worlds(
        odds_ratio=3.0, cured=(0.6, 0.4), change=-0.4, correlation=0.5, sizes=(86, 142, 25),
        draws=500, seed=2,
    ).set_index(["world", "contrast"])  # fmt: skip
    registry, zuma, third, _ = biomarkers.CONTRASTS
    still = table.loc["no change, cures select"]
    assert still.loc[zuma, "shown"] == 0 and still.loc[zuma, "found"] < 0.09
    assert still.loc[registry, "shown"] == pytest.approx(
        biomarkers.shown_by_cure(3.0, (0.6, 0.4)), abs=0.03
    )
    assert still.loc[third, "shown"] == pytest.approx(
        biomarkers.shown_by_cure(3.0, (0.6, 0.4), third=True), abs=0.03
    )
    assert still.loc[registry, "lower"] == 1
    # the side that is cured makes the same change look larger or smaller
    change = {w: table.loc[(w, registry), "shown"] for w in dict.fromkeys(table.index.get_level_values(0))}
    assert (change["change, cures select"] < change["change, no selection"]
            < change["change, cures select the other way"])  # fmt: skip


@given(ratios, shares, shares, st.booleans())
@example(5.0, 0.875, 0.0625, True)
@settings(max_examples=60)
def test_cures_never_do_more_than_their_limit_and_the_needed_ratio_comes_back(
    ratio, first, second, third
):  # fmt: skip
    cured = (first, second)
    shown = biomarkers.shown_by_cure(ratio, cured, third=third)
    limit = biomarkers.most_by_cure(cured, third=third)
    if ratio > 1:
        assert limit - 1e-9 < shown < 0
        # the least ratio: beyond the one that makes most, a larger one makes less
        needed = biomarkers.needed_by_cure(shown, cured, third=third)
        assert needed <= ratio * (1 + 1e-3)
        assert biomarkers.shown_by_cure(needed, cured, third=third) == pytest.approx(shown)
        if not third:
            assert needed == pytest.approx(ratio, rel=1e-3)
    else:
        assert shown > 0
        assert math.isnan(biomarkers.needed_by_cure(shown, cured, third=third))
    assert math.isnan(biomarkers.needed_by_cure(1.01 * limit, cured, third=third))


def test_the_limit_is_that_of_taking_the_highest():
    z = np.sort(np.random.default_rng(1).standard_normal(1_000_000))
    first = z[: int(0.4 * len(z))]

    def apart(one, other):
        return (other.mean() - one.mean()) / math.sqrt((one.var() + other.var()) / 2)

    assert biomarkers.most_by_cure((0.6, 0.4)) == pytest.approx(apart(z, first), abs=0.005)
    second = first[: int(0.6 * len(first))]
    assert biomarkers.most_by_cure((0.6, 0.4), third=True) == pytest.approx(
        apart(first, second), abs=0.005
    )


@given(ratios, st.floats(0.1, 0.9))
@settings(max_examples=60)
def test_which_biopsy_there_is_shifts_by_the_logarithm(ratio, share):
    shown = biomarkers.shown_by_availability(ratio, share)
    assert np.sign(shown) == -np.sign(math.log(ratio))
    # exact for normal groups; these are nearly so while the selection is not sharp
    if abs(math.log(ratio)) < 0.75:
        assert shown == pytest.approx(-math.log(ratio), rel=0.06)
    assert biomarkers.needed_by_availability(shown, share) == pytest.approx(ratio, rel=1e-3)


def test_availability_by_simulation():
    rng = np.random.default_rng(2)
    z = rng.standard_normal(400_000)
    early = rng.uniform(size=len(z)) < 1 / (1 + np.exp(0.6 - 0.7 * z))
    spread = math.sqrt(early.mean() * z[early].var() + (1 - early.mean()) * z[~early].var())
    found = (z[~early].mean() - z[early].mean()) / spread
    ours = biomarkers.shown_by_availability(math.exp(0.7), early.mean())
    assert ours == pytest.approx(found, abs=0.015)


@given(st.floats(0.1, 1), st.integers(5, 200), st.floats(0, 0.95), st.floats(0.01, 0.2))
def test_more_pairs_and_closer_pairs_have_more_power(shift, pairs, r, alpha):
    power = biomarkers.power_paired(shift, pairs, r, alpha=alpha)
    assert alpha - 1e-9 <= power <= 1
    assert biomarkers.power_paired(shift, pairs + 5, r, alpha=alpha) >= power - 1e-9
    assert biomarkers.power_paired(shift, pairs, r + 0.04, alpha=alpha) >= power - 1e-9
    assert biomarkers.power_paired(-shift, pairs, r, alpha=alpha) == pytest.approx(power)
    assert biomarkers.power_paired(0.0, pairs, r, alpha=alpha) == pytest.approx(alpha, rel=1e-6)


@settings(max_examples=8)
@given(st.floats(0.2, 0.6), st.floats(0, 0.9), st.integers(0, 1000))
def test_rank_tests_by_simulation_are_a_little_weaker_than_t_tests(shift, r, seed):
    apart, paired = biomarkers.simulated_power(shift, (86, 142), 40, r, draws=4000, seed=seed)
    assert apart == pytest.approx(biomarkers.power_apart(shift, (86, 142)), abs=0.05)
    assert paired == pytest.approx(biomarkers.power_paired(shift, 40, r), abs=0.05)


@given(st.integers(10, 300), st.integers(10, 300), st.floats(0, 0.95))
def test_pairs_worth_two_groups_have_the_same_standard_error(n, m, r):
    pairs = biomarkers.pairs_worth((n, m), r)
    assert 2 * (1 - r) / pairs == pytest.approx(1 / n + 1 / m)


def test_what_cannot_be_simulated_is_said():
    for bad in ({"odds_ratio": 0.0}, {"cured": (0.6, 1.0)}, {"cured": (0.6,)}, {"correlation": 1.2}):
        with pytest.raises(InputError):
            biomarkers.line_histories(1000, **{"odds_ratio": 2.0, "cured": (0.6, 0.4)} | bad)
    with pytest.raises(InputError, match="100 patients"):
        biomarkers.line_histories(10, odds_ratio=2.0, cured=(0.6, 0.4))
    with pytest.raises(InputError, match="2 pairs"):
        biomarkers.power_paired(0.4, 1, 0.5)
    with pytest.raises(InputError, match="below 1"):
        biomarkers.power_paired(0.4, 10, 1.0)
    with pytest.raises(InputError, match="shift of 0"):
        biomarkers.pairs_needed(0.0, 0.5)
    with pytest.raises(InputError, match="from 0 to below 1"):
        biomarkers.share_at_diagnosis(0.2, 1.0, 0.5)
    with pytest.raises(InputError, match="at most 1"):
        biomarkers.origin_effects(1.2)


@given(st.floats(0.02, 0.98), shares, shares)
def test_the_share_at_diagnosis_goes_back_to_that_of_the_patients_left(share, cured, others):
    early = biomarkers.share_at_diagnosis(share, cured, others)
    left = early * (1 - cured) / (early * (1 - cured) + (1 - early) * (1 - others))
    assert left == pytest.approx(share)
    # who is cured more often was more frequent before
    assert (early - share) * (cured - others) >= -1e-12


@given(st.floats(0.3, 1), st.floats(0.3, 1))
def test_the_interaction_by_origin_does_not_depend_on_a_common_share_of_events(one, other):
    assert biomarkers.origin_effects(one)[2].p == pytest.approx(biomarkers.origin_effects(other)[2].p)


def made(n, effect_before, effect_after, *, seed=7):
    """Axi-cel patients whose marker has known effects at the two times of biopsy."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    x, late = rng.standard_normal(n), rng.uniform(size=n) < 0.6
    b = np.where(late, effect_after, effect_before) * (x > np.median(x))
    time = rng.standard_exponential(n) / (0.1 * np.exp(b))
    table = pd.DataFrame({
        "arm": "axi-cel", "biopsy": np.where(late, "after first line", "before first line"),
        "efs_months": np.minimum(time, 20), "efs_event": time < 20, "sig_b_cells": x,
    })  # fmt: skip
    others = {"gene_CD19": x, "cd19_h_score": x, "sig_apm": x}
    clusters = biomarkers.biopsy_timing.CLUSTERS
    from secondline.cohort import signature_column

    names = [signature_column(name) for name in (*clusters["BPI"], *clusters["SII"])]
    scores = {name: np.exp(rng.standard_normal(n)) for name in names if name != "sig_b_cells"}
    return table.assign(**others, **scores)


def test_a_known_difference_between_the_times_is_found():
    row = biomarkers.by_timing(made(20_000, -0.2, -0.8)).set_index("name").loc["B cell signature"]
    assert math.log(row["before"]) == pytest.approx(-0.2, abs=0.08)
    assert math.log(row["after"]) == pytest.approx(-0.8, abs=0.08)
    assert row["p"] < 1e-6
    alike = biomarkers.by_timing(made(20_000, -0.5, -0.5)).set_index("name").loc["B cell signature"]
    assert alike["ratio"] == pytest.approx(1, abs=0.12)


def test_the_larger_group_has_the_larger_z_by_chance_alone():
    found = biomarkers.shuffled_timing(made(600, -0.5, -0.5), draws=300, seed=1)
    # the three copies of one marker move together, and the indices are noise
    assert found.markers == 5
    assert found.each_z > 0.5
    assert found.mean_z > found.mean
    assert biomarkers.shuffled_timing(made(12, -0.5, -0.5), draws=50) is None


def test_moving_one_way_by_chance():
    assert biomarkers.agreeing_by_chance(5, 4) == pytest.approx(12 / 32)
    assert biomarkers.agreeing_by_chance(5, 5) == pytest.approx(2 / 32)
    assert biomarkers.agreeing_by_chance(4, 2) == 1.0


def test_a_cohort_without_what_is_needed_gives_no_models(root):
    geo = read_cohort("geo", str(root / "tests/data/geo_made_family.soft"))
    assert biomarkers.line_groups(geo, "is21") == {}
    assert biomarkers.compare_lines({}) is None
    assert biomarkers.compare_lines({"a": np.array([1.0, 2.0])}) is None
    assert biomarkers.by_timing(geo).empty
    assert biomarkers.shuffled_timing(geo) is None
    found, notes = biomarkers.hgbl_by_arm(geo)
    assert found == {} and len(notes) == 2
    with pytest.raises(NoFiniteEstimate):
        biomarkers.hgbl_beside(geo, "SOC")
