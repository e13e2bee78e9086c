"""Clusters, their stability and associations of signatures, against known truths."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm, spearmanr

from secondline import signatures
from secondline.cohort import CLUSTERS, generate, read_cohort, signature_column
from secondline.errors import InputError, NoFiniteEstimate


def blocks(n, sizes, seed=0, loading=0.85):
    """Samples whose signatures come in blocks, each behind a factor of its own."""
    rng = np.random.default_rng(seed)
    parts = []
    for size in sizes:
        factor = rng.standard_normal((n, 1))
        noise = rng.standard_normal((n, size))
        parts.append(5 + loading * factor + np.sqrt(1 - loading**2) * noise)
    scores = np.column_stack(parts)
    return scores, [f"s{i}" for i in range(scores.shape[1])], np.repeat(range(len(sizes)), sizes)


def as_sets(labels):
    return {frozenset(np.flatnonzero(labels == k)) for k in np.unique(labels)}


@pytest.mark.parametrize(
    ("method", "distance"),
    [("ward", "euclidean")]
    + [(m, d) for m in ("average", "complete", "single") for d in signatures.DISTANCES],
)
def test_planted_blocks_are_found(method, distance):
    scores, names, truth = blocks(300, (5, 4, 6, 3))
    found = signatures.cluster(scores, names, clusters=4, method=method, distance=distance)
    assert as_sets(found.labels) == as_sets(truth)
    assert found.cophenetic > 0.8


def test_the_virtual_cohort_has_the_four_clusters_of_its_model():
    table = read_cohort("virtual")
    names = [name for members in CLUSTERS.values() for name in members]
    scores = table[[signature_column(name) for name in names]].dropna()
    found = signatures.cluster(scores, names)
    assert {frozenset(found.members(k)) for k in range(4)} == {
        frozenset(members) for members in CLUSTERS.values()
    }
    assert found.cophenetic > 0.9


def test_order_and_scale_of_the_samples_do_not_matter():
    scores, names, _ = blocks(80, (4, 4, 4))
    first = signatures.cluster(scores, names, clusters=3)
    rng = np.random.default_rng(3)
    stretched = np.exp(scores[rng.permutation(80)]) * np.arange(1, 13)
    again = signatures.cluster(stretched, names, clusters=3)
    np.testing.assert_allclose(again.correlation, first.correlation, atol=1e-12)
    assert as_sets(again.labels) == as_sets(first.labels)


def test_labels_follow_the_leaves_and_members_part_the_names():
    scores, names, _ = blocks(60, (3, 5, 2))
    found = signatures.cluster(scores, names, clusters=3)
    along = found.labels[found.order]
    assert (np.diff(along) >= 0).all()
    assert along[0] == 0
    members = [name for k in range(3) for name in found.members(k)]
    assert sorted(members) == sorted(names)


@settings(max_examples=60)
@given(
    st.integers(0, 10_000), st.integers(5, 30), st.integers(2, 6), st.sampled_from([2, 4, 1_000])
)
def test_correlations_of_a_resample_are_those_of_the_drawn_rows(seed, n, k, levels):
    rng = np.random.default_rng(seed)
    scores = rng.integers(levels, size=(n, k)).astype(float)
    rows = rng.integers(n, size=n)
    times = np.bincount(rows, minlength=n)
    if (np.ptp(scores[rows], axis=0) == 0).any():
        with pytest.raises(InputError, match="one value"):
            signatures.correlations(scores, times)
        return
    expected = np.atleast_2d(spearmanr(scores[rows])[0])
    if k == 2:
        expected = np.array([[1, expected[0, 0]], [expected[0, 0], 1]])
    np.testing.assert_allclose(signatures.correlations(scores, times), expected, atol=1e-10)


def test_stability_is_high_for_blocks_and_low_for_noise():
    scores, names, _ = blocks(200, (5, 5, 5))
    sure = signatures.bootstrap(scores, names, clusters=3, resamples=100, seed=2)
    assert sure.same > 0.95
    assert (sure.by_cluster > 0.95).all()
    assert (sure.by_signature > 0.95).all()
    noise = np.random.default_rng(5).standard_normal((200, 15))
    chance = signatures.bootstrap(noise, names, clusters=3, resamples=100, seed=2)
    assert chance.same < 0.05
    assert chance.adjusted_rand.mean() < 0.3
    assert chance.by_signature.mean() < sure.by_signature.mean() - 0.2


def test_stability_by_hand():
    """The same numbers from one resample after the other, drawn out in full."""
    scores, names, _ = blocks(40, (3, 3, 4), seed=1, loading=0.6)
    found = signatures.bootstrap(scores, names, clusters=3, resamples=25, seed=8)
    rng = np.random.default_rng(8)
    own, together, overlaps = as_sets(found.found.labels), np.zeros((10, 10)), []
    for _ in range(25):
        labels = signatures.cluster(scores[rng.integers(40, size=40)], names, clusters=3).labels
        together += labels[:, None] == labels[None, :]
        theirs = as_sets(labels)
        overlaps.append({mine: max(len(mine & t) / len(mine | t) for t in theirs) for mine in own})
    np.testing.assert_allclose(found.consensus, together / 25)
    for k in range(3):
        mine = frozenset(np.flatnonzero(found.found.labels == k))
        assert found.by_cluster[k] == pytest.approx(np.mean([o[mine] for o in overlaps]))
    again = signatures.bootstrap(scores, names, clusters=3, resamples=25, seed=8)
    np.testing.assert_array_equal(found.adjusted_rand, again.adjusted_rand)


def test_more_samples_make_steadier_clusters():
    scores, names, _ = blocks(400, (4, 4, 4), loading=0.5)
    table = signatures.by_sample_size(scores, names, [20, 80, 320, 400], clusters=3, draws=60)
    assert table["adjusted_rand"].is_monotonic_increasing
    # all samples: the same clusters, always
    assert table.iloc[-1]["same"] == 1
    assert (table["lower"] <= table["adjusted_rand"]).all()


def test_the_number_of_blocks_has_the_largest_gap():
    scores, names, _ = blocks(400, (6, 5, 7, 4))
    table = signatures.by_number(scores, names, range(2, 9)).set_index("clusters")
    assert table["silhouette"].idxmax() == 4
    assert table.loc[4:, "gap"].idxmax() == 4
    assert np.isnan(signatures.by_number(scores, names, [1])["silhouette"][0])


def test_every_way_finds_clear_blocks():
    scores, names, _ = blocks(400, (6, 5, 7))
    table = signatures.other_ways(scores, names, clusters=3)
    assert len(table) == 7
    np.testing.assert_allclose(table["adjusted_rand"], 1)
    assert set(table["sizes"]) == {(7, 6, 5)}


# --- associations ------------------------------------------------------------------------


def test_under_the_null_p_values_are_uniform_and_nothing_survives():
    rng = np.random.default_rng(6)
    values = pd.DataFrame(np.exp(rng.standard_normal((120, 400))))
    time, event = rng.exponential(size=120), rng.random(120) < 0.7
    for table in (
        signatures.with_groups(values, rng.random(120) < 0.5),
        signatures.with_survival((values > values.median()).astype(float), time, event),
        signatures.with_number(values, rng.standard_normal(120)),
    ):
        assert (table["p"] < 0.05).mean() == pytest.approx(0.05, abs=0.035)
        assert table["q"].min() > 0.05
        assert (table["q"] >= table["p"] - 1e-15).all()


def test_planted_effects_have_their_direction_and_survive():
    rng = np.random.default_rng(7)
    group = rng.random(150) < 0.5
    values = pd.DataFrame({"up": np.exp(rng.standard_normal(150) + 1.5 * group),
                           "none": np.exp(rng.standard_normal(150))})  # fmt: skip
    table = signatures.with_groups(values, group).set_index("name")
    assert table.loc["up", "effect"] == pytest.approx(
        np.log2(values["up"][group].median() / values["up"][~group].median())
    )
    assert table.loc["up", "q"] < 1e-4 < table.loc["none", "q"]
    time = rng.exponential(size=150) / np.exp(1.0 * group)
    table = signatures.with_survival(pd.DataFrame({"g": group.astype(float)}), time, np.ones(150))
    assert table["effect"][0] == pytest.approx(1 / np.log(2), abs=0.6)


def test_what_has_no_answer_is_missing_and_not_counted():
    values = pd.DataFrame({"constant": [1.0] * 6, "gone": [np.nan] * 6,
                           "own": [1.0, 2, 3, 4, 5, 6]})  # fmt: skip
    group = [True, True, False, False, True, False]
    for table in (
        signatures.with_groups(values, group),
        signatures.with_number(values, [3.0, 1, 2, 5, 4, 6]),
    ):
        assert table["p"].isna().tolist() == [True, True, False]
        assert table["q"][2] == table["p"][2]
    flat = pd.DataFrame({"all high": [1.0] * 6, "gone": [np.nan] * 6})
    table = signatures.with_survival(flat, [1.0, 2, 3, 4, 5, 6], [True] * 6)
    assert table["p"].isna().all()
    # all events on one side: no finite hazard ratio
    split = pd.DataFrame({"sides": [1.0, 1, 1, 0, 0, 0]})
    table = signatures.with_survival(split, [1.0, 2, 3, 9, 9, 9], [True] * 3 + [False] * 3)
    assert np.isnan(table["p"][0])


def test_effective_tests_of_independent_and_of_like_markers():
    assert signatures.effective_tests(np.eye(12)) == pytest.approx(12)
    assert signatures.effective_tests(np.ones((12, 12))) == pytest.approx(1, abs=1e-6)
    pairs = np.kron(np.eye(5), np.ones((2, 2)))
    assert signatures.effective_tests(pairs) == pytest.approx(5)


def test_logistic_regression_without_an_answer():
    with pytest.raises(NoFiniteEstimate, match="parts the outcomes"):
        signatures.logistic([1.0, 2, 3, 4], [False, False, True, True])
    with pytest.raises(InputError, match="both outcomes"):
        signatures.logistic([1.0, 2, 3], [True, True, True])
    with pytest.raises(InputError, match="more than one value"):
        signatures.logistic([1.0, 1, 1], [True, False, True])


def test_a_logistic_slope_has_zero_score_and_its_curvature():
    rng = np.random.default_rng(4)
    x = rng.standard_normal(300) * 3 + 8
    y = rng.random(300) < 1 / (1 + np.exp(3 - 0.5 * x))
    slope, se, p = signatures.logistic(x, y)

    def lost(b):
        """Minus the log-likelihood of a slope, with the intercept that suits it best."""
        return minimize_scalar(
            lambda a: -(y * (a + b * x) - np.logaddexp(0, a + b * x)).sum(),
            bounds=(-20, 10), method="bounded", options={"xatol": 1e-10},
        ).fun  # fmt: skip

    step = 0.01
    low, top, up = (lost(slope + d) for d in (-step, 0, step))
    assert (up - low) / (2 * step) == pytest.approx(0, abs=0.1), "the slope is where it is flat"
    assert se == pytest.approx(step / np.sqrt(low + up - 2 * top), rel=0.005)
    assert p == pytest.approx(2 * norm.sf(abs(slope / se)))


# --- indices and components --------------------------------------------------------------


def test_the_index_of_centred_scores_has_lost_its_meaning():
    """Squares have no sign: centred at zero, the index no longer follows its factor."""
    rows = generate(2_000, 5).dropna(subset=["sig_b_cells"])
    scores = rows[[signature_column(name) for name in CLUSTERS["SII"]]].astype(float)
    mean = scores.rank().mean(axis=1)
    raw = signatures.root_mean_square(scores)
    centred = signatures.root_mean_square((scores - scores.mean()) / scores.std())
    assert raw.corr(mean, method="spearman") > 0.9
    assert abs(centred.corr(mean, method="spearman")) < 0.15


def test_components_explain_what_was_planted():
    rng = np.random.default_rng(3)
    factor = rng.standard_normal(500)
    table = pd.DataFrame({f"m{i}": 3 + factor + 0.5 * rng.standard_normal(500) for i in range(6)})
    table["other"] = rng.standard_normal(500)
    found = signatures.principal_components(table)
    assert abs(np.corrcoef(found.places[:, 0], factor)[0, 1]) > 0.97
    assert (found.loadings[:6, 0] > 0.85).all()
    assert abs(found.loadings[6, 0]) < 0.2
    np.testing.assert_allclose((found.places**2).mean(axis=0) / 7, found.explained)
