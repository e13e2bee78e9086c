"""What is printed on lines of therapy, cell of origin and HGBL, and that the cohort meets it."""

import math

import numpy as np
import pytest
from scipy import stats

from secondline import biomarkers
from secondline.claims import get_claim
from secondline.cohort import P_TOLERANCE, SIGNIFICANT, read_cohort, read_third_line


@pytest.fixture(scope="module")
def compared():
    patients, third = read_cohort("virtual"), read_third_line("virtual")
    return {
        m: biomarkers.compare_lines(biomarkers.line_groups(patients, m, third), m)
        for m in biomarkers.LINE_MARKERS
    }


def test_the_printed_numbers_are_those_of_the_source():
    shifts = biomarkers.printed_shifts()
    assert [(s.p, s.first, s.second) for s in shifts] == [
        ("0.004", 86, 142), ("0.023", 86, 25), ("0.026", 90, 149), ("0.0048", 90, 149),
        ("0.012", 90, 149),
    ]  # fmt: skip
    # the T cell and B cell signatures fell, B7-H3 rose
    assert [np.sign(s.shift) for s in shifts] == [-1, -1, -1, -1, 1]
    assert [s.share > 0.5 for s in shifts] == [True, True, True, True, False]
    for s in shifts:
        assert s.low <= abs(s.shift) <= s.high
        lower, upper = s.interval()
        # below one in twenty, so that the interval leaves out no shift
        assert lower * upper > 0


def test_groups_with_the_implied_shift_have_the_printed_p():
    """Two normal samples without scatter, so far apart as implied: P comes out again."""
    for s in biomarkers.printed_shifts():
        grid = [(np.arange(n) + 0.5) / n for n in (s.first, s.second)]
        x, y = stats.norm.ppf(grid[0]), stats.norm.ppf(grid[1]) + s.shift
        share, _, _, shift, p = biomarkers.compare_pair(x, y)
        assert share == pytest.approx(s.share, abs=0.003)
        assert shift == pytest.approx(s.shift, abs=0.03)
        assert math.log10(p) == pytest.approx(math.log10(float(s.p)), abs=0.1)


def test_the_virtual_groups_have_the_printed_sizes_and_p_values(compared):
    assert {m: [len(g) for g in c.groups.values()] for m, c in compared.items()} == {
        "is21": [86, 142, 25], "sig_b_cells": [90, 149], "sig_t_cells": [90, 149],
        "sig_b7_h3": [90, 149],
    }  # fmt: skip
    found = [
        *compared["is21"].pairs[:2], compared["sig_b_cells"].pairs[0],
        compared["sig_t_cells"].pairs[0], compared["sig_b7_h3"].pairs[0],
    ]  # fmt: skip
    for pair, printed in zip(found, biomarkers.printed_shifts(), strict=True):
        assert abs(math.log10(pair.p / float(printed.p))) < P_TOLERANCE
        assert pair.p < SIGNIFICANT
        assert pair.share == pytest.approx(printed.share, abs=0.01)


def test_the_step_that_nobody_printed_is_not_there(compared):
    one, other, *_ = biomarkers.printed_shifts()
    step, p = biomarkers.implied_between(one, other)
    assert -0.2 < step < 0 and p > 0.4
    assert compared["is21"].pairs[-1].holm > 0.3
    assert compared["is21"].trend.p < 0.005


def test_cell_of_origin_by_both_routes():
    low, high = biomarkers.origin_split()
    gcb, other, test = biomarkers.origin_effects(0.8)
    assert biomarkers.origin_sizes() == {"GCB": 191, "non-GCB": 52}
    assert gcb.p == pytest.approx(1.25e-7, rel=1e-6) and other.p == pytest.approx(2.97e-6, rel=1e-6)
    # the smaller group has the larger P and the larger effect
    assert other.hazard_ratio < gcb.hazard_ratio < 1
    assert low < 0.05 < test.p < high
    # by hand: z over the roots of the numbers
    z = stats.norm.isf(1.25e-7 / 2) / 191**0.5, stats.norm.isf(2.97e-6 / 2) / 52**0.5
    by_hand = 2 * stats.norm.sf(abs(z[1] - z[0]) / math.hypot(191**-0.5, 52**-0.5))
    assert test.p == pytest.approx(by_hand)


def test_hgbl_by_its_printed_intervals():
    test = biomarkers.hgbl_test()
    assert test.ratio == pytest.approx(0.692 / 1.17)
    errors = math.log(1.245 / 0.384), math.log(1.892 / 0.723)
    z = math.log(0.692 / 1.17) / (math.hypot(*errors) / (2 * stats.norm.ppf(0.975)))
    assert test.p == pytest.approx(2 * stats.norm.sf(abs(z)))
    assert biomarkers.arm_events() == {"axi-cel": (128, 70), "SOC": (98, 80)}
    events = biomarkers.hgbl_events()
    patients = read_cohort("virtual")
    own = patients[patients["hgbl"] == True].groupby("arm")["efs_event"].sum()  # noqa: E712
    for arm, (low, high) in events.items():
        # the virtual arms were made to have the printed intervals
        assert low <= own[arm] <= high
    # no more events than HGBL patients
    assert sum(low for low, _ in events.values()) < int(get_claim("tme-fig3-c-hgbl-n").n)


def test_the_virtual_hgbl_patients_meet_what_is_printed():
    found, notes = biomarkers.hgbl_by_arm(read_cohort("virtual"))
    assert not notes
    assert found["axi-cel"].hgbl + found["SOC"].hgbl == 46
    assert found["axi-cel"].alone["hgbl"].hazard_ratio == pytest.approx(0.692, rel=0.03)
    assert found["SOC"].alone["hgbl"].hazard_ratio == pytest.approx(1.17, rel=0.03)
    for one in found.values():
        # higher BPI with HGBL, and not the same thing
        assert 0.5 < one.share < 0.9


def test_the_virtual_markers_are_consistent_over_the_times_as_printed():
    table = biomarkers.by_timing(read_cohort("virtual")).set_index("name")
    grew = (np.log(table["after"]) / table["se_after"]).abs() > (
        np.log(table["before"]) / table["se_before"]
    ).abs()
    assert (np.log(table["before"]) * np.log(table["after"]) > 0).all()
    assert not grew["CD19 gene"] and not grew["APM"]
    assert grew.drop(["CD19 gene", "APM"]).all()
    # and none of it is an interaction
    assert table["p"].min() > 0.05


def test_the_selection_that_each_printed_shift_would_take():
    shifts = biomarkers.printed_shifts()
    page = biomarkers.needed_page(shifts, (0.6, 0.4)).set_index("Against first line")
    biopsy, cure = "odds ratio: which biopsy there is", "odds ratio: cure in between"
    most = "most that cures can do, SD"
    inside = page.drop("IS21: third line")
    # the odds ratio is the exponential of the shift, and no cure lies in between
    for s in shifts:
        if s.name in inside.index:
            assert float(inside.loc[s.name, biopsy]) == pytest.approx(math.exp(abs(s.shift)), abs=0.06)
    assert set(inside[cure]) == {"none is enough"} and set(inside[most]) == {"0.00"}
    third = page.loc["IS21: third line"]
    needed = biomarkers.needed_by_cure(shifts[1].shift, (0.6, 0.4), third=True)
    assert (third[biopsy], third[cure], third[most]) == ("–", f"{needed:.0f}", "0.63")
    # a cut at the 40th percentile, and one at the 24th, by hand
    mean, spread = {}, {}
    for left in (0.4, 0.24):
        cut = stats.norm.ppf(left)
        mean[left] = -stats.norm.pdf(cut) / left
        spread[left] = 1 + cut * mean[left] - mean[left] ** 2
    by_hand = (mean[0.24] - mean[0.4]) / math.sqrt((spread[0.24] + spread[0.4]) / 2)
    assert float(third[most]) == pytest.approx(-by_hand, abs=0.005)


@pytest.mark.parametrize(
    ("second", "words"),
    [(0.16, "cannot make it"), (0.4, "hard to believe"), (0.6, "strong"), (0.9, "moderate")],
)
def test_the_words_follow_the_strength_that_is_needed(second, words):
    shifts = biomarkers.printed_shifts()
    needed = biomarkers.needed_by_cure(shifts[1].shift, (0.6, second), third=True)
    reading = biomarkers.needed_reading(shifts, (0.6, second))
    assert words in reading
    expected = (
        "cannot make it" if math.isnan(needed) else "hard to believe" if needed > 10
        else "strong" if needed > 3 else "moderate"
    )  # fmt: skip
    assert words == expected
