"""The same virtual patients under several rules: what is compared, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from secondline import figures
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.trials import (
    ASSUMPTIONS,
    CENSORED_BY_CHANCE,
    DEADLINES,
    MONTH_DAYS,
    NEW_THERAPY_RULES,
    RULES,
    TIME_ZERO_RULES,
    NamedRule,
    biology,
    by_chance,
    compare,
    compare_rules,
    cox,
    deadline_page,
    deadline_reading,
    examples,
    first_scan_page,
    histories,
    joined,
    medians,
    new_therapy_reading,
    observe,
    observe_as,
    own_rule,
    rules_page,
    same_curve,
    schedule_page,
    schedules_reading,
    survival_at,
    time_zero_page,
    time_zero_reading,
    without_late_response,
    zuma7,
)


@pytest.fixture(scope="module")
def patients():
    return histories(biology(late_response_axi=0.2), 60, 4)


@pytest.fixture(scope="module")
def schedules(patients):
    return compare(patients, (*RULES, own_rule(42, 6)))


def test_printed_deadlines_are_those_of_the_claims():
    days = {"days": 1.0, "weeks": 7.0}
    named = [rule for rule in (*RULES, *DEADLINES) if rule.printed]
    assert len(named) == 6
    for rule in named:
        claim = get_claim(rule.printed)
        printed = float(claim.value) * days[claim.unit]
        assert rule.rule.response_by * MONTH_DAYS == pytest.approx(printed, abs=1e-9)
        assert claim.value in rule.deadline


def test_nothing_but_a_deadline_is_called_printed():
    page = schedule_page((*RULES, own_rule(0, 0)))
    unprinted = page[page["Response required by"] == "none"]
    assert set(unprinted["The deadline is"]) == {"set by this book"}
    assert "Scans (all assumed)" in page.columns


def test_the_biology_as_it_comes_is_that_of_zuma7():
    assert biology() == zuma7()
    assert set(ASSUMPTIONS) == set(biology.__kwdefaults__) - {"n"}


def test_a_comparison_is_the_analysis_of_each_rule_alone(patients, schedules):
    for i, named in enumerate(schedules.rules):
        alone = observe(patients, named.rule)
        fits = cox(alone.time, alone.event, alone.arm)
        np.testing.assert_array_equal(schedules.log_hazard_ratio[i], fits.log_hazard_ratio)
        assert schedules.hazard_ratio[i] == pytest.approx(np.exp(fits.log_hazard_ratio.mean()))
        expected = fits.log_hazard_ratio.std(ddof=1) / np.sqrt(60)
        assert schedules.hazard_ratio_error[i] == pytest.approx(
            schedules.hazard_ratio[i] * expected
        )
        assert schedules.events[i] == alone.events.mean()
        rates = survival_at(alone.time, alone.event, alone.arm, [24.0]).survival[..., 0]
        np.testing.assert_allclose(schedules.rate[i], np.nanmean(rates, axis=0))
        arm = np.tile(alone.arm, 60)
        together = medians(alone.time.reshape(1, -1), alone.event.reshape(1, -1), arm)[0]
        np.testing.assert_allclose(schedules.medians[i, :, 0], together)
        assert (schedules.medians[i, :, 1] <= together).all()
        assert (together <= schedules.medians[i, :, 2]).all()


def test_paired_trials_err_less_than_separate_ones_would(schedules):
    ratio, error = schedules.ratio_to(1)
    assert (ratio[1], error[1]) == (1, 0)
    np.testing.assert_allclose(ratio, schedules.hazard_ratio / schedules.hazard_ratio[1])
    relative = schedules.hazard_ratio_error / schedules.hazard_ratio
    assert (error < 0.95 * ratio * np.hypot(relative, relative[1])).all()


def test_a_look_every_day_finds_the_true_curve():
    seen = compare_rules(biology(), RULES[:1], 400, 9)
    np.testing.assert_allclose(seen.rate[0], seen.true_rates, atol=4 * seen.rate_error.max())
    for arm in (0, 1):
        low, high = seen.medians[0, arm, 1:]
        width = high - low
        assert low - width < seen.true_medians[arm] < high + width


def test_late_responders_are_lost_under_early_deadlines_only(patients):
    late = compare(patients, DEADLINES)
    in_time = compare_rules(without_late_response(patients.design), DEADLINES, 60, 4)
    np.testing.assert_array_equal(late.rates[0], in_time.rates[0])
    lost = in_time.rate[1:, 1] - late.rate[1:, 1]
    np.testing.assert_allclose(lost, 0.2 * in_time.rate[0, 1], atol=0.015)
    np.testing.assert_array_equal(late.rates[:, :, 0], in_time.rates[:, :, 0])
    text = deadline_reading(in_time, late)
    assert f"{100 * lost[0]:.1f} of 100 axi-cel patients (12 weeks)" in text
    assert "SOC" not in text
    assert "Nobody responds late" in deadline_reading(in_time, in_time)
    assert len(deadline_page(in_time, late)) == 3


def test_only_informative_censoring_is_biased():
    patients = histories(biology(), 400, 2)
    ways = joined(
        compare(patients, NEW_THERAPY_RULES), compare(by_chance(patients), [CENSORED_BY_CHANCE])
    )
    assert ways.names == ("an event", "ignored", "censored", "censored by chance")
    ignored, censored, chance = ways.rate[1:]
    error = np.hypot(ways.rate_error[1], ways.rate_error[3])
    assert (np.abs(chance - ignored) < 4 * error).all()
    assert censored[0] - ignored[0] > 0.1 > censored[1] - ignored[1] > 0.02
    assert ways.hazard_ratio[2] - ways.hazard_ratio[1] > 0.05
    assert abs(ways.hazard_ratio[3] - ways.hazard_ratio[1]) < 0.03
    text = new_therapy_reading(ways)
    assert f"{100 * (censored[0] - ignored[0]):.1f} points" in text
    assert f"{ways.events[3]:.0f} events instead of {ways.events[1]:.0f}" in text


def test_by_chance_leaves_progression_to_itself(patients):
    chance = by_chance(patients)
    assert not chance.new_therapy.any()
    start = np.where(patients.new_therapy, patients.failure, np.inf)
    for own in (patients.design.arm == 1, patients.design.arm == 0):
        moved = np.where(
            chance.dropout[:, own] < patients.dropout[:, own], chance.dropout[:, own], np.inf
        )
        # no start is made up: each is some patient's of the same arm and trial
        for trial in range(3):
            assert set(moved[trial]) <= set(start[trial, own]) | {np.inf}
    others = ~patients.new_therapy
    np.testing.assert_array_equal(chance.failure[others], patients.failure[others])


def test_time_zero_moves_the_ratio_of_arms_that_fail_alike(patients):
    trial = compare(patients, TIME_ZERO_RULES)
    alike = compare_rules(same_curve(patients.design), TIME_ZERO_RULES, 200, 4)
    assert alike.hazard_ratio[0] == pytest.approx(1, abs=4 * alike.hazard_ratio_error[0])
    assert 1.4 < alike.hazard_ratio[1] < alike.hazard_ratio[2]
    assert (trial.analysed[0] == 1).all()
    np.testing.assert_array_equal(trial.analysed[1], trial.analysed[2])
    assert trial.analysed[1, 0] < 0.5 < 0.95 < trial.analysed[1, 1]
    np.testing.assert_array_equal(trial.events[1], trial.events[2])
    text = time_zero_reading(trial, alike)
    assert f"{100 * trial.analysed[1, 0]:.0f} % of the SOC arm" in text
    assert list(time_zero_page(trial, alike)["% of axi-cel / SOC counted"])[0] == "100 / 100"


def test_the_wait_is_credited_to_the_treated(patients):
    _, from_treatment, from_randomisation = (observe_as(patients, r) for r in TIME_ZERO_RULES)
    whole = observe(patients)
    counted = from_randomisation.analysed
    np.testing.assert_array_equal(counted, from_treatment.analysed)
    np.testing.assert_allclose(from_randomisation.time[counted], whole.time[counted])
    assert (from_randomisation.time[~counted] == 0).all()
    assert (from_randomisation.time[counted] >= patients.treatment[counted]).all()


def test_examples_are_patients_of_their_kind(patients):
    rules = (*RULES, own_rule(42, 6))
    found = {example.what: example for example in examples(patients, rules)}
    assert len(found) == 5
    late = found["responds late and lastingly"]
    assert np.isinf(late.failure)
    assert np.isinf(late.seen["ZUMA-7"])
    assert late.seen["TRANSFORM"] < late.seen["BELINDA"] < 3.1
    early = found["progresses early, found by scan"]
    assert early.seen["continuous"] == early.failure < min(
        when for name, when in early.seen.items() if name != "continuous"
    )
    assert len(set(found["new therapy without progression"].seen.values())) == 1
    none = histories(biology(new_therapy_soc=0.0), 5, 1)
    kinds = {example.what for example in examples(none, rules)}
    assert not kinds & {"new therapy without progression", "responds late and lastingly"}


def test_pages_and_readings_hold_the_numbers(patients, schedules):
    page = rules_page(schedules)
    assert list(page["Rule"]) == [*schedules.names, "true curve"]
    assert page["HR (± error)"].iloc[1].startswith(f"{schedules.hazard_ratio[1]:.3f} (±")
    text = schedules_reading(schedules)
    assert f"{schedules.hazard_ratio.min():.3f}" in text
    times, error = schedules.ratio_to(int(schedules.hazard_ratio.argmin()))
    assert f"{times.max():.3f} times the first" in text
    assert f"only {error[times.argmax()]:.3f}." in text
    assert f"{schedules.medians[:, 1, 0].max():.1f} months (" in text
    first = first_scan_page(patients, schedules).set_index("Rule")["The median stands"]
    assert first["continuous"] == "–"
    assert first["12-weekly scans"] == "at the first scan"
    unseen = biology(seen_at_once_soc=0.0, new_therapy_soc=0.0)
    patients = histories(unseen, 30, 1)
    stands = first_scan_page(patients, compare(patients, RULES[1:]))["The median stands"]
    assert stands.str.startswith("at ").all()


def test_too_few_patients_give_words_instead_of_numbers():
    tiny = compare_rules(biology(n=4, treatment_months_soc=12.0), TIME_ZERO_RULES, 1, 3)
    assert "too few patients" in time_zero_reading(tiny, tiny)
    assert "–" in set(rules_page(tiny)["HR (± error)"].str[:1])
    assert "no hazard ratio" in schedules_reading(tiny)
    figures.rule_dots(tiny)
    figures.clock_curves(tiny)


def texts(figure):
    axes = [text for a in figure.axes for text in (*a.texts, a.title, a._left_title)]
    return [text.get_text() for text in (*figure.texts, *axes)]


def test_figures_say_that_patients_are_virtual(patients, schedules):
    strip = figures.clock_strip(examples(patients, schedules.rules))
    for figure in (strip, figures.clock_curves(schedules), figures.rule_dots(schedules)):
        assert any(text.startswith("virtual: ") for text in texts(figure))
        assert figure.get_figwidth() == 5.6
    assert {"SOC: stable, then progresses", "TRANSFORM"} <= set(texts(strip))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: own_rule(3, 6), "deadline_days is 3; it must be 0 (no deadline) or a number of"),
        (lambda: own_rule(85, 6), "deadline_days is 85"),
        (lambda: own_rule("42", 6), "deadline_days is '42'"),
        (lambda: own_rule(True, 6), "deadline_days is True"),
        (lambda: own_rule(float("nan"), 6), "deadline_days is nan"),
        (lambda: own_rule(42, 105), "scan_weeks is 105; it must be 0 (no scans needed)"),
        (lambda: own_rule(42, 1.5), "scan_weeks is 1.5; it must be 0 (no scans needed) or a whole"),
        (lambda: own_rule(42, None), "scan_weeks is None"),
        (lambda: biology(seen_at_once_axi="0.3"), "seen_at_once_axi is '0.3'; it must be a share"),
        (lambda: biology(treatment_months_soc=[1]), "treatment_months is [1]; it must be a number"),
        (lambda: compare_rules(biology(), "ZUMA-7", 2, 1), "rules are 'ZUMA-7'; give a list of"),
        (lambda: compare_rules(biology(), RULES, 2, 1, at="24"), "at is '24'; it must be a number"),
        (lambda: own_rule(42, 6, "stop"), "new_therapy is 'stop'; allowed:"),
        (lambda: biology(new_therapy_soc=0.8), "new_therapy_soc is 0.8 and seen_at_once_soc 0.7"),
        (lambda: biology(new_therapy_axi=0.4), "new_therapy_axi is 0.4 and seen_at_once_axi 0.3"),
        (lambda: compare_rules(biology(), (), 2, 1), "rules is empty"),
        (lambda: compare_rules(biology(), RULES, 0, 1), "n_trials is 0"),
        (lambda: replace(RULES[0], whom="infused"), "allowed: 'randomised' or 'treated'"),
        (lambda: compare_rules(biology(), RULES[:2], 2, 1).index("LBCL"), "There is no rule 'LBCL'"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(InputError) as caught:
        make()
    assert sentence in str(caught.value)


def test_a_rule_without_deadline_or_scans_is_a_look_every_day():
    own = own_rule(0, 0)
    assert own == NamedRule("your own", RULES[0].rule, "none", "every day")
