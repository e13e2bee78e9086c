"""The glossary and the links that a build makes to it."""

import re
import sys
from io import StringIO

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT

EXTENSIONS = ROOT / "book/_ext"
sys.path.insert(0, str(EXTENSIONS))
from glossary_terms import Entry, Terms, plural  # noqa: E402

GLOSSARY = (ROOT / "book/appendix/glossary.md").read_text(encoding="utf-8")


def entry(*names):
    return Entry(names, "What it means.", "glossary", tuple(f"term-{name}" for name in names))


def found(text, *entries, not_linked=()):
    return [text[a:b] for a, b, _ in Terms(entries, not_linked).find(text)]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("hazard ratio", "hazard ratios"),
        ("biopsy", "biopsies"),
        ("landmark analysis", "landmark analyses"),
        ("survivor bias", "survivor biases"),
        ("delay", "delays"),
    ],
)
def test_plural_goes_by_the_last_letters(name, more):
    assert plural(name) == more


def test_longest_name_wins_and_hides_what_it_holds():
    entries = entry("hazard"), entry("hazard ratio", "HR")
    assert found("A hazard ratio is no hazard; HRs are.", *entries) == [
        "hazard ratio",
        "hazard",
        "HRs",
    ]


def test_words_are_found_in_any_case_and_abbreviations_as_they_are_written():
    text = "Event-free survival, Os, os, OS, egger's and Egger\u2019s test"
    entries = entry("event-free survival"), entry("overall survival", "OS"), entry("Egger's test")
    assert found(text, *entries) == ["Event-free survival", "OS", "Egger\u2019s test"]


def test_only_whole_words_are_found():
    text = "aaIPI, IPIs, non-refractory, refractoriness, refractory\u00a0disease, I²t"
    assert found(text, entry("IPI"), entry("refractory"), entry("I²")) == ["IPIs", "refractory"]


def test_names_go_over_the_end_of_a_line():
    assert found("the hazard\nratio and the hazard\u00a0ratio", entry("hazard ratio")) == [
        "hazard\nratio",
        "hazard\u00a0ratio",
    ]


def test_name_that_is_not_linked_is_left_and_guards_what_it_holds():
    text = "An SD of one; bulk tissue; a bulk."
    entries = entry("stable disease", "SD"), entry("bulk")
    assert found(text, *entries, not_linked=["SD", "bulk tissue"]) == ["bulk"]


def test_tooltip_shows_other_names_and_not_mere_variants():
    tip = entry("Kaplan-Meier curve", "Kaplan-Meier", "KM <curve>").tip()
    assert tip == "<b>Kaplan-Meier curve</b> (KM &lt;curve&gt;)<br>What it means."


# a small book


PAGE = """# A hazard ratio in the title

## And a hazard ratio and a {term}`biopsy` in a heading

`hazard ratio` and $hazard ratio$ and [hazard ratio](other.md) are none.

| hazard ratio |
|---|
| hazard ratio |

```{figure} picture.png
:alt: A picture.

A hazard ratio in a caption.
```

:::{admonition} A hazard ratio
In a box, **a HR** of one; one hazard ratio more. The estimand's, and an SD.
:::

:::{admonition} Folded
:class: dropdown
An early censoring.
:::

A late censoring. See {term}`knots <knot>` and a knot, and the [biopsy](glossary.md).
"""
WORDS = """---
secondline:
  not_linked: {SD: too}
---

# Words

:::{glossary}
:sorted:

τ²
between-trial variance
  Spread.

hazard ratio
HR
  A zebra, with <b>.

estimand
  What is estimated.

stable disease
SD
  Neither.

censoring
  No more seen.

biopsy
  Tissue.

knot
  A bend.
:::
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of four pages, built."""
    from sphinx.application import Sphinx

    source = tmp_path_factory.mktemp("book")
    (source / "conf.py").write_text(
        "extensions = ['myst_parser', 'glossary_terms']\n"
        "myst_enable_extensions = ['colon_fence', 'dollarmath']\n"
        "glossary_terms_skip = ['other']\nexclude_patterns = ['out']\n"
    )
    (source / "picture.png").write_bytes(b"")
    (source / "index.md").write_text(PAGE + "\n```{toctree}\nother\nglossary\n```\n")
    (source / "other.md").write_text("# Other\n\nA hazard ratio that is skipped.\n")
    (source / "glossary.md").write_text(WORDS)
    warnings = StringIO()
    folders = str(source), str(source), str(source / "out"), str(source / "out/.doctrees")
    Sphinx(*folders, "html", status=None, warning=warnings).build()
    assert not warnings.getvalue()
    return source / "out"


def soup(book, name):
    return BeautifulSoup((book / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_first_mention_in_prose_is_linked_once(book):
    links = soup(book, "index").select(".tip.term > a")
    assert [(a.get_text(), a["href"]) for a in links] == [
        ("HR", "glossary.html#term-hazard-ratio"),
        ("estimand", "glossary.html#term-estimand"),
        ("censoring", "glossary.html#term-censoring"),
        ("knots", "glossary.html#term-knot"),
        ("biopsy", "glossary.html#term-biopsy"),
    ]
    assert links[0].find_parent("strong")
    assert not links[2].find_parent(class_="dropdown")


def test_tooltip_holds_the_definition_as_text(book):
    box = soup(book, "index").select_one(".tip.term .tip-box")
    assert box["role"] == "tooltip"
    assert box.get_text(" ") == "hazard ratio  (HR) A zebra, with <b>."


def test_skipped_page_and_glossary_have_no_links(book):
    for name in ("other", "glossary"):
        assert not soup(book, name).select(".tip")


def test_glossary_is_sorted_and_has_a_field_that_filters(book):
    page = soup(book, "glossary")
    assert page.select_one("dl.glossary").find_previous_sibling().select(".sl-filter")
    first = [t.get_text()[:3] for t in page.select("dl.glossary dt:first-child, dd + dt")]
    assert first == sorted(first)


def test_name_without_letters_is_not_what_is_linked_to():
    assert Entry(("τ²", "variance"), "", "", ("term-0", "term-variance")).anchor == "term-variance"


def test_search_finds_a_definition_in_the_glossary_only(book):
    index = (book / "searchindex.js").read_text(encoding="utf-8")
    names = re.search(r'"docnames": \[(.*?)\]', index).group(1).split(", ")
    assert names[int(re.search(r'"zebra": (\d+)', index).group(1))] == '"glossary"'


# the book's own glossary


def own_entries():
    body = GLOSSARY.split(":sorted:")[1].rsplit(":::", 1)[0]
    blocks = [block.splitlines() for block in body.strip().split("\n\n")]
    return [([line for line in lines if line[0] != " "], lines[-1].strip()) for lines in blocks]


def front_matter():
    return yaml.safe_load(GLOSSARY.split("---")[1])["secondline"]


def test_glossary_has_enough_entries_of_two_sentences_at_most():
    assert len(own_entries()) >= 80
    for names, definition in own_entries():
        assert names
        assert re.search(r"[.]$", definition), names
        assert 1 <= len(re.findall(r"[.!?](?=\s|$)", definition)) <= 2, names


def test_no_name_or_plural_belongs_to_two_entries():
    owner = {}
    for names, _ in own_entries():
        for form in {form for name in names for form in (name, plural(name))}:
            assert owner.setdefault(form, names[0]) == names[0]


def test_lists_of_exceptions_name_what_is_there_and_give_a_reason():
    entries = own_entries()
    about = front_matter()
    all_names = [entry(name) for names, _ in entries for name in names]
    for phrase, reason in about["not_linked"].items():
        assert found(phrase, *all_names), phrase
        assert len(reason.split()) >= 2
    for name, reason in about["kept"].items():
        assert name in [names[0] for names, _ in entries]
        assert len(reason.split()) >= 2
