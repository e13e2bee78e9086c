"""The status page of the built site, against the store that the site was made from."""

import csv
import json

import pytest
from conftest import ROOT, page

from secondline.chapters.execution import chapter_file, chapter_names
from secondline.chapters.project import Project


@pytest.fixture(scope="module")
def rows(built):
    return {
        row.a["href"].removeprefix("../").removesuffix(".html"): [
            cell.get_text() for cell in row.find_all(["th", "td"])
        ]
        for row in page("appendix/status").find("table").tbody.find_all("tr")
    }


def test_every_chapter_has_its_row(rows):
    book = ROOT / "book"
    executed = [n for n in chapter_names(book) if chapter_file(book, n).suffix == ".ipynb"]
    assert list(rows) == executed


def test_rows_say_what_the_store_says(rows):
    project = Project(ROOT)
    for name, (title, moment, seconds, state, files, _) in rows.items():
        made = project.look_up(project.key(project.defaults(name))).manifest
        assert moment == made["started"][:16].replace("T", " "), name
        assert seconds == f"{made['seconds']:.1f}"
        assert int(files) == len(made["data"])
        assert state in ("executed", "stored")
        chapter = json.loads((ROOT / f"book/{name}.ipynb").read_text("utf-8"))
        assert f"# {title}" in "".join(chapter["cells"][0]["source"]).splitlines()


def test_the_benchmark_stands_there_as_it_was_measured(built):
    with (ROOT / "tests/benchmarks/re_execution.csv").open(encoding="utf-8", newline="") as file:
        measured = list(csv.DictReader(file))
    section = page("appendix/status").find(id="how-fast-many-variants-are")
    shown = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in section.select("table tbody tr")
    ]
    names = ("way", "cores", "seconds", "cpu_seconds", "times_the_sweep")
    assert shown == [[row[name] for name in names] for row in measured]
    assert len(shown) >= 5
