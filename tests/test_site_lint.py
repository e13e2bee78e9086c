"""No number stands in prose without a source, in pages that declare themselves complete."""

import pytest
from conftest import ROOT

from secondline.chapters.execution import chapter_file, chapter_names
from secondline.chapters.lint import bare_numbers, find_numbers, is_complete

BOOK = ROOT / "book"


@pytest.mark.parametrize("name", chapter_names(BOOK))
def test_page_is_complete_and_has_no_bare_number(name):
    path = chapter_file(BOOK, name)
    assert is_complete(path)
    assert not [(f.place, f.number, f.context) for f in bare_numbers(path, BOOK)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A response in 54 % of the patients.", ["54"]),
        ("The ratio was 0.398 (0.31 to 0.51).", ["0.398", "0.31", "0.51"]),
        ("Of 2,755 patients, many.", ["2,755"]),
        ("{claim}`54.5 % <bsab-pool-mono-orr>` and {glue:text}`x:.1f` %", []),
        ("Published on 22 August 2025 and 2025-08-22; in 2019.", []),
        ("CD20×CD3, ZUMA-7, I², Table 2, a 95 % CI, from 0 to 100 %", []),
        ("```text\n12 of 30\n```\n`pool(3)` and $x = 4$ and [link](page-7.md)", []),
        ("### 1. Read\n\n1. first\n2. second", []),
        (":::{admonition} Title\n:class: tip\n- 37 patients\n:::", ["37"]),
    ],
)
def test_bare_numbers_are_told_from_others(text, numbers):
    assert [number for _, number, _ in find_numbers(text)] == numbers


def test_place_of_a_bare_number_is_its_line():
    ((line, number, context),) = find_numbers("---\na: 1\n---\n\nText\n\nand 17 more\n")
    assert (line, number) == (7, "17")
    assert "and 17 more" in context
