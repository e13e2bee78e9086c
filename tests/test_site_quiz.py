"""The questions on the built pages, answered in a real browser from file://."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT, write_notebook
from test_site_browser import SITE, Visit

pytestmark = pytest.mark.usefixtures("built")
NUMBER, CHOICE, SEVERAL = "zuma7-efficacy-risk", "zuma7-efficacy-small-p", "tme-burden-same-spd"


class Quiz:
    """One question of a page that is open."""

    def __init__(self, page, name):
        self.page = page
        self.box = page.locator(f"#quiz-{name}")
        self.inputs = self.box.locator("input")
        self.said = self.box.locator("[role=status]")

    def check(self):
        self.box.get_by_role("button", name="Check").click()
        return self.said.inner_text()

    def said_after(self):
        self.check()
        return self.said.text_content()


def stored(page):
    return page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, "
        "history.length, location.href])"
    )


def test_number_by_keyboard_alone_wrong_then_right(browser):  # noqa: F811
    with Visit(browser, "zuma7/efficacy") as visit:
        page, quiz = visit.page, Quiz(visit.page, NUMBER)
        before, asked = stored(page), len(visit.requests)
        quiz.box.locator("legend a").last.focus()
        page.keyboard.press("Tab")
        assert quiz.inputs.first.evaluate("e => e === document.activeElement")
        page.keyboard.type("60")
        page.keyboard.press("Enter")
        assert "✗ Too high. That is one less the hazard ratio." in quiz.said.inner_text()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("28,9 %")
        assert quiz.said.inner_text() == ""
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert quiz.said.inner_text().startswith("✓ Right.")
        assert "A hazard is not a risk" in quiz.said.inner_text()
        assert stored(page) == before
        assert len(visit.requests) == asked
        assert not visit.complaints


def test_a_number_is_read_with_point_or_comma(browser):  # noqa: F811
    expected = {
        "29": "✓ Right.",
        "28.9": "✓ Right.",
        " 28,9 ": "✓ Right.",
        "29 %": "✓ Right.",
        "27,0": "✗ Too low. Turn both shares into risks",
        "35": "✗ Too high. Turn both shares into risks",
        "24.2": "✗ Too low. Those are the points",
        "−29": "✗ Too low.",
        "": "Write one number",
        "about 29": "Write one number",
        "1,2,3": "Write one number",
    }
    with Visit(browser, "zuma7/efficacy") as visit:
        quiz = Quiz(visit.page, NUMBER)
        for typed, said in expected.items():
            quiz.inputs.first.fill(typed)
            assert quiz.check().startswith(said), typed


def test_choice_by_keyboard_alone_wrong_then_right(browser):  # noqa: F811
    with Visit(browser, "zuma7/efficacy") as visit:
        page, quiz = visit.page, Quiz(visit.page, CHOICE)
        assert quiz.check() == "Choose an answer first."
        quiz.box.locator("legend a").last.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        assert quiz.said.inner_text().startswith("✗ Not right. A smaller P feels like a larger effect.")
        page.keyboard.press("ArrowDown")
        assert quiz.said.inner_text() == ""
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert quiz.said.inner_text().startswith("✓ Right.")
        # a claim in what is said has its source, as everywhere in the book
        claim = quiz.said.locator(".claim")
        page.keyboard.press("Tab")
        assert claim.locator("a").evaluate("e => e === document.activeElement")
        assert claim.locator(".claim-tip").is_visible()
        assert claim.locator("a").get_attribute("aria-describedby")
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))


def test_several_right_options_are_all_asked_for(browser):  # noqa: F811
    with Visit(browser, "tme/burden") as visit:
        quiz = Quiz(visit.page, SEVERAL)
        quiz.inputs.nth(0).check()
        quiz.inputs.nth(2).check()
        said = quiz.check()
        for part in ("A: ✓ Right.", "C: ✗ Not right.", "✗ Not all of it yet."):
            assert part in said
        quiz.inputs.nth(2).uncheck()
        quiz.inputs.nth(1).check()
        quiz.inputs.nth(3).check()
        said = quiz.check()
        assert said.count("✓ Right.") == 3
        assert "✗" not in said


@pytest.mark.parametrize("page", ["zuma7/efficacy", "tme/burden", "audit/your-own-paper"])
def test_every_wrong_answer_of_a_page_is_told_why(browser, page):  # noqa: F811
    with Visit(browser, page) as visit:
        for box in visit.page.locator(".quiz").all():
            name = box.get_attribute("id").removeprefix("quiz-")
            quiz = Quiz(visit.page, name)
            if box.get_attribute("data-kind") == "number":
                for slip in box.locator(".quiz-slips > li").all():
                    quiz.inputs.first.fill(slip.get_attribute("data-value"))
                    assert slip.locator(".quiz-why").text_content() in quiz.said_after()
            else:
                for k, why in enumerate(box.locator(".quiz-whys > li").all()):
                    for other in range(quiz.inputs.count()):
                        if quiz.inputs.nth(other).get_attribute("type") == "checkbox":
                            quiz.inputs.nth(other).uncheck()
                    quiz.inputs.nth(k).check()
                    assert why.locator(".quiz-why").text_content() in quiz.said_after()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_said_fits_a_phone_and_can_be_read(browser, scheme):  # noqa: F811
    with Visit(browser, "zuma7/efficacy", width=360, scheme=scheme) as visit:
        for box in visit.page.locator(".quiz").all():
            quiz = Quiz(visit.page, box.get_attribute("id").removeprefix("quiz-"))
            first = quiz.inputs.first
            first.fill("60") if first.get_attribute("type") == "text" else first.check()
            quiz.check()
            box.locator("summary").click()
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        inside = "e => e.scrollWidth <= e.clientWidth + 1"
        assert all(box.evaluate(inside) for box in visit.page.locator(".quiz").all())
        for kind in ("wrong", "right", "check", "said p", "said a", "ask", "see a"):
            for element in visit.page.locator(f".quiz .quiz-{kind}:visible").all():
                assert element.evaluate(CONTRAST) >= 4.5, (kind, scheme)


# WCAG's ratio of an element's colour to what lies behind it; layers are mixed from the back
CONTRAST = """
element => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  canvas.canvas.width = canvas.canvas.height = 1;
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.unshift(getComputedStyle(e).backgroundColor);
  const paint = (colours) => {
    canvas.fillStyle = "white"; canvas.fillRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = paint(layers), front = paint([...layers, getComputedStyle(element).color]);
  return (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
}
"""


def test_without_javascript_answers_are_folded_below(browser):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((SITE / "zuma7/efficacy.html").as_uri())
    quiz = Quiz(page, CHOICE)
    assert not quiz.box.get_by_role("button").is_visible()
    why = quiz.box.locator(".quiz-why").first
    assert not why.is_visible()
    quiz.box.locator("summary").click()
    assert why.is_visible()
    number = Quiz(page, NUMBER)
    number.inputs.first.fill("60")
    number.inputs.first.press("Enter")
    assert page.url.endswith("efficacy.html")
    context.close()


def test_paper_has_the_questions_and_no_controls(browser):  # noqa: F811
    with Visit(browser, "zuma7/efficacy") as visit:
        visit.page.emulate_media(media="print")
        quiz = Quiz(visit.page, CHOICE)
        assert quiz.box.locator("legend").is_visible()
        assert not quiz.box.locator(".quiz-check, input").first.is_visible()
        assert quiz.box.locator(".quiz-options li").count() == 3


@pytest.mark.parametrize("name", ["zuma7/efficacy", "tme/burden", "partial-response/pathways"])
def test_markup_is_native_labelled_and_free_of_scripts(name):
    soup = BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    section = soup.select_one("section#check-yourself")
    assert section.h2.get_text().startswith("Check yourself")
    assert soup.select('.bd-sidebar-secondary a[href="#check-yourself"]')
    after = section.find_next_sibling("section")
    assert after.h2.get_text().startswith("Limits")
    assert not section.select("script, style, [style], [onclick], [onsubmit]")
    for quiz in section.select(".quiz"):
        assert len(quiz.select("form > fieldset > legend")) == 1
        assert quiz.select_one("[role=status]").get_text() == ""
        for control in quiz.select("input"):
            assert control.find_parent("label").get_text(strip=True)
        assert quiz.select_one("details > summary").get_text().startswith("Answer to question")
        (link,) = quiz.select(".quiz-see a")
        assert soup.find(id=link["href"].removeprefix("#"))


def test_the_script_is_small_and_safe():
    script = (ROOT / "book/site_assets/quiz.js").read_text(encoding="utf-8")
    assert len(script) < 6000
    forbidden = r"innerHTML|AdjacentHTML|eval\(|Storage|cookie|fetch\(|XMLHttp|sendBeacon"
    assert not re.search(forbidden, script)


def test_a_quiz_that_cites_what_is_not_there_fails_the_build(tmp_path):
    """Each file that cannot be read is named, with its question and what it lacks."""
    book = tmp_path / "book"
    (book / "teaching/quizzes").mkdir(parents=True)
    config = (ROOT / "book/_config.yml").read_text(encoding="utf-8")
    config = config.replace(": _ext", f": {ROOT / 'book/_ext'}")
    config = re.sub(r"\[[^\[\]]*(?:\.css|\.js|site_assets)\]", "[]", config)
    (book / "_config.yml").write_text(config, encoding="utf-8")
    (book / "references.bib").write_text("", encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: one\n", encoding="utf-8")
    write_notebook(book / "one.ipynb")
    notebook = json.loads((book / "one.ipynb").read_text(encoding="utf-8"))
    page = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# One\n\n## Here\n\nText."}
    (book / "one.ipynb").write_text(json.dumps(notebook | {"cells": [page]}), encoding="utf-8")
    question = {
        "id": "q", "chapter": "one", "kind": "choice", "see": "Here",
        "options": [
            {"text": "A", "feedback": "a", "right": True}, {"text": "B", "feedback": "b"},
        ],
    }  # fmt: skip
    for name, prompt in (("a", "{result}`gone:.1f`?"), ("b", "{claim}`1 <no-such-claim>`?")):
        content = yaml.safe_dump({"questions": [question | {"prompt": prompt}]})
        (book / f"teaching/quizzes/{name}.yml").write_text(content, encoding="utf-8")
    command = "from jupyter_book.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "build", str(book), "-W", "-n", "--keep-going"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
    assert done.returncode != 0
    assert "quiz: a.yml, question q: prompt: cites the result 'gone', which one does not" in said
    assert "quiz: b.yml, question q: prompt: cites an unknown claim. There is no claim" in said
