"""The chapter on durations, re-executed with other settings, own trials and mistakes."""

import json
import math

import pytest
from conftest import run_in_process

from secondline import survival, tables
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/bispecifics/durability.ipynb"
MINE = """trial,backbone,prior_car_t,n,orr_events,cr_events,dor,dor_median,pfs,pfs_median,pfs_lower,pfs_upper,follow_up_months
<b>Centre</b> $x^$ 1,none,yes,31,17,11,12.0m (3-NR),,NR (2-NR),,,,10
=SUM(A1),none,yes,24,11,,,8,,9,3,20,
Centre 3,none,no,18,18,0,,,still going,,,,
Centre 4,none,yes,40,0,0,,,,14.5,,,
"""


def about_the_review(recorded):
    """What speaks of the published review does not move with the settings."""
    assert (recorded["needed_nonresponders"], recorded["nonresponders"]) == (11, 26)
    assert recorded["most_free"] == 16
    assert recorded["latest_needed"] == pytest.approx(9.1)
    assert recorded["cartron_still"] == pytest.approx(100 * 35 / 46 / 2)
    assert (recorded["cartron_failed"], recorded["cartron_nonresponders"]) == (12, 11)
    assert recorded["share_of_all_lowest"] == pytest.approx(100 * 29 / 60 / 2)
    assert recorded["pfs_mean"] == pytest.approx(69.1 / 6)
    assert recorded["default_median_40"] == pytest.approx(4.867, abs=5e-4)


SETTINGS = [
    {"outcome": "PFS", "share": 0.4, "n": 20, "seed": 7},
    {"outcome": "OS", "share": 1.0, "long_median": 3.0, "short_median": 3.0, "n": 5},
    {"share": 0.0, "long_median": 600.0, "short_median": 60, "follow_up_months": 1,
     "latest_response": 36},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**settings))
    used = {"outcome": "all", "share": 0.5, "long_median": 120.0, "short_median": 2.0, "n": 46,
            "follow_up_months": 15.0, "seed": 1, "latest_response": 6.0} | settings  # fmt: skip
    groups = [used[k] for k in ("share", "long_median", "short_median")]
    assert recorded["true_median"] == pytest.approx(survival.mixture_median(*groups))
    assert recorded["restricted"] == pytest.approx(survival.mixture_restricted_mean(24, *groups))
    outcome, latest = used.pop("outcome"), used.pop("latest_response")
    virtual = survival.simulate_trials(**used, n_trials=1000)
    assert recorded["not_reached_percent"] == pytest.approx(100 * virtual.share_not_reached)
    for name, value in zip(("low", "middle", "high"), virtual.quantiles(0.025, 0.5, 0.975), strict=True):
        assert recorded[name] == value
    first = survival.median_with_interval(
        survival.kaplan_meier(virtual.times[0], virtual.events[0])
    )
    assert recorded["first_median"] == pytest.approx(first.estimate, nan_ok=True)
    paper = tables.read_trials()
    assert recorded["outcomes_shown"] == len(survival.duration_groups(paper, outcome))
    bounds = survival.cohort_bounds(paper, latest_response=latest)
    assert recorded["most_needed"] == max(b.needed for b in bounds.values())
    about_the_review(recorded)


def test_own_trials_run_to_the_end_and_are_shown_as_text(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(trials=str(path))
    recorded = read_recorded(executed)
    assert (recorded["outcomes_shown"], recorded["cells_shown"]) == (2, 6)
    # both counts and a median PFS: Centre 4 alone, where nobody responded
    assert (recorded["bounds_shown"], recorded["most_needed"]) == (1, 21)
    assert recorded["of_all"] == pytest.approx(100 * 17 / 31 / 2)
    about_the_review(recorded)
    pages = [
        "".join(output["data"]["text/html"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if "text/html" in output.get("data", {})
    ]
    assert all("<b>Centre" not in page for page in pages)
    assert sum("&lt;b&gt;Centre&lt;/b&gt; $x^$ 1" in page for page in pages) >= 3
    assert sum("(mine.csv)" in page for page in pages) >= 5


def test_a_table_without_durations_runs_and_says_so(run, tmp_path):
    path = tmp_path / "bare.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events\nX,none,no,10,0,0\nY,R,yes,12,,12\n",
        encoding="utf-8",
    )
    executed = run(trials=str(path), share=0.3)
    recorded = read_recorded(executed)
    assert (recorded["outcomes_shown"], recorded["cells_shown"], recorded["bounds_shown"]) == (0, 0, 0)
    assert recorded["of_all"] == pytest.approx(15)
    text = executed.read_text(encoding="utf-8")
    assert "No cohort of this table reports such a duration" in text
    assert "No cohort reported a duration." in text


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"outcome": "ORR"}, "outcome is 'ORR'; allowed: 'all', 'DOR', 'DoCR', 'PFS' or 'OS'."),
        ({"share": 46}, "share is 46; it must be a number from 0 to 1."),
        ({"n": 4, "seed": -1}, "n is 4; it must be a whole number from 5 to 500. seed is -1;"),
        ({"long_median": 1.0, "short_median": 2.0}, "the long one must not be the shorter"),
        ({"trials": "no-such-file.csv"}, "There is no file 'no-such-file.csv'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"share": 0.25, "long_median": 30.0, "seed": 3}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**settings)
    streams = [
        "".join(output["text"])
        for cell in json.loads(executed.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream"
    ]
    assert sum(text.startswith("Not answered yet") for text in streams) == 3
    recorded = read_recorded(executed)
    p, long, short = settings.get("share", 0.5), settings.get("long_median", 120.0), 2.0
    log2 = math.log(2)
    by_hand = {
        "restricted": sum(
            w * m / log2 * (1 - 2 ** (-24 / m)) for w, m in ((p, long), (1 - p, short))
        ),
        "had_event": 100 * (1 - p * 2 ** (-15 / long) - (1 - p) * 2 ** (-15 / short)),
        "of_all": 100 * 35 / 46 / 2,
    }
    for (name, value), within in zip(by_hand.items(), (0.05, 0.5, 0.5), strict=True):
        assert check_number(value, recorded[name], within=within, hint="") == "Right.", name
        wrong = check_number(value + 3 * within, recorded[name], within=within, hint="")
        assert wrong.startswith("Not yet")
