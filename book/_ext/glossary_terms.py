"""Link the first mention of each glossary term on a page to its entry, with a tooltip.

Authors write plain prose; the links are made when a page is written.

**Names.** An entry of the glossary has one name a line, above its definition: the
standard name first, then its abbreviation and synonyms. All of them are looked for, as
whole words, the longest first; a name inside a longer one is not looked at. A word in a
compound with a hyphen (non-refractory) is another word.

**Spelling.** A name in small letters is found in any case, as at the start of a sentence.
One with a capital letter (OS, Egger's test) is found only as it is written. The plural of
the last word is found, too.

**Where.** In paragraphs: also in boxes, lists and emphasis, but not in headings, captions,
tables, links, code, formulas or claims. What is folded away comes last, so that a link is
seen where one can be. A page's own ``{term}`` role, or a link to the glossary whose text is
a name, is the page's link to that entry and gets the tooltip.

**What is not linked.** The front matter of the glossary lists under ``secondline``,
``not_linked``, names that mean other things as well, and phrases in which a name is no
term, each with the reason. Pages that match ``glossary_terms_skip`` are left alone.
"""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from html import escape
from itertools import groupby

from docutils import nodes
from page_widgets import filter_box, with_tip
from sphinx import addnodes

FOLDED = {"tag_hide-cell", "tag_hide-output", "sd-dropdown", "dropdown", "toggle"}
NO_PROSE = (
    nodes.reference,
    nodes.table,
    nodes.figure,
    nodes.footnote,
    nodes.citation,
    nodes.literal,
    nodes.math,
    nodes.raw,
    addnodes.pending_xref,
)


@dataclass(frozen=True)
class Entry:
    """A term of the glossary.

    Attributes
    ----------
    names : tuple of str
        The standard name first.
    definition : str
    page : str
        The document that holds the glossary.
    ids : tuple of str
        Anchors, one a name.
    """

    names: tuple[str, ...]
    definition: str
    page: str
    ids: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """The anchor to link to."""
        # a name without Latin letters (τ²) has a running number for an anchor
        return next((i for i in self.ids if re.search("-[A-Za-z]", i)), self.ids[0])

    def tip(self) -> str:
        """Return the HTML of the tooltip: names, without mere variants, and definition."""
        shown = []
        for name in self.names:
            if not any(name in other or other in name for other in shown):
                shown.append(name)
        others = f" ({', '.join(shown[1:])})" if shown[1:] else ""
        return f"<b>{escape(shown[0])}</b>{escape(others)}<br>{escape(self.definition)}"


def plural(name: str) -> str:
    """Return a name with its last word in the plural, by rule: biopsies, analyses, indexes."""
    if name.endswith("sis"):
        return name[:-2] + "es"
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(s|x|ch|sh)$", name) else "s")


class Terms:
    """Find names in a text.

    Parameters
    ----------
    entries : list of Entry
    not_linked : iterable of str
        Names and phrases that are recognised, so that no part of them is linked, and left.
    """

    def __init__(self, entries, not_linked=()):
        self._entries = {
            form: entry for entry in entries for name in entry.names for form in _forms(name)
        }
        self._entries |= {form: None for name in not_linked for form in _forms(name)}
        # longest first: an alternative that stands earlier wins
        names = sorted(self._entries, key=lambda name: (name[0].lower(), -len(name)))
        # by first letter: most names are passed over at a glance
        groups = [
            f"(?=(?i:{re.escape(letter)}))(?:{'|'.join(map(_pattern, group))})"
            for letter, group in groupby(names, key=lambda name: name[0].lower())
        ]
        self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(groups) or '(?!)'})(?![\w-])")

    def find(self, text: str) -> list[tuple[int, int, Entry]]:
        """Return start, end and entry of every name in `text`, in order."""
        found = []
        for match in self._pattern.finditer(text):
            if entry := self.entry(match.group()):
                found.append((*match.span(), entry))
        return found

    def entry(self, name: str) -> Entry | None:
        """Return the entry that has this name, or None."""
        key = _key(name)
        return self._entries.get(key, self._entries.get(key.lower()))


def _key(name):
    return " ".join(name.replace("\u2019", "'").split())


def _forms(name):
    return {_key(name), plural(_key(name))}


def _pattern(name):
    words = r"\s+".join(re.escape(word) for word in name.split(" ")).replace("'", "['\u2019]")
    return f"(?i:{words})" if name == name.lower() else words


class Linker:
    """Links the terms of one book; reads its glossary when the first page is written."""

    def __init__(self):
        self._terms = None
        self._anchors = {}
        self._pages = frozenset()

    def __call__(self, app, doctree, docname):
        if app.builder.format != "html":
            return
        if self._terms is None:
            self._read(app.env)
        if docname in self._pages:
            for glossary in list(doctree.findall(addnodes.glossary)):
                box = nodes.raw("", filter_box("entries"), format="html")
                glossary.parent.insert(glossary.parent.index(glossary), box)
        elif not any(fnmatch(docname, skip) for skip in app.config.glossary_terms_skip):
            self._link(doctree, lambda page: app.builder.get_relative_uri(docname, page))

    def _read(self, env):
        terms = env.get_domain("std").objects
        self._pages = frozenset(page for (kind, _), (page, _) in terms.items() if kind == "term")
        entries, not_linked = [], set()
        for page in sorted(self._pages):
            entries += read_entries(env.get_doctree(page), page)
            about = json.loads(env.metadata[page].get("secondline", "{}"))
            not_linked |= set(about.get("not_linked", ()))
        self._terms = Terms(entries, not_linked)
        self._anchors = {anchor: entry for entry in entries for anchor in entry.ids}

    def _link(self, doctree, uri):
        linked = set()
        for link in list(doctree.findall(nodes.reference)):
            if entry := self._own_link(link, uri):
                link["refuri"] = f"{uri(entry.page)}#{entry.anchor}"
                if entry not in linked and _is_prose(link):
                    link.replace_self(with_tip(link.deepcopy(), "term", entry.tip()))
                    linked.add(entry)
        texts = [text for text in doctree.findall(nodes.Text) if _is_prose(text)]
        for text in sorted(texts, key=_is_folded):
            self._link_text(text, linked, uri)

    def _own_link(self, link, uri):
        """Return the entry that a page's own link means, by its anchor or its text."""
        target, _, anchor = link.get("refuri", "").partition("#")
        if target not in map(uri, self._pages):
            return None
        return self._anchors.get(anchor) if anchor else self._terms.entry(link.astext())

    def _link_text(self, text, linked, uri):
        whole, parts, end = text.astext(), [], 0
        for start, stop, entry in self._terms.find(whole):
            if entry in linked:
                continue
            linked.add(entry)
            target = f"{uri(entry.page)}#{entry.anchor}"
            link = nodes.reference("", whole[start:stop], internal=True, refuri=target)
            parts += [nodes.Text(whole[end:start]), with_tip(link, "term", entry.tip())]
            end = stop
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(whole[end:])])


def read_entries(doctree, page: str) -> list[Entry]:
    """Return the entries of all glossaries in a document."""
    entries = []
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            terms = [child for child in item if isinstance(child, nodes.term)]
            entries.append(
                Entry(
                    names=tuple(term.astext() for term in terms),
                    definition=" ".join(item[-1].astext().split()),
                    page=page,
                    ids=tuple(term["ids"][0] for term in terms),
                )
            )
    return entries


def _ancestors(node):
    while node := node.parent:
        yield node


def _is_prose(node):
    above = list(_ancestors(node))
    block = next((parent for parent in above if not isinstance(parent, nodes.Inline)), None)
    return isinstance(block, nodes.paragraph) and not any(
        isinstance(parent, NO_PROSE) or "tip" in parent.get("classes", ()) for parent in above
    )


def _is_folded(text):
    return any(FOLDED & set(parent.get("classes", ())) for parent in _ancestors(text))


def setup(app):
    app.setup_extension("page_widgets")
    app.add_config_value("glossary_terms_skip", [], "html")
    app.connect("doctree-resolved", Linker())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
