"""The chapter on event clocks, re-executed with other biologies, rules and mistakes."""

import math

import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline import trials
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/zuma7/endpoint-definitions.ipynb"
FEW = {"n_trials": 30}
EXERCISES = {"gained": 0.1, "taken": 0.2, "factor": 0.11}


def about_the_settings_as_they_come(recorded):
    """What speaks of the settings as they come does not move with them."""
    assert recorded["usual_hr_low"] < recorded["usual_event"] < recorded["usual_hr_high"] < 0.43
    # the axi-cel median lies on a flat stretch: a wide error, see the chapter
    assert (recorded["usual_axi_low"], recorded["usual_axi_high"]) == pytest.approx(
        (5.4, 8.0), abs=1.0
    )
    assert (recorded["usual_soc_low"], recorded["usual_soc_high"]) == pytest.approx(
        (1.9, 2.7), abs=0.05
    )
    assert recorded["usual_rate_bound"] == 1
    assert recorded["usual_event"] == pytest.approx(0.398, abs=0.01)
    assert recorded["usual_event"] < recorded["usual_ignored"] < recorded["usual_censored"] < 0.6
    assert recorded["usual_treated"] == pytest.approx(0.88, abs=0.04)
    assert recorded["usual_soc_treated"] == pytest.approx(39, abs=1)
    assert recorded["usual_null"] == pytest.approx(1.75, abs=0.07)


def test_the_page_as_it_stands_meets_the_printed_margins(as_it_comes):
    recorded = read_recorded(as_it_comes)
    about_the_settings_as_they_come(recorded)
    assert recorded["zuma7_hazard_ratio"] == pytest.approx(0.398, abs=0.01)
    assert recorded["zuma7_soc_median"] == pytest.approx(2.0, abs=0.05)
    assert recorded["zuma7_axi_rate"] == pytest.approx(40.5, abs=0.6)
    assert recorded["zuma7_soc_rate"] == pytest.approx(16.3, abs=0.6)
    assert recorded["taken_simulated"] == pytest.approx(2 * recorded["taken"], abs=0.4)
    assert recorded["late_hazard_ratio"] > recorded["zuma7_hazard_ratio"]
    text = as_it_comes.read_text(encoding="utf-8")
    assert "With late responses the early deadlines take away" in text
    assert "Censoring the start of a new therapy gives" in text
    assert "the three give 1.00" in text


@pytest.mark.parametrize(
    "settings",
    [
        {"late_response_axi": 0.0, "new_therapy_axi": 0.0, "new_therapy_soc": 0.0,
         "deadline_days": 0, "scan_weeks": 0, "n": 200},
        {"seen_at_once_axi": 1.0, "seen_at_once_soc": 1.0, "new_therapy_axi": 0.6,
         "new_therapy_soc": 0.6, "late_response_soc": 0.5, "new_therapy": "censor",
         "late_response_axi": 0.3, "deadline_days": 63, "scan_weeks": 9, "seed": 8},
        {"treatment_months_axi": 0, "treatment_months_soc": 12, "n": 60, "n_trials": 20,
         "deadline_days": 84, "scan_weeks": 104, "new_therapy": "ignore", "late_response_axi": 1.0},
    ],
)  # fmt: skip
def test_other_settings_give_the_right_other_result(run, settings):
    settings = FEW | settings
    executed = run(**settings)
    recorded = read_recorded(executed)
    used = {"n_trials": 300, "seed": 1, "deadline_days": 42, "scan_weeks": 6, "new_therapy": "event",
            "late_response_axi": 0.1} | settings  # fmt: skip
    own = trials.own_rule(used["deadline_days"], used["scan_weeks"], used["new_therapy"])
    design = trials.biology(
        **{k: v for k, v in used.items() if k in trials.ASSUMPTIONS or k == "n"}
    )
    prompt = trials.without_late_response(design)
    mine = trials.compare_rules(prompt, [own], used["n_trials"], used["seed"])
    assert recorded["own_hazard_ratio"] == pytest.approx(mine.hazard_ratio[0])
    assert recorded["own_rate"] == pytest.approx(100 * mine.rate[0, 1])
    share = used["late_response_axi"] * mine.true_rates[1]
    assert recorded["taken"] == pytest.approx(100 * share / 2)
    # late responders free at two years are a binomial count; four of its standard deviations
    axi = used["n_trials"] * design.n_experimental
    width = 400 * (share * (1 - share) / axi) ** 0.5
    assert abs(recorded["taken_simulated"] - 100 * share) <= width
    assert recorded["soc_treated"] <= recorded["axi_treated"]
    assert recorded["axi_treated"] <= 100
    if used.get("new_therapy_soc") == 0:
        assert recorded["ignored"] == recorded["censored"] == recorded["by_chance"]
        assert recorded["ignored"] == recorded["zuma7_hazard_ratio"]
        assert "Nobody responds late" in executed.read_text(encoding="utf-8")
    elif used.get("late_response_soc"):
        lost = recorded["taken_simulated"]
        text = executed.read_text(encoding="utf-8")
        assert f"{lost:.1f} of 100 axi-cel patients (9 weeks)" in text
        assert " of 100 SOC patients (9 weeks): patients free of failure" in text
    if used.get("seen_at_once_soc") == 1.0:
        # nothing waits for a scan, so that only a deadline can move a date
        assert recorded["gained"] == 0
    about_the_settings_as_they_come(recorded)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"n_trials": 5, "late_response_axi": 10, "scan_weeks": -6},
         "n_trials is 5; it must be a whole number from 20 to 2000. late_response_axi is 10; it "
         "must be a number from 0 to 1. scan_weeks is -6; it must be a whole number from 0 to 104."),
        ({"deadline_days": 5}, "deadline_days is 5; it must be 0 (no deadline) or a number of days "
         "from 7 to 84."),
        ({"deadline_days": 150, "new_therapy": "censored"},
         "deadline_days is 150; it must be a whole number from 0 to 84. new_therapy is 'censored'; "
         "allowed: 'event', 'censor' or 'ignore'."),
        ({"seen_at_once_soc": 0.0}, "new_therapy_soc is 0.4 and seen_at_once_soc 0.0; the start"),
        ({"n": [359], "seed": True, "treatment_months_soc": math.nan, "seen_at_once_axi": ""},
         "n is [359]; it must be a whole number from 60 to 1000. seed is True; it must be a whole "
         "number from 0 to 1000000. seen_at_once_axi is ''; it must be a number from 0 to 1. "
         "treatment_months_soc is nan; it must be a number from 0 to 12."),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_exercise_stubs_ask_and_right_answers_pass(as_it_comes):
    exercises_hold(as_it_comes, EXERCISES)
    recorded = read_recorded(as_it_comes)
    # read off the tables as printed, or by hand
    by_hand = {"gained": 2.69 - 1.89, "taken": 0.05 * 40.4, "factor": 0.88 / 0.397}
    for name, value in by_hand.items():
        assert recorded[name] == pytest.approx(value, abs=EXERCISES[name]), name


def test_every_simulated_table_says_that_its_patients_are_virtual(as_it_comes):
    pages = [page for page in displayed(as_it_comes, "text/html") if "sl-table" in page]
    virtual = ["synthetic data, no real patients" in page for page in pages]
    assert len(pages) == 7
    assert sum(virtual) == 5
    for page, is_virtual in zip(pages, virtual, strict=True):
        assert is_virtual or "published" in page or "set by this book" in page
