"""The chapter on designing a trial, re-executed with other settings, mistakes and exercises."""

import json
import math

import pytest
from papermill.exceptions import PapermillExecutionError
from scipy import stats

from secondline import trials
from secondline.chapters import check_number, read_recorded

CHAPTER = "book/zuma7/design-your-own.ipynb"
DEFAULTS = {
    "effect": "proportional", "hazard_ratio": 0.7, "change_months": 2.0, "n": 359,
    "accrual_months": 20.4, "follow_up_months": 17.4, "dropout": 0.005, "scan_weeks": 0.0,
    "alpha": 0.05, "looks": 3, "spending": "O'Brien-Fleming", "crossover": 0.25, "rescued": 0.3,
    "n_trials": 500, "seed": 7, "scheduler": "",
}  # fmt: skip
SETTINGS = [
    {"n_trials": 60},
    {"effect": "none", "n_trials": 60, "n": 120, "alpha": 0.1, "spending": "Pocock", "looks": 5,
     "crossover": 1.0, "rescued": 0.6},
    {"effect": "ZUMA-7", "n_trials": 50, "n": 80, "looks": 1, "scan_weeks": 8.0, "seed": 3,
     "crossover": 0.4},
    {"effect": "crossing", "n_trials": 50, "hazard_ratio": 0.4, "change_months": 4.0, "dropout": 0.1,
     "accrual_months": 0.0, "follow_up_months": 3.0, "n": 40, "spending": "none", "looks": 8},
]  # fmt: skip


@pytest.fixture(scope="module")
def run(chapter_runner):
    return chapter_runner(CHAPTER)


@pytest.mark.parametrize("settings", SETTINGS, ids=[str(s.get("effect")) for s in SETTINGS])
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**settings))
    used = DEFAULTS | settings
    design = trials.design_with_effect(
        used["effect"], scan_weeks=used["scan_weeks"] or None,
        **{k: used[k] for k in ("hazard_ratio", "change_months", "n", "accrual_months",
                                "follow_up_months", "dropout", "crossover", "rescued")},
    )  # fmt: skip
    alone = trials.operating_characteristics(
        design, used["n_trials"], used["seed"], alpha=used["alpha"], tests=("log-rank", "RMST")
    )
    assert recorded["power"] == alone.power("log-rank")
    assert recorded["power_rmst"] == alone.power("RMST")
    assert recorded["events_expected"] == alone.mean["events"]
    assert recorded["average_hr"] == alone.hazard_ratio
    assert recorded["planned_events"] == round(alone.mean["events"])
    # under no effect, within four standard errors of the level
    noise = 4 * math.sqrt(used["alpha"] * (1 - used["alpha"]) / used["n_trials"]) + 0.02
    for name in ("error_logrank", "error_maxcombo"):
        assert abs(recorded[name] - used["alpha"]) < noise
    if used["spending"] != "none":
        assert abs(recorded["looks_error"] / 100 - used["alpha"]) < noise
    if used["looks"] == 1:
        assert recorded["early_percent"] == 0
        assert recorded["sequential_power"] == recorded["power"]
    elif used["effect"] == "proportional":
        assert recorded["early_hr"] < recorded["average_hr"]
    assert recorded["os_hr_all"] >= recorded["os_hr_none"] - 0.02
    # what speaks of the settings as they come does not move
    assert recorded["peek_five"] == pytest.approx(14.2, abs=0.05)
    assert recorded["usual_power"] == pytest.approx(recorded["usual_formula"], abs=5)
    assert recorded["usual_delayed"] < 30


def test_the_settings_as_they_come_bear_the_text(run):
    recorded = read_recorded(run())
    assert recorded["usual_power"] == pytest.approx(100 * recorded["power"])
    assert recorded["early_hr"] < recorded["average_hr"]
    assert recorded["power_maxcombo"] < recorded["power"]
    assert recorded["missed"] > 50
    assert recorded["os_hr_set"] < 0.95
    assert recorded["os_hr_none"] < 0.9 < 1 < recorded["os_hr_all"]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"effect": "cure"}, "effect is 'cure'; allowed: 'ZUMA-7', 'proportional', 'delayed'"),
        ({"n": 39, "alpha": 0}, "n is 39; it must be a whole number from 40 to 2000. alpha is 0;"),
        ({"looks": 0, "crossover": 40}, "1 to 8. crossover is 40; it must be a number from 0 to 1."),
        ({"scan_weeks": 0.5}, "scan_weeks is 0.5; it must be 0 or a number from 2 to 26."),
    ],
)
def test_a_mistake_stops_with_a_sentence(run, parameters, sentence):
    with pytest.raises(PapermillExecutionError) as caught:
        run(**parameters)
    assert caught.value.ename == "InputError"
    assert sentence in caught.value.evalue
    assert caught.value.traceback == [f"InputError: {caught.value.evalue}"]


@pytest.mark.parametrize("settings", [{}, SETTINGS[1]])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    streams = [
        "".join(output["text"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert sum(text.startswith("Not answered yet") for text in streams) == 3
    recorded = read_recorded(executed)
    used = DEFAULTS | settings
    power, half = recorded["power_percent"] / 100, used["alpha"] / 2
    # the chance to pass at any of five looks, by drawing the walk instead of integrating
    walk = stats.norm.rvs(size=(200_000, 5), random_state=1).cumsum(axis=1)
    z = abs(walk) / [math.sqrt(k) for k in range(1, 6)]
    by_hand = {
        "true_share": 100 * power * 0.1 / (power * 0.1 + half * 0.9),
        "naive": 100 * (z >= stats.norm.isf(half)).any(axis=1).mean(),
        "missed": recorded["missed"],
    }
    for (name, value), within in zip(by_hand.items(), (1, 0.5, 1), strict=True):
        assert check_number(value, recorded[name], within=within, hint="") == "Right.", name
        wrong = check_number(value + 3 * within, recorded[name], within=within, hint="")
        assert wrong.startswith("Not yet")
