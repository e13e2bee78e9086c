"""A reader's own scores and counts: read rightly, or refused in a sentence."""

import numpy as np
import pandas as pd
import pytest

from secondline import signatures
from secondline.errors import InputError

NAMES = ["B cells", "Stroma", "Hypoxia", "TIS"]


def table(n=12, seed=1):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        np.round(np.exp(rng.standard_normal((n, 4))), 3), columns=NAMES,
        index=[f"P{i}" for i in range(n)],
    )  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def to_file(frame, **options):
        path = tmp_path / "scores.csv"
        frame.to_csv(path, index_label="sample", **options)
        return path

    return to_file


def test_a_clean_file_gives_its_numbers(write):
    matrix = signatures.read_matrix(write(table()))
    pd.testing.assert_frame_equal(matrix.scores, table(), check_names=False)
    assert matrix.notes == ()
    assert matrix.all_positive


def test_semicolons_and_decimal_commas_are_read(write):
    short = table().round(2)
    matrix = signatures.read_matrix(write(short, sep=";", decimal=","))
    np.testing.assert_allclose(matrix.scores, short)
    # three digits after a comma may be thousands
    with pytest.raises(InputError, match="may have a decimal comma or a mark between thousands"):
        signatures.read_matrix(write(table(), sep=";", decimal=","))


def test_missing_cells_drop_samples_or_signatures_or_stop(write):
    holes = table()
    holes.iloc[2, 1] = holes.iloc[5, 1] = np.nan
    path = write(holes)
    kept = signatures.read_matrix(path)
    assert len(kept.scores) == 10
    assert kept.notes == ("2 of 12 samples have empty cells and are left out: 'P2', 'P5'.",)
    narrow = signatures.read_matrix(path, missing="drop signatures")
    assert list(narrow.scores) == ["B cells", "Hypoxia", "TIS"]
    assert "1 of 4 signatures have empty cells" in narrow.notes[0]
    with pytest.raises(InputError, match="has 2 empty cells, as of sample 'P2' and signature 'Str"):
        signatures.read_matrix(path, missing="refuse")
    with pytest.raises(InputError, match="missing is 'mean'; allowed: "):
        signatures.read_matrix(path, missing="mean")


def test_a_constant_signature_is_left_out_and_named(write):
    matrix = signatures.read_matrix(write(table().assign(TIS=7.0)))
    assert list(matrix.scores) == NAMES[:3]
    assert matrix.notes == (
        "'TIS' has one value in all samples, correlates with nothing, and is left out.",
    )


def test_negative_scores_cluster_but_make_no_index(write):
    matrix = signatures.read_matrix(write(table().assign(TIS=lambda t: t["TIS"] - 100)))
    assert not matrix.all_positive
    assert "12 scores are zero or below" in matrix.notes[0]
    assert signatures.cluster(matrix.scores, matrix.scores.columns, clusters=2).n_clusters == 2


def test_names_of_a_cohort_are_compared(write):
    path = write(table())
    assert len(signatures.read_matrix(path, ids=table().index).scores) == 12
    with pytest.raises(InputError, match="2 of 12 samples have names that the cohort does not have"):
        signatures.read_matrix(path, ids=table().index[2:])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no matrix"),
        ("sample,B cells\n", "has no matrix"),
        ("sample,a,b,a\nP1,1,2,3\n", "The signature 'a' stands twice."),
        ("sample,a,b,\nP1,1,2,3\n", "Column 4 has no name."),
        ("sample,a,b,c\nP1,1,2,3\nP1,2,3,4\n", "The sample 'P1' stands twice."),
        ("sample,a,b,c\nP1,1,2\n", "Line 2 has 3 cells, but the header has 4."),
        ("sample,a,b,c\nP1,1,x,3\n", "Line 2, 'b': 'x' is not a number."),
        ("sample,a,b,c\nP1,1,inf,3\n", "Line 2, 'b': 'inf' is not a number that"),
        ("sample,a,b,c\n,1,2,3\n", "Line 2 has no name of a sample."),
        ("sample,a,b,c\nP1,1,2,3\nP2,4,5,6\n", "leaves 2 samples and 3 signatures; clustering"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path, text, sentence):
    path = tmp_path / "scores.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        signatures.read_matrix(path)
    assert sentence in str(caught.value)


def test_no_file_and_frames_that_cannot_be_used(tmp_path):
    with pytest.raises(InputError, match="no-such.csv"):
        signatures.read_matrix(tmp_path / "no-such.csv")
    twice = pd.concat([table(), table().iloc[:1]])
    with pytest.raises(InputError, match="the sample 'P0' stands twice"):
        signatures.check_matrix(twice)
    with pytest.raises(InputError, match="infinite"):
        signatures.check_matrix(table().assign(TIS=np.inf))
    with pytest.raises(InputError, match="not a number"):
        signatures.check_matrix(table().assign(TIS="high"))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: signatures.cluster(x, NAMES, clusters=5), "clusters is 5; allowed: 1 to 4."),
        (lambda x: signatures.cluster(x, NAMES[:3]), "3 names for 4 signatures"),
        (lambda x: signatures.cluster(x, NAMES, method="UPGMA"), "method is 'UPGMA'; allowed"),
        (lambda x: signatures.cluster(x, NAMES, distance="city"), "distance is 'city'; allowed"),
        (
            lambda x: signatures.cluster(x, NAMES, method="ward", distance="correlation"),
            "method 'ward' needs distance 'euclidean'",
        ),
        (lambda x: signatures.cluster(x * [1, 1, 0, 1], NAMES), "one value in all samples"),
        (lambda x: signatures.correlations(x[0]), "complete, finite numbers"),
        (lambda x: signatures.correlations(np.where(x > 2, np.nan, x)), "complete, finite"),
        (lambda x: signatures.bootstrap(x, NAMES, resamples=0), "resamples is 0"),
        (lambda x: signatures.by_sample_size(x, NAMES, [2]), "A part has 2 samples; allowed: 3"),
        (lambda x: signatures.principal_components(pd.DataFrame(x), 9), "components is 9; allowed"),
        (lambda x: signatures.principal_components(pd.DataFrame(x * [1, 1, 0, 1])), "one value"),
        (lambda x: signatures.with_groups(pd.DataFrame(x), [True]), "12 patients, but (1,) answ"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(call, sentence):
    with pytest.raises(InputError) as caught:
        call(table().to_numpy())
    assert sentence in str(caught.value)


# --- raw counts --------------------------------------------------------------------------


def rcc(sample, scale=1.0, genes=(("MS4A1", 900), ("CD19", 0)), kinds=("Positive", "Housekeeping")):
    rows = [f"Endogenous,{name},NM_1,{round(scale * count)}" for name, count in genes]
    controls = {"Positive": ("POS_A", 8000), "Housekeeping": ("TBP", 400), "Negative": ("NEG_A", 5)}
    rows += [
        f"{kind},{controls[kind][0]},X,{round(scale * controls[kind][1])}"
        for kind in (*kinds, "Negative")
    ]
    summary = "\n".join(["CodeClass,Name,Accession,Count", *rows])
    return (
        "<Header>\nFileVersion,1.7\n</Header>\n"
        f"<Sample_Attributes>\nID,{sample}\nOwner,\n</Sample_Attributes>\n"
        f"<Code_Summary>\n{summary}\n</Code_Summary>\n"
    )


@pytest.fixture
def folder(tmp_path):
    def fill(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.RCC").write_text(text, encoding="utf-8")
        return tmp_path

    return fill


def test_counts_of_one_file(folder):
    sample, counts = signatures.read_rcc(folder(a=rcc("S1")) / "a.RCC")
    assert sample == "S1"
    assert counts.set_index("gene").loc["MS4A1"].tolist() == ["Endogenous", 900]


def test_a_sample_that_was_counted_twice_as_deep_gives_the_same_genes(folder):
    genes = (("MS4A1", 900), ("CD19", 120))
    found = signatures.read_rcc_folder(folder(a=rcc("S1", 1, genes), b=rcc("S2", 2, genes)))
    assert found.index.tolist() == ["S1", "S2"]
    assert list(found) == ["MS4A1", "CD19"]
    np.testing.assert_allclose(found.loc["S1"], found.loc["S2"])
    assert found.loc["S1", "MS4A1"] - found.loc["S1", "CD19"] == pytest.approx(np.log2(900 / 120))


def test_a_gene_without_counts_stays_finite(folder):
    found = signatures.read_rcc_folder(folder(a=rcc("S1"), b=rcc("S2")))
    assert np.isfinite(found.to_numpy()).all()
    assert (found["CD19"] == 0).all()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "has no file that ends in .RCC"),
        ({"a": "not one"}, "a.RCC is no RCC file"),
        ({"a": "<Code_Summary>\nA,B\n1,2\n</Code_Summary>"}, "needs CodeClass, Name and Count"),
        ({"a": rcc("S1"), "b": rcc("S1")}, "b.RCC: the sample 'S1' stands in another file"),
        ({"a": rcc("S1").replace(",900", ",-9")}, "'MS4A1': the count is '-9'"),
        ({"a": rcc("S1", genes=(("CD19", 3), ("CD19", 4)))}, "a gene stands twice"),
        ({"a": rcc("S1"), "b": rcc("S2", genes=(("PAX5", 9),))}, "b.RCC: its genes are not"),
        ({"a": rcc("S1", kinds=("Positive",))}, "need housekeeping controls"),
        ({"a": rcc("S1").replace("TBP,X,400", "TBP,X,0")}, "need housekeeping controls"),
    ],
)
def test_bad_counts_are_refused_in_a_sentence(folder, files, sentence):
    with pytest.raises(InputError) as caught:
        signatures.read_rcc_folder(folder(**files))
    assert sentence in str(caught.value)


def test_no_folder_is_said():
    with pytest.raises(InputError, match="There is no folder 'nowhere'"):
        signatures.read_rcc_folder("nowhere")


# --- names of clusters, and sentences ----------------------------------------------------


def clustered(labels):
    """Signatures a, b, c ... with clusters as given, whatever the data."""
    rng = np.random.default_rng(2)
    factors = rng.standard_normal((200, max(labels) + 1))
    scores = np.column_stack([factors[:, k] + 0.3 * rng.standard_normal(200) for k in labels])
    names = [chr(97 + i) for i in range(len(labels))]
    return signatures.cluster(scores, names, clusters=max(labels) + 1)


def test_clusters_take_the_name_of_the_published_one_most_like_them():
    found = clustered([0, 0, 0, 1, 1, 2])
    matches = signatures.match_clusters(
        found, {"X": ("a", "b", "c"), "Y": ("d", "e", "z"), "W": ("a", "q")}
    )
    by_name = {match.name: match for match in matches}
    assert by_name["X"].same
    # z was not clustered and does not count against Y
    assert by_name["Y"].same
    (left,) = (m for m in matches if m.name not in ("X", "Y"))
    assert left.name == f"cluster {left.label + 1}"
    assert not left.same


def test_a_published_name_is_given_once():
    found = clustered([0, 0, 1, 1])
    matches = signatures.match_clusters(found, {"X": ("a", "b", "c", "d")})
    assert sorted(m.name for m in matches).count("X") == 1
    text = signatures.matches_reading(found, matches)
    assert "None of them has exactly the members" in text
    assert "X shares 2 of 4" in text


def test_strange_names_are_said_to_be_strange():
    found = clustered([0, 0, 1, 1])
    matches = signatures.match_clusters(found, {"X": ("p", "q")})
    assert "not those of the published" in signatures.matches_reading(found, matches)


def test_lost_cells_filled_with_zeros_harm_more_than_medians():
    rng = np.random.default_rng(4)
    factors = rng.standard_normal((80, 3))
    scores = np.exp(1 + 0.3 * (np.repeat(factors, 4, axis=1) + 0.9 * rng.standard_normal((80, 12))))
    names = [f"s{i}" for i in range(12)]
    gaps = signatures.with_gaps(scores, names, (0.0, 0.35), clusters=3, draws=30)
    by = gaps.set_index(["share", "fill"])["adjusted_rand"]
    assert by[0.0, "0"] == by[0.0, "median of the signature"] == 1
    assert by[0.35, "0"] < by[0.35, "median of the signature"]
    assert "35 % of the cells lost" in signatures.gaps_reading(gaps)
    with pytest.raises(InputError, match="allowed: 0 to below 1"):
        signatures.with_gaps(scores, names, (1.0,))
