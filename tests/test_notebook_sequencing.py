"""The chapter on orders re-executed: other settings, own trials, mistakes."""

import json
import math

import numpy as np
import pytest
from conftest import run_in_process
from papermill.exceptions import PapermillExecutionError

from secondline import proportions, sequencing, tables
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/bispecifics/sequencing.ipynb"
QUICK = {"n_draws": 200, "n_patients": 200}
MINE = """trial,backbone,prior_car_t,n,orr_events,cr_events
<b>Centre</b> $x^$ 1,none,yes,31,17,11
=SUM(A1),none,yes,24,11,
Centre 3,none,yes,18,18,0
Centre 3,none,no,20,19,9
"""


@pytest.fixture(scope="module")
def run(chapter_runner):
    return chapter_runner(CHAPTER, **QUICK)


def pages(executed):
    return [
        "".join(output["data"]["text/html"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]


def test_default_follows_the_library(run):
    recorded = read_recorded(run())
    cohorts = tables.select_cohorts(tables.read_trials(), "after CAR-T monotherapy", "ORR")
    pooled = proportions.pool(cohorts["events"], cohorts["totals"])
    known = sequencing.quantities(
        pooled, **sequencing.odds_before_after(tables.read_trials()), pool_source="x"
    )
    assert recorded["response_after"] == pytest.approx(pooled.estimate, abs=1e-12)
    base = sequencing.base_case(known)
    for order, name in (("CAR-T first", "first"), ("bispecific first", "second")):
        result = sequencing.simulate(sequencing.build(order, known, base), 100_000, seed=2025)
        expected = result.months(*result.alive)[0]
        assert recorded[f"months_alive_{name}"] == pytest.approx(expected, abs=1e-12)
    # the two numbers that nobody has measured move the difference most
    assert recorded["largest_quantity"] == "before_durable"
    assert recorded["ahead_if_nothing_left"] > 0.95
    assert 0.5 < recorded["ahead_if_all_left"] < recorded["ahead_if_nothing_left"]
    assert recorded["difference_lower"] < recorded["difference"] < recorded["difference_upper"]
    # fitted numbers come out
    assert recorded["checks_fitted_met"] == 4
    assert recorded["checks_not_fitted"] == 6
    assert 0 < recorded["noise_percent"] < 100


def test_other_orders_and_a_short_horizon(run):
    recorded = read_recorded(
        run(
            first="salvage first",
            second="CAR-T first",
            horizon=12.0,
            population="after CAR-T combination",
            response_of="new trial",
        )
    )
    assert recorded["horizon_months"] == 12
    assert recorded["months_alive_first"] < 12
    assert recorded["difference"] < 0
    assert "with CAR-T first than with salvage first" in recorded["reading_main"]


def test_extremes_turn_the_answer(run):
    """All left and antibodies lasting: the antibody first wins. Nothing left: CAR-T first."""
    favourable = read_recorded(
        run(retained_low=1.0, retained_high=1.0, durable_before=0.8, fit=1.0, horizon=120.0)
    )
    harsh = read_recorded(run(retained_low=0.0, retained_high=0.0, durable_before=0.0, fit=0.5))
    assert favourable["difference"] < 0
    assert "with bispecific first than with CAR-T first" in favourable["reading_main"]
    assert harsh["first_ahead"] > 0.95
    assert harsh["retained_base"] == 0
    assert favourable["retained_base"] == 1
    # what third-line trials had is told as it is, whatever the range
    assert favourable["third_line_percent"] == harsh["third_line_percent"] > 60
    assert favourable["gap"] == pytest.approx(favourable["nothing_lost"], abs=1e-9)


def test_own_trials_are_used_and_shown_as_text(run, tmp_path):
    path = tmp_path / "mine <b>.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(trials=str(path))
    recorded = read_recorded(executed)
    assert recorded["response_after"] == pytest.approx(
        proportions.pool([17, 11, 18], [31, 24, 18]).estimate
    )
    paired = proportions.contrasts.pool_contrasts([19], [20], [18], [18], measure="OR")
    assert recorded["odds_ratio"] == pytest.approx(np.exp(paired.effect))
    text = "".join(pages(executed))
    assert "mine &lt;b&gt;.csv" in text
    assert "<b>.csv" not in text


def test_own_trials_without_naive_cohorts_say_so(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(MINE.splitlines()[:4]), encoding="utf-8")
    executed = run(trials=str(path))
    assert read_recorded(executed)["odds_ratio"] == 1
    assert any("no trial has cohorts with and without prior CAR-T" in p for p in pages(executed))


def test_every_figure_of_virtual_patients_is_marked(run):
    executed = run()
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    pictures = [
        "".join(output["data"]["image/svg+xml"])
        for cell in cells
        for output in cell.get("outputs", ())
        if "image/svg+xml" in output.get("data", {})
    ]
    assert len(pictures) == 5
    # one picture defines the orders; the others show virtual patients
    marked = ["virtual: synthetic data, no real patients" in picture for picture in pictures]
    assert sum(marked) == 4
    assert not marked[0]


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"first": "CAR-T"}, "first is 'CAR-T'; allowed: 'CAR-T first', 'bispecific first'"),
        ({"second": "CAR-T first"}, "first and second are both 'CAR-T first'"),
        ({"horizon": 6}, "horizon is 6; it must be a number from 12 to 120"),
        ({"retained_low": 0.9, "retained_high": 0.5}, "retained is"),
        ({"population": "CAR-T-naive"}, "population is 'CAR-T-naive'; allowed:"),
        ({"n_draws": 10}, "n_draws is 10; it must be a whole number from 100 to 10000"),
        ({"scheduler": "tcp://127.0.0.1:9"}, "No dask scheduler answers"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_a_table_that_cannot_be_used_is_named(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE.replace("24,11,", "24,45.8,"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match="45.8"):
        run(trials=str(path))
    path.write_text(MINE.replace("orr_events", "responders"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match="orr_events"):
        run(trials=str(path))


@pytest.mark.parametrize("settings", [{}, {"first": "salvage first", "horizon": 36.0}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 3
    recorded = read_recorded(executed)
    for name, within in (("gap", 0.15), ("nothing_lost", 0.2), ("median_alive", 1.0)):
        value = recorded[name]
        assert math.isfinite(value)
        assert check_number(round(value, 1), value, within=within, hint="") == "Right."
        assert check_number(value + 3 * within, value, within=within, hint="").startswith("Not yet")
    # adding medians, as the slide does, is a wrong answer
    if recorded["horizon_months"] == 60:
        wrong = check_number(recorded["median_sum"], recorded["median_alive"], within=1.0, hint="")
        assert wrong.startswith("Not yet")
