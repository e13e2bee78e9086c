"""The chapter on designing a trial, re-executed with other settings, mistakes and exercises."""

import json
import math
import re
from html import unescape

import pytest
from conftest import displayed, run_in_process
from scipy import stats

from secondline import trials
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/zuma7/design-your-own.ipynb"
DEFAULTS = {
    "effect": "proportional", "hazard_ratio": 0.7, "change_months": 2.0, "n": 359,
    "accrual_months": 20.4, "follow_up_months": 17.4, "dropout": 0.005, "scan_weeks": 0.0,
    "alpha": 0.05, "looks": 3, "spending": "O'Brien-Fleming", "crossover": 0.25, "rescued": 0.3,
    "n_trials": 500, "seed": 7, "scheduler": "",
}  # fmt: skip
SETTINGS = [
    {},
    {"effect": "none", "n_trials": 60, "n": 120, "alpha": 0.1, "spending": "Pocock", "looks": 5,
     "crossover": 1.0, "rescued": 0.6},
    {"effect": "ZUMA-7", "n_trials": 50, "n": 80, "looks": 1, "scan_weeks": 8.0, "seed": 3,
     "crossover": 0.4},
    {"effect": "crossing", "n_trials": 50, "hazard_ratio": 0.4, "change_months": 4.0, "dropout": 0.1,
     "accrual_months": 0.0, "follow_up_months": 3.0, "n": 40, "spending": "none", "looks": 8},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS, ids=[str(s.get("effect")) for s in SETTINGS])
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**settings))
    used = DEFAULTS | settings
    design = trials.design_with_effect(
        used["effect"], scan_weeks=used["scan_weeks"] or None,
        **{k: used[k] for k in ("hazard_ratio", "change_months", "n", "accrual_months",
                                "follow_up_months", "dropout", "crossover", "rescued")},
    )  # fmt: skip
    same = {"n_trials": used["n_trials"], "seed": used["seed"], "alpha": used["alpha"]}
    alone = trials.operating_characteristics(design, **same, tests=("log-rank", "RMST"))
    assert recorded["power"] == alone.power("log-rank")
    assert recorded["power_rmst"] == alone.power("RMST")
    assert recorded["events_expected"] == alone.mean["events"]
    assert recorded["average_hr"] == alone.hazard_ratio
    assert recorded["planned_events"] == round(alone.mean["events"])
    looked = trials.group_sequential(
        design, **same, events=round(alone.mean["events"]), spending=used["spending"],
        looks=trials.look_fractions(used["looks"]),
    )  # fmt: skip
    assert recorded["sequential_power"] == looked.rejected.mean()
    assert recorded["early_percent"] == pytest.approx(100 * looked.early.mean())
    # under no effect a count of errors that the level makes likely
    held = ["error_logrank", "error_maxcombo"]
    if used["spending"] != "none":
        held.append("looks_error")
    for name in held:
        share = recorded[name] / (100 if name == "looks_error" else 1)
        errors = round(share * used["n_trials"])
        assert errors == pytest.approx(share * used["n_trials"])
        assert stats.binomtest(errors, used["n_trials"], used["alpha"]).pvalue > 0.001, name
    if used["looks"] == 1:
        assert recorded["early_percent"] == 0
        assert recorded["sequential_power"] == recorded["power"]
    # the same patients, and controls who live longer: the ratio of death can only rise
    assert recorded["os_hr_all"] > recorded["os_hr_none"]
    assert recorded["os_hr_none"] <= recorded["os_hr_set"] <= recorded["os_hr_all"]
    # what speaks of the settings as they come does not move
    assert recorded["peek_five"] == pytest.approx(14.2, abs=0.05)
    assert recorded["usual_power"] == pytest.approx(recorded["usual_formula"], abs=5)
    assert recorded["usual_delayed"] < 30


def test_a_cluster_gives_the_same_page(run):
    """Two blocks of trials on two workers: every recorded value to the last bit."""
    from distributed import LocalCluster

    here = read_recorded(run(**SETTINGS[1]))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        there = read_recorded(run(**SETTINGS[1], scheduler=cluster.scheduler_address))
    assert here.keys() == there.keys()
    for name, value in here.items():
        assert there[name] == pytest.approx(value, rel=0, abs=0, nan_ok=True), name


def test_the_settings_as_they_come_bear_the_text(run):
    recorded = read_recorded(run())
    assert recorded["usual_power"] == pytest.approx(100 * recorded["power"])
    assert recorded["early_hr"] < recorded["average_hr"]
    assert recorded["power_maxcombo"] < recorded["power"]
    # where the effect is late, all that the page says of the order of the tests
    assert recorded["late_logrank"] < recorded["late_maxcombo"] < recorded["late_weights"]
    # more months and rare scans move the power little, more patients move it more
    for other in ("longer_power", "rare_scans_power"):
        assert abs(recorded[other] - recorded["power"]) < 0.03
    assert recorded["largest_n_power"] > recorded["power"] + 0.05
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
        ({"hazard_ratio": math.nan, "dropout": "0.01", "seed": True, "rescued": [0.3]},
         "hazard_ratio is nan; it must be a number from 0.2 to 1. dropout is '0.01'; it must be a "
         "number from 0 to 0.1. rescued is [0.3]; it must be a number from 0 to 1. seed is True; "),
        ({"scheduler": None, "n_trials": 10**6}, "n_trials is 1000000; it must be a whole number"),
        ({"scheduler": "nowhere", "n_trials": 50}, "No dask scheduler answers at 'nowhere'; give"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def power_in_the_table_on_crossover(executed, share):
    """Percent of trials that reject, as a reader finds it in the folded table."""
    (page,) = (
        page for page in displayed(executed, "text/html")
        if "Overall survival by share of crossover" in page
    )  # fmt: skip
    rows = re.findall(r"<tr>(.*?)</tr>", unescape(page))
    (row,) = (row for row in rows if f">{100 * share:.0f} %<" in row)
    return float(re.findall(r">([0-9.]+) \(", row)[-1])


@pytest.mark.parametrize("settings", [{}, SETTINGS[1]])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    streams = [
        "".join(output["text"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert sum(text.startswith("Not answered yet") for text in streams) == 4
    recorded = read_recorded(executed)
    used = DEFAULTS | settings
    power, half = recorded["power_percent"] / 100, used["alpha"] / 2
    # the chance to pass at any of ten looks, by drawing the walk instead of integrating
    walk = stats.norm.rvs(size=(200_000, 10), random_state=1).cumsum(axis=1)
    z = abs(walk) / [math.sqrt(k) for k in range(1, 11)]
    by_hand = {
        "true_share": 100 * power * 0.1 / (power * 0.1 + half * 0.9),
        "naive": 100 * (z >= stats.norm.isf(half)).any(axis=1).mean(),
        "missed": 100 - power_in_the_table_on_crossover(executed, used["crossover"]),
        "os_over_efs": recorded["os_hr_set"] / recorded["average_hr"],
    }
    for (name, value), within in zip(by_hand.items(), (1, 0.5, 1, 0.03), strict=True):
        assert check_number(value, recorded[name], within=within, hint="") == "Right.", name
        wrong = check_number(value + 3 * within, recorded[name], within=within, hint="")
        assert wrong.startswith("Not yet")
