"""Designs of trials: what is drawn, what a rule sees of it, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from secondline.errors import InputError
from secondline.trials import (
    RESPONSE_SETTLED,
    ZUMA7_SCANS,
    Arm,
    CureMixture,
    Design,
    EventRule,
    HazardRatio,
    LogLogistic,
    LogNormal,
    PiecewiseHazard,
    Scans,
    Weibull,
    histories,
    month_of_event,
    observe,
    simulate,
    zuma7,
)
from secondline.trials.simulation import BLOCK

CURVES = [
    LogLogistic(1.5, 2.0),
    LogNormal(3.0, 0.8),
    Weibull(4.0, 0.7),
    PiecewiseHazard((0.2, 0.0, 0.05), (3.0, 6.0)),
    PiecewiseHazard((0.0, 0.3), (2.0,)),
    CureMixture(LogLogistic(1.5, 2.0), cured=0.4, lag=1.2),
    HazardRatio(Weibull(4.0), (0.5,)),
    HazardRatio(CureMixture(Weibull(4.0), 0.2), (1.0, 0.4), (3.0,)),
]


@pytest.mark.parametrize("curve", CURVES, ids=repr)
def test_times_invert_survival(curve):
    u = np.linspace(0.001, 1, 400)
    times = curve.times(u)
    known = np.isfinite(times)
    assert known.any()
    back = curve.survival(times[known])
    # over a stretch without events many months have one survival, but not the other way
    np.testing.assert_allclose(back, u[known], atol=1e-9)
    assert (np.diff(times[known]) <= 1e-9).all()


def test_cured_patients_never_fail():
    curve = CureMixture(Weibull(2.0), cured=0.3)
    assert np.isinf(curve.times(np.array([0.1, 0.3]))).all()
    assert np.isfinite(curve.times(np.array([0.30001, 1.0]))).all()
    assert curve.survival(1e9) == pytest.approx(0.3)


def test_a_changing_ratio_leaves_the_time_before_it_alone():
    base = Weibull(4.0, 1.3)
    late = HazardRatio(base, (1.0, 0.4), (3.0,))
    t = np.array([0.5, 2.9, 3.0])
    np.testing.assert_allclose(late.survival(t), base.survival(t), atol=1e-12)
    after = np.array([4.0, 9.0])
    expected = base.survival(3.0) * (base.survival(after) / base.survival(3.0)) ** 0.4
    np.testing.assert_allclose(late.survival(after), expected, atol=1e-12)


def test_a_trial_is_the_same_however_many_are_asked_for():
    design = replace(zuma7(), n=30)
    few, many = simulate(design, 7, 5), simulate(design, 2 * BLOCK + 9, 5)
    np.testing.assert_array_equal(few.time, many.time[:7])
    np.testing.assert_array_equal(few.event, many.event[:7])
    assert not np.array_equal(simulate(design, 7, 6).time, few.time)


def test_arms_have_the_sizes_of_the_design():
    assert (zuma7().arm.sum(), len(zuma7().arm)) == (180, 359)
    assert replace(zuma7(), n=90, experimental_share=2 / 3).arm.sum() == 60


@pytest.fixture(scope="module")
def patients():
    return histories(zuma7(), 100, 11)


def test_without_scans_failure_is_seen_on_its_day(patients):
    trials = observe(patients, EventRule())
    np.testing.assert_allclose(trials.time[trials.event], patients.failure[trials.event])


def test_scans_see_a_failure_at_the_next_scan_or_at_once(patients):
    trials = observe(patients, EventRule(ZUMA7_SCANS))
    waits = trials.time - patients.failure
    assert (waits[trials.event] >= 0).all()
    at_once = trials.event & patients.at_once
    np.testing.assert_allclose(waits[at_once], 0, atol=1e-12)
    found = trials.event & ~patients.at_once
    planned = np.asarray(ZUMA7_SCANS.months)
    nearest = np.abs(trials.time[found][:, None] - planned).min(axis=1)
    assert nearest.max() <= ZUMA7_SCANS.shift + 1e-9
    gaps = np.diff(np.concatenate([[0], planned])).max() + 2 * ZUMA7_SCANS.shift
    assert waits[found].max() <= gaps


def test_an_earlier_deadline_moves_only_events_of_those_without_response(patients):
    rule = EventRule(ZUMA7_SCANS)
    free = observe(patients, rule)
    early = observe(patients, replace(rule, response_by=2.07))
    moved = early.time != free.time
    assert moved.any()
    assert patients.without_response[moved].all()
    assert (early.time[moved] < free.time[moved]).all()
    last = observe(patients, replace(rule, response_by=RESPONSE_SETTLED))
    np.testing.assert_array_equal(last.time, free.time)


def test_late_responders_are_lost_to_an_early_deadline_only():
    design = zuma7()
    late = replace(design, experimental=replace(design.experimental, late_response=0.2))
    patients = histories(late, 100, 3)
    arm = late.arm == 1
    lasting = np.isinf(patients.failure) & arm
    rule = EventRule(ZUMA7_SCANS)
    by_week_12 = observe(patients, replace(rule, response_by=2.76))
    by_day_150 = observe(patients, replace(rule, response_by=RESPONSE_SETTLED))
    assert by_week_12.event[lasting].mean() == pytest.approx(0.2, abs=0.02)
    assert not by_day_150.event[lasting].any()


def test_a_new_therapy_is_an_event_an_end_or_nothing(patients):
    counted, censored, ignored = (
        observe(patients, EventRule(ZUMA7_SCANS, new_therapy=way))
        for way in ("event", "censor", "ignore")
    )
    switched = patients.new_therapy & counted.event
    assert switched.any()
    assert not censored.event[patients.new_therapy].any()
    np.testing.assert_allclose(censored.time[switched], counted.time[switched])
    assert (ignored.time[switched] >= counted.time[switched]).all()
    rest = ~patients.new_therapy
    for trials in (censored, ignored):
        np.testing.assert_array_equal(trials.time[rest], counted.time[rest])


def test_a_clock_that_starts_at_treatment_drops_those_who_failed_before(patients):
    design = patients.design
    whole = observe(patients, design.rule)
    treated = observe(patients, replace(design.rule, clock="treatment"))
    assert treated.analysed[:, design.arm == 0].mean() < 0.5
    assert whole.analysed.all()
    np.testing.assert_allclose(
        (treated.time + patients.treatment)[treated.analysed], whole.time[treated.analysed]
    )
    assert not treated.event[~treated.analysed].any()
    assert (treated.time[~treated.analysed] == 0).all()


def test_death_comes_after_failure(patients):
    assert (patients.death >= patients.failure).all()
    deaths = observe(patients, EventRule(endpoint="OS"))
    failures = observe(patients, EventRule())
    assert (deaths.time >= failures.time - 1e-12).all()


def test_looking_earlier_sees_fewer_patients_and_events(patients):
    early, late = (observe(patients, calendar=month) for month in (8.0, 30.0))
    assert not early.analysed.all()
    assert (early.events <= late.events).all()
    assert (early.time <= late.time + 1e-12).all()
    month = month_of_event(patients, patients.design.rule, 100)
    assert (observe(patients, calendar=month).events == 100).all()
    assert np.isinf(month_of_event(patients, patients.design.rule, 360)).all()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: replace(zuma7(), n=1), "n is 1; it must be a whole number of patients"),
        (lambda: replace(zuma7(), experimental_share=1.0), "experimental_share is 1.0"),
        (lambda: replace(zuma7(), accrual_months=-1), "accrual_months is -1"),
        (lambda: replace(zuma7(), accrual_power=0), "accrual_power is 0"),
        (lambda: Arm(Weibull(2), new_therapy=0.5, seen_at_once=0.4), "must not be the larger"),
        (lambda: Arm(Weibull(2), dropout=-0.1), "dropout is -0.1"),
        (lambda: Arm(Weibull(2), stable=1.2), "stable is 1.2; it must be a share"),
        (lambda: Weibull(0), "median is 0; it must be a number above 0"),
        (lambda: CureMixture(Weibull(1), cured=-0.1), "cured is -0.1"),
        (lambda: CureMixture(Weibull(1), lag=-1), "lag is -1"),
        (lambda: HazardRatio(Weibull(1), (0.5, 0.5)), "give one ratio above 0"),
        (lambda: HazardRatio(Weibull(1), (1, 0.5), (0.0,)), "must rise and be above 0"),
        (lambda: PiecewiseHazard((-1.0,)), "give one hazard, 0 or"),
        (lambda: PiecewiseHazard(("high",)), "give one hazard, 0 or"),
        (lambda: PiecewiseHazard((1.0, 2.0), ("March",)), "Months of change are ['March']"),
        (lambda: Scans(("first",)), "Scans are planned at ['first'] months; they must rise"),
        (lambda: Scans((2.0, 1.0)), "they must rise"),
        (lambda: Scans((0.1,)), "the first must come after the largest shift"),
        (lambda: Scans((), shift=-1), "shift is -1"),
        (lambda: EventRule(new_therapy="count"), "allowed: 'event', 'censor' or 'ignore'"),
        (lambda: EventRule(clock="birth"), "clock is 'birth'"),
        (lambda: EventRule(response_by=0.0), "response_by is 0.0"),
        (lambda: simulate(zuma7(), 0, 1), "n_trials is 0; it must be a whole number, 1 or more"),
        (lambda: simulate(zuma7(), 1, -1), "seed is -1"),
        (lambda: observe(histories(zuma7(), 2, 1), calendar=-1.0), "calendar must be"),
        (lambda: Design(Arm(Weibull(1)), Arm(Weibull(1)), n=2.5), "n is 2.5"),
    ],
)
def test_a_design_that_cannot_be_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(InputError, match=".*") as caught:
        make()
    assert sentence in str(caught.value)
