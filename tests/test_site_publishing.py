"""The site without a network and twice the same, and the book as PDF."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from unicodedata import normalize

import pytest
from bs4 import BeautifulSoup
from conftest import ROOT, alone, load_script
from pypdf import PdfReader

from secondline.chapters.hashes import folder_hash
from secondline.chapters.printing import _only_shows, book_parts, chromium, print_page
from secondline.chapters.site import SiteError, sphinx_pages
from secondline.errors import InputError
from secondline.explorers import EXPLORERS, explorer
from secondline.teaching.exercises import read_exercises
from secondline.teaching.quizzes import read_all_quizzes

SITE = ROOT / "_build/html"
pytestmark = pytest.mark.usefixtures("built")
THREE = ["zuma7/design", "bispecifics/pooled-response", "appendix/glossary"]


def printed_by_command(capsys) -> tuple[int, str]:
    """Run the command in this process; return its exit code and what it said of errors."""
    while True:
        code, said = load_script("scripts/print.py").main(), capsys.readouterr().err
        if "Another build is running" not in said:
            return code, said
        time.sleep(0.5)


def unconnected() -> list[str]:
    """Return what runs a command in a network of its own, where nothing but itself answers."""
    start = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "-"]
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("unshare and ip, which cut a command off the network, are not here")
    if subprocess.run([*start, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody cut a command off the network")
    return start


def test_a_build_without_a_network_gives_the_same_bytes_again(tmp_path):
    """A chapter is executed and the site built where there is no network."""
    script = """
import socket, sys
from pathlib import Path
from secondline.chapters.running import Limits, run_notebook
from secondline.chapters.site import sphinx_pages
root = Path(sys.argv[1])
try:
    socket.create_connection(("192.0.2.1", 80), timeout=3)
except OSError:
    print("no network")
# not through the store, where it would make the site that stands there out of date
chapter = root / "book/appendix/data-dictionary.ipynb"
run_notebook(chapter, {}, folder=chapter.parent, limits=Limits())
print("executed")
sphinx_pages(Path(sys.argv[3]), Path(sys.argv[2]))
"""
    executed = tmp_path / "copy/executed"
    with alone(ROOT / "_build"):
        shutil.copytree(ROOT / "_build/executed", executed)
    command = [sys.executable, "-c", script, str(ROOT), str(tmp_path), str(executed)]
    done = subprocess.run([*unconnected(), *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == ["no network", "executed"]
    same_files(tmp_path / "_build/html", SITE)


def same_files(one: Path, other: Path) -> None:
    names = [{p.relative_to(f) for p in f.rglob("*") if p.is_file()} for f in (one, other)]
    assert names[0] == names[1]
    differing = [n for n in names[0] if (one / n).read_bytes() != (other / n).read_bytes()]
    assert not differing
    assert folder_hash(one) == folder_hash(other)


def test_a_page_with_a_fault_makes_no_site(tmp_path):
    book = tmp_path / "book"
    book.mkdir()
    (book / "_config.yml").write_text("title: T\n")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (book / "index.md").write_text("# T\n\n{nosuchrole}`a`\n")
    with pytest.raises(SiteError, match=r"book/index\.md:3: .*nosuchrole"):
        sphinx_pages(book, tmp_path / "work")


@pytest.fixture(scope="module")
def printed():
    parts = [("A part", THREE[:2]), ("", THREE[2:])]
    return BeautifulSoup(print_page(SITE, parts), "html.parser")


def test_every_link_and_picture_of_the_printed_page_is_there(printed):
    ids = [tag["id"] for tag in printed.find_all(id=True)]
    assert len(ids) == len(set(ids))
    # a glossary's letters and the like may lead to names; pages that are not printed may not
    inner = [a["href"][1:] for a in printed.find_all("a", href=True) if a["href"].startswith("#")]
    assert len(inner) > 50
    assert set(inner) <= set(ids)
    outer = {a["href"] for a in printed.select("main a[href]")} - {f"#{i}" for i in inner}
    assert all(re.match(r"https?://|mailto:", href) for href in outer), outer
    for picture in printed.select("main img"):
        assert (SITE / picture["src"]).is_file()


def test_printed_page_leaves_folded_code_out_and_keeps_what_it_shows(printed):
    chapter = printed.find(id="bispecifics-pooled-response")
    text = chapter.get_text()
    assert "Show code cell" not in text
    assert "The values behind the figure" in text
    assert not printed.find_all("details")
    assert not printed.select("main script, main button, main input")


def test_printed_page_shows_no_code_that_only_draws_and_keeps_what_computes(printed):
    code = [shown.get_text() for shown in printed.select(".chapter .cell_input")]
    assert not [text for text in code if _only_shows(text)]
    assert any("=" in text for text in code)
    assert printed.select("#bispecifics-pooled-response .tag_parameters .cell_input")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("import a\nfrom b import c\ncheck(x=(x, int))", True),
        ("figures.table(result, 'Title')", True),
        ("print(0.16**0.4)", False),
        ("rate = 1 - 0.4\nfigures.table(rate)", False),
        ("%matplotlib inline", False),
    ],
)
def test_code_that_only_shows_is_told_from_code_that_computes(code, shown):
    assert _only_shows(code) is shown


def test_each_name_of_the_printed_book_has_its_style():
    """The site's pages carry no rule for what they do not have."""
    html = print_page(SITE, [("ZUMA-7", ["zuma7/efficacy"])])
    printed = BeautifulSoup(html, "html.parser")
    styles = " ".join(style.get_text() for style in printed.select("head > style"))
    for name in ("book-contents", "book-title", "part", "solution", "solved", "unfolded"):
        assert printed.select(f".{name}"), name
        assert f"body.book .{name}" in styles, name


def test_a_figure_that_moves_is_printed_as_it_comes_with_where_it_moves(browser):
    names = [f"explore/{name}" for name in EXPLORERS]
    html = print_page(SITE, [("", names)])
    page_file = SITE / "explorers-printed-for-a-test.html"
    page = browser.new_page(viewport={"width": 672, "height": 1000})
    try:
        page_file.write_text(html, encoding="utf-8")
        page.goto(page_file.as_uri(), wait_until="load")
        page.emulate_media(media="print")
        for name in EXPLORERS:
            found = explorer(name)
            figure = page.locator(f"[data-explorer={name}]")
            text = figure.inner_text()
            assert found.sentence() in text
            assert f"explore/{name}.html" in text
            assert found.table()[-1][-1] in figure.locator("table").inner_text()
            assert not figure.locator("form, input, select, button").count()
            if found.spec:
                card = figure.locator(".sl-picture").bounding_box()
                drawn = figure.locator(".sl-picture svg").bounding_box()
                # no larger than its card and no hole in it
                assert drawn["width"] <= 672
                assert 0.95 * card["height"] < drawn["height"] <= card["height"]
                assert drawn["height"] > 250
    finally:
        page_file.unlink()
        page.close()


def test_solutions_and_answers_stand_at_the_end_and_lead_back(printed):
    sections = printed.select("section.chapter")
    assert sections[-1]["id"] == "solutions"
    solved = sections[-1].select(".solution")
    exercises = sum(len(read_exercises(ROOT / f"book/{name}.ipynb", name)) for name in THREE[:2])
    questions = [
        q for q in read_all_quizzes(ROOT / "book/teaching/quizzes") if q.chapter in THREE
    ]
    assert len(solved) == len(printed.select("p.solved a")) == exercises + len(questions)
    assert min(exercises, len(questions)) > 3
    for solution in solved:
        assert len(solution.get_text()) > 60
        back = printed.find(id=solution.h3.a["href"][1:])
        there = back if back.name == "p" else back.select_one("p.solved")
        assert there.a["href"] == f"#{solution['id']}"
    # nothing tells before it is turned to
    for question in printed.select(".quiz"):
        assert "Right." not in question.get_text()


def test_parts_hold_every_page_of_the_book():
    from secondline.chapters.execution import chapter_names

    names = [name for _, pages in book_parts(ROOT / "book") for name in pages]
    assert sorted(names) == sorted(chapter_names(ROOT / "book"))


def test_three_chapters_become_a_pdf_with_tags_and_bookmarks(tmp_path, printed, browser):
    target = tmp_path / "three.pdf"
    # a browser that is open takes part in no other's
    command = [sys.executable, str(ROOT / "scripts/print.py"), "pdf", *THREE, "-o", str(target)]
    while True:
        done = subprocess.run(command, capture_output=True, text=True)
        if "Another build is running" not in done.stderr:
            break
        time.sleep(0.5)  # another test file's
    assert done.returncode == 0, done.stderr
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
    assert b"/Outlines" in content
    assert b"/Lang" in content
    # fi is one letter in print
    pages = [normalize("NFKC", page.extract_text()) for page in PdfReader(target).pages]
    assert 30 < len(pages) < 120
    # the contents name the page where a chapter begins
    contents = " ".join(pages[0].split())
    for title in ("How ZUMA-7 was built", "Pooled response to bispecific antibodies", "Glossary"):
        number = int(re.search(rf"{title} page (\d+)", contents)[1])
        assert title in pages[number - 1][:80]
    assert len(content) < 10_000_000


def test_nothing_printed_is_wider_than_the_paper(browser, tmp_path):
    page_file = SITE / "printed-for-a-test.html"
    page = browser.new_page(viewport={"width": 672, "height": 1000})
    try:
        page_file.write_text(print_page(SITE, [("", THREE)]), encoding="utf-8")
        page.goto(page_file.as_uri(), wait_until="load")
        page.emulate_media(media="print")
        page.wait_for_selector("mjx-container svg")
        wide = page.evaluate(
            "[...document.querySelectorAll('main table, main img, main pre, main mjx-container')]"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 200))"
        )
    finally:
        page_file.unlink()
        page.close()
    assert not wide


def test_without_chromium_the_command_says_what_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(InputError, match="printed by Chromium, and .*none is .*install it"):
        chromium()
    monkeypatch.setattr(sys, "argv", ["print.py", "pdf", THREE[2], "-o", str(tmp_path / "a.pdf")])
    code, said = printed_by_command(capsys)
    assert code == 1 and "The PDF was not made. The PDF is printed by Chromium" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pdf", "zuma7/nothing"], "There is no chapter 'zuma7/nothing'; allowed: "),
        (["pdf", "-o", "nowhere/at/all.pdf"], "The folder nowhere/at does not exist"),
    ],
)
def test_a_wrong_word_is_answered_by_a_sentence(monkeypatch, capsys, words, said):
    monkeypatch.setattr(sys, "argv", ["print.py", *words])
    code, told = printed_by_command(capsys)
    assert code == 1 and said in told
