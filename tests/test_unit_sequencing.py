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
    good = sequencing.histories(SequenceModel("a", (way(),)), 5, seed=1)
    with pytest.raises(InputError, match="finite and rise"):
        sequencing.aalen_johansen(good, [3, 1], ["a", DEAD])
    with pytest.raises(InputError, match="no history"):
        sequencing.aalen_johansen(good.iloc[:0], [1], ["a", DEAD])
    with pytest.raises(InputError, match="late entry is not provided for"):
        sequencing.aalen_johansen(good.assign(entry=good["entry"] + 1, exit=99.0), [1], ["a", DEAD])


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


@pytest.mark.parametrize(
    ("transform", "ci"),
    [(name, "wald") for name in proportions.TRANSFORMS] + [("logit", "hksj"), ("raw", "hksj")],
)
def test_every_scale_and_interval_serves(transform, ci):
    cohorts = tables.select_cohorts(tables.read_trials(), "after CAR-T monotherapy", "ORR")
    pooled = proportions.pool(cohorts["events"], cohorts["totals"], transform=transform, ci=ci)
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
        ({"fit": (0.1, 1.2, 0.6)}, "fit is"),
        ({"durable_before": (0.5, 0.2, 0.6)}, "durable_before is"),
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
    base = sequencing.base_case(known, fit=0.5)
    assert base["fit"] == 0.5
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
    """A lasting share of antibodies before CAR-T high enough turns the order."""
    result = sequencing.threshold(
        "CAR-T first", "bispecific first", known, "before_durable", np.linspace(0, 1, 6),
        n_draws=200, n_patients=200, seed=3,
    )  # fmt: skip
    assert (np.diff(result.difference) < 0).all()
    assert result.difference[0] > 0 > result.difference[-1]
    (turn,) = result.turns
    i = np.searchsorted(result.values, turn)
    assert result.difference[i - 1] >= 0 >= result.difference[i]
    assert (result.error > 0).all()
    words = sequencing.describe_threshold(result, "CAR-T first", "bispecific first", "it")
    assert f"are level where it is {100 * turn:.0f} %: below it CAR-T first is ahead" in words


def test_nothing_turns_where_one_side_always_leads(known):
    result = sequencing.threshold(
        "CAR-T first", "bispecific first", known, "retained", [0.0, 0.2],
        n_draws=100, n_patients=200, seed=3,
    )  # fmt: skip
    assert result.turns == ()
    words = sequencing.describe_threshold(result, "CAR-T first", "bispecific first", "it")
    assert "Wherever it lies between 0 and 20 %, CAR-T first stays ahead" in words


def test_waiting_longer_never_adds_months(known):
    """Death does not wait: those who wait for a treatment are at risk while they wait."""
    for name, orders in {
        "wait_car_t": ("bispecific first", "salvage first"),
        "wait_bispecific": ("CAR-T first", "salvage first"),
    }.items():
        for order in orders:
            months = []
            for wait in (0.1, 1.5, 6.0, 24.0):
                values = sequencing.base_case(known, **{name: wait})
                model = sequencing.build(order, known, values)
                result = sequencing.simulate(model, 40_000, seed=1, times=[0])
                months.append(result.months(*result.alive)[0])
            assert (np.diff(months) < 0).all(), (name, order, months)


def test_waiting_and_dying_compete_as_two_exponential_times(known):
    base = sequencing.base_case(known, wait_bispecific=2.0, untreated=4.0, fit=0.6)
    model = sequencing.build("CAR-T first", known, base)
    failed = [t for t in model.transitions if t.origin == "CAR-T, second line: failed"]
    onward, waiting, unfit = failed
    assert onward.probability == pytest.approx(0.6 * (1 / 2) / (1 / 2 + 1 / 4))
    assert waiting.probability == pytest.approx(0.6 * (1 / 4) / (1 / 2 + 1 / 4))
    assert unfit.probability == pytest.approx(0.4)
    assert onward.time.median == pytest.approx(1 / (1 / 2 + 1 / 4))
    assert [t.destination for t in failed] == ["bispecific, after CAR-T: before scan", DEAD, DEAD]


def test_values_that_contradict_are_named(known):
    base = sequencing.base_case(known)
    with pytest.raises(InputError, match="below 0.5: where half of the responses last"):
        sequencing.build("CAR-T first", known, base | {"bispecific_durable": 0.5})
    with pytest.raises(InputError, match="values lacks 'car_t_response'"):
        sequencing.build("CAR-T first", known, {})
    with pytest.raises(InputError, match="each of them once"):
        sequencing.build(["salvage", "salvage"], known, base)
    with pytest.raises(InputError, match="each of them once"):
        sequencing.build([], known, base)
    with pytest.raises(InputError, match="first and second are both 'salvage first'"):
        sequencing.check_orders("salvage first", "salvage first")


def test_different_draws_are_not_compared(known):
    first, second = (
        sequencing.simulate(
            sequencing.build("CAR-T first", known, sequencing.draw(known, 5, seed=s)), 10, seed=1
        )
        for s in (1, 2)
    )
    with pytest.raises(InputError, match="built from different values"):
        sequencing.compare(first, second)


def test_one_draw_has_no_interval(known):
    base = sequencing.base_case(known)
    first, second = (
        sequencing.simulate(sequencing.build(order, known, base), 500, seed=1)
        for order in ("CAR-T first", "bispecific first")
    )
    result = sequencing.compare(first, second)
    assert np.isnan(result.lower)
    assert np.isnan(result.noise_share)
    assert result.monte_carlo_se > 0
    assert "draws run" not in sequencing.describe_comparison(result, "a", "b", 60)


def test_the_third_line_share_is_kept_where_the_range_leaves_it_out(pooled):
    settings = {"odds_ratio": (0.6, 0.25), "odds_ratio_source": "x", "pool_source": "y"}
    third = sequencing.third_line_share()
    known = sequencing.quantities(pooled, retained=(0.9, 1.0), **settings)
    assert known["retained"].value == 0.9
    assert "third line lies beyond it" in known["retained"].source
    known = sequencing.quantities(pooled, retained=(0.0, 1.0), **settings)
    assert known["retained"].value == third
    # 0.73 of responses, half of 53 of 73 lasting, over what the second line has
    assert third == pytest.approx(0.73 * 0.5 * 53 / 73 / (0.875 * 0.4788), abs=2e-3)


def test_printed_survival_that_went_in_comes_out(known):
    checks = sequencing.against_printed(
        known, sequencing.base_case(known), population="after CAR-T monotherapy",
        n_patients=40_000, seed=2,
    )  # fmt: skip
    assert (checks.loc[checks["given"] == "yes", "within"] == "yes").all()
    assert len(checks) == 10
    other = sequencing.against_printed(
        known, sequencing.base_case(known), population="after CAR-T combination",
        n_patients=2_000, seed=2,
    )  # fmt: skip
    assert "9.6 / 13.7" in set(other["printed"])
    # the share still in response is exact: a lasting part and one that halves
    later = sequencing.checks.antibody_responders(known, sequencing.base_case(known), [0, 14.8])
    np.testing.assert_allclose(later, [1, 0.5], atol=1e-12)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_cluster_gives_the_same_result_to_the_last_bit(workers, known):
    from distributed import LocalCluster

    model = sequencing.build("CAR-T first", known, sequencing.draw(known, 20, seed=1))
    here = sequencing.simulate(model, 3_000, seed=9)
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        there = sequencing.simulate(model, 3_000, seed=9, scheduler=cluster.scheduler_address)
    assert (here.occupancy == there.occupancy).all()
    assert (here.mean_time == there.mean_time).all()
    assert (here.halves == there.halves).all()


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
