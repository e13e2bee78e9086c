"""Two markers: known truths are found, deals are fair, limits, and what must not matter."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from test_property_marker_pair_worlds import ADDED

from secondline import biomarkers
from secondline.biomarkers.two_marker_cohorts import EVEN_SIZE, fresh_rows
from secondline.cohort import generate, read_cohort
from secondline.errors import InputError, NoFiniteEstimate

PAIR = ("cd19_h_score", "SII")


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


def made_rows(n, seed, first=0.0, second=0.0, product=0.0, correlation=0.4):
    """One arm whose hazard follows two switches and their product, all as log hazard ratios."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(n)
    y = correlation * x + math.sqrt(1 - correlation**2) * rng.standard_normal(n)
    a, b = (x > np.median(x)) * 1.0, (y > np.median(y)) * 1.0
    time = rng.exponential(size=n) * np.exp(-(first * a + second * b + product * a * b))
    end = np.quantile(time, 0.6)
    return pd.DataFrame({
        "months": np.minimum(time, end), "event": time <= end, "first": a, "second": b,
        "x": x, "y": y,
    })  # fmt: skip


# --- four groups ---


@settings(max_examples=4)
@given(st.floats(-0.7, 0.9), st.floats(-0.7, 0.9), st.floats(-0.7, 0.7), st.integers(0, 1000))
def test_a_true_interaction_of_two_switches_is_found(first, second, product, seed):
    found = biomarkers.two_markers(made_rows(4_000, seed, first, second, product), *PAIR)
    ours = [
        found.first_where_good.hazard_ratio, found.groups[2].ratio.hazard_ratio,
        found.ratio.hazard_ratio, found.groups[3].ratio.hazard_ratio,
    ]  # fmt: skip
    assert np.log(ours) == pytest.approx([first, second, product, first + second + product], abs=0.35)


def test_without_a_true_interaction_none_is_found_more_often_than_the_level_says():
    found = [
        biomarkers.two_markers(made_rows(121, seed, 0.5, 0.5), *PAIR, level=0.8)
        for seed in range(60)
    ]
    logs = np.log([one.ratio.hazard_ratio for one in found])
    assert logs.mean() == pytest.approx(0, abs=3.3 * logs.std() / math.sqrt(60))
    # 80 % intervals hold the truth, and P is uniform, give or take what 60 draws leave open
    kept = sum(one.ratio.lower < 1 < one.ratio.upper for one in found)
    assert stats.binomtest(kept, 60, 0.8).pvalue > 0.002
    assert stats.kstest([one.ratio_p for one in found], "uniform").pvalue > 0.002
    # the two of a kind: clear by its interval, and by its likelihood ratio test
    same = [(one.ratio_p < 0.2) == (not one.ratio.lower < 1 < one.ratio.upper) for one in found]
    assert np.mean(same) > 0.95


def test_the_groups_hang_together(patients):
    rows = biomarkers.pair_rows(patients, *PAIR)
    found = biomarkers.two_markers(rows, *PAIR)
    assert sum(g.n for g in found.groups) == found.n == len(rows)
    assert sum(g.events for g in found.groups) == found.events
    ratios = [g.ratio.hazard_ratio for g in found.groups[1:]]
    # the interaction is what the last group has beyond the product of the two others
    assert found.ratio.hazard_ratio == pytest.approx(ratios[2] / (ratios[0] * ratios[1]))
    within = found.first_where_bad.hazard_ratio / found.first_where_good.hazard_ratio
    assert found.ratio.hazard_ratio == pytest.approx(within)
    parts = [found.added[name].hazard_ratio for name in ("first", "second")]
    assert [g.added for g in found.groups] == pytest.approx([1, *parts, parts[0] * parts[1]])
    # limits, not only estimates, do not mind which group is called the first
    turned = biomarkers.two_markers(
        rows.rename(columns={"first": "second", "second": "first", "x": "y", "y": "x"}),
        "SII", "cd19_h_score",
    )  # fmt: skip
    for part in ("hazard_ratio", "lower", "upper", "p"):
        assert getattr(turned.ratio, part) == pytest.approx(getattr(found.ratio, part), rel=1e-6)
    assert turned.ratio_p == pytest.approx(found.ratio_p, rel=1e-6)
    assert turned.number_ratio.p == pytest.approx(found.number_ratio.p, rel=1e-6)
    assert [turned.groups[k].n for k in (0, 2, 1, 3)] == [g.n for g in found.groups]


def test_order_and_the_unit_of_time_do_not_matter(patients):
    rows = biomarkers.pair_rows(patients, *PAIR)
    found = biomarkers.two_markers(rows, *PAIR)
    other = rows.sample(frac=1, random_state=4).reset_index(drop=True)
    again = biomarkers.two_markers(other.assign(months=other["months"] * 3.7), *PAIR)
    for k in (1, 2, 3):
        assert again.groups[k].ratio.hazard_ratio == pytest.approx(
            found.groups[k].ratio.hazard_ratio, rel=1e-6
        )
    assert again.ratio_p == pytest.approx(found.ratio_p, rel=1e-6)
    assert again.correlation[1] == pytest.approx(found.correlation[1])


def test_a_wider_level_is_a_wider_interval_and_the_same_estimate(patients):
    rows = biomarkers.pair_rows(patients, *PAIR)
    narrow, wide = (biomarkers.two_markers(rows, *PAIR, level=v).ratio for v in (0.8, 0.99))
    assert narrow.hazard_ratio == wide.hazard_ratio and narrow.p == wide.p
    assert wide.lower < narrow.lower < narrow.upper < wide.upper


def test_empty_groups_and_no_events_give_no_estimate_and_no_traceback(patients):
    rows = biomarkers.pair_rows(patients, *PAIR)
    empty = biomarkers.two_markers(rows[:0], *PAIR)
    assert (empty.n, empty.events, empty.ratio, empty.correlation) == (0, 0, None, None)
    assert math.isnan(empty.ratio_p) and empty.added == {}
    without = rows[~((rows["first"] == 1) & (rows["second"] == 0))].reset_index(drop=True)
    lacking = biomarkers.two_markers(without, *PAIR)
    assert lacking.groups[1].n == 0 and lacking.ratio is None and lacking.groups[3].ratio is None
    # adding the two still has an answer
    assert set(lacking.added) == {"first", "second"}
    calm = biomarkers.two_markers(rows.assign(event=False), *PAIR)
    assert calm.events == 0 and calm.ratio is None and calm.alone == {}
    for found in (empty, lacking, calm):
        for words in (biomarkers.groups_of_four_reading, biomarkers.added_reading,
                      biomarkers.two_markers_report):  # fmt: skip
            assert words(found).endswith(".") and "nan" not in words(found)
        for page in (biomarkers.groups_of_four_page, biomarkers.added_page):
            assert "nan" not in page(found).to_string()


def test_who_is_unfavourable(patients):
    scores = patients["cd19_h_score"].astype(float)
    for cut in (0.2, 0.5, 0.8):
        low = biomarkers.is_unfavourable(patients, "cd19_h_score", cut)
        assert (low[scores <= scores.quantile(cut)] == 1).all()
        assert (low[scores > scores.quantile(cut)] == 0).all()
        assert (low.isna() == scores.isna()).all()
        # ties at the cut fall to the low side
        assert low.mean() == pytest.approx(cut, abs=0.05) and low.mean() >= cut - 1e-9
        high = biomarkers.is_unfavourable(patients, "spd_mm2", cut)
        assert high.mean() == pytest.approx(1 - cut, abs=0.05)
    shares = biomarkers.bad_shares("cd19_h_score", "SII", 0.3)
    assert shares == pytest.approx((0.3, 0.7))
    # as numbers, higher is worse, whatever the unit
    worse = biomarkers.toward_worse(patients, "cd19_h_score")
    scaled = biomarkers.toward_worse(patients.assign(cd19_h_score=scores / 3), "cd19_h_score")
    assert worse.corr(scores) == pytest.approx(-1) and worse.std() == pytest.approx(1)
    pd.testing.assert_series_equal(worse, scaled)
    for use in (biomarkers.is_unfavourable, biomarkers.marker_name):
        with pytest.raises(InputError, match="allowed"):
            use(*(("age",) if use is biomarkers.marker_name else (patients, "age")))
    with pytest.raises(InputError, match="two markers are needed"):
        biomarkers.pair_rows(patients, "SII", "SII")


# --- the worst of four ---


def test_p_of_the_worst_group_is_fair_where_nothing_is():
    found = [
        biomarkers.worst_of_four(made_rows(60, seed), *PAIR, n_deals=99, seed=seed)
        for seed in range(250)
    ]
    adjusted = np.array([one.adjusted for one in found])
    # P of a fair test is uniform on 1/100, 2/100, ...
    assert stats.kstest(adjusted - 0.005, "uniform").pvalue > 0.001
    assert np.mean(adjusted <= 0.1) == pytest.approx(0.1, abs=0.06)
    # P as if the group had been named beforehand is not
    assert np.mean([one.p < 0.1 for one in found]) > 0.17
    for one in found[:20]:
        assert sum(one.by_chance) == pytest.approx(1) and one.typical > 1
        assert one.adjusted >= 1 / 100


def test_a_worst_group_that_is_there_is_named_and_found():
    rows = made_rows(400, 3, product=1.2)
    found = biomarkers.worst_of_four(rows, *PAIR, n_deals=199)
    assert found.name == biomarkers.group_names(*PAIR)[3]
    assert found.hazard_ratio > 2 and found.adjusted == pytest.approx(1 / 200)
    assert found.hazard_ratio == pytest.approx(
        biomarkers.two_markers(rows, *PAIR).groups[3].rest.hazard_ratio, rel=1e-3
    )
    again = biomarkers.worst_of_four(rows, *PAIR, n_deals=199)
    assert vars(again) == vars(found)
    with pytest.raises(NoFiniteEstimate):
        biomarkers.worst_of_four(rows.assign(event=False), *PAIR, n_deals=9)


# --- worlds ---


def test_what_no_analysis_can_use_is_one_sentence(patients):
    rows = biomarkers.pair_rows(patients, *PAIR)
    printed = biomarkers.printed_responses()
    calls = {
        "arm is 'axi'": lambda: biomarkers.pair_rows(patients, *PAIR, arm="axi"),
        "arm is None": lambda: biomarkers.pair_rows(patients, *PAIR, arm=None),
        "a table from pair_rows": lambda: biomarkers.two_markers(patients, *PAIR),
        "rows must be a table": lambda: biomarkers.two_markers(None, *PAIR),
        "1 where unfavourable": lambda: biomarkers.two_markers(rows.assign(first=7), *PAIR),
        "n_deals is 0": lambda: biomarkers.worst_of_four(rows, *PAIR, n_deals=0),
        "level is 1": lambda: biomarkers.worst_of_four(rows, *PAIR, level=1),
        "level is 95": lambda: biomarkers.response_contrasts(printed["high"], printed["low"], 95),
        "level is 'a'": lambda: biomarkers.missing_bounds("a"),
        "level is 0": lambda: biomarkers.pair_trials((ADDED,), correlation=0.5, level=0),
        "one or more PairWorld": lambda: biomarkers.pair_trials((), correlation=0.5),
        "such as those": lambda: biomarkers.pair_trials((1,), correlation=0.5),
        "draws 0": lambda: biomarkers.half_screens(patients, draws=0),
        "arm is 'zz'": lambda: biomarkers.half_screens(patients, arm="zz"),
        "share is 2": lambda: biomarkers.missing_worlds(0.6, share=2),
        "n 1 and": lambda: biomarkers.missing_worlds(0.6, n=1),
    }
    for sentence, call in calls.items():
        with pytest.raises(InputError) as caught:
            call()
        assert sentence in str(caught.value)


# --- the model behind the virtual patients ---


@pytest.mark.parametrize("arm", ["axi-cel", "SOC"])
@pytest.mark.parametrize(
    ("pair", "cut"),
    [(PAIR, 0.5), (("gene_CD19", "ldh_elevated"), 0.3), (("cd19_h_score", "BPI"), 0.7)],
)
def test_cohorts_drawn_together_are_each_cut_as_if_alone(arm, pair, cut):
    months, event, columns, known = fresh_rows(*pair, arm=arm, cut=cut, n_cohorts=3, seed=6)
    assert months.shape == event.shape == known.shape == (3, EVEN_SIZE // 2)
    drawn = generate(3 * EVEN_SIZE, 6)
    for k in range(3):
        here = [part.iloc[k * 180 : (k + 1) * 180] for _, part in drawn.groupby("arm", sort=False)]
        rows = biomarkers.pair_rows(pd.concat(here), *pair, arm=arm, cut=cut)
        mine = known[k]
        assert 50 < mine.sum() == len(rows)
        np.testing.assert_array_equal(months[k][mine], rows["months"])
        np.testing.assert_array_equal(event[k][mine], rows["event"].astype(bool))
        np.testing.assert_array_equal(columns[k][mine], rows[["first", "second"]])
        # who lacks a marker is gone before anything happens
        assert not event[k][~mine].any() and not months[k][~mine].any()


def test_fresh_cohorts_scatter_about_the_truth_of_a_large_draw():
    found = biomarkers.fresh_pairs(*PAIR, n_cohorts=120, seed=3, large=60_000)
    table = found.table
    assert table["share"].sum() == pytest.approx(1)
    for row in table.iloc[1:].itertuples():
        assert row.lower < row.true < row.upper
    assert found.ratio_lower < found.ratio_true < found.ratio_upper
    true = table["true"].to_numpy()
    assert found.ratio_true == pytest.approx(true[3] / (true[1] * true[2]))
    added = table["added"].to_numpy()
    assert added[3] == pytest.approx(added[1] * added[2])
    # an own draw, and the model that R was held against
    rows = biomarkers.pair_rows(generate(40_000, 17), *PAIR)
    own = biomarkers.two_markers(rows, *PAIR)
    assert math.log(own.ratio.hazard_ratio / found.ratio_true) == pytest.approx(0, abs=0.12)
    assert [g.ratio.hazard_ratio for g in own.groups[1:]] == pytest.approx(list(true[1:]), rel=0.1)


# --- gene, protein, and what is missing ---


def test_missing_by_lot_or_by_marker_alone_does_no_harm():
    for ratio in (0.4, 0.6, 1.0, 1.8):
        table = biomarkers.missing_worlds(ratio, n=60_000, seed=2).set_index("way")
        assert np.log(table["hazard_ratio"].iloc[:2]).tolist() == pytest.approx(
            [math.log(ratio)] * 2, abs=0.05
        )
        # both together push to either side
        assert table["hazard_ratio"].iloc[3] > ratio * 1.15
        assert table["hazard_ratio"].iloc[4] < ratio / 1.15
        # by marker, the high are known more often, and early and late alike
        row = table.loc["low more often missing"]
        assert row["high_early"] == pytest.approx(row["high_late"], abs=0.02)
        assert row["high_early"] - row["low_early"] == pytest.approx(0.4, abs=0.03)
        assert table["known"].max() - table["known"].min() < 0.2
    none = biomarkers.missing_worlds(0.6, strength=0.0, n=20_000)
    assert none["hazard_ratio"].nunique() == 1
    for wrong in ({"hazard_ratio": 0}, {"hazard_ratio": 0.6, "strength": 0.5}):
        with pytest.raises(InputError, match="the ratio must be above 0"):
            biomarkers.missing_worlds(**wrong)


def test_gene_and_protein_do_not_mind_which_arm_is_asked_first(patients):
    found = biomarkers.both_measures(patients, "axi-cel")
    shuffled = biomarkers.both_measures(patients.sample(frac=1, random_state=2), "axi-cel")
    assert (found.n, found.events, found.agree) == (shuffled.n, shuffled.events, shuffled.agree)
    # a gene that is the protein agrees in everybody, and no model holds both
    twin = patients.assign(gene_CD19=patients["cd19_h_score"])
    same = biomarkers.both_measures(twin, "axi-cel")
    assert same.agree == same.n and same.both == {}
    assert same.alone["gene_CD19"].hazard_ratio == same.alone["cd19_h_score"].hazard_ratio


def test_two_noisy_measures_of_one_thing_both_stay_in_the_model():
    """What the page says of gene and protein: each corrects the other's noise."""
    rng = np.random.default_rng(6)
    n = 20_000
    truth = rng.standard_normal(n)
    time = rng.exponential(size=n) * np.exp(0.5 * truth)
    arm = pd.DataFrame({
        "arm": "axi-cel", "efs_months": np.minimum(time, 1.0), "efs_event": time <= 1.0,
        "gene_CD19": truth + rng.standard_normal(n), "cd19_h_score": truth + rng.standard_normal(n),
    })  # fmt: skip
    found = biomarkers.both_measures(arm, "axi-cel")
    for column in ("gene_CD19", "cd19_h_score"):
        alone, beside = found.alone[column].hazard_ratio, found.both[column].hazard_ratio
        assert alone < beside < 0.9 and found.both[column].p < 1e-6


def test_screens_of_a_half_find_by_chance_what_they_say(patients):
    found = biomarkers.half_screens(patients, draws=400, seed=2)
    assert [half.name for half in found] == ["all", "H-score high", "H-score low"]
    rng = np.random.default_rng(3)
    dealt = patients.copy()
    own = (dealt["arm"] == "axi-cel") & dealt["response"].notna()
    hits = []
    for _ in range(40):
        dealt.loc[own, "response"] = rng.permutation(patients.loc[own, "response"])
        hits.append(biomarkers.half_screens(dealt, draws=2)[1].below > 0)
    # deals of the whole arm, made here, against those of the half
    assert np.mean(hits) == pytest.approx(found[1].by_chance, abs=0.25)
    value, lower, upper, p = biomarkers.glycolysis_difference(found[1], found[2])
    turned = biomarkers.glycolysis_difference(found[2], found[1])
    assert value == pytest.approx(found[1].difference - found[2].difference)
    assert (-turned[0], -turned[2], -turned[1], turned[3]) == pytest.approx((value, lower, upper, p))
    assert (p < 0.05) == (lower > 0 or upper < 0)
