"""The chapter on ZUMA-7's design, re-executed with other patients, arms and mistakes."""

import json

import pytest
from conftest import exercises_hold, run_in_process

from secondline import evidence, pathways
from secondline.chapters import read_recorded
from secondline.errors import InputError
from secondline.trials.allocation import simulate_allocation, waiting

CHAPTER = "book/zuma7/design.ipynb"
EXERCISES = {"unexplained": 1.0, "ratio": 0.2, "alone": 0.5}


def about_the_trial(recorded):
    """What speaks of the documents does not move with the settings."""
    assert (recorded["axi_cel_lowest"], recorded["axi_cel_highest"]) == (170, 261)
    assert (recorded["even_axi_cel"], recorded["even_soc"], recorded["undosed"]) == (180, 179, 10)
    assert recorded["known_share"] == pytest.approx(100 * 52 / 98)
    assert recorded["needed_share"] == pytest.approx(100 * 64 / 81)
    assert (recorded["axi_cel_known"], recorded["soc_known"]) == (128, 98)
    assert (recorded["criteria_n"], recorded["alone_n"]) == (12, 7)
    assert (recorded["cd19_negative_axi"], recorded["cd19_negative_soc"]) == (13, 3)
    # theory: a standard deviation of 10.6 / 2 points
    assert recorded["beyond_coin"] == pytest.approx(5.8, abs=1.6)
    assert recorded["reached_default"] == pytest.approx(100 * 2**-1.5)
    assert recorded["reached_median_default"] == 5.0


def test_the_page_as_it_stands_answers_the_question_of_14_months(as_it_comes):
    recorded = read_recorded(as_it_comes)
    assert (recorded["verdict"], recorded["deciding"]) == ("not eligible", "timing")
    assert (recorded["met_n"], recorded["alone"]) == (11, 7)
    assert (recorded["soc_n"], recorded["without_transplant"]) == (179, "116 or 117")
    assert recorded["unexplained"] == 116 - 52 - 81 / 2
    about_the_trial(recorded)
    text = as_it_comes.read_text(encoding="utf-8")
    assert "would not have taken this patient" in text
    assert "12 to 18 months; no reference" in text
    assert "64 or 65 of the other 81" in text


@pytest.mark.parametrize(
    ("settings", "verdict", "deciding"),
    [
        (
            {"response_to_first_line": "PR", "months_since_first_line": 0, "axi_cel_n": 179,
             "block_half": 20, "seed": 9},
            "eligible", "",
        ),
        (
            {"ecog": 2, "cd19": "negative", "months_since_first_line": 12.0,
             "disease": "high-grade B-cell lymphoma", "axi_cel_n": 261, "trait_share": 0.0},
            "sources disagree", "ecog, cd19, disease",
        ),
        (
            {"prior_lines": 3, "prior_car_t": "yes", "lvef_percent": 44.9, "relapse_biopsy": "no",
             "months_since_first_line": 600, "axi_cel_n": 170, "months_to_transplant": 12,
             "trait_share": 1.0},
            "not eligible", "timing, biopsy, lines, heart, CAR-T",
        ),
        (
            {"disease": "Richter transformation", "months_since_first_line": 6,
             "trait_share": 0.2, "block_half": 1, "months_to_transplant": 0.5},
            "eligible", "",
        ),
    ],
)  # fmt: skip
def test_other_settings_give_the_right_other_result(run, settings, verdict, deciding):
    executed = run(**settings)
    recorded = read_recorded(executed)
    assert (recorded["verdict"], recorded["deciding"]) == (verdict, deciding)
    patient = {"months_since_first_line": 14.0} | {
        k: settings.get(k, v) for k, v in pathways.TYPICAL_PATIENT.items() if k in settings
    }
    result = pathways.eligibility({**pathways.TYPICAL_PATIENT, **patient})
    assert recorded["met_n"] == sum(c.verdict == "met" for c in result.criteria)
    assert recorded["alone"] == sum(len(c.documents) == 1 for c in result.criteria)
    flow = evidence.trial_flow(settings.get("axi_cel_n", 180))
    assert recorded["soc_n"] == flow.n("soc") == 359 - settings.get("axi_cel_n", 180)
    assert recorded["without_transplant"] == flow["not_transplanted"].text
    months = settings.get("months_to_transplant", 3.0)
    split = waiting(2.0, months)
    assert recorded["reached"] == pytest.approx(2 ** (-months / 2))
    assert recorded["ratio_set"] == pytest.approx(split.median_reached / split.median_others)
    twice = waiting(2.0, 2 * months)
    assert recorded["ratio"] == pytest.approx(twice.median_reached / twice.median_others)
    drawn = {
        "n": 359, "share": settings.get("trait_share", 0.5), "n_trials": 2000,
        "block_size": 2 * settings.get("block_half", 2), "seed": settings.get("seed", 1),
    }  # fmt: skip
    assert recorded["beyond_set"] == simulate_allocation("coin", **drawn).beyond(0.1)
    assert recorded["beyond_strata"] <= recorded["beyond_set"]
    about_the_trial(recorded)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"ecog": 7, "months_since_first_line": -3.0},
         "months_since_first_line is -3.0; it must be a number from 0 to 600. ecog is 7; it must "
         "be a whole number from 0 to 4."),
        ({"disease": "mantle cell", "cd19": "unknown"},
         "cd19 is 'unknown'; allowed: 'positive' or 'negative'. disease is 'mantle cell'; allowed:"),
        ({"relapse_biopsy": True, "prior_lines": 1.5},
         "relapse_biopsy is True; allowed: 'yes' or 'no'. prior_lines is 1.5; it must be a whole"),
        ({"axi_cel_n": 169, "trait_share": 50},
         "axi_cel_n is 169; it must be a whole number from 170 to 261. trait_share is 50;"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_exercise_stubs_ask_and_right_answers_pass(as_it_comes):
    exercises_hold(as_it_comes, EXERCISES)
    recorded = read_recorded(as_it_comes)
    # 8 months against the time by which half of those with an event before month 6 had it
    by_hand = {"unexplained": 23.5, "ratio": 8.0 / 1.6603, "alone": 7}
    for name, value in by_hand.items():
        assert recorded[name] == pytest.approx(value, abs=EXERCISES[name]), name


def test_virtual_tables_say_so(as_it_comes):
    cells = json.loads(as_it_comes.read_text(encoding="utf-8"))["cells"]
    pages = [
        "".join(output["data"]["text/html"])
        for cell in cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
        and "allocation." in "".join(cell["source"])
    ]
    assert len(pages) == 2
    assert all("synthetic data, no real patients" in page for page in pages)


def test_settings_name_all_that_is_allowed(root):
    cells = json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    comments = {
        line.split(":")[0]: line.partition("#")[2] for line in "".join(cell["source"]).splitlines()
    }
    for i in pathways.eligibility_inputs():
        for choice in i.choices or (f"{i.lowest:g} to {i.highest:g}",):
            assert choice in comments[i.name], (i.name, choice)
