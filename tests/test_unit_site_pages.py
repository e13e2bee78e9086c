"""What is done to a page of the site once Sphinx has written it."""

import base64
import hashlib
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "book/_ext"))

from content_policy import inline_scripts, policy, with_policy  # noqa: E402
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
        '<script>1</script><script defer src="m.js"></script></head><body><p>x</p></body>'
    )
    moved = repaired(page)
    assert moved == (
        '<head><script data-cfasync="false">0</script><script defer src="m.js"></script></head>'
        '<body><p>x</p><script src="a.js"></script>\n<script>1</script>\n</body>'
    )
    assert repaired(moved) == moved
