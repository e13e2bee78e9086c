"""The chapter re-executed as an analyst would: other settings, own trials, mistakes."""

import json
import math
import re

import pytest
from conftest import run_in_process
from papermill.exceptions import PapermillExecutionError

from secondline import proportions, tables
from secondline.chapters import read_recorded
from secondline.chapters.running import ChapterError, Limits, run_notebook
from secondline.errors import InputError

CHAPTER = "book/bispecifics/pooled-response.ipynb"
MINE = """trial,backbone,prior_car_t,n,orr_events,cr_events
<b>Centre</b> $x^$ 1,none,yes,31,17,11
=SUM(A1),none,yes,24,11,
<i>Centre</i> *2* [x](y) $z$,none,yes,24,11,
Centre 3,none,yes,18,18,0
Centre 4,none,yes,40,21,9
"""


def outputs(executed):
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", ())]


def shown_as(kind, executed):
    return ["".join(o["data"][kind]) for o in outputs(executed) if kind in o.get("data", {})]


def html(executed):
    return shown_as("text/html", executed)


def markdown(executed):
    return shown_as("text/markdown", executed)


def streams(executed):
    return ["".join(o["text"]) for o in outputs(executed) if o["output_type"] == "stream"]


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
    # shown with a mark between thousands, and so a whole number
    assert isinstance(recorded["null_one_in"], int)
    # what all results give and what chi-square gives tell the same story
    assert recorded["null_results"] == 97 * 64 * 75
    assert recorded["null_one_in"] == pytest.approx(recorded["null_chi_square_one_in"], rel=0.2)
    # "leaving out the most extreme one does the same so many times in a hundred"
    assert recorded["mono_orr_without_highest_i2"] == 0
    # 11 of 27 and 35 of 46
    assert recorded["mono_orr_least"] == pytest.approx(100 * 11 / 27)
    assert recorded["mono_orr_most"] == pytest.approx(100 * 35 / 46)
    assert recorded["mono_orr_zero_by_deletion"] == pytest.approx(27, abs=1.5)


def test_own_trials_are_pooled_and_shown_as_text(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(trials=str(path), outcome="CR")
    recorded = read_recorded(executed)
    assert recorded["k"] == 3
    assert recorded["estimate"] == pytest.approx(
        proportions.pool([11, 0, 9], [31, 18, 40]).estimate
    )
    first = html(executed)[0]
    assert "&lt;b&gt;Centre&lt;/b&gt;" in first
    assert "<b>Centre" not in first
    assert "=SUM(A1)" in first
    assert "own</b>: computed here from the reader" in first
    assert "(mine.csv)" in first
    # the trials left out are named in a sentence, which is Markdown
    left_out = next(text for text in markdown(executed) if "were left out" in text)
    assert not re.search(r"[<>$*\[\]=]", left_out.rpartition("freedom). ")[2])
    assert "&#60;i&#62;Centre&#60;&#47;i&#62;" in left_out


# what a table may hold at the edges, the settings it is run with, and its pool
EDGES = {
    "one trial with events": (
        [(0, 20), (6, 25), (0, 18), (0, 31)],
        {"transform": "glmm"},
        {"without_highest": math.nan},
    ),
    "none and all": (
        [(0, 20), (25, 25), (9, 18)],
        {"transform": "logit", "method": "PM", "ci": "hksj"},
        {},
    ),
    "two cohorts, all respond": (
        [(20, 20), (25, 25)],
        {"transform": "raw", "ci": "hksj-conservative"},
        {"without_highest": 100.0},
    ),
    "nobody responds": ([(0, 20), (0, 25), (0, 3)], {"transform": "log"}, {"crude": 0.0}),
}


@pytest.mark.parametrize("name", EDGES)
def test_own_tables_at_the_edges_run_to_the_end(run, tmp_path, name):
    counts, settings, recorded_values = EDGES[name]
    path = tmp_path / "mine.csv"
    rows = [f"T{i},none,no,{n},{x},{x}" for i, (x, n) in enumerate(counts)]
    path.write_text("\n".join([MINE.splitlines()[0], *rows]), encoding="utf-8")
    executed = run(trials=str(path), population="CAR-T-naive", **settings)
    recorded = read_recorded(executed)
    result = proportions.pool(*zip(*counts, strict=True), **settings)
    assert recorded["estimate"] == pytest.approx(result.estimate, abs=1e-12)
    assert recorded["lower"] <= recorded["estimate"] <= recorded["upper"]
    for key, value in recorded_values.items():
        assert recorded[key] == pytest.approx(value, nan_ok=True), key
    # the last thing recorded is there, and what speaks of the published pools did not move
    assert recorded["cells_compared"] == 23
    rest = proportions.pool([11, 26, 33, 29], [27, 52, 61, 60])
    assert recorded["mono_orr_without_highest"] == pytest.approx(100 * rest.estimate)
    no_answer = sum("there is nothing to answer" in text for text in streams(executed))
    assert no_answer == sum(
        math.isnan(recorded[k]) for k in ("without_highest", "hksj_to_wald", "wider")
    )


def test_the_pool_is_recorded_before_anything_can_fail(root, tmp_path):
    """A fault in a later cell loses nothing of the result."""
    notebook = json.loads((root / CHAPTER).read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if "leave_one_out(" in "".join(c["source"]))
    cell["source"] = ["raise RuntimeError('made to fail')"]
    source = tmp_path / "broken.ipynb"
    source.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(ChapterError, match="made to fail") as caught:
        run_notebook(source, {}, folder=tmp_path, limits=Limits())
    recorded = read_recorded(caught.value.notebook)
    assert set(proportions.RECORDED) <= set(recorded)
    assert recorded["estimate"] == pytest.approx(0.54490117, abs=1e-8)


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
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_a_bad_cell_of_a_table_is_named(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE.replace("40,21", "40,52.5"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match=r"Line 6 \(Centre 4\), orr_events: '52.5'"):
        run(trials=str(path))


def test_exercise_stubs_ask_and_right_answers_pass(run):
    """Each stub asks for an answer; the recorded solution, put in its place, is right."""
    from secondline.chapters import check_number

    executed = run(outcome="ORR", population="after CAR-T combination", method="PM")
    assert sum(text.startswith("Not answered yet") for text in streams(executed)) == 4
    recorded = read_recorded(executed)
    # an I² of one half in three trials is a Q of four on two degrees of freedom
    assert recorded["p_of_half"] == pytest.approx(math.exp(-2))
    for name, within in (("without_highest", 0.15), ("hksj_to_wald", 0.03), ("wider", 0.05)):
        value = recorded[name]
        assert not math.isnan(value)
        assert check_number(round(value, 2), value, within=within, hint="") == "Right."
        assert check_number(value + 3 * within, value, within=within, hint="").startswith("Not yet")
    # a width, and so not to be read off the abstract
    crude = recorded["crude_upper"] - recorded["crude_lower"]
    pooled = recorded["upper_percent"] - recorded["lower_percent"]
    assert recorded["wider"] == pytest.approx(pooled / crude)
