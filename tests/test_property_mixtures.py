"""What must hold of mixtures, medians and bounds, over generated data."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.survival import (
    free_bounds,
    kaplan_meier,
    median_to_rate,
    median_with_interval,
    mixture_median,
    mixture_restricted_mean,
    mixture_survival,
    pooling_table,
    simulate_trials,
    survival_from_median,
)

shares = st.floats(0, 1)
months = st.floats(0.1, 600)


@st.composite
def mixtures(draw):
    short, factor = draw(st.floats(0.1, 24)), draw(st.floats(1, 50))
    return draw(shares), short * factor, short


@given(mixtures())
def test_half_are_free_of_the_event_at_the_median(mixture):
    median = mixture_median(*mixture)
    assert mixture[2] <= median * (1 + 1e-9)
    assert median <= mixture[1] * (1 + 1e-9)
    assert float(mixture_survival(median, *mixture)) == pytest.approx(0.5, abs=1e-8)


@given(mixtures(), st.floats(0, 1))
def test_more_lasting_remissions_never_shorten_the_median(mixture, other):
    less, more = sorted((mixture[0], other))
    groups = mixture[1:]
    assert mixture_median(less, *groups) <= mixture_median(more, *groups) * (1 + 1e-9)


@given(mixtures(), months)
def test_restricted_mean_is_the_area_under_the_curve(mixture, tau):
    from scipy.integrate import quad

    area = quad(
        lambda t: float(mixture_survival(t, *mixture)), 0, tau, points=[min(mixture[2], tau)], limit=200
    )[0]
    assert mixture_restricted_mean(tau, *mixture) == pytest.approx(area, rel=1e-4)


@given(mixtures(), st.floats(0.5, 60))
def test_shares_and_restricted_means_average_and_medians_need_not(mixture, at):
    table = pooling_table(*mixture, months=at).set_index("summary")
    for name in ("free at", "restricted mean"):
        row = table.loc[name]
        assert row["average"] == pytest.approx(row["together"], rel=1e-10)
    row = table.loc["median"]
    assert row["first"] <= row["second"] * (1 + 1e-9)


def test_average_of_medians_misses_the_median_of_both():
    row = pooling_table(0.5, 120, 2).set_index("summary").loc["median"]
    assert row["average"] > 2 * row["together"]


@given(months)
def test_one_group_is_the_exponential(median):
    assert mixture_median(1, median, median) == pytest.approx(median)
    assert median_to_rate(median) * median == pytest.approx(np.log(2))
    assert float(survival_from_median(2 * median, median)) == pytest.approx(0.25)
    assert mixture_survival(median, 0.3, median, median) == pytest.approx(0.5)


@given(
    st.lists(st.tuples(st.floats(0.1, 60), st.booleans()), min_size=1, max_size=40),
    st.sampled_from(["plain", "log-log"]),
)
def test_median_lies_within_its_interval(patients, interval):
    times, events = zip(*patients, strict=True)
    curve = kaplan_meier(times, events, interval=interval)
    assert (np.diff(curve.survival) <= 1e-12).all()
    median = median_with_interval(curve)
    known = [v for v in (median.lower, median.estimate, median.upper) if not np.isnan(v)]
    assert known == sorted(known)
    # an estimate that is not reached has no upper limit either
    if np.isnan(median.estimate):
        assert np.isnan(median.upper)


@given(st.lists(st.floats(0.1, 60), min_size=1, max_size=40, unique=True))
def test_without_censoring_the_median_is_that_of_the_times(times):
    median = median_with_interval(kaplan_meier(times, [True] * len(times))).estimate
    assert median == pytest.approx(np.median(times))


def test_simulation_finds_the_closed_form_median():
    """Recovery: one large trial with long observation."""
    truth = dict(share=0.45, long_median=60.0, short_median=3.0)
    virtual = simulate_trials(**truth, n=200_000, follow_up_months=400.0, n_trials=1, seed=3)
    assert virtual.true_median == mixture_median(0.45, 60.0, 3.0)
    # standard error of the median: 0.5 / (density * sqrt(n)) is about 0.04 months
    assert virtual.medians[0] == pytest.approx(virtual.true_median, abs=0.2)


def test_interval_covers_the_median_about_as_often_as_it_says():
    virtual = simulate_trials(
        share=0.5, long_median=120.0, short_median=2.0, n=46, follow_up_months=15.0,
        n_trials=1000, seed=4,
    )  # fmt: skip
    covered = 0
    for times, events in zip(virtual.times, virtual.events, strict=True):
        m = median_with_interval(kaplan_meier(times, events))
        low = -np.inf if np.isnan(m.lower) else m.lower
        high = np.inf if np.isnan(m.upper) else m.upper
        covered += low <= virtual.true_median <= high
    # 0.95 less or more three standard errors of 1000 trials
    assert covered / 1000 == pytest.approx(0.95, abs=0.021)


def test_same_seed_same_trials_and_observation_has_the_stated_median():
    settings = dict(share=1.0, long_median=1e6, short_median=1.0, n=4001, follow_up_months=15.0)
    first, again, other = (simulate_trials(**settings, n_trials=1, seed=s) for s in (5, 5, 6))
    assert (first.times == again.times).all()
    assert (first.times != other.times).any()
    # nobody has the event, so that all times are times of observation
    assert np.median(first.times) == pytest.approx(15.0, abs=0.5)
    assert first.times.min() >= 7.5
    assert first.times.max() <= 22.5
    assert first.share_not_reached == 1
    assert first.quantiles(0.5) == (np.inf,)
    (curve,) = first.curves(5)
    assert (curve.n, curve.events) == (4001, 0)


@st.composite
def cohorts(draw):
    n = draw(st.integers(1, 300))
    responders = draw(st.integers(0, n))
    return n, responders, draw(st.integers(0, responders))


@given(cohorts(), months, months, months, st.floats(0, 24))
def test_patients_needed_make_just_more_than_half(cohort, at, dor, docr, latest):
    n, responders, complete = cohort
    b = free_bounds(
        n, responders, complete, months=at, dor_median=dor, docr_median=docr, latest_response=latest
    )
    assert 0 <= b.most <= responders
    assert b.upper <= 1
    assert b.most + b.needed > n / 2
    assert b.needed == 0 or b.most + b.needed - 1 <= n / 2


@given(cohorts(), months, st.floats(0, 24), st.randoms(use_true_random=False))
def test_complete_responses_with_that_median_obey_the_bounds(cohort, at, latest, random):
    n, responders, complete = cohort
    assume(complete >= 2 and complete % 2 == 0)
    durations = sorted(random.uniform(0.1, 60) for _ in range(complete))
    median = durations[complete // 2 - 1]  # the curve comes down to one half here
    onsets = [random.uniform(0, latest) for _ in durations]
    free = sum(o + d > at for o, d in zip(onsets, durations, strict=True))
    b = free_bounds(
        n, complete, complete, months=at, docr_median=median, latest_response=latest
    )
    assert b.fewest <= free <= b.most


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mixture_median(1.2, 10, 2), "share is 1.2; it must be a proportion"),
        (lambda: mixture_median(0.5, 2, 10), "the long one must not be the shorter"),
        (lambda: mixture_survival(1, 0.5, 10, 0), "short_median is 0; it must be above 0"),
        (lambda: median_to_rate(-1), "median is -1; it must be above 0"),
        (lambda: kaplan_meier([], []), "one time and one event"),
        (lambda: kaplan_meier([1, -1], [1, 1]), "negative"),
        (lambda: kaplan_meier([1], [1], level=95), "between 0 and 1"),
        (lambda: kaplan_meier([1], [1], interval="arcsine"), "allowed: 'log-log' or 'plain'"),
        (lambda: free_bounds(52, 26, 30, months=3), "do not fit"),
        (lambda: free_bounds(52, 26, 20, months=0), "must be above 0"),
    ],
)
def test_what_cannot_be_used_gives_a_sentence(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
