"""The reader of the deposited patients, on files made for tests that hold no patients."""

import gzip
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondline.cohort import geo
from secondline.cohort.columns import COLUMNS
from secondline.cohort.geo import fetch_geo, read_geo
from secondline.cohort.geo_fields import FIELDS, measured_column, recode
from secondline.cohort.geo_files import HOW_TO_GET
from secondline.errors import InputError

DATA = Path(__file__).parent / "data"
SOFT = DATA / "geo_made_family.soft"
MATRIX = DATA / "geo_made_series_matrix.txt"
MADE = runpy.run_path(str(DATA / "make_geo.py"))
BOTH = pytest.mark.parametrize("file", [SOFT, MATRIX], ids=["soft", "matrix"])


def named(text: str) -> str:
    """Name the rows of the made matrix, which are numbered as the deposit's are."""
    for row, name, _ in MADE["ROWS"]:
        text = text.replace(f"\n{row}\t", f'\n"{name}"\t')
    return text


def written(tmp_path, text: str, name: str = "own.txt") -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def changed(tmp_path, file: Path, *pairs: tuple[str, str]) -> Path:
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return written(tmp_path, text)


def notes(table) -> str:
    return " ".join(table.attrs["notes"])


def test_unit_geo_made_files_are_what_their_script_writes_and_say_that_they_are_made():
    made = MADE["patients"]()
    assert SOFT.read_text(encoding="utf-8") == MADE["soft"](made)
    assert MATRIX.read_text(encoding="utf-8") == MADE["matrix"](made)
    for file in (SOFT, MATRIX):
        assert "Made for tests, no patients" in file.read_text(encoding="utf-8")


@BOTH
def test_unit_geo_table_has_the_columns_and_values_of_the_file(file):
    table = read_geo(file)
    made = MADE["patients"]()
    assert tuple(table.columns) == COLUMNS
    assert list(table["participant"]) == [patient["accession"] for patient in made]
    assert not table["virtual"].any() and table["expression"].all()
    assert table[["virtual", "efs_event", "dor_event", "expression"]].dtypes.eq(bool).all()
    arms = {"Axicabtagene Ciloleucel": "axi-cel", "Standard of Care Chemotherapy": "SOC"}
    answers = {"Ongoing Response": "ongoing", "Relapsed": "relapsed", "Nonresponders": "none"}
    for (_, row), patient in zip(table.iterrows(), made, strict=True):
        told = patient["characteristics"]
        assert row["arm"] == arms[told["treatment arm"]]
        assert row["response"] == answers[told["ongoing.response"]]
        assert row["efs_months"] == float(told["event.free.survival.months"])
        assert row["efs_event"] == (told["event.free.survival.event"] == "1")
        assert row["spd_mm2"] == float(told["baseline tumor burden (spd)"])
        assert row["hgbl"] == (told["histologically.proven.dlbcl.group"] == "HGBL")
        if told["duration.of.response.months"] == "NA":
            assert np.isnan(row["dor_months"]) and not row["dor_event"]
        else:
            assert row["dor_months"] == float(told["duration.of.response.months"])
            assert row["dor_event"] == (told["duration.of.response.event"] == "1")
    assert set(table["cell_of_origin"].dropna()) == {"GCB", "non-GCB"}
    assert table["cell_of_origin"].isna().sum() == 12  # NA and unclassified
    absent = ["treated", "infusion_months", "best_response", "ldh_u_per_l", "ldh_elevated",
              "cd19_h_score", "ccr7_cd45ra_share", "biopsy", "is21"]  # fmt: skip
    assert table[absent].isna().all(axis=None)


def test_unit_geo_both_files_give_the_same_table(tmp_path):
    soft = read_geo(SOFT)
    matrix = read_geo(written(tmp_path, named(MATRIX.read_text(encoding="utf-8"))))
    # a row's type stands in the platform table only; the suffix of its name serves as well
    pd.testing.assert_frame_equal(soft, matrix, check_names=True)
    assert soft["gene_CD19"].tolist() == [p["values"][0] for p in MADE["patients"]()]
    assert soft["sig_il10"].tolist() == [p["values"][4] for p in MADE["patients"]()]
    assert soft["sig_b_cells"].notna().all() and soft["sig_hypoxia"].isna().all()


def test_unit_geo_numbered_rows_of_the_matrix_are_not_guessed():
    table = read_geo(MATRIX)
    assert table[list(geo.MEASURED)].isna().all(axis=None)
    assert "its rows are numbered, not named; the SOFT family file names them" in notes(table)


@BOTH
def test_unit_geo_reads_gzip_by_its_content(file, tmp_path):
    for name in ("own.gz", "own.txt"):
        packed = tmp_path / name
        packed.write_bytes(gzip.compress(file.read_bytes()))
        pd.testing.assert_frame_equal(read_geo(packed), read_geo(file))
    (tmp_path / "short.gz").write_bytes(packed.read_bytes()[:400])
    with pytest.raises(InputError, match="if the download broke off, repeat it"):
        read_geo(tmp_path / "short.gz")


def test_unit_geo_table_serves_kaplan_meier_and_cox():
    from lifelines import CoxPHFitter

    table = read_geo(SOFT)
    assert set(table["arm"]) == {"axi-cel", "SOC"}
    assert table.groupby("arm")["efs_event"].sum().min() >= 5
    data = table[["efs_months", "efs_event"]].assign(arm=(table["arm"] == "axi-cel").astype(float))
    fitted = CoxPHFitter().fit(data, "efs_months", "efs_event")
    assert np.isfinite(fitted.params_["arm"])


@BOTH
@pytest.mark.parametrize("field", [of for of in FIELDS if of.needed], ids=lambda of: of.column)
def test_unit_geo_needed_field_is_missed_in_a_sentence(file, field, tmp_path):
    own = changed(tmp_path, file, (f"{field.names[0]}: ", "something else: "))
    with pytest.raises(InputError, match=f"no characteristic {field.names[0]}, which") as told:
        read_geo(own)
    assert "something_else" in str(told.value) and "geo_file" in str(told.value)


@BOTH
def test_unit_geo_other_field_that_is_missing_is_said_and_its_column_is_empty(file, tmp_path):
    own = changed(
        tmp_path,
        file,
        ("baseline tumor burden (spd): ", "shoe size: "),
        ("duration.of.response.event: ", "hat: "),
    )
    table = read_geo(own)
    assert table["spd_mm2"].isna().all() and table["dor_months"].isna().all()
    assert not table["dor_event"].any()
    assert "spd_mm2 is missing" in notes(table)
    assert "A duration of response without its event is taken as missing" in notes(table)
    assert "Characteristics that no column is for: 'hat', 'shoe_size'" in notes(table)


@BOTH
@pytest.mark.parametrize(
    "old, new",
    [
        ("treatment arm: Axicabtagene Ciloleucel", "treatment arm: tisagenlecleucel"),
        ("event.free.survival.event: 1", "event.free.survival.event: -1"),
        ("event.free.survival.event: 0", "event.free.survival.event: 2"),
        ("event.free.survival.months: ", "event.free.survival.months: -"),
        ("event.free.survival.months: ", "event.free.survival.months: <"),
        ("ongoing.response: Relapsed", "ongoing.response: Perhaps"),
    ],
)
def test_unit_geo_unknown_value_of_a_needed_field_is_an_error(file, old, new, tmp_path):
    with pytest.raises(InputError, match="is not understood; allowed: ") as told:
        read_geo(changed(tmp_path, file, (old, new)))
    assert "GSM000" in str(told.value) and new.split(": ")[0] in str(told.value)


@BOTH
def test_unit_geo_unknown_value_of_another_field_is_said_and_missing(file, tmp_path):
    table = read_geo(changed(tmp_path, file, ("cell of origin: GCB", "cell of origin: Blue")))
    assert "GCB" not in set(table["cell_of_origin"])
    assert "not understood and cell_of_origin is missing in 6 of 24" in notes(table)
    assert "'Blue'" in notes(table)


@BOTH
def test_unit_geo_samples_without_survival_are_left_out_and_named(file, tmp_path):
    months = MADE["patients"]()[2]["characteristics"]["event.free.survival.months"]
    table = read_geo(
        changed(
            tmp_path,
            file,
            (f"event.free.survival.months: {months}", "event.free.survival.months: NA"),
        )
    )
    assert len(table) == MADE["PATIENTS"] - 1
    assert "Left out for want of arm or event-free survival: 'GSM0000003'" in notes(table)
    nobody = changed(
        tmp_path, file, ("treatment arm: Axicab", "treatment arm: NA"),
        ("treatment arm: Standard of Care Chemotherapy", "treatment arm: NA"),
        ("treatment arm: NAtagene Ciloleucel", "treatment arm: NA"),
    )  # fmt: skip
    with pytest.raises(InputError, match="no sample with an arm"):
        read_geo(nobody)


@BOTH
def test_unit_geo_other_series_is_named(file):
    assert "series 'GSE0000000', not GSE248835" in notes(read_geo(file))


@BOTH
def test_unit_geo_right_series_needs_no_remark(file, tmp_path):
    assert "not GSE248835" not in notes(
        read_geo(changed(tmp_path, file, ("GSE0000000", "GSE248835")))
    )


def test_unit_geo_wrong_and_empty_files(tmp_path):
    for text, told in [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("participant,arm\n1,SOC\n", "is no file of a GEO series"),
        ("!Series_title\t\x00\n", "is no file of a GEO series"),
        ('!Series_title\t"x"\n', "has no sample"),
        ("^SERIES = GSE1\n!Series_title = x\n", "has no sample"),
        ("^SERIES = GSE1\n^SERIES = GSE2\n", "cannot be read as a SOFT family file"),
    ]:
        with pytest.raises(InputError, match=told):
            read_geo(written(tmp_path, text))
    for path in (tmp_path, tmp_path / "none.soft", "", "a\x00b", "x" * 5000):
        with pytest.raises(InputError) as error:
            read_geo(path)
        assert HOW_TO_GET in str(error.value)


def test_unit_geo_how_to_get_says_accession_file_and_parameter():
    for word in ("GSE248835", "GSE248835_family.soft.gz", "geo_file"):
        assert word in HOW_TO_GET


ORIGINS = next(line for line in MATRIX.read_text().split("\n") if "cell of origin" in line)


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('"GSM0000002"', '"GSM0000001"', "'GSM0000001' stands twice"),
        (ORIGINS, ORIGINS.rsplit("\t", 1)[0], "23 characteristics for 24 samples"),
        ("!series_matrix_table_end", "", "ends within its table"),
    ],
    ids=["doubled", "short", "broken off"],
)
def test_unit_geo_damaged_matrix(old, new, told, tmp_path):
    with pytest.raises(InputError, match=told):
        read_geo(changed(tmp_path, MATRIX, (old, new)))


def test_unit_geo_damaged_table_of_the_matrix(tmp_path):
    text = MATRIX.read_text(encoding="utf-8")
    row = next(line for line in text.split("\n") if line.startswith("3\t"))
    with pytest.raises(InputError, match="23 values for 24 samples"):
        read_geo(written(tmp_path, text.replace(row, row.rsplit("\t", 1)[0])))


def test_unit_geo_row_that_stands_twice_is_missing_and_said(tmp_path):
    table = read_geo(changed(tmp_path, SOFT, ("8\tHousekeeper\tmRNA", "8\tCD19\tmRNA")))
    assert table["gene_CD19"].isna().all()
    assert "2 rows of the table are called as gene_CD19" in notes(table)


@BOTH
def test_unit_geo_two_values_of_one_characteristic(file, tmp_path):
    own = changed(tmp_path, file, ("ongoing_2grps: ", "ongoing.response: "))
    with pytest.raises(InputError, match="has two values of 'ongoing.response'"):
        read_geo(own)


def test_unit_geo_signature_and_gene_of_one_name_are_kept_apart():
    assert measured_column("IL10", "mRNA") == ""
    assert measured_column("IL10") == ""
    assert measured_column("IL10.IO360") == measured_column("IL10", "IO360 Signature") == "sig_il10"
    assert measured_column("B cells") == "sig_b_cells"
    assert measured_column("CD19", "mRNA") == measured_column("CD19") == "gene_CD19"
    assert measured_column("CD19", "IO360 Signature") == ""


@given(st.text(max_size=20), st.sampled_from(FIELDS))
def test_property_geo_cell_is_an_allowed_value_or_missing(cell, field):
    value, known = recode(cell, field)
    if isinstance(value, float) and np.isnan(value):
        return
    assert known
    assert value in field.codes.values() if field.codes else 0 <= value < np.inf


@settings(max_examples=40)
@given(
    st.sampled_from([SOFT, MATRIX]),
    st.integers(0, 6000),
    st.integers(0, 200),
    st.text(st.characters(codec="utf-8"), max_size=30),
)
def test_property_geo_damage_gives_a_table_or_a_sentence(tmp_path_factory, file, at, cut, text):
    whole = file.read_text(encoding="utf-8")
    own = tmp_path_factory.mktemp("geo") / "own"
    own.write_text(whole[:at] + text + whole[at + cut :], encoding="utf-8")
    try:
        table = read_geo(own)
    except InputError as error:
        assert str(error).strip()
    else:
        assert tuple(table.columns) == COLUMNS
        assert (table["efs_months"] >= 0).all() and set(table["arm"]) <= {"axi-cel", "SOC"}


def test_unit_geo_fetch_says_in_a_sentence_that_there_is_no_network(tmp_path, monkeypatch):
    import GEOparse

    def offline(*_, **__):
        raise OSError("Download failed")

    monkeypatch.setattr(GEOparse, "get_GEO_file", offline)
    with pytest.raises(InputError, match="GSE248835 could not be downloaded") as told:
        fetch_geo(tmp_path / "new")
    assert HOW_TO_GET in str(told.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        fetch_geo(tmp_path / "file")


def test_unit_geo_fetch_returns_the_file_that_geoparse_wrote(tmp_path):
    # GEOparse keeps a file that is there, so that no network is asked
    kept = tmp_path / "GSE248835_family.soft.gz"
    kept.write_bytes(gzip.compress(SOFT.read_bytes()))
    assert fetch_geo(tmp_path) == kept
    assert len(read_geo(fetch_geo(tmp_path))) == MADE["PATIENTS"]
