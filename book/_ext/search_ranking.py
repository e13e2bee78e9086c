"""Order the results of the search by how often a page uses the words.

The theme's search knows only whether a page has a word, so that a page about a drug and
one that names it once come in the order of the alphabet. This counts the words of each page
and gives the counts to ``search-rank.js``, on the search page alone. Counted are stems, pairs of
neighbours ("predict interv"), and words in capitals as they stand: TRANSFORM is a trial.
"""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from docutils import nodes

FEWEST = 3  # a word that stands in a page less often adds nothing
CAPITALS = re.compile(r"[A-Z]{4,}")
FILE = "search-counts.js"
TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[^>]+>", re.S)


def words_of(doctree) -> str:
    """Return the text of a page as a reader sees it, with that of tables written as HTML."""
    parts = []
    for text in doctree.findall(nodes.Text):
        raw = isinstance(text.parent, nodes.raw)
        parts.append(TAGS.sub(" ", text) if raw else text)
    return " ".join(parts)


def counted(text: str, language) -> dict[str, int]:
    """Return how often words stand in a text, by stem, pair of stems, or word in capitals.

    Parameters
    ----------
    text : str
    language : sphinx.search.SearchLanguage
        Splits texts, and stems words, as the search does.
    """
    words = language.split(text)
    # each word once: a page repeats most of its words, and stemming is slow
    stems = {word: language.stem(word).lower() for word in {word.lower() for word in words}}
    known = {word: stem if language.word_filter(stem) else "" for word, stem in stems.items()}
    kept = [known[word.lower()] for word in words]
    counts = Counter(filter(None, kept))
    counts.update(f"{a} {b}" for a, b in pairwise(kept) if a and b)
    often = {key: n for key, n in counts.items() if n >= FEWEST}
    return often | Counter(word for word in words if CAPITALS.fullmatch(word))


class Counts:
    """Counts of the stems of words, by page."""

    def __init__(self):
        self._pages = {}

    def count(self, app, doctree, docname):
        # an e-book has no search
        if app.builder.name != "html":
            return
        self._pages[docname] = counted(words_of(doctree), app.builder.indexer.lang)

    def add_to_page(self, app, pagename, templatename, context, doctree):
        if pagename == "search":
            # before the theme's own script, which takes the scorer that it finds
            app.add_js_file(FILE, priority=100)
            app.add_js_file("search-rank.js", priority=101)

    def write(self, app, exception):
        if exception or app.builder.name != "html":
            return
        names = sorted(self._pages)
        counts = {}
        for at, name in enumerate(names):
            for stem, n in self._pages[name].items():
                counts.setdefault(stem, {})[at] = n
        ordered = {stem: counts[stem] for stem in sorted(counts)}
        text = json.dumps({"pages": names, "counts": ordered}, separators=(",", ":"))
        path = Path(app.outdir) / "_static" / FILE
        path.write_text(f"const searchCounts = {text};\n", encoding="utf-8")


def setup(app):
    counts = Counts()
    app.connect("doctree-resolved", counts.count)
    app.connect("html-page-context", counts.add_to_page)
    app.connect("build-finished", counts.write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
