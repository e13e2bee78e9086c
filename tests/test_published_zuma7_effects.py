"""The subgroup effects of ZUMA-7 as printed, and what comes out of them."""

import pytest

from secondline import effects
from secondline.claims import all_claims, get_claim
from secondline.effects.published import COLUMNS
from secondline.tables import read_dictionary


@pytest.fixture(scope="module")
def rows():
    return effects.read_effects()


@pytest.fixture(scope="module")
def tests(rows):
    return {(p.marker, p.route): p for p in effects.pair_tests(rows)}


def test_dictionary_names_the_columns():
    dictionary = read_dictionary()
    assert tuple(dictionary[dictionary["table"] == "zuma7_effects"]["column"]) == COLUMNS


def test_each_value_is_its_claim(rows):
    for row in rows:
        claim = get_claim(row.claims[0])
        printed = (claim.value, claim.lower, claim.upper, claim.p.replace("< ", "<"))
        assert (row.hazard_ratio, row.lower, row.upper, row.p) == printed


def test_an_effect_without_a_printed_hazard_ratio_gets_none(rows):
    bare = [row for row in rows if not row.hazard_ratio]
    assert len(bare) == 17
    assert all(row.estimate is None and row.basis == "" for row in bare)


def test_no_printed_efs_effect_is_left_out(rows):
    """Every EFS effect or P value of the trial that the documents print is in the table."""
    used = {claim for row in rows for claim in row.claims}
    timed = {
        claim.id
        for claim in all_claims().values()
        if claim.document.startswith(("zuma7", "partial"))
        and claim.kind in ("effect", "p-value")
        and (claim.endpoint == "EFS" or "EFS" in claim.quantity)
    }
    # the same hazard ratio, told as a reduction in percent
    assert timed - used == {"guide-efs-risk-reduction"}
    assert used <= set(all_claims())


def test_numbers_that_are_printed_twice_agree(rows):
    for row in rows:
        first, *others = (all_claims()[claim] for claim in row.claims)
        for other in others:
            for name in ("value", "p"):
                one, two = (getattr(c, name).replace("< ", "<") for c in (first, other))
                if not (one and two):
                    continue
                low, high = effects.printed_range(one)
                other_low, other_high = effects.printed_range(two)
                assert low <= other_high and other_low <= high, row.name


def test_the_direction_is_that_of_the_hazard_ratio(rows):
    for row in rows:
        if row.hazard_ratio and row.direction:
            assert (effects.printed_value(row.hazard_ratio) < 1) == (row.direction == "below 1")


# effect, P printed, P from its printed hazard ratio and interval, range by rounding
RECOMPUTED = [
    ("SPD: high vs low, in axi-cel", "0.68", 0.6842, 0.66, 0.71),
    ("SPD: high vs low, in SOC", "0.02", 0.0223, 0.020, 0.025),
    ("LDH: elevated vs normal, in axi-cel", "0.61", 0.6357, 0.48, 0.81),
    ("LDH: elevated vs normal, in SOC", "0.01", 0.0119, 0.011, 0.013),
    ("HGBL vs others, in axi-cel", "", 0.2198, 0.21, 0.23),
    ("HGBL vs others, in SOC", "", 0.5226, 0.51, 0.53),
]


@pytest.mark.parametrize(("name", "p", "computed", "low", "high"), RECOMPUTED)
def test_each_printed_p_comes_out_of_its_interval(rows, name, p, computed, low, high):
    (check,) = [c for c in effects.check_printed(rows) if c.effect.name == name]
    assert check.effect.p == p
    assert check.estimate.p == pytest.approx(computed, abs=2e-3 if computed > 0.1 else 2e-4)
    assert low - 0.006 <= check.low <= check.high <= high + 0.006
    assert check.agrees is (True if p else None)


def test_these_are_all_effects_with_an_interval(rows):
    assert {c.effect.name for c in effects.check_printed(rows)} == {r[0] for r in RECOMPUTED}


def test_one_hazard_ratio_is_off_the_middle_of_its_interval(rows):
    off = [c for c in effects.check_printed(rows) if not c.middle.explained]
    assert [c.effect.name for c in off] == ["SPD: high vs low, in axi-cel"]
    assert off[0].middle.midpoint == pytest.approx(0.8967, abs=1e-4)
    # all limits that print so give a middle below 0.903, and 0.92 begins at 0.915
    assert off[0].middle.highest < 0.903


def test_the_interactions_from_printed_numbers(tests):
    found = {key: (p.test.ratio, p.test.p) for key, p in tests.items() if p.test}
    expected = {
        ("SPD", "between arms"): (0.92 / 1.51, 0.070),
        ("LDH", "between arms"): (1.1 / 1.56, 0.192),
        ("HGBL", "between arms"): (0.692 / 1.17, 0.175),
        ("SPD", "between levels"): (0.29 / 0.49, 0.058),
        ("LDH", "between levels"): (0.32 / 0.50, 0.099),
    }
    assert set(found) == set(expected)
    for key, (ratio, p) in expected.items():
        assert found[key] == pytest.approx((ratio, p), abs=6e-4), key
        assert tests[key].p_low <= found[key][1] <= tests[key].p_high
    # no verdict may hang on this one's third decimal
    spd = tests["SPD", "between levels"]
    assert spd.p_low < 0.05 < spd.p_high


def test_four_hazard_ratios_and_one_interaction(rows):
    found = effects.consistencies(rows)
    spd, ldh = found["SPD"][1], found["LDH"][1]
    assert (spd.by_level, spd.by_arm) == pytest.approx((0.592, 0.609), abs=5e-4)
    assert (ldh.by_level, ldh.by_arm) == pytest.approx((0.640, 0.705), abs=5e-4)
    assert spd.agree
    assert not ldh.agree
    texts, result = found["HGBL"]
    assert result is None
    assert effects.implied(texts) == pytest.approx(0.318 * 1.17 / 0.692)


def test_two_p_values_are_enough_for_the_b_cell_signature_alone(rows):
    found = {p.marker: limits for p, limits in effects.p_only(rows)}
    assert [marker for marker, (_, high) in found.items() if high < 0.05] == ["B cell signature"]
    assert found["B cell signature"] == pytest.approx((0.0035, 0.0255), abs=1e-4)
    # where intervals are printed too, the range of P alone holds their P or comes close
    for marker, p in (("SPD", 0.070), ("LDH", 0.192)):
        low, high = found[marker]
        assert low < p < high


def test_the_errors_of_the_two_arms_are_as_near_as_assumed(tests):
    for (_, route), pair in tests.items():
        if pair.test and route == "between arms":
            ratio = pair.first.estimate.standard_error / pair.second.estimate.standard_error
            assert 1 < ratio < 1.25


def test_superiority_is_printed_for_eleven_of_twelve_and_survives_holm(rows):
    text = effects.superiority_reading(rows, 0.95)
    assert "SOC: 12, of which 11 come with a P value" in text
    assert "Below 0.05: 11; after Holm's correction for 11 tests: 11." in text
    assert "0.0019 (B cell signature: low)" in text
