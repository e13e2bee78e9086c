"""Operating characteristics, plans and looks: bookkeeping, edges and bad input."""

import numpy as np
import pytest

from secondline import figures, trials
from secondline.errors import InputError

SMALL = {"n": 60, "hazard_ratio": 0.5}
COUNTED = ("rejected", "wrong_way", "not_testable")


@pytest.fixture(scope="module")
def design():
    return trials.design_with_effect("proportional", **SMALL)


def test_summaries_are_those_of_the_trials_themselves(design):
    """Block by block gives what the trials in one piece give."""
    summed = trials.operating_characteristics(design, 120, 4, horizon=12.0, milestone=9.0)
    seen = trials.simulate(design, 120, 4)
    data = seen.time, seen.event, seen.arm
    at = trials.survival_at(*data, [9.0]).survival[:, :, 0]
    means = trials.restricted_means(*data, horizon=12.0)
    assert summed.power("log-rank") == (trials.logrank(*data).p <= 0.05).mean()
    assert summed.power("late weights") == (
        trials.fleming_harrington(*data, gamma=1).p <= 0.05
    ).mean()
    assert summed.power("MaxCombo") == trials.maxcombo(*data).rejects(0.05).mean()
    assert summed.power("RMST") == (means.p <= 0.05).mean()
    expected = {
        "events": seen.events,
        "analysed": seen.analysed.sum(axis=1),
        "log_hazard_ratio": trials.cox(seen.time, seen.event, seen.arm).log_hazard_ratio,
        "rmst_difference": means.difference,
        "milestone_control": at[:, 0],
        "milestone_experimental": at[:, 1],
    }
    for name, values in expected.items():
        assert summed.mean[name] == pytest.approx(np.nanmean(values), abs=1e-12), name
        assert summed.sd[name] == pytest.approx(np.nanstd(values, ddof=1), abs=1e-9), name
    np.testing.assert_allclose(summed.se, np.sqrt(summed.rejected * (1 - summed.rejected) / 120))


def test_the_first_trials_are_the_same_however_many_follow(design):
    few = trials.group_sequential(design, 30, 2, events=40, looks=(0.5, 1))
    many = trials.group_sequential(design, 130, 2, events=40, looks=(0.5, 1))
    for name in ("look", "rejected", "z", "hazard_ratio", "months", "events", "entered"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:30])


def test_one_look_is_the_log_rank_test(design):
    once = trials.group_sequential(design, 100, 3, events=45)
    alone = trials.operating_characteristics(design, 100, 3, tests="log-rank")
    assert once.rejected.mean() == alone.power("log-rank")
    assert (once.months == design.end).all()
    assert not once.early.any()


def test_looks_take_place_at_their_events(design):
    result = trials.group_sequential(design, 200, 3, events=44, looks=(0.5, 0.75, 1))
    for look, events in ((1, 22), (2, 33)):
        which = result.stopped(look)
        assert which.any()
        assert (result.events[which] == events).all()
        assert (result.months[which] < design.end).all()
        assert (np.abs(result.z[which]) >= result.boundaries.z[look - 1]).all()
    at_end = result.look == 3
    assert (result.entered[at_end] == 60).all()
    assert set(trials.stops_page(result)["Trials that"]) >= {"stops at look 1", "never rejects", "all"}


def test_looks_that_never_come_leave_all_error_to_the_last(design):
    """Far more events planned than the trial can have: one look is left."""
    late = trials.group_sequential(design, 100, 3, events=10_000, looks=(0.5, 1))
    once = trials.group_sequential(design, 100, 3, events=45)
    np.testing.assert_array_equal(late.rejected, once.rejected)
    assert (late.look == 2).all()


def test_one_planned_event_has_no_interim_look(design):
    result = trials.group_sequential(design, 50, 3, events=1, looks=(0.3, 0.6, 1))
    assert (result.look == 3).all()


def test_a_trial_without_events_rejects_nothing():
    from dataclasses import replace

    design = trials.design_with_effect("none", n=4, accrual_months=0.0, follow_up_months=0.01)
    result = trials.operating_characteristics(design, 60, 1)
    assert result.mean["events"] < 0.1
    assert (result.rejected == 0).all()
    assert result.not_testable[0] > 0.9
    looked = trials.group_sequential(design, 60, 1, events=2, looks=(0.5, 1))
    assert not looked.rejected.any()
    assert np.isnan(trials.geometric_mean([]))
    with pytest.raises(InputError, match="No event is expected"):
        trials.sample_size(replace(design, follow_up_months=0.0), 0.5)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cluster_gives_the_same_result_to_the_last_bit(workers, design):
    from distributed import LocalCluster

    interim = {"events": 44, "looks": (0.5, 1)}
    here = trials.operating_characteristics(design, 170, 9)
    looked = trials.group_sequential(design, 170, 9, **interim)
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        address = cluster.scheduler_address
        there = trials.operating_characteristics(design, 170, 9, scheduler=address)
        far = trials.group_sequential(design, 170, 9, **interim, scheduler=address)
    assert here.mean == there.mean
    assert here.sd == there.sd
    for name in COUNTED:
        assert (getattr(here, name) == getattr(there, name)).all()
    for name in ("look", "rejected", "z", "hazard_ratio", "months"):
        np.testing.assert_array_equal(getattr(looked, name), getattr(far, name))


def test_memory_does_not_grow_with_the_trials(design):
    import tracemalloc

    def peak(n):
        tracemalloc.start()
        # not MaxCombo, which takes memory for an integral in some blocks only
        trials.operating_characteristics(design, n, 1, tests=("log-rank", "RMST"))
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(50)
    assert peak(1_000) < 1.5 * peak(100)


def test_settings_of_scenarios():
    none = trials.design_with_effect("none")
    months = [0.5, 2.0, 9.0, 30.0]
    np.testing.assert_allclose(
        none.control.curve.survival(months), none.experimental.curve.survival(months)
    )
    late = trials.design_with_effect("delayed", hazard_ratio=0.5, change_months=3.0)
    early = [0.5, 2.9]
    np.testing.assert_allclose(
        late.control.curve.survival(early), late.experimental.curve.survival(early)
    )
    assert late.experimental.curve.survival(9.0) > late.control.curve.survival(9.0)
    cross = trials.design_with_effect("crossing", hazard_ratio=0.5, change_months=3.0)
    assert cross.experimental.curve.survival(2.0) < cross.control.curve.survival(2.0)
    assert trials.design_with_effect("none", scan_weeks=0.0).rule.scans.months == ()
    np.testing.assert_allclose(
        np.array(trials.design_with_effect("none", scan_weeks=8.0).rule.scans.months[:2])
        * trials.MONTH_DAYS,
        [56, 112],
    )


def test_crossover_changes_survival_and_not_event_free_survival():
    results = {}
    for endpoint in ("EFS", "OS"):
        for share in (0.0, 1.0):
            design = trials.design_with_effect(
                "proportional", **SMALL, crossover=share, endpoint=endpoint
            )
            results[endpoint, share] = trials.operating_characteristics(
                design, 100, 5, tests="log-rank"
            )
    assert results["EFS", 0.0].mean == results["EFS", 1.0].mean
    assert results["OS", 0.0].hazard_ratio < results["OS", 1.0].hazard_ratio - 0.1


def test_sentences_follow_the_results():
    settings = {"n": 80}
    results = trials.by_effect(settings, 50, 1)
    words = trials.tests_reading(results)
    assert "'none'" not in words
    assert "'delayed'" in words
    silent = trials.formula_reading(results["none"], "none", 0.7)
    assert "has nothing to say of a trial of like arms" in silent
    assert "for a part of the time only" in trials.formula_reading(results["delayed"], "delayed", 0.7)
    design = trials.design_with_effect("none", **settings)
    once = trials.group_sequential(design, 50, 1, events=60)
    assert "no virtual trial stops early" in trials.stop_reading(once, results["none"])
    assert "one analysis" in trials.report(
        results["none"], "none", 0.7, trials.boundaries([1.0]), seed=1
    )
    plan = trials.boundaries(trials.look_fractions(3), spending="Pocock")
    text = trials.report(results["crossing"], "crossing", 0.7, plan, seed=1)
    assert "33 %, 67 %, 100 % of the events, Pocock-type spending" in text
    assert f"P at most {plan.p[0]:.4f}, {plan.p[1]:.4f}, {plan.p[2]:.4f}." in text
    assert "(seed 1)" in text
    # a formula is right about one constant ratio, and wrong about none
    large = trials.by_effect({"n": 359}, 100, 1, tests="log-rank")
    agree = trials.formula_reading(large["proportional"], "proportional", 0.7)
    assert "They agree" in agree
    apart = trials.formula_reading(large["crossing"], "crossing", 0.7)
    assert "They are further apart than two points" in apart


def test_sample_sizes_on_the_page_are_those_of_the_formula(design):
    page = trials.sample_size_page(design, 0.5, alpha=0.05)
    for percent, events, patients in page.itertuples(index=False):
        power = float(percent) / 100
        assert int(patients) == trials.sample_size(design, 0.5, power=power)
        assert int(events) - 1 < trials.schoenfeld_events(0.5, power=power) <= int(events)
    none = trials.sample_size_page(design, 1, alpha=0.05)
    assert set(none["Patients"]) == set(none["Events"]) == {"–"}


def test_figures_are_stamped_as_virtual():
    figures.use_book_style()
    limits = trials.share_interval
    results = trials.by_effect({"n": 60}, 50, 1)
    design = results["none"].design
    looked = trials.group_sequential(design, 50, 1, events=50, looks=trials.look_fractions(8))
    over_n = trials.along_n(design, [40, 60], 50, 1, hazard_ratio=0.7)
    over_crossover = trials.along_crossover("none", {"n": 60}, [0.0, 1.0], 50, 1)
    drawn = [
        figures.true_curves(trials.true_curves(design), title="none"),
        figures.rejection_shares(results["crossing"], results["none"], limits, title="x"),
        figures.power_curve(over_n, limits, n=60),
        figures.ratios_at_stop(looked, without_looks=1.0),
        figures.crossover_curve(over_crossover, limits, crossover=0.5),
    ]
    for figure in drawn:
        assert any(text.get_text().startswith("virtual") for text in figure.texts)
        figure.canvas.draw()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda d: trials.operating_characteristics(d, 0, 1), "n_trials is 0"),
        (lambda d: trials.operating_characteristics(d, 1, 1, tests=("t",)), r"tests are \('t',\)"),
        (lambda d: trials.operating_characteristics(d, 1, 1, tests=()), r"tests are \(\)"),
        (lambda d: trials.operating_characteristics(d, 1, 1, tests=None), "tests are None"),
        (lambda d: trials.operating_characteristics(d, 1, 1, tests=[["RMST"]]), r"are \[\['RMST"),
        (lambda d: trials.operating_characteristics(d, 1, 1, alpha="5 %"), "alpha is '5 %'"),
        (lambda d: trials.operating_characteristics(d, 1, 1, horizon=True), "horizon is True"),
        (lambda d: trials.operating_characteristics(d, 1, 1, scheduler="here"), "No dask scheduler"),
        (lambda d: trials.boundaries(["half", 1]), r"planned at \['half', 1\]"),
        (lambda d: trials.boundaries([]), r"planned at \[\]"),
        (lambda d: trials.spend([2], alpha=0.05, spending="Pocock"), r"fractions are \[2\]"),
        (lambda d: trials.exit_probabilities([2, 2], [0.5, 1], "up"), "drift is 'up'"),
        (lambda d: trials.peeking(0, alpha=0.05), "most is 0"),
        (lambda d: trials.look_fractions("three"), "looks is 'three'"),
        (lambda d: trials.share_interval(1.5, 9), "share is 1.5"),
        (lambda d: trials.share_interval(0.5, 0), "trials is 0"),
        (lambda d: trials.design_with_effect("none", hazard_ratio="0.7"), "hazard_ratio is '0.7'"),
        (lambda d: trials.design_with_effect("none", dropout=[0.1]), r"dropout is \[0.1\]"),
        (lambda d: trials.design_with_effect("none", rescued=float("nan")), "rescued is nan"),
        (lambda d: trials.design_with_effect("delayed", change_months=0), "change_months is 0"),
        (lambda d: trials.operating_characteristics(d, 1, 1, alpha=1), "alpha is 1"),
        (lambda d: trials.operating_characteristics(d, 1, 1, horizon=0), "horizon is 0"),
        (lambda d: trials.operating_characteristics(d, 1, 1, tests="RMST").power("MaxCombo"),
         "test is 'MaxCombo'; allowed: 'RMST'"),
        (lambda d: trials.group_sequential(d, 1, 1, events=0), "events is 0"),
        (lambda d: trials.group_sequential(d, 1, 1, events=9, looks=(0.5, 0.9)), "the last must be 1"),
        (lambda d: trials.group_sequential(d, 1, 1, events=9, spending="Haybittle"),
         "spending is 'Haybittle'; allowed"),
        (lambda d: trials.boundaries([0.5, 0.5, 1]), "must rise"),
        (lambda d: trials.exit_probabilities([2.0], [0.5, 1]), "one boundary above 0 for each look"),
        (lambda d: trials.maxcombo([1], [1], [0], exponents=[]), "one or more pairs"),
        (lambda d: trials.maxcombo([1], [1], [0]).rejects(0), "alpha is 0"),
        (lambda d: trials.schoenfeld_events(1.0), "the ratio must not be 1"),
        (lambda d: trials.schoenfeld_events(0.5, power=1.0), "power 1.0"),
        (lambda d: trials.schoenfeld_power(-1, 0.5), "events is -1"),
        (lambda d: trials.schoenfeld_power(9, -2), "hazard_ratio is -2"),
        (lambda d: trials.schoenfeld_power(9, 0.5, share=1), "share is 1"),
        (lambda d: trials.design_with_effect("strong"), "effect is 'strong'; allowed"),
        (lambda d: trials.design_with_effect("none", scan_weeks=-1), "scan_weeks is -1"),
        (lambda d: trials.design_with_effect("none", crossover=2), "crossover is 2"),
        (lambda d: trials.check_scan_weeks(1.0), "it must be 0 or a number from 2 to 26"),
        (lambda d: trials.believed(2, 0.05, 0.1), "power is 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(call, sentence, design):
    with pytest.raises(InputError, match=sentence):
        call(design)
