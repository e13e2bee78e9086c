"""Printed shares with intervals, and clocks, against known truths."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from secondline import prognosis
from secondline.errors import InputError
from secondline.proportions import fisher_power

shares = st.floats(0.05, 0.95)


def test_counts_are_the_printed_ones_and_add_up():
    for cohort, total in (("MER", 132), ("LEO", 308), ("both", 440)):
        assert sum(prognosis.group_counts(cohort).values()) == total
    with pytest.raises(InputError, match="cohort is 'all'; allowed: 'MER', 'LEO' or 'both'"):
        prognosis.groups("all")


@pytest.mark.parametrize("cohort", prognosis.COHORTS)
def test_alive_counts_print_as_the_review_does(cohort):
    for group, printed in zip(prognosis.groups(cohort), ("30", "50", "58"), strict=True):
        assert f"{100 * group.alive / group.n:.0f}" == printed
        assert group.lower < group.share < group.upper


def test_more_patients_mean_narrower_intervals_and_more_power():
    mer, both = (prognosis.comparisons(name) for name in ("MER", "both"))
    for a, b in zip(mer, both, strict=True):
        assert b.two.upper - b.two.lower < a.two.upper - a.two.lower
        assert b.power > a.power
        assert a.needed == b.needed


@pytest.mark.parametrize(("p1", "p2"), [(0.3, 0.5), (0.2, 0.35)])
def test_patients_needed_have_the_power_that_was_wanted(p1, p2):
    n = prognosis.patients_needed(p1, p2, 0.8)
    # the formula is of the z test on the arcsine scale; drawn trials check it
    rng = np.random.default_rng(3)
    a, b = rng.binomial(n, p1, 40_000) / n, rng.binomial(n, p2, 40_000) / n
    z = 2 * (np.arcsin(np.sqrt(b)) - np.arcsin(np.sqrt(a))) / np.sqrt(2 / n)
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.015)
    # Fisher's test is more careful, and finds it a little less often
    assert 0.7 < fisher_power(p1, n, p2, n) < 0.8


@given(p1=shares, p2=shares)
def test_significance_begins_where_it_is_said(p1, p2):
    assume(abs(p1 - p2) > 0.02)
    n = prognosis.patients_for_significance(p1, p2)
    mean = (p1 + p2) / 2

    def z(size):
        return abs(p1 - p2) / np.sqrt(2 * mean * (1 - mean) / size)

    assert z(n) >= 1.959 and (n == 1 or z(n - 1) < 1.96)


@given(share=shares, first=st.floats(0, 10), second=st.floats(0, 20))
def test_the_month_that_explains_a_share_gives_it_back(share, first, second):
    other = prognosis.share_with_same_hazard(share, first, second)
    assume(0 < other < 1)
    assert prognosis.failure_that_explains(share, first, other) == pytest.approx(second, abs=1e-8)


@given(share=shares, first=st.floats(0, 12), gap=st.floats(0.1, 10))
def test_who_fails_later_looks_better(share, first, gap):
    assert prognosis.share_with_same_hazard(share, first, first + gap) > share
    assert prognosis.share_with_same_hazard(share, first, first) == pytest.approx(share)


def test_the_clock_is_that_of_drawn_patients():
    rng = np.random.default_rng(5)
    rate = -np.log(0.5) / 18
    alive = (12 + rng.exponential(1 / rate, 200_000) > 24).mean()
    assert prognosis.share_with_same_hazard(0.5, 6, 12) == pytest.approx(alive, abs=0.004)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [((1.0, 6, 12), "share is 1.0"), ((0.5, 6, 24), "before the horizon of 24 months"),
     ((0.5, -1, 12), "must lie from 0")],
)  # fmt: skip
def test_clocks_that_cannot_be_are_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        prognosis.share_with_same_hazard(*arguments)


def test_shares_that_cannot_be_told_apart_are_refused():
    for function in (prognosis.patients_needed, prognosis.patients_for_significance):
        with pytest.raises(InputError, match="no number of patients tells them apart"):
            function(0.4, 0.4)
        with pytest.raises(InputError, match="p1 is 0"):
            function(0, 0.4)


def test_readings_follow_the_margin():
    comparison = prognosis.comparisons("both")[2]
    assert "not shown to be alike" in prognosis.alike_reading(comparison, "both", 10)
    assert "alike, by that margin" in prognosis.alike_reading(comparison, "both", 25)


def test_each_cohort_has_the_shares_that_the_abstract_prints():
    """Typed from the abstract of Bock et al. 2024: 15, 38, 44 % in MER and 31, 50, 58 % in LEO."""
    alive = {c: [g.alive for g in prognosis.groups(c, source="abstract")] for c in prognosis.COHORTS}
    assert alive["MER"] == [6, 15, 23]  # of 40, 40 and 52
    assert alive["LEO"] == [45, 33, 56]  # of 145, 66 and 97
    assert alive["both"] == [a + b for a, b in zip(alive["MER"], alive["LEO"], strict=True)]
    # the review's shares are those of LEO, one a point lower
    review = [g.alive for g in prognosis.groups("LEO")]
    assert review[1:] == alive["LEO"][1:] and review[0] < alive["LEO"][0]


def test_progression_is_worst_in_each_cohort_and_the_others_are_not_told_apart():
    for cohort in prognosis.COHORTS:
        first, second, third = prognosis.comparisons(cohort, source="abstract")
        assert first.two.p < 0.05 and second.two.p < 0.05 and third.two.p > 0.2
        assert third.two.lower < 0 < third.two.upper
        table = [[6, 34], [15, 25]] if cohort == "MER" else None
        if table:
            assert first.two.p == pytest.approx(stats.fisher_exact(table).pvalue)
    page = prognosis.abstract_page(0.95).set_index("Group, or difference")
    assert list(page.columns) == ["MER", "LEO", "both, added up"]
    assert page.loc["progression", "MER"].startswith("15 % (7 to 29)")


def test_few_patients_are_enough_where_shares_are_far_apart_and_many_where_near():
    # the arcsine difference is nearly pi: 2 (1.96 + 0.84)^2 / pi^2 is 1.6
    assert prognosis.patients_needed(1e-12, 1 - 1e-12) == 2
    assert prognosis.patients_needed(0.5, 0.5000001) == pytest.approx(3.924e14, rel=0.001)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: prognosis.groups("MER", level=2), "level is 2; it must lie between 0 and 1"),
        (lambda: prognosis.groups("MER", source="book"), "source is 'book'; allowed: 'review' or"),
        (lambda: prognosis.comparisons("MER", power="high"), "power is 'high'; it must be a number"),
        (lambda: prognosis.comparisons("MER", power=0.01), "power is 0.01; it must lie above alpha"),
        (lambda: prognosis.patients_for_significance(None, 0.3), "p1 is None"),
        (lambda: prognosis.registry_contrast("relapse", 100, level=float("nan")), "level is nan"),
        (lambda: prognosis.registry_contrast("relapse", 10**400), "1 to 1,000,000"),
        (lambda: prognosis.remaining_ratio(None, 1, 1), "it must come from registry_contrast"),
        (lambda: prognosis.matched_contrasts(level="a"), "level is 'a'"),
        (lambda: prognosis.high_volume_range("cart", "half"), "share_low is 'half'"),
        (lambda: prognosis.cured_of_started(None), "reached is None; it must be a share"),
        (lambda: prognosis.e_value("2"), "risk_ratio is '2'; it must be a number above 0"),
        (lambda: prognosis.bias_factor("a", 0.3, 2), "first is 'a'; it must be a share"),
        (lambda: prognosis.explaining_ratio(0.5, 0.3, None), "observed is None"),
        (lambda: prognosis.share_with_same_hazard("half", 6, 12), "share is 'half'"),
        (lambda: prognosis.share_with_same_hazard(0.5, "soon", 12), "'soon', 12 months"),
        (lambda: prognosis.share_with_same_hazard(0.5, 6, 12, horizon=None), "horizon is None"),
        (lambda: prognosis.cohorts_page("wide"), "level is 'wide'"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(call, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        call()


def test_any_kind_of_whole_number_counts_patients():
    assert prognosis.registry_contrast("relapse", np.int64(150)) == prognosis.registry_contrast(
        "relapse", 150
    )
