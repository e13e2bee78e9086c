"""Bross's formula, E-values and the review's comparisons, against known truths."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secondline import prognosis
from secondline.errors import InputError

shares = st.floats(0.02, 0.98)
ratios = st.floats(1.0, 20.0)


@given(first=shares, second=shares, ratio=ratios)
def test_the_bias_is_what_patients_show(first, second, ratio):
    """Expected risks in two groups that differ in the factor only."""
    base = 0.9 / ratio
    risks = [share * base * ratio + (1 - share) * base for share in (first, second)]
    assert prognosis.bias_factor(first, second, ratio) == pytest.approx(risks[0] / risks[1])
    assert prognosis.bias_factor(second, first, ratio) == pytest.approx(risks[1] / risks[0])


def test_the_bias_is_that_of_drawn_patients():
    rng = np.random.default_rng(1)
    n = 400_000
    risks = []
    for share in (0.67, 0.33):
        factor = rng.random(n) < share
        risks.append((rng.random(n) < np.where(factor, 0.5, 0.25)).mean())
    assert prognosis.bias_factor(0.67, 0.33, 2.0) == pytest.approx(risks[0] / risks[1], rel=0.01)


@given(first=shares, second=shares, observed=st.floats(1.001, 5))
def test_the_explaining_ratio_explains(first, second, observed):
    assume(first > second + 0.01)
    needed = prognosis.explaining_ratio(first, second, observed)
    if np.isinf(needed):
        # even the strongest factor does not get there
        assert prognosis.bias_factor(first, second, 1e9) < observed * (1 + 1e-6)
    elif needed < 1e6:
        assert prognosis.bias_factor(first, second, needed) == pytest.approx(observed)


@given(ratio=st.floats(0.05, 20))
def test_e_values_bound_every_factor(ratio):
    e = prognosis.e_value(ratio)
    assert e >= max(ratio, 1 / ratio)
    assert prognosis.e_value(1 / ratio) == pytest.approx(e)
    # the bound of VanderWeele and Ding is met with equality by two ratios of this size
    assert e * e / (2 * e - 1) == pytest.approx(max(ratio, 1 / ratio))


def test_published_e_value():
    """VanderWeele and Ding's example: a risk ratio of 3.9 has 7.2, its limit of 1.8 has 3.0."""
    assert 7.2 <= prognosis.e_value(3.9) < 7.3
    assert round(prognosis.e_value(1.8), 1) == 3.0


def test_registry_intervals_narrow_and_hold_the_ratio():
    small, large = (prognosis.registry_contrast("relapse", n) for n in (50, 500))
    assert small.lower < large.lower < large.risk_ratio < large.upper < small.upper
    assert small.risk_ratio == pytest.approx(53 / 40)
    assert small.e_value_limit == 1.0
    assert 1 < large.e_value_limit < large.e_value
    death = prognosis.registry_contrast("death", 100)
    assert death.risk_ratio == pytest.approx(53 / 31)


def test_the_registry_interval_covers_as_it_says():
    rng = np.random.default_rng(2)
    n, hits, draws = 150, 0, 4000
    contrast = prognosis.registry_contrast("relapse", n)
    width = np.log(contrast.upper / contrast.risk_ratio)
    a, b = rng.binomial(n, 0.53, draws), rng.binomial(n, 0.40, draws)
    hits = np.abs(np.log(a / b) - np.log(contrast.risk_ratio)) < width
    assert hits.mean() == pytest.approx(0.95, abs=0.012)


def test_imbalances_together_leave_less_than_each():
    contrast = prognosis.registry_contrast("relapse", 100)
    none, lines, node, both = (
        prognosis.remaining_ratio(contrast, *pair) for pair in ((1, 1), (2, 1), (1, 2), (2, 2))
    )
    assert none == pytest.approx(contrast.risk_ratio)
    assert both < min(lines, node) < max(lines, node) < none
    assert both == pytest.approx(lines * node / none)


def test_no_count_gives_the_printed_percentage_of_the_matched_groups():
    found = prognosis.matched_contrasts()
    assert [(c.car_t_events, c.printed) for c in found] == [(10, False), (11, False)]
    assert all(c.transplant_events == 15 and c.n == 26 for c in found)
    assert all(c.two.lower < 0 < c.two.upper for c in found)
    assert "No count out of 26" in prognosis.matched_reading(found)


@given(share=st.floats(0.05, 0.95))
def test_high_volume_lies_below_whatever_its_share(share):
    for arm, whole, low in (("cart", 40, 43), ("asct", 58, 61)):
        ends = prognosis.high_volume_range(arm, share)
        assert ends[0] <= ends[1] < (low - 0.5) / 100
        middle = np.mean(ends)
        assert share * low / 100 + (1 - share) * middle == pytest.approx(whole / 100, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: prognosis.e_value(0), "risk_ratio is 0; it must be a number above 0"),
        (lambda: prognosis.bias_factor(1.2, 0.5, 2), "first is 1.2; it must be a share from 0 to 1"),
        (lambda: prognosis.explaining_ratio(0.3, 0.4, 2), "the first must be the larger"),
        (lambda: prognosis.explaining_ratio(0.4, 0.3, 0.9), "Turn the ratio round"),
        (lambda: prognosis.registry_contrast("PFS", 10), "allowed: 'relapse' or 'death'"),
        (lambda: prognosis.registry_contrast("death", 0), "n is 0; it must be a whole number"),
        (lambda: prognosis.high_volume_range("cart", 1.0), "share_low is 1.0"),
        (lambda: prognosis.high_volume_range("axi", 0.5), "allowed: 'cart' or 'asct'"),
        (lambda: prognosis.cured_of_started(-0.1), "reached is -0.1"),
    ],
)
def test_what_cannot_be_is_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
