"""Find numbers in the book's prose that are bound to nothing.

A number in prose is a claim (``{claim}``), computed (``{glue:text}``), or plainly
structural: a date, a year, the number of a list or section, minutes to read, the
level of an interval, an end of the scale from 0 to 100. Numbers in code, formulas and names
(CD20, ZUMA-7) are not prose, and number words are not looked at.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
NOT_PROSE = (
    r"^---\n.*?\n---\n",  # front matter
    r"^(`{3,}|~{3,}).*?^\1\s*$",  # fenced code and directives with code
    r"\{[\w:-]+\}`[^`]*`",  # roles
    r"\$\$.*?\$\$",
    r"`[^`]*`",
    r"\$[^$\n]+\$",
    r"\]\([^)]*\)",  # targets of links
    r"<[^>]+>",
    r"^:{3,}[^\n]*$",  # opening and closing of directives
    r"^:[\w-]+:[^\n]*$",  # options of directives
    r"https?://\S+",
)
STRUCTURAL = (
    r"\d{4}-\d{2}-\d{2}",
    rf"(?:\d{{1,2}} )?{MONTH}(?: \d{{1,2}},)? \d{{4}}",
    r"\b(?:19|20)\d{2}\b",
    r"^\s*(?:#+\s*)?\d+[.)]\s",
    r"\b(?:90|95|99)[\s\u00a0]*%(?=\s+(?:CI|confidence|prediction|interval))",
    r"\b(?:100|0)(?:[\s\u00a0]*%| (?:to|or|and) (?:100|1|0)[\s\u00a0]*%?)",
    r"\b(?:[Tt]able|[Ff]igures?|[Ff]ig\.|[Ss]ection|[Pp]art|[Pp]hase|[Vv]ersion|Python) \d[\d.]*",
    r"\b0\.\d+\.\d+\b",
    r"\b\d+ minutes\b",
    r"\b\d+(?:e-\d+)\b",
)
NUMBER = re.compile(r"(?<![\w.,/×-])\d+(?:[.,]\d+)*(?![\w-])")


@dataclass(frozen=True)
class BareNumber:
    """A number that stands in prose without a source.

    Attributes
    ----------
    page : str
        Path below the book folder.
    place : str
        "line 12" of a page, or "cell 5, line 2" of a notebook.
    number : str
    context : str
        The words around it.
    """

    page: str
    place: str
    number: str
    context: str


def bare_numbers(path: Path, book: Path) -> list[BareNumber]:
    """Return the bare numbers of a Markdown page or a notebook.

    Parameters
    ----------
    path : Path
        The page.
    book : Path
        The folder that its name is given from.
    """
    page = path.relative_to(book).as_posix()
    if path.suffix == ".md":
        return [
            BareNumber(page, f"line {line}", number, context)
            for line, number, context in find_numbers(path.read_text(encoding="utf-8"))
        ]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        BareNumber(page, f"cell {i}, line {line}", number, context)
        for i, cell in enumerate(cells)
        if cell["cell_type"] == "markdown"
        for line, number, context in find_numbers("".join(cell["source"]))
    ]


def is_complete(path: Path) -> bool:
    """Tell whether a page declares that all of its numbers are bound.

    A notebook does so by ``metadata.secondline.complete``, a Markdown page by
    ``secondline: {complete: true}`` in its front matter.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        about = json.loads(text)["metadata"]
    else:
        match = re.match(r"---\n(.*?)\n---\n", text, flags=re.S)
        about = yaml.safe_load(match.group(1)) if match else {}
    return bool((about or {}).get("secondline", {}).get("complete"))


def find_numbers(text: str) -> list[tuple[int, str, str]]:
    """Return line, number and context of every bare number in a Markdown text."""
    prose = text
    for pattern in (*NOT_PROSE, *STRUCTURAL):
        prose = re.sub(pattern, _blank, prose, flags=re.S | re.M if "^" in pattern else re.S)
    found = []
    for match in NUMBER.finditer(prose):
        start, end = match.span()
        line = prose.count("\n", 0, start) + 1
        around = " ".join(text[max(0, start - 40) : end + 30].split())
        found.append((line, match.group(), around))
    return found


def _blank(match: re.Match) -> str:
    # lines are kept, so that places stay right
    return re.sub(r"[^\n]", " ", match.group())
