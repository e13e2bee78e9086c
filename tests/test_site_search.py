"""The search page, opened from a folder, leads to the right chapters."""

import re
from urllib.parse import quote

import pytest
from conftest import ROOT

SITE = ROOT / "_build/html"
pytestmark = pytest.mark.usefixtures("built")
FIRST = 5  # results that a reader looks at

EXPECTED = {
    "glofitamab": ("bispecifics/evidence", "bispecifics/who-responds"),
    "epcoritamab": ("bispecifics/evidence", "bispecifics/who-responds"),
    "mosunetuzumab": ("bispecifics/evidence", "bispecifics/who-responds"),
    # every chapter of two parts speaks of it
    "axi-cel": ("zuma7/subgroups", "zuma7/efficacy", "tme/predictive-or-prognostic"),
    "ZUMA-7": ("zuma7/design", "zuma7/efficacy"),
    "TRANSFORM": ("zuma7/endpoint-definitions",),
    "BELINDA": ("zuma7/endpoint-definitions",),
    "Deauville": ("partial-response/definitions", "partial-response/pathways"),
    "prediction interval": ("bispecifics/pooled-response", "bispecifics/robustness"),
    "immortal time": ("partial-response/real-patients",),
}


def results(browser, query: str) -> list[str]:
    """Return the pages that the search page lists, best first."""
    page = browser.new_page()
    try:
        page.goto(f"{(SITE / 'search.html').as_uri()}?q={quote(query)}")
        summary = page.locator("#search-results p.search-summary")
        summary.filter(has_text=re.compile("found|did not match")).wait_for(timeout=30_000)
        links = page.eval_on_selector_all("ul.search li a", "all => all.map(a => a.href)")
    finally:
        page.close()
    pages = [link.removeprefix(f"{SITE.as_uri()}/").split(".html")[0] for link in links]
    return list(dict.fromkeys(pages))


@pytest.mark.parametrize("query", EXPECTED)
def test_search_leads_to_a_chapter(browser, query):
    first = results(browser, query)[:FIRST]
    assert set(EXPECTED[query]) & set(first), first
