"""The built site in a real browser, from file://, at three widths, light and dark."""

import pytest
from conftest import ROOT

SITE = ROOT / "_build/html"


def pages() -> list[str]:
    from secondline.chapters.execution import chapter_names

    return [*chapter_names(ROOT / "book"), "search"]


class Visit:
    """A page that is open, with what it asked for and what it complained of."""

    def __init__(self, browser, name, *, width=1280, scheme="light"):
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.context.set_default_timeout(90_000)
        self.page = self.context.new_page()
        self.requests, self.failed, self.complaints = [], [], []
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.on("requestfailed", lambda r: self.failed.append(r.url))
        self.page.on("pageerror", lambda e: self.complaints.append(str(e)))
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type == "error" else None
        )
        self.page.goto((SITE / f"{name}.html").as_uri(), wait_until="load")
        self._settle()

    def _settle(self):
        """Wait until the page has asked for nothing for a while; a script may load late."""
        quiet = 0
        while quiet < 3:
            asked = len(self.requests)
            self.page.wait_for_timeout(100)
            quiet = quiet + 1 if len(self.requests) == asked else 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("name", pages())
def test_page_is_quiet_offline_and_fits(browser, name, width, scheme):
    with Visit(browser, name, width=width, scheme=scheme) as visit:
        away = [u for u in visit.requests if not u.startswith(("file:", "data:", "blob:"))]
        assert not away
        assert not visit.failed
        assert not visit.complaints
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_formulas_are_drawn(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        visit.page.wait_for_selector("mjx-container svg", timeout=20_000)
        assert visit.page.locator("mjx-container svg").count() >= 8
        assert visit.page.locator("mjx-merror, [data-mjx-error]").count() == 0


def test_pictures_are_shown(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        sizes = visit.page.evaluate(
            "[...document.querySelectorAll('article img')].map(i => i.naturalWidth)"
        )
        assert len(sizes) == 2
        assert min(sizes) > 300


def test_computed_sentences_and_tables_follow_the_page_in_the_dark(browser):
    with Visit(browser, "zuma7/efficacy", scheme="dark") as visit:
        shades = visit.page.evaluate(
            "[...document.querySelectorAll('div.cell_output .text_html')]"
            ".map(e => getComputedStyle(e).backgroundColor)"
        )
        assert len(shades) > 10
        assert set(shades) == {"rgba(0, 0, 0, 0)"}


def test_claim_shows_its_source_to_mouse_and_keyboard(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        claim = visit.page.locator(".claim").first
        tip = claim.locator(".claim-tip")
        assert not tip.is_visible()
        claim.hover()
        assert tip.is_visible()
        assert "Shen 2025, Results" in tip.inner_text()
        visit.page.mouse.move(0, 0)
        assert not tip.is_visible()
        claim.locator("a").focus()
        assert tip.is_visible()


def test_claim_leads_to_its_row(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        visit.page.locator(".claim a").first.click()
        visit.page.wait_for_url("**/sources/*.html#claim-*")
        assert visit.page.locator("tr:target").count() == 1


def test_search_finds_a_drug(browser):
    with Visit(browser, "search") as visit:
        visit.page.goto((SITE / "search.html").as_uri() + "?q=glofitamab")
        visit.page.wait_for_selector("ul.search li a", timeout=20_000)
        assert visit.page.locator("ul.search li a").count() >= 1


def test_first_tap_shows_the_source_and_the_second_follows_it(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    start = (SITE / "bispecifics/pooled-response.html").as_uri()
    page.goto(start)
    link = page.locator(".claim a").first
    link.tap()
    assert page.locator(".claim .claim-tip").first.is_visible()
    assert page.url == start
    link.tap()
    page.wait_for_url("**/sources/*.html#claim-*")
    context.close()


def test_escape_closes_the_source(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        link = visit.page.locator(".claim a").first
        link.focus()
        tip = visit.page.locator(".claim .claim-tip").first
        assert tip.is_visible()
        assert link.get_attribute("aria-describedby") == tip.get_attribute("id")
        visit.page.keyboard.press("Escape")
        assert not tip.is_visible()


def test_verdict_of_the_audit_stands_in_the_tooltip(browser):
    with Visit(browser, "audit/conflicts") as visit:
        claim = visit.page.locator('.claim:has(a[href*="guide-response-6m-axi"])').first
        claim.locator("a").focus()
        assert "Audit: finding (high)" in claim.locator(".claim-tip").inner_text()


def test_long_table_can_be_searched(browser):
    with Visit(browser, "audit/conflicts") as visit:
        rows = visit.page.locator(".sl-table tbody tr:visible")
        field = visit.page.locator(".sl-filter")
        field.fill("impossible 84.2 high")
        assert visit.page.locator(".filter-count").inner_text().startswith("1 of ")
        field.fill("")
        assert rows.count() > 100


def test_term_shows_its_meaning_to_the_keyboard_and_escape_hides_it(browser):
    with Visit(browser, "bispecifics/pooled-response", width=360, scheme="dark") as visit:
        term = visit.page.locator(".term").first
        link, tip = term.locator("a"), term.locator(".tip-box")
        assert not tip.is_visible()
        link.focus()
        assert tip.is_visible()
        assert link.get_attribute("aria-describedby") == tip.get_attribute("id")
        assert tip.inner_text().startswith("CAR-T cell")
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 900
        visit.page.keyboard.press("Escape")
        assert not tip.is_visible()


def test_first_tap_shows_the_meaning_and_the_second_leads_to_the_entry(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    start = (SITE / "bispecifics/pooled-response.html").as_uri()
    page.goto(start)
    first, second = page.locator(".term").nth(0), page.locator(".term").nth(2)
    first.locator("a").tap()
    assert first.locator(".tip-box").is_visible()
    # a tap on another one shows that one, and the first needs two taps again
    second.locator("a").tap()
    assert second.locator(".tip-box").is_visible()
    assert not first.locator(".tip-box").is_visible()
    first.locator("a").tap()
    assert page.url == start
    first.locator("a").tap()
    page.wait_for_url("**/glossary.html#term-CAR-T-cell")
    assert page.locator("dt:target").is_visible()
    context.close()


def test_glossary_can_be_searched(browser):
    with Visit(browser, "appendix/glossary", width=360) as visit:
        names = visit.page.locator("dl.glossary dt:visible")
        everything = names.count()
        visit.page.locator(".sl-filter").fill("PFS randomisation")
        assert visit.page.locator(".filter-count").inner_text().startswith("1 of ")
        assert "PFS" in " ".join(names.all_inner_texts())
        assert visit.page.locator("dl.glossary dd:visible").count() == 1
        visit.page.locator(".sl-filter").fill("")
        assert names.count() == everything
