"""The built site, read as files: links, offline, accessible, complete."""

import base64
import hashlib
import json
import re
import subprocess
import sys
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT, SITE, build_site, page, pages

from secondline.chapters.recording import MIME

pytestmark = pytest.mark.usefixtures("built")
# written by the theme, without a text of their own
TOOLS = {"genindex", "search"}


@cache
def anchors(name: str) -> set[str]:
    """Return where links to a page may lead."""
    ids = {tag["id"] for tag in page(name).find_all(id=True)}
    return ids | {tag["name"] for tag in page(name).find_all("a", attrs={"name": True})}


def test_home_is_the_index(built):
    assert (SITE / "index.html").is_file()
    assert "Second Line" in page("index").h1.get_text()


def test_second_build_executes_nothing(built):
    again = build_site()
    lines = [line.split() for line in again.splitlines()]
    progress = [line for line in lines if line[-1] in {"run", "cached", "built"}]
    assert len(progress) >= 3
    assert all(line[-1] == "cached" for line in progress), again
    assert again.strip().endswith("index.html")


DATA = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "data").rglob("*.csv"))


@pytest.mark.parametrize("name", [name for name in DATA if name != "data/dictionary.csv"])
def test_data_dictionary_has_the_columns_of_each_table(name):
    columns = (ROOT / name).read_text(encoding="utf-8").partition("\n")[0].split(",")
    described = name
    if {"rule", "answer"} <= set(columns):
        # one table of rules stands for all of the folder, and one row for what a rule asks
        described = "data/pathways/zuma7_eligibility.csv"
        columns[columns.index("rule") + 1 : columns.index("answer")] = ["input"]
    found = [
        [row.find(["th", "td"]).get_text().strip() for row in table.select("tbody tr")]
        for table in page("appendix/data-dictionary").select("table")
        if f"Columns of {described} " in table.caption.get_text(" ")
    ]
    assert columns in found


@pytest.mark.parametrize("name", pages())
def test_internal_links_and_anchors_exist(name):
    here = SITE / f"{name}.html"
    broken = []
    for link in page(name).find_all("a", href=True):
        target = urlsplit(link["href"])
        if target.scheme or target.netloc:
            continue
        path = (here.parent / unquote(target.path)).resolve() if target.path else here
        if not path.is_file():
            broken.append(link["href"])
        elif target.fragment and path.suffix == ".html":
            there = path.relative_to(SITE).with_suffix("").as_posix()
            if unquote(target.fragment) not in anchors(there):
                broken.append(link["href"])
    assert not broken


@pytest.mark.parametrize("name", pages())
def test_nothing_is_loaded_from_elsewhere(name):
    loaded = [
        tag.get(attribute)
        for tag in page(name).find_all(["script", "img", "link", "iframe", "source", "video"])
        for attribute in ("src", "href")
        if tag.get(attribute) and not (tag.name == "link" and "canonical" in tag.get("rel", []))
    ]
    assert loaded
    assert not [url for url in loaded if re.match(r"(https?:)?//", url)]


@pytest.mark.parametrize("name", pages())
def test_styles_load_nothing_from_elsewhere(name):
    text = "".join(style.string for style in page(name).find_all("style"))
    assert len(re.findall(r"url\(", text)) > 5
    found = re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^)'\"]+)", text)
    assert not found


def test_style_sheets_stand_in_the_pages_alone():
    assert not list(SITE.rglob("*.css"))


@pytest.mark.parametrize("name", pages())
def test_images_have_a_sentence_as_alternative_text(name):
    for image in page(name).select("main img, article img"):
        alt = image.get("alt", "")
        assert len(alt.split()) >= 8, (image.get("src"), alt)
        assert alt.rstrip().endswith("."), alt


@pytest.mark.parametrize("name", pages())
def test_tables_have_scoped_headers(name):
    for table in page(name).select("article table"):
        heads = table.find_all("th")
        assert heads, table
        box = table.find_parent(class_="sl-table")
        if box:
            assert table.caption is not None
            assert all(th.get("scope") in {"col", "row"} for th in heads)
            # those about the book itself hold no evidence
            assert "about" in box["class"] or "provenance" in str(table.caption)
        else:
            assert all(th.get("scope") in {"col", "row"} for th in heads)
            assert table.caption is not None or table.get("aria-label")
        assert all(th.get_text(strip=True) for th in heads), table


@pytest.mark.parametrize("name", [*pages(), "search"])
def test_policy_covers_all_that_stands_in_the_page(name):
    soup = page(name)
    metas = soup.head.find_all("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert len(metas) == 1
    said = metas[0]["content"]
    assert not re.search(r"https?:|\*|unsafe-eval|unsafe-hashes", said)
    for script in soup.find_all("script", src=False):
        if script.get("type") not in {None, "text/javascript", "module"}:
            continue
        digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in said
    # handlers in attributes have no hash
    assert not [t for t in soup.find_all(True) if any(a.startswith("on") for a in t.attrs)]
    assert not [a for a in soup.find_all("a", href=True) if a["href"].startswith("javascript:")]


@pytest.mark.parametrize("name", [*pages(), "search"])
def test_landmarks_have_names(name):
    """A screen reader lists them; two of one kind are told apart by name."""
    soup = page(name)
    assert len(soup.find_all("main")) == 1
    kinds = soup.select("nav, aside, [role=navigation], [role=region], [role=complementary]")
    for mark in kinds:
        label = mark.get("aria-label")
        if mark.get("aria-labelledby"):
            label = soup.find(id=mark["aria-labelledby"]).get_text(strip=True)
        assert label, str(mark)[:200]
    # the second list of contents is on paper only
    seen = [m for m in kinds if m.name == "nav" and not m.find_parent(class_="onlyprint")]
    names = [m.get("aria-label") or m["aria-labelledby"] for m in seen]
    assert len(names) == len(set(names))
    # a footer within main is none of the page's
    assert len([f for f in soup.find_all("footer") if not f.find_parent("main")]) == 1


def test_every_page_says_that_it_gives_no_advice():
    for name in pages():
        assert "Not treatment advice" in page(name).select_one(".bd-footer-content").get_text()


@pytest.mark.parametrize("name", pages())
def test_ids_are_unique_and_headings_in_order(name):
    ids = [tag["id"] for tag in page(name).find_all(id=True)]
    assert len(ids) == len(set(ids)), {i for i in ids if ids.count(i) > 1}
    levels = [int(h.name[1]) for h in page(name).select("article h1, article h2, article h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("name", pages())
def test_page_has_a_language_and_no_error_output(name):
    assert page(name).html["lang"] == "en"
    assert not page(name).select(".cell_output .output.traceback, .output.stderr")
    assert "{glue" not in page(name).article.get_text()
    assert "{claim}" not in page(name).article.get_text()


def test_home_answers_four_questions_with_a_number_a_picture_and_how_sure_it_is():
    cards = page("index").select(".questions .sd-card")
    assert len(cards) == 4
    for card in cards:
        assert card.select_one(".sd-card-title a[href]")
        assert card.select(".sd-card-body .claim a")
        assert len(card.img["alt"].split()) >= 8
        assert (SITE / card.img["src"]).is_file()
        assert "ure" in card.select_one(".sd-card-footer strong").get_text()  # sure, unsure
    text = page("index").article.get_text(" ", strip=True)
    assert "Evidence as of" in text and "no treatment advice" in text


def test_every_claim_on_a_page_leads_to_its_row():
    links = [a for name in pages() for a in page(name).select(".claim a")]
    assert len(links) > 20
    # but for what the home page quotes of chapters
    assert all("#claim-" in a["href"] for a in links if "computed" not in a.parent["class"])


def test_chapter_shows_the_printed_and_the_computed_numbers():
    text = page("bispecifics/pooled-response").article.get_text(" ", strip=True)
    for part in ("54.5 (43.1 to 65.7)", "73.9 (55.3 to 88.9)", "88.8", "How to report this"):
        assert part in text


def test_every_figure_names_its_provenance():
    figures = page("bispecifics/pooled-response").select("article figure")
    assert len(figures) == 2
    for figure in figures:
        source = (SITE / "bispecifics" / figure.img["src"]).resolve()
        # Matplotlib draws text as shapes and keeps the words as comments
        assert re.search(r"<!-- (recomputed|virtual): ", source.read_text(encoding="utf-8"))


def test_wrong_claim_text_or_unknown_id_fails_the_build(tmp_path):
    """A page that misquotes its source cannot be built, and the message has file and line."""
    book = tmp_path / "book"
    book.mkdir()
    config = (ROOT / "book/_config.yml").read_text(encoding="utf-8")
    config = config.replace(": _ext", f": {ROOT / 'book/_ext'}")
    for files in ("[site_assets]", "[secondline.css, quiz.css, print.css]", "[quiz.js, tips.js, filter.js, page.js]"):
        assert files in config
        config = config.replace(files, "[]")
    (book / "_config.yml").write_text(config, encoding="utf-8")
    (book / "references.bib").write_text("", encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (book / "index.md").write_text(
        "# Test\n\n{claim}`54.6 <bsab-pool-mono-orr>`\n\n{claim}`1 <no-such-claim>`\n\n"
        "{result}`1.0 <one#n:.1f>`\n\n{result}`2.0 <one#m:.1f>`\n\n{result}`2.0 <two#n:.1f>`\n\n"
        "```{source} bispecifics-meta-analysis\n```\n",
        encoding="utf-8",
    )
    recorded = {"data": {MIME: "2.0"}, "metadata": {"scrapbook": {"name": "n"}}}
    cells = [
        {"cell_type": "markdown", "source": "# One"},
        {"cell_type": "code", "source": "", "outputs": [recorded]},
    ]
    (book / "one.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    command = "from jupyter_book.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "build", str(book), "-W", "-n", "--keep-going"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert re.search(r"index\.md:3: .*54\.6.*bsab-pool-mono-orr is printed as '54\.5'", said)
    assert re.search(r"index\.md:5: .*There is no claim 'no-such-claim'", said)
    assert re.search(r"index\.md:7: .*shows '1\.0', but one computes '2\.0'", said)
    assert re.search(r"index\.md:9: .*names 'm', which one does not record", said)
    assert re.search(r"index\.md:11: .*names 'two', which is no chapter", said)
