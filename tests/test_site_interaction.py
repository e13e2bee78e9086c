"""The built site under a person's hands: menus, search, tooltips, with mouse, touch and keyboard."""

import pytest
from test_site_browser import SITE, Visit

pytestmark = pytest.mark.usefixtures("built")


def press_until(page, key: str, wanted: str, times: int = 60) -> None:
    """Press a key until what has the focus says the words wanted."""
    for _ in range(times):
        page.keyboard.press(key)
        words = page.evaluate(
            "(e => (e.ariaLabel || e.textContent).trim().replace(/\\s+/g, ' '))(document.activeElement)"
        )
        if words == wanted:
            return
    raise AssertionError(f"{key} never reached {wanted!r}")


@pytest.mark.parametrize("width", [360, 768])
def test_menu_by_keyboard_alone(browser, width):
    with Visit(browser, "bispecifics/pooled-response", width=width) as visit:
        press_until(visit.page, "Tab", "Pages of the book", times=3)
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#pst-primary-sidebar-modal[open]")
        press_until(visit.page, "Tab", "How ZUMA-7 was built")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/zuma7/design.html")


def test_contents_of_a_page_by_keyboard_alone(browser):
    with Visit(browser, "bispecifics/pooled-response", width=360) as visit:
        dialog = visit.page.locator("#pst-secondary-sidebar-modal")
        press_until(visit.page, "Tab", "On this page", times=8)
        visit.page.keyboard.press("Enter")
        assert dialog.get_by_text("The pool", exact=True).is_visible()
        visit.page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        # the button has the focus again, and so opens it again
        visit.page.wait_for_selector(".secondary-toggle:focus")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#pst-secondary-sidebar-modal[open]")
        press_until(visit.page, "Tab", "The pool")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**#the-pool")


def test_a_wide_screen_can_do_without_the_menu(browser):
    with Visit(browser, "bispecifics/pooled-response", width=1440) as visit:
        menu = visit.page.locator("#pst-primary-sidebar")
        assert menu.is_visible()
        visit.page.get_by_role("button", name="Pages of the book").click()
        menu.wait_for(state="hidden")
        visit.page.get_by_role("button", name="Pages of the book").click()
        menu.wait_for(state="visible")


def test_search_by_keyboard_alone(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        visit.page.keyboard.press("ControlOrMeta+k")
        visit.page.keyboard.type("glofitamab")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url("**/search.html?q=glofitamab*")
        first = visit.page.locator("ul.search li a").first
        first.wait_for(timeout=20_000)
        press_until(visit.page, "Tab", " ".join(first.inner_text().split()))
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_url(lambda address: "search.html" not in address)


def test_print_button_prints(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        visit.page.evaluate("window.print = () => (window.printed = true)")
        visit.page.locator(".dropdown-download-buttons button").first.click()
        visit.page.locator("[data-print]").click()
        assert visit.page.evaluate("window.printed") is True


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
