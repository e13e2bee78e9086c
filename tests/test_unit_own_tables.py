"""A reader's own table: read as spreadsheets write it, or refused in a sentence."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from secondline.csvfiles import read_number_cell, read_own_table
from secondline.csvfiles.files import LARGEST_FILE
from secondline.csvfiles.tables import LARGEST_TABLE
from secondline.errors import InputError
from secondline.tables import (
    EARLIEST,
    LATEST,
    TRIPLES,
    read_dictionary,
    read_trials,
    select_cohorts,
    trials_schema,
)

HEADER = "trial,backbone,prior_car_t,n,orr_events,cr_events"
ROWS = "A,none,yes,10,5,3\nB,GemOx,no,12,,4\n"


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "mine.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_trials(path)


def fault(tmp_path, text, encoding="utf-8"):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text, encoding)
    assert str(caught.value).endswith(".")
    return str(caught.value)


# --- what spreadsheets write ---------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends(tmp_path, encoding, separator, end):
    text = f"{HEADER}\n{ROWS}".replace("A,", "Müller – Paris,")
    table = read(tmp_path, text.replace(",", separator).replace("\n", end), encoding)
    assert table["trial"].tolist() == ["Müller – Paris", "B"]
    assert table["n"].tolist() == [10, 12]
    assert pd.isna(table["orr_events"].iloc[1])
    assert table.index.tolist() == [2, 3]


def test_first_line_of_excel_that_names_the_separator(tmp_path):
    table = read(tmp_path, "sep=;\n" + f"{HEADER}\n{ROWS}".replace(",", ";"))
    assert table.index.tolist() == [3, 4]


def test_empty_columns_and_cells_of_a_spreadsheet_are_left_out(tmp_path):
    rows = ROWS.replace("\n", ",,,\n")
    table = read(tmp_path, f"{HEADER},,\n{rows},,,,,,,,\n")
    assert table.columns.tolist() == HEADER.split(",")
    assert len(table) == 2
    between = "trial,,backbone,prior_car_t,n,orr_events,cr_events\nA,,none,yes,10,5,3\n"
    assert read(tmp_path, between).columns.tolist() == HEADER.split(",")


def test_a_cell_under_no_name_is_pointed_at(tmp_path):
    text = f"{HEADER},\nA,none,yes,10,5,3,\nB,none,yes,10,5,3,seen\n"
    assert "Line 3: 7 fields, but the header has 6" in fault(tmp_path, text)
    text = text.replace(",\nA", ",,drug\nA").replace("3,\n", "3,,x\n").replace("seen", "seen,y")
    assert "column 7 has no name, but line 3 has 'seen'" in fault(tmp_path, text)


def test_semicolons_with_decimal_commas(tmp_path):
    header = f"{HEADER},refractory_share,pfs_median".replace(",", ";")
    table = read(tmp_path, f"{header}\nA;none;yes;10,0;5;3;0,67;6,1\n")
    assert table["n"].tolist() == [10]
    assert table["refractory_share"].tolist() == [0.67]
    assert table["pfs_median"].tolist() == [6.1]


def test_line_numbers_count_line_breaks_within_cells(tmp_path):
    text = f'{HEADER}\n"A\nof\nParis",none,yes,10,5,3\nB,none,maybe,10,5,3\n'
    assert "Line 5 (B), prior_car_t" in fault(tmp_path, text)
    table = read(tmp_path, text.replace("maybe", "yes"))
    assert table["trial"].tolist() == ["A of Paris", "B"]


def test_a_formula_is_kept_as_text(tmp_path):
    table = read(tmp_path, f'{HEADER}\n"=SUM(A1:A9)",@x,yes,10,5,3\n+1-2,-x,no,10,5,3\n')
    assert table["trial"].tolist() == ["=SUM(A1:A9)", "+1-2"]
    assert table["backbone"].tolist() == ["@x", "-x"]


def test_one_trial_may_have_an_arm_alone_and_one_with_a_partner(tmp_path):
    rows = "A,none,yes,10,5,3\nA,GemOx,yes,12,6,4\nB,none,yes,9,4,2\nC,GemOx,yes,9,4,2\n"
    table = read(tmp_path, f"{HEADER}\n{rows}")
    for population in ("after CAR-T monotherapy", "after CAR-T combination"):
        assert "A" in select_cohorts(table, population, "ORR")["trial"].tolist()
    assert "Line 6 (A): the trial stands twice with the same prior_car_t and backbone" in fault(
        tmp_path, f"{HEADER}\n{rows}A,GemOx,yes,3,1,1\n"
    )


# --- what cannot be read -------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "mine.csv is empty."),
        (b" \n\r\n\t\n", "mine.csv is empty."),
        (HEADER.encode(), "has no rows below its header"),
        (b"PK\x03\x04" + b"\0" * 50, "is a workbook (Excel, OpenDocument) or another zip"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 50, "is an old Excel workbook, not a CSV file"),
        (b"%PDF-1.7\n", "is a PDF, not a CSV file"),
        (b"trial,n\nA,\x07\n", "line 2: a character that is no text (U+0007)"),
        ("trial,n\n".encode("utf-16-le"), "line 1: a character that is no text (U+0000)"),
        (b"\xff\xfet", "is no text in UTF-8"),
        (b"trial\x81,n\n", "is no text in UTF-8"),
        (b'trial,n\n"A,10\nB,12\n', "line 2: a quotation mark is opened and never closed"),
        (b'trial,n\nA,3\n"A"B,10\n', "line 3: a quotation mark stands in the middle of a cell"),
        (b"x" * (LARGEST_FILE + 1), "has 5.0 MB; a table of up to 5 MB is read"),
        (b"trial,n\n" + b"A,1\n" * (LARGEST_TABLE + 1), "has 1,001 rows; up to 1,000 are read"),
        (b"A,none,yes,10,5,3\nB,none,yes,1,1,1\n", "The first line has no name of a column"),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path, data, words):
    assert words in fault(tmp_path, data)


def test_a_large_file_is_not_even_read(tmp_path):
    path = tmp_path / "mine.csv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InputError, match=r"mine.csv has 50.0 MB; a table of up to 5 MB"):
        read_trials(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is a folder; trials is the path"),
        ("x" * 5000, "There is no file"),
        ("a\0b", "There is no file"),
        ("~nobody-by-that-name/x.csv", "There is no file"),
    ],
)
def test_a_path_that_is_no_file_says_so(tmp_path, name, words):
    with pytest.raises(InputError, match=words):
        read_trials(name if name.startswith("~") else f"{tmp_path}/{name}")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("orr_events", "orr", "'orr' (did you mean orr_events?) is unknown"),
        ("orr_events", "ORR_Events", "'ORR_Events' (did you mean orr_events?) is unknown"),
        ("n", "patients", "'patients' (did you mean n?) is unknown"),
        ("prior_car_t", "Prior CAR-T", "'Prior CAR-T' (did you mean prior_car_t?) is"),
        ("backbone", "backbne", "'backbne' (did you mean backbone?) is unknown"),
        ("backbone", "colour", "The column 'colour' is unknown"),
        ("backbone", "colour", "The column backbone is missing"),
    ],
)
def test_unknown_columns_name_what_may_be_meant(tmp_path, old, new, words):
    columns = [new if column == old else column for column in HEADER.split(",")]
    assert words in fault(tmp_path, ",".join(columns) + "\n" + ROWS)


def test_long_lists_of_faults_are_cut(tmp_path):
    rows = "".join(f"T{i},none,yes,10,5.5,3\n" for i in range(37))
    text = fault(tmp_path, f"{HEADER}\n{rows}")
    assert "has 37 faults" in text
    assert text.count("Line ") == 10
    assert text.endswith("And 27 more.")
    columns = ",".join(f"x{i}" for i in range(30))
    assert "'x9' and 20 more are unknown" in fault(
        tmp_path, f"{HEADER},{columns}\n{ROWS.splitlines()[0]}{',1' * 30}\n"
    )


def test_long_cells_are_cut_in_a_sentence(tmp_path):
    text = fault(tmp_path, f"{HEADER}\n{'A' * 900},none,{'y' * 900},10,{'9' * 90}x,3\n")
    assert len(text) < 700


@pytest.mark.parametrize("cell", ["54 %", "54%", "0.54", "54,5", "54.5", "0,54", "54.5 %", "54,5%"])
@pytest.mark.parametrize("column", ["orr_events", "n"])
def test_a_percentage_in_place_of_a_count_has_its_own_sentence(tmp_path, cell, column):
    row = {"orr_events": "5", "n": "90", column: cell}
    header = HEADER.replace(",", ";")
    told = fault(tmp_path, f"{header}\nA;none;yes;{row['n']};{row['orr_events']};3\n")
    assert f"Line 2 (A), {column}: {cell!r} looks like a percentage or a share, not a count" in told
    assert "give the number of patients" in told


@pytest.mark.parametrize(
    ("text", "kind", "number", "words"),
    [
        ("1,234", "count", None, "has a mark between thousands; write 1234"),
        ("1,234", "number", None, "may have a decimal comma or a mark between thousands"),
        ("1_000", "count", None, "is not a number"),
        ("１２", "count", None, "is not a number"),
        ("NR", "count", None, "leave the cell empty where nothing was reported"),
        ("11/27", "count", None, "is not a number"),
        ("2024.5", "whole", None, "is not a whole number"),
        ("67 %", "number", None, "is a percentage; write a number without the sign"),
        ("1e300", "number", None, "is not a number that a trial can have"),
        ("-inf", "number", None, "is not a number that a trial can have"),
        ("27.0", "count", 27, ""),
        ("+3", "count", 3, ""),
        ("6,1", "number", 6.1, ""),
        (".5", "number", 0.5, ""),
        ("", "count", None, ""),
    ],
)
def test_number_cells(text, kind, number, words):
    found, told = read_number_cell(text, kind=kind, largest=1e6)
    assert found == number
    assert words in told
    assert bool(told) == bool(words)


# --- ranges of the optional columns --------------------------------------------


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"year": "24"}, "year: 24 is no year of a report; allowed are 1950 to 2100"),
        ({"year": "2024.5"}, "year: '2024.5' is not a whole number"),
        ({"publication": "poster"}, "publication: poster is not allowed; allowed are article and"),
        ({"refractory_share": "67"}, "refractory_share: 67.0 is no share; write one from 0 to 1"),
        ({"refractory_share": "67 %"}, "refractory_share: '67 %' is a percentage"),
        ({"follow_up_months": "-1"}, "follow_up_months: -1.0 is negative"),
        ({"dor_median": "-0.1"}, "dor_median: -0.1 is negative"),
        ({"lines_min": "-2"}, "lines_min: -2.0 is negative"),
        ({"pfs_lower": "7", "pfs_median": "6.1"}, "pfs_lower exceeds pfs_median"),
        ({"os_median": "9", "os_upper": "8"}, "os_median exceeds os_upper"),
        ({"docr_lower": "9", "docr_upper": "8"}, "docr_lower exceeds docr_upper"),
        ({"lines_median": "9", "lines_max": "8"}, "lines_median exceeds lines_max"),
    ],
)
def test_optional_columns_have_ranges(tmp_path, cells, words):
    text = f"{HEADER},{','.join(cells)}\nA,none,yes,10,5,3,{','.join(cells.values())}\n"
    assert words in fault(tmp_path, text)


def test_the_dictionary_names_the_ranges():
    allowed = read_dictionary().query("table == 'bispecific_trials'").set_index("column")["allowed"]
    assert allowed["year"] == f"{EARLIEST} to {LATEST}"
    assert allowed["publication"] == "article, abstract"
    assert allowed["refractory_share"] == "0 to 1"
    for name in (*(n for triple in TRIPLES for n in triple), "follow_up_months"):
        assert allowed[name] == "0 or more", name


def test_optional_columns_may_be_empty_or_open(tmp_path):
    names = "year,publication,refractory_share,dor_lower,dor_median,dor_upper,follow_up_months"
    table = read(
        tmp_path,
        f"{HEADER},{names}\nA,none,yes,10,5,3,,,,,,,\nB,none,yes,10,5,3,2024,abstract,1,4.0,,,0\n",
    )
    assert table["dor_lower"].tolist()[1] == 4
    assert table["publication"].tolist() == ["", "abstract"]


# --- any file at all -----------------------------------------------------------

ALL_COLUMNS = list(trials_schema().columns)
CELLS = st.sampled_from(
    ["", "none", "yes", "no", "article", "0", "1", "5", "10", "-3", "0.5", "54 %", "1,5", "2024"]
    + ["nan", "NR", "=SUM(A1)", "<b>$x^$</b>", '"', '""', "'", "\t", "é", "A", "B", "1e9", "\n"]
) | st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=6)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=100)
NAMES = st.sampled_from([*ALL_COLUMNS, "drug", "orr", "", "Trial", "x"])
LINES = st.lists(st.lists(CELLS, max_size=9), max_size=6)
PLAUSIBLE = st.tuples(
    st.sampled_from(["A", "B", "C", "<b>", "=1+1"]),
    st.sampled_from(["none", "GemOx"]),
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["10", "25", "61"]),
    st.sampled_from(["", "5", "10"]),
    st.sampled_from(["", "0", "4"]),
).map(list)


def whole_table(extra, rows, swap, separator):
    """A table that can be read, but for at most one cell of it."""
    rows = [[*row, *[""] * len(extra)] for row in rows]
    if swap is not None and rows:
        place, cell = swap
        row = rows[place % len(rows)]
        row[place % len(row)] = cell
    lines = [[*HEADER.split(","), *extra], *rows]
    return "\n".join(separator.join(line) for line in lines).encode("utf-8", "replace")


TABLES = st.builds(
    whole_table,
    st.lists(st.sampled_from(ALL_COLUMNS[6:]), max_size=3, unique=True),
    st.lists(PLAUSIBLE, min_size=1, max_size=4, unique_by=lambda row: tuple(row[:3])),
    st.none() | st.tuples(st.integers(0, 99), CELLS),
    st.sampled_from([",", ";", "\t"]),
)
FILES = st.one_of(
    TABLES,
    TABLES,
    st.builds(
        lambda names, lines, separator: "\n".join(
            separator.join(line) for line in [names, *lines]
        ).encode("utf-8", "replace"),
        st.lists(NAMES, max_size=9),
        LINES,
        st.sampled_from([",", ";", "\t"]),
    ),
    TEXT.map(lambda text: text.encode("utf-8", "replace")),
    TEXT.map(lambda text: text.encode("utf-16", "replace")),
    st.binary(max_size=200),
)


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(FILES)
@example(f"{HEADER}\n{ROWS}".encode())
@example(b'"\n')
@example(b"sep=;\n")
@example(f"{HEADER},year\nA,none,yes,10,5,3,\n".encode())
def test_any_file_gives_a_valid_table_or_a_sentence(tmp_path, data):
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    try:
        table = read_trials(path)
    except InputError as error:
        text = str(error)
        assert text.startswith(("any.csv", "'"))
        assert text.endswith(".")
        return
    trials_schema().validate(table)
    assert table["n"].notna().all()
    assert not table.duplicated(["trial", "prior_car_t", "backbone"]).any()


def test_own_tables_for_other_purposes_need_no_column(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    assert read_own_table(path, "x.").to_dict("records") == [{"a": "1", "b": "2"}]
