"""Printed statements on the product: what they imply, and which the virtual cohort meets."""

import math

import pytest

from secondline import biomarkers
from secondline.claims import get_claim
from secondline.cohort import P_TOLERANCE, SIGNIFICANT, read_cohort


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


def test_printed_counts_bound_the_events():
    whole, high, low_protein, high_protein = biomarkers.printed_groups()
    # 58 ongoing, 54 relapsed, 16 without a response
    assert (whole.n, whole.events_low, whole.events_high) == (128, 70, 70)
    assert (high.n, high.events_low, high.events_high) == (64, 35, 64)
    assert (low_protein.n, low_protein.events_low) == (24 + 31 + 8, 31 + 8)
    assert (high_protein.n, high_protein.events_low) == (31 + 20 + 7, 20 + 7)


def test_the_printed_p_value_fits_benefit_and_harm():
    assert biomarkers.printed_product_p() == 0.3096
    few, many = biomarkers.implied_range()
    for found in (few, many):
        assert found.effect.p == pytest.approx(0.3096, abs=1e-9)
        lower, upper = found.effect.interval()
        assert lower < 0.5 and upper > 1.2
        # what the trial could have found lies further from 1 than what it saw
        assert found.smallest < found.effect.hazard_ratio
    # by hand: z = 1.016, two over the root of 35 and of 64
    assert few.effect.hazard_ratio == pytest.approx(math.exp(-1.0161 * 2 / 35**0.5), abs=1e-4)
    assert many.effect.hazard_ratio == pytest.approx(math.exp(-1.0161 * 2 / 8), abs=1e-4)
    # Schoenfeld: (1.96 + 0.8416)^2 * 4 / log(h)^2 events
    assert few.smallest == pytest.approx(math.exp(-(1.95996 + 0.84162) * 2 / 35**0.5), abs=2e-3)


def test_the_virtual_cohort_meets_what_is_printed_of_the_product(patients):
    rows = biomarkers.product_rows(patients, "SII")
    effect = biomarkers.nested_steps(rows, "SII")[3].effect
    printed = float(get_claim("tme-product-sii-high-efs-p").p)
    assert abs(math.log10(effect.p / printed)) <= P_TOLERANCE
    assert effect.p > SIGNIFICANT and effect.hazard_ratio < 1
    low = biomarkers.product_by_marker(
        biomarkers.product_rows(patients, "cd19_h_score"), "cd19_h_score"
    ).unfavourable
    assert low.effect.hazard_ratio < 1
    # 63 patients with 39 events, as the response counts imply
    assert (low.n, low.events) == (63, 39)


def test_the_virtual_share_goes_with_none_of_the_markers_that_the_paper_names(patients):
    table = biomarkers.share_and_others(patients).set_index("name")
    for name in ("CD19 H-score", "CD19 gene", "B cell signature", "SII"):
        assert table.loc[name, "p"] > SIGNIFICANT
