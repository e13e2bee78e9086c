"""Ways to randomise: what must hold in every virtual trial, and what theory says of many."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline.errors import InputError
from secondline.trials.allocation import WAYS, allocation_page, simulate_allocation, waiting


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(WAYS)), st.integers(2, 60), st.floats(0, 1), st.integers(1, 8),
    st.integers(0, 2**31),
)  # fmt: skip
def test_sizes_and_differences_keep_within_their_bounds(way, n, share, half, seed):
    drawn = {"n": n, "share": share, "block_size": 2 * half, "n_trials": 20, "seed": seed}
    result = simulate_allocation(way, **drawn)
    assert ((result.sizes > 0) & (result.sizes < n)).all()
    assert (np.abs(result.differences) <= 1).all()
    if way == "blocks":
        assert (np.abs(2 * result.sizes - n) <= half).all()
    if way == "strata":
        assert (np.abs(2 * result.sizes - n) <= 2 * half).all()
    again = simulate_allocation(way, **drawn)
    assert (again.differences == result.differences).all()


def test_strata_bound_the_difference_in_every_trial():
    result = simulate_allocation(
        "strata", n=359, share=0.5, block_size=4, n_trials=2000, seed=3
    )
    # at most two patients more of a kind in one arm
    assert np.abs(result.differences).max() < 3 / 170


@pytest.mark.parametrize("way", ["coin", "blocks"])
@pytest.mark.parametrize("share", [0.2, 0.5])
def test_chance_scatters_as_theory_says(way, share):
    result = simulate_allocation(way, n=359, share=share, block_size=4, n_trials=20_000, seed=5)
    theory = 2 * math.sqrt(share * (1 - share) / 359)
    # standard error of a standard deviation from 20,000 trials: 0.5 %
    assert np.std(result.differences) == pytest.approx(theory, rel=0.025)
    assert np.mean(result.differences) == pytest.approx(0, abs=4 * theory / math.sqrt(20_000))
    expected = 2 * (1 - 0.5 * (1 + math.erf(0.1 / theory / math.sqrt(2))))
    assert result.beyond(0.1) == pytest.approx(expected, abs=0.012)


def test_a_trait_of_all_or_none_never_differs():
    for share in (0.0, 1.0):
        for way in WAYS:
            result = simulate_allocation(
                way, n=50, share=share, block_size=4, n_trials=50, seed=1
            )
            assert not result.differences.any()
            assert result.beyond(0.01) == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"way": "dice"}, "way is 'dice'; allowed: 'coin', 'blocks' or 'strata'."),
        ({"n": 1}, "n is 1 and n_trials 10"),
        ({"share": 1.5}, "share is 1.5; it must be a number from 0 to 1."),
        ({"share": float("nan")}, "share is nan; it must be"),
        ({"block_size": 3}, "block_size is 3; it must be an even number of 2 or more."),
    ],
)
def test_a_bad_value_gets_a_sentence(change, sentence):
    given_ = {"way": "coin", "n": 10, "share": 0.5, "block_size": 4, "n_trials": 10, "seed": 1}
    given_ |= change
    with pytest.raises(InputError) as caught:
        simulate_allocation(given_.pop("way"), **given_)
    assert sentence in str(caught.value)


def test_the_page_has_a_row_for_each_way():
    results = [
        simulate_allocation(way, n=40, share=0.5, block_size=4, n_trials=100, seed=1)
        for way in WAYS
    ]
    page = allocation_page(results, 0.1)
    assert list(page["Way to randomise"]) == list(WAYS.values())
    assert page["Patients in one arm"].iloc[1] == "20 to 20"


@settings(max_examples=40)
@given(st.floats(0.1, 100), st.floats(0.01, 100))
def test_waiting_parts_one_exponential(median, months):
    split = waiting(median, months)
    assert split.reached == pytest.approx(2 ** (-months / median))
    assert split.median_reached == months + median
    # both groups together are the whole: shares free of the event at the others' median
    assert 0 <= split.median_others <= months
    free = split.reached + (1 - split.reached) / 2
    assert 2 ** (-split.median_others / median) == pytest.approx(free)
    assert split.median_others <= median < split.median_reached


def test_waiting_agrees_with_simulated_patients():
    rng = np.random.default_rng(8)
    time = rng.exponential(2.0 / math.log(2), 400_000)
    split = waiting(2.0, 3.0)
    there = time >= 3.0
    assert there.mean() == pytest.approx(split.reached, abs=0.003)
    assert np.median(time[there]) == pytest.approx(split.median_reached, abs=0.03)
    assert np.median(time[~there]) == pytest.approx(split.median_others, abs=0.01)


def test_waiting_from_the_start_reaches_everyone():
    split = waiting(2.0, 0.0)
    assert (split.reached, split.median_reached) == (1.0, 2.0)
    assert math.isnan(split.median_others)
    with pytest.raises(InputError, match="the first must be above 0"):
        waiting(0.0, 1.0)
