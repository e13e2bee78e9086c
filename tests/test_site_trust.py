"""What lets a reader trust and reuse the site: data, labels, citations, ways through the book."""

import json
import re
import tomllib
from copy import copy
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
import yaml
from conftest import ROOT, SITE, notebooks, page
from pybtex.database import parse_string

from secondline.chapters.execution import chapter_file, chapter_names
from secondline.chapters.minutes import stated_minutes
from secondline.figures import PROVENANCES

pytestmark = pytest.mark.usefixtures("built")
BOOK = ROOT / "book"
CHAPTERS = [path.relative_to(BOOK).with_suffix("").as_posix() for path in notebooks()]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
SLOW, FAST = 150, 350  # words a minute
# minutes that a figure, a table and an exercise may take besides their words
FIGURE, TABLE, EXERCISE = (0.3, 2.0), (0.0, 1.0), (0.5, 4.0)


def target(name: str, href: str) -> Path:
    return ((SITE / f"{name}.html").parent / unquote(href.partition("#")[0])).resolve()


def stamped(name: str, figure) -> str:
    """Return the label inside the picture; Matplotlib keeps its words as comments."""
    picture = target(name, figure.img["src"]).read_text(encoding="utf-8")
    return re.findall(rf"<!-- ({'|'.join(PROVENANCES)}): ", picture)[-1]


@pytest.mark.parametrize("name", CHAPTERS)
def test_data_of_a_figure_can_be_read_and_has_its_label(name):
    for figure in page(name).select("article figure[id]"):
        if figure.img is None:
            continue  # a sentence stands there where data that a reader downloads are absent
        foot = figure.select_one(".figure-foot")
        assert foot is not None, figure["id"]
        label = stamped(name, figure)
        assert foot.a["href"].endswith(f"provenance.html#{label}")
        link = foot.select_one("a[download]")
        if link is None:
            assert figure["id"] in NO_DATA
            continue
        number = figure.select_one(".caption-number").get_text(strip=True).removeprefix("Fig. ")
        assert link.get_text() == f"Data of Figure {number} as (CSV)"
        table = pd.read_csv(target(name, link["href"]))
        assert len(table) >= 2
        assert set(table["provenance"]) == {label}
        if "mark" in table:
            assert table.drop(columns=["provenance", "source"]).notna().any().all()
        numbers = table.select_dtypes("number")
        assert len(numbers.columns) or figure["id"] in WORDS


# boxes and arrows
NO_DATA = {
    "fig-zuma7-flow", "fig-flow", "fig-scan-chart", "fig-definition-chart", "fig-routes",
    "fig-orders", "fig-formats",
}  # fmt: skip
# tables of words
WORDS = {"fig-agreement-map", "fig-reporting", "fig-name-map"}


def test_data_files_are_small_and_all_linked():
    linked = {
        target(name, link["href"])
        for name in CHAPTERS
        for link in page(name).select(".figure-foot a[download]")
    }
    files = set((SITE / "figure-data").iterdir())
    assert files == linked
    assert len(files) > 80
    assert sum(path.stat().st_size for path in files) < 6e6


def test_labels_lead_to_what_they_mean():
    labels = page("appendix/provenance")
    for kind in PROVENANCES:
        assert labels.find("section", id=kind), kind
    found = 0
    for name in CHAPTERS:
        for label in page(name).select(".sl-table:not(.about) .provenance"):
            kind = next(c for c in label["class"] if c in PROVENANCES)
            assert label.a["href"].endswith(f"provenance.html#{kind}")
            found += 1
    assert found > 50
    text = labels.article.get_text(" ", strip=True)
    assert PROVENANCES["virtual"] in text
    assert labels.find("section", id="how-to-report-an-error")


def test_every_chapter_says_how_to_cite_it():
    keys = set()
    for name in CHAPTERS:
        end = page(name).select_one("article .page-end")
        text = end.select_one("details.cite div.highlight pre").get_text()
        assert "http" not in text
        ((key, entry),) = parse_string(text, "bibtex").entries.items()
        keys.add(key)
        heading = page(name).h1.get_text().removesuffix("#").strip()
        title = entry.fields["title"].replace("\\", "").strip("{}")
        assert title == heading
        assert entry.fields["booktitle"] == "Second Line"
        assert entry.fields["edition"] == f"Version {VERSION}"
        assert entry.fields["year"].isdigit()
        assert [str(person).strip("{}") for person in entry.persons["author"]] == ["The Second Line developers"]
        assert end.select_one("details").get("open") is None
        assert end.find("a", string="Report an error in this chapter")
    assert len(keys) == len(CHAPTERS)


def test_citation_file_has_what_its_schema_asks_for():
    cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(cff)
    assert set(cff) <= {
        "cff-version", "message", "title", "authors", "type", "version", "license", "keywords",
        "preferred-citation",
        "abstract", "date-released",
    }  # fmt: skip
    assert cff["cff-version"] == "1.2.0"
    assert cff["type"] == "software"
    text_of_it = cff["preferred-citation"]
    assert (text_of_it["type"], text_of_it["license"]) == ("book", "CC-BY-4.0")
    assert all(text_of_it[name] == cff[name] for name in ("title", "version", "authors"))
    assert str(cff["version"]) == VERSION
    assert cff["authors"] == [{"name": "The Second Line developers"}]
    assert len(set(cff["keywords"])) == len(cff["keywords"])
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert cff["license"] == tomllib.loads(text)["project"]["license"]


def test_paths_lead_to_chapters_and_their_minutes_add_up():
    ways = page("paths").select(".reading-path")
    assert len(ways) >= 6
    for way in ways:
        total = 0
        for step in way.select("ol > li"):
            chapter = target("paths", step.a["href"]).relative_to(SITE).with_suffix("").as_posix()
            minutes = stated_minutes(chapter_file(BOOK, chapter))
            assert f"({minutes} minutes)" in step.get_text()
            heading = page(chapter).h1.get_text().removesuffix("#").strip()
            assert step.a.get_text() == heading
            total += minutes
        hours, rest = divmod(total, 60)
        said = re.search(r"In all about (?:(\d+) hours? ?)?(?:(\d+) minutes)?", way.get_text())
        assert (int(said[1] or 0), int(said[2] or 0)) == (hours, rest)
    assert chapter_names(BOOK)[1] == "paths"


def reading_range(name: str) -> tuple[float, float]:
    """Return the fewest and the most minutes that a page may take: prose, figures, tables."""
    article = copy(page(name).article)
    figures, tables = len(article.select("figure")), len(article.select("table"))
    exercises = len(re.findall(r"\bExercise\b", " ".join(h.get_text() for h in article.select("h3, .admonition-title"))))
    for away in article.select("pre, script, style, table, .tip-box, .page-end, svg, mjx-container"):
        away.decompose()
    words = len(re.findall(r"[^\W\d_]{2,}", article.get_text(" ")))
    counts = zip((figures, tables, exercises), (FIGURE, TABLE, EXERCISE), strict=True)
    low, high = words / FAST, words / SLOW
    for n, (least, most) in counts:
        low, high = low + n * least, high + n * most
    return low, high


@pytest.mark.parametrize("name", CHAPTERS)
def test_stated_minutes_are_within_reason(name):
    minutes = stated_minutes(chapter_file(BOOK, name))
    if name == "appendix/data-dictionary":
        assert minutes is None  # to look things up
        return
    low, high = reading_range(name)
    assert low <= minutes <= high, f"{minutes} minutes; within reason: {low:.0f} to {high:.0f}"


def test_home_page_leads_to_the_ways_and_the_labels():
    links = {a["href"].partition("#")[0] for a in page("index").select("article a[href]")}
    assert {"paths.html", "appendix/provenance.html"} <= links


def test_notebooks_keep_their_pictures_as_they_were():
    """The data stand beside the picture of an output and do not take its place."""
    from secondline.figures.drawn import KEY

    name = "zuma7/efficacy"
    cells = json.loads((ROOT / f"_build/executed/{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [o for c in cells for o in c.get("outputs", ()) if KEY in o.get("metadata", {})]
    assert len(outputs) == 5
    assert all("image/svg+xml" in output["data"] for output in outputs)
