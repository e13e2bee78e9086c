"""The chapters of the audit, re-executed with other settings and with mistakes."""

import json

import pytest
from conftest import run_in_process

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
