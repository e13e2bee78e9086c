"""The tables of the status page."""

import json

from bs4 import BeautifulSoup

from secondline.chapters.project import ChapterRun
from secondline.chapters.status import speed_tables, status_tables
from secondline.chapters.store import Entry


def run(name, status="run", **other):
    manifest = {
        "started": "2026-11-02T09:05:07Z", "seconds": 1.25, "commit": "0123456789abcdef+",
        "data": {"data/a.csv": "1"}, "python": "3.11.7", "platform": "Linux", "lock_sha256": "ab",
        "packages": {"numpy": "2.1", "a<b": "1"},
    } | other  # fmt: skip
    cells = [
        {"cell_type": "code", "source": "# no title"},
        {"cell_type": "markdown", "source": ["## Not this\n", "# A & B\n", "# Nor this"]},
    ]
    return ChapterRun(name, 0.1, status, Entry(json.dumps({"cells": cells}).encode(), manifest))


def test_a_row_says_when_how_long_from_where_and_of_which_commit():
    page = BeautifulSoup(
        status_tables([run("part/one"), run("part/two", "cached", seconds=2.0, commit="")]),
        "html.parser",
    )
    chapters, versions = page.find_all("table")
    rows = [[c.get_text() for c in row.find_all(["th", "td"])] for row in chapters.find_all("tr")]
    assert rows[1:] == [
        ["A & B", "2026-11-02 09:05", "1.2", "executed", "1", "012345678+"],
        ["A & B", "2026-11-02 09:05", "2.0", "stored", "1", "unknown"],
    ]
    assert chapters.a["href"] == "../part/one.html"
    assert chapters.time["datetime"] == "2026-11-02T09:05:07Z"
    assert "2 chapters, 3 seconds" in chapters.caption.get_text()
    assert "numpy2.1" in versions.get_text().replace("\n", "")
    assert "a<b 1" in page.details.get_text()


def test_each_chapter_of_the_benchmark_has_its_table_and_its_rounds():
    row = {
        "chapter": "part/one", "way": "sweep, 2 workers", "cores": "2", "variants": "24",
        "rounds": "3", "seconds": "20.5", "cpu_seconds": "33.0", "times_the_sweep": "1.00",
    }  # fmt: skip
    other = row | {"chapter": "part/two", "rounds": "1", "way": "a loop", "times_the_sweep": "5.10"}
    page = BeautifulSoup(
        speed_tables([row, other, row], [run("part/one"), run("part/two")]), "html.parser"
    )
    first, second = page.find_all("table")
    assert "24 variants of \u201cA & B\u201d: medians of 3 rounds" in first.caption.get_text()
    assert "medians of 1 round in" in second.caption.get_text()
    assert len(first.tbody.find_all("tr")) == 2
    cells = [c.get_text() for c in second.tbody.tr.find_all(["th", "td"])]
    assert cells == ["a loop", "2", "20.5", "33.0", "5.10"]
