"""The whole book as an e-book: what programs ask of the file, and what a person reads in it."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, alone, do_without, load_script

from secondline.chapters.ebook import mended_page
from secondline.chapters.printing import book_parts
from secondline.explorers import EXPLORERS, explorer
from secondline.figures.style import PROVENANCES
from secondline.teaching.quizzes import read_all_quizzes

ITEM = "{http://www.idpf.org/2007/opf}item"


@pytest.fixture(scope="module")
def ebook(built, tmp_path_factory):
    """The e-book's path."""
    target = tmp_path_factory.mktemp("ebook") / "book.epub"
    with alone(ROOT / "_build"):
        load_script("scripts/print.py").epub(target)
    return target


@pytest.fixture(scope="module")
def files(ebook) -> dict[str, bytes]:
    """The e-book's files, by name."""
    with zipfile.ZipFile(ebook) as whole:
        first = whole.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        return {name: whole.read(name) for name in whole.namelist()}


@pytest.fixture(scope="module")
def pages(files) -> dict[str, BeautifulSoup]:
    """The e-book's pages, by name without an ending."""
    names = [name for name in files if name.endswith(".xhtml")]
    return {n.removesuffix(".xhtml"): BeautifulSoup(files[n], "html.parser") for n in names}


def test_the_standards_own_check_finds_nothing(ebook, tmp_path):
    checker = shutil.which("epubcheck")
    if not checker or not shutil.which("java"):
        do_without("epubcheck", "epubcheck")
    found = tmp_path / "found.json"
    # it runs for seconds: compiling its code well takes longer than what that saves
    java = ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = [*java, "-jar", os.path.realpath(checker), str(ebook), "--json", str(found)]
    subprocess.run(command, capture_output=True)
    said = json.loads(found.read_text(encoding="utf-8"))
    assert said["publication"]["title"] == "Second Line"
    assert [(m["ID"], m["message"], m["locations"][:1]) for m in said["messages"]] == []


def test_files_are_xml_and_listed(files):
    assert files["mimetype"] == b"application/epub+zip"
    for name in files:
        if name.endswith((".xhtml", ".opf", ".ncx", ".xml", ".svg")):
            ElementTree.fromstring(files[name])
    listed = {item.get("href") for item in ElementTree.fromstring(files["content.opf"]).iter(ITEM)}
    assert listed <= set(files)


def test_every_page_of_the_book_is_there(pages):
    asked = {name for _, names in book_parts(ROOT / "book") for name in names}
    assert len(asked) > 40
    assert asked <= set(pages)


def test_every_question_stands_before_its_answer(pages):
    questions = read_all_quizzes(ROOT / "book/teaching/quizzes")
    assert len(questions) > 50
    for question in questions:
        box = pages[question.chapter].find(id=f"quiz-{question.id}")
        text = " ".join(box.get_text().split())
        prompt = " ".join("".join(piece.words for piece in question.prompt).split())
        assert prompt in text.replace("’", "'").replace("“", '"').replace("”", '"')
        assert 0 <= text.find("Question") < text.find("Answer to question")
        assert len(box.select(".quiz-options > li")) == len(question.options or ())


def test_nothing_asks_to_be_pressed(pages):
    for name, page in pages.items():
        assert not page.find_all(["form", "input", "select", "button", "script", "noscript"]), name
        assert not page.select("details.hide, .tip-box, .visually-hidden"), name


def test_folded_code_is_left_out_and_what_it_shows_is_kept(pages):
    chapter = pages["bispecifics/pooled-response"]
    captions = [caption.get_text() for caption in chapter.select("caption")]
    assert any(text.startswith("The values behind the figure") for text in captions)
    assert "Show code cell" not in chapter.get_text()


def test_what_moves_on_the_site_stands_still(pages, files):
    for name in EXPLORERS:
        page = pages[f"explore/{name}"]
        assert bool(page.select("svg")) == (explorer(name).spec is not None)
        assert f"explore/{name}.html" in page.select_one(".sl-still").get_text()
    items = {i.get("href"): i for i in ElementTree.fromstring(files["content.opf"]).iter(ITEM)}
    assert items["explore/pool.xhtml"].get("properties") == "svg"
    assert items["zuma7/efficacy.xhtml"].get("properties") == "mathml"


def test_figures_keep_their_provenance(pages):
    feet = [foot.get_text() for page in pages.values() for foot in page.select(".figure-foot")]
    assert len(feet) > 50
    assert {re.match(r"\w+", foot)[0] for foot in feet} <= set(PROVENANCES)


def test_an_ebook_page_becomes_xml_with_formulas():
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p class="filter"><input></p>'
        '<details open><summary aria-label="an open door">A<br>B&nbsp;C &amp; D</summary>'
        '<img src="a.svg" alt="x > y"><span class="tip-box" role="tooltip"><b>t</b><br></span>'
        '<span class="math notranslate nohighlight">\\(a &lt; b\\)</span>'
        '<div class="math notranslate nohighlight">\n\\[\\begin{split}\n\\begin{aligned}\n'
        "a &amp;= b \\\\ c &amp;= d\n\\end{aligned}\n\\end{split}\\]</div></details></body></html>"
    )
    tree = ElementTree.fromstring(mended_page(page))
    text = "".join(tree.itertext())
    assert "&" not in text.replace("C & D", "")
    assert "\\" not in text
    space = "{http://www.w3.org/1998/Math/MathML}"
    assert len(list(tree.iter(f"{space}math"))) == 2
    assert len(list(tree.iter(f"{space}mtr"))) == 2
    assert "tooltip" not in mended_page(page)
    assert 'aria-label="an open door"' in mended_page(page)
