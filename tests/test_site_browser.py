"""The built site in a real browser, from file://, at three widths, light and dark."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from conftest import ROOT

SITE = ROOT / "_build/html"
pytestmark = pytest.mark.usefixtures("built")


def pages() -> list[str]:
    from secondline.chapters.execution import chapter_names

    return [*chapter_names(ROOT / "book"), "search"]


WIDTHS = [360, 768, 1440]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The parts of a formula have one name; the first formula is looked at.
ONE_FORMULA = """() =>
  [...document.querySelectorAll("mjx-container")].slice(1).forEach((e) => (e.dataset.axeSkip = ""))
"""
# Contrast depends on the colours of a text, of what it stands in and of all that lies behind it,
# and on its size: of the words that have these alike, the first is looked at, with what stands in
# it. There are thousands on a page. What words have that were looked at before can be given; what
# the words of this page have is returned with it. The shadow at the edge of a wide table is left
# out, since axe cannot judge a gradient; and a colour does not glide to the next one while it is
# looked at.
ONE_OF_EACH = """known => {
  if (!document.adoptedStyleSheets.length) {
    const flat = new CSSStyleSheet();
    flat.replaceSync(`.sl-table, .wide-frame { background-image: none !important }
      *, *::before, *::after { transition: none !important }`);
    document.adoptedStyleSheets = [flat];
  }
  const behind = new Map([[null, ""]]);
  const back = (e) => {
    if (!behind.has(e)) {
      const style = getComputedStyle(e);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity].join();
      const above = back(e.parentElement);
      behind.set(e, above.endsWith("|" + own) ? above : above + "|" + own);
    }
    return behind.get(e);
  };
  const seen = new Set(known), all = [...document.body.querySelectorAll("*")];
  for (const e of all) delete e.dataset.axeOnce;
  for (const e of all) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!(own || "value" in e) || !e.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(e);
    const key = [
      e.tagName === "A", style.color, getComputedStyle(e.parentElement).color, style.fontSize,
      style.fontWeight, style.textShadow, style.textDecorationLine, back(e),
    ].join();
    if (!seen.has(key)) for (const part of [e, ...e.querySelectorAll("*")]) part.dataset.axeOnce = "";
    seen.add(key);
  }
  return [...seen];
}"""
RUN = """async rules => {
  const found = await axe.run({exclude: ['[data-axe-skip]']}, {
    preload: false, runOnly: rules, resultTypes: ['violations', 'incomplete']});
  return [found.violations, found.incomplete];
}"""
# what the rules of colours look at: their own words, but of each kind once
COLOURS = {
    "color-contrast": "[data-axe-once]",
    "link-in-text-block": "a[href][data-axe-once], [role=link][data-axe-once]",
}
# of what axe cannot judge: single letters, and what has scrolled out of the menu
UNSEEN = {"shortTextContent", "elmPartiallyObscured", "elmPartiallyObscuring"}


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def mark(page, known: Sequence[str] = ()) -> list[str]:
    """Mark what axe-core is to look at; return the kinds of words, the known ones first."""
    page.evaluate(ONE_FORMULA)
    return page.evaluate(ONE_OF_EACH, list(known))


def violations(page, *, colours_only: bool = False) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA on an open page, with where it is.

    Contrast on a background that it cannot judge is a finding too.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
        chosen = [{"id": name, "selector": selector} for name, selector in COLOURS.items()]
        page.evaluate("rules => axe.configure({rules})", chosen)
    assert page.query_selector("[data-axe-once]"), "nothing is marked: colours would not be looked at"
    rules = page.evaluate("tags => axe.getRules(tags)", WCAG)
    assert set(COLOURS) == {rule["ruleId"] for rule in rules if "cat.color" in rule["tags"]}
    # by name, so that rules run which are off by default: words that are seen are in the name
    names = list(COLOURS) if colours_only else [rule["ruleId"] for rule in rules]
    # in one run, since most of the time goes into where everything lies
    found, unsure = page.evaluate(RUN, names)
    for fault in unsure:
        if fault["id"] in COLOURS:
            found.append(fault | {"nodes": [n for n in fault["nodes"] if _matters(n)]})
    return [
        f"{fault['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for fault in found
        for node in fault["nodes"]
    ]


def _matters(node: dict) -> bool:
    # the words of a drawing stand on its own shapes
    drawn = node["html"].startswith(("<text", "<tspan"))
    return not drawn and node["any"][0]["data"].get("messageKey") not in UNSEEN


@pytest.fixture(scope="module")
def served():
    """The site's address on this machine, each file gzipped as a web server would."""
    import gzip
    import threading
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(SITE))

        def log_message(self, *_):
            pass

        def do_GET(self):
            path = SITE / self.translate_path(self.path)
            if not path.is_file():
                self.send_error(404)
                return
            body = gzip.compress(path.read_bytes(), 6)
            self.send_response(200)
            self.send_header("Content-Type", self.guess_type(str(path)))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Visit:
    """A page that is open, with what it asked for and what it complained of."""

    def __init__(self, browser, name, *, width=1280, scheme="light", at=SITE.as_uri()):
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
        self.page.goto(f"{at}/{name}.html", wait_until="load")
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


@pytest.mark.parametrize("name", pages())
def test_page_is_quiet_offline_and_fits(browser, name):
    """At three widths, light and dark; from the narrowest, as on a phone that is turned."""
    with Visit(browser, name, width=WIDTHS[0]) as visit:
        faults, known = [], []
        for width in WIDTHS:
            visit.page.set_viewport_size({"width": width, "height": 900})
            put_in(visit.page, "light")
            mark(visit.page)
            found = violations(visit.page)
            put_in(visit.page, "dark")
            # names, structure and what lies over what are the same in the dark; colours are not,
            # and a narrower width has shown most of them
            kinds = mark(visit.page, known)
            if kinds != known:
                found += [f"dark: {f}" for f in violations(visit.page, colours_only=True)]
            known = kinds
            if not visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
                found.append("the page scrolls sideways")
            faults += [f"{width} px: {fault}" for fault in found]
        assert not faults
        away = [u for u in visit.requests if not u.startswith(("file:", "data:", "blob:"))]
        assert not away
        assert not visit.failed
        assert not visit.complaints


def put_in(page, scheme: str) -> None:
    """Put a page in light or dark."""
    page.emulate_media(color_scheme=scheme)
    # not by a function: where one has to be tried again, the page's policy stops it
    page.wait_for_selector(f"html[data-theme={scheme}]", state="attached")


# what is spoilt: where, which one of these, how, and the rule that says so
SPOILT = (
    ("article p", 0, "e.style.color = '#aaa'", "color-contrast"),
    # not the first of its kind
    ("article p", 9, "e.style.background = '#555'", "color-contrast"),
    (".sl-table td", 0, "e.style.color = '#ccc'", "color-contrast"),
    # a background that cannot be judged
    (
        "article p", 2, "e.style.backgroundImage = 'linear-gradient(#555, #fff)'",
        "color-contrast",
    ),
    ("article img", 0, "e.removeAttribute('alt')", "image-alt"),
    (
        ".bd-sidebar .search-button-field", 0, "e.ariaLabel = 'Find'",
        "label-content-name-mismatch",
    ),
)  # fmt: skip


def test_axe_sees_what_is_spoilt(browser):
    with Visit(browser, "bispecifics/pooled-response") as visit:
        mark(visit.page)
        assert not violations(visit.page)
        for k, (where, which, spoil, _) in enumerate(SPOILT):
            visit.page.evaluate(
                f"(e => {{ {spoil}; e.dataset.spoilt = {k} }})"
                f"(document.querySelectorAll('{where}')[{which}])"
            )
        mark(visit.page)
        found = violations(visit.page)
    for k, (*_, rule) in enumerate(SPOILT):
        assert [f for f in found if f.startswith(rule) and f'data-spoilt="{k}"' in f], SPOILT[k]
    # nothing else, but for what stands in what is spoilt
    assert {fault.partition(":")[0] for fault in found} == {rule for *_, rule in SPOILT}


def test_axe_sees_what_is_spoilt_in_the_dark_alone(browser):
    with Visit(browser, "bispecifics/pooled-response", width=WIDTHS[0]) as visit:
        put_in(visit.page, "dark")
        known = mark(visit.page)
        # seen by nobody before
        assert mark(visit.page, known) == known
        visit.page.add_style_tag(
            content="@media (min-width: 700px) { [data-theme=dark] h2 { color: #333 !important } }"
        )
        visit.page.set_viewport_size({"width": WIDTHS[1], "height": 900})
        assert mark(visit.page, known) != known
        found = violations(visit.page, colours_only=True)
    assert found
    assert all(fault.startswith("color-contrast") for fault in found)


def test_policy_stops_what_does_not_belong_to_the_page(browser):
    with Visit(browser, "index") as visit:
        visit.page.evaluate(
            """() => {
              const script = document.createElement("script");
              script.textContent = "window.injected = true";
              document.body.append(script);
              const image = new Image();
              image.src = "http://127.0.0.1:9/pixel.png";
              document.body.append(image);
            }"""
        )
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("window.injected") is None
        said = " ".join(visit.complaints)
        assert "script-src" in said
        assert "img-src" in said
        assert not [u for u in visit.failed if u not in visit.requests]


@pytest.mark.parametrize("width", [1280, 1440])
def test_home_answers_four_questions_in_one_screen(browser, width):
    with Visit(browser, "index", width=width) as visit:
        feet = visit.page.evaluate(
            "[...document.querySelectorAll('.questions .sd-card-footer')]"
            ".map(e => e.getBoundingClientRect().bottom)"
        )
        assert len(feet) == 4
        assert max(feet) <= 900


def test_nothing_is_fetched_ahead():
    """Firefox would fetch the next page, and the page's policy would stop and log it."""
    for page in SITE.glob("*/*.html"):
        assert not re.search(r'<link [^>]*rel="(next|prefetch|prerender)"', page.read_text("utf-8"))


@pytest.mark.parametrize("name", ["bispecifics/pooled-response", "search"])
def test_policy_lets_the_site_work_over_http(browser, served, name):
    with Visit(browser, name, at=served) as visit:
        assert not visit.failed
        assert not visit.complaints
        if name == "search":
            visit.page.goto(f"{served}/search.html?q=glofitamab")
            visit.page.wait_for_selector("ul.search li a", timeout=20_000)
        else:
            assert visit.page.locator("mjx-container svg").count() >= 8


def test_first_paint_on_a_slow_line_is_reported(browser, served, capsys):
    """Print, for a phone of the lower middle, when a first visit shows something."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    # what Lighthouse calls slow 4G, and a processor a quarter as fast
    line = {"offline": False, "latency": 150, "downloadThroughput": 200_000}
    session.send("Network.emulateNetworkConditions", line | {"uploadThroughput": 90_000})
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{served}/bispecifics/pooled-response.html", wait_until="load", timeout=90_000)
    page.wait_for_timeout(300)
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint').map(e => e.startTime)"
    )
    context.close()
    with capsys.disabled():
        print(f"\nfirst contentful paint on slow 4G, first visit: {paint[0] / 1000:.1f} s")
    assert len(paint) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "bispecifics/pooled-response", "paths"])
def test_no_rule_of_the_theme_is_missed(browser, name, scheme):
    """The theme's whole style sheet, put before the page's own rules, changes no element."""
    import pydata_sphinx_theme

    folder = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/styles"
    theme = (folder / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    # its fonts are not beside the page
    theme = re.sub(r"@font-face{[^}]*}", "", theme)
    # one element of each kind
    looks = """[...new Map([...document.body.querySelectorAll('*')].filter(e => !e.closest('svg'))
        .map(e => [e.tagName + e.className + e.parentElement.className, e])).values()].map(e => {
            const style = getComputedStyle(e);
            return [...style].filter(p => !p.startsWith('--')).map(p => style.getPropertyValue(p)).join();
        })"""
    add = """text => {
        const style = document.createElement('style');
        style.textContent = text;
        document.head.prepend(style);
    }"""
    with Visit(browser, name, width=1000, scheme=scheme) as visit:
        # a tooltip would fade in while it is looked at
        visit.page.emulate_media(reduced_motion="reduce", color_scheme=scheme)
        visit.page.evaluate(
            "async () => { await window.MathJax?.startup?.promise; await document.fonts.ready }"
        )
        # what is folded has no size until somebody looks
        visit.page.evaluate("document.querySelectorAll('details').forEach(d => (d.open = true))")
        # a button that is open, and one that shows its tooltip
        visit.page.locator(".dropdown-download-buttons button").first.click()
        visit.page.locator(".theme-switch-button:visible").first.hover()
        visit.page.wait_for_timeout(600)
        before = visit.page.evaluate(looks)
        visit.page.evaluate(add, theme)
        visit.page.wait_for_timeout(600)
        assert len(before) > 100
        assert visit.page.evaluate(looks) == before
        # what is compared would show a rule that was missed
        visit.page.evaluate(add, "article p { text-indent: 3px }")
        assert visit.page.evaluate(looks) != before


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
