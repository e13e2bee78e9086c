"""The chapter on tumour burden, re-executed with other settings, deposited data and mistakes."""

import numpy as np
import pytest
from conftest import displayed, run_in_process
from scipy.stats import norm

from secondline import biomarkers, effects
from secondline.chapters import check_number, read_recorded
from secondline.cohort import read_cohort
from secondline.errors import InputError
from secondline.survival import cox_model

CHAPTER = "book/tme/burden.ipynb"
QUICK = {"draws": 200}
ARMS = ("axi-cel", "SOC")


def by_hand(one, other):
    """P of the interaction from two printed hazard ratios with limits."""
    errors = [np.log(upper / lower) / (2 * norm.ppf(0.975)) for _, lower, upper in (one, other)]
    return 2 * norm.sf(abs(np.log(one[0] / other[0])) / np.hypot(*errors))


def about_the_paper(recorded):
    """What speaks of printed numbers, or of the shipped patients, does not move with settings."""
    assert recorded["spd_p"] == pytest.approx(by_hand((0.92, 0.60, 1.34), (1.51, 1.06, 2.15)))
    assert recorded["ldh_p"] == pytest.approx(by_hand((1.1, 0.75, 1.65), (1.56, 1.10, 2.20)))
    assert recorded["spd_open_low"] == pytest.approx(0.62, abs=0.005)
    assert recorded["spd_open"] == pytest.approx(1.37, abs=0.005)
    assert recorded["ldh_open"] == 1.65
    assert 0.05 < recorded["joint_ldh_p"] < recorded["joint_spd_p"] < 0.11
    assert recorded["third_difference"] > recorded["third_p"]
    assert recorded["kept"] == pytest.approx(200 / np.pi)
    assert recorded["implied_soc"] == pytest.approx(146.5, abs=0.5)
    assert recorded["range_spd"] == pytest.approx(100 * 158 / 259)
    # the page says: below even SOC at a low burden
    assert recorded["axi_high"] < 1
    # and that a test above the median of ZUMA-1 would mostly miss the effect
    assert recorded["shipped_above"] < 30
    assert recorded["shipped_unassessed"] == 37
    assert 0.01 < recorded["shipped_response_p"] < 0.02
    assert 25 < recorded["near_limit"] < 35
    # "with LDH and five knots" there is a bend that nobody put in
    assert recorded["shipped_bend"] < 0.05


def invariants(recorded, patients, *, marker="spd_mm2", knots=4, level=0.95,
               unassessed="left out", cut=0.0):  # fmt: skip
    values = patients[marker].astype(float)
    assert recorded["patients"] == len(patients)
    assert recorded["measured"] == (values > 0).sum()
    rows = patients.assign(x=np.log2(values.where(values > 0)))
    for arm in ARMS:
        # the slope by a model of this test's own
        own = cox_model(rows[rows["arm"] == arm].dropna(subset="x"), ("x",))
        assert recorded["slopes"][arm] == pytest.approx(float(own.hazard_ratio[0]), rel=1e-6)
        assert recorded["slope_p"][arm] == pytest.approx(float(own.p[0]), rel=1e-6)
        curve = biomarkers.hazard_curve(patients, marker, arm, knots=knots)
        assert recorded["bend_p"][arm] == pytest.approx(curve.p_bend)
        assert recorded["reference"][arm] == pytest.approx(2 ** rows["x"].median())
        answer = biomarkers.response_curve(patients, marker, arm, unassessed=unassessed, knots=knots)
        assert recorded["odds_ratio"][arm] == pytest.approx(answer.odds_ratio)
        counted = rows[(rows["arm"] == arm) & rows["x"].notna()]
        if unassessed == "left out":
            counted = counted[counted["best_response"].notna()]
        assert recorded["response_n"][arm] == len(counted)
    assert (recorded["way_p"][0] > 0) and len(recorded["ways"]) == len(recorded["way_p"])
    assert (f"above {cut:g}" in recorded["ways"][0]) == bool(cut)
    assert set(recorded["power"]) == {
        "straight", "a step at the median", "a step at the top quarter", "none",
    }  # fmt: skip
    # noise draws towards one, the more the noisier
    assert recorded["noise"] == sorted(recorded["noise"], reverse=True)
    # the two smallest parts are of nearly one size, so that either may come last
    assert recorded["above"][0] > recorded["above"][1] > max(recorded["above"][2:])
    assert recorded["largest"] == pytest.approx(effects.from_p(0.92, 0.68).interval(level)[1])
    assert recorded["exercise_p"] == pytest.approx(0.9 * (1 - level))
    first = effects.EffectEstimate(1.0, 2 / recorded["exercise_events"] ** 0.5)
    ratio = np.exp(effects.z_from_p(recorded["exercise_p"]) * first.standard_error)
    test = effects.interaction(
        effects.EffectEstimate(float(ratio), first.standard_error), effects.from_p(0.92, 0.68)
    )
    assert recorded["between"] == pytest.approx(test.p)
    products = sorted([2400, *[375] * 4, *[308] * 6, 160], reverse=True)
    straight = recorded["power"]["straight"]
    assert recorded["cut_cost"] == pytest.approx(100 * (straight["number"] - straight["halves"]))
    assert recorded["counted"] == pytest.approx(100 * sum(products[:6]) / sum(products))


def test_the_virtual_patients_show_the_printed_pattern(run):
    recorded = read_recorded(run(**QUICK))
    about_the_paper(recorded)
    invariants(recorded, read_cohort("virtual"))
    # the sides that the text speaks of
    assert recorded["slopes"]["SOC"] > 1 > recorded["slopes"]["axi-cel"]
    assert min(recorded["bend_p"].values()) > 0.05
    assert recorded["response_p"]["SOC"] < 0.05 < recorded["response_p"]["axi-cel"]
    assert recorded["groups"] == ["SOC, high", "SOC, low", "axi-cel, high", "axi-cel, low"]
    # "a step at the median: halves are the best; elsewhere the worst"
    step, top = (recorded["power"][f"a step at the {place}"] for place in ("median", "top quarter"))
    assert step["halves"] == max(step[way] for way in ("number", "halves", "quarter"))
    assert top["halves"] == min(top[way] for way in ("number", "halves", "quarter"))
    # choices of scoring lie on both sides of the limit
    assert min(recorded["way_p"]) < 0.05 < max(recorded["way_p"])


@pytest.mark.parametrize(
    "settings",
    [
        {"marker": "ldh_u_per_l", "knots": 5, "level": 0.9},
        {"cut": 3721, "knots": 3, "unassessed": "no response", "seed": 4},
        {"knots": 7, "arm_size": 60, "event_share": 0.5, "level": 0.99},
        {"cut": 100_000.0, "marker": "ldh_u_per_l"},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**QUICK | settings))
    about_the_paper(recorded)
    own = {k: v for k, v in settings.items() if k in ("marker", "knots", "level", "unassessed", "cut")}
    patients = read_cohort("virtual")
    if settings.get("cut") == 100_000.0:
        # above it is nobody: said with a dash, and two groups are left
        assert recorded["groups"] == ["SOC, low", "axi-cel, low"]
        assert recorded["way_p"][0] is None
        recorded["way_p"][0] = 1.0
    invariants(recorded, patients, **own)
    if "arm_size" in settings:
        assert recorded["exercise_events"] == 15
    else:
        assert recorded["exercise_events"] == 61


def test_counting_the_unassessed_changes_the_number_and_not_the_cases(run):
    out = read_recorded(run(**QUICK))
    counted = read_recorded(
        run(**QUICK | {"cut": 3721, "knots": 3, "unassessed": "no response", "seed": 4})
    )
    assert counted["response_n"]["SOC"] - out["response_n"]["SOC"] == out["shipped_unassessed"]
    assert counted["response_n"]["axi-cel"] == out["response_n"]["axi-cel"]


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    executed = run(**QUICK)
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    printed = [page for page in tables if "computed here from published numbers" in page]
    assert len(printed) == 4
    assert len(tables) == 4 + 9
    assert all("no real patients" in page for page in tables if page not in printed)
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 4
    assert all("synthetic" in picture for picture in pictures)


def test_deposited_data_run_to_the_end_and_are_called_external(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, knots=3, **QUICK)
    recorded = read_recorded(executed)
    about_the_paper(recorded)
    patients = read_cohort("geo", path)
    assert recorded["patients"] == recorded["measured"] == len(patients) == 24
    assert recorded["above"] == [] and recorded["odds_ratio"] == {} and recorded["both_n"] == {}
    pages = displayed(executed, "text/html")
    external = [page for page in pages if "real patients from an open data set" in page]
    assert len(external) >= 3
    text = " ".join(pages)
    assert "does not say who had a complete response" in text
    assert "Fewer than three patients of axi-cel have both SPD and LDH" in text
    # what is virtual on the page is simulated, and no patient of the cohort
    for page in pages:
        if "no real patients" in page:
            assert "simulated" in page or "LESIONS" in page


def test_a_marker_that_the_deposited_data_lack_is_said(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, marker="ldh_u_per_l", **QUICK)
    recorded = read_recorded(executed)
    assert recorded["measured"] == 0
    assert recorded["slopes"] == {} and recorded["ways"] == []
    text = " ".join(displayed(executed, "text/html"))
    assert "Nobody in this cohort has a value of LDH." in text
    assert "nothing to report" in text
    assert displayed(executed, "image/svg+xml") == []


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"marker": "SPD"}, "marker is 'SPD'; allowed: 'spd_mm2' or 'ldh_u_per_l'."),
        ({"knots": 2}, "knots is 2; it must be a whole number from 3 to 7."),
        ({"cut": -1.0, "level": 1.0}, "cut is -1.0; it must be a number from 0 to 100000. level is"),
        ({"unassessed": "CR"}, "unassessed is 'CR'; allowed: 'left out' or 'no response'."),
        ({"arm_size": 10, "draws": 5}, "arm_size is 10; it must be a whole number from 30 to 1000."),
        ({"event_share": 1.0}, "event_share is 1.0; it must be a number from 0.1 to 0.95."),
        ({"cohort": "geo", "geo_file": "no-such-file.soft"}, "no-such-file.soft"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"marker": "ldh_u_per_l", "knots": 5, "level": 0.9}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**QUICK | settings)
    recorded = read_recorded(executed)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 4
    for name, within in (("largest", 0.01), ("between", 0.005), ("counted", 0.5), ("cut_cost", 1.0)):
        assert "Not" not in check_number(recorded[name], recorded[name], within=within, hint="h")
        assert "h" in check_number(recorded[name] + 3 * within, recorded[name], within=within, hint="h")
