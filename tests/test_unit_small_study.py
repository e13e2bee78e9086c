"""Small-study effects, influence and meta-regression: what they refuse, and what they note."""

import numpy as np
import pytest

from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions import (
    beta_binomial,
    cumulative,
    cumulative_by_year,
    cumulative_table,
    egger_power_by_cohorts,
    egger_power_table,
    egger_test,
    filled_span,
    funnel,
    grid_reading,
    influence,
    influence_table,
    leave_one_out,
    leave_one_out_table,
    meta_regression,
    nearby_values,
    peters_test,
    pool,
    pool_all_ways,
    pool_each_reading,
    predict_regression,
    report_robustness,
    scale_of_those_that_hold,
    simulate_deletion,
    simulate_egger_power,
    small_study_reading,
    small_study_table,
    small_study_tests,
    stated_values_table,
    trim_and_fill,
    trim_and_fill_table,
    ways_that_hold,
    where_ways_agree,
)
from secondline.tables import read_suspect_cells, read_trials, select_cohorts

EVENTS, TOTALS = [11, 26, 35, 33, 29], [27, 52, 46, 61, 60]


# --- meta-regression -----------------------------------------------------------


@pytest.mark.parametrize(
    ("moderators", "settings", "words"),
    [
        ({"a": [1, 2, 3, 4, 5], "b": [1, 0, 2, 1, 1], "c": [0, 1, 1, 0, 0]}, {}, "at least 6"),
        ({"dose": [2, 2, 2, 2, 2]}, {}, "'dose' is the same in all trials"),
        ({"a": [1, 2, 3, 4, 5], "b": [2, 4, 6, 8, 10]}, {}, "collinear"),
        ({"a": [1, 2, 3, 4]}, {}, "'a' has 4 rows and there are 5 trials"),
        ({"a": [1, 2, None, 4, 5]}, {}, "Row 3: the moderator 'a' is missing"),
        ({"a": [1, 2, "x", 4, 5]}, {}, "Row 3: the moderator 'a' is 'x'"),
        ({}, {}, "no moderator"),
        ([1, 2, 3, 4, 5], {"transform": "glmm"}, "transform is 'glmm'; allowed: 'freeman-tukey'"),
        ([1, 2, 3, 4, 5], {"method": "ML"}, "method is 'ML'"),
        ([1, 2, 3, 4, 5], {"test": "t"}, "test is 't'; allowed: 'z' or 'knha'"),
        ([1, 2, 3, 4, 5], {"level": 95}, "level is 95"),
    ],
)
def test_meta_regression_refuses_in_a_sentence(moderators, settings, words):
    with pytest.raises(InputError, match=words):
        meta_regression(EVENTS, TOTALS, moderators, **settings)


def test_meta_regression_warns_where_trials_are_few():
    fit = meta_regression(EVENTS, TOTALS, {"a": [1, 2, 3, 4, 5]})
    assert any("fewer than 10 trials" in note for note in fit.notes)
    many = meta_regression(EVENTS * 2, TOTALS * 2, {"a": list(range(10))})
    assert many.notes == ()
    corrected = meta_regression([0, *EVENTS[1:]], TOTALS, [1, 2, 3, 4, 5], transform="logit")
    assert "(row 1)" in corrected.notes[0]


def test_meta_regression_on_a_line_has_no_test():
    fit = meta_regression([10] * 5, [20] * 5, [1, 2, 3, 4, 5], test="knha", method="DL")
    assert np.isnan(fit.qm)
    assert np.isnan(fit.p_values).all()
    assert "no test" in fit.notes[0]
    assert np.isfinite(fit.lower).all()


def test_prediction_at_the_mean_lies_between_the_ends():
    fit = meta_regression(EVENTS, TOTALS, {"a": [1, 2, 3, 4, 5]})
    estimate, lower, upper = predict_regression(fit, {"a": [1, 3, 5]})
    assert min(estimate[0], estimate[2]) < estimate[1] < max(estimate[0], estimate[2])
    assert (lower < estimate).all()
    assert (estimate < upper).all()
    with pytest.raises(InputError, match="the model has a"):
        predict_regression(fit, {"a": [1], "b": [2]})


# --- a binomial-normal model without an estimate ---------------------------------


def test_leaving_out_the_only_trial_with_events_gives_none():
    events, totals = [5, 0, 0, 0], [20, 15, 12, 11]
    results = leave_one_out(events, totals, transform="glmm")
    assert results[0] is None
    assert all(result is not None for result in results[1:])
    from types import SimpleNamespace

    class Rows(list):
        def itertuples(self):
            return iter(self)

    cohorts = Rows(SimpleNamespace(trial=name, study="") for name in "ABCD")
    table = leave_one_out_table(results, cohorts)
    assert table.iloc[0].tolist() == ["A", "–", "–", "–", "–"]
    assert table.iloc[1]["Pooled %"] != "–"


def test_no_finite_estimate_is_its_own_kind_of_error():
    with pytest.raises(NoFiniteEstimate):
        pool([0, 0], [10, 12], transform="glmm")
    # every other fault still shows itself
    with pytest.raises(InputError) as caught:
        leave_one_out([1, 2, 3], [5, 5, 5], transform="glmm", ci="hksj")
    assert not isinstance(caught.value, NoFiniteEstimate)
    assert {r.transform for r in pool_all_ways([0, 0], [10, 12])} == {
        "freeman-tukey", "logit", "arcsine", "raw", "log",
    }


# --- what the other functions refuse -----------------------------------------------

GOOD = (EVENTS, TOTALS)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: egger_test([1, 2], [5, 6]), "at least 3 trials"),
        (lambda: egger_test([1, 2, 3], [9, 9, 9]), "the same in all trials"),
        (lambda: egger_test(*GOOD, transform="glmm"), "transform is 'glmm'; allowed"),
        (lambda: peters_test([1, 2, 3], [9, 9, 9]), "no slope"),
        (lambda: trim_and_fill([1, 2], [5, 6]), "at least 3 trials"),
        (lambda: trim_and_fill(*GOOD, estimator="Q0"), "estimator is 'Q0'; allowed: 'L0' or 'R0'"),
        (lambda: trim_and_fill(*GOOD, side="up"), "side is 'up'; allowed: 'left' or 'right'"),
        (lambda: influence([1, 2], [5, 6]), "at least 3 trials, but there are 2"),
        (lambda: influence(*GOOD, transform="glmm"), "transform is 'glmm'"),
        (lambda: cumulative(*GOOD, [1, 2]), "order has 2 values and there are 5 trials"),
        (lambda: cumulative(*GOOD, [1, 2, None, 4, 5]), "Row 3: order is missing"),
        (lambda: cumulative(*GOOD, list("abcde")), "must hold numbers"),
        (lambda: cumulative(*GOOD, range(5), ties="random"), "ties is 'random'; allowed"),
        (lambda: cumulative(*GOOD, range(5), transform="glmm", ci="hksj"), "has only 'wald'"),
        (lambda: beta_binomial(*GOOD, prior_mean=(0, 1)), "prior_mean is"),
        (lambda: beta_binomial(*GOOD, prior_spread="flat"), "prior_spread is 'flat'"),
        (lambda: beta_binomial(*GOOD, level=95), "level is 95"),
        (lambda: funnel(*GOOD, reference=54), "reference is 54"),
        (lambda: simulate_egger_power([9, 9], 0.5, difference=0.1, k=3), "have one size"),
        (lambda: simulate_egger_power([9, 20], 0.9, difference=0.5, k=5), "leaves the range"),
        (lambda: simulate_egger_power([9, 20], 0.5, difference=0.1, k=2), "at least 3"),
        (lambda: simulate_egger_power([9, 20], 0.5, difference=0.1, k=5, spread=-1), "0 or more"),
        (lambda: egger_power_by_cohorts(read_trials(), ["five"]), "choices is 'five'; allowed"),
        (lambda: simulate_deletion([9, 20], 0.8, 0.01), "at least 3, but there are 2"),
        (lambda: simulate_deletion([9, 20, 9], 54.5, 0.01), "effect is 54.5; on the Freeman"),
        (lambda: simulate_deletion([9, 20, 9], 0.8, -0.01), "tau2 is -0.01; it must be 0"),
        (lambda: simulate_deletion([9, 20, 9], 0.8, 0.01, n_sets=0), "at least 1 is needed"),
    ],
)
def test_bad_input_gets_a_sentence(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_a_cell_that_is_not_as_printed_is_named():
    trials = read_trials()
    trials.loc[trials["trial"] == "Chong 2025", "n"] = 28
    with pytest.raises(InputError, match="the table holds 28, not the 27"):
        pool_each_reading(trials, read_suspect_cells(), "after CAR-T monotherapy", "ORR")


# --- cumulative pools ----------------------------------------------------------------


def test_one_trial_has_no_hartung_knapp_limits():
    first = cumulative(*GOOD, range(5), ci="hksj")[0]
    assert np.isnan(first.lower) and np.isnan(first.upper)
    assert first.estimate == pytest.approx(11 / 27, abs=1e-9)


def test_cumulative_binomial_normal_pool_waits_for_an_estimate():
    steps = cumulative([0, 0, 5, 6], [9, 8, 20, 21], [1, 2, 3, 4], transform="glmm")
    assert [np.isnan(s.estimate) for s in steps] == [True, True, False, False]
    assert steps[-1].estimate == pytest.approx(
        pool([0, 0, 5, 6], [9, 8, 20, 21], transform="glmm").estimate
    )


def test_years_that_tie_join_together():
    cohorts = select_cohorts(read_trials(), "after CAR-T monotherapy", "ORR")
    steps, dated = cumulative_by_year(cohorts)
    table = cumulative_table(steps, dated)
    assert table["Up to"].tolist() == ["2023", "2024", "2025"]
    assert table["Joined"].tolist()[-1] == "Chong 2025, Cartron 2025, Topp 2025"
    undated = cohorts.assign(year=np.nan)
    assert "fewer than two" in cumulative_table(*cumulative_by_year(undated)).iloc[0, 0]


# --- trim and fill -------------------------------------------------------------------


def test_the_side_cannot_be_chosen_among_equals():
    t = trim_and_fill([5, 9, 12], [30, 30, 30])
    assert t.side == "left"
    assert "cannot choose a side" in t.notes[0]


def test_trim_and_fill_table_says_where_it_has_no_answer():
    table = trim_and_fill_table([3, 4], [9, 10], transform="logit", method="DL")
    assert table["Added"].tolist() == ["too few trials"] * 6
    assert np.isnan(filled_span([3, 4], [9, 10], transform="logit", method="DL"))


# --- what is said --------------------------------------------------------------------


def test_reading_of_the_tests_fits_their_values():
    tests = small_study_tests(*GOOD)
    assert tests["p"].notna().all()
    assert "One of them is below 0.05" in small_study_reading(tests)
    low = tests.assign(p=0.01)
    assert "All are below 0.05" in small_study_reading(low)
    high = tests.assign(p=0.4)
    assert "None is below 0.05. With 5 trials" in small_study_reading(high)
    none = small_study_tests([1, 2], [5, 6])
    assert small_study_reading(none).startswith("No test can be done. A regression test needs")
    assert set(small_study_table(none)["P"]) == {"–"}


def test_reading_of_the_grid_fits_its_ways():
    ways = pool_all_ways(*GOOD)
    assert ways_that_hold(ways, 0.01).all()
    assert "No choice of method changes it." in grid_reading(ways, 0.01)
    assert "It does not follow by any method." in grid_reading(ways, 0.99)
    text = grid_reading(ways, 0.40)
    assert f"holds in {ways_that_hold(ways, 0.40).sum()} of 62 ways" in text
    assert "Wald 16 of 16; Hartung-Knapp 3 of 15 (all on the log scale); conservative" in text
    assert "The log scale is meant for rare events. So it rests on a choice." in text
    assert "log scale" not in grid_reading(ways, 0.45)
    assert "above 42.5 %" in grid_reading(ways, 0.425)


def test_stated_values_decide_how_many_ways_hold():
    """At 35 % every way holds, at 40 % the interval decides, at 45 % no random-effects way holds."""
    ways = pool_all_ways(*GOOD)
    values = nearby_values(0.40)
    assert values == [0.30, 0.35, 0.38, 0.40, 0.42, 0.45, 0.50]
    table = stated_values_table(ways, values).set_index("Stated value")
    assert table.loc["35 %"].tolist() == [
        "62 of 62", "16 of 16", "16 of 16", "15 of 15", "15 of 15",
    ]
    assert table.loc["40 %"].tolist() == ["29 of 62", "8 of 16", "16 of 16", "3 of 15", "2 of 15"]
    assert table.loc["42 %"].tolist()[2:] == ["16 of 16", "0 of 15", "0 of 15"]
    assert table.loc["45 %"].tolist() == ["6 of 62", "6 of 16", "0 of 16", "0 of 15", "0 of 15"]
    low, high = where_ways_agree(ways)
    assert ways_that_hold(ways, low - 1e-9).all() and not ways_that_hold(ways, low).all()
    random = [r for r in ways if r.method != "common"]
    assert ways_that_hold(random, high - 1e-9).any() and not ways_that_hold(random, high).any()
    # near the ends only what is a share is kept
    assert nearby_values(0.01) == [0.01, 0.03, 0.06, 0.11]
    assert nearby_values(0.99) == [0.89, 0.94, 0.97, 0.99]


def test_the_one_scale_of_the_ways_that_hold_is_named():
    hartung = [r for r in pool_all_ways(*GOOD) if r.ci == "hksj" and r.method != "common"]
    assert scale_of_those_that_hold(hartung, 0.40) == "log"
    assert scale_of_those_that_hold(hartung, 0.30) == ""
    assert scale_of_those_that_hold(hartung, 0.99) == ""


def test_power_is_simulated_for_the_cohorts_that_entered():
    """Eleven and twelve cohorts of the whole table, five with an antibody alone."""
    powers = egger_power_by_cohorts(
        read_trials(), ["all cohorts", "after CAR-T monotherapy"], n_sets=4_000, seed=2
    )
    assert powers["trials"].tolist() == [11, 12, 5, 5]
    assert powers["outcome"].tolist() == ["ORR", "CR"] * 2
    whole = simulate_egger_power(
        read_trials().dropna(subset=["orr_events"])["n"], 0.5, difference=0.2, n_sets=4_000, seed=2
    )
    assert powers["power"].iloc[0] == whole.power
    assert powers["power"].tolist() == pytest.approx([0.75, 0.41, 0.27, 0.27], abs=0.025)
    assert powers["power_spread"].tolist() == pytest.approx([0.33, 0.165, 0.10, 0.10], abs=0.025)
    table = egger_power_table(powers)
    assert table.iloc[0, 3] == f"{100 * whole.power:.1f} %"


def test_report_gives_what_was_varied():
    ways, rest = pool_all_ways(*GOOD), leave_one_out(*GOOD)
    text = report_robustness(ways, rest, small_study_tests(*GOOD), 0.4)
    assert "in 62 ways" in text
    assert "from 49.5 to 57.1" in text
    assert "P = 0.84; so few trials cannot exclude" in text
    many = report_robustness(ways, rest, small_study_tests(EVENTS * 2, TOTALS * 2), 0.4)
    assert "cannot exclude" not in many


def test_influence_without_trials_enough():
    assert "too few trials" in influence_table(None, None).iloc[0, 0]


def test_results_are_frozen():
    import dataclasses

    for result in (influence(*GOOD), trim_and_fill(*GOOD), egger_test(*GOOD), beta_binomial(*GOOD)):
        with pytest.raises(dataclasses.FrozenInstanceError):
            result.k = 3
    with pytest.raises(ValueError, match="read-only"):
        influence(*GOOD).hat[0] = 1
