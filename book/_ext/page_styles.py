"""Put a page's styles into the page, without the rules that no page can use.

A browser paints nothing before it has all style sheets of a page. The theme brings a dozen, one
of which asks for another, and most of their rules are for what this book has not. What is left
is small enough to come with the page, and a slow line is waited for once instead of three times.
"""

import posixpath
import re
from functools import cache
from pathlib import Path

import tinycss2

LINK = re.compile(r'\s*<link\b(?=[^>]*\brel="stylesheet")[^>]*\bhref="([^"?]+)[^"]*"[^>]*/?>')
TAG = re.compile(r"<[a-zA-Z][^>]*>")
WORD = re.compile(r"[\w-]+")
# the beginning of a name whose end a script adds
BEGUN = re.compile(r"([A-Za-z][\w-]*-)(?:\$\{|[\"'`]\s*(?:\+|\.concat))")
URL = re.compile(r"url\(\s*([\"']?)(?!data:|#)([^)\"']+)\1\s*\)")
IMPORT = re.compile(r"@import\s+(?:url\()?[\"']([^\"']+)[\"']\)?\s*;")
ASKED = re.compile(r"var\(\s*(--[\w-]+)")
# rules that hold rules
NESTING = {"media", "supports", "container"}


def with_styles(site: Path, pages: list[Path]) -> None:
    """Replace the links to style sheets in pages by what the sheets say.

    Parameters
    ----------
    site : Path
        The finished site. Sheets that stand in the pages are removed from it.
    pages : list of Path
        All pages that use these sheets.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    known = known_names(texts.values(), _scripts(site))
    taken = set()

    @cache
    def rules(sheet: str) -> str:
        parts = re.split(IMPORT, _read(site, sheet))
        taken.add(sheet)
        # every second part names a sheet that stands at this place
        return "".join(
            rules(_beside(sheet, part)) if i % 2 else usable_rules(part, known)
            for i, part in enumerate(parts)
        )

    @cache
    def style(sheets: tuple[str, ...]) -> str:
        return without_idle_variables("".join(map(rules, sheets)), known)

    for page, text in texts.items():
        folder = page.parent.relative_to(site).as_posix()
        sheets = [_beside(f"{folder}/page", link[1]) for link in LINK.finditer(text)]
        if sheets:
            said = _turned(style(tuple(sheets)), ".", folder)
            page.write_text(_styled(text, said), encoding="utf-8")
    for sheet in taken:
        (site / sheet).unlink()


def known_names(pages, scripts: dict[str, str]):
    """Return what says whether a name can be a tag, class or id of some page.

    Parameters
    ----------
    pages : iterable of str
        What stands in the tags of these counts.
    scripts : dict of str to str
        By the names of their files: every word counts, and each that begins as a script's
        own words do.
    """
    texts = [*scripts.values(), *(tag for page in pages for tag in TAG.findall(page))]
    words = {word for text in texts for word in WORD.findall(text)}
    # the icons' script begins names of icons only, and those stand in the pages
    own = [text for name, text in scripts.items() if name != "fontawesome.js"]
    begun = tuple({start for text in own for start in BEGUN.findall(text)})
    return lambda name: name in words or name.startswith(begun) or not WORD.fullmatch(name)


def usable_rules(style: str, known) -> str:
    """Return a style sheet without rules that ask for what is not known, one rule a line.

    A rule goes if each of its selectors names a tag, class or id that `known` denies. What
    stands in brackets, such as attributes and ``:not()``, is not looked at.
    """
    return _kept(tinycss2.parse_stylesheet(style, skip_whitespace=True), known)


def without_idle_variables(style: str, known) -> str:
    """Return a style sheet without variables that nothing asks for."""
    while True:
        asked = set(ASKED.findall(style))
        rules = tinycss2.parse_stylesheet(style, skip_whitespace=True)
        fewer = _kept(rules, known, lambda name, asked=asked: name in asked or known(name))
        if fewer == style:
            return style
        style = fewer


def _kept(rules, known, asked=lambda _: True) -> str:
    parts = []
    for rule in rules:
        if rule.type == "comment":
            # licences
            parts += [f"/*{rule.value}*/\n"] if rule.value.startswith("!") else []
        elif rule.type == "qualified-rule":
            said = _declarations(rule.content, asked)
            if said and any(_can_apply(part, known) for part in _split(rule.prelude, ",")):
                parts.append(f"{_text(rule.prelude)}{{{said}}}\n")
        elif rule.type == "error":
            raise ValueError(f"a style sheet of the site cannot be read: {rule.message}")
        elif rule.lower_at_keyword != "charset":
            parts.append(_kept_at(rule, known, asked))
    return "".join(parts)


def _kept_at(rule, known, asked) -> str:
    head = f"@{rule.at_keyword} {_text(rule.prelude)}".strip()
    if rule.content is None:
        return f"{head};\n"
    if rule.lower_at_keyword not in NESTING:
        return f"{head}{{{_text(rule.content)}}}\n"
    inner = _kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), known, asked)
    return f"{head}{{{inner}}}\n" if inner else ""


def _can_apply(selector, known) -> bool:
    before = ""
    for token in selector:
        # after a colon stands a state, such as hover
        if token.type in {"ident", "hash"} and before != ":" and not known(token.value):
            return False
        before = token.value if token.type == "literal" else ""
    return True


def _declarations(content, asked) -> str:
    said = [_text(part) for part in _split(content, ";")]
    names = [re.match(r"(--[\w-]+)\s*:", one) for one in said]
    return ";".join(
        one for one, name in zip(said, names, strict=True) if one and not (name and not asked(name[1]))
    )


def _split(tokens, mark: str) -> list[list]:
    """Split tokens where a mark stands outside of all brackets."""
    parts = [[]]
    for token in tokens:
        if token == mark:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _text(tokens) -> str:
    """Write tokens without comments and with single spaces."""
    said = [token for token in tokens if token.type != "comment"]
    for token in said:
        if token.type == "whitespace":
            token.value = " "
    return tinycss2.serialize(said).strip()


def _read(site: Path, sheet: str) -> str:
    """Return a style sheet with addresses as seen from the site's folder."""
    text = (site / sheet).read_text(encoding="utf-8")
    return _turned(text, posixpath.dirname(sheet), ".")


def _turned(style: str, here: str, there: str) -> str:
    """Write addresses that were seen from one folder as they are seen from another."""
    return URL.sub(lambda m: f'url("{posixpath.relpath(posixpath.join(here, m[2]), there)}")', style)


def _styled(page: str, style: str) -> str:
    if "</style" in style.lower():
        raise ValueError("a style sheet of the site would end its element in the page")
    first = LINK.search(page)
    before, rest = page[: first.start()], page[first.end() :]
    return f"{before}\n<style>\n{style}</style>{LINK.sub('', rest)}"


def _beside(file: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), address))


def _scripts(site: Path) -> dict[str, str]:
    found = sorted((site / "_static").rglob("*.js"))
    # Vega brings the styles of what it draws
    return {p.name: p.read_text(encoding="utf-8") for p in found if "vega" not in p.parts}
