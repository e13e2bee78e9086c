"""Batch tests of trials: what must hold whatever the data are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from secondline.errors import InputError
from secondline.trials import (
    cox,
    fleming_harrington,
    logrank,
    medians,
    restricted_means,
    risk_table,
    survival_at,
)
from secondline.trials import risk as risk_module


@st.composite
def trials(draw, most=4):
    """Draw a few small trials, with ties and empty arms among them."""
    n = draw(st.integers(1, 14))
    k = draw(st.integers(1, most))
    months = st.one_of(st.integers(0, 6).map(float), st.floats(0, 50, allow_subnormal=False))
    time = draw(st.lists(st.lists(months, min_size=n, max_size=n), min_size=k, max_size=k))
    flags = st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=k, max_size=k)
    return np.array(time), np.array(draw(flags)), np.array(draw(flags))


def by_hand(time, event, arm):
    """Log-rank sums from the definition, one event time after the other."""
    score = variance = 0.0
    for t in np.unique(time[event]):
        n, n1 = (time >= t).sum(), ((time >= t) & arm).sum()
        d = ((time == t) & event).sum()
        score += ((time == t) & event & arm).sum() - d * n1 / n
        if n > 1:
            variance += d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
    return score, variance


@settings(max_examples=150)
@given(trials())
def test_log_rank_is_its_definition(data):
    test = logrank(*data)
    for i, row in enumerate(zip(*data, strict=True)):
        score, variance = by_hand(*row)
        assert test.observed_less_expected[i] == pytest.approx(score, abs=1e-9)
        assert test.variance[i] == pytest.approx(variance, abs=1e-9)


@settings(max_examples=100)
@given(trials())
def test_swapping_the_arms_turns_the_sign(data):
    time, event, arm = data
    for exponents in ({}, {"rho": 1.0}, {"gamma": 1.0}):
        first = fleming_harrington(time, event, arm, **exponents)
        second = fleming_harrington(time, event, ~arm, **exponents)
        np.testing.assert_allclose(
            first.observed_less_expected, -second.observed_less_expected, atol=1e-9
        )
        np.testing.assert_allclose(first.variance, second.variance, atol=1e-9)


@settings(max_examples=100)
@given(trials(), st.randoms(use_true_random=False))
def test_the_order_of_patients_does_not_matter(data, random):
    time, event, arm = data
    order = list(range(time.shape[1]))
    random.shuffle(order)
    mixed = tuple(column[:, order] for column in data)
    np.testing.assert_allclose(
        logrank(*data).observed_less_expected, logrank(*mixed).observed_less_expected, atol=1e-9
    )
    times = [0.0, 1.0, 3.0, 10.0]
    np.testing.assert_allclose(
        survival_at(*data, times).survival, survival_at(*mixed, times).survival, atol=1e-12
    )


@settings(max_examples=100)
@given(trials())
def test_trials_together_give_what_each_gives_alone(data):
    time, event, arm = data
    times = [0.0, 2.0, 7.5]
    together = (
        logrank(*data).z,
        survival_at(*data, times).survival,
        medians(*data),
        restricted_means(*data, horizon=4.0).mean,
        cox(time, event, arm).log_hazard_ratio,
    )
    for i in range(len(time)):
        one = tuple(column[i] for column in data)
        alone = (
            logrank(*one).z,
            survival_at(*one, times).survival,
            medians(*one),
            restricted_means(*one, horizon=4.0).mean,
            cox(*one).log_hazard_ratio,
        )
        for a, b in zip(together, alone, strict=True):
            np.testing.assert_allclose(a[i], b[0], atol=1e-9)


def test_chunks_do_not_show(monkeypatch):
    rng = np.random.default_rng(3)
    time = np.round(rng.exponential(5, size=(50, 31)), 1)
    event, arm = rng.random((50, 31)) < 0.7, np.arange(31) % 2
    whole = logrank(time, event, arm).z, cox(time, event, arm).se, medians(time, event, arm)
    monkeypatch.setattr(risk_module, "CHUNK_PATIENTS", 90)
    parts = logrank(time, event, arm).z, cox(time, event, arm).se, medians(time, event, arm)
    for a, b in zip(whole, parts, strict=True):
        # sums run over other neighbours: rounding only
        np.testing.assert_allclose(a, b, rtol=1e-11)


@settings(max_examples=60)
@given(trials(most=2))
def test_cox_score_is_zero_at_the_estimate(data):
    """Breslow's score at 0 is the log-rank sum; at the estimate the likelihood is flat."""
    time, event, arm = data
    fit = cox(time, event, arm, ties="breslow")
    for i in range(len(time)):
        beta = fit.log_hazard_ratio[i]
        if np.isnan(beta):
            continue
        score = 0.0
        for t in np.unique(time[i][event[i]]):
            risk = time[i] >= t
            weight = np.exp(beta * arm[i][risk])
            died = (time[i] == t) & event[i]
            share = (weight * arm[i][risk]).sum() / weight.sum()
            score += (arm[i][died] - share).sum()
        assert score == pytest.approx(0, abs=1e-6)


def test_cox_of_an_arm_is_cox_of_its_number():
    """The quick way for two arms and the general way agree."""
    rng = np.random.default_rng(8)
    time = np.round(rng.exponential(5, size=(40, 60)), 1)
    event, arm = rng.random((40, 60)) < 0.8, (np.arange(60) % 2).astype(float)
    for ties in ("efron", "breslow"):
        quick = cox(time, event, arm, ties=ties)
        general = cox(time, event, 3 * arm + 1, ties=ties)
        np.testing.assert_allclose(quick.log_hazard_ratio, 3 * general.log_hazard_ratio, atol=1e-8)
        np.testing.assert_allclose(quick.se, 3 * general.se, atol=1e-8)


def test_separated_arms_have_no_hazard_ratio():
    time = np.array([1.0, 2.0, 3.0, 4.0])
    fit = cox(time, [1, 1, 0, 0], [1, 1, 0, 0])
    assert np.isnan(fit.log_hazard_ratio[0])
    assert np.isnan(fit.se[0])
    assert np.isnan(cox(time, [0, 0, 0, 0], [1, 0, 1, 0]).se[0])


def test_a_known_hazard_ratio_is_found():
    rng = np.random.default_rng(11)
    arm = np.arange(300) % 2
    time = rng.exponential(1 / (0.1 * 0.5**arm), size=(2_000, 300))
    censoring = rng.uniform(5, 30, size=time.shape)
    event = time <= censoring
    fit = cox(np.minimum(time, censoring), event, arm)
    low, high = fit.limits()
    error = fit.log_hazard_ratio.std() / np.sqrt(2_000)
    assert fit.log_hazard_ratio.mean() == pytest.approx(np.log(0.5), abs=5 * error + 0.01)
    covered = ((low < 0.5) & (high > 0.5)).mean()
    assert covered == pytest.approx(0.95, abs=0.02)
    assert fit.log_hazard_ratio.std() == pytest.approx(fit.se.mean(), rel=0.06)


def test_the_log_rank_test_keeps_its_level():
    rng = np.random.default_rng(12)
    time = rng.exponential(10, size=(4_000, 120))
    event = rng.random(time.shape) < 0.7
    for exponents in ({}, {"rho": 1.0}, {"gamma": 1.0}):
        p = fleming_harrington(time, event, np.arange(120) % 2, **exponents).p
        assert stats.kstest(p, "uniform").pvalue > 1e-4


def test_restricted_means_find_the_area_and_its_error():
    rng = np.random.default_rng(13)
    arm = np.arange(200) % 2
    time = rng.exponential(8, size=(3_000, 200))
    censoring = rng.uniform(10, 40, size=time.shape)
    result = restricted_means(np.minimum(time, censoring), time <= censoring, arm, horizon=9.0)
    area = 8 * (1 - np.exp(-9 / 8))
    assert result.mean.mean() == pytest.approx(area, abs=0.03)
    assert result.difference.std() == pytest.approx(result.difference_se.mean(), rel=0.05)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: risk_table([1, -2], [1, 0], [0, 1]), "negative, missing or not finite"),
        (lambda: risk_table([1, np.nan], [1, 0], [0, 1]), "negative, missing or not finite"),
        (lambda: risk_table([1, 2], [1, 2], [0, 1]), "event must hold only 0 and 1"),
        (lambda: risk_table([1, 2], [1, 0], [0, 3]), "arm must hold only 0 and 1"),
        (lambda: risk_table([1, 2], [1], [0, 1]), "trials by patients"),
        (lambda: risk_table([1, 2], [1, 0], [0]), "arm has shape"),
        (lambda: fleming_harrington([1], [1], [0], rho=-1), "rho is -1; it must be 0 or more"),
        (lambda: cox([1, 2], [1, 0], [0, 1], ties="exact"), "ties is 'exact'; allowed"),
        (lambda: cox([1, 2], [1, 0], [0, np.nan]), "covariate is missing"),
        (lambda: survival_at([1], [1], [0], [3, 2]), "times must rise"),
        (lambda: survival_at([1], [1], [0], [-1]), "0 or later"),
        (lambda: restricted_means([1], [1], [0], horizon=0), "horizon is 0"),
    ],
)
def test_what_cannot_be_used_is_named(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
