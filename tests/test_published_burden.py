"""Tumour burden: printed numbers of the paper, typed from it, and what follows from them."""

import numpy as np
import pytest

from secondline import biomarkers, effects
from secondline.cohort import read_cohort


@pytest.fixture(scope="module")
def printed():
    return {effect.name: effect for effect in biomarkers.burden_effects()}


def test_the_claims_hold_what_the_paper_prints(printed):
    # Results, SPD and LDH, paragraph 1
    texts = {name: (e.hazard_ratio, e.lower, e.upper, e.p) for name, e in printed.items()}
    assert texts == {
        "SPD: high": ("0.29", "", "", "4.74 × 10–10"),
        "SPD: low": ("0.49", "", "", "0.0002"),
        "LDH: elevated": ("0.32", "", "", "2.5 × 10–10"),
        "LDH: normal": ("0.50", "", "", "0.0006"),
        "SPD: high vs low, in axi-cel": ("0.92", "0.60", "1.34", "0.68"),
        "SPD: high vs low, in SOC": ("1.51", "1.06", "2.15", "0.02"),
        "LDH: elevated vs normal, in axi-cel": ("1.1", "0.75", "1.65", "0.61"),
        "LDH: elevated vs normal, in SOC": ("1.56", "1.10", "2.20", "0.01"),
    }
    numbers = biomarkers.printed_numbers()
    assert numbers == biomarkers.PrintedNumbers("0.42", "1.93 × 10–14", 158, 170, 101)
    assert (biomarkers.third_line_median(), biomarkers.ldh_limit()) == (3721.0, 390.0)


def test_interactions_from_printed_intervals():
    tests = {p.marker: p.test for p in effects.pair_tests(biomarkers.burden_effects())
             if p.route == "between arms"}  # fmt: skip
    # by hand: (log 1.51 - log 0.92) over the root of both squared errors
    for marker, (one, two) in {"SPD": ((0.92, 0.60, 1.34), (1.51, 1.06, 2.15)),
                               "LDH": ((1.1, 0.75, 1.65), (1.56, 1.10, 2.20))}.items():  # fmt: skip
        errors = [np.log(upper / lower) / (2 * 1.959964) for _, lower, upper in (one, two)]
        z = (np.log(one[0]) - np.log(two[0])) / np.hypot(*errors)
        assert effects.p_from_z(z) == pytest.approx(tests[marker].p, rel=1e-5)
    assert tests["SPD"].p == pytest.approx(0.070, abs=0.0005)
    assert tests["LDH"].p == pytest.approx(0.19, abs=0.005)


def test_one_limit_of_the_uneven_interval_can_be_mended_and_nothing_else(printed):
    found = biomarkers.repairs(printed["SPD: high vs low, in axi-cel"])
    assert {(r.place, r.repaired) for r in found} == {
        ("lower limit", "0.62"), ("lower limit", "0.63"), ("lower limit", "0.64"),
        ("upper limit", "1.38"), ("upper limit", "1.39"),
    }  # fmt: skip
    # the others are even as printed
    for name, effect in printed.items():
        if effect.basis == "interval" and name != "SPD: high vs low, in axi-cel":
            assert biomarkers.repairs(effect) == ()
    with pytest.raises(effects.algebra.InputError, match="not printed with an interval"):
        biomarkers.repairs(printed["SPD: high"])


def test_a_planted_misprint_is_found_and_its_repair_is_among_those_offered():
    from dataclasses import replace

    whole = {e.name: e for e in biomarkers.burden_effects()}["SPD: high vs low, in SOC"]
    for place, wrong in (("upper", "2.75"), ("lower", "1.36"), ("hazard_ratio", "1.81")):
        planted = replace(whole, **{place: wrong})
        offered = {(r.place.replace(" limit", "").replace(" ", "_"), r.repaired)
                   for r in biomarkers.repairs(planted)}  # fmt: skip
        assert (place, getattr(whole, place)) in offered


def test_the_correlation_and_its_p_imply_the_number_of_patients():
    numbers = biomarkers.printed_numbers()
    value, fewest, most = biomarkers.implied_patients(numbers.r, numbers.r_p)
    assert round(value) == 304
    assert fewest < 304 < most and most - fewest < 20
    # one arm alone cannot have it
    assert fewest > numbers.axi_spd


def test_four_groups_by_either_way(printed):
    spd = biomarkers.four_groups(printed.values(), "SPD")
    np.testing.assert_allclose(spd["by_level"], [1, 1.51, 0.49, 1.51 * 0.29])
    np.testing.assert_allclose(spd["by_arm"], [1, 1.51, 0.49, 0.49 * 0.92])
    ldh = biomarkers.four_groups(printed.values(), "LDH")
    np.testing.assert_allclose(ldh["by_level"], [1, 1.56, 0.50, 1.56 * 0.32])
    assert list(ldh["level"]) == ["normal", "elevated"] * 2


def test_events_counted_by_levels_and_by_arms_nearly_agree(printed):
    for marker in ("SPD", "LDH"):
        by_levels, by_arms = biomarkers.events_by_way(printed.values(), marker)
        assert by_levels == pytest.approx(by_arms, rel=0.05)
        assert by_arms < 338  # no more than patients


def test_joint_effects_of_the_printed_pair(printed):
    joint = biomarkers.joint_effects(
        printed["SPD: high vs low, in SOC"].estimate,
        printed["LDH: elevated vs normal, in SOC"].estimate, biomarkers.division_overlap(0.42),
    )  # fmt: skip
    # by hand with phi 0.2874
    assert joint.overlap == pytest.approx(0.2874, abs=5e-5)
    one = (np.log(1.51) - 0.28741 * np.log(1.56)) / (1 - 0.28741**2)
    assert joint.first.log == pytest.approx(one, abs=1e-4)
    assert (round(joint.first.hazard_ratio, 2), round(joint.second.hazard_ratio, 2)) == (1.36, 1.43)
    assert joint.first.p > 0.05 and joint.second.p > 0.05


def test_the_shipped_patients_meet_the_printed_halves():
    patients = read_cohort("virtual")
    by = {one.way: one for one in biomarkers.scorings(patients, "spd_mm2")}["above the median"]
    assert by.within["SOC"].hazard_ratio == pytest.approx(1.51, rel=0.03)
    assert by.within["axi-cel"].hazard_ratio == pytest.approx(0.92, rel=0.03)
    soc = biomarkers.response_curve(patients, "spd_mm2", "SOC")
    assert soc.p == pytest.approx(0.0029, rel=0.1) and soc.odds_ratio < 1
    assert biomarkers.response_curve(patients, "spd_mm2", "axi-cel").p > 0.05
    ldh = {one.way: one for one in biomarkers.scorings(patients, "ldh_u_per_l")}
    elevated = ldh["elevated, as reported"]
    assert elevated.within["SOC"].hazard_ratio == pytest.approx(1.56, rel=0.03)
    assert elevated.within["axi-cel"].hazard_ratio == pytest.approx(1.1, rel=0.03)
