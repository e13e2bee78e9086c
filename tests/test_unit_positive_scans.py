"""Lesions, positive scans, and the mixture behind a printed survival: by hand, and refused."""

import pytest

from secondline.errors import InputError
from secondline.pathways import positive_scan, response


def test_spd_by_hand():
    assert response.spd([(4.0, 3.0), (2.0, 2.0)]) == 16.0
    assert response.spd_change([(4, 3), (2, 2)], [(4, 3), (0, 0)]) == -25.0
    assert response.change_from_diameters(0.5) == -75.0
    # any lesions whose diameters all shrink alike
    before = [(4.0, 3.0), (2.5, 1.5), (7.0, 2.0)]
    now = [(0.8 * a, 0.8 * b) for a, b in before]
    assert response.spd_change(before, now) == pytest.approx(response.change_from_diameters(0.2))


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        ([], [], "There are 0 lesions; the SPD takes from 1 to 6 of them."),
        ([(1, 1)] * 7, [(1, 1)] * 7, "There are 7 lesions"),
        ([(1, -1)], [(1, 1)], "Lesion 1 has the diameter -1; it must be 0 or more."),
        ([(1, 1), (1, "x")], [(1, 1)], "Lesion 2 has the diameter 'x'"),
        ([(1, float("inf"))], [(1, 1)], "Lesion 1 has the diameter inf"),
        ([(1, True)], [(1, 1)], "Lesion 1 has the diameter True"),
        ([(1, 1)], [(1, 1), (1, 1)], "There were 1 lesions and there are 2"),
        ([(0, 0)], [(1, 1)], "The SPD before treatment is 0"),
    ],
)
def test_lesions_that_cannot_be_get_a_sentence(before, now, sentence):
    with pytest.raises(InputError) as caught:
        response.spd_change(before, now)
    assert sentence in str(caught.value)


def test_a_positive_scan_in_whole_patients():
    scan = positive_scan.positive_scan(0.2, 0.8, 0.9, 0.75)
    # of 1000: 200 with lymphoma, 160 of them positive; 80 of 800 without
    assert scan.positive == pytest.approx(0.24)
    assert scan.ppv == pytest.approx(160 / 240)
    assert scan.biopsy_positive == pytest.approx(120 / 240)
    assert scan.missed == pytest.approx(40 / 120)
    page = positive_scan.biopsy_page(scan)
    assert list(page["Patients"]) == ["240", "120", "120", "760"]
    assert list(page["With lymphoma"]) == ["160", "120", "40", "40"]
    assert list(page["Without it"]) == ["80", "0", "80", "720"]
    by_share = positive_scan.prevalence_page(scan)
    assert list(by_share["Of 100 positive scans, with it"]) == ["47", "67", "77", "84"]
    sure = positive_scan.positive_scan(0.2, 0.8, 0.999, 1.0)
    assert sure.missed == pytest.approx(0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((1.2, 0.8, 0.9, 0.9), "lymphoma is 1.2; it must be a share from 0 to 1."),
        ((0.2, 0.8, -0.1, 0.9), "specificity is -0.1"),
        ((0.2, 0.0, 1.0, 0.9), "No scan would be positive."),
    ],
)
def test_shares_that_cannot_be_get_a_sentence(values, sentence):
    with pytest.raises(InputError) as caught:
        positive_scan.positive_scan(*values)
    assert sentence in str(caught.value)


def test_a_mixture_by_hand():
    # 100 patients, 80 with lymphoma; 50 alive, 18 of them among the 20 without
    assert positive_scan.diseased_outcome(0.5, 0.8, 0.9) == pytest.approx(32 / 80)
    # 60 with lymphoma: 18 alive and 36 of the others make 54
    assert positive_scan.ppv_that_explains(0.54, 0.3, 0.9) == pytest.approx(0.6)
    assert positive_scan.ppv_that_explains(0.3, 0.3, 0.9) == 1
    assert positive_scan.ppv_that_explains(0.9, 0.3, 0.9) == 0
    for group in (0.2, 0.95):
        with pytest.raises(InputError, match="% of the group are alive; that must lie between 30 %"):
            positive_scan.ppv_that_explains(group, 0.3, 0.9)


@pytest.mark.parametrize(
    ("sensitivity", "words"),
    [
        (0.8, "35 % of those would be alive, more than after progression"),
        (0.6, "30 % of those would be alive, as many as after progression"),
        (0.5, "26 % of those would be alive, fewer than after progression"),
        (0.1, "That cannot go with the printed share"),
    ],
)
def test_the_reading_of_the_mixture_follows_the_scan(sensitivity, words):
    scan = positive_scan.positive_scan(0.25, sensitivity, 0.9, 0.9)
    assert words in positive_scan.explaining_reading(scan, 0.5, 0.3, 0.9)
