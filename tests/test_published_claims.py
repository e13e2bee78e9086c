"""The claims against the source text, and the data against the claims."""

import re
from pathlib import Path

import pandas as pd
import pytest

from secondline.claims import COLUMNS, KINDS, all_claims, documents, get_claim, read_card, read_claims
from secondline.errors import InputError
from secondline.tables import read_trials

# The sources' texts are not part of the project; where they lie beside it they are used.
TEXTS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
PRINTED_COLUMNS = ("value", "lower", "upper", "p", "n", "N")


def words(text: str) -> str:
    """Text as one line, with the dashes and spaces of typesetting made plain."""
    return " ".join(text.replace("–", "-").replace("−", "-").replace("\u00a0", " ").split())


def source_text(document: str) -> str:
    path = TEXTS / f"{document}.txt"
    if not path.is_file():
        pytest.skip(f"the text of {document} is not at hand")
    return words(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", documents())
def test_every_printed_value_occurs_in_the_source(document):
    text = source_text(document).lower()
    missing = [
        (claim.id, column, printed)
        for claim in all_claims().values()
        if claim.document == document
        for column in PRINTED_COLUMNS
        if (printed := words(getattr(claim, column)).lower())
        and not re.search(rf"(?<![\d.]){re.escape(printed.lstrip('<>='))}(?!\d|\.\d)", text)
    ]
    assert not missing


@pytest.mark.parametrize("document", documents())
def test_no_sentence_of_the_source_is_copied(document):
    text = re.sub(r"[^a-z0-9 ]", "", source_text(document).lower())
    copied = []
    for claim in all_claims().values():
        if claim.document != document:
            continue
        for column in ("quantity", "note", "population", "value"):
            run = re.sub(r"[^a-z0-9 ]", "", getattr(claim, column).lower()).split()
            copied += [
                (claim.id, column)
                for i in range(len(run) - 7)
                if " ".join(run[i : i + 8]) in text
            ]
    assert not copied


@pytest.mark.parametrize("document", documents())
def test_claims_are_well_formed(document):
    mine = [c for c in all_claims().values() if c.document == document]
    assert mine
    for claim in mine:
        assert claim.kind in KINDS
        assert claim.locator, claim.id
        assert claim.quantity, claim.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim.id), claim.id


@pytest.mark.parametrize("document", documents())
def test_card_says_what_the_source_is(document):
    card = read_card(document)
    assert {"citation", "short", "doi", "evidence", "read", "licence", "bibkey"} <= set(card)


def test_columns_are_those_of_the_design():
    assert COLUMNS[:4] == ("id", "concept", "kind", "locator")


def table_2():
    return [(i, row) for i, row in read_trials().iterrows()]


@pytest.mark.parametrize(("line", "row"), table_2())
def test_row_of_the_table_agrees_with_its_claims(line, row):
    stem = f"bsab-t2-{row['nct'].lower()}-{'exposed' if row['prior_car_t'] == 'yes' else 'naive'}"
    assert get_claim(f"{stem}-n").value == str(row["n"])
    for outcome in ("orr", "cr"):
        claim = get_claim(f"{stem}-{outcome}")
        assert claim.value.rstrip("*") == row[f"{outcome}_printed"]
        events = row[f"{outcome}_events"]
        assert claim.n == ("" if pd.isna(events) else str(events))
    lines = get_claim(f"{stem}-lines")
    assert [float(v) for v in (lines.value, lines.lower, lines.upper)] == [
        row["lines_median"],
        row["lines_min"],
        row["lines_max"],
    ]


@pytest.mark.parametrize(("line", "row"), [r for r in table_2() if r[1]["prior_car_t"] == "yes"])
def test_row_of_the_first_table_agrees_with_its_claims(line, row):
    stem = f"bsab-t1-{row['nct'].lower()}"
    assert float(get_claim(f"{stem}-followup").value) == row["follow_up_months"]
    share = get_claim(f"{stem}-refractory").value
    assert (float(share) if share.replace(".", "").isdigit() else None) == (
        None if pd.isna(row["refractory_share"]) else row["refractory_share"]
    )
    for endpoint in ("dor", "docr", "pfs", "os"):
        claim = get_claim(f"{stem}-{endpoint}")
        for column, printed in (("lower", claim.lower), ("upper", claim.upper)):
            number = row[f"{endpoint}_{column}"]
            is_number = printed.replace(".", "", 1).isdigit()
            assert (float(printed) if is_number else None) == (
                None if pd.isna(number) else number
            ), f"{stem}-{endpoint}"
        median = row[f"{endpoint}_median"]
        if not pd.isna(median):
            assert float(claim.value) == median


def test_unknown_claim_names_its_neighbours():
    with pytest.raises(InputError, match="bsab-pool-mono-orr"):
        get_claim("bsab-pool-mono-or")


def test_malformed_claims_name_their_line(tmp_path, root):
    lines = (root / "seeds/bispecifics-meta-analysis/claims.csv").read_text("utf-8").splitlines()
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([lines[0], lines[2], lines[2]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: the id .* used twice"):
        read_claims(path)
    path.write_text("\n".join([lines[0], "a,b"]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: 2 fields; a row has 17"):
        read_claims(path)
    path.write_text(lines[0].replace("concept", "idea") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1: the columns are"):
        read_claims(path)


def test_claim_tells_how_it_may_be_quoted():
    wordings = get_claim("bsab-pool-mono-orr").wordings()
    assert {"54.5", "54.5 %", "43.1 to 65.7"} <= set(wordings)
    assert "54" not in wordings
    assert "20 of 52" in get_claim("bsab-t2-nct03075696-exposed-cr").wordings()
