"""The explorers in a real browser, from file://: every number beside the library's own."""

import gzip
import itertools
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from conftest import ROOT
from test_site_browser import SITE, Visit

from secondline.explorers import EXPLORERS, Choice, Slider, explorer, page
from secondline.explorers.explorer import shown

pytestmark = pytest.mark.usefixtures("built")
# control, key, how often: at least one of each kind of control
MOVES = {
    "plateau": (("hazard_soc", "ArrowLeft", 5), ("cured_axi", "PageUp", 2)),
    "clock": (("response", "ArrowLeft", 20), ("new_therapy", "PageDown", 3), ("symptoms", " ", 1)),
    "routes": (("age", "ArrowUp", 1), ("interim_deauville", "ArrowDown", 1)),
    "pool": (("on_2", " ", 1), ("method", "ArrowDown", 1), ("transform", "ArrowDown", 1)),
    "order": (("retained", "ArrowRight", 3), ("durable", "ArrowDown", 4)),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
)
VALUES = """figure => Object.fromEntries([...figure.querySelectorAll('input, select')].map(c => [
    c.name, c.type === 'checkbox' ? c.checked : c.type === 'range' ? Number(c.value) : c.value]))"""
# settings, numbers with their names and digits, and the sentence
SHOWN = f"""figure => [
    ({VALUES})(figure),
    [...figure.querySelectorAll('[data-show]')].map(e => [
        e.dataset.show, Number(e.dataset.digits), e.textContent]),
    figure.querySelector('.sl-says').textContent]"""
SET = """(figure, values) => {
    for (const [name, value] of Object.entries(values)) {
        const control = figure.querySelector(`[name=${name}]`);
        if (control.type === 'checkbox') control.checked = value; else control.value = value;
    }
    figure.dataset.ready = 'no';
    figure.querySelector('form[aria-label]').dispatchEvent(new Event('input'));
}"""


@pytest.fixture
def visit(browser, request):
    """A page with an explorer; the test's parameter `name` says which."""
    with Visit(browser, f"explore/{request.getfixturevalue('name')}") as opened:
        ready(opened.page)
        yield opened
        assert not opened.complaints
        assert not opened.failed
        assert all(url.startswith(("file:", "data:", "blob:")) for url in opened.requests)


def ready(page):
    figure = page.locator(".sl-explorer")
    page.wait_for_selector(".sl-explorer[data-ready='yes'], .sl-explorer[data-ready='failed']")
    assert figure.get_attribute("data-ready") == "yes"
    return figure


def compare_all(page, found) -> dict:
    """Compare every number and text on the page with the library's; return the settings."""
    values, texts, sentence = ready(page).evaluate(SHOWN)
    outputs = found.outputs(**values)
    for name, digits, text in texts:
        assert text == shown(outputs[name], digits), (name, values)
    assert sentence == found.sentence(**values)
    return values


@pytest.mark.parametrize("name", EXPLORERS)
def test_keyboard_moves_the_controls_and_the_numbers_are_the_librarys(visit, name):
    found, opened = explorer(name), visit.page
    before = compare_all(opened, found)
    assert before == {control.name: control.value for control in found.controls}
    said = opened.locator(".sl-says").text_content()
    for control, key, times in MOVES[name]:
        place = opened.locator(f"#{name}-{control}")
        place.focus()
        assert place.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        for _ in range(times):
            opened.keyboard.press(key)
        opened.wait_for_timeout(100)
        after = compare_all(opened, found)
        assert after[control] != before[control], control
    assert opened.locator(".sl-says").text_content() != said
    opened.get_by_role("button", name="As it came").press("Enter")
    opened.wait_for_timeout(100)
    assert compare_all(opened, found) == before


@pytest.mark.parametrize("name", EXPLORERS)
def test_numbers_are_the_librarys_for_many_settings(visit, name):
    found = explorer(name)
    rng = np.random.default_rng(7)
    settings = []
    for _ in range(40):
        settings.append({c.name: _any_value(c, rng) for c in found.controls})
    # the ends of every slider, where things turn, begin or are never reached
    for end in ("low", "high"):
        settings.append(
            {c.name: getattr(c, end) if isinstance(c, Slider) else c.value for c in found.controls}
        )
    for values in settings:
        visit.page.locator(".sl-explorer").evaluate(SET, values)
        assert compare_all(visit.page, found) == pytest.approx(values)


def _any_value(control, rng):
    if isinstance(control, Slider):
        steps = round((control.high - control.low) / control.step)
        # the last value often stands for never
        step = steps if rng.random() < 0.15 else int(rng.integers(steps + 1))
        return round(control.low + step * control.step, 6)
    if isinstance(control, Choice):
        return str(rng.choice(list(control.options)))
    return bool(rng.random() < 0.5)


@pytest.mark.parametrize("name", [n for n in EXPLORERS if explorer(n).spec])
def test_picture_follows_the_control(visit, name):
    def drawn():
        return visit.page.locator(".sl-picture svg").evaluate("e => e.outerHTML")

    before = drawn()
    control, key, times = MOVES[name][0]
    visit.page.locator(f"#{name}-{control}").focus()
    for _ in range(times):
        visit.page.keyboard.press(key)
    visit.page.wait_for_timeout(200)
    assert drawn() != before
    title = explorer(name).spec["title"]["text"]
    drawn_text = visit.page.locator(".sl-picture svg").text_content()
    assert all(line in drawn_text for line in title)


@pytest.mark.parametrize("name", [n for n in EXPLORERS if explorer(n).spec])
@pytest.mark.parametrize("width", [360, 1280])
def test_picture_fits_and_lies_on_a_light_card_in_the_dark(browser, name, width):
    with Visit(browser, f"explore/{name}", width=width, scheme="dark") as opened:
        ready(opened.page)
        card = opened.page.locator(".sl-picture")
        assert card.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
        assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        outer, inner = card.bounding_box(), card.locator("svg").bounding_box()
        assert inner["x"] >= outer["x"]
        assert inner["width"] <= outer["width"] + 0.5
        assert inner["width"] > 0.85 * outer["width"]
        # no letter is cut off at the edge
        over = card.locator("svg").evaluate(
            "s => [...s.querySelectorAll('text')].filter(t => t.textContent && ("
            "t.getBoundingClientRect().right > s.getBoundingClientRect().right + 1 || "
            "t.getBoundingClientRect().left < s.getBoundingClientRect().left - 1))"
            ".map(t => t.textContent)"
        )
        assert not over


def test_a_finger_moves_a_slider(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    opened = context.new_page()
    opened.goto((SITE / "explore/plateau.html").as_uri())
    ready(opened)
    slider = opened.locator("#plateau-cured_soc")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box["height"] >= 24, "a target for a finger"
    opened.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + box["height"] / 2)
    opened.wait_for_timeout(100)
    assert compare_all(opened, explorer("plateau"))["cured_soc"] > 50
    context.close()


PLACES = """figure => Object.fromEntries(
    [["form", "form[aria-label]"], ["picture", ".sl-picture"], ["says", ".sl-says"]].flatMap(
        ([name, selector]) => [...figure.querySelectorAll(selector)].map(e => {
            const box = e.getBoundingClientRect();
            return [name, [box.top + scrollY, box.bottom + scrollY]];
        })))"""


@pytest.mark.parametrize("name", EXPLORERS)
def test_controls_stand_below_the_picture_on_a_phone_and_above_on_a_wide_screen(browser, name):
    widths = [360, 390, 1280]
    with Visit(browser, f"explore/{name}", width=widths[0]) as opened:
        figure, places = ready(opened.page), {}
        for width in widths:
            # as high as the page, so that nothing has to stay in sight
            opened.page.set_viewport_size({"width": width, "height": 4000})
            places[width] = figure.evaluate(PLACES)
    for width in widths:
        order = ["picture", "form", "says"] if width < 600 else ["form", "picture", "says"]
        found = [places[width][part] for part in order if part in places[width]]
        assert len(found) == 3 - (explorer(name).spec is None)
        for (_, end), (start, _) in itertools.pairwise(found):
            assert end <= start, width


@pytest.mark.parametrize("name", EXPLORERS)
def test_who_moves_a_control_on_a_phone_sees_what_it_does(browser, name):
    """With the Tab key, forth and back: the control is not behind what stays in sight."""
    with Visit(browser, f"explore/{name}", width=390) as opened:
        page = opened.page
        page.set_viewport_size({"width": 390, "height": 664})
        ready(page)
        stays = page.locator(".sl-picture" if explorer(name).spec else ".sl-says")
        controls = [control.name for control in explorer(name).controls]
        for key, names in (("Tab", controls), ("Shift+Tab", controls[::-1])):
            # each way begins where a page is opened
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            page.locator(f"#{name}-{names[0]}").focus()
            for control in names:
                assert page.evaluate("document.activeElement.name") == control
                page.wait_for_timeout(50)
                box = page.locator(f"#{name}-{control}").bounding_box()
                seen, end = stays.bounding_box(), box["y"] + box["height"]
                assert seen["y"] >= 56, "not below the theme's bar"
                assert seen["y"] + seen["height"] <= 664
                assert box["y"] >= seen["y"] + seen["height"] or end <= seen["y"]
                assert 56 <= box["y"] and end <= 664
                page.keyboard.press(key)


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_slider_stays_under_the_finger_while_the_sentence_changes(visit, name):
    visit.page.set_viewport_size({"width": 360, "height": 740})
    for control, key, times in MOVES[name]:
        place = visit.page.locator(f"#{name}-{control}")
        place.focus()
        before = place.bounding_box()
        for _ in range(times):
            visit.page.keyboard.press(key)
        visit.page.wait_for_timeout(100)
        assert place.bounding_box() == before


@pytest.mark.parametrize("name", EXPLORERS)
def test_paper_has_the_picture_as_it_was_moved_and_its_values(visit, name):
    control, key, times = MOVES[name][0]
    still = visit.page.locator(".sl-still")
    assert not still.is_visible()
    visit.page.locator(f"#{name}-{control}").focus()
    for _ in range(times):
        visit.page.keyboard.press(key)
    visit.page.wait_for_timeout(100)
    values = ready(visit.page).evaluate(VALUES)
    visit.page.emulate_media(media="print")
    assert still.is_visible()
    assert not visit.page.locator(".sl-explorer form[aria-label]").is_visible()
    assert visit.page.locator(".sl-picture svg").count() == (explorer(name).spec is not None)
    for moved in explorer(name).controls:
        said = still.locator(f"[data-set='{moved.name}']").text_content()
        assert said == moved.words(values[moved.name])


@pytest.mark.parametrize("name", EXPLORERS)
def test_page_says_the_result_without_javascript(browser, name):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((SITE / f"explore/{name}.html").as_uri())
    assert opened.locator(".sl-says").text_content() == explorer(name).sentence()
    assert "in a browser that runs JavaScript" in opened.locator(".sl-still").inner_text()
    if explorer(name).spec:
        assert opened.locator(".sl-picture svg").bounding_box()["height"] > 200
    for control in opened.locator(".sl-explorer").locator("input, select, button").all():
        assert control.is_disabled()
    context.close()


@pytest.fixture(scope="module")
def strict(tmp_path_factory) -> Path:
    """Pages that hold an explorer each and allow no script but the site's own files."""
    folder = tmp_path_factory.mktemp("strict")
    (folder / "_static").symlink_to(SITE / "_static")
    (folder / "probe.js").write_text(
        "try { new Function('return 1')(); } catch (error) { document.title = error.name; }"
    )
    pages = {name: ("_static/explorers.js", page(explorer(name))) for name in EXPLORERS}
    for name, (script, body) in (pages | {"probe": ("probe.js", "")}).items():
        (folder / f"{name}.html").write_text(
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<link rel="stylesheet" href="explorers.css">'
            f'<script src="{script}" defer></script></head><body>{body}</body></html>',
            encoding="utf-8",
        )
    (folder / "favicon.ico").write_bytes(b"")
    shutil.copyfile(ROOT / "book/site_assets/explorers.css", folder / "explorers.css")
    return folder


@pytest.fixture(scope="module")
def served(strict):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=strict))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("way", ["file", "http"])
@pytest.mark.parametrize("name", EXPLORERS)
def test_nothing_is_evaluated_from_text(browser, strict, served, name, way):
    base = strict.as_uri() if way == "file" else served
    opened = browser.new_page()
    complaints = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None,
    )
    opened.goto(f"{base}/{name}.html")
    ready(opened)
    control, key, times = MOVES[name][0]
    opened.locator(f"#{name}-{control}").focus()
    for _ in range(times):
        opened.keyboard.press(key)
    opened.wait_for_timeout(100)
    compare_all(opened, explorer(name))
    assert not complaints
    opened.close()


@pytest.mark.parametrize("way", ["file", "http"])
def test_the_policy_of_these_pages_is_at_work(browser, strict, served, way):
    """A page that does evaluate text is stopped, so that the test above can fail."""
    opened = browser.new_page()
    opened.goto(f"{strict.as_uri() if way == 'file' else served}/probe.html")
    assert opened.title() == "EvalError"
    opened.close()


@pytest.mark.parametrize("name", EXPLORERS)
def test_first_visit_is_light(visit, name):
    files = {Path(unquote(urlparse(url).path)) for url in visit.requests if url.startswith("file:")}
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 6)) for path in files}
    assert ("vega.js" in sizes) == (explorer(name).spec is not None)
    assert sum(sizes.values()) < 1_500_000, sizes


def test_other_pages_load_nothing_of_it():
    for path in ("index.html", "bispecifics/pooled-response.html", "explore/index.html"):
        text = (SITE / path).read_text(encoding="utf-8")
        assert "explorers.js" not in text
        assert "sl-picture" not in text
