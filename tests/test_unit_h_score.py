"""The H-score: by hand, its readings, its limits, and what cannot be one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondline import biomarkers
from secondline.biomarkers.h_score import score_group
from secondline.errors import InputError


@pytest.mark.parametrize(
    ("shares", "score"),
    [
        ((0, 0, 0), 0), ((100, 0, 0), 100), ((0, 100, 0), 200), ((0, 0, 100), 300),
        ((20, 30, 25), 155), ((33.4, 33.3, 33.3), 199.9), ((0.1, 0.2, 99.7), 299.6),
    ],
)  # fmt: skip
def test_scores_by_hand(shares, score):
    assert biomarkers.h_score(*shares) == pytest.approx(score, abs=1e-9)
    assert biomarkers.Slide("one", *shares).score == pytest.approx(score, abs=1e-9)


def test_many_slides_at_once():
    scores = biomarkers.h_score([20, 0, 10], [30, 0, 20], [25, 60, 70])
    np.testing.assert_allclose(scores, [155, 180, 260])
    # one number goes with each slide of a list
    np.testing.assert_allclose(biomarkers.h_score([20, 10], 0, 10), [50, 40])


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ((60, 30, 25), "weak, moderate and strong add up to 115 %; all tumour cells are 100 %."),
        (([20, 60], [30, 30], [25, 25]), "add up to 115 %"),
        ((100.001, 0, 0), "weak is 100.001; a share of the cells lies from 0 to 100 %."),
        ((-1, 30, 25), "weak is -1; a share of the cells lies from 0 to 100 %."),
        ((20, -0.5, 25), "moderate is -0.5"),
        ((20, 30, float("nan")), "strong is nan"),
        ((20, 30, float("inf")), "strong is inf"),
        ((20, None, 5), "moderate is nan"),
        (("much", 30, 25), "weak is 'much'; it must be a number, or a list of numbers."),
        ((20, "30 %", 25), "moderate is '30 %'"),
        ((20, 30, {}), "strong is {}"),
        (([20, [1, 2]], 0, 0), "weak is [20, [1, 2]]"),
        (([20, 30], [1, 2, 3], 0), "lists of unlike length"),
    ],
)
def test_what_cannot_be_shares_is_one_sentence(shares, sentence):
    for use in (biomarkers.h_score, biomarkers.h_score_readings):
        with pytest.raises(InputError) as caught:
            use(*shares)
        assert sentence in str(caught.value)
    with pytest.raises(InputError):
        biomarkers.Slide("one", *shares).score  # noqa: B018


def test_shares_that_miss_a_hundred_by_rounding_are_taken():
    assert sum((32.2, 33.6, 34.2)) > 100
    assert biomarkers.h_score(32.2, 33.6, 34.2) == pytest.approx(202.0)
    with pytest.raises(InputError):
        biomarkers.h_score(33.4, 33.4, 33.4)


def test_readings_by_hand():
    found = biomarkers.h_score_readings(45, 35, 20)
    assert found == pytest.approx({
        "sum over the intensities": 45 + 70 + 60,
        "mean intensity × all stained": 175,
        "largest single product": 70,
        "commonest intensity, its cells": 45,
        "commonest intensity × all stained": 100,
        "strongest intensity, its cells": 60,
    })  # fmt: skip
    # of two that are equally common the stronger one
    assert biomarkers.h_score_readings(20, 0, 20)["commonest intensity, its cells"] == 60
    assert set(biomarkers.h_score_readings(0, 0, 0).values()) == {0}


@given(st.sampled_from([0, 1, 2]), st.floats(0.1, 100))
def test_readings_agree_where_all_stained_cells_look_alike(place, share):
    shares = [0.0, 0.0, 0.0]
    shares[place] = share
    readings = biomarkers.h_score_readings(*shares)
    assert list(readings.values()) == pytest.approx([(place + 1) * share] * 6)


@given(st.floats(0, 300))
def test_slides_of_one_score_have_it_and_reach_the_limits_of_stained_cells(score):
    fewest, most = biomarkers.stained_range(score)
    slides = biomarkers.same_score(score)
    assert [slide.score for slide in slides] == pytest.approx([score] * len(slides), abs=1e-6)
    stained = [slide.weak + slide.moderate + slide.strong for slide in slides]
    assert stained[0] == pytest.approx(fewest, abs=1e-6)
    assert stained[-1] == pytest.approx(most, abs=1e-6)
    assert all(fewest - 1e-6 <= own <= most + 1e-6 for own in stained)
    assert [slide.unstained for slide in slides] == pytest.approx(
        [100 - own for own in stained], abs=1e-6
    )
    assert len(slides) == (4 if score <= 200 else 2)


@given(*[st.floats(0, 100 / 3)] * 3)
def test_no_slide_of_a_score_has_more_or_fewer_cells_than_said(weak, moderate, strong):
    fewest, most = biomarkers.stained_range(biomarkers.h_score(weak, moderate, strong))
    assert fewest - 1e-6 <= weak + moderate + strong <= most + 1e-6


@pytest.mark.parametrize("score", [-1, 300.1, float("nan"), "high", None, True, [150]])
def test_a_score_that_cannot_be_is_one_sentence(score):
    for use in (biomarkers.stained_range, biomarkers.same_score):
        with pytest.raises(InputError, match="cannot be; it is a number from 0 to 300"):
            use(score)


def test_groups_at_their_cuts():
    # strictly below the cut is negative, strictly above the median is high
    groups = [score_group(score, 5, 150) for score in (0, 4.9, 5, 150, 150.1, 300)]
    assert groups == ["negative", "negative", "low", "low", "high", "high"]
    page = biomarkers.slides_page(biomarkers.same_score(3), 5, 150)
    assert set(page["group"]) == {"negative"}


def ties_by_trying(low, high):
    """The fewest patients who share the median, by trying all runs of equal scores."""
    n = low + high
    for shared in range(1, n + 1):
        for below in range(n - shared + 1):
            scores = [0] * below + [1] * shared + [2] * (n - below - shared)
            median = (scores[(n - 1) // 2] + scores[n // 2]) / 2
            if sum(score > median for score in scores) == high and median == 1:
                return shared
    return None


@pytest.mark.parametrize(
    ("low", "high"), [(63, 58), (4, 3), (5, 3), (7, 2), (6, 4), (9, 0), (12, 9)]
)
def test_ties_at_the_median(low, high):
    assert biomarkers.ties_at_median(low, high) == ties_by_trying(low, high)


def test_an_even_split_needs_no_tie_and_more_above_than_half_cannot_be():
    assert biomarkers.ties_at_median(5, 5) == 0
    for low, high in ((3, 4), (0, 0), (0, 1), (5, -1)):
        with pytest.raises(InputError, match="cannot lie above their own median"):
            biomarkers.ties_at_median(low, high)
