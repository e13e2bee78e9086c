"""The kits on the site: archives are whole, slides open from a folder and ask nobody."""

import io
import json
import zipfile

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT

from secondline.chapters.project import Project
from secondline.teaching.kits import FOLDER, find_session
from secondline.teaching.sessions import session_names

SITE = ROOT / "_build/html"
NAMES = session_names(ROOT / FOLDER)


@pytest.fixture(scope="module")
def files(built):
    page = BeautifulSoup((SITE / "teaching/sessions.html").read_text("utf-8"), "html.parser")
    links = [a["href"] for a in page.select("a.download")]
    return {link.rsplit("/", 1)[1]: (SITE / "teaching" / link).resolve() for link in links}


@pytest.mark.parametrize("name", NAMES)
def test_archives_hold_notebooks_that_any_jupyter_opens(files, name):
    session = find_session(Project(ROOT), name)
    with zipfile.ZipFile(io.BytesIO(files[f"{name}.zip"].read_bytes())) as archive:
        whole = {one: archive.read(one) for one in archive.namelist()}
    assert {"plan.html", "slides.html", "handout.pdf", "learners/answers.json"} <= set(whole)
    with zipfile.ZipFile(files[f"{name}-learners.zip"]) as archive:
        learners = {f"learners/{one}": archive.read(one) for one in archive.namelist()}
    assert learners == {one: content for one, content in whole.items() if one.startswith("learners/")}
    notebooks = [content for one, content in whole.items() if one.endswith(".ipynb")]
    assert len(notebooks) == 2 * len(session.chapters)
    for content in notebooks:
        nbformat.validate(json.loads(content))


@pytest.mark.parametrize("name", NAMES)
def test_slides_open_from_a_folder_and_ask_nobody(browser, files, name, tmp_path):
    path = tmp_path / "slides.html"
    path.write_bytes(files[f"{name}-slides.html"].read_bytes())
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, complaints = [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    try:
        page.goto(path.as_uri())
        page.wait_for_selector(".reveal.ready")
        slides = page.evaluate("Reveal.getTotalSlides()")
        for _ in range(slides - 1):
            page.keyboard.press("ArrowRight")
        assert page.evaluate("Reveal.isLastSlide()")
        tall = page.evaluate(
            "[...document.querySelectorAll('.slides > section')].filter(s => {"
            " Reveal.slide(Reveal.getIndices(s).h); return s.scrollHeight > 700 })"
            ".map(s => s.querySelector('h1, h2').textContent)"
        )
    finally:
        page.close()
    assert not complaints
    assert not [url for url in asked if not url.startswith(("data:", path.as_uri()))]
    assert not tall, "slides that run over"
