"""The chapter on two guidelines, re-executed with other patients, readings and mistakes."""

import json

import pytest
from conftest import exercises_hold, run_in_process

from secondline.chapters import read_recorded
from secondline.errors import InputError
from secondline.pathways import agreement_map, guideline_pages, negative_scan
from secondline.pathways import guidelines as g

CHAPTER = "book/partial-response/pathways.ipynb"
EXERCISES = {"both_share": 0.2, "ipi": 0.1, "missed": 0.5}


def about_the_review(recorded):
    """What speaks of the documents does not move with the settings."""
    assert (recorded["kinds_n"], recorded["shared_n"], recorded["gaps_n"]) == (384, 8, 33)
    assert (recorded["figure_open_n"], recorded["figure_out_n"]) == (82, 36)
    assert (recorded["least_ipi"], recorded["least_aaipi"]) == (1, 0)
    assert (recorded["cycles_nccn"], recorded["cycles_bsh"]) == ("5, 6 or 7 in all", "4 in all")
    assert (recorded["nccn_alone_interim"], recorded["differ_shared"]) == (98, 79)
    assert (recorded["agree_end"], recorded["agree_end_own"]) == (52, 2)
    # of the 8 kinds, those at limited stage and those with extensive mesenteric disease
    assert (recorded["parting_n"], recorded["meeting_n"]) == (6, 2)
    assert (recorded["wrong_of_100"], recorded["right_of_100"]) == (20, 80)
    assert recorded["ratio_printed"] == "0.5"
    # 14 of 33 failures in 100 patients, 70 of them with a negative scan
    assert recorded["missed_default"] == 42


def test_the_page_as_it_stands(as_it_comes):
    recorded = read_recorded(as_it_comes)
    about_the_review(recorded)
    assert (recorded["nccn_group"], recorded["bsh_group"]) == ("limited", "limited and older")
    assert recorded["parting"] == "interim scan"
    assert recorded["verdicts"].split(" | ") == [
        "differ", "differ", "BSH alone", "agree", "agree", "BSH alone", "agree", "differ",
    ]  # fmt: skip
    assert recorded["map_differ_n"] == 4
    assert recorded["both_share"] == pytest.approx(100 * 8 / 384)
    assert recorded["ipi"] == 1
    text = as_it_comes.read_text(encoding="utf-8")
    assert "The routes part at the step" in text
    assert "No specific recommendation after a positive biopsy" in text
    assert "By their headings the figures do not include this patient." in text


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "IV", "ldh": "raised", "ecog": 3, "extranodal_sites": 3, "interim_deauville": 5,
         "end_deauville": 5, "end_biopsy": "positive", "map_step": "cycles in all"},
        {"age": 45, "stage": "I", "bulk_cm": 7.5, "interim_deauville": 2, "end_deauville": 2,
         "nccn_patients": "figures 1 and 2", "map_step": "end-of-treatment imaging"},
        {"interim_deauville": 5, "interim_uptake": "higher", "interim_biopsy": "not done",
         "bsh_patients": "section 4", "bsh_end": "its patients", "npv": 0.9, "outcome_share": 0.2},
        {"extensive_mesenteric": "yes", "interim_deauville": 0, "end_deauville": 0,
         "nccn_patients": "Table 1", "map_step": "after the end biopsy", "negative_share": 0.4},
    ],
)  # fmt: skip
def test_other_settings_give_the_right_other_result(run, changes):
    recorded = read_recorded(run(**changes))
    about_the_review(recorded)
    patient = {k: changes.get(k, v) for k, v in guideline_pages.FIRST_PATIENT.items()}
    readings = g.Readings(**{k: v for k, v in changes.items() if k in g.reading_choices()})
    comparison = g.compare(patient, readings)
    assert recorded["verdicts"].split(" | ") == [p.verdict for p in comparison.pairs]
    assert recorded["nccn_said"] == " | ".join(guideline_pages.said(p.nccn) for p in comparison.pairs)
    assert recorded["bsh_said"] == " | ".join(guideline_pages.said(p.bsh) for p in comparison.pairs)
    assert recorded["ipi"] == comparison.patient["ipi"]
    kinds = agreement_map.group_pairs(readings)
    assert recorded["both_share"] == pytest.approx(
        100 * agreement_map.shared_pairs(kinds).total() / kinds.total()
    )
    scan = negative_scan.negative_scan(
        *(changes.get(k, v) for k, v in
          {"npv": 0.8, "outcome_share": 0.33, "negative_share": 0.7}.items())
    )  # fmt: skip
    assert recorded["missed"] == pytest.approx(100 * (1 - scan.sensitivity))
    assert recorded["ppv"] == pytest.approx(scan.ppv)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"interim_deauville": 6, "stage": "V"},
         "stage is 'V'; allowed: 'I', 'II', 'III' or 'IV'. interim_deauville is 6; it must be a "
         "whole number from 0 to 5."),
        ({"bulk_cm": -1.0, "age": True}, "age is True; it must be a whole number from 18 to 100. bulk"),
        ({"nccn_patients": "figure 1"}, "nccn_patients is 'figure 1'; allowed: 'section 4', 'Table 1'"),
        ({"map_step": "biopsy"}, "map_step is 'biopsy'; allowed: 'interim scan', 'after the interim"),
        ({"npv": 80}, "npv is 80; it must be a number from 0.01 to 0.99."),
        ({"outcome_share": 0.1, "negative_share": 0.9},
         "Of 90 negative scans in 100 patients, 18 would be wrong, but only 10 of the 100"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_exercise_stubs_ask_and_right_answers_pass(as_it_comes):
    exercises_hold(as_it_comes, EXERCISES)
    recorded = read_recorded(as_it_comes)
    by_hand = {"both_share": 100 * 8 / 384, "ipi": 1, "missed": 14 / 0.33}
    for name, value in by_hand.items():
        assert recorded[name] == pytest.approx(value, abs=EXERCISES[name]), name


def test_right_answers_follow_the_settings(run):
    recorded = read_recorded(
        run(stage="III", ldh="raised", bsh_patients="section 4", npv=0.9, outcome_share=0.4,
            negative_share=0.5)
    )  # fmt: skip
    by_hand = {"both_share": 0.0, "ipi": 3, "missed": 100 * 0.05 / 0.4}
    for name, value in by_hand.items():
        assert recorded[name] == pytest.approx(value, abs=EXERCISES[name]), name


def test_settings_name_all_that_is_allowed(root):
    cells = json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    comments = {
        line.split(":")[0]: line.partition("#")[2] for line in "".join(cell["source"]).splitlines()
    }
    for i in g.guideline_inputs():
        for choice in i.choices or (f"{i.lowest:g} to {i.highest:g}",):
            assert choice in comments[i.name], (i.name, choice)
    for name, choices in g.reading_choices().items():
        for choice in choices:
            assert choice in comments[name], (name, choice)
    for step in g.STEPS:
        assert step in comments["map_step"]


def test_virtual_patients_say_so(as_it_comes):
    cells = json.loads(as_it_comes.read_text(encoding="utf-8"))["cells"]
    pages = [
        "".join(output["data"]["text/html"])
        for cell in cells
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
        and ("worked_page" in "".join(cell["source"]) or "frequencies" in "".join(cell["source"]))
    ]
    assert len(pages) == 2
    assert all("synthetic data, no real patients" in page for page in pages)
