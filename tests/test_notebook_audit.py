"""The chapters of the audit, re-executed with other settings and with mistakes."""

import json

import pytest
from conftest import exercises_hold, run_in_process

from secondline.audit import audit_all
from secondline.chapters import read_recorded
from secondline.errors import InputError


@pytest.fixture(scope="module")
def run(chapter_runner):
    return lambda name, **parameters: chapter_runner(f"book/audit/{name}.ipynb")(**parameters)


def test_claims_chapter_with_other_errors(run):
    recorded = read_recorded(run("claims", errors=10, rounds=3, seed=7))
    assert recorded["arithmetic_made"] == recorded["arithmetic_held"] + recorded["arithmetic_failed"]
    assert recorded["judged"] + recorded["arithmetic_failed"] == len(audit_all().findings)
    assert 0 <= recorded["recall"] <= recorded["recall_checkable"] <= 100


def test_conflicts_of_one_document(run):
    path = run("conflicts", severity="medium", document="zuma7-patient-guide")
    recorded = read_recorded(path)
    assert recorded["findings"] == recorded["high"] + recorded["medium"] + recorded["low"]
    assert recorded["give_both"] == 1
    pages = [
        "".join(output["data"]["text/html"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    cards = pages[0].split('<section class="finding ')[1:]
    assert cards
    assert all(card.startswith("medium") for card in cards)
    assert all("Patient guide 2026" in card for card in cards)


def test_own_paper(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("id,value,n,N,unit\na,41,11,27,%\nb,99,11,27,%\nc\n", encoding="utf-8")
    recorded = read_recorded(run("your-own-paper", file=str(path)))
    assert recorded["findings"] == recorded["impossible"] == 1
    assert recorded["unread_rows"] == 1


EXERCISES = {
    "claims": {"nearest": 0.1, "went_through": 0.6, "unchecked_of_locke": 0.5},
    "conflicts": {"possible": 0.5, "too_low": 0.5, "trials_n": 0.5},
    "your-own-paper": {"unseen": 0.5, "caught": 0.5, "away": 0.05},
}


@pytest.mark.parametrize("name", EXERCISES)
def test_exercise_stubs_ask_and_right_answers_pass(run, name):
    executed = run(name)
    exercises_hold(executed, EXERCISES[name])
    by_hand = {
        # 14 of 17; half less 41; eight trials in eleven rows
        "claims": {"nearest": 82.35},
        "conflicts": {"too_low": 9, "trials_n": 8},
        # three counts alone; 62 of 101 percentages; ln 0.62 over (ln 0.85 - ln 0.45) / 3.92
        "your-own-paper": {"unseen": 3, "caught": 39, "away": 2.946},
    }
    for answer, value in by_hand[name].items():
        assert read_recorded(executed)[answer] == pytest.approx(value, abs=0.005), answer


@pytest.mark.parametrize(
    ("table", "answers"),
    [
        # a large group, a ratio with an open limit: the next one is taken
        ("id,kind,value,lower,upper,N\na,effect,0.5,0.2,NE,\nb,effect,2,1,4,\nc,count,7,,,412\n",
         {"unseen": 1, "caught": 0, "away": 1.96}),
        # nothing that an exercise could use: the example's
        ("id,value\na,7\n", {"unseen": 1, "caught": 39, "away": 2.946}),
        # no row can be read
        ("id,value\na,\n", {"unseen": 0, "caught": 39, "away": 2.946}),
    ],
)  # fmt: skip
def test_exercises_have_answers_in_any_file(run, tmp_path, table, answers):
    path = tmp_path / "mine.csv"
    path.write_text(table, encoding="utf-8")
    executed = run("your-own-paper", file=str(path))
    exercises_hold(executed, EXERCISES["your-own-paper"])
    for answer, value in answers.items():
        assert read_recorded(executed)[answer] == pytest.approx(value, abs=0.005), answer


@pytest.mark.parametrize(
    ("chapter", "parameters", "sentence"),
    [
        ("claims", {"errors": 0}, "errors is 0; it must be a whole number from 1 to 200."),
        ("conflicts", {"severity": "grave"}, "allowed: 'high', 'medium' or 'low'."),
        ("conflicts", {"document": "zuma1"}, "document is 'zuma1'; allowed: 'all', "),
        ("your-own-paper", {"file": "none.csv"}, "There is no file 'none.csv'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, chapter, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / f"book/audit/{chapter}.ipynb", **parameters)
    assert sentence in str(caught.value)
