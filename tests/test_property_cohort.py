"""The generator, the scorecard's analyses and the annealing, against known truths."""

import numpy as np
import pandas as pd
import pytest

from secondline.cohort import (
    distortion,
    generate,
    high,
    index,
    read_cohort,
    read_targets,
    read_third_line,
)
from secondline.cohort import scorecard as hold_against
from secondline.cohort.analyses import analyse
from secondline.cohort.annealing import Schedule, anneal
from secondline.cohort.columns import CLUSTERS, signature_column
from secondline.cohort.distortion import concordance, deal
from secondline.cohort.generate import generate_third_line
from secondline.cohort.objective import ARMS, Objective


def target(name):
    return next(t for t in read_targets() if t.id == name)


@pytest.fixture(scope="module")
def population():
    return generate(60_000, 3)


# hazard ratios that large samples of the model have: within a tenth of the printed ones
@pytest.mark.parametrize("name", [
    "spd-axi-hazard", "spd-soc-hazard", "ldh-axi-hazard", "ldh-soc-hazard", "spd-high-arms-hr",
    "spd-low-arms-hr", "ldh-high-arms-hr", "ldh-normal-arms-hr", "hgbl-axi-hazard",
    "hgbl-soc-hazard", "efs-hr",
])  # fmt: skip
def test_a_large_population_has_the_printed_hazard_ratios(population, name):
    wanted = target(name)
    found = analyse(population, wanted)
    assert np.log(found.value) == pytest.approx(np.log(wanted.value), abs=0.1)


def test_a_large_population_has_the_printed_shares(population):
    for name in ("efs-24m-axi", "efs-24m-soc"):
        assert analyse(population, target(name)).value == pytest.approx(target(name).value, abs=1.0)


def test_the_product_has_nothing_to_do_with_the_tumour(population):
    rows = population[population["arm"] == "axi-cel"]
    for cluster in CLUSTERS:
        values = index(rows, cluster)
        both = values.notna()
        r = values[both].corr(rows.loc[both, "ccr7_cd45ra_share"], method="spearman")
        assert abs(r) < 0.03


# --- indices -----------------------------------------------------------------------------


@pytest.mark.parametrize("cluster", list(CLUSTERS))
def test_an_index_is_the_root_mean_square(cluster):
    table = read_cohort("virtual")
    columns = [signature_column(name) for name in CLUSTERS[cluster]]
    values = table[columns].to_numpy(dtype=float)
    known = ~np.isnan(values).any(axis=1)
    np.testing.assert_allclose(
        index(table, cluster)[known], np.sqrt((values[known] ** 2).mean(axis=1)), rtol=1e-12
    )
    assert index(table, cluster)[~known].isna().all()
    # one score missing: no index
    table.loc[np.flatnonzero(known)[0], columns[0]] = np.nan
    assert np.isnan(index(table, cluster)[np.flatnonzero(known)[0]])


def test_halves_by_the_median_are_halves():
    table = read_cohort("virtual")
    level = high(table, "sig_b_cells")
    assert level.sum() == level.notna().sum() // 2


# --- analyses ----------------------------------------------------------------------------


def test_analyses_see_effects_that_were_planted():
    table = read_cohort("virtual")
    rng = np.random.default_rng(1)
    rows = table["sig_b_cells"].notna() & (table["arm"] == "axi-cel")
    # the same scores, in the order of event-free time but for some noise
    order = np.log(table.loc[rows, "efs_months"]) + 0.3 * rng.standard_normal(rows.sum())
    table.loc[rows, "sig_b_cells"] = np.sort(table.loc[rows, "sig_b_cells"])[
        order.rank().astype(int) - 1
    ]
    found, before = (analyse(t, target("b-cells-efs-axi")) for t in (table, read_cohort()))
    assert found.value < 1e-3 * before.value
    assert found.side == "below 1"
    assert analyse(table, target("b-cells-ongoing-axi")).side == "higher"


# --- objective and annealing -------------------------------------------------------------


@pytest.fixture
def objective():
    """The shipped cohort, taken apart into patients and records."""
    table = read_cohort("virtual")
    patient = {}
    for arm in ARMS:
        own = table[table["arm"] == arm].reset_index(drop=True)
        patient[arm] = own["efs_months"].argsort(kind="stable").to_numpy()
    return Objective(table, table, read_targets(), patient)


def test_the_objective_computes_what_the_analyses_compute(objective):
    """Two implementations: all columns of a family at once, and one target after the other."""
    table, s = read_cohort("virtual"), objective.statistics()
    compared = 0
    for t in read_targets():
        kind = {"levels": "efs", "durations": "dor"}.get(t.analysis)
        if kind and t.part in ("hazard ratio", "P"):
            place = objective._levels[t.arm][kind][4][(t.marker, t.subset)]
            beta, _, _, strength = (v[place] for v in s[(t.arm, kind)])
        elif t.analysis == "arms" and t.level != "all" and t.part in ("hazard ratio", "P"):
            beta, _, _, strength = (
                v[objective._strata.index((t.marker, t.level))] for v in s[("arms", "efs")]
            )
        else:
            continue
        found = analyse(table, t).value
        expected = np.exp(beta) if t.part == "hazard ratio" else 10**-strength
        # no ties, and Newton's steps from zero
        assert found == pytest.approx(expected, rel=2e-4), t.id
        compared += 1
    assert compared > 60
    for t in read_targets():
        if t.analysis == "ongoing" and t.part == "P" and t.arm == "axi-cel" and not t.subset:
            z, strength = (v[objective._ranked.index(t.marker)] for v in s[("axi-cel", "rank")])
            assert analyse(table, t).value == pytest.approx(10**-strength, rel=1e-3)


def test_a_swap_that_is_undone_leaves_no_trace(objective):
    before = objective.penalty()
    kept = {arm: objective.patient[arm].copy() for arm in ARMS}
    objective.swap("SOC", 3, 150)
    moved = objective.penalty()
    assert moved != before
    objective.undo()
    for arm in ARMS:
        assert (objective.patient[arm] == kept[arm]).all()
    assert objective.penalty() == pytest.approx(before, abs=1e-3)


def test_annealing_comes_nearer_and_keeps_to_the_groups(objective):
    rng = np.random.default_rng(7)
    groups = {}
    for arm in ARMS:
        # who is profiled stays so: records keep to their group
        groups[arm] = objective.markers.loc[objective.mine[arm], "expression"].to_numpy(int)[
            objective.patient[arm]
        ]
        # stir the shipped cohort first
        for group in (0, 1):
            rows = np.flatnonzero(groups[arm] == group)
            objective.patient[arm][rows] = objective.patient[arm][rng.permutation(rows)]
    profiled = {
        arm: objective.markers.loc[objective.mine[arm], "expression"].to_numpy(int) for arm in ARMS
    }
    done = anneal(objective, groups, np.random.default_rng(1), Schedule(steps=1_500))
    assert done.reached < 0.5 * done.started
    assert sum(objective.penalties().values()) == pytest.approx(done.reached, rel=0.02)
    for arm in ARMS:
        assert sorted(done.patient[arm]) == list(range(len(done.patient[arm])))
        assert (profiled[arm][done.patient[arm]] == groups[arm]).all()


# --- what annealing distorts -------------------------------------------------------------


def test_concordance_knows_order_and_chance():
    rng = np.random.default_rng(2)
    table = read_cohort("virtual")
    chance = table.copy()
    rows = chance["arm"] == "axi-cel"
    order = rng.permutation(np.flatnonzero(rows))
    outcome = ["efs_months", "efs_event"]
    chance.loc[rows, outcome] = chance.iloc[order][outcome].to_numpy()
    assert 0.5 < concordance(chance, "axi-cel") < 0.62
    sure = table.copy()
    sure["sig_b_cells"] = np.log(sure["efs_months"]) + 0.2 * rng.standard_normal(len(sure))
    assert concordance(sure, "axi-cel") > 0.9


def test_distortion_counts_what_the_scorecard_counts():
    table = read_cohort("virtual")
    later = read_third_line()
    found = distortion(table, later, draws=2, n=359, seed=5)
    again = hold_against(generate(359, 6), generate_third_line(6))
    met = sum(row.met for row in again.rows if row.target.part != "count")
    assert found.drawn_met[1] == met
    assert found.drawn["SOC"][1] == concordance(generate(359, 6), "SOC")
    assert found.possible == sum(t.part != "count" for t in read_targets())
    # the shipped cohort's score is that of its scorecard, less the counts
    card = hold_against(table, later)
    assert found.met == sum(row.met for row in card.rows if row.target.part != "count")
    for arm in ARMS:
        assert found.share_above(arm) in (0, 0.5, 1)
    # half of the list comes from the patients alone, or is met by nearly any cohort
    assert 0.3 * found.possible < found.dealt_met.mean() < 0.7 * found.possible


def test_records_dealt_anew_stay_whole_and_tell_nothing():
    table = read_cohort("virtual")
    dealt = deal(table, np.random.default_rng(3))
    records = ["efs_months", "efs_event", "response", "best_response", "dor_months", "dor_event"]
    for _, rows in table.groupby(["arm", "expression"]):
        before, after = (t.loc[rows.index, records].astype(str) for t in (table, dealt))
        assert sorted(map(tuple, before.to_numpy())) == sorted(map(tuple, after.to_numpy()))
    unmoved = table.columns.difference([*records, "treated", "infusion_months"])
    pd.testing.assert_frame_equal(dealt[unmoved], table[unmoved])
    rng = np.random.default_rng(4)
    p = [analyse(deal(table, rng), target("b-cells-efs-axi")).value for _ in range(60)]
    assert 0.3 < np.median(p) < 0.7
