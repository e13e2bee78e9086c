"""Prognostic and predictive markers: known truths are found, limits and invariances hold."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from secondline import biomarkers, cohort, effects, trials
from secondline.biomarkers.marker_worlds import MarkerWorld
from secondline.errors import InputError, NoFiniteEstimate
from secondline.proportions import holm
from secondline.signatures import adjusted

SEEN_AT_ONCE = trials.EventRule()  # without scans
MARKER = (("the marker", "marker", "high", "marker"),)


@pytest.fixture(scope="module")
def virtual():
    return cohort.read_cohort("virtual")


def large_cohort(world, n=20_000, seed=3):
    """Return patients of one very large trial as a cohort."""
    arms = biomarkers.marker_trials(
        world, n, 1, seed, replace(trials.zuma7(), rule=SEEN_AT_ONCE)
    )
    return pd.concat([
        pd.DataFrame({"arm": arm, "efs_months": time[0], "efs_event": event[0],
                      "marker": x + np.linspace(0, 0.1, len(x))})
        for arm, (time, event, x) in arms.items()
    ], ignore_index=True)  # fmt: skip


# --- worlds and the plane -------------------------------------------------------------


@pytest.mark.parametrize("world", biomarkers.WORLDS, ids=lambda w: w.name)
def test_the_plane_finds_the_truth_of_a_large_trial(world):
    # without scans hazards are proportional within an arm, as they were set
    patients = large_cohort(world)
    found = biomarkers.plane(patients, markers=MARKER).row("the marker")
    for column, true in (("axi_cel", world.axi_cel), ("soc", world.soc)):
        assert found[column] == pytest.approx(np.log(true), abs=4 * found[f"{column}_se"])
    assert found["difference"] == pytest.approx(np.log(world.ratio), abs=4 * found["se"])
    truth = biomarkers.world_table([world]).set_index("level")
    at = biomarkers.plane(patients, "milestone", markers=MARKER).row("the marker")
    gains = truth["gain"]["high"] - truth["gain"]["low"]
    assert at["difference"] == pytest.approx(gains, abs=4 * at["se"])
    months = biomarkers.plane(patients, "restricted mean", markers=MARKER).row("the marker")
    gains = truth["months_gain"]["high"] - truth["months_gain"]["low"]
    assert months["difference"] == pytest.approx(gains, abs=4 * months["se"])


def test_the_difference_between_arms_is_that_of_gains_between_levels(virtual):
    """On the scale of differences the two ways are one number, in any data."""
    found = biomarkers.plane(virtual, "milestone").row("B cells")
    groups = cohort.high(virtual, "sig_b_cells")
    gains = {}
    for level in (1, 0):
        rows = virtual[groups == level]
        curves = trials.survival_at(rows["efs_months"], rows["efs_event"],
                                    rows["arm"] == "axi-cel", [24.0])  # fmt: skip
        gains[level] = 100 * (curves.survival[0, 1, 0] - curves.survival[0, 0, 0])
    assert found["difference"] == pytest.approx(gains[1] - gains[0])


def test_turning_the_arms_or_the_level_round_turns_the_difference_round(virtual):
    rows = virtual[["arm", "efs_months", "efs_event"]].assign(
        marker=virtual["sig_b_cells"], turned=-virtual["sig_b_cells"]
    )
    both = (*MARKER, ("turned", "turned", "high", "turned"))
    straight = biomarkers.plane(rows, markers=both)
    one, other = straight.row("the marker"), straight.row("turned")
    # an even number of patients: the halves change places
    assert one["difference"] == pytest.approx(-other["difference"])
    assert one["p"] == pytest.approx(other["p"])
    assert one["p_number"] == pytest.approx(other["p_number"])
    swapped = rows.assign(arm=rows["arm"].map({"axi-cel": "SOC", "SOC": "axi-cel"}))
    again = biomarkers.plane(swapped, markers=MARKER).row("the marker")
    assert again["axi_cel"] == pytest.approx(one["soc"])
    assert again["p"] == pytest.approx(one["p"])


def test_adjusted_p_values_are_holms_and_those_of_benjamini_and_hochberg(virtual):
    table = biomarkers.plane(virtual).table
    np.testing.assert_allclose(table["holm"], holm(table["p"].to_numpy()))
    np.testing.assert_allclose(table["q"], adjusted(table["p"]))
    assert len(table) == len(biomarkers.PLANE_MARKERS) == 47 + 4 + 6
    assert (table["holm"] >= table["p"]).all()


def test_a_scale_that_is_purely_prognostic_is_not_so_on_the_other():
    for ratio in (0.3, 0.6, 0.9, 1.4):
        soc = biomarkers.equal_gain(ratio)
        table = biomarkers.world_table([MarkerWorld("equal", ratio, soc)])
        assert table["gain"].iloc[0] == pytest.approx(table["gain"].iloc[1], abs=1e-9)
        assert abs(np.log(soc / ratio)) > 0.005
    assert biomarkers.equal_gain(1.0) == pytest.approx(1.0)


def test_levels_average_to_nothing_more_than_the_arm(virtual):
    world = MarkerWorld("both", 0.35, 0.7)
    high, low = (biomarkers.level_design(world, level) for level in ("high", "low"))
    t = np.array([3.0, 12.0, 24.0])
    for arm, true in (("experimental", 0.35), ("control", 0.7)):
        hazards = [-np.log(getattr(d, arm).curve.survival(t)) for d in (high, low)]
        np.testing.assert_allclose(hazards[0] / hazards[1], true)
        own = -np.log(getattr(trials.zuma7(), arm).curve.survival(t))
        # geometric middle
        np.testing.assert_allclose(hazards[0] * hazards[1], own**2)


def test_patterns_add_up_and_follow_the_formula():
    found = biomarkers.patterns(trials=1500, seed=2)
    table = found.table
    shares = table[["both", "only_axi_cel", "only_soc", "neither"]].sum(axis=1)
    np.testing.assert_allclose(shares, 1)
    np.testing.assert_allclose(table["one_only"], table["only_axi_cel"] + table["only_soc"])
    error = np.sqrt(0.25 / 1500)
    # the formula takes hazards as proportional, which scans disturb a little
    np.testing.assert_allclose(table["one_only"], table["one_only_formula"], atol=3 * error + 0.02)
    np.testing.assert_allclose(table["interaction"], table["interaction_formula"],
                               atol=3 * error + 0.04)  # fmt: skip
    assert table["interaction"].iloc[:2].to_numpy() == pytest.approx(0.05, abs=3 * 0.006)


def test_two_levels_have_random_numbers_of_their_own():
    arms = biomarkers.marker_trials(MarkerWorld("none", 1, 1), 40, 300, 1)
    time, _, x = arms["axi-cel"]
    pairs = np.corrcoef(time[:, x == 1].ravel(), time[:, x == 0].ravel())[0, 1]
    assert abs(pairs) < 4 / np.sqrt(300 * 20)


def test_a_prognostic_marker_misleads_most_where_its_power_is_one_half():
    strengths = np.geomspace(0.99, 0.2, 300)
    chances = [biomarkers.one_only_chance(MarkerWorld("p", h, h), 80, 80) for h in strengths]
    best = strengths[int(np.argmax(chances))]
    power = effects.interaction_power(best, effects.standard_error_from_events(80))
    assert power == pytest.approx(0.5, abs=0.02)
    assert max(chances) == pytest.approx(0.5, abs=0.001)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: MarkerWorld("x", 0, 1), "it must be above 0"),
        (lambda: biomarkers.equal_gain(-1), "it must be above 0"),
        (lambda: biomarkers.equal_gain(0.5, horizon=0.5), "everybody"),
        (lambda: biomarkers.marker_trials(biomarkers.WORLDS[0], 3, 1, 1), "n_per_arm is 3"),
        (lambda: biomarkers.plane(pd.DataFrame(), "odds"), "scale is 'odds'"),
        (lambda: biomarkers.kept_share(70, 1), "prior_factor is 1"),
        (lambda: biomarkers.replication_power(2, 0), "events_ratio is 0"),
        (lambda: biomarkers.predictive_probability(2, 1, shrinkage=0), "shrinkage is 0"),
        (lambda: biomarkers.miller_siegmund(2, 0.8, 0.2), "low is 0.8"),
        (lambda: biomarkers.cut_trials(10, 2, 0.5), "n is 10"),
        (lambda: biomarkers.cut_trials(50, 2, 1.5), "event_share is 1.5"),
        (lambda: biomarkers.checklist_page("STROBE"), "guideline is 'STROBE'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call()
    assert sentence in str(caught.value)


# --- replication ----------------------------------------------------------------------


def test_a_p_value_at_the_limit_comes_again_in_half_of_trials():
    for alpha in (0.05, 0.01):
        z = effects.z_from_p(alpha)
        assert biomarkers.replication_power(z, 1, alpha=alpha) == pytest.approx(0.5)
        assert biomarkers.predictive_probability(z, 1, alpha=alpha) == pytest.approx(0.5)
    assert biomarkers.replication_power(0, 1) == pytest.approx(0.025)


def test_chances_are_those_of_drawn_trials():
    z, ratio, kept = 3.7, 1.7, 0.6
    rng = np.random.default_rng(1)
    n, limit = 400_000, stats.norm.isf(0.025)
    fixed = np.mean(0.5 * np.sqrt(ratio) * z + rng.standard_normal(n) > limit)
    assert biomarkers.replication_power(z, ratio, share=0.5) == pytest.approx(fixed, abs=0.003)
    effect = kept * z + np.sqrt(kept) * rng.standard_normal(n)
    drawn = np.mean(np.sqrt(ratio) * effect + rng.standard_normal(n) > limit)
    found = biomarkers.predictive_probability(z, ratio, shrinkage=kept)
    assert found == pytest.approx(drawn, abs=0.003)


def test_the_sceptics_share_is_that_of_the_normal_posterior():
    events, factor = 70, 2.0
    tau2, se2 = (np.log(factor) / 1.959964) ** 2, 4 / events
    assert biomarkers.kept_share(events, factor) == pytest.approx(tau2 / (tau2 + se2), rel=1e-6)
    # without a belief nothing is taken away, and with a firm one all is
    assert biomarkers.kept_share(events, 1e6) == pytest.approx(1, abs=0.002)
    assert biomarkers.kept_share(events, 1.001) < 1e-3


def test_the_power_at_the_number_of_patients_asked_for_is_80_percent():
    findings = biomarkers.published_findings()
    table = biomarkers.replication_table(findings, 128)
    for row, finding in zip(table.itertuples(), findings, strict=True):
        ratio = row.n_if_true / biomarkers.first_trial()[0]
        assert biomarkers.replication_power(finding.z, ratio) == pytest.approx(0.8, abs=1e-6)


def test_all_together_lies_between_independence_and_the_rarest(virtual):
    findings = biomarkers.published_findings()
    overlap = biomarkers.finding_correlations(virtual, findings)
    each = biomarkers.replication_table(findings, 128)
    table = biomarkers.jointly(findings, overlap, 128).table
    assert table["expected"][0] == pytest.approx(each["if_true"].sum(), abs=0.01)
    assert table["expected"][2] == pytest.approx(each["predictive"].sum(), abs=0.02)
    assert (table["all"] > table["all_independent"]).all()
    assert table["all"][0] <= each["if_true"].min() + 0.005
    apart = biomarkers.jointly(findings, np.eye(5), 128).table
    assert apart["all"][0] == pytest.approx(each["if_true"].prod(), abs=0.006)
    copies = biomarkers.jointly(findings, np.ones((5, 5)), 128).table
    assert copies["all"][0] == pytest.approx(each["if_true"].min(), abs=0.006)


def test_the_curves_pass_through_the_table():
    findings = biomarkers.published_findings()
    table = biomarkers.replication_table(findings, 200, share=0.4, prior_factor=3)
    along = biomarkers.replication_curves(200, share=0.4, prior_factor=3, points=2001)
    for key in ("if_true", "if_share", "predictive", "sceptical"):
        read = np.interp(np.log(table["p"]), np.log(along["p"]), along[key])
        np.testing.assert_allclose(read, table[key], atol=1e-4)


def test_simulated_arms_and_fresh_cohorts_bear_the_formula():
    findings = biomarkers.published_findings()
    found = biomarkers.simulated_replications(findings, 128, trials=1500, seed=4)
    gap = (found["simulated"] - found["formula"]).abs()
    assert (gap < 3.5 * found["standard_error"] + 0.015).all()
    fresh = biomarkers.fresh_replications(findings, 128, trials=250, seed=2)
    # the model behind the cohort was solved to have the effects of the printed P values
    for name, power in zip(found["name"], found["formula"], strict=True):
        assert fresh.each[name] == pytest.approx(power, abs=0.12)
    assert fresh.expected == pytest.approx(sum(fresh.each.values()))
    assert fresh.all <= min(fresh.each.values())
    many = biomarkers.fresh_replications(findings, 1000, trials=400)
    assert many.trials <= 50
    assert min(many.each.values()) > 0.95


def test_a_cohort_without_a_marker_has_no_overlap(virtual):
    findings = biomarkers.published_findings()
    assert biomarkers.finding_correlations(virtual.drop(columns="gene_CD19"), findings) is None
    assert biomarkers.finding_correlations(virtual.assign(gene_CD19=np.nan), findings) is None


# --- cuts -----------------------------------------------------------------------------


def test_rank_scores_add_up_to_nothing_and_count_ties_together():
    rng = np.random.default_rng(1)
    time = np.ceil(rng.exponential(5, (30, 40)))
    event = rng.random((30, 40)) < 0.6
    scores = biomarkers.rank_scores(time, event)
    np.testing.assert_allclose(scores.sum(axis=1), 0, atol=1e-12)
    # the hazard by hand, patient by patient
    for j in range(40):
        hazard = sum((event[0] & (time[0] == t)).sum() / (time[0] >= t).sum()
                     for t in np.unique(time[0]) if t <= time[0, j])  # fmt: skip
        assert scores[0, j] == pytest.approx(event[0, j] - hazard)


def test_the_statistic_of_a_cut_has_the_log_rank_tests_numerator(virtual):
    own = virtual[(virtual["arm"] == "axi-cel") & virtual["expression"]]
    scan = biomarkers.scan_cuts(own["efs_months"], own["efs_event"], own["sig_b_cells"])
    scores = biomarkers.rank_scores(own["efs_months"], own["efs_event"])[0]
    for k in (0, len(scan.cuts) // 2, len(scan.cuts) - 1):
        above = own["sig_b_cells"].to_numpy() > scan.cuts[k]
        test = trials.logrank(own["efs_months"], own["efs_event"], above)
        # observed less expected is the same number; only the variance is another
        assert scores[above].sum() == pytest.approx(test.observed_less_expected[0])
        assert np.sign(scan.z[k]) == np.sign(test.z[0])
        fit = trials.cox(own["efs_months"], own["efs_event"], above.astype(float))
        assert scan.hazard_ratio[k] == pytest.approx(fit.hazard_ratio[0])
        assert scan.share[k] == pytest.approx(np.mean(~above))


def test_the_standardised_statistic_has_variance_one_over_permutations():
    rng = np.random.default_rng(2)
    scores = biomarkers.rank_scores(rng.exponential(size=(1, 60)), rng.random((1, 60)) < 0.7)
    dealt = rng.permuted(np.tile(scores, (20_000, 1)), axis=1)
    z = biomarkers.standardised(dealt, np.array([12, 30, 45]))
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(z.var(axis=0), 1, atol=0.04)


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.8), (0.1, 0.9), (0.3, 0.7)])
def test_the_large_sample_formula_is_that_of_very_many_patients(low, high):
    rng = np.random.default_rng(5)
    at = biomarkers.cut_sizes(np.arange(4000), low, high)
    largest = np.concatenate([
        np.abs(biomarkers.standardised(rng.standard_normal((500, 4000)), at)).max(axis=1)
        for _ in range(6)
    ])  # fmt: skip
    for z in (2.8, 3.1):
        share = np.mean(largest >= z)
        error = np.sqrt(share * (1 - share) / len(largest))
        found = biomarkers.miller_siegmund(z, low, high)
        # even 4000 patients have not every cut, so that the formula is a little above
        assert share - 3 * error < found < 1.25 * share + 3 * error


def test_the_formula_falls_with_z_and_grows_with_the_range():
    z = np.linspace(1.2, 5, 50)
    values = [biomarkers.miller_siegmund(v, 0.2, 0.8) for v in z]
    assert (np.diff(values) <= 0).all()
    assert biomarkers.miller_siegmund(3, 0.1, 0.9) > biomarkers.miller_siegmund(3, 0.2, 0.8)
    assert biomarkers.miller_siegmund(0.5, 0.2, 0.8) == 1
    assert biomarkers.miller_siegmund(-3, 0.2, 0.8) == biomarkers.miller_siegmund(3, 0.2, 0.8)


def test_the_bound_is_that_of_neighbouring_cuts_and_one_p_for_one_cut():
    n, z = 1000, 2.9
    one = 2 * stats.norm.sf(z)
    assert biomarkers.lausen(z, [500], n) == pytest.approx(one)
    for near, far in ((499, 501), (480, 520), (420, 580)):
        correlation = np.sqrt(near * (n - far) / ((n - near) * far))
        joint = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
        exact = 1 - joint.cdf([z, z], lower_limit=[-z, -z])
        assert one < exact < 2 * one
        assert biomarkers.lausen(z, [near, far], n) == pytest.approx(exact, rel=0.02)
    # more cuts add to it, up to 1
    at = np.arange(200, 801)
    assert biomarkers.lausen(z, at, n) > biomarkers.lausen(z, at[::10], n) > one
    assert biomarkers.lausen(0.5, at, n) == 1


def test_corrected_p_values_are_fair_where_the_marker_does_nothing():
    rng = np.random.default_rng(8)
    naive, permuted = [], []
    for i in range(300):
        time, x = rng.exponential(size=80), rng.standard_normal(80)
        scan = biomarkers.scan_cuts(time, time < 1, x, permutations=99, seed=i)
        naive.append(scan.p)
        permuted.append(scan.p_permutation)
        assert scan.p <= scan.p_lausen <= 1
        assert scan.p <= scan.p_miller_siegmund <= 1
    error = np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(np.array(naive) < 0.05) > 0.2
    assert np.mean(np.array(permuted) <= 0.05) == pytest.approx(0.05, abs=3 * error)
    assert np.mean(np.array(permuted) <= 0.5) == pytest.approx(0.5, abs=0.09)


def test_a_search_does_not_depend_on_the_order_of_patients_or_the_markers_unit(virtual):
    own = virtual[(virtual["arm"] == "axi-cel") & virtual["expression"]]
    first = biomarkers.scan_cuts(own["efs_months"], own["efs_event"], own["sig_b_cells"])
    turned = own.sample(frac=1, random_state=1)
    again = biomarkers.scan_cuts(turned["efs_months"], turned["efs_event"],
                                 np.exp(turned["sig_b_cells"]))  # fmt: skip
    np.testing.assert_allclose(first.z, again.z)
    assert first.best == again.best
    np.testing.assert_allclose(np.exp(first.cuts), again.cuts)


def test_a_true_step_is_found_where_it_is():
    rng = np.random.default_rng(4)
    x = rng.permutation(600)
    time = rng.exponential(size=600) / np.where(x >= 400, 4.0, 1.0)
    scan = biomarkers.scan_cuts(time, np.ones(600, dtype=bool), x, permutations=200)
    assert scan.share[scan.best] == pytest.approx(2 / 3, abs=0.03)
    assert scan.hazard_ratio[scan.best] == pytest.approx(4, rel=0.25)
    assert scan.p_permutation == pytest.approx(1 / 201)


def test_ways_to_cut_keep_and_lose_what_they_must():
    found = biomarkers.cut_trials(128, 1.83, 0.55, trials=2000, seed=3)
    rows = found.table.set_index("way")
    error = 3 * np.sqrt(0.05 * 0.95 / 2000)
    for way in ("as a number", "at the median", "at the best cut, P by permutation"):
        assert rows.loc[way, "false"] == pytest.approx(0.05, abs=error + 0.006)
    assert 0.25 < rows.loc["at the best cut", "false"] < 0.4
    assert rows.loc["at the best cut, P by formula", "false"] < 0.05 + error
    power = rows["power"]
    assert power["as a number"] > power["at the best cut, P by permutation"] > 0.6
    assert power["as a number"] > power["at the median"] + 0.1
    best, median = rows.loc["at the best cut"], rows.loc["at the median"]
    assert best["found"] > 1.2 * best["true"]
    assert median["found"] == pytest.approx(median["true"], rel=0.04)
    narrow = biomarkers.cut_trials(128, 1.83, 0.55, low=0.48, high=0.52, trials=2000, seed=3)
    assert narrow.table["false"][2] < 0.12
    # a marker that protects is the same marker turned round
    turned = biomarkers.cut_trials(128, 1 / 1.83, 0.55, trials=2000, seed=3).table
    np.testing.assert_allclose(turned["power"], found.table["power"], atol=0.04)


def test_the_true_hazard_ratio_at_the_median_is_what_was_asked_for():
    along = biomarkers.true_along_cuts(1.83, 0.55)
    assert np.exp(along[len(along) // 2]) == pytest.approx(1.83, rel=0.05)
    # the tails differ more than halves do
    assert along[0] > along[len(along) // 2] < along[-1]


@pytest.mark.parametrize(
    ("values", "event", "sentence"),
    [
        ([1.0] * 30, [True] * 30, "no cut in the range"),
        (list(range(30)), [False] * 30, "have 0 events"),
        ([1.0, 2.0] + [np.nan] * 28, [True] * 30, "2 patients"),
    ],
)
def test_a_marker_that_cannot_be_cut_is_refused(values, event, sentence):
    with pytest.raises(NoFiniteEstimate) as caught:
        biomarkers.scan_cuts(np.arange(1.0, 31), event, values)
    assert sentence in str(caught.value)


def test_a_cohort_without_the_marker_says_so(virtual):
    scan, why = biomarkers.cohort_cuts(virtual.drop(columns="spd_mm2"), "SPD", "SOC")
    assert scan is None
    assert why == "This cohort has no SPD, so there is no cut to look for."
    scan, why = biomarkers.cohort_cuts(virtual.assign(spd_mm2=np.nan), "SPD", "SOC")
    assert scan is None
    assert why.startswith("SPD in SOC: 0 patients")


def test_burden_and_genes_enter_as_logarithms(virtual):
    from secondline.biomarkers.predictive import p_of_number

    rows = virtual.assign(plain=np.log(virtual["spd_mm2"]), raw=virtual["spd_mm2"])
    assert p_of_number(rows, "spd_mm2") == pytest.approx(p_of_number(rows, "plain"))
    assert p_of_number(rows, "spd_mm2") != pytest.approx(p_of_number(rows, "raw"), rel=0.01)
