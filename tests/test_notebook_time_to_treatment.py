"""The chapter on the time that treatment takes, re-executed with other numbers and mistakes."""

from dataclasses import replace

import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline import sequencing
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/partial-response/time-to-treatment.ipynb"


def invariants(recorded, **settings):
    model = sequencing.Access(**settings)
    assert recorded["cells"] == pytest.approx(100 * sequencing.cured(model, "CAR-T first"))
    assert recorded["salvage"] == pytest.approx(100 * sequencing.cured(model, "salvage first"))
    assert recorded["crossing"] == pytest.approx(sequencing.crossing(model), nan_ok=True)
    assert recorded["widest"] == sequencing.move_each(model)["quantity"].iloc[0]
    assert recorded["infused"] <= recorded["vein_share"]
    assert recorded["gain"] >= 0
    assert recorded["without"] == pytest.approx(
        sequencing.ahead(replace(model, cure_third_line=0.0))
    )
    # what the bottom line says does not move
    assert (recorded["cited_n"], recorded["inputs_n"]) == (2, 11)
    assert recorded["base_crossing"] == pytest.approx(5.87, abs=0.01)
    assert recorded["no_third"] == pytest.approx(15.75)
    assert min(recorded["third_low"], recorded["third_high"]) > 0


def test_the_page_as_it_stands(run):
    executed = run()
    recorded = read_recorded(executed)
    invariants(recorded)
    # what the prose says: the third line decides, and the waiting time does not
    order = sequencing.move_each(sequencing.cited_access())["quantity"].tolist()
    assert order[:3] == ["cure_third_line", "cure_infused", "cure_bridged"]
    assert {"access", "manufacturing"} <= set(order[-4:])
    levels = recorded["levels"]
    assert len(levels) > 10
    assert levels == sorted(levels, reverse=True)
    pages = displayed(executed, "text/html") + displayed(executed, "image/svg+xml")
    assert sum("no real patients" in page for page in pages) == 4


@pytest.mark.parametrize(
    "settings",
    [
        {"access": 3.0, "cure_third_line": 0.15},
        {"chemosensitive": 0.8, "cure_transplant": 0.6, "dropout": 0.3},
        {"dropout": 0.0, "bridging_response": 0.0, "manufacturing": 0.5},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    invariants(read_recorded(run(**settings)), **settings)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"access": 9.0}, "access is 9.0; it must be a number from 0 to 8."),
        ({"dropout": "slow"}, "dropout is 'slow'; it must be a number from 0 to 0.5."),
        ({"chemosensitive": 35, "cure_third_line": 2.0}, "chemosensitive is 35;"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"access": 3.0, "cure_third_line": 0.15}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    exercises_hold(executed, {"infused": 0.5, "gain": 0.1, "overstated": 0.5})
    recorded = read_recorded(executed)
    # with third line as it is, the lead is that of the curves
    assert recorded["with_third"] == pytest.approx(recorded["cells"] - recorded["salvage"])
    assert recorded["without"] - recorded["with_third"] == pytest.approx(recorded["overstated"])
