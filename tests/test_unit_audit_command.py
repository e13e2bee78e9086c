"""The audit's command on a person's own table, and its page."""

import pytest
from test_unit_audit import claim, run

from secondline.audit import audit
from secondline.audit.own_paper import findings_html, read_own_claims

OWN = """id,kind,value,lower,upper,p,n,N,unit
response,percentage,41,,,,11,27,%
wrong,percentage,84.2,,,,,17,%
hr,effect,0.40,0.31,0.51,<0.001,,,
short,percentage,41
,count,3,,,,,,
<b>bold</b>,percentage,38,,,,20,52,%
odd,guess,3,,,,,,
comma,percentage,"37,0",,,,20,52,%
sign,percentage,38 %,,,,20,52,
"""


def test_command_finds_the_impossible_and_reads_on(tmp_path):
    path, report = tmp_path / "mine.csv", tmp_path / "report.html"
    path.write_text(OWN, encoding="utf-8")
    done = run(path, "--html", report)
    assert done.returncode == 1
    assert "No whole number of 17 is 84.2 %" in done.stdout
    assert "mine.csv, line 5: 3 fields, but the header has 9." in done.stderr
    assert "mine.csv, line 6: the id is empty." in done.stderr
    assert "mine.csv, line 8: kind is 'guess'" in done.stderr
    assert "mine.csv, line 9: value is '37,0', which is not a number." in done.stderr
    assert "In no check:" not in done.stdout
    page = report.read_text(encoding="utf-8")
    assert "84.2 %" in page
    assert "<b>bold" not in page
    assert "http" not in page


def test_command_is_content_with_true_numbers(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("id;value;n;N;unit\na;41;11;27;%\n", encoding="utf-8")
    done = run(path)
    assert done.returncode == 0
    assert "2 checks, 2 hold, 0 findings" in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("id,number\na,3\n", "the column value is missing; 'number' is unknown"),
        ("id,value,value\na,3,3\n", "a column stands twice"),
    ],
)
def test_command_says_why_a_file_cannot_be_read(tmp_path, text, words):
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    done = run(path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_command_without_a_file(tmp_path):
    done = run(tmp_path / "none.csv")
    assert done.returncode == 2
    assert "There is no file" in done.stderr


def test_report_page_without_findings():
    page = findings_html(audit([claim("a")]), title="Mine")
    assert "No finding." in page


def test_own_table_keeps_what_can_be_read(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(OWN, encoding="utf-8")
    claims, faults = read_own_claims(path)
    assert [c.id for c in claims] == ["response", "wrong", "hr", "<b>bold</b>", "sign"]
    assert (claims[-1].value, claims[-1].unit) == ("38", "%")
    assert len(faults) == 4
