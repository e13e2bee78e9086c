"""The chapter on clusters, re-executed with other settings, own scores, deposited data, mistakes."""

import numpy as np
import pandas as pd
import pytest
from conftest import displayed, run_in_process

from secondline import signatures
from secondline.chapters import check_number, read_recorded
from secondline.cohort import CLUSTERS, read_cohort, signature_scores
from secondline.errors import InputError

CHAPTER = "book/tme/clusters.ipynb"
QUICK = {"resamples": 50}


def invariants(recorded, scores, *, clusters=4, resamples=50, seed=1, **way):
    """The record is what the library gives, and hangs together."""
    names = list(scores.columns)
    found = signatures.cluster(scores, names, clusters=clusters, **way)
    members = [set(found.members(k)) for k in range(clusters)]
    assert [set(own) for own in recorded["members"]] == members
    assert sorted(name for own in recorded["members"] for name in own) == sorted(names)
    assert (recorded["n"], recorded["signatures"]) == scores.shape
    assert len(set(recorded["names"])) == clusters
    again = signatures.bootstrap(
        scores, names, clusters=clusters, resamples=resamples, seed=seed, **way
    )
    assert recorded["same"] == pytest.approx(100 * again.same)
    assert recorded["mean_rand"] == pytest.approx(again.adjusted_rand.mean())
    assert 0 <= recorded["least_settled"] <= 100
    assert recorded["widest"] == recorded["widest_gap"] == 2 + np.argmax(recorded["gap"])
    part = signatures.by_sample_size(
        scores, names, [30], clusters=clusters, draws=100, seed=seed, **way
    )
    assert recorded["small_study"] == pytest.approx(100 * part["same"].iloc[0])
    # noise is less stable than what has clusters
    assert recorded["chance"] < recorded["mean_rand"]
    # what the bottom line says of the shipped patients does not move with the settings
    assert (recorded["small_n"], recorded["arm_n"]) == (40, 128)
    assert recorded["small_same"] < 30
    assert recorded["arm_same"] > 85
    assert abs(recorded["centred_r"]) < 0.15


def test_the_virtual_patients_show_the_published_clusters_and_p_values(run):
    recorded = read_recorded(run(**QUICK))
    scores = signature_scores(read_cohort("virtual"))
    invariants(recorded, scores)
    assert recorded["same_as_published"] == 4
    published = {frozenset(members) for members in CLUSTERS.values()}
    assert {frozenset(own) for own in recorded["members"]} == published
    # the paper's sides of 0.05
    p = recorded["index_p"]
    assert p["BPI axi-cel EFS"] < 0.05 and p["SII axi-cel EFS"] < 0.05
    assert p["SII axi-cel DOR"] < 0.05 < p["BPI axi-cel DOR"]
    for index in CLUSTERS:
        assert p[f"{index} SOC EFS"] > 0.05
    for index in ("cluster 3", "cluster 4"):
        assert p[f"{index} axi-cel EFS"] > 0.05 and p[f"{index} axi-cel DOR"] > 0.05
    # what the prose says of the number of clusters: no gap to speak of beyond four
    assert recorded["widest_gap"] == 2
    assert min(recorded["gap"][:3]) > 3 * max(recorded["gap"][3:])


@pytest.mark.parametrize(
    "settings",
    [
        {"arm": "axi-cel", "clusters": 3, "seed": 9},
        {"method": "complete", "distance": "correlation", "clusters": 5, "resamples": 60},
        {"arm": "SOC", "method": "ward", "clusters": 2},
    ],
)
def test_other_settings_give_the_right_other_result(run, settings):
    recorded = read_recorded(run(**QUICK | settings))
    used = dict(settings)
    scores = signature_scores(read_cohort("virtual"), used.pop("arm", "all"))
    invariants(recorded, scores, **used)
    assert len(recorded["index_p"]) == 4 * settings["clusters"]


def test_every_table_and_picture_of_the_cohort_says_that_it_is_virtual(run):
    tables = [page for page in displayed(run(**QUICK), "text/html") if "sl-table" in page]
    assert len(tables) == 7
    assert all("no real patients" in page for page in tables)
    pictures = displayed(run(**QUICK), "image/svg+xml")
    assert len(pictures) == 3
    assert all("synthetic" in picture for picture in pictures)


@pytest.fixture(scope="module")
def own_scores(tmp_path_factory):
    rng = np.random.default_rng(3)
    factor = rng.standard_normal((60, 2))
    table = pd.DataFrame(
        {f"{'AB'[j]}{i}": factor[:, j] + 0.5 * rng.standard_normal(60) for j in (0, 1)
         for i in range(4)}
    ).round(3)  # fmt: skip
    table["<b>flat</b>"] = 1.0
    table.index = [f"S{i}" for i in range(60)]
    table.iloc[4, 2] = np.nan
    path = tmp_path_factory.mktemp("own") / "my scores.csv"
    table.to_csv(path, index_label="sample")
    return path, table


def test_own_scores_are_clustered_without_outcomes_and_shown_as_text(run, own_scores):
    path, table = own_scores
    executed = run(matrix=str(path), clusters=2, **QUICK)
    recorded = read_recorded(executed)
    invariants(recorded, table.dropna().drop(columns="<b>flat</b>"), clusters=2)
    assert recorded["index_p"] == {}
    assert recorded["names"] == ["cluster 1", "cluster 2"]
    pages = " ".join(displayed(executed, "text/html"))
    assert "1 of 60 samples have empty cells" in pages
    assert "scores are zero or below" in pages
    assert "<b>flat" not in pages
    assert "no real patients" not in pages
    assert "no index is held against an outcome" in pages


def test_deposited_data_run_to_the_end_and_are_called_external(run, root):
    path = str(root / "tests/data/geo_made_family.soft")
    patients = read_cohort("geo", path)
    # the small made file has a few signatures
    k = signature_scores(patients).shape[1]
    executed = run(cohort="geo", geo_file=path, clusters=2, missing="drop signatures", **QUICK)
    recorded = read_recorded(executed)
    assert recorded["signatures"] <= k
    pages = [page for page in displayed(executed, "text/html") if "sl-table" in page]
    assert all("real patients from an open data set" in page for page in pages)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"clusters": 1}, "clusters is 1; it must be a whole number from 2 to 10."),
        ({"arm": "axi"}, "arm is 'axi'; allowed: 'all', 'axi-cel' or 'SOC'."),
        ({"method": "UPGMA", "resamples": 10}, "method is 'UPGMA'"),
        ({"matrix": "no-such-file.csv"}, "no-such-file.csv"),
        ({"method": "ward", "distance": "correlation"}, "'ward' needs distance 'euclidean'"),
    ],
)
def test_a_mistake_stops_with_a_sentence(root, parameters, sentence):
    with pytest.raises(InputError) as caught:
        run_in_process(root / CHAPTER, **parameters)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("settings", [{}, {"arm": "SOC", "method": "ward", "clusters": 2}])
def test_exercise_stubs_ask_and_right_answers_pass(run, settings):
    executed = run(**QUICK | settings)
    recorded = read_recorded(executed)
    text = executed.read_text(encoding="utf-8")
    assert text.count("Not answered yet") == 3
    for name, within in (("widest", 0.5), ("chance", 0.02), ("small_study", 1.0)):
        assert "Not" not in check_number(recorded[name], recorded[name], within=within, hint="h")
        assert "h" in check_number(recorded[name] + 3 * within, recorded[name], within=within, hint="h")
