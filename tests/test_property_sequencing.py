"""The sampler against closed forms, and against itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import norm

from secondline.errors import InputError
from secondline.sequencing import (
    DEAD,
    SequenceModel,
    Time,
    Transition,
    aalen_johansen,
    compare,
    histories,
    simulate,
)
from secondline.sequencing.sampler import BLOCK

# chance of a false alarm: 1e-6 a test, shared over all its comparisons
ALARM = 1e-6


def way(origin, destination, probability, median, shape=1.0):
    return Transition(origin, destination, probability, Time(median, shape), "assumed", "made up")


def competing(rates, start):
    """Return competing exponential rates as a semi-Markov model, and their generator."""
    states = [*dict.fromkeys([start, *(s for pair in rates for s in pair if s != DEAD)]), DEAD]
    generator = np.zeros((len(states), len(states)))
    for (origin, destination), rate in rates.items():
        generator[states.index(origin), states.index(destination)] += rate
    generator -= np.diag(generator.sum(axis=1))
    ways = [
        # whichever comes first: its share, and the time to the first of all
        way(o, d, rate / -generator[states.index(o), states.index(o)],
            np.log(2) / -generator[states.index(o), states.index(o)])
        for (o, d), rate in rates.items()
    ]  # fmt: skip
    return SequenceModel(start, tuple(ways)), generator


def close(share, expected, n, comparisons):
    limit = norm.isf(ALARM / (2 * comparisons))
    se = np.sqrt(np.maximum(expected * (1 - expected), 1 / n) / n)
    return np.abs(share - expected) <= limit * se + 5 / n


@settings(max_examples=15)
@given(
    rate=st.lists(st.floats(0.02, 1.5), min_size=5, max_size=5),
    seed=st.integers(0, 2**31),
)
def test_competing_exponentials_follow_the_matrix_exponential(rate, seed):
    model, generator = competing(
        {
            ("a", "b"): rate[0],
            ("a", DEAD): rate[1],
            ("b", "c"): rate[2],
            ("b", DEAD): rate[3],
            ("c", "a"): rate[4],
        },
        "a",
    )
    times = np.array([0.0, 0.7, 2.0, 6.0, 15.0])
    result = simulate(model, 20_000, seed=seed, horizon=20, times=times)
    expected = np.array([expm(generator * t)[0] for t in times])
    assert result.states == ("a", "b", "c", DEAD)
    assert close(result.occupancy, expected, 20_000, 15 * expected.size).all()


def test_mean_times_follow_their_closed_form():
    model, _ = competing({("a", "b"): 0.3, ("a", DEAD): 0.1, ("b", DEAD): 0.2}, "a")
    n, horizon = 400_000, 12.0
    result = simulate(model, n, seed=5, horizon=horizon)
    in_a = (1 - np.exp(-0.4 * horizon)) / 0.4
    # entered at rate 0.3 while in a, left at rate 0.2: a difference of two exponentials
    in_b = 0.3 / 0.2 * (
        (1 - np.exp(-0.2 * horizon)) / 0.2 - (1 - np.exp(-0.4 * horizon)) / 0.4
    )  # fmt: skip
    assert result.months("a")[0] == pytest.approx(in_a, abs=5 * horizon / np.sqrt(n))
    assert result.months("b")[0] == pytest.approx(in_b, abs=5 * horizon / np.sqrt(n))
    assert result.mean_time.sum() == pytest.approx(horizon, abs=1e-9)
    # months and halves are those of the histories
    alive = histories(model, 5_000, seed=5, horizon=horizon).query("state != 'dead'")
    stays = alive["exit"] - alive["entry"]
    number = alive["patient"].str.removeprefix("virtual-").astype(int)
    months = stays.groupby(number).sum().to_numpy()
    small = simulate(model, 5_000, seed=5, horizon=horizon)
    assert small.months("a", "b")[0] == pytest.approx(months.mean(), abs=1e-9)
    np.testing.assert_allclose(
        small.halves[0], [months[::2].mean(), months[1::2].mean()], atol=1e-9
    )


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.5, np.inf])
def test_weibull_times_have_the_stated_median_and_shape(shape):
    model = SequenceModel("a", (way("a", DEAD, 0.6, 7.0, shape),))
    times = np.array([3.0, 6.999, 7.001, 20.0])
    share = simulate(model, 200_000, seed=3, horizon=40, times=times).share(DEAD)
    expected = (
        0.6 * (1 - 0.5 ** ((times / 7.0) ** shape)) if np.isfinite(shape) else 0.6 * (times >= 7)
    )
    assert close(share, expected, 200_000, 16).all()


def test_other_deaths_compete_at_their_rate():
    model = SequenceModel("a", (way("a", "b", 1.0, 5.0),), 0.03)
    times = np.array([1.0, 10.0, 30.0])
    result = simulate(model, 200_000, seed=8, horizon=40, times=times)
    expected = np.exp(-0.03 * times)
    assert close(result.share("a", "b"), expected, 200_000, 12).all()
    assert close(result.share("a"), expected * 0.5 ** (times / 5), 200_000, 12).all()


def test_aalen_johansen_on_complete_histories_is_the_share_counted():
    model, _ = competing(
        {("a", "b"): 0.5, ("a", DEAD): 0.1, ("b", "a"): 0.2, ("b", DEAD): 0.2}, "a"
    )
    times = np.array([0.5, 2.0, 7.0, 15.0])
    result = simulate(model, 3_000, seed=2, horizon=20, times=times)
    history = histories(model, 3_000, seed=2, horizon=20)
    estimate = aalen_johansen(history, times, result.states)
    np.testing.assert_allclose(estimate, result.occupancy, atol=1e-12)


def test_aalen_johansen_sees_through_censoring():
    model, generator = competing({("a", "b"): 0.4, ("a", DEAD): 0.1, ("b", DEAD): 0.15}, "a")
    n = 20_000
    history = histories(model, n, seed=4, horizon=30)
    last = dict(
        zip(
            history["patient"].unique(),
            np.random.default_rng(1).uniform(1, 30, n),
            strict=True,
        )
    )
    censored = history["patient"].map(last)
    seen = history[history["entry"] < censored].copy()
    cut = seen["exit"] > censored[seen.index]
    seen.loc[cut, "exit"] = censored[seen.index][cut]
    seen.loc[cut, "moved_to"] = ""
    times = np.array([2.0, 6.0, 12.0])
    estimate = aalen_johansen(seen, times, ["a", "b", DEAD])
    expected = np.array([expm(generator * t)[0] for t in times])
    assert np.abs(estimate - expected).max() < 0.02
    # while the share among those still seen, counted, is biased
    counted = (seen["state"] == DEAD).mean()
    assert abs(counted - expected[-1, 2]) > 0.1


@settings(max_examples=25)
@given(
    st.integers(1, 3), st.integers(1, 400), st.integers(0, 2**31), st.floats(0, 0.1),
    st.floats(0.05, 0.95), st.floats(0.1, 30),
)  # fmt: skip
def test_shares_add_up_and_death_is_for_good(draws, n, seed, rate, probability, median):
    column = np.linspace(0.5, 1, draws) * probability
    model = SequenceModel(
        "a",
        (way("a", "b", column, median), way("a", DEAD, 1 - column, 2.0), way("b", "a", 0.5, 3.0)),
        rate,
    )
    result = simulate(model, n, seed=seed, horizon=24)
    np.testing.assert_allclose(result.occupancy.sum(axis=1), 1, atol=1e-12)
    assert (np.diff(result.share(DEAD)) >= 0).all()
    assert result.occupancy[0, 0] == 1
    np.testing.assert_allclose(result.mean_time.sum(axis=1), 24, atol=1e-9)
    history = histories(model, n, seed=seed, horizon=24)
    ends = history.groupby("patient")["exit"].max()
    assert (ends == 24).all()
    following = history.groupby("patient")["entry"].shift(-1)
    assert (following.dropna() == history.loc[following.notna(), "exit"]).all()


def test_each_draw_has_its_own_parameters():
    model = SequenceModel("a", (way("a", DEAD, np.array([0.0, 0.5, 1.0]), 1e-9),))
    months = simulate(model, 30_000, seed=1, horizon=10).months("a")
    assert months[0] == 10
    assert months[1] == pytest.approx(5, abs=0.2)
    assert months[2] == pytest.approx(0, abs=1e-6)


def test_a_block_edge_inside_a_draw_loses_nobody():
    """Draws that share blocks give what each gives with the same patients alone."""
    column = np.array([0.3, 0.8])
    n = BLOCK // 2 + 777
    both = simulate(SequenceModel("a", (way("a", DEAD, column, 4.0),)), n, seed=6, horizon=12)
    history = histories(SequenceModel("a", (way("a", DEAD, column, 4.0),)), n, seed=6, horizon=12)
    stays = history[history["state"] == "a"]
    by_draw = (stays["exit"] - stays["entry"]).groupby(stays["draw"]).mean()
    np.testing.assert_allclose(both.months("a"), by_draw, atol=1e-9)


def test_one_seed_one_result_and_another_seed_another():
    model = SequenceModel("a", (way("a", DEAD, 0.7, 4.0),))
    first, again, other = (simulate(model, 3_000, seed=s) for s in (1, 1, 2))
    assert (first.occupancy == again.occupancy).all()
    assert (first.mean_time == again.mean_time).all()
    assert (first.mean_time != other.mean_time).any()


def test_shared_random_numbers_make_a_difference_less_noisy():
    slow, quick = (SequenceModel("a", (way("a", DEAD, 1.0, m),)) for m in (10.0, 9.0))

    def spread(shift):
        differences = [
            compare(
                simulate(slow, 400, seed=s, times=[0]),
                simulate(quick, 400, seed=s + shift, times=[0]),
            ).mean
            for s in range(60)
        ]
        return np.std(differences)

    assert spread(0) < 0.5 * spread(1_000)


def test_what_is_noise_is_told_as_noise():
    """With no uncertainty in the parameters, all of the spread between draws is noise."""
    model = SequenceModel("a", (way("a", DEAD, np.full(600, 0.7), 4.0),))
    result = compare(simulate(model, 50, seed=1), simulate(model, 50, seed=2))
    assert result.noise_share > 0.85
    # and it is taken out of the interval
    assert result.upper - result.lower < 0.5 * 4 * 600**0.5 * result.monte_carlo_se


def test_noise_is_taken_out_of_the_spread_of_the_draws():
    """Few patients a draw give the spread that many give."""
    lasting = np.random.default_rng(3).uniform(0.2, 0.8, 500)
    good = SequenceModel("a", (way("a", DEAD, 1 - lasting, 4.0),))
    bad = SequenceModel("a", (way("a", DEAD, np.ones(500), 4.0),))
    few, many = (compare(simulate(good, n, seed=1), simulate(bad, n, seed=1)) for n in (40, 4_000))
    assert many.noise_share < 0.02 < few.noise_share
    assert few.upper - few.lower == pytest.approx(many.upper - many.lower, rel=0.12)


def test_one_patient_a_draw_leaves_the_noise_unknown():
    model = SequenceModel("a", (way("a", DEAD, np.full(5, 0.7), 4.0),))
    result = compare(simulate(model, 1, seed=1), simulate(model, 1, seed=2))
    assert np.isnan(result.noise_share)


def test_circles_without_time_are_refused():
    model = SequenceModel("a", (way("a", "b", 1.0, 0.0), way("b", "a", 1.0, 0.0)))
    with pytest.raises(InputError, match="round in circles"):
        simulate(model, 10, seed=1)
