"""What a reader's browser loads: page by page, gzipped as a web server sends it."""

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import SITE, page, pages

pytestmark = pytest.mark.usefixtures("built")
FIRST_VISIT = 1_500_000
NEXT_VISIT = 400_000
# with all styles
HEAD = 32_000
WHOLE_SITE = 60_000_000


@cache
def sent(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))


def loaded(name: str) -> tuple[set[Path], set[Path]]:
    """Return the files that a page loads: its pictures, and what it shares with others."""
    here, soup = SITE / f"{name}.html", page(name)
    own = {img["src"] for img in soup.find_all("img", src=True)}
    shared = {tag["src"] for tag in soup.find_all("script", src=True)}
    shared |= {
        tag["href"]
        for tag in soup.find_all("link", href=True)
        if {"stylesheet", "preload", "icon"} & set(tag["rel"])
    }
    shared_files = files(here, shared)
    for style in [p for p in shared_files if p.suffix == ".css"]:
        shared_files |= from_style(style, style.read_text(encoding="utf-8"))
    for style in soup.find_all("style"):
        shared_files |= from_style(here, style.string)
    return files(here, own), shared_files


def from_style(style: Path, text: str) -> set[Path]:
    """Return what the styles in a file load; of the fonts in several formats the first."""
    rest = re.sub(r"@font-face\s*{[^}]*}", "", text)
    faces = [face for face in re.findall(r"@font-face\s*{[^}]*}", text) if "fa-solid" in face]
    urls = {re.search(r"url\(([^)]+)\)", face)[1] for face in faces}
    urls |= set(re.findall(r"url\(([^)]+)\)", rest))
    urls |= set(re.findall(r"@import\s+(?:url\()?[\"']([^\"']+)", rest))
    found = files(style, {u.strip("\"'") for u in urls})
    for inner in [p for p in found if p.suffix == ".css" and p != style]:
        found |= from_style(inner, inner.read_text(encoding="utf-8"))
    return found


def files(here: Path, urls: set[str]) -> set[Path]:
    inner = {u for u in urls if not re.match(r"data:|#|%23", u)}
    found = {(here.parent / unquote(re.split(r"[?#]", url)[0])).resolve() for url in inner}
    assert not [path for path in found if not path.is_file()], here
    return found


@pytest.mark.parametrize("name", pages())
def test_a_page_is_light(name):
    own, shared = loaded(name)
    again = sent(SITE / f"{name}.html") + sum(map(sent, own))
    first = again + sum(map(sent, shared))
    assert first < FIRST_VISIT, {p.name: sent(p) for p in shared if sent(p) > 50_000}
    assert again < NEXT_VISIT, {p.name: sent(p) for p in own}


def test_formulas_are_counted():
    """The heaviest file is among those counted: else the sums would mean nothing."""
    _, shared = loaded("bispecifics/pooled-response")
    names = {path.name for path in shared}
    assert {"tex-svg-full.js", "fontawesome.js", "fa-solid-900.woff2"} <= names


@pytest.mark.parametrize("name", [*pages(), "search", "genindex"])
def test_nothing_but_the_page_itself_is_waited_for_before_it_shows(name):
    """What is painted first needs one answer of the server, and little of that comes before."""
    html = (SITE / f"{name}.html").read_text(encoding="utf-8")
    head = html.partition("</head>")[0]
    soup = page(name)
    assert not soup.select('link[rel~="stylesheet"], link[rel~="preload"]')
    assert not soup.select("head script[src]")
    # the text comes before all scripts but the one that sets light or dark
    article = html.index('id="main-content"')
    assert not [m for m in re.finditer(r"<script\b[^>]*\bsrc=", html) if m.start() < article]
    assert len(gzip.compress(head.encode(), 6)) < HEAD
    assert len(soup.select("head > style")) == 1


def test_the_whole_site_is_small():
    assert sum(p.stat().st_size for p in SITE.rglob("*") if p.is_file()) < WHOLE_SITE


def test_no_source_maps_and_no_icons_without_use():
    assert not list(SITE.rglob("*.map"))
    assert (SITE / "_static/scripts/fontawesome.js").stat().st_size < 150_000
