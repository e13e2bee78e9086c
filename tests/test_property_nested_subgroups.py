"""What must hold of nested subgroups, their errors, looks and clocks; known truths are found."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline import biomarkers
from secondline.cohort import read_cohort
from secondline.errors import InputError, NoFiniteEstimate

ratios = st.floats(0.1, 10).filter(lambda h: abs(math.log(h)) > 0.01)
alphas = st.floats(0.001, 0.4)


@pytest.fixture(scope="module")
def patients():
    return read_cohort("virtual")


@given(ratios, st.floats(4, 3000), st.floats(0.1, 0.9), alphas)
def test_errors_are_bounded_and_the_same_for_harm_and_benefit(h, events, share, alpha):
    found = biomarkers.design_errors(h, events, share=share, alpha=alpha)
    turned = biomarkers.design_errors(1 / h, events, share=1 - share, alpha=alpha)
    assert found.power == pytest.approx(turned.power, rel=1e-9)
    assert found.exaggeration == pytest.approx(turned.exaggeration, rel=1e-9)
    assert alpha <= found.power + 1e-12 and found.power <= 1 + 1e-12
    assert 0 <= found.wrong_sign < 0.5
    # the mean of what lies beyond a limit is never below the mean of all
    assert found.exaggeration >= 1 - 1e-9
    # and what is reported lies on the true side, further out
    assert abs(math.log(found.typical)) >= abs(math.log(h)) * (1 - 1e-9)


@given(ratios, st.floats(4, 500), st.floats(1.1, 4), alphas)
def test_more_events_mean_more_power_and_smaller_errors(h, events, times, alpha):
    few = biomarkers.design_errors(h, events, alpha=alpha)
    many = biomarkers.design_errors(h, events * times, alpha=alpha)
    assert many.power >= few.power - 1e-12
    assert many.wrong_sign <= few.wrong_sign + 1e-12
    assert many.exaggeration <= few.exaggeration + 1e-9


def test_no_events_no_errors_and_no_smallest_effect():
    for bad in ({"hazard_ratio": 1.0, "events": 10}, {"hazard_ratio": -1, "events": 10},
                {"hazard_ratio": 0.5, "events": 0}):  # fmt: skip
        with pytest.raises(InputError):
            biomarkers.design_errors(**bad)
    with pytest.raises(InputError):
        biomarkers.design_errors(0.5, 10, alpha=1.0)
    assert math.isnan(biomarkers.smallest_effect(0))
    assert math.isnan(biomarkers.smallest_effect(10, share=0.0))


@given(st.integers(5, 2000), st.floats(0.2, 0.8))
def test_the_smallest_effect_has_the_power_that_it_says(events, share):
    h = biomarkers.smallest_effect(events, share=share)
    assert 0 < h < 1
    assert biomarkers.design_errors(h, events, share=share).power == pytest.approx(0.8, abs=1e-6)


@settings(max_examples=8)
@given(st.floats(0.6, 0.9), st.integers(0, 1000))
def test_the_simulation_meets_the_formulas(h, seed):
    """They take the two groups' events as equal, which strong effects make untrue."""
    found = biomarkers.nesting(h, n_trials=3000, seed=seed).table
    whole = found.iloc[0]
    assert whole["power"] == pytest.approx(whole["power_formula"], abs=0.05)
    assert whole["spread"] == pytest.approx(whole["expected"], rel=0.06)
    assert whole["exaggeration"] == pytest.approx(whole["exaggeration_formula"], rel=0.12)
    assert (np.diff(found["spread"]) > 0).all()
    assert (np.diff(found["reversed"]) > 0).all()


def test_the_simulation_without_an_effect_is_significant_at_its_level():
    found = biomarkers.nesting(1.0, n_trials=4000, level=0.9, seed=3).table
    assert found["power"].iloc[0] == pytest.approx(0.1, abs=0.02)
    assert found["reversed"].isna().sum() == 0 and found["exaggeration"].isna().all()
    with pytest.raises(InputError, match="8 patients"):
        biomarkers.nesting(0.7, n=40)
    with pytest.raises(InputError, match="event_share"):
        biomarkers.nesting(0.7, event_share=1.5)


def made(n, effect, *, seed=5, link=0.0):
    """A large arm with a known effect of the share at each level of SII (high, low)."""
    rng = np.random.default_rng(seed)
    bad = rng.integers(0, 2, n)
    share = rng.beta(2, 5, n)
    high = share > np.median(share)
    log_hazard = np.where(bad == 1, effect[0], effect[1]) * high + 0.4 * bad
    months = rng.standard_exponential(n) / (0.05 * np.exp(log_hazard))
    return pd.DataFrame({
        "months": np.minimum(months, 30), "event": months < 30, "infusion": 1.0, "share": share,
        "bad": bad.astype(float), "worse": np.nan, "high": high.astype(float),
    })  # fmt: skip


def test_a_known_interaction_is_found():
    found = biomarkers.product_by_marker(made(20_000, (-0.7, -0.2)), "SII")
    assert math.log(found.unfavourable.effect.hazard_ratio) == pytest.approx(-0.7, abs=0.08)
    assert math.log(found.favourable.effect.hazard_ratio) == pytest.approx(-0.2, abs=0.08)
    assert math.log(found.ratio.hazard_ratio) == pytest.approx(-0.5, abs=0.1)
    assert math.log(found.marker_at_low.hazard_ratio) == pytest.approx(0.4, abs=0.08)
    assert math.log(found.marker_at_high.hazard_ratio) == pytest.approx(-0.1, abs=0.08)
    assert sum(cell.n for cell in found.cells) == 20_000
    assert sum(cell.events for cell in found.cells) == (
        found.unfavourable.events + found.favourable.events
    )
    # the same rows with the levels' names changed turn the ratio round
    rows = made(20_000, (-0.7, -0.2))
    turned = biomarkers.product_by_marker(rows.assign(bad=1 - rows["bad"]), "SII")
    assert turned.ratio.hazard_ratio == pytest.approx(1 / found.ratio.hazard_ratio, rel=1e-6)
    assert turned.marker_at_high.hazard_ratio == pytest.approx(
        1 / found.marker_at_high.hazard_ratio, rel=1e-6
    )


def test_nested_steps_shrink_and_add_up(patients):
    for marker in biomarkers.UNFAVOURABLE:
        rows = biomarkers.product_rows(patients, marker)
        steps = biomarkers.nested_steps(rows, marker)
        levels = biomarkers.product_by_marker(rows, marker)
        assert [s.n for s in steps] == sorted((s.n for s in steps), reverse=True)
        assert levels.unfavourable.n + levels.favourable.n == steps[2].n
        assert levels.unfavourable.events + levels.favourable.events == steps[2].events
        for s in steps[1:]:
            assert s.effect.lower < s.effect.hazard_ratio < s.effect.upper
            assert 0 < s.n_high < s.n and s.events_high <= s.events


def test_cuts_follow_the_quantile_and_the_group(patients):
    for cut in (0.2, 0.5, 0.8):
        rows = biomarkers.product_rows(patients, "SII", cut=cut)
        assert rows["high"].mean() == pytest.approx(1 - cut, abs=0.01)
        within = biomarkers.product_rows(patients, "SII", cut=cut, cut_within=True)
        for _, part in within.groupby("bad"):
            assert part["high"].mean() == pytest.approx(1 - cut, abs=0.02)
    with pytest.raises(InputError, match="cut is"):
        biomarkers.product_rows(patients, "SII", cut=1.0)
    with pytest.raises(InputError, match="marker is"):
        biomarkers.product_rows(patients, "age")


def test_from_infusion_is_the_time_less_the_wait(patients):
    whole = biomarkers.product_rows(patients, "SII")
    late = biomarkers.product_rows(patients, "SII", from_infusion=True)
    assert (whole["months"] - whole["infusion"]).to_numpy() == pytest.approx(
        late["months"].to_numpy()
    )
    # who had the event before, or was never infused, has no time
    changed = patients.copy()
    axi = changed.index[changed["arm"] == "axi-cel"]
    changed.loc[axi[0], "infusion_months"] = np.nan
    changed.loc[axi[1], "infusion_months"] = changed.loc[axi[1], "efs_months"] + 1
    late = biomarkers.product_rows(changed, "SII", from_infusion=True)
    assert late["months"].isna().tolist()[:3] == [True, True, False]
    found = biomarkers.clocks(changed, biomarkers.product_rows(changed, "SII"))
    assert found.not_infused == 1 and found.n == 180
    lost = changed.loc[axi[:2], "efs_event"].sum()
    assert found.before == lost


def test_looks_find_nothing_where_products_are_drawn_by_lot(patients):
    """Over cohorts with shuffled products the adjusted P of the best look is below 0.2 in 20 %."""
    rng = np.random.default_rng(8)
    axi = patients["arm"] == "axi-cel"
    best = []
    for seed in range(150):
        mixed = patients.copy()
        mixed.loc[axi, "ccr7_cd45ra_share"] = rng.permutation(
            patients.loc[axi, "ccr7_cd45ra_share"].to_numpy()
        )
        best.append(biomarkers.looks(mixed, n_shuffles=99, seed=seed).table["adjusted"].min())
    assert np.mean(np.array(best) <= 0.2) == pytest.approx(0.2, abs=0.09)


def test_looks_agree_with_single_models_and_correct_for_their_number(patients):
    found = biomarkers.looks(patients, n_shuffles=500)
    table = found.table.set_index("name")
    rows = biomarkers.product_rows(patients, "SII")
    steps = biomarkers.nested_steps(rows, "SII")
    assert table.loc["all with a product", "p"] == pytest.approx(steps[1].effect.p, rel=1e-6)
    assert table.loc["SII high", "hazard_ratio"] == pytest.approx(
        steps[3].effect.hazard_ratio, rel=1e-6
    )
    assert (table["adjusted"] >= table["p"]).all()
    assert table["adjusted"].rank().corr(table["p"].rank()) > 0.95
    # overlap makes fewer looks of them, but more than one
    assert found.alpha < found.any_significant < found.independent
    # the order of patients does not matter to what was seen
    again = biomarkers.looks(patients.sample(frac=1, random_state=2), n_shuffles=50)
    assert again.table["p"].to_numpy() == pytest.approx(found.table["p"].to_numpy(), rel=1e-9)


def test_waiting_makes_a_benefit_of_nothing_and_a_landmark_takes_it_away():
    waits = [biomarkers.waiting(m, n=40_000, seed=4) for m in (0.25, 1.0, 3.0)]
    assert [w.infused_only for w in waits] == sorted((w.infused_only for w in waits), reverse=True)
    assert waits[-1].infused_only < 0.8
    for w in waits:
        assert w.randomised == pytest.approx(1, abs=0.03)
        assert w.landmark == pytest.approx(1, abs=0.03)
        # those with an event before the landmark are not in it
        assert w.landmark != w.randomised
        assert w.landmark_months == pytest.approx(w.median_wait * math.exp(0.3 * 1.644854), rel=1e-5)
        assert w.free_infused > w.free_randomised
    # lymphomas of one pace have no memory: from infusion they are as from randomisation
    alike = biomarkers.waiting(2.0, pace=0.0, n=100_000, seed=4)
    assert alike.free_from_infusion == pytest.approx(alike.free_randomised, abs=0.6)
    unlike = biomarkers.waiting(2.0, pace=1.0, n=100_000, seed=4)
    assert unlike.free_from_infusion > unlike.free_randomised + 2
    # the share not infused is the chance that an exponential beats the wait
    assert alike.not_infused == pytest.approx(1 - 2 ** (-2.0 / 6.0), abs=0.02)
    with pytest.raises(InputError):
        biomarkers.waiting(0)


def test_fresh_cohorts_show_the_model_where_it_acts():
    found = biomarkers.fresh_cohorts("cd19_h_score", n_cohorts=60, seed=3, large=60_000)
    low, other = found.table.iloc[1], found.table.iloc[2]
    # the model's product acts where CD19 protein is low, and nowhere else
    assert low["true"] < 0.75
    assert other["true"] == pytest.approx(1, abs=0.09)
    assert found.ratio_true < 0.8
    assert low["lower"] < low["true"] < low["upper"]
    assert low["power"] > other["power"]
    assert found.ratio_power < low["power"] + 0.05


def test_a_cohort_without_products_gives_empty_pages_and_sentences(patients):
    none = patients.drop(columns=["ccr7_cd45ra_share", "spd_mm2"])
    rows = biomarkers.product_rows(none, "SII")
    steps = biomarkers.nested_steps(rows, "SII")
    assert [s.n for s in steps] == [180, 0, 0, 0, 0]
    levels = biomarkers.product_by_marker(rows, "SII")
    assert levels.ratio is None
    assert biomarkers.share_models(rows, "SII") == ()
    assert biomarkers.share_and_others(none).empty
    with pytest.raises(NoFiniteEstimate):
        biomarkers.looks(none)
    for page in (biomarkers.by_marker_page(levels), biomarkers.cells_page(levels),
                 biomarkers.errors_page(steps, 0.7, 0.05), biomarkers.looks_page(None)):  # fmt: skip
        assert list(page.columns) == ["Nothing to show"]
    assert "no product" in biomarkers.by_marker_reading(levels, 0.95)
    assert "no product" in biomarkers.product_report(levels, None, 0.95)


def test_groups_without_events_have_no_estimate_and_are_said_so():
    rows = made(200, (0.0, 0.0))
    rows.loc[(rows["bad"] == 1) & (rows["high"] == 1), "event"] = False
    levels = biomarkers.product_by_marker(rows, "SII")
    assert levels.ratio is None and levels.unfavourable.effect is None
    assert "no events" in biomarkers.by_marker_reading(levels, 0.95)
    assert "no events" in biomarkers.overcome_reading(levels, 0.95)
    assert biomarkers.by_marker_page(levels).iloc[0, 3] == "–"
