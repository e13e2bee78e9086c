"""The chapter on partial response, re-executed with other patients, shares and mistakes."""

import json

import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline.chapters import read_recorded
from secondline.errors import InputError
from secondline.pathways import assessment, definition_pages, positive_scan, refractory, response

CHAPTER = "book/partial-response/definitions.ipynb"
OTHERS = {
    "counts_of": "MER", "lymphoma_share": 0.25, "scan_sensitivity": 0.8, "scan_specificity": 0.9,
    "biopsy_sensitivity": 0.9, "clear_alive": 0.9, "diameter_fall": 0.3,
}  # fmt: skip
EXERCISES = {"shrunk": 0.5, "names_n_here": 0.1, "renamed": 0.5}


def about_the_review(recorded):
    """What speaks of the documents does not move with the settings."""
    fixed = {
        "names_n": 4, "kinds_n": 210, "both_end": 68, "both_share_end": 32, "none_end": 39,
        "refractory_least": 40, "refractory_most": 92, "trials_mer": 80, "trials_leo": 211,
        "explains_default": 67, "missed_default": 21, "ways_pr": 64,
    }  # fmt: skip
    assert {name: recorded[name] for name in fixed} == fixed


def test_the_page_as_it_stands(as_it_comes):
    recorded = read_recorded(as_it_comes)
    about_the_review(recorded)
    assert recorded["standing"] == "partial response and treatment failure"
    assert recorded["in_short"] == "partial response by name, treatment failure by meaning"
    assert recorded["way"] == "CAR-T and transplant"
    assert recorded["marrow_said"] == "not covered"
    # 200 of 275 in 1000
    assert recorded["ppv"] == pytest.approx(200 / 275)
    assert recorded["explains"] == pytest.approx(2 / 3)
    text = as_it_comes.read_text(encoding="utf-8")
    assert "it has 4 names in all" in text
    assert "refractory by “three trials”; not refractory by “neither PR nor CR”" in text
    assert "which fits this scan" in text


def test_settings_are_the_first_patient(root):
    cell = parameters_cell(root)
    namespace: dict = {}
    exec(cell, namespace)
    for name, value in definition_pages.FIRST_PATIENT.items():
        assert namespace[name] == value, name
    assert {name: namespace[name] for name in OTHERS} == OTHERS


def parameters_cell(root) -> str:
    cells = json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    return "".join(cell["source"])


@pytest.mark.parametrize(
    "changes",
    [
        {"scan_time": "interim", "deauville": 5, "uptake": "higher", "new_foci": "yes",
         "response_to_first_line": "PD", "chart": "failure or relapse", "counts_of": "LEO"},
        {"deauville": 2, "uptake": "unchanged", "spd_change": -50.0, "marrow": "focal",
         "response_to_first_line": "CR", "months_since_first_line": 14.0, "age": 70,
         "chart": "section 3, in general", "lymphoma_share": 0.05},
        {"marrow": "lower than at baseline", "biopsy": "positive", "fit_for": "neither",
         "response_to_first_line": "CR", "months_since_first_line": 3.0, "salvage": "CR",
         "first_line_months": 10.0, "scan_sensitivity": 0.2, "clear_alive": 1.0},
        {"scan_time": "interim", "deauville": 4, "biopsy": "negative", "age": 65,
         "timely_car_t": "yes", "chart": "earlier trials", "biopsy_sensitivity": 1.0,
         "diameter_fall": 0.5, "scan_specificity": 0.5},
    ],
)  # fmt: skip
def test_other_settings_give_the_right_other_result(run, changes):
    executed = run(**changes)
    recorded = read_recorded(executed)
    about_the_review(recorded)
    patient = {k: changes.get(k, v) for k, v in definition_pages.FIRST_PATIENT.items()}
    result = assessment.assess(patient)
    for name, decisions in {
        "scan_said": result.scan, "biopsy_said": result.biopsy, "names_said": result.names,
        "second_line_said": result.second_line, "marrow_said": result.marrow,
    }.items():  # fmt: skip
        assert recorded[name] == " | ".join(d.answer for d in decisions), name
    assert (recorded["standing"], recorded["way"]) == (result.standing, result.way)
    other = {k: changes.get(k, v) for k, v in OTHERS.items()}
    scan = positive_scan.positive_scan(
        other["lymphoma_share"], other["scan_sensitivity"], other["scan_specificity"],
        other["biopsy_sensitivity"],
    )  # fmt: skip
    assert recorded["ppv"] == pytest.approx(scan.ppv)
    assert recorded["explains"] == pytest.approx((other["clear_alive"] - 0.5) / (other["clear_alive"] - 0.3))
    assert recorded["shrunk"] == pytest.approx(100 * ((1 - other["diameter_fall"]) ** 2 - 1))
    assert recorded["renamed"] == refractory.cohort_counts(other["counts_of"])["PR"]
    at_end = assessment.assess({**patient, "scan_time": "end of treatment"})
    assert recorded["names_n_here"] == len(at_end.scan_names)
    text = executed.read_text(encoding="utf-8")
    for reading in (
        definition_pages.scan_reading(result), definition_pages.names_reading(result),
        definition_pages.record_reading(result), definition_pages.second_line_reading(result),
    ):  # fmt: skip
        assert reading in text


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"deauville": 6, "uptake": "less"},
         "deauville is 6; it must be a whole number from 1 to 5. uptake is 'less'; allowed: 'lower',"),
        ({"spd_change": -100.5}, "spd_change is -100.5; it must be a number from -100 to 1000."),
        ({"chart": "Bock"}, "chart is 'Bock'; allowed: 'three trials', 'section 3, in general'"),
        ({"counts_of": "both"}, "counts_of is 'both'; allowed: 'MER' or 'LEO'."),
        ({"lymphoma_share": 25}, "lymphoma_share is 25; it must be a number from 0.01 to 0.99."),
        ({"clear_alive": 0.5}, "clear_alive is 0.5; it must be a number from 0.51 to 1"),
        ({"age": True}, "age is True; it must be a whole number from 18 to 100."),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_exercise_stubs_ask_and_right_answers_pass(as_it_comes):
    exercises_hold(as_it_comes, EXERCISES)
    recorded = read_recorded(as_it_comes)
    # by hand: seven tenths squared less one; four names; 80 less 40
    assert recorded["shrunk"] == pytest.approx(-51)
    assert (recorded["names_n_here"], recorded["renamed"]) == (4, 40)


def test_right_answers_follow_the_settings(run):
    executed = run(counts_of="LEO", diameter_fall=0.1, deauville=1, uptake="unchanged", spd_change=0.0)
    exercises_hold(executed, EXERCISES)
    recorded = read_recorded(executed)
    assert recorded["shrunk"] == pytest.approx(-19)
    assert (recorded["names_n_here"], recorded["renamed"]) == (0, 66)


def test_settings_name_all_that_is_allowed(root):
    comments = {
        line.split(":")[0]: line.partition("#")[2] for line in parameters_cell(root).splitlines()
    }
    for i in assessment.assessment_inputs():
        for choice in i.choices or (f"{i.lowest:g} to {i.highest:g}",):
            assert choice in comments[i.name], (i.name, choice)
    for definition in refractory.definition_tables():
        assert definition in comments["chart"]
    for name in refractory.COHORTS:
        assert name in comments["counts_of"]


def test_virtual_patients_say_so(as_it_comes):
    pages = displayed(as_it_comes, "text/html")
    virtual = [page for page in pages if "synthetic data, no real patients" in page]
    assert len(virtual) == 3
    assert sum("Virtual scans" in page for page in virtual) == 1
    for page in (p for p in pages if "<table" in p):
        assert "synthetic" in page or "published" in page or "set by this book" in page


def test_every_passage_of_the_scan_stands_on_the_page(as_it_comes):
    (page,) = [p for p in displayed(as_it_comes, "text/html") if "Every table, and what it" in p]
    for table in definition_pages.all_tables():
        assert f"{table.name}: {table.source}".replace("'", "&#x27;") in page
    assert response.TIMES[0] in page
