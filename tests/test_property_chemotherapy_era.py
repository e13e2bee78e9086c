"""The analyses of the chemotherapy era where the truth is known, and at their limits."""

import numpy as np
import pandas as pd
import pytest

from secondline import external, signatures
from secondline.claims import get_claim
from secondline.cohort import SIGNATURES as THEIRS
from secondline.effects import EffectEstimate, interaction, p_from_z, printed_value
from secondline.errors import InputError
from secondline.external import era
from secondline.external.era.outcomes import MODELS
from secondline.external.lme import SIGNATURES, Samples


@pytest.fixture(scope="module")
def samples(root):
    folder = root / "tests/data"
    return external.read_samples(
        folder / "external_made_annotation.tsv", folder / "external_made_signatures.tsv"
    )


@pytest.fixture(scope="module")
def listed(root):
    return external.read_schmitz(root / "tests/data/external_made_schmitz.tsv")


@pytest.fixture(scope="module")
def pfs(samples, listed):
    return era.outcome(era.join(samples, listed))


def made_outcome(n, log_ratio, seed, spread=0.0):
    """Patients whose hazard hangs on CAF (per standard deviation) and on the cell of origin."""
    random = np.random.default_rng(seed)
    scores = pd.DataFrame(random.standard_normal((n, 38)), columns=SIGNATURES)
    abc = random.random(n) < 1 / (1 + np.exp(1.5 * scores["CAF"]))
    time = random.exponential(30 * np.exp(-log_ratio * scores["CAF"] - spread * abc))
    end = random.uniform(20, 120, n)
    patients = pd.DataFrame({
        "months": np.minimum(time, end), "event": time <= end,
        "cell_of_origin": np.where(abc, "ABC", "GCB"),
        "ipi_group": random.choice(["Low", "Intermediate", "High"], n),
        "lme": random.choice(["LME-DE", "LME-IN", "LME-ME", "LME-GC"], n),
    })  # fmt: skip
    return era.Outcome("PFS", patients, scores)


def test_counterparts_are_names_that_both_sides_have():
    for open_name, (theirs, cluster) in era.COUNTERPARTS.items():
        assert open_name in SIGNATURES
        assert set(theirs.split(", ")) <= set(THEIRS)
        assert open_name in era.assigned_clusters()[cluster]
    members = [m for own in era.assigned_clusters().values() for m in own]
    assert sorted(members) == sorted(era.COUNTERPARTS)
    page = era.counterparts_page()
    shown = " ".join(page.iloc[:, 1])
    assert all(name in shown for name in SIGNATURES)


def test_agreement_is_one_where_the_clusters_are_there_and_none_in_noise(samples):
    found = signatures.cluster(samples.scores, list(samples.scores), clusters=4)
    held = era.agreement(found)
    assert held.adjusted_rand == pytest.approx(1)
    assert held.p == pytest.approx(1 / 2001)
    assert (held.by_cluster["together"] == held.by_cluster["members"]).all()
    assert (held.by_cluster["inside"] > held.by_cluster["outside"] + 0.3).all()
    noise = np.random.default_rng(5).standard_normal(samples.scores.shape)
    p = [
        era.agreement(signatures.cluster(noise[:, order], SIGNATURES, clusters=4)).p
        for order in np.random.default_rng(6).permuted(np.tile(np.arange(38), (12, 1)), axis=1)
    ]
    assert np.median(p) > 0.1
    # the quick count orders partitions as the adjusted Rand index does
    from sklearn.metrics import adjusted_rand_score

    from secondline.external.era.clusters import _shared

    random = np.random.default_rng(7)
    theirs, own = random.integers(3, size=15), random.integers(4, size=15)
    rows = random.permuted(np.tile(own, (40, 1)), axis=1)
    rand = [adjusted_rand_score(theirs, row) for row in rows]
    assert np.corrcoef(rand, _shared(theirs, rows))[0, 1] == pytest.approx(1)
    with pytest.raises(InputError, match="None of the clustered signatures"):
        era.agreement(signatures.cluster(noise[:, :3], ("x", "y", "z"), clusters=2))


def test_what_lies_between_cohorts_is_found_and_ranks_within_them_remove_it(samples):
    assert era.cohort_effect(samples).share.max() < 0.1
    number = pd.factorize(samples.annotation["cohort_group"])[0]
    # an assay that lifts every second signature in one cohort and lowers it in another
    lifted = np.arange(38) % 2 == 0
    moved = Samples(samples.annotation, samples.scores + 5.0 * np.outer(number, lifted))
    effect = era.cohort_effect(moved)
    assert effect.share[lifted].min() > 0.9 and effect.share[~lifted].max() < 0.1
    assert effect.centred == 0
    centred = samples.scores - samples.scores.groupby(samples.annotation["cohort_group"]).transform(
        "median"
    )
    assert era.cohort_effect(Samples(samples.annotation, centred)).centred == effect.groups
    # the clusters become those of the assay, but not within cohorts
    parts = era.by_platform(moved).set_index("part")["adjusted_rand"]
    plain = era.by_platform(samples).set_index("part")
    ranks = "all, ranked within cohort groups"
    assert parts[ranks] < 0.3
    assert plain.loc[ranks, "adjusted_rand"] > 0.7
    assert plain.loc["all samples", "sii"] == 7
    # platforms with too few samples are left out
    assert [p for p in plain.index if p.startswith("platform")] == [
        "platform GPL570", "platform RNAseqPa",
    ]  # fmt: skip


def test_a_root_mean_square_of_centred_scores_has_nothing_to_do_with_them(pfs):
    random = np.random.default_rng(8)
    hidden = random.standard_normal(4_000)
    scores = pd.DataFrame(
        {name: hidden + 0.5 * random.standard_normal(4_000) for name in SIGNATURES}
    )
    ways = era.index_ways(scores)
    r = ways.corr("spearman")["mean"]
    assert abs(r["root mean square"]) < 0.06
    assert r.drop("root mean square").min() > 0.9
    assert era.groups_that_move(ways) == pytest.approx(50, abs=3)
    # of positive scores the two are nearly one
    assert era.groups_that_move(era.index_ways(scores + 10)) < 5
    assert 0 <= era.groups_that_move(era.index_ways(pfs.scores)) <= 100


def test_models_find_a_planted_effect_and_what_hides_it():
    found = made_outcome(2_000, -0.5, 1)
    table = era.screen(found).set_index("name")
    assert table.loc["CAF", "lower"] < np.exp(-0.5 * found.scores["CAF"].std()) < table.loc["CAF", "upper"]
    assert table["q"].idxmin() == "CAF" and table["high_q"].idxmin() == "CAF"
    for name in ("", "high_"):
        assert table[f"{name}q"].to_numpy() == pytest.approx(signatures.adjusted(table[f"{name}p"]))
        assert (table[f"{name}q"] > table[f"{name}p"]).sum() > 30
    others = table.drop("CAF")
    assert (others["q"] < 0.05).sum() <= 2
    # an effect that is all the cell of origin's vanishes with it
    hidden = made_outcome(2_000, 0.0, 2, spread=1.0)
    rows = era.marker_models(hidden).set_index(["term", "model"])["hazard_ratio"]
    names = list(MODELS)
    assert rows[("CAF", names[0])] < 0.8
    assert 0.88 < rows[("CAF", names[1])] < 1.14
    assert 0.88 < rows[("CAF", names[2])] < 1.14
    assert era.known_spread(hidden) == pytest.approx(0.5, abs=0.1)


def test_tables_do_not_hang_on_the_order_of_patients(pfs):
    order = np.random.default_rng(3).permutation(pfs.n)
    other = era.Outcome("PFS", pfs.patients.iloc[order], pfs.scores.iloc[order])
    for analysis in (era.screen, era.marker_models, era.class_models):
        one, two = analysis(pfs), analysis(other)
        numeric = one.select_dtypes(float).columns
        np.testing.assert_allclose(one[numeric], two[numeric], rtol=1e-8)
    assert era.class_outcomes(other).two_years == era.class_outcomes(pfs).two_years


def test_small_and_empty_groups_give_dashes_and_no_errors(pfs):
    none = era.Outcome("PFS", pfs.patients.assign(event=False), pfs.scores)
    assert era.screen(none)["p"].isna().all()
    assert era.marker_models(none)["hazard_ratio"].isna().all()
    assert era.class_models(none)["p"].isna().all()
    assert era.two_settings(none, 70) == ()
    assert np.isnan(era.known_spread(none))
    assert np.isnan(era.class_outcomes(none).p)
    assert era.settings_reading((), 0.95).startswith("No marker has a hazard ratio")
    assert "no hazard ratio here" in era.marker_reading(era.marker_models(none), 0.95)
    assert "none of 38 signatures has q" in era.screen_reading({"PFS": era.screen(none)}, 0.95)
    assert set(era.models_page(era.marker_models(none), 0.95).iloc[:, 1]) == {"–"}
    assert "log-rank" not in era.classes_reading(era.class_outcomes(none))
    assert era.proportionality(none)["p"].isna().all()
    assert era.ways_page(era.index_ways(none.scores), none, 0.95).iloc[:, 3].eq("–").all()
    assert "no hazard ratio" in era.class_models_reading(era.class_models(none))
    # one class, and nobody with a known risk group
    rows = pfs.patients.assign(lme="LME-DE", ipi_group=None)
    one = era.Outcome("PFS", rows, pfs.scores)
    assert list(era.class_outcomes(one).curves) == ["depleted"]
    assert np.isnan(era.class_outcomes(one).p)
    table = era.marker_models(one)
    known = table[table["model"].str.startswith("IPI known")]
    assert (known["n"] == 0).all() and known["p"].isna().all()
    unknown = era.Outcome("PFS", pfs.patients.assign(lme=None), pfs.scores)
    with pytest.raises(InputError, match="None of the patients with survival has a"):
        era.class_outcomes(unknown)


@pytest.mark.parametrize("events", [10, 70, 128, 1_000])
@pytest.mark.parametrize("claim", [claim for claim, _ in era.PRINTED.values()])
def test_an_implied_hazard_ratio_gives_its_printed_p_back(claim, events):
    p = get_claim(claim).p
    for side in (1, -1):
        estimate = era.implied(p, side, events)
        assert p_from_z(estimate.z) == pytest.approx(printed_value(p))
        assert (estimate.hazard_ratio - 1) * side > 0
        assert estimate.standard_error == pytest.approx(2 / np.sqrt(events))


def test_opposite_effects_differ_by_at_most_the_larger_p_whatever_the_events(pfs):
    for events in (12, 40, 128, 2_000):
        for one in era.two_settings(pfs, events):
            assert one.ratio == interaction(one.there, one.here)
            assert one.ratio.p <= one.p_at_most + 1e-9
            if one.opposite:
                larger = max(one.here.p, one.there.p)
                assert one.p_at_most == pytest.approx(larger, rel=1e-3)
    rows = era.by_events(pfs, "Hypoxia", (35, 70, 128))
    assert rows["there"].is_monotonic_decreasing and (rows["there"] > 1).all()
    with pytest.raises(InputError, match="axi_events is 0"):
        era.two_settings(pfs, 0)


def test_printed_events_are_the_papers_counts():
    assert era.printed_events() == (70, 128)
    assert era.printed_events()[0] == int(get_claim("tme-ed2-a-axi-others-n").n)
    assert era.events_tried(70) == (35, 70, 99, 128)
    assert 50 in era.events_tried(50)
    # a hazard ratio just below it has P just above 0.05 with that many events
    limit = era.unseen_in_control()
    events = int(get_claim("tme-ed2-a-soc-others-n").n)
    assert EffectEstimate(limit, 2 / np.sqrt(events)).p == pytest.approx(0.05)


def test_selection_by_an_early_event_does_nothing_without_a_hidden_trait():
    for seen in (0.5, 1.0, 1.8):
        table = era.index_event(seen, n=80_000, seed=4)
        assert table["first"].to_numpy() == pytest.approx(seen, rel=0.005)
        start = table.iloc[0]
        assert abs(np.log(start["second"])) < 4 * start["se"]
        assert start["own"] == pytest.approx(seen, rel=0.03)
        if seen == 1.0:
            assert (np.abs(np.log(table["second"])) < 4 * table["se"]).all()
        else:
            # turned to the other side, and the more the wider the trait spreads
            turned = -np.sign(np.log(seen)) * np.log(table["second"])
            assert (np.diff(turned[1:]) > 0).all()
            assert turned.iloc[-1] > 0.2
    small = {"n": 2_000, "seed": 4}
    assert era.index_event(0.6, **small).equals(era.index_event(0.6, **small))
    with pytest.raises(InputError, match="seen_hazard_ratio is 0"):
        era.index_event(0)


def test_selection_is_counted_over_those_with_a_value(samples, listed):
    table = era.selection(samples, listed)
    origin = table[table["trait"] == "cell of origin"]
    assert origin["inside"].sum() == 100 and origin["outside"].sum() == 20
    biopsy = table[table["trait"] == "biopsy"].set_index("level")
    assert biopsy.loc["Relapse", "inside"] == 0 and biopsy["p"].iloc[0] < 1e-6
    page = era.selection_page(table)
    assert "100 % (100)" in page.to_string()
    # all of them inside: nothing to test
    assert era.selection(samples, listed.assign(in_survival_set=True))["p"].isna().all()


def texts_of(figure):
    from matplotlib.text import Text

    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_pictures_carry_their_label_and_bear_missing_estimates(pfs):
    from secondline import figures

    label = dict(era.ERA_LABEL)
    tables = {"PFS": era.screen(pfs), "OS": era.screen(pfs).assign(hazard_ratio=np.nan)}
    for shown in (tables, {"PFS": tables["PFS"].assign(hazard_ratio=np.nan, lower=np.nan, upper=np.nan)}):
        text = texts_of(figures.signature_forest(shown, level=0.9, **label))
        assert "real patients from an open data set" in text and "90 % interval" in text
        assert "Fibroblastic reticular cells" in text
    for compared in (era.two_settings(pfs, 70), ()):
        text = texts_of(figures.two_settings(compared, level=0.95, endpoint="PFS", **label))
        assert "computed from a printed P" in text
        assert ("Hypoxia, high against low" in text) == bool(compared)
    for known in (0.75, np.nan):
        simulated = era.index_event(0.6, n=2_000)
        text = texts_of(figures.index_event(simulated, known=known, provenance="virtual"))
        assert "synthetic data" in text
        assert ("IPI and cell of origin" in text) == np.isfinite(known)


def test_sentences_follow_the_results(pfs):
    # half the patients with a marker that splits cell of origin, and one that does not
    assert "GCB tumour" in era.origin_reading(pfs)
    one = era.Outcome("PFS", pfs.patients.assign(cell_of_origin="GCB"), pfs.scores)
    assert era.origin_reading(one).startswith("All patients have one cell of origin")
    reading = era.settings_reading(era.two_settings(pfs, 70), 0.95)
    assert "Hypoxia: unfavourable with axi-cel, favourable here." in reading
    assert "whatever the number of events" in reading
    table = era.index_event(0.6, n=20_000)
    alone = era.index_event_reading(table)
    assert f"{table['second'].iloc[-1]:.2f}" in alone and "IPI group" not in alone
    with_known = era.index_event_reading(table, 0.5, era.two_settings(pfs, 70))
    assert "spread of 0.50" in with_known and "% of the log hazard ratio" in with_known
    # beyond the simulated spreads nothing is said
    assert "strong" not in era.index_event_reading(table, 9.0)
    assert "P = 0.032" in era.report(pfs, era.class_outcomes(pfs), era.two_settings(pfs, 70))
