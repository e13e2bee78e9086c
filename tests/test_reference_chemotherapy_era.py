"""The chemotherapy era against R's survival and stats, and against the results on record.

These need the downloaded tables. R's JSON and the table of expected results hold numbers of
groups only. Tolerances: 1e-9 for closed forms, 1e-6 for Cox models, which iterate; both leave
room for sums in another order on another machine, and for nothing else.
"""

import csv
import json

import numpy as np
import pytest

from secondline import external, signatures
from secondline.external import era
from secondline.external.era.outcomes import ADJUSTED, IPI_KNOWN, UNADJUSTED

pytestmark = pytest.mark.skipif(
    not external.available(*era.ERA_FILES),
    reason="the open data are not on this machine; SECONDLINE_DATA names their folder",
)
CLOSED, ITERATED = 1e-9, 1e-6


@pytest.fixture(scope="module")
def r(root):
    return json.loads((root / "tests/reference/chemotherapy_era.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def samples():
    return external.read_samples()


@pytest.fixture(scope="module")
def listed():
    return external.read_schmitz()


@pytest.fixture(scope="module")
def joined(samples, listed):
    return era.join(samples, listed)


@pytest.fixture(scope="module")
def pfs(joined):
    return era.outcome(joined, "PFS")


def numbers(texts):
    return np.array(texts, dtype=float)


def test_patients_are_counted_as_r_counts_them(r, samples, joined, pfs):
    overall = era.outcome(joined, "OS")
    assert r["counts"] == {
        "listed": joined.listed, "inside": joined.survival_set, "both": len(joined.patients),
        "pfs": pfs.n, "events": pfs.events, "deaths": overall.events,
        "samples": len(samples.scores),
    }  # fmt: skip


def test_shares_at_two_years_and_the_log_rank_test(r, pfs):
    found = era.class_outcomes(pfs)
    assert found.p == pytest.approx(float(r["logrank_p"]), rel=CLOSED)
    at = list(next(iter(found.curves.values())).at).index(24)
    for i, code in enumerate(r["classes"]["name"]):
        curve = found.curves[external.lme.CLASSES[code]]
        assert curve.curve.n == r["classes"]["n"][i]
        for mine, theirs in (
            (curve.survival, "survival"), (curve.lower, "lower"), (curve.upper, "upper")
        ):  # fmt: skip
            assert mine[at] == pytest.approx(float(r["classes"][theirs][i]), rel=CLOSED)


@pytest.mark.parametrize(("ours", "theirs"), [(UNADJUSTED, "unadjusted"), (ADJUSTED, "adjusted")])
def test_cox_models_of_the_classes(r, pfs, ours, theirs):
    table = era.class_models(pfs).set_index(["model", "term"])
    for i, code in enumerate(r["class_models"][theirs]["term"]):
        row = table.loc[(ours, external.lme.CLASSES[code])]
        for name in ("hazard_ratio", "lower", "upper"):
            expected = float(r["class_models"][theirs][name][i])
            assert row[name] == pytest.approx(expected, rel=ITERATED)


def test_cox_models_of_the_markers_and_their_proportionality(r, pfs):
    table = era.marker_models(pfs).set_index(["model", "term"])
    constant = era.proportionality(pfs).set_index("contrast")["p"]
    models = {"unadjusted": UNADJUSTED, "origin": "with cell of origin", "adjusted": ADJUSTED,
              "known": IPI_KNOWN[1]}  # fmt: skip
    assert len(r["markers"]) == 6
    for marker in r["markers"]:
        for theirs, ours in models.items():
            row = table.loc[(ours, marker["name"])]
            assert (row["n"], row["events"]) == (marker[theirs]["n"], marker[theirs]["events"])
            for name in ("hazard_ratio", "lower", "upper", "p"):
                assert row[name] == pytest.approx(float(marker[theirs][name]), rel=ITERATED)
        assert constant[f"{marker['name']}, high against low"] == pytest.approx(
            float(marker["constant_p"]), rel=ITERATED
        )
    assert era.known_spread(pfs) == pytest.approx(float(r["known_spread"]), rel=ITERATED)


@pytest.mark.parametrize("endpoint", ["PFS", "OS"])
def test_every_signature_and_its_q(r, joined, endpoint):
    table = era.screen(era.outcome(joined, endpoint)).set_index("name")
    expected = r["screens"][endpoint]
    table = table.loc[expected["name"]]
    for name in ("hazard_ratio", "q", "high_hazard_ratio", "high_q"):
        np.testing.assert_allclose(table[name], numbers(expected[name]), rtol=ITERATED)


def test_clusters_and_what_lies_between_cohorts(r, samples):
    found = signatures.cluster(samples.scores, list(samples.scores), clusters=4)
    label = dict(zip(found.names, found.labels, strict=True))
    pairs = {(label[n], k) for n, k in zip(r["clusters"]["names"], r["clusters"]["cut"], strict=True)}
    assert len(pairs) == 4
    share = era.cohort_effect(samples).share.mean()
    assert share == pytest.approx(float(r["cohort_share"]), rel=CLOSED)


def test_results_are_those_on_record(root, samples, listed):
    found = era.key_cluster_results(samples) | era.key_outcome_results(samples, listed)
    with (root / "tests/expected/chemotherapy_era.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == list(found)
    for row in rows:
        expected, tolerance = float(row["value"]), float(row["relative_tolerance"])
        assert row["why"]
        # nine digits and more are on record, so that their own rounding is far below
        assert found[row["name"]] == pytest.approx(expected, rel=max(tolerance, 0)), row["name"]


def test_what_the_prose_says_is_true_of_the_data(samples, listed, pfs):
    r = era.key_cluster_results(samples) | era.key_outcome_results(samples, listed)
    # the depleted class does worst, and the mesenchymal one is among the best but not the best
    shares = era.class_outcomes(pfs).two_years
    assert min(shares, key=shares.get) == "depleted"
    assert sorted(shares, key=shares.get)[-2:] == ["mesenchymal", "germinal centre-like"]
    assert r["germinal_patients"] < 40
    # much of hypoxia and CAF goes with cell of origin and risk group; SII keeps its direction
    for name in ("hypoxia", "caf"):
        assert r[f"{name}_unadjusted_p"] < 0.05 < r[f"{name}_adjusted_p"]
        assert abs(np.log(r[f"{name}_adjusted_hazard_ratio"])) < 0.7 * abs(
            np.log(r[f"{name}_unadjusted_hazard_ratio"])
        )
    assert r["sii_adjusted_upper"] < 1
    # BPI has no direction; VEGF is the mirror image
    assert r["bpi_unadjusted_lower"] < 0.8 and r["bpi_unadjusted_upper"] > 1.2
    assert r["vegf_unadjusted_lower"] > 1
    # stroma goes with cell of origin, and ABC is rarer inside the survival set than outside
    high = pfs.scores["CAF"] > pfs.scores["CAF"].median()
    gcb = pfs.patients["cell_of_origin"] == "GCB"
    assert gcb[high].mean() > gcb[~high].mean() + 0.2
    chosen = era.selection(samples, listed).set_index("level")
    assert chosen.loc["ABC", "inside"] / 240 < 0.6 * chosen.loc["ABC", "outside"] / 334
    # B cells are apart from stroma on every platform; the clusters of platforms agree by half
    parts = era.by_platform(samples, patients=pfs.patients.index)
    platforms = parts[parts["part"].str.startswith("platform")]
    assert len(platforms) == 8 and platforms["stroma"].all()
    assert platforms.loc[platforms["n"] >= 100, "adjusted_rand"].between(0.4, 0.7).all()
    # other lists of counterparts change the hazard ratio, not its direction
    models = era.ways_page(era.index_ways(pfs.scores), pfs, 0.95)
    ratios = models.iloc[:-1, 3].str.split().str[0].astype(float)
    assert (ratios < 0.8).all()
    assert r["ratio_hypoxia_lower"] > 1 and r["ratio_sii_lower"] > 1
