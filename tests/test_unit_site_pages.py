"""What is done to a page of the site once Sphinx has written it."""

import base64
import hashlib
import re
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))

from content_policy import inline_scripts, policy, with_policy  # noqa: E402
from page_styles import (  # noqa: E402
    known_names,
    usable_rules,
    with_styles,
    without_idle_variables,
)
from slim_assets import icons_used, with_icons  # noqa: E402
from theme_repairs import repaired  # noqa: E402

HEAD = '<html><head>\n<meta charset="utf-8" />\n<title>A</title>'


def hash_of(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_policy_names_the_scripts_that_stand_in_the_page_and_no_others():
    page = f'{HEAD}<script>let a = 1;</script><script src="a.js"></script>'
    assert f"'sha256-{hash_of('let a = 1;')}'" in policy(page)
    assert policy(page).count("sha256") == 1


def test_policy_allows_neither_remote_sources_nor_evaluated_text():
    said = policy(f"{HEAD}<script>let a = 1;</script>")
    assert said.startswith("default-src 'none'; ")
    for forbidden in ("http", "//", "*", "unsafe-eval", "unsafe-hashes", "strict-dynamic"):
        assert forbidden not in said.replace(hash_of("let a = 1;"), "")
    scripts = next(part for part in said.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts


def test_policy_comes_before_what_it_speaks_of_and_once():
    page = f"{HEAD}<script>1</script></head>"
    once = with_policy(page)
    assert once.index("Content-Security-Policy") < once.index("<title>") < once.index("<script>")
    assert with_policy(once) == once


def test_a_page_without_a_character_set_is_refused():
    with pytest.raises(ValueError, match="character set"):
        with_policy("<html><head><title>A</title>")


def test_data_in_a_page_are_no_script():
    page = (
        '<script type="application/json">{}</script><script type="module">2</script>'
        '<script type="text/javascript">3</script><script data-cfasync="false">4</script>'
    )
    assert inline_scripts(page) == ["2", "3", "4"]


def test_icons_that_are_used_stay_by_any_of_their_names():
    script = (
        'var a={"arrow-up":[384,512,[8593],"f062","M1z"],sun:[512,512,[9728],"f185","M2z"],'
        'search:[512,512,["magnifying-glass"],"f002",["M3z","M4z"]]},b=f(a,[,1]);'
    )
    kept = with_icons(script, icons_used(['<i class="fas fa-sun fa-lg">', "fa-magnifying-glass"]))
    assert "M1z" not in kept
    assert '"f185"' in kept
    assert '["M3z","M4z"]' in kept
    assert kept.endswith("b=f(a,[,1]);")


def test_tables_get_scopes_and_a_name_and_lose_empty_heads():
    page = (
        '<h2 id="a">Groups &amp; sizes<a class="headerlink" href="#a">#</a></h2>'
        '<table class="table"><thead><tr><th class="head"></th><th class="head"><p>n</p></th>'
        '<th scope="row">x</th></tr></thead>'
        '<tbody><tr class="a"><td><p>one</p></td><td>2</td></tr></tbody></table>'
        "<table><caption>C</caption></table>"
    )
    assert repaired(page).endswith(
        '<table aria-label="Table: Groups &amp; sizes" class="table"><thead><tr><td></td>'
        '<th scope="col" class="head"><p>n</p></th><th scope="row">x</th></tr></thead>'
        '<tbody><tr class="a"><th scope="row"><p>one</p></th><td>2</td></tr></tbody></table>'
        "<table><caption>C</caption></table>"
    )


def test_search_scripts_stay_where_one_searches():
    page = '<p>a</p>\n  <script src="../_static/searchtools.js"></script>'
    assert "searchtools" in repaired(page, search=True)
    assert repaired(page) == "<p>a</p>"


def test_scripts_that_a_browser_waits_for_stand_behind_the_text_in_their_order():
    page = (
        '<head><script data-cfasync="false">0</script><script src="a.js"></script>'
        '<script>1</script><link rel="preload" as="script" href="d.js"/>'
        '<script defer src="m.js"></script></head><body><p>x</p></body>'
    )
    moved = repaired(page)
    assert moved == (
        '<head><script data-cfasync="false">0</script></head><body><p>x</p>'
        '<script src="a.js"></script>\n<script>1</script>\n<script defer src="m.js"></script>\n</body>'
    )
    assert repaired(moved) == moved


KNOWN = known_names(
    ['<p class="used also-used" id="here">prose</p><nav data-open="x">'],
    {"a.js": "box.className = `made-${side}`", "fontawesome.js": "'fa-'.concat(name)"},
)


@pytest.mark.parametrize(
    "rule",
    [
        "p.used{color:red}",
        "nav[data-no] #here:hover::before{color:red}",
        "p:not(.unused){color:red}",
        ".unused,.used{color:red}",
        ".made-left{color:red}",
        r".sm\:wide{color:red}",
        "@media print{.used{color:red}}",
        "@keyframes turn{to{rotate:1turn}}",
        "@font-face{font-family:A;src:url(a.woff2)}",
        "*{color:red}",
    ],
)
def test_a_rule_that_may_apply_stays(rule):
    # spaces aside
    assert "".join(usable_rules(rule, KNOWN).split()) == "".join(rule.split())


@pytest.mark.parametrize(
    "rule",
    [
        "p.unused{color:red}",
        ".used .prose{color:red}",
        "#there,.unused{color:red}",
        "video{color:red}",
        ".fa-sun{color:red}",
        "@media print{.unused{color:red}}",
        ".used{}",
        "/* a remark */",
    ],
)
def test_a_rule_that_cannot_apply_goes(rule):
    assert usable_rules(rule, KNOWN) == ""


def test_licences_stay_and_what_is_no_style_sheet_is_refused():
    assert usable_rules("/*! MIT *//* note */p{/* x */color:red}", KNOWN) == "/*! MIT */\np{color:red}\n"
    with pytest.raises(ValueError, match="cannot be read"):
        usable_rules("p{color:red}}", KNOWN)


def test_variables_go_with_the_last_that_asks_for_them():
    style = "p{--a:1;--b:var(--a);--c:2;--data-open:3;width:var(--c, 4px)}"
    # b is asked for by nothing, and a by b alone
    assert without_idle_variables(style, KNOWN) == "p{--c:2;width:var(--c, 4px)}\n"


def test_styles_stand_in_the_page_in_their_order_with_addresses_that_hold_there(tmp_path):
    static = tmp_path / "_static"
    for folder in (static / "deep", tmp_path / "part"):
        folder.mkdir(parents=True)
    (static / "deep/first.css").write_text('/* all */ @import "../base.css"; p{color:red}')
    (static / "base.css").write_text('@charset "UTF-8"; p{background:url(dot.png)} .no{top:0}')
    (static / "own.css").write_text("p{src:url('data:x,y');color:blue}")
    head = '<head><link href="{0}deep/first.css?digest=1" rel="stylesheet" />{1}</head><p>'
    own = '<link rel="stylesheet" type="text/css" href="../_static/own.css?v=2" /><link rel="icon"/>'
    home, page = tmp_path / "index.html", tmp_path / "part/page.html"
    home.write_text(head.format("_static/", ""))
    page.write_text(head.format("../_static/", own))
    with_styles(tmp_path, [home, page])
    assert home.read_text() == (
        '<head>\n<style>\np{background:url("_static/dot.png")}\np{color:red}\n</style></head><p>'
    )
    assert page.read_text() == (
        '<head>\n<style>\np{background:url("../_static/dot.png")}\np{color:red}\n'
        'p{src:url("data:x,y");color:blue}\n</style><link rel="icon"/></head><p>'
    )
    assert not list(tmp_path.rglob("*.css"))


def test_lines_under_words_are_written_as_safari_reads_them():
    """It takes a line's kind, colour and width apart, and none of them where one is a variable."""
    for sheet in sorted((ROOT / "book/site_assets").glob("*.css")):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"text-decoration:[^;}]*var\(", text), sheet.name
