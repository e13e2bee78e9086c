"""The chapter re-executed as an analyst would: other settings, own trials, mistakes."""

import json
import math

import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from secondline import proportions, tables
from secondline.chapters import read_recorded

CHAPTER = "book/bispecifics/pooled-response.ipynb"
MINE = """trial,backbone,prior_car_t,n,orr_events,cr_events
<b>Centre</b> $x^$ 1,none,yes,31,17,11
=SUM(A1),none,yes,24,11,
Centre 3,none,yes,18,18,0
Centre 4,none,yes,40,21,9
"""


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    def execute(**parameters):
        target = tmp_path_factory.mktemp("run") / "out.ipynb"
        papermill.execute_notebook(
            str(root / CHAPTER), str(target), parameters=parameters, progress_bar=False
        )
        return target

    return execute


def expected(outcome, population, **settings):
    cohorts = tables.select_cohorts(tables.read_trials(), population, outcome)
    cohorts = cohorts.dropna(subset=["events"])
    return proportions.pool(cohorts["events"], cohorts["totals"], **settings)


@pytest.mark.parametrize(
    ("outcome", "population", "settings"),
    [
        ("CR", "after CAR-T monotherapy", {"method": "REML"}),
        ("ORR", "after CAR-T combination", {"transform": "logit", "ci": "hksj"}),
        ("ORR", "CAR-T-naive", {"transform": "glmm"}),
        ("CR", "CAR-T-naive", {"transform": "log", "method": "common", "ci": "hksj-conservative"}),
    ],
)
def test_other_settings_give_the_right_other_result(run, outcome, population, settings):
    recorded = read_recorded(run(outcome=outcome, population=population, **settings))
    result = expected(outcome, population, **settings)
    for name in ("estimate", "lower", "upper", "tau2", "i2", "q", "p_heterogeneity"):
        assert recorded[name] == pytest.approx(getattr(result, name), abs=1e-12), name
    assert recorded["upper_percent"] == pytest.approx(100 * result.upper)
    assert recorded["k"] == result.k
    # what speaks of the published pools does not move with the settings
    assert recorded["pools_reproduced"] == recorded["pools_printed"] == 6
    assert recorded["no_heterogeneity_said"] == 4
    assert recorded["no_heterogeneity_holds"] == 1


def test_own_trials_are_pooled_and_shown_as_text(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(trials=str(path), outcome="CR")
    recorded = read_recorded(executed)
    assert recorded["k"] == 3
    assert recorded["estimate"] == pytest.approx(
        proportions.pool([11, 0, 9], [31, 18, 40]).estimate
    )
    pages = [
        "".join(output["data"]["text/html"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    first = pages[0]
    assert "&lt;b&gt;Centre&lt;/b&gt;" in first
    assert "<b>Centre" not in first
    assert "=SUM(A1)" in first
    assert "own</b>: computed here from the reader" in first
    assert "(mine.csv)" in first


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"outcome": "XYZ"}, "outcome is 'XYZ'; allowed: 'ORR' or 'CR'."),
        (
            {"method": "reml", "ci": 3},
            "method is 'reml'; allowed: 'common', 'DL', 'REML' or 'PM'. ci is 3;",
        ),
        ({"trials": "no-such-file.csv"}, "There is no file 'no-such-file.csv'"),
        ({"transform": "glmm", "ci": "hksj"}, "has only 'wald'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(run, parameters, sentence):
    with pytest.raises(PapermillExecutionError) as caught:
        run(**parameters)
    assert caught.value.ename == "InputError"
    assert sentence in caught.value.evalue
    # no call stack: the sentence is all that the cell shows
    assert caught.value.traceback == [f"InputError: {caught.value.evalue}"]


def test_a_bad_cell_of_a_table_is_named(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE.replace("40,21", "40,52.5"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match=r"Line 5 \(Centre 4\), orr_events: '52.5'"):
        run(trials=str(path))


def test_exercise_stubs_ask_and_right_answers_pass(run):
    """Each stub asks for an answer; the recorded solution, put in its place, is right."""
    from secondline.chapters import check_number

    executed = run(outcome="ORR", population="after CAR-T combination", method="PM")
    text = [
        "".join(output["text"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert sum(line.startswith("Not answered yet") for line in text) == 3
    recorded = read_recorded(executed)
    for name, within in (("without_highest", 0.15), ("hksj_to_wald", 0.03), ("crude", 0.1)):
        value = recorded[name]
        assert not math.isnan(value)
        assert check_number(round(value, 2), value, within=within, hint="") == "Right."
        assert check_number(value + 3 * within, value, within=within, hint="").startswith("Not yet")
