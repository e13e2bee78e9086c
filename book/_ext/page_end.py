"""What each chapter ends with: how to cite it, and where to report an error."""

import tomllib
from html import escape

from docutils import nodes

from secondline.paths import project_root

REPORT = "appendix/provenance"  # has the section "How to report an error"
SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "&%#_$"})


class PageEnd(nodes.General, nodes.Element):
    """The end of a chapter. It has no text node, so that the search does not index it."""


def bibtex(docname: str, title: str, *, version: str, year: str, author: str, book: str) -> str:
    """Return a chapter's entry for a reference manager.

    Parameters
    ----------
    docname : str
        Such as ``zuma7/efficacy``; makes the key.
    title, author, book : str
    version, year : str
    """
    fields = {
        # a group's name in braces of its own, so that it is not split into names
        "author": f"{{{author.translate(SPECIAL)}}}",
        "title": f"{{{title.translate(SPECIAL)}}}",
        "booktitle": book.translate(SPECIAL),
        "edition": f"Version {version}",
        "year": year,
        "note": "Executable book",
    }
    lines = ",\n".join(f"  {name:<9} = {{{value}}}" for name, value in fields.items())
    return f"@incollection{{second-line-{docname.replace('/', '-')},\n{lines}\n}}"


def project_version() -> str:
    """Return the version in ``pyproject.toml``."""
    text = (project_root() / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["version"]


def add_end(app, doctree, docname):
    if app.builder.format != "html" or not app.env.doc2path(docname).endswith(".ipynb"):
        return
    entry = bibtex(
        docname,
        app.env.titles[docname].astext(),
        version=project_version(),
        year=app.config.copyright,
        author=app.config.author,
        # jupyter-book keeps the book's title here
        book=app.config.html_title,
    )
    report = None
    if REPORT in app.env.all_docs:
        report = app.builder.get_relative_uri(docname, REPORT) + "#how-to-report-an-error"
    doctree += PageEnd(bibtex=entry, report=report)


def _visit(translator, node):
    shown = translator.highlighter.highlight_block(node["bibtex"], "bibtex")
    report = ""
    if node["report"]:
        report = f'<p><a href="{escape(node["report"])}">Report an error in this chapter</a></p>'
    translator.body.append(
        '<div class="page-end"><details class="cite"><summary>Cite this chapter</summary>'
        f"{shown}</details>{report}</div>"
    )
    raise nodes.SkipNode


def _skip(translator, node):
    raise nodes.SkipNode


def setup(app):
    app.add_node(PageEnd, html=(_visit, None), latex=(_skip, None), text=(_skip, None))
    app.connect("doctree-resolved", add_end)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
