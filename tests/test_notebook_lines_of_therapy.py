"""The chapter on lines of therapy, re-executed with other settings, deposited data and mistakes."""

import math
import re

import numpy as np
import pytest
from conftest import displayed, run_in_process
from scipy import stats

from secondline import biomarkers
from secondline.chapters import check_number, read_recorded
from secondline.cohort import SIGNATURES, read_cohort, read_third_line
from secondline.errors import InputError

CHAPTER = "book/tme/lines-of-therapy.ipynb"
QUICK = {"draws": 200}
WORLDS = 5


def about_the_paper(recorded):
    """What speaks of printed numbers, or of the shipped patients, does not move with settings."""
    z = {p: stats.norm.isf(p / 2) for p in (0.004, 0.023)}

    def shift(p, n, m):
        return math.sqrt(2) * stats.norm.ppf(0.5 + z[p] * math.sqrt((n + m + 1) / (12 * n * m)))

    assert recorded["second_size"] == pytest.approx(shift(0.004, 86, 142))
    assert recorded["third_size"] == pytest.approx(shift(0.023, 86, 25))
    assert recorded["step_down"] == pytest.approx(recorded["third_size"] - recorded["second_size"])
    assert 0.4 < recorded["step_p"] < 0.7
    assert recorded["which_biopsy"] == pytest.approx(math.exp(recorded["second_size"]), rel=0.02)
    assert recorded["panel"] == len(SIGNATURES)
    assert recorded["panel_p"] == pytest.approx(len(SIGNATURES) * 0.0048)
    # "with perfect selection" they can, and with the cures of SOC they cannot
    assert recorded["most_soc"] < recorded["third_size"] < recorded["most_third"]
    assert recorded["needed_third"] > 50 and 3 < recorded["needed_more"] < 4
    assert recorded["third_low"] < recorded["third_size"] < recorded["third_high"]
    assert recorded["apart_n"] == 228
    assert recorded["shipped_pairs"] == math.ceil(0.8 * 86 * 142 / 228)
    assert recorded["origin_low"] < 0.05 < recorded["origin_p"] < recorded["origin_high"]
    assert recorded["hgbl_p"] == pytest.approx(0.175, abs=0.001)
    assert (recorded["classified"], recorded["coin"]) == (243, 37.5)
    assert recorded["non_gcb"] == pytest.approx(100 * 52 / 243)
    # "would mostly be missed": less than one half is found
    assert 40 < recorded["step_power"] < 50
    assert recorded["shipped_trend"] < 0.005 and recorded["shipped_last"] > 0.3
    # random moves raise those who were low, the text says
    assert 0.1 < recorded["shipped_back"] < 0.2
    assert recorded["shipped_with"] > recorded["shipped_change"] > recorded["shipped_against"] > 0


def invariants(recorded, *, selection=2.0, cured_first=0.6, cured_second=0.4, change=-0.4,
               correlation=0.6, level=0.95):  # fmt: skip
    cured = (cured_first, cured_second)
    expected = biomarkers.selected_moments(selection, cured)
    assert recorded["means"] == pytest.approx([mean for mean, _ in expected], abs=0.05)
    assert recorded["shares"][1] == pytest.approx(1 - cured_first, abs=0.01)
    assert recorded["chances"][0] == pytest.approx(cured_first, abs=0.005)
    # the same treatment on patients whose chance never moves: less with each line
    if selection != 1:
        assert recorded["chances"] == sorted(recorded["chances"], reverse=True)
    shown = np.reshape(recorded["shown"], (WORLDS, -1))
    found = np.reshape(recorded["found"], (WORLDS, -1))
    assert shown[0, 1] == 0 and found[0, 1] < 4 * (1 - level) + 0.02
    assert shown[0, 0] == pytest.approx(biomarkers.shown_by_cure(selection, cured), abs=0.04)
    within = [w for w in recorded["within"] if w is not None]
    assert within[0] == 0
    assert within[2] == pytest.approx(-(1 - correlation) * expected[1][0], abs=0.03)
    assert within[4] == pytest.approx(change, abs=0.03)
    assert recorded["by_biopsy"] == pytest.approx(
        abs(biomarkers.shown_by_availability(selection, 86 / 228))
    )
    odds = cured_first / (1 - cured_first) / selection
    others = odds / (1 + odds)
    left = 52 / (1 - others), 191 / (1 - cured_first)
    assert recorded["at_diagnosis"] == pytest.approx(100 * left[0] / sum(left))
    assert recorded["apart"] == pytest.approx(
        biomarkers.power_apart(recorded["second_size"], (86, 142), alpha=1 - level)
    )


def of_the_cohort(recorded, patients):
    third = read_third_line("virtual")
    for marker, p in recorded["kruskal"].items():
        groups = [
            patients.loc[patients["biopsy"] == line, marker].dropna()
            for line in ("before first line", "after first line")
        ]
        if marker == "is21":
            groups.append(third["is21"])
        assert recorded["group_n"][marker] == [len(g) for g in groups]
        assert p == pytest.approx(stats.kruskal(*groups).pvalue)
        tests = [
            stats.mannwhitneyu(groups[i], groups[j], method="asymptotic", use_continuity=False).pvalue
            for i in range(len(groups)) for j in range(i + 1, len(groups))
        ]  # fmt: skip
        assert recorded["pair_p"][marker] == pytest.approx(tests)
        assert max(recorded["pair_holm"][marker]) <= len(tests) * max(tests) + 1e-12
        assert recorded["pair_holm"][marker] >= recorded["pair_p"][marker]


def test_the_virtual_patients_show_the_printed_pattern(run):
    recorded = read_recorded(run(**QUICK))
    about_the_paper(recorded)
    invariants(recorded)
    of_the_cohort(recorded, read_cohort("virtual"))
    assert (recorded["patients"], recorded["timed"]) == (359, 239)
    assert set(recorded["kruskal"]) == set(biomarkers.LINE_MARKERS)
    # what the text says of the settings as they come
    assert min(recorded["timing_p"].values()) > 0.05
    assert recorded["grew"] == 4 and recorded["grew_chance"] > 0.15
    alone, both = recorded["hgbl_alone"]["axi-cel"], recorded["hgbl_both"]["axi-cel"]
    assert alone < 0.75 < both < 1
    assert not any(page.startswith("None") for page in displayed(run(**QUICK), "text/html"))


@pytest.mark.parametrize(
    "settings",
    [
        {"selection": 5.0, "correlation": 0.9, "seed": 4, "marker": "sig_b7_h3"},
        {"selection": 0.5, "change": 0.3, "level": 0.9},
        {"selection": 1.0, "cured_first": 0.3, "cured_second": 0.16, "correlation": 0.0},
        {"selection": 10.0, "cured_first": 0.9, "cured_second": 0.05, "correlation": 0.99,
         "level": 0.99, "change": 0.0},
    ],
)  # fmt: skip
def test_other_settings_give_the_right_other_result(run, settings):
    executed = run(**QUICK | settings)
    recorded = read_recorded(executed)
    about_the_paper(recorded)
    invariants(recorded, **{k: v for k, v in settings.items() if k not in ("seed", "marker")})
    of_the_cohort(recorded, read_cohort("virtual"))
    text = " ".join(displayed(executed, "text/html"))
    assert not re.search(r"\bnan\b", text)
    if settings["selection"] < 1:
        # cures take the low, so that the mean goes up
        assert recorded["means"] == sorted(recorded["means"])
        assert "the mean rises" in text
    if settings["selection"] == 1:
        assert "cures do not choose by the value" in text
        assert "cures at second line cannot make it" in text
    if settings.get("marker") == "sig_b7_h3":
        assert "B7-H3 was measured once in each patient" in text


def test_random_moves_lower_what_starts_high(run):
    """Below one the selection leaves the high, and moves at random bring them down."""
    low = read_recorded(run(**QUICK | {"selection": 0.5, "change": 0.3, "level": 0.9}))
    shown = np.reshape(low["shown"], (WORLDS, -1))
    assert shown[1, 1] < -0.05


def test_every_table_and_picture_says_what_it_is(run):
    executed = run(**QUICK)
    tables = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    printed = [page for page in tables if "computed here from published numbers" in page]
    assert len(printed) == 3
    assert len(tables) == 3 + 7
    assert all("no real patients" in page for page in tables if page not in printed)
    pictures = displayed(executed, "image/svg+xml")
    assert len(pictures) == 4
    assert sum("synthetic" in picture for picture in pictures) == 2
    assert sum("published numbers" in picture for picture in pictures) == 2


def test_deposited_data_run_to_the_end_and_say_what_they_lack(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    executed = run(cohort="geo", geo_file=path, **QUICK)
    recorded = read_recorded(executed)
    about_the_paper(recorded)
    invariants(recorded)
    assert (recorded["patients"], recorded["timed"]) == (24, 0)
    assert recorded["kruskal"] == {} and recorded["timing_p"] == {} and recorded["hgbl_both"] == {}
    assert recorded["grew"] is None
    pages = displayed(executed, "text/html")
    text = " ".join(pages)
    assert text.count("real patients from an open data set") == 4
    assert "does not hold when the biopsies were taken" in text
    assert "there is nothing to report" in text
    assert "No patients of axi-cel with and without HGBL have BPI." in text
    for page in pages:
        if "no real patients" in page:
            assert "simulated" in page


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"marker": "IS21"}, "marker is 'IS21'; allowed: 'is21', 'sig_b_cells'"),
        ({"selection": 0.0}, "selection is 0.0; it must be a number from 0.1 to 10."),
        ({"cured_first": 1.0, "change": 3}, "cured_first is 1.0; it must be a number from 0.05 to 0.9. "
                                            "change is 3; it must be a number from -2 to 2."),
        ({"correlation": 1.0}, "correlation is 1.0; it must be a number from 0 to 0.99."),
        ({"draws": 10}, "draws is 10; it must be a whole number from 200 to 5000."),
        ({"cohort": "GEO"}, "cohort is 'GEO'; allowed: 'virtual' or 'geo'."),
        ({"cohort": "geo", "geo_file": "no-such-file.soft"}, "no-such-file.soft"),
    ],
)  # fmt: skip
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"selection": 5.0, "correlation": 0.9, "seed": 4,
                                           "marker": "sig_b7_h3"}])  # fmt: skip
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**QUICK | settings)
    recorded = read_recorded(executed)
    assert executed.read_text(encoding="utf-8").count("Not answered yet") == 3
    for name, within in (("step_p", 0.03), ("by_biopsy", 0.03), ("at_diagnosis", 0.5)):
        assert "Not" not in check_number(recorded[name], recorded[name], within=within, hint="h")
        assert "h" in check_number(recorded[name] + 3 * within, recorded[name], within=within, hint="h")
