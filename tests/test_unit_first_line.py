"""Readers of patients by response, and what the pages make of odd ones."""

import numpy as np
import pandas as pd
import pytest

from secondline import external
from secondline.errors import InputError

WORKBOOK = {
    "Sample  ID": [1, 2, 3, 4],
    "Response to initial therapy": ["Complete response", "Partial response", "No response", None],
    "Overall Survival years": [2.0, 1.5, 0.25, None],
    "Censored": [1, 0, 0, None],
    "IPI": [0, 3, None, 5],
    "something else": ["a"] * 4,
}


def workbook(tmp_path, **changed):
    path = tmp_path / "book.xlsx"
    pd.DataFrame({name: changed.get(name, values) for name, values in WORKBOOK.items()}).to_excel(
        path, index=False
    )
    return path


def own(tmp_path, text):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_workbook_is_read_in_months_and_deaths(tmp_path):
    table = external.read_reddy(workbook(tmp_path))
    assert table["response"].tolist()[:3] == ["complete", "partial", "none"]
    assert table["response"].isna().tolist() == [False, False, False, True]
    assert table["months"].tolist()[:3] == [24.0, 18.0, 3.0]
    assert table["died"].tolist() == [False, True, True, None]
    assert table["ipi"].isna().tolist() == [False, False, True, False]
    assert len(external.usable(table)) == 3


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"Response to initial therapy": ["CR"] * 4}, "'CR' is no response of Reddy 2017"),
        ({"Overall Survival years": [1, 2, -3, 4]}, "survival times above 0"),
        ({"Overall Survival years": [1, 2, "long", 4]}, "months holds something that is no number"),
        ({"Censored": [1, 0, 2, 0]}, "censoring must be 0 or 1"),
    ],
)
def test_a_workbook_with_other_values_is_refused(tmp_path, changed, sentence):
    with pytest.raises(InputError, match=sentence):
        external.read_reddy(workbook(tmp_path, **changed))


def test_other_files_are_no_workbook_of_reddy(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        external.read_reddy(tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="cannot be read as an Excel workbook"):
        external.read_reddy(own(tmp_path, "a,b\n1,2\n"))
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "other.xlsx", index=False)
    with pytest.raises(InputError, match="it has no column 'Sample  ID'"):
        external.read_reddy(tmp_path / "other.xlsx")


def test_own_patients_are_read_and_wrong_cells_named(tmp_path):
    path = own(
        tmp_path,
        "patient,response,months,died,ipi\nA,complete,12.5,no,2\nB,partial,3,yes,\nC,,7,yes,0\n",
    )
    table = external.read_responders(path)
    assert table["response"].fillna("").tolist() == ["complete", "partial", ""]
    assert table["months"].tolist() == [12.5, 3, 7]
    assert table["died"].tolist() == [False, True, True]
    bad = own(
        tmp_path,
        "patient,response,months,died,ipi\nA,CR,-1,dead,6\nA,none,x,no,2\n,none,1,no,2.5\n",
    )
    with pytest.raises(InputError) as caught:
        external.read_responders(bad)
    said = str(caught.value)
    for sentence in (
        "Line 2 (A), response: 'CR'; allowed: 'complete', 'partial' or 'none', or an empty cell",
        "Line 2 (A), months: '-1' is not above 0", "Line 2 (A), died: 'dead'; allowed: 'yes'",
        "Line 2 (A), ipi: '6'; allowed: 0 to 5", "Line 3 (A): the patient is empty, or stands twice",
        "Line 3 (A), months: 'x' is not a number", "Line 4 (): the patient is empty",
        "Line 4 (), ipi: '2.5'",
    ):  # fmt: skip
        assert sentence in said
    with pytest.raises(InputError, match="there is no column 'died'"):
        external.read_responders(own(tmp_path, "patient,response,months\nA,none,1\n"))


def patients(**columns):
    n = len(next(iter(columns.values())))
    base = {"patient": [str(i) for i in range(n)], "response": ["partial"] * n,
            "months": [10.0] * n, "died": [True] * n, "ipi": [1.0] * n}  # fmt: skip
    return pd.DataFrame(base | columns).astype({"died": object})


def test_unrecorded_responses_follow_the_rule():
    table = patients(response=["partial", np.nan, "none"])
    assert external.usable(table)["response"].tolist() == ["partial", "none"]
    assert external.usable(table, "none")["response"].tolist() == ["partial", "none", "none"]
    with pytest.raises(InputError, match="unrecorded is 'CR'; allowed: 'left out', 'complete'"):
        external.usable(table, "CR")
    with pytest.raises(InputError, match="No patient has a response and a survival time"):
        external.usable(patients(months=[np.nan]))
    with pytest.raises(InputError, match="the horizon must lie later"):
        external.survival_by_response(external.usable(table), at=24, horizon=24)


def test_early_deaths_without_a_recorded_response_are_counted():
    table = patients(
        response=["partial", "none", np.nan, np.nan, np.nan, np.nan],
        months=[2.0, 30.0, 1.0, 2.0, 9.0, 40.0], died=[True, True, True, True, True, False],
    )  # fmt: skip
    assert external.flow_reading(table) == (
        "Of 4 patients with a survival time and no recorded response 3 died, 2 of them by month 3; "
        "of the others 2 died, 1 of them by then."
    )
    assert "none is known to have died" in external.flow_reading(
        patients(response=[np.nan, "none"], died=[False, True])
    )
    assert "of the others nobody is known" in external.flow_reading(
        patients(response=[np.nan, "none"], died=[True, False])
    )
    assert external.flow_reading(patients(months=[1.0])).startswith("Every patient")


def test_the_landmark_takes_out_those_who_died_before():
    rows = external.usable(patients(months=[2.0, 4.0, 30.0, 40.0], died=[True, False, True, False]))
    (found,) = external.survival_by_response(rows, at=6, horizon=24)
    assert (found.n, found.deaths, found.at_landmark) == (4, 2, 2)
    assert found.from_diagnosis.estimate == pytest.approx(3 / 4)
    assert found.given_landmark.estimate == 1
    assert found.after_landmark.estimate == pytest.approx(1 / 2)
    assert found.bias == pytest.approx(-25)


def test_a_group_without_a_response_or_a_death_has_no_hazard_ratio():
    rows = external.usable(patients(response=["partial", "complete"], died=[False, False]))
    assert all(c.effect is None for c in external.contrasts(rows))
    page = external.contrasts_page(external.contrasts(rows), "partial")
    assert page["hazard ratio, all"].tolist() == ["–"] * 5
    assert "there is no estimate" in external.contrasts_reading(external.contrasts(rows), 6)
    rows = external.usable(patients(response=["none"]))
    assert external.survival_reading(
        external.survival_by_response(rows), 24, 6
    ) == "No patient has a partial response."  # fmt: skip


def test_short_observation_is_said():
    rows = external.usable(patients(months=[8.0, 9.0], died=[False, False]))
    found = external.survival_by_response(rows)
    assert external.survival_page(found, 24, 6).iloc[0, 2] == "–"
    assert "were not observed for 24 months" in external.survival_reading(found, 24, 6)


def test_adjusting_takes_away_what_the_index_explains():
    rng = np.random.default_rng(8)
    n = 3000
    ipi = rng.integers(0, 6, n).astype(float)
    partial = rng.random(n) < 0.1 + 0.12 * ipi
    months = rng.exponential(60 * np.exp(-0.5 * ipi))
    table = patients(response=np.where(partial, "partial", "complete"), months=months,
                     died=months < 80, ipi=ipi)  # fmt: skip
    table["months"] = table["months"].clip(upper=80)
    found = {c.adjustment: c.effect for c in external.contrasts(external.usable(table), (0,))
             if c.response == "partial"}  # fmt: skip
    assert found["all patients"].hazard_ratio > 1.8
    assert found["adjusted for IPI"].hazard_ratio == pytest.approx(1, abs=0.12)


def test_a_page_says_once_how_to_get_its_data(tmp_path, monkeypatch):
    from secondline import figures

    assert figures.with_data([1], len) == 1
    assert figures.with_data(None, len) == figures.left_out()
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    said = figures.absence("reddy2017").text
    assert "scripts/fetch.py reddy2017 --accept-licence" in said
    assert "made without" in external.data_note("reddy2017")
    (tmp_path / external.FILES["reddy2017"].file).touch()
    assert figures.absence("reddy2017") is None
    assert external.data_note("reddy2017").startswith("Computed from open data")
