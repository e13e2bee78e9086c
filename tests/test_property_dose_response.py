"""Curves along a marker: known truths found again, limits, invariances, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline import biomarkers
from secondline.errors import InputError, NoFiniteEstimate
from secondline.survival import cox_model


def cohort(n=600, seed=1, *, hazard=lambda x, arm: 0.3 * x - 0.7 * arm,
           odds=lambda x, arm: 0.3 - 0.5 * x * (1 - arm)):  # fmt: skip
    """Patients with a marker of log-normal size; x is its distance from 2000 in doublings."""
    rng = np.random.default_rng(seed)
    arm = np.tile([0, 1], n // 2)
    spd = np.round(2 ** (np.log2(2000) + 1.3 * rng.standard_normal(n)))
    x = np.log2(spd / 2000)
    time = rng.exponential(size=n) / np.exp(hazard(x, arm)) * 6
    limit = rng.uniform(8, 40, n)
    complete = rng.random(n) < 1 / (1 + np.exp(-odds(x, arm)))
    return pd.DataFrame({
        "arm": np.where(arm == 1, "axi-cel", "SOC"), "spd_mm2": spd,
        "ldh_u_per_l": np.round(400 * 2 ** (0.3 * x + 0.6 * rng.standard_normal(n))),
        "ldh_elevated": pd.Series(rng.random(n) < 0.5, dtype=object),
        "efs_months": np.minimum(time, limit), "efs_event": time <= limit,
        "best_response": np.where(complete, "CR", "PD"),
    })  # fmt: skip


@settings(max_examples=40)
@given(st.integers(3, 7), st.integers(0, 10_000))
def test_the_basis_spans_straight_lines_and_is_straight_beyond_its_ends(knots, seed):
    rng = np.random.default_rng(seed)
    places = np.cumsum(rng.uniform(0.2, 2, knots))
    # at the knots each column is one once
    at_knots = biomarkers.spline_basis(places, places)
    np.testing.assert_allclose(at_knots, np.eye(knots)[:, 1:], atol=1e-12)
    x = np.linspace(places[0] - 5, places[-1] + 5, 200)
    basis = np.column_stack([np.ones(len(x)), biomarkers.spline_basis(x, places)])
    for line in (np.ones(len(x)), 3 - 2 * x):
        weights, *_ = np.linalg.lstsq(basis, line, rcond=None)
        np.testing.assert_allclose(basis @ weights, line, atol=1e-8)
    for end in (x < places[0], x > places[-1]):
        second = np.diff(biomarkers.spline_basis(x[end], places), n=2, axis=0)
        np.testing.assert_allclose(second, 0, atol=1e-9)
    # smooth at the knots: slopes from both sides agree
    step = 1e-6
    before = biomarkers.spline_basis(places, places) - biomarkers.spline_basis(places - step, places)
    after = biomarkers.spline_basis(places + step, places) - biomarkers.spline_basis(places, places)
    np.testing.assert_allclose(before, after, atol=1e-8)


def test_a_straight_truth_and_its_interaction_are_found():
    patients = cohort(4000, hazard=lambda x, arm: 0.25 * x * (1 - arm) - 0.8 * arm)
    soc, axi, both = (
        biomarkers.hazard_curve(patients, "spd_mm2", arm) for arm in ("SOC", "axi-cel", "both")
    )
    assert np.log(soc.per_doubling.hazard_ratio) == pytest.approx(0.25, abs=0.06)
    assert np.log(axi.per_doubling.hazard_ratio) == pytest.approx(0, abs=0.06)
    assert np.log(both.per_doubling.hazard_ratio) == pytest.approx(-0.25, abs=0.08)
    assert soc.p_any < 1e-6 and both.p_any < 1e-4
    truth = np.exp(-0.8 - 0.25 * np.log2(both.at / 2000))
    assert np.abs(np.log(both.hazard_ratio / truth)).max() < 0.35


def test_a_bend_is_found_where_there_is_one_and_rarely_where_there_is_none():
    bent = cohort(2400, hazard=lambda x, arm: 0.5 * np.abs(x))
    found = biomarkers.hazard_curve(bent, "spd_mm2", "SOC", knots=5)
    assert found.p_bend < 1e-4
    assert found.per_doubling.p > 0.001  # the straight line sees nothing to speak of
    truth = np.exp(0.5 * np.abs(np.log2(found.at / 2000)) - 0.5 * abs(np.log2(found.reference / 2000)))
    assert np.abs(np.log(found.hazard_ratio / truth)).max() < 0.4


def test_without_a_bend_its_p_is_fair_and_limits_hold_the_truth_as_often_as_they_say():
    p, inside = [], []
    for seed in range(120):
        patients = cohort(200, seed, hazard=lambda x, arm: 0.3 * x)
        found = biomarkers.hazard_curve(patients, "spd_mm2", "SOC")
        truth = 0.3 * np.log2(found.at / found.reference)
        held = (np.log(found.lower) < truth) & (truth < np.log(found.upper))
        p.append(found.p_bend)
        inside.append(held[[5, 20, 60, 75]])
    # uniform if fair: 6 of 120 below 0.05 are expected
    assert 1 <= np.sum(np.array(p) < 0.05) <= 15
    assert 0.35 < np.mean(p) < 0.65
    assert 0.91 < np.mean(inside) < 0.985


def test_limits_widen_with_the_level_and_the_reference_has_none():
    patients = cohort(300)
    narrow, wide = (
        biomarkers.hazard_curve(patients, "spd_mm2", "SOC", level=level) for level in (0.8, 0.99)
    )
    away = np.abs(np.log2(narrow.at / narrow.reference)) > 0.2
    assert (wide.lower[away] < narrow.lower[away]).all()
    assert (wide.upper[away] > narrow.upper[away]).all()
    np.testing.assert_allclose(wide.hazard_ratio, narrow.hazard_ratio)
    assert narrow.read(narrow.reference)[0] == pytest.approx(1, abs=0.01)
    assert narrow.reference == pytest.approx(2 ** np.log2(patients["spd_mm2"]).median())


def test_another_unit_moves_the_axis_and_nothing_else():
    patients = cohort(300)
    scaled = patients.assign(spd_mm2=patients["spd_mm2"] / 100)
    for arm in ("SOC", "both"):
        one, other = (biomarkers.hazard_curve(t, "spd_mm2", arm) for t in (patients, scaled))
        np.testing.assert_allclose(other.at, one.at / 100)
        np.testing.assert_allclose(other.hazard_ratio, one.hazard_ratio, rtol=1e-6)
        assert other.p_bend == pytest.approx(one.p_bend, rel=1e-5)
    one, other = (biomarkers.response_curve(t, "spd_mm2", "SOC") for t in (patients, scaled))
    assert other.odds_ratio == pytest.approx(one.odds_ratio, rel=1e-6)
    shuffled = patients.sample(frac=1, random_state=3)
    again = biomarkers.hazard_curve(shuffled, "spd_mm2", "both")
    np.testing.assert_allclose(
        again.upper, biomarkers.hazard_curve(patients, "spd_mm2", "both").upper, rtol=1e-6
    )


def test_a_curve_of_response_finds_its_truth_and_is_calibrated():
    patients = cohort(4000, odds=lambda x, arm: 0.3 - 0.5 * x * (1 - arm))
    soc = biomarkers.response_curve(patients, "spd_mm2", "SOC")
    assert np.log(soc.odds_ratio) == pytest.approx(-0.5, abs=0.12)
    truth = 1 / (1 + np.exp(-(0.3 - 0.5 * np.log2(soc.at / 2000))))
    assert ((soc.share_lower < truth) & (truth < soc.share_upper)).mean() > 0.9
    # the model's expected cases are the observed ones (score equation of the intercept)
    assert (soc.groups["expected"] * soc.groups["n"]).sum() == pytest.approx(soc.cases)
    assert soc.groups["n"].sum() == soc.n and soc.groups["cases"].sum() == soc.cases
    assert soc.groups["middle"].is_monotonic_increasing
    ratio = biomarkers.response_interaction(patients, "spd_mm2")
    assert np.log(ratio.hazard_ratio) == pytest.approx(0.5, abs=0.15)
    # the interaction is the ratio of the arms' own odds ratios
    axi = biomarkers.response_curve(patients, "spd_mm2", "axi-cel")
    assert ratio.hazard_ratio == pytest.approx(axi.odds_ratio / soc.odds_ratio, rel=1e-5)
    bent = cohort(4000, odds=lambda x, arm: 1 - np.abs(x))
    assert biomarkers.response_curve(bent, "spd_mm2", "SOC").p_bend < 1e-4
    # a straight curve cannot be right for it, and the fifths say so
    groups = biomarkers.response_curve(bent, "spd_mm2", "SOC").groups
    assert groups.eval("expected < lower or expected > upper").sum() >= 2


def test_patients_without_assessment_are_left_out_or_count_as_no_response():
    patients = cohort(300)
    gone = (patients["arm"] == "SOC").to_numpy() & (np.arange(300) % 5 == 0)
    patients.loc[gone, "best_response"] = np.nan
    out, none = (
        biomarkers.response_curve(patients, "spd_mm2", "SOC", unassessed=way)
        for way in biomarkers.UNASSESSED
    )
    assert none.n - out.n == gone.sum()
    assert none.cases == out.cases


def test_joint_effects_apart_and_together():
    """The rule for printed numbers gives what one model gives, in a large cohort of halves."""
    rng = np.random.default_rng(4)
    n = 16_000
    z = rng.multivariate_normal([0, 0], [[1, 0.45], [0.45, 1]], n)
    halves = (z > 0) * 1.0
    time = rng.exponential(size=n) / np.exp(halves @ [0.3, 0.35])
    table = pd.DataFrame({"a": halves[:, 0], "b": halves[:, 1], "efs_months": np.minimum(time, 2),
                          "efs_event": time <= 2})  # fmt: skip
    from secondline.effects import EffectEstimate

    apart = []
    for name in ("a", "b"):
        fit = cox_model(table, (name,))
        apart.append(EffectEstimate(float(fit.hazard_ratio[0]), float(fit.se[0])))
    model = cox_model(table, ("a", "b"))
    overlap = np.corrcoef(halves.T)[0, 1]
    joint = biomarkers.joint_effects(*apart, overlap)
    for ours, beta, se in zip(
        (joint.first, joint.second), model.log_hazard_ratio, model.se, strict=True
    ):
        assert ours.log == pytest.approx(beta, abs=0.01)
        assert ours.standard_error == pytest.approx(se, rel=0.02)
    spearman = 6 / np.pi * np.arcsin(0.45 / 2)
    assert biomarkers.normal_correlation(spearman) == pytest.approx(0.45)
    assert biomarkers.division_overlap(spearman) == pytest.approx(overlap, abs=0.02)


def test_markers_without_overlap_keep_their_effects():
    from secondline.effects import EffectEstimate

    one, two = EffectEstimate(1.5, 0.2), EffectEstimate(0.8, 0.1)
    joint = biomarkers.joint_effects(one, two, 0.0)
    assert (joint.first, joint.second) == (one, two)
    for wrong in (1.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="overlap"):
            biomarkers.joint_effects(one, two, wrong)


def test_implied_patients_come_back_from_their_own_p():
    from scipy import stats

    for n in (20, 158, 900):
        r = 0.3
        p = 2 * stats.t.sf(r * np.sqrt((n - 2) / (1 - r * r)), n - 2)
        value, low, high = biomarkers.implied_patients("0.30", f"{p:.6e}")
        assert value == pytest.approx(n, rel=1e-4)
        assert low < n < high
    with pytest.raises(InputError, match="between 0 and 1"):
        biomarkers.implied_patients("1.2", "0.01")


def test_two_in_one_model_find_which_marker_matters():
    patients = cohort(3000, hazard=lambda x, arm: 0.4 * x)
    found = biomarkers.together(patients, "SOC")
    # LDH matters apart, through SPD, and not beside it
    assert found.alone["ldh_u_per_l"].p < 1e-6
    assert found.added_p["ldh_u_per_l"] > 0.001
    assert abs(found.left("ldh_u_per_l")) < 0.35
    assert found.left("spd_mm2") == pytest.approx(1, abs=0.15)


def test_power_of_numbers_and_halves():
    table = biomarkers.split_power(146, 1.51, 0.85, draws=3000, seed=5).set_index("shape")
    assert table.loc["straight", "found"] == pytest.approx(1.5, abs=0.05)
    # noncentrality of halves is 2 / pi of that of the number
    from scipy import stats

    def z(power):
        return stats.norm.ppf(power) + stats.norm.ppf(0.975)

    kept = (z(table.loc["straight", "halves"]) / z(table.loc["straight", "number"])) ** 2
    assert kept == pytest.approx(biomarkers.KEPT_BY_HALVES, abs=0.06)
    assert table.loc["a step at the median", "halves"] > table.loc["a step at the median", "number"]
    assert table.loc["a step at the top quarter", "quarter"] > 0.85
    error = 4 * np.sqrt(0.05 * 0.95 / 3000)
    for way in ("number", "halves", "quarter"):
        assert table.loc["none", way] == pytest.approx(0.05, abs=error)
    with pytest.raises(InputError, match="event_share"):
        biomarkers.split_power(100, 1.5, 1.0, draws=10, seed=1)


def test_noise_draws_a_slope_towards_one_by_its_reliability():
    table = biomarkers.noise_power(400, 1.4, 0.8, (1.0, 0.25), draws=1500, seed=2)
    # halves of a measure with reliability v show the root of v of the log hazard ratio
    logs = np.log(table["hazard_ratio"])
    assert logs[0] == pytest.approx(np.log(1.4), abs=0.02)
    assert logs[1] / logs[0] == pytest.approx(0.5, abs=0.05)
    assert table["power"][1] < table["power"][0]
    with pytest.raises(InputError, match="reliability"):
        biomarkers.noise_power(100, 1.5, 0.5, (0.0,), draws=10, seed=1)


def test_power_above_a_cut_is_the_level_where_nothing_is_and_falls_with_the_part():
    patients = cohort(300)
    cuts = {"all": 0.0, "upper": 2000.0, "nobody": 1e9}
    none = biomarkers.subset_power(patients, "spd_mm2", 1.0, cuts, draws=4000, seed=1)
    assert none["power"][0] == pytest.approx(0.05, abs=0.015)
    some = biomarkers.subset_power(patients, "spd_mm2", 0.6, cuts, draws=4000, seed=1)
    assert some["power"][0] > some["power"][1] > 0.05
    assert some["n"][2] == 0 and np.isnan(some["power"][2])
    with pytest.raises(InputError, match="odds_ratio"):
        biomarkers.subset_power(patients, "spd_mm2", 0.0, cuts, draws=10, seed=1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(1, 200), st.floats(1, 200)), max_size=15), st.integers(1, 20))
def test_a_sum_of_products_counts_the_largest(lesions, most):
    counted, everything = (biomarkers.product_sum(lesions, most=m) for m in (most, 100))
    assert counted <= everything + 1e-9
    if len(lesions) <= most:
        assert counted == pytest.approx(everything)
    else:
        assert counted >= everything * most / len(lesions) - 1e-6
    assert biomarkers.product_sum([(b, a) for a, b in lesions[::-1]], most) == pytest.approx(counted)


def test_one_ball_and_its_volume():
    assert biomarkers.volume_ml([(20, 20)]) == pytest.approx(4 / 3 * np.pi)
    # the example's first three share a sum, as the page says
    table = biomarkers.lesion_table().set_index("patient")
    first = table["counted"].iloc[:3]
    assert first.max() / first.min() < 1.005
    assert table["volume"].idxmax() == "one large mass"
    assert table.loc["twelve nodes", "all"] == 2 * table.loc["twelve nodes", "counted"]
    with pytest.raises(InputError, match="diameter"):
        biomarkers.product_sum([(10, -1)])
    with pytest.raises(InputError, match="most"):
        biomarkers.product_sum([(10, 1)], most=0)


def test_what_cannot_be_fitted_is_said_in_a_sentence():
    patients = cohort(60)
    with pytest.raises(InputError, match="arm is 'axi'; allowed: 'SOC', 'axi-cel' or 'both'"):
        biomarkers.hazard_curve(patients, "spd_mm2", "axi")
    with pytest.raises(InputError, match="knots is 9"):
        biomarkers.hazard_curve(patients, "spd_mm2", "SOC", knots=9)
    with pytest.raises(InputError, match="no marker 'size'"):
        biomarkers.hazard_curve(patients, "size", "SOC")
    with pytest.raises(NoFiniteEstimate, match="too few different values"):
        biomarkers.hazard_curve(patients.assign(spd_mm2=[5.0, 9.0] * 30), "spd_mm2", "SOC")
    with pytest.raises(NoFiniteEstimate, match="above zero"):
        biomarkers.hazard_curve(patients.assign(spd_mm2=0.0), "spd_mm2", "SOC")
    with pytest.raises(InputError, match="unassessed is 'CR'"):
        biomarkers.response_curve(patients, "spd_mm2", "SOC", unassessed="CR")
    with pytest.raises(InputError, match="allowed: 'SOC' or 'axi-cel'"):
        biomarkers.response_curve(patients, "spd_mm2", "both")
    nobody = patients.assign(best_response=np.nan)
    with pytest.raises(NoFiniteEstimate, match="does not say who had a complete response"):
        biomarkers.response_curve(nobody, "spd_mm2", "SOC")
    all_well = patients.assign(best_response="CR")
    with pytest.raises(NoFiniteEstimate, match="the same outcome"):
        biomarkers.response_curve(all_well, "spd_mm2", "SOC")
    parted = patients.assign(best_response=np.where(patients["spd_mm2"] > 2000, "PD", "CR"))
    with pytest.raises(NoFiniteEstimate, match="parts the outcomes"):
        biomarkers.response_curve(parted, "spd_mm2", "SOC")


def test_pages_speak_of_empty_and_one_armed_cohorts():
    patients = cohort(80)
    silent = patients.assign(
        spd_mm2=np.nan, ldh_u_per_l=np.nan, ldh_elevated=None, best_response=np.nan
    )
    alone = patients[patients["arm"] == "SOC"].reset_index(drop=True)
    for table in (silent, alone, patients.assign(efs_event=False)):
        curves, notes = biomarkers.hazard_curves(table, "spd_mm2")
        assert "both" not in curves and notes
        assert biomarkers.curves_page(curves) is not None
        assert biomarkers.curves_reading(curves, "spd_mm2", 0.95)
        assert "nothing to report" in biomarkers.burden_report(curves, "spd_mm2", 4, 0.95)
        ways = biomarkers.scorings(table, "spd_mm2")
        assert len(biomarkers.scorings_page(ways)) == len(ways)
        assert "Too few" in biomarkers.scorings_reading(ways, 0.95)
        pair, _ = biomarkers.together_by_arm(table)
        assert biomarkers.together_reading(pair, 0.95)
        answered, ratio, _ = biomarkers.response_curves(table, "spd_mm2")
        assert biomarkers.responses_reading(answered, ratio, 0.95)
    assert biomarkers.power_above(silent, 0.6, draws=10, seed=1) is None
    assert biomarkers.power_above(alone, 0.6, draws=10, seed=1) is None
    assert "nothing can be said" in biomarkers.subset_reading(None)
    grouped, note = biomarkers.groups_by_cut(silent, "spd_mm2")
    assert grouped is None and "Nobody" in note
    # high is strictly above the cut, whoever the patient is
    at = float(patients["spd_mm2"].iloc[10])
    grouped, _ = biomarkers.groups_by_cut(patients, "spd_mm2", at)
    high = grouped["group"].str.endswith("high")
    assert (high == (grouped["spd_mm2"] > at)).all() and 0 < high.sum() < len(grouped)
    own = biomarkers.scorings(patients, "spd_mm2", cut=at)[0]
    assert own.high == high.sum()
    whole = cox_model(patients.assign(x=(patients["spd_mm2"] > at) * 1.0)[patients["arm"] == "SOC"], ("x",))
    assert own.within["SOC"].hazard_ratio == pytest.approx(float(whole.hazard_ratio[0]))
    # a cut above everybody leaves two groups of four
    grouped, _ = biomarkers.groups_by_cut(patients, "spd_mm2", 1e6)
    assert sorted(grouped["group"].unique()) == ["SOC, low", "axi-cel, low"]
    found = biomarkers.scorings(patients, "spd_mm2", cut=1e6)
    assert found[0].high == 0 and found[0].within == {} and found[0].ratio is None
