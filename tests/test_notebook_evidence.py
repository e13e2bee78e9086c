"""The chapter on the nine trials, re-executed with other settings, own trials and mistakes."""

import pytest
from conftest import displayed, run_in_process
from papermill.exceptions import PapermillExecutionError

from secondline import evidence, tables
from secondline.chapters import check_number, read_recorded
from secondline.errors import InputError

CHAPTER = "book/bispecifics/evidence.ipynb"
MINE = """trial;backbone;prior_car_t;n;orr_events;cr_events;pfs;refractory_share
<b>Centre</b> $x^$ 1;none;yes;31;17;11;NR (2-NR);
=SUM(A1);none;yes;24;11;;7.5m (3-NE);0.5
Centre 3;none;yes;18;18;0;;1
"""


def about_the_review(recorded):
    """What speaks of the published review does not move with the settings."""
    assert (recorded["totals_compared"], recorded["totals_agreeing"]) == (24, 22)
    assert recorded["flow_holds"] is True
    assert (recorded["os_trials"], recorded["os_patients"]) == (2, 106)
    assert recorded["refractory_trials"] == 6
    assert (recorded["early_events"], recorded["late_events"]) == (6, 5)
    assert (recorded["questions_all"], recorded["questions_yes"]) == (9, 1)


@pytest.mark.parametrize(
    ("cohorts", "sort"), [("after CAR-T", "patients"), ("CAR-T-naive", "year"), ("all", "trial")]
)
def test_other_settings_show_the_right_cohorts(run, cohorts, sort):
    recorded = read_recorded(run(cohorts=cohorts, sort=sort))
    rows = evidence.select_and_sort(tables.read_trials(), cohorts, sort)
    cells = evidence.reporting_map(rows)
    assert recorded["cohorts_shown"] == len(rows)
    assert recorded["patients"] == rows["n"].sum()
    assert recorded["first_trial"] == rows["trial"].iloc[0]
    assert recorded["cells_shown"] == 6 * len(rows)
    assert recorded["gaps"] == pytest.approx(100 * (cells["status"] == "not reported").mean())
    assert recorded["pfs_share"] == pytest.approx(
        100 * evidence.patients_with(rows, "PFS") / rows["n"].sum()
    )
    about_the_review(recorded)


def test_own_trials_run_to_the_end_and_are_shown_as_text(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE, encoding="utf-8")
    executed = run(trials=str(path), sort="follow-up")
    recorded = read_recorded(executed)
    assert (recorded["cohorts_shown"], recorded["patients"]) == (3, 73)
    assert recorded["pfs_share"] == pytest.approx(100 * 24 / 73)
    assert recorded["unknown"] == 31
    assert recorded["follow_ups_shown"] == 0
    # 3 and 2 counts, then two cells under PFS, of 18
    assert recorded["gaps"] == pytest.approx(100 * (18 - 5 - 2) / 18)
    about_the_review(recorded)
    pages = displayed(executed, "text/html")
    own = [page for page in pages if "(mine.csv)" in page]
    assert len(own) >= 5
    assert all("<b>Centre" not in page for page in pages)
    assert "&lt;b&gt;Centre&lt;/b&gt; $x^$ 1" in own[0]
    assert "=SUM(A1)" in own[0]


def test_a_table_of_naive_cohorts_alone_needs_its_setting(run, tmp_path):
    path = tmp_path / "naive.csv"
    path.write_text(
        "trial,backbone,prior_car_t,n,orr_events,cr_events\nX,none,no,10,0,0\nY,R,no,12,,3\n",
        encoding="utf-8",
    )
    with pytest.raises(PapermillExecutionError, match="Set cohorts to 'all'"):
        run(trials=str(path))
    recorded = read_recorded(run(trials=str(path), cohorts="all", sort="refractory share"))
    assert (recorded["cohorts_shown"], recorded["pfs_share"], recorded["unknown"]) == (2, 0, 22)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"cohorts": "both"}, "cohorts is 'both'; allowed: 'after CAR-T', 'CAR-T-naive' or 'all'."),
        ({"sort": "n", "trials": 3}, "sort is 'n'; allowed: 'as listed'"),
        ({"trials": "no-such-file.csv"}, "There is no file 'no-such-file.csv'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


def test_bad_columns_and_percentages_are_named(run, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(MINE.replace("31;17", "31;54.8"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match="orr_events: '54.8'"):
        run(trials=str(path))
    path.write_text(MINE.replace("refractory_share", "rfshare"), encoding="utf-8")
    with pytest.raises(PapermillExecutionError, match="'rfshare'.* unknown"):
        run(trials=str(path))


@pytest.mark.parametrize("cohorts", ["after CAR-T", "CAR-T-naive"])
def test_exercise_stubs_ask_and_right_answers_pass(run, cohorts):
    executed = run(cohorts=cohorts)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 3
    recorded = read_recorded(executed)
    rows = evidence.select_and_sort(tables.read_trials(), cohorts, "as listed")
    by_hand = {
        "pfs_share": 100 * rows.loc[rows["pfs_median"].notna(), "n"].sum() / rows["n"].sum(),
        "gaps_misread": 100 * evidence.reporting_table(evidence.reporting_map(rows))
        .map(lambda text: text == "–" or text.startswith("NR")).sum().sum() / (6 * len(rows)),
        "unknown": rows.loc[rows["refractory_share"].isna(), "n"].sum(),
    }  # fmt: skip
    for name, value in by_hand.items():
        assert check_number(float(value), recorded[name], within=0.5, hint="") == "Right.", name
        wrong = check_number(float(value) + 2, recorded[name], within=0.5, hint="")
        assert wrong.startswith("Not yet")
