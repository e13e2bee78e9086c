"""The model of treatment orders: what it refuses, where its numbers come from."""

import numpy as np
import pytest

from secondline import proportions, sequencing, tables
from secondline.claims import get_claim
from secondline.errors import InputError
from secondline.sequencing import DEAD, SequenceModel, Time, Transition
from secondline.sequencing.quantities import between, evenly, from_counts, from_log, from_pool


def way(
    origin="a",
    destination=DEAD,
    probability=1.0,
    median=3.0,
    shape=1.0,
    kind="assumed",
    source="made up",
):
    return Transition(origin, destination, probability, Time(median, shape), kind, source)


@pytest.fixture(scope="module")
def pooled():
    cohorts = tables.select_cohorts(tables.read_trials(), "after CAR-T monotherapy", "ORR")
    return proportions.pool(cohorts["events"], cohorts["totals"])


@pytest.fixture(scope="module")
def known(pooled):
    return sequencing.quantities(
        pooled, odds_ratio=(0.6, 0.25), odds_ratio_source="three trials", pool_source="five trials"
    )


@pytest.mark.parametrize(
    ("ways", "sentence"),
    [
        ((), "at least one transition"),
        ((way(origin=DEAD, destination="a"),), "nobody leaves the state 'dead'"),
        ((way(destination="a"),), "must lead to another state"),
        ((way(kind="guessed"),), "kind is 'guessed'; allowed: published"),
        ((way(source=" "),), "the source is empty"),
        ((way(probability=1.2),), "probability must lie between 0 and 1"),
        ((way(probability=np.nan),), "probability must lie between 0 and 1"),
        ((way(median=-1),), "median time must lie between 0 and any size"),
        ((way(shape=0),), "the shape is 0; it must be above 0"),
        ((way(probability=0.7), way(destination="b", probability=0.4)), "add up to 1.1000"),
        ((way(probability=np.ones(3)), way(destination="b", probability=0, median=np.ones(2))),
         r"differ in length: \[2, 3\]"),
        ((way(probability=np.zeros(3)), way(destination="b", probability=np.zeros(2))),
         r"differ in length: \[2, 3\]"),
        ((way(probability=np.ones((2, 2))),), "one number or one column"),
        ((way(probability=np.ones(0)),), "are empty"),
        ((way(origin="b"),), "No transition leaves the first state, 'a'"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_is_refused(ways, sentence):
    with pytest.raises(InputError, match=sentence):
        SequenceModel("a", ways)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_patients": 0, "seed": 1}, "n_patients is 0; it must be a whole number, 1 or more"),
        ({"n_patients": 10.0, "seed": 1}, "n_patients is 10.0"),
        ({"n_patients": True, "seed": 1}, "n_patients is True"),
        ({"n_patients": 10, "seed": -1}, "seed is -1"),
        (
            {"n_patients": 10, "seed": 1, "horizon": 0},
            "horizon is 0; it must be a number of months",
        ),
        ({"n_patients": 10, "seed": 1, "times": [3, 2]}, "times must rise"),
        ({"n_patients": 10, "seed": 1, "times": [0, 99]}, "to the horizon, 60 months"),
        ({"n_patients": 10, "seed": 1, "times": []}, "times must rise"),
        ({"n_patients": 10, "seed": 1, "scheduler": "nonsense"}, "No dask scheduler answers"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        sequencing.simulate(SequenceModel("a", (way(),)), **settings)


def test_an_unknown_state_is_named():
    result = sequencing.simulate(SequenceModel("a", (way(),)), 5, seed=1)
    with pytest.raises(InputError, match="no state 'b'; the states are a, dead"):
        result.share("b")


def test_histories_are_marked_virtual():
    history = sequencing.histories(SequenceModel("a", (way(),)), 7, seed=1)
    assert history["patient"].str.startswith("virtual-").all()
    assert history["patient"].nunique() == 7


def test_a_history_without_time_is_refused_by_the_estimator():
    history = sequencing.histories(
        SequenceModel("a", (way(destination="b", median=0.0), way(origin="b"))), 5, seed=1
    )
    with pytest.raises(InputError, match="end later than it begins"):
        sequencing.aalen_johansen(history, [1], ["a", "b", DEAD])
    with pytest.raises(InputError, match="'b', which is not listed"):
        sequencing.aalen_johansen(history, [1], ["a", DEAD])


def test_groups_that_differ_cannot_be_compared():
    model = SequenceModel("a", (way(),))
    first = sequencing.simulate(model, 5, seed=1)
    with pytest.raises(InputError, match="60 and 12 months"):
        sequencing.compare(first, sequencing.simulate(model, 5, seed=1, horizon=12))


def test_uncertainties_have_the_quantiles_they_claim(pooled):
    share = np.array([0.025, 0.5, 0.975])
    np.testing.assert_allclose(evenly(2, 4)(share), [2.05, 3, 3.95])
    assert between(0, 1, 1)(0.25) == pytest.approx(0.5)
    np.testing.assert_allclose(between(3, 3, 3)(share), 3)
    np.testing.assert_allclose(
        from_log(0.5, 0.1)(share), np.exp(0.5 + 0.1 * np.array([-1.96, 0, 1.96])), rtol=1e-4
    )
    assert from_counts(5, 10)(0.5) == pytest.approx(0.5)
    # a pool's quantiles are its own limits
    np.testing.assert_allclose(
        from_pool(pooled)(share), [pooled.lower, pooled.estimate, pooled.upper], atol=1e-9
    )
    np.testing.assert_allclose(
        from_pool(pooled, new_trial=True)(share),
        [pooled.prediction_lower, pooled.estimate, pooled.prediction_upper], atol=1e-9,
    )  # fmt: skip


@pytest.mark.parametrize("transform", proportions.TRANSFORMS)
def test_every_scale_serves(transform):
    cohorts = tables.select_cohorts(tables.read_trials(), "after CAR-T monotherapy", "ORR")
    pooled = proportions.pool(cohorts["events"], cohorts["totals"], transform=transform)
    low, high = from_pool(pooled)(np.array([0.025, 0.975]))
    assert (low, high) == (pytest.approx(pooled.lower), pytest.approx(pooled.upper))


def test_a_new_trial_needs_a_prediction():
    two = proportions.pool([5, 6], [10, 20])
    with pytest.raises(InputError, match="at least three trials"):
        from_pool(two, new_trial=True)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"retained": (0.9, 0.2)}, "retained is"),
        ({"durable": (0.1, 0.2, 0.6)}, "from 0 to 0.49"),
        ({"goes_on": (0.1, 1.2, 0.6)}, "goes_on is"),
    ],
)
def test_ranges_that_cannot_be_are_refused(pooled, settings, sentence):
    with pytest.raises(InputError, match=sentence):
        sequencing.quantities(
            pooled, odds_ratio=(0.6, 0.2), odds_ratio_source="x", pool_source="y", **settings
        )


def test_every_quantity_has_a_source_a_kind_and_a_range_about_its_value(known):
    for name, quantity in known.items():
        assert quantity.name == name
        assert quantity.source
        assert quantity.kind in sequencing.KINDS
        assert quantity.low < quantity.value < quantity.high, name


def test_every_transition_says_where_it_comes_from(known):
    for order in sequencing.ORDERS:
        model = sequencing.build(order, known, sequencing.base_case(known))
        assert all(t.source and t.kind in sequencing.KINDS for t in model.transitions)
        table = sequencing.transition_table(model)
        assert len(table) == len(model.transitions)
        assert set(table["Kind"]) <= set(sequencing.KINDS)
        # the shares that leave each state are all, or leave some in lasting response
        for state in model.states[:-1]:
            leaving = sum(float(t.probability) for t in model.transitions if t.origin == state)
            assert leaving == pytest.approx(1) or (state.endswith("response") and leaving < 1)


def test_published_numbers_are_those_of_their_claims(known):
    assert known["car_t_event_free"].value == float(get_claim("tme-intro-efs-24m-axi").value) / 100
    assert (
        known["salvage_event_free"].value == float(get_claim("tme-intro-efs-24m-soc").value) / 100
    )
    # typed from the biomarker paper's caption: 58 + 54 of 128, and 18 + 28 of 98
    assert known["car_t_response"].value == 112 / 128
    assert known["salvage_response"].value == 46 / 98
    assert known["bispecific_duration"].value == 14.8
    assert known["third_line_response"].value == 0.73


def test_base_case_and_draws(known):
    base = sequencing.base_case(known, goes_on=0.5)
    assert base["goes_on"] == 0.5
    with pytest.raises(InputError, match="no quantity 'hope'"):
        sequencing.base_case(known, hope=1)
    drawn = sequencing.draw(known, 4_000, seed=2)
    for name, values in drawn.items():
        assert values.shape == (4_000,)
        low, high = np.quantile(values, [0.025, 0.975])
        width = known[name].high - known[name].low
        assert low == pytest.approx(known[name].low, abs=0.05 * width), name
        assert high == pytest.approx(known[name].high, abs=0.05 * width), name
    again = sequencing.draw(known, 4_000, seed=2)
    assert all((drawn[name] == again[name]).all() for name in drawn)


def test_unknown_orders_and_treatments_are_named(known):
    base = sequencing.base_case(known)
    with pytest.raises(InputError, match="order is 'hope'; allowed: 'CAR-T first'"):
        sequencing.build("hope", known, base)
    with pytest.raises(InputError, match="no treatment 'hope'"):
        sequencing.build(["hope"], known, base)
    with pytest.raises(InputError, match="no quantity 'hope'"):
        sequencing.threshold(
            "CAR-T first", "salvage first", known, "hope", [0, 1], n_draws=2, n_patients=2, seed=1
        )
    with pytest.raises(InputError, match="two or more rising"):
        sequencing.threshold(
            "CAR-T first",
            "salvage first",
            known,
            "retained",
            [1, 0],
            n_draws=2,
            n_patients=2,
            seed=1,
        )


def test_calibration_meets_both_printed_points():
    """The curve that is built goes through 8.3 months and 40.5 %."""
    relapse = sequencing.calibrate_relapse(0.875, 0.405, 1.5, 0.002, median=8.3, landmark=24)
    stays = sequencing.durable_share(0.875, 0.405, relapse, 1.5, 0.002, landmark=24)

    def event_free(t):
        kept = stays + (1 - stays) * 0.5 ** ((t - 1) / relapse)
        return (0.875 * kept + 0.125 * 0.5 ** (t / 1.5)) * np.exp(-0.002 * t)

    assert event_free(8.3) == pytest.approx(0.5, abs=1e-10)
    assert event_free(24) == pytest.approx(0.405, abs=1e-10)
    with pytest.raises(InputError, match="contradict each other"):
        sequencing.calibrate_relapse(0.45, 0.405, 1.5, 0.002, median=8.3, landmark=24)


def test_one_way_moves_what_matters(known):
    table = sequencing.one_way("CAR-T first", "bispecific first", known, n_patients=2_000, seed=1)
    assert set(table["quantity"]) == set(known)
    assert (table["swing"].diff().dropna() <= 0).all()
    by_name = table.set_index("quantity")
    # what neither order holds cannot move their difference
    for name in ("salvage_response", "third_line_response", "third_line_durable"):
        assert by_name.loc[name, "swing"] == 0
    # the less CAR-T loses, the less is CAR-T first ahead
    assert by_name.loc["retained", "at_low"] > by_name.loc["retained", "at_high"]


def test_threshold_finds_where_the_answer_turns(known):
    result = sequencing.threshold(
        "CAR-T first", "salvage first", known, "goes_on", np.linspace(0, 1, 6),
        n_draws=200, n_patients=200, seed=3,
    )  # fmt: skip
    assert (np.diff(result.difference) < 0).all()
    assert result.difference[0] > 0
    assert np.isnan(result.turns_at) == (result.difference[-1] > 0)
    if not np.isnan(result.turns_at):
        i = np.searchsorted(result.values, result.turns_at)
        assert result.difference[i - 1] >= 0 >= result.difference[i]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cluster_gives_the_same_result_to_the_last_bit(workers, known):
    from distributed import LocalCluster

    model = sequencing.build("CAR-T first", known, sequencing.draw(known, 20, seed=1))
    here = sequencing.simulate(model, 3_000, seed=9)
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        there = sequencing.simulate(model, 3_000, seed=9, scheduler=cluster.scheduler_address)
    assert (here.occupancy == there.occupancy).all()
    assert (here.mean_time == there.mean_time).all()
    assert (here.alive_variance == there.alive_variance).all()


def test_memory_is_bounded_by_the_block(known):
    """Ten times the patients do not take ten times the memory."""
    import tracemalloc

    model = sequencing.build("salvage first", known, sequencing.base_case(known))

    def peak(n):
        tracemalloc.start()
        sequencing.simulate(model, n, seed=1)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1_000)
    assert peak(300_000) < 1.5 * peak(30_000)
