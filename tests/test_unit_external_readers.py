"""Reading the open tables: what is taken from them, and what is refused with a sentence."""

import gzip

import numpy as np
import pytest
from conftest import load_script

from secondline import external
from secondline.errors import InputError
from secondline.external import era
from secondline.external.lme import SIGNATURES, read_annotation, read_scores
from secondline.external.tsv import read_tsv

MADE = {
    "schmitz": "external_made_schmitz.tsv",
    "annotation": "external_made_annotation.tsv",
    "signatures": "external_made_signatures.tsv",
}


@pytest.fixture(scope="module")
def made(root):
    return {name: root / "tests/data" / file for name, file in MADE.items()}


@pytest.fixture(scope="module")
def samples(made):
    return external.read_samples(made["annotation"], made["signatures"])


@pytest.fixture(scope="module")
def listed(made):
    return external.read_schmitz(made["schmitz"])


def test_the_made_tables_are_what_their_script_makes(made, tmp_path):
    load_script("tests/data/make_external.py").write(tmp_path)
    for path in made.values():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_patients_are_read_without_the_remarks_and_in_months(listed, made):
    assert len(listed) == 120
    assert listed["in_survival_set"].sum() == 100
    lines = made["schmitz"].read_text(encoding="utf-8").split("\n")
    header = lines[0].split("\t")
    first = dict(zip(header, lines[1].split("\t"), strict=True))
    assert listed.loc[0, "os_months"] == pytest.approx(12 * float(first["Follow_up Time _yrs"]))
    # zeros of those outside the set are no times
    outside = listed[~listed["in_survival_set"]]
    assert outside[["os_months", "pfs_months", "os_event", "pfs_event"]].isna().all(axis=None)
    inside = listed[listed["in_survival_set"]]
    assert inside["os_months"].notna().all()
    assert inside.loc[inside["pfs_months"].isna(), "pfs_event"].eq(1).all()
    assert set(listed["ipi_group"]) == {None, "Low", "Intermediate", "High"}


def test_samples_are_read_the_same_way_round_in_both_tables(samples, made, tmp_path):
    assert samples.scores.shape == (150, 38)
    assert tuple(samples.scores.columns) == SIGNATURES
    assert list(samples.scores.index) == list(samples.annotation.index)
    with made["signatures"].open(encoding="utf-8") as file:
        header, row = file.readline().rstrip("\n").split("\t"), file.readline().split("\t")
    name = header[7]
    assert samples.scores.loc[name, row[0]] == float(row[7])
    assert samples.annotation["lme"].isna().sum() == 4
    # an annotation in another order is joined by name
    lines = made["annotation"].read_text(encoding="utf-8").rstrip("\n").split("\n")
    other = tmp_path / "other.tsv"
    other.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    turned = external.read_samples(other, made["signatures"])
    assert list(turned.scores.index) == list(turned.annotation.index)
    assert turned.scores.loc[name, "CAF"] == samples.scores.loc[name, "CAF"]
    assert len(samples.of_platform("GPL570").scores) == 50
    assert samples.of_platform("all") is samples
    with pytest.raises(InputError, match="platform is 'GPL80'; these samples have"):
        samples.of_platform("GPL80")


def test_joining_keeps_the_survival_set_with_signatures(samples, listed, made):
    joined = era.join(samples, listed)
    assert (joined.listed, joined.survival_set, len(joined.patients)) == (120, 100, 90)
    assert list(joined.patients.index) == list(joined.scores.index)
    rows = [line.split("\t") for line in made["schmitz"].read_text(encoding="utf-8").split("\n")]
    status, months = (
        next(i for i, name in enumerate(rows[0]) if name.startswith(f"Progression_Free Survival _PFS_ {w}"))
        for w in ("Status", "Time")
    )
    lost = [row for row in rows[1:121] if "Yes" in row and row[status] == "1" and not row[months]]
    assert joined.lost_events == len(lost) > 0
    pfs, overall = era.outcome(joined, "PFS"), era.outcome(joined, "OS")
    assert overall.n == 90 and pfs.n < 90
    assert pfs.patients["months"].le(pfs.patients["os_months"] + 1e-6).all()
    with pytest.raises(InputError, match="endpoint is 'EFS'; allowed: 'PFS' or 'OS'"):
        era.outcome(joined, "EFS")
    strange = listed.assign(sample=[f"other {i}" for i in range(len(listed))])
    with pytest.raises(InputError, match="do not belong together"):
        era.join(samples, strange)


def changed(path, tmp_path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    target = tmp_path / path.name
    target.write_text(text.replace(old, new, count), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("IPI Group", "IPI", "The column 'IPI Group' is missing"),
        ("MADE00002\t", "MADE00001\t", "The patient 'MADE00001' stands twice"),
        ("\tABC\t", "\tABX\t", "'Gene Expression Subgroup': 'ABX'; allowed: ABC, GCB, Unclass"),
        ("\tYes\t", "\tyes\t", "'yes'; allowed: Yes, No"),
        ("Pre-treatment\tImmuno", "Pre-treatment", "cells, but the header has"),
        ("MADE00001\t", "\t", "has no name of a patient"),
    ],
)
def test_a_table_of_patients_that_cannot_be_is_refused(made, tmp_path, old, new, sentence):
    if old.startswith("Pre-treatment"):
        new = "Pre-treatment\tx\ty"
    with pytest.raises(InputError, match="external_made_schmitz") as caught:
        external.read_schmitz(changed(made["schmitz"], tmp_path, old, new))
    assert sentence in str(caught.value)


def with_times(made, tmp_path, followed, free):
    """The table with other times of the first patient."""
    lines = made["schmitz"].read_text(encoding="utf-8").split("\n")
    header, cells = lines[0].split("\t"), lines[1].split("\t")
    cells[header.index("Follow_up Time _yrs")] = followed
    cells[header.index("Progression_Free Survival _PFS_ Time _yrs")] = free
    target = tmp_path / "times.tsv"
    target.write_text("\n".join([lines[0], "\t".join(cells), *lines[2:]]), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("followed", "free", "sentence"),
    [
        ("60", "1", "'Follow_up Time _yrs': 60; allowed: 0 to 40"),
        ("-1", "0", "-1; allowed: 0 to 40"),
        ("two", "1", "'two' is not a number"),
        ("", "", "is in the survival set, but has no follow-up time"),
        ("1", "2", "was free of progression for longer than it was followed"),
    ],
)
def test_times_that_cannot_be_are_refused(made, tmp_path, followed, free, sentence):
    with pytest.raises(InputError) as caught:
        external.read_schmitz(with_times(made, tmp_path, followed, free))
    assert sentence in str(caught.value)
    assert "Line 2" in str(caught.value)


@pytest.mark.parametrize(
    ("table", "old", "new", "sentence"),
    [
        ("annotation", "platform_id", "platform", "The column 'platform_id' is missing"),
        ("annotation", "LME-DE", "LME-XX", "'LME' is 'LME-XX'; allowed: LME-DE"),
        ("annotation", "MADE00002", "MADE00001", "The sample 'MADE00001' stands twice"),
        ("annotation", "MADE00009", "OTHER", "2 samples have signatures or an annotation"),
        ("signatures", "\nCAF\t", "\nCAFs\t", "The signature 'CAF' is missing"),
        ("signatures", "\nCAFs\t", "", "The signature 'CAFs' is unknown"),
        ("signatures", "MADE00002", "MADE00001", "The sample 'MADE00001' stands twice"),
        ("signatures", "\nCAF\t-", "\nCAF\tx", "'CAF': a cell is no number"),
        ("signatures", "\nCAF\t", "\nCAF\t9", "'CAF': a score is missing or beyond 6"),
    ],
)
def test_tables_of_samples_that_cannot_be_are_refused(made, tmp_path, table, old, new, sentence):
    if old == "\nCAFs\t":
        old, new = "\nCAF\t", "\nCAFs\t"
    if old == "\nCAF\t-":
        text = made["signatures"].read_text(encoding="utf-8")
        cell = text.split("\nCAF\t")[1].split("\t")[0]
        old, new = f"\nCAF\t{cell}\t", "\nCAF\tx\t"
    paths = dict(made) | {table: changed(made[table], tmp_path, old, new)}
    with pytest.raises(InputError) as caught:
        external.read_samples(paths["annotation"], paths["signatures"])
    assert sentence in str(caught.value)


def test_cut_and_foreign_files_are_refused_in_a_sentence(made, tmp_path):
    packed = gzip.compress(made["signatures"].read_bytes())
    whole = tmp_path / "whole.tsv.gz"
    whole.write_bytes(packed)
    assert read_scores(whole).equals(read_scores(made["signatures"]))
    cut = tmp_path / "cut.tsv.gz"
    cut.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="cut.tsv.gz ends too early or is damaged"):
        read_scores(cut)
    text = made["annotation"].read_bytes()
    short = tmp_path / "short.tsv"
    short.write_bytes(text[: text.rindex(b"\t", 0, len(text) // 2)])
    with pytest.raises(InputError, match=r"short.tsv: Line \d+ has \d cells, but the header has 7"):
        read_annotation(short)
    for content, words in (
        (b"", "has no rows below its header"),
        (b"a\tb\n", "has no rows below its header"),
        (b"\xff\xfe\x00\x01" * 9, "is no text in UTF-8"),
        (b"PK\x03\x04" + bytes(range(128, 256)), "is no text in UTF-8"),
    ):
        strange = tmp_path / "strange.tsv"
        strange.write_bytes(content)
        with pytest.raises(InputError, match=words):
            read_tsv(strange)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_tsv(tmp_path / "nowhere.tsv")
    with pytest.raises(InputError, match="The column 'dbGaP subject ID' is missing"):
        external.read_schmitz(made["annotation"])
    with pytest.raises(InputError, match="has 10 faults|faults"):
        read_scores(made["annotation"])


def test_without_the_files_the_sentence_names_them_and_one_command(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDLINE_DATA", str(tmp_path))
    text = external.absence(*era.ERA_FILES)
    for name in era.ERA_FILES:
        assert text.count(name) == 2
    assert text.count("scripts/fetch.py") == 1
    with pytest.raises(InputError, match="scripts/fetch.py schmitz2018"):
        external.read_schmitz()
    with pytest.raises(InputError, match="scripts/fetch.py lme2021-annotation"):
        external.read_samples()
    # what lies in their place and is something else is not taken
    (tmp_path / external.FILES["schmitz2018"].file).write_text("something else")
    assert "schmitz2018" not in external.absence(*era.ERA_FILES)
    with pytest.raises(InputError, match="SHA-256 differs"):
        external.read_schmitz()


def test_the_made_tables_hold_nothing_of_the_real_ones(samples, listed):
    assert all(name.startswith("MADE") for name in samples.scores.index)
    assert listed["sample"].str.match("MADE|NOSAMPLE").all()
    assert np.isfinite(samples.scores.to_numpy()).all()
