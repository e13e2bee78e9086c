"""The chapter re-executed as an analyst would: other settings, own tables, mistakes."""

import json
import math

import pytest
from conftest import run_in_process
from papermill.exceptions import PapermillExecutionError

from secondline import proportions, tables
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError
from secondline.subgroups import read_subgroups

CHAPTER = "book/bispecifics/who-responds.ipynb"
TRIALS = """trial,backbone,prior_car_t,n,orr_events,cr_events
<b>Centre</b> $x^$ 1,none,yes,31,17,11
<b>Centre</b> $x^$ 1,none,no,31,31,12
=SUM(A1),none,yes,24,0,
=SUM(A1),none,no,24,11,
Centre 3,X,yes,18,18,0
Centre 4,X,yes,40,21,9
"""
SUBGROUPS = """trial;grouping;group;n;printed;events;order
<b>Centre</b> $x^$ 1;*stage*;<i>I</i>;10;30;;1
<b>Centre</b> $x^$ 1;*stage*;$y_1$;21;66.7;;2
=SUM(A1);q;only;300;33;;
"""
EXERCISES = {"largest_advantage": 0.5, "change_by_waiting": 0.5, "overstated": 0.3}


@pytest.fixture(scope="module")
def own_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.csv").write_text(TRIALS, encoding="utf-8")
    (folder / "groups.csv").write_text(SUBGROUPS, encoding="utf-8")
    return {"trials": str(folder / "mine.csv"), "subgroups": str(folder / "groups.csv")}


@pytest.fixture(scope="module")
def default(run):
    return run()


@pytest.fixture(scope="module")
def own(run, own_files):
    return run(**own_files, measure="OR", method="MH")


def outputs(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        yield from cell.get("outputs", ())


def html(path) -> list[str]:
    return ["".join(o["data"]["text/html"]) for o in outputs(path) if "text/html" in o.get("data", {})]


def asked(path) -> int:
    text = ["".join(o["text"]) for o in outputs(path) if o["output_type"] == "stream"]
    return sum(line.startswith("Not answered yet") for line in text)


def same_as_library(recorded, table, outcome, **settings):
    pairs = proportions.analyse_pairs(table, outcome, **settings)
    for name, value in proportions.contrast_numbers(pairs.pooled).items():
        assert recorded[name] == pytest.approx(value, abs=1e-12, nan_ok=True), name
    assert recorded["paired_trials"] == len(pairs.cohorts)


def published_parts(recorded):
    """What speaks of the published trials does not move with the settings."""
    assert recorded["time_p_exact"] == pytest.approx(2.2414e-5, rel=1e-4)
    assert recorded["product_p_exact"] == pytest.approx(0.10316, rel=1e-4)
    assert (recorded["time_patients"], recorded["time_events"]) == (59, 29)
    assert recorded["relapsed_count"] == 14
    assert recorded["paired_points"] == pytest.approx(11.417, abs=1e-3)
    # Q below its expectation of two narrows the plain interval, not the conservative one
    assert recorded["paired_q"] == pytest.approx(0.843, abs=1e-3)
    assert recorded["paired_careful_more"] == pytest.approx(10.585, abs=1e-3)
    assert recorded["paired_careful_fewer"] == pytest.approx(33.419, abs=1e-3)
    assert (recorded["early_events"], recorded["late_events"]) == (6, 5)
    assert recorded["naive_points"] == pytest.approx(19.377, abs=1e-3)
    assert recorded["crude_within"] + recorded["crude_mix"] == pytest.approx(
        recorded["crude_points"]
    )


def test_page_as_it_stands(default):
    recorded = read_recorded(default)
    same_as_library(recorded, tables.read_trials(), "ORR")
    published_parts(recorded)
    tests = proportions.analyse_groupings(read_subgroups())
    assert recorded["groupings"] == 4
    assert recorded["groupings_tested"] == 3
    assert recorded["smallest_corrected"] == pytest.approx(min(t.adjusted for t in tests[:2]))
    fit = proportions.regress_on(tables.read_trials(), "ORR", "lines_median")
    assert recorded["lines_p"] == pytest.approx(fit.fit.p_values[1])
    assert recorded["lines_p_permutation"] == fit.p_permutation
    assert recorded["lines_p_corrected"] == pytest.approx(5 * recorded["lines_p"])
    # the smallest that the arrangements allow: the one at hand and its mirror image
    assert recorded["lines_p_permutation"] == pytest.approx(2 / recorded["lines_arrangements"])
    assert recorded["lines_permutation_corrected"] == pytest.approx(
        5 * recorded["lines_p_permutation"]
    )
    assert recorded["partner_p"] == pytest.approx(0.16309, rel=1e-4)
    assert recorded["prior_power_low"] == pytest.approx(
        100 * proportions.fisher_power(1 / 3, 12, 1 / 6, 18)
    )
    assert any("no count fits" in page for page in html(default))
    virtual = [page for page in html(default) if 'class="provenance virtual"' in page]
    assert len(virtual) == 1


def test_other_settings_give_the_right_other_result(run):
    executed = run(outcome="CR", measure="RR", method="PM", ci="hksj", moderator="format")
    recorded = read_recorded(executed)
    same_as_library(recorded, tables.read_trials(), "CR", measure="RR", method="PM", ci="hksj")
    published_parts(recorded)
    rungs = proportions.comparison_ladder(tables.read_trials(), "CR")
    assert recorded["overstated"] == pytest.approx(
        100 * (rungs[-1].difference - rungs[0].difference)
    )
    answers_pass(executed)


def test_only_naive_cohorts_still_give_a_page(run, tmp_path):
    path = tmp_path / "naive.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events\nA,none,no,31,31,0\nB,none,no,24,11,\n",
        encoding="utf-8",
    )
    executed = run(trials=str(path), moderator="refractory_share")
    recorded = read_recorded(executed)
    assert math.isnan(recorded["contrast_estimate"])
    assert recorded["paired_trials"] == 0
    published_parts(recorded)
    assert any("nothing can be compared inside a trial" in page for page in html(executed))


def test_own_tables_are_used_and_shown_as_text(own, own_files):
    recorded = read_recorded(own)
    table = tables.read_trials(own_files["trials"])
    same_as_library(recorded, table, "ORR", measure="OR", method="MH")
    published_parts(recorded)
    assert recorded["groupings"] == 2
    assert recorded["groupings_tested"] == 1
    pages = "".join(html(own))
    assert "&lt;b&gt;Centre&lt;/b&gt;" in pages and "<b>Centre" not in pages
    assert "&lt;i&gt;I&lt;/i&gt;" in pages and "<i>I</i>" not in pages
    assert "=SUM(A1)" in pages and "(groups.csv)" in pages and "(mine.csv)" in pages
    markdown = "".join(
        "".join(o["data"]["text/markdown"])
        for o in outputs(own)
        if "text/markdown" in o.get("data", {})
    )
    assert r"\<b\>Centre\</b\> \$x\^\$ 1" in markdown and r"\*stage\*" in markdown
    assert "no finite value for these counts" in markdown


def answers_pass(executed):
    """Each stub asks for an answer; the recorded solution, put in its place, is right."""
    assert asked(executed) == len(EXERCISES)
    recorded = read_recorded(executed)
    for name, within in EXERCISES.items():
        value = recorded[name]
        assert not math.isnan(value)
        assert check_number(round(value, 1), value, within=within, hint="") == "Right."
        assert check_number(value + 3 * within, value, within=within, hint="").startswith("Not yet")


def test_exercise_stubs_ask_and_right_answers_pass(default, own):
    answers_pass(default)
    answers_pass(own)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"measure": "HR", "moderator": "age"}, "measure is 'HR'; allowed: 'RD', 'RR' or 'OR'."),
        ({"subgroups": "no-such-file.csv"}, "subgroups is the path of a CSV file"),
        ({"method": "MH", "ci": "hksj"}, "method 'MH' (Mantel-Haenszel) has only 'wald'."),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("n;printed", "size;printed", "The column n is missing"),
        (";21;66.7;;", ";21;;66.7;", "Line 3 (<b>Centre</b> $x^$ 1), events: '66.7' looks like a percentage"),
    ],
)
def test_a_bad_subgroup_is_named(run, tmp_path, before, after, sentence):
    path = tmp_path / "groups.csv"
    path.write_text(SUBGROUPS.replace(before, after), encoding="utf-8")
    with pytest.raises(PapermillExecutionError) as caught:
        run(subgroups=str(path))
    assert sentence in caught.value.evalue


def test_parameters_name_all_that_is_allowed(root):
    cells = json.loads((root / CHAPTER).read_text(encoding="utf-8"))["cells"]
    (cell,) = [c for c in cells if "parameters" in c["metadata"].get("tags", [])]
    comments = {
        line.partition(":")[0]: line.partition("  # ")[2]
        for line in "".join(cell["source"]).splitlines()
    }
    allowed = {
        "outcome": tables.OUTCOMES,
        "measure": proportions.MEASURES,
        "method": proportions.CONTRAST_METHODS,
        "ci": proportions.CI_METHODS,
        "moderator": proportions.MODERATORS,
    }
    assert set(comments) == {*allowed, "trials", "subgroups"}
    for name, choices in allowed.items():
        for choice in choices:
            assert choice in comments[name], (name, choice)
