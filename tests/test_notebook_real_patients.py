"""The chapter on real patients: with the data, without them, with own ones, and with mistakes."""

import csv
import os

import numpy as np
import pandas as pd
import pytest
from conftest import displayed, exercises_hold, run_in_process

from secondline import external, trials
from secondline.chapters import read_recorded
from secondline.errors import InputError

CHAPTER = "book/partial-response/real-patients.ipynb"
QUICK = {"cohorts": 30}
with_data = pytest.mark.skipif(
    not external.available("reddy2017"),
    reason="the data of Reddy 2017 are not here; scripts/fetch.py reddy2017 gets them",
)


def invariants(recorded, everyone, **settings):
    """The record is what the library gives."""
    chosen = {"landmark": 6.0, "horizon": 24.0, "unrecorded": "left out", "level": 0.95} | settings
    rows = external.usable(everyone, chosen["unrecorded"])
    found = external.survival_by_response(
        rows, at=chosen["landmark"], horizon=chosen["horizon"], level=chosen["level"]
    )
    assert recorded["n"] == len(rows)
    for row, s in zip(recorded["shares"], found, strict=True):
        assert row[:4] == [s.response, s.n, s.deaths, s.at_landmark]
        shares = (s.from_diagnosis, s.given_landmark, s.after_landmark)
        assert row[4:] == pytest.approx([x.estimate for x in shares], nan_ok=True)
    for response, at, *_, ratio in recorded["ratios"]:
        assert response in ("partial", "none")
        assert at in {0, 3, 6, 9, 12, chosen["landmark"]}
        assert ratio > 0


@with_data
def test_the_real_patients_give_the_expected_results(run, root):
    executed = run(**QUICK)
    recorded = read_recorded(executed)
    everyone = external.read_reddy()
    invariants(recorded, everyone)
    shares = {row[0]: row[1:] for row in recorded["shares"]}
    ratios = {(row[0], row[1], row[2]): row[-1] for row in recorded["ratios"]}
    got = {
        "patients": len(everyone),
        **{f"{r}_n": shares[r][0] for r in external.RESPONSES},
        **{f"{r}_from_diagnosis": shares[r][3] for r in external.RESPONSES},
        "partial_at_landmark": shares["partial"][2],
        "partial_given_landmark": shares["partial"][4],
        "partial_after_landmark": shares["partial"][5],
        "partial_hazard_ratio": ratios["partial", 0.0, "all patients"],
        "partial_hazard_ratio_month_6": ratios["partial", 6.0, "all patients"],
        "partial_hazard_ratio_month_6_adjusted": ratios["partial", 6.0, "adjusted for IPI"],
        "none_hazard_ratio": ratios["none", 0.0, "all patients"],
    }
    with (root / "tests/expected/real_patients.csv").open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert [row["name"] for row in expected] == list(got)
    for row in expected:
        allowed = float(row["tolerance"])
        assert got[row["name"]] == pytest.approx(float(row["value"]), abs=allowed), row["name"]
    # the headline is of the published data, and says so in the bottom line
    assert (recorded["pr_alive"], recorded["pr_given"]) == ("49.8 %", "57.7 %")
    # what the text says of the page as it stands
    assert ratios["partial", 12.0, "all patients"] < ratios["partial", 0.0, "all patients"]
    assert all(ratios["none", at, "all patients"] < 2 for at in (0, 3, 6, 9, 12))
    unrecorded = external.flow_page(everyone).set_index("Response").loc["not recorded"]
    assert int(unrecorded["by month 3"]) > int(unrecorded["deaths"]) / 2
    # only the simulation is virtual, and every table and picture says what it is
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert sum("real patients from an open data set" in page for page in tables) == 5
    assert sum("no real patients" in page for page in tables) == 1
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 3
    assert all("external" in picture for picture in pictures)


@with_data
@pytest.mark.parametrize(
    "settings",
    [
        {"landmark": 12.0, "horizon": 36.0, "level": 0.8},
        {"unrecorded": "partial", "landmark": 3.0},
        {"unrecorded": "none", "horizon": 60.0, "early_deaths": 0.2, "responders": 0.5},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**QUICK | settings))
    used = {name: value for name, value in settings.items() if name not in ("early_deaths", "responders")}
    invariants(recorded, external.read_reddy(), **used)
    # what the bottom line says does not move with the settings
    assert recorded["pr_alive"] == "49.8 %"


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))


def test_without_the_data_the_chapter_runs_and_says_how_to_get_them(chapter_runner, no_data):
    executed = chapter_runner(CHAPTER)(cohorts=31)
    recorded = read_recorded(executed)
    assert (recorded["data"], recorded["n"], recorded["shares"]) == ("none", 0, [])
    assert recorded["pr_alive"] == "(needs the data)"
    assert "reddy2017" in recorded["data_note"]
    pages = displayed(executed, "text/html")
    assert sum("scripts/fetch.py reddy2017 --accept-licence" in page for page in pages) == 1
    # flow, curves and shares from diagnosis, curves from the landmark, ratios and their two
    # tables, unrecorded responses
    assert sum("Left out" in page for page in pages) == 8
    assert not displayed(executed, "image/svg+xml")
    # the simulation needs no data
    assert recorded["simulated_naive"][0] > 2


@pytest.fixture(scope="module")
def own_patients(tmp_path_factory):
    rng = np.random.default_rng(6)
    n = 150
    table = pd.DataFrame({
        "patient": [f"<b>{i}" for i in range(n)],
        "response": rng.choice(["complete", "partial", "none", ""], n, p=[0.6, 0.2, 0.15, 0.05]),
        "months": (0.1 + rng.exponential(30, n)).round(2),
        "died": rng.choice(["yes", "no"], n),
    })  # fmt: skip
    path = tmp_path_factory.mktemp("own") / "my $patients$.csv"
    table.to_csv(path, index=False)
    return path


def test_own_patients_are_used_and_called_own(run, own_patients, no_data):
    executed = run(patients=str(own_patients), **QUICK)
    recorded = read_recorded(executed)
    assert recorded["data"] == "own"
    invariants(recorded, external.read_responders(own_patients))
    # nobody has an index, so nothing is adjusted for it
    assert {row[2] for row in recorded["ratios"]} == {"all patients"}
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert sum("the reader" in page and "my $patients$.csv" in page for page in tables) == 5


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"landmark": 0.0, "unrecorded": "CR"}, "landmark is 0.0; it must be a number from 1 to 18."),
        ({"patients": "none.csv"}, "There is no file 'none.csv'"),
        ({"responders": 1.0, "cohorts": 5}, "cohorts is 5; it must be a whole number from 20"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"early_deaths": 0.2, "responders": 0.5, "seed": 4}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**QUICK | settings)
    recorded = read_recorded(executed)
    exercises_hold(executed, {"unassessed_share": 0.5, "lifted": 0.5, "chance": 0.3})
    early = settings.get("early_deaths", 0.08)
    assert recorded["chance"] == pytest.approx(50 / (1 - early))
    simulated = trials.guarantee_time(
        30, 600, early_deaths=early, later_deaths=0.15, responders=settings.get("responders", 0.85),
        assessed_at=6.0, horizon=24.0, unassessed="left out", seed=settings.get("seed", 1),
    )  # fmt: skip
    assert recorded["lifted"] == pytest.approx(
        100 * (simulated.share_naive - simulated.share_true)
    )


def test_this_run_has_the_data_where_they_must_be():
    if os.environ.get("SECONDLINE_DATA"):
        assert external.available("reddy2017")
