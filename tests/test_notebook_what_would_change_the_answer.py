"""The chapter on sweeps, and the tables that it shows, made again in part."""

import numpy as np
import pytest
from conftest import ROOT, displayed, exercises_hold, run_in_process

from secondline.chapters import answers, read_recorded
from secondline.chapters.project import Project
from secondline.chapters.sweeps import read_sweep
from secondline.errors import InputError

CHAPTER = "book/appendix/what-would-change-the-answer.ipynb"
SWEEPS = sorted((ROOT / "sweeps").glob("*.yml"))
EXERCISES = {"more_holding": 0.4, "expected_left": 1.0, "expected_change": 0.5}


@pytest.fixture(scope="module")
def project():
    return Project(ROOT)


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_the_tables_are_those_of_the_files_and_rows_can_be_made_again(project, path):
    sweep = read_sweep(path, project)
    table = answers.read_answers(path.stem)
    assert table["variant"].tolist() == list(range(1, len(sweep.requests) + 1))
    for name in sweep.varied:
        asked = [request.values[name] for request in sweep.requests]
        assert table[name].tolist() == asked, name
    # first, last and one between, another in each file
    n = len(sweep.requests)
    for k in {0, n - 1, (7 * len(path.stem)) % n}:
        results = project.run(sweep.requests[k]).results
        for name in sweep.keep:
            kept, now = table[name][k], results[name]
            assert kept == pytest.approx(np.nan if now is None else now, rel=1e-8, nan_ok=True), name


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"outcome": "CR", "lower_percent": 25},
        {"lower_percent": 1, "largest_ratio": 1, "alpha": 0.2, "ppv_percent": 1},
        {"lower_percent": 99, "largest_ratio": 0.1, "alpha": 0.001, "ppv_percent": 99},
    ],
)
def test_counts_follow_the_settings_and_the_bottom_line_does_not(run, settings):
    executed = run(**settings)
    recorded, usual = read_recorded(executed), read_recorded(run())
    pooled = answers.read_answers("pooled-response")
    mine = pooled[pooled["outcome"] == settings.get("outcome", "ORR")]
    assert recorded["variants"] == len(mine) > 50
    assert recorded["holding"] == (100 * mine["lower"] > settings.get("lower_percent", 40)).sum()
    clocks = answers.read_answers("event-clock")["own_hazard_ratio"]
    assert recorded["clocks_below"] == (clocks < settings.get("largest_ratio", 0.5)).sum()
    cuts = answers.read_answers("cut-points")
    alpha = settings.get("alpha", 0.05)
    assert recorded["cuts_best"] == (cuts["best_p"] < alpha).sum() >= recorded["cuts_left"]
    assert recorded["cuts_left"] == (cuts["permuted_p"] < alpha).sum()
    scans = answers.read_answers("positive-scans")["ppv"]
    assert recorded["scans_enough"] == (100 * scans > settings.get("ppv_percent", 70)).sum()
    assert recorded["expected_holding"] == recorded["holding"]
    lower = settings.get("lower_percent", 40) - 5
    assert recorded["more_holding"] == (100 * mine["lower"] > lower).sum() - recorded["holding"]
    follows = {"expected_holding", "holding", "variants", "clocks_below", "cuts_best", "cuts_left", "scans_enough"}
    for name in set(usual) - follows - set(EXERCISES):
        assert recorded[name] == usual[name], name
    exercises_hold(executed, EXERCISES)


def test_what_the_text_says_holds(run):
    recorded = read_recorded(run())
    pooled = answers.read_answers("pooled-response")
    orr = pooled[pooled["outcome"] == "ORR"]
    # "a few points at most", and the interval decides
    assert recorded["pool_highest"] - recorded["pool_lowest"] < 7
    held = (orr["lower"] > 0.4).groupby(orr["ci"]).mean()
    assert held["wald"] > held["hksj"] and held["wald"] > held["hksj-conservative"]
    # "all are below one", "no rule makes axi-cel look worse"
    assert recorded["clock_below_one"] == recorded["clock_n"]
    clocks = answers.read_answers("event-clock")
    assert recorded["clock_mover"] == "new therapy"
    middle = clocks.groupby("new_therapy")["own_hazard_ratio"].median()
    assert middle["event"] < middle["ignore"] < middle["censor"]
    # "the sensitivity matters least"
    scans = answers.read_answers("positive-scans")
    found = answers.spread(
        scans, "ppv", ["lymphoma_share", "scan_specificity", "scan_sensitivity"], scans["ppv"] > 0.7
    )
    assert found.moved_by["choice"].iloc[-1] == "scan_sensitivity"
    waits = answers.read_answers("waiting")
    more = (waits["cells"] - waits["salvage"]).groupby(waits["cure_third_line"]).median()
    assert (np.diff(more) < 0).all() and more.iloc[0] > 0 > more.iloc[-1]


def test_tables_and_pictures_say_where_they_come_from(run):
    executed = run()
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    virtual = [page for page in tables if "no real patients" in page]
    assert (len(tables), len(virtual)) == (5, 4)
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 4
    assert sum("synthetic" in picture for picture in pictures) == 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"outcome": "PFS"}, "outcome is 'PFS'; allowed: 'ORR' or 'CR'"),
        ({"lower_percent": 0.4}, "lower_percent is 0.4; it must be a number from 1 to 99"),
        ({"alpha": float("nan")}, "alpha is nan"),
    ],
)
def test_mistakes_stop_with_a_sentence(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        run_in_process(ROOT / CHAPTER, **settings)


def test_every_ready_made_sweep_has_a_table_on_the_page():
    text = (ROOT / CHAPTER).read_text(encoding="utf-8")
    assert len(SWEEPS) >= 5
    for path in SWEEPS:
        assert f'read_answers(\\"{path.stem}\\")' in text
    assert {p.stem for p in SWEEPS} == {p.stem for p in (ROOT / "data/sweeps").glob("*.csv")}
