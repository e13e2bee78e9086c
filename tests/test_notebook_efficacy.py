"""The chapter on efficacy, re-executed with other settings, deposited data and mistakes."""

import json

import numpy as np
import pytest
from conftest import displayed, run_in_process

from secondline import survival
from secondline.chapters import check_number, read_recorded
from secondline.cohort import read_cohort
from secondline.errors import InputError
from secondline.trials import cox, medians, restricted_means, survival_at

CHAPTER = "book/zuma7/efficacy.ipynb"


def about_the_trial(recorded):
    """What speaks of the printed numbers does not move with the settings."""
    assert recorded["share_from_hr"] == pytest.approx(100 * 0.163**0.398)
    assert recorded["share_from_hr"] == pytest.approx(48.6, abs=0.05)
    assert recorded["axi_from_median"] == pytest.approx(100 * 2 ** (-24 / 8.3))
    assert recorded["hr_from_shares"] == pytest.approx(np.log(0.405) / np.log(0.163))
    assert recorded["hr_from_medians"] == pytest.approx(2.0 / 8.3)
    assert recorded["printed_risk_reduction"] == pytest.approx(100 * (1 - 0.595 / 0.837))
    assert recorded["printed_difference"] == pytest.approx(24.2)
    assert recorded["virtual_n"] == 359


def columns(cohort):
    rows = cohort.dropna(subset=["efs_months", "efs_event", "arm"])
    arm = (rows["arm"] == "axi-cel").to_numpy().astype(int)
    return rows["efs_months"].to_numpy(), rows["efs_event"].to_numpy().astype(bool), arm


def follows_from(cohort, recorded, *, horizon=24.0, milestone=24.0):
    """The results are those of the batch functions, which have their own references."""
    time, event, arm = columns(cohort)
    assert recorded["n"] == len(time)
    assert recorded["events"] == event.sum()
    assert recorded["hr"] == pytest.approx(float(cox(time, event, arm).hazard_ratio[0]), rel=1e-8)
    assert recorded["hr_lower"] < recorded["hr"] < recorded["hr_upper"]
    both = medians(time, event, arm)[0]
    found = [recorded["median_soc"], recorded["median_axi"]]
    assert np.where(np.isnan(found), np.inf, found) == pytest.approx(both)
    shares = survival_at(time, event, arm, [6.0]).survival[0, :, 0]
    assert recorded["free_at_six"] == pytest.approx(100 * shares[1])
    soc, axi = survival_at(time, event, arm, [milestone]).survival[0, :, 0]
    assert recorded["axi_percent"] == pytest.approx(100 * axi)
    assert recorded["soc_percent"] == pytest.approx(100 * soc)
    assert recorded["predicted"] == pytest.approx(100 * soc ** recorded["hr"])
    assert recorded["risk_reduction"] == pytest.approx(100 * (1 - (1 - axi) / (1 - soc)))
    means = restricted_means(time, event, arm, horizon=horizon)
    assert recorded["mean_difference"] == pytest.approx(float(means.difference[0]))
    half = (recorded["mean_upper"] - recorded["mean_lower"]) / 2
    assert recorded["mean_lower"] < recorded["mean_difference"] < recorded["mean_upper"]
    return half / float(means.difference_se[0])


def text_of(executed):
    return executed.read_text(encoding="utf-8")


def test_the_virtual_cohort_gives_the_printed_numbers(run):
    recorded = read_recorded(run())
    about_the_trial(recorded)
    assert recorded["hr"] == pytest.approx(0.398, rel=0.03)
    assert recorded["median_axi"] == pytest.approx(8.3, abs=0.1)
    assert recorded["median_soc"] == pytest.approx(2.0, abs=0.1)
    assert recorded["axi_percent"] == pytest.approx(40.5, abs=0.5)
    assert recorded["soc_percent"] == pytest.approx(16.3, abs=0.5)
    assert recorded["numbers_met"] == 5
    assert recorded["difference"] == pytest.approx(24.2, abs=1)
    assert 3.9 < recorded["needed"] < 4.4
    # what the bottom line says of more than half at six months, and of the prediction
    assert recorded["free_at_six"] > 50
    assert recorded["predicted"] > recorded["axi_percent"] + 5
    assert follows_from(read_cohort("virtual"), recorded) == pytest.approx(1.959964, abs=1e-5)
    assert 0.3 < recorded["cure_axi"] < 0.45
    assert 0.08 < recorded["cure_soc"] < 0.22


SETTINGS = [
    {"milestone": 12.0, "horizon": 18.0, "level": 0.9, "base": "log-logistic"},
    {"milestone": 6.0, "horizon": 3.0, "base": "Weibull"},
    {"milestone": 3, "horizon": 30, "level": 0.999, "base": "log-normal"},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_other_settings_give_the_right_other_result(run, settings):
    executed = run(**settings)
    recorded = read_recorded(executed)
    about_the_trial(recorded)
    z = follows_from(
        read_cohort("virtual"), recorded,
        horizon=settings["horizon"], milestone=settings["milestone"],
    )  # fmt: skip
    level = settings.get("level", 0.95)
    assert z == pytest.approx({0.9: 1.644854, 0.95: 1.959964, 0.999: 3.290527}[level], abs=1e-5)
    rows = columns(read_cohort("virtual"))
    for number, name in ((1, "cure_axi"), (0, "cure_soc")):
        mine = rows[2] == number
        fit = survival.mixture_cure(rows[0][mine], rows[1][mine], bases=settings["base"]).best
        assert recorded[name] == pytest.approx(fit.fraction, abs=1e-6)
    # the check keeps to the printed month, whatever the milestone
    assert recorded["numbers_met"] == 5
    assert f"free of the event at {settings['milestone']:g} months" in text_of(executed)


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    tables = [page for page in displayed(run(), "text/html") if "sl-table" in page]
    marked = [page for page in tables if "no real patients" in page]
    assert len(tables) == 8
    assert len(marked) == 6
    assert all("recomputed" in page for page in tables if page not in marked)
    assert len(displayed(run(), "image/svg+xml")) == 5


def test_deposited_data_run_to_the_end_and_are_called_external(run, root):
    """A small made file in the deposit's form; its patients are watched for less than two years."""
    path = str(root / "tests/data/geo_made_series_matrix.txt")
    executed = run(cohort="geo", geo_file=path, milestone=9.0, horizon=9.0, base="Weibull")
    recorded = read_recorded(executed)
    about_the_trial(recorded)
    follows_from(read_cohort("geo", path), recorded, horizon=9.0, milestone=9.0)
    assert recorded["n"] == 24
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert sum("real patients from an open data set (GSE248835)" in page for page in tables) == 6
    assert not any("synthetic data" in page for page in tables)
    said = " ".join(displayed(executed, "text/html"))
    assert "Patients of GSE248835 (those with gene expression): 12 patients" in said
    assert "not GSE248835" in said, "what the reader of the file noted stands on the page"
    for picture in displayed(executed, "image/svg+xml"):
        assert "synthetic" not in picture


def test_deposited_data_watched_too_briefly_stop_with_a_sentence(root):
    path = str(root / "tests/data/geo_made_series_matrix.txt")
    with pytest.raises(InputError, match="was observed for"):
        run_in_process(root / CHAPTER, cohort="geo", geo_file=path, milestone=36.0)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"cohort": "real"}, "cohort is 'real'; allowed: 'virtual' or 'geo'."),
        ({"milestone": 48.0, "level": 95}, "milestone is 48.0; it must be a number from 3 to 36. level"),
        ({"base": "gamma"}, "base is 'gamma'; allowed: 'all', 'Weibull', 'log-logistic' or 'log-normal'."),
        ({"horizon": "24"}, "horizon is '24'; it must be a number from 3 to 36."),
        ({"cohort": "geo", "geo_file": "no-such-file.gz"}, "no-such-file.gz"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, SETTINGS[0]])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    streams = [
        "".join(output["text"])
        for cell in json.loads(text_of(executed))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert sum(text.startswith("Not answered yet") for text in streams) == 4
    recorded = read_recorded(executed)
    time, event, arm = columns(read_cohort("virtual"))
    at, span = settings.get("milestone", 24.0), settings.get("horizon", 24.0) / 2
    soc, axi = survival_at(time, event, arm, [at]).survival[0, :, 0]
    by_hand = {
        "risk_reduction": (100 * (axi - soc) / (1 - soc), 0.5),
        "predicted": (100 * soc ** float(cox(time, event, arm).hazard_ratio[0]), 0.3),
        "free_at_six": (100 * survival_at(time, event, arm, [6.0]).survival[0, 1, 0], 0.5),
        "mean_gain": (float(restricted_means(time, event, arm, horizon=span).difference[0]), 0.1),
    }
    for name, (value, within) in by_hand.items():
        assert check_number(value, recorded[name], within=within, hint="") == "Right.", name
        wrong = check_number(value + 3 * within, recorded[name], within=within, hint="")
        assert wrong.startswith("Not yet")
    # the misreadings themselves are wrong answers
    headline = check_number(recorded["hazard_reduction"], recorded["risk_reduction"], within=0.5, hint="")
    assert headline.startswith("Not yet")
    assert check_number(41, recorded["free_at_six"], within=0.5, hint="").startswith("Not yet")
    assert check_number(8.3 - 2.0, recorded["mean_gain"], within=0.1, hint="").startswith("Not yet")
