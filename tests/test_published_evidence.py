"""The numbers of Shen 2025 that the chapters on evidence and durability rest on, TYPED from it."""

import pytest

from secondline import evidence, survival
from secondline.tables import read_trials

PUBLISHED = read_trials()
EXPOSED = PUBLISHED[PUBLISHED["prior_car_t"] == "yes"]


def test_selection_flow():
    flow = evidence.selection_flow()
    assert (flow.identified, flow.excluded, flow.included) == (18, 9, 9)
    assert (flow.too_little_data, flow.too_small) == (4, 5)
    assert (flow.articles, flow.abstracts) == (7, 2)
    assert flow.holds


def test_patients_of_table_1():
    assert list(EXPOSED["n"]) == [27, 52, 46, 61, 60, 27, 35, 29, 13]
    assert EXPOSED["n"].sum() == 350
    assert PUBLISHED.loc[PUBLISHED["prior_car_t"] == "no", "n"].sum() == 233


def test_printed_totals_and_the_two_that_disagree():
    totals = {t.what: t for t in evidence.printed_totals()}
    assert len(totals) == 24
    printed = {what: t.printed for what, t in totals.items()}
    assert printed["Patients after CAR-T"] == "350"
    assert [printed[f"Trials reported in {y}"] for y in (2025, 2024, 2023)] == ["4", "3", "2"]
    drugs = ("mosunetuzumab", "glofitamab", "epcoritamab", "odronextamab")
    assert [printed[f"Trials of {d}"] for d in drugs] == ["2", "4", "2", "1"]
    assert [printed[f"Trials with data on {o}"] for o in ("DOR", "DoCR", "PFS", "OS")] == [
        "5", "3", "6", "3",
    ]  # fmt: skip
    assert printed["Median follow-up, months"] == "13 to 42"
    assert printed["Refractory to CAR-T, %"] == "66.7 to 88.5"
    wrong = {what: (t.printed, t.computed) for what, t in totals.items() if not t.agrees}
    assert wrong == {
        "Trials with data on DoCR": ("3", "4"),
        "Complete responses (Conclusion), %": ("22 to 46", "22 to 54"),
    }


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("DOR", [None, None, (19.7, 4.0), (9.7, 5.4), (14.8, 2.8), None, "not reached", None, None]),
        ("DoCR", [None, (22.0, 6.7), "not reached", "not reached", "not reached", *[None] * 4]),
        ("PFS", [6.1, (31.1, 22.4), (3.8, 2.4, 19.6), None, (4.8, 2.6, 5.4), None, (9.6, 4.9),
                 None, 13.7]),
        ("OS", [None, "not estimated", (14.7, 8.8), None, (10.2, 4.6, 15.8), *[None] * 4]),
    ],
)  # fmt: skip
def test_medians_of_table_1(outcome, expected):
    cells = survival.classify_medians(EXPOSED, outcome)
    for (_, cell), typed in zip(cells.iterrows(), expected, strict=True):
        if typed is None:
            assert cell["status"] in ("not reported", "share at one time")
        elif isinstance(typed, str):
            assert cell["status"] == typed
        elif isinstance(typed, float):
            assert (cell["status"], cell["median"]) == ("median only", typed)
        else:
            assert cell["status"] == "median with interval"
            assert (cell["median"], cell["lower"]) == typed[:2]
            if len(typed) == 3:
                assert cell["upper"] == typed[2]
            else:
                assert cell["upper_open"] in ("not reached", "not estimated")


def test_one_duration_is_a_share_and_one_median_lies_beyond_follow_up():
    dor = survival.classify_medians(EXPOSED, "DOR").set_index("trial")
    assert dor.loc["Chong 2025", "status"] == "share at one time"
    assert dor.loc["Chong 2025", "printed"] == "1-y 25%"
    late = [
        (cell["trial"], name)
        for name in survival.DURATIONS
        for _, cell in survival.classify_medians(EXPOSED, name).iterrows()
        if cell["beyond"]
    ]
    assert late == [("Cartron 2025", "DOR")]  # 19.7 months, follow-up 15.3


def test_median_pfs_of_31_months_cannot_be_that_of_all_52():
    """Half did not respond (26 of 52), 20 responded completely, for a median of 22.0 months."""
    b = survival.free_bounds(52, 26, 20, months=31.1, docr_median=22.0, latest_response=6.0)
    # 6 partial and half of the 20 complete responses
    assert b.most == 16
    assert b.upper == pytest.approx(16 / 52)
    # 27 of 52 are more than half
    assert (b.needed, b.nonresponders) == (11, 26)
    # without the duration of complete response one patient is still missing
    assert survival.free_bounds(52, 26, 20, months=31.1).needed == 1
    # complete responses that all began after month 9.1 would loosen the bound
    late = survival.free_bounds(52, 26, 20, months=31.1, docr_median=22.0, latest_response=9.2)
    assert (late.most, late.needed) == (26, 1)


def test_bounds_of_the_other_cohorts_are_plausible():
    bounds = survival.cohort_bounds(EXPOSED)
    needed = {EXPOSED.loc[i, "trial"]: (b.needed, b.nonresponders) for i, b in bounds.items()}
    assert needed == {
        "Chong 2025": (3, 16),
        "Hutchings 2023a": (11, 26),
        "Cartron 2025": (0, 11),
        "Topp 2025": (2, 31),
        "Budde 2024": (0, 15),
    }


def test_short_median_and_lasting_responses_belong_together():
    """35 of 46 responded for a median of 19.7 months; median PFS is 3.8 months."""
    rows = survival.responder_table(EXPOSED).set_index(["trial", "outcome"])
    cartron = rows.loc[("Cartron 2025", "DOR")]
    assert cartron["share"] == pytest.approx(35 / 46 / 2)
    constant = survival.survival_from_median(19.7, 3.8)
    assert float(constant) == pytest.approx(0.0275, abs=5e-5)
    assert cartron["share"] > 10 * constant


def test_averages_of_the_six_medians():
    values = survival.average_table(survival.classify_medians(EXPOSED, "PFS")).set_index("way")
    mean = (6.1 + 31.1 + 3.8 + 4.8 + 9.6 + 13.7) / 6
    assert values.loc["mean of the printed medians", "value"] == pytest.approx(mean)
    weighted = (27 * 6.1 + 52 * 31.1 + 46 * 3.8 + 60 * 4.8 + 35 * 9.6 + 13 * 13.7) / 233
    assert values.loc["mean weighted by the patients in it", "value"] == pytest.approx(weighted)
    assert values.loc["mean without the longest", "value"] == pytest.approx(7.6)


def test_a_median_of_responders_is_weighted_by_responders():
    values = survival.average_table(survival.classify_medians(EXPOSED, "DOR")).set_index("way")
    row = values.loc["mean weighted by the patients in it"]
    assert row["patients"] == 35 + 33 + 29
    assert row["value"] == pytest.approx((35 * 19.7 + 33 * 9.7 + 29 * 14.8) / 97)
    paragraph = evidence.report_paragraph(EXPOSED)
    assert "a median of DOR from 3 (97 responders of 167 patients)" in paragraph
    assert "a median of DoCR from 1 (20 complete responders of 52 patients)" in paragraph
    assert "a median of PFS from 6 (233 patients)" in paragraph


def test_responders_who_failed_by_the_median_of_all():
    # 23 of 46 by 3.8 months, of whom 11 had no response
    assert survival.failed_responders(46, 35) == 12
    # 26 of 52, and as many without a response
    assert survival.failed_responders(52, 26) == 0


def test_intervals_that_have_two_ends():
    from math import log

    rows = survival.interval_table(survival.classify_medians(EXPOSED, "PFS"))
    assert list(rows["trial"]) == ["Cartron 2025", "Topp 2025"]
    assert rows["position"][0] == pytest.approx(log(3.8 / 2.4) / log(19.6 / 2.4))
    assert rows["events"][0] == pytest.approx((2 * 1.959963985 / log(19.6 / 2.4)) ** 2)


def test_reporting_of_the_nine_trials():
    summary = evidence.reporting_summary(evidence.reporting_map(EXPOSED)).set_index("outcome")
    assert summary.loc["CR", "count"] == 9
    assert summary.loc["ORR", "count"] == 8
    # what the audit lists as missing: 4 DOR, 5 DoCR, 3 PFS, 6 OS
    assert list(summary.loc[["DOR", "DoCR", "PFS", "OS"], "not reported"]) == [4, 5, 3, 6]
    assert evidence.patients_with(EXPOSED, "OS") == 46 + 60


def test_refractory_share_of_two_thirds_belongs_to_no_count_of_46():
    history = evidence.after_car_t_table(EXPOSED).set_index("Trial")["In patients"]
    assert history["Cartron 2025"] == "no count of 46"
    assert history["Topp 2025"] == "43 of 60"
    assert history["Hutchings 2023a"] == "46 of 52"
