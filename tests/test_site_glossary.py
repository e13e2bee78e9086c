"""Links to the glossary in the built site."""

from collections import Counter
from fnmatch import fnmatch
from functools import cache

import pytest
import yaml
from conftest import ROOT, page

from secondline.chapters.execution import chapter_names

pytestmark = pytest.mark.usefixtures("built")
CONFIG = yaml.safe_load((ROOT / "book/_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
GLOSSARY = "appendix/glossary"
NO_PROSE = "h1, h2, h3, h4, a, code, pre, caption, table, figcaption, summary, .admonition-title"


def pages() -> list[str]:
    skipped = (GLOSSARY, *CONFIG["glossary_terms_skip"])
    return [
        name
        for name in chapter_names(ROOT / "book")
        if not any(fnmatch(name, skip) for skip in skipped)
    ]


@cache
def entries() -> dict[str, tuple[str, str]]:
    """First name and definition of the entry that an anchor belongs to."""
    found = {}
    for text in page(GLOSSARY).select("dl.glossary > dd"):
        names = [text.find_previous_sibling("dt")]
        while (before := names[0].find_previous_sibling()) and before.name == "dt":
            names.insert(0, before)
        first = names[0].get_text().removesuffix("#")
        found |= {dt["id"]: (first, " ".join(text.get_text().split())) for dt in names}
    return found


def linked(name: str) -> list[str]:
    """Names of the entries that a page links to, as often as it does."""
    links = page(name).select(".term > a")
    return [entries()[link["href"].partition("#")[2]][0] for link in links]


@pytest.mark.parametrize("name", pages())
def test_page_links_some_terms_and_each_once(name):
    count = Counter(linked(name))
    assert count
    assert set(count.values()) == {1}


@pytest.mark.parametrize("name", pages())
def test_links_stand_in_prose_and_show_the_definition(name):
    for term in page(name).select(".term"):
        assert term.find_parent("p"), term
        assert not term.find_parent(class_="tip"), term
        for parent in term.find_parents():
            assert not parent.css.match(NO_PROSE), (parent.name, term)
        first, definition = entries()[term.a["href"].partition("#")[2]]
        said = " ".join(term.select_one(".tip-box").get_text(" ").split())
        assert said.startswith(first)
        assert said.endswith(definition)


def test_only_prose_pages_are_linked():
    rest = set(chapter_names(ROOT / "book")) - set(pages())
    assert GLOSSARY in rest
    assert not [name for name in rest if page(name).select(".term")]


def test_every_entry_is_used_or_kept_for_a_reason():
    text = (ROOT / f"book/{GLOSSARY}.md").read_text(encoding="utf-8")
    kept = set(yaml.safe_load(text.split("---")[1])["secondline"]["kept"])
    used = {entry for name in pages() for entry in linked(name)}
    every = {first for first, _ in entries().values()}
    assert every - used <= kept


def test_glossary_is_sorted_and_can_be_filtered():
    first = list(dict.fromkeys(first.lower().replace("\u2019", "'") for first, _ in entries().values()))
    assert first == sorted(first)
    assert page(GLOSSARY).select("p.filter .sl-filter")
